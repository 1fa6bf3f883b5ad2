/* The kernel set of the ESP32-S3: the loops of this folder's assembler, put together to the functions of
 * engine/kernels.h. Bit for bit what the scalar set computes. */
#include "../../../engine/bytes.h"
#include "../../../engine/kernels.h"
#include "../../../engine/numerics.h"
#include "products.h"

static float dot_f32(const float *a, const float *b, uint32_t n) {
    float sum = 0.0f;
    if (n > 0u) {
        s3lm_pie_dots_f32(a, b, 0, 1, &sum, n);
    }
    return sum;
}

static void quantize8(const float *x, uint32_t n, float inverse, int8_t *codes, int16_t *wide, uint32_t padded) {
    s3lm_pie_codes8(x, inverse, codes, n, 127);
    for (uint32_t i = n; i < padded; i++) {
        codes[i] = 0;
    }
    for (uint32_t i = 0; wide && i < padded; i++) {
        wide[i] = codes[i];
    }
}

static void quantize16(const float *x, uint32_t n, float inverse, int32_t most, int16_t *codes, uint32_t padded) {
    s3lm_pie_codes16(x, inverse, codes, n, most);
    for (uint32_t i = n; i < padded; i++) {
        codes[i] = 0;
    }
}

/* Upper bytes, then lower bytes. */
static void quantize_int16(const float *x, uint32_t n, float inverse, int8_t *codes, uint32_t padded) {
    s3lm_pie_parts(x, inverse, codes, n, S3LM_MOST_INT16, codes + padded);
    for (uint32_t i = n; i < padded; i++) {
        codes[i] = codes[padded + i] = 0;
    }
}

/* The upper and the lower bytes of codes, both signed: code = 256 * high + low. */
static void part(const int16_t *codes, uint32_t n, int8_t *high, int8_t *low) {
    for (uint32_t i = 0; i < n; i++) {
        int32_t code = codes[i];
        high[i] = (int8_t)((code + 128) >> 8);
        low[i] = (int8_t)code;
    }
}

static void scores_i8(const int16_t *query, const int8_t *keys, uint32_t stride, uint32_t count,
                      const float *key_scales, float query_scale, float *scores) {
    _Alignas(16) int8_t high[S3LM_MAX_HEAD_DIM], low[S3LM_MAX_HEAD_DIM];
    _Alignas(16) int64_t sums[PIE_MOST_ROWS];
    part(query, stride, high, low);
    s3lm_pie_fetch(keys, (size_t)count * stride);
    for (uint32_t t = 0; t < count; t += PIE_MOST_ROWS) {
        uint32_t rows = pie_least(PIE_MOST_ROWS, count - t);
        /* A sum of a head's products has 32 bits. */
        s3lm_pie_wide_dots(keys + (size_t)t * stride, high, low, stride, sums, rows, stride);
        s3lm_pie_scale_rows(sums, key_scales + t, scores + t, rows, query_scale);
    }
}

SMALL static void scores_i16(const int16_t *query, const int16_t *keys, uint32_t stride, uint32_t count,
                             const float *key_scales, float query_scale, float *scores) {
    /* By vectors of a head. */
    static const pie_scores16 at_once[7] = {
        [1] = s3lm_pie_scores16_1, [2] = s3lm_pie_scores16_2, [4] = s3lm_pie_scores16_4, [6] = s3lm_pie_scores16_6};
    _Alignas(16) int64_t sums[PIE_MOST_ROWS];
    uint32_t vectors = stride / 8u;
    s3lm_pie_fetch(keys, (size_t)count * stride * 2u);
    if (vectors <= 6u && at_once[vectors]) {
        at_once[vectors](query, keys, scores, count, key_scales, query_scale);
        return;
    }
    for (uint32_t t = 0; t < count; t += PIE_MOST_ROWS) {
        uint32_t rows = pie_least(PIE_MOST_ROWS, count - t);
        s3lm_pie_dots16(keys + (size_t)t * stride, query, sums, rows, stride);
        s3lm_pie_scale_parts(NULL, key_scales + t, scores + t, rows, query_scale, sums);
    }
}

SMALL static void put_sums(const s3lm_mix *mix, const float *sums, uint32_t at, uint32_t most, float *out) {
    for (uint32_t d = at; d < mix->n && d < at + most; d++) {
        out[d] = (mix->more ? out[d] : 0.0f) + sums[d - at];
    }
}

