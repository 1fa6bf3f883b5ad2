/* The tensor directory of a package against the model's description: roles, shapes, encodings, and that all is there.
 */
#include "package_reader.h"

static const uint8_t *record_at(const s3lm_package *package, uint32_t index) {
    return package->directory + S3LM_TENSOR_BYTES * index;
}

const s3lm_role_spec *s3lm_role_of(uint32_t code) {
    for (uint32_t i = 0; i < S3LM_ROLES; i++) {
        if (s3lm_roles[i].code == code) {
            return &s3lm_roles[i];
        }
    }
    return NULL;
}

const char *s3lm_role_name(uint32_t code) {
    const s3lm_role_spec *role = s3lm_role_of(code);
    return role ? role->name : "?";
}

/* Columns of a rotary table: what the first attention that uses it rotates, as all of them do. */
static uint32_t rotary_dim(const s3lm_package *package, uint32_t table) {
    for (uint32_t i = 0; i < package->step_count; i++) {
        if (s3lm_package_step(package, i).kind == S3LM_STEP_ATTENTION) {
            s3lm_attention_config attention = s3lm_package_attention(package, i);
            if (attention.rotary_table == table) {
                return attention.rotary_dim;
            }
        }
    }
    return 0;
}

/* A size of the model or of what tensor `index` belongs to. */
static uint32_t size_of(const s3lm_package *package, s3lm_size size, uint32_t index) {
    s3lm_attention_config attention;
    switch (size) {
    case S3LM_SIZE_ONE:
        return 1;
    case S3LM_SIZE_HIDDEN:
        return package->config.hidden_size;
    case S3LM_SIZE_EMBEDDING:
        return package->config.embedding_size == 0u ? package->config.hidden_size : package->config.embedding_size;
    case S3LM_SIZE_VOCAB:
        return package->config.vocab_size;
    case S3LM_SIZE_CONTEXT:
        return package->config.context;
    case S3LM_SIZE_QUERY:
        attention = s3lm_package_attention(package, index);
        return (uint32_t)attention.heads * attention.head_dim;
    case S3LM_SIZE_KEY:
        attention = s3lm_package_attention(package, index);
        return (uint32_t)attention.kv_heads * attention.head_dim;
    case S3LM_SIZE_QUERY_KEY_VALUE:
        attention = s3lm_package_attention(package, index);
        return (attention.heads + 2u * attention.kv_heads) * attention.head_dim;
    case S3LM_SIZE_WIDTH:
        return s3lm_package_mlp(package, index).width;
    case S3LM_SIZE_TWO_WIDTHS:
        return 2u * s3lm_package_mlp(package, index).width;
    case S3LM_SIZE_THREE_HIDDEN:
        return 3u * package->config.hidden_size;
    case S3LM_SIZE_KERNEL:
        return s3lm_package_conv(package, index).taps * package->config.hidden_size;
    case S3LM_SIZE_ROTARY_DIM:
        return rotary_dim(package, index);
    case S3LM_SIZE_HEADS:
        return s3lm_package_attention(package, index).heads;
    case S3LM_SIZE_QUERY_NORM:
        attention = s3lm_package_attention(package, index);
        return attention.head_norm == S3LM_HEAD_NORM_HEAD ? attention.head_dim
                                                          : (uint32_t)attention.heads * attention.head_dim;
    case S3LM_SIZE_KEY_NORM:
        attention = s3lm_package_attention(package, index);
        return attention.head_norm == S3LM_HEAD_NORM_HEAD ? attention.head_dim
                                                          : (uint32_t)attention.kv_heads * attention.head_dim;
    }
    return 0;
}

/* ---- One tensor ---- */

uint32_t s3lm_table_count(const s3lm_tensor *tensor, uint32_t table) {
    const s3lm_encoding_spec *encoding = &s3lm_encodings[tensor->encoding];
    if (table >= encoding->table_count) {
        return 0;
    }
    switch ((s3lm_table_per)encoding->per[table]) {
    case S3LM_PER_SOURCE:
        return s3lm_role_of(tensor->role)->sources;
    case S3LM_PER_ROW:
        return tensor->rows;
    case S3LM_PER_GROUP:
        return tensor->rows * s3lm_groups(tensor->cols, tensor->group);
    }
    return 0;
}

uint32_t s3lm_table_bytes(const s3lm_tensor *tensor, uint32_t table) {
    return s3lm_table_count(tensor, table) * S3LM_ELEMENT_BYTES(s3lm_encodings[tensor->encoding].type[table]);
}

