/* The inner loops with 128-bit vectors (WebAssembly, SSE4.1) and, where int8 is multiplied, 256-bit ones (AVX2). */
#include "kernels.h"
#include "numerics.h"
#include "simd128.h"

#ifndef S3LM_SIMD128_NAME

/* Weak: a board's own set takes this name over. */
__attribute__((weak)) const s3lm_kernels *s3lm_kernels_best(void) { return &s3lm_kernels_scalar; }

#else

#include "kernels_matmul.h"

#if defined(__AVX2__)
#include <immintrin.h>
#define SET_NAME "avx2"
#define SET_WIDE false

/* 32 products of int8: |x| times w with the sign of x. Pairs sum to at most 2 * 127 * 127 < 2^15, so that the
 * saturating multiply-add is exact; the package reader has refused -128. */
static inline __m256i products(__m256i magnitudes, __m256i x, const int8_t *w) {
    __m256i weights = _mm256_loadu_si256((const __m256i *)(const void *)w);
    __m256i pairs = _mm256_maddubs_epi16(magnitudes, _mm256_sign_epi8(weights, x));
    return _mm256_madd_epi16(pairs, _mm256_set1_epi16(1));
}

/* Sums of the lanes of four accumulators. */
static inline __m128i sums_of(__m256i a0, __m256i a1, __m256i a2, __m256i a3) {
    __m256i halves = _mm256_hadd_epi32(_mm256_hadd_epi32(a0, a1), _mm256_hadd_epi32(a2, a3));
    return _mm_add_epi32(_mm256_castsi256_si128(halves), _mm256_extracti128_si256(halves, 1));
}

static inline __m256i load32x8(const int8_t *p) { return _mm256_loadu_si256((const __m256i *)(const void *)p); }

/* Sixteen int8 in memory to int16. */
static inline __m256i load16x8(const int8_t *p) {
    return _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)(const void *)p));
}

static inline __m256i load16x16(const int16_t *p) { return _mm256_loadu_si256((const __m256i *)(const void *)p); }

static inline void dot4_i8(const int8_t *w, uint32_t stride, const int8_t *x, const int16_t *wide, uint32_t n,
                           int32_t sums[4]) {
    (void)wide;
    size_t row = stride, row3 = 3u * (size_t)stride;
    __m256i a0 = _mm256_setzero_si256(), a1 = a0, a2 = a0, a3 = a0;
    for (; n >= 32u; n -= 32u, w += 32, x += 32) {
        __m256i codes = _mm256_loadu_si256((const __m256i *)(const void *)x);
        __m256i magnitudes = _mm256_abs_epi8(codes);
        a0 = _mm256_add_epi32(a0, products(magnitudes, codes, w));
        a1 = _mm256_add_epi32(a1, products(magnitudes, codes, w + row));
        a2 = _mm256_add_epi32(a2, products(magnitudes, codes, w + 2u * row));
        a3 = _mm256_add_epi32(a3, products(magnitudes, codes, w + row3));
    }
    if (n > 0u) {
        __m256i codes = load16x8(x);
        a0 = _mm256_add_epi32(a0, _mm256_madd_epi16(codes, load16x8(w)));
        a1 = _mm256_add_epi32(a1, _mm256_madd_epi16(codes, load16x8(w + row)));
        a2 = _mm256_add_epi32(a2, _mm256_madd_epi16(codes, load16x8(w + 2u * row)));
        a3 = _mm256_add_epi32(a3, _mm256_madd_epi16(codes, load16x8(w + row3)));
    }
    vint_store(sums, sums_of(a0, a1, a2, a3));
}

static inline void dot4_i8_in_turn(const int8_t *w, uint32_t stride, const int8_t *x, const int16_t *wide, uint32_t n,
                                   int32_t sums[4]) {
    (void)wide;
    __m256i rows[4];
    for (uint32_t r = 0; r < 4u; r++, w += stride) {
        /* Two sums, so that additions do not wait for each other. */
        __m256i even = _mm256_setzero_si256(), odd = even;
        uint32_t i = 0;
        for (; i + 64u <= n; i += 64u) {
            __m256i low = load32x8(x + i), high = load32x8(x + i + 32);
            even = _mm256_add_epi32(even, products(_mm256_abs_epi8(low), low, w + i));
            odd = _mm256_add_epi32(odd, products(_mm256_abs_epi8(high), high, w + i + 32));
        }
        if (i + 32u <= n) {
            __m256i codes = load32x8(x + i);
            even = _mm256_add_epi32(even, products(_mm256_abs_epi8(codes), codes, w + i));
            i += 32u;
        }
        if (i < n) {
            odd = _mm256_add_epi32(odd, _mm256_madd_epi16(load16x8(x + i), load16x8(w + i)));
        }
        rows[r] = _mm256_add_epi32(even, odd);
    }
    vint_store(sums, sums_of(rows[0], rows[1], rows[2], rows[3]));
}

