/* One word to ids, by its model; of BPE here: its symbols are merged pair by pair in the order of the merges' ranks, as
 * the tokenizers library does it, down to what it does with unknown characters and outdated pairs. */
#include "tokenizer_encoder.h"
#include "tokenizer_lookup.h"
#include "tokenizer_models.h"
#include "tokenizer_tables.h"
#include "unicode.h"

#define NONE 0xFFFFFFFFu

/* A part of a word: a token and its neighbours. */
typedef struct {
    uint32_t id; /* S3LM_NO_ID: merged into the one before */
    uint32_t before, after;
} symbol;

_Static_assert(sizeof(symbol) + 2 * sizeof(uint64_t) == S3LM_SYMBOL_BYTES, "what encoding plans for a symbol");

/* Index of the merge of a pair, or NONE: binary search, the merges are sorted by pair. */
static uint32_t find_merge(const s3lm_tokenizer *t, uint32_t left, uint32_t right) {
    uint32_t low = 0, high = t->merges.count;
    while (low < high) {
        uint32_t middle = (low + high) / 2;
        uint32_t l = s3lm_small_id(t, t->merges.at, middle * 4u);
        uint32_t r = s3lm_small_id(t, t->merges.at, middle * 4u + 1u);
        if (l == left && r == right) return middle;
        if (l < left || (l == left && r < right)) low = middle + 1;
        else high = middle;
    }
    return NONE;
}

/* The queue of possible merges: a binary heap, smallest entry first. An entry is rank << 44 | position << 20 | made,
 * so that whole entries compare as (rank, position). */
typedef struct {
    uint64_t *entries;
    uint32_t count;
} queue;

static void queue_push(queue *q, uint64_t entry) {
    uint32_t at = q->count++;
    while (at > 0) {
        uint32_t parent = (at - 1) / 2;
        if (q->entries[parent] <= entry) break;
        q->entries[at] = q->entries[parent];
        at = parent;
    }
    q->entries[at] = entry;
}

static uint64_t queue_pop(queue *q) {
    uint64_t top = q->entries[0], last = q->entries[--q->count];
    uint32_t at = 0;
    for (;;) {
        uint32_t child = 2 * at + 1;
        if (child >= q->count) break;
        if (child + 1 < q->count && q->entries[child + 1] < q->entries[child]) child++;
        if (q->entries[child] >= last) break;
        q->entries[at] = q->entries[child];
        at = child;
    }
    q->entries[at] = last;
    return top;
}

static void offer(const s3lm_tokenizer *t, queue *q, const symbol *symbols, uint32_t at) {
    uint32_t index = find_merge(t, symbols[at].id, symbols[symbols[at].after].id);
    if (index == NONE) return;
    s3lm_merge m = s3lm_merge_at(t, index);
    queue_push(q, (uint64_t)m.rank << 44 | (uint64_t)at << 20 | m.made);
}

/* Merges `count` > 1 linked symbols in place; queue memory lies behind them. A pair that changed since it was queued
 * is left alone unless it still makes the same token, which is the library's test too. */
static void merge_all(const s3lm_tokenizer *t, symbol *symbols, uint32_t count, uint64_t *memory) {
    queue q = {memory, 0};
    for (uint32_t i = 0; i + 1 < count; i++) offer(t, &q, symbols, i);
    while (q.count) {
        uint64_t entry = queue_pop(&q);
        uint32_t at = (uint32_t)(entry >> 20) & 0xFFFFFFu, made = (uint32_t)entry & 0xFFFFFu;
        symbol *s = &symbols[at];
        if (s->id == S3LM_NO_ID || s->after == NONE) continue;
        symbol *right = &symbols[s->after];
        uint32_t index = find_merge(t, s->id, right->id);
        if (index == NONE || s3lm_merge_at(t, index).made != made) continue;
        s->id = made;
        s->after = right->after;
        right->id = S3LM_NO_ID;
        if (s->after != NONE) symbols[s->after].before = at;
        if (s->before != NONE) offer(t, &q, symbols, s->before);
        if (s->after != NONE) offer(t, &q, symbols, at);
    }
}

/* ---- One word ---- */

/* The symbols of a word as they are added. */
typedef struct {
    s3lm_encoder *e;
    symbol *symbols;
    uint32_t count;
    bool unknown; /* an unknown token waits, so that more can be fused with it */
} word;

static void add_symbol(word *w, uint32_t id) {
    if (w->e->status != S3LM_TOKENIZER_OK) return;
    if ((size_t)(w->e->end - w->e->free) < (w->count + 1) * (size_t)S3LM_SYMBOL_BYTES) {
        w->e->status = S3LM_TOKENIZER_SCRATCH;
        return;
    }
    symbol s = {id, w->count ? w->count - 1 : NONE, NONE};
    if (w->count) w->symbols[w->count - 1].after = w->count;
    w->symbols[w->count++] = s;
}

static void add_unknown(word *w) {
    const s3lm_tokenizer *t = w->e->t;
    if (t->unk_id == S3LM_NO_ID) return; /* no token for it: it is dropped */
    if (w->unknown && !(t->flags & S3LM_TOKN_FUSE_UNKNOWN)) add_symbol(w, t->unk_id);
    w->unknown = true;
}

static void add_known(word *w, uint32_t id) {
    if (w->unknown) add_symbol(w, w->e->t->unk_id);
    w->unknown = false;
    add_symbol(w, id);
}

