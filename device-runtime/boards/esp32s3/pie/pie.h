/* The loops in assembler (the .s files of this folder say what each takes), and what of the memory map they need. */
#ifndef S3LM_PIE_H
#define S3LM_PIE_H

#include <stdint.h>

/* Columns whose codes fit into the vector registers at once. */
#define PIE_CHUNK 16u
#define PIE_MOST_CHUNKS 6u

/* dots.s */
typedef void (*pie_dots)(const int8_t *w, const int8_t *x, int64_t *sums, uint32_t rows, uint32_t stride);
#define PIE_DOTS(n)                                                                                                    \
    void s3lm_pie_dots_##n(const int8_t *w, const int8_t *x, int64_t *sums, uint32_t rows, uint32_t stride);           \
    void s3lm_pie_more_##n(const int8_t *w, const int8_t *x, int64_t *sums, uint32_t rows, uint32_t stride)
PIE_DOTS(1);
PIE_DOTS(2);
PIE_DOTS(3);
PIE_DOTS(4);
PIE_DOTS(5);
PIE_DOTS(6);
#undef PIE_DOTS
#define PIE_WIDE_COLS 64u
void s3lm_pie_wide_4(const int8_t *w, const int8_t *x, const float *scales, uint32_t rows, float *y, float factor);

/* scale.s */
typedef struct {
    const int64_t *sums;
    uint32_t sum_step; /* bytes from one group's sums to the next group's */
    const float *scales;
    uint32_t scale_step; /* bytes from one row's scales to the next row's */
    float *y;
    uint32_t rows;   /* >= 1 */
    uint32_t groups; /* >= 1 */
    uint32_t more;   /* 1: add to y */
} pie_groups;
void s3lm_pie_scale_rows(const int64_t *sums, const float *scales, float *y, uint32_t rows, float factor);
void s3lm_pie_scale_wide_rows(const int64_t *high, const int64_t *low, const float *scales, float *y, uint32_t rows,
                              float factor);
void s3lm_pie_scale_parts(const int64_t *high, const float *scales, float *y, uint32_t rows, float factor,
                          const int64_t *low);
void s3lm_pie_scale_groups(const pie_groups *job);
void s3lm_pie_touch(const void *begin, uint32_t lines);

/* weigh.s */
typedef struct {
    const int8_t *w;
    const uint8_t *numbers;
    uint32_t rows;        /* >= 1 */
    uint32_t groups;      /* of a row */
    uint32_t chunks;      /* of a group */
    uint32_t last_chunks; /* of the last group */
} pie_weights;
void s3lm_pie_weigh(const pie_weights *job, const int8_t *x, int64_t *totals);
/* Columns of a row at a time, and those that share a sum. */
#define PIE_PAIRS_COLS 512u
#define PIE_PAIR_COLS (2u * PIE_CHUNK)
typedef struct {
    const int8_t *w;
    const uint8_t *numbers;
    uint32_t to_row;     /* bytes from the end of a row's columns to the next row's */
    uint32_t to_numbers; /* bytes from a row's numbers to the next row's */
    uint32_t shift;      /* log2 of a group's sums */
    uint32_t pairs;      /* sums of a row */
    uint32_t odd;        /* whether a chunk follows them */
    uint32_t low;        /* bytes from the upper bytes of codes to the lower ones */
    const int64_t *end;  /* of the totals */
    uint32_t more;       /* 1: add to totals */
} pie_pairs;
void s3lm_pie_weigh_pairs(const pie_pairs *job, const int8_t *x, int64_t *totals);
/* Groups of 32 columns, at most PIE_PAIRS_COLS of a row. */
typedef struct {
    const int8_t *w;
    const uint8_t *numbers;
    const float *scales;
    float *y;
    const float *end; /* of y */
    uint32_t pairs;   /* 32 columns of a row */
    uint32_t odd;     /* whether a chunk follows them */
    uint32_t low;     /* bytes from the upper bytes of codes to the lower ones */
    float factor;
} pie_weigh_rows;
void s3lm_pie_weigh_rows(const pie_weigh_rows *job, const int8_t *x);

/* nibbles.s */
int16_t *s3lm_pie_sum_codes(const int8_t *codes, int16_t *sums, uint32_t count, uint32_t chunks);
void s3lm_pie_nibbles_16(const int8_t *w, const int8_t *x, int16_t *sums, uint32_t rows, uint32_t stride,
                         uint32_t blocks);
