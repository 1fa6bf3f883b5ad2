/* The model package as the engine sees it: limits, kinds, roles, encodings, and what its records hold.
 * docs/model-package.md explains it. */
/* Written by `npm run schema` from src/schema: change that. */
#ifndef S3LM_FORMAT_H
#define S3LM_FORMAT_H

#include <stdbool.h>
#include <stdint.h>

#include "bytes.h"

/* ---- Limits. Each keeps a size inside 32 bits or an integer sum inside int32 on the smallest target. ---- */

/* A flash chip holds tens of layers. */
#define S3LM_MAX_LAYERS 128u
/* Eight for each layer: a sandwich of norms around both halves has six. Keeps the quadratic checks cheap. */
#define S3LM_MAX_STEPS 1024u
/* Keeps a row of INT8 products inside 32 bits with room to spare, and rows below 64 KiB. */
#define S3LM_MAX_HIDDEN_SIZE 16384u
/* 127 * 127 * 65,536 < 2^31: the longest row whose INT8 dot product cannot overflow. */
#define S3LM_MAX_MLP_WIDTH 65536u
/* Ids fit in 20 bits; the largest vocabularies in use have 262,144 entries. */
#define S3LM_MAX_VOCAB_SIZE 1048576u
/* Positions fit in 16 bits. */
#define S3LM_MAX_CONTEXT 65536u
/* Query heads of one layer; with the size of a head it bounds a projection to 65,536 rows. */
#define S3LM_MAX_HEADS 256u
/* 16,383 * 127 * 256 < 2^31: the longest head whose 16-bit by 8-bit dot product cannot overflow. */
#define S3LM_MAX_HEAD_DIM 256u
/* Tokens that a convolution sees; models have three. */
#define S3LM_MAX_TAPS 8u
/* Tokens of one prefill pass; more does not help a chip whose weights stream from flash. */
#define S3LM_MAX_BATCH 32u
/* Distinct rotary tables: one a rotary variety, not one a layer. */
#define S3LM_MAX_ROTARY_TABLES 16u
/* Section table entries; a dozen kinds exist. */
#define S3LM_MAX_SECTIONS 64u
/* Ids that end a generation; Llama 3 has three. */
#define S3LM_MAX_STOP_IDS 32u
/* Tensor directory entries. */
#define S3LM_MAX_TENSORS 8192u
/* Tables behind the data of a tensor: scales, minimums, scales of scales. */
#define S3LM_MAX_TABLES 3u

/* "None" in id, offset and index fields. */
#define S3LM_NONE 0xFFFFFFFFu
/* Index of a tensor that belongs to no step or table. */
#define S3LM_GLOBAL 0xFFFFu

/* Sampling parameters, in packages and requests. Temperatures below give the most likely token anyway; inside these a
 * score stays finite. */
#define S3LM_LEAST_TEMPERATURE 0.001f
#define S3LM_MOST_TEMPERATURE 1000.0f
#define S3LM_LEAST_TOP_P 1.401298464324817e-45f
#define S3LM_MOST_TOP_P 1.0f
#define S3LM_LEAST_MIN_P 0.0f
#define S3LM_MOST_MIN_P 1.0f
#define S3LM_LEAST_REPETITION_PENALTY 0.01f
#define S3LM_MOST_REPETITION_PENALTY 100.0f

/* ---- Container ---- */

#define S3LM_VERSION 2u
#define S3LM_MAGIC 0x4D4C3353u
#define S3LM_KIND_CONF 0x464E4F43u
#define S3LM_KIND_STEP 0x50455453u
#define S3LM_KIND_TDIR 0x52494454u
#define S3LM_KIND_SAMP 0x504D4153u
#define S3LM_KIND_TOKN 0x4E4B4F54u
#define S3LM_KIND_CHAT 0x54414843u
#define S3LM_KIND_ACTN 0x4E544341u
#define S3LM_KIND_GRAM 0x4D415247u
#define S3LM_KIND_META 0x4154454Du
#define S3LM_KIND_WGHT 0x54484757u
#define S3LM_SECTION_ALIGNMENT 64u
#define S3LM_ROW_ALIGNMENT 16u