/* Dot products of 16-bit codes with `n` columns of four rows, `stride` bytes apart. */
static inline vint row_sums(const int16_t *x, const int8_t *w, uint32_t stride, uint32_t n) {
    size_t row = stride, row3 = 3u * (size_t)stride;
    __m256i a0 = _mm256_setzero_si256(), a1 = a0, a2 = a0, a3 = a0;
    for (uint32_t i = 0; i < n; i += 16u, w += 16) {
        __m256i codes = load16x16(x + i);
        a0 = _mm256_add_epi32(a0, _mm256_madd_epi16(codes, load16x8(w)));
        a1 = _mm256_add_epi32(a1, _mm256_madd_epi16(codes, load16x8(w + row)));
        a2 = _mm256_add_epi32(a2, _mm256_madd_epi16(codes, load16x8(w + 2u * row)));
        a3 = _mm256_add_epi32(a3, _mm256_madd_epi16(codes, load16x8(w + row3)));
    }
    return sums_of(a0, a1, a2, a3);
}

/* Of a query with four keys, `stride` codes each. */
static inline vint key_sums(const int16_t *query, const int8_t *key, uint32_t stride) {
    return row_sums(query, key, stride, stride);
}

static inline void dot4_i16(const int8_t *w, uint32_t stride, const int16_t *x, uint32_t n, int32_t sums[4]) {
    vint_store(sums, row_sums(x, w, stride, n));
}

/* Lanes of two sums over 16-bit codes and one row: of up to MOST_IN_LANES columns. */
static inline vint lanes_i16(const int8_t *w, const int16_t *x, uint32_t n) {
    __m256i even = _mm256_setzero_si256(), odd = even;
    uint32_t i = 0;
    for (; i + 32u <= n; i += 32u) {
        even = _mm256_add_epi32(even, _mm256_madd_epi16(load16x16(x + i), load16x8(w + i)));
        odd = _mm256_add_epi32(odd, _mm256_madd_epi16(load16x16(x + i + 16), load16x8(w + i + 16)));
    }
    if (i < n) {
        even = _mm256_add_epi32(even, _mm256_madd_epi16(load16x16(x + i), load16x8(w + i)));
    }
    even = _mm256_add_epi32(even, odd);
    return _mm_add_epi32(_mm256_castsi256_si128(even), _mm256_extracti128_si256(even, 1));
}

/* Sixteen weighted sums over `count` rows of `stride` values. */
static inline void mix16(const int16_t *weights, const int8_t *values, uint32_t stride, uint32_t count, int32_t *out) {
    __m256i low = _mm256_setzero_si256(), high = low;
    for (uint32_t t = 0; t < count; t += 2u, values += 2u * (size_t)stride) {
        bool pair = t + 1u < count;
        vint v0 = vint_load(values);
        vint v1 = pair ? vint_load(values + stride) : vint_zero();
        uint32_t second = pair ? (uint16_t)weights[t + 1u] : 0u;
        __m256i w = _mm256_set1_epi32((int32_t)((uint16_t)weights[t] | (second << 16)));
        low = _mm256_add_epi32(low, _mm256_madd_epi16(w, _mm256_cvtepi8_epi16(_mm_unpacklo_epi8(v0, v1))));
        high = _mm256_add_epi32(high, _mm256_madd_epi16(w, _mm256_cvtepi8_epi16(_mm_unpackhi_epi8(v0, v1))));
    }
    _mm256_storeu_si256((__m256i *)(void *)out, low);
    _mm256_storeu_si256((__m256i *)(void *)(out + 8), high);
}

