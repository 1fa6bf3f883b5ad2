/* How much memory a model needs and where each part of it lies: one walk over the layout that either only counts or
 * also assigns, so that the two cannot disagree. */
#include "bytes.h"
#include "drafts.h"
#include "model_parts.h"

/* State larger than this is refused: sizes stay inside 32-bit signed arithmetic on every target. */
#define MOST_BYTES 0x7FFFFFFFu

/* What the limits of a package must keep below 2^32 or 2^16, so that nothing here is counted twice as wide as it is. */
#define MOST_QUERY ((uint64_t)S3LM_MAX_HEADS * S3LM_MAX_HEAD_DIM)
#define FITS(bits, size) ((uint64_t)(size) >> (bits) == 0u)
_Static_assert(MOST_QUERY <= S3LM_MAX_MLP_WIDTH, "the output projection has rows as long as any");
_Static_assert(S3LM_MAX_HIDDEN_SIZE <= S3LM_MAX_MLP_WIDTH, "no row is longer than a feed-forward's");
_Static_assert(FITS(32, 4u * S3LM_MAX_BATCH * 3u * MOST_QUERY), "projections of a batch, q|k|v");
_Static_assert(FITS(32, 4u * S3LM_MAX_BATCH * 2u * (uint64_t)S3LM_MAX_MLP_WIDTH),
               "projections of a batch, gate and up");
_Static_assert(FITS(32, 4u * S3LM_MAX_WORKERS * S3LM_MOST_HEADS_TOGETHER * (uint64_t)S3LM_MAX_CONTEXT), "scores");
_Static_assert(FITS(32, 4u * (uint64_t)S3LM_MAX_VOCAB_SIZE), "logits");
_Static_assert(FITS(32, S3LM_MAX_TENSORS *(uint64_t)sizeof(s3lm_tensor)), "the tensors");
_Static_assert(FITS(32, S3LM_MAX_STEPS *(uint64_t)sizeof(s3lm_step)), "the steps");
_Static_assert(FITS(16, S3LM_MAX_HEAD_DIM + 15u) && FITS(16, S3LM_MAX_TENSORS), "strides and numbers of 16 bits");

/* A region that is being laid out. `base` NULL: only count. */
typedef struct {
    uint8_t *base;
    uint64_t used;
} region;

/* Of little things that follow each other, each aligned for pointers. */
static void *take_words(region *r, uint32_t bytes) {
    uint64_t at = r->used;
    r->used = s3lm_align(at + bytes, sizeof(void *));
    return r->base ? r->base + at : NULL;
}

