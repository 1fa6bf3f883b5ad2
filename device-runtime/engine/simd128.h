/* The 128-bit operations that the SIMD kernels use, over WebAssembly simd128 and x86 SSE4.1. */
#ifndef S3LM_SIMD128_H
#define S3LM_SIMD128_H

#include <stdint.h>

#if defined(__wasm_simd128__)
#include <wasm_simd128.h>
#define S3LM_SIMD128_NAME "simd128"

typedef v128_t vint;   /* 4 x int32, 8 x int16 or 16 x int8 */
typedef v128_t vfloat; /* 4 x f32 */

static inline vint vint_zero(void) { return wasm_i32x4_const_splat(0); }
static inline vint vint_load(const void *p) { return wasm_v128_load(p); }
static inline void vint_store(void *p, vint a) { wasm_v128_store(p, a); }
static inline vint vint_splat32(int32_t a) { return wasm_i32x4_splat(a); }
/* Eight int8 in memory to int16. */
static inline vint vint_load8x8(const int8_t *p) { return wasm_i16x8_load8x8(p); }
static inline vint vint_add32(vint a, vint b) { return wasm_i32x4_add(a, b); }
/* Eight int16. */
static inline vint vint_splat16(int32_t a) { return wasm_i16x8_splat((int16_t)a); }
static inline vint vint_add16(vint a, vint b) { return wasm_i16x8_add(a, b); }
static inline vint vint_mul16(vint a, vint b) { return wasm_i16x8_mul(a, b); }
static inline vint vint_left16(vint a, uint32_t bits) { return wasm_i16x8_shl(a, bits); }
static inline vint vint_right16(vint a, uint32_t bits) { return wasm_i16x8_shr(a, bits); }
/* Two int64: their sum, and lanes 0 + 2 and 1 + 3 of int32. */
static inline vint vint_add64(vint a, vint b) { return wasm_i64x2_add(a, b); }
static inline vint vint_pair64(vint a) {
    return wasm_i64x2_add(wasm_i64x2_extend_low_i32x4(a), wasm_i64x2_extend_high_i32x4(a));
}
/* The upper and the lower byte of eight int16: a = 256 * upper + lower, upper signed, lower 0..255. */
static inline vint vint_upper(vint a) { return wasm_i16x8_shr(a, 8); }
static inline vint vint_lower(vint a) { return wasm_v128_and(a, wasm_i16x8_const_splat(255)); }
/* a0 b0 a1 b1 ... of the low or high four int16. */
static inline vint vint_interleave_low(vint a, vint b) { return wasm_i16x8_shuffle(a, b, 0, 8, 1, 9, 2, 10, 3, 11); }
static inline vint vint_interleave_high(vint a, vint b) { return wasm_i16x8_shuffle(a, b, 4, 12, 5, 13, 6, 14, 7, 15); }
/* int32 lane i = a[2i] b[2i] + a[2i+1] b[2i+1], int16 operands. */
static inline vint vint_dot16(vint a, vint b) { return wasm_i32x4_dot_i16x8(a, b); }
/* a0 b0 a1 b1 ... of the low or high eight bytes, widened to int16: eight in each result. */
static inline vint vint_pairs_0(vint a, vint b) {
    return wasm_i16x8_extend_low_i8x16(
        wasm_i8x16_shuffle(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23));
}
static inline vint vint_pairs_1(vint a, vint b) {
    return wasm_i16x8_extend_high_i8x16(
        wasm_i8x16_shuffle(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23));
}
static inline vint vint_pairs_2(vint a, vint b) {
    return wasm_i16x8_extend_low_i8x16(
        wasm_i8x16_shuffle(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31));
}
static inline vint vint_pairs_3(vint a, vint b) {
    return wasm_i16x8_extend_high_i8x16(
        wasm_i8x16_shuffle(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31));
}
/* Sums of the lanes of a, b, c and d. */
static inline vint vint_sums(vint a, vint b, vint c, vint d) {
    vint ab = wasm_i32x4_add(wasm_i32x4_shuffle(a, b, 0, 4, 1, 5), wasm_i32x4_shuffle(a, b, 2, 6, 3, 7));
    vint cd = wasm_i32x4_add(wasm_i32x4_shuffle(c, d, 0, 4, 1, 5), wasm_i32x4_shuffle(c, d, 2, 6, 3, 7));
    return wasm_i32x4_add(wasm_i64x2_shuffle(ab, cd, 0, 2), wasm_i64x2_shuffle(ab, cd, 1, 3));
}
static inline vfloat vfloat_zero(void) { return wasm_f32x4_const_splat(0); }
static inline vfloat vfloat_load(const float *p) { return wasm_v128_load(p); }
static inline void vfloat_store(float *p, vfloat a) { wasm_v128_store(p, a); }
static inline vfloat vfloat_splat(float a) { return wasm_f32x4_splat(a); }
static inline vfloat vfloat_add(vfloat a, vfloat b) { return wasm_f32x4_add(a, b); }
static inline vfloat vfloat_mul(vfloat a, vfloat b) { return wasm_f32x4_mul(a, b); }
static inline vfloat vfloat_from_int(vint a) { return wasm_f32x4_convert_i32x4(a); }

