/* The forward pass of a decoder-only transformer: x += attention(norm(x)); x += mlp(norm(x)); logits = head(norm(x)).
 */
#include "bytes.h"
#include "model_parts.h"
#include "numerics.h"

void s3lm_reset(s3lm_model *model) { model->length = 0; }

void s3lm_truncate(s3lm_model *model, uint32_t length) {
    if (length < model->length) {
        model->length = length;
    }
}

/* x = embedding row * embedding_scale. */
static void embed(s3lm_model *model, const uint32_t *ids, uint32_t tokens) {
    const s3lm_config *config = &model->package->config;
    const s3lm_tensor *table = model->embed;
    for (uint32_t t = 0; t < tokens; t++) {
        const uint8_t *row = (const uint8_t *)table->data + (size_t)ids[t] * table->row_stride;
        float *x = model->x + (size_t)t * model->hidden_stride;
        if (table->encoding == S3LM_F32) {
            const float *values = (const float *)(const void *)row;
            for (uint32_t i = 0; i < config->hidden_size; i++) {
                x[i] = values[i];
            }
        } else {
            const int8_t *codes = (const int8_t *)row;
            float scale = table->scales[ids[t]];
            for (uint32_t i = 0; i < config->hidden_size; i++) {
                x[i] = (float)codes[i] * scale;
            }
        }
        if (config->embedding_scale != 1.0f) {
            for (uint32_t i = 0; i < config->hidden_size; i++) {
                x[i] *= config->embedding_scale;
            }
        }
    }
}

/* projected = q | k | v */
static void project(s3lm_model *model, const s3lm_layer *layer, uint32_t tokens) {
    const s3lm_tensor *fused = s3lm_of(layer, S3LM_QKV);
    float *y = model->projected;
    if (fused) {
        s3lm_linear(model, fused, s3lm_of(layer, S3LM_QKV_BIAS), model->normed, model->hidden_stride, tokens, y,
                    model->projected_stride, S3LM_FINISH_NONE);
        return;
    }
    static const s3lm_role roles[] = {S3LM_Q, S3LM_K, S3LM_V};
    for (uint32_t i = 0; i < 3u; i++) {
        const s3lm_tensor *w = s3lm_of(layer, roles[i]);
        s3lm_linear(model, w, s3lm_of(layer, (s3lm_role)(roles[i] + 1)), model->normed, model->hidden_stride, tokens, y,
                    model->projected_stride, S3LM_FINISH_NONE);
        y += w->rows;
    }
}

typedef struct {
    s3lm_model *model;
    uint32_t ffn_size;
    uint32_t tokens;
} gate_job;

/* h[i] = silu(gate[i]) * up[i] in place, where the two follow each other. */
static void gate(void *job, uint32_t worker, uint32_t begin, uint32_t end) {
    const gate_job *j = job;
    (void)worker;
    for (uint32_t t = 0; t < j->tokens; t++) {
        float *y = j->model->projected + (size_t)t * j->model->projected_stride + begin;
        j->model->kernels->gate(y, y + j->ffn_size, 1, end - begin, y);
    }
}

static void feed_forward(s3lm_model *model, const s3lm_layer *layer, uint32_t tokens) {
    const s3lm_tensor *fused = s3lm_of(layer, S3LM_GATE_UP);
    uint32_t ffn_size = layer->config.ffn_size;
    float *y = model->projected;
    uint32_t stride = model->projected_stride;
    if (fused) {
        s3lm_linear(model, fused, s3lm_of(layer, S3LM_GATE_UP_BIAS), model->normed, model->hidden_stride, tokens, y,
                    stride, S3LM_FINISH_GATE);
    } else {
        gate_job job = {model, ffn_size, tokens};
        s3lm_linear(model, s3lm_of(layer, S3LM_GATE), s3lm_of(layer, S3LM_GATE_BIAS), model->normed,
                    model->hidden_stride, tokens, y, stride, S3LM_FINISH_NONE);
        s3lm_linear(model, s3lm_of(layer, S3LM_UP), s3lm_of(layer, S3LM_UP_BIAS), model->normed, model->hidden_stride,
                    tokens, y + ffn_size, stride, S3LM_FINISH_NONE);
        s3lm_run_parallel(model, gate, &job, ffn_size, 16);
    }
    for (uint32_t t = 0; t < tokens; t++) {
        for (uint32_t i = ffn_size; i < s3lm_align(ffn_size, 4); i++) {
            y[(size_t)t * stride + i] = 0.0f;
        }
    }
    s3lm_linear(model, s3lm_of(layer, S3LM_DOWN), s3lm_of(layer, S3LM_DOWN_BIAS), y, stride, tokens, model->normed,
                model->hidden_stride, S3LM_FINISH_ADD);
}

/* One pre-norm block; the only kind that a package may name so far (package_model.c refuses others). */
static void run_block(s3lm_model *model, s3lm_layer *layer, uint32_t tokens) {
    s3lm_rms_norm(model, s3lm_of(layer, S3LM_ATTN_NORM), layer->config.attn_norm_eps, model->x, tokens, model->normed);
    project(model, layer, tokens);
    s3lm_attention(model, layer, tokens);
    s3lm_linear(model, s3lm_of(layer, S3LM_O), s3lm_of(layer, S3LM_O_BIAS), model->attended, model->attended_stride,
                tokens, model->normed, model->hidden_stride, S3LM_FINISH_ADD);
    s3lm_rms_norm(model, s3lm_of(layer, S3LM_MLP_NORM), layer->config.mlp_norm_eps, model->x, tokens, model->normed);
    feed_forward(model, layer, tokens);
}

/* Logits of `tokens` tokens from token `first` of the pass on. */
static s3lm_status classify(s3lm_model *model, uint32_t first, uint32_t tokens, float *logits) {
    const s3lm_config *config = &model->package->config;
    const float *x = model->x + (size_t)first * model->hidden_stride;
    s3lm_rms_norm(model, model->final_norm, config->final_norm_eps, x, tokens, model->normed);
    bool finite = s3lm_linear(model, model->head, model->head_bias, model->normed, model->hidden_stride, tokens, logits,
                              config->vocab_size, S3LM_FINISH_LOGITS);
    return finite ? S3LM_OK : S3LM_ERR_NUMERIC;
}

s3lm_status s3lm_forward(s3lm_model *model, const uint32_t *ids, uint32_t n, float *logits, bool all) {
    const s3lm_config *config = &model->package->config;
    if (n == 0u) {
        return S3LM_ERR_OPTIONS;
    }
    if (n > model->context - model->length) {
        return S3LM_ERR_CONTEXT;
    }
    for (uint32_t i = 0; i < n; i++) {
        if (ids[i] >= config->vocab_size) {
            return S3LM_ERR_TOKEN;
        }
    }
    s3lm_status status = S3LM_OK;
    for (uint32_t done = 0; done < n && status == S3LM_OK;) {
        uint32_t tokens = n - done < model->max_batch ? n - done : model->max_batch;
        embed(model, ids + done, tokens);
        for (uint32_t layer = 0; layer < config->layers; layer++) {
            run_block(model, &model->layers[layer], tokens);
        }
        for (uint32_t t = 0; t < tokens; t++) {
            model->ids[model->length + t] = ids[done + t];
        }
        model->length += tokens;
        done += tokens;
        if (logits && all) {
            status = classify(model, 0, tokens, logits + (size_t)(done - tokens) * config->vocab_size);
        } else if (logits && done == n) {
            status = classify(model, tokens - 1u, 1, logits);
        }
    }
    return status;
}
