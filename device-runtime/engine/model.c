/* The forward pass of a decoder-only transformer: embedding, the steps of all blocks, logits = head(norm(x)). A block
 * is what its package says; most are x += attention(norm(x)); x += mlp(norm(x)), four steps. */
#include "bytes.h"
#include "model_parts.h"
#include "numerics.h"

void s3lm_reset(s3lm_model *model) { s3lm_truncate(model, 0); }

void s3lm_truncate(s3lm_model *model, uint32_t length) {
    if (length < model->length) {
        model->length = length;
        model->drafts.waiting = 0;
        /* Nothing comes before the first token. */
        model->is_stale = model->convolves && length > 0u;
    }
}

/* x += row `id` of a table. */
static void look_up(const s3lm_tensor *table, uint32_t id, float *x) {
    uint32_t placed = s3lm_placed_rows(table);
    if (id >= placed) {
        id -= placed;
        table = table->rest;
    }
    const uint8_t *row = (const uint8_t *)table->data + (size_t)id * table->row_bytes;
    switch (table->encoding) {
    case S3LM_FLOAT32: {
        const float *values = (const float *)(const void *)row;
        for (uint32_t i = 0; i < table->cols; i++) {
            x[i] += values[i];
        }
        break;
    }
    case S3LM_INT8_CHANNEL:
    case S3LM_INT8_GROUP_U8:
    case S3LM_INT4_GROUP: {
        bool int4 = table->encoding == S3LM_INT4_GROUP;
        float scale = s3lm_scales(table)[id];
        uint32_t groups = table->group ? s3lm_groups(table->cols, table->group) : 0u;
        for (uint32_t i = 0; i < table->cols; i++) {
            int32_t number = int4 ? s3lm_int4_code(row, i) : (int8_t)row[i];
            if (groups != 0u) {
                uint32_t group = id * groups + i / table->group;
                number *= s3lm_group_scales(table)[group];
                number += int4 ? 8 * s3lm_group_offsets(table)[group] : 0;
            }
            x[i] += (float)number * scale;
        }
        break;
    }
    case S3LM_INT8_TENSOR:
    case S3LM_INT8_GROUP:
        /* Refused by the package reader: an embedding has a scale for each row. */
        break;
    }
}

/* x = embedding row * embedding_scale, projected where the model says so, plus the row of its position where one is
 * learned. */
static void embed(s3lm_model *model, const uint32_t *ids, uint32_t tokens) {
    float factor = model->package->config.embedding_scale;
    uint32_t columns = model->embedding->cols;
    bool projects = model->project_in != NULL;
    float *rows = projects ? model->projected : model->x;
    uint32_t stride = projects ? model->projected_stride : model->hidden_stride;
    for (uint32_t t = 0; t < tokens; t++) {
        float *row = rows + (size_t)t * stride;
        for (uint32_t i = 0; i < s3lm_align(columns, 4); i++) {
            row[i] = 0.0f;
        }
        look_up(model->embedding, ids[t], row);
        for (uint32_t i = 0; factor != 1.0f && i < columns; i++) {
            row[i] *= factor;
        }
    }
    if (projects) {
        s3lm_linear(model, &(s3lm_product){.w = model->project_in,
                                           .x = rows,
                                           .x_stride = stride,
                                           .y = model->x,
                                           .y_stride = model->hidden_stride,
                                           .tokens = tokens});
    }
    for (uint32_t t = 0; model->positions && t < tokens; t++) {
        look_up(model->positions, model->length + t, model->x + (size_t)t * model->hidden_stride);
    }
}

/* Where the tokens' vectors of a place lie. */
static float *at_place(const s3lm_model *model, s3lm_place_kind place) {
    switch (place) {
    case S3LM_PLACE_RESIDUAL:
        break;
    case S3LM_PLACE_NORMED:
        return model->normed;
    case S3LM_PLACE_BRANCH:
        return model->branch;
    }
    return model->x;
}

