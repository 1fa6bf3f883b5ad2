/* Speculative decoding without a second model (Leviathan et al. 2023; drafts from the text itself: Saxena 2023, "prompt
 * lookup"). Where the last tokens stood before, what followed them is a guess at what follows now. A pass runs the
 * token and the guesses behind it together, which reads the weights once; each guess is then compared with the token
 * that is picked from the logits in front of it. Ids are those of token after token: only their time depends on the
 * guesses.
 */
#include "drafts.h"

#include "bytes.h"
#include "model_parts.h"

/* Tokens that are compared to find where a text was like this; longer likenesses are as good. */
#define LONGEST_MATCH 6u
/* Places that are looked at, the newest. */
#define MOST_MATCHES 32u
/* From so many equal tokens on a place has a say in whether a guess is doubtful. */
#define SAYING_MATCH 3u
/* Of 256: how often guesses are right as long as nobody knows, by how many tokens were alike (1, up to 4, more), and
 * then by whether such places went on differently, there is one only, or all went on alike. */
static const uint8_t FIRST_ODDS[S3LM_DRAFT_CLASSES] = {40, 90, 128, 80, 128, 160, 128, 176, 208};
/* A right or a wrong guess moves the odds by one part in so many, as a power of 2. */
#define ODDS_SHIFT 3u
#define MOST_ODDS 255u
/* Of so many tokens one looks for a guess where none was worth it, and of so many one raises its odds by 1 of 256, so
 * that it is tried again. */
#define SELDOM 4u
#define PATIENCE 8u
/* Times of a caller without a clock: of a pass with one token, and of each guess beside it. */
#define USUAL_SINGLE 256u
#define USUAL_EXTRA 96u
/* Times count as if they were no longer than this, so that their products with odds stay inside 32 bits. */
#define MOST_TICKS 0xFFFFFFu

void s3lm_drafts_start(s3lm_drafts *d) {
    for (uint32_t i = 0; i < S3LM_DRAFT_CLASSES; i++) {
        d->odds[i] = FIRST_ODDS[i];
    }
}

void s3lm_drafts_push(s3lm_model *model, const uint32_t *ids, uint32_t n) {
    s3lm_drafts *d = &model->drafts;
    for (uint32_t i = 0; i < n; i++) {
        /* Guesses that were right may stand behind the last place. */
        if (d->count >= S3LM_RECENT_TOKENS) {
            const uint32_t *newest = d->recent + d->count - S3LM_RECENT_TOKENS / 2u;
            for (d->count = 0; d->count < S3LM_RECENT_TOKENS / 2u; d->count++) {
                d->recent[d->count] = newest[d->count];
            }
        }
        d->recent[d->count++] = ids[i];
    }
}

void s3lm_drafts_drop(s3lm_model *model, const uint32_t *ids, uint32_t n) {
    model->drafts.waiting = model->drafts.done = 0;
    s3lm_drafts_push(model, ids, n);
}

/* How many of the tokens up to `at` are those at the end of the text; the last is. */
static uint32_t match_at(const uint32_t *ids, uint32_t count, uint32_t at) {
    uint32_t alike = 1;
    while (alike < LONGEST_MATCH && alike <= at && ids[at - alike] == ids[count - 1u - alike]) {
        alike++;
    }
    return alike;
}

/* What follows `count` tokens, if it is what followed where the text was most like this, the last time; S3LM_NONE where
 * it never was. */
static uint32_t predict(const uint32_t *ids, uint32_t count, uint8_t *class) {
    struct {
        uint32_t alike, next;
    } places[MOST_MATCHES];
    uint32_t found = 0, longest = 0, next = S3LM_NONE, same = 0, others = 0;
    for (uint32_t at = count - 1u; at-- > 0u && found < MOST_MATCHES;) {
        if (ids[at] == ids[count - 1u]) {
            uint32_t alike = match_at(ids, count, at);
            places[found].alike = alike;
            places[found++].next = ids[at + 1u];
            if (alike > longest) {
                longest = alike;
                next = ids[at + 1u];
            }
        }
    }
    for (uint32_t i = 0; i < found; i++) {
        if (places[i].alike >= SAYING_MATCH || places[i].alike >= longest) {
            places[i].next == next ? same++ : others++;
        }
    }
    uint32_t length = longest > 4u ? 2u : longest > 1u ? 1u : 0u;
    *class = (uint8_t)(3u * length + (others > 0u ? 0u : same > 1u ? 2u : 1u));
    return next;
}

/* Whether a guess that is right in `chance` of 256 cases saves more time than it takes. */
static bool is_worth(const s3lm_drafts *d, uint32_t chance) {
    uint32_t single = d->single != 0u ? d->single : USUAL_SINGLE;
    uint32_t extra = d->extra != 0u ? d->extra : (uint32_t)((uint64_t)single * USUAL_EXTRA / USUAL_SINGLE);
    uint32_t saved = single > d->row ? single - d->row : 0u;
    return chance * saved > extra * 256u;
}

