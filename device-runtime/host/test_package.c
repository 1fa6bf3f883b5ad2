/* The package reader refuses every damaged byte, every cut, and every inconsistency that the checksums do not see. */
#include "testing_package.h"

static const char *fixtures;

static s3lm_status open_copy(const uint8_t *bytes, size_t length, s3lm_fault *fault) {
    /* A copy of exactly this length, so that the sanitizer sees any read behind it. */
    uint8_t *copy = aligned_alloc(S3LM_ALIGNMENT, (length + 63u) & ~(size_t)63u);
    memcpy(copy, bytes, length);
    s3lm_package package;
    s3lm_status status = s3lm_package_open(copy, length, &package, fault);
    free(copy);
    return status;
}

static void every_flipped_byte_is_refused(const char *name) {
    size_t length;
    uint64_t seed = 3;
    uint8_t *bytes = read_package(fixtures, name, &length);
    CHECK(open_copy(bytes, length, NULL) == S3LM_OK, "%s itself is refused", name);
    s3lm_package package;
    for (size_t i = 0; i < length; i++) {
        uint8_t flip = (uint8_t)(1u + random_below(&seed, 255));
        bytes[i] ^= flip;
        s3lm_fault fault;
        s3lm_status status = s3lm_package_open(bytes, length, &package, &fault);
        CHECK(status != S3LM_OK, "%s: byte %zu changed by %02x is accepted", name, i, flip);
        CHECK(fault.code == status && fault.field != NULL, "%s: byte %zu: no fault", name, i);
        bytes[i] ^= flip;
    }
    free(bytes);
}

static void every_flipped_bit_of_the_head_is_refused(const char *name) {
    size_t length;
    s3lm_package package;
    uint8_t *bytes = read_package(fixtures, name, &length);
    for (size_t bit = 0; bit < 1024u * 8u; bit++) {
        bytes[bit / 8u] ^= (uint8_t)(1u << (bit % 8u));
        CHECK(s3lm_package_open(bytes, length, &package, NULL) != S3LM_OK, "%s: bit %zu", name, bit);
        bytes[bit / 8u] ^= (uint8_t)(1u << (bit % 8u));
    }
    free(bytes);
}

static void every_cut_is_refused(const char *name) {
    size_t length;
    uint8_t *bytes = read_package(fixtures, name, &length);
    for (size_t cut = 0; cut < length; cut += cut < 1200u ? 1u : 61u) {
        CHECK(open_copy(bytes, cut, NULL) != S3LM_OK, "%s: the first %zu bytes are accepted", name, cut);
    }
    free(bytes);
}

static void misaligned_bytes_are_refused(void) {
    size_t length;
    s3lm_package package;
    uint8_t *bytes = read_package(fixtures, "rows", &length);
    uint8_t *moved = host_allocate(length + 64u);
    memcpy(moved + 16, bytes, length);
    CHECK(s3lm_package_open(moved + 16, length, &package, NULL) == S3LM_ERR_ALIGNMENT, "accepted");
    free(moved);
    free(bytes);
}

/* One field changed, all checksums right. */
typedef struct {
    const char *what;
    uint32_t kind; /* section, or 0 for the file */
    int32_t role;  /* TDIR record, -1 for none */
    uint32_t layer;
    uint32_t offset;
    uint32_t value;
    s3lm_status expected;
} change;

#define GLOBAL 0xFFFFu
#define F32_NAN 0x7FC00000u
#define F32_INF 0x7F800000u
#define F32_MINUS_ONE 0xBF800000u