s3lm_tensor s3lm_describe_tensor(const s3lm_package *package, uint32_t index) {
    const uint8_t *p = record_at(package, index);
    uint32_t owner = s3lm_u16(p + S3LM_TENSOR_INDEX_AT);
    const s3lm_role_spec *role = s3lm_role_of(s3lm_u16(p));
    return (s3lm_tensor){
        .rows = s3lm_u32(p + S3LM_TENSOR_ROWS_AT),
        .cols = s3lm_u32(p + S3LM_TENSOR_COLS_AT),
        .row_bytes = s3lm_u32(p + S3LM_TENSOR_ROW_BYTES_AT),
        .group = s3lm_u32(p + S3LM_TENSOR_GROUP_AT),
        .first_rows = role->sources > 2u ? size_of(package, S3LM_SIZE_QUERY, owner) : S3LM_NONE,
        .activation_scale = s3lm_f32(p + S3LM_TENSOR_ACTIVATION_SCALE_AT),
        .role = role->code,
        .index = (uint16_t)owner,
        .encoding = (s3lm_encoding)s3lm_u16(p + S3LM_TENSOR_ENCODING_AT),
        .input = (s3lm_input_kind)p[S3LM_TENSOR_INPUT_AT],
        .placement = (s3lm_memory_kind)p[S3LM_TENSOR_PLACEMENT_AT],
        .interleaved = role->interleaved,
    };
}

s3lm_tensor s3lm_package_tensor(const s3lm_package *package, uint32_t index) {
    const uint8_t *p = record_at(package, index);
    s3lm_tensor tensor = s3lm_describe_tensor(package, index);
    uint32_t at = s3lm_u32(p + S3LM_TENSOR_TABLES_OFFSET_AT);
    tensor.data = package->weights + s3lm_u32(p + S3LM_TENSOR_DATA_OFFSET_AT);
    for (uint32_t table = 0; table < s3lm_encodings[tensor.encoding].table_count; table++) {
        tensor.tables[table] = package->weights + at;
        at += (uint32_t)s3lm_align(s3lm_table_bytes(&tensor, table), S3LM_SECTION_ALIGNMENT);
    }
    return tensor;
}

s3lm_tensor s3lm_package_rest(const s3lm_package *package, uint32_t index) {
    const uint8_t *p = record_at(package, index);
    uint32_t placed = s3lm_u32(p + S3LM_TENSOR_PLACED_ROWS_AT);
    s3lm_tensor rest = s3lm_package_tensor(package, index), before = rest;
    before.rows = placed;
    rest.rows = placed == 0u ? 0u : rest.rows - placed;
    rest.placement = (s3lm_memory_kind)p[S3LM_TENSOR_REST_PLACEMENT_AT];
    rest.data = (const uint8_t *)rest.data + (size_t)placed * rest.row_bytes;
    for (uint32_t table = 0; table < S3LM_MAX_TABLES && rest.tables[table]; table++) {
        rest.tables[table] = (const uint8_t *)rest.tables[table] + s3lm_table_bytes(&before, table);
    }
    return rest;
}

static bool index_fits(const s3lm_package *package, const s3lm_role_spec *role, uint32_t index) {
    s3lm_step_kind kind = S3LM_STEP_NORM;
    switch ((s3lm_scope)role->scope) {
    case S3LM_SCOPE_MODEL:
        return index == S3LM_GLOBAL;
    case S3LM_SCOPE_TABLE:
        return index < package->config.rotary_tables;
    case S3LM_SCOPE_NORM:
        break;
    case S3LM_SCOPE_ATTENTION:
        kind = S3LM_STEP_ATTENTION;
        break;
    case S3LM_SCOPE_MLP:
        kind = S3LM_STEP_MLP;
        break;
    case S3LM_SCOPE_CONV:
        kind = S3LM_STEP_CONV;
        break;
    }
    return index < package->step_count && s3lm_package_step(package, index).kind == kind;
}

static bool has_head(const s3lm_package *package) {
    for (uint32_t i = 0; i < package->tensor_count; i++) {
        if (s3lm_u16(record_at(package, i)) == S3LM_ROLE_HEAD) {
            return true;
        }
    }
    return false;
}

/* Whether activations are multiplied with a tensor: a matrix, or an embedding that is the head as well. */
static bool is_multiplied(const s3lm_package *package, const s3lm_role_spec *role) {
    return role->shape == S3LM_SHAPE_MATRIX || (role->code == S3LM_ROLE_EMBEDDING && !has_head(package));
}

