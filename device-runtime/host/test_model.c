/* The forward pass against the fixtures' expected logits, to the last bit, however the work is cut up. */
#include "testing_package.h"

static const char *fixtures;

/* ids and logits that an independent implementation computed for a fixture. */
typedef struct {
    uint32_t count;
    uint32_t vocab;
    uint32_t *ids;
    float *logits;
} expectation;

static expectation read_expectation(const char *name) {
    char file[64];
    size_t length;
    snprintf(file, sizeof file, "%s.logits.bin", name);
    uint8_t *bytes = read_fixture(fixtures, file, &length);
    expectation e = {s3lm_u32(bytes), s3lm_u32(bytes + 4), NULL, NULL};
    e.ids = malloc(4u * e.count);
    e.logits = malloc(4u * (size_t)e.count * e.vocab);
    for (uint32_t i = 0; i < e.count; i++) {
        e.ids[i] = s3lm_u32(bytes + 8 + 4u * i);
    }
    for (size_t i = 0; i < (size_t)e.count * e.vocab; i++) {
        e.logits[i] = s3lm_f32(bytes + 8 + 4u * (e.count + i));
    }
    free(bytes);
    return e;
}

static void forget(expectation *e) {
    free(e->ids);
    free(e->logits);
}

/* Compares as numbers: +0 and -0 are the same logit. */
static void same(const float *actual, const float *expected, size_t count, const char *what) {
    for (size_t i = 0; i < count; i++) {
        CHECK(actual[i] == expected[i], "%s: logit %zu is %a instead of %a", what, i, (double)actual[i],
              (double)expected[i]);
    }
}

static void logits_are_the_expected_ones(const char *name, const s3lm_options *options) {
    expectation e = read_expectation(name);
    loaded l;
    load(&l, fixtures, name, options);
    float *logits = malloc(4u * (size_t)e.count * e.vocab);
    CHECK(s3lm_forward(&l.model, e.ids, e.count, logits, true) == S3LM_OK, "%s: forward", name);
    same(logits, e.logits, (size_t)e.count * e.vocab, name);
    free(logits);
    forget(&e);
    unload(&l);
}

static void single_tokens_give_the_same(const char *name) {
    expectation e = read_expectation(name);
    loaded l;
    load(&l, fixtures, name, NULL);
    for (uint32_t i = 0; i < e.count; i++) {
        CHECK(s3lm_forward(&l.model, e.ids + i, 1, l.model.logits, false) == S3LM_OK, "%s: forward", name);
        same(l.model.logits, e.logits + (size_t)i * e.vocab, e.vocab, name);
    }
    forget(&e);
    unload(&l);
}

/* Does the ranges one after the other, in a random order of workers, as several cores would at once. */
static void split(void *user, s3lm_work work, void *job, uint32_t units, uint32_t multiple) {
    uint32_t workers = *(uint32_t *)user;
    uint32_t share = (units / workers + multiple) / multiple * multiple;
    for (uint32_t worker = workers; worker-- > 0u;) {
        uint32_t begin = worker * share, end = begin + share < units ? begin + share : units;
        if (begin < end) {
            work(job, worker, begin, end);
        }
    }
}

static void splitting_over_workers_gives_the_same(const char *name) {
    for (uint32_t workers = 2; workers <= S3LM_MAX_WORKERS; workers++) {
        s3lm_options options = {.workers = workers, .parallel = split, .parallel_user = &workers};
        logits_are_the_expected_ones(name, &options);
    }
}

static void a_separate_cache_gives_the_same(const char *name) {
    expectation e = read_expectation(name);
    loaded l;
    load(&l, fixtures, name, NULL);
    s3lm_options options = {.cache_bytes = s3lm_cache_bytes(&l.package, NULL)};
    options.cache = host_allocate(options.cache_bytes);
    size_t need = s3lm_state_bytes(&l.package, &options);
    void *memory = host_allocate(need);
    s3lm_model model;
    CHECK(need + options.cache_bytes == s3lm_state_bytes(&l.package, NULL), "%s: the parts do not add up", name);
    CHECK(s3lm_init(&model, &l.package, &options, memory, need) == S3LM_OK, "%s: init", name);
    CHECK(s3lm_forward(&model, e.ids, e.count, model.logits, false) == S3LM_OK, "%s: forward", name);
    same(model.logits, e.logits + (size_t)(e.count - 1u) * e.vocab, e.vocab, name);
    free(options.cache);
    free(memory);
    forget(&e);
    unload(&l);
}

