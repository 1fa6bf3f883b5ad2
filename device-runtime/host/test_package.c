/* The package reader refuses every damaged byte, every cut, and every inconsistency that the checksums do not see. */
#include "making_package.h"

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
    uint32_t index;
    uint32_t offset;
    uint32_t value;
    s3lm_status expected;
} change;

#define F32_NAN 0x7FC00000u
#define F32_INF 0x7F800000u
#define F32_MINUS_ONE 0xBF800000u
#define F32_MINUS_ZERO 0x80000000u

/* Steps of the fixture `rows`: two layers of norm, attention, norm and feed-forward. */
#define NORM 0u
#define ATTENTION 1u
#define MLP 3u
#define HEAD(step, offset) (64u * (step) + (offset))
#define BODY(step, offset) (64u * (step) + 8u + (offset))
/* Bytes 2 to 5 of a step's record: kind, what it reads, what it writes, whether it adds. */
#define WORD(kind, reads, writes, adds) ((kind) | (reads) << 8 | (writes) << 16 | (adds) << 24)

static const change changes[] = {
    {"minor version 9", 0, -1, 0, 4, 0x00090002, S3LM_OK},
    {"the major version before", 0, -1, 0, 4, 1, S3LM_ERR_VERSION},
    {"the major version after", 0, -1, 0, 4, 3, S3LM_ERR_NEWER},
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
    {"the layers of version 1", 0, -1, 0, 96, 0x5259414C, S3LM_ERR_SECTION_UNKNOWN},
    {"a section twice", 0, -1, 0, 96, 0x464E4F43, S3LM_ERR_SECTION_DUPLICATE},
    {"CONF hidden size 0", S3LM_KIND_CONF, -1, 0, 0, 0, S3LM_ERR_FIELD},
    {"CONF hidden size huge", S3LM_KIND_CONF, -1, 0, 0, 0xFFFFFFFF, S3LM_ERR_FIELD},
    {"CONF hidden size another", S3LM_KIND_CONF, -1, 0, 0, 33, S3LM_ERR_TENSOR_SHAPE},
    {"CONF layers 0", S3LM_KIND_CONF, -1, 0, 4, 0, S3LM_ERR_FIELD},
    {"CONF layers 1", S3LM_KIND_CONF, -1, 0, 4, 1, S3LM_ERR_FIELD},
    {"CONF layers 3", S3LM_KIND_CONF, -1, 0, 4, 3, S3LM_ERR_FIELD},
    {"CONF vocab size", S3LM_KIND_CONF, -1, 0, 8, (1u << 20) + 1, S3LM_ERR_FIELD},
    {"CONF context 0", S3LM_KIND_CONF, -1, 0, 12, 0, S3LM_ERR_FIELD},
    {"CONF context beyond the table", S3LM_KIND_CONF, -1, 0, 12, 25, S3LM_ERR_TENSOR_SHAPE},
    {"CONF max batch 33", S3LM_KIND_CONF, -1, 0, 16, 33, S3LM_ERR_FIELD},
    {"CONF cache", S3LM_KIND_CONF, -1, 0, 20, S3LM_CACHE_KINDS, S3LM_ERR_FIELD},
    {"CONF activations", S3LM_KIND_CONF, -1, 0, 24, 3, S3LM_ERR_FIELD},
    {"CONF float32 activations with int8 weights", S3LM_KIND_CONF, -1, 0, 24, 2, S3LM_ERR_TENSOR_SHAPE},
    {"CONF begin-of-text id", S3LM_KIND_CONF, -1, 0, 28, 48, S3LM_ERR_FIELD},
    {"CONF kind of the final norm", S3LM_KIND_CONF, -1, 0, 32, S3LM_NORM_KINDS, S3LM_ERR_FIELD},
    {"CONF epsilon NaN", S3LM_KIND_CONF, -1, 0, 36, F32_NAN, S3LM_ERR_FIELD},
    {"CONF epsilon 0", S3LM_KIND_CONF, -1, 0, 36, 0, S3LM_ERR_FIELD},
    {"CONF embedding scale", S3LM_KIND_CONF, -1, 0, 40, F32_INF, S3LM_ERR_FIELD},
    {"CONF logit scale", S3LM_KIND_CONF, -1, 0, 44, 0, S3LM_ERR_FIELD},
    {"CONF 17 rotary tables", S3LM_KIND_CONF, -1, 0, 48, 17, S3LM_ERR_FIELD},
    {"CONF a rotary table that no step uses", S3LM_KIND_CONF, -1, 0, 48, 2, S3LM_ERR_FIELD},
    {"CONF logit cap", S3LM_KIND_CONF, -1, 0, 52, F32_MINUS_ONE, S3LM_ERR_FIELD},
    {"STEP a first layer that is not 0", S3LM_KIND_STEP, -1, 0, HEAD(0, 0), 1 | WORD(0u, 0u, 1u, 0u) << 16,
     S3LM_ERR_FIELD},
    {"STEP a layer before the one before", S3LM_KIND_STEP, -1, 0, HEAD(5, 0), WORD(1u, 1u, 0u, 1u) << 16,
     S3LM_ERR_FIELD},
    {"STEP a layer beyond the last", S3LM_KIND_STEP, -1, 0, HEAD(7, 0), 2 | WORD(2u, 1u, 0u, 1u) << 16, S3LM_ERR_FIELD},
    {"STEP kind", S3LM_KIND_STEP, -1, 0, HEAD(ATTENTION, 2), WORD(S3LM_STEP_KINDS, 1u, 0u, 1u), S3LM_ERR_FIELD},
    {"STEP reads a place that does not exist", S3LM_KIND_STEP, -1, 0, HEAD(ATTENTION, 2), WORD(1u, 3u, 0u, 1u),
     S3LM_ERR_FIELD},
    {"STEP reads what no step wrote", S3LM_KIND_STEP, -1, 0, HEAD(ATTENTION, 2), WORD(1u, 2u, 0u, 1u), S3LM_ERR_FIELD},
    {"STEP reads what the layer before wrote", S3LM_KIND_STEP, -1, 0, HEAD(4, 2), WORD(0u, 1u, 1u, 0u), S3LM_ERR_FIELD},
    {"STEP writes a place that does not exist", S3LM_KIND_STEP, -1, 0, HEAD(ATTENTION, 2), WORD(1u, 1u, 3u, 0u),
     S3LM_ERR_FIELD},
    {"STEP adds to what no step wrote", S3LM_KIND_STEP, -1, 0, HEAD(ATTENTION, 2), WORD(1u, 1u, 2u, 1u),
     S3LM_ERR_FIELD},
    {"STEP adds twice", S3LM_KIND_STEP, -1, 0, HEAD(ATTENTION, 2), WORD(1u, 1u, 0u, 2u), S3LM_ERR_FIELD},
    {"STEP replaces the residual stream", S3LM_KIND_STEP, -1, 0, HEAD(ATTENTION, 2), WORD(1u, 1u, 0u, 0u), S3LM_OK},
    {"STEP reads the residual stream", S3LM_KIND_STEP, -1, 0, HEAD(ATTENTION, 2), WORD(1u, 0u, 0u, 1u), S3LM_OK},
    {"STEP a norm that adds to the residual stream", S3LM_KIND_STEP, -1, 0, HEAD(2, 2), WORD(0u, 1u, 0u, 1u), S3LM_OK},
    {"STEP reserved in the head", S3LM_KIND_STEP, -1, 0, HEAD(ATTENTION, 4), 0x01000100, S3LM_ERR_RESERVED},
    {"STEP heads 0", S3LM_KIND_STEP, -1, 0, BODY(ATTENTION, 0), 0, S3LM_ERR_FIELD},
    {"STEP heads 257", S3LM_KIND_STEP, -1, 0, BODY(ATTENTION, 0), 257, S3LM_ERR_FIELD},
    {"STEP key/value heads 0", S3LM_KIND_STEP, -1, 0, BODY(ATTENTION, 4), 0, S3LM_ERR_FIELD},
    {"STEP key/value heads 3 of 4", S3LM_KIND_STEP, -1, 0, BODY(ATTENTION, 4), 3, S3LM_ERR_FIELD},
    {"STEP key/value heads 8 of 4", S3LM_KIND_STEP, -1, 0, BODY(ATTENTION, 4), 8, S3LM_ERR_FIELD},
    {"STEP head size 0", S3LM_KIND_STEP, -1, 0, BODY(ATTENTION, 8), 0, S3LM_ERR_FIELD},
    {"STEP head size of other tensors", S3LM_KIND_STEP, -1, 0, BODY(ATTENTION, 8), 9, S3LM_ERR_TENSOR_SHAPE},
    {"STEP head size 258", S3LM_KIND_STEP, -1, 0, BODY(ATTENTION, 8), 258, S3LM_ERR_FIELD},
    {"STEP position", S3LM_KIND_STEP, -1, 0, BODY(ATTENTION, 16), 2, S3LM_ERR_FIELD},
    {"STEP no positions but a table", S3LM_KIND_STEP, -1, 0, BODY(ATTENTION, 16), 0, S3LM_ERR_FIELD},
    {"STEP rotary table beyond", S3LM_KIND_STEP, -1, 0, BODY(ATTENTION, 20), 1, S3LM_ERR_FIELD},
    {"STEP rotary without a table", S3LM_KIND_STEP, -1, 0, BODY(ATTENTION, 20), 0xFFFFFFFF, S3LM_ERR_FIELD},
    {"STEP rotating elements 0", S3LM_KIND_STEP, -1, 0, BODY(ATTENTION, 24), 0, S3LM_ERR_FIELD},
    {"STEP rotating elements odd", S3LM_KIND_STEP, -1, 0, BODY(ATTENTION, 24), 3, S3LM_ERR_FIELD},
    {"STEP rotating elements of another table", S3LM_KIND_STEP, -1, 0, BODY(ATTENTION, 24), 4, S3LM_ERR_FIELD},
    {"STEP rotating elements beyond the head", S3LM_KIND_STEP, -1, 0, BODY(ATTENTION, 24), 10, S3LM_ERR_FIELD},
    {"STEP score scale", S3LM_KIND_STEP, -1, 0, BODY(ATTENTION, 28), F32_MINUS_ONE, S3LM_ERR_FIELD},
    {"STEP reserved in an attention", S3LM_KIND_STEP, -1, 0, BODY(ATTENTION, 52), 1, S3LM_ERR_RESERVED},
    {"STEP norm kind", S3LM_KIND_STEP, -1, 0, BODY(NORM, 0), S3LM_NORM_KINDS, S3LM_ERR_FIELD},
    {"STEP norm epsilon", S3LM_KIND_STEP, -1, 0, BODY(NORM, 4), F32_MINUS_ONE, S3LM_ERR_FIELD},
    {"STEP reserved in a norm", S3LM_KIND_STEP, -1, 0, BODY(NORM, 8), 1, S3LM_ERR_RESERVED},
    {"STEP mlp kind", S3LM_KIND_STEP, -1, 0, BODY(MLP, 0), S3LM_MLP_KINDS, S3LM_ERR_FIELD},
    {"STEP function", S3LM_KIND_STEP, -1, 0, BODY(MLP, 4), S3LM_FUNCTION_KINDS, S3LM_ERR_FIELD},
    {"STEP width 0", S3LM_KIND_STEP, -1, 0, BODY(MLP, 8), 0, S3LM_ERR_FIELD},
    {"STEP width huge", S3LM_KIND_STEP, -1, 0, BODY(MLP, 8), 65537, S3LM_ERR_FIELD},
    {"STEP reserved in a feed-forward", S3LM_KIND_STEP, -1, 0, BODY(MLP, 12), 1, S3LM_ERR_RESERVED},
    {"SAMP sample", S3LM_KIND_SAMP, -1, 0, 0, 2, S3LM_ERR_FIELD},
    {"SAMP temperature", S3LM_KIND_SAMP, -1, 0, 4, F32_NAN, S3LM_ERR_FIELD},
    {"SAMP temperature -0", S3LM_KIND_SAMP, -1, 0, 4, F32_MINUS_ZERO, S3LM_ERR_FIELD},
    {"SAMP top-p", S3LM_KIND_SAMP, -1, 0, 12, 0, S3LM_ERR_FIELD},
    {"SAMP the smallest top-p", S3LM_KIND_SAMP, -1, 0, 12, 1, S3LM_OK},
    {"SAMP min-p", S3LM_KIND_SAMP, -1, 0, 16, F32_MINUS_ONE, S3LM_ERR_FIELD},
    {"SAMP repetition penalty", S3LM_KIND_SAMP, -1, 0, 20, 0, S3LM_ERR_FIELD},
    {"SAMP 33 stop ids", S3LM_KIND_SAMP, -1, 0, 28, 33, S3LM_ERR_FIELD},
    {"SAMP 1 stop id", S3LM_KIND_SAMP, -1, 0, 28, 1, S3LM_ERR_SECTION_LENGTH},
    {"SAMP stop id", S3LM_KIND_SAMP, -1, 0, 32, 48, S3LM_ERR_FIELD},
    {"TDIR unknown role", S3LM_KIND_TDIR, S3LM_ROLE_OUTPUT, 1, 0, 99, S3LM_ERR_TENSOR_UNKNOWN},
    {"TDIR step beyond", S3LM_KIND_TDIR, S3LM_ROLE_OUTPUT, 1, 0, (8u << 16) | S3LM_ROLE_OUTPUT, S3LM_ERR_FIELD},
    {"TDIR step of another kind", S3LM_KIND_TDIR, S3LM_ROLE_OUTPUT, 1, 0, (2u << 16) | S3LM_ROLE_OUTPUT,
     S3LM_ERR_FIELD},
    {"TDIR global tensor in a step", S3LM_KIND_TDIR, S3LM_ROLE_EMBEDDING, S3LM_GLOBAL, 0, S3LM_ROLE_EMBEDDING,
     S3LM_ERR_FIELD},
    {"TDIR twice", S3LM_KIND_TDIR, S3LM_ROLE_OUTPUT, 5, 0, (1u << 16) | S3LM_ROLE_OUTPUT, S3LM_ERR_TENSOR_DUPLICATE},
    {"TDIR bias in place of its matrix", S3LM_KIND_TDIR, S3LM_ROLE_OUTPUT, 1, 0, (1u << 16) | S3LM_ROLE_OUTPUT_BIAS,
     S3LM_ERR_TENSOR_SHAPE},
    {"TDIR a matrix that another fuses", S3LM_KIND_TDIR, S3LM_ROLE_OUTPUT, 1, 0, (1u << 16) | S3LM_ROLE_QUERY,
     S3LM_ERR_TENSOR_CONFLICT},
    {"TDIR encoding", S3LM_KIND_TDIR, S3LM_ROLE_OUTPUT, 1, 4, S3LM_ENCODINGS, S3LM_ERR_TENSOR_SHAPE},
    {"TDIR encoding huge", S3LM_KIND_TDIR, S3LM_ROLE_OUTPUT, 1, 4, 0xFFFF, S3LM_ERR_TENSOR_SHAPE},
    {"TDIR float32 matrix", S3LM_KIND_TDIR, S3LM_ROLE_OUTPUT, 1, 4, 0, S3LM_ERR_TENSOR_SHAPE},
    {"TDIR embedding with one scale", S3LM_KIND_TDIR, S3LM_ROLE_EMBEDDING, S3LM_GLOBAL, 4, 1, S3LM_ERR_TENSOR_SHAPE},
    {"TDIR placement", S3LM_KIND_TDIR, S3LM_ROLE_OUTPUT, 1, 4, 0x00030002, S3LM_ERR_FIELD},
    {"TDIR unknown input", S3LM_KIND_TDIR, S3LM_ROLE_OUTPUT, 1, 4, 0x04000002, S3LM_ERR_FIELD},
    {"TDIR input in 16 bits", S3LM_KIND_TDIR, S3LM_ROLE_OUTPUT, 1, 4, 0x03000002, S3LM_OK},
    {"TDIR input of the embedding that is the head", S3LM_KIND_TDIR, S3LM_ROLE_EMBEDDING, S3LM_GLOBAL, 4, 0x01000002,
     S3LM_OK},
    {"TDIR input of what is not multiplied", S3LM_KIND_TDIR, S3LM_ROLE_ROTARY, 0, 4, 0x03000000, S3LM_ERR_FIELD},
    {"TDIR rows", S3LM_KIND_TDIR, S3LM_ROLE_OUTPUT, 1, 8, 31, S3LM_ERR_TENSOR_SHAPE},
    {"TDIR cols", S3LM_KIND_TDIR, S3LM_ROLE_OUTPUT, 1, 12, 31, S3LM_ERR_TENSOR_SHAPE},
    {"TDIR row bytes", S3LM_KIND_TDIR, S3LM_ROLE_OUTPUT, 1, 16, 48, S3LM_ERR_TENSOR_SHAPE},
    {"TDIR row bytes unaligned", S3LM_KIND_TDIR, S3LM_ROLE_OUTPUT, 1, 16, 33, S3LM_ERR_FIELD},
    {"TDIR group without groups", S3LM_KIND_TDIR, S3LM_ROLE_OUTPUT, 1, 20, 16, S3LM_ERR_TENSOR_SHAPE},
    {"TDIR data offset unaligned", S3LM_KIND_TDIR, S3LM_ROLE_OUTPUT, 1, 24, 16, S3LM_ERR_FIELD},
    {"TDIR data over another", S3LM_KIND_TDIR, S3LM_ROLE_OUTPUT, 1, 24, 0, S3LM_ERR_TENSOR_PLACE},
    {"TDIR data outside", S3LM_KIND_TDIR, S3LM_ROLE_OUTPUT, 1, 24, 0xFFFFFFC0, S3LM_ERR_TENSOR_PLACE},
    {"TDIR data length", S3LM_KIND_TDIR, S3LM_ROLE_OUTPUT, 1, 28, 1, S3LM_ERR_TENSOR_SHAPE},
    {"TDIR no tables", S3LM_KIND_TDIR, S3LM_ROLE_OUTPUT, 1, 32, 0xFFFFFFFF, S3LM_ERR_TENSOR_PLACE},
    {"TDIR tables over the data", S3LM_KIND_TDIR, S3LM_ROLE_OUTPUT, 1, 32, 0, S3LM_ERR_TENSOR_PLACE},
    {"TDIR length of the tables", S3LM_KIND_TDIR, S3LM_ROLE_OUTPUT, 1, 36, 124, S3LM_ERR_TENSOR_SHAPE},
    {"TDIR tables of a float32 tensor", S3LM_KIND_TDIR, S3LM_ROLE_ROTARY, 0, 32, 0, S3LM_ERR_TENSOR_PLACE},
    {"TDIR static scale in a dynamic model", S3LM_KIND_TDIR, S3LM_ROLE_OUTPUT, 1, 40, 0x3F800000, S3LM_ERR_FIELD},
    {"TDIR a static scale of -0", S3LM_KIND_TDIR, S3LM_ROLE_OUTPUT, 1, 40, F32_MINUS_ZERO, S3LM_ERR_FIELD},
    {"TDIR reserved", S3LM_KIND_TDIR, S3LM_ROLE_OUTPUT, 1, 60, 1, S3LM_ERR_RESERVED},
};

