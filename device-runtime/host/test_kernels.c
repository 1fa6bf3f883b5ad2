/* The vector kernels against the scalar ones, bit for bit, on random data of every awkward size. */
#include "../engine/kernels.h"
#include "testing.h"

#define MOST_COLS 2700u
#define MOST_ROWS 40u
/* So many codes, aligned as kernels want them. */
#define CODES ((MOST_COLS + 15u) / 16u * 16u)
#define MOST_TOKENS 5u
/* Of a token's groups, with some room. */
#define MOST_SUMS (MOST_COLS / 16u + 32u)

/* 1 of so many rounds, for processors that are emulated. */
#ifndef SHARE
#define SHARE 1u
#endif

static uint64_t seed = 1;
static const s3lm_kernels *scalar, *fast;

static uint32_t round_up(uint32_t x, uint32_t step) { return (x + step - 1u) / step * step; }

static int8_t code(void) { return (int8_t)((int32_t)random_below(&seed, 255) - 127); }

/* Every so often the largest codes, so that sums reach their limits. */
static void fill_codes(int8_t *codes, uint32_t rows, uint32_t cols, uint32_t stride) {
    bool extreme = random_below(&seed, 4) == 0;
    for (uint32_t row = 0; row < rows; row++) {
        for (uint32_t i = 0; i < stride; i++) {
            int8_t c = extreme ? (random_below(&seed, 2) ? 127 : -127) : code();
            codes[(size_t)row * stride + i] = i < cols ? c : 0;
        }
    }
}

static void same_floats(const float *a, const float *b, size_t count, const char *what) {
    for (size_t i = 0; i < count; i++) {
        CHECK(memcmp(a + i, b + i, sizeof *a) == 0, "%s: element %zu is %a, scalar %a", what, i, (double)b[i],
              (double)a[i]);
    }
}

#include "testing_elements.h"

/* Code of an element of the first token. */
static int32_t code_of(const s3lm_activations *x, s3lm_input_kind input, uint32_t i) {
    return input == S3LM_INPUT_INT16 ? ((const int16_t *)(const void *)x->codes)[i] : x->codes[i];
}

/* A sum as the format says it: exact, then the nearest float. */
static float exact(const int8_t *w, const s3lm_activations *x, s3lm_input_kind input, uint32_t at, uint32_t n) {
    int64_t sum = 0;
    for (uint32_t i = at; i < at + n; i++) {
        sum += (int64_t)w[i] * code_of(x, input, i);
    }
    return (float)sum; /* rounds to nearest, as all float arithmetic here */
}

/* A row of INT4 as the format says it: nibbles of blocks of 32 columns, each a weight by its group's scale and offset.
 */
static int64_t exact_int4(const s3lm_tensor *w, const s3lm_activations *x, uint32_t row) {
    const uint8_t *bytes = (const uint8_t *)w->data + (size_t)row * w->row_bytes;
    int64_t total = 0;
    for (uint32_t col = 0; col < w->cols; col++) {
        uint32_t byte = bytes[16u * (col / 32u) + col % 16u], nibble = col % 32u < 16u ? byte & 15u : byte >> 4;
        size_t group = (size_t)row * s3lm_groups(w->cols, w->group) + col / w->group;
        int64_t weight = s3lm_group_scales(w)[group] * ((int32_t)nibble - (nibble > 7u ? 16 : 0));
        total += (weight + 8 * s3lm_group_offsets(w)[group]) * code_of(x, w->input, col);
    }
    return total;
}

