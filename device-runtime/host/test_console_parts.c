/* The console's parts one by one: frames against the examples that src/device has too and against noise, the line
 * editor, numbers as text. */
#include "../app/app_format.h"
#include "../app/console_frame.h"
#include "../app/console_line.h"
#include "testing.h"

/* ---- Frames ---- */

static console_parser parser;

/* What came out of a stream: text and frames in hexadecimal, as the examples write them. */
typedef struct {
    char text[65536], frames[65536];
    size_t text_length, frames_length;
    uint32_t count;
} found;

static found seen;

static void hex(char *out, size_t *at, size_t capacity, const uint8_t *bytes, size_t count) {
    for (size_t i = 0; i < count && *at + 3u < capacity; i++) {
        *at += (size_t)snprintf(out + *at, capacity - *at, "%02x", bytes[i]);
    }
}

static void parse(const uint8_t *bytes, size_t count) {
    for (size_t i = 0; i < count; i++) {
        console_found what = console_parse(&parser, bytes[i]);
        const console_frame *f = &parser.frame;
        if (what == CONSOLE_TEXT) {
            hex(seen.text, &seen.text_length, sizeof seen.text, parser.text, parser.text_count);
        } else if (what == CONSOLE_FRAME) {
            seen.frames_length +=
                (size_t)snprintf(seen.frames + seen.frames_length, sizeof seen.frames - seen.frames_length,
                                 "%s%u:%u:%u:", seen.count++ ? " " : "", f->type, f->number, f->request);
            hex(seen.frames, &seen.frames_length, sizeof seen.frames, f->payload, f->length);
        }
    }
}

static void start_parsing(void) {
    memset(&parser, 0, sizeof parser);
    memset(&seen, 0, sizeof seen);
}

/* Value of `key` in a line of the examples, which are JSON without escapes. */
static bool value_of(const char *line, const char *key, char *out, size_t capacity) {
    char name[32];
    snprintf(name, sizeof name, "\"%s\":", key);
    const char *at = strstr(line, name);
    if (!at) {
        return false;
    }
    at += strlen(name);
    bool quoted = *at == '"';
    at += quoted;
    size_t length = strcspn(at, quoted ? "\"" : ",}");
    if (length >= capacity) {
        return false;
    }
    memcpy(out, at, length);
    out[length] = '\0';
    return true;
}

static size_t bytes_of(const char *text, uint8_t *out, size_t capacity) {
    size_t count = 0;
    unsigned value;
    while (count < capacity && sscanf(text + 2u * count, "%2x", &value) == 1) {
        out[count++] = (uint8_t)value;
    }
    return count;
}

static void the_examples_are_understood(const char *path) {
    static char line[65536], name[200], stream[65536], text[65536], frames[65536], damaged[16];
    static uint8_t bytes[32768];
    int examples = 0;
    FILE *file = fopen(path, "r");
    CHECK(file, "%s cannot be read", path);
    while (file && fgets(line, sizeof line, file)) {
        if (!value_of(line, "name", name, sizeof name)) {
            continue;
        }
        examples++;
        CHECK(value_of(line, "stream", stream, sizeof stream) && value_of(line, "text", text, sizeof text) &&
                  value_of(line, "frames", frames, sizeof frames) && value_of(line, "damaged", damaged, sizeof damaged),
              "%s: fields", name);
        start_parsing();
        parse(bytes, bytes_of(stream, bytes, sizeof bytes));
        CHECK(strcmp(text, seen.text) == 0, "%s: text %s, found %s", name, text, seen.text);
        CHECK(strcmp(frames, seen.frames) == 0, "%s: frames %.80s, found %.80s", name, frames, seen.frames);
        CHECK((uint32_t)atoi(damaged) == parser.damaged, "%s: %u damaged", name, (unsigned)parser.damaged);
    }
    CHECK(examples >= 20, "%d examples", examples);
    if (file) {
        fclose(file);
    }
}