#elif defined(__SSE4_1__)
#include <smmintrin.h>
#define S3LM_SIMD128_NAME "sse4.1"

typedef __m128i vint;
typedef __m128 vfloat;

static inline vint vint_zero(void) { return _mm_setzero_si128(); }
static inline vint vint_load(const void *p) { return _mm_loadu_si128((const __m128i *)p); }
static inline void vint_store(void *p, vint a) { _mm_storeu_si128((__m128i *)p, a); }
static inline vint vint_splat32(int32_t a) { return _mm_set1_epi32(a); }
static inline vint vint_load8x8(const int8_t *p) {
    return _mm_cvtepi8_epi16(_mm_loadl_epi64((const __m128i *)(const void *)p));
}
static inline vint vint_add32(vint a, vint b) { return _mm_add_epi32(a, b); }
static inline vint vint_splat16(int32_t a) { return _mm_set1_epi16((int16_t)a); }
static inline vint vint_add16(vint a, vint b) { return _mm_add_epi16(a, b); }
static inline vint vint_mul16(vint a, vint b) { return _mm_mullo_epi16(a, b); }
static inline vint vint_left16(vint a, uint32_t bits) { return _mm_slli_epi16(a, (int)bits); }
static inline vint vint_right16(vint a, uint32_t bits) { return _mm_srai_epi16(a, (int)bits); }
static inline vint vint_add64(vint a, vint b) { return _mm_add_epi64(a, b); }
static inline vint vint_pair64(vint a) {
    return _mm_add_epi64(_mm_cvtepi32_epi64(a), _mm_cvtepi32_epi64(_mm_srli_si128(a, 8)));
}
static inline vint vint_upper(vint a) { return _mm_srai_epi16(a, 8); }
static inline vint vint_lower(vint a) { return _mm_and_si128(a, _mm_set1_epi16(255)); }
static inline vint vint_interleave_low(vint a, vint b) { return _mm_unpacklo_epi16(a, b); }
static inline vint vint_interleave_high(vint a, vint b) { return _mm_unpackhi_epi16(a, b); }
static inline vint vint_dot16(vint a, vint b) { return _mm_madd_epi16(a, b); }
static inline vint vint_pairs_0(vint a, vint b) { return _mm_cvtepi8_epi16(_mm_unpacklo_epi8(a, b)); }
static inline vint vint_pairs_1(vint a, vint b) {
    return _mm_cvtepi8_epi16(_mm_srli_si128(_mm_unpacklo_epi8(a, b), 8));
}
static inline vint vint_pairs_2(vint a, vint b) { return _mm_cvtepi8_epi16(_mm_unpackhi_epi8(a, b)); }
static inline vint vint_pairs_3(vint a, vint b) {
    return _mm_cvtepi8_epi16(_mm_srli_si128(_mm_unpackhi_epi8(a, b), 8));
}
static inline vint vint_sums(vint a, vint b, vint c, vint d) {
    return _mm_hadd_epi32(_mm_hadd_epi32(a, b), _mm_hadd_epi32(c, d));
}
static inline vfloat vfloat_zero(void) { return _mm_setzero_ps(); }
static inline vfloat vfloat_load(const float *p) { return _mm_loadu_ps(p); }
static inline void vfloat_store(float *p, vfloat a) { _mm_storeu_ps(p, a); }
static inline vfloat vfloat_splat(float a) { return _mm_set1_ps(a); }
static inline vfloat vfloat_add(vfloat a, vfloat b) { return _mm_add_ps(a, b); }
static inline vfloat vfloat_mul(vfloat a, vfloat b) { return _mm_mul_ps(a, b); }
static inline vfloat vfloat_from_int(vint a) { return _mm_cvtepi32_ps(a); }
#endif

#endif