#define S3LM_HEADER_BYTES 64u
#define S3LM_ENTRY_BYTES 32u
#define S3LM_CONFIG_BYTES 64u
#define S3LM_STEP_BYTES 64u
#define S3LM_STEP_HEAD_BYTES 8u
#define S3LM_TENSOR_BYTES 64u
#define S3LM_SAMPLING_BYTES 32u

typedef struct {
    uint32_t kind;
    char name[5];
    bool needed; /* every package has it */
} s3lm_section_spec;

#define S3LM_SECTIONS 10u
extern const s3lm_section_spec s3lm_sections[S3LM_SECTIONS];

/* ---- Kinds ---- */

/* What a step of a block does. */
typedef enum { S3LM_STEP_NORM = 0, S3LM_STEP_ATTENTION = 1, S3LM_STEP_MLP = 2, S3LM_STEP_CONV = 3 } s3lm_step_kind;
#define S3LM_STEP_KINDS 4u

/* The vectors of a token, hidden size wide, that steps read and write. */
typedef enum { S3LM_PLACE_RESIDUAL = 0, S3LM_PLACE_NORMED = 1, S3LM_PLACE_BRANCH = 2 } s3lm_place_kind;
#define S3LM_PLACE_KINDS 3u

/* Normalizations. rms: by the root of the mean square (Zhang and Sennrich, 2019). layer: less the mean, by the root of
 * the variance (Ba, Kiros and Hinton, 2016). */
typedef enum { S3LM_NORM_RMS = 0, S3LM_NORM_LAYER = 1 } s3lm_norm_kind;
#define S3LM_NORM_KINDS 2u

/* Feed-forwards. gated: down(function(gate x) * (up x)) (Shazeer, 2020). plain: down(function(up x)). */
typedef enum { S3LM_MLP_GATED = 0, S3LM_MLP_PLAIN = 1 } s3lm_mlp_kind;
#define S3LM_MLP_KINDS 2u

/* Functions between the matrices of a feed-forward. silu: x / (1 + exp(-x)). gelu: x times the normal distribution
 * function of x, geluTanh: the same by a hyperbolic tangent (Hendrycks and Gimpel, 2016). relu: max(x, 0). relu2: its
 * square. */
typedef enum {
    S3LM_FUNCTION_SILU = 0,
    S3LM_FUNCTION_GELU = 1,
    S3LM_FUNCTION_GELU_TANH = 2,
    S3LM_FUNCTION_RELU = 3,
    S3LM_FUNCTION_RELU2 = 4,
} s3lm_function_kind;
#define S3LM_FUNCTION_KINDS 5u

/* How attention knows positions. rotary: rotate-half pairing, element i with i + dim / 2 (Su et al., 2021). alibi: a
 * slope of each head times the distance is taken off its scores (Press, Smith and Lewis, 2021). */
typedef enum { S3LM_POSITION_NONE = 0, S3LM_POSITION_ROTARY = 1, S3LM_POSITION_ALIBI = 2 } s3lm_position_kind;
#define S3LM_POSITION_KINDS 3u

/* What queries and keys are normalized over. head: each head, with the same gains for all. heads: each head, with gains
 * of its own. all: all heads together. */
typedef enum {
    S3LM_HEAD_NORM_NONE = 0,
    S3LM_HEAD_NORM_HEAD = 1,
    S3LM_HEAD_NORM_HEADS = 2,
    S3LM_HEAD_NORM_ALL = 3,
} s3lm_head_norm_kind;
#define S3LM_HEAD_NORM_KINDS 4u

/* How the key/value cache is stored. int8: codes with one scale per key/value head and token. int16: the same with
 * codes of 16 bits, within ±32,639. k16v8: keys of 16 bits, values of INT8. */
typedef enum {
    S3LM_CACHE_INT8 = 0,
    S3LM_CACHE_FLOAT32 = 1,
    S3LM_CACHE_INT16 = 2,
    S3LM_CACHE_K16V8 = 3,
} s3lm_cache_kind;
#define S3LM_CACHE_KINDS 4u

/* What the inputs of matrices become. dynamic: codes as each matrix says (INPUT), their scales found on the device.
 * static: INT8, one calibrated scale a matrix where its record has one. float32: not quantized. */
