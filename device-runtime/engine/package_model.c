/* The model's description in a package: CONF, LAYR and SAMP, each field against its range. */
#include "bytes.h"
#include "package_reader.h"

/* Norm epsilons are 1e-5 or 1e-6 in practice; the range keeps s3lm_rsqrt where it is accurate. */
#define SMALLEST_EPSILON 1e-20f
#define LARGEST_EPSILON 1.0f
/* Multipliers (embedding, logits, scores) far beyond any model's, small enough that nothing overflows by itself. */
#define LARGEST_FACTOR 1e6f
#define SMALLEST_FACTOR 1e-6f

/* Comparisons with NaN are false, so a NaN is never inside. */
static bool inside(float x, float low, float high) { return x >= low && x <= high; }

static bool is_factor(float x) { return inside(x, SMALLEST_FACTOR, LARGEST_FACTOR); }

typedef struct {
    uint32_t value, low, high, offset;
    const char *name;
} ranged;

static s3lm_status check_ranges(s3lm_reader *reader, uint32_t section, uint32_t index, uint32_t base,
                                const ranged *fields, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        if (fields[i].value < fields[i].low || fields[i].value > fields[i].high) {
            return s3lm_blame(reader, S3LM_ERR_FIELD, section, index, base + fields[i].offset, fields[i].name);
        }
    }
    return S3LM_OK;
}

s3lm_status s3lm_read_config(s3lm_reader *reader) {
    s3lm_package *package = reader->package;
    uint32_t length;
    const uint8_t *p = s3lm_package_section(package, S3LM_KIND_CONF, &length);
    uint32_t base = (uint32_t)(p - package->bytes);
    if (length != S3LM_CONFIG_BYTES) {
        return s3lm_blame(reader, S3LM_ERR_SECTION_LENGTH, S3LM_KIND_CONF, S3LM_NONE, base, "length");
    }
    s3lm_config *config = &package->config;
    const ranged fields[] = {
        {s3lm_u32(p), 1, S3LM_MAX_HIDDEN, 0, "hidden_size"},
        {s3lm_u32(p + 4), 1, S3LM_MAX_LAYERS, 4, "layers"},
        {s3lm_u32(p + 8), 1, S3LM_MAX_VOCAB, 8, "vocab_size"},
        {s3lm_u32(p + 12), 1, S3LM_MAX_CONTEXT, 12, "context"},
        {s3lm_u32(p + 16), 1, S3LM_MAX_BATCH, 16, "max_batch"},
        {s3lm_u32(p + 20), 0, S3LM_KV_F32, 20, "kv_kind"},
        {s3lm_u32(p + 24), 0, S3LM_ACTIVATION_F32, 24, "activation_kind"},
        {s3lm_u32(p + 44), 0, 0, 44, "final_norm_kind"},
        {s3lm_u32(p + 48), 0, S3LM_MAX_ROTARY_TABLES, 48, "rotary_tables"},
    };
    s3lm_status status =
        check_ranges(reader, S3LM_KIND_CONF, S3LM_NONE, base, fields, sizeof fields / sizeof fields[0]);
    if (status != S3LM_OK) {
        return status;
    }
    config->hidden_size = fields[0].value;
    config->layers = fields[1].value;
    config->vocab_size = fields[2].value;
    config->context = fields[3].value;
    config->max_batch = fields[4].value;
    config->kv_kind = (s3lm_kv_kind)fields[5].value;
    config->activation_kind = (s3lm_activation_kind)fields[6].value;
    config->rotary_tables = fields[8].value;
    config->bos_id = s3lm_u32(p + 28);
    config->final_norm_eps = s3lm_f32(p + 32);
    config->embedding_scale = s3lm_f32(p + 36);
    config->logit_scale = s3lm_f32(p + 40);
    if (config->bos_id != S3LM_NONE && config->bos_id >= config->vocab_size) {
        return s3lm_blame(reader, S3LM_ERR_FIELD, S3LM_KIND_CONF, S3LM_NONE, base + 28u, "bos_id");
    }
    if (!inside(config->final_norm_eps, SMALLEST_EPSILON, LARGEST_EPSILON)) {
        return s3lm_blame(reader, S3LM_ERR_FIELD, S3LM_KIND_CONF, S3LM_NONE, base + 32u, "final_norm_eps");
    }
    if (!is_factor(config->embedding_scale)) {
        return s3lm_blame(reader, S3LM_ERR_FIELD, S3LM_KIND_CONF, S3LM_NONE, base + 36u, "embedding_scale");
    }
    if (!is_factor(config->logit_scale)) {
        return s3lm_blame(reader, S3LM_ERR_FIELD, S3LM_KIND_CONF, S3LM_NONE, base + 40u, "logit_scale");
    }
    if (!s3lm_all_zero(p + 52, 12)) {
        return s3lm_blame(reader, S3LM_ERR_RESERVED, S3LM_KIND_CONF, S3LM_NONE, base + 52u, "reserved");
    }
    return S3LM_OK;
}

