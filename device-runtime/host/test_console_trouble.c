/* The whole application in trouble: two ports at once, hosts that stop reading, noise, boards whose model does not
 * load. */
#include "testing_console.h"

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
    CHECK(last()->type == CONSOLE_FACTS && says(facts, "sram_limit=7680000000\n") &&
              says(facts, "psram_limit=88800000\n") && says(facts, "percent_of_planned_bound="),
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
    prepare(argc, argv);
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
    put_away();
    return report();
}
