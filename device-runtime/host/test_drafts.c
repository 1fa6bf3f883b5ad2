/* Guesses at the tokens that come: they change the time of a generation and nothing else. */
#include "testing.h"

#include "../engine/model_parts.h"

static const char *fixtures;

/* A generation, and what was to be seen after each of its steps. */
typedef struct {
    uint32_t ids[64], lengths[64];
    uint32_t count, drafted, accepted;
    s3lm_reason reason;
    float *logits; /* [64][vocab] */
} story;

static story tell(loaded *l, const s3lm_generation_options *options, const uint32_t *prompt, uint32_t count) {
    static s3lm_generation g;
    uint32_t vocab = l->package.config.vocab_size;
    story s = {.reason = S3LM_RUNNING, .logits = malloc(64u * vocab * sizeof(float))};
    s3lm_reset(&l->model);
    CHECK(s3lm_generation_begin(&g, &l->model, options, prompt, count) == S3LM_OK, "begin");
    while (s.reason == S3LM_RUNNING && s.count < 64u) {
        s3lm_event event = s3lm_generation_step(&g);
        s.reason = event.reason;
        if (event.kind == S3LM_EVENT_TOKEN) {
            memcpy(s.logits + (size_t)s.count * vocab, l->model.logits, vocab * sizeof(float));
            s.lengths[s.count] = l->model.length;
            s.ids[s.count++] = event.id;
            s3lm_generation_timed(&g, g.pass_tokens > 1u ? 120u : g.pass_tokens == 1u ? 100u : 5u);
        }
    }
    s.drafted = g.drafted;
    s.accepted = g.accepted;
    return s;
}

/* Returns how many guesses were right. */
static uint32_t compare(loaded *l, s3lm_generation_options options, const uint32_t *prompt, uint32_t count,
                        const char *what) {
    uint32_t vocab = l->package.config.vocab_size;
    options.no_drafts = true;
    story plain = tell(l, &options, prompt, count);
    options.no_drafts = false;
    story guessed = tell(l, &options, prompt, count);
    CHECK(plain.drafted == 0u && plain.accepted == 0u, "%s: guesses that were not wanted", what);
    CHECK(guessed.accepted <= guessed.drafted, "%s: more right guesses than guesses", what);
    CHECK(plain.count == guessed.count && plain.reason == guessed.reason, "%s: %u tokens, then %d; %u, then %d", what,
          plain.count, plain.reason, guessed.count, guessed.reason);
    for (uint32_t i = 0; i < plain.count && i < guessed.count; i++) {
        CHECK(plain.ids[i] == guessed.ids[i], "%s: token %u is %u, not %u", what, i, guessed.ids[i], plain.ids[i]);
        CHECK(plain.lengths[i] == guessed.lengths[i], "%s: length at token %u", what, i);
        CHECK(memcmp(plain.logits + (size_t)i * vocab, guessed.logits + (size_t)i * vocab, 4u * vocab) == 0,
              "%s: logits of token %u", what, i);
    }
    free(plain.logits);
    free(guessed.logits);
    return guessed.accepted;
}

