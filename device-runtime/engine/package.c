/* The container of a model package: header, section table, checksums, padding. docs/model-package.md specifies it. */
#include "bytes.h"
#include "package_reader.h"

s3lm_status s3lm_blame(s3lm_reader *reader, s3lm_status code, uint32_t section, uint32_t index, uint32_t offset,
                       const char *field) {
    if (reader->fault) {
        reader->fault->code = code;
        reader->fault->section = section;
        reader->fault->index = index;
        reader->fault->offset = offset;
        reader->fault->field = field;
    }
    return code;
}

bool s3lm_all_zero(const uint8_t *bytes, size_t length) {
    uint8_t any = 0;
    for (size_t i = 0; i < length; i++) {
        any |= bytes[i];
    }
    return any == 0;
}

/* What one worker takes at least is worth handing over. */
#define UNITS_AT_ONCE 64u

void s3lm_read_on_all(s3lm_reader *reader, s3lm_work work, void *job, uint32_t units) {
    if (reader->parallel && units > UNITS_AT_ONCE) {
        reader->parallel(reader->user, work, job, units, UNITS_AT_ONCE);
    } else if (units > 0u) {
        work(job, 0, 0, units);
    }
}

/* Bytes of one unit of a checksum. */
#define CRC_UNIT 64u

/* A checksum in as many parts as there are workers. */
typedef struct {
    const uint8_t *bytes;
    uint32_t length;
    struct {
        uint32_t begin, end, crc;
    } part[S3LM_MAX_WORKERS];
} crc_job;

static void crc_part(void *user, uint32_t worker, uint32_t begin, uint32_t end) {
    crc_job *job = user;
    uint64_t last = (uint64_t)end * CRC_UNIT;
    job->part[worker].begin = begin * CRC_UNIT;
    job->part[worker].end = last < job->length ? (uint32_t)last : job->length;
    job->part[worker].crc =
        s3lm_crc32(0, job->bytes + job->part[worker].begin, job->part[worker].end - job->part[worker].begin);
}

static uint32_t crc_of(s3lm_reader *reader, const uint8_t *bytes, uint32_t length) {
    crc_job job = {.bytes = bytes, .length = length};
    uint32_t crc = 0;
    s3lm_read_on_all(reader, crc_part, &job, s3lm_groups(length, CRC_UNIT));
    for (uint32_t done = 0; done < length;) {
        uint32_t next = 0;
        while (job.part[next].end == 0u || job.part[next].begin != done) {
            next++;
        }
        crc = s3lm_crc32_join(crc, job.part[next].crc, job.part[next].end - done);
        done = job.part[next].end;
    }
    return crc;
}

s3lm_status s3lm_package_length(const uint8_t *bytes, size_t available, uint32_t *length) {
    if (available < S3LM_HEADER_BYTES) {
        return S3LM_ERR_TRUNCATED;
    }
    if (s3lm_u32(bytes) != S3LM_MAGIC) {
        return S3LM_ERR_MAGIC;
    }
    if (s3lm_u16(bytes + 4) != S3LM_VERSION) {
        return s3lm_u16(bytes + 4) < S3LM_VERSION ? S3LM_ERR_VERSION : S3LM_ERR_NEWER;
    }
    *length = s3lm_u32(bytes + 8);
    return *length > available ? S3LM_ERR_TRUNCATED : S3LM_OK;
}