#else
#define SET_NAME S3LM_SIMD128_NAME
#define SET_WIDE true

static inline void dot4_i8(const int8_t *w, uint32_t stride, const int8_t *x, const int16_t *wide, uint32_t n,
                           int32_t sums[4]) {
    (void)x;
    const int8_t *w1 = w + stride;
    const int8_t *w2 = w1 + stride;
    const int8_t *w3 = w2 + stride;
    vint a0 = vint_zero(), a1 = a0, a2 = a0, a3 = a0;
    for (uint32_t i = 0; i < n; i += 16u) {
        vint low = vint_load(wide + i);
        vint high = vint_load(wide + i + 8);
        a0 = vint_add32(a0, vint_dot16(low, vint_load8x8(w + i)));
        a1 = vint_add32(a1, vint_dot16(low, vint_load8x8(w1 + i)));
        a2 = vint_add32(a2, vint_dot16(low, vint_load8x8(w2 + i)));
        a3 = vint_add32(a3, vint_dot16(low, vint_load8x8(w3 + i)));
        a0 = vint_add32(a0, vint_dot16(high, vint_load8x8(w + i + 8)));
        a1 = vint_add32(a1, vint_dot16(high, vint_load8x8(w1 + i + 8)));
        a2 = vint_add32(a2, vint_dot16(high, vint_load8x8(w2 + i + 8)));
        a3 = vint_add32(a3, vint_dot16(high, vint_load8x8(w3 + i + 8)));
    }
    vint_store(sums, vint_sums(a0, a1, a2, a3));
}

static inline void dot4_i8_in_turn(const int8_t *w, uint32_t stride, const int8_t *x, const int16_t *wide, uint32_t n,
                                   int32_t sums[4]) {
    (void)x;
    vint rows[4];
    for (uint32_t r = 0; r < 4u; r++, w += stride) {
        /* Two sums, so that additions do not wait for each other. */
        vint even = vint_zero(), odd = even;
        for (uint32_t i = 0; i < n; i += 16u) {
            even = vint_add32(even, vint_dot16(vint_load(wide + i), vint_load8x8(w + i)));
            odd = vint_add32(odd, vint_dot16(vint_load(wide + i + 8), vint_load8x8(w + i + 8)));
        }
        rows[r] = vint_add32(even, odd);
    }
    vint_store(sums, vint_sums(rows[0], rows[1], rows[2], rows[3]));
}

/* Codes of 16 bits are what `wide` is. */
static inline void dot4_i16(const int8_t *w, uint32_t stride, const int16_t *x, uint32_t n, int32_t sums[4]) {
    dot4_i8(w, stride, NULL, x, n, sums);
}

/* Lanes of two sums over 16-bit codes and one row: of up to MOST_IN_LANES columns. */
static inline vint lanes_i16(const int8_t *w, const int16_t *x, uint32_t n) {
    vint even = vint_zero(), odd = even;
    for (uint32_t i = 0; i < n; i += 16u) {
        even = vint_add32(even, vint_dot16(vint_load(x + i), vint_load8x8(w + i)));
        odd = vint_add32(odd, vint_dot16(vint_load(x + i + 8), vint_load8x8(w + i + 8)));
    }
    return vint_add32(even, odd);
}

/* Dot products of a query with four keys, `stride` codes each: the query is an int16 vector as well. */
static inline vint key_sums(const int16_t *query, const int8_t *key, uint32_t stride) {
    int32_t sums[4];
    dot4_i8(key, stride, NULL, query, stride, sums);
    return vint_load(sums);
}

/* Sixteen weighted sums over `count` rows of `stride` values. */
static inline void mix16(const int16_t *weights, const int8_t *values, uint32_t stride, uint32_t count, int32_t *out) {
    vint s0 = vint_zero(), s1 = s0, s2 = s0, s3 = s0;
    for (uint32_t t = 0; t < count; t += 2u, values += 2u * (size_t)stride) {
        bool pair = t + 1u < count;
        vint v0 = vint_load(values);
        vint v1 = pair ? vint_load(values + stride) : vint_zero();
        uint32_t second = pair ? (uint16_t)weights[t + 1u] : 0u;
        vint w = vint_splat32((int32_t)((uint16_t)weights[t] | (second << 16)));
        s0 = vint_add32(s0, vint_dot16(w, vint_pairs_0(v0, v1)));
        s1 = vint_add32(s1, vint_dot16(w, vint_pairs_1(v0, v1)));
        s2 = vint_add32(s2, vint_dot16(w, vint_pairs_2(v0, v1)));
        s3 = vint_add32(s3, vint_dot16(w, vint_pairs_3(v0, v1)));
    }
    vint_store(out, s0);
    vint_store(out + 4, s1);
    vint_store(out + 8, s2);
    vint_store(out + 12, s3);
}
#endif

