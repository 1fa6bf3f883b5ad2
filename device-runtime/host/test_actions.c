/* What answers do: the section with every number wrong, answers of all sorts, percent, timers, and that no text ever
 * touches a pin that is not wired. */
#include "../app/actions.h"
#include "fake_board.h"
#include "testing.h"

/* ---- A section by hand: its writer shares nothing with the converter's ---- */

typedef struct {
    uint8_t bytes[4096];
    uint32_t length;
    uint8_t texts[1024];
    uint32_t text_bytes;
} maker;

static void put16(maker *m, uint32_t value) {
    m->bytes[m->length++] = (uint8_t)value;
    m->bytes[m->length++] = (uint8_t)(value >> 8);
}

static void put32(maker *m, uint32_t value) {
    put16(m, value);
    put16(m, value >> 16);
}

static uint32_t text(maker *m, const char *string) {
    if (!string) {
        return ACTIONS_NO_TEXT;
    }
    uint32_t at = m->text_bytes, length = (uint32_t)strlen(string);
    m->texts[m->text_bytes++] = (uint8_t)length;
    memcpy(m->texts + m->text_bytes, string, length);
    m->text_bytes += length;
    return at;
}

static void output(maker *m, uint32_t kind, uint32_t pin, uint32_t inverted, const char *name, uint32_t on) {
    m->bytes[m->length++] = (uint8_t)kind;
    m->bytes[m->length++] = (uint8_t)pin;
    put16(m, inverted);
    put16(m, text(m, name));
    put16(m, 0);
    put32(m, on);
    put32(m, 0);
    put16(m, 500);
    put16(m, 2400);
}

static void effect(maker *m, uint32_t change, uint32_t target, const char *place, const char *from, uint32_t value) {
    m->bytes[m->length++] = (uint8_t)change;
    m->bytes[m->length++] = (uint8_t)target;
    put16(m, text(m, place));
    put16(m, text(m, from));
    put16(m, 0);
    put32(m, value);
}

/* A lamp in the kitchen, a dimmer in the study, blinds, a light, a door; on, off, set, a pattern, get. */
static uint32_t make(uint8_t *out) {
    maker m = {.length = 0};
    put16(&m, ACTIONS_VERSION);
    put16(&m, 4);  /* outputs */
    put16(&m, 3);  /* inputs */
    put16(&m, 5);  /* rules */
    put16(&m, 9);  /* conditions */
    put16(&m, 15); /* effects */
    put16(&m, 1);  /* colours */
    put16(&m, text(&m, "room"));
    put16(&m, text(&m, "all"));
    put16(&m, text(&m, "in"));
    uint32_t text_bytes_at = m.length;
    put32(&m, 0);
    put32(&m, 0);
    put32(&m, 0);
    output(&m, ACTION_OUTPUT_SWITCH, 5, 0, "lamp", 100);
    output(&m, ACTION_OUTPUT_DIMMER, 6, 0, "dimmer", 80);
    output(&m, ACTION_OUTPUT_SERVO, 7, 0, "blinds", 90);
    output(&m, ACTION_OUTPUT_LIGHT, 38, 0, "light", 0xFFFFFF);
    static const uint8_t inputs[3] = {ACTION_INPUT_LEVEL, ACTION_INPUT_UPTIME, ACTION_INPUT_TEMPERATURE};
    static const char *const names[3] = {"door", "up", "warm"};
    for (uint32_t i = 0; i < 3u; i++) {
        m.bytes[m.length++] = inputs[i];
        m.bytes[m.length++] = i == 0u ? 4 : ACTIONS_NO_PIN;
        put16(&m, APP_PULL_UP);
        put16(&m, text(&m, names[i]));
        put16(&m, ACTIONS_NO_TEXT);
        put16(&m, ACTIONS_NO_TEXT);
        put16(&m, 0);
    }
    static const uint16_t rules[5][4] = {{0, 2, 0, 4}, {2, 2, 4, 4}, {4, 2, 8, 3}, {6, 1, 11, 1}, {7, 2, 12, 3}};
    for (uint32_t i = 0; i < 5u; i++) {
        for (uint32_t k = 0; k < 4u; k++) {
            put16(&m, rules[i][k]);
        }
    }
    static const char *const conditions[9][2] = {{"do", "on"},        {"do", "start"}, {"do", "off"},
                                                 {"do", "stop"},      {"do", "set"},   {"do", "dim"},
                                                 {NULL, "*beep*now"}, {"do", "get"},   {"do", "ask"}};
    for (uint32_t i = 0; i < 9u; i++) {
        put16(&m, text(&m, conditions[i][0]));
        put16(&m, text(&m, conditions[i][1]));
    }
    for (uint32_t change = ACTION_CHANGE_ON;; change = ACTION_CHANGE_OFF) {
        effect(&m, change, 0, "kitchen", NULL, 0);
        effect(&m, change, 1, "study", NULL, 0);
        effect(&m, change, 2, NULL, NULL, 0);
        effect(&m, change, 3, "hall", NULL, 0);
        if (change == ACTION_CHANGE_OFF) {
            break;
        }
    }
    effect(&m, ACTION_CHANGE_FROM, 1, "study", "val", 0);
    effect(&m, ACTION_CHANGE_FROM, 2, "bedroom", "val", 0);
    effect(&m, ACTION_CHANGE_FROM, 3, "hall", "val", 0);
    effect(&m, ACTION_CHANGE_PULSE, 0, NULL, NULL, 250);
    effect(&m, ACTION_CHANGE_READ, 0, NULL, NULL, 0);
    effect(&m, ACTION_CHANGE_READ, 1, NULL, NULL, 0);
    effect(&m, ACTION_CHANGE_READ, 2, NULL, NULL, 0);
    put16(&m, text(&m, "warm"));
    put16(&m, 0);
    put32(&m, 0xFF8000);
    m.bytes[text_bytes_at] = (uint8_t)m.text_bytes;
    m.bytes[text_bytes_at + 1u] = (uint8_t)(m.text_bytes >> 8);
    memcpy(m.bytes + m.length, m.texts, m.text_bytes);
    memcpy(out, m.bytes, m.length + m.text_bytes);
    return m.length + m.text_bytes;
}

