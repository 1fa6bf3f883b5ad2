/* Text to ids: added tokens are cut out, what lies between is normalized (tokenizer_normal.c) and cut into words
 * (tokenizer_words.c), and each word is merged (tokenizer_merge.c). Each step does what the step of the same name does
 * in the tokenizers library. */
#include "tokenizer.h"
#include "tokenizer_encoder.h"
#include "tokenizer_tables.h"
#include "unicode.h"

#define NONE 0xFFFFFFFFu

/* ---- Added tokens ---- */

/* Longest added token at the start of the text: its index, or NONE. The table is sorted, so the entries that begin
 * with the bytes read so far stay a range, and an entry that is exactly those bytes is its first. */
static uint32_t longest_added(const s3lm_tokenizer *t, const s3lm_table *table, const uint8_t *text, uint32_t length) {
    uint32_t low = 0, high = table->count, found = NONE;
    for (uint32_t depth = 0; depth < length && low < high; depth++) {
        uint32_t edges[2];
        for (uint32_t edge = 0; edge < 2; edge++) { /* first entry with a byte >= text[depth], then > */
            uint32_t bottom = low, top = high;
            while (bottom < top) {
                uint32_t middle = (bottom + top) / 2;
                uint8_t byte = s3lm_added_at(t, table, middle).text[depth];
                if (byte < text[depth] || (edge && byte == text[depth])) bottom = middle + 1;
                else top = middle;
            }
            edges[edge] = bottom;
        }
        low = edges[0];
        high = edges[1];
        if (low < high && s3lm_added_at(t, table, low).length == depth + 1) found = low++;
    }
    return found;
}

/* Class of the character that ends just before `at` > 0. */
static uint32_t class_before(const uint8_t *text, uint32_t at, uint32_t *begin) {
    uint32_t length;
    do at--;
    while ((text[at] & 0xC0) == 0x80);
    *begin = at;
    return s3lm_char_class(s3lm_utf8_read(text + at, &length));
}

static uint32_t class_at(const uint8_t *text, uint32_t at, uint32_t *length) {
    return s3lm_char_class(s3lm_utf8_read(text + at, length));
}

/* A cut of the text: [begin, end) has no added token, then comes `id` (or S3LM_NO_ID: the end of the text). */
typedef struct {
    uint32_t begin, end, id;
} gap;

/* Walks through the cuts that the added tokens of one table make. */
typedef struct {
    const s3lm_tokenizer *t;
    const s3lm_table *table;
    const uint32_t *first;
    const uint8_t *text;
    uint32_t length, search, start;
    bool special_as_text, done;
} cutter;

static bool next_gap(cutter *c, gap *out) {
    if (c->done) return false;
    while (c->search < c->length) {
        uint8_t byte = c->text[c->search];
        uint32_t index = NONE;
        if (c->first[byte >> 5] >> (byte & 31) & 1)
            index = longest_added(c->t, c->table, c->text + c->search, c->length - c->search);
        if (index == NONE) {
            c->search++;
            continue;
        }
        s3lm_added added = s3lm_added_at(c->t, c->table, index);
        uint32_t begin = c->search, end = begin + added.length, edge;
        c->search = end; /* the search goes on behind the match, whether it counts or not */
        if (c->special_as_text && (added.flags & S3LM_ADDED_SPECIAL)) continue;
        if (added.flags & S3LM_ADDED_SINGLE_WORD) {
            if (begin > 0 && (class_before(c->text, begin, &edge) & S3LM_WORD)) continue;
            if (end < c->length && (class_at(c->text, end, &edge) & S3LM_WORD)) continue;
        }
        if (added.flags & S3LM_ADDED_STRIP_LEFT) {
            while (begin > c->start && (class_before(c->text, begin, &edge) & S3LM_SPACE)) begin = edge;
            if (begin < c->start) begin = c->start;
        }
        if (added.flags & S3LM_ADDED_STRIP_RIGHT)
            while (end < c->length && (class_at(c->text, end, &edge) & S3LM_SPACE)) end += edge;
        /* All of it was white space that the token before has taken: the library drops what is empty. */
        if (begin >= end) continue;
        out->begin = c->start;
        out->end = begin > c->start ? begin : c->start;
        out->id = added.id;
        c->start = end;
        return true;
    }
    c->done = true;
    out->begin = c->start;
    out->end = c->length > c->start ? c->length : c->start;
    out->id = S3LM_NO_ID;
    return true;
}

