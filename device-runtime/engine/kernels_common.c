/* Loops that every kernel set of this folder shares: plain C that compilers vectorize as it is. */
#include "kernels.h"
#include "numerics.h"

uint32_t s3lm_abs_max(const float *x, uint32_t n) {
    uint32_t largest = 0;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t magnitude = s3lm_bits(x[i]) & 0x7FFFFFFFu;
        largest = magnitude > largest ? magnitude : largest;
    }
    return largest;
}

void s3lm_quantize8(const float *x, uint32_t n, float inverse, int8_t *codes, int16_t *wide, uint32_t padded) {
    for (uint32_t i = 0; i < n; i++) {
        codes[i] = (int8_t)s3lm_round(s3lm_clamp(x[i] * inverse, 127.0f));
    }
    for (uint32_t i = n; i < padded; i++) {
        codes[i] = 0;
    }
    if (wide) {
        for (uint32_t i = 0; i < padded; i++) {
            wide[i] = codes[i];
        }
    }
}

void s3lm_quantize16(const float *x, uint32_t n, float inverse, int32_t most, int16_t *codes, uint32_t padded) {
    float limit = (float)most;
    for (uint32_t i = 0; i < n; i++) {
        codes[i] = (int16_t)s3lm_round(s3lm_clamp(x[i] * inverse, limit));
    }
    for (uint32_t i = n; i < padded; i++) {
        codes[i] = 0;
    }
}

void s3lm_quantize_int16(const float *x, uint32_t n, float inverse, int8_t *codes, uint32_t padded) {
    s3lm_quantize16(x, n, inverse, S3LM_MOST_INT16, (int16_t *)(void *)codes, padded);
}

/* A float's bits as an integer that orders like the float; maxima of integers need no care for NaN, so compilers
 * vectorize them. */
static inline int32_t ordered(uint32_t bits) { return (int32_t)(bits ^ ((0u - (bits >> 31)) & 0x7FFFFFFFu)); }

float s3lm_maximum(const float *x, uint32_t count) {
    int32_t largest = ordered(s3lm_bits(x[0]));
    for (uint32_t i = 1; i < count; i++) {
        int32_t candidate = ordered(s3lm_bits(x[i]));
        largest = candidate > largest ? candidate : largest;
    }
    return s3lm_from_bits((uint32_t)ordered((uint32_t)largest));
}

float s3lm_exponentiate(float *scores, uint32_t count) {
    float largest = s3lm_maximum(scores, count);
    for (uint32_t i = 0; i < count; i++) {
        scores[i] = s3lm_exp(scores[i] - largest);
    }
    float lanes[4] = {0};
    uint32_t i = 0;
    for (; i + 4u <= count; i += 4u) {
        lanes[0] += scores[i];
        lanes[1] += scores[i + 1u];
        lanes[2] += scores[i + 2u];
        lanes[3] += scores[i + 3u];
    }
    for (uint32_t lane = 0; i < count; i++, lane++) {
        lanes[lane] += scores[i];
    }
    return (lanes[0] + lanes[1]) + (lanes[2] + lanes[3]);
}

float s3lm_weigh(float *scores, const float *factors, uint32_t count, uint32_t *largest) {
    float sum = s3lm_exponentiate(scores, count);
    s3lm_multiply_all(scores, factors, count);
    *largest = s3lm_abs_max(scores, count);
    return sum;
}

void s3lm_mix_f32(const float *weights, const float *values, uint32_t stride, uint32_t count, float *out, bool more) {
    for (uint32_t d = 0; !more && d < stride; d++) {
        out[d] = 0.0f;
    }
    for (uint32_t t = 0; t < count; t++) {
        const float *value = values + (size_t)t * stride;
        float weight = weights[t];
        for (uint32_t d = 0; d < stride; d++) {
            out[d] += weight * value[d];
        }
    }
}

void s3lm_scale_all(float *x, float factor, uint32_t n) {
    for (uint32_t i = 0; i < n; i++) {
        x[i] *= factor;
    }
}

void s3lm_multiply_all(float *restrict x, const float *restrict factors, uint32_t n) {
    for (uint32_t i = 0; i < n; i++) {
        x[i] *= factors[i];
    }
}

void s3lm_add_all(float *restrict x, const float *restrict terms, uint32_t n) {
    for (uint32_t i = 0; i < n; i++) {
        x[i] += terms[i];
    }
}

void s3lm_norm(const float *x, float factor, const float *restrict gain, float *y, uint32_t n) {
    if (gain) {
        for (uint32_t i = 0; i < n; i++) {
            y[i] = (x[i] * factor) * gain[i];
        }
    } else {
        for (uint32_t i = 0; i < n; i++) {
            y[i] = x[i] * factor;
        }
    }
}

uint32_t s3lm_check_floats(const uint32_t *words, uint32_t count, uint32_t sign) {
    uint32_t bad = 0;
    for (uint32_t i = 0; i < count; i++) {
        bad |= (uint32_t)((words[i] & 0x7F800000u) == 0x7F800000u) | (words[i] & sign);
    }
    return bad;
}

/* -128 has only the highest bit: with it turned over a code is zero, and the subtraction borrows from it (Mycroft
 * 1987). */
uint32_t s3lm_check_codes(const uint32_t *words, uint32_t count) {
    uint32_t bad = 0;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t turned = words[i] ^ 0x80808080u;
        bad |= (turned - 0x01010101u) & ~turned & 0x80808080u;
    }
    return bad;
}
