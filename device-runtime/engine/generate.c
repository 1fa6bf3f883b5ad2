/* Generation, one step at a time: read the prompt in passes, then sample, emit whole characters, watch for the ends. */
#include "drafts.h"
#include "grammar.h"
#include "model_parts.h"

/* A UTF-8 character has at most this many bytes. */
#define LONGEST_CHARACTER 4u

static bool is_stop_id(const s3lm_generation *g, uint32_t id) {
    const s3lm_package *package = g->model->package;
    for (uint32_t i = 0; i < package->stop_id_count; i++) {
        if (package->stop_ids[i] == id) {
            return true;
        }
    }
    for (uint32_t i = 0; i < g->options.stop_id_count; i++) {
        if (g->options.stop_ids[i] == id) {
            return true;
        }
    }
    return false;
}

static bool options_valid(const s3lm_generation_options *o, const s3lm_model *model) {
    if (!s3lm_sampling_valid(&o->sampling) || o->stop_id_count > S3LM_MAX_STOP_IDS ||
        o->stop_count > S3LM_MAX_STOP_STRINGS || (o->stop_count > 0u && !o->piece)) {
        return false;
    }
    for (uint32_t i = 0; i < o->stop_count; i++) {
        if (o->stop_lengths[i] < 1u || o->stop_lengths[i] > S3LM_MAX_STOP_BYTES) {
            return false;
        }
    }
    /* Sliding must leave room: something to drop, and something new. */
    return o->full == S3LM_FULL_STOP || (o->full == S3LM_FULL_SLIDE && o->keep + 2u <= model->context);
}

s3lm_status s3lm_generation_begin(s3lm_generation *g, s3lm_model *model, const s3lm_generation_options *options,
                                  const uint32_t *prompt, uint32_t count) {
    g->model = model;
    g->options = *options;
    g->prompt = prompt;
    g->prompt_count = count;
    g->prompt_done = 0;
    g->new_tokens = 0;
    g->drafted = 0;
    g->accepted = 0;
    g->pass_tokens = 0;
    g->used_draft = false;
    g->pending = 0;
    g->state = 0;
    g->token = S3LM_NONE;
    g->reason = S3LM_RUNNING;
    g->status = S3LM_OK;
    g->held = 0;
    g->given = 0;
    s3lm_random_seed(&g->random, options->seed);
    if (count == 0u || !options_valid(options, model)) {
        return S3LM_ERR_OPTIONS;
    }
    for (uint32_t i = 0; i < count; i++) {
        if (prompt[i] >= model->package->config.vocab_size) {
            return S3LM_ERR_TOKEN;
        }
    }
    if (options->full == S3LM_FULL_STOP && count > model->context - model->length) {
        return S3LM_ERR_CONTEXT;
    }
    return S3LM_OK;
}

void s3lm_generation_cancel(s3lm_generation *g) {
    if (g->reason == S3LM_RUNNING) {
        g->reason = S3LM_END_CANCELLED;
    }
}

/* Drops the older half of what follows the first `keep` tokens and recomputes the rest at its new positions. */
static s3lm_status slide(s3lm_generation *g) {
    s3lm_model *model = g->model;
    uint32_t keep = g->options.keep < model->length ? g->options.keep : model->length;
    uint32_t newest = (model->length - keep) / 2u;
    uint32_t from = model->length - newest;
    for (uint32_t i = 0; i < newest; i++) {
        model->ids[keep + i] = model->ids[from + i];
    }
    s3lm_truncate(model, keep);
    /* s3lm_forward writes the ids where they already are. */
    return newest > 0u ? s3lm_forward(model, model->ids + keep, newest, NULL, false) : S3LM_OK;
}

/* Slides when the context is full and the policy says so. */
static s3lm_status make_room(s3lm_generation *g) {
    bool full = g->model->length == g->model->context;
    return full && g->options.full == S3LM_FULL_SLIDE ? slide(g) : S3LM_OK;
}

static s3lm_event end(s3lm_generation *g) { return (s3lm_event){S3LM_EVENT_END, S3LM_NONE, g->text, 0, g->reason}; }

static s3lm_event fail(s3lm_generation *g, s3lm_status status) {
    g->status = status;
    g->reason = S3LM_END_ERROR;
    return end(g);
}

/* ---- Text ---- */

static bool equal(const uint8_t *a, const uint8_t *b, uint32_t n) {
    for (uint32_t i = 0; i < n; i++) {
        if (a[i] != b[i]) {
            return false;
        }
    }
    return true;
}

