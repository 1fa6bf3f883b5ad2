/* Picks the next token. Nothing is sorted or copied: each filter is a threshold on the score, found by selection over
 * the bits of the scores in four passes of 256 buckets, so the work is a few walks over the vocabulary.
 *
 * Probabilities are integers (e^(score - best) in units of 2^-31) whose sums are exact, so that every build picks
 * the same token.
 */
#include "bytes.h"
#include "grammar.h"
#include "kernels.h"
#include "numerics.h"
#include "s3lm.h"

#define PCG_MULTIPLIER 6364136223846793005u
#define PCG_INCREMENT 0xDA3E39CB94B95BDBu

void s3lm_random_seed(s3lm_random *random, uint64_t seed) {
    random->state = 0;
    s3lm_random_next(random);
    random->state += seed;
    s3lm_random_next(random);
}

uint32_t s3lm_random_next(s3lm_random *random) {
    uint64_t old = random->state;
    random->state = old * PCG_MULTIPLIER + PCG_INCREMENT;
    uint32_t mixed = (uint32_t)(((old >> 18) ^ old) >> 27);
    uint32_t turn = (uint32_t)(old >> 59);
    return (mixed >> turn) | (mixed << ((0u - turn) & 31u));
}

/* Comparisons with NaN are false, so a NaN is never inside. */
static bool inside(float x, float least, float most) { return x >= least && x <= most; }

bool s3lm_sampling_valid(const s3lm_sampling *s) {
    bool greedy = s->temperature == 0.0f;
    return (greedy || inside(s->temperature, S3LM_LEAST_TEMPERATURE, S3LM_MOST_TEMPERATURE)) &&
           inside(s->top_p, S3LM_LEAST_TOP_P, S3LM_MOST_TOP_P) && inside(s->min_p, S3LM_LEAST_MIN_P, S3LM_MOST_MIN_P) &&
           inside(s->repetition_penalty, S3LM_LEAST_REPETITION_PENALTY, S3LM_MOST_REPETITION_PENALTY);
}

/* A score as an integer that orders like the score. */
static uint32_t order(float score) {
    uint32_t bits = s3lm_bits(score);
    return bits & 0x80000000u ? ~bits : bits | 0x80000000u;
}

static bool is_number(float x) { return (s3lm_bits(x) & 0x7FFFFFFFu) <= S3LM_INFINITY_BITS; }

typedef struct {
    const float *logits;
    const uint32_t *seen;
    uint32_t vocab_size;
    bool has_penalty;
    float penalty, inverse_penalty;
    float inverse_temperature;
    float best;         /* highest score */
    uint32_t threshold; /* tokens whose order() is below are out */
} candidates;

/* Logit after the repetition penalty (Keskar et al. 2019) and the temperature. */
static float score(const candidates *c, uint32_t id) {
    float logit = c->logits[id];
    if (c->has_penalty && ((c->seen[id / 32u] >> (id % 32u)) & 1u) != 0u) {
        logit *= logit > 0.0f ? c->inverse_penalty : c->penalty;
    }
    return logit * c->inverse_temperature;
}

/* e^(score - best) in units of 2^-31: 0 ... 2^31. Scores that overflowed (infinity less infinity) weigh nothing. */
static uint32_t mass(const candidates *c, float value) {
    float share = s3lm_exp(value - c->best);
    return share <= 1.0f ? (uint32_t)(share * 2147483648.0f) : 0u;
}

/* Logits that are looked at together for the largest. */
#define LOGITS_TOGETHER 64u

static uint32_t most_likely(candidates *c, const s3lm_kernels *kernels) {
    uint32_t winner = 0;
    float largest = kernels->maximum(c->logits, c->vocab_size);
    if (!c->has_penalty && is_number(largest) && is_number(c->logits[0])) {
        /* A positive factor keeps the order; it may make neighbours equal, and then the first of them counts. */
        c->best = largest * c->inverse_temperature;
        while (c->vocab_size - winner > LOGITS_TOGETHER &&
               kernels->maximum(c->logits + winner, LOGITS_TOGETHER) * c->inverse_temperature != c->best) {
            winner += LOGITS_TOGETHER;
        }
        while (c->logits[winner] * c->inverse_temperature != c->best) {
            winner++;
        }
        return winner;
    }
    c->best = score(c, 0);
    for (uint32_t id = 1; id < c->vocab_size; id++) {
        float value = score(c, id);
        if (value > c->best) {
            c->best = value;
            winner = id;
        }
    }
    return winner;
}

/* Raises the threshold to the lowest score that is needed so that the tokens at or above it weigh at least `wanted`;
 * a token weighs its mass, or 1 when `by_count`. `buckets` has 256 entries. */
static void keep_weight(candidates *c, bool by_count, uint64_t wanted, uint64_t *buckets) {
    uint32_t prefix = 0;
    for (uint32_t shift = 32; shift > 0u;) {
        uint32_t fixed_bits = shift < 32u ? ~0u << shift : 0u;
        shift -= 8u;
        for (uint32_t i = 0; i < 256u; i++) {
            buckets[i] = 0;
        }
        for (uint32_t id = 0; id < c->vocab_size; id++) {
            float value = score(c, id);
            uint32_t key = order(value);
            if (key >= c->threshold && (key & fixed_bits) == prefix) {
                buckets[(key >> shift) & 255u] += by_count ? 1u : mass(c, value);
            }
        }
        uint32_t bucket = 255;
        while (bucket > 0u && buckets[bucket] < wanted) {
            wanted -= buckets[bucket];
            bucket--;
        }
        prefix |= bucket << shift;
    }
    if (prefix > c->threshold) {
        c->threshold = prefix;
    }
}

