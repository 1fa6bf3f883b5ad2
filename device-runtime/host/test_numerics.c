/* The engine's own functions against the C library's in double precision, and how they treat the extremes. */
#include <math.h>

#include "../engine/numerics.h"
#include "testing.h"

/* Distance from the true value in units of its last f32 place. */
static double ulps(float value, double truth) { return fabs(value - truth) / ldexp(1.0, ilogb(truth) - 23); }

static void reciprocal_is_within_two_ulp(void) {
    for (uint64_t bits = 0x03800000u; bits < 0x7B800000u; bits += 3001u) {
        float x = s3lm_from_bits((uint32_t)bits);
        CHECK(ulps(s3lm_recip(x), 1.0 / x) <= 2.0, "1 / %a is %a", (double)x, (double)s3lm_recip(x));
    }
}

static void inverse_root_is_within_two_ulp(void) {
    for (uint64_t bits = 0x03800000u; bits < 0x7B800000u; bits += 3001u) {
        float x = s3lm_from_bits((uint32_t)bits);
        CHECK(ulps(s3lm_rsqrt(x), 1.0 / sqrt(x)) <= 2.0, "1 / sqrt %a is %a", (double)x, (double)s3lm_rsqrt(x));
    }
}

static void exponential_is_within_its_bound(void) {
    for (int i = -870000; i <= 880000; i++) {
        float x = (float)i * 1e-4f;
        CHECK(ulps(s3lm_exp(x), exp((double)x)) <= 2.0 + 1.2 * fabs((double)x), "exp %g is %g", (double)x,
              (double)s3lm_exp(x));
    }
    CHECK(s3lm_exp(0.0f) == 1.0f, "exp 0 is %g", (double)s3lm_exp(0.0f));
}

static void silu_follows_its_definition(void) {
    for (int i = -60000; i <= 60000; i++) {
        float x = (float)i * 1e-3f;
        double truth = x / (1.0 + exp(-(double)x));
        CHECK(fabs(s3lm_silu(x) - truth) <= (1e-6 + 6e-8 * fabs((double)x)) * fabs(truth), "silu %g is %g", (double)x,
              (double)s3lm_silu(x));
    }
}

static void the_other_functions_follow_theirs(void) {
    const double pi = 3.14159265358979323846;
    for (int i = -60000; i <= 60000; i++) {
        float x = (float)i * 2e-4f;
        double wide = (double)x, gelu = 0.5 * wide * erfc(-wide / sqrt(2.0));
        double tangent = tanh(sqrt(2.0 / pi) * (wide + 0.044715 * wide * wide * wide));
        CHECK(fabs((double)s3lm_gelu(x) - gelu) <= 1e-6 * fmax(1.0, fabs(wide)), "gelu %g is %g", wide,
              (double)s3lm_gelu(x));
        CHECK(fabs((double)s3lm_gelu_tanh(x) - 0.5 * wide * (1.0 + tangent)) <= 1e-6 * fmax(1.0, fabs(wide)),
              "gelu by a tangent %g is %g", wide, (double)s3lm_gelu_tanh(x));
        CHECK(fabs((double)s3lm_tanh(x) - tanh(wide)) <= 4e-7, "tanh %g is %g", wide, (double)s3lm_tanh(x));
        CHECK(s3lm_relu(x) == fmaxf(x, 0.0f) && s3lm_relu2(x) == s3lm_relu(x) * s3lm_relu(x), "relu %g", wide);
    }
}

static void extremes_do_not_turn_into_ordinary_numbers(void) {
    CHECK(isnan(s3lm_exp(NAN)), "exp NaN");
    CHECK(s3lm_exp(-INFINITY) == 0.0f, "exp -inf");
    CHECK(s3lm_exp(1e30f) > 1e38f && isfinite(s3lm_exp(1e30f)), "exp of much");
    CHECK(isnan(s3lm_silu(NAN)), "silu NaN");
    CHECK(isnan(s3lm_gelu(NAN)) && isnan(s3lm_gelu_tanh(NAN)) && isnan(s3lm_relu(NAN)) && isnan(s3lm_relu2(NAN)),
          "functions of NaN");
    CHECK(isnan(s3lm_tanh(NAN)), "tanh NaN");
    CHECK(fabsf(s3lm_tanh(INFINITY) - 1.0f) <= 1.5e-7f && fabsf(s3lm_tanh(-INFINITY) + 1.0f) <= 1.5e-7f, "tanh inf");
    CHECK(!isfinite(s3lm_gelu(INFINITY)) && isinf(s3lm_gelu_tanh(INFINITY)), "gelu inf");
    CHECK(fabsf(s3lm_gelu(1e30f) - 1e30f) <= 1e24f && fabsf(s3lm_gelu_tanh(1e30f) - 1e30f) <= 1e24f, "gelu of much");
    CHECK(s3lm_gelu(-1e30f) == 0.0f, "gelu of much below zero");
    CHECK(isinf(s3lm_silu(INFINITY)), "silu inf");
    CHECK(!isfinite(s3lm_recip(NAN)) && !isfinite(s3lm_rsqrt(NAN)), "of NaN");
    CHECK(!isfinite(s3lm_rsqrt(INFINITY)), "1 / sqrt inf is %g", (double)s3lm_rsqrt(INFINITY));
}

static void rounding_goes_to_even(void) {
    static const struct {
        float x;
        int32_t rounded;
    } cases[] = {{0.5f, 0},   {1.5f, 2},     {2.5f, 2},       {-0.5f, 0},
                 {-1.5f, -2}, {126.5f, 126}, {-127.0f, -127}, {3.4999f, 3}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        CHECK(s3lm_round(cases[i].x) == cases[i].rounded, "%g rounds to %d", (double)cases[i].x,
              s3lm_round(cases[i].x));
    }
    for (int i = -1000000; i < 1000000; i += 7) {
        float x = (float)i / 977.0f;
        CHECK(s3lm_round(x) == (int32_t)lrintf(x), "%g rounds to %d", (double)x, s3lm_round(x));
    }
}

static void clamping_turns_nan_into_the_limit(void) {
    CHECK(s3lm_clamp(NAN, 127.0f) == 127.0f, "NaN");
    CHECK(s3lm_clamp(-INFINITY, 127.0f) == -127.0f, "-inf");
    CHECK(s3lm_clamp(5.0f, 127.0f) == 5.0f, "5");
}

int main(void) {
    RUN(reciprocal_is_within_two_ulp);
    RUN(inverse_root_is_within_two_ulp);
    RUN(exponential_is_within_its_bound);
    RUN(silu_follows_its_definition);
    RUN(the_other_functions_follow_theirs);
    RUN(extremes_do_not_turn_into_ordinary_numbers);
    RUN(rounding_goes_to_even);
    RUN(clamping_turns_nan_into_the_limit);
    return report();
}