static const change changes[] = {
    {"minor version 9", 0, -1, 0, 4, 0x00090001, S3LM_OK},
    {"major version 2", 0, -1, 0, 4, 2, S3LM_ERR_VERSION},
    {"another magic", 0, -1, 0, 0, 0x4D4C3353 + 1, S3LM_ERR_MAGIC},
    {"no sections", 0, -1, 0, 12, 0, S3LM_ERR_TABLE},
    {"65 sections", 0, -1, 0, 12, 65, S3LM_ERR_TABLE},
    {"table end", 0, -1, 0, 16, 64, S3LM_ERR_TABLE},
    {"flags", 0, -1, 0, 20, 1, S3LM_ERR_RESERVED},
    {"reserved", 0, -1, 0, 56, 1, S3LM_ERR_RESERVED},
    {"unprintable kind", 0, -1, 0, 64, 0x464E4F01, S3LM_ERR_TABLE},
    {"a core section that is optional", 0, -1, 0, 68, 0, S3LM_ERR_TABLE},
    {"an unknown section flag", 0, -1, 0, 68, 3, S3LM_ERR_TABLE},
    {"section offset", 0, -1, 0, 72, 0x1000, S3LM_ERR_TABLE},
    {"section length", 0, -1, 0, 76, 0x7FFFFFFF, S3LM_ERR_TABLE},
    {"section reserved", 0, -1, 0, 84, 1, S3LM_ERR_RESERVED},
    {"an unknown required section", 0, -1, 0, 64, 0x584E4F43, S3LM_ERR_SECTION_UNKNOWN},
    {"a section twice", 0, -1, 0, 96, 0x464E4F43, S3LM_ERR_SECTION_DUPLICATE},
    {"CONF hidden_size 0", S3LM_KIND_CONF, -1, 0, 0, 0, S3LM_ERR_FIELD},
    {"CONF hidden_size huge", S3LM_KIND_CONF, -1, 0, 0, 0xFFFFFFFF, S3LM_ERR_FIELD},
    {"CONF hidden_size another", S3LM_KIND_CONF, -1, 0, 0, 33, S3LM_ERR_TENSOR_SHAPE},
    {"CONF layers 0", S3LM_KIND_CONF, -1, 0, 4, 0, S3LM_ERR_FIELD},
    {"CONF layers 3", S3LM_KIND_CONF, -1, 0, 4, 3, S3LM_ERR_SECTION_LENGTH},
    {"CONF vocab_size", S3LM_KIND_CONF, -1, 0, 8, (1u << 20) + 1, S3LM_ERR_FIELD},
    {"CONF context 0", S3LM_KIND_CONF, -1, 0, 12, 0, S3LM_ERR_FIELD},
    {"CONF context beyond the table", S3LM_KIND_CONF, -1, 0, 12, 25, S3LM_ERR_TENSOR_SHAPE},
    {"CONF max_batch 33", S3LM_KIND_CONF, -1, 0, 16, 33, S3LM_ERR_FIELD},
    {"CONF kv_kind", S3LM_KIND_CONF, -1, 0, 20, 2, S3LM_ERR_FIELD},
    {"CONF activation_kind", S3LM_KIND_CONF, -1, 0, 24, 3, S3LM_ERR_FIELD},
    {"CONF f32 activations with int8 weights", S3LM_KIND_CONF, -1, 0, 24, 2, S3LM_ERR_TENSOR_SHAPE},
    {"CONF bos_id", S3LM_KIND_CONF, -1, 0, 28, 48, S3LM_ERR_FIELD},
    {"CONF final_norm_eps", S3LM_KIND_CONF, -1, 0, 32, F32_NAN, S3LM_ERR_FIELD},
    {"CONF final_norm_eps 0", S3LM_KIND_CONF, -1, 0, 32, 0, S3LM_ERR_FIELD},
    {"CONF embedding_scale", S3LM_KIND_CONF, -1, 0, 36, F32_INF, S3LM_ERR_FIELD},
    {"CONF logit_scale", S3LM_KIND_CONF, -1, 0, 40, 0, S3LM_ERR_FIELD},
    {"CONF final_norm_kind", S3LM_KIND_CONF, -1, 0, 44, 1, S3LM_ERR_FIELD},
    {"CONF rotary_tables 17", S3LM_KIND_CONF, -1, 0, 48, 17, S3LM_ERR_FIELD},
    {"CONF rotary_tables 2", S3LM_KIND_CONF, -1, 0, 48, 2, S3LM_ERR_TENSOR_MISSING},
    {"CONF reserved", S3LM_KIND_CONF, -1, 0, 52, 1, S3LM_ERR_RESERVED},
    {"LAYR block_kind", S3LM_KIND_LAYR, -1, 0, 0, 1, S3LM_ERR_FIELD},
    {"LAYR heads 0", S3LM_KIND_LAYR, -1, 0, 4, 0, S3LM_ERR_FIELD},
    {"LAYR heads 257", S3LM_KIND_LAYR, -1, 0, 4, 257, S3LM_ERR_FIELD},
    {"LAYR kv_heads 0", S3LM_KIND_LAYR, -1, 0, 8, 0, S3LM_ERR_FIELD},
    {"LAYR kv_heads 3 of 4", S3LM_KIND_LAYR, -1, 0, 8, 3, S3LM_ERR_FIELD},
    {"LAYR head_dim odd", S3LM_KIND_LAYR, -1, 0, 12, 9, S3LM_ERR_FIELD},
    {"LAYR head_dim 258", S3LM_KIND_LAYR, -1, 0, 12, 258, S3LM_ERR_FIELD},
    {"LAYR ffn_size", S3LM_KIND_LAYR, -1, 0, 16, 65537, S3LM_ERR_FIELD},
    {"LAYR activation", S3LM_KIND_LAYR, -1, 0, 20, 1, S3LM_ERR_FIELD},
    {"LAYR rotary", S3LM_KIND_LAYR, -1, 0, 28, 1, S3LM_ERR_FIELD},
    {"LAYR norm_kind", S3LM_KIND_LAYR, -1, 0, 32, 1, S3LM_ERR_FIELD},
    {"LAYR attn_norm_eps", S3LM_KIND_LAYR, -1, 0, 36, F32_MINUS_ONE, S3LM_ERR_FIELD},
    {"LAYR mlp_norm_eps", S3LM_KIND_LAYR, -1, 0, 40, F32_INF, S3LM_ERR_FIELD},
    {"LAYR score_scale", S3LM_KIND_LAYR, -1, 0, 44, F32_MINUS_ONE, S3LM_ERR_FIELD},
    {"LAYR rotary_dim odd", S3LM_KIND_LAYR, -1, 0, 48, 3, S3LM_ERR_FIELD},
    {"LAYR rotary_dim of another table", S3LM_KIND_LAYR, -1, 0, 48, 4, S3LM_ERR_TENSOR_SHAPE},
    {"LAYR rotary_dim beyond the head", S3LM_KIND_LAYR, -1, 0, 48, 10, S3LM_ERR_FIELD},
    {"LAYR reserved", S3LM_KIND_LAYR, -1, 0, 60, 1, S3LM_ERR_RESERVED},
    {"SAMP do_sample", S3LM_KIND_SAMP, -1, 0, 0, 2, S3LM_ERR_FIELD},
    {"SAMP temperature", S3LM_KIND_SAMP, -1, 0, 4, F32_NAN, S3LM_ERR_FIELD},
    {"SAMP top_p", S3LM_KIND_SAMP, -1, 0, 12, 0, S3LM_ERR_FIELD},
    {"SAMP min_p", S3LM_KIND_SAMP, -1, 0, 16, F32_MINUS_ONE, S3LM_ERR_FIELD},
    {"SAMP repetition_penalty", S3LM_KIND_SAMP, -1, 0, 20, 0, S3LM_ERR_FIELD},
    {"SAMP stop_count 33", S3LM_KIND_SAMP, -1, 0, 28, 33, S3LM_ERR_FIELD},
    {"SAMP stop_count 1", S3LM_KIND_SAMP, -1, 0, 28, 1, S3LM_ERR_SECTION_LENGTH},
    {"SAMP stop id", S3LM_KIND_SAMP, -1, 0, 32, 48, S3LM_ERR_FIELD},
    {"TDIR unknown role", S3LM_KIND_TDIR, S3LM_O, 0, 0, 99, S3LM_ERR_TENSOR_UNKNOWN},
    {"TDIR layer beyond", S3LM_KIND_TDIR, S3LM_O, 0, 0, (2u << 16) | S3LM_O, S3LM_ERR_FIELD},
    {"TDIR global tensor in a layer", S3LM_KIND_TDIR, S3LM_EMBED, GLOBAL, 0, S3LM_EMBED, S3LM_ERR_FIELD},
    {"TDIR twice", S3LM_KIND_TDIR, S3LM_O, 1, 0, S3LM_O, S3LM_ERR_TENSOR_DUPLICATE},
    {"TDIR bias in place of its matrix", S3LM_KIND_TDIR, S3LM_O, 0, 0, S3LM_O_BIAS, S3LM_ERR_TENSOR_SHAPE},
    {"TDIR encoding", S3LM_KIND_TDIR, S3LM_O, 0, 4, 4, S3LM_ERR_TENSOR_SHAPE},
    {"TDIR f32 matrix", S3LM_KIND_TDIR, S3LM_O, 0, 4, 0, S3LM_ERR_TENSOR_SHAPE},
    {"TDIR embedding with one scale", S3LM_KIND_TDIR, S3LM_EMBED, GLOBAL, 4, 1, S3LM_ERR_TENSOR_SHAPE},
    {"TDIR rows", S3LM_KIND_TDIR, S3LM_O, 0, 8, 31, S3LM_ERR_TENSOR_SHAPE},
    {"TDIR cols", S3LM_KIND_TDIR, S3LM_O, 0, 12, 31, S3LM_ERR_TENSOR_SHAPE},
    {"TDIR row_stride", S3LM_KIND_TDIR, S3LM_O, 0, 16, 48, S3LM_ERR_TENSOR_SHAPE},
    {"TDIR group without groups", S3LM_KIND_TDIR, S3LM_O, 0, 20, 16, S3LM_ERR_TENSOR_SHAPE},
    {"TDIR data_offset unaligned", S3LM_KIND_TDIR, S3LM_O, 0, 24, 16, S3LM_ERR_TENSOR_PLACE},
    {"TDIR data_offset over another", S3LM_KIND_TDIR, S3LM_O, 0, 24, 0, S3LM_ERR_TENSOR_PLACE},
    {"TDIR data_offset outside", S3LM_KIND_TDIR, S3LM_O, 0, 24, 0xFFFFFFC0, S3LM_ERR_TENSOR_PLACE},
    {"TDIR data_length", S3LM_KIND_TDIR, S3LM_O, 0, 28, 1, S3LM_ERR_TENSOR_SHAPE},
    {"TDIR scale_offset none", S3LM_KIND_TDIR, S3LM_O, 0, 32, 0xFFFFFFFF, S3LM_ERR_TENSOR_PLACE},
    {"TDIR scale_offset over the data", S3LM_KIND_TDIR, S3LM_O, 0, 32, 0, S3LM_ERR_TENSOR_PLACE},
    {"TDIR scale_count", S3LM_KIND_TDIR, S3LM_O, 0, 36, 31, S3LM_ERR_TENSOR_SHAPE},
    {"TDIR scales of an f32 tensor", S3LM_KIND_TDIR, S3LM_ROTARY, 0, 32, 0, S3LM_ERR_TENSOR_PLACE},
    {"TDIR placement", S3LM_KIND_TDIR, S3LM_O, 0, 40, 3, S3LM_ERR_FIELD},
    {"TDIR static scale in a dynamic model", S3LM_KIND_TDIR, S3LM_O, 0, 44, 0x3F800000, S3LM_ERR_FIELD},
    {"TDIR reserved", S3LM_KIND_TDIR, S3LM_O, 0, 60, 1, S3LM_ERR_RESERVED},
};

