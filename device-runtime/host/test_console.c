/* The whole application on a board made of memory: what a person types and a program sends, on two ports at once, with
 * hosts that stop reading, lines that break, and boards whose model does not load. What the model says is compared with
 * the engine driven directly. */
#include "../app/console.h"
#include "../engine/unicode.h"
#include "fake_board.h"
#include "testing_package.h"

#define USB 0u
#define UART 1u

static uint8_t *package;
static size_t package_bytes;
static console c;

/* ---- Driving ---- */

static void start_with(const uint8_t *bytes, size_t count, app_psram_kind psram) {
    fake_start(bytes, count, psram);
    memset(&c, 0, sizeof c);
    console_start(&c, &fake.board);
}

static void start(void) { start_with(package, package_bytes, APP_PSRAM_OCTAL); }

static void steps(uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        console_step(&c);
    }
}

/* Runs until nothing is under way and nothing waits on a port that is read. */
static void settle(void) {
    for (uint32_t i = 0; i < 20000u; i++) {
        console_step(&c);
        bool busy = c.work != CONSOLE_IDLE;
        for (uint32_t port = 0; port < 2u; port++) {
            fake_port *p = &fake.ports[port];
            busy |= p->most > 0u && c.ports[port].listing;
            busy |= p->most > 0u && (p->input_begin < p->input_end || c.ports[port].in_begin < c.ports[port].in_end ||
                                     !console_drained(&c.ports[port]));
        }
        if (!busy) {
            return;
        }
    }
    CHECK(false, "the board does not come to rest");
}

static void type(uint32_t port, const char *text) { CHECK(fake_send(port, text, strlen(text)), "no room to type"); }

/* What a port has said since the last call, as a string. */
static const char *said(uint32_t port) {
    static char text[FAKE_OUTPUT_BYTES + 1u];
    fake_port *p = &fake.ports[port];
    memcpy(text, p->output, p->output_length);
    text[p->output_length] = '\0';
    p->output_length = 0;
    return text;
}

static bool says(const char *text, const char *part) { return strstr(text, part) != NULL; }

static bool ends(const char *text, const char *end) {
    size_t length = strlen(text), tail = strlen(end);
    return length >= tail && strcmp(text + length - tail, end) == 0;
}

/* ---- Frames ---- */

typedef struct {
    uint8_t type, number;
    uint16_t request;
    uint32_t length;
    bool more; /* of a list: pages follow */
    uint32_t lines;
    uint8_t payload[4096]; /* of a list: the lines of all its pages */
} message;

#define MOST_MESSAGES 4096u
static message *messages;
static uint32_t message_count;
static char between[65536];

static void send(uint32_t port, uint8_t kind, uint16_t request, const void *payload, uint32_t length) {
    static uint8_t wire[CONSOLE_WIRE_BYTES(CONSOLE_MAX_PAYLOAD)];
    static uint8_t number;
    size_t count = console_encode(kind, number++, request, payload, length, wire);
    CHECK(fake_send(port, wire, count), "no room to send");
}

static void take(const console_frame *f) {
    message *m = message_count > 0u ? &messages[message_count - 1u] : NULL;
    const uint8_t *content = f->payload;
    uint32_t length = f->length, lines = 0;
    if (message_count > 0u) {
        CHECK(f->number == (uint8_t)(m->number + 1u), "a frame before %u is missing", f->number);
    }
    if (f->type == CONSOLE_FACTS) {
        content += CONSOLE_FACTS_BYTES;
        length -= CONSOLE_FACTS_BYTES;
        for (uint32_t i = 0; i < length; i++) {
            lines += content[i] == '\n';
        }
    }
    if (m && m->more && f->type == CONSOLE_FACTS && f->request == m->request) {
        CHECK(s3lm_u16(f->payload) == m->lines, "a page from line %u", (unsigned)s3lm_u16(f->payload));
    } else {
        m = &messages[message_count++];
        *m = (message){.type = f->type, .request = f->request};
    }
    m->number = f->number;
    m->more = f->type == CONSOLE_FACTS && f->payload[2] == 0u;
    m->lines += lines;
    if (m->length + length < sizeof m->payload) {
        memcpy(m->payload + m->length, content, length);
        m->length += length;
    }
}

