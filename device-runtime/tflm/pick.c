/* The engine's sampler without the engine's model. */
#include "pick.h"

#include "grammar.h"
#include "kernels.h"

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
    picker->vocab_size = vocab_size;
    picker->seen = seen;
    s3lm_random_seed(&picker->random, seed);
}

uint32_t s3lm_pick(s3lm_picker *picker, const s3lm_sampling *sampling, const float *logits, const uint32_t *ids,
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
    return s3lm_sample(&model, sampling, &picker->random, logits);
}