static void truncating_forgets_exactly(const char *name) {
    expectation e = read_expectation(name);
    loaded l;
    load(&l, fixtures, name, NULL);
    uint32_t other[6] = {5, 6, 7, 8, 9, 10};
    CHECK(s3lm_forward(&l.model, e.ids, 4, NULL, false) == S3LM_OK, "%s: prefix", name);
    CHECK(s3lm_forward(&l.model, other, 6, NULL, false) == S3LM_OK, "%s: detour", name);
    s3lm_truncate(&l.model, 99);
    CHECK(l.model.length == 10u, "%s: truncating to more changes nothing", name);
    s3lm_truncate(&l.model, 4);
    CHECK(s3lm_forward(&l.model, e.ids + 4, e.count - 4u, l.model.logits, false) == S3LM_OK, "%s: rest", name);
    same(l.model.logits, e.logits + (size_t)(e.count - 1u) * e.vocab, e.vocab, name);
    forget(&e);
    unload(&l);
}

static void bad_calls_change_nothing(void) {
    loaded l;
    load(&l, fixtures, "rows", NULL);
    uint32_t ids[25] = {0};
    CHECK(s3lm_forward(&l.model, ids, 0, NULL, false) == S3LM_ERR_OPTIONS, "no tokens");
    CHECK(s3lm_forward(&l.model, ids, 25, NULL, false) == S3LM_ERR_CONTEXT, "too many tokens");
    ids[3] = 48;
    CHECK(s3lm_forward(&l.model, ids, 4, NULL, false) == S3LM_ERR_TOKEN, "an id beyond the vocabulary");
    CHECK(l.model.length == 0u, "the context changed");
    ids[3] = 0;
    CHECK(s3lm_forward(&l.model, ids, 24, NULL, false) == S3LM_OK, "a full context");
    CHECK(s3lm_forward(&l.model, ids, 1, NULL, false) == S3LM_ERR_CONTEXT, "one more");
    unload(&l);
}

/* Weights that are finite but multiply to infinity: the answer must be an error, not garbage. */
static void overflow_is_reported(const char *name, uint32_t role) {
    loaded l;
    load(&l, fixtures, name, NULL);
    const uint32_t id = 1;
    for (uint32_t i = 0; i < l.package.tensor_count; i++) {
        s3lm_tensor *tensor = s3lm_model_tensor(&l.model, i);
        if (tensor->role == role) {
            bool plain = tensor->encoding == S3LM_FLOAT32;
            float *numbers = (float *)(uintptr_t)(plain ? tensor->data : tensor->tables[0]);
            uint32_t count = plain ? tensor->rows * tensor->row_bytes / 4u : s3lm_table_count(tensor, 0);
            for (uint32_t n = 0; n < count; n++) {
                numbers[n] = numbers[n] * 1e36f;
            }
        }
    }
    CHECK(s3lm_forward(&l.model, &id, 1, l.model.logits, false) == S3LM_ERR_NUMERIC, "%s: role %u", name, role);
    unload(&l);
}

int main(int argc, char **argv) {
    fixtures = argc > 1 ? argv[1] : ".";
    for (size_t i = 0; i < FIXTURE_COUNT; i++) {
        const char *name = fixture_names[i];
        RUN(logits_are_the_expected_ones, name, NULL);
        RUN(logits_are_the_expected_ones, name, &(s3lm_options){.kernels = &s3lm_kernels_scalar});
        RUN(logits_are_the_expected_ones, name, &(s3lm_options){.max_batch = 5});
        RUN(single_tokens_give_the_same, name);
        RUN(splitting_over_workers_gives_the_same, name);
        RUN(a_separate_cache_gives_the_same, name);
        RUN(truncating_forgets_exactly, name);
    }
    RUN(bad_calls_change_nothing);
    RUN(overflow_is_reported, "rows", S3LM_ROLE_QKV);
    RUN(overflow_is_reported, "rows", S3LM_ROLE_OUTPUT);
    RUN(overflow_is_reported, "rows", S3LM_ROLE_GATE_UP);
    RUN(overflow_is_reported, "rows", S3LM_ROLE_DOWN);
    RUN(overflow_is_reported, "floats", S3LM_ROLE_OUTPUT);
    RUN(overflow_is_reported, "floats", S3LM_ROLE_DOWN);
    RUN(overflow_is_reported, "floats", S3LM_ROLE_NORM);
    return report();
}
