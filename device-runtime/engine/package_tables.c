/* The tables that the package reader loops over (s3lm_format.h). */
/* Written by `npm run schema` from src/schema: change that. */
#include "s3lm_format.h"

const s3lm_section_spec s3lm_sections[S3LM_SECTIONS] = {
    {S3LM_KIND_CONF, "CONF", true},
    {S3LM_KIND_STEP, "STEP", true},
    {S3LM_KIND_TDIR, "TDIR", true},
    {S3LM_KIND_SAMP, "SAMP", true},
    {S3LM_KIND_TOKN, "TOKN", false},
    {S3LM_KIND_CHAT, "CHAT", false},
    {S3LM_KIND_ACTN, "ACTN", false},
    {S3LM_KIND_GRAM, "GRAM", false},
    {S3LM_KIND_META, "META", false},
    {S3LM_KIND_WGHT, "WGHT", true},
};

const s3lm_encoding_spec s3lm_encodings[S3LM_ENCODINGS] = {
    [S3LM_FLOAT32] = {32, false, 0, {0}, {0}},
    [S3LM_INT8_TENSOR] = {8, false, 1, {S3LM_PER_SOURCE}, {S3LM_TABLE_F32}},
    [S3LM_INT8_CHANNEL] = {8, false, 1, {S3LM_PER_ROW}, {S3LM_TABLE_F32}},
    [S3LM_INT8_GROUP] = {8, true, 1, {S3LM_PER_GROUP}, {S3LM_TABLE_F32}},
    [S3LM_INT8_GROUP_U8] = {8, true, 2, {S3LM_PER_ROW, S3LM_PER_GROUP}, {S3LM_TABLE_F32, S3LM_TABLE_U8}},
    [S3LM_INT4_GROUP] = {4, true, 3, {S3LM_PER_ROW, S3LM_PER_GROUP, S3LM_PER_GROUP}, {S3LM_TABLE_F32, S3LM_TABLE_U8, S3LM_TABLE_I8}},
};

