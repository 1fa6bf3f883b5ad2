/* The loops over rows, groups and tokens of a matrix product, around the dot products that the including file defines
 * (declared below). Rows go four at a time; those left over at the end of a range one at a time, with a stride of 0.
 * Four rows stay in the first-level cache while all tokens of the pass use them, so that weights are read from memory
 * once a pass.
 */
#ifndef S3LM_KERNELS_MATMUL_H
#define S3LM_KERNELS_MATMUL_H

#include "bytes.h"
#include "kernels.h"

/* Sums of w[row * stride + i] * x[i] over i < n for four rows; n is a multiple of 16, `stride` in bytes. `wide` holds
 * the codes of x as int16 when the set asks for it. */
static inline void dot4_i8(const int8_t *w, uint32_t stride, const int8_t *x, const int16_t *wide, uint32_t n,
                           int32_t sums[4]);

/* The same sums, each row read to its end before the next. */
static inline void dot4_i8_in_turn(const int8_t *w, uint32_t stride, const int8_t *x, const int16_t *wide, uint32_t n,
                                   int32_t sums[4]);

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
    float scale;
} token_codes;

static inline token_codes codes_of(const s3lm_activations *x, uint32_t token) {
    size_t at = (size_t)token * x->stride;
    return (token_codes){x->codes + at, x->wide ? x->wide + at : NULL, x->scales[token]};
}

/* The scale of a row, its own or its source's. */
static inline float row_scale(const s3lm_tensor *w, uint32_t row) {
    return w->encoding == S3LM_INT8_TENSOR ? s3lm_source_scale(w, row) : s3lm_scales(w)[row];
}

/* One scale a row: y = (sum * row scale) * token scale. */
static void matmul_rows(const s3lm_tensor *w, const s3lm_input *input, uint32_t tokens, uint32_t begin, uint32_t end,
                        float *y, uint32_t y_stride) {
    const s3lm_activations *x = input->quantized;
    uint32_t n = w->row_bytes;
    bool from_memory = comes_from_memory(w);
    uint32_t row = begin;
    for (; row + 4u <= end; row += 4u) {
        const int8_t *weights = (const int8_t *)w->data + (size_t)row * n;
        float scales[4];
        for (uint32_t r = 0; r < 4u; r++) {
            scales[r] = row_scale(w, row + r);
        }
        for (uint32_t t = 0; t < tokens; t++) {
            token_codes token = codes_of(x, t);
            float *out = y + (size_t)t * y_stride + row;
            int32_t sums[4];
            if (t == 0u && from_memory) {
                dot4_i8_in_turn(weights, n, token.codes, token.wide, n, sums);
            } else {
                dot4_i8(weights, n, token.codes, token.wide, n, sums);
            }
            for (uint32_t r = 0; r < 4u; r++) {
                out[r] = ((float)sums[r] * scales[r]) * token.scale;
            }
        }
    }
    for (; row < end; row++) {
        const int8_t *weights = (const int8_t *)w->data + (size_t)row * n;
        for (uint32_t t = 0; t < tokens; t++) {
            token_codes token = codes_of(x, t);
            int32_t sums[4];
            dot4_i8(weights, 0, token.codes, token.wide, n, sums);
            y[(size_t)t * y_stride + row] = ((float)sums[0] * row_scale(w, row)) * token.scale;
        }
    }
}

/* Four rows, `stride` bytes and `scale_stride` scales apart, with one token, group by group. */
static inline void dot4_groups(const s3lm_tensor *w, const int8_t *weights, uint32_t stride, const float *scales,
                               uint32_t scale_stride, token_codes token, float out[4]) {
    for (uint32_t r = 0; r < 4u; r++) {
        out[r] = 0.0f;
    }
    for (uint32_t at = 0; at < w->row_bytes; at += w->group) {
        uint32_t n = w->row_bytes - at < w->group ? w->row_bytes - at : w->group;
        int32_t sums[4];
        dot4_i8(weights + at, stride, token.codes + at, token.wide ? token.wide + at : NULL, n, sums);
        for (uint32_t r = 0; r < 4u; r++) {
            float product = (float)sums[r] * scales[(size_t)r * scale_stride];
            /* The first product stands alone: 0 + -0 would lose its sign. */
            out[r] = at == 0u ? product : out[r] + product;
        }
        scales++;
    }
    for (uint32_t r = 0; r < 4u; r++) {
        out[r] *= token.scale;
    }
}

/* One scale a group of columns: y = (sum of group 0 * scale + sum of group 1 * scale + ...) * token scale. */
static void matmul_groups(const s3lm_tensor *w, const s3lm_input *input, uint32_t tokens, uint32_t begin, uint32_t end,
                          float *y, uint32_t y_stride) {
    const s3lm_activations *x = input->quantized;
    const float *scales = s3lm_scales(w);
    uint32_t groups = s3lm_groups(w->cols, w->group);
    uint32_t row = begin;
    for (; row + 4u <= end; row += 4u) {
        const int8_t *weights = (const int8_t *)w->data + (size_t)row * w->row_bytes;
        for (uint32_t t = 0; t < tokens; t++) {
            float sums[4];
            float *out = y + (size_t)t * y_stride + row;
            dot4_groups(w, weights, w->row_bytes, scales + (size_t)row * groups, groups, codes_of(x, t), sums);
            for (uint32_t r = 0; r < 4u; r++) {
                out[r] = sums[r];
            }
        }
    }
    for (; row < end; row++) {
        const int8_t *weights = (const int8_t *)w->data + (size_t)row * w->row_bytes;
        for (uint32_t t = 0; t < tokens; t++) {
            float sums[4];
            dot4_groups(w, weights, 0, scales + (size_t)row * groups, 0, codes_of(x, t), sums);
            y[(size_t)t * y_stride + row] = sums[0];
        }
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
#define MATMULS S3LM_BY_ENCODING(matmul_float32, matmul_rows, matmul_rows, matmul_groups)

#endif