void s3lm_pie_nibbles_32(const int8_t *w, const int8_t *x, int16_t *sums, uint32_t rows, uint32_t stride,
                         uint32_t blocks);
/* Among `blocks`: sums are to be less 1. */
#define PIE_LESS 256u
void s3lm_pie_clear_nibbles(int16_t *sums, uint32_t rows, uint32_t less);
typedef struct {
    const uint8_t *scales;
    uint32_t to_offsets; /* bytes from the scales to the offsets */
    uint32_t groups;     /* bytes from one row's to the next row's */
    uint32_t last;       /* place of the last group among those that are weighed */
    int16_t *sums;
    const int16_t *x_sums;
    int64_t *totals;
    uint32_t rows; /* >= 1 */
    uint32_t more; /* 1: add to totals */
    int64_t zero;
} pie_nibbles;
void s3lm_pie_weigh_nibbles(const pie_nibbles *job);
void s3lm_pie_weigh_nibbles_64(const pie_nibbles *job);
void s3lm_pie_weigh_nibbles_whole(const pie_nibbles *job);

/* mix.s */
void s3lm_pie_mix(const int16_t *weights, const int8_t *values, uint32_t stride, uint32_t count, uint32_t out[32]);

void s3lm_pie_lanes(const uint32_t words[5], float unit, float *out, uint32_t step);

/* cache16.s; stride in bytes */
void s3lm_pie_dots16(const int16_t *w, const int16_t *x, int64_t *sums, uint32_t rows, uint32_t n);
typedef void (*pie_scores16)(const int16_t *query, const int16_t *keys, float *scores, uint32_t rows,
                             const float *scales, float factor);
#define PIE_SCORES16(n)                                                                                                \
    void s3lm_pie_scores16_##n(const int16_t *query, const int16_t *keys, float *scores, uint32_t rows,                \
                               const float *scales, float factor)
PIE_SCORES16(1);
PIE_SCORES16(2);
PIE_SCORES16(4);
PIE_SCORES16(6);
#undef PIE_SCORES16
void s3lm_pie_mix16(const int16_t *weights, const int16_t *values, uint32_t stride, uint32_t count, uint32_t out[16]);

/* float.s; strides in bytes */
void s3lm_pie_dots_f32(const float *x, const float *rows, uint32_t stride, uint32_t count, float *y, uint32_t n);
void s3lm_pie_dots8_f32(const float *x, const float *rows, uint32_t count, float *y);
void s3lm_pie_mix8_f32(const float *weights, const float *values, uint32_t stride, uint32_t count, float *out,
                       uint32_t more);
void s3lm_pie_mix4_f32(const float *weights, const float *values, uint32_t stride, uint32_t count, float *out,
                       uint32_t more);

/* exponential.s */
void s3lm_pie_exponentials(float *x, uint32_t fours, float largest);
uint32_t s3lm_pie_weigh_scores(float *x, uint32_t fours, float largest, const float *factors, float sums[4]);
void s3lm_pie_gate(const float *gates, const float *ups, uint32_t step, uint32_t fours, float *out);
void s3lm_pie_gelu_tanh(float *x, uint32_t fours);
void s3lm_pie_gelu(float *x, uint32_t fours);
float s3lm_pie_maximum(const float *x, uint32_t n);
float s3lm_pie_sum(const float *x, uint32_t n);

/* codes.s */
void s3lm_pie_codes8(const float *x, float inverse, int8_t *codes, uint32_t n, int32_t most);
void s3lm_pie_codes16(const float *x, float inverse, int16_t *codes, uint32_t n, int32_t most);
void s3lm_pie_parts(const float *x, float inverse, int8_t *high, uint32_t n, int32_t most, int8_t *low);

/* elementwise.s */
void s3lm_pie_scale(const float *x, float factor, float *y, uint32_t n);
void s3lm_pie_multiply(const float *x, const float *factors, float *y, uint32_t n);
void s3lm_pie_add(const float *x, const float *terms, float *y, uint32_t n);
void s3lm_pie_norm(const float *x, const float *gain, float *y, uint32_t n, float factor);
uint32_t s3lm_pie_abs_max(const float *x, uint32_t n);
float s3lm_pie_sum_squares(const float *x, uint32_t n);

#endif
