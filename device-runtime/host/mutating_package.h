/* Sound packages to begin with, and what is done to them before they are opened. One thread; `seed` is the program's.
 */
#ifndef S3LM_HOST_MUTATING_PACKAGE_H
#define S3LM_HOST_MUTATING_PACKAGE_H

#include "making_package.h"

#define MOST_MUTATIONS 4u

static uint64_t seed;

/* Numbers at which sizes and counts break. */
static inline uint32_t interesting(uint32_t old) {
    static const uint32_t values[] = {
        0,       1,       2,       3,       4,        7,        8,          15,         16,         17,        31,
        32,      33,      63,      64,      65,       127,      128,        255,        256,        257,       0xFFFF,
        0x10000, 0x10001, 1 << 20, 1 << 24, 1u << 30, 1u << 31, 0x7FFFFFFF, 0xFFFFFFC0, 0xFFFFFFFF, 0x3F800000};
    switch (random_below(&seed, 4)) {
    case 0:
        return old + random_below(&seed, 33) - 16u;
    case 1:
        return old ^ (1u << random_below(&seed, 32));
    case 2:
        return (uint32_t)random64(&seed);
    default:
        return values[random_below(&seed, sizeof values / sizeof values[0])];
    }
}

static inline void change_word(uint8_t *bytes, uint32_t length) {
    if (length >= 4u) {
        uint8_t *at = bytes + 4u * random_below(&seed, length / 4u);
        put_u32(at, interesting(s3lm_u32(at)));
    }
}

/* Two records or sections' words change places, or one is copied over the other. */
static inline void mix_records(uint8_t *bytes, uint32_t length, uint32_t size) {
    if (length < size) {
        return;
    }
    uint8_t *a = bytes + (size_t)size * random_below(&seed, length / size);
    uint8_t *b = bytes + (size_t)size * random_below(&seed, length / size);
    bool swap = random_below(&seed, 2) == 0;
    for (uint32_t i = 0; i < size; i++) {
        uint8_t kept = a[i];
        a[i] = b[i];
        if (swap) {
            b[i] = kept;
        }
    }
}

/* One mutation somewhere in the file, mostly where structure is. */
static inline void mutate(uint8_t *bytes, const uint8_t *original, size_t length) {
    static const uint32_t kinds[] = {S3LM_KIND_CONF, S3LM_KIND_STEP, S3LM_KIND_TDIR, S3LM_KIND_SAMP,
                                     S3LM_KIND_WGHT, S3LM_KIND_TOKN, S3LM_KIND_CHAT};
    uint32_t kind = 0;
    uint8_t *entry = NULL;
    while (!entry) {
        kind = kinds[random_below(&seed, sizeof kinds / sizeof kinds[0])];
        entry = entry_of((uint8_t *)(uintptr_t)original, kind);
    }
    uint32_t offset = s3lm_u32(entry + 8), size = s3lm_u32(entry + 12);
    switch (random_below(&seed, 8)) {
    case 0:
        change_word(bytes, S3LM_HEADER_BYTES);
        break;
    case 1:
        change_word(bytes + S3LM_HEADER_BYTES, S3LM_ENTRY_BYTES * s3lm_u32(original + 12));
        break;
    case 2:
        mix_records(bytes + offset, size, kind == S3LM_KIND_SAMP ? 4 : 64);
        break;
    case 3:
        mix_records(bytes + S3LM_HEADER_BYTES, S3LM_ENTRY_BYTES * s3lm_u32(original + 12), 4);
        break;
    case 4:
        bytes[random_below(&seed, (uint32_t)length)] = (uint8_t)random64(&seed);
        break;
    default:
        change_word(bytes + offset, size);
    }
}

/* The fixtures, and a package of each kind of block. */
#define ORIGINALS (FIXTURE_COUNT + MADE_BLOCKS)

typedef struct {
    uint8_t *bytes;
    size_t length;
} original;

static inline void make_originals(const char *folder, original originals[ORIGINALS]) {
    for (size_t i = 0; i < FIXTURE_COUNT; i++) {
        originals[i].bytes = read_package(folder, fixture_names[i], &originals[i].length);
    }
    for (size_t i = 0; i < MADE_BLOCKS; i++) {
        made_shape shape = {.block = &made_blocks[i],
                            .layers = 2,
                            .hidden = 12,
                            .vocab = 9,
                            .context = 10,
                            .heads = 2,
                            .kv_heads = 1,
                            .head_dim = 4,
                            .width = 10,
                            .int8 = i % 2u == 0u};
        made_package made = make_package(&shape, i);
        originals[FIXTURE_COUNT + i] = (original){made.bytes, made.length};
        forget_values(&made);
    }
}

/* A changed copy in memory of its own; its checksums are right again, mostly. */
static inline uint8_t *mutated(const original *from) {
    uint8_t *bytes = host_allocate(from->length);
    memcpy(bytes, from->bytes, from->length);
    uint32_t mutations = 1u + random_below(&seed, MOST_MUTATIONS);
    for (uint32_t m = 0; m < mutations; m++) {
        mutate(bytes, from->bytes, from->length);
    }
    if (random_below(&seed, 32) != 0u) {
        seal(bytes, from->length);
    }
    return bytes;
}

#endif
