/* The outputs as they are, and what is asked of them: levels, percent, angles, colours. */
#include "../engine/bytes.h"
#include "actions.h"

#define FULL 100u
#define DEGREES 180u
/* The whole time, in the unit of app_pins.dim. */
#define WHOLE 65536u

static uint32_t kind_of(const actions *a, uint32_t output) {
    return actions_output_at(a, output)[ACTIONS_OUTPUT_KIND_AT];
}

static uint32_t on_value(const actions *a, uint32_t output) {
    return s3lm_u32(actions_output_at(a, output) + ACTIONS_OUTPUT_ON_AT);
}

static uint32_t off_value(const actions *a, uint32_t output) {
    return s3lm_u32(actions_output_at(a, output) + ACTIONS_OUTPUT_OFF_AT);
}

/* A colour that is only so bright. */
static uint32_t dimmed(uint32_t colour, uint32_t percent) {
    uint32_t result = 0;
    for (uint32_t shift = 0; shift < 24u; shift += 8u) {
        result |= (colour >> shift & 0xFFu) * percent / FULL << shift;
    }
    return result;
}

uint32_t actions_value(const actions *a, uint32_t output) {
    const actions_output *o = &a->outputs[output];
    switch (kind_of(a, output)) {
    case ACTION_OUTPUT_SWITCH:
        return o->on;
    case ACTION_OUTPUT_DIMMER:
        return o->on ? o->level : 0u;
    case ACTION_OUTPUT_LIGHT:
        return o->on ? dimmed(o->value, o->level) : 0u;
    default:
        return o->value;
    }
}

/* The pin follows the output. */
static void drive(const actions *a, uint32_t output) {
    const actions_output *o = &a->outputs[output];
    const uint8_t *p = actions_output_at(a, output);
    uint32_t pin = p[ACTIONS_OUTPUT_PIN_AT];
    bool inverted = p[ACTIONS_OUTPUT_INVERTED_AT] != 0u;
    uint32_t value = actions_value(a, output);
    switch (kind_of(a, output)) {
    case ACTION_OUTPUT_SWITCH:
        a->pins->level(pin, o->on != inverted);
        break;
    case ACTION_OUTPUT_DIMMER:
        a->pins->dim(o->channel, pin, inverted, WHOLE * value / FULL);
        break;
    case ACTION_OUTPUT_LIGHT:
        a->pins->light(o->channel, pin, value);
        break;
    default: {
        uint32_t shortest = s3lm_u16(p + ACTIONS_OUTPUT_SHORTEST_AT);
        uint32_t longest = s3lm_u16(p + ACTIONS_OUTPUT_LONGEST_AT);
        a->pins->servo(o->channel, pin, inverted, shortest + (longest - shortest) * value / DEGREES);
        break;
    }
    }
}

void actions_start(actions *a, const app_pins *pins) {
    uint8_t pulses = 0, lights = 0;
    a->pins = pins;
    a->due = UINT64_MAX;
    for (uint32_t i = 0; i < a->section.output_count; i++) {
        actions_output *o = &a->outputs[i];
        uint32_t kind = kind_of(a, i);
        o->level = FULL;
        if (kind == ACTION_OUTPUT_LIGHT) {
            o->channel = lights++;
            o->value = on_value(a, i);
        } else if (kind == ACTION_OUTPUT_DIMMER) {
            o->channel = pulses++;
            o->level = (uint8_t)on_value(a, i);
        } else if (kind == ACTION_OUTPUT_SERVO) {
            o->channel = pulses++;
            o->value = off_value(a, i);
            /* It stays as it is until it is told to move. */
            continue;
        }
        drive(a, i);
    }
    for (uint32_t i = 0; i < a->section.input_count; i++) {
        const uint8_t *p = actions_input_at(a, i);
        if (p[ACTIONS_INPUT_KIND_AT] == ACTION_INPUT_LEVEL) {
            pins->input(p[ACTIONS_INPUT_PIN_AT], (app_pull)p[ACTIONS_INPUT_PULL_AT]);
        }
    }
}

/* `from` after a wish for an absolute number or for more or less, within 0 and `most`. */
static uint32_t moved(uint32_t from, uint32_t most, const actions_wish *wish) {
    uint32_t by = wish->number < most ? wish->number : most;
    if (wish->sign == 0) {
        return by;
    }
    if (wish->sign < 0) {
        return by < from ? from - by : 0u;
    }
    return by < most - from ? from + by : most;
}

/* The brightness that is asked for. */
static void set_level(actions_output *o, const actions_wish *wish) {
    /* From what is dark nothing can be taken: "less" then means less than all. */
    uint32_t from = o->on ? o->level : wish->sign < 0 ? FULL : 0u;
    uint32_t level = moved(from, FULL, wish);
    o->on = level > 0u;
    if (o->on) {
        o->level = (uint8_t)level;
    }
}

static bool grant(actions *a, uint32_t output, const actions_wish *wish) {
    actions_output *o = &a->outputs[output];
    uint32_t kind = kind_of(a, output);
    if (wish->unit == ACTIONS_COLOUR) {
        if (kind != ACTION_OUTPUT_LIGHT) {
            return false;
        }
        o->value = wish->number;
        o->on = true;
        return true;
    }
    if (wish->unit == ACTIONS_NOTHING || (wish->unit == ACTIONS_DEGREES && kind != ACTION_OUTPUT_SERVO)) {
        return false;
    }
    if (kind == ACTION_OUTPUT_SERVO) {
        actions_wish angle = *wish;
        if (wish->unit == ACTIONS_PERCENT) {
            angle.number = DEGREES * (wish->number < FULL ? wish->number : FULL) / FULL;
        }
        o->value = moved(o->value, DEGREES, &angle);
        o->on = o->value != off_value(a, output);
        return true;
    }
    if (kind == ACTION_OUTPUT_SWITCH) {
        /* Half on is on; less of what is on cannot be had. */
        if (wish->sign < 0) {
            return false;
        }
        o->on = wish->number > 0u || (wish->sign > 0 && o->on);
        return true;
    }
    set_level(o, wish);
    return true;
}

bool actions_change(actions *a, uint32_t output, uint32_t change, uint32_t value, const actions_wish *wish) {
    actions_output *o = &a->outputs[output];
    uint32_t kind = kind_of(a, output);
    if (change == ACTION_CHANGE_TOGGLE) {
        change = o->on ? ACTION_CHANGE_OFF : ACTION_CHANGE_ON;
    }
    switch (change) {
    case ACTION_CHANGE_ON:
    case ACTION_CHANGE_PULSE:
    case ACTION_CHANGE_OFF:
        o->on = change != ACTION_CHANGE_OFF;
        if (kind == ACTION_OUTPUT_SERVO) {
            o->value = o->on ? on_value(a, output) : off_value(a, output);
        }
        break;
    case ACTION_CHANGE_VALUE: {
        actions_wish fixed = {kind == ACTION_OUTPUT_LIGHT   ? ACTIONS_COLOUR
                              : kind == ACTION_OUTPUT_SERVO ? ACTIONS_DEGREES
                                                            : ACTIONS_PERCENT,
                              0, value & 0xFFFFFFu};
        if (!grant(a, output, &fixed)) {
            return false;
        }
        break;
    }
    case ACTION_CHANGE_FROM:
        if (!grant(a, output, wish)) {
            return false;
        }
        break;
    default:
        return false;
    }
    drive(a, output);
    return true;
}
