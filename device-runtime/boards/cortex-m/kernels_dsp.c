/* The inner loops for Cortex-M cores with the DSP extension: two products of 16 bits an instruction, four rows at a
 * time so that what they are multiplied with is unpacked once. Floats are the scalar set's.
 */
#include "../../engine/kernels.h"
#include "../../engine/kernels_matmul.h"
#include "dsp.h"

/* Codes of one token, four of them: of 16 bits when `wide`. */
ALWAYS_INLINE quad load_codes(const void *codes, bool wide) {
    return wide ? quad_of_pairs(load_word(codes), load_word((const int16_t *)codes + 2))
                : quad_of_bytes(load_word(codes));
}

/* Adds the products of four columns of each row, in a word each, with four codes. */
ALWAYS_INLINE void add_columns(row_sums *sums, uint32_t a, uint32_t b, uint32_t c, uint32_t d, quad x) {
    quad w = quad_of_bytes(a);
    sums->a = add_products(add_products(sums->a, w.even, x.even), w.odd, x.odd);
    w = quad_of_bytes(b);
    sums->b = add_products(add_products(sums->b, w.even, x.even), w.odd, x.odd);
    w = quad_of_bytes(c);
    sums->c = add_products(add_products(sums->c, w.even, x.even), w.odd, x.odd);
    w = quad_of_bytes(d);
    sums->d = add_products(add_products(sums->d, w.even, x.even), w.odd, x.odd);
}

/* Four rows, `stride` bytes apart, times `n` codes, a multiple of 4. */
ALWAYS_INLINE void dot4_codes(const int8_t *w, uint32_t stride, const int8_t *x, bool wide, uint32_t n,
                              int32_t sums[4]) {
    row_sums of = {0};
    const int8_t *later = w + 2u * stride;
    for (const int8_t *end = w + n; w != end; x += wide ? 8 : 4) {
        add_rows(&of, &w, &later, stride, load_codes(x, wide));
    }
    sums[0] = of.a;
    sums[1] = of.b;
    sums[2] = of.c;
    sums[3] = of.d;
}

/* By themselves: inside a larger function there would not be enough registers, and the sums would go through memory. */
__attribute__((noinline)) static void dot4_bytes(const int8_t *w, uint32_t stride, const int8_t *x, uint32_t n,
                                                 int32_t sums[4]) {
    dot4_codes(w, stride, x, false, n, sums);
}

__attribute__((noinline)) static void dot4_halves(const int8_t *w, uint32_t stride, const int16_t *x, uint32_t n,
                                                  int32_t sums[4]) {
    dot4_codes(w, stride, (const int8_t *)x, true, n, sums);
}

static inline void dot4_i8(const int8_t *w, uint32_t stride, const int8_t *x, const int16_t *wide, uint32_t n,
                           int32_t sums[4]) {
    (void)wide;
    dot4_bytes(w, stride, x, n, sums);
}

static inline void dot4_i8_in_turn(const int8_t *w, uint32_t stride, const int8_t *x, const int16_t *wide, uint32_t n,
                                   int32_t sums[4]) {
    dot4_i8(w, stride, x, wide, n, sums);
}

static inline void dot4_i16(const int8_t *w, uint32_t stride, const int16_t *x, uint32_t n, int32_t sums[4]) {
    dot4_halves(w, stride, x, n, sums);
}

static inline int64_t dot1_i16(const int8_t *w, const int16_t *x, uint32_t n) {
    int64_t sum = 0;
    for (uint32_t i = 0; i < n; i += 4u) {
        quad weights = load_codes(w + i, false), codes = load_codes(x + i, true);
        sum = add_products_long(add_products_long(sum, weights.even, codes.even), weights.odd, codes.odd);
    }
    return sum;
}

/* The upper four bits of each byte; a code times 16. */
#define NIBBLES 0xF0F0F0F0u
#define NIBBLE_SHIFT 4
_Static_assert(16ull * 8u * S3LM_MOST_INT16 * S3LM_MOST_GROUP_OF_INT4 <= INT32_MAX, "a group of codes times 16");

/* Adds sixteen columns from `at` of four rows of INT4, codes times 16, times codes of one token: a half of a block lies
 * in the lower or the upper nibbles of its bytes. */
