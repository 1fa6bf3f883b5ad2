/* The products of the kernel set of the ESP32-S3, and how its cores share the memory bus. */
#include "../../../engine/bytes.h"
#include "../../../engine/kernels.h"
#include "../board.h"
#include "products.h"

/* Columns of which the sums over the upper and over the lower bytes of 16-bit codes are floats as they are:
 * 1,024 * 127 * 128 < 2^24. */
#define MOST_SHORT 1024u
/* Sums that wait for their scales, on the stack: 1 KiB. */
#define MOST_SUMS 128u
/* Bytes of weights or cached keys and values of one turn: what a core takes from the 32 KiB data cache, which both
 * cores share and which forgets the oldest line first. */
#define TURN_BYTES 4096u
/* Bytes from which on waiting for the other core's fetch is worth it. */
#define LONG_BYTES 1024u

/* 1 while a core fetches a long run; the other one waits for its turn. Two cores that fetch at once wait twice as long,
 * then both compute, and the bus is idle; one after the other, each computes while the other fetches. */
static volatile uint32_t bus_taken;
/* What each core has fetched last: several heads or tokens that read it again need no turn. */
static struct {
    const void *begin;
    size_t bytes;
} fetched[2];
struct pie_fetched s3lm_pie_fetched[2];

SMALL void s3lm_pie_fetch(const void *begin, size_t bytes) {
    uint32_t core = core_number();
    if (!pie_is_cached(begin) || bytes == 0u || (fetched[core].begin == begin && fetched[core].bytes == bytes)) {
        return;
    }
    fetched[core].begin = begin;
    fetched[core].bytes = bytes;
    uintptr_t first = (uintptr_t)begin & ~(uintptr_t)(DATA_LINE - 1u), end = (uintptr_t)begin + bytes;
    const struct pie_fetched *there = &s3lm_pie_fetched[core];
    if (first >= there->begin && first < there->end) {
        if (end <= there->end) {
            return;
        }
        first = there->end & ~(uintptr_t)(DATA_LINE - 1u);
    }
    bool is_long = end - first >= LONG_BYTES;
    while (is_long && !take(&bus_taken)) {
    }
    s3lm_pie_touch((const void *)first, (uint32_t)((end - first + DATA_LINE - 1u) / DATA_LINE));
    if (is_long) {
        bus_taken = 0;
    }
}

/* The first of these loops over a row's chunks, then those that add to what the sums hold. */
static const pie_dots first_chunks[] = {s3lm_pie_dots_1, s3lm_pie_dots_2, s3lm_pie_dots_3,
                                        s3lm_pie_dots_4, s3lm_pie_dots_5, s3lm_pie_dots_6};
static const pie_dots more_chunks[] = {s3lm_pie_more_1, s3lm_pie_more_2, s3lm_pie_more_3,
                                       s3lm_pie_more_4, s3lm_pie_more_5, s3lm_pie_more_6};

/* sums[r] = w[r] . x over `n` columns, a multiple of 16; added to the sums that are there when `step` is more_chunks.
 */
__attribute__((noinline)) static void dots(const int8_t *w, const int8_t *x, uint32_t n, int64_t *sums, uint32_t rows,
                                           uint32_t stride, const pie_dots *step) {
    for (uint32_t chunks = n / PIE_CHUNK; chunks > 0u;) {
        uint32_t now = chunks < PIE_MOST_CHUNKS ? chunks : PIE_MOST_CHUNKS;
        if (chunks == PIE_MOST_CHUNKS + 1u) {
            now--; /* A last turn of one chunk would wait for its loads. */
        }
        step[now - 1u](w, x, sums, rows, stride);
        step = more_chunks;
        w += now * PIE_CHUNK;
        x += now * PIE_CHUNK;
        chunks -= now;
    }
}

void s3lm_pie_wide_dots(const int8_t *w, const int8_t *high, const int8_t *low, uint32_t n, int64_t *sums,
                        uint32_t rows, uint32_t stride) {
    dots(w, high, n, sums, rows, stride, first_chunks);
    uint32_t *words = (uint32_t *)(void *)sums;
    for (uint32_t r = 0; r < rows; r++) {
        /* times 256 */
        words[2u * r + 1u] = words[2u * r] >> 24;
        words[2u * r] <<= 8;
    }
    dots(w, low, n, sums, rows, stride, more_chunks);
}

SMALL uint32_t s3lm_pie_rows_per_turn(const void *begin, uint32_t row_bytes, uint32_t most) {
    uint32_t rows = pie_is_cached(begin) ? TURN_BYTES / row_bytes : most;
    rows = pie_least(rows, most) & ~3u;
    return rows ? rows : 1u;
}