/* Matrices are float32 throughout when activations are not quantized, INT8 throughout when they are. What is looked up
 * by row may be either, unless it is also the head. */
static bool encoding_fits(const s3lm_package *package, const s3lm_role_spec *role, s3lm_encoding encoding) {
    bool float32 = package->config.activations == S3LM_ACTIVATION_FLOAT32;
    switch ((s3lm_shape)role->shape) {
    case S3LM_SHAPE_LOOKUP:
        return encoding == S3LM_FLOAT32 ||
               ((encoding == S3LM_INT8_CHANNEL || encoding == S3LM_INT8_GROUP_U8 || encoding == S3LM_INT4_GROUP) &&
                !(float32 && is_multiplied(package, role)));
    case S3LM_SHAPE_MATRIX:
        return float32 == (encoding == S3LM_FLOAT32);
    case S3LM_SHAPE_VECTOR:
    case S3LM_SHAPE_TABLE:
        break;
    }
    return encoding == S3LM_FLOAT32;
}

/* How the input of a tensor is quantized: only where codes are multiplied with codes, in groups that fit those of the
 * weights; a static scale is one of INT8. Gives the offset of the field that does not fit, S3LM_NONE when both do. */
static uint32_t wrong_input(const s3lm_package *package, const s3lm_tensor *tensor, const s3lm_role_spec *role) {
    bool multiplied = S3LM_HOLDS_CODES(tensor->encoding) && is_multiplied(package, role);
    uint32_t shared = S3LM_INPUT_GROUP(tensor->input), group = tensor->group;
    /* Their sums go to float once a row. */
    bool exact = tensor->encoding == S3LM_INT8_GROUP_U8 || tensor->encoding == S3LM_INT4_GROUP;
    bool fits = tensor->input == S3LM_INPUT_INT16
                    ? group <= S3LM_MOST_GROUP_OF_INT16
                    : shared == 0u || (!exact && (group % shared == 0u || shared % group == 0u));
    if (tensor->input != S3LM_INPUT_INT8 && !(multiplied && fits)) {
        return S3LM_TENSOR_INPUT_AT;
    }
    bool may_be_static =
        multiplied && tensor->input == S3LM_INPUT_INT8 && package->config.activations == S3LM_ACTIVATION_STATIC;
    return tensor->activation_scale == 0.0f || may_be_static ? S3LM_NONE : (uint32_t)S3LM_TENSOR_ACTIVATION_SCALE_AT;
}

/* Whether the encoding may have groups of so many columns; 0 where it has none. */
static bool group_fits(const s3lm_tensor *tensor) {
    uint32_t group = tensor->group;
    if (!s3lm_encodings[tensor->encoding].grouped) {
        return group == 0u;
    }
    if (tensor->encoding == S3LM_INT4_GROUP) {
        return S3LM_IS_GROUP_OF_INT4(group);
    }
    return group != 0u && group <= (uint32_t)s3lm_align(tensor->cols, S3LM_ROW_ALIGNMENT) &&
           (tensor->encoding != S3LM_INT8_GROUP_U8 || group <= S3LM_MOST_GROUP_OF_U8);
}

/* Rows, columns and what follows from them. Gives the offset of the field that does not fit, S3LM_NONE when all do. */
static uint32_t wrong_size(const s3lm_package *package, const uint8_t *p, const s3lm_tensor *tensor,
                           const s3lm_role_spec *role) {
    const s3lm_encoding_spec *encoding = &s3lm_encodings[tensor->encoding];
    if (tensor->rows != size_of(package, (s3lm_size)role->rows, tensor->index)) {
        return S3LM_TENSOR_ROWS_AT;
    }
    if (tensor->cols != size_of(package, (s3lm_size)role->cols, tensor->index)) {
        return S3LM_TENSOR_COLS_AT;
    }
    if (tensor->row_bytes != (uint32_t)s3lm_align((tensor->cols * encoding->bits + 7u) / 8u, S3LM_ROW_ALIGNMENT)) {
        return S3LM_TENSOR_ROW_BYTES_AT;
    }
    if (!group_fits(tensor)) {
        return S3LM_TENSOR_GROUP_AT;
    }
    if (s3lm_u32(p + S3LM_TENSOR_DATA_LENGTH_AT) != (uint64_t)tensor->rows * tensor->row_bytes) {
        return S3LM_TENSOR_DATA_LENGTH_AT;
    }
    /* The data's length has 32 bits, so that of the tables has. */
    uint32_t end = 0;
    for (uint32_t table = 0; table < encoding->table_count; table++) {
        end = (uint32_t)s3lm_align(end, S3LM_SECTION_ALIGNMENT) + s3lm_table_bytes(tensor, table);
    }
    return s3lm_u32(p + S3LM_TENSOR_TABLES_LENGTH_AT) == end ? S3LM_NONE : (uint32_t)S3LM_TENSOR_TABLES_LENGTH_AT;
}