static void *take(region *r, uint64_t bytes) {
    uint64_t at = s3lm_align(r->used, S3LM_ALIGNMENT);
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

/* What the steps of a model need: the widest vectors of any, in elements, and which vectors. */
typedef struct {
    uint32_t projected; /* q|k|v, or gate and up */
    uint32_t attended;
    uint32_t quantized; /* input of any matrix */
    uint32_t score_heads;
    uint32_t places; /* bits of those that some step writes */
    bool own_sum;    /* some step adds while `normed` holds what is read later */
} needs;

static uint32_t larger(uint32_t a, uint32_t b) { return a > b ? a : b; }

static void need_attention(needs *n, s3lm_cache_kind cache, const s3lm_attention_config *attention) {
    uint32_t query = (uint32_t)attention->heads * attention->head_dim;
    n->projected = larger(n->projected, query + 2u * attention->kv_heads * attention->head_dim);
    n->attended = larger(n->attended, query);
    n->quantized = larger(n->quantized, query);
    n->score_heads = larger(n->score_heads, s3lm_heads_together(cache, attention));
}

static void need_mlp(needs *n, const s3lm_mlp_config *mlp) {
    n->quantized = larger(n->quantized, mlp->width);
    switch (mlp->mlp) {
    case S3LM_MLP_GATED:
        n->projected = larger(n->projected, 2u * mlp->width);
        break;
    case S3LM_MLP_PLAIN:
        n->projected = larger(n->projected, mlp->width);
        break;
    }
}

static needs needs_of(const s3lm_package *package) {
    /* Embeddings of another size lie where projections do. */
    uint32_t embedding = package->config.embedding_size;
    needs n = {.projected = embedding, .quantized = larger(package->config.hidden_size, embedding), .score_heads = 1};
    s3lm_attention_config attention;
    s3lm_mlp_config mlp;
    uint32_t layer = S3LM_NONE;
    /* Backwards: whether the rest of the layer reads what `normed` holds. */
    bool is_read = false;
    for (uint32_t i = package->step_count; i-- > 0u;) {
        s3lm_step_head step = s3lm_package_step(package, i);
        bool writes_normed = step.writes == S3LM_PLACE_NORMED;
        n.places |= 1u << step.writes;
        if (step.layer != layer) {
            is_read = false;
        }
        layer = step.layer;
        if (step.adds == 0u) {
            is_read = is_read && !writes_normed;
        } else if (is_read || writes_normed) {
            /* What a step adds is first put together in `normed`; if it reads that, it has read it by then. */
            n.own_sum = true;
            is_read = true;
        }
        if (step.reads == S3LM_PLACE_NORMED) {
            is_read = true;
        }
        switch (step.kind) {
        case S3LM_STEP_NORM:
            break;
        case S3LM_STEP_ATTENTION:
            attention = s3lm_package_attention(package, i);
            need_attention(&n, package->config.cache, &attention);
            break;
        case S3LM_STEP_MLP:
            mlp = s3lm_package_mlp(package, i);
            need_mlp(&n, &mlp);
            break;
        case S3LM_STEP_CONV:
            n.projected = larger(n.projected, 3u * package->config.hidden_size);
            break;
        }
    }
    return n;
}

static void lay_out_cache(s3lm_model *model, region *r) {
    s3lm_cache_kind kind = model->package->config.cache;
    for (uint32_t i = 0; i < model->package->step_count; i++) {
        if (s3lm_package_step(model->package, i).kind != S3LM_STEP_ATTENTION) {
            continue;
        }
        s3lm_attention_config config = s3lm_package_attention(model->package, i);
        s3lm_attention_step planes = {.cache_stride = (uint16_t)s3lm_cache_stride(kind, config.head_dim)};
        uint64_t vectors = (uint64_t)config.kv_heads * model->context;
        planes.keys = take(r, vectors * planes.cache_stride * s3lm_key_bytes(kind));
        planes.values = take(r, vectors * planes.cache_stride * s3lm_value_bytes(kind));
        if (kind != S3LM_CACHE_FLOAT32) {
            planes.key_scales = take(r, vectors * 4u);
            planes.value_scales = take(r, vectors * 4u);
        }
        if (r->base) {
            s3lm_attention_step *attention = model->steps[i].attention;
            attention->cache_stride = planes.cache_stride;
            attention->keys = planes.keys;
            attention->values = planes.values;
            attention->key_scales = planes.key_scales;
            attention->value_scales = planes.value_scales;
        }
    }
}

/* The steps, without their tensors and caches, and what each kind has of its own. */
static void lay_out_steps(s3lm_model *model, region *r) {
    const s3lm_package *package = model->package;
    static const uint8_t bytes[S3LM_STEP_KINDS] = {[S3LM_STEP_NORM] = sizeof(s3lm_norm_step),
                                                   [S3LM_STEP_ATTENTION] = sizeof(s3lm_attention_step),
                                                   [S3LM_STEP_MLP] = sizeof(s3lm_mlp_step),
                                                   [S3LM_STEP_CONV] = sizeof(s3lm_conv_step)};
    model->steps = take_words(r, package->step_count * (uint32_t)sizeof(s3lm_step));
    for (uint32_t i = 0; i < package->step_count; i++) {
        s3lm_step_head head = s3lm_package_step(package, i);
        void *body = take_words(r, bytes[head.kind]);
        if (!body) {
            continue;
        }
        s3lm_step *step = &model->steps[i];
        *step = (s3lm_step){head.kind, head.reads, head.writes, head.adds != 0u, {body}};
        switch (head.kind) {
        case S3LM_STEP_NORM:
            step->norm->config = s3lm_package_norm(package, i);
            break;
        case S3LM_STEP_ATTENTION:
            step->attention->config = s3lm_package_attention(package, i);
            break;
        case S3LM_STEP_MLP:
            step->mlp->config = s3lm_package_mlp(package, i);
            break;
        case S3LM_STEP_CONV:
            step->conv->config = s3lm_package_conv(package, i);
            break;
        }
    }
}

/* What convolutions look back at. */
static void lay_out_pasts(s3lm_model *model, region *r) {
    for (uint32_t i = 0; i < model->package->step_count; i++) {
        if (s3lm_package_step(model->package, i).kind != S3LM_STEP_CONV) {
            continue;
        }
        float *past = take(r, (s3lm_package_conv(model->package, i).taps - 1u) * model->hidden_stride * 4u);
        model->convolves = true;
        if (past) {
            model->steps[i].conv->past = past;
        }
    }
}

/* The quantized input of any matrix, `elements` at most: two bytes each, and as many scales and sums as some matrix
 * wants. */
static void lay_out_codes(s3lm_model *model, region *r, uint32_t elements) {
    s3lm_activations *x = &model->quantized;
    uint32_t batch = model->max_batch, bytes = 1, group = elements, summed = 0;
    if (model->package->config.activations == S3LM_ACTIVATION_FLOAT32) {
        return;
    }
    for (uint32_t i = 0; i < model->package->tensor_count; i++) {
        s3lm_tensor tensor = s3lm_package_tensor(model->package, i);
        uint32_t shared = S3LM_INPUT_GROUP(tensor.input);
        bytes = tensor.input == S3LM_INPUT_INT16 ? 2u : bytes;
        group = shared != 0u && shared < group ? shared : group;
        if (tensor.encoding == S3LM_INT4_GROUP && model->kernels->sum_groups) {
            uint32_t columns = tensor.group < S3LM_INT4_BLOCK ? tensor.group : S3LM_INT4_BLOCK;
            summed = larger(summed, s3lm_groups(elements, columns));
        }
    }
    x->stride = bytes * round_up(elements, S3LM_INT4_BLOCK);
    x->scale_stride = s3lm_groups(elements, group);
    x->codes = take(r, batch * x->stride);
    x->scales = take(r, batch * x->scale_stride * 4u);
    x->wide_stride = round_up(elements, S3LM_INT4_BLOCK);
    x->wide = model->kernels->wide ? take(r, batch * x->wide_stride * 2u) : NULL;
    x->sum_stride = round_up(summed, 16);
    x->sums = summed != 0u ? take(r, batch * x->sum_stride * 4u) : NULL;
}

/* How many tensors lie in two memories. */
static uint32_t parted(const s3lm_package *package) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < package->tensor_count; i++) {
        count += s3lm_package_rest(package, i).rows != 0u;
    }
    return count;
}

