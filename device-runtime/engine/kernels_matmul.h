/* The loops over rows, groups and tokens of a matrix product, around the dot products that the including file defines
 * (declared below). Rows go four at a time; those left over at the end of a range one at a time, with a stride of 0.
 * Four rows stay in the first-level cache while all tokens of the pass use them, so that weights are read from memory
 * once a pass.
 */
#ifndef S3LM_KERNELS_MATMUL_H
#define S3LM_KERNELS_MATMUL_H

#include "bytes.h"
#include "kernels.h"

#define ALWAYS_INLINE static inline __attribute__((always_inline))

/* Sums of w[row * stride + i] * x[i] over i < n for four rows; n is a multiple of 16, `stride` in bytes. `wide` holds
 * the codes of x as int16 when the set asks for it. */
static inline void dot4_i8(const int8_t *w, uint32_t stride, const int8_t *x, const int16_t *wide, uint32_t n,
                           int32_t sums[4]);

/* The same sums, each row read to its end before the next. */
static inline void dot4_i8_in_turn(const int8_t *w, uint32_t stride, const int8_t *x, const int16_t *wide, uint32_t n,
                                   int32_t sums[4]);

/* The same sums for codes of 16 bits; n is at most MOST_INT16_COLUMNS. */
static inline void dot4_i16(const int8_t *w, uint32_t stride, const int16_t *x, uint32_t n, int32_t sums[4]);

/* Columns whose products with 16-bit codes stay inside int32: 512 * 127 * 32,639 < 2^31. */
#define MOST_INT16_COLUMNS 512u

/* The same sum for one row of any length. */
static inline int64_t dot1_i16(const int8_t *w, const int16_t *x, uint32_t n);

/* Weights that come from memory rather than from a cache: rows of many bytes, or many of them. Four places that advance
 * together, each for a few cache lines only, are more than prefetchers follow, so the first token reads such rows in
 * turn (three times as fast with rows of 640 bytes). The tokens after it find the rows in the first-level cache and
 * share the loads of x instead, which is a third faster there. */
#define LONG_ROW 256u
#define LARGE_MATRIX 0x80000u

static inline bool comes_from_memory(const s3lm_tensor *w) {
    return w->row_bytes > LONG_ROW || w->rows > LARGE_MATRIX / w->row_bytes;
}

/* The same in f32, four lanes each; n is a multiple of 4, `stride` in elements. */
static inline void dot4_f32(const float *w, uint32_t stride, const float *x, uint32_t n, float sums[4]);

/* What the loops need of one token. */
typedef struct {
    const int8_t *codes;
    const int16_t *wide;
    const float *scales; /* of groups */
    float scale;         /* of the whole vector; 1 when it has scales of groups */
} token_codes;

static inline token_codes codes_of(const s3lm_tensor *w, const s3lm_activations *x, uint32_t token) {
    size_t at = (size_t)token * x->stride;
    const float *scales = x->scales + (size_t)token * x->scale_stride;
    return (token_codes){x->codes + at, x->wide ? x->wide + (size_t)token * x->wide_stride : NULL, scales,
                         S3LM_INPUT_GROUP(w->input) == 0u ? scales[0] : 1.0f};
}

/* The scale of a row, its own or its source's. */
static inline float row_scale(const s3lm_tensor *w, uint32_t row) {
    return w->encoding == S3LM_INT8_TENSOR ? s3lm_source_scale(w, row) : s3lm_scales(w)[row];
}

/* Dot products of four rows, `stride` bytes apart, with codes of 16 bits, each rounded once. */
static void dot4_wide(const int8_t *w, uint32_t stride, const int16_t *x, uint32_t n, bool in_turn, float out[4]) {
    int64_t totals[4] = {0};
    if (in_turn) {
        for (uint32_t r = 0; r < 4u; r++) {
            totals[r] = dot1_i16(w + (size_t)r * stride, x, n);
        }
    }
    for (uint32_t at = 0; !in_turn && at < n; at += MOST_INT16_COLUMNS) {
        int32_t sums[4];
        dot4_i16(w + at, stride, x + at, n - at < MOST_INT16_COLUMNS ? n - at : MOST_INT16_COLUMNS, sums);
        for (uint32_t r = 0; r < 4u; r++) {
            totals[r] += sums[r];
        }
    }
    for (uint32_t r = 0; r < 4u; r++) {
        out[r] = s3lm_nearest(totals[r]);
    }
}