/* How a tensor is parted: a matrix of codes, by rows that bring their tables with them, between two memories. Gives the
 * offset of the field that does not fit, S3LM_NONE when both do. */
static uint32_t wrong_parts(const s3lm_package *package, const uint8_t *p, const s3lm_tensor *tensor,
                            const s3lm_role_spec *role) {
    uint32_t placed = s3lm_u32(p + S3LM_TENSOR_PLACED_ROWS_AT);
    uint8_t rest = p[S3LM_TENSOR_REST_PLACEMENT_AT];
    bool may_be = S3LM_HOLDS_CODES(tensor->encoding) && tensor->encoding != S3LM_INT8_TENSOR &&
                  is_multiplied(package, role) && placed < tensor->rows;
    if (placed != 0u && !may_be) {
        return S3LM_TENSOR_PLACED_ROWS_AT;
    }
    return (placed != 0u ? rest != tensor->placement : rest == 0u) ? S3LM_NONE
                                                                   : (uint32_t)S3LM_TENSOR_REST_PLACEMENT_AT;
}

/* One directory record, all but where its bytes lie. */
static s3lm_status check_tensor(s3lm_reader *reader, uint32_t index) {
    const s3lm_package *package = reader->package;
    const uint8_t *p = record_at(package, index);
    uint32_t base = (uint32_t)(p - package->bytes);
    uint32_t encoding = s3lm_u16(p + S3LM_TENSOR_ENCODING_AT);
    const s3lm_role_spec *role = s3lm_role_of(s3lm_u16(p));
    s3lm_status status = s3lm_check_record(reader, S3LM_KIND_TDIR, index, p, &s3lm_tensor_record);
    if (status != S3LM_OK) {
        return status;
    }
    if (!role) {
        return s3lm_blame(reader, S3LM_ERR_TENSOR_UNKNOWN, S3LM_KIND_TDIR, index, base, "role");
    }
    if (!index_fits(package, role, s3lm_u16(p + S3LM_TENSOR_INDEX_AT))) {
        return s3lm_blame(reader, S3LM_ERR_FIELD, S3LM_KIND_TDIR, index, base + S3LM_TENSOR_INDEX_AT, role->name);
    }
    uint32_t wrong = S3LM_TENSOR_ENCODING_AT;
    s3lm_tensor tensor;
    if (encoding < S3LM_ENCODINGS && encoding_fits(package, role, (s3lm_encoding)encoding)) {
        tensor = s3lm_describe_tensor(package, index);
        wrong = wrong_size(package, p, &tensor, role);
    }
    if (wrong != S3LM_NONE) {
        return s3lm_blame(reader, S3LM_ERR_TENSOR_SHAPE, S3LM_KIND_TDIR, index, base + wrong, role->name);
    }
    wrong = wrong_input(package, &tensor, role);
    wrong = wrong == S3LM_NONE ? wrong_parts(package, p, &tensor, role) : wrong;
    return wrong == S3LM_NONE ? S3LM_OK
                              : s3lm_blame(reader, S3LM_ERR_FIELD, S3LM_KIND_TDIR, index, base + wrong, role->name);
}

/* ---- All tensors of a step, a table or the model ---- */

/* Bit of a role among those of its scope; 0 for role 0, which is no role. */
static uint32_t bit_of(uint32_t code) { return code == 0u ? 0u : 1u << code % S3LM_STEP_ROLES; }

