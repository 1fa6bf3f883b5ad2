/* The weights of a package: where each tensor of the directory lies in WGHT, and every number there. */
#include "kernels.h"
#include "package_reader.h"

/* Moves `*end` over `bytes` and the padding behind them, which is zero, inside the section's `length`. */
static s3lm_status pass(s3lm_reader *reader, uint32_t index, uint32_t bytes, uint32_t length, uint32_t *end) {
    const s3lm_package *package = reader->package;
    uint32_t padding = (0u - bytes) % S3LM_SECTION_ALIGNMENT;
    if (bytes > length - *end || padding > length - *end - bytes) {
        return S3LM_ERR_TENSOR_PLACE;
    }
    *end += bytes;
    if (!s3lm_all_zero(package->weights + *end, padding)) {
        uint32_t at = (uint32_t)(package->weights - package->bytes) + *end;
        return s3lm_blame(reader, S3LM_ERR_RESERVED, S3LM_KIND_WGHT, index, at, "padding between tensors");
    }
    *end += padding;
    return S3LM_OK;
}

/* Where a tensor's bytes lie: data from `*end` on, its tables behind them, each aligned, inside WGHT, with zeros
 * between. Moves `*end` to where the next tensor begins. */
static s3lm_status check_place(s3lm_reader *reader, uint32_t index, uint32_t length, uint32_t *end) {
    const s3lm_package *package = reader->package;
    const uint8_t *p = package->directory + S3LM_TENSOR_BYTES * index;
    s3lm_tensor tensor = s3lm_describe_tensor(package, index);
    uint32_t tables = s3lm_encodings[tensor.encoding].table_count, at = S3LM_TENSOR_DATA_OFFSET_AT;
    s3lm_status status = S3LM_ERR_TENSOR_PLACE;
    if (s3lm_u32(p + at) == *end) {
        status = pass(reader, index, s3lm_u32(p + S3LM_TENSOR_DATA_LENGTH_AT), length, end);
    }
    if (status == S3LM_OK) {
        at = S3LM_TENSOR_TABLES_OFFSET_AT;
        status = s3lm_u32(p + at) == (tables > 0u ? *end : S3LM_NONE) ? S3LM_OK : S3LM_ERR_TENSOR_PLACE;
    }
    for (uint32_t table = 0; status == S3LM_OK && table < tables; table++) {
        status = pass(reader, index, s3lm_table_bytes(&tensor, table), length, end);
    }
    if (status == S3LM_ERR_TENSOR_PLACE) {
        s3lm_blame(reader, status, S3LM_KIND_TDIR, index, (uint32_t)(p - package->bytes) + at,
                   s3lm_role_name(tensor.role));
    }
    return status;
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

/* That all of `count` words from `bytes` on, which is a multiple of 4, pass. */
static s3lm_status check_numbers(s3lm_reader *reader, uint32_t index, const void *bytes, uint64_t count,
                                 words_kind kind) {
    const s3lm_package *package = reader->package;
    words_job job = {.words = bytes, .count = (uint32_t)count, .kind = kind};
    uint32_t bad = 0;
    s3lm_read_on_all(reader, check_words, &job, s3lm_groups(job.count, UNIT_WORDS));
    for (uint32_t i = 0; i < S3LM_MAX_WORKERS; i++) {
        bad |= job.bad[i];
    }
    if (bad == 0u) {
        return S3LM_OK;
    }
    return s3lm_blame(reader, kind == WORDS_CODES ? S3LM_ERR_TENSOR_CODE : S3LM_ERR_TENSOR_NUMBER, S3LM_KIND_WGHT,
                      index, (uint32_t)((const uint8_t *)bytes - package->bytes),
                      s3lm_role_name(s3lm_u16(package->directory + S3LM_TENSOR_BYTES * index)));
}

/* Whether the last block of a row of INT4, which holds `count` columns, has zeros behind them. */
static bool int4_padding_is_zero(const uint8_t *block, uint32_t count) {
    uint32_t bad = 0;
    for (uint32_t i = 0; i < S3LM_ROW_ALIGNMENT; i++) {
        bad |= block[i] & ((i < count ? 0u : 0x0Fu) | (i + 16u < count ? 0u : 0xF0u));
    }
    return bad == 0u;
}

/* That the padding columns of a tensor are zero. */
static s3lm_status check_padding(s3lm_reader *reader, uint32_t index, const s3lm_tensor *tensor) {
    uint32_t used = tensor->cols * s3lm_encodings[tensor->encoding].bits / 8u;
    if (tensor->encoding == S3LM_INT4_GROUP) {
        used = tensor->cols / S3LM_INT4_BLOCK * S3LM_ROW_ALIGNMENT;
    }
    for (uint32_t row = 0; used < tensor->row_bytes && row < tensor->rows; row++) {
        const uint8_t *padding = (const uint8_t *)tensor->data + (uint64_t)row * tensor->row_bytes + used;
        bool zero = tensor->encoding == S3LM_INT4_GROUP ? int4_padding_is_zero(padding, tensor->cols % S3LM_INT4_BLOCK)
                                                        : s3lm_all_zero(padding, tensor->row_bytes - used);
        if (!zero) {
            return s3lm_blame(reader, S3LM_ERR_TENSOR_CODE, S3LM_KIND_WGHT, index,
                              (uint32_t)(padding - reader->package->bytes), s3lm_role_name(tensor->role));
        }
    }
    return S3LM_OK;
}

/* The numbers of one tensor whose place has been checked. Rows are whole multiples of 16 bytes. */
static s3lm_status check_tensor(s3lm_reader *reader, uint32_t index) {
    s3lm_tensor tensor = s3lm_package_tensor(reader->package, index);
    s3lm_status status = check_padding(reader, index, &tensor);
    words_kind kind = S3LM_HOLDS_CODES(tensor.encoding) ? WORDS_CODES : WORDS_FINITE;
    /* All codes of 4 bits are ones. */
    if (status == S3LM_OK && tensor.encoding != S3LM_INT4_GROUP) {
        status = check_numbers(reader, index, tensor.data, (uint64_t)tensor.rows * tensor.row_bytes / 4u, kind);
    }
    for (uint32_t table = 0; status == S3LM_OK && table < s3lm_encodings[tensor.encoding].table_count; table++) {
        s3lm_table_type type = (s3lm_table_type)s3lm_encodings[tensor.encoding].type[table];
        /* Any byte is a scale of 8 bits. Words of bytes may end in the padding, which is zero. */
        if (type != S3LM_TABLE_U8) {
            status =
                check_numbers(reader, index, tensor.tables[table], s3lm_groups(s3lm_table_bytes(&tensor, table), 4),
                              type == S3LM_TABLE_I8 ? WORDS_CODES : WORDS_FINITE_POSITIVE);
        }
    }
    return status;
}

s3lm_status s3lm_check_weights(s3lm_reader *reader) {
    s3lm_package *package = reader->package;
    uint32_t length, end = 0;
    package->weights = s3lm_package_section(package, S3LM_KIND_WGHT, &length);
    for (uint32_t i = 0; i < package->tensor_count; i++) {
        s3lm_status status = check_place(reader, i, length, &end);
        if (status == S3LM_OK) {
            status = check_tensor(reader, i);
        }
        if (status != S3LM_OK) {
            return status;
        }
    }
    if (end != length) {
        uint32_t base = (uint32_t)(package->weights - package->bytes);
        return s3lm_blame(reader, S3LM_ERR_SECTION_LENGTH, S3LM_KIND_WGHT, S3LM_NONE, base, "length");
    }
    return S3LM_OK;
}
