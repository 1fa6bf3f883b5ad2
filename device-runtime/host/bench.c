/* Speed of a loaded model: tokens per second while reading a prompt and while decoding. */
#include "bench.h"

#include <stdio.h>
#include <time.h>

/* The best of several short measurements: what other programs take away is not the engine's. */
#define MEASUREMENTS 6
#define SECONDS_PER_MEASUREMENT 0.3

double host_seconds(void) {
    struct timespec now;
    timespec_get(&now, TIME_UTC);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

/* Tokens per second of calls with `n` tokens each, starting afresh whenever the context is full. */
static s3lm_status measure_once(s3lm_model *model, uint32_t n, double *rate) {
    uint32_t ids[S3LM_MAX_BATCH];
    uint64_t tokens = 0;
    uint32_t next = 1;
    double begin = host_seconds();
    double elapsed;
    s3lm_reset(model);
    do {
        if (n > model->context - model->length) {
            s3lm_reset(model);
        }
        for (uint32_t i = 0; i < n; i++) {
            next = (next * 1103515245u + 12345u) & 0x7FFFFFFFu;
            ids[i] = next % model->package->config.vocab_size;
        }
        s3lm_status status = s3lm_forward(model, ids, n, model->logits, false);
        if (status != S3LM_OK) {
            return status;
        }
        tokens += n;
        elapsed = host_seconds() - begin;
    } while (elapsed < SECONDS_PER_MEASUREMENT);
    *rate = (double)tokens / elapsed;
    return S3LM_OK;
}

static s3lm_status measure(s3lm_model *model, uint32_t n, double *best) {
    *best = 0;
    for (uint32_t i = 0; i < MEASUREMENTS; i++) {
        double rate = 0;
        s3lm_status status = measure_once(model, n, &rate);
        if (status != S3LM_OK) {
            return status;
        }
        *best = rate > *best ? rate : *best;
    }
    return S3LM_OK;
}

s3lm_status host_bench(s3lm_model *model, bool json) {
    double prefill = 0, decode = 0;
    uint32_t batch = model->max_batch < model->context ? model->max_batch : model->context;
    s3lm_status status = measure(model, batch, &prefill);
    if (status == S3LM_OK) {
        status = measure(model, 1, &decode);
    }
    if (status != S3LM_OK) {
        return status;
    }
    const char *kernels = s3lm_kernels_name(model->kernels);
    size_t state = s3lm_state_bytes(model->package, &model->options);
    if (json) {
        printf("{\"engine\":\"host\",\"kernels\":\"%s\",\"batch\":%u,\"prefillTokensPerSecond\":%.3f,"
               "\"decodeTokensPerSecond\":%.3f,\"packageBytes\":%u,\"stateBytes\":%zu}\n",
               kernels, (unsigned)batch, prefill, decode, (unsigned)model->package->length, state);
    } else {
        printf("kernels %s\nprefill %.1f tokens/s (passes of %u)\ndecode %.1f tokens/s\n", kernels, prefill,
               (unsigned)batch, decode);
    }
    return S3LM_OK;
}
