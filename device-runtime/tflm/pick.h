/* Picks the next token out of logits that another runtime has computed, as the engine picks it: repetition penalty,
 * temperature, top-k, top-p, min-p. For a model that runs in TensorFlow Lite Micro (docs/tflite-micro.md). */
#ifndef S3LM_PICK_H
#define S3LM_PICK_H

#include "s3lm.h"

/* 32-bit words that the picker needs for a vocabulary. */
#define S3LM_PICK_WORDS(vocab_size) (((vocab_size) + 31u) / 32u)

/* Memory of the caller; about 2 KB. */
typedef struct {
    uint32_t vocab_size;
    uint32_t *seen;
    uint64_t histogram[256];
    s3lm_random random;
} s3lm_picker;

/* seen: S3LM_PICK_WORDS(vocab_size) words that the picker works in. The same seed picks the same tokens. */
void s3lm_picker_start(s3lm_picker *picker, uint32_t vocab_size, uint32_t *seen, uint64_t seed);

/*
 * The next token.
 * logits: [vocab_size]. ids: the `length` tokens of the text so far, for the repetition penalty. sampling: see s3lm.h;
 * s3lm_sampling_valid says whether it is one.
 */
uint32_t s3lm_pick(s3lm_picker *picker, const s3lm_sampling *sampling, const float *logits, const uint32_t *ids,
                   uint32_t length);

#endif