/* Header fields besides magic, version and lengths, and the checksum over header and table. */
static s3lm_status check_header(s3lm_reader *reader) {
    s3lm_package *package = reader->package;
    const uint8_t *bytes = package->bytes;
    uint32_t count = s3lm_u32(bytes + 12);
    uint32_t table_end = s3lm_u32(bytes + 16);
    if (count < 1u || count > S3LM_MAX_SECTIONS) {
        return s3lm_blame(reader, S3LM_ERR_TABLE, 0, S3LM_NONE, 12, "section_count");
    }
    if (table_end != S3LM_HEADER_BYTES + S3LM_ENTRY_BYTES * count || table_end > package->length) {
        return s3lm_blame(reader, S3LM_ERR_TABLE, 0, S3LM_NONE, 16, "table_end");
    }
    if (!s3lm_all_zero(bytes + 20, 40)) {
        return s3lm_blame(reader, S3LM_ERR_RESERVED, 0, S3LM_NONE, 20, "flags");
    }
    uint32_t crc = s3lm_crc32(0, bytes, 60);
    crc = s3lm_crc32(crc, bytes + S3LM_HEADER_BYTES, table_end - S3LM_HEADER_BYTES);
    if (crc != s3lm_u32(bytes + 60)) {
        return s3lm_blame(reader, S3LM_ERR_TABLE_CRC, 0, S3LM_NONE, 60, "crc32");
    }
    package->section_count = count;
    return S3LM_OK;
}

static const uint8_t *entry_at(const s3lm_package *package, uint32_t index) {
    return package->bytes + S3LM_HEADER_BYTES + S3LM_ENTRY_BYTES * index;
}

/* What this engine knows of a kind of section, NULL when that is nothing. */
static const s3lm_section_spec *section_of(uint32_t kind) {
    for (uint32_t i = 0; i < S3LM_SECTIONS; i++) {
        if (s3lm_sections[i].kind == kind) {
            return &s3lm_sections[i];
        }
    }
    return NULL;
}

static bool is_printable(uint32_t kind) {
    for (uint32_t shift = 0; shift < 32u; shift += 8u) {
        uint32_t c = (kind >> shift) & 0xFFu;
        if (c < 0x20u || c > 0x7Eu) {
            return false;
        }
    }
    return true;
}

/* One entry: its fields, and that the section lies directly after what came before, which ends at `*end`. */
static s3lm_status check_entry(s3lm_reader *reader, uint32_t index, uint64_t *end) {
    s3lm_package *package = reader->package;
    const uint8_t *entry = entry_at(package, index);
    uint32_t at = (uint32_t)(entry - package->bytes);
    uint32_t kind = s3lm_u32(entry);
    uint32_t flags = s3lm_u32(entry + 4);
    uint32_t offset = s3lm_u32(entry + 8);
    uint32_t length = s3lm_u32(entry + 12);
    const s3lm_section_spec *known = section_of(kind);
    if (!is_printable(kind)) {
        return s3lm_blame(reader, S3LM_ERR_TABLE, kind, index, at, "kind");
    }
    if (flags > 1u || (known && known->needed && flags != 1u)) {
        return s3lm_blame(reader, S3LM_ERR_TABLE, kind, index, at + 4u, "flags");
    }
    if (offset != s3lm_align(*end, 64)) {
        return s3lm_blame(reader, S3LM_ERR_TABLE, kind, index, at + 8u, "offset");
    }
    if ((uint64_t)offset + length > package->length) {
        return s3lm_blame(reader, S3LM_ERR_TABLE, kind, index, at + 12u, "length");
    }
    if (!s3lm_all_zero(entry + 20, 12)) {
        return s3lm_blame(reader, S3LM_ERR_RESERVED, kind, index, at + 20u, "reserved");
    }
    for (uint32_t before = 0; before < index; before++) {
        if (s3lm_u32(entry_at(package, before)) == kind) {
            return s3lm_blame(reader, S3LM_ERR_SECTION_DUPLICATE, kind, index, at, "kind");
        }
    }
    if (flags == 1u && !known) {
        return s3lm_blame(reader, S3LM_ERR_SECTION_UNKNOWN, kind, index, at, "kind");
    }
    if (!s3lm_all_zero(package->bytes + *end, (size_t)(offset - *end))) {
        return s3lm_blame(reader, S3LM_ERR_RESERVED, kind, index, (uint32_t)*end, "padding before the section");
    }
    if (crc_of(reader, package->bytes + offset, length) != s3lm_u32(entry + 16)) {
        return s3lm_blame(reader, S3LM_ERR_SECTION_CRC, kind, index, offset, "crc32");
    }
    *end = (uint64_t)offset + length;
    return S3LM_OK;
}

