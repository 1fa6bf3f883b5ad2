/* Inside of encoding: what the steps of one s3lm_encode call share. */
#ifndef S3LM_TOKENIZER_ENCODER_H
#define S3LM_TOKENIZER_ENCODER_H

#include "tokenizer.h"

/* Also to a lower place that overlaps. */
static inline void s3lm_copy(uint8_t *to, const uint8_t *from, size_t length) {
    for (size_t i = 0; i < length; i++) to[i] = from[i];
}

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

/* Scratch for each byte of a word, at most. BPE takes a symbol for it, and 3 bytes when it is a space that is spelled
 * out; Unigram 12 bytes for each of the 3. */
#define S3LM_WORD_BYTES 40u
/* Room before the normalized text, for the space that a word can get. */
#define S3LM_SLACK 8u

/* Applies the normalizer to `length` bytes at `text`, behind which all scratch up to e->end is free; the result takes
 * their place. prepend: what is prepended to texts is prepended. Returns the new length. */
uint32_t s3lm_normalize_text(s3lm_encoder *e, uint8_t *text, uint32_t length, bool prepend);

/* Encodes normalized text[begin, end), begin < end, without added tokens: runs the pre-tokenizer's stages over it, each
 * inside the pieces of the one before. text[begin - 1] is overwritten for a while; text has S3LM_SLACK bytes before it.
 * at_start: nothing but the start of the whole text is before. */
void s3lm_encode_words(s3lm_encoder *e, uint8_t *text, uint32_t begin, uint32_t end, bool at_start);

/* Encodes one word of normalized text, `length` > 0 bytes of UTF-8. metaspaces: a space counts as the metaspace;
 * metaspace_before: the word begins with a metaspace that is not in the text. */
void s3lm_encode_word(s3lm_encoder *e, const uint8_t *text, uint32_t length, bool metaspaces, bool metaspace_before);

#endif
