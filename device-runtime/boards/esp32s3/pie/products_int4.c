/* Products of INT4 codes in groups. Each 32 columns of a row (16 where groups have so many) give a sum of products, up
 * to 16 of them at a time, which then meet the scales of their groups; sums of the vector's codes, which all rows
 * share, meet the offsets. Vectors of 16 bits go through twice, with their upper and with their lower bytes. */
#include "../../../engine/kernels.h"
#include "products.h"

/* Sums of a row at a time: as many bytes of scales as a vector register holds. */
#define MOST_SUMS 16u
/* Rows of one turn, a multiple of 2: 1 KiB of sums and 512 bytes of totals on the stack. */
#define MOST_ROWS 32u
/* Bytes of a row of which a total stays inside 32 bits. */
#define MOST_SHORT 2720u
_Static_assert(2u * MOST_SHORT * S3LM_MOST_INT4_WEIGHT * 128u <= INT32_MAX, "totals of short rows");

/* Columns of a sum, in vector registers: 16 bits hold it. */
static uint32_t chunks_of_sum(uint32_t group) { return group == 16u ? 1u : 2u; }

void s3lm_pie_sum_groups(const int8_t *codes, s3lm_input_kind input, uint32_t padded, uint32_t group, int32_t *sums) {
    uint32_t chunks = chunks_of_sum(group), count = padded / PIE_CHUNK / chunks;
    int16_t *out = s3lm_pie_sum_codes(codes, (int16_t *)(void *)sums, count, chunks);
    if (input == S3LM_INPUT_INT16) {
        s3lm_pie_sum_codes(codes + padded, out, count, chunks);
    }
}

/* Some rows, and what is computed for one token. */
typedef struct {
    pie_nibbles weigh;
    const s3lm_tensor *w;
    const int8_t *codes;
    const uint8_t *scales;
    uint32_t bytes;  /* of a row at a time: MOST_SUMS sums */
    uint32_t groups; /* that have as many sums */
    uint32_t last;   /* place of a row's last group among them */
    uint32_t less;   /* PIE_LESS where sums are less 1 */
    void (*weigher)(const pie_nibbles *job);
    bool is_clear; /* whether what stands behind a row's last sums is what it must be */
    _Alignas(16) int16_t sums[MOST_ROWS * MOST_SUMS];
    int64_t totals[2][MOST_ROWS];
} turn_of_nibbles;

/* Exact sums of the rows with one vector of bytes, of which the sums are at weigh.x_sums, into weigh.totals. */
SMALL static void multiply(turn_of_nibbles *turn, const int8_t *x) {
    pie_nibbles *weigh = &turn->weigh;
    const int8_t *codes = turn->codes;
    weigh->scales = turn->scales;
    weigh->last = turn->groups - 1u;
    weigh->more = 0;
    for (uint32_t left = turn->w->row_bytes, now = turn->bytes; left > 0u; left -= now) {
        if (left <= now) {
            now = left;
            weigh->last = turn->last;
            if (weigh->more || !turn->is_clear) {
                s3lm_pie_clear_nibbles(turn->sums, weigh->rows, turn->less);
                turn->is_clear = true;
            }
        }
        (turn->w->group == 16u ? s3lm_pie_nibbles_16 : s3lm_pie_nibbles_32)(
            codes, x, turn->sums, weigh->rows, turn->w->row_bytes, now / PIE_CHUNK | turn->less);
        turn->weigher(weigh);
        codes += now;
        x += 2u * now;
        weigh->x_sums += MOST_SUMS;
        weigh->scales += turn->groups;
        weigh->more = 1;
    }
}

/* The rows with one token. */
SMALL static void multiply_token(turn_of_nibbles *turn, const s3lm_activations *x, uint32_t token, const float *scales,
                                 float *y) {
    uint32_t rows = turn->weigh.rows;
    const int8_t *codes = x->codes + (size_t)token * x->stride;
    float factor = x->scales[(size_t)token * x->scale_stride];
    turn->weigh.x_sums = (const int16_t *)(const void *)(x->sums + (size_t)token * x->sum_stride);
    turn->weigh.totals = turn->totals[0];
    multiply(turn, codes);
    if (turn->w->input == S3LM_INPUT_INT16) {
        turn->weigh.totals = turn->totals[1];
        multiply(turn, codes + 2u * turn->w->row_bytes);
        s3lm_pie_scale_parts(turn->totals[0], scales, y, rows, factor, turn->totals[1]);
    } else if (turn->w->row_bytes > MOST_SHORT) {
        s3lm_pie_scale_parts(NULL, scales, y, rows, factor, turn->totals[0]);
    } else {
        s3lm_pie_scale_rows(turn->totals[0], scales, y, rows, factor);
    }
}

SMALL void s3lm_pie_matmul_int4(const s3lm_tensor *w, const s3lm_input *input, uint32_t tokens, uint32_t begin,
                                uint32_t end, float *y, uint32_t y_stride) {
    turn_of_nibbles turn;
    bool is_cached = pie_is_cached(w->data);
    /* Half as many bytes a turn as INT8 has: each takes longer to multiply, and nothing is fetched during a last turn.
     */
    uint32_t most = s3lm_pie_rows_per_turn(w->data, 2u * w->row_bytes, MOST_ROWS);
    uint32_t groups = (w->cols - 1u) / w->group + 1u;
    turn.w = w;
    turn.is_clear = false;
    turn.bytes = MOST_SUMS / 2u * PIE_CHUNK * chunks_of_sum(w->group);
    turn.groups = 2u * turn.bytes / w->group;
    turn.last = (groups - 1u) % turn.groups;
    turn.less = PIE_LESS;
    turn.weigher = w->group == 64u ? s3lm_pie_weigh_nibbles_64 : s3lm_pie_weigh_nibbles;
    if (w->input == S3LM_INPUT_INT8 && w->group != 64u && w->row_bytes <= turn.bytes) {
        turn.less = 0;
        turn.weigher = s3lm_pie_weigh_nibbles_whole;
    }
    turn.weigh.sums = turn.sums;
    turn.weigh.groups = groups;
    turn.weigh.to_offsets = (uint32_t)((uintptr_t)s3lm_group_offsets(w) - (uintptr_t)s3lm_group_scales(w));
    turn.weigh.zero = 0;
    for (uint32_t row = begin; row < end; row += most) {
        uint32_t rows = pie_least(most, end - row);
        turn.weigh.rows = rows;
        turn.codes = (const int8_t *)w->data + (size_t)row * w->row_bytes;
        turn.scales = s3lm_group_scales(w) + (size_t)row * groups;
        if (is_cached) {
            s3lm_pie_fetch(turn.codes, (size_t)rows * w->row_bytes);
            s3lm_pie_fetch(turn.scales, (size_t)rows * groups);
            s3lm_pie_fetch(turn.scales + turn.weigh.to_offsets, (size_t)rows * groups);
        }
        for (uint32_t t = 0; t < tokens; t++) {
            multiply_token(&turn, input->quantized, t, s3lm_scales(w) + row, y + (size_t)t * y_stride + row);
        }
    }
}
