/* Normalization of a token's vector. */
#include "model_parts.h"
#include "numerics.h"

/* `rms` multiplies a row with the reciprocal root of its mean square (Zhang and Sennrich, 2019), `layer` takes its mean
 * off before (Ba, Kiros and Hinton, 2016). */
void s3lm_normalize_row(const s3lm_kernels *kernels, s3lm_norm_kind kind, float epsilon, const float *gain,
                        const float *bias, const float *x, uint32_t n, float *y) {
    float inverse = s3lm_recip((float)n);
    switch (kind) {
    case S3LM_NORM_RMS:
        break;
    case S3LM_NORM_LAYER:
        s3lm_center(x, n, inverse, y);
        x = y;
        break;
    }
    kernels->norm(x, s3lm_rsqrt(kernels->sum_squares(x, n) * inverse + epsilon), gain, y, n);
    if (bias) {
        kernels->add(y, bias, n);
    }
}

void s3lm_normalize(const s3lm_model *model, s3lm_norm_kind kind, float epsilon, const s3lm_tensor *gain,
                    const s3lm_tensor *bias, const float *x, uint32_t tokens, float *y) {
    uint32_t n = model->package->config.hidden_size;
    for (uint32_t t = 0; t < tokens; t++) {
        size_t at = (size_t)t * model->hidden_stride;
        s3lm_normalize_row(model->kernels, kind, epsilon, gain ? gain->data : NULL, bias ? bias->data : NULL, x + at, n,
                           y + at);
    }
}
