/* Sampling against its definitions. */
#include <math.h>

#include "testing.h"

static const char *fixtures;

#define VOCAB 48u /* of the fixture `rows` */

static s3lm_sampling warm(void) {
    s3lm_sampling s = greedy_sampling();
    s.do_sample = true;
    return s;
}

static float logits[VOCAB];

static void random_logits(uint64_t seed, float spread) {
    for (uint32_t i = 0; i < VOCAB; i++) {
        logits[i] = random_float(&seed) * spread;
    }
}

static void the_random_numbers_are_pcg32_s(void) {
    /* The recurrence of the paper, modulo 2^64. */
    s3lm_random random;
    s3lm_random_seed(&random, 42);
    uint64_t state = 0;
    const uint64_t multiplier = 6364136223846793005u, increment = 0xDA3E39CB94B95BDBu;
    state = state * multiplier + increment;
    state += 42u;
    state = state * multiplier + increment;
    for (int i = 0; i < 100; i++) {
        uint64_t mixed = (((state >> 18) ^ state) >> 27) & 0xFFFFFFFFu;
        uint32_t turn = (uint32_t)(state >> 59);
        uint32_t expected = (uint32_t)(((mixed << 32 | mixed) >> turn) & 0xFFFFFFFFu);
        CHECK(s3lm_random_next(&random) == expected, "number %d", i);
        state = state * multiplier + increment;
    }
}

static void greedy_takes_the_first_of_the_largest(void) {
    loaded l;
    load(&l, fixtures, "rows", NULL);
    s3lm_random random;
    s3lm_random_seed(&random, 1);
    s3lm_sampling s = greedy_sampling();
    for (uint64_t seed = 1; seed < 50u; seed++) {
        random_logits(seed, 5.0f);
        logits[17] = logits[40] = 6.0f;
        CHECK(s3lm_sample(&l.model, &s, &random, logits) == 17u, "seed %d", (int)seed);
    }
    s.do_sample = true;
    s.temperature = 0.0f;
    CHECK(s3lm_sample(&l.model, &s, &random, logits) == 17u, "temperature 0");
    unload(&l);
}

/* Which tokens the filters leave, by sorting, in double precision. Ties do not occur in random logits. */
static void expected_distribution(const s3lm_sampling *s, double *p) {
    uint32_t by_rank[VOCAB];
    double total = 0, best = -1e30;
    for (uint32_t i = 0; i < VOCAB; i++) {
        by_rank[i] = i;
        best = logits[i] > best ? logits[i] : best;
    }
    for (uint32_t i = 1; i < VOCAB; i++) {
        for (uint32_t j = i; j > 0u && logits[by_rank[j]] > logits[by_rank[j - 1u]]; j--) {
            uint32_t swap = by_rank[j];
            by_rank[j] = by_rank[j - 1u];
            by_rank[j - 1u] = swap;
        }
    }
    uint32_t kept = s->top_k > 0u && s->top_k < VOCAB ? s->top_k : VOCAB;
    for (uint32_t i = 0; i < VOCAB; i++) {
        p[by_rank[i]] = i < kept ? exp(((double)logits[by_rank[i]] - best) / (double)s->temperature) : 0.0;
        total += p[by_rank[i]];
    }
    double cumulative = 0;
    for (uint32_t i = 0; i < VOCAB; i++) {
        double share = p[by_rank[i]] / total;
        if (cumulative >= (double)s->top_p || p[by_rank[i]] < (double)s->min_p) {
            p[by_rank[i]] = 0;
        }
        cumulative += share;
    }
    total = 0;
    for (uint32_t i = 0; i < VOCAB; i++) {
        total += p[i];
    }
    for (uint32_t i = 0; i < VOCAB; i++) {
        p[i] /= total;
    }
}

static void samples_follow_the_distribution(s3lm_sampling s) {
    enum { DRAWS = 20000 };
    loaded l;
    load(&l, fixtures, "rows", NULL);
    s3lm_random random;
    s3lm_random_seed(&random, 7);
    double p[VOCAB];
    static uint32_t counts[VOCAB];
    memset(counts, 0, sizeof counts);
    random_logits(11, 4.0f);
    expected_distribution(&s, p);
    for (int i = 0; i < DRAWS; i++) {
        counts[s3lm_sample(&l.model, &s, &random, logits)]++;
    }
    for (uint32_t i = 0; i < VOCAB; i++) {
        double expected = p[i] * DRAWS;
        if (p[i] == 0.0) {
            CHECK(counts[i] == 0u, "token %u was filtered out and drawn %u times", i, counts[i]);
        } else {
            /* Five standard deviations. */
            CHECK(fabs(counts[i] - expected) <= 5.0 * sqrt(expected) + 3.0, "token %u: %u draws, expected %.0f", i,
                  counts[i], expected);
        }
    }
    unload(&l);
}