/* The same over columns [at, at + n) of a token, whatever its codes are. */
ALWAYS_INLINE void dot4(const s3lm_tensor *w, const int8_t *weights, uint32_t stride, token_codes token, uint32_t at,
                        uint32_t n, bool in_turn, float out[4]) {
    int32_t sums[4];
    if (w->input == S3LM_INPUT_INT16) {
        dot4_wide(weights + at, stride, (const int16_t *)(const void *)token.codes + at, n, in_turn, out);
        return;
    }
    const int16_t *wide = token.wide ? token.wide + at : NULL;
    if (in_turn) {
        dot4_i8_in_turn(weights + at, stride, token.codes + at, wide, n, sums);
    } else {
        dot4_i8(weights + at, stride, token.codes + at, wide, n, sums);
    }
    for (uint32_t r = 0; r < 4u; r++) {
        out[r] = (float)sums[r];
    }
}

/* Four rows, `stride` bytes and `scale_stride` scales apart, with one token, unit by unit; `scales` NULL: the rows'
 * weights have none of groups. */
static void dot4_units(const s3lm_tensor *w, const int8_t *weights, uint32_t stride, const float *scales,
                       uint32_t scale_stride, token_codes token, float out[4]) {
    uint32_t unit = s3lm_unit(w), shared = S3LM_INPUT_GROUP(w->input);
    for (uint32_t at = 0; at < w->row_bytes; at += unit) {
        float sums[4];
        dot4(w, weights, stride, token, at, w->row_bytes - at < unit ? w->row_bytes - at : unit, false, sums);
        for (uint32_t r = 0; r < 4u; r++) {
            float factor = scales ? scales[(size_t)r * scale_stride + at / w->group] : 1.0f;
            if (shared != 0u) {
                factor *= token.scales[at / shared];
            }
            float product = sums[r] * factor;
            /* The first product stands alone: 0 + -0 would lose its sign. */
            out[r] = at == 0u ? product : out[r] + product;
        }
    }
}

/* What the products of some rows need besides. */
typedef struct {
    const s3lm_activations *x;
    uint32_t tokens;
    float *y;
    uint32_t y_stride;
    bool in_units, from_memory;
} rows_job;

/* Rows [row, row + rows): four, or a single one, which is as well known to the compiler. */
ALWAYS_INLINE void multiply_rows(const s3lm_tensor *w, const rows_job *job, uint32_t row, uint32_t rows) {
    uint32_t n = w->row_bytes, stride = rows == 4u ? n : 0u;
    const int8_t *weights = (const int8_t *)w->data + (size_t)row * n;
    float scales[4];
    for (uint32_t r = 0; r < rows; r++) {
        scales[r] = row_scale(w, row + r);
    }
    for (uint32_t t = 0; t < job->tokens; t++) {
        token_codes token = codes_of(w, job->x, t);
        float *out = job->y + (size_t)t * job->y_stride + row;
        float sums[4];
        if (job->in_units) {
            dot4_units(w, weights, stride, NULL, 0, token, sums);
        } else {
            dot4(w, weights, stride, token, 0, n, rows == 4u && t == 0u && job->from_memory, sums);
        }
        for (uint32_t r = 0; r < rows; r++) {
            out[r] = (sums[r] * scales[r]) * token.scale;
        }
    }
}

/* One scale a row: y = (sum * row scale) * token scale, or (sum of group 0 * its scale + ...) * row scale where the
 * vector has scales of groups. */
static void matmul_rows(const s3lm_tensor *w, const s3lm_input *input, uint32_t tokens, uint32_t begin, uint32_t end,
                        float *y, uint32_t y_stride) {
    rows_job job = {input->quantized, tokens, y, y_stride, S3LM_INPUT_GROUP(w->input) != 0u, comes_from_memory(w)};
    uint32_t row = begin;
    for (; row + 4u <= end; row += 4u) {
        multiply_rows(w, &job, row, 4);
    }
    for (; row < end; row++) {
        multiply_rows(w, &job, row, 1);
    }
}

/* One scale a group of columns: y = (sum of unit 0 * scale + sum of unit 1 * scale + ...) * token scale, where a scale
 * is that of the weights, times that of the vector's group where it has such. */