/* Forgets the bytes that the last event showed. */
static void drop_given(s3lm_generation *g) {
    for (uint32_t i = g->given; i < g->held; i++) {
        g->text[i - g->given] = g->text[i];
    }
    g->held -= g->given;
    g->given = 0;
}

/* Where the first stop string in the held text begins; held when there is none. */
static uint32_t find_stop(const s3lm_generation *g) {
    for (uint32_t at = 0; at < g->held; at++) {
        for (uint32_t i = 0; i < g->options.stop_count; i++) {
            uint32_t n = g->options.stop_lengths[i];
            if (n <= g->held - at && equal(g->text + at, g->options.stop_strings[i], n)) {
                return at;
            }
        }
    }
    return g->held;
}

/* How much of the held text cannot be the start of a stop string. */
static uint32_t safe_from_stops(const s3lm_generation *g) {
    for (uint32_t at = 0; at < g->held; at++) {
        for (uint32_t i = 0; i < g->options.stop_count; i++) {
            uint32_t rest = g->held - at;
            if (rest < g->options.stop_lengths[i] && equal(g->text + at, g->options.stop_strings[i], rest)) {
                return at;
            }
        }
    }
    return g->held;
}

/* `length`, less the bytes of a character that is cut there. */
static uint32_t whole_characters(const uint8_t *text, uint32_t length) {
    uint32_t back = 0;
    while (back < length && back < LONGEST_CHARACTER - 1u && (text[length - 1u - back] & 0xC0u) == 0x80u) {
        back++;
    }
    if (back == length) {
        return length;
    }
    uint8_t lead = text[length - 1u - back];
    uint32_t size = lead >= 0xF0u ? 4u : lead >= 0xE0u ? 3u : lead >= 0xC0u ? 2u : 1u;
    return back + 1u < size ? length - back - 1u : length;
}

static void append(s3lm_generation *g, uint32_t id) {
    if (g->options.piece) {
        uint32_t room = (uint32_t)sizeof g->text - g->held;
        g->held += g->options.piece(g->options.piece_user, id, g->text + g->held, room);
    }
}

/* Decides what of the held text is given out now, and whether a stop string ends the generation. */
static void settle_text(s3lm_generation *g) {
    uint32_t stop = find_stop(g);
    if (stop < g->held) {
        g->held = stop;
        g->reason = S3LM_END_STOP;
    }
    g->given = whole_characters(g->text, g->reason == S3LM_RUNNING ? safe_from_stops(g) : g->held);
}

/* ---- Steps ---- */

static s3lm_event prefill(s3lm_generation *g) {
    s3lm_model *model = g->model;
    uint32_t left = g->prompt_count - g->prompt_done;
    s3lm_status status = make_room(g);
    if (status != S3LM_OK) {
        return fail(g, status);
    }
    uint32_t room = model->context - model->length;
    uint32_t n = left < model->max_batch ? left : model->max_batch;
    n = room > 0u && room < n ? room : n;
    status = s3lm_forward(model, g->prompt + g->prompt_done, n, n == left ? model->logits : NULL, false);
    if (status != S3LM_OK) {
        return fail(g, status);
    }
    s3lm_drafts_push(model, g->prompt + g->prompt_done, n);
    g->prompt_done += n;
    return (s3lm_event){S3LM_EVENT_PREFILL, S3LM_NONE, g->text, 0, S3LM_RUNNING};
}

/* Runs tokens whose turn it is, without guesses; those that the last pass made are of no use any more. */
static s3lm_status run_plain(s3lm_generation *g, const uint32_t *ids, uint32_t count, float *logits) {
    s3lm_drafts_drop(g->model, ids, count);
    return s3lm_forward(g->model, ids, count, logits, false);
}

/* Runs what was produced through the model; logits after it at model->logits, if they are wanted: of the last pass when
 * that guessed the token, else of a new one. */
static s3lm_status run_pending(s3lm_generation *g, bool wanted) {
    s3lm_model *model = g->model;
    uint32_t count = g->pending;
    g->pending = 0;
    if (count > 1u) {
        /* There is room: see `forced`. */
        model->ids[model->length + count - 1u] = g->token;
        return run_plain(g, model->ids + model->length, count, wanted ? model->logits : NULL);
    }
    if (wanted && s3lm_drafts_hold(g)) {
        return s3lm_drafts_next(g);
    }
    s3lm_status status = make_room(g);
    if (status != S3LM_OK) {
        return status;
    }
    return wanted ? s3lm_drafts_run(g) : run_plain(g, &g->token, 1, NULL);
}