static void lay_out_state(s3lm_model *model, region *r) {
    const s3lm_config *config = &model->package->config;
    needs n = needs_of(model->package);
    /* Limits keep each of these below 2^32; the sum, and caches, may exceed it. */
    uint32_t batch = model->max_batch;
    uint32_t workers = model->options.workers;
    /* Strides are whole cache lines of floats, so that padding to 16 codes or 4 floats always exists. */
    model->hidden_stride = round_up(config->hidden_size, 16);
    model->projected_stride = round_up(n.projected, 16);
    model->attended_stride = round_up(n.attended, 16);
    model->context_stride = round_up(model->context, 32);

    model->tensors =
        take(r, (model->package->tensor_count + parted(model->package)) * (uint32_t)sizeof *model->tensors);
    lay_out_steps(model, r);
    lay_out_pasts(model, r);
    model->ids = take(r, model->context * 4u);
    model->x = take(r, batch * model->hidden_stride * 4u);
    model->normed = take(r, batch * model->hidden_stride * 4u);
    model->branch = (n.places >> S3LM_PLACE_BRANCH & 1u) != 0u ? take(r, batch * model->hidden_stride * 4u) : NULL;
    model->sum = n.own_sum ? take(r, batch * model->hidden_stride * 4u) : model->normed;
    model->projected = take(r, batch * model->projected_stride * 4u);
    model->attended = take(r, batch * model->attended_stride * 4u);
    model->score_heads = n.score_heads;
    model->scores = take(r, workers * n.score_heads * model->context_stride * 4u);
    lay_out_codes(model, r, n.quantized);
    model->logits = take(r, config->vocab_size * 4u);
    model->seen = take(r, s3lm_groups(config->vocab_size, 32) * 4u);
    model->histogram = take(r, 256u * 8u);
    model->drafts.recent = take(r, (S3LM_RECENT_TOKENS + S3LM_MOST_DRAFTS) * 4u);
}