/* Encodes text between raw added tokens. */
static void encode_segment(s3lm_encoder *e, const uint8_t *text, uint32_t length, bool at_start) {
    const s3lm_tokenizer *t = e->t;
    uint8_t *saved = e->free;
    if (e->status != S3LM_TOKENIZER_OK) return;
    if ((size_t)(e->end - e->free) < S3LM_SLACK + (size_t)length) {
        e->status = S3LM_TOKENIZER_SCRATCH;
        return;
    }
    uint8_t *normal = e->free + S3LM_SLACK;
    s3lm_copy(normal, text, length);
    length = s3lm_normalize_text(e, normal, length, !(at_start && (e->flags & S3LM_ENCODE_CONTINUE)));
    /* Words are merged behind the text. */
    size_t take = (S3LM_SLACK + (size_t)length + 7u) & ~(size_t)7u;
    if (e->status == S3LM_TOKENIZER_OK && (size_t)(e->end - e->free) < take) e->status = S3LM_TOKENIZER_SCRATCH;
    if (e->status == S3LM_TOKENIZER_OK) e->free += take;
    cutter c = {
        t,    &t->normal_added, t->normal_first, normal, length, 0, 0, (e->flags & S3LM_ENCODE_SPECIAL_AS_TEXT) != 0,
        false};
    for (gap g; e->status == S3LM_TOKENIZER_OK && next_gap(&c, &g);) {
        if (g.begin < g.end) s3lm_encode_words(e, normal, g.begin, g.end, at_start && g.begin == 0);
        if (g.id != S3LM_NO_ID) s3lm_emit(e, g.id);
    }
    e->free = saved;
}

/* Length of a text after its invalid parts became U+FFFD; `out` gets it unless NULL. */
static size_t repair(const uint8_t *text, size_t length, uint8_t *out) {
    size_t made = 0;
    for (size_t at = 0; at < length;) {
        int step = s3lm_utf8_step(text + at, length - at);
        if (step > 0) {
            if (out) s3lm_copy(out + made, text + at, (uint32_t)step);
            made += (size_t)step;
            at += (size_t)step;
            continue;
        }
        if (out) s3lm_utf8_write(S3LM_REPLACEMENT, out + made);
        made += 3;
        at = step < 0 ? at + (size_t)-step : length; /* 0: the text ends inside a character */
    }
    return made;
}

static bool is_utf8(const uint8_t *text, size_t length) {
    for (size_t at = 0; at < length;) {
        int step = s3lm_utf8_step(text + at, length - at);
        if (step <= 0) return false;
        at += (size_t)step;
    }
    return true;
}

size_t s3lm_encode_scratch_bytes(const s3lm_tokenizer *t, size_t text_bytes) {
    if (text_bytes > S3LM_TEXT_LIMIT) return 0;
    size_t repaired = text_bytes * 3, normal = repaired * t->normal_growth + t->normal_extra;
    if (normal > S3LM_TOKN_NORMAL_LIMIT) normal = S3LM_TOKN_NORMAL_LIMIT;
    size_t words = (normal + S3LM_SLACK) * S3LM_WORD_BYTES + 64; /* normalization takes less before */
    return ((repaired + 7u) & ~(size_t)7u) + ((S3LM_SLACK + normal + 7u) & ~(size_t)7u) + words;
}

s3lm_tokenizer_status s3lm_encode(const s3lm_tokenizer *t, const uint8_t *text, size_t text_bytes, uint32_t flags,
                                  void *scratch, size_t scratch_bytes, uint32_t *ids, size_t capacity, size_t *count) {
    s3lm_encoder e = {t, flags, ids, capacity, 0, scratch, (uint8_t *)scratch + scratch_bytes, S3LM_TOKENIZER_OK};
    *count = 0;
    if (text_bytes > S3LM_TEXT_LIMIT) return S3LM_TOKENIZER_TOO_LONG;
    if ((uintptr_t)scratch & 7u) return S3LM_TOKENIZER_SCRATCH;
    if (!is_utf8(text, text_bytes)) {
        size_t repaired = repair(text, text_bytes, NULL);
        if (scratch_bytes < ((repaired + 7u) & ~(size_t)7u)) return S3LM_TOKENIZER_SCRATCH;
        repair(text, text_bytes, e.free);
        text = e.free;
        text_bytes = repaired;
        e.free += (repaired + 7u) & ~(size_t)7u;
    }
    if (flags & S3LM_ENCODE_ADD_SPECIAL)
        for (uint32_t i = 0; i < t->prefix.count; i++) s3lm_emit(&e, s3lm_word(t->prefix.at, i));
    cutter c = {
        t,    &t->raw_added, t->raw_first, text, (uint32_t)text_bytes, 0, 0, (flags & S3LM_ENCODE_SPECIAL_AS_TEXT) != 0,
        false};
    for (gap g; e.status == S3LM_TOKENIZER_OK && next_gap(&c, &g);) {
        if (g.begin < g.end) encode_segment(&e, text + g.begin, g.end - g.begin, g.begin == 0);
        if (g.id != S3LM_NO_ID) s3lm_emit(&e, g.id);
    }
    if (flags & S3LM_ENCODE_ADD_SPECIAL)
        for (uint32_t i = 0; i < t->suffix.count; i++) s3lm_emit(&e, s3lm_word(t->suffix.at, i));
    *count = e.count;
    return e.status;
}
