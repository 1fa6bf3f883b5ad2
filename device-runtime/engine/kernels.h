/* The inner loops of the engine, as a table, so that a build can bring its own. Every set computes the same bits:
 * integer sums are exact, and float sums run in four interleaved lanes, lane j adding elements j, j + 4, j + 8 ... in
 * that order, joined as (lane 0 + lane 1) + (lane 2 + lane 3).
 *
 * Any worker may call any of them; they share nothing but what they are given.
 */
#ifndef S3LM_KERNELS_H
#define S3LM_KERNELS_H

#include "s3lm.h"

/* Bytes of keys or values that several heads use before the walk over a cache goes on: small beside a data cache. The
 * weighted sums of coded values are exact over so many of them. */
#define S3LM_CACHE_BLOCK_BYTES 4096u
/* Most tokens of a block: no cached vector is shorter than 16 bytes. */
#define S3LM_MIX_TOKENS (S3LM_CACHE_BLOCK_BYTES / 16u)

/* Largest code of 16 bits: 256 * 127 + 127, so that both of its parts are within +-127 or -128. */
#define S3LM_MOST_INT16 32639

/* Codes of a head that is one vector of 16 bytes, and the largest of a query that meets keys of 16 bits there: 32 bits
 * hold their products' sum, so that a score is one conversion. */
#define S3LM_SHORT_HEAD 8u
#define S3LM_MOST_SHORT_QUERY 8191
_Static_assert((uint64_t)S3LM_MOST_SHORT_QUERY * S3LM_MOST_INT16 * S3LM_SHORT_HEAD <= INT32_MAX,
               "a short head's score");

/* What the limits of a package promise the sums: 32 bits hold them. */
_Static_assert(127ull * 128u * S3LM_MAX_MLP_WIDTH <= INT32_MAX, "the longest row of a product of codes");
_Static_assert(127ull * 128u * 255u * S3LM_MOST_GROUP_OF_U8 <= INT32_MAX, "the longest group times its scale");
_Static_assert(127ull * 128u * 255u * S3LM_MAX_MLP_WIDTH < 1ull << 39, "the longest row of such groups");
_Static_assert(127ull * S3LM_MOST_INT16 * S3LM_MOST_GROUP_OF_U8 <= INT32_MAX, "the longest group of 16 bits");
_Static_assert(127ull * 255u * S3LM_MOST_INT16 * S3LM_MAX_MLP_WIDTH < 1ull << 47, "the longest row of them");
/* The largest INT4 weight without its row's scale: group scale * code + 8 * group offset. */
#define S3LM_MOST_INT4_WEIGHT (255ull * 8u + 8u * 127u)
_Static_assert(8ull * 128u * 255u * S3LM_MOST_GROUP_OF_INT4 <= INT32_MAX, "a group of INT4 with bytes, and its scale");
_Static_assert(8ull * S3LM_MOST_INT16 * S3LM_MOST_GROUP_OF_INT4 <= INT32_MAX, "a group of INT4 with 16 bits");
_Static_assert(S3LM_MOST_INT4_WEIGHT * 127u * S3LM_MAX_MLP_WIDTH < 1ull << 39, "the longest row of INT4 with bytes");
_Static_assert(S3LM_MOST_INT4_WEIGHT * S3LM_MOST_INT16 * S3LM_MAX_MLP_WIDTH < 1ull << 47, "the same with 16 bits");
_Static_assert(16383ull * 127u * S3LM_MAX_HEAD_DIM <= INT32_MAX, "the longest head of a score");
_Static_assert(16383ull * 255u * S3LM_MAX_HEAD_DIM <= INT32_MAX, "the same with either byte of a key's 16 bits");
_Static_assert(16383ull * S3LM_MOST_INT16 * S3LM_MAX_HEAD_DIM < 1ull << 39, "the same with both");
_Static_assert(16383ull * 255u * S3LM_MIX_TOKENS <= INT32_MAX, "the tokens of a mix, with a byte of a value");
_Static_assert(16383ull * S3LM_MOST_INT16 * S3LM_MIX_TOKENS < 1ull << 39, "the same with both bytes");
_Static_assert(S3LM_MAX_HEAD_DIM % 16u == 0u, "a head with its padding is no longer than the longest");