/* Takes what a port has said apart: messages, and the text between them. */
static void collect(uint32_t port) {
    static console_parser parser;
    fake_port *p = &fake.ports[port];
    size_t text = 0;
    memset(&parser, 0, sizeof parser);
    message_count = 0;
    for (size_t i = 0; i < p->output_length; i++) {
        console_found found = console_parse(&parser, p->output[i]);
        if (found == CONSOLE_TEXT && text + 3u < sizeof between) {
            memcpy(between + text, parser.text, parser.text_count);
            text += parser.text_count;
        } else if (found == CONSOLE_FRAME && message_count < MOST_MESSAGES) {
            take(&parser.frame);
        }
    }
    between[text] = '\0';
    CHECK(parser.damaged == 0u, "the board sent %u damaged frames", (unsigned)parser.damaged);
    p->output_length = 0;
}

static const message *last(void) {
    static const message none;
    return message_count > 0u ? &messages[message_count - 1u] : &none;
}

static const message *find(uint8_t kind) {
    for (uint32_t i = 0; i < message_count; i++) {
        if (messages[i].type == kind) {
            return &messages[i];
        }
    }
    return NULL;
}

/* A prompt and the request to go on from it. */
typedef struct {
    uint8_t mode, flags, strings, ids;
    uint32_t given;
    float temperature;
    uint32_t top_k, length;
    uint64_t seed;
    uint32_t keep;
    uint8_t stops[128];
    uint32_t stop_bytes;
} wish;

static void send_prompt(uint32_t port, uint16_t request, const void *bytes, uint32_t count, uint8_t kind) {
    uint8_t payload[CONSOLE_MAX_PAYLOAD] = {kind};
    memcpy(payload + 8, bytes, count);
    send(port, CONSOLE_PROMPT, request, payload, 8u + count);
}

static void send_wish(uint32_t port, uint16_t request, const wish *w) {
    uint8_t p[CONSOLE_GENERATE_BYTES + sizeof w->stops] = {w->mode, w->flags, w->strings, w->ids};
    put_u32(p + 4, w->given);
    put_f32(p + 8, w->temperature);
    put_u32(p + 12, w->top_k);
    put_f32(p + 16, 1.0f);
    put_f32(p + 24, 1.0f);
    put_u32(p + 28, w->length);
    put_u32(p + 32, (uint32_t)w->seed);
    put_u32(p + 36, (uint32_t)(w->seed >> 32));
    put_u32(p + 40, w->keep);
    memcpy(p + 44, w->stops, w->stop_bytes);
    send(port, CONSOLE_GENERATE, request, p, CONSOLE_GENERATE_BYTES + w->stop_bytes);
}

static void ask(uint32_t port, uint16_t request, const char *prompt, const wish *w) {
    send_prompt(port, (uint16_t)(request - 1u), prompt, (uint32_t)strlen(prompt), CONSOLE_PROMPT_TEXT);
    send_wish(port, request, w);
}

static wish greedy(uint32_t length) {
    return (wish){.given = CONSOLE_TEMPERATURE | CONSOLE_LENGTH | CONSOLE_SEED, .length = length};
}

static wish warm(uint32_t length, uint64_t seed) {
    return (wish){.given = CONSOLE_TEMPERATURE | CONSOLE_LENGTH | CONSOLE_SEED,
                  .temperature = 1.5f,
                  .length = length,
                  .seed = seed};
}

/* ---- The engine by itself ---- */

/* Ids and logits that the engine gives for the same prompt, on a model of its own. */
typedef struct {
    uint32_t ids[256], count, vocab;
    float *logits;
    uint8_t text[8192];
    uint32_t text_length;
} truth;

static s3lm_decoder truth_decoder;

static uint32_t truth_piece(void *user, uint32_t id, uint8_t *out, uint32_t capacity) {
    static uint8_t bytes[S3LM_MAX_PIECE_BYTES];
    size_t length =
        id == S3LM_NONE ? s3lm_decoder_finish(&truth_decoder, bytes) : s3lm_decoder_push(&truth_decoder, id, bytes);
    (void)user;
    length = length < capacity ? length : capacity;
    memcpy(out, bytes, length);
    return (uint32_t)length;
}

