/* The kernel set of cores that multiply halves of words (MAC16), and have no vectors: products of codes are the loops
 * of this folder's assembler, everything else is the scalar set's. Bit for bit what the scalar set computes. */
#include "../../../engine/kernels.h"
#include "mac16.h"

/* The products of rows with whole numbers for groups are of this file's own. */
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wunused-function"
#include "../../../engine/kernels_matmul.h"
#pragma clang diagnostic pop

/* Sums that wait for their scales. */
#define MOST_SUMS 64u
_Static_assert(MAC16_COLUMNS == MOST_INT16_COLUMNS, "sums of so many columns have 32 bits");
_Static_assert(MAC16_COLUMNS >= S3LM_MOST_GROUP_OF_U8, "a group at least");
_Static_assert(256ull * 127u * S3LM_MOST_INT16 * MAC16_COLUMNS < 1ull << 39, "INT8 weights times 256");
_Static_assert(4096ull * 8u * S3LM_MOST_INT16 * S3LM_MOST_GROUP_OF_INT4 < 1ull << 39, "INT4 weights times 4096");
_Static_assert(8ull * S3LM_MOST_INT16 * S3LM_MOST_GROUP_OF_INT4 * 255u < 1ull << 39, "a group with its number");

static inline uint32_t least(uint32_t a, uint32_t b) { return a < b ? a : b; }

/* Columns [at, at + n) of a token's codes, in pairs. */
static void put_in_pairs(const s3lm_tensor *w, const int8_t *codes, uint32_t at, uint32_t n, int32_t *pairs) {
    if (w->input == S3LM_INPUT_INT16) {
        s3lm_mac16_pairs16((const int16_t *)(const void *)codes + at, n, pairs);
    } else {
        s3lm_mac16_pairs8(codes + at, n, pairs);
    }
}

/* Sums of pieces of `unit` columns of rows of INT8, over the columns [at, at + n) that `pairs` has: those of a row
 * behind each other. `n` is at most MAC16_COLUMNS, and either a multiple of `unit` or less. */
static void dots(const int8_t *weights, uint32_t stride, uint32_t n, uint32_t unit, uint32_t rows, const int32_t *pairs,
                 int32_t *sums) {
    uint32_t piece = least(unit, n);
    mac16_rows job = {weights, stride - n, pairs, piece / MAC16_STEP, n / piece, rows, sums};
    s3lm_mac16_dots8(&job);
}

/* ---- What kernels_matmul.h asks for, for vectors with scales of groups and weights with floats for them ---- */

static inline void dot4_i8(const int8_t *w, uint32_t stride, const int8_t *x, const int16_t *wide, uint32_t n,
                           int32_t sums[4]) {
    int32_t pairs[MAC16_COLUMNS / 2u], some[4];
    (void)wide;
    for (uint32_t at = 0; at < n; at += MAC16_COLUMNS) {
        uint32_t now = least(n - at, MAC16_COLUMNS);
        s3lm_mac16_pairs8(x + at, now, pairs);
        dots(w + at, stride, now, now, 4, pairs, some);
        for (uint32_t r = 0; r < 4u; r++) {
            sums[r] = (at == 0u ? 0 : sums[r]) + some[r];
        }
    }
}

static inline void dot4_i8_in_turn(const int8_t *w, uint32_t stride, const int8_t *x, const int16_t *wide, uint32_t n,
                                   int32_t sums[4]) {
    dot4_i8(w, stride, x, wide, n, sums);
}

static inline void dot4_i16(const int8_t *w, uint32_t stride, const int16_t *x, uint32_t n, int32_t sums[4]) {
    int32_t pairs[MAC16_COLUMNS / 2u];
    s3lm_mac16_pairs16(x, n, pairs);
    dots(w, stride, n, n, 4, pairs, sums);
}

static inline int64_t dot1_i16(const int8_t *w, const int16_t *x, uint32_t n) {
    int64_t sum = 0;
    for (uint32_t at = 0; at < n; at += MAC16_COLUMNS) {
        int32_t sums[4];
        dot4_i16(w + at, 0, x + at, least(n - at, MAC16_COLUMNS), sums);
        sum += sums[0];
    }
    return sum;
}

static float sum_squares(const float *x, uint32_t n) { return s3lm_kernels_scalar.sum_squares(x, n); }

static float dot_f32(const float *a, const float *b, uint32_t n) { return s3lm_kernels_scalar.dot_f32(a, b, n); }

static inline void dot4_f32(const float *w, uint32_t stride, const float *x, uint32_t n, float sums[4]) {
    for (uint32_t row = 0; row < 4u; row++) {
        sums[row] = dot_f32(w + (size_t)row * stride, x, n);
    }
}

/* ---- Products of rows, whose numbers for groups are whole ---- */

