/* Floating-point functions that give the same bits on every target, from IEEE add, subtract, multiply, compare and
 * integer operations alone: no divide, no square root, no fused multiply-add (build with -ffp-contract=off).
 *
 * NaN and infinity pass through as NaN or infinity, so that an overflow anywhere reaches the logits, where s3lm_forward
 * reports it. All functions are branch-free where compilers vectorize them. Any core may call them.
 */
#ifndef S3LM_NUMERICS_H
#define S3LM_NUMERICS_H

#include <float.h>
#include <stdint.h>

_Static_assert(FLT_EVAL_METHOD == 0, "build with SSE2 or another FPU that rounds every f32 operation to f32");

/* Bits of +infinity; as signed integers, magnitudes of floats order like the floats, NaN above infinity. */
#define S3LM_INFINITY_BITS 0x7F800000u
/* 1.5 * 2^23: adding it leaves a number below 2^22 rounded to the nearest even integer in the low mantissa bits. */
#define S3LM_ROUNDER 12582912.0f
#define S3LM_ROUNDER_BITS 0x4B400000
/* Vectors whose largest magnitude is below 2^-100 quantize to zero: their reciprocal would overflow. */
#define S3LM_TINY 7.88860905e-31f

typedef union {
    float number;
    uint32_t bits;
} s3lm_float_bits;

static inline uint32_t s3lm_bits(float x) {
    s3lm_float_bits u;
    u.number = x;
    return u.bits;
}

static inline float s3lm_from_bits(uint32_t bits) {
    s3lm_float_bits u;
    u.bits = bits;
    return u.number;
}

/* Nearest integer, ties to even, for |x| < 2^22. */
static inline int32_t s3lm_round(float x) { return (int32_t)s3lm_bits(x + S3LM_ROUNDER) - S3LM_ROUNDER_BITS; }

/* x limited to [-limit, limit]; NaN becomes limit. Written so that it equals min and max instructions. */
static inline float s3lm_clamp(float x, float limit) {
    x = x < limit ? x : limit;
    return x > -limit ? x : -limit;
}

/* 1 / x for 2^-120 <= x <= 2^120, at most 2 ulp off. The guess mirrors the exponent and approximates the mantissa
 * linearly (5 % off at most); each Newton step y (2 - x y) squares the error. */
static inline float s3lm_recip(float x) {
    float y = s3lm_from_bits(0x7EF127EAu - s3lm_bits(x));
    y = y * (2.0f - x * y);
    y = y * (2.0f - x * y);
    return y * (2.0f - x * y);
}

/* 1 / sqrt(x) for 2^-120 <= x <= 2^120, at most 2 ulp off. Guess by halving the exponent (Lomont 2003), then Newton
 * steps y (3/2 - x/2 y y). */
static inline float s3lm_rsqrt(float x) {
    float half = 0.5f * x;
    float y = s3lm_from_bits(0x5F375A86u - (s3lm_bits(x) >> 1));
    y = y * (1.5f - half * y * y);
    y = y * (1.5f - half * y * y);
    y = y * (1.5f - half * y * y);
    return y * (1.5f - half * y * y);
}

/* e^x, at most 2 + 1.2 |x| ulp off; 0 below -87 (the result would leave the normal numbers), e^88 above 88.
 * t = x / ln 2 comes apart into n + r with |r| <= 1/2; 2^r by the polynomial of degree 5 that is 1 at 0 and has the
 * smallest relative error (9e-8); 2^n by its exponent bits, which adding 1.5 * 2^23 + 127 leaves in the low bits. Most
 * of the error is that t is rounded, which is nothing beside the largest terms of a sum of exponentials. */
static inline float s3lm_exp(float x) {
    float c = x > 88.0f ? 88.0f : x;
    float t = c * 1.44269504f;
    float shifted = t + (S3LM_ROUNDER + 127.0f);
    float r = t - (shifted - (S3LM_ROUNDER + 127.0f));
    float p = 1.32647273e-3f;
    p = p * r + 9.67151299e-3f;
    p = p * r + 5.55073358e-2f;
    p = p * r + 2.40222424e-1f;
    p = p * r + 6.93147004e-1f;
    p = p * r + 1.0f;
    p = p * s3lm_from_bits(s3lm_bits(shifted) << 23);
    return c < -87.0f ? 0.0f : p;
}

/* x / (1 + e^-x). The exponent stops at 80 so that the denominator stays where s3lm_recip holds; the result is then
 * below 2e-33, or of order x e^-80. */
static inline float s3lm_silu(float x) {
    float e = s3lm_exp(x < -80.0f ? 80.0f : -x);
    return x * s3lm_recip(1.0f + e);
}

/* x times the normal distribution function of x. With z = |x| / sqrt 2 the complement of the error function is
 * e^(-z z) times a polynomial of 1 / (1 + 0.3275911 z), off by 1.5e-7 at most (Abramowitz and Stegun 7.1.26). */
static inline float s3lm_gelu(float x) {
    float z = 0.707106781f * (x < 0.0f ? -x : x);
    float t = s3lm_recip(1.0f + 0.3275911f * z);
    float p = 1.061405429f;
    p = p * t - 1.453152027f;
    p = p * t + 1.421413741f;
    p = p * t - 0.284496736f;
    p = p * t + 0.254829592f;
    p = (0.5f * (p * t)) * s3lm_exp(-(z * z));
    return x * (x < 0.0f ? p : 1.0f - p);
}

/* The same with 1/2 + tanh(sqrt(2 / pi) (x + 0.044715 x^3)) / 2 for the distribution function: the logistic function of
 * twice the argument of the tangent. */
static inline float s3lm_gelu_tanh(float x) {
    float v = x * (1.59576912f + 0.0713548163f * (x * x));
    return x * s3lm_recip(1.0f + s3lm_exp(v < -80.0f ? 80.0f : -v));
}

/* max(x, 0), and its square. */
static inline float s3lm_relu(float x) { return x < 0.0f ? 0.0f : x; }
static inline float s3lm_relu2(float x) { return s3lm_relu(x) * s3lm_relu(x); }

/* The hyperbolic tangent, off by 4e-7 at most. */
static inline float s3lm_tanh(float x) {
    float v = x + x;
    return 1.0f - 2.0f * s3lm_recip(1.0f + s3lm_exp(v > 80.0f ? 80.0f : v));
}

#endif