typedef enum {
    S3LM_ACTIVATION_DYNAMIC = 0,
    S3LM_ACTIVATION_STATIC = 1,
    S3LM_ACTIVATION_FLOAT32 = 2,
} s3lm_activation_kind;
#define S3LM_ACTIVATION_KINDS 3u

/* How a vector is quantized before a matrix of codes is multiplied with it, chosen for each matrix. int8: codes within
 * ±127, one scale a vector. int8By32, int8By64: the same with a scale for each 32 or 64 elements. int16: codes within
 * ±32,639, one scale a vector; a code is 256 * high + low with both parts signed 8-bit numbers. */
typedef enum {
    S3LM_INPUT_INT8 = 0,
    S3LM_INPUT_INT8_BY32 = 1,
    S3LM_INPUT_INT8_BY64 = 2,
    S3LM_INPUT_INT16 = 3,
} s3lm_input_kind;
#define S3LM_INPUT_KINDS 4u

/* Memories in which the plan places tensors. */
typedef enum { S3LM_MEMORY_FLASH = 0, S3LM_MEMORY_PSRAM = 1, S3LM_MEMORY_SRAM = 2 } s3lm_memory_kind;
#define S3LM_MEMORY_KINDS 3u

/* ---- Encodings ---- */

typedef enum {
    S3LM_FLOAT32 = 0,
    S3LM_INT8_TENSOR = 1,
    S3LM_INT8_CHANNEL = 2,
    S3LM_INT8_GROUP = 3,
    S3LM_INT8_GROUP_U8 = 4,
    S3LM_INT4_GROUP = 5,
} s3lm_encoding;
#define S3LM_ENCODINGS 6u

/* Whether rows hold codes, which are multiplied with codes, rather than F32 numbers. */
#define S3LM_HOLDS_CODES(encoding) ((0x3Eu >> (encoding) & 1u) != 0u)

/* What a table behind the codes has an element for. */
typedef enum { S3LM_PER_SOURCE, S3LM_PER_ROW, S3LM_PER_GROUP } s3lm_table_per;

/* Elements of a table. */
typedef enum { S3LM_TABLE_F32, S3LM_TABLE_U8, S3LM_TABLE_I8 } s3lm_table_type;
#define S3LM_ELEMENT_BYTES(type) ((type) == S3LM_TABLE_F32 ? 4u : 1u)

typedef struct {
    uint8_t bits; /* of an element in a row */
    bool grouped; /* whether the record says a group */
    uint8_t table_count;
    uint8_t per[S3LM_MAX_TABLES]; /* s3lm_table_per */
    uint8_t type[S3LM_MAX_TABLES]; /* s3lm_table_type */
} s3lm_encoding_spec;

/* By s3lm_encoding. */
extern const s3lm_encoding_spec s3lm_encodings[S3LM_ENCODINGS];

/* A table by encoding, one entry for each in the order of their numbers. */
#define S3LM_BY_ENCODING(float32, int8_tensor, int8_channel, int8_group, int8_group_u8, int4_group) \
    {[S3LM_FLOAT32] = (float32), \
     [S3LM_INT8_TENSOR] = (int8_tensor), \
     [S3LM_INT8_CHANNEL] = (int8_channel), \
     [S3LM_INT8_GROUP] = (int8_group), \
     [S3LM_INT8_GROUP_U8] = (int8_group_u8), \
     [S3LM_INT4_GROUP] = (int4_group)}

/* Elements of a quantized vector that share a scale, by s3lm_input_kind; 0 for all of them. */
#define S3LM_INPUT_GROUP(input) ((input) == S3LM_INPUT_INT8_BY32 ? 32u : ((input) == S3LM_INPUT_INT8_BY64 ? 64u : 0u))
/* Most columns in a group of weights that is multiplied with 16-bit codes: the sum stays inside int32. */
#define S3LM_MOST_GROUP_OF_INT16 512u
/* Most columns in a group that has a scale of 8 bits: the sum times the scale stays inside int32. */
#define S3LM_MOST_GROUP_OF_U8 512u
/* Whether INT4 codes may have groups of so many columns, the most of them, and columns of which 16 bytes have the codes. */
#define S3LM_IS_GROUP_OF_INT4(group) ((group) == 16u || (group) == 32u || (group) == 64u)
#define S3LM_MOST_GROUP_OF_INT4 64u
#define S3LM_INT4_BLOCK 32u

