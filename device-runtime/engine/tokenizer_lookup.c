/* See tokenizer_lookup.h. */
#include "tokenizer_lookup.h"

#include "tokenizer_tables.h"

s3lm_prefix s3lm_prefix_start(const s3lm_tokenizer *t) {
    s3lm_prefix all = {0, t->lookup.count, 0};
    return all;
}

/* First entry from `low` to `high` whose byte at `depth` is not below `least`; all of them have the bytes before it. */
static uint32_t edge(const s3lm_tokenizer *t, uint32_t low, uint32_t high, uint32_t depth, uint32_t least) {
    while (low < high) {
        uint32_t middle = low + (high - low) / 2, length;
        const uint8_t *bytes = s3lm_token_bytes(t, s3lm_small_id(t, t->lookup.at, middle), &length);
        /* One that ends here goes before all that go on. */
        if (length <= depth || bytes[depth] < least) low = middle + 1;
        else high = middle;
    }
    return low;
}

bool s3lm_prefix_step(const s3lm_tokenizer *t, s3lm_prefix *p, uint8_t byte, uint32_t *id) {
    uint32_t length;
    p->low = edge(t, p->low, p->high, p->depth, byte);
    p->high = edge(t, p->low, p->high, p->depth, byte + 1u);
    p->depth++;
    *id = S3LM_NO_ID;
    if (p->low == p->high) return false;
    uint32_t first = s3lm_small_id(t, t->lookup.at, p->low);
    s3lm_token_bytes(t, first, &length);
    if (length == p->depth) *id = first;
    return true;
}

uint32_t s3lm_find_token(const s3lm_tokenizer *t, const uint8_t *text, uint32_t length) {
    uint32_t low = 0, high = t->lookup.count;
    while (low < high) {
        uint32_t middle = (low + high) / 2, id = s3lm_small_id(t, t->lookup.at, middle), other, i = 0;
        const uint8_t *bytes = s3lm_token_bytes(t, id, &other);
        while (i < length && i < other && text[i] == bytes[i]) i++;
        if (i == length && i == other) return id;
        if (i == other || (i < length && bytes[i] < text[i])) low = middle + 1;
        else high = middle;
    }
    return S3LM_NO_ID;
}
