/* Tokens found by their text: the ids of the lookup table are in the order of their tokens' bytes. Pure functions; any
 * core may call them. */
#ifndef S3LM_TOKENIZER_LOOKUP_H
#define S3LM_TOKENIZER_LOOKUP_H

#include "tokenizer.h"

/* The entries that begin with the bytes that were read. */
typedef struct {
    uint32_t low, high, depth;
} s3lm_prefix;

/* All entries: no byte was read. */
s3lm_prefix s3lm_prefix_start(const s3lm_tokenizer *t);

/* Reads one more byte. False when no entry begins so. *id: the token that is exactly the bytes read, or S3LM_NO_ID. */
bool s3lm_prefix_step(const s3lm_tokenizer *t, s3lm_prefix *prefix, uint8_t byte, uint32_t *id);

/* Id of the token that is exactly this text, or S3LM_NO_ID. */
uint32_t s3lm_find_token(const s3lm_tokenizer *t, const uint8_t *text, uint32_t length);

#endif
