/* The section GRAM: opened, and every number of it checked. */
#include "bytes.h"
#include "grammar.h"
#include "grammar_format.h"

static bool check_state(const s3lm_grammar *g, uint32_t count, uint32_t arcs, uint32_t masks, const uint8_t *state) {
    uint32_t first = s3lm_u32(state + GRAMMAR_STATE_FIRST_ARC_AT), own = s3lm_u32(state + GRAMMAR_STATE_ARCS_AT);
    uint32_t mask = s3lm_u16(state + GRAMMAR_STATE_MASK_AT), mask_to = s3lm_u16(state + GRAMMAR_STATE_MASK_TO_AT);
    uint32_t final = state[GRAMMAR_STATE_FINAL_AT], vocab_size = g->package->config.vocab_size;
    bool has_mask = mask != GRAMMAR_NO_STATE;
    if (first > arcs || own > arcs - first || final > 1u ||
        (has_mask ? mask >= masks || mask_to >= count : mask_to != mask)) {
        return false;
    }
    for (uint32_t i = first; i < first + own; i++) {
        if (g->ids[i] >= vocab_size || (i > first && g->ids[i] <= g->ids[i - 1u]) || g->next[i] >= count) {
            return false;
        }
    }
    /* Something must be allowed: what leads on, or an end that there is a token for. */
    return own > 0u || has_mask || (final != 0u && g->package->stop_id_count > 0u);
}

/* Whether the distance of each state from where texts end is what its tokens say: one more than the nearest of those
 * that they lead to. So there is a way to the end from every state, and it gets shorter with each token. */
static bool ends(const s3lm_grammar *g, uint32_t index) {
    const uint8_t *state = g->states + GRAMMAR_STATE_BYTES * index;
    uint32_t own = s3lm_u16(state + GRAMMAR_STATE_LEAST_AT), nearest = S3LM_NONE - 1u;
    if (state[GRAMMAR_STATE_FINAL_AT] != 0u) {
        return own == 0u;
    }
    uint32_t first = s3lm_u32(state + GRAMMAR_STATE_FIRST_ARC_AT), count = s3lm_u32(state + GRAMMAR_STATE_ARCS_AT);
    for (uint32_t i = first; i < first + count; i++) {
        uint32_t far = s3lm_u16(g->states + GRAMMAR_STATE_BYTES * g->next[i] + GRAMMAR_STATE_LEAST_AT);
        nearest = far < nearest ? far : nearest;
    }
    if (s3lm_u16(state + GRAMMAR_STATE_MASK_AT) != GRAMMAR_NO_STATE) {
        uint32_t to = s3lm_u16(state + GRAMMAR_STATE_MASK_TO_AT);
        uint32_t far = s3lm_u16(g->states + GRAMMAR_STATE_BYTES * to + GRAMMAR_STATE_LEAST_AT);
        nearest = far < nearest ? far : nearest;
    }
    return own == nearest + 1u;
}

/* Whether a mask has a token, and none that the vocabulary does not have. */
static bool check_mask(const s3lm_grammar *g, uint32_t index) {
    const uint32_t *mask = g->masks + g->mask_words * index;
    uint32_t any = 0, rest = g->package->config.vocab_size % 32u;
    for (uint32_t i = 0; i < g->mask_words; i++) {
        any |= mask[i];
    }
    return any != 0u && (rest == 0u || mask[g->mask_words - 1u] >> rest == 0u);
}

bool s3lm_grammar_open(s3lm_grammar *g, const s3lm_package *package) {
    uint32_t length;
    const uint8_t *section = s3lm_package_section(package, S3LM_KIND_GRAM, &length);
    *g = (s3lm_grammar){.package = package};
    return !section || s3lm_grammar_read(g, package, section, length);
}

bool s3lm_grammar_read(s3lm_grammar *g, const s3lm_package *package, const uint8_t *p, uint32_t length) {
    *g = (s3lm_grammar){.package = package};
    if (length < GRAMMAR_HEADER_BYTES || length > GRAMMAR_MAX_BYTES ||
        s3lm_u16(p + GRAMMAR_HEADER_VERSION_AT) != GRAMMAR_VERSION) {
        return false;
    }
    uint32_t states = s3lm_u16(p + GRAMMAR_HEADER_STATES_AT), arcs = s3lm_u32(p + GRAMMAR_HEADER_ARCS_AT);
    uint32_t masks = s3lm_u32(p + GRAMMAR_HEADER_MASKS_AT), vocab_size = s3lm_u32(p + GRAMMAR_HEADER_VOCAB_SIZE_AT);
    if (states < 1u || states > GRAMMAR_MAX_STATES || arcs > GRAMMAR_MAX_ARCS || masks > GRAMMAR_MAX_MASKS ||
        vocab_size != package->config.vocab_size) {
        return false;
    }
    g->mask_words = s3lm_groups(vocab_size, 32);
    uint32_t ids_at = GRAMMAR_HEADER_BYTES + GRAMMAR_STATE_BYTES * states;
    uint32_t next_at = ids_at + 4u * arcs, masks_at = next_at + 2u * (arcs + (arcs & 1u));
    if ((uint64_t)masks_at + (uint64_t)4u * g->mask_words * masks != length) {
        return false;
    }
    g->states = p + GRAMMAR_HEADER_BYTES;
    g->ids = (const uint32_t *)(const void *)(p + ids_at);
    g->next = (const uint16_t *)(const void *)(p + next_at);
    g->masks = (const uint32_t *)(const void *)(p + masks_at);
    for (uint32_t i = 0; i < masks; i++) {
        if (!check_mask(g, i)) {
            return false;
        }
    }
    for (uint32_t i = 0; i < states; i++) {
        if (!check_state(g, states, arcs, masks, g->states + GRAMMAR_STATE_BYTES * i)) {
            return false;
        }
    }
    for (uint32_t i = 0; i < states; i++) {
        if (!ends(g, i)) {
            return false;
        }
    }
    return true;
}
