/* The loops over rows, groups and tokens of a matrix product, around two dot products that the including file defines:
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

/* The same in f32, four lanes each; n is a multiple of 4, `stride` in elements. */
static inline void dot4_f32(const float *w, uint32_t stride, const float *x, uint32_t n, float sums[4]);

/* One scale a row: y = (sum * row scale) * token scale. */
static void matmul_rows(const s3lm_tensor *w, const s3lm_activations *x, uint32_t tokens, uint32_t begin, uint32_t end,
                        float *y, uint32_t y_stride) {
    for (uint32_t row = begin; row < end; row += 4u) {
        uint32_t rows = end - row < 4u ? end - row : 4u;
        uint32_t stride = rows == 4u ? w->row_stride : 0u;
        float scales[4] = {0};
        for (uint32_t r = 0; r < rows; r++) {
            scales[r] = s3lm_row_scale(w, row + r);
        }
        for (uint32_t t = 0; t < tokens; t++) {
            const int8_t *codes = x->codes + (size_t)t * x->stride;
            const int16_t *wide = x->wide ? x->wide + (size_t)t * x->stride : NULL;
            float *out = y + (size_t)t * y_stride + row;
            int32_t sums[4];
            for (uint32_t r = 0; r < rows; r += stride ? 4u : 1u) {
                const int8_t *weights = (const int8_t *)w->data + (size_t)(row + r) * w->row_stride;
                dot4_i8(weights, stride, codes, wide, w->row_stride, sums);
                for (uint32_t i = 0; i < (stride ? 4u : 1u); i++) {
                    out[r + i] = ((float)sums[i] * scales[r + i]) * x->scales[t];
                }
            }
        }
    }
}

/* One scale a group of columns: y = (sum of group 0 * scale + sum of group 1 * scale + ...) * token scale. */
static void matmul_groups(const s3lm_tensor *w, const s3lm_activations *x, uint32_t tokens, uint32_t begin,
                          uint32_t end, float *y, uint32_t y_stride) {
    uint32_t groups = s3lm_groups(w->cols, w->group);
    for (uint32_t row = begin; row < end; row += 4u) {
        uint32_t rows = end - row < 4u ? end - row : 4u;
        for (uint32_t t = 0; t < tokens; t++) {
            const int8_t *codes = x->codes + (size_t)t * x->stride;
            const int16_t *wide = x->wide ? x->wide + (size_t)t * x->stride : NULL;
            float *out = y + (size_t)t * y_stride + row;
            for (uint32_t r = 0; r < rows; r += rows == 4u ? 4u : 1u) {
                const int8_t *weights = (const int8_t *)w->data + (size_t)(row + r) * w->row_stride;
                const float *scales = w->scales + (size_t)(row + r) * groups;
                uint32_t stride = rows == 4u ? w->row_stride : 0u;
                uint32_t scale_stride = rows == 4u ? groups : 0u;
                float s[4] = {0};
                for (uint32_t g = 0; g < groups; g++) {
                    uint32_t at = g * w->group;
                    uint32_t n = w->row_stride - at < w->group ? w->row_stride - at : w->group;
                    int32_t sums[4];
                    dot4_i8(weights + at, stride, codes + at, wide ? wide + at : NULL, n, sums);
                    for (uint32_t i = 0; i < 4u; i++) {
                        float product = (float)sums[i] * scales[i * scale_stride + g];
                        s[i] = g == 0u ? product : s[i] + product;
                    }
                }
                for (uint32_t i = 0; i < (rows == 4u ? 4u : 1u); i++) {
                    out[r + i] = s[i] * x->scales[t];
                }
            }
        }
    }
}

static void matmul_i8(const s3lm_tensor *w, const s3lm_activations *x, uint32_t tokens, uint32_t begin, uint32_t end,
                      float *y, uint32_t y_stride) {
    if (w->encoding == S3LM_I8_GROUP) {
        matmul_groups(w, x, tokens, begin, end, y, y_stride);
    } else {
        matmul_rows(w, x, tokens, begin, end, y, y_stride);
    }
}

static void matmul_f32(const s3lm_tensor *w, const float *x, uint32_t x_stride, uint32_t tokens, uint32_t begin,
                       uint32_t end, float *y, uint32_t y_stride) {
    uint32_t n = w->row_stride / 4u;
    for (uint32_t row = begin; row < end; row += 4u) {
        uint32_t rows = end - row < 4u ? end - row : 4u;
        for (uint32_t t = 0; t < tokens; t++) {
            float *out = y + (size_t)t * y_stride + row;
            for (uint32_t r = 0; r < rows; r += rows == 4u ? 4u : 1u) {
                float sums[4];
                const float *weights = (const float *)w->data + (size_t)(row + r) * n;
                dot4_f32(weights, rows == 4u ? n : 0u, x + (size_t)t * x_stride, n, sums);
                for (uint32_t i = 0; i < (rows == 4u ? 4u : 1u); i++) {
                    out[r + i] = sums[i];
                }
            }
        }
    }
}

#endif
