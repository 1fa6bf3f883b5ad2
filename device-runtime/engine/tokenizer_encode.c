/* Text to ids: added tokens are cut out, what lies between is normalized and cut into words, and each word is merged
 * (tokenizer_merge.c). Each step does what the step of the same name does in the tokenizers library. */
#include "tokenizer.h"
#include "tokenizer_encoder.h"
#include "tokenizer_split.h"
#include "tokenizer_tables.h"
#include "unicode.h"

#define NONE 0xFFFFFFFFu

/* Room before the normalized text, for the space that a word can get. */
#define SLACK 8u

/* ---- Words of a text without added tokens ---- */

static void encode_metaspace(s3lm_encoder *e, const uint8_t *text, uint32_t begin, uint32_t end, bool at_start) {
    const s3lm_tokenizer *t = e->t;
    uint32_t scheme = s3lm_word(t->stages.at, 1), length, first = s3lm_utf8_read(text + begin, &length);
    bool split = s3lm_word(t->stages.at, 2) != 0, before = false;
    if (first != ' ' && first != t->metaspace) {
        bool continued = at_start && (e->flags & S3LM_ENCODE_CONTINUE);
        if (scheme == S3LM_METASPACE_ALWAYS) before = !continued;
        else if (scheme == S3LM_METASPACE_FIRST) before = at_start && !continued;
    }
    while (begin < end) {
        uint32_t stop = split ? s3lm_split_metaspace(t->metaspace, text, begin, end) : end;
        s3lm_encode_word(e, text + begin, stop - begin, true, before);
        before = false;
        begin = stop;
    }
}

/* Runs the pre-tokenizer's stages over text[begin, end), begin < end, each stage inside the pieces of the one before;
 * text[begin - 1] may be overwritten for a while (text has SLACK bytes before it). at_start: nothing but the start of
 * the whole text is before. */
static void encode_words(s3lm_encoder *e, uint8_t *text, uint32_t begin, uint32_t end, bool at_start) {
    const s3lm_tokenizer *t = e->t;
    uint32_t stages = t->stages.count;
    if (stages == 0) {
        s3lm_encode_word(e, text + begin, end - begin, false, false);
        return;
    }
    if (s3lm_word(t->stages.at, 0) == S3LM_STAGE_METASPACE) {
        encode_metaspace(e, text, begin, end, at_start);
        return;
    }
    /* Count from the slack before the text, so that the position before its start is a number too. */
    text -= SLACK;
    begin += SLACK;
    end += SLACK;
    uint32_t place[S3LM_TOKN_STAGES_LIMIT], stop[S3LM_TOKN_STAGES_LIMIT], depth = 0;
    uint8_t saved = 0;
    bool replaced = false, enter = true;
    place[0] = begin;
    stop[0] = end;
    for (;;) {
        const uint8_t *entry = t->stages.at + (size_t)depth * 12u;
        uint32_t kind = s3lm_word(entry, 0), a = s3lm_word(entry, 1), b = s3lm_word(entry, 2);
        if (enter && kind == S3LM_STAGE_BYTE_LEVEL && a && text[place[depth]] != ' ' &&
            !(at_start && place[depth] == begin && (e->flags & S3LM_ENCODE_CONTINUE))) {
            saved = text[--place[depth]];
            text[place[depth]] = ' ';
            replaced = true;
        }
        enter = false;
        uint32_t from = place[depth], to = stop[depth];
        if (kind == S3LM_STAGE_SPLIT) to = s3lm_split_rule(a, text, from, to);
        else if (kind == S3LM_STAGE_DIGITS) to = s3lm_split_digits(a != 0, text, from, to);
        else if (b) to = s3lm_split_rule(S3LM_RULE_GPT2, text, from, to);
        place[depth] = to;
        if (depth + 1 < stages) {
            depth++;
            place[depth] = from;
            stop[depth] = to;
            enter = true;
            continue;
        }
        s3lm_encode_word(e, text + from, to - from, false, false);
        if (replaced) {
            text[from] = saved; /* the space was in the first piece, which is encoded now */
            replaced = false;
        }
        while (place[depth] == stop[depth]) {
            if (depth == 0) return;
            depth--;
        }
    }
}

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

/* ---- Normalization ---- */

static void copy(uint8_t *to, const uint8_t *from, uint32_t length) {
    for (uint32_t i = 0; i < length; i++) to[i] = from[i];
}

static bool matches(const uint8_t *text, uint32_t length, const uint8_t *pattern, uint32_t pattern_length) {
    if (length < pattern_length) return false;
    for (uint32_t i = 0; i < pattern_length; i++)
        if (text[i] != pattern[i]) return false;
    return true;
}

/* Applies the normalizer in place to `length` bytes at `text`; `other` has as much room as `text`. Returns the new
 * length. */
static uint32_t normalize(const s3lm_tokenizer *t, uint8_t *text, uint32_t length, uint8_t *other, bool prepend) {
    for (uint32_t i = 0; i < t->normalizer.count && length > 0; i++) {
        s3lm_normal_op op = s3lm_normal_at(t, i);
        uint32_t made = 0;
        if (op.kind == S3LM_NORMAL_PREPEND) {
            if (!prepend) continue;
            copy(other, op.content, op.content_length);
            copy(other + op.content_length, text, length);
            made = length + op.content_length;
        } else {
            for (uint32_t at = 0; at < length;) {
                if (matches(text + at, length - at, op.pattern, op.pattern_length)) {
                    copy(other + made, op.content, op.content_length);
                    made += op.content_length;
                    at += op.pattern_length;
                } else other[made++] = text[at++];
            }
        }
        copy(text, other, made);
        length = made;
    }
    return length;
}

/* Encodes text between raw added tokens. */
static void encode_segment(s3lm_encoder *e, const uint8_t *text, uint32_t length, bool at_start) {
    const s3lm_tokenizer *t = e->t;
    uint8_t *saved = e->free;
    size_t most = (size_t)length * t->normal_growth + t->normal_extra;
    size_t take = (SLACK + most + 7u) & ~(size_t)7u;
    if (e->status != S3LM_TOKENIZER_OK) return;
    if ((size_t)(e->end - e->free) < take + (t->normalizer.count ? most : 0)) {
        e->status = S3LM_TOKENIZER_SCRATCH;
        return;
    }
    uint8_t *normal = e->free + SLACK;
    e->free += take;
    copy(normal, text, length);
    length = normalize(t, normal, length, e->free, !(at_start && (e->flags & S3LM_ENCODE_CONTINUE)));
    cutter c = {
        t,    &t->normal_added, t->normal_first, normal, length, 0, 0, (e->flags & S3LM_ENCODE_SPECIAL_AS_TEXT) != 0,
        false};
    for (gap g; e->status == S3LM_TOKENIZER_OK && next_gap(&c, &g);) {
        if (g.begin < g.end) encode_words(e, normal, g.begin, g.end, at_start && g.begin == 0);
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
            if (out) copy(out + made, text + at, (uint32_t)step);
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
    size_t symbols = (normal + SLACK) * S3LM_SYMBOL_BYTES + 16;
    return ((repaired + 7u) & ~(size_t)7u) + ((SLACK + normal + 7u) & ~(size_t)7u) + symbols;
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