/* One turn: some rows of one token, added up column by column. */
typedef struct {
    const s3lm_tensor *w;
    uint32_t row, rows;
    const int8_t *codes;
    const int32_t *group_sums; /* INT4: of the vector's codes */
} turn;

/* Adds the products of columns [at, at + n), a multiple of 16, which are whole groups but for the end of a row. */
static void add_int8(const turn *t, uint32_t at, uint32_t n, const int32_t *pairs, int64_t *totals) {
    const s3lm_tensor *w = t->w;
    const int8_t *weights = (const int8_t *)w->data + (size_t)t->row * w->row_bytes + at;
    uint32_t groups = w->group ? s3lm_groups(w->cols, w->group) : 0u;
    uint32_t unit = w->group ? w->group : n, whole = n / unit * unit;
    const uint8_t *numbers = groups ? s3lm_group_scales(w) + (size_t)t->row * groups + at / unit : NULL;
    int32_t sums[MOST_SUMS];
    for (uint32_t done = 0; done < n;) {
        /* As many pieces of as many rows as there is room for; what is left of a row's end is a piece, too. */
        uint32_t now = done < whole ? least(whole - done, MOST_SUMS * unit) : n - done;
        uint32_t pieces = (now + unit - 1u) / unit, most = MOST_SUMS / pieces;
        for (uint32_t r = 0; r < t->rows; r += most) {
            uint32_t rows = least(most, t->rows - r);
            dots(weights + (size_t)r * w->row_bytes + done, w->row_bytes, now, unit, rows, pairs + done / 2u, sums);
            const int32_t *sum = sums;
            for (uint32_t i = r; i < r + rows; i++) {
                const uint8_t *number = numbers ? numbers + (size_t)i * groups + done / unit : NULL;
                for (uint32_t p = 0; p < pieces; p++, sum++) {
                    totals[i] += number ? (int64_t)*sum * number[p] : *sum;
                }
            }
        }
        done += now;
    }
}

static void add_int4(const turn *t, uint32_t at, uint32_t n, const int32_t *pairs, int64_t *totals) {
    const s3lm_tensor *w = t->w;
    const uint8_t *weights = (const uint8_t *)w->data + (size_t)t->row * w->row_bytes + at / 2u;
    uint32_t groups = s3lm_groups(w->cols, w->group), unit = w->group, whole = n / unit * unit;
    size_t first = (size_t)t->row * groups + at / unit;
    int32_t sums[MOST_SUMS];
    for (uint32_t done = 0; done < n;) {
        uint32_t now = done < whole ? whole - done : n - done;
        uint32_t pieces = (now + unit - 1u) / unit, most = MOST_SUMS / pieces, piece = least(unit, now);
        for (uint32_t r = 0; r < t->rows; r += most) {
            uint32_t rows = least(most, t->rows - r);
            mac16_rows job = {weights + (size_t)r * w->row_bytes + done / 2u,
                              w->row_bytes - now / 2u,
                              pairs + done / 2u,
                              piece / S3LM_INT4_BLOCK,
                              unit < S3LM_INT4_BLOCK ? now / S3LM_INT4_BLOCK : now / piece,
                              rows,
                              sums};
            (unit < S3LM_INT4_BLOCK ? s3lm_mac16_halves : s3lm_mac16_nibbles)(&job);
            const int32_t *sum = sums;
            for (uint32_t i = r; i < r + rows; i++) {
                size_t g = first + (size_t)i * groups + done / unit;
                const int32_t *vector = t->group_sums + (at + done) / unit;
                /* The last half block may lie behind the row's columns, and has no group. */
                for (uint32_t p = 0; p < pieces; p++, sum++) {
                    if ((at + done) / unit + p >= groups) continue;
                    totals[i] += (int64_t)*sum * s3lm_group_scales(w)[g + p] +
                                 (int64_t)vector[p] * (8 * s3lm_group_offsets(w)[g + p]);
                }
            }
        }
        done += now;
    }
}

/* y = (nearest float to a row's sum * row scale) * token scale. */
static void multiply(const s3lm_tensor *w, const s3lm_input *input, uint32_t tokens, uint32_t begin, uint32_t end,
                     float *y, uint32_t y_stride) {
    const s3lm_activations *x = input->quantized;
    bool is_int4 = w->encoding == S3LM_INT4_GROUP;
    uint32_t cols = s3lm_padded_cols(w);
    /* Whole groups at a time. */
    uint32_t most = w->group ? MAC16_COLUMNS / w->group * w->group : MAC16_COLUMNS;
    int32_t pairs[MAC16_COLUMNS / 2u];
    int64_t totals[MOST_SUMS];
    for (uint32_t row = begin; row < end; row += MOST_SUMS) {
        for (uint32_t t = 0; t < tokens; t++) {
            turn now = {w, row, least(end - row, MOST_SUMS), x->codes + (size_t)t * x->stride,
                        is_int4 ? x->sums + (size_t)t * x->sum_stride : NULL};
            for (uint32_t r = 0; r < now.rows; r++) {
                totals[r] = 0;
            }
            for (uint32_t at = 0; at < cols; at += most) {
                uint32_t n = least(cols - at, most);
                put_in_pairs(w, now.codes, at, n, pairs);
                (is_int4 ? add_int4 : add_int8)(&now, at, n, pairs, totals);
            }
            float *out = y + (size_t)t * y_stride + row;
            float scale = x->scales[(size_t)t * x->scale_stride];
            for (uint32_t r = 0; r < now.rows; r++) {
                out[r] = (s3lm_nearest_long(totals[r]) * row_scale(w, row + r)) * scale;
            }
        }
    }
}

