/* The whole application on a board made of memory: what a person types and what a program asks for. What the model says
 * is compared with the engine driven directly. */
#include "testing_console.h"

/* ---- A person ---- */

static void a_person_is_greeted_and_answered(void) {
    start();
    settle();
    const char *hello = said(USB);
    CHECK(says(hello, "ESP32-S3, firmware 0.1.0, started after: power on.") && ends(hello, "\r\n> "), "%s", hello);
    CHECK(ends(said(UART), "> "), "the other port is greeted");
    type(USB, "/temp 0\r/len 12\r");
    settle();
    said(USB);
    type(USB, "Once upon\r");
    settle();
    const char *answer = said(USB);
    CHECK(says(answer, "Once upon\r\n") && ends(answer, "\r\n> "), "%s", answer);
    CHECK(c.last_new > 0u && c.last_new <= 12u, "%u tokens", (unsigned)c.last_new);
    CHECK(said(UART)[0] == '\0', "the other port says nothing");
}

/* No text of a port ever ends inside a character, wherever the port stops taking bytes. */
static void characters_are_whole(void) {
    static char text[8192];
    size_t length;
    for (uint32_t seed = 1; seed < 12u; seed++) {
        start();
        settle();
        type(USB, "/temp 1.5\r/len 40\r");
        snprintf(text, sizeof text, "/seed %u\r", (unsigned)seed);
        type(USB, text);
        settle();
        said(USB);
        type(USB, "h\xc3\xa9llo\r");
        settle();
        strncpy(text, said(USB), sizeof text - 1u);
        length = strlen(text);
        for (size_t at = 0; at < length;) {
            int step = s3lm_utf8_step((const uint8_t *)text + at, length - at);
            CHECK(step > 0, "seed %u: byte %u is no character", (unsigned)seed, (unsigned)at);
            CHECK((uint8_t)text[at] >= 0x20u || text[at] == '\n' || text[at] == '\r' || text[at] == '\t',
                  "a control character %02x", (uint8_t)text[at]);
            at += step > 0 ? (size_t)step : 1u;
        }
    }
}

static void commands_answer(void) {
    static const struct {
        const char *typed, *answered;
    } lines[] = {
        {"/help\r", "/bench: measure"},
        {"/temp 0.75\r", "temperature: 0.75\r\n"},
        {"/topk 40\r", "top k: 40\r\n"},
        {"/topp 0.9\r", "top p: 0.9\r\n"},
        {"/len 20\r", "length: 20\r\n"},
        {"/seed 18446744073709551615\r", "seed: 18446744073709551615\r\n"},
        {"/seed\r", "seed: another one each time\r\n"},
        {"/drafts off\r", "drafts: off\r\n"},
        {"/drafts maybe\r", "/drafts takes on or off."},
        {"/temp\r", "temperature: 0.75\r\n"},
        {"/temp 5000\r", "/temp takes 0, or 0.001 to 1000."},
        {"/temp hot\r", "/temp takes 0, or 0.001 to 1000."},
        {"/topp 0\r", "/topp takes above 0, up to 1."},
        {"/topp 1.5\r", "/topp takes above 0, up to 1."},
        {"/topk -1\r", "/topk takes a whole number below 2^32."},
        {"/seed 1.5\r", "/seed takes a whole number below 2^64."},
        {"  /temp   0 \r", "temperature: 0\r\n"},
        {"/stats\r", "generations: 0\r\n"},
        {"/reset\r", "A new conversation begins."},
        {"/info\r", "flash mode: QIO 80 MHz\r\n"},
        {"/info\r", "\r\nload micros: "},
        {"/info\r", "model: tiny \"chat\" \xc3\xbcn\xc3\xaf\r\n"},
        {"/info\r", "mac: 02:00:00:ab:cd:ef\r\n"},
        {"/nonsense\r", "There is no such command."},
        {"/tempo 1\r", "There is no such command."},
        {"/\r", "There is no such command."},
        {"\r", "\r\n> "},
        {"   \r", "\r\n> "},
    };
    start();
    settle();
    said(USB);
    for (uint32_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        type(USB, lines[i].typed);
        settle();
        const char *answer = said(USB);
        CHECK(says(answer, lines[i].answered) && ends(answer, "> "), "%s: %s", lines[i].typed, answer);
    }
    CHECK(c.generations == 0u && c.ports[USB].bytes_lost == 0u, "nothing was lost");
}

