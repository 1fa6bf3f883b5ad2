/* Picks the next token out of logits that another runtime has computed, as the engine picks it: repetition penalty,
 * temperature, top-k, top-p, min-p. For a model that runs in TensorFlow Lite Micro (docs/tflite-micro.md); for C and
 * C++. */
#ifndef S3LM_PICK_H
#define S3LM_PICK_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* 32-bit words that the picker needs for a vocabulary. */
#define S3LM_PICK_WORDS(vocab_size) (((vocab_size) + 31u) / 32u)

/* Most bytes of text that one token adds: s3lm_decoder_room of every tokenizer that the converter writes. */
#define S3LM_PIECE_BYTES 1024u

/* `off` values in parentheses. */
typedef struct {
    bool do_sample;           /* false: always the most likely token (after the repetition penalty) */
    float temperature;        /* 0 means do_sample = false (1) */
    uint32_t top_k;           /* (0) */
    float top_p;              /* (1) */
    float min_p;              /* (0) */
    float repetition_penalty; /* (1) */
} s3lm_pick_sampling;

/* Memory of the caller; about 2 KB. */
typedef struct {
    uint32_t vocab_size;
    uint32_t *seen;
    uint64_t histogram[256];
    uint64_t random;
} s3lm_picker;

/* seen: S3LM_PICK_WORDS(vocab_size) words that the picker works in. The same seed picks the same tokens. */
void s3lm_picker_start(s3lm_picker *picker, uint32_t vocab_size, uint32_t *seen, uint64_t seed);

/*
 * The next token.
 * logits: [vocab_size]. ids: the `length` tokens of the text so far, for the repetition penalty. Sampling that is out
 * of range (docs/api.md) takes the most likely token.
 */
uint32_t s3lm_pick(s3lm_picker *picker, const s3lm_pick_sampling *sampling, const float *logits, const uint32_t *ids,
                   uint32_t length);

#ifdef __cplusplus
}
#endif

#endif