/* Which roles `index` of a scope has, as bits. A role that comes twice is a fault. */
static s3lm_status find_roles(s3lm_reader *reader, s3lm_scope scope, uint32_t index, uint32_t *present) {
    const s3lm_package *package = reader->package;
    for (uint32_t i = 0; i < package->tensor_count; i++) {
        const uint8_t *p = record_at(package, i);
        const s3lm_role_spec *role = s3lm_role_of(s3lm_u16(p));
        if (s3lm_u16(p + S3LM_TENSOR_INDEX_AT) != index || role->scope != scope) {
            continue;
        }
        if ((*present & bit_of(role->code)) != 0u) {
            uint32_t at = (uint32_t)(p - package->bytes);
            return s3lm_blame(reader, S3LM_ERR_TENSOR_DUPLICATE, S3LM_KIND_TDIR, i, at, role->name);
        }
        *present |= bit_of(role->code);
    }
    return S3LM_OK;
}

/* That what `index` of a scope needs is there, and nothing in it is superfluous. `owner` has the bits of what it is. */
static s3lm_status check_owner(s3lm_reader *reader, s3lm_scope scope, uint32_t index, uint32_t owner) {
    uint32_t base = (uint32_t)(reader->package->directory - reader->package->bytes);
    uint32_t present = 0;
    s3lm_status status = find_roles(reader, scope, index, &present);
    if (status != S3LM_OK) {
        return status;
    }
    for (uint32_t i = 0; i < S3LM_ROLES; i++) {
        const s3lm_role_spec *role = &s3lm_roles[i];
        if (role->scope != scope) {
            continue;
        }
        bool is_present = (present & bit_of(role->code)) != 0u;
        bool is_fused = (present & bit_of(role->fused_by)) != 0u;
        bool is_known = role->owners == 0u || (role->owners & owner) != 0u;
        bool has_matrix = role->bias_of == 0u || (present & bit_of(role->bias_of)) != 0u;
        if (is_present && (is_fused || !is_known || !has_matrix)) {
            return s3lm_blame(reader, S3LM_ERR_TENSOR_CONFLICT, S3LM_KIND_TDIR, index, base, role->name);
        }
        if (role->needed && is_known && !is_present && !is_fused) {
            return s3lm_blame(reader, S3LM_ERR_TENSOR_MISSING, S3LM_KIND_TDIR, index, base, role->name);
        }
    }
    return S3LM_OK;
}

static s3lm_status check_step_tensors(s3lm_reader *reader, uint32_t index) {
    s3lm_attention_config attention;
    switch (s3lm_package_step(reader->package, index).kind) {
    case S3LM_STEP_NORM:
        return check_owner(reader, S3LM_SCOPE_NORM, index, 0);
    case S3LM_STEP_ATTENTION:
        attention = s3lm_package_attention(reader->package, index);
        return check_owner(reader, S3LM_SCOPE_ATTENTION, index,
                           1u << attention.position |
                               (attention.head_norm == S3LM_HEAD_NORM_NONE ? 0u : S3LM_OWNER_HEAD_NORM));
    case S3LM_STEP_MLP:
        return check_owner(reader, S3LM_SCOPE_MLP, index, 1u << s3lm_package_mlp(reader->package, index).mlp);
    case S3LM_STEP_CONV:
        return check_owner(reader, S3LM_SCOPE_CONV, index, 0);
    }
    return S3LM_OK;
}

s3lm_status s3lm_check_tensors(s3lm_reader *reader) {
    s3lm_package *package = reader->package;
    uint32_t length;
    package->directory = s3lm_package_section(package, S3LM_KIND_TDIR, &length);
    package->tensor_count = length / S3LM_TENSOR_BYTES;
    if (length % S3LM_TENSOR_BYTES != 0u || length == 0u || package->tensor_count > S3LM_MAX_TENSORS) {
        uint32_t base = (uint32_t)(package->directory - package->bytes);
        return s3lm_blame(reader, S3LM_ERR_SECTION_LENGTH, S3LM_KIND_TDIR, S3LM_NONE, base, "length");
    }
    s3lm_status status = S3LM_OK;
    for (uint32_t i = 0; status == S3LM_OK && i < package->tensor_count; i++) {
        status = check_tensor(reader, i);
    }
    if (status == S3LM_OK) {
        status = check_owner(reader, S3LM_SCOPE_MODEL, S3LM_GLOBAL,
                             package->config.embedding_size == 0u ? 0u : S3LM_OWNER_EMBEDDING_SIZE);
    }
    for (uint32_t table = 0; status == S3LM_OK && table < package->config.rotary_tables; table++) {
        status = check_owner(reader, S3LM_SCOPE_TABLE, table, 0);
    }
    for (uint32_t step = 0; status == S3LM_OK && step < package->step_count; step++) {
        status = check_step_tensors(reader, step);
    }
    return status;
}