const s3lm_role_spec s3lm_roles[S3LM_ROLES] = {
    {"embedding", S3LM_ROLE_EMBEDDING, S3LM_SCOPE_MODEL, S3LM_SHAPE_LOOKUP, S3LM_SIZE_VOCAB, S3LM_SIZE_EMBEDDING, 1, false, true, 0, 0, 0},
    {"head", S3LM_ROLE_HEAD, S3LM_SCOPE_MODEL, S3LM_SHAPE_MATRIX, S3LM_SIZE_VOCAB, S3LM_SIZE_EMBEDDING, 1, false, false, 0, 0, 0},
    {"head.bias", S3LM_ROLE_HEAD_BIAS, S3LM_SCOPE_MODEL, S3LM_SHAPE_VECTOR, S3LM_SIZE_ONE, S3LM_SIZE_VOCAB, 0, false, false, 0, 0, 0},
    {"final_norm", S3LM_ROLE_FINAL_NORM, S3LM_SCOPE_MODEL, S3LM_SHAPE_VECTOR, S3LM_SIZE_ONE, S3LM_SIZE_HIDDEN, 0, false, false, 0, 0, 0},
    {"final_norm.bias", S3LM_ROLE_FINAL_NORM_BIAS, S3LM_SCOPE_MODEL, S3LM_SHAPE_VECTOR, S3LM_SIZE_ONE, S3LM_SIZE_HIDDEN, 0, false, false, 0, 0, 0},
    {"rotary", S3LM_ROLE_ROTARY, S3LM_SCOPE_TABLE, S3LM_SHAPE_TABLE, S3LM_SIZE_CONTEXT, S3LM_SIZE_ROTARY_DIM, 0, false, true, 0, 0, 0},
    {"positions", S3LM_ROLE_POSITIONS, S3LM_SCOPE_MODEL, S3LM_SHAPE_LOOKUP, S3LM_SIZE_CONTEXT, S3LM_SIZE_HIDDEN, 1, false, false, 0, 0, 0},
    {"project_in", S3LM_ROLE_PROJECT_IN, S3LM_SCOPE_MODEL, S3LM_SHAPE_MATRIX, S3LM_SIZE_HIDDEN, S3LM_SIZE_EMBEDDING, 1, false, true, 0, 0, S3LM_OWNER_EMBEDDING_SIZE},
    {"project_out", S3LM_ROLE_PROJECT_OUT, S3LM_SCOPE_MODEL, S3LM_SHAPE_MATRIX, S3LM_SIZE_EMBEDDING, S3LM_SIZE_HIDDEN, 1, false, true, 0, 0, S3LM_OWNER_EMBEDDING_SIZE},
    {"norm", S3LM_ROLE_NORM, S3LM_SCOPE_NORM, S3LM_SHAPE_VECTOR, S3LM_SIZE_ONE, S3LM_SIZE_HIDDEN, 0, false, false, 0, 0, 0},
    {"norm.bias", S3LM_ROLE_NORM_BIAS, S3LM_SCOPE_NORM, S3LM_SHAPE_VECTOR, S3LM_SIZE_ONE, S3LM_SIZE_HIDDEN, 0, false, false, 0, 0, 0},
    {"qkv", S3LM_ROLE_QKV, S3LM_SCOPE_ATTENTION, S3LM_SHAPE_MATRIX, S3LM_SIZE_QUERY_KEY_VALUE, S3LM_SIZE_HIDDEN, 3, false, false, 0, 0, 0},
    {"qkv.bias", S3LM_ROLE_QKV_BIAS, S3LM_SCOPE_ATTENTION, S3LM_SHAPE_VECTOR, S3LM_SIZE_ONE, S3LM_SIZE_QUERY_KEY_VALUE, 0, false, false, S3LM_ROLE_QKV, 0, 0},
    {"query", S3LM_ROLE_QUERY, S3LM_SCOPE_ATTENTION, S3LM_SHAPE_MATRIX, S3LM_SIZE_QUERY, S3LM_SIZE_HIDDEN, 1, false, true, 0, S3LM_ROLE_QKV, 0},
    {"query.bias", S3LM_ROLE_QUERY_BIAS, S3LM_SCOPE_ATTENTION, S3LM_SHAPE_VECTOR, S3LM_SIZE_ONE, S3LM_SIZE_QUERY, 0, false, false, S3LM_ROLE_QUERY, 0, 0},
    {"key", S3LM_ROLE_KEY, S3LM_SCOPE_ATTENTION, S3LM_SHAPE_MATRIX, S3LM_SIZE_KEY, S3LM_SIZE_HIDDEN, 1, false, true, 0, S3LM_ROLE_QKV, 0},
    {"key.bias", S3LM_ROLE_KEY_BIAS, S3LM_SCOPE_ATTENTION, S3LM_SHAPE_VECTOR, S3LM_SIZE_ONE, S3LM_SIZE_KEY, 0, false, false, S3LM_ROLE_KEY, 0, 0},
    {"value", S3LM_ROLE_VALUE, S3LM_SCOPE_ATTENTION, S3LM_SHAPE_MATRIX, S3LM_SIZE_KEY, S3LM_SIZE_HIDDEN, 1, false, true, 0, S3LM_ROLE_QKV, 0},
    {"value.bias", S3LM_ROLE_VALUE_BIAS, S3LM_SCOPE_ATTENTION, S3LM_SHAPE_VECTOR, S3LM_SIZE_ONE, S3LM_SIZE_KEY, 0, false, false, S3LM_ROLE_VALUE, 0, 0},
    {"output", S3LM_ROLE_OUTPUT, S3LM_SCOPE_ATTENTION, S3LM_SHAPE_MATRIX, S3LM_SIZE_HIDDEN, S3LM_SIZE_QUERY, 1, false, true, 0, 0, 0},
    {"output.bias", S3LM_ROLE_OUTPUT_BIAS, S3LM_SCOPE_ATTENTION, S3LM_SHAPE_VECTOR, S3LM_SIZE_ONE, S3LM_SIZE_HIDDEN, 0, false, false, S3LM_ROLE_OUTPUT, 0, 0},
    {"query_norm", S3LM_ROLE_QUERY_NORM, S3LM_SCOPE_ATTENTION, S3LM_SHAPE_VECTOR, S3LM_SIZE_ONE, S3LM_SIZE_QUERY_NORM, 0, false, false, 0, 0, S3LM_OWNER_HEAD_NORM},
    {"query_norm.bias", S3LM_ROLE_QUERY_NORM_BIAS, S3LM_SCOPE_ATTENTION, S3LM_SHAPE_VECTOR, S3LM_SIZE_ONE, S3LM_SIZE_QUERY_NORM, 0, false, false, 0, 0, S3LM_OWNER_HEAD_NORM},
    {"key_norm", S3LM_ROLE_KEY_NORM, S3LM_SCOPE_ATTENTION, S3LM_SHAPE_VECTOR, S3LM_SIZE_ONE, S3LM_SIZE_KEY_NORM, 0, false, false, 0, 0, S3LM_OWNER_HEAD_NORM},
    {"key_norm.bias", S3LM_ROLE_KEY_NORM_BIAS, S3LM_SCOPE_ATTENTION, S3LM_SHAPE_VECTOR, S3LM_SIZE_ONE, S3LM_SIZE_KEY_NORM, 0, false, false, 0, 0, S3LM_OWNER_HEAD_NORM},
    {"slopes", S3LM_ROLE_SLOPES, S3LM_SCOPE_ATTENTION, S3LM_SHAPE_VECTOR, S3LM_SIZE_ONE, S3LM_SIZE_HEADS, 0, false, true, 0, 0, 1u << S3LM_POSITION_ALIBI},
    {"gate_up", S3LM_ROLE_GATE_UP, S3LM_SCOPE_MLP, S3LM_SHAPE_MATRIX, S3LM_SIZE_TWO_WIDTHS, S3LM_SIZE_HIDDEN, 2, true, false, 0, 0, 1u << S3LM_MLP_GATED},
    {"gate_up.bias", S3LM_ROLE_GATE_UP_BIAS, S3LM_SCOPE_MLP, S3LM_SHAPE_VECTOR, S3LM_SIZE_ONE, S3LM_SIZE_TWO_WIDTHS, 0, false, false, S3LM_ROLE_GATE_UP, 0, 1u << S3LM_MLP_GATED},
    {"gate", S3LM_ROLE_GATE, S3LM_SCOPE_MLP, S3LM_SHAPE_MATRIX, S3LM_SIZE_WIDTH, S3LM_SIZE_HIDDEN, 1, false, true, 0, S3LM_ROLE_GATE_UP, 1u << S3LM_MLP_GATED},
    {"gate.bias", S3LM_ROLE_GATE_BIAS, S3LM_SCOPE_MLP, S3LM_SHAPE_VECTOR, S3LM_SIZE_ONE, S3LM_SIZE_WIDTH, 0, false, false, S3LM_ROLE_GATE, 0, 1u << S3LM_MLP_GATED},
    {"up", S3LM_ROLE_UP, S3LM_SCOPE_MLP, S3LM_SHAPE_MATRIX, S3LM_SIZE_WIDTH, S3LM_SIZE_HIDDEN, 1, false, true, 0, S3LM_ROLE_GATE_UP, 0},
    {"up.bias", S3LM_ROLE_UP_BIAS, S3LM_SCOPE_MLP, S3LM_SHAPE_VECTOR, S3LM_SIZE_ONE, S3LM_SIZE_WIDTH, 0, false, false, S3LM_ROLE_UP, 0, 0},
    {"down", S3LM_ROLE_DOWN, S3LM_SCOPE_MLP, S3LM_SHAPE_MATRIX, S3LM_SIZE_HIDDEN, S3LM_SIZE_WIDTH, 1, false, true, 0, 0, 0},
    {"down.bias", S3LM_ROLE_DOWN_BIAS, S3LM_SCOPE_MLP, S3LM_SHAPE_VECTOR, S3LM_SIZE_ONE, S3LM_SIZE_HIDDEN, 0, false, false, S3LM_ROLE_DOWN, 0, 0},
    {"conv_in", S3LM_ROLE_CONV_IN, S3LM_SCOPE_CONV, S3LM_SHAPE_MATRIX, S3LM_SIZE_THREE_HIDDEN, S3LM_SIZE_HIDDEN, 1, false, true, 0, 0, 0},
    {"conv_in.bias", S3LM_ROLE_CONV_IN_BIAS, S3LM_SCOPE_CONV, S3LM_SHAPE_VECTOR, S3LM_SIZE_ONE, S3LM_SIZE_THREE_HIDDEN, 0, false, false, S3LM_ROLE_CONV_IN, 0, 0},
    {"conv_taps", S3LM_ROLE_CONV_TAPS, S3LM_SCOPE_CONV, S3LM_SHAPE_VECTOR, S3LM_SIZE_ONE, S3LM_SIZE_KERNEL, 0, false, true, 0, 0, 0},
    {"conv_taps.bias", S3LM_ROLE_CONV_TAPS_BIAS, S3LM_SCOPE_CONV, S3LM_SHAPE_VECTOR, S3LM_SIZE_ONE, S3LM_SIZE_HIDDEN, 0, false, false, 0, 0, 0},
    {"conv_out", S3LM_ROLE_CONV_OUT, S3LM_SCOPE_CONV, S3LM_SHAPE_MATRIX, S3LM_SIZE_HIDDEN, S3LM_SIZE_HIDDEN, 1, false, true, 0, 0, 0},
    {"conv_out.bias", S3LM_ROLE_CONV_OUT_BIAS, S3LM_SCOPE_CONV, S3LM_SHAPE_VECTOR, S3LM_SIZE_ONE, S3LM_SIZE_HIDDEN, 0, false, false, S3LM_ROLE_CONV_OUT, 0, 0},
};

