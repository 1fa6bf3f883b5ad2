/* Maps of one element at a time that every kernel set shares: plain C that compilers vectorize as it is. */
#include "kernels.h"
#include "numerics.h"

void s3lm_apply(s3lm_function_kind function, float *x, uint32_t n) {
    switch (function) {
    case S3LM_FUNCTION_SILU:
        for (uint32_t i = 0; i < n; i++) {
            x[i] = s3lm_silu(x[i]);
        }
        break;
    case S3LM_FUNCTION_GELU:
        for (uint32_t i = 0; i < n; i++) {
            x[i] = s3lm_gelu(x[i]);
        }
        break;
    case S3LM_FUNCTION_GELU_TANH:
        for (uint32_t i = 0; i < n; i++) {
            x[i] = s3lm_gelu_tanh(x[i]);
        }
        break;
    case S3LM_FUNCTION_RELU:
        for (uint32_t i = 0; i < n; i++) {
            x[i] = s3lm_relu(x[i]);
        }
        break;
    case S3LM_FUNCTION_RELU2:
        for (uint32_t i = 0; i < n; i++) {
            x[i] = s3lm_relu2(x[i]);
        }
        break;
    }
}

void s3lm_gate_blocks(s3lm_function_kind function, const float *gates, const float *ups, uint32_t step, uint32_t n,
                      float *out) {
    s3lm_gate_by(s3lm_apply, function, gates, ups, step, n, out);
}

void s3lm_cap(float *x, float cap, uint32_t n) {
    if (cap == 0.0f) {
        return;
    }
    float inverse = s3lm_recip(cap);
    for (uint32_t i = 0; i < n; i++) {
        x[i] = s3lm_tanh(x[i] * inverse) * cap;
    }
}

void s3lm_clip(float *x, float limit, uint32_t n) {
    for (uint32_t i = 0; i < n; i++) {
        x[i] = x[i] > limit ? limit : x[i];
        x[i] = x[i] < -limit ? -limit : x[i];
    }
}

void s3lm_add_slope(float *x, float slope, int32_t first, uint32_t n) {
    for (uint32_t i = 0; i < n; i++) {
        x[i] += slope * (float)(first + (int32_t)i);
    }
}

void s3lm_add_products(float *x, const float *a, const float *b, uint32_t n) {
    for (uint32_t i = 0; i < n; i++) {
        x[i] += a[i] * b[i];
    }
}

void s3lm_center(const float *x, uint32_t n, float inverse, float *y) {
    float lanes[4] = {0};
    uint32_t i = 0;
    for (; i + 4u <= n; i += 4u) {
        for (uint32_t lane = 0; lane < 4u; lane++) {
            lanes[lane] += x[i + lane];
        }
    }
    for (uint32_t lane = 0; i < n; i++, lane++) {
        lanes[lane] += x[i];
    }
    float mean = ((lanes[0] + lanes[1]) + (lanes[2] + lanes[3])) * inverse;
    for (i = 0; i < n; i++) {
        y[i] = x[i] - mean;
    }
}