/* What a product multiplies with: vectors, and what they were quantized to when the weights are INT8. */
typedef struct {
    const float *values; /* for float32 weights: zero from cols to the next multiple of 4, rows 16-byte aligned */
    uint32_t stride;     /* of `values`, in elements */
    const s3lm_activations *quantized;
} s3lm_input;

/* y[token * y_stride + row] = W[row] . x[token] for rows [begin, end) and `tokens` tokens. */
typedef void (*s3lm_matmul)(const s3lm_tensor *w, const s3lm_input *x, uint32_t tokens, uint32_t begin, uint32_t end,
                            float *y, uint32_t y_stride);

/* out[i] = function(gates[i * step]) * ups[i * step], i < n. `out` may be `gates`, and then `ups` lies in front of what
 * is written: writing never passes reading. */
typedef void (*s3lm_gate)(s3lm_function_kind function, const float *gates, const float *ups, uint32_t step, uint32_t n,
                          float *out);

typedef void (*s3lm_apply_kernel)(s3lm_function_kind function, float *x, uint32_t n);

/* A weighted sum of coded values of some tokens. */
typedef struct {
    const int16_t *weights;
    uint32_t stride, count;
    uint32_t n; /* columns that are wanted */
    bool more;
} s3lm_mix;

struct s3lm_kernels {
    const char *name;
    bool wide; /* wants s3lm_activations.wide */

    /* Bits of max |x[i]|, i < n; anything above S3LM_INFINITY_BITS is a NaN among them. */
    uint32_t (*abs_max)(const float *x, uint32_t n);

    /* codes[i] = round(x[i] * inverse) within +-127, zeros from n to `padded`; also into `wide` unless NULL. Codes of
     * these three are 16-byte aligned. */
    void (*quantize8)(const float *x, uint32_t n, float inverse, int8_t *codes, int16_t *wide, uint32_t padded);

    /* The same within +-most, which is at most S3LM_MOST_INT16. */
    void (*quantize16)(const float *x, uint32_t n, float inverse, int32_t most, int16_t *codes, uint32_t padded);

    /* The same within +-S3LM_MOST_INT16, as this set's products want them: 2 * padded bytes, 16-byte aligned. */
    void (*quantize_int16)(const float *x, uint32_t n, float inverse, int8_t *codes, uint32_t padded);

    /* Sums of groups of codes, as this set's products of INT4 want them: 4 bytes a started group of `padded` codes, or
     * a block of 32 where groups are longer, with room for a multiple of 16, 64-byte aligned. NULL: they want none. */
    void (*sum_groups)(const int8_t *codes, s3lm_input_kind input, uint32_t padded, uint32_t group, int32_t *sums);

    /* Four-lane sum of x[i]^2. n may be any number. */
    float (*sum_squares)(const float *x, uint32_t n);

    /* Four-lane sum of a[i] b[i]; n is a multiple of 4, both 16-byte aligned. */
    float (*dot_f32)(const float *a, const float *b, uint32_t n);

    /* By s3lm_encoding. */
    s3lm_matmul matmul[S3LM_ENCODINGS];

    /* scores[t] = (nearest float to query . keys[t] * key_scales[t]) * query_scale for t < count; rows of `stride`
     * codes, zero-padded, query and keys 16-byte aligned. Codes of the query are within +-16,383 (for scores_i16
     * of S3LM_SHORT_HEAD codes within +-S3LM_MOST_SHORT_QUERY); `stride` is a multiple of 16, of 8 for keys of 16 bits.
     */
    void (*scores_i8)(const int16_t *query, const int8_t *keys, uint32_t stride, uint32_t count,
                      const float *key_scales, float query_scale, float *scores);
    void (*scores_i16)(const int16_t *query, const int16_t *keys, uint32_t stride, uint32_t count,
                       const float *key_scales, float query_scale, float *scores);

