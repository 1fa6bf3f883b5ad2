/* Writes packages of version 2 with random weights and any list of steps in a block, straight from
 * docs/model-package.md: a writer that shares nothing with src/package, and what tests compare the engine with. */
#ifndef S3LM_HOST_MAKING_PACKAGE_H
#define S3LM_HOST_MAKING_PACKAGE_H

#include "testing_package.h"

#define MOST_MADE_TENSORS 96u
#define MOST_MADE_STEPS 8u

/* Numbers of the format. */
enum { MADE_NORM, MADE_ATTENTION, MADE_MLP };
enum { MADE_RESIDUAL, MADE_NORMED, MADE_BRANCH };

typedef struct {
    uint8_t kind, reads, writes, adds;
} made_step;

typedef struct {
    const char *name;
    uint32_t step_count; /* of each layer */
    made_step steps[MOST_MADE_STEPS];
} made_block;

/* Every way in which norms stand around attention and feed-forward. */
static const made_block made_blocks[] = {
    {"pre-norm",
     4,
     {{MADE_NORM, MADE_RESIDUAL, MADE_NORMED, 0},
      {MADE_ATTENTION, MADE_NORMED, MADE_RESIDUAL, 1},
      {MADE_NORM, MADE_RESIDUAL, MADE_NORMED, 0},
      {MADE_MLP, MADE_NORMED, MADE_RESIDUAL, 1}}},
    {"parallel with one norm",
     3,
     {{MADE_NORM, MADE_RESIDUAL, MADE_NORMED, 0},
      {MADE_ATTENTION, MADE_NORMED, MADE_RESIDUAL, 1},
      {MADE_MLP, MADE_NORMED, MADE_RESIDUAL, 1}}},
    {"parallel with two norms",
     4,
     {{MADE_NORM, MADE_RESIDUAL, MADE_NORMED, 0},
      {MADE_NORM, MADE_RESIDUAL, MADE_BRANCH, 0},
      {MADE_ATTENTION, MADE_NORMED, MADE_RESIDUAL, 1},
      {MADE_MLP, MADE_BRANCH, MADE_RESIDUAL, 1}}},
    {"sandwich",
     6,
     {{MADE_NORM, MADE_RESIDUAL, MADE_NORMED, 0},
      {MADE_ATTENTION, MADE_NORMED, MADE_BRANCH, 0},
      {MADE_NORM, MADE_BRANCH, MADE_RESIDUAL, 1},
      {MADE_NORM, MADE_RESIDUAL, MADE_NORMED, 0},
      {MADE_MLP, MADE_NORMED, MADE_NORMED, 0},
      {MADE_NORM, MADE_NORMED, MADE_RESIDUAL, 1}}},
    {"post-norm",
     4,
     {{MADE_ATTENTION, MADE_RESIDUAL, MADE_RESIDUAL, 1},
      {MADE_NORM, MADE_RESIDUAL, MADE_RESIDUAL, 0},
      {MADE_MLP, MADE_RESIDUAL, MADE_RESIDUAL, 1},
      {MADE_NORM, MADE_RESIDUAL, MADE_RESIDUAL, 0}}},
    {"sums in a branch",
     5,
     {{MADE_NORM, MADE_RESIDUAL, MADE_BRANCH, 0},
      {MADE_ATTENTION, MADE_BRANCH, MADE_NORMED, 0},
      {MADE_NORM, MADE_BRANCH, MADE_NORMED, 1},
      {MADE_MLP, MADE_NORMED, MADE_BRANCH, 1},
      {MADE_NORM, MADE_BRANCH, MADE_RESIDUAL, 1}}},
};
#define MADE_BLOCKS (sizeof made_blocks / sizeof made_blocks[0])

typedef struct {
    const made_block *block;
    uint32_t layers, hidden, vocab, context, heads, kv_heads, head_dim, width;
    bool int8; /* weights with a scale a row, an int8 cache; else all is float32 */
} made_shape;

/* A tensor as it was written, its values row by row. */
typedef struct {
    uint32_t role, index, rows, cols;
    double *values;
} made_tensor;

typedef struct {
    made_shape shape;
    uint8_t *bytes;
    size_t length;
    made_tensor tensors[MOST_MADE_TENSORS];
    uint32_t tensor_count;
} made_package;

/* The bytes that grow while a package is made. */
typedef struct {
    made_package *made;
    uint8_t *weights, *directory;
    size_t weight_bytes, capacity;
    uint64_t seed;
} maker;

static inline void put_u16(uint8_t *p, uint32_t value) {
    p[0] = (uint8_t)value;
    p[1] = (uint8_t)(value >> 8);
}

static inline size_t made_aligned(size_t bytes) { return (bytes + 63u) & ~(size_t)63u; }

