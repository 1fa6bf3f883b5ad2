/* CRC-32 of IEEE 802.3 (reflected polynomial 0xEDB88320), by slicing (Kounavis and Berry, 2005). */
#include "bytes.h"
#include "s3lm.h"

/* Bytes per step. The tables live on the stack while the checksum runs: 1 KiB per slice. A chip has small
 * stacks. */
#ifndef S3LM_CRC_SLICES
#ifdef __XTENSA__
#define S3LM_CRC_SLICES 1u
#else
#define S3LM_CRC_SLICES 8u
#endif
#endif

#define POLYNOMIAL 0xEDB88320u

/* Bytes from which on it pays to make those tables. */
#define LONG_BYTES 1024u

/* Remainders of four bits. */
static const uint32_t nibbles[16] = {0x00000000u, 0x1DB71064u, 0x3B6E20C8u, 0x26D930ACu, 0x76DC4190u, 0x6B6B51F4u,
                                     0x4DB26158u, 0x5005713Cu, 0xEDB88320u, 0xF00F9344u, 0xD6D6A3E8u, 0xCB61B38Cu,
                                     0x9B64C2B0u, 0x86D3D2D4u, 0xA00AE278u, 0xBDBDF21Cu};

/* Messages of a console, between two tokens. */
static uint32_t crc_of_few(uint32_t crc, const uint8_t *bytes, size_t length) {
    for (crc = ~crc; length > 0u; length--, bytes++) {
        crc ^= *bytes;
        crc = (crc >> 4) ^ nibbles[crc & 15u];
        crc = (crc >> 4) ^ nibbles[crc & 15u];
    }
    return ~crc;
}

uint32_t s3lm_crc32(uint32_t crc, const uint8_t *bytes, size_t length) {
    if (length < LONG_BYTES) {
        return crc_of_few(crc, bytes, length);
    }
    uint32_t table[S3LM_CRC_SLICES][256];
    for (uint32_t i = 0; i < 256u; i++) {
        uint32_t remainder = i;
        for (uint32_t bit = 0; bit < 8u; bit++) {
            remainder = (remainder >> 1) ^ (POLYNOMIAL & (0u - (remainder & 1u)));
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

/* a * b modulo the polynomial; bit 31 is x^0. */
static uint32_t multiply(uint32_t a, uint32_t b) {
    uint32_t product = 0;
    for (uint32_t bit = 0x80000000u; bit != 0u; bit >>= 1) {
        product ^= b & (0u - (uint32_t)((a & bit) != 0u));
        b = (b >> 1) ^ (POLYNOMIAL & (0u - (b & 1u)));
    }
    return product;
}

uint32_t s3lm_crc32_join(uint32_t first, uint32_t second, size_t second_length) {
    /* Appending n bytes multiplies by x^(8 n): squares of x^8 for the bits of n. */
    uint32_t power = 0x00800000u;
    for (; second_length > 0u; second_length >>= 1) {
        if (second_length & 1u) {
            first = multiply(first, power);
        }
        power = multiply(power, power);
    }
    return first ^ second;
}
