/* Causal attention with a key/value cache (Vaswani et al. 2017), grouped key/value heads (Ainslie et al. 2023), rotary
 * positions (Su et al. 2021) and linear biases (Press et al. 2021), sliding windows, norms of queries and keys, and
 * keys and values as codes of 8 or 16 bits with one scale per token and head.
 *
 * With a cache of codes both sums are integer: the query is quantized to 15 bits (14 where a head is one vector of keys
 * of 16 bits), and so are the softmax weights after the values' scales are multiplied into them.
 */
#include "bytes.h"
#include "model_parts.h"
#include "numerics.h"

/* 1 / 127, 1 / 8,191, 1 / 16,383 and 1 / 32,639, rounded to f32. */
#define INVERSE_127 7.87401572e-3f
#define INVERSE_8191 1.22085214e-4f
#define INVERSE_16383 6.10388815e-5f
#define INVERSE_32639 3.06381953e-5f

/* Where one token's head lies in a cache plane, in elements; scales have one per token and head. */
static size_t cache_at(const s3lm_model *model, const s3lm_attention_step *step, uint32_t kv_head, uint32_t position) {
    return ((size_t)kv_head * model->context + position) * step->cache_stride;
}

/* Rotates element i with element i + dim / 2 by the position's angle. */
static void rotate(float *head, const float *table, uint32_t dim) {
    const float *cosine = table;
    const float *sine = table + dim / 2u;
    for (uint32_t i = 0; i < dim / 2u; i++) {
        float a = head[i];
        float b = head[i + dim / 2u];
        head[i] = a * cosine[i] - b * sine[i];
        head[i + dim / 2u] = b * cosine[i] + a * sine[i];
    }
}

/* Appends one key or value head of one token, as `vector`-th of its plane: `bytes` an element. */
static void store(const s3lm_model *model, const s3lm_attention_step *step, const float *head, uint32_t bytes,
                  void *plane, float *scales, size_t vector) {
    const s3lm_kernels *kernels = model->kernels;
    uint32_t dim = step->config.head_dim, stride = step->cache_stride;
    uint8_t *codes = (uint8_t *)plane + vector * stride * bytes;
    if (bytes == 4u) {
        for (uint32_t i = 0; i < stride; i++) {
            ((float *)(void *)codes)[i] = i < dim ? head[i] : 0.0f;
        }
        return;
    }
    static const float limits[2][2] = {{127.0f, INVERSE_127}, {(float)S3LM_MOST_INT16, INVERSE_32639}};
    const float *limit = limits[bytes - 1u];
    s3lm_scale s = s3lm_dynamic_scale(kernels->abs_max(head, dim), limit[0], limit[1]);
    scales[vector] = s.scale;
    if (bytes == 1u) {
        kernels->quantize8(head, dim, s.inverse, (int8_t *)codes, NULL, stride);
    } else {
        kernels->quantize16(head, dim, s.inverse, S3LM_MOST_INT16, (int16_t *)(void *)codes, stride);
    }
}

/* What becomes of the scores of a query head, the last of which is that of its own token. */
static void finish_scores(const s3lm_model *model, const s3lm_attention_step *step, uint32_t head, uint32_t count,
                          float *scores) {
    const s3lm_attention_config *config = &step->config;
    const s3lm_tensor *slopes = s3lm_of(model, step->tensors, S3LM_ROLE_SLOPES);
    if (config->score_scale != 1.0f) {
        model->kernels->scale(scores, config->score_scale, count);
    }
    s3lm_cap(scores, config->score_cap, count);
    if (slopes) {
        s3lm_add_slope(scores, ((const float *)slopes->data)[head], 1 - (int32_t)count, count);
    }
}

/* The key/value head of a query head. */
static uint32_t kv_head_of(const s3lm_attention_step *step, uint32_t head) {
    return head / ((uint32_t)step->config.heads / step->config.kv_heads);
}

/* Tokens of a block of the walk over a cache. */
static uint32_t block_tokens(uint32_t vector_bytes) { return S3LM_CACHE_BLOCK_BYTES / vector_bytes; }

/* `heads` query heads from `head` on, `head_dim` elements apart, of one key/value head over the tokens
 * [first, first + count) of a cache of codes. Uses 1.6 KiB of stack. */