static void matmul_groups(const s3lm_tensor *w, const s3lm_input *input, uint32_t tokens, uint32_t begin, uint32_t end,
                          float *y, uint32_t y_stride) {
    const float *scales = s3lm_scales(w);
    uint32_t groups = s3lm_groups(w->cols, w->group);
    for (uint32_t row = begin; row < end;) {
        const int8_t *weights = (const int8_t *)w->data + (size_t)row * w->row_bytes;
        uint32_t rows = end - row < 4u ? 1u : 4u;
        for (uint32_t t = 0; t < tokens; t++) {
            token_codes token = codes_of(w, input->quantized, t);
            float *out = y + (size_t)t * y_stride + row;
            float sums[4];
            dot4_units(w, weights, rows == 4u ? w->row_bytes : 0u, scales + (size_t)row * groups,
                       rows == 4u ? groups : 0u, token, sums);
            for (uint32_t r = 0; r < rows; r++) {
                out[r] = sums[r] * token.scale;
            }
        }
        row += rows;
    }
}

/* Four rows with one token whose codes share one scale: exact sums of groups times whole numbers, rounded once. */
static void dot4_groups_u8(const s3lm_tensor *w, const int8_t *weights, uint32_t stride, const uint8_t *numbers,
                           uint32_t number_stride, token_codes token, float out[4]) {
    int64_t totals[4] = {0};
    uint32_t group = w->group;
    for (uint32_t at = 0; at < w->row_bytes; at += group) {
        uint32_t n = w->row_bytes - at < group ? w->row_bytes - at : group;
        const uint8_t *factors = numbers + at / group;
        int32_t sums[4];
        if (w->input == S3LM_INPUT_INT16) {
            dot4_i16(weights + at, stride, (const int16_t *)(const void *)token.codes + at, n, sums);
        } else {
            dot4_i8(weights + at, stride, token.codes + at, token.wide ? token.wide + at : NULL, n, sums);
        }
        for (uint32_t r = 0; r < 4u; r++) {
            totals[r] += (int64_t)sums[r] * factors[(size_t)r * number_stride];
        }
    }
    for (uint32_t r = 0; r < 4u; r++) {
        out[r] = s3lm_nearest_long(totals[r]);
    }
}

/* A whole number for each group of columns, a scale for each row: y = (nearest float to (sum of group 0 * its number +
 * sum of group 1 * its number + ...) * row scale) * token scale. */
static void matmul_groups_u8(const s3lm_tensor *w, const s3lm_input *input, uint32_t tokens, uint32_t begin,
                             uint32_t end, float *y, uint32_t y_stride) {
    uint32_t groups = s3lm_groups(w->cols, w->group);
    for (uint32_t row = begin; row < end;) {
        const int8_t *weights = (const int8_t *)w->data + (size_t)row * w->row_bytes;
        const uint8_t *numbers = s3lm_group_scales(w) + (size_t)row * groups;
        uint32_t rows = end - row < 4u ? 1u : 4u;
        for (uint32_t t = 0; t < tokens; t++) {
            token_codes token = codes_of(w, input->quantized, t);
            float *out = y + (size_t)t * y_stride + row;
            float sums[4];
            dot4_groups_u8(w, weights, rows == 4u ? w->row_bytes : 0u, numbers, rows == 4u ? groups : 0u, token, sums);
            for (uint32_t r = 0; r < rows; r++) {
                out[r] = (sums[r] * s3lm_scales(w)[row + r]) * token.scale;
            }
        }
        row += rows;
    }
}

static void matmul_float32(const s3lm_tensor *w, const s3lm_input *input, uint32_t tokens, uint32_t begin, uint32_t end,
                           float *y, uint32_t y_stride) {
    const float *x = input->values;
    uint32_t x_stride = input->stride;
    uint32_t n = w->row_bytes / 4u;
    uint32_t row = begin;
    for (; row + 4u <= end; row += 4u) {
        const float *weights = (const float *)w->data + (size_t)row * n;
        for (uint32_t t = 0; t < tokens; t++) {
            float sums[4];
            float *out = y + (size_t)t * y_stride + row;
            dot4_f32(weights, n, x + (size_t)t * x_stride, n, sums);
            for (uint32_t r = 0; r < 4u; r++) {
                out[r] = sums[r];
            }
        }
    }
    for (; row < end; row++) {
        for (uint32_t t = 0; t < tokens; t++) {
            float sums[4];
            dot4_f32((const float *)w->data + (size_t)row * n, 0, x + (size_t)t * x_stride, n, sums);
            y[(size_t)t * y_stride + row] = sums[0];
        }
    }
}

/* The products by encoding, for the including file's table. */
#define MATMULS S3LM_BY_ENCODING(matmul_float32, matmul_rows, matmul_rows, matmul_groups, matmul_groups_u8, matmul_int4)

#endif
