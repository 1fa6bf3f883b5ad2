/* The ways a generation goes and ends. */
#include <math.h>

#include "testing.h"

static const char *fixtures;

#define VOCAB 48u /* of the fixture `rows` */

/* Spells tokens for tests: id 10 + k is the k-th piece; others have no text. */
typedef struct {
    const char *const *pieces;
    uint32_t count;
    const char *rest; /* what comes at the end */
} speller;

static uint32_t spell(void *user, uint32_t id, uint8_t *out, uint32_t capacity) {
    const speller *s = user;
    const char *text = id == S3LM_NONE ? s->rest : id >= 10u && id - 10u < s->count ? s->pieces[id - 10u] : "";
    uint32_t length = text ? (uint32_t)strlen(text) : 0u;
    CHECK(length <= capacity, "no room for a piece");
    memcpy(out, text ? text : "", length);
    return length;
}

/* What a whole generation gave. */
typedef struct {
    uint32_t ids[64];
    uint32_t count;
    char text[512];
    char shown[64][64]; /* text of each step */
    s3lm_reason reason;
    uint32_t prefills;
} outcome;

static s3lm_generation generation;

static outcome finish(void) {
    outcome o = {.reason = S3LM_RUNNING};
    while (o.reason == S3LM_RUNNING && o.count < 60u) {
        s3lm_event event = s3lm_generation_step(&generation);
        o.reason = event.reason;
        if (event.kind == S3LM_EVENT_PREFILL) {
            o.prefills++;
            continue;
        }
        strncat(o.text, (const char *)event.text, event.text_length);
        strncat(o.shown[o.count], (const char *)event.text, event.text_length);
        if (event.kind == S3LM_EVENT_TOKEN) {
            o.ids[o.count++] = event.id;
        }
    }
    CHECK(s3lm_generation_step(&generation).kind == S3LM_EVENT_END, "a finished generation goes on");
    return o;
}

/* Lets the fixture's head answer with a script: token n + 1 follows token n. The head's bias is not there to be set, so
 * the embedding (tied) is: every row becomes unlike all others but the successor's. */
static void script(loaded *l) {
    for (uint32_t i = 0; i < l->package.tensor_count; i++) {
        s3lm_tensor *t = s3lm_model_tensor(&l->model, i);
        /* Without attention and feed-forward the residual stream is the embedding of the last token. */
        if (t->role == S3LM_ROLE_OUTPUT || t->role == S3LM_ROLE_DOWN) {
            memset((void *)(uintptr_t)t->tables[0], 0, 4u * s3lm_table_count(t, 0));
        }
    }
    /* A head of its own: row n + 1 is the embedding of n, so the successor scores highest. */
    static s3lm_tensor head;
    static int8_t rows[VOCAB * 32u];
    static float scales[VOCAB];
    const int8_t *embedding = l->model.embedding->data;
    for (uint32_t n = 0; n < VOCAB; n++) {
        uint32_t successor = (n + 1u) % VOCAB;
        int32_t square = 0;
        for (uint32_t i = 0; i < 32u; i++) {
            rows[successor * 32u + i] = embedding[n * 32u + i];
            square += embedding[n * 32u + i] * embedding[n * 32u + i];
        }
        scales[successor] = 1.0f / sqrtf((float)square);
    }
    head = *l->model.embedding;
    head.data = rows;
    head.tables[0] = scales;
    l->model.head = &head;
}

static s3lm_generation_options plain(void) { return (s3lm_generation_options){.sampling = greedy_sampling()}; }

static void begin(loaded *l, const s3lm_generation_options *o, uint32_t first, s3lm_status expected) {
    static uint32_t prompt[1];
    prompt[0] = first;
    s3lm_reset(&l->model);
    CHECK(s3lm_generation_begin(&generation, &l->model, o, prompt, 1) == expected, "begin");
}

static void a_generation_ends_by_length_stop_id_and_context(void) {
    loaded l;
    load(&l, fixtures, "rows", NULL);
    script(&l);
    s3lm_generation_options o = plain();
    o.sampling.max_new_tokens = 5;
    begin(&l, &o, 9, S3LM_OK);
    outcome r = finish();
    CHECK(r.reason == S3LM_END_LENGTH && r.count == 5u && r.ids[0] == 10u && r.ids[4] == 14u, "length");

    const uint32_t stop = 13;
    o.stop_ids = &stop;
    o.stop_id_count = 1;
    begin(&l, &o, 9, S3LM_OK);
    r = finish();
    CHECK(r.reason == S3LM_END_EOS && r.count == 4u && r.ids[3] == 13u, "stop id of the options");

    begin(&l, &o, VOCAB - 1u, S3LM_OK);
    r = finish();
    CHECK(r.reason == S3LM_END_EOS && r.ids[r.count - 1u] == 2u, "stop id of the package");

    o = plain();
    begin(&l, &o, 9, S3LM_OK);
    r = finish();
    CHECK(r.reason == S3LM_END_CONTEXT && r.count == 24u && l.model.length == 24u, "context: %u tokens", r.count);
    unload(&l);
}