/* ---- Tensor roles ---- */

typedef enum {
    S3LM_ROLE_EMBEDDING = 1,
    S3LM_ROLE_HEAD = 2,
    S3LM_ROLE_HEAD_BIAS = 3,
    S3LM_ROLE_FINAL_NORM = 4,
    S3LM_ROLE_FINAL_NORM_BIAS = 5,
    S3LM_ROLE_ROTARY = 6,
    S3LM_ROLE_POSITIONS = 7,
    S3LM_ROLE_PROJECT_IN = 8,
    S3LM_ROLE_PROJECT_OUT = 9,
    S3LM_ROLE_NORM = 16,
    S3LM_ROLE_NORM_BIAS = 17,
    S3LM_ROLE_QKV = 32,
    S3LM_ROLE_QKV_BIAS = 33,
    S3LM_ROLE_QUERY = 34,
    S3LM_ROLE_QUERY_BIAS = 35,
    S3LM_ROLE_KEY = 36,
    S3LM_ROLE_KEY_BIAS = 37,
    S3LM_ROLE_VALUE = 38,
    S3LM_ROLE_VALUE_BIAS = 39,
    S3LM_ROLE_OUTPUT = 40,
    S3LM_ROLE_OUTPUT_BIAS = 41,
    S3LM_ROLE_QUERY_NORM = 42,
    S3LM_ROLE_QUERY_NORM_BIAS = 43,
    S3LM_ROLE_KEY_NORM = 44,
    S3LM_ROLE_KEY_NORM_BIAS = 45,
    S3LM_ROLE_SLOPES = 46,
    S3LM_ROLE_GATE_UP = 48,
    S3LM_ROLE_GATE_UP_BIAS = 49,
    S3LM_ROLE_GATE = 50,
    S3LM_ROLE_GATE_BIAS = 51,
    S3LM_ROLE_UP = 52,
    S3LM_ROLE_UP_BIAS = 53,
    S3LM_ROLE_DOWN = 54,
    S3LM_ROLE_DOWN_BIAS = 55,
    S3LM_ROLE_CONV_IN = 64,
    S3LM_ROLE_CONV_IN_BIAS = 65,
    S3LM_ROLE_CONV_TAPS = 66,
    S3LM_ROLE_CONV_TAPS_BIAS = 67,
    S3LM_ROLE_CONV_OUT = 68,
    S3LM_ROLE_CONV_OUT_BIAS = 69,
} s3lm_role;
#define S3LM_ROLES 40u

/* The bias of a matrix is the role after it. */
#define S3LM_BIAS_OF(matrix) ((s3lm_role)((uint32_t)(matrix) + 1u))
/* Roles of one kind of step are counted from a multiple of this on, so many of each. */
#define S3LM_STEP_ROLES 16u
#define S3LM_NORM_ROLES 2u
#define S3LM_ATTENTION_ROLES 15u
#define S3LM_MLP_ROLES 8u
#define S3LM_CONV_ROLES 6u

/* What a tensor belongs to. */
typedef enum { S3LM_SCOPE_MODEL, S3LM_SCOPE_TABLE, S3LM_SCOPE_NORM, S3LM_SCOPE_ATTENTION, S3LM_SCOPE_MLP, S3LM_SCOPE_CONV } s3lm_scope;

/* A matrix of which rows are looked up; one that is multiplied; one row of F32; F32 rows, one a position. */
typedef enum { S3LM_SHAPE_LOOKUP, S3LM_SHAPE_MATRIX, S3LM_SHAPE_VECTOR, S3LM_SHAPE_TABLE } s3lm_shape;

