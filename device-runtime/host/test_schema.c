/* The tables that were generated from the schema hold together, and the decoders read where the tables say. */
#include "testing_package.h"

static void sections_are_known_once(void) {
    for (uint32_t i = 0; i < S3LM_SECTIONS; i++) {
        const s3lm_section_spec *section = &s3lm_sections[i];
        uint32_t kind = 0;
        for (uint32_t c = 0; c < 4u; c++) {
            kind |= (uint32_t)(uint8_t)section->name[c] << (8u * c);
        }
        CHECK(section->kind == kind && section->name[4] == '\0', "section %s", section->name);
        for (uint32_t j = 0; j < i; j++) {
            CHECK(s3lm_sections[j].kind != kind, "section %s comes twice", section->name);
        }
    }
}

static void encodings_have_their_tables(void) {
    for (uint32_t i = 0; i < S3LM_ENCODINGS; i++) {
        const s3lm_encoding_spec *encoding = &s3lm_encodings[i];
        bool grouped = false;
        CHECK(encoding->bits >= 1u && encoding->bits <= 32u, "encoding %u: %u bits", i, encoding->bits);
        CHECK(encoding->table_count <= S3LM_MAX_TABLES, "encoding %u: %u tables", i, encoding->table_count);
        for (uint32_t table = 0; table < encoding->table_count; table++) {
            CHECK(encoding->per[table] <= S3LM_PER_GROUP, "encoding %u: table %u", i, table);
            CHECK(encoding->type[table] <= S3LM_TABLE_I8, "encoding %u: table %u", i, table);
            grouped = grouped || encoding->per[table] == S3LM_PER_GROUP;
        }
        CHECK(grouped == encoding->grouped, "encoding %u: a table by groups and none, or none and groups", i);
    }
}

/* Numbers of roles say what kind of step they belong to. */
static void check_number(const s3lm_role_spec *role) {
    static const struct {
        uint32_t first, count;
    } roles[] = {[S3LM_SCOPE_MODEL] = {1, S3LM_STEP_ROLES - 1u},
                 [S3LM_SCOPE_TABLE] = {1, S3LM_STEP_ROLES - 1u},
                 [S3LM_SCOPE_NORM] = {S3LM_ROLE_NORM, S3LM_NORM_ROLES},
                 [S3LM_SCOPE_ATTENTION] = {S3LM_ROLE_QKV, S3LM_ATTENTION_ROLES},
                 [S3LM_SCOPE_MLP] = {S3LM_ROLE_GATE_UP, S3LM_MLP_ROLES},
                 [S3LM_SCOPE_CONV] = {S3LM_ROLE_CONV_IN, S3LM_CONV_ROLES}};
    CHECK(role->scope < sizeof roles / sizeof roles[0], "%s: scope %u", role->name, role->scope);
    CHECK(role->code >= roles[role->scope].first && role->code - roles[role->scope].first < roles[role->scope].count,
          "%s has number %u", role->name, role->code);
    CHECK(role->scope <= S3LM_SCOPE_TABLE || roles[role->scope].first % S3LM_STEP_ROLES == 0u, "%s", role->name);
}

static void roles_refer_to_each_other(void) {
    for (uint32_t i = 0; i < S3LM_ROLES; i++) {
        const s3lm_role_spec *role = &s3lm_roles[i];
        const s3lm_role_spec *matrix = s3lm_role_of(role->bias_of), *fused = s3lm_role_of(role->fused_by);
        bool is_matrix = role->shape == S3LM_SHAPE_MATRIX || role->shape == S3LM_SHAPE_LOOKUP;
        CHECK(s3lm_role_of(role->code) == role, "%s: its number comes twice", role->name);
        CHECK(strcmp(s3lm_role_name(role->code), role->name) == 0 && role->name[0] != '\0', "a role without a name");
        check_number(role);
        CHECK(is_matrix == (role->sources > 0u), "%s: %u sources", role->name, role->sources);
        CHECK((role->bias_of != 0u) == (matrix != NULL), "%s: a bias of nothing", role->name);
        CHECK(!matrix || (S3LM_BIAS_OF(matrix->code) == (s3lm_role)role->code && matrix->scope == role->scope &&
                          matrix->shape == S3LM_SHAPE_MATRIX && matrix->rows == role->cols),
              "%s does not follow its matrix", role->name);
        CHECK((role->fused_by != 0u) == (fused != NULL) && (!fused || fused->scope == role->scope), "%s: fused",
              role->name);
        bool is_step = role->scope != S3LM_SCOPE_MODEL && role->scope != S3LM_SCOPE_TABLE;
        CHECK(role->owners == 0u || is_step ||
                  (role->scope == S3LM_SCOPE_MODEL && role->owners == S3LM_OWNER_EMBEDDING_SIZE),
              "%s: for no model", role->name);
        CHECK(role->scope != S3LM_SCOPE_MLP || role->owners >> S3LM_MLP_KINDS == 0u, "%s: for no feed-forward",
              role->name);
        CHECK(role->scope != S3LM_SCOPE_ATTENTION ||
                  (role->owners & ~S3LM_OWNER_HEAD_NORM) >> S3LM_POSITION_KINDS == 0u,
              "%s: for no attention", role->name);
    }
    CHECK(s3lm_role_of(0) == NULL && s3lm_role_of(0xFFFF) == NULL, "a role that does not exist");
}

