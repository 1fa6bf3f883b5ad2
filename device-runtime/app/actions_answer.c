/* An answer held against the rules, and the timers of what it put off. */
#include "../engine/bytes.h"
#include "actions.h"

#define U16(record, field) s3lm_u16((record) + ACTIONS_##field##_AT)
#define MICROS 1000000u
/* The longest that an action is put off, in seconds: a week. */
#define LONGEST_DELAY 604800u

/* ---- Values ---- */

static bool is_word(actions_text text, const char *word) {
    uint32_t length = 0;
    while (word[length] != '\0') {
        length++;
    }
    return actions_same(text, (actions_text){(const uint8_t *)word, length});
}

static bool read_colour(const actions_section *s, actions_text text, uint32_t *colour) {
    for (uint32_t i = 0; i < s->colour_count; i++) {
        const uint8_t *p = s->colours + i * ACTIONS_COLOUR_BYTES;
        if (actions_matches(actions_text_at(s, U16(p, COLOUR_NAME)), text)) {
            *colour = s3lm_u32(p + ACTIONS_COLOUR_VALUE_AT);
            return true;
        }
    }
    return false;
}

static actions_wish read_wish(const actions_section *s, actions_text text) {
    actions_wish wish = {ACTIONS_NOTHING, 0, 0};
    actions_measure measure;
    if (actions_read_measure(text, &measure)) {
        wish.sign = measure.sign;
        wish.number = measure.number;
        if (measure.unit.length == 0u) {
            wish.unit = ACTIONS_PLAIN;
        } else if (is_word(measure.unit, "%")) {
            wish.unit = ACTIONS_PERCENT;
        } else if (is_word(measure.unit, "\xC2\xB0") || is_word(measure.unit, "deg") ||
                   is_word(measure.unit, "degrees")) {
            wish.unit = ACTIONS_DEGREES;
        }
    } else if (read_colour(s, text, &wish.number)) {
        wish.unit = ACTIONS_COLOUR;
    }
    return wish;
}

/* "5m", "20 min", "1 hour" as seconds; 0 for anything else. */
static uint32_t read_delay(actions_text text) {
    actions_measure measure;
    if (!actions_read_measure(text, &measure) || measure.sign < 0 || measure.unit.length == 0u ||
        measure.number > LONGEST_DELAY) {
        return 0;
    }
    uint8_t unit = measure.unit.bytes[0] | 0x20u;
    uint32_t seconds = unit == 's' ? 1u : unit == 'm' ? 60u : unit == 'h' ? 3600u : 0u;
    uint64_t delay = (uint64_t)measure.number * seconds;
    return delay <= LONGEST_DELAY ? (uint32_t)delay : 0u;
}

/* ---- News ---- */

static void tell(actions *a, uint32_t told, uint32_t target, bool is_input, uint32_t value, uint32_t seconds) {
    if (a->news_begin == a->news_end) {
        a->news_begin = a->news_end = 0;
    }
    if (a->news_end < ACTIONS_NEWS) {
        a->news[a->news_end++] = (actions_news){(uint8_t)told, (uint8_t)target, is_input, a->waking, value, seconds};
    }
}

static void tell_output(actions *a, uint32_t told, uint32_t output, uint32_t seconds) {
    tell(a, told, output, false, actions_value(a, output), seconds);
}

/* ---- Timers ---- */

static void find_due(actions *a) {
    a->due = UINT64_MAX;
    for (uint32_t i = 0; i < ACTIONS_TIMERS; i++) {
        if (a->timers[i].due != 0u && a->timers[i].due < a->due) {
            a->due = a->timers[i].due;
        }
    }
}

static bool set_timer(actions *a, const actions_timer *timer) {
    for (uint32_t i = 0; i < ACTIONS_TIMERS; i++) {
        if (a->timers[i].due == 0u) {
            a->timers[i] = *timer;
            find_due(a);
            return true;
        }
    }
    return false;
}

/* Does one effect on an output now. */
static void perform(actions *a, uint64_t now, const actions_timer *what) {
    uint32_t output = what->target;
    bool is_pulse = what->change == ACTION_CHANGE_PULSE;
    if (is_pulse) {
        actions_timer end = {.due = now + (uint64_t)what->value * 1000u, .change = ACTION_CHANGE_OFF};
        end.target = what->target;
        if (!set_timer(a, &end)) {
            /* A pulse that nothing would end is not begun. */
            tell_output(a, ACTION_TOLD_REFUSED, output, 0);
            return;
        }
    }
    bool done = actions_change(a, output, what->change, what->value, &what->wish);
    tell_output(a, done ? ACTION_TOLD_DONE : ACTION_TOLD_REFUSED, output, 0);
}

void actions_wake(actions *a, uint64_t now) {
    a->waking = true;
    while (a->due <= now) {
        for (uint32_t i = 0; i < ACTIONS_TIMERS; i++) {
            if (a->timers[i].due == a->due) {
                actions_timer timer = a->timers[i];
                a->timers[i].due = 0;
                perform(a, now, &timer);
                break;
            }
        }
        find_due(a);
    }
    a->waking = false;
}

/* ---- Rules ---- */

typedef struct {
    actions_text text; /* the whole answer, without white space around it */
    actions_pair pairs[ACTIONS_KEYS];
    int32_t count; /* of pairs, -1: no JSON object */
} answer;

static actions_text value_of(const answer *given, actions_text key) {
    for (int32_t i = 0; i < given->count; i++) {
        if (actions_same(given->pairs[i].key, key)) {
            return given->pairs[i].value;
        }
    }
    return (actions_text){NULL, 0};
}