/* The sizes that shapes are said in. */
typedef enum {
    S3LM_SIZE_VOCAB,
    S3LM_SIZE_EMBEDDING, /* width of the embedding's rows and of what goes into the head: hidden, but where projections stand between */
    S3LM_SIZE_ONE,
    S3LM_SIZE_HIDDEN,
    S3LM_SIZE_CONTEXT,
    S3LM_SIZE_ROTARY_DIM, /* elements of a head that rotate by this table */
    S3LM_SIZE_QUERY_KEY_VALUE, /* query + 2 * key */
    S3LM_SIZE_QUERY, /* heads * head size */
    S3LM_SIZE_KEY, /* key/value heads * head size */
    S3LM_SIZE_QUERY_NORM, /* gains of normalized queries: those of one head, or of all */
    S3LM_SIZE_KEY_NORM, /* gains of normalized keys: those of one head, or of all */
    S3LM_SIZE_HEADS, /* query heads */
    S3LM_SIZE_TWO_WIDTHS,
    S3LM_SIZE_WIDTH, /* width of the feed-forward */
    S3LM_SIZE_THREE_HIDDEN, /* 3 * hidden: what opens a convolution, what closes it, and what goes in */
    S3LM_SIZE_KERNEL, /* taps * hidden */
} s3lm_size;

typedef struct {
    const char *name;
    uint8_t code;    /* s3lm_role */
    uint8_t scope;   /* s3lm_scope */
    uint8_t shape;   /* s3lm_shape */
    uint8_t rows;    /* s3lm_size */
    uint8_t cols;    /* s3lm_size */
    uint8_t sources; /* source tensors whose rows are in a matrix */
    bool interleaved; /* rows of the sources alternate */
    bool needed;      /* unless another role fuses it */
    uint8_t bias_of;  /* role of a bias's matrix, 0 for others */
    uint8_t fused_by; /* role in whose presence this one, and its bias, are absent; 0 for none */
    uint8_t owners;   /* which steps of its scope, or which models, have it, by their bits; 0 for all */
} s3lm_role_spec;

/* Bits of a step: one for its s3lm_mlp_kind or s3lm_position_kind, and this where queries and keys are normalized. */
#define S3LM_OWNER_HEAD_NORM 0x80u
/* The bit of a model whose embeddings have a size of their own. */
#define S3LM_OWNER_EMBEDDING_SIZE 0x01u

extern const s3lm_role_spec s3lm_roles[S3LM_ROLES];

/* ---- Records ---- */

/* A field of a record and its rule, one comparison of unsigned integers for every type: floats that are not negative
 * have the order of their bits, and -0, NaN, infinity and everything negative lie above every limit. */
typedef struct {
    const char *name; /* for people */
    uint32_t low, high;
    uint32_t also; /* one more value that is allowed; `low` when there is none */
    uint8_t offset;
    uint8_t bytes;
    uint8_t step; /* what else is allowed is a multiple of this */
} s3lm_field;

/* Fields in the order of their offsets; what lies between and behind them is reserved and zero. */
typedef struct {
    const s3lm_field *fields;
    uint8_t field_count;
    uint8_t bytes;
} s3lm_record;

extern const s3lm_record s3lm_config_record;
extern const s3lm_record s3lm_step_head_record;
extern const s3lm_record s3lm_norm_record;
extern const s3lm_record s3lm_attention_record;
extern const s3lm_record s3lm_mlp_record;
extern const s3lm_record s3lm_conv_record;
extern const s3lm_record s3lm_tensor_record;
extern const s3lm_record s3lm_sampling_record;
/* The rest of a step's record, by s3lm_step_kind. */
extern const s3lm_record *const s3lm_step_records[S3LM_STEP_KINDS];

