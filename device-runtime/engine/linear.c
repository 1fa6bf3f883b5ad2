/* Matrix products: quantize the input where the weights are int8, multiply on all workers, add the bias; and what
 * follows row by row, while the rows are at hand. */
#include "bytes.h"
#include "model_parts.h"
#include "numerics.h"

/* Largest codes of INT8 and of 16 bits, and their reciprocals rounded to f32. */
static const struct {
    float most, inverse;
} limits[] = {{127.0f, 7.87401572e-3f}, {(float)S3LM_MOST_INT16, 3.06381946e-5f}};

s3lm_scale s3lm_dynamic_scale(uint32_t abs_max_bits, float limit, float inverse_limit) {
    if (abs_max_bits >= S3LM_INFINITY_BITS) {
        /* Zero codes times an infinite scale: NaN, which spreads to the logits and is reported there. */
        return (s3lm_scale){s3lm_from_bits(S3LM_INFINITY_BITS), 0.0f};
    }
    float largest = s3lm_from_bits(abs_max_bits);
    if (largest < S3LM_TINY) {
        return (s3lm_scale){0.0f, 0.0f};
    }
    return (s3lm_scale){largest * inverse_limit, limit * s3lm_recip(largest)};
}

void s3lm_run_parallel(const s3lm_model *model, s3lm_work work, void *job, uint32_t units, uint32_t multiple) {
    if (model->options.parallel && model->options.workers > 1u) {
        model->options.parallel(model->options.parallel_user, work, job, units, multiple);
    } else {
        work(job, 0, 0, units);
    }
}

/* Borders at 16 rows keep the workers' writes on different cache lines. */
#define ROWS_TOGETHER 16u

void s3lm_expect_product(const s3lm_model *model, const s3lm_tensor *w) {
    const s3lm_options *options = &model->options;
    /* What lies in two memories has no one base. */
    if (w && !w->rest && options->expect) {
        options->expect(w->data, w->row_bytes, w->rows, ROWS_TOGETHER, SIZE_MAX);
    }
}

/* Quantizes the vectors of a product, to as many codes as rows have columns; rows of fewer bits are as many too. */
static void quantize(s3lm_model *model, const s3lm_product *p) {
    const s3lm_tensor *w = p->w;
    const s3lm_kernels *kernels = model->kernels;
    s3lm_activations *x = &model->quantized;
    bool is_wide = w->input == S3LM_INPUT_INT16;
    uint32_t padded = s3lm_padded_cols(w);
    uint32_t group = S3LM_INPUT_GROUP(w->input) ? S3LM_INPUT_GROUP(w->input) : padded;
    for (uint32_t t = 0; t < p->tokens; t++) {
        const float *vector = p->x + (size_t)t * p->x_stride;
        int8_t *codes = x->codes + (size_t)t * x->stride;
        int16_t *wide = x->wide ? x->wide + (size_t)t * x->wide_stride : NULL;
        float *scales = x->scales + (size_t)t * x->scale_stride;
        for (uint32_t left = w->cols, room = padded; left > 0u;) {
            uint32_t n = left < group ? left : group, stored = room < group ? room : group;
            uint32_t largest = kernels->abs_max(vector, n);
            s3lm_scale scale = s3lm_dynamic_scale(largest, limits[is_wide].most, limits[is_wide].inverse);
            if (w->activation_scale != 0.0f && largest < S3LM_INFINITY_BITS) {
                scale = (s3lm_scale){w->activation_scale, s3lm_recip(w->activation_scale)};
            }
            *scales++ = scale.scale;
            if (is_wide) {
                kernels->quantize_int16(vector, n, scale.inverse, codes, stored);
            } else {
                kernels->quantize8(vector, n, scale.inverse, codes, wide, stored);
            }
            vector += n;
            codes += n;
            wide = wide ? wide + n : NULL;
            left -= n;
            room -= stored;
        }
        if (w->encoding == S3LM_INT4_GROUP && kernels->sum_groups) {
            kernels->sum_groups(x->codes + (size_t)t * x->stride, w->input, padded, w->group,
                                x->sums + (size_t)t * x->sum_stride);
        }
    }
}

typedef struct {
    const s3lm_model *model;
    const s3lm_product *product;
    s3lm_input input;
    uint32_t bad[S3LM_MAX_WORKERS];
    struct {
        uint32_t begin, end;
    } range[S3LM_MAX_WORKERS];
} product_job;

