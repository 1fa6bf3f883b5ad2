/* The inner loops in plain C: what every other set is compared with. */
#include "kernels.h"
#include "kernels_matmul.h"

static float sum_squares(const float *x, uint32_t n) {
    float lanes[4] = {0};
    for (uint32_t i = 0; i < n; i++) {
        lanes[i % 4u] += x[i] * x[i];
    }
    return (lanes[0] + lanes[1]) + (lanes[2] + lanes[3]);
}

static float dot_f32(const float *a, const float *b, uint32_t n) {
    float lanes[4] = {0};
    for (uint32_t i = 0; i < n; i += 4u) {
        for (uint32_t lane = 0; lane < 4u; lane++) {
            lanes[lane] += a[i + lane] * b[i + lane];
        }
    }
    return (lanes[0] + lanes[1]) + (lanes[2] + lanes[3]);
}

static inline void dot4_f32(const float *w, uint32_t stride, const float *x, uint32_t n, float sums[4]) {
    for (uint32_t row = 0; row < 4u; row++) {
        sums[row] = dot_f32(w + (size_t)row * stride, x, n);
    }
}

static inline void dot4_i8(const int8_t *w, uint32_t stride, const int8_t *x, const int16_t *wide, uint32_t n,
                           int32_t sums[4]) {
    (void)wide;
    for (uint32_t row = 0; row < 4u; row++) {
        const int8_t *weights = w + (size_t)row * stride;
        int32_t sum = 0;
        for (uint32_t i = 0; i < n; i++) {
            sum += weights[i] * x[i];
        }
        sums[row] = sum;
    }
}

static inline void dot4_i8_in_turn(const int8_t *w, uint32_t stride, const int8_t *x, const int16_t *wide, uint32_t n,
                                   int32_t sums[4]) {
    dot4_i8(w, stride, x, wide, n, sums);
}

static inline void dot4_i16(const int8_t *w, uint32_t stride, const int16_t *x, uint32_t n, int32_t sums[4]) {
    for (uint32_t row = 0; row < 4u; row++) {
        const int8_t *weights = w + (size_t)row * stride;
        int32_t sum = 0;
        for (uint32_t i = 0; i < n; i++) {
            sum += weights[i] * x[i];
        }
        sums[row] = sum;
    }
}

static inline int64_t dot1_i16(const int8_t *w, const int16_t *x, uint32_t n) {
    int64_t sum = 0;
    for (uint32_t i = 0; i < n; i++) {
        sum += w[i] * x[i];
    }
    return sum;
}

static void sum_groups(const int8_t *codes, s3lm_input_kind input, uint32_t padded, uint32_t group, int32_t *sums) {
    for (uint32_t i = 0; i < padded; i++) {
        int32_t code = input == S3LM_INPUT_INT16 ? ((const int16_t *)(const void *)codes)[i] : codes[i];
        sums[i / group] = (i % group == 0u ? 0 : sums[i / group]) + code;
    }
}

/* A row of INT4 times one token: the exact sum over groups of scale * (codes . x) + 8 * offset * (sum of x). */
static int64_t dot_int4(const s3lm_tensor *w, uint32_t row, const int8_t *codes, const int32_t *sums) {
    const uint8_t *weights = (const uint8_t *)w->data + (size_t)row * w->row_bytes;
    const int16_t *wide = (const int16_t *)(const void *)codes;
    uint32_t groups = s3lm_groups(w->cols, w->group);
    int64_t total = 0;
    for (uint32_t g = 0; g < groups; g++) {
        uint32_t begin = g * w->group, end = begin + w->group < w->cols ? begin + w->group : w->cols;
        int32_t sum = 0;
        for (uint32_t i = begin; i < end; i++) {
            sum += s3lm_int4_code(weights, i) * (w->input == S3LM_INPUT_INT16 ? wide[i] : codes[i]);
        }
        size_t at = (size_t)row * groups + g;
        total += (int64_t)sum * s3lm_group_scales(w)[at] + (int64_t)sums[g] * (8 * s3lm_group_offsets(w)[at]);
    }
    return total;
}