static void what_is_written_is_read(void) {
    static uint8_t payload[CONSOLE_MAX_PAYLOAD], wire[CONSOLE_WIRE_BYTES(CONSOLE_MAX_PAYLOAD)];
    uint64_t random = 1;
    for (uint32_t length = 0; length <= CONSOLE_MAX_PAYLOAD; length += length < 40u ? 1u : 37u) {
        for (uint32_t i = 0; i < length; i++) {
            payload[i] = (uint8_t)random64(&random);
        }
        size_t count = console_encode((uint8_t)length, 9, (uint16_t)(length * 77u), payload, length, wire);
        CHECK(count == CONSOLE_WIRE_BYTES(length), "%u: %u bytes", (unsigned)length, (unsigned)count);
        start_parsing();
        for (size_t i = 0; i + 1u < count; i++) {
            CHECK(console_parse(&parser, wire[i]) == CONSOLE_NOTHING, "%u: byte %u", (unsigned)length, (unsigned)i);
            CHECK(i < 2u || (wire[i] >= 0x20u && wire[i] < 0x7Fu) || i == count - 2u, "byte %02x", wire[i]);
        }
        CHECK(console_parse(&parser, wire[count - 1u]) == CONSOLE_FRAME, "%u: no frame", (unsigned)length);
        const console_frame *f = &parser.frame;
        CHECK(f->type == (uint8_t)length && f->number == 9u && f->request == (uint16_t)(length * 77u) &&
                  f->length == length && memcmp(f->payload, payload, length) == 0,
              "%u: another frame", (unsigned)length);
    }
}

/* A million bytes of noise made of what frames are made of, with whole frames between: every whole frame that follows
 * something that ends a frame is found, nothing else is. */
static void noise_hides_no_frame_and_makes_none(void) {
    static const char letters[] = "\x1b\x1b\x1b__LLL\\\\ABCabc019+/=\r\n \x18\xc3\xbc";
    uint64_t random = 3;
    uint8_t wire[CONSOLE_WIRE_BYTES(8u)], payload[8] = {0};
    uint32_t sent = 0, got = 0, other = 0;
    start_parsing();
    for (uint32_t bytes = 0; bytes < 1000000u;) {
        uint32_t noise = random_below(&random, 40);
        for (uint32_t i = 0; i < noise; i++, bytes++) {
            uint8_t byte = random_below(&random, 8) == 0 ? (uint8_t)random64(&random)
                                                         : (uint8_t)letters[random_below(&random, sizeof letters - 1u)];
            other += console_parse(&parser, byte) == CONSOLE_FRAME;
        }
        if (random_below(&random, 4) == 0u) {
            size_t cut = random_below(&random, (uint32_t)console_encode(7, 7, 7, payload, sizeof payload, wire));
            for (size_t i = 0; i < cut; i++, bytes++) {
                other += console_parse(&parser, wire[i]) == CONSOLE_FRAME;
            }
        }
        /* The parser may wait for the end of a frame that noise has begun: a line feed ends it. */
        other += console_parse(&parser, '\n') == CONSOLE_FRAME;
        for (uint32_t i = 0; i < sizeof payload; i++) {
            payload[i] = (uint8_t)random64(&random);
        }
        size_t count = console_encode(5, (uint8_t)sent, (uint16_t)sent, payload, sizeof payload, wire);
        sent++;
        for (size_t i = 0; i < count; i++, bytes++) {
            if (console_parse(&parser, wire[i]) == CONSOLE_FRAME) {
                got += i == count - 1u && parser.frame.request == (uint16_t)(sent - 1u) &&
                       memcmp(parser.frame.payload, payload, sizeof payload) == 0;
            }
        }
    }
    CHECK(got == sent, "%u of %u frames", (unsigned)got, (unsigned)sent);
    CHECK(other == 0u, "%u frames out of noise", (unsigned)other);
    CHECK(parser.damaged > 1000u, "%u damaged", (unsigned)parser.damaged);
}

/* ---- Lines ---- */

static console_line line;
static uint8_t line_bytes[CONSOLE_MAX_LINE];

static void clear_line(void) {
    memset(&line, 0, sizeof line);
    line.bytes = line_bytes;
}

static char shown[8192];
static size_t shown_length;

static console_key type(const char *keys, size_t count) {
    console_key last = CONSOLE_TYPING;
    for (size_t i = 0; i < count; i++) {
        uint8_t bytes[8];
        app_text echo = app_text_in(bytes, sizeof bytes);
        last = console_type(&line, (uint8_t)keys[i], &echo);
        CHECK(!echo.cut, "echo of %02x is too long", (uint8_t)keys[i]);
        if (shown_length + echo.length < sizeof shown) {
            memcpy(shown + shown_length, echo.bytes, echo.length);
            shown_length += echo.length;
        }
    }
    return last;
}