static uint32_t find_character(const s3lm_tokenizer *t, uint32_t c) {
    uint32_t low = 0, high = t->characters.count;
    while (low < high) {
        uint32_t middle = (low + high) / 2, found = s3lm_word(t->characters.at, 2 * middle);
        if (found == c) return s3lm_word(t->characters.at, 2 * middle + 1);
        if (found < c) low = middle + 1;
        else high = middle;
    }
    return S3LM_NO_ID;
}

/* place: S3LM_CHARACTER_*, or-ed, where tokens know it. */
static void add_character(word *w, uint32_t c, uint32_t place) {
    const s3lm_tokenizer *t = w->e->t;
    uint32_t id = find_character(t, c | place);
    if (id != S3LM_NO_ID) {
        add_known(w, id);
        return;
    }
    if (t->flags & S3LM_TOKN_FALLBACK) {
        uint8_t bytes[4];
        uint32_t length = s3lm_utf8_write(c, bytes), ids[4], have = 0;
        while (have < length && (ids[have] = s3lm_word(t->byte_ids.at, bytes[have])) != S3LM_NO_ID) have++;
        if (have == length) {
            /* A waiting unknown token is not put before these: the library does not either. */
            for (uint32_t i = 0; i < length; i++) add_symbol(w, ids[i]);
            return;
        }
    }
    add_unknown(w);
}

/* Writes a word with a metaspace for each space into scratch, for who looks up texts. False when that is too little. */
static bool spell(s3lm_encoder *e, const uint8_t **text, uint32_t *length, bool metaspace_before) {
    uint8_t *out = e->free, mark[4];
    uint32_t bytes = s3lm_utf8_write(e->t->metaspace, mark), made = 0;
    size_t room = (size_t)(e->end - e->free);
    for (uint32_t at = 0, before = metaspace_before; before || at < *length;) {
        bool is_mark = before || (*text)[at] == ' ';
        uint32_t add = is_mark ? bytes : 1u;
        if (made + add + 8u > room) {
            e->status = S3LM_TOKENIZER_SCRATCH;
            return false;
        }
        for (uint32_t i = 0; i < add; i++) out[made++] = is_mark ? mark[i] : (*text)[at];
        if (!before) at++;
        before = 0;
    }
    *text = out;
    *length = made;
    e->free += (made + 7u) & ~(size_t)7u;
    return true;
}

/* One word by merging. */
static void encode_bpe(s3lm_encoder *e, const uint8_t *text, uint32_t length, bool metaspaces, bool metaspace_before) {
    const s3lm_tokenizer *t = e->t;
    word w = {e, (symbol *)(void *)e->free, 0, false};
    if (t->lookup.count) {
        uint32_t id = s3lm_find_token(t, text, length);
        if (id != S3LM_NO_ID) {
            s3lm_emit(e, id);
            return;
        }
    }
    if (t->flags & S3LM_TOKN_BYTE_LEVEL) {
        for (uint32_t at = 0; at < length; at++) {
            uint32_t id = s3lm_word(t->byte_ids.at, text[at]);
            if (id != S3LM_NO_ID) add_known(&w, id);
            else add_unknown(&w);
        }
    } else {
        uint32_t first = 0, last = t->flags & S3LM_TOKN_ENDED ? S3LM_CHARACTER_ENDS : 0;
        if (metaspace_before) {
            add_character(&w, t->metaspace, 0);
            first = t->flags & S3LM_TOKN_CONTINUED ? S3LM_CHARACTER_CONTINUES : 0;
        }
        for (uint32_t at = 0, step; at < length; at += step) {
            uint32_t c = s3lm_utf8_read(text + at, &step);
            add_character(&w, metaspaces && c == ' ' ? t->metaspace : c, first | (at + step == length ? last : 0));
            first = t->flags & S3LM_TOKN_CONTINUED ? S3LM_CHARACTER_CONTINUES : 0;
        }
    }
    if (w.unknown) add_symbol(&w, t->unk_id);
    if (e->status != S3LM_TOKENIZER_OK || w.count == 0) return;
    /* The queue lies behind the symbols, at a multiple of 8. */
    uint64_t *memory = (uint64_t *)(void *)(e->free + ((w.count * sizeof(symbol) + 7u) & ~(size_t)7u));
    if (w.count > 1) merge_all(t, w.symbols, w.count, memory);
    for (uint32_t at = 0; at != NONE; at = w.symbols[at].after) s3lm_emit(e, w.symbols[at].id);
}

void s3lm_encode_word(s3lm_encoder *e, const uint8_t *text, uint32_t length, bool metaspaces, bool metaspace_before) {
    uint8_t *saved = e->free;
    if (e->status != S3LM_TOKENIZER_OK) return;
    if (metaspaces && e->t->lookup.count) {
        if (!spell(e, &text, &length, metaspace_before)) return;
        metaspaces = metaspace_before = false;
    }
    switch (s3lm_model(e->t)) {
    case S3LM_MODEL_UNIGRAM:
        s3lm_encode_unigram(e, text, length);
        break;
    case S3LM_MODEL_WORDPIECE:
        s3lm_encode_wordpiece(e, text, length);
        break;
    case S3LM_MODEL_WORDLEVEL:
        s3lm_encode_wordlevel(e, text, length);
        break;
    default:
        encode_bpe(e, text, length, metaspaces, metaspace_before);
    }
    e->free = saved;
}