/* y of one row and the first token. */
static float product_of(const s3lm_tensor *w, const s3lm_activations *x, uint32_t row) {
    const int8_t *codes = (const int8_t *)w->data + (size_t)row * w->row_bytes;
    uint32_t shared = S3LM_INPUT_GROUP(w->input), unit = s3lm_unit(w);
    const float *scales = s3lm_scales(w);
    const uint8_t *numbers =
        w->encoding == S3LM_INT8_GROUP_U8 ? s3lm_group_scales(w) + (size_t)row * s3lm_groups(w->cols, w->group) : NULL;
    float y = 0.0f;
    if (w->encoding == S3LM_INT4_GROUP) {
        return ((float)exact_int4(w, x, row) * scales[row]) * x->scales[0];
    }
    if (numbers) {
        int64_t total = 0;
        for (uint32_t i = 0; i < w->row_bytes; i++) {
            total += (int64_t)codes[i] * code_of(x, w->input, i) * numbers[i / w->group];
        }
        return ((float)total * scales[row]) * x->scales[0];
    }
    for (uint32_t at = 0; at < w->row_bytes; at += unit) {
        float part = exact(codes, x, w->input, at, w->row_bytes - at < unit ? w->row_bytes - at : unit);
        float factor = w->group ? scales[(size_t)row * s3lm_groups(w->cols, w->group) + at / w->group] : 1.0f;
        part *= shared ? factor * x->scales[at / shared] : factor;
        y = at == 0u ? part : y + part;
    }
    y *= w->encoding == S3LM_INT8_GROUP    ? 1.0f
         : w->encoding == S3LM_INT8_TENSOR ? s3lm_source_scale(w, row)
                                           : scales[row];
    return shared ? y : y * x->scales[0];
}

/* Bytes of nibbles, with zeros behind `cols`. */
static void fill_nibbles(int8_t *data, uint32_t rows, uint32_t cols) {
    bool extreme = random_below(&seed, 4) == 0;
    for (uint32_t row = 0; row < rows; row++) {
        for (uint32_t i = 0; i < round_up(cols, 32); i++, data += i % 32u == 0u ? 16 : 0) {
            uint32_t nibble = i >= cols ? 0u : extreme ? 8u - random_below(&seed, 2) : random_below(&seed, 16);
            data[i % 16u] = (int8_t)(i % 32u < 16u ? nibble : ((uint8_t)data[i % 16u] | nibble << 4));
        }
    }
}

/* A random matrix of codes over `data` and `tables`, and codes to multiply it with. */
static s3lm_tensor random_matrix(int8_t *data, float *scales, uint8_t *numbers, int8_t *offsets, uint32_t tokens,
                                 s3lm_activations *x) {
    uint32_t cols = 1u + random_below(&seed, random_below(&seed, 4) == 0 ? MOST_COLS - 16u : 400u);
    uint32_t rows = 1u + random_below(&seed, MOST_ROWS);
    s3lm_tensor w = {.data = data,
                     .tables = {scales, numbers, offsets},
                     .rows = rows,
                     .cols = cols,
                     .row_bytes = round_up(cols, 16)};
    w.encoding = (s3lm_encoding)(S3LM_INT8_TENSOR + random_below(&seed, 5));
    w.input = (s3lm_input_kind)random_below(&seed, S3LM_INPUT_KINDS);
    bool int4 = w.encoding == S3LM_INT4_GROUP;
    if ((w.encoding == S3LM_INT8_GROUP_U8 || int4) && S3LM_INPUT_GROUP(w.input)) {
        w.input = S3LM_INPUT_INT16;
    }
    uint32_t step = S3LM_INPUT_GROUP(w.input) && random_below(&seed, 2) ? S3LM_INPUT_GROUP(w.input) : 16u;
    w.group = w.encoding >= S3LM_INT8_GROUP
                  ? step * (step == 16u ? 1u << random_below(&seed, 2) : 1u + random_below(&seed, 5))
                  : 0u;
    w.interleaved = random_below(&seed, 2) == 0;
    w.first_rows = rows / 3u;
    x->stride = 2u * round_up(cols, 32) + 32u * random_below(&seed, 2);
    x->wide_stride = x->stride;
    x->scale_stride = s3lm_groups(cols, 32) + random_below(&seed, 2);
    x->sum_stride = round_up(s3lm_groups(cols, 16), 16) + 16u * random_below(&seed, 2);
    if (int4) {
        w.group = 16u << random_below(&seed, 3);
        w.row_bytes = round_up(cols, 32) / 2u;
        fill_nibbles(data, rows, cols);
    } else {
        fill_codes(data, rows, cols, w.row_bytes);
    }
    fill_codes(x->codes, tokens, cols, x->stride);
    for (uint32_t i = 0; i < tokens * x->stride; i++) {
        x->wide[i] = x->codes[i];
    }
    bool extreme = random_below(&seed, 4) == 0;
    for (uint32_t t = 0; w.input == S3LM_INPUT_INT16 && t < tokens; t++) {
        int16_t *codes = (int16_t *)(void *)(x->codes + (size_t)t * x->stride);
        for (uint32_t i = 0; i < s3lm_padded_cols(&w); i++) {
            int32_t code =
                extreme ? S3LM_MOST_INT16 : (int32_t)random_below(&seed, 2 * S3LM_MOST_INT16 + 1) - S3LM_MOST_INT16;
            codes[i] = (int16_t)(i < cols ? code : 0);
        }
    }
    for (uint32_t i = 0; i < MOST_ROWS * (MOST_COLS / 16u); i++) {
        scales[i] = random_float(&seed) + 1.0f;
    }
    bool most = random_below(&seed, 4) == 0;
    for (uint32_t i = 0; i < MOST_ROWS * (MOST_COLS / 16u); i++) {
        numbers[i] = most ? 255u : (uint8_t)random_below(&seed, 256);
        offsets[i] = most ? -127 : code();
    }
    for (uint32_t t = 0; int4 && t < tokens; t++) {
        scalar->sum_groups(x->codes + (size_t)t * x->stride, w.input, s3lm_padded_cols(&w), w.group,
                           x->sums + (size_t)t * x->sum_stride);
    }
    for (uint32_t i = 0; i < tokens * x->scale_stride; i++) {
        x->scales[i] = random_float(&seed) + 1.0f;
    }
    return w;
}

