/* The pieces that s3lm_forward is put together from. */
#ifndef S3LM_MODEL_PARTS_H
#define S3LM_MODEL_PARTS_H

#include "bytes.h"
#include "kernels.h"
#include "s3lm.h"

/* A step's tensor of a role out of the step's `tensors`, NULL when the package has none. */
static inline s3lm_tensor *s3lm_of(const s3lm_model *model, const uint16_t *tensors, s3lm_role role) {
    uint32_t number = tensors[(uint32_t)role % S3LM_STEP_ROLES];
    return number == 0u ? NULL : &model->tensors[number - 1u];
}

/* Runs `work` over [0, units) on as many workers as the model has, in ranges whose borders are multiples of
 * `multiple`. */
void s3lm_run_parallel(const s3lm_model *model, s3lm_work work, void *job, uint32_t units, uint32_t multiple);

/* Foretells that the work after the next one is a product with `w`, or an attention; NULL: nothing. */
void s3lm_expect_product(const s3lm_model *model, const s3lm_tensor *w);
void s3lm_expect_attention(const s3lm_model *model, const s3lm_attention_step *step, uint32_t tokens);

/* What a product goes on with. */
typedef enum {
    S3LM_FINISH_NONE,
    S3LM_FINISH_ADD, /* into += y */
    /* Rows alternate gate and up: y becomes function(gate) * up, half as many. */
    S3LM_FINISH_GATE,
    S3LM_FINISH_APPLY, /* y becomes function(y) */
    S3LM_FINISH_LOGITS /* times logit_scale, within logit_cap */
} s3lm_finish;

/* y[t][rows] = W x[t] + bias for `tokens` tokens, then what `finish` says. x is quantized first when W is int8; for
 * float32 weights it must be zero up to the next multiple of 4. y must not overlap x. Strides in elements. */
typedef struct {
    const s3lm_tensor *w;
    const s3lm_tensor *bias; /* NULL: none */
    const float *x;
    float *y;
    uint32_t x_stride;
    uint32_t y_stride;
    uint32_t tokens;
    s3lm_finish finish;
    s3lm_function_kind function; /* S3LM_FINISH_GATE, S3LM_FINISH_APPLY */
    float *into;                 /* S3LM_FINISH_ADD: rows of hidden_size */
} s3lm_product;

/* One pass, at most max_batch tokens: appends them to the cache; their vectors stand in model->x until the next pass.
 */
void s3lm_run_pass(s3lm_model *model, const uint32_t *ids, uint32_t tokens);

/* Logits of `tokens` tokens from token `first` of the last pass on, row by row (model.c). */
s3lm_status s3lm_classify(s3lm_model *model, uint32_t first, uint32_t tokens, float *logits);

/* Computes a product (linear.c). False when a logit is not a finite number. */
bool s3lm_linear(s3lm_model *model, const s3lm_product *product);

/* y = x normalized, n elements, times `gain`, plus `bias`, where they are not NULL (norm.c). y may be x. */
void s3lm_normalize_row(const s3lm_kernels *kernels, s3lm_norm_kind kind, float epsilon, const float *gain,
                        const float *bias, const float *x, uint32_t n, float *y);

/* y = x normalized, times `gain`, plus `bias`, for `tokens` rows of hidden_size (norm.c). `gain` NULL: folded into the
 * weights that follow; `bias` NULL: none. y may be x. */
void s3lm_normalize(const s3lm_model *model, s3lm_norm_kind kind, float epsilon, const s3lm_tensor *gain,
                    const s3lm_tensor *bias, const float *x, uint32_t tokens, float *y);

/* Attention of `tokens` new tokens at positions model->length ... over the cache and themselves (attention.c).
 * Reads q | k | v of every token from model->projected (they are clipped, normalized and rotated in place), appends k
 * and v to the cache, writes heads * head_dim values per token to model->attended, zero up to the next multiple of 4.
 */
void s3lm_attention(s3lm_model *model, s3lm_attention_step *step, uint32_t tokens);

/* A short convolution of `tokens` new tokens at positions model->length ... over themselves and the step's past, which
 * it appends to (convolution.c). Reads the three parts of every token from model->projected; the result stands in place
 * of the first, hidden_size values, zero up to the next multiple of 4. */
void s3lm_convolution(s3lm_model *model, const s3lm_conv_step *step, uint32_t tokens);

/* Most query heads that share one walk over a long cache; each takes working memory of a context's scores. */
#define S3LM_MOST_HEADS_TOGETHER 4u

/* Most codes of queries that are looked up together: 1 KiB of stack. */
#define S3LM_MOST_QUERY_CODES 512u

/* Elements from one token's head to the next in a cache plane: whole vectors of 16 bytes. */
static inline uint32_t s3lm_cache_stride(s3lm_cache_kind cache, uint32_t head_dim) {
    switch (cache) {
    case S3LM_CACHE_INT8:
    case S3LM_CACHE_K16V8:
        return (uint32_t)s3lm_align(head_dim, 16);
    case S3LM_CACHE_INT16:
        return (uint32_t)s3lm_align(head_dim, 8);
    case S3LM_CACHE_FLOAT32:
        break;
    }
    return (uint32_t)s3lm_align(head_dim, 4);
}

/* How many query heads of a key/value head are looked up together, so that its keys and values come from memory once.
 * Float heads that are not whole vectors go one by one. */
static inline uint32_t s3lm_heads_together(s3lm_cache_kind cache, const s3lm_attention_config *attention) {
    uint32_t heads = (uint32_t)attention->heads / attention->kv_heads;
    uint32_t most = cache == S3LM_CACHE_FLOAT32 ? (attention->head_dim % 4u == 0u ? S3LM_MOST_HEADS_TOGETHER : 1u)
                                                : S3LM_MOST_QUERY_CODES / s3lm_cache_stride(cache, attention->head_dim);
    most = most < S3LM_MOST_HEADS_TOGETHER ? most : S3LM_MOST_HEADS_TOGETHER;
    return heads < most ? heads : most;
}

/* Scale and codes of one vector: `limit` is 127 or 16,383. */
typedef struct {
    float scale;   /* value = code * scale; infinite when the vector has an infinity or NaN */
    float inverse; /* code = round(value * inverse); 0 makes all codes zero */
} s3lm_scale;

/* From the bits of the largest magnitude (kernels.abs_max). */
s3lm_scale s3lm_dynamic_scale(uint32_t abs_max_bits, float limit, float inverse_limit);

#endif