/* Goes on after `ids`, with the sampling of `w`. */
static void expect(truth *t, s3lm_model *model, const uint32_t *ids, uint32_t count, const wish *w) {
    static s3lm_generation g;
    static uint8_t piece[S3LM_MAX_PIECE_BYTES];
    s3lm_generation_options options = {.sampling = model->package->sampling, .seed = w->seed, .piece = truth_piece};
    options.sampling.temperature = w->temperature;
    options.sampling.do_sample = w->temperature > 0.0f;
    options.sampling.max_new_tokens = w->length;
    s3lm_decoder_start(&truth_decoder, &c.model.tokenizer, true);
    for (uint32_t i = 0; i < count; i++) {
        s3lm_decoder_push(&truth_decoder, ids[i], piece);
    }
    t->count = t->text_length = 0;
    t->vocab = model->package->config.vocab_size;
    CHECK(s3lm_generation_begin(&g, model, &options, ids, count) == S3LM_OK, "the engine refuses");
    s3lm_event event = {0};
    while (event.reason == S3LM_RUNNING) {
        event = s3lm_generation_step(&g);
        if (event.kind == S3LM_EVENT_TOKEN && t->count < 256u) {
            memcpy(t->logits + (size_t)t->count * t->vocab, model->logits, 4u * t->vocab);
            t->ids[t->count++] = event.id;
            memcpy(t->text + t->text_length, event.text, event.text_length);
            t->text_length += event.text_length;
        }
    }
}

static truth expected;
static loaded engine;

static uint32_t encode(const char *prompt, uint32_t *ids) {
    static uint8_t scratch[1 << 18];
    size_t count = 0;
    s3lm_encode(&c.model.tokenizer, (const uint8_t *)prompt, strlen(prompt), S3LM_ENCODE_ADD_SPECIAL, scratch,
                sizeof scratch, ids, 256, &count);
    return (uint32_t)count;
}

static void expect_prompt(const char *prompt, const wish *w) {
    static uint32_t ids[256];
    s3lm_reset(&engine.model);
    expect(&expected, &engine.model, ids, encode(prompt, ids), w);
}

/* Compares the messages of one generation with `expected`. */
static void answer_is_expected(const char *name, bool logits) {
    static uint8_t text[8192];
    static float scores[1024];
    uint32_t tokens = 0, length = 0, have = 0;
    for (uint32_t i = 0; i < message_count; i++) {
        const message *m = &messages[i];
        if (m->type == CONSOLE_TOKEN) {
            CHECK(tokens == 0u || !logits || have == expected.vocab, "%s: logits of token %u", name, (unsigned)tokens);
            CHECK(s3lm_u32(m->payload) == expected.ids[tokens], "%s: token %u is %u", name, (unsigned)tokens,
                  (unsigned)s3lm_u32(m->payload));
            memcpy(text + length, m->payload + 8, m->length - 8u);
            length += m->length - 8u;
            tokens++;
            have = 0;
        } else if (m->type == CONSOLE_LOGITS) {
            uint32_t count = (m->length - 8u) / 4u;
            CHECK(s3lm_u32(m->payload) == tokens - 1u && s3lm_u32(m->payload + 4) == have, "%s: place of logits", name);
            memcpy(scores + have, m->payload + 8, m->length - 8u);
            have += count;
            if (have == expected.vocab) {
                CHECK(memcmp(scores, expected.logits + (size_t)(tokens - 1u) * expected.vocab, 4u * have) == 0,
                      "%s: logits of token %u differ", name, (unsigned)tokens);
            }
        }
    }
    CHECK(tokens == expected.count, "%s: %u of %u tokens", name, (unsigned)tokens, (unsigned)expected.count);
    CHECK(length == expected.text_length && memcmp(text, expected.text, length) == 0, "%s: another text", name);
    CHECK(last()->type == CONSOLE_FINISHED, "%s: no end", name);
    CHECK(s3lm_u32(last()->payload + 8) == tokens, "%s: %u counted", name, (unsigned)s3lm_u32(last()->payload + 8));
}

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
        snprintf(text, sizeof text, "%s", said(USB));
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
        {"/info\r", "model: tiny ?\"chat?\" \xc3\xbcn\xc3\xaf\r\n"},
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
    w.flags = 4;
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

/* ---- Two ports ---- */

