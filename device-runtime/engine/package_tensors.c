/* The tensors of a package: the directory against the model's description, and every number of the weights. */
#include "bytes.h"
#include "kernels.h"
#include "package_reader.h"

/* Static activation scales: the range in which the quantizer's reciprocal holds. */
#define SMALLEST_ACTIVATION_SCALE 1e-30f
#define LARGEST_ACTIVATION_SCALE 1e30f

/* What a role may look like. */
typedef enum { SHAPE_EMBED, SHAPE_MATRIX, SHAPE_VECTOR, SHAPE_TABLE } shape_kind;

typedef struct {
    shape_kind kind;
    uint32_t rows;
    uint32_t cols;    /* for SHAPE_TABLE: 0, the layers that use it say */
    uint32_t sources; /* source tensors that a matrix was fused from */
} shape;

s3lm_tensor s3lm_package_tensor(const s3lm_package *package, uint32_t index) {
    const uint8_t *p = package->directory + S3LM_TENSOR_BYTES * index;
    uint32_t scales = s3lm_u32(p + 32);
    uint32_t role = s3lm_u16(p);
    uint32_t split[2] = {S3LM_NONE, S3LM_NONE};
    if (role == S3LM_QKV) {
        s3lm_layer_config block = s3lm_package_layer(package, s3lm_u16(p + 2));
        split[0] = block.heads * block.head_dim;
        split[1] = split[0] + block.kv_heads * block.head_dim;
    }
    return (s3lm_tensor){
        .data = package->weights + s3lm_u32(p + 24),
        .scales = scales == S3LM_NONE ? NULL : (const float *)(const void *)(package->weights + scales),
        .rows = s3lm_u32(p + 8),
        .cols = s3lm_u32(p + 12),
        .row_stride = s3lm_u32(p + 16),
        .group = s3lm_u32(p + 20),
        .scale_count = s3lm_u32(p + 36),
        .activation_scale = s3lm_f32(p + 44),
        .split = {split[0], split[1]},
        .interleaved = role == S3LM_GATE_UP,
        .role = (uint16_t)role,
        .layer = (uint16_t)s3lm_u16(p + 2),
        .encoding = (uint8_t)s3lm_u32(p + 4),
        .placement = (uint8_t)s3lm_u32(p + 40),
    };
}

static const uint8_t *find(const s3lm_package *package, uint32_t role, uint32_t layer) {
    for (uint32_t i = 0; i < package->tensor_count; i++) {
        const uint8_t *p = package->directory + S3LM_TENSOR_BYTES * i;
        if (s3lm_u16(p) == role && s3lm_u16(p + 2) == layer) {
            return p;
        }
    }
    return NULL;
}

/* What the model's description demands of a known role. */
static shape expected_shape(const s3lm_package *package, uint32_t role, uint32_t layer) {
    const s3lm_config *config = &package->config;
    uint32_t hidden = config->hidden_size;
    uint32_t query = 0, key = 0, ffn = 0;
    if (role >= S3LM_LAYER_ROLE_FIRST) {
        s3lm_layer_config block = s3lm_package_layer(package, layer);
        query = block.heads * block.head_dim;
        key = block.kv_heads * block.head_dim;
        ffn = block.ffn_size;
    }
    switch (role) {
    case S3LM_EMBED:
        return (shape){SHAPE_EMBED, config->vocab_size, hidden, 1};
    case S3LM_HEAD:
        return (shape){SHAPE_MATRIX, config->vocab_size, hidden, 1};
    case S3LM_HEAD_BIAS:
        return (shape){SHAPE_VECTOR, 1, config->vocab_size, 0};
    case S3LM_ROTARY:
        return (shape){SHAPE_TABLE, config->context, 0, 0};
    case S3LM_QKV:
        return (shape){SHAPE_MATRIX, query + 2u * key, hidden, 3};
    case S3LM_QKV_BIAS:
        return (shape){SHAPE_VECTOR, 1, query + 2u * key, 0};
    case S3LM_Q:
        return (shape){SHAPE_MATRIX, query, hidden, 1};
    case S3LM_Q_BIAS:
        return (shape){SHAPE_VECTOR, 1, query, 0};
    case S3LM_K:
    case S3LM_V:
        return (shape){SHAPE_MATRIX, key, hidden, 1};
    case S3LM_K_BIAS:
    case S3LM_V_BIAS:
        return (shape){SHAPE_VECTOR, 1, key, 0};
    case S3LM_O:
        return (shape){SHAPE_MATRIX, hidden, query, 1};
    case S3LM_GATE_UP:
        return (shape){SHAPE_MATRIX, 2u * ffn, hidden, 2};
    case S3LM_GATE_UP_BIAS:
        return (shape){SHAPE_VECTOR, 1, 2u * ffn, 0};
    case S3LM_GATE:
    case S3LM_UP:
        return (shape){SHAPE_MATRIX, ffn, hidden, 1};
    case S3LM_GATE_BIAS:
    case S3LM_UP_BIAS:
        return (shape){SHAPE_VECTOR, 1, ffn, 0};
    case S3LM_DOWN:
        return (shape){SHAPE_MATRIX, hidden, ffn, 1};
    default: /* FINAL_NORM, ATTN_NORM, MLP_NORM, O_BIAS, DOWN_BIAS */
        return (shape){SHAPE_VECTOR, 1, hidden, 0};
    }
}