static void typed(const char *keys, const char *expected, const char *echo) {
    clear_line();
    shown_length = 0;
    CHECK(type(keys, strlen(keys)) == CONSOLE_ENTERED, "%s was not entered", expected);
    CHECK(line.length == strlen(expected) && memcmp(line.bytes, expected, line.length) == 0, "\"%.*s\" is not \"%s\"",
          (int)line.length, (const char *)line.bytes, expected);
    CHECK(!echo || (shown_length == strlen(echo) && memcmp(shown, echo, shown_length) == 0), "echo of %s: %.*s",
          expected, (int)shown_length, shown);
}

static void lines_are_edited(void) {
    typed("hello\r", "hello", "hello\r\n");
    typed("hello\n", "hello", "hello\r\n");
    typed("a\tb\r", "a\tb", NULL);
    typed("hex\bllo\r", "hello", "hex\b \bllo\r\n");
    typed("x\x7f\x7f\x7fy\r", "y", "x\b \by\r\n");
    typed("\xc3\xbc\xe2\x82\xac\x7f\x7f\r", "", "\xc3\xbc\xe2\x82\xac\b \b\b \b\r\n");
    typed("\xe6\x97\xa5\x7f!\r", "!", "\xe6\x97\xa5\b \b\b \b!\r\n");
    typed("\xf0\x9f\x98\x80\x7f!\r", "!", "\xf0\x9f\x98\x80\b \b\b \b!\r\n");
    typed("e\xcc\x81\x7fx\r", "ex", "e\xcc\x81x\r\n");
    typed("a\xff\x7f\r", "a", "a?\b \b\r\n");
    /* A character is echoed when it is whole; what begins one and does not go on is no character. */
    typed("\xe6\x97x\r", "\xe6\x97x", "??x\r\n");
    typed("\xe6\x97\x7f\x7f!\r", "!", "!\r\n");
    typed("\xe6\x97\x7f\x97\xa5\r", "\xe6\x97\xa5", "\xe6\x97\xa5\r\n");
    typed("\xe6\xe6\x97\xa5\r", "\xe6\xe6\x97\xa5", "?\xe6\x97\xa5\r\n");
    typed("wrong\x15right\r", "right", "wrong^U\r\nright\r\n");
    typed("le\x1b[Aft\x1b[1;5D\x1bOPr\x1b\x1b[Be\x1bxd\r", "leftred", "leftred\r\n");
    typed("cut\x1b[\r", "cut", NULL);
    typed("control\x01\x02\x0e\r", "control", "control\r\n");
}

static void line_ends_are_counted_once(void) {
    clear_line();
    CHECK(type("a\r", 2) == CONSOLE_ENTERED && line.length == 1u, "CR");
    CHECK(type("\n", 1) == CONSOLE_TYPING, "LF after CR");
    CHECK(type("\n", 1) == CONSOLE_ENTERED && line.length == 0u, "LF");
    CHECK(type("b\n", 2) == CONSOLE_ENTERED && line.length == 1u && line.bytes[0] == 'b', "LF alone");
    CHECK(type("\r", 1) == CONSOLE_ENTERED && line.length == 0u, "CR after LF");
    CHECK(type("abc\x03", 4) == CONSOLE_INTERRUPTED, "Ctrl-C");
    CHECK(type("d\r", 2) == CONSOLE_ENTERED && line.length == 1u, "after Ctrl-C");
}

static void long_lines_are_refused_whole(void) {
    clear_line();
    for (uint32_t i = 0; i < CONSOLE_MAX_LINE; i++) {
        type("x", 1);
    }
    CHECK(type("\r", 1) == CONSOLE_ENTERED && line.length == CONSOLE_MAX_LINE, "the longest line");
    for (uint32_t i = 0; i <= CONSOLE_MAX_LINE; i++) {
        type("x", 1);
    }
    CHECK(type("\r", 1) == CONSOLE_REFUSED, "one byte more");
    CHECK(type("ok\r", 3) == CONSOLE_ENTERED && line.length == 2u, "the line after");
    /* A character that does not fit as a whole is not echoed in part. */
    clear_line();
    for (uint32_t i = 0; i < CONSOLE_MAX_LINE - 2u; i++) {
        type("x", 1);
    }
    type("\xe6\x97\xa5", 3);
    CHECK(line.length == CONSOLE_MAX_LINE - 2u && type("\r", 1) == CONSOLE_REFUSED, "%u bytes", (unsigned)line.length);
    for (uint32_t i = 0; i < CONSOLE_MAX_LINE - 3u; i++) {
        type("x", 1);
    }
    type("\xe6\x97\xa5", 3);
    CHECK(type("\r", 1) == CONSOLE_ENTERED && line.length == CONSOLE_MAX_LINE, "it just fits");
}

/* ---- Numbers ---- */