/* Fields in the order of their offsets, without overlap, each with a range. */
static void record_is_sound(const s3lm_record *record, uint32_t bytes, const char *name) {
    uint32_t end = 0;
    CHECK(record->bytes == bytes, "%s: %u bytes", name, record->bytes);
    for (uint32_t i = 0; i < record->field_count; i++) {
        const s3lm_field *field = &record->fields[i];
        uint32_t most = field->bytes == 4u ? 0xFFFFFFFFu : (1u << (8u * field->bytes)) - 1u;
        CHECK(field->name && strlen(field->name) > 1u, "%s: field %u has no name", name, i);
        CHECK(field->offset >= end && field->offset % field->bytes == 0u, "%s: %s lies wrongly", name, field->name);
        CHECK(field->low <= field->high && field->high <= most && field->also <= most, "%s: %s", name, field->name);
        CHECK(field->step >= 1u && field->low % field->step == 0u, "%s: step of %s", name, field->name);
        end = field->offset + field->bytes;
    }
    CHECK(end <= record->bytes, "%s: fields beyond its end", name);
}

static void records_are_sound(void) {
    record_is_sound(&s3lm_config_record, S3LM_CONFIG_BYTES, "config");
    record_is_sound(&s3lm_step_head_record, S3LM_STEP_HEAD_BYTES, "step");
    record_is_sound(&s3lm_tensor_record, S3LM_TENSOR_BYTES, "tensor");
    record_is_sound(&s3lm_sampling_record, S3LM_SAMPLING_BYTES, "sampling");
    for (uint32_t kind = 0; kind < S3LM_STEP_KINDS; kind++) {
        CHECK(s3lm_step_records[kind] != NULL, "step kind %u", kind);
        record_is_sound(s3lm_step_records[kind], S3LM_STEP_BYTES - S3LM_STEP_HEAD_BYTES, "a kind of step");
    }
}

static void decoders_read_what_the_tables_say(void) {
    uint8_t p[S3LM_STEP_BYTES] = {0};
    p[S3LM_STEP_HEAD_LAYER_AT] = 3;
    p[S3LM_STEP_HEAD_LAYER_AT + 1] = 1;
    p[S3LM_STEP_HEAD_KIND_AT] = S3LM_STEP_MLP;
    p[S3LM_STEP_HEAD_READS_AT] = S3LM_PLACE_BRANCH;
    p[S3LM_STEP_HEAD_WRITES_AT] = S3LM_PLACE_NORMED;
    p[S3LM_STEP_HEAD_ADDS_AT] = 1;
    s3lm_step_head head = s3lm_decode_step_head(p);
    CHECK(head.layer == 259u && head.kind == S3LM_STEP_MLP && head.reads == S3LM_PLACE_BRANCH &&
              head.writes == S3LM_PLACE_NORMED && head.adds == 1u,
          "head of a step");
    memset(p, 0, sizeof p);
    put_u32(p + S3LM_ATTENTION_HEADS_AT, 256);
    put_u32(p + S3LM_ATTENTION_KV_HEADS_AT, 128);
    put_u32(p + S3LM_ATTENTION_HEAD_DIM_AT, 254);
    put_u32(p + S3LM_ATTENTION_WINDOW_AT, 0xFFFFFFFFu);
    put_u32(p + S3LM_ATTENTION_POSITION_AT, S3LM_POSITION_ROTARY);
    put_u32(p + S3LM_ATTENTION_ROTARY_TABLE_AT, S3LM_NONE);
    put_u32(p + S3LM_ATTENTION_ROTARY_DIM_AT, 252);
    put_f32(p + S3LM_ATTENTION_SCORE_SCALE_AT, 0.25f);
    s3lm_attention_config attention = s3lm_decode_attention(p);
    CHECK(attention.heads == 256u && attention.kv_heads == 128u && attention.head_dim == 254u &&
              attention.window == 0xFFFFFFFFu && attention.position == S3LM_POSITION_ROTARY &&
              attention.rotary_table == S3LM_NONE && attention.rotary_dim == 252u && attention.score_scale == 0.25f,
          "an attention");
    memset(p, 0, sizeof p);
    put_u32(p + S3LM_CONFIG_CACHE_AT, S3LM_CACHE_FLOAT32);
    put_u32(p + S3LM_CONFIG_ACTIVATIONS_AT, S3LM_ACTIVATION_FLOAT32);
    put_u32(p + S3LM_CONFIG_BOS_ID_AT, S3LM_NONE);
    put_f32(p + S3LM_CONFIG_LOGIT_SCALE_AT, 0.5f);
    put_u32(p + S3LM_CONFIG_ROTARY_TABLES_AT, S3LM_MAX_ROTARY_TABLES);
    s3lm_config config = s3lm_decode_config(p);
    CHECK(config.cache == S3LM_CACHE_FLOAT32 && config.activations == S3LM_ACTIVATION_FLOAT32 &&
              config.bos_id == S3LM_NONE && config.logit_scale == 0.5f &&
              config.rotary_tables == S3LM_MAX_ROTARY_TABLES && config.hidden_size == 0u,
          "CONF");
    memset(p, 0, sizeof p);
    put_u32(p + S3LM_MLP_WIDTH_AT, S3LM_MAX_MLP_WIDTH);
    CHECK(s3lm_decode_mlp(p).width == S3LM_MAX_MLP_WIDTH, "a feed-forward");
    put_f32(p + S3LM_NORM_EPSILON_AT, 0.5f);
    CHECK(s3lm_decode_norm(p).epsilon == 0.5f, "a norm");
}

int main(void) {
    RUN(sections_are_known_once);
    RUN(encodings_have_their_tables);
    RUN(roles_refer_to_each_other);
    RUN(records_are_sound);
    RUN(decoders_read_what_the_tables_say);
    return report();
}