s3lm_status s3lm_generation_settle(s3lm_generation *g) {
    if (g->pending < 2u) {
        return S3LM_OK;
    }
    uint32_t count = g->pending - 1u;
    g->pending = 1;
    return run_plain(g, g->model->ids + g->model->length, count, NULL);
}

/* Where the text is, and for how many tokens more there is room. */
static s3lm_place place_of(const s3lm_generation *g) {
    uint32_t most = g->options.sampling.max_new_tokens, left = most == 0u ? S3LM_NONE : most - g->new_tokens;
    if (g->options.full == S3LM_FULL_STOP) {
        uint32_t room = g->model->context + 1u - (g->model->length + g->pending);
        left = room < left ? room : left;
    }
    return (s3lm_place){g->options.grammar, g->state, left};
}

/* Adds a token that there is no other for, if so; what is then pending fits the context. */
static bool forced(s3lm_generation *g, const s3lm_place *place, s3lm_status *status) {
    s3lm_model *model = g->model;
    uint32_t id = place->grammar && !g->options.every ? s3lm_only_token(place) : S3LM_NONE;
    if (id == S3LM_NONE) {
        return false;
    }
    if (g->pending > 0u && model->length + g->pending >= model->context) {
        *status = run_pending(g, false);
    }
    if (g->pending > 0u) {
        model->ids[model->length + g->pending - 1u] = g->token;
    }
    g->token = id;
    g->pending++;
    /* A number for each token, so that those behind it are drawn as without a grammar. */
    if (g->options.sampling.do_sample && g->options.sampling.temperature > 0.0f) {
        s3lm_random_next(&g->random);
    }
    return true;
}

/* The next token. */
static s3lm_status produce(s3lm_generation *g) {
    s3lm_place place = place_of(g);
    s3lm_status status = S3LM_OK;
    if (!forced(g, &place, &status)) {
        if (g->pending > 0u) {
            status = run_pending(g, true);
        }
        if (status == S3LM_OK) {
            g->token = s3lm_sample_at(g->model, &g->options.sampling, &g->random, g->model->logits, &place);
            g->pending = 1;
        }
    }
    g->new_tokens += status == S3LM_OK;
    return status;
}

s3lm_event s3lm_generation_step(s3lm_generation *g) {
    s3lm_model *model = g->model;
    g->pass_tokens = 0;
    g->used_draft = false;
    drop_given(g);
    if (g->reason == S3LM_END_CANCELLED) {
        s3lm_status status = s3lm_generation_settle(g);
        if (status != S3LM_OK) {
            return fail(g, status);
        }
        if (g->held > 0u) {
            g->given = whole_characters(g->text, g->held);
            g->held = g->given;
            return (s3lm_event){S3LM_EVENT_END, S3LM_NONE, g->text, g->given, g->reason};
        }
    }
    if (g->reason != S3LM_RUNNING) {
        return end(g);
    }
    if (g->prompt_done < g->prompt_count) {
        return prefill(g);
    }
    s3lm_status status = produce(g);
    if (status != S3LM_OK) {
        return fail(g, status);
    }
    if (is_stop_id(g, g->token)) {
        g->reason = S3LM_END_EOS;
    } else {
        if (g->options.grammar) {
            g->state = s3lm_grammar_next(g->options.grammar, g->state, g->token);
        }
        append(g, g->token);
        if (g->options.sampling.max_new_tokens != 0u && g->new_tokens >= g->options.sampling.max_new_tokens) {
            g->reason = S3LM_END_LENGTH;
        } else if (g->options.full == S3LM_FULL_STOP && model->length + g->pending > model->context) {
            g->reason = S3LM_END_CONTEXT;
        }
    }
    /* A stop string may be completed by this token whatever else ends here. */
    settle_text(g);
    if (g->reason != S3LM_RUNNING && g->reason != S3LM_END_STOP) {
        append(g, S3LM_NONE);
        settle_text(g);
    }
    status = g->reason == S3LM_RUNNING ? S3LM_OK : s3lm_generation_settle(g);
    if (status != S3LM_OK) {
        return fail(g, status);
    }
    return (s3lm_event){S3LM_EVENT_TOKEN, g->token, g->text, g->given, g->reason};
}
