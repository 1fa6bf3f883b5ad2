/* Little-endian fields out of byte buffers, and rounding of sizes; nothing here reads outside what it is given. */
#ifndef S3LM_BYTES_H
#define S3LM_BYTES_H

#include <stdint.h>

static inline uint32_t s3lm_u16(const uint8_t *p) { return (uint32_t)p[0] | ((uint32_t)p[1] << 8); }

static inline uint32_t s3lm_u32(const uint8_t *p) {
    return (uint32_t)p[0] | ((uint32_t)p[1] << 8) | ((uint32_t)p[2] << 16) | ((uint32_t)p[3] << 24);
}

static inline float s3lm_f32(const uint8_t *p) {
    union {
        uint32_t bits;
        float number;
    } u;
    u.bits = s3lm_u32(p);
    return u.number;
}

/* x rounded up to a multiple of `step`, a power of two. */
static inline uint64_t s3lm_align(uint64_t x, uint64_t step) { return (x + step - 1u) & ~(step - 1u); }

/* How many groups of `size` cover x. */
static inline uint32_t s3lm_groups(uint32_t x, uint32_t size) { return x / size + (x % size != 0u); }

#endif
