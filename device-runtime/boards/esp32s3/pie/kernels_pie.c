/* The kernel set of the ESP32-S3: the loops of this folder's assembler, put together to the functions of
 * engine/kernels.h. Bit for bit what the scalar set computes. */
#include "../../../engine/bytes.h"
#include "../../../engine/kernels.h"
#include "../../../engine/numerics.h"
#include "../board.h"
#include "pie.h"

/* Sums that wait for their scales, on the stack: 1 KiB. */
#define MOST_SUMS 128u
/* Rows of one turn. */
#define MOST_ROWS 64u
/* Bytes of weights or cached keys and values of one turn: what a core takes from the 32 KiB data cache, which both
 * cores share and which forgets the oldest line first. */
#define TURN_BYTES 4096u
/* Bytes from which on waiting for the other core's fetch is worth it. */
#define LONG_BYTES 1024u

/* Data addresses of flash and PSRAM behind the cache. */
static bool is_cached(const void *at) { return (uintptr_t)at >= 0x3C000000u && (uintptr_t)at < 0x3E000000u; }

/* 1 while a core fetches a long run; the other one waits for its turn. Two cores that fetch at once wait twice as long,
 * then both compute, and the bus is idle; one after the other, each computes while the other fetches. */
static volatile uint32_t bus_taken;
/* What each core has fetched last: several heads or tokens that read it again need no turn. */
static struct {
    const void *begin;
    size_t bytes;
} fetched[2];

/* Fetches what the following loops read in the order of its addresses, as memory gives long runs faster. It is there
 * afterwards unless the cache has forgotten it; the loops are right either way. */
__attribute__((noinline)) static void fetch(const void *begin, size_t bytes) {
    uint32_t core = core_number();
    if (!is_cached(begin) || bytes == 0u || (fetched[core].begin == begin && fetched[core].bytes == bytes)) {
        return;
    }
    fetched[core].begin = begin;
    fetched[core].bytes = bytes;
    uintptr_t first = (uintptr_t)begin & ~(uintptr_t)(DATA_LINE - 1u);
    bool is_long = bytes >= LONG_BYTES;
    while (is_long && !take(&bus_taken)) {
    }
    s3lm_pie_touch((const void *)first, (uint32_t)(((uintptr_t)begin + bytes - first + DATA_LINE - 1u) / DATA_LINE));
    if (is_long) {
        bus_taken = 0;
    }
}

/* sums[r] = w[r] . x over `n` columns, a multiple of 16. */
__attribute__((noinline)) static void dots(const int8_t *w, const int8_t *x, uint32_t n, int64_t *sums, uint32_t rows,
                                           uint32_t stride) {
    static const pie_dots first[] = {s3lm_pie_dots_1, s3lm_pie_dots_2, s3lm_pie_dots_3,
                                     s3lm_pie_dots_4, s3lm_pie_dots_5, s3lm_pie_dots_6};
    static const pie_dots more[] = {s3lm_pie_more_1, s3lm_pie_more_2, s3lm_pie_more_3,
                                    s3lm_pie_more_4, s3lm_pie_more_5, s3lm_pie_more_6};
    const pie_dots *step = first;
    for (uint32_t chunks = n / PIE_CHUNK; chunks > 0u;) {
        uint32_t now = chunks < PIE_MOST_CHUNKS ? chunks : PIE_MOST_CHUNKS;
        if (chunks == PIE_MOST_CHUNKS + 1u) {
            now--; /* A last turn of one chunk would wait for its loads. */
        }
        step[now - 1u](w, x, sums, rows, stride);
        step = more;
        w += now * PIE_CHUNK;
        x += now * PIE_CHUNK;
        chunks -= now;
    }
}

static uint32_t least(uint32_t a, uint32_t b) { return a < b ? a : b; }

/* Rows of one turn, so that all tokens of a pass find them in the cache. */
__attribute__((noinline)) static uint32_t rows_per_turn(uint32_t row_bytes, uint32_t most) {
    uint32_t rows = TURN_BYTES / row_bytes;
    rows = least(rows, most) & ~3u;
    return rows ? rows : 1u;
}