/* Scales of the rows of a turn: the tensor's own, or copies of those of their sources. */
SMALL static const float *row_scales(const s3lm_tensor *w, uint32_t row, uint32_t rows, float copied[PIE_MOST_ROWS]) {
    if (w->encoding != S3LM_INT8_TENSOR) {
        return s3lm_scales(w) + row;
    }
    for (uint32_t r = 0; r < rows; r++) {
        copied[r] = s3lm_source_scale(w, row + r);
    }
    return copied;
}

/* Scales of units [first, first + count) of one row: of the row's groups, times those of the vector's. */
SMALL static void join_scales(const s3lm_tensor *w, const float *groups, const float *shared, uint32_t first,
                              uint32_t count, float *out) {
    uint32_t unit = s3lm_unit(w), input = S3LM_INPUT_GROUP(w->input);
    for (uint32_t u = first; u < first + count; u++) {
        *out++ = groups[u * unit / w->group] * shared[u * unit / input];
    }
}

/* One turn of matmul_units: `rows` rows of one token. */
typedef struct {
    const s3lm_tensor *w;
    const int8_t *weights;
    const int8_t *codes;
    const float *groups; /* scales of the rows' groups, NULL when rows have one */
    const float *shared; /* scales of the vector's groups, or of the vector */
    float *y;
    uint32_t rows, units, at_once;
} turn_of_units;

SMALL static void multiply_units(const turn_of_units *turn, int64_t *sums, float *joined) {
    const s3lm_tensor *w = turn->w;
    uint32_t stride = w->row_bytes, unit = s3lm_unit(w), input = S3LM_INPUT_GROUP(w->input), rows = turn->rows;
    for (uint32_t done = 0; done < turn->units; done += turn->at_once) {
        uint32_t now = pie_least(turn->at_once, turn->units - done);
        pie_groups job = {.sums = sums,
                          .sum_step = rows * (uint32_t)sizeof *sums,
                          .scales = turn->groups ? turn->groups + done : turn->shared + done,
                          .scale_step = turn->groups ? turn->units * (uint32_t)sizeof(float) : 0u,
                          .y = turn->y,
                          .rows = rows,
                          .groups = now,
                          .more = done != 0u};
        if (turn->groups && input != 0u) {
            uint32_t groups = s3lm_groups(w->cols, w->group);
            for (uint32_t r = 0; r < rows; r++) {
                join_scales(w, turn->groups + (size_t)r * groups, turn->shared, done, now, joined + r * now);
            }
            job.scales = joined;
            job.scale_step = now * (uint32_t)sizeof(float);
        }
        for (uint32_t u = 0; u < now; u++) {
            uint32_t at = (done + u) * unit, n = pie_least(unit, stride - at);
            int64_t *out = sums + (size_t)u * rows;
            if (w->input == S3LM_INPUT_INT16) {
                s3lm_pie_wide_dots(turn->weights + at, turn->codes + at, turn->codes + stride + at, n, out, rows,
                                   stride);
            } else {
                dots(turn->weights + at, turn->codes + at, n, out, rows, stride, first_chunks);
            }
        }
        s3lm_pie_scale_groups(&job);
    }
}

/* A scale for each group of columns, of the weights, of the vector or of both. */
SMALL void s3lm_pie_matmul_units(const s3lm_tensor *w, const s3lm_input *input, uint32_t tokens, uint32_t begin,
                                 uint32_t end, float *y, uint32_t y_stride) {
    const s3lm_activations *x = input->quantized;
    _Alignas(16) int64_t sums[MOST_SUMS];
    float joined[MOST_SUMS], copied[PIE_MOST_ROWS];
    uint32_t stride = w->row_bytes;
    uint32_t units = (stride + s3lm_unit(w) - 1u) / s3lm_unit(w);
    uint32_t groups = w->group ? s3lm_groups(w->cols, w->group) : 0u;
    uint32_t at_once = pie_least(units, MOST_SUMS);
    uint32_t turn = s3lm_pie_rows_per_turn(w->data, stride, pie_least(MOST_SUMS / at_once, PIE_MOST_ROWS));
    for (uint32_t row = begin; row < end; row += turn) {
        uint32_t rows = pie_least(turn, end - row);
        const int8_t *weights = (const int8_t *)w->data + (size_t)row * stride;
        const float *scales = groups ? s3lm_scales(w) + (size_t)row * groups : NULL;
        s3lm_pie_fetch(weights, (size_t)rows * stride);
        if (groups) {
            s3lm_pie_fetch(scales, (size_t)rows * groups * sizeof *scales);
        }
        for (uint32_t t = 0; t < tokens; t++) {
            turn_of_units job = {w,
                                 weights,
                                 x->codes + (size_t)t * x->stride,
                                 scales,
                                 x->scales + (size_t)t * x->scale_stride,
                                 y + (size_t)t * y_stride + row,
                                 rows,
                                 units,
                                 at_once};
            multiply_units(&job, sums, joined);
            if (!groups) {
                s3lm_pie_multiply(job.y, row_scales(w, row, rows, copied), job.y, rows);
            } else if (S3LM_INPUT_GROUP(w->input) == 0u) {
                s3lm_pie_scale(job.y, job.shared[0], job.y, rows);
            }
        }
    }
}