    /* out[d] = start + nearest float to the sum over t < count of weights[t] * values[t][d] for d < n, where start is
     * out[d] when `more`, else 0; count <= S3LM_MIX_TOKENS, weights within 0..16,383, rows of `stride` codes as above.
     */
    void (*mix_i8)(const s3lm_mix *mix, const int8_t *values, float *out);
    void (*mix_i16)(const s3lm_mix *mix, const int16_t *values, float *out);

    /* scores[t] = four-lane sum of query[d] keys[t][d] for t < count; rows of `stride` elements, a multiple of 4,
     * zero-padded; query and keys 16-byte aligned. */
    void (*scores_f32)(const float *query, const float *keys, uint32_t stride, uint32_t count, float *scores);

    /* out[d] = start + weights[0] * values[0][d] + weights[1] * values[1][d] + ... for d < stride, a multiple of 4,
     * where start is out[d] when `more`, else 0; values 16-byte aligned, count >= 1. */
    void (*mix_f32)(const float *weights, const float *values, uint32_t stride, uint32_t count, float *out, bool more);

    /* scores[i] becomes s3lm_exp(scores[i] - largest of them), i < count, count >= 1; returns their four-lane sum.
     * `scores` is 16-byte aligned, with room for `count` rounded up to a multiple of 4; what lies behind `count`
     * afterwards is anything. */
    float (*exponentiate)(float *scores, uint32_t count);

    /* The same, and then scores[i] *= factors[i], none of them negative; *largest are the bits of the largest of these,
     * as abs_max has them. */
    float (*weigh)(float *scores, const float *factors, uint32_t count, uint32_t *largest);

    /* x[i] = function(x[i]), i < n. */
    s3lm_apply_kernel apply;
    s3lm_gate gate;

    /* x[i] *= factor; x[i] *= factors[i]; x[i] += terms[i]; i < n. */
    void (*scale)(float *x, float factor, uint32_t n);
    void (*multiply)(float *x, const float *factors, uint32_t n);
    void (*add)(float *x, const float *terms, uint32_t n);

    /* y[i] = (x[i] * factor) * gain[i], or x[i] * factor when `gain` is NULL; i < n. y may be x or begin before
     * it. */
    void (*norm)(const float *x, float factor, const float *gain, float *y, uint32_t n);

    /* The largest of x[i], i < n, n >= 1: by their bits, with +0 above -0 and a NaN without a sign above all. */
    float (*maximum)(const float *x, uint32_t n);
};

/* What is the same in all sets of this folder (kernels_common.c): loops that compilers vectorize as they are. */
uint32_t s3lm_abs_max(const float *x, uint32_t n);
void s3lm_quantize8(const float *x, uint32_t n, float inverse, int8_t *codes, int16_t *wide, uint32_t padded);
void s3lm_quantize16(const float *x, uint32_t n, float inverse, int32_t most, int16_t *codes, uint32_t padded);
void s3lm_quantize_int16(const float *x, uint32_t n, float inverse, int8_t *codes, uint32_t padded);
void s3lm_mix_f32(const float *weights, const float *values, uint32_t stride, uint32_t count, float *out, bool more);
float s3lm_exponentiate(float *scores, uint32_t count);
float s3lm_weigh(float *scores, const float *factors, uint32_t count, uint32_t *largest);
void s3lm_gate_blocks(s3lm_function_kind function, const float *gates, const float *ups, uint32_t step, uint32_t n,
                      float *out);
void s3lm_scale_all(float *x, float factor, uint32_t n);
void s3lm_multiply_all(float *x, const float *factors, uint32_t n);
void s3lm_add_all(float *x, const float *terms, uint32_t n);
float s3lm_maximum(const float *x, uint32_t n);
void s3lm_norm(const float *x, float factor, const float *gain, float *y, uint32_t n);

/* What most sets have in common (kernels_elementwise.c). x[i] = function(x[i]); x[i] within +-`cap` by a hyperbolic
 * tangent, as it is when `cap` is 0; x[i] within +-`limit`, NaN as it is; x[i] += slope * (first + i); x[i] += a[i] *
 * b[i]; y[i] = x[i] less the mean of n, by their four-lane sum times `inverse` = 1 / n; i < n. y may be x. */
