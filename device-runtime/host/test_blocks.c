/* Blocks of every kind of arrangement: the engine against a forward pass in double precision that is written for
 * plainness, and against itself with other kernels, other passes and several workers, to the last bit. */
#include <math.h>

#include "making_package.h"

#define TOKENS 9u

static const uint32_t ids[TOKENS] = {1, 5, 3, 2, 7, 4, 7, 0, 6};

static made_shape shape_of(const made_block *block, bool int8) {
    return (made_shape){.block = block,
                        .layers = 2,
                        .hidden = 20,
                        .vocab = 11,
                        .context = 12,
                        .heads = 4,
                        .kv_heads = 2,
                        .head_dim = 8,
                        .width = 22,
                        .int8 = int8};
}

/* ---- The plain forward pass ---- */

/* y = W x + b; the bias is the role after the matrix's. */
static void plain_linear(const made_package *made, uint32_t role, uint32_t step, const double *x, uint32_t rows,
                         uint32_t cols, double *y) {
    const double *w = values_of(made, role, step), *bias = values_of(made, role + 1u, step);
    for (uint32_t row = 0; row < rows; row++) {
        double sum = bias[row];
        for (uint32_t i = 0; i < cols; i++) {
            sum += w[(size_t)row * cols + i] * x[i];
        }
        y[row] = sum;
    }
}

static void plain_norm(const double *gain, const double *bias, const double *x, uint32_t n, double *y) {
    double squares = 0;
    for (uint32_t i = 0; i < n; i++) {
        squares += x[i] * x[i];
    }
    double factor = 1.0 / sqrt(squares / n + (double)1e-5f);
    for (uint32_t i = 0; i < n; i++) {
        y[i] = x[i] * factor * gain[i] + bias[i];
    }
}

static void plain_rotate(const double *angles, uint32_t dim, double *head) {
    for (uint32_t i = 0; i < dim / 2u; i++) {
        double a = head[i], b = head[i + dim / 2u], cosine = angles[i], sine = angles[dim / 2u + i];
        head[i] = a * cosine - b * sine;
        head[i + dim / 2u] = b * cosine + a * sine;
    }
}

/* Keys and values of all tokens so far, by step. */
typedef struct {
    double keys[TOKENS][64], values[TOKENS][64];
} plain_cache;

static void plain_attention(const made_package *made, uint32_t step, plain_cache *cache, uint32_t position,
                            const double *x, double *y) {
    const made_shape *s = &made->shape;
    uint32_t dim = s->head_dim, query_size = s->heads * dim, key_size = s->kv_heads * dim;
    const double *angles = values_of(made, 6, 0) + (size_t)position * dim;
    double query[64], out[64] = {0};
    plain_linear(made, 34, step, x, query_size, s->hidden, query);
    plain_linear(made, 36, step, x, key_size, s->hidden, cache->keys[position]);
    plain_linear(made, 38, step, x, key_size, s->hidden, cache->values[position]);
    for (uint32_t head = 0; head < s->heads; head++) {
        plain_rotate(angles, dim, query + head * dim);
    }
    for (uint32_t head = 0; head < s->kv_heads; head++) {
        plain_rotate(angles, dim, cache->keys[position] + head * dim);
    }
    for (uint32_t head = 0; head < s->heads; head++) {
        uint32_t kv = head / (s->heads / s->kv_heads) * dim;
        double weights[TOKENS], sum = 0;
        for (uint32_t t = 0; t <= position; t++) {
            double score = 0;
            for (uint32_t d = 0; d < dim; d++) {
                score += query[head * dim + d] * cache->keys[t][kv + d];
            }
            weights[t] = exp(0.5 * score);
            sum += weights[t];
        }
        for (uint32_t t = 0; t <= position; t++) {
            for (uint32_t d = 0; d < dim; d++) {
                out[head * dim + d] += weights[t] / sum * cache->values[t][kv + d];
            }
        }
    }
    plain_linear(made, 40, step, out, s->hidden, query_size, y);
}

static void plain_mlp(const made_package *made, uint32_t step, const double *x, double *y) {
    const made_shape *s = &made->shape;
    double gate[64], up[64];
    plain_linear(made, 50, step, x, s->width, s->hidden, gate);
    plain_linear(made, 52, step, x, s->width, s->hidden, up);
    for (uint32_t i = 0; i < s->width; i++) {
        gate[i] = gate[i] / (1.0 + exp(-gate[i])) * up[i];
    }
    plain_linear(made, 54, step, gate, s->hidden, s->width, y);
}

/* Logits of every token. */
static void plain_forward(const made_package *made, double *logits) {
    const made_shape *s = &made->shape;
    uint32_t steps = s->layers * s->block->step_count;
    plain_cache *caches = calloc(steps, sizeof *caches);
    const double *embedding = values_of(made, 1, 0xFFFF);
    for (uint32_t t = 0; t < TOKENS; t++) {
        double places[3][64] = {{0}};
        memcpy(places[MADE_RESIDUAL], embedding + (size_t)ids[t] * s->hidden, s->hidden * sizeof(double));
        for (uint32_t i = 0; i < steps; i++) {
            const made_step *step = &s->block->steps[i % s->block->step_count];
            const double *x = places[step->reads];
            double y[64];
            if (step->kind == MADE_NORM) {
                plain_norm(values_of(made, 16, i), values_of(made, 17, i), x, s->hidden, y);
            } else if (step->kind == MADE_ATTENTION) {
                plain_attention(made, i, &caches[i], t, x, y);
            } else {
                plain_mlp(made, i, x, y);
            }
            for (uint32_t d = 0; d < s->hidden; d++) {
                places[step->writes][d] = step->adds ? places[step->writes][d] + y[d] : y[d];
            }
        }
        double normed[64];
        plain_norm(values_of(made, 4, 0xFFFF), values_of(made, 5, 0xFFFF), places[MADE_RESIDUAL], s->hidden, normed);
        for (uint32_t id = 0; id < s->vocab; id++) {
            double sum = 0;
            for (uint32_t d = 0; d < s->hidden; d++) {
                sum += embedding[(size_t)id * s->hidden + d] * normed[d];
            }
            logits[(size_t)t * s->vocab + id] = sum;
        }
    }
    free(caches);
}