/* Exact sums of rows in groups with one vector, its lower bytes' behind those of the upper ones. */
typedef int64_t row_totals[2][PIE_MOST_ROWS];
_Static_assert(sizeof(int64_t[PIE_MOST_ROWS]) == 512u, "s3lm_pie_weigh_pairs finds the lower bytes' totals there");
_Static_assert(127ull * 128u * 255u * PIE_PAIRS_COLS <= INT32_MAX, "sums of so many columns with their numbers");

/* Groups of 32, 64, 128 ... columns. */
SMALL static void weigh_pairs(const s3lm_tensor *w, uint32_t row, uint32_t rows, const int8_t *codes,
                              row_totals totals) {
    uint32_t stride = w->row_bytes, groups = (stride + w->group - 1u) / w->group;
    pie_pairs job = {.w = (const int8_t *)w->data + (size_t)row * stride,
                     .numbers = s3lm_group_scales(w) + (size_t)row * groups,
                     .to_numbers = groups,
                     /* INT8 codes have no lower bytes: what is summed for them is not looked at. */
                     .low = w->input == S3LM_INPUT_INT16 ? stride : 0u,
                     .end = totals[0] + rows};
    while (PIE_PAIR_COLS << job.shift < w->group) {
        job.shift++;
    }
    for (uint32_t left = stride; left > 0u;) {
        uint32_t now = pie_least(left, PIE_PAIRS_COLS);
        job.to_row = stride - now;
        job.pairs = now / PIE_PAIR_COLS;
        job.odd = now % PIE_PAIR_COLS;
        s3lm_pie_weigh_pairs(&job, codes, totals[0]);
        left -= now;
        codes += now;
        job.w += now;
        job.numbers += now / w->group;
        job.more = 1;
    }
}

/* Groups of any other size. */
SMALL static void weigh(const s3lm_tensor *w, uint32_t row, uint32_t rows, const int8_t *codes, row_totals totals) {
    uint32_t stride = w->row_bytes, groups = (stride + w->group - 1u) / w->group;
    pie_weights job = {.w = (const int8_t *)w->data + (size_t)row * stride,
                       .numbers = s3lm_group_scales(w) + (size_t)row * groups,
                       .rows = rows,
                       .groups = groups,
                       .chunks = w->group / PIE_CHUNK,
                       .last_chunks = (stride - 1u) % w->group / PIE_CHUNK + 1u};
    s3lm_pie_weigh(&job, codes, totals[0]);
    if (w->input == S3LM_INPUT_INT16) {
        s3lm_pie_weigh(&job, codes + stride, totals[1]);
    }
}

/* Rows of which no sums wait, with codes of 16 bits: 64 columns, or not too many in groups of 32. A turn is all rows
 * unless these come through the cache. */
SMALL static void multiply_short(const s3lm_tensor *w, const s3lm_activations *x, uint32_t tokens, uint32_t begin,
                                 uint32_t end, float *y, uint32_t y_stride) {
    uint32_t stride = w->row_bytes, groups = (stride + PIE_PAIR_COLS - 1u) / PIE_PAIR_COLS;
    uint32_t turn = s3lm_pie_rows_per_turn(w->data, stride, end - begin + 3u);
    pie_weigh_rows job = {.pairs = stride / PIE_PAIR_COLS, .odd = stride / PIE_CHUNK % 2u, .low = stride};
    for (uint32_t row = begin; row < end; row += turn) {
        uint32_t rows = pie_least(turn, end - row);
        job.w = (const int8_t *)w->data + (size_t)row * stride;
        job.scales = s3lm_scales(w) + row;
        s3lm_pie_fetch(job.w, (size_t)rows * stride);
        if (w->group) {
            job.numbers = s3lm_group_scales(w) + (size_t)row * groups;
            s3lm_pie_fetch(job.numbers, (size_t)rows * groups);
        }
        for (uint32_t t = 0; t < tokens; t++) {
            const int8_t *codes = x->codes + (size_t)t * x->stride;
            job.y = y + (size_t)t * y_stride + row;
            job.end = job.y + rows;
            job.factor = x->scales[(size_t)t * x->scale_stride];
            if (w->group) {
                s3lm_pie_weigh_rows(&job, codes);
            } else {
                s3lm_pie_wide_4(job.w, codes, job.scales, rows, job.y, job.factor);
            }
        }
    }
}

