/* What the products and the other functions of the kernel set share. */
#ifndef S3LM_PIE_PRODUCTS_H
#define S3LM_PIE_PRODUCTS_H

#include "../../../engine/kernels.h"
#include "pie.h"

/* Code around loops that take the time. */
#if defined(__clang__)
#define SMALL __attribute__((minsize, noinline))
#else
#define SMALL
#endif

/* Rows of one turn, whose sums wait for their scales. */
#define PIE_MOST_ROWS 64u

static inline uint32_t pie_least(uint32_t a, uint32_t b) { return a < b ? a : b; }

/* Data addresses of flash and PSRAM behind the cache. */
static inline bool pie_is_cached(const void *at) { return (uintptr_t)at >= 0x3C000000u && (uintptr_t)at < 0x3E000000u; }

/* What each core knows to have been fetched for it while one had nothing to do: from `begin`, a line's, to `end`. */
extern struct pie_fetched {
    uintptr_t begin, end;
} s3lm_pie_fetched[2];

/* Fetches what the following loops read in the order of its addresses, as memory gives long runs faster. It is there
 * afterwards unless the cache has forgotten it; the loops are right either way. */
void s3lm_pie_fetch(const void *begin, size_t bytes);

/* Rows of one turn, at most `most`; of rows behind the cache so few that all tokens of a pass find them there. */
uint32_t s3lm_pie_rows_per_turn(const void *begin, uint32_t row_bytes, uint32_t most);

/* sums[r] = w[r] . x over `n` columns, a multiple of 16, for x of 16 bits whose upper and lower bytes lie apart: sums
 * of up to 40 bits. */
void s3lm_pie_wide_dots(const int8_t *w, const int8_t *high, const int8_t *low, uint32_t n, int64_t *sums,
                        uint32_t rows, uint32_t stride);

/* Products of kernels.h: one scale a row and a vector, with or without whole numbers for groups; a scale for each group
 * of columns, of the weights, of the vector or of both; floats. */
void s3lm_pie_matmul_rows(const s3lm_tensor *w, const s3lm_input *input, uint32_t tokens, uint32_t begin, uint32_t end,
                          float *y, uint32_t y_stride);
void s3lm_pie_matmul_units(const s3lm_tensor *w, const s3lm_input *input, uint32_t tokens, uint32_t begin, uint32_t end,
                           float *y, uint32_t y_stride);
void s3lm_pie_matmul_float32(const s3lm_tensor *w, const s3lm_input *input, uint32_t tokens, uint32_t begin,
                             uint32_t end, float *y, uint32_t y_stride);

/* products_int4.c: INT4 in groups, and the sums of a vector's codes that it wants. */
void s3lm_pie_matmul_int4(const s3lm_tensor *w, const s3lm_input *input, uint32_t tokens, uint32_t begin, uint32_t end,
                          float *y, uint32_t y_stride);
void s3lm_pie_sum_groups(const int8_t *codes, s3lm_input_kind input, uint32_t padded, uint32_t group, int32_t *sums);

#endif