static uint8_t section[4096];
static actions state;

static void begin(void) {
    fake_start(NULL, 0, APP_PSRAM_OCTAL);
    memset(&state, 0, sizeof state);
    uint32_t length = make(section);
    const char *fault = actions_open(&state.section, section, length, fake.board.pins);
    CHECK(!fault, "%s", fault);
    actions_start(&state, fake.board.pins);
}

static void answer_bytes(const void *bytes, size_t length, uint64_t now) {
    state.length = length <= ACTIONS_ANSWER_BYTES ? (uint32_t)length : ACTIONS_ANSWER_BYTES + 1u;
    memcpy(state.answer, bytes, length <= ACTIONS_ANSWER_BYTES ? length : 0u);
    state.news_begin = state.news_end = 0;
    actions_act(&state, now);
}

static void answer(const char *string, uint64_t now) { answer_bytes(string, strlen(string), now); }

static void pins_follow_answers(void) {
    begin();
    CHECK(fake.pins[5].use == FAKE_LEVEL && fake.pins[5].value == 0u, "off at first");
    CHECK(fake.pins[7].use == FAKE_UNUSED, "a servo stays as it is");
    answer("{\"do\":\"on\",\"dev\":\"lamp\",\"room\":\"kitchen\"}", 0);
    CHECK(fake.pins[5].value == 1u && fake.pins[6].value == 0u, "the kitchen alone");
    CHECK(fake.pins[7].use == FAKE_SERVO && fake.pins[7].value == 1450u, "what has no place is everywhere");
    answer("{\"do\":\"off\",\"room\":\"all\"}", 0);
    CHECK(fake.pins[5].value == 0u && fake.pins[7].value == 500u, "everywhere");
    answer("  {\"do\" : \"st\\u0061rt\"}\n", 0);
    CHECK(fake.pins[5].value == 1u && fake.pins[6].value == 65536u * 80u / 100u && fake.pins[38].value == 0xFFFFFFu,
          "no place, an escape, an alternative");
}