static void inconsistent_fields_are_refused(void) {
    size_t length;
    uint8_t *original = read_package(fixtures, "rows", &length);
    uint8_t *bytes = host_allocate(length);
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        const change *c = &changes[i];
        memcpy(bytes, original, length);
        uint8_t *base = c->kind == 0u  ? bytes
                        : c->role >= 0 ? record_of(bytes, (uint32_t)c->role, c->layer)
                                       : section_of(bytes, c->kind);
        put_u32(base + c->offset, c->value);
        seal(bytes, length);
        s3lm_fault fault;
        s3lm_package package;
        s3lm_status status = s3lm_package_open(bytes, length, &package, &fault);
        CHECK(status == c->expected, "%s: status %d instead of %d (%s)", c->what, status, c->expected, fault.field);
        CHECK(status == S3LM_OK || c->kind == 0u || fault.section == c->kind || status == S3LM_ERR_TENSOR_SHAPE ||
                  status == S3LM_ERR_TENSOR_MISSING || status == S3LM_ERR_SECTION_LENGTH,
              "%s: the fault names another section", c->what);
    }
    free(bytes);
    free(original);
}

static void bad_numbers_are_refused(void) {
    size_t length;
    s3lm_package package;
    uint8_t *bytes = read_package(fixtures, "tensors", &length);
    uint8_t *weights = section_of(bytes, S3LM_KIND_WGHT);
    uint8_t *matrix = record_of(bytes, S3LM_O, 0);
    uint8_t *bias = record_of(bytes, S3LM_O_BIAS, 0);
    uint8_t *down = record_of(bytes, S3LM_DOWN, 0); /* 40 columns in rows of 48 bytes */
    uint8_t *data = weights + s3lm_u32(matrix + 24);
    uint8_t *scales = weights + s3lm_u32(matrix + 32);
    uint8_t saved[4];

    memcpy(saved, data, 4);
    data[1] = 0x80;
    seal(bytes, length);
    CHECK(s3lm_package_open(bytes, length, &package, NULL) == S3LM_ERR_TENSOR_CODE, "a code of -128");
    memcpy(data, saved, 4);

    memcpy(saved, scales, 4);
    put_u32(scales, F32_MINUS_ONE);
    seal(bytes, length);
    CHECK(s3lm_package_open(bytes, length, &package, NULL) == S3LM_ERR_TENSOR_NUMBER, "a negative scale");
    put_u32(scales, F32_INF);
    seal(bytes, length);
    CHECK(s3lm_package_open(bytes, length, &package, NULL) == S3LM_ERR_TENSOR_NUMBER, "an infinite scale");
    memcpy(scales, saved, 4);

    uint8_t *value = weights + s3lm_u32(bias + 24);
    memcpy(saved, value, 4);
    put_u32(value, F32_NAN);
    seal(bytes, length);
    CHECK(s3lm_package_open(bytes, length, &package, NULL) == S3LM_ERR_TENSOR_NUMBER, "a NaN");
    memcpy(value, saved, 4);

    uint8_t *padding = weights + s3lm_u32(down + 24) + 40;
    *padding = 1;
    seal(bytes, length);
    CHECK(s3lm_package_open(bytes, length, &package, NULL) == S3LM_ERR_TENSOR_CODE, "padding that is not zero");
    *padding = 0;

    uint8_t *between = weights + s3lm_u32(matrix + 32) + 4;
    *between = 1;
    seal(bytes, length);
    CHECK(s3lm_package_open(bytes, length, &package, NULL) == S3LM_ERR_RESERVED, "a gap that is not zero");
    *between = 0;

    seal(bytes, length);
    CHECK(s3lm_package_open(bytes, length, &package, NULL) == S3LM_OK, "the restored package");
    free(bytes);
}

