/* How much memory a model needs and where each part of it lies: one walk over the layout that either only counts or
 * also assigns, so that the two cannot disagree. */
#include "bytes.h"
#include "model_parts.h"
#include "numerics.h"

/* State larger than this is refused: sizes stay inside 32-bit signed arithmetic on every target. */
#define MOST_BYTES 0x7FFFFFFFu

/* A region that is being laid out. `base` NULL: only count. */
typedef struct {
    uint8_t *base;
    uint64_t used;
} region;

static void *take(region *r, uint64_t bytes) {
    uint64_t at = r->used;
    r->used = s3lm_align(at + bytes, S3LM_ALIGNMENT);
    return r->base ? r->base + at : NULL;
}

static uint32_t round_up(uint32_t x, uint32_t step) { return (uint32_t)s3lm_align(x, step); }

/* Fills in what the options leave open. False when they are impossible. */
static bool resolve(s3lm_model *model, const s3lm_package *package, const s3lm_options *options) {
    const s3lm_config *config = &package->config;
    *model = (s3lm_model){.package = package};
    if (options) {
        model->options = *options;
    }
    s3lm_options *o = &model->options;
    if (!o->kernels) {
        o->kernels = s3lm_kernels_best();
    }
    if (o->context > config->context || o->max_batch > S3LM_MAX_BATCH || o->workers > S3LM_MAX_WORKERS ||
        ((uintptr_t)o->cache & (S3LM_ALIGNMENT - 1u)) != 0u) {
        return false;
    }
    o->workers = o->workers ? o->workers : 1u;
    model->kernels = o->kernels;
    model->context = o->context ? o->context : config->context;
    model->max_batch = o->max_batch ? o->max_batch : config->max_batch;
    return true;
}

/* The widest vectors of any layer, in elements. */
typedef struct {
    uint32_t projected; /* q|k|v, or gate and up */
    uint32_t attended;
    uint32_t quantized; /* input of any matrix */
    uint32_t score_heads;
} widths;

static widths widest(const s3lm_package *package) {
    widths w = {0, 0, package->config.hidden_size, 1};
    for (uint32_t i = 0; i < package->config.layers; i++) {
        s3lm_layer_config layer = s3lm_package_layer(package, i);
        uint32_t query = layer.heads * layer.head_dim;
        uint32_t all = query + 2u * layer.kv_heads * layer.head_dim;
        uint32_t gated = 2u * layer.ffn_size;
        w.projected = all > w.projected ? all : w.projected;
        w.projected = gated > w.projected ? gated : w.projected;
        w.attended = query > w.attended ? query : w.attended;
        w.quantized = query > w.quantized ? query : w.quantized;
        w.quantized = layer.ffn_size > w.quantized ? layer.ffn_size : w.quantized;
        uint32_t together = s3lm_heads_together(&package->config, &layer);
        w.score_heads = together > w.score_heads ? together : w.score_heads;
    }
    return w;
}

static void lay_out_cache(s3lm_model *model, region *r) {
    bool int8 = model->package->config.kv_kind == S3LM_KV_INT8;
    for (uint32_t i = 0; i < model->package->config.layers; i++) {
        s3lm_layer layer = {.config = s3lm_package_layer(model->package, i)};
        uint64_t vectors = (uint64_t)layer.config.kv_heads * model->context;
        layer.cache_stride = round_up(layer.config.head_dim, int8 ? 16u : 4u);
        uint64_t plane = vectors * layer.cache_stride * (int8 ? 1u : 4u);
        layer.keys = take(r, plane);
        layer.values = take(r, plane);
        layer.key_scales = int8 ? take(r, vectors * 4u) : NULL;
        layer.value_scales = int8 ? take(r, vectors * 4u) : NULL;
        if (r->base) {
            model->layers[i] = layer;
        }
    }
}

