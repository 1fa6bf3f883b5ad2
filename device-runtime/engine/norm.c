/* Root-mean-square normalization (Zhang and Sennrich, 2019). */
#include "model_parts.h"
#include "numerics.h"

void s3lm_rms_norm(const s3lm_model *model, const s3lm_tensor *gain, float epsilon, const float *x, uint32_t tokens,
                   float *y) {
    uint32_t n = model->package->config.hidden_size;
    const float *g = gain ? gain->data : NULL;
    for (uint32_t t = 0; t < tokens; t++) {
        const float *in = x + (size_t)t * model->hidden_stride;
        float r = s3lm_rsqrt(model->kernels->sum_squares(in, n) * model->inverse_hidden + epsilon);
        model->kernels->norm(in, r, g, y + (size_t)t * model->hidden_stride, n);
    }
}