static void slashes_can_begin_a_prompt(void) {
    start();
    type(USB, "/len 2\r//home\r");
    settle();
    static uint32_t ids[64];
    uint32_t count = encode("/home", ids);
    const s3lm_model *model = &c.model.model;
    bool found = false;
    for (uint32_t i = 0; i + count <= model->length; i++) {
        found |= memcmp(model->ids + i, ids, count * sizeof *ids) == 0;
    }
    CHECK(found, "the prompt is not in the context");
}

static void control_c_stops(void) {
    start();
    settle();
    said(USB);
    type(USB, "/len 0\r");
    settle();
    type(USB, "tell\r");
    steps(12);
    CHECK(c.work == CONSOLE_GENERATING, "it runs");
    type(USB, "ignored\x03");
    settle();
    const char *answer = said(USB);
    CHECK(says(answer, "(stopped)\r\n> ") && !says(answer, "ignored"), "%s", answer);
    type(USB, "half a line\x03");
    settle();
    CHECK(ends(said(USB), "half a line^C\r\n> "), "a line is given up");
}

static void a_conversation_goes_on(void) {
    start();
    type(USB, "/temp 0\r/len 3\rhello\r");
    settle();
    uint32_t first = c.model.model.length;
    CHECK(first > 3u && c.carried != S3LM_NONE, "a first turn of %u tokens", (unsigned)first);
    type(USB, "and then\r");
    settle();
    CHECK(c.model.model.length > first + 3u, "the second turn follows");
    CHECK(c.session.position == first, "at %u", (unsigned)c.session.position);
    type(USB, "/reset\r");
    settle();
    CHECK(c.model.model.length == 0u && c.carried == S3LM_NONE, "all is forgotten");
    /* Until it is full. */
    for (uint32_t i = 0; i < 12u; i++) {
        type(USB, "once more please\r");
        settle();
    }
    const char *answer = said(USB);
    CHECK(says(answer, "The conversation is longer than the model's context."), "%s", answer);
}

/* ---- A program ---- */

static void a_program_is_greeted(void) {
    start();
    settle();
    said(USB);
    send(USB, CONSOLE_HELLO, 7, "\x01", 1);
    send(USB, CONSOLE_INFO, 8, NULL, 0);
    send(USB, CONSOLE_STATS, 9, NULL, 0);
    send(USB, 0x7E, 10, NULL, 0);
    send(USB, CONSOLE_HELLO, 11, NULL, 0);
    settle();
    collect(USB);
    CHECK(message_count == 5u && between[0] == '\0', "%u answers and \"%s\"", (unsigned)message_count, between);
    const message *m = messages;
    CHECK(m->type == CONSOLE_WELCOME && m->request == 7u && m->payload[0] == CONSOLE_VERSION &&
              s3lm_u16(m->payload + 2) == CONSOLE_MAX_PAYLOAD && s3lm_u32(m->payload + 4) == 15u &&
              s3lm_u32(m->payload + 12) == expected.vocab && s3lm_u32(m->payload + 16) == 160u &&
              strcmp((const char *)m->payload + 28, "0.1.0") == 0,
          "the greeting");
    CHECK(m[1].type == CONSOLE_FACTS && says((const char *)m[1].payload, "\nflash_mode=QIO 80 MHz\n") &&
              says((const char *)m[1].payload, "\nload_micros=") && !m[1].more,
          "%s", (const char *)m[1].payload);
    CHECK(m[2].type == CONSOLE_FACTS && says((const char *)m[2].payload, "\nUSB=frames 3, damaged 0,"), "%s",
          (const char *)m[2].payload);
    CHECK(m[3].type == CONSOLE_ERROR && m[3].payload[0] == CONSOLE_BAD_TYPE, "an unknown message");
    CHECK(m[4].type == CONSOLE_ERROR && m[4].payload[0] == CONSOLE_BAD_VERSION, "a greeting without a version");
}