static void stop_strings_match_across_tokens_and_stay_out_of_the_text(void) {
    static const char *const pieces[] = {"one", " tw", "o th", "ree", " four", "\nUs", "er", ":", " six"};
    speller s = {pieces, 9, ""};
    static const uint8_t *const stops[] = {(const uint8_t *)"\nUser:", (const uint8_t *)"zzz"};
    static const uint32_t lengths[] = {6, 3};
    loaded l;
    load(&l, fixtures, "rows", NULL);
    script(&l);
    s3lm_generation_options o = plain();
    o.piece = spell;
    o.piece_user = &s;
    o.stop_strings = stops;
    o.stop_lengths = lengths;
    o.stop_count = 2;
    begin(&l, &o, 9, S3LM_OK);
    outcome r = finish();
    CHECK(r.reason == S3LM_END_STOP, "reason %d", r.reason);
    CHECK(strcmp(r.text, "one two three four") == 0, "text '%s'", r.text);
    CHECK(strcmp(r.shown[0], "one") == 0 && strcmp(r.shown[5], "") == 0, "what may begin a stop string is held back");
    CHECK(r.ids[r.count - 1u] == 17u, "the last token completes the stop string");

    o.sampling.max_new_tokens = 6; /* ends inside the possible stop string */
    begin(&l, &o, 9, S3LM_OK);
    r = finish();
    CHECK(r.reason == S3LM_END_LENGTH && strcmp(r.text, "one two three four\nUs") == 0,
          "held text is given at the end");

    o.sampling.max_new_tokens = 8; /* ends with the very token that completes it */
    begin(&l, &o, 9, S3LM_OK);
    r = finish();
    CHECK(r.reason == S3LM_END_STOP && strcmp(r.text, "one two three four") == 0, "a stop string wins over length");

    o.sampling.max_new_tokens = 0;
    static const uint8_t *const middle[] = {(const uint8_t *)"three"};
    static const uint32_t middle_length[] = {5};
    o.stop_strings = middle;
    o.stop_lengths = middle_length;
    o.stop_count = 1;
    begin(&l, &o, 9, S3LM_OK);
    r = finish();
    CHECK(r.reason == S3LM_END_STOP && strcmp(r.text, "one two ") == 0, "inside tokens: '%s'", r.text);
    unload(&l);
}

static void characters_are_never_cut(void) {
    /* Euro sign, an emoji and an a with ring, in pieces; the last piece begins a character that never ends. */
    static const char *const pieces[] = {"\xE2", "\x82", "\xAC!", "\xF0\x9F", "\x98\x80\xC3", "\xA5", "x\xE2\x82"};
    speller s = {pieces, 7, ""};
    loaded l;
    load(&l, fixtures, "rows", NULL);
    script(&l);
    s3lm_generation_options o = plain();
    o.piece = spell;
    o.piece_user = &s;
    o.sampling.max_new_tokens = 7;
    begin(&l, &o, 9, S3LM_OK);
    outcome r = finish();
    static const char *const shown[] = {"", "", "\xE2\x82\xAC!", "", "\xF0\x9F\x98\x80", "\xC3\xA5", "x"};
    for (uint32_t i = 0; i < 7u; i++) {
        CHECK(strcmp(r.shown[i], shown[i]) == 0, "step %u shows '%s'", i, r.shown[i]);
    }
    s.rest = "\xAC."; /* the speller still had something */
    begin(&l, &o, 9, S3LM_OK);
    r = finish();
    CHECK(strcmp(r.shown[6], "x\xE2\x82\xAC.") == 0, "the end shows '%s'", r.shown[6]);
    unload(&l);
}

