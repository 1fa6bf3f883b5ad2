/* Reading an answer: JSON, patterns, measures. Every byte comes out of a model and may be anything. */
#include "actions.h"

bool actions_same(actions_text a, actions_text b) {
    if (!a.bytes || !b.bytes || a.length != b.length) {
        return false;
    }
    for (uint32_t i = 0; i < a.length; i++) {
        if (a.bytes[i] != b.bytes[i]) {
            return false;
        }
    }
    return true;
}

static uint8_t small(uint8_t c) { return c >= 'A' && c <= 'Z' ? (uint8_t)(c + 32u) : c; }

bool actions_matches(actions_text pattern, actions_text text) {
    /* One place to go back to is enough: what an earlier star could still take, the last one can, too. */
    uint32_t p = 0, t = 0, star = UINT32_MAX, mark = 0;
    while (t < text.length) {
        if (p < pattern.length && pattern.bytes[p] == '*') {
            star = p++;
            mark = t;
        } else if (p < pattern.length && small(pattern.bytes[p]) == small(text.bytes[t])) {
            p++;
            t++;
        } else if (star != UINT32_MAX) {
            p = star + 1u;
            t = ++mark;
        } else {
            return false;
        }
    }
    while (p < pattern.length && pattern.bytes[p] == '*') {
        p++;
    }
    return p == pattern.length;
}

/* ---- Measures ---- */

static bool is_digit(uint8_t c) { return c >= '0' && c <= '9'; }

bool actions_read_measure(actions_text text, actions_measure *out) {
    uint32_t at = 0;
    *out = (actions_measure){0, 0, {text.bytes, 0}};
    if (text.length > 0u && (text.bytes[0] == '+' || text.bytes[0] == '-')) {
        out->sign = text.bytes[0] == '+' ? 1 : -1;
        at = 1;
    }
    uint32_t first = at;
    while (at < text.length && is_digit(text.bytes[at])) {
        if (out->number > 99999999u) {
            return false;
        }
        out->number = out->number * 10u + (text.bytes[at++] - '0');
    }
    if (at == first) {
        return false;
    }
    while (at < text.length && text.bytes[at] == ' ') {
        at++;
    }
    out->unit = (actions_text){text.bytes + at, text.length - at};
    for (; at < text.length; at++) {
        /* "3 or 4": not a measure. */
        if (is_digit(text.bytes[at]) || text.bytes[at] == ' ') {
            return false;
        }
    }
    return true;
}

/* ---- JSON ---- */

typedef struct {
    uint8_t *text;
    uint32_t length, at;
} reader;

static uint8_t peek(reader *r) {
    while (r->at < r->length &&
           (r->text[r->at] == ' ' || r->text[r->at] == '\t' || r->text[r->at] == '\n' || r->text[r->at] == '\r')) {
        r->at++;
    }
    /* No JSON has a zero outside its texts. */
    return r->at < r->length ? r->text[r->at] : 0;
}

static bool take(reader *r, uint8_t byte) {
    if (peek(r) != byte) {
        return false;
    }
    r->at++;
    return true;
}

static int32_t hex_digit(uint8_t c) {
    return is_digit(c) ? c - '0' : small(c) >= 'a' && small(c) <= 'f' ? small(c) - 'a' + 10 : -1;
}

/* Four hexadecimal digits behind "\u", as UTF-8 at `out`; how many bytes, 0 for what is no character of one such. */
static uint32_t read_escape(reader *r, uint8_t *out) {
    uint32_t code = 0;
    for (uint32_t i = 0; i < 4u; i++) {
        int32_t digit = r->at < r->length ? hex_digit(r->text[r->at]) : -1;
        if (digit < 0) {
            return 0;
        }
        r->at++;
        code = code << 4 | (uint32_t)digit;
    }
    if (code == 0u || (code >= 0xD800u && code < 0xE000u)) {
        return 0;
    }
    if (code < 0x80u) {
        out[0] = (uint8_t)code;
        return 1;
    }
    if (code < 0x800u) {
        out[0] = (uint8_t)(0xC0u | code >> 6);
        out[1] = (uint8_t)(0x80u | (code & 63u));
        return 2;
    }
    out[0] = (uint8_t)(0xE0u | code >> 12);
    out[1] = (uint8_t)(0x80u | (code >> 6 & 63u));
    out[2] = (uint8_t)(0x80u | (code & 63u));
    return 3;
}

/* A text in quotation marks. Escapes only get shorter, so they are undone where they stand. */
static bool read_text(reader *r, actions_text *out) {
    if (!take(r, '"')) {
        return false;
    }
    uint8_t *to = r->text + r->at;
    out->bytes = to;
    while (r->at < r->length) {
        uint8_t byte = r->text[r->at++];
        if (byte == '"') {
            out->length = (uint32_t)(to - out->bytes);
            return true;
        }
        if (byte < 0x20u) {
            return false;
        }
        if (byte != '\\') {
            *to++ = byte;
            continue;
        }
        uint8_t escaped = r->at < r->length ? r->text[r->at++] : 0;
        uint32_t made = 1;
        switch (escaped) {
        case '"':
        case '\\':
        case '/':
            *to = escaped;
            break;
        case 'b':
            *to = '\b';
            break;
        case 'f':
            *to = '\f';
            break;
        case 'n':
            *to = '\n';
            break;
        case 'r':
            *to = '\r';
            break;
        case 't':
            *to = '\t';
            break;
        case 'u':
            made = read_escape(r, to);
            break;
        default:
            made = 0;
            break;
        }
        if (made == 0u) {
            return false;
        }
        to += made;
    }
    return false;
}

/* A number or one of three words, as it is written; what it may look like is left to what compares it. */
static bool read_word(reader *r, actions_text *out) {
    uint8_t first = peek(r);
    uint32_t begin = r->at;
    if (!is_digit(first) && first != '-' && first != 't' && first != 'f' && first != 'n') {
        return false;
    }
    while (r->at < r->length) {
        uint8_t c = r->text[r->at];
        if (!is_digit(c) && !(c >= 'a' && c <= 'z') && c != '.' && c != '-' && c != '+' && c != 'E') {
            break;
        }
        r->at++;
    }
    *out = (actions_text){r->text + begin, r->at - begin};
    return true;
}

int32_t actions_read_json(uint8_t *text, uint32_t length, actions_pair *pairs) {
    reader r = {text, length, 0};
    uint32_t count = 0;
    if (!take(&r, '{')) {
        return -1;
    }
    bool is_empty = take(&r, '}');
    for (bool more = !is_empty; more; more = take(&r, ',')) {
        actions_pair *pair = &pairs[count];
        if (count == ACTIONS_KEYS || !read_text(&r, &pair->key) || !take(&r, ':')) {
            return -1;
        }
        if (!(peek(&r) == '"' ? read_text(&r, &pair->value) : read_word(&r, &pair->value))) {
            return -1;
        }
        for (uint32_t i = 0; i < count; i++) {
            /* Whoever reads only the first, or only the last, would do something else. */
            if (actions_same(pairs[i].key, pair->key)) {
                return -1;
            }
        }
        count++;
    }
    if (!is_empty && !take(&r, '}')) {
        return -1;
    }
    return peek(&r) == 0 && r.at == r.length ? (int32_t)count : -1;
}
