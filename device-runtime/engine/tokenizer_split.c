/* Pre-tokenization: see tokenizer_split.h. */
#include "tokenizer_split.h"

#include "tokenizer_tables.h"
#include "unicode.h"

/* One character of the text with its class; length 0 at the end of the range. */
typedef struct {
    uint32_t c, length, class;
} character;

static character look(const uint8_t *text, uint32_t at, uint32_t end) {
    character ch = {0, 0, 0};
    if (at < end) {
        ch.c = s3lm_utf8_read(text + at, &ch.length);
        ch.class = s3lm_char_class(ch.c);
    }
    return ch;
}

/* End of the run of characters from `at` whose class, under `mask`, equals `wanted`; at most `most` of them. */
static uint32_t run(const uint8_t *text, uint32_t at, uint32_t end, uint32_t mask, uint32_t wanted, uint32_t most) {
    while (most--) {
        character ch = look(text, at, end);
        if (ch.length == 0 || (ch.class & mask) != wanted) break;
        at += ch.length;
    }
    return at;
}

#define NO_LIMIT 0xFFFFFFFFu

enum { SYMBOL_MASK = S3LM_SPACE | S3LM_LETTER | S3LM_NUMBER }; /* [^\s\p{L}\p{N}]: none of these */

static bool is_newline(uint32_t c) { return c == '\r' || c == '\n'; }

/* 's|'t|'re|'ve|'m|'ll|'d at `at`, or 0. Ignoring case, the long s (U+017F) is an s, as Unicode's case folding says. */
static uint32_t contraction(const uint8_t *text, uint32_t at, uint32_t end, bool ignore_case) {
    if (end - at < 2 || text[at] != '\'') return 0;
    uint8_t fold = ignore_case ? 0x20 : 0;
    if (ignore_case && end - at >= 3 && text[at + 1] == 0xC5 && text[at + 2] == 0xBF) return at + 3;
    uint8_t one = text[at + 1] | fold;
    if (one == 's' || one == 't' || one == 'm' || one == 'd') return at + 2;
    if (end - at < 3) return 0;
    uint8_t two = text[at + 2] | fold;
    if ((one == 'r' && two == 'e') || (one == 'v' && two == 'e') || (one == 'l' && two == 'l')) return at + 3;
    return 0;
}

/* \s+(?!\S)|\s+ : a run of white space leaves its last character to what follows it, unless it is the only one. */
static uint32_t spaces(const uint8_t *text, uint32_t begin, uint32_t end) {
    uint32_t at = begin, last = begin;
    for (;;) {
        character ch = look(text, at, end);
        if (ch.length == 0) return at;
        if (!(ch.class & S3LM_SPACE)) return last > begin ? last : at;
        last = at;
        at += ch.length;
    }
}

/* 's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+ */
static uint32_t split_gpt2(const uint8_t *text, uint32_t begin, uint32_t end) {
    uint32_t at = contraction(text, begin, end, false);
    if (at) return at;
    at = text[begin] == ' ' ? begin + 1 : begin;
    character ch = look(text, at, end);
    if (ch.length && !(ch.class & S3LM_SPACE)) {
        if (ch.class & S3LM_LETTER) return run(text, at, end, S3LM_LETTER, S3LM_LETTER, NO_LIMIT);
        if (ch.class & S3LM_NUMBER) return run(text, at, end, S3LM_NUMBER, S3LM_NUMBER, NO_LIMIT);
        return run(text, at, end, SYMBOL_MASK, 0, NO_LIMIT);
    }
    return spaces(text, begin, end);
}

/* (?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,digits}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|
 * \s+(?!\S)|\s+ */
static uint32_t split_llama3(const uint8_t *text, uint32_t begin, uint32_t end, uint32_t digits) {
    uint32_t at = contraction(text, begin, end, true);
    if (at) return at;
    character first = look(text, begin, end);
    /* A word, with one other character before it. */
    at = begin;
    if (!is_newline(first.c) && !(first.class & (S3LM_LETTER | S3LM_NUMBER))) at += first.length;
    if (look(text, at, end).class & S3LM_LETTER) return run(text, at, end, S3LM_LETTER, S3LM_LETTER, NO_LIMIT);
    if (first.class & S3LM_NUMBER) return run(text, begin, end, S3LM_NUMBER, S3LM_NUMBER, digits);
    /* Symbols and the line ends after them. */
    at = first.c == ' ' ? begin + 1 : begin;
    uint32_t symbols = run(text, at, end, SYMBOL_MASK, 0, NO_LIMIT);
    if (symbols > at) {
        while (symbols < end && is_newline(text[symbols])) symbols++;
        return symbols;
    }
    /* White space up to its last line end, if it has one. */
    uint32_t white = run(text, begin, end, S3LM_SPACE, S3LM_SPACE, NO_LIMIT);
    for (at = white; at > begin; at--)
        if (is_newline(text[at - 1])) return at;
    return spaces(text, begin, end);
}

/* A character class cut out, up to `most` characters a piece; what lies between is one piece. */
static uint32_t split_class(const uint8_t *text, uint32_t begin, uint32_t end, uint32_t mask, uint32_t most) {
    uint32_t at = run(text, begin, end, mask, mask, most);
    if (at > begin) return at;
    return run(text, begin, end, mask, 0, NO_LIMIT);
}

static bool is_digit(uint8_t byte) { return byte >= '0' && byte <= '9'; }

uint32_t s3lm_split_rule(uint32_t rule, const uint8_t *text, uint32_t begin, uint32_t end) {
    switch (rule) {
    case S3LM_RULE_GPT2:
        return split_gpt2(text, begin, end);
    case S3LM_RULE_LLAMA3:
        return split_llama3(text, begin, end, 3);
    case S3LM_RULE_QWEN2:
        return split_llama3(text, begin, end, 1);
    case S3LM_RULE_NUMBER:
        return split_class(text, begin, end, S3LM_NUMBER, 1);
    case S3LM_RULE_NUMBERS_3:
        return split_class(text, begin, end, S3LM_NUMBER, 3);
    case S3LM_RULE_DIGIT:
        if (is_digit(text[begin])) return begin + 1;
        while (begin < end && !is_digit(text[begin])) begin++;
        return begin;
    }
    return end;
}

uint32_t s3lm_split_digits(bool each, const uint8_t *text, uint32_t begin, uint32_t end) {
    return split_class(text, begin, end, S3LM_NUMERIC, each ? 1 : NO_LIMIT);
}

uint32_t s3lm_split_metaspace(uint32_t metaspace, const uint8_t *text, uint32_t begin, uint32_t end) {
    uint32_t at = begin;
    while (at < end) {
        uint32_t length, c = s3lm_utf8_read(text + at, &length);
        if (at > begin && (c == ' ' || c == metaspace)) break;
        at += length;
    }
    return at;
}