static void values_are_percent_degrees_and_colours(void) {
    static const struct {
        const char *room, *value;
        uint32_t pin, expected;
    } cases[] = {
        {"study", "40%", 6, 40},       {"study", "+20%", 6, 60},        {"study", "-10%", 6, 50},
        {"study", "200%", 6, 100},     {"study", "-250%", 6, 0},        {"study", "-10%", 6, 90},
        {"study", "23C", 6, 90},       {"study", "blue", 6, 90},        {"study", "12", 6, 12},
        {"study", "", 6, 12},          {"study", "99999999999", 6, 12}, {"hall", "warm", 38, 0xFF8000},
        {"hall", "50%", 38, 0x7F4000}, {"hall", "WARM", 38, 0x7F4000},  {"bedroom", "45", 7, 975},
        {"bedroom", "100%", 7, 2400},  {"bedroom", "-90 deg", 7, 1450}, {"bedroom", "500\xC2\xB0", 7, 2400},
    };
    begin();
    for (uint32_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char json[160];
        snprintf(json, sizeof json, "{\"do\":\"set\",\"room\":\"%s\",\"val\":\"%s\"}", cases[i].room, cases[i].value);
        answer(json, 0);
        uint32_t value = fake.pins[cases[i].pin].value;
        uint32_t expected = cases[i].pin == 6u ? 65536u * cases[i].expected / 100u : cases[i].expected;
        CHECK(value == expected, "%s: %u is not %u", json, value, expected);
    }
}

static void texts_that_are_no_actions_do_nothing(void) {
    static const char *const texts[] = {
        "",
        "on",
        "{}",
        "[\"do\",\"on\"]",
        "{\"do\":\"on\"",
        "{\"do\":\"on\"} and more",
        "{\"do\":{\"do\":\"on\"}}",
        "{\"do\":\"on\",\"do\":\"on\"}",
        "{\"do\":\"on\",}",
        "{do:\"on\"}",
        "{\"do\":\"on\\q\"}",
        "{\"do\":\"\\ud800\"}",
        "{\"do\":\"on\n\"}",
        "{\"do\":\"on\",\"room\":\"garden\"",
        "{\"do\":\"ON\"}",
        "{\"beep\":\"beep now\"}",
        "{ beep now",
    };
    begin();
    uint32_t before = fake.pins[5].changes + fake.pins[6].changes + fake.pins[7].changes + fake.pins[38].changes;
    for (uint32_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        answer(texts[i], 0);
        uint32_t now = fake.pins[5].changes + fake.pins[6].changes + fake.pins[7].changes + fake.pins[38].changes;
        CHECK(now == before, "%s", texts[i]);
        before = now;
    }
}

static void patterns_pulse_and_timers_wait(void) {
    begin();
    answer("Beep for me NOW", 1000);
    CHECK(fake.pins[5].value == 1u && state.due == 251000u, "on, until then");
    actions_wake(&state, 250999);
    CHECK(fake.pins[5].value == 1u, "not yet");
    actions_wake(&state, 251000);
    CHECK(fake.pins[5].value == 0u && state.due == UINT64_MAX, "off");
    answer("{\"do\":\"on\",\"room\":\"kitchen\",\"in\":\"5 minutes\"}", 0);
    CHECK(fake.pins[5].value == 0u && state.due == 300000000u, "five minutes");
    CHECK(state.news[0].told == ACTION_TOLD_PLANNED && state.news[0].seconds == 300u, "told");
    actions_wake(&state, 300000000u);
    CHECK(fake.pins[5].value == 1u, "then");
    static const char *const never[] = {"soon", "0m", "-5m", "8000000h", "5 fortnights", "5"};
    for (uint32_t i = 0; i < sizeof never / sizeof never[0]; i++) {
        char json[96];
        snprintf(json, sizeof json, "{\"do\":\"off\",\"room\":\"kitchen\",\"in\":\"%s\"}", never[i]);
        answer(json, 0);
        CHECK(state.due == UINT64_MAX && fake.pins[5].value == 1u && state.news[0].told == ACTION_TOLD_REFUSED, "%s",
              json);
    }
    for (uint32_t i = 0; i < ACTIONS_TIMERS; i++) {
        answer("{\"do\":\"off\",\"room\":\"study\",\"in\":\"9s\"}", 0);
    }
    answer("Beep now", 0);
    CHECK(fake.pins[5].value == 1u && state.news[state.news_end - 1u].told == ACTION_TOLD_REFUSED,
          "a pulse that nothing would end is not begun");
}

static void inputs_are_read(void) {
    begin();
    fake.pins[4].outside = false;
    answer("{\"do\":\"get\"}", 7000000);
    CHECK(state.news_end == 3u && state.news[0].value == 0u && state.news[1].value == 7u, "a level and seconds");
    CHECK(state.news[2].value == 35u, "degrees");
    fake.celsius = -7;
    answer("{\"do\":\"get\"}", 7000000);
    CHECK((int32_t)state.news[2].value == -7, "below 0");
    fake.is_without_thermometer = true;
    answer("{\"do\":\"get\"}", 7000000);
    CHECK(state.news[2].value == ACTIONS_UNKNOWN, "a thermometer that says nothing");
    CHECK(fake.pins[4].use == FAKE_INPUT && fake.pins[4].value == APP_PULL_UP, "pulled up");
}

