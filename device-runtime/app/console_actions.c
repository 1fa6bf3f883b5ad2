/* What answers do, told: a person reads a line, a program gets a message (docs/console.md). */
#include "console.h"

#include "../engine/bytes.h"

/* Most bytes of what is told about one action: two texts and what stands around them. */
#define NEWS_BYTES (2u * ACTIONS_MAX_TEXT + 96u)

void console_actions_start(console *c, app_span *span) {
    uint32_t length;
    const uint8_t *section = s3lm_package_section(&c->model.package, S3LM_KIND_ACTN, &length);
    if (!section) {
        return;
    }
    if (!c->board.pins) {
        c->actions_fault = "The model's answers act on pins, which this build does not have.";
        return;
    }
    app_span before = *span;
    actions *a = (actions *)(void *)console_carve(span, sizeof(actions));
    if (!a) {
        c->actions_fault = "The model leaves no memory for its actions. Convert it with a shorter context.";
        return;
    }
    __builtin_memset(a, 0, sizeof *a);
    c->actions_fault = actions_open(&a->section, section, length, c->board.pins);
    if (c->actions_fault) {
        *span = before;
        return;
    }
    actions_start(a, c->board.pins);
    c->actions = a;
}

/* ---- Words ---- */

static void put_text(app_text *text, actions_text from) { app_put_bytes(text, from.bytes, from.length); }

static void put_output_value(app_text *text, uint32_t kind, uint32_t value) {
    switch (kind) {
    case ACTION_OUTPUT_DIMMER:
        app_put_number(text, value);
        app_put(text, " %");
        break;
    case ACTION_OUTPUT_SERVO:
        app_put_number(text, value);
        app_put(text, " degrees");
        break;
    case ACTION_OUTPUT_LIGHT:
        app_put(text, "#");
        app_put_hex(text, value, 6);
        break;
    default:
        app_put(text, value ? "on" : "off");
        break;
    }
}

static void put_input_value(const actions *a, app_text *text, const uint8_t *input, uint32_t value) {
    switch (input[ACTIONS_INPUT_KIND_AT]) {
    case ACTION_INPUT_UPTIME:
        app_put_number(text, value);
        app_put(text, " s");
        return;
    case ACTION_INPUT_TEMPERATURE:
        if (value == ACTIONS_UNKNOWN) {
            app_put(text, "not known");
            return;
        }
        if ((int32_t)value < 0) {
            app_put(text, "-");
        }
        app_put_number(text, (int32_t)value < 0 ? 0u - value : value);
        app_put(text, " \xC2\xB0"
                      "C");
        return;
    default:
        break;
    }
    uint32_t at = value ? ACTIONS_INPUT_HIGH_AT : ACTIONS_INPUT_LOW_AT;
    actions_text word = actions_text_at(&a->section, s3lm_u16(input + at));
    if (word.bytes) {
        put_text(text, word);
    } else {
        app_put(text, value ? "high" : "low");
    }
}

typedef struct {
    uint32_t kind, pin;
    actions_text name;
} subject;

static subject subject_of(const actions *a, const actions_news *news) {
    const actions_section *s = &a->section;
    if (!news->is_input) {
        const uint8_t *p = actions_output_at(a, news->target);
        return (subject){p[ACTIONS_OUTPUT_KIND_AT], p[ACTIONS_OUTPUT_PIN_AT],
                         actions_text_at(s, s3lm_u16(p + ACTIONS_OUTPUT_NAME_AT))};
    }
    const uint8_t *p = actions_input_at(a, news->target);
    bool has_pin = p[ACTIONS_INPUT_KIND_AT] == ACTION_INPUT_LEVEL;
    return (subject){p[ACTIONS_INPUT_KIND_AT], has_pin ? p[ACTIONS_INPUT_PIN_AT] : ACTIONS_NO_PIN,
                     actions_text_at(s, s3lm_u16(p + ACTIONS_INPUT_NAME_AT))};
}

static void put_value(const actions *a, app_text *text, const actions_news *news) {
    if (news->is_input) {
        put_input_value(a, text, actions_input_at(a, news->target), news->value);
    } else {
        put_output_value(text, actions_output_at(a, news->target)[ACTIONS_OUTPUT_KIND_AT], news->value);
    }
}

/* ---- Telling ---- */