/* y = (nearest float to that sum * row scale) * token scale. */
static void matmul_int4(const s3lm_tensor *w, const s3lm_input *input, uint32_t tokens, uint32_t begin, uint32_t end,
                        float *y, uint32_t y_stride) {
    const s3lm_activations *x = input->quantized;
    for (uint32_t row = begin; row < end; row++) {
        for (uint32_t t = 0; t < tokens; t++) {
            int64_t sum = dot_int4(w, row, x->codes + (size_t)t * x->stride, x->sums + (size_t)t * x->sum_stride);
            y[(size_t)t * y_stride + row] =
                (s3lm_nearest_long(sum) * s3lm_scales(w)[row]) * x->scales[(size_t)t * x->scale_stride];
        }
    }
}

static void scores_i8(const int16_t *query, const int8_t *keys, uint32_t stride, uint32_t count,
                      const float *key_scales, float query_scale, float *scores) {
    for (uint32_t t = 0; t < count; t++) {
        const int8_t *key = keys + (size_t)t * stride;
        int32_t sum = 0;
        for (uint32_t d = 0; d < stride; d++) {
            sum += query[d] * key[d];
        }
        scores[t] = ((float)sum * key_scales[t]) * query_scale;
    }
}

static void scores_i16(const int16_t *query, const int16_t *keys, uint32_t stride, uint32_t count,
                       const float *key_scales, float query_scale, float *scores) {
    for (uint32_t t = 0; t < count; t++) {
        const int16_t *key = keys + (size_t)t * stride;
        int64_t sum = 0;
        for (uint32_t d = 0; d < stride; d++) {
            sum += query[d] * key[d];
        }
        scores[t] = (s3lm_nearest(sum) * key_scales[t]) * query_scale;
    }
}

/* Columns that are summed together. */
#define MIX_COLUMNS 8u

static void mix_i8(const s3lm_mix *mix, const int8_t *values, float *out) {
    for (uint32_t at = 0; at < mix->n; at += MIX_COLUMNS) {
        int32_t sums[MIX_COLUMNS] = {0};
        for (uint32_t t = 0; t < mix->count; t++) {
            const int8_t *value = values + (size_t)t * mix->stride + at;
            for (uint32_t d = 0; d < MIX_COLUMNS; d++) {
                sums[d] += mix->weights[t] * value[d];
            }
        }
        for (uint32_t d = 0; d < MIX_COLUMNS && at + d < mix->n; d++) {
            out[at + d] = (mix->more ? out[at + d] : 0.0f) + (float)sums[d];
        }
    }
}

static void mix_i16(const s3lm_mix *mix, const int16_t *values, float *out) {
    for (uint32_t at = 0; at < mix->n; at += MIX_COLUMNS) {
        int64_t sums[MIX_COLUMNS] = {0};
        for (uint32_t t = 0; t < mix->count; t++) {
            const int16_t *value = values + (size_t)t * mix->stride + at;
            for (uint32_t d = 0; d < MIX_COLUMNS; d++) {
                sums[d] += mix->weights[t] * value[d];
            }
        }
        for (uint32_t d = 0; d < MIX_COLUMNS && at + d < mix->n; d++) {
            out[at + d] = (mix->more ? out[at + d] : 0.0f) + s3lm_nearest(sums[d]);
        }
    }
}

static void scores_f32(const float *query, const float *keys, uint32_t stride, uint32_t count, float *scores) {
    for (uint32_t t = 0; t < count; t++) {
        scores[t] = dot_f32(query, keys + (size_t)t * stride, stride);
    }
}

const s3lm_kernels s3lm_kernels_scalar = {
    .name = "scalar",
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

const char *s3lm_kernels_name(const s3lm_kernels *kernels) { return kernels->name; }
