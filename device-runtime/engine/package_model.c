/* The model's description in a package: CONF, STEP and SAMP, each field against its rule, and the rules between them.
 */
#include "package_reader.h"

static uint32_t raw_value(const uint8_t *p, uint32_t bytes) {
    return bytes == 1u ? p[0] : bytes == 2u ? s3lm_u16(p) : s3lm_u32(p);
}

s3lm_status s3lm_check_record(s3lm_reader *reader, uint32_t section, uint32_t index, const uint8_t *p,
                              const s3lm_record *record) {
    uint32_t base = (uint32_t)(p - reader->package->bytes);
    uint32_t end = 0;
    for (uint32_t i = 0; i <= record->field_count; i++) {
        const s3lm_field *field = i < record->field_count ? &record->fields[i] : NULL;
        uint32_t next = field ? field->offset : record->bytes;
        if (!s3lm_all_zero(p + end, next - end)) {
            return s3lm_blame(reader, S3LM_ERR_RESERVED, section, index, base + end, "reserved");
        }
        if (!field) {
            break;
        }
        uint32_t value = raw_value(p + next, field->bytes);
        bool fits = value >= field->low && value <= field->high && value % field->step == 0u;
        if (!fits && value != field->also) {
            return s3lm_blame(reader, S3LM_ERR_FIELD, section, index, base + next, field->name);
        }
        end = next + field->bytes;
    }
    return S3LM_OK;
}

/* A field that fits its own range but not the rest of the model; its name and place are the schema's. */
static s3lm_status blame_field(s3lm_reader *reader, uint32_t section, uint32_t index, const uint8_t *p,
                               const s3lm_record *record, uint32_t offset) {
    uint32_t i = 0;
    while (record->fields[i].offset != offset) {
        i++;
    }
    uint32_t at = (uint32_t)(p - reader->package->bytes) + offset;
    return s3lm_blame(reader, S3LM_ERR_FIELD, section, index, at, record->fields[i].name);
}

s3lm_status s3lm_read_config(s3lm_reader *reader) {
    s3lm_package *package = reader->package;
    uint32_t length;
    const uint8_t *p = s3lm_package_section(package, S3LM_KIND_CONF, &length);
    if (length != S3LM_CONFIG_BYTES) {
        uint32_t base = (uint32_t)(p - package->bytes);
        return s3lm_blame(reader, S3LM_ERR_SECTION_LENGTH, S3LM_KIND_CONF, S3LM_NONE, base, "length");
    }
    s3lm_status status = s3lm_check_record(reader, S3LM_KIND_CONF, S3LM_NONE, p, &s3lm_config_record);
    if (status != S3LM_OK) {
        return status;
    }
    package->config = s3lm_decode_config(p);
    const s3lm_config *config = &package->config;
    if (config->bos_id != S3LM_NONE && config->bos_id >= config->vocab_size) {
        return blame_field(reader, S3LM_KIND_CONF, S3LM_NONE, p, &s3lm_config_record, S3LM_CONFIG_BOS_ID_AT);
    }
    return S3LM_OK;
}

/* ---- Steps ---- */

static const uint8_t *step_at(const s3lm_package *package, uint32_t index) {
    return package->steps + S3LM_STEP_BYTES * index;
}

static const uint8_t *body_at(const s3lm_package *package, uint32_t index) {
    return step_at(package, index) + S3LM_STEP_HEAD_BYTES;
}

s3lm_step_head s3lm_package_step(const s3lm_package *package, uint32_t index) {
    return s3lm_decode_step_head(step_at(package, index));
}

s3lm_norm_config s3lm_package_norm(const s3lm_package *package, uint32_t index) {
    return s3lm_decode_norm(body_at(package, index));
}

s3lm_attention_config s3lm_package_attention(const s3lm_package *package, uint32_t index) {
    return s3lm_decode_attention(body_at(package, index));
}

s3lm_mlp_config s3lm_package_mlp(const s3lm_package *package, uint32_t index) {
    return s3lm_decode_mlp(body_at(package, index));
}

s3lm_conv_config s3lm_package_conv(const s3lm_package *package, uint32_t index) {
    return s3lm_decode_conv(body_at(package, index));
}