static const s3lm_field config_fields[] = {
    {"hidden size", 0x1u, 0x4000u, 0x1u, 0, 4, 1},
    {"layers", 0x1u, 0x80u, 0x1u, 4, 4, 1},
    {"vocab size", 0x1u, 0x100000u, 0x1u, 8, 4, 1},
    {"context", 0x1u, 0x10000u, 0x1u, 12, 4, 1},
    {"max batch", 0x1u, 0x20u, 0x1u, 16, 4, 1},
    {"cache", 0x0u, 0x3u, 0x0u, 20, 4, 1},
    {"activations", 0x0u, 0x2u, 0x0u, 24, 4, 1},
    {"bos id", 0x0u, 0xFFFFFu, 0xFFFFFFFFu, 28, 4, 1},
    {"final norm", 0x0u, 0x1u, 0x0u, 32, 4, 1},
    {"final norm epsilon", 0x1E3CE508u, 0x3F800000u, 0x1E3CE508u, 36, 4, 1},
    {"embedding scale", 0x358637BDu, 0x49742400u, 0x358637BDu, 40, 4, 1},
    {"logit scale", 0x358637BDu, 0x49742400u, 0x358637BDu, 44, 4, 1},
    {"rotary tables", 0x0u, 0x10u, 0x0u, 48, 4, 1},
    {"logit cap", 0x358637BDu, 0x49742400u, 0x0u, 52, 4, 1},
    {"embedding size", 0x0u, 0x4000u, 0x0u, 56, 4, 1},
};
const s3lm_record s3lm_config_record = {config_fields, 15, 64};