/* One scale a row. */
static void matmul_rows(const s3lm_tensor *w, const s3lm_input *input, uint32_t tokens, uint32_t begin, uint32_t end,
                        float *y, uint32_t y_stride) {
    const s3lm_activations *x = input->quantized;
    _Alignas(16) int64_t sums[MOST_ROWS];
    float copied[MOST_ROWS];
    uint32_t stride = w->row_bytes;
    uint32_t turn = rows_per_turn(stride, MOST_ROWS);
    for (uint32_t row = begin; row < end; row += turn) {
        uint32_t rows = least(turn, end - row);
        const int8_t *weights = (const int8_t *)w->data + (size_t)row * stride;
        const float *scales = s3lm_scales(w) + row;
        fetch(weights, (size_t)rows * stride);
        if (w->encoding == S3LM_INT8_TENSOR) {
            for (uint32_t r = 0; r < rows; r++) {
                copied[r] = s3lm_source_scale(w, row + r);
            }
            scales = copied;
        }
        for (uint32_t t = 0; t < tokens; t++) {
            dots(weights, x->codes + (size_t)t * x->stride, stride, sums, rows, stride);
            s3lm_pie_scale_rows(sums, scales, y + (size_t)t * y_stride + row, rows, x->scales[t]);
        }
    }
}

/* One scale a group of columns. */
static void matmul_groups(const s3lm_tensor *w, const s3lm_input *input, uint32_t tokens, uint32_t begin, uint32_t end,
                          float *y, uint32_t y_stride) {
    const s3lm_activations *x = input->quantized;
    _Alignas(16) int64_t sums[MOST_SUMS];
    uint32_t stride = w->row_bytes;
    uint32_t groups = s3lm_groups(w->cols, w->group);
    uint32_t at_once = least(groups, MOST_SUMS);
    uint32_t turn = rows_per_turn(stride, MOST_SUMS / at_once);
    for (uint32_t row = begin; row < end; row += turn) {
        uint32_t rows = least(turn, end - row);
        const int8_t *weights = (const int8_t *)w->data + (size_t)row * stride;
        const float *scales = s3lm_scales(w) + (size_t)row * groups;
        fetch(weights, (size_t)rows * stride);
        fetch(scales, (size_t)rows * groups * sizeof *scales);
        for (uint32_t t = 0; t < tokens; t++) {
            float *out = y + (size_t)t * y_stride + row;
            const int8_t *codes = x->codes + (size_t)t * x->stride;
            for (uint32_t done = 0; done < groups; done += at_once) {
                uint32_t now = least(at_once, groups - done);
                for (uint32_t g = 0; g < now; g++) {
                    uint32_t at = (done + g) * w->group;
                    dots(weights + at, codes + at, least(w->group, stride - at), sums + (size_t)g * rows, rows, stride);
                }
                pie_groups job = {.sums = sums,
                                  .sum_step = rows * (uint32_t)sizeof *sums,
                                  .scales = scales + done,
                                  .scale_step = groups * (uint32_t)sizeof *scales,
                                  .y = out,
                                  .rows = rows,
                                  .groups = now,
                                  .more = done != 0u};
                s3lm_pie_scale_groups(&job);
            }
            s3lm_pie_scale(out, x->scales[t], out, rows);
        }
    }
}

static void matmul_float32(const s3lm_tensor *w, const s3lm_input *input, uint32_t tokens, uint32_t begin, uint32_t end,
                           float *y, uint32_t y_stride) {
    const float *x = input->values;
    uint32_t x_stride = input->stride;
    uint32_t stride = w->row_bytes;
    uint32_t turn = rows_per_turn(stride, MOST_ROWS);
    for (uint32_t row = begin; row < end; row += turn) {
        uint32_t rows = least(turn, end - row);
        const float *weights = (const float *)w->data + (size_t)row * (stride / 4u);
        fetch(weights, (size_t)rows * stride);
        for (uint32_t t = 0; t < tokens; t++) {
            s3lm_pie_dots_f32(x + (size_t)t * x_stride, weights, stride, rows, y + (size_t)t * y_stride + row,
                              stride / 4u);
        }
    }
}

