/* Short convolutions over the newest tokens, each channel by itself (Liquid AI's LFM2, 2025): with the thirds b, c and
 * x of a token's projection, c * (bias + sum over the taps of tap * (b * x)).
 *
 * What earlier tokens put in is kept by position, in as many rows as are looked back at. Tokens before the first count
 * as nothing, so that a fresh context needs no rows. */
#include "bytes.h"
#include "model_parts.h"

typedef struct {
    s3lm_model *model;
    const s3lm_conv_step *step;
    uint32_t tokens;
} convolution_job;

/* b, c and x of a token of the pass. */
static float *thirds_of(const s3lm_model *model, uint32_t token) {
    return model->projected + (size_t)token * model->projected_stride;
}

/* The row that keeps a position. */
static float *past_of(const s3lm_model *model, const s3lm_conv_step *step, uint32_t position) {
    return step->past + (size_t)(position % (step->config.taps - 1u)) * model->hidden_stride;
}

/* b becomes the result for channels [begin, end) of a token; x of every token is b * x already. */
static void convolve_token(const convolution_job *j, uint32_t token, uint32_t begin, uint32_t end) {
    const s3lm_model *model = j->model;
    const s3lm_conv_step *step = j->step;
    uint32_t hidden = model->package->config.hidden_size, n = end - begin;
    uint32_t position = model->length + token, back = step->config.taps - 1u;
    const float *taps = s3lm_of(model, step->tensors, S3LM_ROLE_CONV_TAPS)->data;
    const s3lm_tensor *bias = s3lm_of(model, step->tensors, S3LM_ROLE_CONV_TAPS_BIAS);
    float *y = thirds_of(model, token) + begin;
    for (uint32_t i = 0; i < n; i++) {
        y[i] = bias ? ((const float *)bias->data)[begin + i] : 0.0f;
    }
    for (uint32_t tap = position < back ? back - position : 0u; tap <= back; tap++) {
        uint32_t from = position + tap - back;
        const float *x = from < model->length ? past_of(model, step, from)
                                              : thirds_of(model, from - model->length) + 2u * (size_t)hidden;
        s3lm_add_products(y, taps + (size_t)tap * hidden + begin, x + begin, n);
    }
    model->kernels->multiply(y, thirds_of(model, token) + hidden + begin, n);
}

/* Channels [begin, end) of all tokens of the pass. */
static void convolve(void *job, uint32_t worker, uint32_t begin, uint32_t end) {
    const convolution_job *j = job;
    const s3lm_model *model = j->model;
    uint32_t hidden = model->package->config.hidden_size, back = j->step->config.taps - 1u;
    (void)worker;
    for (uint32_t t = 0; t < j->tokens; t++) {
        float *b = thirds_of(model, t) + begin;
        model->kernels->multiply(b + 2u * (size_t)hidden, b, end - begin);
    }
    for (uint32_t t = 0; t < j->tokens; t++) {
        convolve_token(j, t, begin, end);
    }
    for (uint32_t t = j->tokens < back ? 0u : j->tokens - back; t < j->tokens; t++) {
        const float *x = thirds_of(model, t) + 2u * (size_t)hidden;
        float *kept = past_of(model, j->step, model->length + t);
        for (uint32_t i = begin; i < end; i++) {
            kept[i] = x[i];
        }
    }
}

void s3lm_convolution(s3lm_model *model, const s3lm_conv_step *step, uint32_t tokens) {
    uint32_t hidden = model->package->config.hidden_size;
    convolution_job job = {model, step, tokens};
    s3lm_run_parallel(model, convolve, &job, hidden, 16);
    for (uint32_t t = 0; t < tokens; t++) {
        for (uint32_t i = hidden; i < s3lm_align(hidden, 4); i++) {
            thirds_of(model, t)[i] = 0.0f;
        }
    }
}