static void two_ports_do_not_meet(void) {
    wish w = warm(40, 5);
    start();
    settle();
    said(USB);
    said(UART);
    expect_prompt("There was", &w);
    ask(USB, 2, "There was", &w);
    steps(6);
    type(UART, "me too\r");
    send(UART, CONSOLE_RESET, 3, NULL, 0);
    send(UART, CONSOLE_CANCEL, 4, NULL, 0);
    send(UART, CONSOLE_BENCH, 5, NULL, 0);
    send(UART, CONSOLE_STATS, 6, NULL, 0);
    steps(3);
    CHECK(c.work == CONSOLE_GENERATING, "the other port does not stop it");
    settle();
    collect(USB);
    answer_is_expected("beside another port", false);
    collect(UART);
    CHECK(says(between, "The board is busy with a request from USB.") && ends(between, "> "), "%s", between);
    CHECK(message_count == 4u && messages[0].payload[0] == CONSOLE_BUSY && messages[1].payload[0] == 0u &&
              messages[2].payload[0] == CONSOLE_BUSY && messages[3].type == CONSOLE_FACTS,
          "%u answers", (unsigned)message_count);
    /* A frame on one port inside a line on the other. */
    type(UART, "/te");
    send(USB, CONSOLE_HELLO, 7, "\x01", 1);
    settle();
    type(UART, "mp\r");
    settle();
    CHECK(says(said(UART), "temperature:"), "a line of its own");
}

/* ---- Hosts that do not read ---- */

static void a_host_that_pauses_loses_nothing(void) {
    wish w = warm(60, 11);
    w.flags = CONSOLE_WANT_LOGITS;
    start();
    settle();
    said(USB);
    expect_prompt("There was", &w);
    ask(USB, 2, "There was", &w);
    steps(5);
    uint64_t random = 9;
    for (uint32_t i = 0; i < 40000u && c.work != CONSOLE_IDLE; i++) {
        fake.ports[USB].most = random_below(&random, 5) == 0u ? random_below(&random, 300) : 0u;
        console_step(&c);
        fake.now += 1000;
    }
    fake.ports[USB].most = SIZE_MAX;
    settle();
    collect(USB);
    answer_is_expected("with pauses", true);
}

static void a_host_that_stops_reading(uint32_t person) {
    wish w = warm(0, 11);
    start();
    settle();
    said(USB);
    if (person) {
        type(USB, "/len 0\r");
        settle();
        said(USB);
        type(USB, "There was\r");
    } else {
        ask(USB, 2, "There was", &w);
    }
    for (uint32_t i = 0; i < 100u && c.work == CONSOLE_IDLE; i++) {
        console_step(&c);
    }
    steps(4);
    CHECK(c.work == CONSOLE_GENERATING, "it runs");
    fake.ports[USB].most = 0;
    if (person) {
        /* This model's answers are shorter than what may wait: most of that room is taken before. */
        uint8_t earlier[CONSOLE_OUTPUT_BYTES - CONSOLE_END_RESERVE - 64u];
        memset(earlier, '.', sizeof earlier);
        console_write(&c.ports[USB], CONSOLE_ORDINARY, earlier, sizeof earlier);
    }
    steps(500);
    CHECK(c.work == CONSOLE_GENERATING, "it waits");
    uint32_t made = c.session.generation.new_tokens;
    steps(500);
    CHECK(c.session.generation.new_tokens == made && fake.fed > 1000u, "it computes nothing, and the board lives");
    /* The other port is answered. */
    said(UART);
    type(UART, "/stats\r");
    steps(20);
    CHECK(says(said(UART), "uptime"), "the other port is answered");
    fake.now += CONSOLE_STALL_MICROS;
    steps(3);
    CHECK(c.work == CONSOLE_IDLE, "it ends");
    said(UART);
    type(UART, "/len 3\rhello\r");
    steps(200);
    CHECK(ends(said(UART), "\r\n> "), "the other port may ask");
    fake.ports[USB].most = SIZE_MAX;
    settle();
    collect(USB);
    if (person) {
        CHECK(ends(between, "(stopped: nobody was reading)\r\n> "), "%s", between);
    } else {
        CHECK(last()->type == CONSOLE_FINISHED && last()->payload[0] == CONSOLE_END_STALLED &&
                  s3lm_u32(last()->payload + 8) >= message_count - 4u,
              "the end of the generation is not lost");
    }
    send(USB, CONSOLE_HELLO, 3, "\x01", 1);
    settle();
    collect(USB);
    CHECK(last()->type == CONSOLE_WELCOME, "the port is alive");
}