static void a_program_gets_what_the_engine_computes(void) {
    const wish wishes[] = {greedy(20), warm(30, 7), warm(30, UINT64_MAX)};
    for (uint32_t i = 0; i < 3u; i++) {
        start();
        settle();
        said(USB);
        wish w = wishes[i];
        w.flags = CONSOLE_WANT_LOGITS;
        expect_prompt("There was", &w);
        ask(USB, 21, "There was", &w);
        settle();
        collect(USB);
        answer_is_expected("continued", true);
        const message *begun = find(CONSOLE_STARTED);
        CHECK(begun && begun->request == 21u && s3lm_u32(begun->payload + 12) == (uint32_t)w.seed, "the seed is told");
        CHECK(find(CONSOLE_PREFILL), "reading is reported");
        CHECK(last()->payload[0] == S3LM_END_LENGTH || last()->payload[0] == S3LM_END_EOS, "reason %u",
              last()->payload[0]);
        CHECK(fake.split > 0u, "both cores work");
    }
}

static void ids_and_appending(void) {
    const uint32_t prompt[] = {5, 17, 200, 3};
    wish w = greedy(6);
    start();
    settle();
    said(USB);
    s3lm_reset(&engine.model);
    expect(&expected, &engine.model, prompt, 4, &w);
    send_prompt(USB, 1, prompt, sizeof prompt, CONSOLE_PROMPT_IDS);
    send_wish(USB, 2, &w);
    settle();
    collect(USB);
    answer_is_expected("ids", false);
    /* Going on: the last token was not run through the model yet. */
    uint32_t more[] = {expected.ids[expected.count - 1u], 9, 11};
    expect(&expected, &engine.model, more, 3, &w);
    w.mode = CONSOLE_APPEND;
    send_prompt(USB, 3, more + 1, 8, CONSOLE_PROMPT_IDS);
    send_wish(USB, 4, &w);
    settle();
    collect(USB);
    answer_is_expected("appended", false);
    const uint32_t outside[] = {1000000};
    send_prompt(USB, 5, outside, 4, CONSOLE_PROMPT_IDS);
    send_wish(USB, 6, &w);
    settle();
    collect(USB);
    CHECK(last()->type == CONSOLE_ERROR && last()->payload[0] == CONSOLE_BAD_TOKEN, "an id outside the vocabulary");
}

static void stops_end_a_generation(void) {
    wish w = greedy(30);
    start();
    settle();
    said(USB);
    expect_prompt("There was", &w);
    uint32_t stop = expected.ids[4];
    w.ids = 1;
    put_u32(w.stops, stop);
    w.stop_bytes = 4;
    ask(USB, 2, "There was", &w);
    settle();
    collect(USB);
    CHECK(last()->payload[0] == S3LM_END_EOS && s3lm_u32(last()->payload + 8) <= 5u, "a stop id");
    /* A text of the answer as a stop string: everything before it comes, nothing after. */
    w = greedy(30);
    uint32_t at = 0;
    while (at + 3u < expected.text_length && !(expected.text[at] > ' ' && expected.text[at] < 0x7F &&
                                               expected.text[at + 1u] > ' ' && expected.text[at + 1u] < 0x7F)) {
        at++;
    }
    w.strings = 1;
    w.stops[0] = 2;
    memcpy(w.stops + 1, expected.text + at, 2);
    w.stop_bytes = 3;
    ask(USB, 4, "There was", &w);
    settle();
    collect(USB);
    uint32_t length = 0;
    for (uint32_t i = 0; i < message_count; i++) {
        length += messages[i].type == CONSOLE_TOKEN ? messages[i].length - 8u : 0u;
    }
    CHECK(last()->payload[0] == S3LM_END_STOP && length <= at, "%u bytes before the stop at %u, reason %u",
          (unsigned)length, (unsigned)at, last()->payload[0]);
}