/* The matrix that a step begins with, NULL of a norm. */
static const s3lm_tensor *first_matrix(const s3lm_model *model, const s3lm_step *step) {
    const s3lm_tensor *w = NULL;
    switch (step->kind) {
    case S3LM_STEP_NORM:
        break;
    case S3LM_STEP_ATTENTION:
        w = s3lm_of(model, step->attention->tensors, S3LM_ROLE_QKV);
        return w ? w : s3lm_of(model, step->attention->tensors, S3LM_ROLE_QUERY);
    case S3LM_STEP_MLP:
        w = s3lm_of(model, step->mlp->tensors, S3LM_ROLE_GATE_UP);
        w = w ? w : s3lm_of(model, step->mlp->tensors, S3LM_ROLE_GATE);
        return w ? w : s3lm_of(model, step->mlp->tensors, S3LM_ROLE_UP);
    case S3LM_STEP_CONV:
        return s3lm_of(model, step->conv->tensors, S3LM_ROLE_CONV_IN);
    }
    return w;
}

/* The first matrix of the steps from `step` on; behind the last of them that of the head. */
static const s3lm_tensor *matrix_from(const s3lm_model *model, const s3lm_step *step) {
    const s3lm_tensor *w = NULL;
    for (; !w && step < model->steps + model->package->step_count; step++) {
        w = first_matrix(model, step);
    }
    return w ? w : model->project_out ? model->project_out : model->head;
}

/* Computes a product with a step's matrix and its bias. */
static void multiply(s3lm_model *model, s3lm_product *product, const uint16_t *tensors, s3lm_role matrix) {
    product->w = s3lm_of(model, tensors, matrix);
    product->bias = s3lm_of(model, tensors, S3LM_BIAS_OF(matrix));
    s3lm_linear(model, product);
}

/* The same with a step's last matrix: into the place that the step writes, or added to it. */
static void multiply_last(s3lm_model *model, const s3lm_step *step, s3lm_product *product, const uint16_t *tensors,
                          s3lm_role matrix) {
    float *place = at_place(model, step->writes);
    product->y = step->adds ? model->sum : place;
    product->y_stride = model->hidden_stride;
    product->finish = step->adds ? S3LM_FINISH_ADD : S3LM_FINISH_NONE;
    product->into = place;
    s3lm_expect_product(model, matrix_from(model, step + 1));
    multiply(model, product, tensors, matrix);
}

static void run_norm(s3lm_model *model, const s3lm_step *step, uint32_t tokens) {
    const s3lm_norm_step *norm = step->norm;
    float *place = at_place(model, step->writes);
    float *y = step->adds ? model->sum : place;
    s3lm_normalize(model, norm->config.norm, norm->config.epsilon, s3lm_of(model, norm->tensors, S3LM_ROLE_NORM),
                   s3lm_of(model, norm->tensors, S3LM_ROLE_NORM_BIAS), at_place(model, step->reads), tokens, y);
    for (uint32_t t = 0; step->adds && t < tokens; t++) {
        size_t row = (size_t)t * model->hidden_stride;
        model->kernels->add(place + row, y + row, model->package->config.hidden_size);
    }
}

/* projected = q | k | v of product->x */
static void project(s3lm_model *model, s3lm_product *product, const s3lm_attention_step *step) {
    static const s3lm_role parts[] = {S3LM_ROLE_QUERY, S3LM_ROLE_KEY, S3LM_ROLE_VALUE};
    const uint16_t *tensors = step->tensors;
    uint32_t count = sizeof parts / sizeof parts[0];
    if (s3lm_of(model, tensors, S3LM_ROLE_QKV)) {
        s3lm_expect_attention(model, step, product->tokens);
        multiply(model, product, tensors, S3LM_ROLE_QKV);
        return;
    }
    for (uint32_t i = 0; i < count; i++) {
        if (i + 1u < count) {
            s3lm_expect_product(model, s3lm_of(model, tensors, parts[i + 1u]));
        } else {
            s3lm_expect_attention(model, step, product->tokens);
        }
        multiply(model, product, tensors, parts[i]);
        product->y += product->w->rows;
    }
}

