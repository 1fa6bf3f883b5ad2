/* The section ACTN: opened, and every number of it checked. */
#include "../engine/bytes.h"
#include "actions.h"

#define U16(record, field) s3lm_u16((record) + ACTIONS_##field##_AT)
#define U32(record, field) s3lm_u32((record) + ACTIONS_##field##_AT)

/* Shortest and longest pulses of any servo, in microseconds. */
#define SERVO_SHORTEST 500u
#define SERVO_LONGEST 2500u
#define SERVO_DEGREES 180u

static const char BROKEN[] = "The model's actions are damaged. Convert it again.";

actions_text actions_text_at(const actions_section *section, uint32_t reference) {
    if (reference == ACTIONS_NO_TEXT) {
        return (actions_text){NULL, 0};
    }
    return (actions_text){section->texts + reference + 1u, section->texts[reference]};
}

static bool is_text(const actions_section *s, uint32_t reference) {
    return reference < s->text_bytes && s->texts[reference] <= s->text_bytes - reference - 1u;
}

static bool may_be_text(const actions_section *s, uint32_t reference) {
    return reference == ACTIONS_NO_TEXT || is_text(s, reference);
}

/* Whether [first, first + count) lies in a table. */
static bool lies_in(uint32_t first, uint32_t count, uint32_t table) { return first <= table && count <= table - first; }

static const char *check_outputs(const actions_section *s, const app_pins *pins) {
    uint32_t pulses = 0, lights = 0;
    uint64_t taken = 0;
    for (uint32_t i = 0; i < s->output_count; i++) {
        const uint8_t *p = s->outputs + i * ACTIONS_OUTPUT_BYTES;
        uint32_t kind = p[ACTIONS_OUTPUT_KIND_AT], pin = p[ACTIONS_OUTPUT_PIN_AT];
        uint32_t on = U32(p, OUTPUT_ON), off = U32(p, OUTPUT_OFF);
        uint32_t shortest = U16(p, OUTPUT_SHORTEST), longest = U16(p, OUTPUT_LONGEST);
        if (kind > ACTION_OUTPUT_LIGHT || p[ACTIONS_OUTPUT_INVERTED_AT] > 1u || !is_text(s, U16(p, OUTPUT_NAME))) {
            return BROKEN;
        }
        pulses += kind == ACTION_OUTPUT_DIMMER || kind == ACTION_OUTPUT_SERVO;
        lights += kind == ACTION_OUTPUT_LIGHT;
        uint32_t most = kind == ACTION_OUTPUT_SERVO ? SERVO_DEGREES : kind == ACTION_OUTPUT_LIGHT ? 0xFFFFFFu : 100u;
        bool is_servo = kind == ACTION_OUTPUT_SERVO;
        if (on > most || off > most ||
            (is_servo && (shortest < SERVO_SHORTEST || longest > SERVO_LONGEST || shortest >= longest))) {
            return BROKEN;
        }
        if (pin > 63u || (taken >> pin & 1u) != 0u || !pins->is_free(pin)) {
            return "The model's actions use a pin that is not free on this board. Convert it again.";
        }
        taken |= (uint64_t)1 << pin;
    }
    if (pulses > APP_PULSE_CHANNELS || lights > APP_LIGHT_CHANNELS) {
        return "The model's actions dim or move more than the chip can. Convert it again.";
    }
    for (uint32_t i = 0; i < s->input_count; i++) {
        const uint8_t *p = s->inputs + i * ACTIONS_INPUT_BYTES;
        uint32_t kind = p[ACTIONS_INPUT_KIND_AT], pin = p[ACTIONS_INPUT_PIN_AT];
        if (kind > ACTION_INPUT_TEMPERATURE || p[ACTIONS_INPUT_PULL_AT] > APP_PULL_DOWN ||
            !is_text(s, U16(p, INPUT_NAME)) || !may_be_text(s, U16(p, INPUT_LOW)) ||
            !may_be_text(s, U16(p, INPUT_HIGH))) {
            return BROKEN;
        }
        if (kind == ACTION_INPUT_LEVEL && (pin > 63u || (taken >> pin & 1u) != 0u || !pins->is_free(pin))) {
            return "The model's actions read a pin that is not free on this board. Convert it again.";
        }
    }
    return NULL;
}