static void attend_codes(const s3lm_model *model, const s3lm_attention_step *step, uint32_t head, uint32_t first,
                         uint32_t count, uint32_t heads, const float *queries, float *scores, float *out) {
    const s3lm_kernels *kernels = model->kernels;
    uint32_t kv_head = kv_head_of(step, head);
    s3lm_cache_kind cache = model->package->config.cache;
    uint32_t dim = step->config.head_dim, stride = step->cache_stride;
    uint32_t key_bytes = s3lm_key_bytes(cache) * stride, value_bytes = s3lm_value_bytes(cache) * stride;
    size_t at_scale = (size_t)kv_head * model->context + first;
    const uint8_t *keys = (const uint8_t *)step->keys + at_scale * key_bytes;
    const uint8_t *values = (const uint8_t *)step->values + at_scale * value_bytes;
    _Alignas(16) int16_t query_codes[S3LM_MOST_QUERY_CODES];
    _Alignas(16) int16_t weights[S3LM_MIX_TOKENS];
    s3lm_scale scale[S3LM_MOST_HEADS_TOGETHER]; /* of the query, then of the weights */
    float factors[S3LM_MOST_HEADS_TOGETHER];

    bool is_short = cache != S3LM_CACHE_INT8 && stride == S3LM_SHORT_HEAD;
    int32_t most = is_short ? S3LM_MOST_SHORT_QUERY : 16383;
    for (uint32_t h = 0; h < heads; h++) {
        const float *query = queries + (size_t)h * dim;
        scale[h] =
            s3lm_dynamic_scale(kernels->abs_max(query, dim), (float)most, is_short ? INVERSE_8191 : INVERSE_16383);
        kernels->quantize16(query, dim, scale[h].inverse, most, query_codes + h * stride, stride);
    }
    uint32_t block = block_tokens(key_bytes);
    for (uint32_t at = 0; at < count; at += block) {
        uint32_t n = count - at < block ? count - at : block;
        const void *rows = keys + (size_t)at * key_bytes;
        const float *key_scales = step->key_scales + at_scale + at;
        for (uint32_t h = 0; h < heads; h++) {
            const int16_t *query = query_codes + h * stride;
            float *row = scores + (size_t)h * model->context_stride + at;
            if (cache == S3LM_CACHE_INT8) {
                kernels->scores_i8(query, rows, stride, n, key_scales, scale[h].scale, row);
            } else {
                kernels->scores_i16(query, rows, stride, n, key_scales, scale[h].scale, row);
            }
        }
    }
    for (uint32_t h = 0; h < heads; h++) {
        float *row = scores + (size_t)h * model->context_stride;
        finish_scores(model, step, head + h, count, row);
        uint32_t largest;
        float sum = kernels->weigh(row, step->value_scales + at_scale, count, &largest);
        scale[h] = s3lm_dynamic_scale(largest, 16383.0f, INVERSE_16383);
        factors[h] = scale[h].scale * s3lm_recip(sum);
    }
    s3lm_mix mix = {.weights = weights, .stride = stride, .n = dim};
    block = block_tokens(value_bytes);
    for (uint32_t at = 0; at < count; at += block) {
        const void *rows = values + (size_t)at * value_bytes;
        mix.count = count - at < block ? count - at : block;
        mix.more = at > 0u;
        for (uint32_t h = 0; h < heads; h++) {
            const float *row = scores + (size_t)h * model->context_stride + at;
            kernels->quantize16(row, mix.count, scale[h].inverse, 16383, weights, mix.count);
            if (cache == S3LM_CACHE_INT16) {
                kernels->mix_i16(&mix, rows, out + (size_t)h * dim);
            } else {
                kernels->mix_i8(&mix, rows, out + (size_t)h * dim);
            }
        }
    }
    for (uint32_t h = 0; h < heads; h++) {
        kernels->scale(out + (size_t)h * dim, factors[h], dim);
    }
}

/* `heads` query heads from `head` on, `dim` elements apart, of one key/value head over a float32 cache. Queries are
 * zero from the head's size to the cache's stride, and `out` has room for as many. */