static void nobody_ever_reads(void) {
    start();
    fake.ports[USB].most = fake.ports[UART].most = 0;
    fake_start(package, package_bytes, APP_PSRAM_NONE);
    fake.ports[USB].most = fake.ports[UART].most = 0;
    memset(&c, 0, sizeof c);
    console_start(&c, &fake.board);
    for (uint32_t i = 0; i < 300u; i++) {
        type(USB, "/help\r/info\rhello\r");
        steps(5);
    }
    fake.ports[USB].most = SIZE_MAX;
    settle();
    CHECK(says(said(USB), "firmware"), "what was first is still there");
}

/* ---- Noise ---- */

static void noise_does_no_harm(void) {
    static const char letters[] = "\x1b\x1b_L\\ABCabc019+/\r\n\x03\x15\x08\x7f/temp /len 1 /help/bench/info\xc3\xbc";
    uint64_t random = 17;
    uint8_t wire[CONSOLE_WIRE_BYTES(64u)], payload[64];
    start();
    type(USB, "/len 2\r");
    settle();
    for (uint32_t sent = 0; sent < 1000000u;) {
        uint8_t noise[64];
        uint32_t count = random_below(&random, sizeof noise), port = random_below(&random, 2);
        for (uint32_t i = 0; i < count; i++) {
            noise[i] = random_below(&random, 6) == 0u ? (uint8_t)random64(&random)
                                                      : (uint8_t)letters[random_below(&random, sizeof letters - 1u)];
        }
        fake_send(port, noise, count);
        if (random_below(&random, 4) == 0u) {
            /* A frame with a right checksum and any content; a reboot only ends this test. */
            uint32_t length = random_below(&random, sizeof payload);
            for (uint32_t i = 0; i < length; i++) {
                payload[i] = random_below(&random, 2) == 0u ? 0u : (uint8_t)random64(&random);
            }
            uint8_t kind = (uint8_t)random_below(&random, CONSOLE_REBOOT);
            count = (uint32_t)console_encode(kind, 0, (uint16_t)sent, payload, length, wire);
            fake_send(port, wire, random_below(&random, 8) == 0u ? random_below(&random, count) : count);
        }
        sent += 64u;
        steps(2);
        fake.now += 100;
        fake.ports[0].most = fake.ports[1].most = random_below(&random, 400);
        fake.ports[0].output_length = fake.ports[1].output_length = 0;
    }
    fake.ports[0].most = fake.ports[1].most = SIZE_MAX;
    type(USB, "\r\x03\x03");
    settle();
    fake.now += CONSOLE_STALL_MICROS;
    settle();
    said(USB);
    send(USB, CONSOLE_HELLO, 3, "\x01", 1);
    settle();
    collect(USB);
    CHECK(last()->type == CONSOLE_WELCOME, "the board answers after noise");
    CHECK(c.ports[USB].parser.damaged > 100u && c.ports[USB].frames_received > 1000u, "%u damaged of %u",
          (unsigned)c.ports[USB].parser.damaged, (unsigned)c.ports[USB].frames_received);
}

static void a_sender_that_leaves(void) {
    start();
    settle();
    said(USB);
    type(USB, "\x1b_LAQAB");
    steps(3);
    fake.now += CONSOLE_SILENCE_MICROS;
    steps(2);
    type(USB, "/seed 5\r");
    settle();
    CHECK(says(said(USB), "seed: 5\r\n"), "what is typed after a broken frame is typed");
}

/* ---- Boards without a model ---- */

