/* The part of test_kernels.c that is about functions of single elements; included there, behind what both use. */
#ifndef S3LM_HOST_TESTING_ELEMENTS_H
#define S3LM_HOST_TESTING_ELEMENTS_H

/* A new encoding or function must be in every set. */
static void every_kind_has_its_kernel(const s3lm_kernels *kernels) {
    for (uint32_t encoding = 0; encoding < S3LM_ENCODINGS; encoding++) {
        CHECK(kernels->matmul[encoding] != NULL, "%s: no product for encoding %u", kernels->name, encoding);
    }
    for (uint32_t function = 0; function < S3LM_FUNCTION_KINDS; function++) {
        float gates[2] = {0.75f, 0.75f}, ups[2] = {3.0f, 3.0f}, alone[1] = {0.75f}, products[2];
        kernels->gate((s3lm_function_kind)function, gates, ups, 1, 2, products);
        kernels->apply((s3lm_function_kind)function, alone, 1);
        CHECK(alone[0] > 0.0f && products[0] == alone[0] * 3.0f && products[1] == products[0],
              "%s: the gate of function %u gives %g", kernels->name, function, (double)products[0]);
    }
}

static void a_norm_may_overwrite_what_it_reads(const s3lm_kernels *kernels) {
    static float x[MOST_COLS], gain[MOST_COLS], apart[MOST_COLS];
    for (uint32_t n = 1; n < MOST_COLS; n += 13u) {
        for (uint32_t with_gain = 0; with_gain < 2u; with_gain++) {
            for (uint32_t i = 0; i < n; i++) {
                x[i] = random_float(&seed);
                gain[i] = random_float(&seed);
            }
            kernels->norm(x, 0.7f, with_gain ? gain : NULL, apart, n);
            CHECK(apart[n - 1u] == (with_gain ? x[n - 1u] * 0.7f * gain[n - 1u] : x[n - 1u] * 0.7f), "the last of %u",
                  n);
            kernels->norm(x, 0.7f, with_gain ? gain : NULL, x, n);
            same_floats(apart, x, n, "a norm in place");
        }
    }
}

static void weights_are_products_of_exponentials(const s3lm_kernels *kernels) {
    _Alignas(16) float scores[24], apart[24], factors[24];
    for (uint32_t n = 1; n <= 21u; n++) {
        for (uint32_t i = 0; i < n; i++) {
            scores[i] = apart[i] = random_float(&seed) * 9.0f;
            factors[i] = random_float(&seed) + 1.0f;
        }
        uint32_t largest;
        float sum = kernels->weigh(scores, factors, n, &largest), expected = kernels->exponentiate(apart, n);
        CHECK(sum == expected, "the sum of %u is %g, not %g", n, (double)sum, (double)expected);
        kernels->multiply(apart, factors, n);
        same_floats(scores, apart, n, "weights");
        CHECK(largest == kernels->abs_max(apart, n), "the largest of %u", n);
    }
}

static void functions_of_elements_are_equal(void) {
    _Alignas(16) static float x[2][96], ups[96], out[2][96];
    for (uint32_t n = 1; n <= 80u; n++) {
        uint32_t step = 1u + n % 2u;
        float sums[2];
        for (uint32_t function = 0; function < S3LM_FUNCTION_KINDS; function++) {
            for (uint32_t set = 0; set < 2u; set++) {
                const s3lm_kernels *kernels = set == 0u ? scalar : fast;
                uint64_t same = n * S3LM_FUNCTION_KINDS + function;
                for (uint32_t i = 0; i < 96u; i++) {
                    x[set][i] = random_float(&same) * (float)(6u + i % 7u * 16u);
                    ups[i] = random_float(&same);
                }
                kernels->gate((s3lm_function_kind)function, x[set], ups, step, n / step, out[set]);
                kernels->apply((s3lm_function_kind)function, x[set], n);
            }
            same_floats(x[0], x[1], n, "a function");
            same_floats(out[0], out[1], n / step, "a gate");
        }
        for (uint32_t set = 0; set < 2u; set++) {
            const s3lm_kernels *kernels = set == 0u ? scalar : fast;
            kernels->scale(x[set], 0.3f, n);
            kernels->multiply(x[set], ups, n);
            kernels->add(x[set], ups, n);
            out[set][0] = kernels->maximum(x[set], n);
            out[set][1] = kernels->sum_squares(x[set], n);
            out[set][2] = kernels->dot_f32(x[set], ups, n & ~3u);
            sums[set] = kernels->exponentiate(x[set], n);
        }
        same_floats(x[0], x[1], n, "exponentials");
        same_floats(out[0], out[1], 3, "maximum, squares or products");
        same_floats(sums, sums + 1, 1, "a sum of exponentials");
    }
}

#endif