static s3lm_status check_table(s3lm_reader *reader) {
    s3lm_package *package = reader->package;
    uint64_t end = s3lm_u32(package->bytes + 16);
    for (uint32_t index = 0; index < package->section_count; index++) {
        s3lm_status status = check_entry(reader, index, &end);
        if (status != S3LM_OK) {
            return status;
        }
    }
    if (s3lm_align(end, 64) != package->length) {
        return s3lm_blame(reader, S3LM_ERR_LENGTH, 0, S3LM_NONE, 8, "total_length");
    }
    if (!s3lm_all_zero(package->bytes + end, (size_t)(package->length - end))) {
        return s3lm_blame(reader, S3LM_ERR_RESERVED, 0, S3LM_NONE, (uint32_t)end, "padding at the end");
    }
    for (uint32_t i = 0; i < S3LM_SECTIONS; i++) {
        const s3lm_section_spec *section = &s3lm_sections[i];
        uint32_t length;
        if (section->needed && !s3lm_package_section(package, section->kind, &length)) {
            return s3lm_blame(reader, S3LM_ERR_SECTION_MISSING, section->kind, S3LM_NONE, 64, section->name);
        }
    }
    return S3LM_OK;
}

const uint8_t *s3lm_package_section(const s3lm_package *package, uint32_t kind, uint32_t *length) {
    for (uint32_t index = 0; index < package->section_count; index++) {
        const uint8_t *entry = entry_at(package, index);
        if (s3lm_u32(entry) == kind) {
            *length = s3lm_u32(entry + 12);
            return package->bytes + s3lm_u32(entry + 8);
        }
    }
    *length = 0;
    return NULL;
}

s3lm_status s3lm_package_open(const uint8_t *bytes, size_t length, s3lm_package *package, s3lm_fault *fault) {
    return s3lm_package_open_on(bytes, length, NULL, NULL, package, fault);
}

s3lm_status s3lm_package_open_on(const uint8_t *bytes, size_t length, s3lm_parallel parallel, void *user,
                                 s3lm_package *package, s3lm_fault *fault) {
    s3lm_fault unused;
    s3lm_reader reader = {package, fault ? fault : &unused, parallel, user};
    uint32_t total;
    *package = (s3lm_package){0};
    s3lm_blame(&reader, S3LM_OK, 0, S3LM_NONE, 0, "");
    if (((uintptr_t)bytes & (S3LM_ALIGNMENT - 1u)) != 0u) {
        return s3lm_blame(&reader, S3LM_ERR_ALIGNMENT, 0, S3LM_NONE, 0, "address");
    }
    s3lm_status status = s3lm_package_length(bytes, length, &total);
    if (status != S3LM_OK) {
        uint32_t at = status == S3LM_ERR_MAGIC ? 0u : status == S3LM_ERR_TRUNCATED ? 8u : 4u;
        return s3lm_blame(&reader, status, 0, S3LM_NONE, at, "header");
    }
    if (total != length || total % 64u != 0u) {
        return s3lm_blame(&reader, S3LM_ERR_LENGTH, 0, S3LM_NONE, 8, "total_length");
    }
    package->bytes = bytes;
    package->length = total;
    static s3lm_status (*const checks[])(s3lm_reader *) = {check_header,      check_table,        s3lm_read_config,
                                                           s3lm_read_steps,   s3lm_read_sampling, s3lm_check_tensors,
                                                           s3lm_check_weights};
    for (uint32_t i = 0; i < sizeof checks / sizeof checks[0]; i++) {
        status = checks[i](&reader);
        if (status != S3LM_OK) {
            return status;
        }
    }
    return S3LM_OK;
}