/* A line for a person; false when it does not fit. */
static bool tell_person(console *c, console_port *port, const actions_news *news) {
    const actions *a = c->actions;
    subject about = subject_of(a, news);
    app_text text = app_text_in(c->payload, NEWS_BYTES);
    app_put(&text, "\n");
    put_text(&text, about.name);
    app_put(&text, ": ");
    if (news->told == ACTION_TOLD_REFUSED) {
        app_put(&text, news->seconds > 0u ? "too many timers" : "that cannot be done, it stays ");
    } else if (news->told == ACTION_TOLD_PLANNED) {
        app_put(&text, "changes in ");
        app_put_number(&text, news->seconds);
        app_put(&text, " s, until then ");
    }
    if (news->told != ACTION_TOLD_REFUSED || news->seconds == 0u) {
        put_value(a, &text, news);
    }
    if (about.pin != ACTIONS_NO_PIN) {
        app_put(&text, " (GPIO ");
        app_put_number(&text, about.pin);
        app_put(&text, ")");
    }
    /* Every line feed goes out as two bytes, and no character as more than it has. */
    if (text.length + 2u > console_room(port, CONSOLE_ORDINARY)) {
        return false;
    }
    console_print(port, CONSOLE_ORDINARY, c->payload, text.length);
    return true;
}

/* A message for a program; false when it does not fit. */
static bool tell_program(console *c, console_port *port, const actions_news *news) {
    subject about = subject_of(c->actions, news);
    app_text text = app_text_in(c->payload + CONSOLE_ACTION_BYTES, NEWS_BYTES);
    c->payload[0] = news->told;
    c->payload[1] = (uint8_t)about.kind;
    c->payload[2] = (uint8_t)about.pin;
    c->payload[3] = news->is_input;
    session_store(c->payload + 4, news->value, 4);
    session_store(c->payload + 8, news->seconds, 4);
    put_text(&text, about.name);
    app_put(&text, "=");
    put_value(c->actions, &text, news);
    bool is_answer = c->work == CONSOLE_GENERATING && !news->timed && port == &c->ports[c->worker];
    return console_send(port, CONSOLE_ORDINARY, CONSOLE_ACTION, is_answer ? c->session.request : 0u, c->payload,
                        CONSOLE_ACTION_BYTES + (uint32_t)text.length);
}

/* The greeting of a line once more, and what of it was typed. */
static void ask_again(console *c, uint32_t port) {
    console_port *p = &c->ports[port];
    console_say(p, "\n");
    console_ask(c, port);
    if (!console_inside_frame(&p->parser) && !p->line.entered) {
        console_print(p, CONSOLE_ORDINARY, p->line.bytes, p->line.length);
    }
}

bool console_actions_tell(console *c) {
    actions *a = c->actions;
    bool works = c->work == CONSOLE_GENERATING;
    for (; a->news_begin < a->news_end; a->news_begin++) {
        const actions_news *news = &a->news[a->news_begin];
        console_port *asking = &c->ports[c->worker];
        /* The port that asked first: what does not fit there is told again, to all. */
        if (works && !(c->session.framed ? tell_program(c, asking, news) : tell_person(c, asking, news))) {
            return false;
        }
        for (uint32_t i = 0; i < c->board.port_count; i++) {
            if ((works && i == c->worker) || c->ports[i].listing) {
                continue;
            }
            if (c->ports[i].program) {
                tell_program(c, &c->ports[i], news);
            } else if (tell_person(c, &c->ports[i], news) && a->news_begin + 1u == a->news_end) {
                ask_again(c, i);
            }
        }
    }
    return true;
}

void console_actions_act(console *c) {
    uint32_t reason = c->session.reason;
    if (reason == S3LM_END_EOS || reason == S3LM_END_STOP) {
        actions_act(c->actions, c->board.micros());
    }
}

void console_actions_wake(console *c) {
    actions_wake(c->actions, c->board.micros());
    /* What a person reads is not interrupted; it is told at its end. */
    if (c->work != CONSOLE_GENERATING || c->session.framed) {
        console_actions_tell(c);
    }
}

void console_put_actions(console *c, console_list *list) {
    const actions *a = c->actions;
    if (!a) {
        list_text(list, "actions", c->actions_fault ? c->actions_fault : "The model's answers act on nothing.");
        return;
    }
    for (uint32_t i = 0; i < a->section.output_count; i++) {
        actions_news news = {.target = (uint8_t)i, .value = actions_value(a, i)};
        subject about = subject_of(a, &news);
        list_begin(list, "GPIO");
        app_put_number(&list->text, about.pin);
        app_put(&list->text, ", ");
        put_text(&list->text, about.name);
        app_put(&list->text, ", ");
        put_value(a, &list->text, &news);
        list_end(list);
    }
    for (uint32_t i = 0; i < a->section.input_count; i++) {
        const uint8_t *p = actions_input_at(a, i);
        actions_news news = {.target = (uint8_t)i, .is_input = true};
        subject about = subject_of(a, &news);
        bool has_pin = about.pin != ACTIONS_NO_PIN;
        news.value = actions_read(a, i, c->board.micros());
        list_begin(list, has_pin ? "GPIO" : "board");
        if (has_pin) {
            app_put_number(&list->text, about.pin);
            app_put(&list->text, ", ");
        }
        put_text(&list->text, about.name);
        app_put(&list->text, ", ");
        put_input_value(a, &list->text, p, news.value);
        list_end(list);
    }
}
