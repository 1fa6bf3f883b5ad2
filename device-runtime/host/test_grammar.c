/* A grammar in the sampler and in a generation: the distribution of what may come, tokens that skip the model, ends in
 * time, and sections with wrong numbers. */
#include <math.h>

#include "../engine/grammar.h"
#include "../engine/grammar_format.h"
#include "testing.h"

static const char *fixtures;

#define VOCAB 48u /* of the fixture `rows` */
#define STATES 4u
#define STOP 2u

/* 0: ids 5, 7 and 9 lead to 1, a mask of 16 to 31 to 2. 1: only 11, to 2. 2: 3 leads to 3, 16 back to 0; an end. 3:
 * only 12, to 2. */
static uint32_t section[256];
static uint32_t section_bytes;

static uint8_t *at8(uint32_t offset) { return (uint8_t *)section + offset; }
static void put16(uint32_t offset, uint32_t value) {
    at8(offset)[0] = (uint8_t)value;
    at8(offset)[1] = (uint8_t)(value >> 8);
}
static void put32(uint32_t offset, uint32_t value) {
    put16(offset, value);
    put16(offset + 2u, value >> 16);
}

static void make(void) {
    static const uint32_t first[STATES] = {0, 3, 4, 6}, count[STATES] = {3, 1, 2, 1}, least[STATES] = {1, 1, 0, 1};
    static const uint32_t ids[7] = {5, 7, 9, 11, 3, 16, 12}, next[7] = {1, 1, 1, 2, 3, 0, 2};
    memset(section, 0, sizeof section);
    put16(GRAMMAR_HEADER_VERSION_AT, GRAMMAR_VERSION);
    put16(GRAMMAR_HEADER_STATES_AT, STATES);
    put32(GRAMMAR_HEADER_VOCAB_SIZE_AT, VOCAB);
    put32(GRAMMAR_HEADER_ARCS_AT, 7);
    put32(GRAMMAR_HEADER_MASKS_AT, 1);
    for (uint32_t i = 0; i < STATES; i++) {
        uint32_t at = GRAMMAR_HEADER_BYTES + GRAMMAR_STATE_BYTES * i;
        put32(at + GRAMMAR_STATE_FIRST_ARC_AT, first[i]);
        put32(at + GRAMMAR_STATE_ARCS_AT, count[i]);
        put16(at + GRAMMAR_STATE_MASK_AT, i == 0u ? 0 : GRAMMAR_NO_STATE);
        put16(at + GRAMMAR_STATE_MASK_TO_AT, i == 0u ? 2 : GRAMMAR_NO_STATE);
        at8(at)[GRAMMAR_STATE_FINAL_AT] = i == 2u;
        put16(at + GRAMMAR_STATE_LEAST_AT, least[i]);
    }
    uint32_t at = GRAMMAR_HEADER_BYTES + GRAMMAR_STATE_BYTES * STATES;
    for (uint32_t i = 0; i < 7u; i++, at += 4u) {
        put32(at, ids[i]);
    }
    for (uint32_t i = 0; i < 7u; i++, at += 2u) {
        put16(at, next[i]);
    }
    at += 2u;
    put32(at, 0xFFFF0000u);
    section_bytes = at + 8u;
}

static void start(loaded *l, s3lm_grammar *g) {
    load(l, fixtures, "rows", NULL);
    l->package.stop_ids[0] = STOP;
    l->package.stop_id_count = 1;
    make();
    CHECK(s3lm_grammar_read(g, &l->package, (const uint8_t *)section, section_bytes), "the grammar opens");
}

static bool may(uint32_t state, uint32_t id) {
    switch (state) {
    case 0:
        return id == 5u || id == 7u || id == 9u || (id >= 16u && id < 32u);
    case 1:
        return id == 11u;
    case 2:
        return id == 3u || id == 16u || id == STOP;
    default:
        return id == 12u;
    }
}

static void what_may_come_is_what_the_section_says(void) {
    loaded l;
    s3lm_grammar g;
    start(&l, &g);
    for (uint32_t state = 0; state < STATES; state++) {
        s3lm_place place = {&g, state, 1000};
        float logits[VOCAB] = {0};
        s3lm_forbid(&place, logits);
        for (uint32_t id = 0; id < VOCAB; id++) {
            CHECK(s3lm_may_come(&place, id) == may(state, id), "state %u, id %u", state, id);
            CHECK((logits[id] == 0.0f) == may(state, id), "state %u, logit %u", state, id);
        }
    }
    static const uint32_t only[STATES] = {S3LM_NONE, 11, S3LM_NONE, 12};
    for (uint32_t state = 0; state < STATES; state++) {
        s3lm_place place = {&g, state, 1000};
        CHECK(s3lm_only_token(&place) == only[state], "state %u", state);
    }
    unload(&l);
}

