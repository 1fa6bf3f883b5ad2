/* CRC-32 of IEEE 802.3 (reflected polynomial 0xEDB88320), by slicing (Kounavis and Berry, 2005). */
#include "bytes.h"
#include "s3lm.h"

/* Bytes per step. The tables live on the stack while the checksum runs: 1 KiB per slice. A chip build with a small
 * stack sets 1. */
#ifndef S3LM_CRC_SLICES
#define S3LM_CRC_SLICES 8u
#endif

uint32_t s3lm_crc32(uint32_t crc, const uint8_t *bytes, size_t length) {
    uint32_t table[S3LM_CRC_SLICES][256];
    for (uint32_t i = 0; i < 256u; i++) {
        uint32_t remainder = i;
        for (uint32_t bit = 0; bit < 8u; bit++) {
            remainder = (remainder >> 1) ^ (0xEDB88320u & (0u - (remainder & 1u)));
        }
        table[0][i] = remainder;
    }
    for (uint32_t slice = 1; slice < S3LM_CRC_SLICES; slice++) {
        for (uint32_t i = 0; i < 256u; i++) {
            uint32_t before = table[slice - 1u][i];
            table[slice][i] = (before >> 8) ^ table[0][before & 0xFFu];
        }
    }
    crc = ~crc;
#if S3LM_CRC_SLICES == 8u
    for (; length >= 8u; length -= 8u, bytes += 8) {
        uint32_t a = s3lm_u32(bytes) ^ crc;
        uint32_t b = s3lm_u32(bytes + 4);
        crc = table[7][a & 0xFFu] ^ table[6][(a >> 8) & 0xFFu] ^ table[5][(a >> 16) & 0xFFu] ^ table[4][a >> 24] ^
              table[3][b & 0xFFu] ^ table[2][(b >> 8) & 0xFFu] ^ table[1][(b >> 16) & 0xFFu] ^ table[0][b >> 24];
    }
#endif
    for (; length > 0u; length--, bytes++) {
        crc = (crc >> 8) ^ table[0][(crc ^ *bytes) & 0xFFu];
    }
    return ~crc;
}