/* Columns of which a quarter stays inside int32: 512 * 127 * 32,639 < 2^31. */
#define MOST_IN_LANES 2048u

static inline int64_t dot1_i16(const int8_t *w, const int16_t *x, uint32_t n) {
    int64_t sum = 0;
    for (uint32_t at = 0; at < n; at += MOST_IN_LANES) {
        int32_t lanes[4];
        vint_store(lanes, lanes_i16(w + at, x + at, n - at < MOST_IN_LANES ? n - at : MOST_IN_LANES));
        for (uint32_t lane = 0; lane < 4u; lane++) {
            sum += lanes[lane];
        }
    }
    return sum;
}

#include "kernels_int4.h"

static inline float join_lanes(vfloat a) {
    float lanes[4];
    vfloat_store(lanes, a);
    return (lanes[0] + lanes[1]) + (lanes[2] + lanes[3]);
}

static float sum_squares(const float *x, uint32_t n) {
    vfloat sum = vfloat_zero();
    uint32_t i = 0;
    for (; i + 4u <= n; i += 4u) {
        vfloat v = vfloat_load(x + i);
        sum = vfloat_add(sum, vfloat_mul(v, v));
    }
    if (i < n) {
        float rest[4] = {0};
        for (uint32_t lane = 0; i + lane < n; lane++) {
            rest[lane] = x[i + lane];
        }
        vfloat v = vfloat_load(rest);
        sum = vfloat_add(sum, vfloat_mul(v, v));
    }
    return join_lanes(sum);
}

static float dot_f32(const float *a, const float *b, uint32_t n) {
    vfloat sum = vfloat_zero();
    for (uint32_t i = 0; i < n; i += 4u) {
        sum = vfloat_add(sum, vfloat_mul(vfloat_load(a + i), vfloat_load(b + i)));
    }
    return join_lanes(sum);
}

static inline void dot4_f32(const float *w, uint32_t stride, const float *x, uint32_t n, float sums[4]) {
    vfloat s0 = vfloat_zero(), s1 = s0, s2 = s0, s3 = s0;
    for (uint32_t i = 0; i < n; i += 4u) {
        vfloat v = vfloat_load(x + i);
        const float *at = w + i;
        s0 = vfloat_add(s0, vfloat_mul(vfloat_load(at), v));
        s1 = vfloat_add(s1, vfloat_mul(vfloat_load(at + stride), v));
        s2 = vfloat_add(s2, vfloat_mul(vfloat_load(at + 2u * (size_t)stride), v));
        s3 = vfloat_add(s3, vfloat_mul(vfloat_load(at + 3u * (size_t)stride), v));
    }
    sums[0] = join_lanes(s0);
    sums[1] = join_lanes(s1);
    sums[2] = join_lanes(s2);
    sums[3] = join_lanes(s3);
}

static void scores_i8(const int16_t *query, const int8_t *keys, uint32_t stride, uint32_t count,
                      const float *key_scales, float query_scale, float *scores) {
    vfloat scale = vfloat_splat(query_scale);
    uint32_t t = 0;
    for (; t + 4u <= count; t += 4u) {
        vint sums = key_sums(query, keys + (size_t)t * stride, stride);
        vfloat scaled = vfloat_mul(vfloat_from_int(sums), vfloat_load(key_scales + t));
        vfloat_store(scores + t, vfloat_mul(scaled, scale));
    }
    for (; t < count; t++) {
        const int8_t *key = keys + (size_t)t * stride;
        int32_t sum = 0;
        for (uint32_t d = 0; d < stride; d++) {
            sum += query[d] * key[d];
        }
        scores[t] = ((float)sum * key_scales[t]) * query_scale;
    }
}