ALWAYS_INLINE void add_nibbles(row_sums *sums, const uint8_t *w, uint32_t stride, uint32_t at, const int8_t *codes,
                               bool wide) {
    uint32_t shift = at % S3LM_INT4_BLOCK < 16u ? NIBBLE_SHIFT : 0u;
    const int8_t *x = codes + (size_t)at * (wide ? 2u : 1u);
    const uint8_t *a = w + at / S3LM_INT4_BLOCK * 16u, *b = a + stride, *c = b + stride, *d = c + stride;
    for (const uint8_t *end = a + 16; a != end; x += wide ? 8 : 4, a += 4, b += 4, c += 4, d += 4) {
        add_columns(sums, load_word(a) << shift & NIBBLES, load_word(b) << shift & NIBBLES,
                    load_word(c) << shift & NIBBLES, load_word(d) << shift & NIBBLES, load_codes(x, wide));
    }
}

/* Four rows of INT4 times one token: of each the exact sum over groups of scale * (codes . x) + 8 * offset * (sum of
 * x). `tables` is how many groups further the next row's scales and offsets lie. */
static void dot4_int4(const s3lm_tensor *w, uint32_t row, uint32_t stride, uint32_t tables, const int8_t *codes,
                      const int32_t *group_sums, int64_t totals[4]) {
    uint32_t groups = s3lm_groups(w->cols, w->group), padded = s3lm_padded_cols(w);
    const uint8_t *weights = (const uint8_t *)w->data + (size_t)row * w->row_bytes;
    const uint8_t *scales = s3lm_group_scales(w) + (size_t)row * groups;
    const int8_t *offsets = s3lm_group_offsets(w) + (size_t)row * groups;
    bool wide = w->input == S3LM_INPUT_INT16;
    for (uint32_t g = 0; g < groups; g++) {
        uint32_t begin = g * w->group, end = begin + w->group < padded ? begin + w->group : padded;
        row_sums of = {0};
        for (uint32_t at = begin; at < end; at += 16u) {
            if (wide) {
                add_nibbles(&of, weights, stride, at, codes, true);
            } else {
                add_nibbles(&of, weights, stride, at, codes, false);
            }
        }
        const int32_t sums[4] = {of.a, of.b, of.c, of.d};
        for (uint32_t r = 0; r < 4u; r++) {
            size_t at = (size_t)r * tables + g;
            totals[r] += (int64_t)(sums[r] >> NIBBLE_SHIFT) * scales[at] + (int64_t)group_sums[g] * (8 * offsets[at]);
        }
    }
}

/* y = (nearest float to that sum * row scale) * token scale. */
static void matmul_int4(const s3lm_tensor *w, const s3lm_input *input, uint32_t tokens, uint32_t begin, uint32_t end,
                        float *y, uint32_t y_stride) {
    const s3lm_activations *x = input->quantized;
    uint32_t groups = s3lm_groups(w->cols, w->group);
    for (uint32_t row = begin; row < end;) {
        uint32_t rows = end - row < 4u ? 1u : 4u;
        for (uint32_t t = 0; t < tokens; t++) {
            int64_t totals[4] = {0};
            dot4_int4(w, row, rows == 4u ? w->row_bytes : 0u, rows == 4u ? groups : 0u,
                      x->codes + (size_t)t * x->stride, x->sums + (size_t)t * x->sum_stride, totals);
            for (uint32_t r = 0; r < rows; r++) {
                y[(size_t)t * y_stride + row + r] =
                    (s3lm_nearest_long(totals[r]) * s3lm_scales(w)[row + r]) * x->scales[(size_t)t * x->scale_stride];
            }
        }
        row += rows;
    }
}

static void scores_i8(const int16_t *query, const int8_t *keys, uint32_t stride, uint32_t count,
                      const float *key_scales, float query_scale, float *scores) {
    for (uint32_t t = 0; t < count;) {
        uint32_t rows = count - t < 4u ? 1u : 4u;
        int32_t sums[4];
        dot4_i16(keys + (size_t)t * stride, rows == 4u ? stride : 0u, query, stride, sums);
        for (uint32_t r = 0; r < rows; r++, t++) {
            scores[t] = ((float)sums[r] * key_scales[t]) * query_scale;
        }
    }
}

static void scores_i16(const int16_t *query, const int16_t *keys, uint32_t stride, uint32_t count,
                       const float *key_scales, float query_scale, float *scores) {
    for (uint32_t t = 0; t < count; t++) {
        const int16_t *key = keys + (size_t)t * stride;
        int64_t sum = 0;
        for (uint32_t d = 0; d < stride; d += 2u) {
            sum = add_products_long(sum, load_word(query + d), load_word(key + d));
        }
        scores[t] = (s3lm_nearest(sum) * key_scales[t]) * query_scale;
    }
}

