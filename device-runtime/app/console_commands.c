/* What people type: a line that begins with a slash is a command, every other line a prompt. */
#include "console.h"

/* A line and a command are split at spaces. */
typedef struct {
    const uint8_t *at;
    size_t length;
} word;

static bool is(word name, const char *expected) {
    size_t length = app_length(expected);
    for (size_t i = 0; i < length && length == name.length; i++) {
        if (name.at[i] != (uint8_t)expected[i]) {
            return false;
        }
    }
    return length == name.length;
}

static word trimmed(word w) {
    while (w.length > 0u && (w.at[0] == ' ' || w.at[0] == '\t')) {
        w.at++;
        w.length--;
    }
    while (w.length > 0u && (w.at[w.length - 1u] == ' ' || w.at[w.length - 1u] == '\t')) {
        w.length--;
    }
    return w;
}

static void say(console *c, uint32_t port, const char *text) { console_say(&c->ports[port], text); }

static void show(console *c, uint32_t port, const app_text *text) {
    console_print(&c->ports[port], CONSOLE_ORDINARY, (const uint8_t *)text->bytes, text->length);
}

static void fault(console *c, uint32_t port) {
    app_text text = app_text_in(c->payload, sizeof c->payload);
    console_put_fault(c, &text);
    app_put(&text, "\n");
    show(c, port, &text);
}

/* Which port the board is busy with. */
static void busy(console *c, uint32_t port) {
    app_text text = app_text_in(c->payload, sizeof c->payload);
    app_put(&text, "The board is busy with a request from ");
    app_put(&text, c->ports[c->worker].port->name);
    app_put(&text, ". Try again when it is done.\n");
    show(c, port, &text);
}

static bool list(console *c, uint32_t port, console_lines lines) {
    console_list_begin(c, port, lines, false, 0);
    return true;
}

/* A command that changes a setting. What the engine would refuse is refused here, with the range. True when the
 * settings are listed. */
static bool change(console *c, uint32_t port, word name, word value) {
    s3lm_sampling s = c->settings.sampling;
    const char *range = NULL;
    uint64_t number = 0;
    if (value.length == 0u && !is(name, "/seed")) {
        return list(c, port, console_put_settings);
    }
    if (is(name, "/drafts")) {
        range = is(value, "on") || is(value, "off") ? NULL : "on or off";
    } else if (is(name, "/temp")) {
        range = app_read_float(value.at, value.length, &s.temperature) ? NULL : "0, or 0.001 to 1000";
        s.do_sample = s.temperature > 0.0f;
    } else if (is(name, "/topp")) {
        range = app_read_float(value.at, value.length, &s.top_p) ? NULL : "above 0, up to 1";
    } else if (is(name, "/seed")) {
        range = value.length == 0u || app_read_number(value.at, value.length, UINT64_MAX, &number)
                    ? NULL
                    : "a whole number below 2^64";
    } else if (!app_read_number(value.at, value.length, UINT32_MAX, &number)) {
        range = "a whole number below 2^32";
    }
    if (is(name, "/topk")) s.top_k = (uint32_t)number;
    if (is(name, "/len")) s.max_new_tokens = (uint32_t)number;
    if (!range && !s3lm_sampling_valid(&s)) {
        range = is(name, "/temp") ? "0, or 0.001 to 1000" : "above 0, up to 1";
    }
    if (range) {
        app_text text = app_text_in(c->payload, sizeof c->payload);
        app_put_bytes(&text, name.at, name.length);
        app_put(&text, " takes ");
        app_put(&text, range);
        app_put(&text, ".\n");
        show(c, port, &text);
        return false;
    }
    if (is(name, "/drafts")) {
        c->settings.no_drafts = is(value, "off");
    }
    if (is(name, "/seed")) {
        c->settings.has_seed = value.length > 0u;
        c->settings.seed = number;
    }
    c->settings.sampling = s;
    return list(c, port, console_put_settings);
}

static bool is_setting(word name) {
    return is(name, "/temp") || is(name, "/topk") || is(name, "/topp") || is(name, "/len") || is(name, "/seed") ||
           is(name, "/drafts");
}

/* True when the prompt sign comes later, at the end of what was begun. */
static bool command(console *c, uint32_t port, word line) {
    word name = line;
    for (name.length = 0; name.length < line.length && line.at[name.length] != ' ';) {
        name.length++;
    }
    word value = trimmed((word){line.at + name.length, line.length - name.length});
    if (is(name, "/help")) {
        return list(c, port, console_put_help);
    } else if (is(name, "/info")) {
        return list(c, port, console_put_info);
    } else if (is(name, "/stats")) {
        return list(c, port, console_put_stats);
    } else if (is(name, "/pins")) {
        return list(c, port, console_put_actions);
    } else if (is(name, "/bench")) {
        if (c->work == CONSOLE_IDLE) {
            say(c, port, "Measuring ...\n");
            bench_begin(c, port, false, 0);
            return true;
        }
        busy(c, port);
    } else if (is(name, "/grammar")) {
        if (!c->model.grammar.states) {
            say(c, port, "The model has no grammar: it may say anything.\n");
            return false;
        }
        c->settings.free = is(value, "off") || (c->settings.free && !is(value, "on"));
        say(c, port, c->settings.free ? "The model may say anything.\n" : "The model says what its grammar allows.\n");
    } else if (is_setting(name) || is(name, "/reset")) {
        if (!console_has_model(c)) {
            fault(c, port);
        } else if (is_setting(name)) {
            return change(c, port, name, value);
        } else if (c->work != CONSOLE_IDLE) {
            busy(c, port);
        } else {
            session_reset(c);
            say(c, port, "A new conversation begins.\n");
        }
    } else {
        say(c, port, "There is no such command. /help lists them.\n");
    }
    return false;
}

/* True when a generation has begun. */
static bool prompt(console *c, uint32_t port, word line) {
    const char *why = "";
    console_request request = {.mode = c->model.has_chat ? CONSOLE_NEXT_TURN : CONSOLE_FRESH};
    if (!console_has_model(c)) {
        fault(c, port);
        return false;
    }
    if (c->work != CONSOLE_IDLE) {
        busy(c, port);
        return false;
    }
    if (line.length > c->memory.text_capacity) {
        say(c, port, "The prompt is too long for the memory that the model leaves. Shorten it.\n");
        return false;
    }
    app_copy(c->memory.text, line.at, line.length);
    c->prompt.present = false;
    request.free = c->settings.free;
    request.options.sampling = c->settings.sampling;
    request.options.no_drafts = c->settings.no_drafts;
    request.options.seed =
        c->settings.has_seed ? c->settings.seed : (uint64_t)c->board.random() << 32 | c->board.random();
    if (session_begin(c, port, &request, false, line.length, &why) != CONSOLE_FINE) {
        say(c, port, why);
        say(c, port, "\n");
        return false;
    }
    c->session.framed = false;
    return true;
}

void console_command(console *c, uint32_t port, const uint8_t *line, size_t length) {
    c->ports[port].program = false;
    word all = trimmed((word){line, length});
    bool later = false;
    if (all.length > 1u && all.at[0] == '/' && all.at[1] == '/') {
        later = prompt(c, port, (word){all.at + 1, all.length - 1u});
    } else if (all.length > 0u && all.at[0] == '/') {
        later = command(c, port, all);
    } else if (all.length > 0u) {
        later = prompt(c, port, (word){line, length});
    }
    if (!later) {
        console_ask(c, port);
    }
}