s3lm_layer_config s3lm_package_layer(const s3lm_package *package, uint32_t layer) {
    const uint8_t *p = package->layers + S3LM_LAYER_BYTES * layer;
    return (s3lm_layer_config){
        .heads = s3lm_u32(p + 4),
        .kv_heads = s3lm_u32(p + 8),
        .head_dim = s3lm_u32(p + 12),
        .ffn_size = s3lm_u32(p + 16),
        .window = s3lm_u32(p + 24),
        .rotary = s3lm_u32(p + 28),
        .rotary_dim = s3lm_u32(p + 48),
        .attn_norm_eps = s3lm_f32(p + 36),
        .mlp_norm_eps = s3lm_f32(p + 40),
        .score_scale = s3lm_f32(p + 44),
    };
}

static s3lm_status check_layer(s3lm_reader *reader, uint32_t index) {
    s3lm_package *package = reader->package;
    const uint8_t *p = package->layers + S3LM_LAYER_BYTES * index;
    uint32_t base = (uint32_t)(p - package->bytes);
    s3lm_layer_config layer = s3lm_package_layer(package, index);
    const ranged fields[] = {
        {s3lm_u32(p), 0, 0, 0, "block_kind"},
        {layer.heads, 1, S3LM_MAX_HEADS, 4, "heads"},
        {layer.kv_heads, 1, layer.heads, 8, "kv_heads"},
        {layer.head_dim, 2, S3LM_MAX_HEAD_DIM, 12, "head_dim"},
        {layer.ffn_size, 1, S3LM_MAX_FFN, 16, "ffn_size"},
        {s3lm_u32(p + 20), 0, 0, 20, "activation"},
        {layer.window, 0, S3LM_NONE, 24, "window"},
        {s3lm_u32(p + 32), 0, 0, 32, "norm_kind"},
        {layer.rotary_dim, 0, layer.head_dim, 48, "rotary_dim"},
    };
    s3lm_status status = check_ranges(reader, S3LM_KIND_LAYR, index, base, fields, sizeof fields / sizeof fields[0]);
    if (status != S3LM_OK) {
        return status;
    }
    const char *wrong = NULL;
    uint32_t at = 0;
    if (layer.heads % layer.kv_heads != 0u) {
        wrong = "kv_heads", at = 8;
    } else if (layer.head_dim % 2u != 0u) {
        wrong = "head_dim", at = 12;
    } else if (layer.rotary != S3LM_NONE && layer.rotary >= package->config.rotary_tables) {
        wrong = "rotary table index", at = 28;
    } else if (layer.rotary_dim % 2u != 0u || (layer.rotary != S3LM_NONE && layer.rotary_dim == 0u)) {
        wrong = "rotary_dim", at = 48;
    } else if (!inside(layer.attn_norm_eps, SMALLEST_EPSILON, LARGEST_EPSILON)) {
        wrong = "attn_norm_eps", at = 36;
    } else if (!inside(layer.mlp_norm_eps, SMALLEST_EPSILON, LARGEST_EPSILON)) {
        wrong = "mlp_norm_eps", at = 40;
    } else if (!is_factor(layer.score_scale)) {
        wrong = "score_scale", at = 44;
    }
    if (wrong) {
        return s3lm_blame(reader, S3LM_ERR_FIELD, S3LM_KIND_LAYR, index, base + at, wrong);
    }
    if (!s3lm_all_zero(p + 52, 12)) {
        return s3lm_blame(reader, S3LM_ERR_RESERVED, S3LM_KIND_LAYR, index, base + 52u, "reserved");
    }
    return S3LM_OK;
}