static void attend_float32(const s3lm_model *model, const s3lm_attention_step *step, uint32_t head, uint32_t first,
                           uint32_t count, uint32_t heads, const float *queries, float *scores, float *out) {
    const s3lm_kernels *kernels = model->kernels;
    uint32_t kv_head = kv_head_of(step, head);
    uint32_t dim = step->config.head_dim;
    uint32_t stride = step->cache_stride;
    const float *keys = (const float *)step->keys + cache_at(model, step, kv_head, first);
    const float *values = (const float *)step->values + cache_at(model, step, kv_head, first);
    float factors[S3LM_MOST_HEADS_TOGETHER];
    uint32_t block = block_tokens(stride * 4u);
    for (uint32_t at = 0; at < count; at += block) {
        uint32_t n = count - at < block ? count - at : block;
        for (uint32_t h = 0; h < heads; h++) {
            kernels->scores_f32(queries + (size_t)h * dim, keys + (size_t)at * stride, stride, n,
                                scores + (size_t)h * model->context_stride + at);
        }
    }
    for (uint32_t h = 0; h < heads; h++) {
        float *row = scores + (size_t)h * model->context_stride;
        finish_scores(model, step, head + h, count, row);
        factors[h] = s3lm_recip(kernels->exponentiate(row, count));
    }
    for (uint32_t at = 0; at < count; at += block) {
        uint32_t n = count - at < block ? count - at : block;
        for (uint32_t h = 0; h < heads; h++) {
            kernels->mix_f32(scores + (size_t)h * model->context_stride + at, values + (size_t)at * stride, stride, n,
                             out + (size_t)h * dim, at > 0u);
        }
    }
    for (uint32_t h = 0; h < heads; h++) {
        kernels->scale(out + (size_t)h * dim, factors[h], dim);
    }
}

/* One query head whose size is not a whole number of vectors. Uses 2 KiB of stack. */
static void attend_float32_padded(const s3lm_model *model, const s3lm_attention_step *step, uint32_t head,
                                  uint32_t first, uint32_t count, const float *query, float *scores, float *out) {
    _Alignas(16) float padded[S3LM_MAX_HEAD_DIM], sums[S3LM_MAX_HEAD_DIM];
    uint32_t dim = step->config.head_dim;
    for (uint32_t d = 0; d < step->cache_stride; d++) {
        padded[d] = d < dim ? query[d] : 0.0f;
    }
    attend_float32(model, step, head, first, count, 1, padded, scores, sums);
    for (uint32_t d = 0; d < dim; d++) {
        out[d] = sums[d];
    }
}

typedef struct {
    s3lm_model *model;
    s3lm_attention_step *step;
    uint32_t tokens;
} attention_job;

/* The angles of a position, NULL when nothing rotates. */
static const float *angles_at(const s3lm_model *model, const s3lm_attention_config *config, uint32_t position) {
    const s3lm_tensor *table = NULL;
    switch (config->position) {
    case S3LM_POSITION_NONE:
    case S3LM_POSITION_ALIBI:
        return NULL;
    case S3LM_POSITION_ROTARY:
        table = model->rotary[config->rotary_table];
        break;
    }
    return (const float *)table->data + (size_t)position * (table->row_bytes / 4u);
}

/* Normalizes `n` elements from `head` on, one head or all, with the gains of `role` and the biases of the role after
 * it. */
static void normalize_heads(const s3lm_model *model, const s3lm_attention_step *step, s3lm_role role, uint32_t head,
                            uint32_t n, float *x) {
    const s3lm_attention_config *config = &step->config;
    const s3lm_tensor *gain = s3lm_of(model, step->tensors, role), *bias = s3lm_of(model, step->tensors, role + 1);
    uint32_t at = config->head_norm == S3LM_HEAD_NORM_HEADS ? head * config->head_dim : 0u;
    s3lm_normalize_row(model->kernels, config->head_norm_kind, config->head_norm_epsilon,
                       gain ? (const float *)gain->data + at : NULL, bias ? (const float *)bias->data + at : NULL, x, n,
                       x);
}

/* What becomes of a query or key by itself: it is normalized and rotated, in the step's order. */
static void turn(const s3lm_model *model, const s3lm_attention_step *step, s3lm_role role, uint32_t head,
                 const float *angles, float *x) {
    const s3lm_attention_config *config = &step->config;
    bool alone = config->head_norm == S3LM_HEAD_NORM_HEAD || config->head_norm == S3LM_HEAD_NORM_HEADS;
    if (alone && config->head_norm_turned == 0u) {
        normalize_heads(model, step, role, head, config->head_dim, x);
    }
    if (angles) {
        rotate(x, angles, config->rotary_dim);
    }
    if (alone && config->head_norm_turned != 0u) {
        normalize_heads(model, step, role, head, config->head_dim, x);
    }
}

/* What is done to the queries, keys and values of all heads before any is looked up. */
static void prepare(s3lm_model *model, const s3lm_attention_step *step, uint32_t tokens) {
    const s3lm_attention_config *config = &step->config;
    uint32_t query = (uint32_t)config->heads * config->head_dim, key = (uint32_t)config->kv_heads * config->head_dim;
    for (uint32_t t = 0; t < tokens; t++) {
        float *q = model->projected + (size_t)t * model->projected_stride;
        if (config->clip != 0.0f) {
            s3lm_clip(q, config->clip, query + 2u * key);
        }
        if (config->head_norm == S3LM_HEAD_NORM_ALL) {
            normalize_heads(model, step, S3LM_ROLE_QUERY_NORM, 0, query, q);
            normalize_heads(model, step, S3LM_ROLE_KEY_NORM, 0, key, q + query);
        }
    }
}