static void run_attention(s3lm_model *model, const s3lm_step *step, s3lm_product *product) {
    s3lm_attention_step *attention = step->attention;
    project(model, product, attention);
    s3lm_expect_product(model, s3lm_of(model, attention->tensors, S3LM_ROLE_OUTPUT));
    s3lm_attention(model, attention, product->tokens);
    product->x = model->attended;
    product->x_stride = model->attended_stride;
    multiply_last(model, step, product, attention->tensors, S3LM_ROLE_OUTPUT);
}

typedef struct {
    s3lm_model *model;
    s3lm_function_kind function;
    uint32_t width;
    uint32_t tokens;
} gate_job;

/* h[i] = function(gate[i]) * up[i] in place, where the two follow each other. */
static void gate(void *job, uint32_t worker, uint32_t begin, uint32_t end) {
    const gate_job *j = job;
    (void)worker;
    for (uint32_t t = 0; t < j->tokens; t++) {
        float *y = j->model->projected + (size_t)t * j->model->projected_stride + begin;
        j->model->kernels->gate(j->function, y, y + j->width, 1, end - begin, y);
    }
}

/* projected = function(gate) * up of product->x */
static void run_gated(s3lm_model *model, const s3lm_mlp_step *mlp, s3lm_product *product) {
    const s3lm_tensor *down = s3lm_of(model, mlp->tensors, S3LM_ROLE_DOWN);
    if (s3lm_of(model, mlp->tensors, S3LM_ROLE_GATE_UP)) {
        product->finish = S3LM_FINISH_GATE;
        product->function = mlp->config.function;
        s3lm_expect_product(model, down);
        multiply(model, product, mlp->tensors, S3LM_ROLE_GATE_UP);
        return;
    }
    gate_job job = {model, mlp->config.function, mlp->config.width, product->tokens};
    s3lm_expect_product(model, s3lm_of(model, mlp->tensors, S3LM_ROLE_UP));
    multiply(model, product, mlp->tensors, S3LM_ROLE_GATE);
    product->y += mlp->config.width;
    multiply(model, product, mlp->tensors, S3LM_ROLE_UP);
    s3lm_expect_product(model, down);
    s3lm_run_parallel(model, gate, &job, mlp->config.width, 16);
}

/* Zeros behind `n` elements of each projected vector, up to the next multiple of 4. */
static void fill_up(s3lm_model *model, uint32_t n, uint32_t tokens) {
    for (uint32_t t = 0; t < tokens; t++) {
        float *h = model->projected + (size_t)t * model->projected_stride;
        for (uint32_t i = n; i < s3lm_align(n, 4); i++) {
            h[i] = 0.0f;
        }
    }
}

static void run_mlp(s3lm_model *model, const s3lm_step *step, s3lm_product *product) {
    const s3lm_mlp_step *mlp = step->mlp;
    switch (mlp->config.mlp) {
    case S3LM_MLP_GATED:
        run_gated(model, mlp, product);
        break;
    case S3LM_MLP_PLAIN:
        product->finish = S3LM_FINISH_APPLY;
        product->function = mlp->config.function;
        s3lm_expect_product(model, s3lm_of(model, mlp->tensors, S3LM_ROLE_DOWN));
        multiply(model, product, mlp->tensors, S3LM_ROLE_UP);
        break;
    }
    product->x = model->projected;
    product->x_stride = model->projected_stride;
    fill_up(model, mlp->config.width, product->tokens);
    multiply_last(model, step, product, mlp->tensors, S3LM_ROLE_DOWN);
}

