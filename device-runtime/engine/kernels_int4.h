/* The product of INT4 codes in groups, for sets with 128-bit vectors. Four rows at a time become whole weights of 16
 * bits, group scale * code + 8 * group offset, some columns at a time and once for all tokens of a pass; what is left
 * is a product of int16. Sums are exact, so that the order in which they run counts for nothing.
 */
#ifndef S3LM_KERNELS_INT4_H
#define S3LM_KERNELS_INT4_H

#include "kernels_matmul.h"
#include "simd128.h"

/* Columns that are unpacked together: 2 KiB of stack for four rows. */
#define UNPACKED 256u
/* Columns of which a quarter of the products with 16-bit codes stays inside int32. */
#define INT16_RUN 64u
_Static_assert(S3LM_MOST_INT4_WEIGHT * S3LM_MOST_INT16 * INT16_RUN / 4u <= INT32_MAX, "lanes of 16-bit codes");
_Static_assert(S3LM_MOST_INT4_WEIGHT * 127u * UNPACKED <= INT32_MAX, "rows of 8-bit codes");
_Static_assert(S3LM_MOST_INT4_WEIGHT <= INT16_MAX, "weights");
_Static_assert(UNPACKED % INT16_RUN == 0u && UNPACKED % S3LM_MOST_GROUP_OF_INT4 == 0u, "whole runs and groups");

/* Weights of columns [at, at + n) of a row; both are multiples of 32. */
static inline void unpack_int4(const s3lm_tensor *w, uint32_t row, uint32_t at, uint32_t n, int16_t *weights) {
    const int8_t *codes = (const int8_t *)w->data + (size_t)row * w->row_bytes + at / 2u;
    uint32_t groups = s3lm_groups(w->cols, w->group);
    size_t first = (size_t)row * groups;
    for (uint32_t i = 0; i < n; i += S3LM_INT4_BLOCK, codes += 16, weights += S3LM_INT4_BLOCK) {
        /* Of the halves of the block. The last of them may lie behind the row: its columns meet inputs of 0. */
        vint scale[2], offset[2];
        for (uint32_t half = 0; half < 2u; half++) {
            uint32_t group = (at + i + 16u * half) / w->group;
            size_t g = first + (group < groups ? group : groups - 1u);
            scale[half] = vint_splat16(s3lm_group_scales(w)[g]);
            offset[half] = vint_splat16(8 * s3lm_group_offsets(w)[g]);
        }
        for (uint32_t part = 0; part < 2u; part++) {
            vint bytes = vint_load8x8(codes + 8u * part);
            vint low = vint_right16(vint_left16(bytes, 12), 12), high = vint_right16(bytes, 4);
            vint_store(weights + 8u * part, vint_add16(vint_mul16(low, scale[0]), offset[0]));
            vint_store(weights + 16u + 8u * part, vint_add16(vint_mul16(high, scale[1]), offset[1]));
        }
    }
}

/* Four rows of weights times codes of 8 bits, which lie in `wide` as int16 when the set asks for that. */
static inline void dot4_int4(const int16_t *weights, const int8_t *x, const int16_t *wide, uint32_t n,
                             int64_t totals[4]) {
    vint sums[4] = {vint_zero(), vint_zero(), vint_zero(), vint_zero()};
    int32_t joined[4];
    for (uint32_t i = 0; i < n; i += 8u) {
        vint codes = SET_WIDE ? vint_load(wide + i) : vint_load8x8(x + i);
        for (uint32_t r = 0; r < 4u; r++) {
            sums[r] = vint_add32(sums[r], vint_dot16(codes, vint_load(weights + r * UNPACKED + i)));
        }
    }
    vint_store(joined, vint_sums(sums[0], sums[1], sums[2], sums[3]));
    for (uint32_t r = 0; r < 4u; r++) {
        totals[r] += joined[r];
    }
}

/* The same for codes of 16 bits. */
static inline void dot4_int4_wide(const int16_t *weights, const int16_t *x, uint32_t n, int64_t totals[4]) {
    vint pairs[4] = {vint_zero(), vint_zero(), vint_zero(), vint_zero()};
    for (uint32_t at = 0; at < n; at += INT16_RUN) {
        uint32_t end = n - at < INT16_RUN ? n : at + INT16_RUN;
        vint sums[4] = {vint_zero(), vint_zero(), vint_zero(), vint_zero()};
        for (uint32_t i = at; i < end; i += 8u) {
            vint codes = vint_load(x + i);
            for (uint32_t r = 0; r < 4u; r++) {
                sums[r] = vint_add32(sums[r], vint_dot16(codes, vint_load(weights + r * UNPACKED + i)));
            }
        }
        for (uint32_t r = 0; r < 4u; r++) {
            pairs[r] = vint_add64(pairs[r], vint_pair64(sums[r]));
        }
    }
    for (uint32_t r = 0; r < 4u; r++) {
        int64_t both[2];
        vint_store(both, pairs[r]);
        totals[r] += both[0] + both[1];
    }
}

/* y = (nearest float to the sum of weights times codes * row scale) * token scale; at most S3LM_MAX_BATCH tokens. */
static void matmul_int4(const s3lm_tensor *w, const s3lm_input *input, uint32_t tokens, uint32_t begin, uint32_t end,
                        float *y, uint32_t y_stride) {
    _Alignas(16) int16_t weights[4u * UNPACKED];
    int64_t totals[S3LM_MAX_BATCH][4];
    uint32_t cols = s3lm_padded_cols(w);
    for (uint32_t row = begin; row < end; row += 4u) {
        for (uint32_t t = 0; t < tokens; t++) {
            totals[t][0] = totals[t][1] = totals[t][2] = totals[t][3] = 0;
        }
        for (uint32_t at = 0; at < cols; at += UNPACKED) {
            uint32_t n = cols - at < UNPACKED ? cols - at : UNPACKED;
            for (uint32_t r = 0; r < 4u; r++) {
                /* Behind the end the last row again: its sums are not used. */
                unpack_int4(w, row + r < end ? row + r : end - 1u, at, n, weights + r * UNPACKED);
            }
            for (uint32_t t = 0; t < tokens; t++) {
                token_codes token = codes_of(w, input->quantized, t);
                if (w->input == S3LM_INPUT_INT16) {
                    dot4_int4_wide(weights, (const int16_t *)(const void *)token.codes + at, n, totals[t]);
                } else {
                    dot4_int4(weights, token.codes + at, token.wide ? token.wide + at : NULL, n, totals[t]);
                }
            }
        }
        for (uint32_t t = 0; t < tokens; t++) {
            float scale = codes_of(w, input->quantized, t).scale;
            for (uint32_t r = 0; r < 4u && row + r < end; r++) {
                y[(size_t)t * y_stride + row + r] = (s3lm_nearest_long(totals[t][r]) * s3lm_scales(w)[row + r]) * scale;
            }
        }
    }
}

#endif