/* One scale a row, beside which groups of columns may have whole numbers; one scale a vector. */
SMALL void s3lm_pie_matmul_rows(const s3lm_tensor *w, const s3lm_input *input, uint32_t tokens, uint32_t begin,
                                uint32_t end, float *y, uint32_t y_stride) {
    const s3lm_activations *x = input->quantized;
    _Alignas(16) row_totals totals;
    int64_t *sums = totals[0], *low = totals[1];
    float copied[PIE_MOST_ROWS];
    uint32_t stride = w->row_bytes;
    uint32_t turn = s3lm_pie_rows_per_turn(w->data, stride, PIE_MOST_ROWS);
    bool wide = w->input == S3LM_INPUT_INT16;
    bool paired = w->group >= PIE_PAIR_COLS && (w->group & (w->group - 1u)) == 0u;
    if (S3LM_INPUT_GROUP(w->input) != 0u) {
        s3lm_pie_matmul_units(w, input, tokens, begin, end, y, y_stride);
        return;
    }
    if (wide && w->encoding != S3LM_INT8_TENSOR &&
        (w->group ? w->group == PIE_PAIR_COLS && stride <= PIE_PAIRS_COLS : stride == PIE_WIDE_COLS)) {
        multiply_short(w, x, tokens, begin, end, y, y_stride);
        return;
    }
    for (uint32_t row = begin; row < end; row += turn) {
        uint32_t rows = pie_least(turn, end - row);
        const int8_t *weights = (const int8_t *)w->data + (size_t)row * stride;
        const float *scales = row_scales(w, row, rows, copied);
        s3lm_pie_fetch(weights, (size_t)rows * stride);
        if (w->group) {
            uint32_t groups = (stride + w->group - 1u) / w->group;
            s3lm_pie_fetch(s3lm_group_scales(w) + (size_t)row * groups, (size_t)rows * groups);
        }
        for (uint32_t t = 0; t < tokens; t++) {
            const int8_t *codes = x->codes + (size_t)t * x->stride;
            float factor = x->scales[(size_t)t * x->scale_stride];
            float *out = y + (size_t)t * y_stride + row;
            if (w->group) {
                (paired ? weigh_pairs : weigh)(w, row, rows, codes, totals);
                s3lm_pie_scale_parts(wide ? sums : NULL, scales, out, rows, factor, wide ? low : sums);
            } else if (wide && stride <= MOST_SHORT) {
                dots(weights, codes, stride, sums, rows, stride, first_chunks);
                dots(weights, codes + stride, stride, low, rows, stride, first_chunks);
                s3lm_pie_scale_wide_rows(sums, low, scales, out, rows, factor);
            } else if (wide) {
                s3lm_pie_wide_dots(weights, codes, codes + stride, stride, sums, rows, stride);
                s3lm_pie_scale_parts(NULL, scales, out, rows, factor, sums);
            } else {
                dots(weights, codes, stride, sums, rows, stride, first_chunks);
                s3lm_pie_scale_rows(sums, scales, out, rows, factor);
            }
        }
    }
}

SMALL void s3lm_pie_matmul_float32(const s3lm_tensor *w, const s3lm_input *input, uint32_t tokens, uint32_t begin,
                                   uint32_t end, float *y, uint32_t y_stride) {
    const float *x = input->values;
    uint32_t x_stride = input->stride;
    uint32_t stride = w->row_bytes;
    uint32_t turn = s3lm_pie_rows_per_turn(w->data, stride, PIE_MOST_ROWS);
    for (uint32_t row = begin; row < end; row += turn) {
        uint32_t rows = pie_least(turn, end - row);
        const float *weights = (const float *)w->data + (size_t)row * (stride / 4u);
        s3lm_pie_fetch(weights, (size_t)rows * stride);
        for (uint32_t t = 0; t < tokens; t++) {
            s3lm_pie_dots_f32(x + (size_t)t * x_stride, weights, stride, rows, y + (size_t)t * y_stride + row,
                              stride / 4u);
        }
    }
}
