/* The little that the C tests share: counting checks, random numbers, loading a fixture. */
#ifndef S3LM_HOST_TESTING_H
#define S3LM_HOST_TESTING_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../engine/s3lm.h"
#include "load.h"

static int tests_passed, tests_failed, checks_failed;

#define CHECK(condition, ...)                                                                                          \
    do {                                                                                                               \
        if (!(condition)) {                                                                                            \
            if (checks_failed++ < 10) {                                                                                \
                printf("%s:%d: ", __FILE__, __LINE__);                                                                 \
                printf(__VA_ARGS__);                                                                                   \
                printf("\n");                                                                                          \
            }                                                                                                          \
        }                                                                                                              \
    } while (0)

/* Runs one test function and counts it. */
#define RUN(test, ...)                                                                                                 \
    do {                                                                                                               \
        checks_failed = 0;                                                                                             \
        test(__VA_ARGS__);                                                                                             \
        checks_failed ? tests_failed++ : tests_passed++;                                                               \
        if (checks_failed) printf("FAILED " #test ": %d checks\n", checks_failed);                                     \
    } while (0)

static inline int report(void) {
    printf("%d passed, %d failed\n", tests_passed, tests_failed);
    return tests_failed > 0;
}

/* splitmix64 (Steele, Lea and Flood 2014). */
static inline uint64_t random64(uint64_t *state) {
    uint64_t z = (*state += 0x9E3779B97F4A7C15u);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

static inline uint32_t random_below(uint64_t *state, uint32_t n) { return (uint32_t)(random64(state) % n); }

/* Uniform in [-1, 1). */
static inline float random_float(uint64_t *state) { return (float)(int32_t)(random64(state) >> 32) / 2147483648.0f; }

static inline uint8_t *read_fixture(const char *folder, const char *name, size_t *length) {
    char path[1024];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    uint8_t *bytes = host_read(path, length);
    if (!bytes) {
        printf("%s cannot be read\n", path);
        exit(1);
    }
    return bytes;
}

static const char *const fixture_names[] = {"rows", "groups", "tensors", "floats", "numbers", "nibbles", "taps"};
#define FIXTURE_COUNT (sizeof fixture_names / sizeof fixture_names[0])

static inline uint8_t *read_package(const char *folder, const char *name, size_t *length) {
    char file[64];
    snprintf(file, sizeof file, "%s.s3lm", name);
    return read_fixture(folder, file, length);
}

/* A model over a fixture; everything lives until the program ends or `unload`. */
typedef struct {
    uint8_t *bytes;
    void *memory;
    s3lm_package package;
    s3lm_model model;
} loaded;

static inline void load(loaded *l, const char *folder, const char *name, const s3lm_options *options) {
    size_t length;
    l->bytes = read_package(folder, name, &length);
    s3lm_status status = s3lm_package_open(l->bytes, length, &l->package, NULL);
    size_t need = status == S3LM_OK ? s3lm_state_bytes(&l->package, options) : 0;
    l->memory = host_allocate(need);
    if (status != S3LM_OK || need == 0 || s3lm_init(&l->model, &l->package, options, l->memory, need) != S3LM_OK) {
        printf("%s cannot be loaded: %s\n", name, s3lm_status_text(status));
        exit(1);
    }
}

static inline void unload(loaded *l) {
    free(l->memory);
    free(l->bytes);
}

/* The largest logit every time. */
static inline s3lm_sampling greedy_sampling(void) {
    return (s3lm_sampling){.temperature = 1.0f, .top_p = 1.0f, .repetition_penalty = 1.0f};
}

#endif