static inline uint8_t *grow_weights(maker *m, size_t bytes) {
    uint8_t *at = m->weights + m->weight_bytes;
    m->weight_bytes += made_aligned(bytes);
    if (m->weight_bytes > m->capacity) {
        printf("the package is too large for its maker\n");
        exit(1);
    }
    return at;
}

/* One row of codes with their scale; the values become what the codes stand for. */
static inline float put_codes(uint8_t *row, double *values, uint32_t cols) {
    double largest = 0;
    for (uint32_t i = 0; i < cols; i++) {
        double magnitude = values[i] < 0 ? -values[i] : values[i];
        largest = magnitude > largest ? magnitude : largest;
    }
    float scale = (float)(largest / 127.0);
    for (uint32_t i = 0; i < cols; i++) {
        int code = (int)__builtin_rint(values[i] / (double)scale);
        row[i] = (uint8_t)code;
        values[i] = code * (double)scale;
    }
    return scale;
}

/* A tensor of random numbers around `center`; `codes` for int8 with a scale a row. */
static inline void make_tensor(maker *m, uint32_t role, uint32_t index, uint32_t rows, uint32_t cols, float center,
                               float deviation, bool codes) {
    made_tensor *t = &m->made->tensors[m->made->tensor_count];
    uint8_t *record = m->directory + 64u * m->made->tensor_count++;
    uint32_t row_bytes = (cols * (codes ? 1u : 4u) + 15u) & ~15u;
    *t = (made_tensor){role, index, rows, cols, malloc(sizeof(double) * rows * cols)};
    uint32_t data_offset = (uint32_t)m->weight_bytes;
    uint8_t *data = grow_weights(m, (size_t)rows * row_bytes);
    uint32_t scales_offset = (uint32_t)m->weight_bytes;
    uint8_t *scales = codes ? grow_weights(m, 4u * (size_t)rows) : NULL;
    for (uint32_t row = 0; row < rows; row++) {
        double *values = t->values + (size_t)row * cols;
        for (uint32_t i = 0; i < cols; i++) {
            values[i] = (double)(center + deviation * random_float(&m->seed));
            if (!codes) {
                put_f32(data + (size_t)row * row_bytes + 4u * i, (float)values[i]);
            }
        }
        if (codes) {
            put_f32(scales + 4u * row, put_codes(data + (size_t)row * row_bytes, values, cols));
        }
    }
    put_u16(record, role);
    put_u16(record + 2, index);
    put_u16(record + 4, codes ? 2u : 0u);
    put_u32(record + 8, rows);
    put_u32(record + 12, cols);
    put_u32(record + 16, row_bytes);
    put_u32(record + 24, data_offset);
    put_u32(record + 28, rows * row_bytes);
    put_u32(record + 32, codes ? scales_offset : 0xFFFFFFFFu);
    put_u32(record + 36, codes ? 4u * rows : 0u);
}

/* All tensors; every norm has gain and bias, every matrix a bias. */
static inline void make_tensors(maker *m) {
    const made_shape *s = &m->made->shape;
    uint32_t query = s->heads * s->head_dim, key = s->kv_heads * s->head_dim;
    const struct {
        uint32_t kind, role, rows, cols;
    } matrices[] = {{MADE_ATTENTION, 34, query, s->hidden}, {MADE_ATTENTION, 36, key, s->hidden},
                    {MADE_ATTENTION, 38, key, s->hidden},   {MADE_ATTENTION, 40, s->hidden, query},
                    {MADE_MLP, 50, s->width, s->hidden},    {MADE_MLP, 52, s->width, s->hidden},
                    {MADE_MLP, 54, s->hidden, s->width}};
    make_tensor(m, 1, 0xFFFF, s->vocab, s->hidden, 0.0f, 1.0f, s->int8);
    make_tensor(m, 4, 0xFFFF, 1, s->hidden, 1.0f, 0.3f, false);
    make_tensor(m, 5, 0xFFFF, 1, s->hidden, 0.0f, 0.2f, false);
    make_tensor(m, 6, 0, s->context, s->head_dim, 0.0f, 1.0f, false);
    for (uint32_t step = 0; step < s->layers * s->block->step_count; step++) {
        uint32_t kind = s->block->steps[step % s->block->step_count].kind;
        if (kind == MADE_NORM) {
            make_tensor(m, 16, step, 1, s->hidden, 1.0f, 0.3f, false);
            make_tensor(m, 17, step, 1, s->hidden, 0.0f, 0.2f, false);
        }
        for (uint32_t i = 0; i < sizeof matrices / sizeof matrices[0]; i++) {
            if (matrices[i].kind == kind) {
                make_tensor(m, matrices[i].role, step, matrices[i].rows, matrices[i].cols, 0.0f, 0.4f, s->int8);
                make_tensor(m, matrices[i].role + 1u, step, 1, matrices[i].rows, 0.0f, 0.2f, false);
            }
        }
    }
}

