/* One word to ids by the scores of its tokens (Unigram): the way through it with the greatest sum, as the tokenizers
 * library finds it. Sums are 64-bit floats in the library's order, so that ties fall as they do there. */
#include "tokenizer_lookup.h"
#include "tokenizer_models.h"
#include "tokenizer_tables.h"
#include "unicode.h"

/* How the best way to a place arrives there: length of its last token << 20 | the token. */
#define NOWHERE 0xFFFFFFFFu
#define ID_MASK 0xFFFFFu

_Static_assert(S3LM_TOKN_VOCAB_LIMIT <= ID_MASK + 1u && S3LM_TOKN_PIECE_LIMIT < 1u << 12, "an arrival has 32 bits");

s3lm_float64 s3lm_unigram_score(const s3lm_tokenizer *t, uint32_t id) {
    if (!(t->flags & S3LM_TOKN_WIDE_SCORES)) return s3lm_float64_of_float(s3lm_word(t->scores.at, id));
    return (uint64_t)s3lm_word(t->scores.at, 2 * id + 1) << 32 | s3lm_word(t->scores.at, 2 * id);
}

/* The ways to each place between the bytes of a word. */
typedef struct {
    const s3lm_tokenizer *t;
    uint64_t *sums;
    uint32_t *arrivals;
} lattice;

static void arrive(lattice *l, uint32_t from, uint32_t to, uint32_t id, s3lm_float64 score) {
    s3lm_float64 sum = s3lm_float64_add(score, l->sums[from]);
    if (l->arrivals[to] != NOWHERE && !s3lm_float64_greater(sum, l->sums[to])) return;
    l->sums[to] = sum;
    l->arrivals[to] = (to - from) << 20 | id;
}

static void find_ways(lattice *l, const uint8_t *text, uint32_t length) {
    const s3lm_tokenizer *t = l->t;
    for (uint32_t i = 0; i <= length; i++) l->arrivals[i] = NOWHERE;
    l->sums[0] = 0;
    for (uint32_t at = 0, step; at < length; at += step) {
        bool single = false;
        s3lm_prefix prefix = s3lm_prefix_start(t);
        uint32_t id;
        s3lm_utf8_read(text + at, &step);
        for (uint32_t end = at; end < length && s3lm_prefix_step(t, &prefix, text[end], &id); end++) {
            if (id == S3LM_NO_ID) continue;
            arrive(l, at, end + 1, id, s3lm_unigram_score(t, id));
            if (end + 1 - at == step) single = true;
        }
        if (!single) arrive(l, at, at + step, t->unk_id, t->unknown_score);
    }
}

/* A part of the word that is unknown as a whole: it may be a token all the same, or bytes. */
static void emit_unknown(s3lm_encoder *e, const uint8_t *text, uint32_t length) {
    const s3lm_tokenizer *t = e->t;
    uint32_t id = s3lm_find_token(t, text, length);
    if (id == S3LM_NO_ID && (t->flags & S3LM_TOKN_FALLBACK)) {
        uint32_t have = 0;
        while (have < length && s3lm_word(t->byte_ids.at, text[have]) != S3LM_NO_ID) have++;
        if (have == length) {
            for (uint32_t i = 0; i < length; i++) s3lm_emit(e, s3lm_word(t->byte_ids.at, text[i]));
            return;
        }
    }
    s3lm_emit(e, id == S3LM_NO_ID ? t->unk_id : id);
}

void s3lm_encode_unigram(s3lm_encoder *e, const uint8_t *text, uint32_t length) {
    size_t places = (size_t)length + 1u;
    if ((size_t)(e->end - e->free) / S3LM_PLACE_BYTES < places) {
        e->status = S3LM_TOKENIZER_SCRATCH;
        return;
    }
    lattice l = {e->t, (uint64_t *)(void *)e->free, (uint32_t *)(void *)(e->free + places * sizeof(uint64_t))};
    find_ways(&l, text, length);
    /* Turn the best way around: the sums' memory takes what leaves each place. */
    for (uint32_t at = length; at > 0;) {
        uint32_t before = at - (l.arrivals[at] >> 20);
        l.sums[before] = l.arrivals[at];
        at = before;
    }
    for (uint32_t at = 0, unknown = 0; at < length;) {
        uint32_t id = (uint32_t)l.sums[at] & ID_MASK, end = at + (uint32_t)(l.sums[at] >> 20);
        bool last = end == length || ((uint32_t)l.sums[end] & ID_MASK) != e->t->unk_id;
        if (id != e->t->unk_id) s3lm_emit(e, id);
        else if (last) emit_unknown(e, text + unknown, end - unknown); /* neighbours are fused */
        if (id != e->t->unk_id || last) unknown = end;
        at = end;
    }
}