static bool layer_fits_role(const s3lm_package *package, uint32_t role, uint32_t layer) {
    if (role >= S3LM_LAYER_ROLE_FIRST) {
        return layer < package->config.layers;
    }
    return role == S3LM_ROTARY ? layer < package->config.rotary_tables : layer == 0xFFFFu;
}

/* Encodings: f32 throughout when activations are not quantized, int8 throughout when they are; the embedding is
 * looked up by row and may be either, unless it is also the head. */
static bool encoding_fits(const s3lm_package *package, const shape *want, uint32_t encoding) {
    bool f32 = package->config.activation_kind == S3LM_ACTIVATION_F32;
    switch (want->kind) {
    case SHAPE_EMBED:
        return encoding == S3LM_F32 || (encoding == S3LM_I8_ROW && !(f32 && !find(package, S3LM_HEAD, 0xFFFFu)));
    case SHAPE_MATRIX:
        return f32 ? encoding == S3LM_F32 : encoding >= S3LM_I8_TENSOR && encoding <= S3LM_I8_GROUP;
    default:
        return encoding == S3LM_F32;
    }
}

static uint64_t expected_scales(const s3lm_tensor *tensor, const shape *want) {
    switch (tensor->encoding) {
    case S3LM_I8_TENSOR:
        return want->sources;
    case S3LM_I8_ROW:
        return tensor->rows;
    case S3LM_I8_GROUP:
        return (uint64_t)tensor->rows * s3lm_groups(tensor->cols, tensor->group);
    default:
        return 0;
    }
}