static float dot_f32(const float *a, const float *b, uint32_t n) {
    float sum = 0.0f;
    if (n > 0u) {
        s3lm_pie_dots_f32(a, b, 0, 1, &sum, n);
    }
    return sum;
}

static uint32_t abs_max(const float *x, uint32_t n) { return s3lm_pie_abs_max(x, 0, 0, n); }

static float sum_squares(const float *x, uint32_t n) { return s3lm_pie_sum_squares(x, 0, 0, n); }

static void quantize8(const float *x, uint32_t n, float inverse, int8_t *codes, int16_t *wide, uint32_t padded) {
    s3lm_pie_codes8(x, inverse, codes, n);
    for (uint32_t i = n; i < padded; i++) {
        codes[i] = 0;
    }
    for (uint32_t i = 0; wide && i < padded; i++) {
        wide[i] = codes[i];
    }
}

static void quantize16(const float *x, uint32_t n, float inverse, int16_t *codes, uint32_t padded) {
    s3lm_pie_codes16(x, inverse, codes, n);
    for (uint32_t i = n; i < padded; i++) {
        codes[i] = 0;
    }
}

/* The query in two halves of int8, q = 128 * high + low, so that its products are those of int8 codes. */
static void scores_i8(const int16_t *query, const int8_t *keys, uint32_t stride, uint32_t count,
                      const float *key_scales, float query_scale, float *scores) {
    _Alignas(16) int8_t high[S3LM_MAX_HEAD_DIM], low[S3LM_MAX_HEAD_DIM];
    _Alignas(16) int64_t sums[2][MOST_ROWS];
    for (uint32_t d = 0; d < stride; d++) {
        high[d] = (int8_t)(query[d] >> 7);
        low[d] = (int8_t)(query[d] & 127);
    }
    uint32_t turn = rows_per_turn(stride, MOST_ROWS);
    for (uint32_t t = 0; t < count; t += turn) {
        uint32_t rows = least(turn, count - t);
        const int8_t *at = keys + (size_t)t * stride;
        fetch(at, (size_t)rows * stride);
        dots(at, high, stride, sums[0], rows, stride);
        dots(at, low, stride, sums[1], rows, stride);
        for (uint32_t r = 0; r < rows; r++) {
            sums[0][r] = (int64_t)(uint32_t)(((uint32_t)sums[0][r] << 7) + (uint32_t)sums[1][r]);
        }
        s3lm_pie_scale_rows(sums[0], key_scales + t, scores + t, rows, query_scale);
    }
}

/* The low 32 bits of four accumulators of five bytes each. */
static void add_lanes(int32_t *out, uint32_t step, const uint32_t *words) {
    out[0] += (int32_t)words[0];
    out[step] += (int32_t)((words[1] >> 8) | (words[2] << 24));
    out[2u * step] += (int32_t)((words[2] >> 16) | (words[3] << 16));
    out[3u * step] += (int32_t)((words[3] >> 24) | (words[4] << 8));
}

/* The same of accumulators that hold 256 times the sum. */
static void add_lanes_by_256(int32_t *out, uint32_t step, const uint32_t *words) {
    out[0] += (int32_t)((words[0] >> 8) | (words[1] << 24));
    out[step] += (int32_t)((words[1] >> 16) | (words[2] << 16));
    out[2u * step] += (int32_t)((words[2] >> 24) | (words[3] << 8));
    out[3u * step] += (int32_t)words[4];
}

static void mix_i8(const int16_t *weights, const int8_t *values, uint32_t stride, uint32_t count, int32_t *out) {
    _Alignas(16) uint32_t lanes[32];
    for (uint32_t d = 0; d < stride; d++) {
        out[d] = 0;
    }
    uint32_t turn = rows_per_turn(stride, S3LM_MIX_TOKENS);
    for (uint32_t t = 0; t < count; t += turn) {
        uint32_t rows = least(turn, count - t);
        const int8_t *at = values + (size_t)t * stride;
        fetch(at, (size_t)rows * stride);
        for (uint32_t d = 0; d < stride; d += 16u) {
            s3lm_pie_mix(weights + t, at + d, stride, rows, lanes);
            add_lanes(out + d + 1u, 2, lanes);
            add_lanes(out + d + 9u, 2, lanes + 8);
            add_lanes_by_256(out + d, 2, lanes + 16);
            add_lanes_by_256(out + d + 8u, 2, lanes + 24);
        }
    }
}

