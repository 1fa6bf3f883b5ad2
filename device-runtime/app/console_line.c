/* A typed line: see console_line.h. */
#include "console_line.h"

#include "../engine/unicode.h"

#define CTRL_C 0x03u
#define BELL 0x07u
#define BACKSPACE 0x08u
#define CTRL_U 0x15u
#define ESCAPE 0x1Bu
#define DELETE 0x7Fu

enum { PLAIN, AFTER_ESCAPE, IN_SEQUENCE };

uint32_t console_columns(uint32_t c) {
    /* Unicode's combining marks, joiners and variation selectors; then its wide and full-width blocks. */
    static const uint32_t none[][2] = {{0x300, 0x36F}, {0x200B, 0x200F}, {0xFE00, 0xFE0F}, {0xE0100, 0xE01EF}};
    static const uint32_t wide[][2] = {{0x1100, 0x115F},   {0x2E80, 0x303E},   {0x3041, 0xA4CF},  {0xAC00, 0xD7A3},
                                       {0xF900, 0xFAFF},   {0xFE30, 0xFE6F},   {0xFF00, 0xFF60},  {0xFFE0, 0xFFE6},
                                       {0x1F300, 0x1F64F}, {0x1F680, 0x1FAFF}, {0x20000, 0x3FFFD}};
    for (uint32_t i = 0; i < sizeof none / sizeof none[0]; i++) {
        if (c >= none[i][0] && c <= none[i][1]) return 0;
    }
    for (uint32_t i = 0; i < sizeof wide / sizeof wide[0]; i++) {
        if (c >= wide[i][0] && c <= wide[i][1]) return 2;
    }
    return 1;
}

static void clear(console_line *line) {
    line->length = 0;
    line->pending = 0;
    line->too_long = false;
}

/* Removes the last character, with what it takes on the terminal. */
static void erase(console_line *line, app_text *echo) {
    uint32_t back = 1, read;
    if (line->length == 0u) {
        return;
    }
    if (line->pending > 0u) {
        /* Nothing of it is on the terminal. */
        line->length--;
        line->pending--;
        return;
    }
    while (back < line->length && back < 4u && (line->bytes[line->length - back] & 0xC0u) == 0x80u) {
        back++;
    }
    const uint8_t *last = line->bytes + line->length - back;
    bool whole = s3lm_utf8_step(last, back) == (int)back;
    uint32_t columns = whole ? console_columns(s3lm_utf8_read(last, &read)) : 1u;
    /* Bytes that are no character go one by one. */
    line->length -= whole ? back : 1u;
    for (uint32_t i = 0; i < columns; i++) {
        app_put(echo, "\b \b");
    }
}

static console_key enter(console_line *line, app_text *echo) {
    bool refused = line->too_long;
    app_put(echo, "\r\n");
    line->entered = true;
    return refused ? CONSOLE_REFUSED : CONSOLE_ENTERED;
}

/* Bytes of an escape sequence: ESC and one character, or ESC [ or ESC O up to a letter. */
static void skip(console_line *line, uint8_t byte) {
    if (line->escape == AFTER_ESCAPE) {
        line->escape = byte == '[' || byte == 'O' ? IN_SEQUENCE : byte == ESCAPE ? AFTER_ESCAPE : PLAIN;
    } else if (byte >= 0x40u && byte <= 0x7Eu) {
        line->escape = PLAIN;
    }
}

/* Bytes of the character that begins with this one; 1 inside of a character. */
static uint32_t character_bytes(uint8_t byte) { return byte < 0xC0u ? 1u : byte < 0xE0u ? 2u : byte < 0xF0u ? 3u : 4u; }

/* Echoes the last byte with those before it that waited for it. */
static void show(console_line *line, app_text *echo) {
    uint32_t count = line->pending + 1u;
    const uint8_t *begin = line->bytes + line->length - count;
    int step = s3lm_utf8_step(begin, count);
    if (step < 0 && line->pending > 0u) {
        /* It does not go on with what was begun, which is no character then. */
        for (uint32_t i = 0; i < line->pending; i++) {
            app_put(echo, "?");
        }
        begin += line->pending;
        count = 1;
        step = s3lm_utf8_step(begin, count);
    }
    line->pending = step == 0 ? (uint8_t)count : 0u;
    if (step > 0) {
        app_put_bytes(echo, begin, count);
    } else if (step < 0) {
        app_put(echo, "?");
    }
}

static void add(console_line *line, uint8_t byte, app_text *echo) {
    /* The echo of a character is whole or a bell, never its first bytes. */
    if (line->too_long || line->length + character_bytes(byte) > CONSOLE_MAX_LINE) {
        line->too_long = true;
        byte = BELL;
    } else {
        line->bytes[line->length++] = byte;
        show(line, echo);
        return;
    }
    app_put_bytes(echo, &byte, 1);
}

console_key console_type(console_line *line, uint8_t byte, app_text *echo) {
    bool joined = byte == '\n' && line->after_return;
    line->after_return = byte == '\r';
    if (line->entered) {
        clear(line);
        line->entered = false;
    }
    /* No sequence holds a control character; one that is cut short ends there. */
    if (line->escape != PLAIN && byte >= 0x20u) {
        skip(line, byte);
        return CONSOLE_TYPING;
    }
    line->escape = PLAIN;
    switch (byte) {
    case '\r':
    case '\n':
        return joined ? CONSOLE_TYPING : enter(line, echo);
    case CTRL_C:
        clear(line);
        app_put(echo, "^C\r\n");
        return CONSOLE_INTERRUPTED;
    case CTRL_U:
        clear(line);
        app_put(echo, "^U\r\n");
        return CONSOLE_ERASED;
    case BACKSPACE:
    case DELETE:
        erase(line, echo);
        return CONSOLE_TYPING;
    case ESCAPE:
        line->escape = AFTER_ESCAPE;
        return CONSOLE_TYPING;
    default:
        if (byte >= 0x20u || byte == '\t') {
            add(line, byte, echo);
        }
        return CONSOLE_TYPING;
    }
}