/* The same codes and their sums as a set's products want them, in memory of `own`. */
static void as_wanted_by(const s3lm_kernels *kernels, const s3lm_tensor *w, uint32_t tokens, const s3lm_activations *x,
                         s3lm_activations *own) {
    static float values[MOST_COLS];
    uint32_t padded = s3lm_padded_cols(w);
    int8_t *codes = own->codes;
    int32_t *sums = own->sums;
    *own = *x;
    own->codes = codes;
    own->sums = sums;
    for (uint32_t t = 0; t < tokens; t++) {
        const int8_t *from = x->codes + (size_t)t * x->stride;
        int8_t *to = codes + (size_t)t * x->stride;
        if (w->input == S3LM_INPUT_INT16) {
            for (uint32_t i = 0; i < w->cols; i++) {
                values[i] = ((const int16_t *)(const void *)from)[i];
            }
            kernels->quantize_int16(values, w->cols, 1.0f, to, padded);
        } else {
            memcpy(to, from, x->stride);
        }
        if (w->encoding == S3LM_INT4_GROUP && kernels->sum_groups) {
            kernels->sum_groups(to, w->input, padded, w->group, sums + (size_t)t * x->sum_stride);
        }
    }
}

static void products_of_codes_are_equal(void) {
    int8_t *data = host_allocate((size_t)MOST_ROWS * MOST_COLS);
    float *scales = host_allocate((size_t)MOST_ROWS * (MOST_COLS / 16u) * 4u);
    uint8_t *numbers = host_allocate((size_t)MOST_ROWS * (MOST_COLS / 16u));
    int8_t *offsets = host_allocate((size_t)MOST_ROWS * (MOST_COLS / 16u));
    uint32_t most = MOST_TOKENS * (2u * MOST_COLS + 96u);
    s3lm_activations x = {.codes = host_allocate(most),
                          .wide = host_allocate(2u * most),
                          .scales = host_allocate(MOST_TOKENS * (MOST_COLS / 32u + 2u) * 4u),
                          .sums = host_allocate(MOST_TOKENS * MOST_SUMS * 4u)};
    s3lm_activations own = {.codes = host_allocate(most), .sums = host_allocate(MOST_TOKENS * MOST_SUMS * 4u)};
    for (uint32_t round = 0; round < 1200u / SHARE; round++) {
        uint32_t tokens = 1u + random_below(&seed, MOST_TOKENS);
        s3lm_tensor w = random_matrix(data, scales, numbers, offsets, tokens, &x);
        static float expected[MOST_TOKENS * MOST_ROWS], actual[MOST_TOKENS * MOST_ROWS];
        memset(expected, 0, sizeof expected);
        memset(actual, 0, sizeof actual);
        uint32_t begin = random_below(&seed, w.rows);
        uint32_t end = begin + 1u + random_below(&seed, w.rows - begin);
        s3lm_input input = {.quantized = &x}, own_input = {.quantized = &own};
        as_wanted_by(fast, &w, tokens, &x, &own);
        scalar->matmul[w.encoding](&w, &input, tokens, begin, end, expected, MOST_ROWS);
        fast->matmul[w.encoding](&w, &own_input, tokens, begin, end, actual, MOST_ROWS);
        same_floats(expected, actual, MOST_TOKENS * MOST_ROWS, "product of codes");
        for (uint32_t row = begin; row < end; row++) {
            float right = product_of(&w, &x, row);
            CHECK(expected[row] == right, "row %u of the scalar product, input %u: %a instead of %a", row, w.input,
                  (double)expected[row], (double)right);
        }
    }
    free(data);
    free(scales);
    free(numbers);
    free(offsets);
    free(x.codes);
    free(x.wide);
    free(x.scales);
    free(x.sums);
    free(own.codes);
    free(own.sums);
}