/* A long prompt in pieces, pieces that were lost and sent again, and pieces that do not fit. */
static void prompts_come_in_pieces(void) {
    static uint8_t payload[CONSOLE_MAX_PAYLOAD];
    wish w = greedy(4);
    start();
    settle();
    said(USB);
    memset(payload, 0, sizeof payload);
    memcpy(payload + 8, "There ", 6);
    send(USB, CONSOLE_PROMPT, 1, payload, 14);
    put_u32(payload + 4, 6);
    memcpy(payload + 8, "wxy", 3);
    send(USB, CONSOLE_PROMPT, 2, payload, 11);
    memcpy(payload + 8, "was", 3);
    send(USB, CONSOLE_PROMPT, 3, payload, 11);
    send_wish(USB, 4, &w);
    settle();
    collect(USB);
    expect_prompt("There was", &w);
    answer_is_expected("pieces", false);
    CHECK(messages[2].type == CONSOLE_OK && s3lm_u32(messages[2].payload) == 9u, "bytes are counted");
    send(USB, CONSOLE_PROMPT, 5, payload, 11);
    send_wish(USB, 6, &w);
    settle();
    collect(USB);
    CHECK(messages[0].payload[0] == CONSOLE_NO_PROMPT && messages[1].payload[0] == CONSOLE_NO_PROMPT, "a gap");
    put_u32(payload + 4, 0xFFFFFFF0u);
    send(USB, CONSOLE_PROMPT, 7, payload, 11);
    put_u32(payload + 4, 0);
    send(USB, CONSOLE_PROMPT, 8, payload, 8);
    send_wish(UART, 9, &w);
    payload[0] = 2;
    send(USB, CONSOLE_PROMPT, 10, payload, 8);
    payload[0] = CONSOLE_PROMPT_IDS;
    send(USB, CONSOLE_PROMPT, 11, payload, 11);
    settle();
    collect(USB);
    CHECK(messages[0].payload[0] == CONSOLE_NO_PROMPT && messages[1].type == CONSOLE_OK &&
              messages[2].payload[0] == CONSOLE_BAD_PAYLOAD && messages[3].payload[0] == CONSOLE_BAD_PAYLOAD,
          "impossible pieces");
    collect(UART);
    CHECK(last()->payload[0] == CONSOLE_NO_PROMPT, "the prompt of the other port");
    static char more[CONSOLE_MAX_PAYLOAD - 8u];
    memset(more, 'a', sizeof more);
    memset(payload, 'a', sizeof payload);
    payload[0] = payload[1] = payload[2] = payload[3] = 0;
    uint32_t refused = 0;
    for (uint32_t offset = 0; offset < 40000u && !refused; offset += sizeof more) {
        put_u32(payload + 4, offset);
        send(USB, CONSOLE_PROMPT, 12, payload, sizeof payload);
        settle();
        collect(USB);
        refused = last()->type == CONSOLE_ERROR ? last()->payload[0] : 0u;
    }
    CHECK(refused == CONSOLE_TOO_LONG, "a prompt without end");
    send_wish(USB, 13, &w);
    settle();
    collect(USB);
    CHECK(last()->payload[0] == CONSOLE_CONTEXT || last()->payload[0] == CONSOLE_TOO_LONG, "code %u",
          last()->payload[0]);
}

static void impossible_wishes_are_refused(void) {
    wish w = greedy(4);
    start();
    settle();
    said(USB);
    w.temperature = -1.0f;
    ask(USB, 2, "a", &w);
    w = greedy(4);
    w.mode = 4;
    ask(USB, 4, "a", &w);
    w = greedy(4);
    w.flags = 16;
    ask(USB, 6, "a", &w);
    w = greedy(4);
    w.strings = 1;
    ask(USB, 8, "a", &w);
    w.stops[0] = 65;
    w.stop_bytes = 66;
    ask(USB, 10, "a", &w);
    w = greedy(4);
    w.ids = 33;
    w.stop_bytes = 128;
    ask(USB, 12, "a", &w);
    w = greedy(4);
    w.stop_bytes = 1;
    ask(USB, 14, "a", &w);
    w = greedy(4);
    w.given = 1024;
    ask(USB, 16, "a", &w);
    send(USB, CONSOLE_GENERATE, 17, "short", 5);
    send(USB, CONSOLE_SET, 18, "short", 5);
    settle();
    collect(USB);
    uint32_t refused = 0;
    for (uint32_t i = 0; i < message_count; i++) {
        uint8_t code = messages[i].payload[0];
        refused += messages[i].type == CONSOLE_ERROR && (code == CONSOLE_BAD_OPTIONS || code == CONSOLE_BAD_PAYLOAD);
    }
    CHECK(refused == 10u && c.generations == 0u, "%u refused", (unsigned)refused);
}

