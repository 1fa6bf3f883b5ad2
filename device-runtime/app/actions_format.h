/* The section ACTN as the board reads it: limits, codes, and where fields stand. Generated from src/schema/actions.ts by
 * `npm run schema`; docs/actions.md explains it. */
#ifndef ACTIONS_FORMAT_H
#define ACTIONS_FORMAT_H

#define ACTIONS_VERSION 1u
/* "None" in references to texts, and of pins. */
#define ACTIONS_NO_TEXT 65535u
#define ACTIONS_NO_PIN 255u

#define ACTIONS_MAX_OUTPUTS 32u
#define ACTIONS_MAX_INPUTS 16u
#define ACTIONS_MAX_RULES 512u
#define ACTIONS_MAX_CONDITIONS 4096u
#define ACTIONS_MAX_EFFECTS 4096u
#define ACTIONS_MAX_COLOURS 64u
#define ACTIONS_MAX_TEXT_BYTES 65534u
#define ACTIONS_MAX_TEXT 255u
#define ACTIONS_MAX_PULSE_MILLIS 3600000u

/* What is done to an output. switch: a level. dimmer: pulse width modulation. servo: an angle. light: one WS2812. */
enum { ACTION_OUTPUT_SWITCH = 0, ACTION_OUTPUT_DIMMER = 1, ACTION_OUTPUT_SERVO = 2, ACTION_OUTPUT_LIGHT = 3 };
/* What is read. level: of a pin. uptime: seconds since the board started. temperature: degrees Celsius of the chip. */
enum { ACTION_INPUT_LEVEL = 0, ACTION_INPUT_UPTIME = 1, ACTION_INPUT_TEMPERATURE = 2 };
/* What becomes of an output. pulse: on, and off again after the effect's value in milliseconds. value: percent of a
 * dimmer, degrees of a servo, 0xRRGGBB of a light. from: the same out of the answer. ask: nothing, its state is told.
 * */
enum { ACTION_CHANGE_OFF = 0, ACTION_CHANGE_ON = 1, ACTION_CHANGE_TOGGLE = 2, ACTION_CHANGE_PULSE = 3, ACTION_CHANGE_VALUE = 4, ACTION_CHANGE_FROM = 5, ACTION_CHANGE_ASK = 6, ACTION_CHANGE_READ = 7 };
/* What an ACTION message tells. planned: will be done after its seconds. */
enum { ACTION_TOLD_DONE = 0, ACTION_TOLD_PLANNED = 1, ACTION_TOLD_STATE = 2, ACTION_TOLD_READ = 3, ACTION_TOLD_REFUSED = 4 };

enum {
    ACTIONS_HEADER_VERSION_AT = 0,
    ACTIONS_HEADER_OUTPUTS_AT = 2,
    ACTIONS_HEADER_INPUTS_AT = 4,
    ACTIONS_HEADER_RULES_AT = 6,
    ACTIONS_HEADER_CONDITIONS_AT = 8,
    ACTIONS_HEADER_EFFECTS_AT = 10,
    ACTIONS_HEADER_COLOURS_AT = 12,
    ACTIONS_HEADER_PLACE_AT = 14,
    ACTIONS_HEADER_EVERYWHERE_AT = 16,
    ACTIONS_HEADER_DELAY_AT = 18,
    ACTIONS_HEADER_TEXT_BYTES_AT = 20,
    ACTIONS_HEADER_BYTES = 32
};
enum {
    ACTIONS_OUTPUT_KIND_AT = 0,
    ACTIONS_OUTPUT_PIN_AT = 1,
    ACTIONS_OUTPUT_INVERTED_AT = 2,
    ACTIONS_OUTPUT_NAME_AT = 4,
    ACTIONS_OUTPUT_ON_AT = 8,
    ACTIONS_OUTPUT_OFF_AT = 12,
    ACTIONS_OUTPUT_SHORTEST_AT = 16,
    ACTIONS_OUTPUT_LONGEST_AT = 18,
    ACTIONS_OUTPUT_BYTES = 20
};
enum {
    ACTIONS_INPUT_KIND_AT = 0,
    ACTIONS_INPUT_PIN_AT = 1,
    ACTIONS_INPUT_PULL_AT = 2,
    ACTIONS_INPUT_NAME_AT = 4,
    ACTIONS_INPUT_LOW_AT = 6,
    ACTIONS_INPUT_HIGH_AT = 8,
    ACTIONS_INPUT_BYTES = 12
};
enum {
    ACTIONS_RULE_FIRST_CONDITION_AT = 0,
    ACTIONS_RULE_CONDITIONS_AT = 2,
    ACTIONS_RULE_FIRST_EFFECT_AT = 4,
    ACTIONS_RULE_EFFECTS_AT = 6,
    ACTIONS_RULE_BYTES = 8
};
enum {
    ACTIONS_CONDITION_KEY_AT = 0,
    ACTIONS_CONDITION_VALUE_AT = 2,
    ACTIONS_CONDITION_BYTES = 4
};
enum {
    ACTIONS_EFFECT_CHANGE_AT = 0,
    ACTIONS_EFFECT_TARGET_AT = 1,
    ACTIONS_EFFECT_PLACE_AT = 2,
    ACTIONS_EFFECT_FROM_AT = 4,
    ACTIONS_EFFECT_VALUE_AT = 8,
    ACTIONS_EFFECT_BYTES = 12
};
enum {
    ACTIONS_COLOUR_NAME_AT = 0,
    ACTIONS_COLOUR_VALUE_AT = 4,
    ACTIONS_COLOUR_BYTES = 8
};
#endif