static void mix_i8(const s3lm_mix *mix, const int8_t *values, float *out) {
    _Alignas(16) uint32_t lanes[32];
    float sums[16];
    s3lm_pie_fetch(values, (size_t)mix->count * mix->stride);
    for (uint32_t at = 0; at < mix->n; at += 16u) {
        s3lm_pie_mix(mix->weights, values + at, mix->stride, mix->count, lanes);
        for (uint32_t half = 0; half < 2u; half++) {
            s3lm_pie_lanes(lanes + 8u * half, 1.0f, sums + 8u * half + 1u, 8);
            s3lm_pie_lanes(lanes + 16u + 8u * half, 1.0f / 256.0f, sums + 8u * half, 8);
        }
        put_sums(mix, sums, at, 16, out);
    }
}

static void mix_i16(const s3lm_mix *mix, const int16_t *values, float *out) {
    _Alignas(16) uint32_t lanes[16];
    float sums[8];
    s3lm_pie_fetch(values, (size_t)mix->count * mix->stride * 2u);
    for (uint32_t at = 0; at < mix->n; at += 8u) {
        s3lm_pie_mix16(mix->weights, values + at, mix->stride * 2u, mix->count, lanes);
        bool is_whole = !mix->more && mix->n - at >= 8u;
        float *whole = is_whole ? out + at : sums;
        s3lm_pie_lanes(lanes, 1.0f, whole, 4);
        s3lm_pie_lanes(lanes + 8, 1.0f, whole + 4, 4);
        if (!is_whole) {
            put_sums(mix, sums, at, 8, out);
        }
    }
}

SMALL static void scores_f32(const float *query, const float *keys, uint32_t stride, uint32_t count, float *scores) {
    uint32_t turn = s3lm_pie_rows_per_turn(keys, stride * 4u, S3LM_MAX_CONTEXT);
    for (uint32_t t = 0; t < count; t += turn) {
        uint32_t rows = pie_least(turn, count - t);
        const float *at = keys + (size_t)t * stride;
        s3lm_pie_fetch(at, (size_t)rows * stride * 4u);
        if (stride == 8u) {
            s3lm_pie_dots8_f32(query, at, rows, scores + t);
        } else {
            s3lm_pie_dots_f32(query, at, stride * 4u, rows, scores + t, stride);
        }
    }
}

SMALL static void mix_f32(const float *weights, const float *values, uint32_t stride, uint32_t count, float *out,
                          bool more) {
    uint32_t turn = s3lm_pie_rows_per_turn(values, stride * 4u, S3LM_MAX_CONTEXT);
    for (uint32_t t = 0; t < count; t += turn) {
        uint32_t rows = pie_least(turn, count - t);
        const float *at = values + (size_t)t * stride;
        bool add = more || t > 0u;
        s3lm_pie_fetch(at, (size_t)rows * stride * 4u);
        for (uint32_t d = 0; d < stride;) {
            if (stride - d >= 8u) {
                s3lm_pie_mix8_f32(weights + t, at + d, stride * 4u, rows, out + d, add);
                d += 8u;
            } else {
                s3lm_pie_mix4_f32(weights + t, at + d, stride * 4u, rows, out + d, add);
                d += 4u;
            }
        }
    }
}

static float exponentiate(float *scores, uint32_t count) {
    float largest = s3lm_pie_maximum(scores, count);
    s3lm_pie_exponentials(scores, (count + 3u) / 4u, largest);
    return s3lm_pie_sum(scores, count);
}