static void tokens_that_are_left_are_kept_for_the_end(void) {
    loaded l;
    s3lm_grammar g;
    start(&l, &g);
    s3lm_place place = {&g, 0, 1};
    CHECK(!s3lm_may_come(&place, 5) && s3lm_may_come(&place, 16), "one token is left: to an end at once");
    place.left = 2;
    CHECK(s3lm_may_come(&place, 5), "two are left");
    place = (s3lm_place){&g, 2, 1};
    CHECK(!s3lm_may_come(&place, 3) && s3lm_may_come(&place, STOP), "no way back in time");
    place = (s3lm_place){&g, 0, 0};
    CHECK(s3lm_may_come(&place, 5), "where no way is short enough, all may come");
    unload(&l);
}

/* The share of each token, as the filters leave it without a grammar. */
static void free_shares(s3lm_model *model, const s3lm_sampling *s, const float *logits, double *share) {
    s3lm_random random;
    s3lm_random_seed(&random, 99);
    for (uint32_t i = 0; i < VOCAB; i++) {
        share[i] = 0;
    }
    for (uint32_t i = 0; i < 150000u; i++) {
        share[s3lm_sample(model, s, &random, logits)] += 1.0 / 150000.0;
    }
}

static void draws_are_those_of_what_is_allowed(void) {
    loaded l;
    s3lm_grammar g;
    start(&l, &g);
    s3lm_sampling s = greedy_sampling();
    s.do_sample = true;
    s.temperature = 1.3f;
    s.top_k = 30;
    s.top_p = 0.95f;
    uint64_t seed = 4;
    float logits[VOCAB], kept[VOCAB];
    double expected[VOCAB], sum = 0, worst = 0;
    for (uint32_t i = 0; i < VOCAB; i++) {
        kept[i] = random_float(&seed) * 2.0f;
    }
    free_shares(&l.model, &s, kept, expected);
    for (uint32_t i = 0; i < VOCAB; i++) {
        expected[i] = may(0, i) ? expected[i] : 0.0;
        sum += expected[i];
    }
    s3lm_random random, same;
    s3lm_random_seed(&random, 5);
    s3lm_place place = {&g, 0, 1000};
    uint32_t found[VOCAB] = {0};
    for (uint32_t i = 0; i < 150000u; i++) {
        memcpy(logits, kept, sizeof kept);
        same = random;
        uint32_t free = s3lm_sample(&l.model, &s, &same, kept);
        uint32_t id = s3lm_sample_at(&l.model, &s, &random, logits, &place);
        CHECK(may(0, id), "%u may not come", id);
        CHECK(!may(0, free) || (id == free && same.state == random.state), "%u is not %u", id, free);
        found[id]++;
    }
    for (uint32_t i = 0; i < VOCAB; i++) {
        double off = fabs(found[i] / 150000.0 - expected[i] / sum);
        worst = off > worst ? off : worst;
    }
    CHECK(worst < 0.006, "shares differ by %g", worst);
    unload(&l);
}

static void filters_that_keep_nothing_of_it_are_applied_again(void) {
    loaded l;
    s3lm_grammar g;
    start(&l, &g);
    s3lm_sampling s = greedy_sampling();
    s.do_sample = true;
    s.top_k = 1;
    float logits[VOCAB] = {0};
    logits[40] = 9.0f;
    logits[7] = 1.0f;
    s3lm_random random;
    s3lm_random_seed(&random, 1);
    s3lm_place place = {&g, 0, 1000};
    CHECK(s3lm_sample_at(&l.model, &s, &random, logits, &place) == 7u, "the best of what may come");
    float flat[VOCAB] = {0};
    flat[40] = 9.0f;
    s.do_sample = false;
    CHECK(s3lm_sample_at(&l.model, &s, &random, flat, &place) == 5u, "greedy: the first of the largest that may come");
    unload(&l);
}

/* Everything that a generation gave out, and where the model stood at its end. */
typedef struct {
    uint32_t ids[64];
    uint32_t count, length;
    s3lm_reason reason;
    uint32_t last; /* what comes before the next prompt */
} run;

static run generate(loaded *l, const s3lm_grammar *g, bool every, uint32_t most, uint64_t seed, s3lm_full_policy full) {
    run r = {.count = 0};
    static const uint32_t prompt[3] = {1, 4, 6};
    s3lm_generation *generation = malloc(sizeof *generation);
    s3lm_generation_options options = {
        .sampling = greedy_sampling(), .seed = seed, .grammar = g, .every = every, .full = full};
    options.sampling.do_sample = true;
    options.sampling.temperature = 2.0f;
    options.sampling.max_new_tokens = most;
    s3lm_reset(&l->model);
    CHECK(s3lm_generation_begin(generation, &l->model, &options, prompt, 3) == S3LM_OK, "begins");
    while (r.count < 64u) {
        s3lm_event event = s3lm_generation_step(generation);
        if (event.kind == S3LM_EVENT_END) {
            break;
        }
        if (event.kind == S3LM_EVENT_TOKEN) {
            r.ids[r.count++] = event.id;
        }
        if (event.reason != S3LM_RUNNING) {
            break;
        }
    }
    CHECK(s3lm_generation_settle(generation) == S3LM_OK, "settles");
    r.reason = generation->reason;
    r.length = l->model.length;
    r.last = generation->token;
    free(generation);
    return r;
}