static void unknown_optional_sections_are_skipped(void) {
    size_t length;
    s3lm_package package;
    uint32_t size;
    uint8_t *bytes = read_package(fixtures, "rows", &length);
    put_u32(entry_of(bytes, S3LM_KIND_META), S3LM_FOURCC('Z', 'Z', 'Z', 'Z'));
    seal(bytes, length);
    CHECK(s3lm_package_open(bytes, length, &package, NULL) == S3LM_OK, "refused");
    CHECK(s3lm_package_section(&package, S3LM_KIND_META, &size) == NULL, "found what is not there");
    CHECK(s3lm_package_section(&package, S3LM_FOURCC('Z', 'Z', 'Z', 'Z'), &size) != NULL && size > 0, "not found");
    free(bytes);
}

static void impossible_options_are_refused(void) {
    loaded l;
    load(&l, fixtures, "rows", NULL);
    size_t need = s3lm_state_bytes(&l.package, NULL);
    s3lm_model model;
    CHECK(s3lm_state_bytes(&l.package, &(s3lm_options){.context = 25}) == 0, "a longer context");
    CHECK(s3lm_state_bytes(&l.package, &(s3lm_options){.max_batch = 33}) == 0, "a larger batch");
    CHECK(s3lm_state_bytes(&l.package, &(s3lm_options){.workers = 9}) == 0, "more workers");
    CHECK(s3lm_state_bytes(&l.package, &(s3lm_options){.context = 8}) < need, "a shorter context is not smaller");
    CHECK(s3lm_init(&model, &l.package, NULL, l.memory, need - 1u) == S3LM_ERR_MEMORY, "too little memory");
    CHECK(s3lm_init(&model, &l.package, NULL, (uint8_t *)l.memory + 4, need) == S3LM_ERR_MEMORY, "unaligned memory");
    CHECK(s3lm_init(&model, &l.package, &(s3lm_options){.context = 25}, l.memory, need) == S3LM_ERR_OPTIONS, "context");
    unload(&l);
}