static const s3lm_field step_head_fields[] = {
    {"layer", 0x0u, 0x7Fu, 0x0u, 0, 2, 1},
    {"kind", 0x0u, 0x3u, 0x0u, 2, 1, 1},
    {"reads", 0x0u, 0x2u, 0x0u, 3, 1, 1},
    {"writes", 0x0u, 0x2u, 0x0u, 4, 1, 1},
    {"adds", 0x0u, 0x1u, 0x0u, 5, 1, 1},
};
const s3lm_record s3lm_step_head_record = {step_head_fields, 5, 8};

static const s3lm_field norm_fields[] = {
    {"norm", 0x0u, 0x1u, 0x0u, 0, 4, 1},
    {"epsilon", 0x1E3CE508u, 0x3F800000u, 0x1E3CE508u, 4, 4, 1},
};
const s3lm_record s3lm_norm_record = {norm_fields, 2, 56};

static const s3lm_field attention_fields[] = {
    {"heads", 0x1u, 0x100u, 0x1u, 0, 4, 1},
    {"kv heads", 0x1u, 0x100u, 0x1u, 4, 4, 1},
    {"head dim", 0x1u, 0x100u, 0x1u, 8, 4, 1},
    {"window", 0x0u, 0xFFFFFFFFu, 0x0u, 12, 4, 1},
    {"position", 0x0u, 0x2u, 0x0u, 16, 4, 1},
    {"rotary table", 0x0u, 0xFu, 0xFFFFFFFFu, 20, 4, 1},
    {"rotary dim", 0x0u, 0x100u, 0x0u, 24, 4, 2},
    {"score scale", 0x358637BDu, 0x49742400u, 0x358637BDu, 28, 4, 1},
    {"score cap", 0x358637BDu, 0x49742400u, 0x0u, 32, 4, 1},
    {"clip", 0x358637BDu, 0x49742400u, 0x0u, 36, 4, 1},
    {"head norm", 0x0u, 0x3u, 0x0u, 40, 1, 1},
    {"head norm kind", 0x0u, 0x1u, 0x0u, 41, 1, 1},
    {"head norm turned", 0x0u, 0x1u, 0x0u, 42, 1, 1},
    {"head norm epsilon", 0x1E3CE508u, 0x3F800000u, 0x0u, 44, 4, 1},
};
const s3lm_record s3lm_attention_record = {attention_fields, 14, 56};