static void scores_f32(const float *query, const float *keys, uint32_t stride, uint32_t count, float *scores) {
    uint32_t turn = rows_per_turn(stride * 4u, S3LM_MAX_CONTEXT);
    for (uint32_t t = 0; t < count; t += turn) {
        uint32_t rows = least(turn, count - t);
        const float *at = keys + (size_t)t * stride;
        fetch(at, (size_t)rows * stride * 4u);
        if (stride == 8u) {
            s3lm_pie_dots8_f32(query, at, rows, scores + t);
        } else {
            s3lm_pie_dots_f32(query, at, stride * 4u, rows, scores + t, stride);
        }
    }
}

static void mix_f32(const float *weights, const float *values, uint32_t stride, uint32_t count, float *out, bool more) {
    uint32_t turn = rows_per_turn(stride * 4u, S3LM_MAX_CONTEXT);
    for (uint32_t t = 0; t < count; t += turn) {
        uint32_t rows = least(turn, count - t);
        const float *at = values + (size_t)t * stride;
        bool add = more || t > 0u;
        fetch(at, (size_t)rows * stride * 4u);
        for (uint32_t d = 0; d < stride;) {
            if (stride - d >= 8u) {
                s3lm_pie_mix8_f32(weights + t, at + d, stride * 4u, rows, out + d, add);
                d += 8u;
            } else {
                s3lm_pie_mix4_f32(weights + t, at + d, stride * 4u, rows, out + d, add);
                d += 4u;
            }
        }
    }
}

static float exponentiate(float *scores, uint32_t count) {
    float largest = s3lm_pie_maximum(scores, count);
    s3lm_pie_exponentials(scores, (count + 3u) / 4u, largest);
    return s3lm_pie_sum(scores, count);
}

static void gate_silu(const float *gates, const float *ups, uint32_t step, uint32_t n, float *out) {
    uint32_t fours = n / 4u;
    if (fours > 0u) {
        s3lm_pie_gate(gates, ups, step * 4u, fours, out);
    }
    float last[2][4] = {{0}};
    for (uint32_t i = fours * 4u; i < n; i++) {
        last[0][i % 4u] = gates[(size_t)i * step];
        last[1][i % 4u] = ups[(size_t)i * step];
    }
    if (n % 4u != 0u) {
        s3lm_pie_gate(last[0], last[1], 4, 1, last[0]);
    }
    for (uint32_t i = fours * 4u; i < n; i++) {
        out[i] = last[0][i % 4u];
    }
}

static void scale(float *x, float factor, uint32_t n) { s3lm_pie_scale(x, factor, x, n); }

static void multiply(float *x, const float *factors, uint32_t n) { s3lm_pie_multiply(x, factors, x, n); }

static void add(float *x, const float *terms, uint32_t n) { s3lm_pie_add(x, terms, x, n); }

static void norm(const float *x, float factor, const float *gain, float *y, uint32_t n) {
    if (gain) {
        s3lm_pie_norm(x, gain, y, n, factor);
    } else {
        s3lm_pie_scale(x, factor, y, n);
    }
}

const s3lm_kernels s3lm_kernels_pie = {
    .name = "pie",
    .wide = false,
    .abs_max = abs_max,
    .quantize8 = quantize8,
    .quantize16 = quantize16,
    .sum_squares = sum_squares,
    .dot_f32 = dot_f32,
    .matmul = S3LM_BY_ENCODING(matmul_float32, matmul_rows, matmul_rows, matmul_groups),
    .scores_i8 = scores_i8,
    .mix_i8 = mix_i8,
    .scores_f32 = scores_f32,
    .mix_f32 = mix_f32,
    .exponentiate = exponentiate,
    .gate = S3LM_BY_FUNCTION(gate_silu),
    .scale = scale,
    .multiply = multiply,
    .add = add,
    .norm = norm,
    .maximum = s3lm_pie_maximum,
};

const s3lm_kernels *s3lm_kernels_best(void) { return &s3lm_kernels_pie; }
