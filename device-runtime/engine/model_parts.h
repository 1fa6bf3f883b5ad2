/* The pieces that s3lm_forward is put together from. */
#ifndef S3LM_MODEL_PARTS_H
#define S3LM_MODEL_PARTS_H

#include "kernels.h"
#include "s3lm.h"

/* A tensor of a block, NULL when the package has none. */
static inline s3lm_tensor *s3lm_of(const s3lm_layer *layer, s3lm_role role) {
    return layer->tensor[(uint32_t)role - S3LM_LAYER_ROLE_FIRST];
}

/* Runs `work` over [0, units) on as many workers as the model has, in ranges whose borders are multiples of
 * `multiple`. */
void s3lm_run_parallel(const s3lm_model *model, s3lm_work work, void *job, uint32_t units, uint32_t multiple);

/* What a product goes on with. */
typedef enum {
    S3LM_FINISH_NONE,
    S3LM_FINISH_ADD, /* the residual stream: model->x += y */
    /* Rows alternate gate and up: y becomes silu(gate) * up, half as many. */
    S3LM_FINISH_GATE,
    S3LM_FINISH_LOGITS /* times logit_scale */
} s3lm_finish;

/* y[t][rows] = W x[t] + bias for `tokens` tokens, then what `finish` says (linear.c). x is quantized first when W is
 * int8; for f32 weights it must be zero up to the next multiple of 4. `bias` may be NULL. Strides in elements. y must
 * not overlap x. False when a logit is not a finite number. */
bool s3lm_linear(s3lm_model *model, const s3lm_tensor *w, const s3lm_tensor *bias, const float *x, uint32_t x_stride,
                 uint32_t tokens, float *y, uint32_t y_stride, s3lm_finish finish);

/* y[i] = x[i] * r * gain[i] with r = 1 / sqrt(mean of squares + epsilon) for `tokens` rows of hidden_size (norm.c).
 * `gain` NULL: folded into the weights that follow. */
void s3lm_rms_norm(const s3lm_model *model, const s3lm_tensor *gain, float epsilon, const float *x, uint32_t tokens,
                   float *y);

/* Attention of `tokens` new tokens at positions model->length ... over the cache and themselves (attention.c).
 * Reads q | k | v of every token from model->projected (k and q are rotated in place), appends k and v to the cache,
 * writes heads * head_dim values per token to model->attended, zero up to the next multiple of 4. */
void s3lm_attention(s3lm_model *model, s3lm_layer *layer, uint32_t tokens);

/* Most query heads that share one walk over a long cache; each takes working memory of a context's scores. */
#define S3LM_MOST_HEADS_TOGETHER 4u

/* How many query heads of a key/value head are looked up together, so that its keys and values come from memory once.
 * An f32 cache alone: int8 caches are a quarter as long. Heads that are not whole vectors go one by one. */
static inline uint32_t s3lm_heads_together(const s3lm_config *config, const s3lm_layer_config *layer) {
    uint32_t heads = layer->heads / layer->kv_heads;
    if (config->kv_kind != S3LM_KV_F32 || layer->head_dim % 4u != 0u) {
        return 1;
    }
    return heads < S3LM_MOST_HEADS_TOGETHER ? heads : S3LM_MOST_HEADS_TOGETHER;
}

/* Scale and codes of one vector: `limit` is 127 or 16,383. */
typedef struct {
    float scale;   /* value = code * scale; infinite when the vector has an infinity or NaN */
    float inverse; /* code = round(value * inverse); 0 makes all codes zero */
} s3lm_scale;

/* From the bits of the largest magnitude (kernels.abs_max). */
s3lm_scale s3lm_dynamic_scale(uint32_t abs_max_bits, float limit, float inverse_limit);

#endif