static actions_text key_of(const actions_section *s, const uint8_t *condition) {
    return actions_text_at(s, U16(condition, CONDITION_KEY));
}

static bool goes_on(actions_text key, actions_text next) { return key.bytes ? actions_same(key, next) : !next.bytes; }

/* A condition without a key is a pattern of answers that are no JSON. */
static bool is_met(const actions_section *s, const uint8_t *condition, const answer *given) {
    actions_text key = key_of(s, condition);
    actions_text value = actions_text_at(s, U16(condition, CONDITION_VALUE));
    if (!key.bytes) {
        return given->count < 0 && actions_matches(value, given->text);
    }
    return actions_same(value_of(given, key), value);
}

/* Conditions with the same key that follow each other are alternatives. */
static bool holds(const actions_section *s, const uint8_t *rule, const answer *given) {
    uint32_t count = U16(rule, RULE_CONDITIONS);
    const uint8_t *conditions = s->conditions + U16(rule, RULE_FIRST_CONDITION) * ACTIONS_CONDITION_BYTES;
    bool met = count > 0u || given->count >= 0;
    for (uint32_t i = 0; i < count && met;) {
        actions_text key = key_of(s, conditions + i * ACTIONS_CONDITION_BYTES);
        met = false;
        do {
            met |= is_met(s, conditions + i * ACTIONS_CONDITION_BYTES, given);
            i++;
        } while (i < count && goes_on(key, key_of(s, conditions + i * ACTIONS_CONDITION_BYTES)));
    }
    return met;
}

static bool is_there(const actions_section *s, const uint8_t *effect, const answer *given) {
    actions_text place = actions_text_at(s, U16(effect, EFFECT_PLACE));
    actions_text said = s->place.bytes ? value_of(given, s->place) : (actions_text){NULL, 0};
    return !place.bytes || !said.bytes || actions_same(said, place) || actions_same(said, s->everywhere);
}

uint32_t actions_read(const actions *a, uint32_t input, uint64_t now) {
    const uint8_t *p = actions_input_at(a, input);
    int32_t celsius;
    switch (p[ACTIONS_INPUT_KIND_AT]) {
    case ACTION_INPUT_LEVEL:
        return a->pins->read(p[ACTIONS_INPUT_PIN_AT]);
    case ACTION_INPUT_TEMPERATURE:
        return a->pins->temperature(&celsius) ? (uint32_t)celsius : ACTIONS_UNKNOWN;
    default:
        return (uint32_t)(now / MICROS);
    }
}

static void read_input(actions *a, uint32_t input, uint64_t now) {
    tell(a, ACTION_TOLD_READ, input, true, actions_read(a, input, now), 0);
}

static void follow(actions *a, const uint8_t *effect, const answer *given, uint64_t now) {
    const actions_section *s = &a->section;
    uint32_t change = effect[ACTIONS_EFFECT_CHANGE_AT], target = effect[ACTIONS_EFFECT_TARGET_AT];
    if (change == ACTION_CHANGE_READ) {
        read_input(a, target, now);
        return;
    }
    if (change == ACTION_CHANGE_ASK) {
        tell_output(a, ACTION_TOLD_STATE, target, 0);
        return;
    }
    actions_timer what = {.due = now, .change = (uint8_t)change, .target = (uint8_t)target};
    what.value = s3lm_u32(effect + ACTIONS_EFFECT_VALUE_AT);
    if (change == ACTION_CHANGE_FROM) {
        what.wish = read_wish(s, value_of(given, actions_text_at(s, U16(effect, EFFECT_FROM))));
    }
    actions_text later = s->delay.bytes ? value_of(given, s->delay) : (actions_text){NULL, 0};
    if (!later.bytes) {
        perform(a, now, &what);
        return;
    }
    uint32_t seconds = read_delay(later);
    what.due = now + (uint64_t)seconds * MICROS;
    bool is_set = seconds > 0u && set_timer(a, &what);
    tell_output(a, is_set ? ACTION_TOLD_PLANNED : ACTION_TOLD_REFUSED, target, seconds);
}

static bool is_space(uint8_t c) { return c == ' ' || (c >= 9u && c <= 13u); }

void actions_act(actions *a, uint64_t now) {
    const actions_section *s = &a->section;
    uint32_t begin = 0, end = a->length;
    if (end > ACTIONS_ANSWER_BYTES) {
        return;
    }
    while (begin < end && is_space(a->answer[begin])) {
        begin++;
    }
    while (end > begin && is_space(a->answer[end - 1u])) {
        end--;
    }
    answer given = {.text = {a->answer + begin, end - begin}};
    given.count = actions_read_json(a->answer + begin, end - begin, given.pairs);
    /* What looks like an action and is broken is none, whatever patterns there are. */
    if (begin == end || (given.count < 0 && a->answer[begin] == '{')) {
        return;
    }
    for (uint32_t i = 0; i < s->rule_count; i++) {
        const uint8_t *rule = s->rules + i * ACTIONS_RULE_BYTES;
        if (!holds(s, rule, &given)) {
            continue;
        }
        const uint8_t *effects = s->effects + U16(rule, RULE_FIRST_EFFECT) * ACTIONS_EFFECT_BYTES;
        for (uint32_t e = 0; e < U16(rule, RULE_EFFECTS); e++) {
            const uint8_t *effect = effects + e * ACTIONS_EFFECT_BYTES;
            if (is_there(s, effect, &given)) {
                follow(a, effect, &given, now);
            }
        }
        return;
    }
}