/* Sums around the limits of both ways to round, and halves between two floats from either side. */
static void long_sums_are_rounded_to_the_nearest(void) {
    for (uint32_t round = 0; round < 100000u / SHARE; round++) {
        int64_t sum = (int64_t)1 << random_below(&seed, 47);
        sum +=
            (int64_t)random_below(&seed, 5) - 2 + ((int64_t)random_below(&seed, 1u << 24) << random_below(&seed, 23));
        sum = random_below(&seed, 2) ? sum : -sum;
        CHECK(s3lm_nearest_long(sum) == (float)sum, "%lld: %a", (long long)sum, (double)s3lm_nearest_long(sum));
    }
}

static void f32_products_are_equal(void) {
    float *data = host_allocate((size_t)MOST_ROWS * MOST_COLS * 4u);
    float *x = host_allocate((size_t)MOST_TOKENS * MOST_COLS * 4u);
    for (uint32_t round = 0; round < 200u / SHARE; round++) {
        uint32_t cols = 1u + random_below(&seed, MOST_COLS - 4u);
        uint32_t rows = 1u + random_below(&seed, MOST_ROWS);
        uint32_t stride = round_up(cols, 4);
        s3lm_tensor w = {.data = data, .rows = rows, .cols = cols, .row_bytes = 4u * stride};
        for (uint32_t i = 0; i < rows * stride; i++) {
            data[i] = i % stride < cols ? random_float(&seed) : 0.0f;
        }
        for (uint32_t i = 0; i < MOST_TOKENS * stride; i++) {
            x[i] = i % stride < cols ? random_float(&seed) : 0.0f;
        }
        static float expected[MOST_TOKENS * MOST_ROWS], actual[MOST_TOKENS * MOST_ROWS];
        memset(expected, 0, sizeof expected);
        memset(actual, 0, sizeof actual);
        s3lm_input input = {.values = x, .stride = stride};
        scalar->matmul[S3LM_FLOAT32](&w, &input, MOST_TOKENS, 0, rows, expected, MOST_ROWS);
        fast->matmul[S3LM_FLOAT32](&w, &input, MOST_TOKENS, 0, rows, actual, MOST_ROWS);
        same_floats(expected, actual, MOST_TOKENS * MOST_ROWS, "f32 product");
        float a = scalar->dot_f32(data, x, stride), b = fast->dot_f32(data, x, stride);
        same_floats(&a, &b, 1, "dot product");
        a = scalar->sum_squares(data, cols), b = fast->sum_squares(data, cols);
        same_floats(&a, &b, 1, "sum of squares");
    }
    free(data);
    free(x);
}

/* Whether these are the codes' upper bytes and then their lower ones, both signed. */
static bool are_parts(const int16_t *codes, const int8_t *parts, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        if (256 * parts[i] + parts[count + i] != codes[i]) {
            return false;
        }
    }
    return true;
}

