/* The engine's sampler without the engine's model. */
#include "pick.h"

#include "grammar.h"
#include "kernels.h"
#include "s3lm.h"

_Static_assert(S3LM_PIECE_BYTES == S3LM_MAX_PIECE_BYTES, "the decoder's room");

/* All that the sampler asks of kernels. */
static float largest(const float *x, uint32_t count) {
    float most = x[0];
    for (uint32_t i = 1; i < count; i++) {
        most = x[i] > most ? x[i] : most;
    }
    return most;
}

static const s3lm_kernels kernels = {.name = "pick", .maximum = largest};

/* No grammar says what may come. */
bool s3lm_may_come(const s3lm_place *place, uint32_t id) {
    (void)place;
    (void)id;
    return true;
}

void s3lm_forbid(const s3lm_place *place, float *logits) {
    (void)place;
    (void)logits;
}

void s3lm_picker_start(s3lm_picker *picker, uint32_t vocab_size, uint32_t *seen, uint64_t seed) {
    s3lm_random random;
    s3lm_random_seed(&random, seed);
    picker->vocab_size = vocab_size;
    picker->seen = seen;
    picker->random = random.state;
}

uint32_t s3lm_pick(s3lm_picker *picker, const s3lm_pick_sampling *wanted, const float *logits, const uint32_t *ids,
                   uint32_t length) {
    const s3lm_package package = {.config = {.vocab_size = picker->vocab_size}};
    s3lm_model model = {
        .package = &package,
        .kernels = &kernels,
        .length = length,
        /* Only read. */
        .ids = (uint32_t *)(uintptr_t)ids,
        .seen = picker->seen,
        .histogram = picker->histogram,
    };
    s3lm_sampling sampling = {
        .do_sample = wanted->do_sample,
        .temperature = wanted->temperature,
        .top_k = wanted->top_k,
        .top_p = wanted->top_p,
        .min_p = wanted->min_p,
        .repetition_penalty = wanted->repetition_penalty,
    };
    if (!s3lm_sampling_valid(&sampling)) {
        sampling = (s3lm_sampling){.temperature = 1.0f, .top_p = 1.0f, .repetition_penalty = 1.0f};
    }
    s3lm_random random = {.state = picker->random};
    uint32_t id = s3lm_sample(&model, &sampling, &random, logits);
    picker->random = random.state;
    return id;
}