/* One directory record, all but where its bytes lie. */
static s3lm_status check_record(s3lm_reader *reader, uint32_t index) {
    const s3lm_package *package = reader->package;
    const uint8_t *p = package->directory + S3LM_TENSOR_BYTES * index;
    uint32_t base = (uint32_t)(p - package->bytes);
    uint32_t role = s3lm_u16(p);
    uint32_t layer = s3lm_u16(p + 2);
    uint32_t encoding = s3lm_u32(p + 4);
    const char *name = s3lm_role_name(role);
    if (name[0] == '?') {
        return s3lm_blame(reader, S3LM_ERR_TENSOR_UNKNOWN, S3LM_KIND_TDIR, index, base, "role");
    }
    if (!layer_fits_role(package, role, layer)) {
        return s3lm_blame(reader, S3LM_ERR_FIELD, S3LM_KIND_TDIR, index, base + 2u, name);
    }
    if (find(package, role, layer) != p) {
        return s3lm_blame(reader, S3LM_ERR_TENSOR_DUPLICATE, S3LM_KIND_TDIR, index, base, name);
    }
    shape want = expected_shape(package, role, layer);
    if (encoding > S3LM_I8_GROUP || !encoding_fits(package, &want, encoding)) {
        return s3lm_blame(reader, S3LM_ERR_TENSOR_SHAPE, S3LM_KIND_TDIR, index, base + 4u, name);
    }
    s3lm_tensor tensor = s3lm_package_tensor(package, index);
    uint32_t size = encoding == S3LM_F32 ? 4u : 1u;
    bool cols_fit = want.kind == SHAPE_TABLE
                        ? tensor.cols >= 2u && tensor.cols <= S3LM_MAX_HEAD_DIM && tensor.cols % 2u == 0u
                        : tensor.cols == want.cols;
    bool group_fits = encoding == S3LM_I8_GROUP ? tensor.group >= 16u && tensor.group % 16u == 0u &&
                                                      tensor.group <= s3lm_align(tensor.cols, 16)
                                                : tensor.group == 0u;
    if (tensor.rows != want.rows || !cols_fit || tensor.row_stride != s3lm_align((uint64_t)tensor.cols * size, 16) ||
        !group_fits || tensor.scale_count != expected_scales(&tensor, &want)) {
        return s3lm_blame(reader, S3LM_ERR_TENSOR_SHAPE, S3LM_KIND_TDIR, index, base + 8u, name);
    }
    if (s3lm_u32(p + 28) != (uint64_t)tensor.rows * tensor.row_stride) {
        return s3lm_blame(reader, S3LM_ERR_TENSOR_SHAPE, S3LM_KIND_TDIR, index, base + 28u, name);
    }
    if (s3lm_u32(p + 40) > 2u) {
        return s3lm_blame(reader, S3LM_ERR_FIELD, S3LM_KIND_TDIR, index, base + 40u, "placement");
    }
    bool may_be_static = package->config.activation_kind == S3LM_ACTIVATION_STATIC && encoding != S3LM_F32 &&
                         (role != S3LM_EMBED || !find(package, S3LM_HEAD, 0xFFFFu));
    bool is_static =
        tensor.activation_scale >= SMALLEST_ACTIVATION_SCALE && tensor.activation_scale <= LARGEST_ACTIVATION_SCALE;
    if (s3lm_u32(p + 44) != 0u && !(may_be_static && is_static)) {
        return s3lm_blame(reader, S3LM_ERR_FIELD, S3LM_KIND_TDIR, index, base + 44u, "activation_scale");
    }
    if (!s3lm_all_zero(p + 48, 16)) {
        return s3lm_blame(reader, S3LM_ERR_RESERVED, S3LM_KIND_TDIR, index, base + 48u, "reserved");
    }
    return S3LM_OK;
}

/* Where a record's bytes lie: after `*end`, aligned, inside WGHT, with zeros between. Moves `*end` behind them. */
static s3lm_status check_place(s3lm_reader *reader, uint32_t index, uint32_t weights_length, uint64_t *end) {
    const s3lm_package *package = reader->package;
    const uint8_t *p = package->directory + S3LM_TENSOR_BYTES * index;
    uint32_t base = (uint32_t)(p - package->bytes);
    const char *name = s3lm_role_name(s3lm_u16(p));
    const struct {
        uint32_t offset;
        uint64_t length;
        uint32_t field;
    } parts[] = {{s3lm_u32(p + 24), s3lm_u32(p + 28), 24}, {s3lm_u32(p + 32), (uint64_t)s3lm_u32(p + 36) * 4u, 32}};
    for (uint32_t part = 0; part < 2u; part++) {
        uint32_t offset = parts[part].offset;
        if (part == 1u && parts[part].length == 0u) {
            if (offset != S3LM_NONE) {
                return s3lm_blame(reader, S3LM_ERR_TENSOR_PLACE, S3LM_KIND_TDIR, index, base + 32u, name);
            }
            break;
        }
        if (offset % 64u != 0u || offset < *end || offset + parts[part].length > weights_length) {
            return s3lm_blame(reader, S3LM_ERR_TENSOR_PLACE, S3LM_KIND_TDIR, index, base + parts[part].field, name);
        }
        if (!s3lm_all_zero(package->weights + *end, (size_t)(offset - *end))) {
            uint32_t at = (uint32_t)(package->weights - package->bytes) + (uint32_t)*end;
            return s3lm_blame(reader, S3LM_ERR_RESERVED, S3LM_KIND_WGHT, index, at, "padding between tensors");
        }
        *end = offset + parts[part].length;
    }
    return S3LM_OK;
}

/* What all words of a stretch of weights are checked for. */
typedef enum { WORDS_FINITE, WORDS_FINITE_POSITIVE, WORDS_CODES } words_kind;

/* Words of one unit: a cache line. */
#define UNIT_WORDS 16u

typedef struct {
    const uint32_t *words; /* read in place, as the engine reads tensors */
    uint32_t count;
    words_kind kind;
    uint32_t bad[S3LM_MAX_WORKERS];
} words_job;