static void quantizers_are_equal_and_keep_their_limits(void) {
    float *x = host_allocate(MOST_COLS * 4u);
    _Alignas(16) static int8_t codes[2][CODES];
    _Alignas(16) static int16_t wide[2][CODES];
    for (uint32_t round = 0; round < 400u / SHARE; round++) {
        uint32_t n = 1u + random_below(&seed, MOST_COLS - 16u);
        uint32_t padded = round_up(n, 16);
        for (uint32_t i = 0; i < n; i++) {
            x[i] = random_float(&seed) * 3.0f;
        }
        if (round % 8u == 0u) {
            static const float far[2] = {1e30f, -1e30f * 1e30f};
            x[random_below(&seed, n)] = far[round / 8u % 2u];
        }
        CHECK(scalar->abs_max(x, n) == fast->abs_max(x, n), "largest magnitude");
        float inverse = 127.0f / 2.5f;
        scalar->quantize8(x, n, inverse, codes[0], wide[0], padded);
        fast->quantize8(x, n, inverse, codes[1], wide[1], padded);
        CHECK(memcmp(codes[0], codes[1], padded) == 0 && memcmp(wide[0], wide[1], 2u * padded) == 0, "int8 codes");
        for (uint32_t i = 0; i < padded; i++) {
            float scaled = i < n ? x[i] * inverse : 0.0f;
            int expected = scaled >= 127.0f ? 127 : scaled <= -127.0f ? -127 : (int)__builtin_rintf(scaled);
            CHECK(codes[0][i] == expected && wide[0][i] == expected, "code %d instead of %d", codes[0][i], expected);
        }
        scalar->quantize16(x, n, 16383.0f / 2.5f, 16383, wide[0], padded);
        fast->quantize16(x, n, 16383.0f / 2.5f, 16383, wide[1], padded);
        CHECK(memcmp(wide[0], wide[1], 2u * padded) == 0, "int16 codes");
        for (uint32_t i = 0; i < padded; i++) {
            CHECK(wide[0][i] >= -16383 && wide[0][i] <= 16383 && (i < n || wide[0][i] == 0), "int16 limit");
        }
        inverse = (float)S3LM_MOST_INT16 / 2.5f;
        scalar->quantize_int16(x, n, inverse, (int8_t *)(void *)wide[0], padded);
        fast->quantize_int16(x, n, inverse, (int8_t *)(void *)wide[1], padded);
        CHECK(memcmp(wide[0], wide[1], 2u * padded) == 0 ||
                  are_parts(wide[0], (const int8_t *)(const void *)wide[1], padded),
              "codes of 16 bits");
        for (uint32_t i = 0; i < padded; i++) {
            float scaled = i < n ? x[i] * inverse : 0.0f;
            float limit = (float)S3LM_MOST_INT16;
            float expected = scaled >= limit ? limit : scaled <= -limit ? -limit : __builtin_rintf(scaled);
            CHECK((float)wide[0][i] == expected, "code %d instead of %g", wide[0][i], (double)expected);
        }
    }
    free(x);
}

/* The code at a place of a cache of 8 or 16 bits. */
static int64_t cached(const void *cache, bool wide, size_t at) {
    return wide ? ((const int16_t *)cache)[at] : ((const int8_t *)cache)[at];
}