static float weigh(float *scores, const float *factors, uint32_t count, uint32_t *largest) {
    _Alignas(16) float sums[4] = {0};
    float top = s3lm_pie_maximum(scores, count);
    uint32_t fours = count / 4u, whole = 4u * fours, bits = 0;
    if (fours > 0u) {
        bits = s3lm_pie_weigh_scores(scores, fours, top, factors, sums);
    }
    if (whole < count) {
        /* What is not there adds nothing. */
        float least = s3lm_from_bits(0xFF800000u), by[4] = {0};
        _Alignas(16) float last[4] = {least, least, least, least};
        for (uint32_t i = whole; i < count; i++) {
            last[i - whole] = scores[i];
            by[i - whole] = factors[i];
        }
        uint32_t rest = s3lm_pie_weigh_scores(last, 1, top, by, sums);
        bits = rest > bits ? rest : bits;
        for (uint32_t i = whole; i < count; i++) {
            scores[i] = last[i - whole];
        }
    }
    *largest = bits & 0x7FFFFFFFu;
    return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

static void silu(float *x, uint32_t fours) {
    static const float ones[4] = {1.0f, 1.0f, 1.0f, 1.0f};
    for (uint32_t i = 0; i < fours; i++) {
        s3lm_pie_gate(x + 4u * i, ones, 4, 1, x + 4u * i);
    }
}

static void relu(float *x, uint32_t fours) {
    for (uint32_t i = 0; i < 4u * fours; i++) {
        x[i] = s3lm_relu(x[i]);
    }
}

static void relu2(float *x, uint32_t fours) {
    for (uint32_t i = 0; i < 4u * fours; i++) {
        x[i] = s3lm_relu2(x[i]);
    }
}

SMALL static void apply(s3lm_function_kind function, float *x, uint32_t n) {
    static void (*const fours[S3LM_FUNCTION_KINDS])(float *, uint32_t) = {
        [S3LM_FUNCTION_SILU] = silu,
        [S3LM_FUNCTION_GELU] = s3lm_pie_gelu,
        [S3LM_FUNCTION_GELU_TANH] = s3lm_pie_gelu_tanh,
        [S3LM_FUNCTION_RELU] = relu,
        [S3LM_FUNCTION_RELU2] = relu2,
    };
    float last[4] = {0};
    uint32_t whole = n & ~3u;
    if (whole > 0u) {
        fours[function](x, whole / 4u);
    }
    if (whole < n) {
        for (uint32_t i = whole; i < n; i++) {
            last[i - whole] = x[i];
        }
        fours[function](last, 1);
        for (uint32_t i = whole; i < n; i++) {
            x[i] = last[i - whole];
        }
    }
}

SMALL static void gate(s3lm_function_kind function, const float *gates, const float *ups, uint32_t step, uint32_t n,
                       float *out) {
    if (function != S3LM_FUNCTION_SILU) {
        s3lm_gate_by(apply, function, gates, ups, step, n, out);
        return;
    }
    uint32_t fours = n / 4u;
    if (fours > 0u) {
        s3lm_pie_gate(gates, ups, step * 4u, fours, out);
    }
    float last[2][4] = {{0}};
    for (uint32_t i = fours * 4u; i < n; i++) {
        last[0][i % 4u] = gates[(size_t)i * step];
        last[1][i % 4u] = ups[(size_t)i * step];
    }
    if (n % 4u != 0u) {
        s3lm_pie_gate(last[0], last[1], 4, 1, last[0]);
    }
    for (uint32_t i = fours * 4u; i < n; i++) {
        out[i] = last[0][i % 4u];
    }
}

static void scale(float *x, float factor, uint32_t n) { s3lm_pie_scale(x, factor, x, n); }

static void multiply(float *x, const float *factors, uint32_t n) { s3lm_pie_multiply(x, factors, x, n); }

static void add(float *x, const float *terms, uint32_t n) { s3lm_pie_add(x, terms, x, n); }

static void norm(const float *x, float factor, const float *gain, float *y, uint32_t n) {
    if (gain) {
        s3lm_pie_norm(x, gain, y, n, factor);
    } else {
        s3lm_pie_scale(x, factor, y, n);
    }
}

const s3lm_kernels s3lm_kernels_pie = {
    .name = "pie",
    .wide = false,
    .abs_max = s3lm_pie_abs_max,
    .quantize8 = quantize8,
    .quantize16 = quantize16,
    .quantize_int16 = quantize_int16,
    .sum_groups = s3lm_pie_sum_groups,
    .sum_squares = s3lm_pie_sum_squares,
    .dot_f32 = dot_f32,
    .matmul = S3LM_BY_ENCODING(s3lm_pie_matmul_float32, s3lm_pie_matmul_rows, s3lm_pie_matmul_rows,
                               s3lm_pie_matmul_units, s3lm_pie_matmul_rows, s3lm_pie_matmul_int4),
    .scores_i8 = scores_i8,
    .scores_i16 = scores_i16,
    .mix_i8 = mix_i8,
    .mix_i16 = mix_i16,
    .scores_f32 = scores_f32,
    .mix_f32 = mix_f32,
    .exponentiate = exponentiate,
    .weigh = weigh,
    .apply = apply,
    .gate = gate,
    .scale = scale,
    .multiply = multiply,
    .add = add,
    .norm = norm,
    .maximum = s3lm_pie_maximum,
};

const s3lm_kernels *s3lm_kernels_best(void) { return &s3lm_kernels_pie; }