/* ---- The engine ---- */

/* Logits of every token, in calls of at most `at_once` tokens. */
static float *run(const made_package *made, const s3lm_options *options, uint32_t at_once) {
    s3lm_package package;
    s3lm_fault fault;
    s3lm_model model;
    float *logits = calloc(TOKENS * (size_t)made->shape.vocab, sizeof(float));
    s3lm_status status = s3lm_package_open(made->bytes, made->length, &package, &fault);
    CHECK(status == S3LM_OK, "%s: %s at byte %u of the package: %s", made->shape.block->name, fault.field,
          (unsigned)fault.offset, s3lm_status_text(status));
    if (status == S3LM_OK) {
        size_t need = s3lm_state_bytes(&package, options);
        void *memory = host_allocate(need);
        CHECK(s3lm_init(&model, &package, options, memory, need) == S3LM_OK, "init");
        for (uint32_t done = 0; done < TOKENS; done += at_once) {
            uint32_t n = TOKENS - done < at_once ? TOKENS - done : at_once;
            status = s3lm_forward(&model, ids + done, n, logits + (size_t)done * made->shape.vocab, true);
            CHECK(status == S3LM_OK, "%s: %s", made->shape.block->name, s3lm_status_text(status));
        }
        free(memory);
    }
    return logits;
}

static void agrees_with_the_plain_forward_pass(const made_block *block, bool int8, double tolerance) {
    made_shape shape = shape_of(block, int8);
    made_package made = make_package(&shape, 7);
    double *expected = calloc(TOKENS * (size_t)shape.vocab, sizeof(double));
    float *actual = run(&made, NULL, TOKENS);
    double largest = 0, error = 0;
    plain_forward(&made, expected);
    for (uint32_t i = 0; i < TOKENS * shape.vocab; i++) {
        largest = fmax(largest, fabs(expected[i]));
        error = fmax(error, fabs(expected[i] - (double)actual[i]));
    }
    CHECK(largest > 0.5, "%s: the logits say nothing: at most %g", block->name, largest);
    CHECK(error <= tolerance * largest, "%s: off by %g of %g", block->name, error, largest);
    free(expected);
    free(actual);
    forget_package(&made);
}

/* Does the ranges one after the other, the last first, as several cores would at once. */
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

static void gives_the_same_bits_however_it_is_run(const made_block *block, bool int8) {
    made_shape shape = shape_of(block, int8);
    made_package made = make_package(&shape, 8);
    uint32_t two = 2, five = 5;
    const s3lm_options ways[] = {{.kernels = &s3lm_kernels_scalar},
                                 {.max_batch = 1},
                                 {.max_batch = 8},
                                 {.workers = 2, .parallel = split, .parallel_user = &two},
                                 {.workers = 5, .parallel = split, .parallel_user = &five}};
    float *expected = run(&made, NULL, TOKENS);
    for (uint32_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        float *actual = run(&made, &ways[i], i % 2u == 0u ? TOKENS : 2u);
        CHECK(memcmp(expected, actual, TOKENS * shape.vocab * sizeof(float)) == 0, "%s: way %u", block->name, i);
        free(actual);
    }
    free(expected);
    forget_package(&made);
}

/* Only blocks whose normed vector must outlive a sum take memory for that, and only those with a branch for it. */
static void extra_vectors_are_taken_where_they_are_needed(void) {
    static const struct {
        bool sum, branch;
    } expected[MADE_BLOCKS] = {{false, false}, {true, false},  {false, true},
                               {false, true},  {false, false}, {true, true}};
    for (uint32_t i = 0; i < MADE_BLOCKS; i++) {
        made_shape shape = shape_of(&made_blocks[i], false);
        made_package made = make_package(&shape, 9);
        s3lm_package package;
        s3lm_model model;
        CHECK(s3lm_package_open(made.bytes, made.length, &package, NULL) == S3LM_OK, "%s", made_blocks[i].name);
        size_t need = s3lm_state_bytes(&package, NULL);
        void *memory = host_allocate(need);
        CHECK(s3lm_init(&model, &package, NULL, memory, need) == S3LM_OK, "init");
        CHECK((model.sum != model.normed) == expected[i].sum, "%s: sum", made_blocks[i].name);
        CHECK((model.branch != NULL) == expected[i].branch, "%s: branch", made_blocks[i].name);
        free(memory);
        forget_package(&made);
    }
}

int main(void) {
    for (uint32_t i = 0; i < MADE_BLOCKS; i++) {
        RUN(agrees_with_the_plain_forward_pass, &made_blocks[i], false, 2e-5);
        /* Quantized activations cost a part in a hundred; a step in the wrong place costs all. */
        RUN(agrees_with_the_plain_forward_pass, &made_blocks[i], true, 0.1);
        RUN(gives_the_same_bits_however_it_is_run, &made_blocks[i], false);
        RUN(gives_the_same_bits_however_it_is_run, &made_blocks[i], true);
    }
    RUN(extra_vectors_are_taken_where_they_are_needed);
    return report();
}