/* What follows on rows [begin, end) of one token's product, which lie at y. */
static void finish_rows(product_job *job, uint32_t worker, uint32_t token, uint32_t begin, uint32_t end, float *y) {
    const s3lm_model *model = job->model;
    const s3lm_product *p = job->product;
    const s3lm_kernels *kernels = model->kernels;
    uint32_t n = end - begin;
    float factor = model->package->config.logit_scale;
    switch (p->finish) {
    case S3LM_FINISH_NONE:
        break;
    case S3LM_FINISH_ADD:
        kernels->add(p->into + (size_t)token * model->hidden_stride + begin, y, n);
        break;
    case S3LM_FINISH_GATE:
        /* Half as many results, at the start of the worker's own rows: what lies before is another worker's. */
        kernels->gate(p->function, y, y + 1, 2, n / 2u, y);
        break;
    case S3LM_FINISH_APPLY:
        kernels->apply(p->function, y, n);
        break;
    case S3LM_FINISH_LOGITS:
        if (factor != 1.0f) {
            kernels->scale(y, factor, n);
        }
        s3lm_cap(y, model->package->config.logit_cap, n);
        job->bad[worker] |= kernels->abs_max(y, n) >= S3LM_INFINITY_BITS;
        break;
    }
}

/* Rows [begin, end) of all tokens, from the memories that they lie in. */
static void multiply_rows(const product_job *job, uint32_t begin, uint32_t end) {
    const s3lm_product *p = job->product;
    s3lm_matmul matmul = job->model->kernels->matmul[p->w->encoding];
    uint32_t placed = s3lm_placed_rows(p->w);
    if (begin < placed) {
        matmul(p->w, &job->input, p->tokens, begin, end < placed ? end : placed, p->y, p->y_stride);
    }
    if (end > placed) {
        uint32_t first = begin > placed ? begin - placed : 0u;
        matmul(p->w->rest, &job->input, p->tokens, first, end - placed, p->y + placed, p->y_stride);
    }
}

static void multiply(void *user, uint32_t worker, uint32_t begin, uint32_t end) {
    product_job *job = user;
    const s3lm_product *p = job->product;
    const s3lm_kernels *kernels = job->model->kernels;
    multiply_rows(job, begin, end);
    for (uint32_t t = 0; t < p->tokens; t++) {
        float *y = p->y + (size_t)t * p->y_stride + begin;
        if (p->bias) {
            kernels->add(y, (const float *)p->bias->data + begin, end - begin);
        }
        finish_rows(job, worker, t, begin, end, y);
    }
    job->range[worker].begin = begin;
    job->range[worker].end = end;
}

/* Moves each worker's gated products to where they belong, so that they follow each other. */
static void close_gaps(const product_job *job) {
    const s3lm_product *p = job->product;
    for (uint32_t done = 0; done < p->w->rows;) {
        uint32_t next = 0;
        while (job->range[next].end == 0u || job->range[next].begin != done) {
            next++;
        }
        uint32_t n = (job->range[next].end - done) / 2u;
        for (uint32_t t = 0; done > 0u && t < p->tokens; t++) {
            float *y = p->y + (size_t)t * p->y_stride;
            /* A copy, from its beginning on. */
            job->model->kernels->norm(y + done, 1.0f, NULL, y + done / 2u, n);
        }
        done = job->range[next].end;
    }
}

bool s3lm_linear(s3lm_model *model, const s3lm_product *product) {
    product_job job;
    job.model = model;
    job.product = product;
    job.input = (s3lm_input){.values = product->x, .stride = product->x_stride, .quantized = &model->quantized};
    for (uint32_t i = 0; i < model->options.workers; i++) {
        job.bad[i] = 0;
        job.range[i].end = 0;
    }
    uint32_t bad = 0;
    if (S3LM_HOLDS_CODES(product->w->encoding)) {
        quantize(model, product);
    }
    s3lm_run_parallel(model, multiply, &job, product->w->rows, ROWS_TOGETHER);
    if (product->finish == S3LM_FINISH_GATE) {
        close_gaps(&job);
    }
    for (uint32_t i = 0; i < model->options.workers; i++) {
        bad |= job.bad[i];
    }
    return bad == 0u;
}