static const s3lm_field mlp_fields[] = {
    {"mlp", 0x0u, 0x1u, 0x0u, 0, 4, 1},
    {"function", 0x0u, 0x4u, 0x0u, 4, 4, 1},
    {"width", 0x1u, 0x10000u, 0x1u, 8, 4, 1},
};
const s3lm_record s3lm_mlp_record = {mlp_fields, 3, 56};

static const s3lm_field conv_fields[] = {
    {"taps", 0x2u, 0x8u, 0x2u, 0, 4, 1},
};
const s3lm_record s3lm_conv_record = {conv_fields, 1, 56};

static const s3lm_field tensor_fields[] = {
    {"role", 0x0u, 0xFFFFu, 0x0u, 0, 2, 1},
    {"index", 0x0u, 0xFFFFu, 0x0u, 2, 2, 1},
    {"encoding", 0x0u, 0xFFFFu, 0x0u, 4, 2, 1},
    {"placement", 0x0u, 0x2u, 0x0u, 6, 1, 1},
    {"input", 0x0u, 0x3u, 0x0u, 7, 1, 1},
    {"rows", 0x1u, 0xFFFFFFFFu, 0x1u, 8, 4, 1},
    {"cols", 0x1u, 0xFFFFFFFFu, 0x1u, 12, 4, 1},
    {"row bytes", 0x10u, 0xFFFFFFFFu, 0x10u, 16, 4, 16},
    {"group", 0x0u, 0xFFFFFFFFu, 0x0u, 20, 4, 16},
    {"data offset", 0x0u, 0xFFFFFFFFu, 0x0u, 24, 4, 64},
    {"data length", 0x0u, 0xFFFFFFFFu, 0x0u, 28, 4, 1},
    {"tables offset", 0x0u, 0xFFFFFFFFu, 0xFFFFFFFFu, 32, 4, 64},
    {"tables length", 0x0u, 0xFFFFFFFFu, 0x0u, 36, 4, 1},
    {"activation scale", 0xDA24260u, 0x7149F2CAu, 0x0u, 40, 4, 1},
    {"placed rows", 0x0u, 0xFFFFFFFFu, 0x0u, 44, 4, 16},
    {"rest placement", 0x0u, 0x2u, 0x0u, 48, 1, 1},
};
const s3lm_record s3lm_tensor_record = {tensor_fields, 16, 64};

static const s3lm_field sampling_fields[] = {
    {"do sample", 0x0u, 0x1u, 0x0u, 0, 4, 1},
    {"temperature", 0x3A83126Fu, 0x447A0000u, 0x0u, 4, 4, 1},
    {"top k", 0x0u, 0xFFFFFFFFu, 0x0u, 8, 4, 1},
    {"top p", 0x1u, 0x3F800000u, 0x1u, 12, 4, 1},
    {"min p", 0x0u, 0x3F800000u, 0x0u, 16, 4, 1},
    {"repetition penalty", 0x3C23D70Au, 0x42C80000u, 0x3C23D70Au, 20, 4, 1},
    {"max new tokens", 0x0u, 0xFFFFFFFFu, 0x0u, 24, 4, 1},
    {"stop ids", 0x0u, 0x20u, 0x0u, 28, 4, 1},
};
const s3lm_record s3lm_sampling_record = {sampling_fields, 8, 32};

const s3lm_record *const s3lm_step_records[S3LM_STEP_KINDS] = {
    [S3LM_STEP_NORM] = &s3lm_norm_record,
    [S3LM_STEP_ATTENTION] = &s3lm_attention_record,
    [S3LM_STEP_MLP] = &s3lm_mlp_record,
    [S3LM_STEP_CONV] = &s3lm_conv_record,
};