static uint64_t total_mass(const candidates *c) {
    uint64_t sum = 0;
    for (uint32_t id = 0; id < c->vocab_size; id++) {
        float value = score(c, id);
        if (order(value) >= c->threshold) {
            sum += mass(c, value);
        }
    }
    return sum;
}

/* x * fraction with fraction a 32-bit binary one; x < 2^52 because a vocabulary has at most 2^20 tokens. */
static uint64_t scaled(uint64_t x, uint32_t fraction) {
    return (x >> 32) * fraction + (((x & 0xFFFFFFFFu) * fraction) >> 32);
}

static void filter(candidates *c, const s3lm_sampling *sampling, uint64_t *buckets) {
    if (sampling->top_k > 0u && sampling->top_k < c->vocab_size) {
        keep_weight(c, true, sampling->top_k, buckets);
    }
    if (sampling->top_p < 1.0f) {
        uint64_t wanted = scaled(total_mass(c), (uint32_t)(sampling->top_p * 4294967296.0f));
        keep_weight(c, false, wanted > 0u ? wanted : 1u, buckets);
    }
}

static uint32_t draw(const candidates *c, uint32_t least_mass, uint32_t random, uint32_t winner) {
    uint64_t sum = 0;
    for (uint32_t id = 0; id < c->vocab_size; id++) {
        float value = score(c, id);
        uint32_t m = mass(c, value);
        if (order(value) >= c->threshold && m >= least_mass) {
            sum += m;
        }
    }
    if (sum == 0u) {
        return winner; /* every score overflowed, or may not come: nothing weighs anything */
    }
    uint64_t target = scaled(sum, random);
    for (uint32_t id = 0; id < c->vocab_size; id++) {
        float value = score(c, id);
        uint32_t m = mass(c, value);
        if (order(value) >= c->threshold && m >= least_mass) {
            if (target < m) {
                return id;
            }
            target -= m;
        }
    }
    return winner;
}

/* Another stream for a second choice, so that each token takes one number of the first, whatever becomes of it. */
#define SECOND_CHOICE 0x9E3779B97F4A7C15u

/* A token of those that may come, when the one that was chosen among all may not. Drawn from what the filters kept, as
 * far as it may come: so the outcome of both draws is distributed as if only that had been there. */
static uint32_t choose_again(candidates *c, s3lm_model *model, const s3lm_sampling *sampling, bool is_random,
                             s3lm_random random, uint32_t least_mass) {
    if (!is_random) {
        return most_likely(c, model->kernels);
    }
    s3lm_random_seed(&random, random.state ^ SECOND_CHOICE);
    uint32_t id = draw(c, least_mass, s3lm_random_next(&random), S3LM_NONE);
    if (id != S3LM_NONE) {
        return id;
    }
    /* The filters kept nothing of it. */
    c->threshold = 0;
    uint32_t winner = most_likely(c, model->kernels);
    filter(c, sampling, model->histogram);
    return draw(c, least_mass, s3lm_random_next(&random), winner);
}

uint32_t s3lm_sample_at(s3lm_model *model, const s3lm_sampling *sampling, s3lm_random *random, float *logits,
                        const s3lm_place *place) {
    uint32_t vocab_size = model->package->config.vocab_size;
    bool is_random = sampling->do_sample && sampling->temperature > 0.0f;
    candidates c = {
        .logits = logits,
        .seen = model->seen,
        .vocab_size = vocab_size,
        .has_penalty = sampling->repetition_penalty != 1.0f,
        .penalty = sampling->repetition_penalty,
        .inverse_penalty = s3lm_recip(sampling->repetition_penalty),
        .inverse_temperature = is_random && sampling->temperature != 1.0f ? s3lm_recip(sampling->temperature) : 1.0f,
    };
    if (c.has_penalty) {
        for (uint32_t i = 0; i < s3lm_groups(vocab_size, 32); i++) {
            model->seen[i] = 0;
        }
        for (uint32_t i = 0; i < model->length; i++) {
            model->seen[model->ids[i] / 32u] |= 1u << (model->ids[i] % 32u);
        }
    }
    uint32_t least_mass = (uint32_t)(sampling->min_p * 2147483648.0f);
    uint32_t id = most_likely(&c, model->kernels);
    if (is_random) {
        filter(&c, sampling, model->histogram);
        id = draw(&c, least_mass, s3lm_random_next(random), id);
    }
    if (!place->grammar || s3lm_may_come(place, id)) {
        return id;
    }
    s3lm_forbid(place, logits);
    return choose_again(&c, model, sampling, is_random, *random, least_mass);
}

uint32_t s3lm_sample(s3lm_model *model, const s3lm_sampling *sampling, s3lm_random *random, const float *logits) {
    const s3lm_place anywhere = {NULL, 0, 0};
    /* Only what a grammar forbids is written. */
    return s3lm_sample_at(model, sampling, random, (float *)(uintptr_t)logits, &anywhere);
}