static void inconsistent_fields_are_refused(void) {
    size_t length;
    uint8_t *original = read_package(fixtures, "rows", &length);
    uint8_t *bytes = host_allocate(length);
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        const change *c = &changes[i];
        memcpy(bytes, original, length);
        uint8_t *base = c->kind == 0u  ? bytes
                        : c->role >= 0 ? record_of(bytes, (uint32_t)c->role, c->index)
                                       : section_of(bytes, c->kind);
        put_u32(base + c->offset, c->value);
        seal(bytes, length);
        s3lm_fault fault;
        s3lm_package package;
        s3lm_status status = s3lm_package_open(bytes, length, &package, &fault);
        CHECK(status == c->expected, "%s: status %d instead of %d (%s)", c->what, status, c->expected, fault.field);
        CHECK(status == S3LM_OK || c->kind == 0u || fault.section == c->kind || status == S3LM_ERR_TENSOR_SHAPE ||
                  status == S3LM_ERR_SECTION_LENGTH || (c->kind == S3LM_KIND_CONF && fault.section == S3LM_KIND_STEP),
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
    uint8_t *matrix = record_of(bytes, S3LM_ROLE_OUTPUT, 1);
    uint8_t *bias = record_of(bytes, S3LM_ROLE_OUTPUT_BIAS, 1);
    uint8_t *down = record_of(bytes, S3LM_ROLE_DOWN, 3); /* 40 columns in rows of 48 bytes */
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

/* A package whose weights, its last section, are one line longer; `bytes` is freed. */
static uint8_t *with_another_line(uint8_t *bytes, size_t *length) {
    uint8_t *longer = host_allocate(*length + 64u);
    memcpy(longer, bytes, *length);
    memset(longer + *length, 0, 64);
    *length += 64u;
    put_u32(longer + 8, (uint32_t)*length);
    put_u32(entry_of(longer, S3LM_KIND_WGHT) + 12, s3lm_u32(entry_of(bytes, S3LM_KIND_WGHT) + 12) + 64u);
    free(bytes);
    return longer;
}

/* Zeros that belong to no tensor, behind the last one and before it. */
static void gaps_are_refused(void) {
    made_shape shape = {&made_blocks[0], 1, 16, 8, 4, 2, 1, 4, 16, true};
    made_package made = make_package(&shape, 3);
    s3lm_fault fault;
    s3lm_package package;
    CHECK(s3lm_package_open(made.bytes, made.length, &package, &fault) == S3LM_OK, "%s", fault.field);
    made.bytes = with_another_line(made.bytes, &made.length);
    seal(made.bytes, made.length);
    CHECK(s3lm_package_open(made.bytes, made.length, &package, &fault) == S3LM_ERR_SECTION_LENGTH &&
              fault.section == S3LM_KIND_WGHT,
          "a line behind the last tensor");
    /* The last tensor, a float32 vector, moves one line on. */
    uint8_t *record = section_of(made.bytes, S3LM_KIND_TDIR) + 64u * (made.tensor_count - 1u);
    uint32_t offset = s3lm_u32(record + 24), bytes = s3lm_u32(record + 28);
    uint8_t *weights = section_of(made.bytes, S3LM_KIND_WGHT);
    memmove(weights + offset + 64u, weights + offset, bytes);
    memset(weights + offset, 0, 64);
    put_u32(record + 24, offset + 64u);
    seal(made.bytes, made.length);
    CHECK(s3lm_package_open(made.bytes, made.length, &package, &fault) == S3LM_ERR_TENSOR_PLACE &&
              strcmp(fault.field, "down.bias") == 0,
          "a line before the last tensor");
    forget_package(&made);
}

/* What a step needs and what it must not have: with 16 for all sizes, a matrix's record becomes another's of its shape.
 */
static void superfluous_and_missing_tensors_are_refused(void) {
    static const struct {
        uint32_t role, becomes;
        s3lm_status expected;
        const char *field;
    } cases[] = {
        {S3LM_ROLE_OUTPUT, S3LM_ROLE_QUERY, S3LM_ERR_TENSOR_DUPLICATE, "query"},
        {S3LM_ROLE_UP_BIAS, S3LM_ROLE_DOWN_BIAS, S3LM_ERR_TENSOR_DUPLICATE, "down.bias"},
        {S3LM_ROLE_QUERY_BIAS, S3LM_ROLE_QKV_BIAS, S3LM_ERR_TENSOR_SHAPE, "qkv.bias"},
        {S3LM_ROLE_QUERY, S3LM_ROLE_HEAD, S3LM_ERR_TENSOR_MISSING, "query"},
        {S3LM_ROLE_OUTPUT, S3LM_ROLE_HEAD, S3LM_ERR_TENSOR_MISSING, "output"},
        {S3LM_ROLE_GATE, S3LM_ROLE_HEAD, S3LM_ERR_TENSOR_MISSING, "gate"},
        {S3LM_ROLE_UP, S3LM_ROLE_HEAD, S3LM_ERR_TENSOR_MISSING, "up"},
    };
    for (uint32_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        made_shape shape = {&made_blocks[0], 1, 16, 16, 4, 4, 4, 4, 16, true};
        made_package made = make_package(&shape, 3);
        uint8_t *record = record_of(made.bytes, cases[i].role, cases[i].role >= S3LM_ROLE_GATE_UP ? 3u : 1u);
        s3lm_fault fault;
        s3lm_package package;
        put_u16(record, cases[i].becomes);
        put_u16(record + 2, cases[i].becomes == S3LM_ROLE_HEAD ? S3LM_GLOBAL : s3lm_u16(record + 2));
        seal(made.bytes, made.length);
        s3lm_status status = s3lm_package_open(made.bytes, made.length, &package, &fault);
        CHECK(status == cases[i].expected && strcmp(fault.field, cases[i].field) == 0, "case %u: status %d, %s", i,
              status, fault.field);
        forget_package(&made);
    }
}

static void a_bias_without_its_matrix_is_refused(void) {
    /* Three times 16 rows of a fused matrix are as many as the hidden size. */
    made_shape shape = {&made_blocks[0], 1, 48, 16, 4, 4, 4, 4, 16, true};
    made_package made = make_package(&shape, 3);
    uint8_t *record = record_of(made.bytes, S3LM_ROLE_FINAL_NORM_BIAS, S3LM_GLOBAL);
    s3lm_fault fault;
    s3lm_package package;
    put_u32(record, S3LM_ROLE_QKV_BIAS | 1u << 16);
    seal(made.bytes, made.length);
    CHECK(s3lm_package_open(made.bytes, made.length, &package, &fault) == S3LM_ERR_TENSOR_CONFLICT &&
              strcmp(fault.field, "qkv.bias") == 0,
          "accepted, or %s", fault.field);
    forget_package(&made);
}

static void unknown_optional_sections_are_skipped(void) {
    size_t length;
    s3lm_package package;
    uint32_t size;
    uint8_t *bytes = read_package(fixtures, "rows", &length);
    put_u32(entry_of(bytes, S3LM_KIND_META), 0x5A5A5A5Au);
    seal(bytes, length);
    CHECK(s3lm_package_open(bytes, length, &package, NULL) == S3LM_OK, "refused");
    CHECK(s3lm_package_section(&package, S3LM_KIND_META, &size) == NULL, "found what is not there");
    CHECK(s3lm_package_section(&package, 0x5A5A5A5Au, &size) != NULL && size > 0, "not found");
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
    RUN(gaps_are_refused);
    RUN(superfluous_and_missing_tensors_are_refused);
    RUN(a_bias_without_its_matrix_is_refused);
    RUN(unknown_optional_sections_are_skipped);
    RUN(impossible_options_are_refused);
    RUN(the_checksum_is_zlib_s);
    RUN(every_status_has_a_sentence);
    return report();
}