static inline void make_config(const made_shape *s, uint8_t *conf) {
    const uint32_t words[] = {s->hidden, s->layers, s->vocab, s->context, 3, s->int8 ? 0u : 1u, s->int8 ? 0u : 2u};
    for (uint32_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        put_u32(conf + 4u * i, words[i]);
    }
    put_u32(conf + 28, 0xFFFFFFFFu);
    put_f32(conf + 36, 1e-5f);
    put_f32(conf + 40, 1.0f);
    put_f32(conf + 44, 1.0f);
    put_u32(conf + 48, 1);
}

static inline void make_steps(const made_shape *s, uint8_t *records) {
    for (uint32_t i = 0; i < s->layers * s->block->step_count; i++) {
        const made_step *step = &s->block->steps[i % s->block->step_count];
        uint8_t *p = records + 64u * i, *body = p + 8;
        put_u16(p, i / s->block->step_count);
        p[2] = step->kind;
        p[3] = step->reads;
        p[4] = step->writes;
        p[5] = step->adds;
        if (step->kind == MADE_NORM) {
            put_f32(body + 4, 1e-5f);
        } else if (step->kind == MADE_MLP) {
            put_u32(body + 8, s->width);
        } else {
            const uint32_t words[] = {s->heads, s->kv_heads, s->head_dim, 0, 1, 0, s->head_dim};
            for (uint32_t w = 0; w < sizeof words / sizeof words[0]; w++) {
                put_u32(body + 4u * w, words[w]);
            }
            put_f32(body + 28, 0.5f);
        }
    }
}

/* A package of that shape; free it with `forget_package`. */
static inline made_package make_package(const made_shape *shape, uint64_t seed) {
    made_package made = {.shape = *shape};
    uint8_t directory[64u * MOST_MADE_TENSORS] = {0}, conf[64] = {0}, samp[32] = {0};
    uint32_t step_bytes = 64u * shape->layers * shape->block->step_count;
    maker m = {&made, calloc(1, 1u << 20), directory, 0, 1u << 20, seed};
    uint8_t *steps = calloc(1, step_bytes);
    make_tensors(&m);
    make_config(shape, conf);
    make_steps(shape, steps);
    put_f32(samp + 4, 1.0f);
    put_f32(samp + 12, 1.0f);
    put_f32(samp + 20, 1.0f);
    const struct {
        const char *kind;
        const uint8_t *bytes;
        size_t length;
    } sections[] = {{"CONF", conf, sizeof conf},
                    {"STEP", steps, step_bytes},
                    {"TDIR", directory, 64u * (size_t)made.tensor_count},
                    {"SAMP", samp, sizeof samp},
                    {"WGHT", m.weights, m.weight_bytes}};
    uint32_t count = sizeof sections / sizeof sections[0];
    size_t at = made_aligned(64u + 32u * count);
    made.length = at;
    for (uint32_t i = 0; i < count; i++) {
        made.length += made_aligned(sections[i].length);
    }
    made.bytes = host_allocate(made.length);
    memset(made.bytes, 0, made.length);
    memcpy(made.bytes, "S3LM", 4);
    put_u16(made.bytes + 4, 2);
    put_u32(made.bytes + 8, (uint32_t)made.length);
    put_u32(made.bytes + 12, count);
    put_u32(made.bytes + 16, 64u + 32u * count);
    for (uint32_t i = 0; i < count; i++) {
        uint8_t *entry = made.bytes + 64u + 32u * i;
        memcpy(entry, sections[i].kind, 4);
        put_u32(entry + 4, 1);
        put_u32(entry + 8, (uint32_t)at);
        put_u32(entry + 12, (uint32_t)sections[i].length);
        memcpy(made.bytes + at, sections[i].bytes, sections[i].length);
        at += made_aligned(sections[i].length);
    }
    seal(made.bytes, made.length);
    free(m.weights);
    free(steps);
    return made;
}

static inline void forget_values(made_package *made) {
    for (uint32_t i = 0; i < made->tensor_count; i++) {
        free(made->tensors[i].values);
    }
}

static inline void forget_package(made_package *made) {
    forget_values(made);
    free(made->bytes);
}

/* A tensor's values. */
static inline const double *values_of(const made_package *made, uint32_t role, uint32_t index) {
    for (uint32_t i = 0; i < made->tensor_count; i++) {
        if (made->tensors[i].role == role && made->tensors[i].index == index) {
            return made->tensors[i].values;
        }
    }
    printf("no tensor %u of %u was made\n", (unsigned)role, (unsigned)index);
    exit(1);
}

#endif