void s3lm_apply(s3lm_function_kind function, float *x, uint32_t n);
void s3lm_cap(float *x, float cap, uint32_t n);
void s3lm_clip(float *x, float limit, uint32_t n);
void s3lm_add_slope(float *x, float slope, int32_t first, uint32_t n);
void s3lm_add_products(float *x, const float *a, const float *b, uint32_t n);
void s3lm_center(const float *x, uint32_t n, float inverse, float *y);

/* What the package reader asks of every weight: not 0 when a word is an infinity or NaN or has a bit of `sign`, or when
 * one of the four codes in a word is -128. */
uint32_t s3lm_check_floats(const uint32_t *words, uint32_t count, uint32_t sign);
uint32_t s3lm_check_codes(const uint32_t *words, uint32_t count);

/* The float nearest to an exact sum of less than 2^39: both parts are floats as they are, so that only their sum is
 * rounded. */
static inline float s3lm_nearest(int64_t sum) {
    return (float)(int32_t)(sum >> 15) * 32768.0f + (float)(int32_t)(sum & 0x7FFF);
}

/* The same for an exact sum of less than 2^47. Where it is longer than a float by more than eight bits, whatever the
 * lowest eight say is whether anything lies between two halves. */
static inline float s3lm_nearest_long(int64_t sum) {
    if (sum < (int64_t)1 << 39 && sum >= -((int64_t)1 << 39)) {
        return s3lm_nearest(sum);
    }
    return s3lm_nearest((sum >> 8) | ((sum & 0xFF) != 0)) * 256.0f;
}

/* Elements of a gated product that are computed together: enough for vectors of 16 floats. */
#define S3LM_GATE_BLOCK 16u

/* An s3lm_gate by a kernel for the function. */
static inline void s3lm_gate_by(s3lm_apply_kernel apply, s3lm_function_kind function, const float *gates,
                                const float *ups, uint32_t step, uint32_t n, float *out) {
    for (uint32_t at = 0; at < n; at += S3LM_GATE_BLOCK) {
        uint32_t count = n - at < S3LM_GATE_BLOCK ? n - at : S3LM_GATE_BLOCK;
        float gate[S3LM_GATE_BLOCK] = {0}, up[S3LM_GATE_BLOCK] = {0};
        for (uint32_t i = 0; i < count; i++) {
            gate[i] = gates[(size_t)(at + i) * step];
            up[i] = ups[(size_t)(at + i) * step];
        }
        apply(function, gate, S3LM_GATE_BLOCK);
        for (uint32_t i = 0; i < count; i++) {
            out[at + i] = gate[i] * up[i];
        }
    }
}

/* Columns of a row of codes with its padding: as many codes as its input has. */
static inline uint32_t s3lm_padded_cols(const s3lm_tensor *w) {
    return w->encoding == S3LM_INT4_GROUP ? 2u * w->row_bytes : w->row_bytes;
}

/* Code of a column of a row of INT4. */
static inline int32_t s3lm_int4_code(const uint8_t *row, uint32_t col) {
    uint32_t byte = row[col / S3LM_INT4_BLOCK * 16u + col % 16u];
    return (int8_t)(col % S3LM_INT4_BLOCK < 16u ? byte << 4 : byte) >> 4;
}

/* Columns of a unit: those of a row that share the scale of the weights as well as that of the vector. */
static inline uint32_t s3lm_unit(const s3lm_tensor *w) {
    uint32_t input = S3LM_INPUT_GROUP(w->input), group = w->group ? w->group : w->row_bytes;
    return input != 0u && input < group ? input : group;
}

/* The scale of a row's source, where each source tensor has one. */
static inline float s3lm_source_scale(const s3lm_tensor *w, uint32_t row) {
    const float *scales = s3lm_scales(w);
    if (w->interleaved) {
        return scales[row & 1u];
    }
    if (row < w->first_rows) {
        return scales[0];
    }
    return scales[row - w->first_rows < (w->rows - w->first_rows) / 2u ? 1u : 2u];
}

#endif