/* Every fixture, greedily and by chance, with all that looks at what was there before. */
static void ids_and_logits_are_those_of_token_after_token(s3lm_memory_kind head) {
    uint32_t right = 0;
    for (uint32_t f = 0; f < FIXTURE_COUNT; f++) {
        loaded l;
        load(&l, fixtures, fixture_names[f], &(s3lm_options){.max_batch = 8});
        l.model.head->placement = head;
        uint32_t before = right;
        l.package.stop_id_count = 0;
        uint32_t vocab = l.package.config.vocab_size, prompt[9];
        for (uint32_t seed = 0; seed < 6u; seed++) {
            for (uint32_t i = 0; i < 9u; i++) {
                prompt[i] = (seed * 5u + i % 3u * 7u) % vocab;
            }
            s3lm_generation_options o = {.sampling = greedy_sampling(), .seed = seed};
            o.sampling.max_new_tokens = 5u + 2u * seed;
            right += compare(&l, o, prompt, 9, "greedy");
            o.sampling.repetition_penalty = 1.3f;
            right += compare(&l, o, prompt, 9, "penalty");
            o.sampling.do_sample = true;
            o.sampling.temperature = 0.3f;
            o.sampling.top_k = 5;
            right += compare(&l, o, prompt, 9, "sampled");
            o.full = S3LM_FULL_SLIDE;
            o.keep = 2;
            o.sampling.max_new_tokens = 50;
            right += compare(&l, o, prompt, 9, "sliding");
            o.full = S3LM_FULL_STOP;
            right += compare(&l, o, prompt, 9, "until the context is full");
        }
        CHECK(!l.model.convolves || right == before, "the past of convolutions is not taken back");
        unload(&l);
    }
    CHECK(right > 20u, "only %u guesses were right: nothing was compared", right);
}

/* A text that repeats is guessed, one that does not is soon let alone. */
static void repetition_is_seen(void) {
    loaded l;
    load(&l, fixtures, "rows", &(s3lm_options){.max_batch = 8});
    uint32_t prompt[] = {3, 9, 4, 3, 9, 4, 3, 9};
    s3lm_drafts *d = &l.model.drafts;
    s3lm_generation_options o = {.sampling = greedy_sampling()};
    story s = tell(&l, &o, prompt, 8);
    CHECK(s.drafted > 0u, "nothing was guessed");
    free(s.logits);
    for (uint32_t i = 0; i < S3LM_DRAFT_CLASSES; i++) {
        d->odds[i] = 20;
    }
    s = tell(&l, &o, prompt, 8);
    CHECK(s.drafted <= 1u, "%u guesses that are seldom right", s.drafted);
    free(s.logits);
    unload(&l);
}

/* What was read outside a generation takes the guesses' places: nothing of them may be left. */
static void a_pass_in_between_ends_guesses(void) {
    static s3lm_generation g;
    loaded l, fresh;
    load(&l, fixtures, "rows", &(s3lm_options){.max_batch = 8});
    load(&fresh, fixtures, "rows", &(s3lm_options){.max_batch = 8});
    l.package.stop_id_count = 0;
    uint32_t prompt[] = {3, 9, 4, 3, 9, 4, 3, 9, 4}, vocab = l.package.config.vocab_size;
    s3lm_generation_options o = {.sampling = greedy_sampling()};
    CHECK(s3lm_generation_begin(&g, &l.model, &o, prompt, 9) == S3LM_OK, "begin");
    for (uint32_t i = 0; i < 14u && l.model.drafts.waiting == 0u; i++) {
        s3lm_generation_step(&g);
    }
    CHECK(l.model.drafts.waiting > 0u, "no guess is waiting");
    uint32_t more[] = {1, 2}, length = l.model.length;
    CHECK(s3lm_forward(&l.model, more, 2, l.model.logits, false) == S3LM_OK, "forward");
    CHECK(l.model.drafts.waiting == 0u && l.model.length == length + 2u, "guesses wait behind another pass");
    CHECK(s3lm_forward(&fresh.model, l.model.ids, length + 2u, fresh.model.logits, false) == S3LM_OK, "fresh");
    CHECK(memcmp(fresh.model.logits, l.model.logits, 4u * vocab) == 0, "the logits after it");
    unload(&l);
    unload(&fresh);
}

int main(int argc, char **argv) {
    fixtures = argc > 1 ? argv[1] : ".";
    RUN(ids_and_logits_are_those_of_token_after_token, S3LM_MEMORY_SRAM);
    RUN(ids_and_logits_are_those_of_token_after_token, S3LM_MEMORY_FLASH);
    RUN(repetition_is_seen);
    RUN(a_pass_in_between_ends_guesses);
    return report();
}
