/* What a model's answers do: the package's section ACTN (docs/actions.md), an answer held against its rules, and the
 * outputs as they are. Everything runs once an answer is complete, or when a timer is due; first core only.
 *
 * A pin is driven only if the section has it and the board says that it is free, whatever an answer says. */
#ifndef ACTIONS_H
#define ACTIONS_H

#include <stddef.h>

#include "actions_format.h"
#include "pins.h"

/* Longest answer that is held against the rules. */
#define ACTIONS_ANSWER_BYTES 512u
/* Keys of an answer. */
#define ACTIONS_KEYS 16u
/* Actions that wait for their time. */
#define ACTIONS_TIMERS 16u
/* Actions of one answer, and timers that become due at once, that are still to be told. */
#define ACTIONS_NEWS 40u

/* The value of an input that does not say: no temperature is as low. */
#define ACTIONS_UNKNOWN 0x80000000u

/* Text that lies elsewhere. */
typedef struct {
    const uint8_t *bytes;
    uint32_t length;
} actions_text;

/* An opened section: where its tables lie. */
typedef struct {
    const uint8_t *outputs, *inputs, *rules, *conditions, *effects, *colours, *texts;
    uint16_t output_count, input_count, rule_count, condition_count, effect_count, colour_count;
    uint32_t text_bytes;
    actions_text place, everywhere, delay; /* `bytes` NULL where there is none */
} actions_section;

/* Opens a section and checks every number in it. Returns NULL, or a sentence about what is wrong. */
const char *actions_open(actions_section *section, const uint8_t *bytes, size_t length, const app_pins *pins);

/* A text of a checked section by its reference; `bytes` NULL for none. */
actions_text actions_text_at(const actions_section *section, uint32_t reference);

/* The keys and values of an answer that is one flat JSON object; they lie in the answer, whose escapes are undone in
 * place. Returns how many there are, or -1 for anything else. */
typedef struct {
    actions_text key, value;
} actions_pair;
int32_t actions_read_json(uint8_t *text, uint32_t length, actions_pair *pairs);

bool actions_same(actions_text a, actions_text b);
/* Whether the text is the pattern, in which each '*' stands for any text; capitals of ASCII count as small letters. */
bool actions_matches(actions_text pattern, actions_text text);

/* A number with its sign and the letters behind it: "+20%", "23C", "5 min". */
typedef struct {
    int8_t sign; /* 0 when there is none */
    uint32_t number;
    actions_text unit;
} actions_measure;
bool actions_read_measure(actions_text text, actions_measure *out);

/* What the value of an answer asks of an output, out of the answer's text. */
typedef struct {
    enum { ACTIONS_NOTHING, ACTIONS_PLAIN, ACTIONS_PERCENT, ACTIONS_DEGREES, ACTIONS_COLOUR } unit;
    int8_t sign;
    uint32_t number; /* without a unit: degrees of a servo, percent of all else; or percent, degrees, 0xRRGGBB */
} actions_wish;

/* An output as it is. */
typedef struct {
    bool on;
    uint8_t channel;
    uint8_t level;  /* percent, of a dimmer or light; what it was while it is off */
    uint32_t value; /* degrees of a servo; colour of a light */
} actions_output;

/* What is to be told: one of ACTION_TOLD, of an output or of an input. */
typedef struct {
    uint8_t told;
    uint8_t target;
    bool is_input;
    bool timed; /* of a timer, not of an answer */
    uint32_t value;
    uint32_t seconds;
} actions_news;

typedef struct {
    uint64_t due;   /* microseconds since the start, 0: free */
    uint8_t change; /* ACTION_CHANGE */
    uint8_t target;
    uint32_t value;
    actions_wish wish;
} actions_timer;

typedef struct actions {
    actions_section section;
    const app_pins *pins;
    uint64_t due;    /* of the first timer; UINT64_MAX for none */
    uint32_t length; /* of the answer so far; more than there is room for: too long */
    uint32_t news_begin, news_end;
    bool waking;
    actions_news news[ACTIONS_NEWS];
    actions_timer timers[ACTIONS_TIMERS];
    actions_output outputs[ACTIONS_MAX_OUTPUTS];
    uint8_t answer[ACTIONS_ANSWER_BYTES];
} actions;

/* Puts all outputs in their state at the start. The section is open, all else is zero. */
void actions_start(actions *a, const app_pins *pins);

/* Record of output or input `index`. */
static inline const uint8_t *actions_output_at(const actions *a, uint32_t index) {
    return a->section.outputs + index * ACTIONS_OUTPUT_BYTES;
}
static inline const uint8_t *actions_input_at(const actions *a, uint32_t index) {
    return a->section.inputs + index * ACTIONS_INPUT_BYTES;
}

/* The value of an output as messages have it: 0 or 1, percent, degrees, 0xRRGGBB. */
uint32_t actions_value(const actions *a, uint32_t output);

/* What an input reads now: 0 or 1, seconds since the start, degrees Celsius as an int32_t. */
uint32_t actions_read(const actions *a, uint32_t input, uint64_t now);

/* Changes an output and its pin; false when it cannot be what is asked. */
bool actions_change(actions *a, uint32_t output, uint32_t change, uint32_t value, const actions_wish *wish);

/* Holds the answer against the rules and does what the first that holds says. */
void actions_act(actions *a, uint64_t now);

/* Does what is due. */
void actions_wake(actions *a, uint64_t now);

#endif