static void attention_sums_are_equal(bool wide_codes) {
    enum { MOST_STRIDE = 256, MOST_COUNT = S3LM_MIX_TOKENS };
    void *cache = host_allocate((size_t)MOST_STRIDE * MOST_COUNT * 2u);
    float *scales = host_allocate(MOST_COUNT * 4u);
    _Alignas(16) static int16_t query[MOST_STRIDE], weights[MOST_COUNT];
    static float scores[2][MOST_COUNT], mixed[2][MOST_STRIDE];
    for (uint32_t round = 0; round < 120u / SHARE; round++) {
        uint32_t step = wide_codes ? 8u : 16u;
        bool extreme = round % 10u == 0u;
        uint32_t stride = extreme ? MOST_STRIDE : step * (1u + random_below(&seed, MOST_STRIDE / step));
        uint32_t count = extreme ? MOST_COUNT : 1u + random_below(&seed, MOST_COUNT);
        if (wide_codes) {
            for (size_t i = 0; i < (size_t)count * stride; i++) {
                ((int16_t *)cache)[i] =
                    (int16_t)(extreme ? (round % 20u == 0u ? S3LM_MOST_INT16 : -S3LM_MOST_INT16)
                                      : (int32_t)random_below(&seed, 2u * S3LM_MOST_INT16 + 1u) - S3LM_MOST_INT16);
            }
        } else {
            fill_codes(cache, count, stride, stride);
        }
        int32_t most = wide_codes && stride == S3LM_SHORT_HEAD ? S3LM_MOST_SHORT_QUERY : 16383;
        for (uint32_t i = 0; i < stride; i++) {
            query[i] = (int16_t)(extreme ? most : (int32_t)random_below(&seed, 2u * (uint32_t)most + 1u) - most);
        }
        for (uint32_t i = 0; i < count; i++) {
            weights[i] = (int16_t)(extreme ? 16383u : random_below(&seed, 16384));
            scales[i] = random_float(&seed) + 1.0f;
        }
        uint32_t n = stride - random_below(&seed, step);
        s3lm_mix mix = {weights, stride, count, n, round % 3u == 0u};
        for (uint32_t set = 0; set < 2u; set++) {
            const s3lm_kernels *kernels = set == 0u ? scalar : fast;
            for (uint32_t d = 0; d < MOST_STRIDE; d++) {
                mixed[set][d] = (float)d * 0.5f;
            }
            if (wide_codes) {
                kernels->scores_i16(query, cache, stride, count, scales, 0.37f, scores[set]);
                kernels->mix_i16(&mix, cache, mixed[set]);
            } else {
                kernels->scores_i8(query, cache, stride, count, scales, 0.37f, scores[set]);
                kernels->mix_i8(&mix, cache, mixed[set]);
            }
        }
        same_floats(scores[0], scores[1], count, "scores");
        same_floats(mixed[0], mixed[1], MOST_STRIDE, "weighted values, and what lies behind them");
        int64_t dot = 0, sum = 0;
        for (uint32_t d = 0; d < stride; d++) {
            dot += query[d] * cached(cache, wide_codes, (size_t)(count - 1u) * stride + d);
        }
        for (uint32_t t = 0; t < count; t++) {
            sum += weights[t] * cached(cache, wide_codes, (size_t)t * stride + n - 1u);
        }
        float score = ((float)dot * scales[count - 1u]) * 0.37f;
        float value = (mix.more ? (float)(n - 1u) * 0.5f : 0.0f) + (float)sum;
        CHECK(scores[0][count - 1u] == score, "a score is %g, not %g", (double)scores[0][count - 1u], (double)score);
        CHECK(mixed[0][n - 1u] == value, "a weighted value is %g, not %g", (double)mixed[0][n - 1u], (double)value);
        CHECK(n == stride || mixed[0][n] == (float)n * 0.5f, "a column behind the last was written");
    }
    free(cache);
    free(scales);
}

int main(void) {
    scalar = &s3lm_kernels_scalar;
    fast = s3lm_kernels_best();
    printf("kernels: %s\n", s3lm_kernels_name(fast));
    RUN(products_of_codes_are_equal);
    RUN(long_sums_are_rounded_to_the_nearest);
    RUN(f32_products_are_equal);
    RUN(quantizers_are_equal_and_keep_their_limits);
    RUN(attention_sums_are_equal, false);
    RUN(attention_sums_are_equal, true);
    RUN(functions_of_elements_are_equal);
    RUN(every_kind_has_its_kernel, scalar);
    RUN(every_kind_has_its_kernel, fast);
    RUN(weights_are_products_of_exponentials, scalar);
    RUN(weights_are_products_of_exponentials, fast);
    RUN(a_norm_may_overwrite_what_it_reads, scalar);
    RUN(a_norm_may_overwrite_what_it_reads, fast);
    return report();
}