static void check_words(void *user, uint32_t worker, uint32_t begin, uint32_t end) {
    words_job *job = user;
    uint64_t last = (uint64_t)end * UNIT_WORDS;
    const uint32_t *words = job->words + (size_t)begin * UNIT_WORDS;
    uint32_t count = (last < job->count ? (uint32_t)last : job->count) - begin * UNIT_WORDS;
    job->bad[worker] = job->kind == WORDS_CODES
                           ? s3lm_check_codes(words, count)
                           : s3lm_check_floats(words, count, job->kind == WORDS_FINITE ? 0u : 0x80000000u);
}

/* Whether all of `count` words from `bytes` on, which is a multiple of 4, pass. */
static bool words_fit(s3lm_reader *reader, const void *bytes, uint64_t count, words_kind kind) {
    words_job job = {.words = bytes, .count = (uint32_t)count, .kind = kind};
    uint32_t bad = 0;
    s3lm_read_on_all(reader, check_words, &job, s3lm_groups(job.count, UNIT_WORDS));
    for (uint32_t i = 0; i < S3LM_MAX_WORKERS; i++) {
        bad |= job.bad[i];
    }
    return bad == 0u;
}

/* The numbers of one tensor whose place has been checked. */
static s3lm_status check_numbers(s3lm_reader *reader, uint32_t index) {
    const s3lm_package *package = reader->package;
    s3lm_tensor tensor = s3lm_package_tensor(package, index);
    const uint8_t *data = tensor.data;
    uint32_t base = (uint32_t)(data - package->bytes);
    const char *name = s3lm_role_name(tensor.role);
    uint64_t bytes = (uint64_t)tensor.rows * tensor.row_stride;
    uint32_t used = tensor.cols * (tensor.encoding == S3LM_F32 ? 4u : 1u);
    for (uint32_t row = 0; used < tensor.row_stride && row < tensor.rows; row++) {
        const uint8_t *padding = data + (uint64_t)row * tensor.row_stride + used;
        if (!s3lm_all_zero(padding, tensor.row_stride - used)) {
            uint32_t at = (uint32_t)(padding - package->bytes);
            return s3lm_blame(reader, S3LM_ERR_TENSOR_CODE, S3LM_KIND_WGHT, index, at, name);
        }
    }
    if (tensor.encoding == S3LM_F32) {
        return words_fit(reader, data, bytes / 4u, WORDS_FINITE)
                   ? S3LM_OK
                   : s3lm_blame(reader, S3LM_ERR_TENSOR_NUMBER, S3LM_KIND_WGHT, index, base, name);
    }
    /* Rows are whole multiples of 16 bytes. */
    if (!words_fit(reader, data, bytes / 4u, WORDS_CODES)) {
        return s3lm_blame(reader, S3LM_ERR_TENSOR_CODE, S3LM_KIND_WGHT, index, base, name);
    }
    const uint8_t *scales = (const uint8_t *)tensor.scales;
    if (!words_fit(reader, scales, tensor.scale_count, WORDS_FINITE_POSITIVE)) {
        return s3lm_blame(reader, S3LM_ERR_TENSOR_NUMBER, S3LM_KIND_WGHT, index, (uint32_t)(scales - package->bytes),
                          name);
    }
    return S3LM_OK;
}

static s3lm_status check_one_of(s3lm_reader *reader, uint32_t layer, uint32_t fused, const uint32_t *parts,
                                uint32_t count) {
    /* A bias has its matrix's role plus 1. */
    const s3lm_package *package = reader->package;
    uint32_t base = (uint32_t)(package->directory - package->bytes);
    bool is_fused = find(package, fused, layer) != NULL;
    if (!is_fused && find(package, fused + 1u, layer)) {
        return s3lm_blame(reader, S3LM_ERR_TENSOR_CONFLICT, S3LM_KIND_TDIR, layer, base, s3lm_role_name(fused + 1u));
    }
    for (uint32_t i = 0; i < count; i++) {
        bool is_present = find(package, parts[i], layer) != NULL;
        if (is_fused && (is_present || find(package, parts[i] + 1u, layer))) {
            return s3lm_blame(reader, S3LM_ERR_TENSOR_CONFLICT, S3LM_KIND_TDIR, layer, base, s3lm_role_name(parts[i]));
        }
        if (!is_fused && !is_present) {
            return s3lm_blame(reader, S3LM_ERR_TENSOR_MISSING, S3LM_KIND_TDIR, layer, base, s3lm_role_name(parts[i]));
        }
    }
    return S3LM_OK;
}