/* Turns the queries [begin, end) and the keys that they look up, and appends these keys and their values. */
static void append(const attention_job *j, uint32_t begin, uint32_t end) {
    s3lm_model *model = j->model;
    const s3lm_attention_step *step = j->step;
    const s3lm_attention_config *config = &step->config;
    s3lm_cache_kind cache = model->package->config.cache;
    uint32_t dim = config->head_dim;
    uint32_t heads_per_kv = (uint32_t)config->heads / config->kv_heads;
    for (uint32_t t = 0; t < j->tokens; t++) {
        float *q = model->projected + (size_t)t * model->projected_stride;
        float *k = q + (size_t)config->heads * dim;
        float *v = k + (size_t)config->kv_heads * dim;
        uint32_t position = model->length + t;
        const float *angles = angles_at(model, config, position);
        for (uint32_t head = begin; head < end; head++) {
            turn(model, j->step, S3LM_ROLE_QUERY_NORM, head, angles, q + head * dim);
        }
        for (uint32_t head = begin / heads_per_kv; head < end / heads_per_kv; head++) {
            turn(model, step, S3LM_ROLE_KEY_NORM, head, angles, k + head * dim);
            size_t vector = (size_t)head * model->context + position;
            store(model, step, k + head * dim, s3lm_key_bytes(cache), step->keys, step->key_scales, vector);
            store(model, step, v + head * dim, s3lm_value_bytes(cache), step->values, step->value_scales, vector);
        }
    }
}

/* Query heads [begin, end) of all tokens of the pass; a key/value head's queries stay together. */
static void attend(void *job, uint32_t worker, uint32_t begin, uint32_t end) {
    const attention_job *j = job;
    const s3lm_model *model = j->model;
    const s3lm_attention_config *config = &j->step->config;
    uint32_t heads_per_kv = (uint32_t)config->heads / config->kv_heads;
    uint32_t together = s3lm_heads_together(model->package->config.cache, config);
    float *scores = model->scores + (size_t)worker * model->score_heads * model->context_stride;
    append(j, begin, end);
    for (uint32_t head = begin; head < end;) {
        uint32_t kv_head = head / heads_per_kv;
        uint32_t left = (kv_head + 1u) * heads_per_kv - head;
        uint32_t heads = left < together ? left : together;
        for (uint32_t t = 0; t < j->tokens; t++) {
            uint32_t seen = model->length + t + 1u;
            uint32_t first = config->window != 0u && seen > config->window ? seen - config->window : 0u;
            uint32_t count = seen - first;
            const float *query = model->projected + (size_t)t * model->projected_stride + head * config->head_dim;
            float *out = model->attended + (size_t)t * model->attended_stride + head * config->head_dim;
            if (model->package->config.cache != S3LM_CACHE_FLOAT32) {
                attend_codes(model, j->step, head, first, count, heads, query, scores, out);
            } else if (config->head_dim % 4u == 0u) {
                attend_float32(model, j->step, head, first, count, heads, query, scores, out);
            } else {
                attend_float32_padded(model, j->step, head, first, count, query, scores, out);
            }
        }
        head += heads;
    }
}

void s3lm_expect_attention(const s3lm_model *model, const s3lm_attention_step *step, uint32_t tokens) {
    const s3lm_options *options = &model->options;
    size_t row = (size_t)s3lm_key_bytes(model->package->config.cache) * step->cache_stride;
    uint32_t window = step->config.window, seen = model->length + tokens;
    if (options->expect && (window == 0u || seen <= window)) {
        options->expect(step->keys, row * model->context, step->config.kv_heads, 1, row * seen);
    }
}

void s3lm_attention(s3lm_model *model, s3lm_attention_step *step, uint32_t tokens) {
    const s3lm_attention_config *config = &step->config;
    uint32_t query_size = config->heads * config->head_dim;
    for (uint32_t t = 0; t < tokens; t++) {
        float *padding = model->attended + (size_t)t * model->attended_stride;
        for (uint32_t i = query_size; i < s3lm_align(query_size, 4); i++) {
            padding[i] = 0.0f;
        }
    }
    prepare(model, step, tokens);
    attention_job job = {model, step, tokens};
    s3lm_run_parallel(model, attend, &job, config->heads, (uint32_t)config->heads / config->kv_heads);
}
