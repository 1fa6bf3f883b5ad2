/* Loops over the multiplier of 16-bit halves (MAC16), which adds one product a cycle to 40 bits. Weights come as halves
 * by masks, two of each word at a time; vectors lie in memory as pairs of halves in the order in which they meet, which
 * one load beside a product brings. Xtensa ISA manual, chapter 4.3.8. */
#ifndef S3LM_MAC16_H
#define S3LM_MAC16_H

#include <stdint.h>

/* Columns that a loop handles at once, and columns of a vector that are put in pairs at a time: products of INT8
 * weights times 256 with codes of 16 bits stay inside 40 bits so far. */
#define MAC16_STEP 16u
#define MAC16_COLUMNS 512u

/* A vector's codes, of 8 or 16 bits, as the loops want them: of each four the second and the fourth, then the first and
 * the third. `n` is a multiple of 4; 4-byte aligned. */
void s3lm_mac16_pairs8(const int8_t *codes, uint32_t n, int32_t *pairs);
void s3lm_mac16_pairs16(const int16_t *codes, uint32_t n, int32_t *pairs);

/* Rows of codes times such a vector. A row is `segments` pieces, each of which gives a sum of 32 bits; sums of a row
 * lie together. All numbers are at least 1. */
typedef struct {
    const void *w;        /* 0: the first row, 4-byte aligned */
    uint32_t to_row;      /* 4: bytes from the end of a row's last piece to the next row */
    const int32_t *pairs; /* 8 */
    uint32_t steps;       /* 12: of a piece: 16 columns of INT8, 32 of INT4 */
    uint32_t segments;    /* 16 */
    uint32_t rows;        /* 20 */
    int32_t *sums;        /* 24 */
} mac16_rows;
void s3lm_mac16_dots8(const mac16_rows *job);
/* INT4: a step is a block of 16 bytes, low nibbles first. */
void s3lm_mac16_nibbles(const mac16_rows *job);
/* INT4: two sums a block, of its low and of its high nibbles; `steps` is not looked at. */
void s3lm_mac16_halves(const mac16_rows *job);

/* sums[r] = codes of 16 bits of row r times `vector`, over `steps` times 4 columns; rows follow each other. */
typedef struct {
    const int16_t *w;      /* 0: 4-byte aligned, as is the vector */
    const int16_t *vector; /* 4 */
    uint32_t steps;        /* 8 */
    uint32_t rows;         /* 12 */
    int64_t *sums;         /* 16 */
} mac16_wide;
void s3lm_mac16_dots16(const mac16_wide *job);

#endif