/* That the model is complete and nothing in it is superfluous. */
static s3lm_status check_presence(s3lm_reader *reader) {
    static const uint32_t attention[] = {S3LM_Q, S3LM_K, S3LM_V};
    static const uint32_t gated[] = {S3LM_GATE, S3LM_UP};
    const s3lm_package *package = reader->package;
    uint32_t base = (uint32_t)(package->directory - package->bytes);
    if (!find(package, S3LM_EMBED, 0xFFFFu)) {
        return s3lm_blame(reader, S3LM_ERR_TENSOR_MISSING, S3LM_KIND_TDIR, S3LM_NONE, base, "EMBED");
    }
    for (uint32_t table = 0; table < package->config.rotary_tables; table++) {
        if (!find(package, S3LM_ROTARY, table)) {
            return s3lm_blame(reader, S3LM_ERR_TENSOR_MISSING, S3LM_KIND_TDIR, table, base, "ROTARY");
        }
    }
    for (uint32_t layer = 0; layer < package->config.layers; layer++) {
        s3lm_layer_config block = s3lm_package_layer(package, layer);
        s3lm_status status = check_one_of(reader, layer, S3LM_QKV, attention, 3);
        if (status == S3LM_OK) {
            status = check_one_of(reader, layer, S3LM_GATE_UP, gated, 2);
        }
        if (status != S3LM_OK) {
            return status;
        }
        if (!find(package, S3LM_O, layer)) {
            return s3lm_blame(reader, S3LM_ERR_TENSOR_MISSING, S3LM_KIND_TDIR, layer, base, "O");
        }
        if (!find(package, S3LM_DOWN, layer)) {
            return s3lm_blame(reader, S3LM_ERR_TENSOR_MISSING, S3LM_KIND_TDIR, layer, base, "DOWN");
        }
        if (block.rotary != S3LM_NONE && s3lm_u32(find(package, S3LM_ROTARY, block.rotary) + 12) != block.rotary_dim) {
            return s3lm_blame(reader, S3LM_ERR_TENSOR_SHAPE, S3LM_KIND_LAYR, layer, base, "rotary_dim");
        }
    }
    return S3LM_OK;
}

s3lm_status s3lm_check_tensors(s3lm_reader *reader) {
    s3lm_package *package = reader->package;
    uint32_t directory_length, weights_length;
    package->directory = s3lm_package_section(package, S3LM_KIND_TDIR, &directory_length);
    package->weights = s3lm_package_section(package, S3LM_KIND_WGHT, &weights_length);
    uint32_t most = S3LM_MAX_LAYERS * S3LM_LAYER_ROLE_COUNT + S3LM_MAX_ROTARY_TABLES + 4u;
    uint32_t base = (uint32_t)(package->directory - package->bytes);
    if (directory_length % S3LM_TENSOR_BYTES != 0u || directory_length / S3LM_TENSOR_BYTES > most) {
        return s3lm_blame(reader, S3LM_ERR_SECTION_LENGTH, S3LM_KIND_TDIR, S3LM_NONE, base, "length");
    }
    package->tensor_count = directory_length / S3LM_TENSOR_BYTES;
    for (uint32_t i = 0; i < package->tensor_count; i++) {
        s3lm_status status = check_record(reader, i);
        if (status != S3LM_OK) {
            return status;
        }
    }
    s3lm_status status = check_presence(reader);
    uint64_t end = 0;
    for (uint32_t i = 0; status == S3LM_OK && i < package->tensor_count; i++) {
        status = check_place(reader, i, weights_length, &end);
        if (status == S3LM_OK) {
            status = check_numbers(reader, i);
        }
    }
    if (status != S3LM_OK) {
        return status;
    }
    if (!s3lm_all_zero(package->weights + end, (size_t)(weights_length - end))) {
        uint32_t at = (uint32_t)(package->weights - package->bytes) + (uint32_t)end;
        return s3lm_blame(reader, S3LM_ERR_RESERVED, S3LM_KIND_WGHT, S3LM_NONE, at, "padding after the last tensor");
    }
    return S3LM_OK;
}
