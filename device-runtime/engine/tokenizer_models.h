/* Inside of encoding: one word to ids by the models beside BPE (tokenizer_unigram.c, tokenizer_wordpiece.c), and the
 * checks of their tables. A word is `length` > 0 bytes of normalized text, UTF-8. */
#ifndef S3LM_TOKENIZER_MODELS_H
#define S3LM_TOKENIZER_MODELS_H

#include "float64.h"
#include "tokenizer_encoder.h"

/* Scratch of Unigram for each place between bytes, their count being one more than the bytes: a sum, and how the best
 * way arrives. */
#define S3LM_PLACE_BYTES 12u

/* e->free is at a multiple of 8. */
void s3lm_encode_unigram(s3lm_encoder *e, const uint8_t *text, uint32_t length);

void s3lm_encode_wordpiece(s3lm_encoder *e, const uint8_t *text, uint32_t length);

/* A word that is a token, or unknown. */
void s3lm_encode_wordlevel(s3lm_encoder *e, const uint8_t *text, uint32_t length);

/* Score of a token of Unigram. id < t->scores.count. */
s3lm_float64 s3lm_unigram_score(const s3lm_tokenizer *t, uint32_t id);

/* The table that a model has where BPE has its merges; *size of an entry, *most of them. They stay as they are for BPE.
 */
s3lm_table *s3lm_model_table(s3lm_tokenizer *t, uint32_t *size, uint32_t *most);

/* Checks what the models beside BPE have, and sets what t says about it; tokens and lookup are checked before. */
bool s3lm_check_model(s3lm_tokenizer *t);

#endif