static void settings_are_kept(void) {
    uint8_t block[CONSOLE_SAMPLING_BYTES] = {0};
    start();
    settle();
    said(USB);
    put_u32(block, CONSOLE_TEMPERATURE | CONSOLE_TOP_K | CONSOLE_SEED | CONSOLE_LENGTH);
    put_f32(block + 4, 0.7f);
    put_u32(block + 8, 12);
    put_u32(block + 24, 5);
    put_u32(block + 28, 99);
    send(USB, CONSOLE_SET, 1, block, sizeof block);
    settle();
    collect(USB);
    const message *m = last();
    float temperature;
    memcpy(&temperature, m->payload + 4, 4);
    CHECK(m->type == CONSOLE_SETTINGS && temperature == 0.7f && s3lm_u32(m->payload + 8) == 12u &&
              s3lm_u32(m->payload) == (255u | CONSOLE_DO_SAMPLE) && s3lm_u32(m->payload + 28) == 99u,
          "settings %x", (unsigned)s3lm_u32(m->payload));
    type(UART, "/seed\r");
    settle();
    CHECK(says(said(UART), "top k: 12\r\n"), "both ports have the same settings");
    put_u32(block, CONSOLE_TEMPERATURE);
    put_f32(block + 4, 1e9f);
    send(USB, CONSOLE_SET, 2, block, sizeof block);
    put_u32(block, CONSOLE_DEFAULTS);
    send(USB, CONSOLE_SET, 3, block, sizeof block);
    settle();
    collect(USB);
    CHECK(messages[0].payload[0] == CONSOLE_BAD_OPTIONS, "an impossible temperature");
    CHECK(c.settings.sampling.top_k == c.model.package.sampling.top_k && !c.settings.has_seed, "defaults");
}

static void cancelling(void) {
    wish w = warm(0, 3);
    start();
    settle();
    said(USB);
    ask(USB, 2, "There was", &w);
    steps(10);
    send(USB, CONSOLE_GENERATE, 99, NULL, 0);
    send_wish(USB, 2, &w);
    steps(2);
    send(USB, CONSOLE_CANCEL, 3, NULL, 0);
    settle();
    collect(USB);
    CHECK(last()->type == CONSOLE_FINISHED && last()->request == 2u && last()->payload[0] == S3LM_END_CANCELLED,
          "reason %u", last()->payload[0]);
    uint32_t begun = 0, busy = 0, agreed = 0;
    for (uint32_t i = 0; i < message_count; i++) {
        begun += messages[i].type == CONSOLE_STARTED;
        busy +=
            messages[i].type == CONSOLE_ERROR && messages[i].request == 99u && messages[i].payload[0] == CONSOLE_BUSY;
        agreed += messages[i].type == CONSOLE_OK && messages[i].request == 3u && messages[i].payload[0] == 1u;
    }
    CHECK(begun == 2u && busy == 1u && agreed == 1u, "%u starts, %u busy, %u agreed", (unsigned)begun, (unsigned)busy,
          (unsigned)agreed);
    send(USB, CONSOLE_CANCEL, 4, NULL, 0);
    settle();
    collect(USB);
    CHECK(last()->type == CONSOLE_OK && last()->payload[0] == 0u, "nothing to cancel");
}

int main(int argc, char **argv) {
    prepare(argc, argv);
    RUN(a_person_is_greeted_and_answered);
    RUN(characters_are_whole);
    RUN(commands_answer);
    RUN(slashes_can_begin_a_prompt);
    RUN(control_c_stops);
    RUN(a_conversation_goes_on);
    RUN(a_program_is_greeted);
    RUN(a_program_gets_what_the_engine_computes);
    RUN(ids_and_appending);
    RUN(stops_end_a_generation);
    RUN(prompts_come_in_pieces);
    RUN(impossible_wishes_are_refused);
    RUN(settings_are_kept);
    RUN(cancelling);
    put_away();
    return report();
}