/* What the steps before a step have settled. */
typedef struct {
    uint32_t layer;
    uint32_t held;                               /* a bit for each place that holds something in this layer */
    uint16_t rotary_dim[S3LM_MAX_ROTARY_TABLES]; /* columns of the tables, 0 while none has used one */
} progress;

/* The offset of an attention's field that does not fit the others, S3LM_NONE when all do. */
static uint32_t wrong_in_attention(const s3lm_package *package, uint32_t index, progress *before) {
    s3lm_attention_config attention = s3lm_package_attention(package, index);
    uint32_t table = attention.rotary_table, dim = attention.rotary_dim;
    if (attention.heads % attention.kv_heads != 0u) {
        return S3LM_ATTENTION_KV_HEADS_AT;
    }
    bool is_normed = attention.head_norm != S3LM_HEAD_NORM_NONE;
    if (is_normed != (attention.head_norm_epsilon != 0.0f)) {
        return S3LM_ATTENTION_HEAD_NORM_EPSILON_AT;
    }
    if (!is_normed && attention.head_norm_kind != S3LM_NORM_RMS) {
        return S3LM_ATTENTION_HEAD_NORM_KIND_AT;
    }
    if (attention.head_norm_turned != 0u && (!is_normed || attention.head_norm == S3LM_HEAD_NORM_ALL)) {
        return S3LM_ATTENTION_HEAD_NORM_TURNED_AT;
    }
    switch (attention.position) {
    case S3LM_POSITION_NONE:
    case S3LM_POSITION_ALIBI:
        if (table != S3LM_NONE) {
            return S3LM_ATTENTION_ROTARY_TABLE_AT;
        }
        return dim == 0u ? S3LM_NONE : (uint32_t)S3LM_ATTENTION_ROTARY_DIM_AT;
    case S3LM_POSITION_ROTARY:
        break;
    }
    if (table >= package->config.rotary_tables) {
        return S3LM_ATTENTION_ROTARY_TABLE_AT;
    }
    uint32_t agreed = before->rotary_dim[table];
    if (dim == 0u || dim > attention.head_dim || (agreed != 0u && dim != agreed)) {
        return S3LM_ATTENTION_ROTARY_DIM_AT;
    }
    before->rotary_dim[table] = (uint16_t)dim;
    return S3LM_NONE;
}

/* The offset of a field of a step's head that does not fit the steps before it, S3LM_NONE when all do. */
static uint32_t wrong_in_head(const s3lm_package *package, uint32_t index, progress *before) {
    s3lm_step_head step = s3lm_package_step(package, index);
    uint32_t last = package->config.layers - 1u;
    bool goes_on = step.layer == before->layer || (index > 0u && step.layer == before->layer + 1u);
    if (!goes_on || step.layer > last || (index + 1u == package->step_count && step.layer != last)) {
        return S3LM_STEP_HEAD_LAYER_AT;
    }
    if (step.layer != before->layer || index == 0u) {
        before->layer = step.layer;
        before->held = 1u << S3LM_PLACE_RESIDUAL;
    }
    if ((before->held >> step.reads & 1u) == 0u) {
        return S3LM_STEP_HEAD_READS_AT;
    }
    if (step.adds && (before->held >> step.writes & 1u) == 0u) {
        return S3LM_STEP_HEAD_WRITES_AT;
    }
    before->held |= 1u << step.writes;
    return S3LM_NONE;
}

static s3lm_status check_step(s3lm_reader *reader, uint32_t index, progress *before) {
    const s3lm_package *package = reader->package;
    const uint8_t *p = step_at(package, index);
    const s3lm_record *record = &s3lm_step_head_record;
    s3lm_status status = s3lm_check_record(reader, S3LM_KIND_STEP, index, p, record);
    uint32_t wrong = status == S3LM_OK ? wrong_in_head(package, index, before) : S3LM_NONE;
    if (status == S3LM_OK && wrong == S3LM_NONE) {
        s3lm_step_kind kind = s3lm_package_step(package, index).kind;
        p += S3LM_STEP_HEAD_BYTES;
        record = s3lm_step_records[kind];
        status = s3lm_check_record(reader, S3LM_KIND_STEP, index, p, record);
        if (status == S3LM_OK && kind == S3LM_STEP_ATTENTION) {
            wrong = wrong_in_attention(package, index, before);
        }
    }
    return wrong == S3LM_NONE ? status : blame_field(reader, S3LM_KIND_STEP, index, p, record, wrong);
}