static bool rules_hold(const actions_section *s) {
    for (uint32_t i = 0; i < s->rule_count; i++) {
        const uint8_t *p = s->rules + i * ACTIONS_RULE_BYTES;
        if (!lies_in(U16(p, RULE_FIRST_CONDITION), U16(p, RULE_CONDITIONS), s->condition_count) ||
            !lies_in(U16(p, RULE_FIRST_EFFECT), U16(p, RULE_EFFECTS), s->effect_count)) {
            return false;
        }
    }
    for (uint32_t i = 0; i < s->condition_count; i++) {
        const uint8_t *p = s->conditions + i * ACTIONS_CONDITION_BYTES;
        if (!may_be_text(s, U16(p, CONDITION_KEY)) || !is_text(s, U16(p, CONDITION_VALUE))) {
            return false;
        }
    }
    for (uint32_t i = 0; i < s->effect_count; i++) {
        const uint8_t *p = s->effects + i * ACTIONS_EFFECT_BYTES;
        uint32_t change = p[ACTIONS_EFFECT_CHANGE_AT], target = p[ACTIONS_EFFECT_TARGET_AT];
        bool is_input = change == ACTION_CHANGE_READ;
        if (change > ACTION_CHANGE_READ || target >= (is_input ? s->input_count : s->output_count) ||
            !may_be_text(s, U16(p, EFFECT_PLACE)) || !may_be_text(s, U16(p, EFFECT_FROM)) ||
            (change == ACTION_CHANGE_FROM && U16(p, EFFECT_FROM) == ACTIONS_NO_TEXT) ||
            (change == ACTION_CHANGE_PULSE && U32(p, EFFECT_VALUE) > ACTIONS_MAX_PULSE_MILLIS)) {
            return false;
        }
    }
    for (uint32_t i = 0; i < s->colour_count; i++) {
        const uint8_t *p = s->colours + i * ACTIONS_COLOUR_BYTES;
        if (!is_text(s, U16(p, COLOUR_NAME)) || U32(p, COLOUR_VALUE) > 0xFFFFFFu) {
            return false;
        }
    }
    return true;
}

const char *actions_open(actions_section *s, const uint8_t *bytes, size_t length, const app_pins *pins) {
    if (length < ACTIONS_HEADER_BYTES) {
        return BROKEN;
    }
    if (U16(bytes, HEADER_VERSION) != ACTIONS_VERSION) {
        return "The model's actions are of another version than this firmware. Convert it again.";
    }
    s->output_count = U16(bytes, HEADER_OUTPUTS);
    s->input_count = U16(bytes, HEADER_INPUTS);
    s->rule_count = U16(bytes, HEADER_RULES);
    s->condition_count = U16(bytes, HEADER_CONDITIONS);
    s->effect_count = U16(bytes, HEADER_EFFECTS);
    s->colour_count = U16(bytes, HEADER_COLOURS);
    s->text_bytes = U32(bytes, HEADER_TEXT_BYTES);
    if (s->output_count > ACTIONS_MAX_OUTPUTS || s->input_count > ACTIONS_MAX_INPUTS ||
        s->rule_count > ACTIONS_MAX_RULES || s->condition_count > ACTIONS_MAX_CONDITIONS ||
        s->effect_count > ACTIONS_MAX_EFFECTS || s->colour_count > ACTIONS_MAX_COLOURS ||
        s->text_bytes > ACTIONS_MAX_TEXT_BYTES) {
        return BROKEN;
    }
    s->outputs = bytes + ACTIONS_HEADER_BYTES;
    s->inputs = s->outputs + s->output_count * ACTIONS_OUTPUT_BYTES;
    s->rules = s->inputs + s->input_count * ACTIONS_INPUT_BYTES;
    s->conditions = s->rules + s->rule_count * ACTIONS_RULE_BYTES;
    s->effects = s->conditions + s->condition_count * ACTIONS_CONDITION_BYTES;
    s->colours = s->effects + s->effect_count * ACTIONS_EFFECT_BYTES;
    s->texts = s->colours + s->colour_count * ACTIONS_COLOUR_BYTES;
    if ((size_t)(s->texts - bytes) + s->text_bytes != length) {
        return BROKEN;
    }
    uint32_t place = U16(bytes, HEADER_PLACE), everywhere = U16(bytes, HEADER_EVERYWHERE);
    uint32_t delay = U16(bytes, HEADER_DELAY);
    if (!may_be_text(s, place) || !may_be_text(s, everywhere) || !may_be_text(s, delay)) {
        return BROKEN;
    }
    s->place = actions_text_at(s, place);
    s->everywhere = actions_text_at(s, everywhere);
    s->delay = actions_text_at(s, delay);
    const char *fault = check_outputs(s, pins);
    return fault ? fault : rules_hold(s) ? NULL : BROKEN;
}