/* Guesses what follows the newest token, and then what follows the guesses; `room` at most. */
static uint32_t guess(s3lm_drafts *d, uint32_t room) {
    uint32_t best = 0, chance = 256u, n = 0;
    for (uint32_t i = 0; i < S3LM_DRAFT_CLASSES; i++) {
        best = d->odds[i] > best ? d->odds[i] : best;
    }
    d->idle++;
    if (!is_worth(d, best) && d->idle % SELDOM != 0u) {
        /* Not even the best odds are worth it, and looking takes time as well. */
        return 0;
    }
    while (n < room && (n == 0u || is_worth(d, chance * best >> 8))) {
        uint32_t id = predict(d->recent, d->count + n, &d->classes[n]);
        if (id == S3LM_NONE) {
            break;
        }
        uint8_t *odds = &d->odds[d->classes[n]];
        chance = chance * *odds >> 8;
        if (!is_worth(d, chance)) {
            /* It is tried again after a while. */
            *odds += n == 0u && d->idle % PATIENCE == 0u && *odds < MOST_ODDS;
            break;
        }
        d->recent[d->count + n++] = id;
    }
    return n;
}

static void learn(uint8_t *known, bool right) {
    uint32_t odds = *known;
    odds = right ? odds + ((256u - odds) >> ODDS_SHIFT) : odds - (odds >> ODDS_SHIFT);
    *known = (uint8_t)(odds < MOST_ODDS ? odds : MOST_ODDS);
}

/* Logits of a row of the last pass, at model->logits. Where the head comes from slower memory than SRAM, those of the
 * rows after it are computed with it, as far as there is room where the projections were. */
static s3lm_status logits_of(s3lm_model *model, uint32_t row) {
    s3lm_drafts *d = &model->drafts;
    uint32_t vocab_size = model->package->config.vocab_size, rows = d->waiting + 1u - row;
    uint32_t room = model->max_batch * model->projected_stride / vocab_size;
    if (row - d->first_row >= d->rows) {
        d->rows = 0;
        rows = rows < room ? rows : room;
        if (rows < 2u || model->project_out || (model->head->placement == S3LM_MEMORY_SRAM && !model->head->rest) ||
            s3lm_classify(model, row, rows, model->projected) != S3LM_OK) {
            /* A guess whose numbers overflow may be wrong, and then nobody asks. */
            return s3lm_classify(model, row, 1, model->logits);
        }
        d->first_row = (uint8_t)row;
        d->rows = (uint8_t)rows;
    }
    const float *logits = model->projected + (size_t)(row - d->first_row) * vocab_size;
    for (uint32_t i = 0; i < vocab_size; i++) {
        model->logits[i] = logits[i];
    }
    return S3LM_OK;
}

/* How many guesses there is room for behind the pending token. */
static uint32_t room_for(const s3lm_generation *g) {
    const s3lm_model *model = g->model;
    uint32_t most = g->options.sampling.max_new_tokens, room = model->max_batch - 1u;
    uint32_t left = model->context - model->length;
    /* The past of convolutions cannot be taken back. */
    if (g->options.no_drafts || model->convolves || left == 0u) {
        return 0;
    }
    room = room < S3LM_MOST_DRAFTS ? room : S3LM_MOST_DRAFTS;
    room = room < left - 1u ? room : left - 1u;
    return most == 0u || most - g->new_tokens > room ? room : most - g->new_tokens - 1u;
}

bool s3lm_drafts_hold(s3lm_generation *g) {
    s3lm_drafts *d = &g->model->drafts;
    if (d->done < d->waiting) {
        /* The guesses stand behind the tokens that were read. */
        g->used_draft = d->recent[d->count] == g->token;
        learn(&d->odds[d->classes[d->done]], g->used_draft);
        d->waiting = g->used_draft ? d->waiting : 0u;
    }
    if (g->used_draft) {
        d->count++;
    } else {
        s3lm_drafts_push(g->model, &g->token, 1);
    }
    return g->used_draft;
}

s3lm_status s3lm_drafts_next(s3lm_generation *g) {
    s3lm_model *model = g->model;
    model->drafts.done++;
    model->length++;
    g->accepted++;
    return logits_of(model, model->drafts.done);
}

s3lm_status s3lm_drafts_run(s3lm_generation *g) {
    s3lm_model *model = g->model;
    s3lm_drafts *d = &model->drafts;
    uint32_t n = guess(d, room_for(g));
    const uint32_t *guesses = d->recent + d->count;
    g->pass_tokens = n + 1u;
    if (n == 0u) {
        return s3lm_forward(model, &g->token, 1, model->logits, false);
    }
    uint32_t ids[S3LM_MOST_DRAFTS + 1u] = {g->token};
    for (uint32_t i = 0; i < n; i++) {
        ids[i + 1u] = guesses[i];
    }
    s3lm_run_pass(model, ids, n + 1u);
    model->length -= n;
    d->waiting = (uint8_t)n;
    d->done = 0;
    d->rows = 0;
    g->drafted += n;
    return logits_of(model, 0);
}

/* A time that was seen, into one that is known: a quarter of the way. */
static void approach(uint32_t *known, uint32_t seen) {
    seen = seen < 1u ? 1u : seen;
    *known = *known == 0u ? seen : *known - (*known >> 2) + (seen >> 2);
}

void s3lm_generation_timed(s3lm_generation *g, uint32_t ticks) {
    s3lm_drafts *d = &g->model->drafts;
    uint32_t seen = ticks < MOST_TICKS ? ticks : MOST_TICKS;
    if (g->pass_tokens == 1u) {
        approach(&d->single, seen);
    } else if (g->pass_tokens > 1u && d->single != 0u) {
        approach(&d->extra, seen > d->single ? (seen - d->single) / (g->pass_tokens - 1u) : 1u);
    } else if (g->used_draft) {
        approach(&d->row, seen);
    }
}