static void matmul_int4(const s3lm_tensor *w, const s3lm_input *input, uint32_t tokens, uint32_t begin, uint32_t end,
                        float *y, uint32_t y_stride) {
    multiply(w, input, tokens, begin, end, y, y_stride);
}

static void matmul_codes(const s3lm_tensor *w, const s3lm_input *input, uint32_t tokens, uint32_t begin, uint32_t end,
                         float *y, uint32_t y_stride) {
    (S3LM_INPUT_GROUP(w->input) != 0u ? matmul_rows : multiply)(w, input, tokens, begin, end, y, y_stride);
}

/* ---- Attention ---- */

static void scores_i8(const int16_t *query, const int8_t *keys, uint32_t stride, uint32_t count,
                      const float *key_scales, float query_scale, float *scores) {
    int32_t pairs[S3LM_MAX_HEAD_DIM / 2u], sums[MOST_SUMS];
    s3lm_mac16_pairs16(query, stride, pairs);
    for (uint32_t t = 0; t < count; t += MOST_SUMS) {
        uint32_t rows = least(count - t, MOST_SUMS);
        dots(keys + (size_t)t * stride, stride, stride, stride, rows, pairs, sums);
        for (uint32_t r = 0; r < rows; r++) {
            scores[t + r] = ((float)sums[r] * key_scales[t + r]) * query_scale;
        }
    }
}

static void scores_i16(const int16_t *query, const int16_t *keys, uint32_t stride, uint32_t count,
                       const float *key_scales, float query_scale, float *scores) {
    int64_t sums[MOST_SUMS];
    for (uint32_t t = 0; t < count; t += MOST_SUMS) {
        uint32_t rows = least(count - t, MOST_SUMS);
        mac16_wide job = {keys + (size_t)t * stride, query, stride / 4u, rows, sums};
        s3lm_mac16_dots16(&job);
        for (uint32_t r = 0; r < rows; r++) {
            scores[t + r] = (s3lm_nearest(sums[r]) * key_scales[t + r]) * query_scale;
        }
    }
}

static void scores_f32(const float *query, const float *keys, uint32_t stride, uint32_t count, float *scores) {
    s3lm_kernels_scalar.scores_f32(query, keys, stride, count, scores);
}

static void mix_i8(const s3lm_mix *mix, const int8_t *values, float *out) {
    s3lm_kernels_scalar.mix_i8(mix, values, out);
}

static void mix_i16(const s3lm_mix *mix, const int16_t *values, float *out) {
    s3lm_kernels_scalar.mix_i16(mix, values, out);
}

static void sum_groups(const int8_t *codes, s3lm_input_kind input, uint32_t padded, uint32_t group, int32_t *sums) {
    s3lm_kernels_scalar.sum_groups(codes, input, padded, group, sums);
}

static const s3lm_kernels s3lm_kernels_mac16 = {
    .name = "mac16",
    .wide = false,
    .abs_max = s3lm_abs_max,
    .quantize8 = s3lm_quantize8,
    .quantize16 = s3lm_quantize16,
    .quantize_int16 = s3lm_quantize_int16,
    .sum_groups = sum_groups,
    .sum_squares = sum_squares,
    .dot_f32 = dot_f32,
    .matmul = S3LM_BY_ENCODING(matmul_float32, matmul_codes, matmul_codes, matmul_groups, multiply, matmul_int4),
    .scores_i8 = scores_i8,
    .scores_i16 = scores_i16,
    .mix_i8 = mix_i8,
    .mix_i16 = mix_i16,
    .scores_f32 = scores_f32,
    .mix_f32 = s3lm_mix_f32,
    .exponentiate = s3lm_exponentiate,
    .weigh = s3lm_weigh,
    .apply = s3lm_apply,
    .gate = s3lm_gate_blocks,
    .scale = s3lm_scale_all,
    .multiply = s3lm_multiply_all,
    .add = s3lm_add_all,
    .norm = s3lm_norm,
    .maximum = s3lm_maximum,
};

const s3lm_kernels *s3lm_kernels_best(void) { return &s3lm_kernels_mac16; }