s3lm_status s3lm_read_steps(s3lm_reader *reader) {
    s3lm_package *package = reader->package;
    uint32_t length;
    progress progress = {0};
    package->steps = s3lm_package_section(package, S3LM_KIND_STEP, &length);
    package->step_count = length / S3LM_STEP_BYTES;
    if (length % S3LM_STEP_BYTES != 0u || length == 0u || package->step_count > S3LM_MAX_STEPS) {
        uint32_t base = (uint32_t)(package->steps - package->bytes);
        return s3lm_blame(reader, S3LM_ERR_SECTION_LENGTH, S3LM_KIND_STEP, S3LM_NONE, base, "length");
    }
    for (uint32_t index = 0; index < package->step_count; index++) {
        s3lm_status status = check_step(reader, index, &progress);
        if (status != S3LM_OK) {
            return status;
        }
    }
    for (uint32_t table = 0; table < package->config.rotary_tables; table++) {
        if (progress.rotary_dim[table] == 0u) {
            const uint8_t *config = s3lm_package_section(package, S3LM_KIND_CONF, &length);
            return blame_field(reader, S3LM_KIND_CONF, table, config, &s3lm_config_record,
                               S3LM_CONFIG_ROTARY_TABLES_AT);
        }
    }
    return S3LM_OK;
}

/* ---- Sampling ---- */

s3lm_status s3lm_read_sampling(s3lm_reader *reader) {
    s3lm_package *package = reader->package;
    uint32_t length;
    const uint8_t *p = s3lm_package_section(package, S3LM_KIND_SAMP, &length);
    uint32_t base = (uint32_t)(p - package->bytes);
    if (length < S3LM_SAMPLING_BYTES) {
        return s3lm_blame(reader, S3LM_ERR_SECTION_LENGTH, S3LM_KIND_SAMP, S3LM_NONE, base, "length");
    }
    s3lm_status status = s3lm_check_record(reader, S3LM_KIND_SAMP, S3LM_NONE, p, &s3lm_sampling_record);
    if (status != S3LM_OK) {
        return status;
    }
    uint32_t stops = s3lm_u32(p + S3LM_SAMPLING_STOP_IDS_AT);
    if (length != S3LM_SAMPLING_BYTES + 4u * stops) {
        return s3lm_blame(reader, S3LM_ERR_SECTION_LENGTH, S3LM_KIND_SAMP, S3LM_NONE, base, "length");
    }
    package->sampling = (s3lm_sampling){
        .do_sample = s3lm_u32(p + S3LM_SAMPLING_DO_SAMPLE_AT) == 1u,
        .temperature = s3lm_f32(p + S3LM_SAMPLING_TEMPERATURE_AT),
        .top_k = s3lm_u32(p + S3LM_SAMPLING_TOP_K_AT),
        .top_p = s3lm_f32(p + S3LM_SAMPLING_TOP_P_AT),
        .min_p = s3lm_f32(p + S3LM_SAMPLING_MIN_P_AT),
        .repetition_penalty = s3lm_f32(p + S3LM_SAMPLING_REPETITION_PENALTY_AT),
        .max_new_tokens = s3lm_u32(p + S3LM_SAMPLING_MAX_NEW_TOKENS_AT),
    };
    package->stop_id_count = stops;
    for (uint32_t i = 0; i < stops; i++) {
        uint32_t at = S3LM_SAMPLING_BYTES + 4u * i;
        package->stop_ids[i] = s3lm_u32(p + at);
        if (package->stop_ids[i] >= package->config.vocab_size) {
            return s3lm_blame(reader, S3LM_ERR_FIELD, S3LM_KIND_SAMP, i, base + at, "stop ids");
        }
    }
    return S3LM_OK;
}