s3lm_status s3lm_read_layers(s3lm_reader *reader) {
    s3lm_package *package = reader->package;
    uint32_t length;
    package->layers = s3lm_package_section(package, S3LM_KIND_LAYR, &length);
    if (length != S3LM_LAYER_BYTES * package->config.layers) {
        uint32_t base = (uint32_t)(package->layers - package->bytes);
        return s3lm_blame(reader, S3LM_ERR_SECTION_LENGTH, S3LM_KIND_LAYR, S3LM_NONE, base, "length");
    }
    for (uint32_t layer = 0; layer < package->config.layers; layer++) {
        s3lm_status status = check_layer(reader, layer);
        if (status != S3LM_OK) {
            return status;
        }
    }
    return S3LM_OK;
}

s3lm_status s3lm_read_sampling(s3lm_reader *reader) {
    s3lm_package *package = reader->package;
    uint32_t length;
    const uint8_t *p = s3lm_package_section(package, S3LM_KIND_SAMP, &length);
    uint32_t base = (uint32_t)(p - package->bytes);
    if (length < S3LM_SAMPLING_BYTES) {
        return s3lm_blame(reader, S3LM_ERR_SECTION_LENGTH, S3LM_KIND_SAMP, S3LM_NONE, base, "length");
    }
    uint32_t stops = s3lm_u32(p + 28);
    if (s3lm_u32(p) > 1u) {
        return s3lm_blame(reader, S3LM_ERR_FIELD, S3LM_KIND_SAMP, S3LM_NONE, base, "do_sample");
    }
    if (stops > S3LM_MAX_STOP_IDS) {
        return s3lm_blame(reader, S3LM_ERR_FIELD, S3LM_KIND_SAMP, S3LM_NONE, base + 28u, "stop_count");
    }
    if (length != S3LM_SAMPLING_BYTES + 4u * stops) {
        return s3lm_blame(reader, S3LM_ERR_SECTION_LENGTH, S3LM_KIND_SAMP, S3LM_NONE, base + 28u, "length");
    }
    package->sampling = (s3lm_sampling){
        .do_sample = s3lm_u32(p) == 1u,
        .temperature = s3lm_f32(p + 4),
        .top_k = s3lm_u32(p + 8),
        .top_p = s3lm_f32(p + 12),
        .min_p = s3lm_f32(p + 16),
        .repetition_penalty = s3lm_f32(p + 20),
        .max_new_tokens = s3lm_u32(p + 24),
    };
    if (!s3lm_sampling_valid(&package->sampling)) {
        return s3lm_blame(reader, S3LM_ERR_FIELD, S3LM_KIND_SAMP, S3LM_NONE, base + 4u, "sampling parameters");
    }
    package->stop_id_count = stops;
    for (uint32_t i = 0; i < stops; i++) {
        package->stop_ids[i] = s3lm_u32(p + S3LM_SAMPLING_BYTES + 4u * i);
        if (package->stop_ids[i] >= package->config.vocab_size) {
            return s3lm_blame(reader, S3LM_ERR_FIELD, S3LM_KIND_SAMP, i, base + S3LM_SAMPLING_BYTES + 4u * i,
                              "stop_ids");
        }
    }
    return S3LM_OK;
}