static void lay_out_state(s3lm_model *model, region *r) {
    const s3lm_config *config = &model->package->config;
    widths w = widest(model->package);
    uint64_t batch = model->max_batch;
    uint64_t workers = model->options.workers;
    /* Strides are whole cache lines of floats, so that padding to 16 codes or 4 floats always exists. */
    model->hidden_stride = round_up(config->hidden_size, 16);
    model->projected_stride = round_up(w.projected, 16);
    model->attended_stride = round_up(w.attended, 16);
    model->context_stride = round_up(model->context, 32);
    model->quantized.stride = round_up(w.quantized, 16);

    model->tensors = take(r, (uint64_t)model->package->tensor_count * sizeof *model->tensors);
    model->layers = take(r, (uint64_t)config->layers * sizeof *model->layers);
    model->ids = take(r, (uint64_t)model->context * 4u);
    model->x = take(r, batch * model->hidden_stride * 4u);
    model->normed = take(r, batch * model->hidden_stride * 4u);
    model->projected = take(r, batch * model->projected_stride * 4u);
    model->attended = take(r, batch * model->attended_stride * 4u);
    model->score_heads = w.score_heads;
    model->scores = take(r, workers * w.score_heads * model->context_stride * 4u);
    model->score_codes = take(r, workers * model->context_stride * 2u);
    if (config->activation_kind != S3LM_ACTIVATION_F32) {
        model->quantized.codes = take(r, batch * model->quantized.stride);
        model->quantized.scales = take(r, batch * 4u);
        model->quantized.wide = model->kernels->wide ? take(r, batch * model->quantized.stride * 2u) : NULL;
    }
    model->logits = take(r, (uint64_t)config->vocab_size * 4u);
    model->seen = take(r, (uint64_t)s3lm_groups(config->vocab_size, 32) * 4u);
    model->histogram = take(r, 256u * 8u);
}

size_t s3lm_cache_bytes(const s3lm_package *package, const s3lm_options *options) {
    s3lm_model model;
    region cache = {0};
    if (!resolve(&model, package, options)) {
        return 0;
    }
    lay_out_cache(&model, &cache);
    return cache.used > MOST_BYTES ? 0 : (size_t)cache.used;
}

size_t s3lm_state_bytes(const s3lm_package *package, const s3lm_options *options) {
    s3lm_model model;
    region state = {0};
    if (!resolve(&model, package, options)) {
        return 0;
    }
    lay_out_state(&model, &state);
    if (!model.options.cache) {
        lay_out_cache(&model, &state);
    }
    return state.used > MOST_BYTES ? 0 : (size_t)state.used;
}

/* Copies the directory and points blocks and model to their tensors. */
static void connect(s3lm_model *model) {
    const s3lm_package *package = model->package;
    for (uint32_t i = 0; i < package->tensor_count; i++) {
        s3lm_tensor *tensor = &model->tensors[i];
        *tensor = s3lm_package_tensor(package, i);
        switch (tensor->role) {
        case S3LM_EMBED:
            model->embed = tensor;
            break;
        case S3LM_HEAD:
            model->head = tensor;
            break;
        case S3LM_HEAD_BIAS:
            model->head_bias = tensor;
            break;
        case S3LM_FINAL_NORM:
            model->final_norm = tensor;
            break;
        case S3LM_ROTARY:
            model->rotary[tensor->layer] = tensor;
            break;
        default:
            model->layers[tensor->layer].tensor[tensor->role - S3LM_LAYER_ROLE_FIRST] = tensor;
        }
    }
    if (!model->head) {
        model->head = model->embed;
    }
}

s3lm_status s3lm_init(s3lm_model *model, const s3lm_package *package, const s3lm_options *options, void *memory,
                      size_t bytes) {
    if (!resolve(model, package, options)) {
        return S3LM_ERR_OPTIONS;
    }
    size_t need = s3lm_state_bytes(package, options);
    size_t cache_need = s3lm_cache_bytes(package, options);
    bool has_cache = model->options.cache != NULL;
    if (need == 0u || cache_need == 0u || bytes < need || !memory ||
        ((uintptr_t)memory & (S3LM_ALIGNMENT - 1u)) != 0u || (has_cache && model->options.cache_bytes < cache_need)) {
        return S3LM_ERR_MEMORY;
    }
    /* Zero once: what is never written stays zero padding. */
    uint8_t *state = memory;
    for (size_t i = 0; i < need; i++) {
        state[i] = 0;
    }
    region r = {state, 0};
    region cache = {model->options.cache, 0};
    lay_out_state(model, &r);
    lay_out_cache(model, has_cache ? &cache : &r);
    connect(model);
    model->inverse_hidden = s3lm_recip((float)package->config.hidden_size);
    return S3LM_OK;
}

s3lm_tensor *s3lm_model_tensor(s3lm_model *model, uint32_t index) { return &model->tensors[index]; }