static inline int64_t both(const int32_t *upper, const int32_t *lower) { return (int64_t)*upper * 256 + *lower; }

static void scores_i16(const int16_t *query, const int16_t *keys, uint32_t stride, uint32_t count,
                       const float *key_scales, float query_scale, float *scores) {
    for (uint32_t t = 0; t < count; t += 2u) {
        const int16_t *first = keys + (size_t)t * stride;
        const int16_t *second = t + 1u < count ? first + stride : first;
        vint upper0 = vint_zero(), lower0 = upper0, upper1 = upper0, lower1 = upper0;
        for (uint32_t d = 0; d < stride; d += 8u) {
            vint codes = vint_load(query + d), key0 = vint_load(first + d), key1 = vint_load(second + d);
            upper0 = vint_add32(upper0, vint_dot16(codes, vint_upper(key0)));
            lower0 = vint_add32(lower0, vint_dot16(codes, vint_lower(key0)));
            upper1 = vint_add32(upper1, vint_dot16(codes, vint_upper(key1)));
            lower1 = vint_add32(lower1, vint_dot16(codes, vint_lower(key1)));
        }
        int32_t sums[4];
        vint_store(sums, vint_sums(upper0, lower0, upper1, lower1));
        for (uint32_t i = 0; i < 2u && t + i < count; i++) {
            float sum = s3lm_nearest(both(&sums[2u * i], &sums[2u * i + 1u]));
            scores[t + i] = (sum * key_scales[t + i]) * query_scale;
        }
    }
}

static void mix_i8(const s3lm_mix *mix, const int8_t *values, float *out) {
    for (uint32_t at = 0; at < mix->n; at += 16u) {
        int32_t sums[16];
        mix16(mix->weights, values + at, mix->stride, mix->count, sums);
        for (uint32_t d = 0; d < 16u && at + d < mix->n; d++) {
            out[at + d] = (mix->more ? out[at + d] : 0.0f) + (float)sums[d];
        }
    }
}

static void mix_i16(const s3lm_mix *mix, const int16_t *values, float *out) {
    for (uint32_t at = 0; at < mix->n; at += 8u) {
        const int16_t *value = values + at;
        vint upper0 = vint_zero(), upper1 = upper0, lower0 = upper0, lower1 = upper0;
        for (uint32_t t = 0; t < mix->count; t += 2u, value += 2u * (size_t)mix->stride) {
            bool pair = t + 1u < mix->count;
            vint v0 = vint_load(value), v1 = pair ? vint_load(value + mix->stride) : vint_zero();
            uint32_t second = pair ? (uint16_t)mix->weights[t + 1u] : 0u;
            vint w = vint_splat32((int32_t)((uint16_t)mix->weights[t] | (second << 16)));
            vint low = vint_interleave_low(v0, v1), high = vint_interleave_high(v0, v1);
            upper0 = vint_add32(upper0, vint_dot16(w, vint_upper(low)));
            lower0 = vint_add32(lower0, vint_dot16(w, vint_lower(low)));
            upper1 = vint_add32(upper1, vint_dot16(w, vint_upper(high)));
            lower1 = vint_add32(lower1, vint_dot16(w, vint_lower(high)));
        }
        int32_t upper[8], lower[8];
        vint_store(upper, upper0);
        vint_store(upper + 4, upper1);
        vint_store(lower, lower0);
        vint_store(lower + 4, lower1);
        for (uint32_t d = 0; d < 8u && at + d < mix->n; d++) {
            out[at + d] = (mix->more ? out[at + d] : 0.0f) + s3lm_nearest(both(&upper[d], &lower[d]));
        }
    }
}

static void scores_f32(const float *query, const float *keys, uint32_t stride, uint32_t count, float *scores) {
    for (uint32_t t = 0; t < count; t++) {
        scores[t] = dot_f32(query, keys + (size_t)t * stride, stride);
    }
}

static const s3lm_kernels s3lm_kernels_simd = {
    .name = SET_NAME,
    .wide = SET_WIDE,
    .abs_max = s3lm_abs_max,
    .quantize8 = s3lm_quantize8,
    .quantize16 = s3lm_quantize16,
    .quantize_int16 = s3lm_quantize_int16,
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

const s3lm_kernels *s3lm_kernels_best(void) { return &s3lm_kernels_simd; }

#endif