static void random_texts_touch_nothing_else(uint64_t seed, uint32_t rounds) {
    static const char pieces[][20] = {"{",       "}",     "\"do\"",  ":",  "\"on\"", ",",           "\"in\"",
                                      "\"5s\"",  "\\u00", "\"val\"", "\"", "+10%",   "\"set\"",     "\"room\"",
                                      "\"all\"", "beep",  "now",     " ",  "\xFF",   "99999999999", "-"};
    begin();
    for (uint32_t round = 0; round < rounds; round++) {
        uint8_t bytes[600];
        size_t length = 0;
        uint32_t count = random_below(&seed, 24);
        for (uint32_t i = 0; i < count; i++) {
            const char *piece = pieces[random_below(&seed, sizeof pieces / sizeof pieces[0])];
            memcpy(bytes + length, piece, strlen(piece));
            length += strlen(piece);
        }
        for (uint32_t i = 0; length > 0u && i < random_below(&seed, 3); i++) {
            bytes[random_below(&seed, (uint32_t)length)] = (uint8_t)random64(&seed);
        }
        answer_bytes(bytes, length, (uint64_t)round * 1000000u);
        actions_wake(&state, (uint64_t)round * 1000000u);
    }
    for (uint32_t pin = 0; pin < FAKE_PINS; pin++) {
        bool wired = (pin >= 4u && pin <= 7u) || pin == 38u;
        CHECK(wired || fake.pins[pin].use == FAKE_UNUSED, "pin %u", pin);
    }
    CHECK(fake.pins[5].changes > 10u, "some of them act");
}

static void sections_with_a_wrong_number_are_refused_or_harmless(uint64_t seed, uint32_t rounds) {
    uint32_t length = make(section), refused = 0;
    begin();
    for (uint32_t round = 0; round < rounds; round++) {
        uint8_t *copy = malloc(length); /* of just that length: sanitizers see the byte behind it */
        memcpy(copy, section, length);
        for (uint32_t i = 0; i <= random_below(&seed, 2); i++) {
            copy[random_below(&seed, length)] = (uint8_t)random64(&seed);
        }
        uint32_t given = random_below(&seed, 8) == 0u ? random_below(&seed, length + 1u) : length;
        memset(&state, 0, sizeof state);
        if (actions_open(&state.section, copy, given, fake.board.pins)) {
            refused++;
        } else {
            /* The fake board ends the program at a pin that is not free. */
            actions_start(&state, fake.board.pins);
            answer("{\"do\":\"on\"}", 0);
            answer("{\"do\":\"set\",\"val\":\"+10%\",\"in\":\"1s\"}", 0);
            answer("beep now", 0);
            answer("{\"do\":\"get\"}", 0);
            actions_wake(&state, 3000000);
        }
        free(copy);
    }
    CHECK(refused > rounds / 200u && refused < rounds, "%u are refused", refused);
}

static void pins_that_are_not_free_are_refused(void) {
    fake_start(NULL, 0, APP_PSRAM_OCTAL);
    for (uint32_t pin = 0; pin < 256u; pin++) {
        uint32_t length = make(section);
        section[ACTIONS_HEADER_BYTES + ACTIONS_OUTPUT_PIN_AT] = (uint8_t)pin;
        bool taken = pin == 4u || pin == 6u || pin == 7u || pin == 38u;
        bool fine = !actions_open(&state.section, section, length, fake.board.pins);
        CHECK(fine == (fake.board.pins->is_free(pin) && !taken), "pin %u", pin);
    }
}

/* test_actions FIXTURES CONSOLE [ROUNDS]: so many random texts, and so many damaged sections. */
int main(int argc, char **argv) {
    uint32_t rounds = argc > 3 ? (uint32_t)strtoul(argv[3], NULL, 10) : 100000u;
    RUN(pins_follow_answers);
    RUN(values_are_percent_degrees_and_colours);
    RUN(texts_that_are_no_actions_do_nothing);
    RUN(patterns_pulse_and_timers_wait);
    RUN(inputs_are_read);
    RUN(random_texts_touch_nothing_else, 1, rounds);
    RUN(sections_with_a_wrong_number_are_refused_or_harmless, 2, rounds);
    RUN(pins_that_are_not_free_are_refused);
    return report();
}