static void follows(const run *r) {
    uint32_t state = 0;
    for (uint32_t i = 0; i < r->count; i++) {
        uint32_t id = r->ids[i];
        CHECK(may(state, id), "token %u, %u, in state %u", i, id, state);
        if (id == STOP) {
            CHECK(i + 1u == r->count && r->reason == S3LM_END_EOS, "a stop id is the last");
            return;
        }
        state = state == 0u ? (id < 16u ? 1u : 2u) : state == 2u ? (id == 3u ? 3u : 0u) : 2u;
    }
    CHECK(state == 2u || r->reason == S3LM_RUNNING, "it ends where a text may end");
}

static void skipped_tokens_change_nothing(void) {
    loaded l;
    s3lm_grammar g;
    start(&l, &g);
    uint32_t skipped = 0;
    for (uint64_t seed = 1; seed <= 200u; seed++) {
        uint32_t most = 1u + (uint32_t)(seed % 9u);
        run fast = generate(&l, &g, false, most, seed, S3LM_FULL_STOP);
        float *next = malloc(VOCAB * sizeof *next);
        CHECK(s3lm_forward(&l.model, &fast.last, 1, next, false) == S3LM_OK, "goes on");
        run slow = generate(&l, &g, true, most, seed, S3LM_FULL_STOP);
        CHECK(s3lm_forward(&l.model, &slow.last, 1, l.model.logits, false) == S3LM_OK, "goes on");
        CHECK(memcmp(&fast, &slow, sizeof fast) == 0, "seed %d", (int)seed);
        CHECK(memcmp(next, l.model.logits, VOCAB * sizeof *next) == 0, "the context of seed %d", (int)seed);
        free(next);
        follows(&fast);
        for (uint32_t i = 0; i < fast.count; i++) {
            skipped += fast.ids[i] == 11u || fast.ids[i] == 12u;
        }
    }
    CHECK(skipped > 50u, "%u were skipped", skipped);
    unload(&l);
}

static void the_context_ends_in_time_or_slides(void) {
    loaded l;
    s3lm_grammar g;
    s3lm_options options = {.context = 9};
    load(&l, fixtures, "rows", &options);
    l.package.stop_ids[0] = STOP;
    l.package.stop_id_count = 1;
    make();
    CHECK(s3lm_grammar_read(&g, &l.package, (const uint8_t *)section, section_bytes), "the grammar opens");
    for (uint64_t seed = 1; seed <= 200u; seed++) {
        run full = generate(&l, &g, false, 0, seed, S3LM_FULL_STOP);
        run slow = generate(&l, &g, true, 0, seed, S3LM_FULL_STOP);
        CHECK(memcmp(&full, &slow, sizeof full) == 0, "seed %d", (int)seed);
        follows(&full);
        run slid = generate(&l, &g, false, 40, seed, S3LM_FULL_SLIDE);
        follows(&slid);
        CHECK(slid.reason == S3LM_END_EOS || slid.reason == S3LM_END_LENGTH, "it slides");
    }
    unload(&l);
}

static void sections_with_a_wrong_number_are_refused_or_followed(uint64_t seed) {
    loaded l;
    s3lm_grammar g;
    start(&l, &g);
    uint32_t accepted = 0;
    for (uint32_t round = 0; round < 200000u; round++) {
        uint32_t length = random_below(&seed, 8) == 0u ? random_below(&seed, section_bytes + 1u) : section_bytes;
        uint8_t *copy = malloc(length + 1u); /* of just that length: sanitizers see what lies behind it */
        memcpy(copy, section, length);
        for (uint32_t i = 0; length > 0u && i <= random_below(&seed, 2); i++) {
            uint32_t value = random_below(&seed, 4) == 0u ? (uint32_t)random64(&seed) : random_below(&seed, 8);
            copy[random_below(&seed, length)] = (uint8_t)value;
        }
        if (s3lm_grammar_read(&g, &l.package, copy, length)) {
            accepted++;
            s3lm_place place = {&g, 0, 1000};
            for (uint32_t step = 0; step < 20u; step++) {
                float logits[VOCAB] = {0};
                s3lm_forbid(&place, logits);
                uint32_t id = 0;
                while (id < VOCAB && logits[id] != 0.0f) {
                    id++;
                }
                CHECK(id < VOCAB && s3lm_may_come(&place, id), "something may come");
                uint32_t next = id < VOCAB ? s3lm_grammar_next(&g, place.state, id) : S3LM_NONE;
                if (next == S3LM_NONE) {
                    break;
                }
                place.state = next;
            }
        }
        free(copy);
    }
    CHECK(accepted > 100u && accepted < 200000u, "%u are accepted", accepted);
    unload(&l);
}

int main(int argc, char **argv) {
    fixtures = argc > 1 ? argv[1] : "../../test/engine/fixtures";
    RUN(what_may_come_is_what_the_section_says);
    RUN(tokens_that_are_left_are_kept_for_the_end);
    RUN(draws_are_those_of_what_is_allowed);
    RUN(filters_that_keep_nothing_of_it_are_applied_again);
    RUN(skipped_tokens_change_nothing);
    RUN(the_context_ends_in_time_or_slides);
    RUN(sections_with_a_wrong_number_are_refused_or_followed, 1);
    return report();
}
