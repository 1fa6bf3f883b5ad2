/* Normalization of a token's vector. */
#include "model_parts.h"
#include "numerics.h"

/* What a row is multiplied with: for `rms` the reciprocal root of its mean square (Zhang and Sennrich, 2019). */
static float factor_of(const s3lm_model *model, s3lm_norm_kind kind, float epsilon, const float *x) {
    float mean = 0.0f;
    switch (kind) {
    case S3LM_NORM_RMS:
        mean = model->kernels->sum_squares(x, model->package->config.hidden_size) * model->inverse_hidden;
        break;
    }
    return s3lm_rsqrt(mean + epsilon);
}

void s3lm_normalize(const s3lm_model *model, s3lm_norm_kind kind, float epsilon, const s3lm_tensor *gain,
                    const s3lm_tensor *bias, const float *x, uint32_t tokens, float *y) {
    uint32_t n = model->package->config.hidden_size;
    for (uint32_t t = 0; t < tokens; t++) {
        const float *in = x + (size_t)t * model->hidden_stride;
        float *out = y + (size_t)t * model->hidden_stride;
        model->kernels->norm(in, factor_of(model, kind, epsilon, in), gain ? gain->data : NULL, out, n);
        if (bias) {
            model->kernels->add(out, bias->data, n);
        }
    }
}
