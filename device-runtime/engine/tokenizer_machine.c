/* Walking the table of a regular expression: see tokenizer_machine.h. */
#include "tokenizer_machine.h"

#include "tokenizer_tables.h"
#include "unicode.h"

/* A part: the head, states and columns, intervals and maps, a symbol for each ASCII character, then the tables. */
#define HEAD_WORDS 3u
#define ASCII_WORDS 32u
#define MAP_WORDS (S3LM_KINDS / 4u)

/* Intervals from U+0080 on: first code point, and above its 21 bits the number of the map from kinds to symbols. */
#define POINT_BITS 21u
#define POINT_MASK ((1u << POINT_BITS) - 1u)

/* A step: the next state, and whether a match ends before the character that the step takes. State 0 is the dead one,
 * state 1 the first; the last column is the end of the text. */
#define MATCH 0x8000u

static uint32_t step_at(const uint8_t *steps, uint32_t index) {
    return s3lm_u16((const uint8_t *)__builtin_assume_aligned(steps, 2) + (size_t)index * 2u);
}

s3lm_machine s3lm_machine_open(const uint8_t *part) {
    uint32_t counts = s3lm_word(part, 2);
    s3lm_machine m;
    m.columns = s3lm_word(part, 1) >> 16;
    m.interval_count = counts & 0xFFFFu;
    m.ascii = part + HEAD_WORDS * 4u;
    m.intervals = m.ascii + ASCII_WORDS * 4u;
    m.maps = m.intervals + (size_t)m.interval_count * 4u;
    m.steps = m.maps + (size_t)(counts >> 16) * S3LM_KINDS;
    return m;
}

static bool check_symbols(const uint8_t *symbols, uint32_t count, uint32_t columns) {
    for (uint32_t i = 0; i < count; i++)
        if (symbols[i] + 1u >= columns) return false; /* the last column is no symbol */
    return true;
}

bool s3lm_machine_check(const uint8_t *part, uint32_t words) {
    if (words < HEAD_WORDS + ASCII_WORDS) return false;
    uint32_t states = s3lm_word(part, 1) & 0xFFFFu, intervals = s3lm_word(part, 2) & 0xFFFFu;
    uint32_t maps = s3lm_word(part, 2) >> 16;
    s3lm_machine m = s3lm_machine_open(part);
    if (states < 2 || states > MATCH || m.columns < 2 || m.columns > 256u || intervals == 0 || maps == 0) return false;
    uint64_t tables = intervals + (uint64_t)maps * MAP_WORDS + ((uint64_t)states * m.columns + 1u) / 2u;
    if (tables != words - HEAD_WORDS - ASCII_WORDS) return false;
    if (!check_symbols(m.ascii, 128, m.columns) || !check_symbols(m.maps, maps * S3LM_KINDS, m.columns)) return false;
    for (uint32_t i = 0; i < intervals; i++) {
        uint32_t entry = s3lm_word(m.intervals, i), first = entry & POINT_MASK;
        if (entry >> POINT_BITS >= maps || first > 0x10FFFFu) return false;
        if (i ? first <= (s3lm_word(m.intervals, i - 1) & POINT_MASK) : first != 0x80u) return false;
    }
    for (uint32_t i = 0; i < states * m.columns; i++)
        if ((step_at(m.steps, i) & ~MATCH) >= states) return false;
    return true;
}

/* The character of the byte-level alphabet that stands for a byte (GPT-2's bytes_to_unicode): bytes that are printable
 * in Latin-1 stand for themselves, the others take U+0100 onwards in order. */
static uint32_t alphabet(uint8_t byte) {
    if (byte <= 0x20) return 0x100u + byte;
    if (byte < 0x7F) return byte;
    if (byte <= 0xA0) return 0x100u + 0x21u + (byte - 0x7Fu);
    return byte == 0xAD ? 0x143u : byte;
}

static uint32_t read(s3lm_subject text, uint32_t at, uint32_t *length) {
    if (!text.bytes) return s3lm_utf8_read(text.at + at, length);
    *length = 1;
    return alphabet(text.at[at]);
}

static uint32_t symbol_of(const s3lm_machine *m, uint32_t c) {
    if (c < 0x80u) return m->ascii[c];
    uint32_t low = 0, high = m->interval_count;
    while (high - low > 1) {
        uint32_t middle = (low + high) / 2;
        if ((s3lm_word(m->intervals, middle) & POINT_MASK) <= c) low = middle;
        else high = middle;
    }
    return m->maps[(s3lm_word(m->intervals, low) >> POINT_BITS) * S3LM_KINDS + s3lm_char_kind(c)];
}

uint32_t s3lm_machine_match(const s3lm_machine *m, s3lm_subject text, uint32_t begin, uint32_t end) {
    uint32_t found = begin, state = 1;
    for (uint32_t at = begin;;) {
        uint32_t length = 0, symbol = m->columns - 1;
        if (at < end) symbol = symbol_of(m, read(text, at, &length));
        uint32_t step = step_at(m->steps, state * m->columns + symbol);
        if (step & MATCH) found = at;
        state = step & ~MATCH;
        if (state == 0 || at >= end) return found;
        at += length;
    }
}

uint32_t s3lm_machine_next(const s3lm_machine *m, s3lm_subject text, uint32_t begin, uint32_t end, bool *match) {
    uint32_t at = s3lm_machine_match(m, text, begin, end), length;
    *match = at > begin;
    if (*match) return at;
    do {
        read(text, at, &length);
        at += length;
    } while (at < end && s3lm_machine_match(m, text, at, end) == at);
    return at;
}

bool s3lm_machine_piece(const s3lm_machine *m, uint32_t pieces, s3lm_subject text, uint32_t *place, uint32_t end,
                        uint32_t *begin) {
    bool invert = pieces & S3LM_PIECES_INVERT;
    while (*place < end) {
        bool match, other;
        uint32_t at = *place, stop = s3lm_machine_next(m, text, at, end, &match), next;
        match ^= invert;
        *begin = at;
        *place = stop;
        switch (pieces & ~(uint32_t)S3LM_PIECES_INVERT) {
        case S3LM_PIECES_REMOVED:
            if (match) continue;
            break;
        case S3LM_PIECES_WITH_PREVIOUS: /* a match behind what is none; one behind another stays alone */
        case S3LM_PIECES_WITH_NEXT:
            if (match != ((pieces & 7u) == S3LM_PIECES_WITH_NEXT) || stop >= end) break;
            next = s3lm_machine_next(m, text, stop, end, &other);
            if ((other ^ invert) != match) *place = next;
            break;
        case S3LM_PIECES_CONTIGUOUS:
            while (*place < end) {
                next = s3lm_machine_next(m, text, *place, end, &other);
                if ((other ^ invert) != match) break;
                *place = next;
            }
            break;
        }
        return true;
    }
    return false;
}