/* Offsets of the fields. */
enum {
    S3LM_CONFIG_HIDDEN_SIZE_AT = 0,
    S3LM_CONFIG_LAYERS_AT = 4,
    S3LM_CONFIG_VOCAB_SIZE_AT = 8,
    S3LM_CONFIG_CONTEXT_AT = 12,
    S3LM_CONFIG_MAX_BATCH_AT = 16,
    S3LM_CONFIG_CACHE_AT = 20,
    S3LM_CONFIG_ACTIVATIONS_AT = 24,
    S3LM_CONFIG_BOS_ID_AT = 28,
    S3LM_CONFIG_FINAL_NORM_AT = 32,
    S3LM_CONFIG_FINAL_NORM_EPSILON_AT = 36,
    S3LM_CONFIG_EMBEDDING_SCALE_AT = 40,
    S3LM_CONFIG_LOGIT_SCALE_AT = 44,
    S3LM_CONFIG_ROTARY_TABLES_AT = 48,
    S3LM_CONFIG_LOGIT_CAP_AT = 52,
    S3LM_CONFIG_EMBEDDING_SIZE_AT = 56,
};
enum {
    S3LM_STEP_HEAD_LAYER_AT = 0,
    S3LM_STEP_HEAD_KIND_AT = 2,
    S3LM_STEP_HEAD_READS_AT = 3,
    S3LM_STEP_HEAD_WRITES_AT = 4,
    S3LM_STEP_HEAD_ADDS_AT = 5,
};
enum {
    S3LM_NORM_NORM_AT = 0,
    S3LM_NORM_EPSILON_AT = 4,
};
enum {
    S3LM_ATTENTION_HEADS_AT = 0,
    S3LM_ATTENTION_KV_HEADS_AT = 4,
    S3LM_ATTENTION_HEAD_DIM_AT = 8,
    S3LM_ATTENTION_WINDOW_AT = 12,
    S3LM_ATTENTION_POSITION_AT = 16,
    S3LM_ATTENTION_ROTARY_TABLE_AT = 20,
    S3LM_ATTENTION_ROTARY_DIM_AT = 24,
    S3LM_ATTENTION_SCORE_SCALE_AT = 28,
    S3LM_ATTENTION_SCORE_CAP_AT = 32,
    S3LM_ATTENTION_CLIP_AT = 36,
    S3LM_ATTENTION_HEAD_NORM_AT = 40,
    S3LM_ATTENTION_HEAD_NORM_KIND_AT = 41,
    S3LM_ATTENTION_HEAD_NORM_TURNED_AT = 42,
    S3LM_ATTENTION_HEAD_NORM_EPSILON_AT = 44,
};
enum {
    S3LM_MLP_MLP_AT = 0,
    S3LM_MLP_FUNCTION_AT = 4,
    S3LM_MLP_WIDTH_AT = 8,
};
enum {
    S3LM_CONV_TAPS_AT = 0,
};
enum {
    S3LM_TENSOR_ROLE_AT = 0,
    S3LM_TENSOR_INDEX_AT = 2,
    S3LM_TENSOR_ENCODING_AT = 4,
    S3LM_TENSOR_PLACEMENT_AT = 6,
    S3LM_TENSOR_INPUT_AT = 7,
    S3LM_TENSOR_ROWS_AT = 8,
    S3LM_TENSOR_COLS_AT = 12,
    S3LM_TENSOR_ROW_BYTES_AT = 16,
    S3LM_TENSOR_GROUP_AT = 20,
    S3LM_TENSOR_DATA_OFFSET_AT = 24,
    S3LM_TENSOR_DATA_LENGTH_AT = 28,
    S3LM_TENSOR_TABLES_OFFSET_AT = 32,
    S3LM_TENSOR_TABLES_LENGTH_AT = 36,
    S3LM_TENSOR_ACTIVATION_SCALE_AT = 40,
    S3LM_TENSOR_PLACED_ROWS_AT = 44,
    S3LM_TENSOR_REST_PLACEMENT_AT = 48,
};
enum {
    S3LM_SAMPLING_DO_SAMPLE_AT = 0,
    S3LM_SAMPLING_TEMPERATURE_AT = 4,
    S3LM_SAMPLING_TOP_K_AT = 8,
    S3LM_SAMPLING_TOP_P_AT = 12,
    S3LM_SAMPLING_MIN_P_AT = 16,
    S3LM_SAMPLING_REPETITION_PENALTY_AT = 20,
    S3LM_SAMPLING_MAX_NEW_TOKENS_AT = 24,
    S3LM_SAMPLING_STOP_IDS_AT = 28,
};

typedef struct {
    uint32_t hidden_size;
    uint32_t layers;
    uint32_t vocab_size;
    uint32_t context;
    uint32_t max_batch;
    s3lm_cache_kind cache : 8;
    s3lm_activation_kind activations : 8;
    uint32_t bos_id;
    s3lm_norm_kind final_norm : 8;
    float final_norm_epsilon;
    float embedding_scale;
    float logit_scale;
    uint32_t rotary_tables;
    float logit_cap;
    uint32_t embedding_size;
} s3lm_config;

