/* Following a grammar from token to token. */
#include "grammar.h"

#include "bytes.h"
#include "grammar_format.h"
#include "numerics.h"

static const uint8_t *state_at(const s3lm_grammar *g, uint32_t state) {
    return g->states + GRAMMAR_STATE_BYTES * state;
}

static bool is_final(const uint8_t *state) { return state[GRAMMAR_STATE_FINAL_AT] != 0u; }

static uint32_t arcs_of(const uint8_t *state) { return s3lm_u32(state + GRAMMAR_STATE_ARCS_AT); }

/* Fewest tokens from a state to where a text may end. */
static uint32_t least(const s3lm_grammar *g, uint32_t state) {
    return s3lm_u16(state_at(g, state) + GRAMMAR_STATE_LEAST_AT);
}

static bool is_stop(const s3lm_grammar *g, uint32_t id) {
    for (uint32_t i = 0; i < g->package->stop_id_count; i++) {
        if (g->package->stop_ids[i] == id) {
            return true;
        }
    }
    return false;
}

static const uint32_t *mask_of(const s3lm_grammar *g, const uint8_t *state) {
    uint32_t mask = s3lm_u16(state + GRAMMAR_STATE_MASK_AT);
    return mask == GRAMMAR_NO_STATE ? NULL : g->masks + g->mask_words * mask;
}

uint32_t s3lm_grammar_next(const s3lm_grammar *g, uint32_t index, uint32_t id) {
    const uint8_t *state = state_at(g, index);
    uint32_t low = s3lm_u32(state + GRAMMAR_STATE_FIRST_ARC_AT), end = low + arcs_of(state), high = end;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2u;
        if (g->ids[middle] < id) {
            low = middle + 1u;
        } else {
            high = middle;
        }
    }
    if (low < end && g->ids[low] == id) {
        return g->next[low];
    }
    const uint32_t *mask = mask_of(g, state);
    return mask && (mask[id / 32u] >> (id % 32u) & 1u) != 0u ? s3lm_u16(state + GRAMMAR_STATE_MASK_TO_AT) : S3LM_NONE;
}

/* Tokens that are left behind the next one; more than any state needs when the text cannot be ended in time anyway. */
static uint32_t left_behind(const s3lm_place *p) {
    return least(p->grammar, p->state) <= p->left ? p->left - 1u : S3LM_NONE;
}

bool s3lm_may_come(const s3lm_place *p, uint32_t id) {
    uint32_t next = s3lm_grammar_next(p->grammar, p->state, id);
    if (next != S3LM_NONE) {
        return least(p->grammar, next) <= left_behind(p);
    }
    return is_final(state_at(p->grammar, p->state)) && is_stop(p->grammar, id);
}

uint32_t s3lm_only_token(const s3lm_place *p) {
    const s3lm_grammar *g = p->grammar;
    const uint8_t *state = state_at(g, p->state);
    if (mask_of(g, state)) {
        return S3LM_NONE;
    }
    if (is_final(state)) {
        return arcs_of(state) == 0u && g->package->stop_id_count == 1u ? g->package->stop_ids[0] : S3LM_NONE;
    }
    return arcs_of(state) == 1u ? g->ids[s3lm_u32(state + GRAMMAR_STATE_FIRST_ARC_AT)] : S3LM_NONE;
}

void s3lm_forbid(const s3lm_place *p, float *logits) {
    const s3lm_grammar *g = p->grammar;
    const uint8_t *state = state_at(g, p->state);
    uint32_t arc = s3lm_u32(state + GRAMMAR_STATE_FIRST_ARC_AT), end = arc + arcs_of(state), behind = left_behind(p);
    const uint32_t *mask = mask_of(g, state);
    if (mask && least(g, s3lm_u16(state + GRAMMAR_STATE_MASK_TO_AT)) > behind) {
        mask = NULL;
    }
    for (uint32_t id = 0; id < g->package->config.vocab_size; id++) {
        bool may = mask && (mask[id / 32u] >> (id % 32u) & 1u) != 0u;
        if (arc < end && g->ids[arc] == id) {
            may = least(g, g->next[arc]) <= behind;
            arc++;
        }
        if (!may && !(is_final(state) && is_stop(g, id))) {
            logits[id] = -s3lm_from_bits(S3LM_INFINITY_BITS);
        }
    }
}