static void reads_float(const char *text) {
    float value = -1.0f, expected = strtof(text, NULL);
    CHECK(app_read_float((const uint8_t *)text, strlen(text), &value) && value == expected, "%s is %.9g, not %.9g",
          text, (double)value, (double)expected);
}

static void numbers_are_read(void) {
    static const char *const bad[] = {"", ".", "-1", "1e3", "1.2.3", "12345678", " 1", "1 ", "0x1", "nan", "1,5"};
    uint64_t random = 5, number;
    float value;
    char text[32];
    for (uint32_t i = 0; i < 20000u; i++) {
        uint32_t decimals = random_below(&random, 8);
        snprintf(text, sizeof text, "%u", (unsigned)random_below(&random, 10000000));
        size_t length = strlen(text);
        if (decimals > 0u && decimals < length) {
            memmove(text + length - decimals + 1u, text + length - decimals, decimals + 1u);
            text[length - decimals] = '.';
        }
        reads_float(text);
    }
    reads_float("0.0000001");
    reads_float(".5");
    reads_float("0.001");
    reads_float("1000");
    reads_float("0");
    for (uint32_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        CHECK(!app_read_float((const uint8_t *)bad[i], strlen(bad[i]), &value), "\"%s\" was read", bad[i]);
    }
    CHECK(app_read_number((const uint8_t *)"18446744073709551615", 20, UINT64_MAX, &number) && number == UINT64_MAX,
          "the largest number");
    CHECK(!app_read_number((const uint8_t *)"18446744073709551616", 20, UINT64_MAX, &number), "one more");
    CHECK(app_read_number((const uint8_t *)"40", 2, 40, &number) && number == 40u, "40");
    CHECK(!app_read_number((const uint8_t *)"41", 2, 40, &number), "41 of 40");
    CHECK(!app_read_number((const uint8_t *)"", 0, 40, &number), "nothing");
    CHECK(!app_read_number((const uint8_t *)"9", 1, 8, &number), "9 of 8");
}

static void put_number(char *out, uint64_t number, uint32_t decimals) {
    app_text text = app_text_in(out, 31);
    app_put_fixed(&text, number, decimals);
    out[text.length] = '\0';
}

static void put_float(char *out, float number) {
    app_text text = app_text_in(out, 31);
    app_put_float(&text, number, 4);
    out[text.length] = '\0';
}

static void numbers_are_written(void) {
    char out[32];
    const struct {
        uint64_t number;
        uint32_t decimals;
        const char *expected;
    } fixed[] = {{0, 0, "0"},        {0, 2, "0.00"},   {5, 2, "0.05"},
                 {1234, 2, "12.34"}, {100, 1, "10.0"}, {UINT64_MAX, 0, "18446744073709551615"}};
    for (uint32_t i = 0; i < sizeof fixed / sizeof fixed[0]; i++) {
        put_number(out, fixed[i].number, fixed[i].decimals);
        CHECK(strcmp(out, fixed[i].expected) == 0, "%s is not %s", out, fixed[i].expected);
    }
    const struct {
        float number;
        const char *expected;
    } floats[] = {{0.0f, "0"}, {0.8f, "0.8"}, {0.95f, "0.95"}, {1.0f, "1"}, {0.99999f, "1"}, {40.25f, "40.25"}};
    for (uint32_t i = 0; i < sizeof floats / sizeof floats[0]; i++) {
        put_float(out, floats[i].number);
        CHECK(strcmp(out, floats[i].expected) == 0, "%s is not %s", out, floats[i].expected);
    }
    app_text text = app_text_in(out, 4);
    app_put(&text, "12345");
    CHECK(text.length == 4u && text.cut, "a text that is cut");
    text = app_text_in(out, 8);
    app_put_hex(&text, 0xAB, 4);
    app_put_hex(&text, 0xCDE, 2);
    CHECK(text.length == 7u && memcmp(out, "00abcde", 7) == 0, "%.7s", out);
}

int main(int argc, char **argv) {
    const char *fixtures = argc > 2 ? argv[2] : "../../test/fixtures/console";
    char path[1024];
    snprintf(path, sizeof path, "%s/console-frames.json", fixtures);
    RUN(the_examples_are_understood, path);
    RUN(what_is_written_is_read);
    RUN(noise_hides_no_frame_and_makes_none);
    RUN(lines_are_edited);
    RUN(line_ends_are_counted_once);
    RUN(long_lines_are_refused_whole);
    RUN(numbers_are_read);
    RUN(numbers_are_written);
    return report();
}
