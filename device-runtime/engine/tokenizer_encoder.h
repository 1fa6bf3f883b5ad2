/* Inside of encoding: what the steps of one s3lm_encode call share. */
#ifndef S3LM_TOKENIZER_ENCODER_H
#define S3LM_TOKENIZER_ENCODER_H

#include "tokenizer.h"

/* One call of s3lm_encode. */
typedef struct {
    const s3lm_tokenizer *t;
    uint32_t flags;
    uint32_t *ids;
    size_t capacity, count;
    uint8_t *free, *end; /* scratch that is left */
    s3lm_tokenizer_status status;
} s3lm_encoder;

/* Adds an id to the result. */
static inline void s3lm_emit(s3lm_encoder *e, uint32_t id) {
    if (e->count < e->capacity) e->ids[e->count++] = id;
    else e->status = S3LM_TOKENIZER_TOO_MANY;
}

/* Scratch for each symbol of a word: an id and its two neighbours, and two entries of the merge queue (one for each
 * pair at first, and each merge takes one entry and puts two). */
#define S3LM_SYMBOL_BYTES 28u

/* Encodes one word of normalized text, `length` > 0 bytes of UTF-8. metaspaces: a space counts as the metaspace;
 * metaspace_before: the word begins with a metaspace that is not in the text. */
void s3lm_encode_word(s3lm_encoder *e, const uint8_t *text, uint32_t length, bool metaspaces, bool metaspace_before);

#endif