/* Columns that are summed together: as many as there are registers for. */
#define MIX_I8_COLUMNS 8u
#define MIX_I16_COLUMNS 4u

/* A pair's numbers, to be multiplied with another of 16 bits in one instruction. */
ALWAYS_INLINE int32_t times_first(int16_t weight, pair p) { return weight * (int16_t)p; }
ALWAYS_INLINE int32_t times_second(int16_t weight, pair p) { return weight * ((int32_t)p >> 16); }

static void mix_i8(const s3lm_mix *mix, const int8_t *values, float *out) {
    for (uint32_t at = 0; at < mix->n; at += MIX_I8_COLUMNS) {
        int32_t sums[MIX_I8_COLUMNS] = {0};
        const int8_t *value = values + at;
        for (uint32_t t = 0; t < mix->count; t++, value += mix->stride) {
            int16_t weight = mix->weights[t];
            for (uint32_t d = 0; d < MIX_I8_COLUMNS; d += 4u) {
                quad four = load_codes(value + d, false);
                sums[d] += times_first(weight, four.even);
                sums[d + 1u] += times_first(weight, four.odd);
                sums[d + 2u] += times_second(weight, four.even);
                sums[d + 3u] += times_second(weight, four.odd);
            }
        }
        for (uint32_t d = 0; d < MIX_I8_COLUMNS && at + d < mix->n; d++) {
            out[at + d] = (mix->more ? out[at + d] : 0.0f) + (float)sums[d];
        }
    }
}

static void mix_i16(const s3lm_mix *mix, const int16_t *values, float *out) {
    for (uint32_t at = 0; at < mix->n; at += MIX_I16_COLUMNS) {
        int64_t sums[MIX_I16_COLUMNS] = {0};
        const int16_t *value = values + at;
        for (uint32_t t = 0; t < mix->count; t++, value += mix->stride) {
            int16_t weight = mix->weights[t];
            for (uint32_t d = 0; d < MIX_I16_COLUMNS; d += 2u) {
                pair both = load_word(value + d);
                sums[d] += times_first(weight, both);
                sums[d + 1u] += times_second(weight, both);
            }
        }
        for (uint32_t d = 0; d < MIX_I16_COLUMNS && at + d < mix->n; d++) {
            out[at + d] = (mix->more ? out[at + d] : 0.0f) + s3lm_nearest(sums[d]);
        }
    }
}

static float sum_squares(const float *x, uint32_t n) { return s3lm_kernels_scalar.sum_squares(x, n); }

static float dot_f32(const float *a, const float *b, uint32_t n) { return s3lm_kernels_scalar.dot_f32(a, b, n); }

static inline void dot4_f32(const float *w, uint32_t stride, const float *x, uint32_t n, float sums[4]) {
    for (uint32_t row = 0; row < 4u; row++) {
        sums[row] = dot_f32(w + (size_t)row * stride, x, n);
    }
}

static void scores_f32(const float *query, const float *keys, uint32_t stride, uint32_t count, float *scores) {
    s3lm_kernels_scalar.scores_f32(query, keys, stride, count, scores);
}

static void sum_groups(const int8_t *codes, s3lm_input_kind input, uint32_t padded, uint32_t group, int32_t *sums) {
    s3lm_kernels_scalar.sum_groups(codes, input, padded, group, sums);
}

static const s3lm_kernels s3lm_kernels_dsp = {
    .name = "dsp",
    .wide = false,
    .abs_max = s3lm_abs_max,
    .quantize8 = s3lm_quantize8,
    .quantize16 = s3lm_quantize16,
    .quantize_int16 = s3lm_quantize_int16,
    .sum_groups = sum_groups,
    .sum_squares = sum_squares,
    .dot_f32 = dot_f32,
    .matmul = MATMULS,
    .scores_i8 = scores_i8,
    .scores_i16 = scores_i16,
    .mix_i8 = mix_i8,
    .mix_i16 = mix_i16,
    .scores_f32 = scores_f32,
    .mix_f32 = s3lm_mix_f32,
    .exponentiate = s3lm_exponentiate,
    .weigh = s3lm_weigh,
    .apply = s3lm_apply,
    .gate = s3lm_gate_blocks,
    .scale = s3lm_scale_all,
    .multiply = s3lm_multiply_all,
    .add = s3lm_add_all,
    .norm = s3lm_norm,
    .maximum = s3lm_maximum,
};

const s3lm_kernels *s3lm_kernels_best(void) { return &s3lm_kernels_dsp; }