static void cancelling_gives_out_what_was_held(void) {
    static const char *const pieces[] = {"ab", "cd"};
    speller s = {pieces, 2, ""};
    static const uint8_t *const stops[] = {(const uint8_t *)"bx"};
    static const uint32_t lengths[] = {2};
    loaded l;
    load(&l, fixtures, "rows", NULL);
    script(&l);
    s3lm_generation_options o = plain();
    o.piece = spell;
    o.piece_user = &s;
    o.stop_strings = stops;
    o.stop_lengths = lengths;
    o.stop_count = 1;
    begin(&l, &o, 9, S3LM_OK);
    s3lm_generation_step(&generation);
    s3lm_event event = s3lm_generation_step(&generation);
    CHECK(event.kind == S3LM_EVENT_TOKEN && event.text_length == 1u && event.text[0] == 'a', "b is held back");
    s3lm_generation_cancel(&generation);
    event = s3lm_generation_step(&generation);
    CHECK(event.kind == S3LM_EVENT_END && event.reason == S3LM_END_CANCELLED, "cancelled");
    CHECK(event.text_length == 1u && event.text[0] == 'b', "what was held");
    CHECK(s3lm_generation_step(&generation).text_length == 0u, "once");
    unload(&l);
}

/* A model that reads its ids from scratch must continue exactly like one that slid. */
static void sliding_is_exact(const char *name, uint32_t keep) {
    loaded l, fresh;
    load(&l, fixtures, name, &(s3lm_options){.context = 12});
    load(&fresh, fixtures, name, &(s3lm_options){.context = 12});
    uint32_t prompt[40], vocab = l.package.config.vocab_size;
    for (uint32_t i = 0; i < 40u; i++) {
        prompt[i] = (i * 7u + 5u) % vocab;
    }
    s3lm_generation_options o = plain();
    o.full = S3LM_FULL_SLIDE;
    o.keep = keep;
    o.sampling.max_new_tokens = 40;
    s3lm_package package = l.package;
    package.stop_id_count = 0;
    l.model.package = &package;
    CHECK(s3lm_generation_begin(&generation, &l.model, &o, prompt, 40) == S3LM_OK, "a prompt longer than the context");
    outcome r = finish();
    CHECK(r.reason == S3LM_END_LENGTH && r.count == 40u, "ended by %d after %u", r.reason, r.count);
    for (uint32_t i = 0; i < keep; i++) {
        CHECK(l.model.ids[i] == prompt[i], "kept id %u", i);
    }
    CHECK(l.model.ids[l.model.length - 1u] == r.ids[38], "the newest id");
    float *expected = fresh.model.logits;
    CHECK(s3lm_forward(&fresh.model, l.model.ids, l.model.length, expected, false) == S3LM_OK, "fresh");
    CHECK(memcmp(expected, l.model.logits, 4u * vocab) == 0, "the logits differ from a fresh reading");
    unload(&l);
    unload(&fresh);
}

static void impossible_generations_are_refused(void) {
    loaded l;
    load(&l, fixtures, "rows", NULL);
    uint32_t prompt[30] = {0};
    static const uint8_t *const stops[] = {(const uint8_t *)"x"};
    static const uint32_t none[] = {0};
    s3lm_generation_options o = plain();
    CHECK(s3lm_generation_begin(&generation, &l.model, &o, prompt, 0) == S3LM_ERR_OPTIONS, "no prompt");
    CHECK(s3lm_generation_begin(&generation, &l.model, &o, prompt, 25) == S3LM_ERR_CONTEXT, "a prompt too long");
    prompt[2] = VOCAB;
    CHECK(s3lm_generation_begin(&generation, &l.model, &o, prompt, 3) == S3LM_ERR_TOKEN, "an unknown id");
    prompt[2] = 0;
    o.stop_strings = stops;
    o.stop_lengths = none;
    o.stop_count = 1;
    CHECK(s3lm_generation_begin(&generation, &l.model, &o, prompt, 3) == S3LM_ERR_OPTIONS, "stop string without text");
    o.piece = spell;
    CHECK(s3lm_generation_begin(&generation, &l.model, &o, prompt, 3) == S3LM_ERR_OPTIONS, "empty stop string");
    o = plain();
    o.full = S3LM_FULL_SLIDE;
    o.keep = 23;
    CHECK(s3lm_generation_begin(&generation, &l.model, &o, prompt, 3) == S3LM_ERR_OPTIONS, "keeping too much");
    unload(&l);
}

int main(int argc, char **argv) {
    fixtures = argc > 1 ? argv[1] : ".";
    RUN(a_generation_ends_by_length_stop_id_and_context);
    RUN(stop_strings_match_across_tokens_and_stay_out_of_the_text);
    RUN(characters_are_never_cut);
    RUN(cancelling_gives_out_what_was_held);
    RUN(sliding_is_exact, "rows", 0);
    RUN(sliding_is_exact, "taps", 0);
    RUN(sliding_is_exact, "rows", 4);
    RUN(sliding_is_exact, "taps", 4);
    RUN(sliding_is_exact, "rows", 10);
    RUN(sliding_is_exact, "taps", 10);
    RUN(impossible_generations_are_refused);
    return report();
}