static void run_conv(s3lm_model *model, const s3lm_step *step, s3lm_product *product) {
    const s3lm_conv_step *conv = step->conv;
    multiply(model, product, conv->tensors, S3LM_ROLE_CONV_IN);
    s3lm_expect_product(model, s3lm_of(model, conv->tensors, S3LM_ROLE_CONV_OUT));
    s3lm_convolution(model, conv, product->tokens);
    product->x = model->projected;
    product->x_stride = model->projected_stride;
    multiply_last(model, step, product, conv->tensors, S3LM_ROLE_CONV_OUT);
}

static void run_step(s3lm_model *model, const s3lm_step *step, uint32_t tokens) {
    s3lm_product product = {.x = at_place(model, step->reads),
                            .x_stride = model->hidden_stride,
                            .y = model->projected,
                            .y_stride = model->projected_stride,
                            .tokens = tokens};
    switch (step->kind) {
    case S3LM_STEP_NORM:
        run_norm(model, step, tokens);
        break;
    case S3LM_STEP_ATTENTION:
        run_attention(model, step, &product);
        break;
    case S3LM_STEP_MLP:
        run_mlp(model, step, &product);
        break;
    case S3LM_STEP_CONV:
        run_conv(model, step, &product);
        break;
    }
}

void s3lm_run_pass(s3lm_model *model, const uint32_t *ids, uint32_t tokens) {
    model->drafts.waiting = 0;
    embed(model, ids, tokens);
    for (uint32_t step = 0; step < model->package->step_count; step++) {
        run_step(model, &model->steps[step], tokens);
    }
    for (uint32_t t = 0; t < tokens; t++) {
        model->ids[model->length + t] = ids[t];
    }
    model->length += tokens;
}

/* How many of `left` tokens the next pass takes. */
static uint32_t pass_of(const s3lm_model *model, uint32_t left) {
    return left < model->max_batch ? left : model->max_batch;
}

/* Reads the tokens in the cache again, for the past of the convolutions, which goes back only as far as they look. */
static void read_again(s3lm_model *model) {
    uint32_t length = model->length;
    model->is_stale = false;
    model->length = 0;
    while (model->length < length) {
        s3lm_run_pass(model, model->ids + model->length, pass_of(model, length - model->length));
    }
}

s3lm_status s3lm_classify(s3lm_model *model, uint32_t first, uint32_t tokens, float *logits) {
    const s3lm_config *config = &model->package->config;
    const float *x = model->x + (size_t)first * model->hidden_stride;
    s3lm_normalize(model, config->final_norm, config->final_norm_epsilon, model->final_norm, model->final_norm_bias, x,
                   tokens, model->normed);
    s3lm_product product = {.x = model->normed, .x_stride = model->hidden_stride, .tokens = tokens};
    if (model->project_out) {
        product.w = model->project_out;
        product.y = model->projected;
        product.y_stride = model->projected_stride;
        s3lm_linear(model, &product);
        product.x = product.y;
        product.x_stride = product.y_stride;
        fill_up(model, product.w->rows, tokens);
    }
    product.w = model->head;
    product.bias = model->head_bias;
    product.y = logits;
    product.y_stride = config->vocab_size;
    product.finish = S3LM_FINISH_LOGITS;
    s3lm_expect_product(model, matrix_from(model, model->steps));
    return s3lm_linear(model, &product) ? S3LM_OK : S3LM_ERR_NUMERIC;
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
    if (model->is_stale) {
        read_again(model);
    }
    for (uint32_t done = 0; done < n && status == S3LM_OK;) {
        uint32_t tokens = pass_of(model, n - done);
        s3lm_run_pass(model, ids + done, tokens);
        done += tokens;
        if (logits && all) {
            status = s3lm_classify(model, 0, tokens, logits + (size_t)(done - tokens) * config->vocab_size);
        } else if (logits && done == n) {
            status = s3lm_classify(model, tokens - 1u, 1, logits);
        }
    }
    return status;
}