size_t s3lm_cache_bytes(const s3lm_package *package, const s3lm_options *options) {
    s3lm_model model;
    region cache = {0};
    if (!resolve(&model, package, options)) {
        return 0;
    }
    lay_out_cache(&model, &cache);
    if (cache.used == 0u) {
        /* A model without attention: 0 would say that the options are impossible. */
        cache.used = S3LM_ALIGNMENT;
    }
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

/* A step's tensors by role. */
static uint16_t *tensors_of(s3lm_step *step) {
    switch (step->kind) {
    case S3LM_STEP_NORM:
        return step->norm->tensors;
    case S3LM_STEP_ATTENTION:
        return step->attention->tensors;
    case S3LM_STEP_CONV:
        return step->conv->tensors;
    case S3LM_STEP_MLP:
        break;
    }
    return step->mlp->tensors;
}

/* Where the model keeps a tensor that belongs to no step. */
static s3lm_tensor **global_of(s3lm_model *model, const s3lm_tensor *tensor) {
    switch (tensor->role) {
    case S3LM_ROLE_EMBEDDING:
        return &model->embedding;
    case S3LM_ROLE_HEAD:
        return &model->head;
    case S3LM_ROLE_HEAD_BIAS:
        return &model->head_bias;
    case S3LM_ROLE_FINAL_NORM:
        return &model->final_norm;
    case S3LM_ROLE_FINAL_NORM_BIAS:
        return &model->final_norm_bias;
    case S3LM_ROLE_POSITIONS:
        return &model->positions;
    case S3LM_ROLE_PROJECT_IN:
        return &model->project_in;
    case S3LM_ROLE_PROJECT_OUT:
        return &model->project_out;
    default:
        return &model->rotary[tensor->index];
    }
}

/* Copies the directory and points steps and model to their tensors. */
static void connect(s3lm_model *model) {
    const s3lm_package *package = model->package;
    s3lm_tensor *rest = model->tensors + package->tensor_count;
    for (uint32_t i = 0; i < package->tensor_count; i++) {
        s3lm_tensor *tensor = &model->tensors[i], last = s3lm_package_rest(package, i);
        *tensor = s3lm_package_tensor(package, i);
        if (last.rows != 0u) {
            *rest = last;
            tensor->rest = rest++;
        }
        if (tensor->role < S3LM_STEP_ROLES) {
            *global_of(model, tensor) = tensor;
        } else {
            tensors_of(&model->steps[tensor->index])[tensor->role % S3LM_STEP_ROLES] = (uint16_t)(i + 1u);
        }
    }
    if (!model->head) {
        model->head = model->embedding;
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
    s3lm_drafts_start(&model->drafts);
    return S3LM_OK;
}

s3lm_tensor *s3lm_model_tensor(s3lm_model *model, uint32_t index) { return &model->tensors[index]; }