static inline s3lm_config s3lm_decode_config(const uint8_t *p) {
    return (s3lm_config){
        .hidden_size = s3lm_u32(p),
        .layers = s3lm_u32(p + 4),
        .vocab_size = s3lm_u32(p + 8),
        .context = s3lm_u32(p + 12),
        .max_batch = s3lm_u32(p + 16),
        .cache = (s3lm_cache_kind)s3lm_u32(p + 20),
        .activations = (s3lm_activation_kind)s3lm_u32(p + 24),
        .bos_id = s3lm_u32(p + 28),
        .final_norm = (s3lm_norm_kind)s3lm_u32(p + 32),
        .final_norm_epsilon = s3lm_f32(p + 36),
        .embedding_scale = s3lm_f32(p + 40),
        .logit_scale = s3lm_f32(p + 44),
        .rotary_tables = s3lm_u32(p + 48),
        .logit_cap = s3lm_f32(p + 52),
        .embedding_size = s3lm_u32(p + 56),
    };
}

typedef struct {
    uint16_t layer;
    s3lm_step_kind kind : 8;
    s3lm_place_kind reads : 8;
    s3lm_place_kind writes : 8;
    uint8_t adds;
} s3lm_step_head;

static inline s3lm_step_head s3lm_decode_step_head(const uint8_t *p) {
    return (s3lm_step_head){
        .layer = (uint16_t)s3lm_u16(p),
        .kind = (s3lm_step_kind)p[2],
        .reads = (s3lm_place_kind)p[3],
        .writes = (s3lm_place_kind)p[4],
        .adds = p[5],
    };
}

typedef struct {
    s3lm_norm_kind norm : 8;
    float epsilon;
} s3lm_norm_config;

static inline s3lm_norm_config s3lm_decode_norm(const uint8_t *p) {
    return (s3lm_norm_config){
        .norm = (s3lm_norm_kind)s3lm_u32(p),
        .epsilon = s3lm_f32(p + 4),
    };
}

typedef struct {
    uint16_t heads;
    uint16_t kv_heads;
    uint16_t head_dim;
    uint32_t window;
    s3lm_position_kind position : 8;
    uint32_t rotary_table;
    uint16_t rotary_dim;
    float score_scale;
    float score_cap;
    float clip;
    s3lm_head_norm_kind head_norm : 8;
    s3lm_norm_kind head_norm_kind : 8;
    uint8_t head_norm_turned;
    float head_norm_epsilon;
} s3lm_attention_config;

static inline s3lm_attention_config s3lm_decode_attention(const uint8_t *p) {
    return (s3lm_attention_config){
        .heads = (uint16_t)s3lm_u32(p),
        .kv_heads = (uint16_t)s3lm_u32(p + 4),
        .head_dim = (uint16_t)s3lm_u32(p + 8),
        .window = s3lm_u32(p + 12),
        .position = (s3lm_position_kind)s3lm_u32(p + 16),
        .rotary_table = s3lm_u32(p + 20),
        .rotary_dim = (uint16_t)s3lm_u32(p + 24),
        .score_scale = s3lm_f32(p + 28),
        .score_cap = s3lm_f32(p + 32),
        .clip = s3lm_f32(p + 36),
        .head_norm = (s3lm_head_norm_kind)p[40],
        .head_norm_kind = (s3lm_norm_kind)p[41],
        .head_norm_turned = p[42],
        .head_norm_epsilon = s3lm_f32(p + 44),
    };
}

typedef struct {
    s3lm_mlp_kind mlp : 8;
    s3lm_function_kind function : 8;
    uint32_t width;
} s3lm_mlp_config;

static inline s3lm_mlp_config s3lm_decode_mlp(const uint8_t *p) {
    return (s3lm_mlp_config){
        .mlp = (s3lm_mlp_kind)s3lm_u32(p),
        .function = (s3lm_function_kind)s3lm_u32(p + 4),
        .width = s3lm_u32(p + 8),
    };
}

typedef struct {
    uint8_t taps;
} s3lm_conv_config;

static inline s3lm_conv_config s3lm_decode_conv(const uint8_t *p) {
    return (s3lm_conv_config){
        .taps = (uint8_t)s3lm_u32(p),
    };
}

#endif
