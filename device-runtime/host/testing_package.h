/* Changing packages for tests: finding sections, sealing checksums again. */
#ifndef S3LM_HOST_TESTING_PACKAGE_H
#define S3LM_HOST_TESTING_PACKAGE_H

#include "../engine/bytes.h"
#include "../engine/package_reader.h"
#include "testing.h"

static inline void put_u32(uint8_t *p, uint32_t value) {
    for (uint32_t i = 0; i < 4u; i++) {
        p[i] = (uint8_t)(value >> (8u * i));
    }
}

static inline void put_f32(uint8_t *p, float value) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    put_u32(p, bits);
}

/* Table entry of a section of a well-formed package. */
static inline uint8_t *entry_of(uint8_t *bytes, uint32_t kind) {
    uint32_t count = s3lm_u32(bytes + 12);
    for (uint32_t i = 0; i < count; i++) {
        uint8_t *entry = bytes + S3LM_HEADER_BYTES + S3LM_ENTRY_BYTES * i;
        if (s3lm_u32(entry) == kind) {
            return entry;
        }
    }
    return NULL;
}

static inline uint8_t *section_of(uint8_t *bytes, uint32_t kind) { return bytes + s3lm_u32(entry_of(bytes, kind) + 8); }

/* Writes all checksums anew, as far as the table's entries lie inside the file. */
static inline void seal(uint8_t *bytes, size_t length) {
    uint32_t count = s3lm_u32(bytes + 12);
    for (uint32_t i = 0; i < count && S3LM_HEADER_BYTES + S3LM_ENTRY_BYTES * (i + 1u) <= length; i++) {
        uint8_t *entry = bytes + S3LM_HEADER_BYTES + S3LM_ENTRY_BYTES * i;
        uint64_t offset = s3lm_u32(entry + 8), size = s3lm_u32(entry + 12);
        if (offset + size <= length) {
            put_u32(entry + 16, s3lm_crc32(0, bytes + offset, size));
        }
    }
    uint32_t end = s3lm_u32(bytes + 16);
    if (end >= S3LM_HEADER_BYTES && end <= length) {
        uint32_t crc = s3lm_crc32(0, bytes, 60);
        put_u32(bytes + 60, s3lm_crc32(crc, bytes + S3LM_HEADER_BYTES, end - S3LM_HEADER_BYTES));
    }
}

/* Directory record of a tensor. */
static inline uint8_t *record_of(uint8_t *bytes, uint32_t role, uint32_t index) {
    uint8_t *directory = section_of(bytes, S3LM_KIND_TDIR);
    uint32_t count = s3lm_u32(entry_of(bytes, S3LM_KIND_TDIR) + 12) / S3LM_TENSOR_BYTES;
    for (uint32_t i = 0; i < count; i++) {
        uint8_t *record = directory + S3LM_TENSOR_BYTES * i;
        if (s3lm_u16(record) == role && s3lm_u16(record + 2) == index) {
            return record;
        }
    }
    printf("no tensor %u of %u\n", (unsigned)role, (unsigned)index);
    exit(1);
}

#endif