static void all_filters_follow_their_definitions(void) {
    s3lm_sampling s = warm();
    samples_follow_the_distribution(s);
    s.temperature = 0.5f;
    samples_follow_the_distribution(s);
    s.top_k = 5;
    samples_follow_the_distribution(s);
    s.top_p = 0.8f;
    samples_follow_the_distribution(s);
    s.top_k = 0;
    samples_follow_the_distribution(s);
    s.top_p = 1.0f;
    s.min_p = 0.1f;
    samples_follow_the_distribution(s);
    s.min_p = 1.0f;
    samples_follow_the_distribution(s);
    s = warm();
    s.top_k = 1000;
    samples_follow_the_distribution(s);
    s.top_p = 1e-6f;
    samples_follow_the_distribution(s);
}

static void the_penalty_weighs_on_seen_tokens_alone(void) {
    loaded l;
    load(&l, fixtures, "rows", NULL);
    s3lm_random random;
    s3lm_random_seed(&random, 1);
    const uint32_t ids[] = {9, 9, 30};
    CHECK(s3lm_forward(&l.model, ids, 3, NULL, false) == S3LM_OK, "forward");
    s3lm_sampling s = greedy_sampling();
    s.repetition_penalty = 2.0f;
    for (uint32_t i = 0; i < VOCAB; i++) {
        logits[i] = -4.0f;
    }
    logits[9] = 6.0f; /* 3 after the penalty, once although seen twice */
    logits[12] = 3.5f;
    CHECK(s3lm_sample(&l.model, &s, &random, logits) == 12u, "a positive logit is divided");
    logits[12] = 2.5f;
    CHECK(s3lm_sample(&l.model, &s, &random, logits) == 9u, "once, not twice");
    logits[9] = -4.0f;
    logits[12] = -1.5f;
    logits[30] = -1.0f; /* -2 after the penalty */
    CHECK(s3lm_sample(&l.model, &s, &random, logits) == 12u, "a negative logit is multiplied");
    unload(&l);
}

static void scores_that_overflow_still_give_a_token(void) {
    loaded l;
    load(&l, fixtures, "rows", NULL);
    s3lm_random random;
    s3lm_random_seed(&random, 1);
    s3lm_sampling s = warm();
    s.temperature = 1e-3f;
    s.top_p = 0.5f;
    s.top_k = 3;
    for (uint32_t i = 0; i < VOCAB; i++) {
        logits[i] = i == 20u ? 3e38f : i == 21u ? 2e38f : -3e38f;
    }
    CHECK(s3lm_sample(&l.model, &s, &random, logits) < VOCAB, "a token");
    unload(&l);
}

static void parameters_outside_their_ranges_are_refused(void) {
    s3lm_sampling s = warm();
    CHECK(s3lm_sampling_valid(&s), "the defaults");
    const s3lm_sampling bad[] = {
        {.temperature = -1.0f, .top_p = 1, .repetition_penalty = 1},
        {.temperature = NAN, .top_p = 1, .repetition_penalty = 1},
        {.temperature = 1e-6f, .top_p = 1, .repetition_penalty = 1},
        {.temperature = 1, .top_p = 0, .repetition_penalty = 1},
        {.temperature = 1, .top_p = 1.5f, .repetition_penalty = 1},
        {.temperature = 1, .top_p = 1, .min_p = -0.1f, .repetition_penalty = 1},
        {.temperature = 1, .top_p = 1, .repetition_penalty = 0},
        {.temperature = 1, .top_p = 1, .repetition_penalty = INFINITY},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        CHECK(!s3lm_sampling_valid(&bad[i]), "set %zu", i);
    }
}

int main(int argc, char **argv) {
    fixtures = argc > 1 ? argv[1] : ".";
    RUN(the_random_numbers_are_pcg32_s);
    RUN(greedy_takes_the_first_of_the_largest);
    RUN(all_filters_follow_their_definitions);
    RUN(the_penalty_weighs_on_seen_tokens_alone);
    RUN(scores_that_overflow_still_give_a_token);
    RUN(parameters_outside_their_ranges_are_refused);
    return report();
}