static void the_checksum_is_zlib_s(void) {
    const uint8_t digits[] = "123456789";
    CHECK(s3lm_crc32(0, digits, 9) == 0xCBF43926u, "crc of 123456789");
    CHECK(s3lm_crc32(s3lm_crc32(0, digits, 4), digits + 4, 5) == 0xCBF43926u, "crc in two parts");
}

static void every_status_has_a_sentence(void) {
    for (int status = 0; status < S3LM_STATUS_COUNT; status++) {
        const char *text = s3lm_status_text((s3lm_status)status);
        CHECK(text && strlen(text) > 10u && text[strlen(text) - 1u] == '.', "status %d", status);
    }
    CHECK(s3lm_status_text(S3LM_STATUS_COUNT) != NULL && s3lm_role_name(999)[0] == '?', "beyond the last");
}

int main(int argc, char **argv) {
    fixtures = argc > 1 ? argv[1] : ".";
    for (size_t i = 0; i < FIXTURE_COUNT; i++) {
        RUN(every_flipped_byte_is_refused, fixture_names[i]);
        RUN(every_flipped_bit_of_the_head_is_refused, fixture_names[i]);
        RUN(every_cut_is_refused, fixture_names[i]);
    }
    RUN(misaligned_bytes_are_refused);
    RUN(inconsistent_fields_are_refused);
    RUN(bad_numbers_are_refused);
    RUN(unknown_optional_sections_are_skipped);
    RUN(impossible_options_are_refused);
    RUN(the_checksum_is_zlib_s);
    RUN(every_status_has_a_sentence);
    return report();
}