static void faulty(const uint8_t *bytes, size_t count, const char *sentence) {
    start_with(bytes, count, APP_PSRAM_NONE);
    settle();
    CHECK(says(said(USB), sentence), "the fault is told at once: %s", sentence);
    type(USB, "hello\r");
    settle();
    CHECK(says(said(USB), sentence), "and at every prompt");
    type(USB, "/temp 1\r");
    settle();
    CHECK(says(said(USB), sentence), "and at every setting");
    type(USB, "/info\r");
    settle();
    const char *info = said(USB);
    CHECK(says(info, sentence) && says(info, "flash mode"), "and with the facts");
    type(USB, "/bench\r");
    settle();
    const char *bench = said(USB);
    CHECK(says(bench, "sram read: ") && says(bench, sentence), "%s", bench);
    type(USB, "/stats\r/help\r");
    settle();
    CHECK(says(said(USB), "forget the conversation"), "the console lives");
    wish w = greedy(3);
    ask(USB, 2, "a", &w);
    send(USB, CONSOLE_RESET, 3, NULL, 0);
    send(USB, CONSOLE_SET, 4, (uint8_t[CONSOLE_SAMPLING_BYTES]){0}, CONSOLE_SAMPLING_BYTES);
    send(USB, CONSOLE_HELLO, 5, "\x01", 1);
    settle();
    collect(USB);
    for (uint32_t i = 0; i < 4u && i < message_count; i++) {
        CHECK(messages[i].payload[0] == CONSOLE_NO_MODEL && says((const char *)messages[i].payload + 1, sentence),
              "answer %u: %s", (unsigned)i, (const char *)messages[i].payload + 1);
    }
    CHECK(last()->type == CONSOLE_WELCOME && s3lm_u32(last()->payload + 4) == 0u, "a board without a model");
}

static void boards_without_a_model(void) {
    uint8_t *copy = host_allocate(package_bytes);
    faulty(NULL, 0, "Write");
    memset(copy, 0xFF, package_bytes);
    faulty(copy, package_bytes, "Write");
    memcpy(copy, package, package_bytes);
    copy[package_bytes / 2u] ^= 1u;
    faulty(copy, package_bytes, "damaged");
    free(copy);
}

/* ---- The rest ---- */

static void measuring(void) {
    start();
    type(USB, "/temp 0\r/len 4\rhello\r");
    settle();
    uint32_t length = c.model.model.length;
    said(USB);
    type(USB, "/bench\r");
    settle();
    const char *text = said(USB);
    CHECK(says(text, "sram read: ") && says(text, "psram read: ") && says(text, "bound by measured rates: ") &&
              says(text, "tokens per second: ") && ends(text, "> "),
          "%s", text);
    CHECK(c.model.model.length == length, "the conversation is as before");
    send(USB, CONSOLE_BENCH, 6, NULL, 0);
    settle();
    collect(USB);
    const char *facts = (const char *)last()->payload;
    CHECK(last()->type == CONSOLE_FACTS && says(facts, "sram_limit=2560000000\n") &&
              says(facts, "psram_limit=88200000\n") && says(facts, "percent_of_planned_bound="),
          "%s", facts);
    send(USB, CONSOLE_BENCH, 7, NULL, 0);
    steps(3);
    send(USB, CONSOLE_CANCEL, 8, NULL, 0);
    settle();
    collect(USB);
    CHECK(last()->type == CONSOLE_ERROR && last()->request == 7u && last()->payload[0] == CONSOLE_CANCELLED,
          "a measurement can be cancelled");
}

static void rebooting(void) {
    start();
    settle();
    said(USB);
    send(USB, CONSOLE_REBOOT, 6, NULL, 0);
    app_main(&fake.board);
    CHECK(fake.resets == 1u, "%u resets", (unsigned)fake.resets);
    collect(USB);
    CHECK(last()->type == CONSOLE_OK && last()->request == 6u, "the answer comes before the reset");
}

int main(int argc, char **argv) {
    const char *folder = argc > 2 ? argv[2] : "../../test/fixtures/console";
    package = read_package(folder, "chat", &package_bytes);
    load(&engine, folder, "chat", NULL);
    messages = calloc(MOST_MESSAGES, sizeof *messages);
    expected.vocab = engine.package.config.vocab_size;
    expected.logits = calloc(256u, 4u * expected.vocab);
    if (!messages || !expected.logits) {
        return 1;
    }
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
    RUN(two_ports_do_not_meet);
    RUN(a_host_that_pauses_loses_nothing);
    RUN(a_host_that_stops_reading, 0);
    RUN(a_host_that_stops_reading, 1);
    RUN(nobody_ever_reads);
    RUN(noise_does_no_harm);
    RUN(a_sender_that_leaves);
    RUN(boards_without_a_model);
    RUN(measuring);
    RUN(rebooting);
    free(messages);
    free(expected.logits);
    unload(&engine);
    free(package);
    return report();
}
