/* See command.h. */
#include "command.h"

#include <string.h>

#define MOST_TEXT 16

/* The keys of an answer, as models/home-commands has them. */
enum { DO, DEV, ROOM, VAL, IN, KEYS };
static const char *const KEY[KEYS] = {"do", "dev", "room", "val", "in"};

typedef struct {
    char of[KEYS][MOST_TEXT];
} fields_t;

static bool take(const char **at, char wanted) {
    if (**at != wanted) {
        return false;
    }
    (*at)++;
    return true;
}

/* A text in quotes. What these answers never have is refused: escapes, and more than MOST_TEXT - 1 bytes. */
static bool read_text(const char **at, char to[MOST_TEXT]) {
    if (!take(at, '"')) {
        return false;
    }
    for (size_t length = 0; length < MOST_TEXT; length++) {
        char c = *(*at)++;
        if (c == '"') {
            to[length] = '\0';
            return true;
        }
        if (c == '\\' || (unsigned char)c < 0x20) {
            return false;
        }
        to[length] = c;
    }
    return false;
}

static bool read_field(const char **at, fields_t *fields) {
    char key[MOST_TEXT];
    if (!read_text(at, key) || !take(at, ':')) {
        return false;
    }
    for (int i = 0; i < KEYS; i++) {
        if (strcmp(key, KEY[i]) == 0) {
            return fields->of[i][0] == '\0' && read_text(at, fields->of[i]);
        }
    }
    return false;
}

static bool read_fields(const char *at, fields_t *fields) {
    if (!take(&at, '{')) {
        return false;
    }
    do {
        if (!read_field(&at, fields)) {
            return false;
        }
    } while (take(&at, ','));
    return take(&at, '}') && *at == '\0';
}

/* One to three digits; -1 when there are none, or more. */
static int read_number(const char **at) {
    int number = 0, digits = 0;
    for (; **at >= '0' && **at <= '9'; (*at)++, digits++) {
        number = digits < 3 ? number * 10 + (**at - '0') : number;
    }
    return digits >= 1 && digits <= 3 ? number : -1;
}

static bool is(const char *text, const char *wanted) { return strcmp(text, wanted) == 0; }

/* "40%", "+20%" or "-20%". Colours and all others are not for this lamp. */
static command_t read_level(const char *at) {
    const command_t none = {.kind = COMMAND_NONE};
    char sign = *at;
    bool change = sign == '+' || sign == '-';
    at += change ? 1 : 0;
    int percent = read_number(&at);
    if (percent < 0 || !is(at, "%")) {
        return none;
    }
    return (command_t){.kind = change ? COMMAND_CHANGE : COMMAND_LEVEL, .percent = sign == '-' ? -percent : percent};
}

/* "30s", "15m" or "2h" in seconds; no text is at once. */
static bool read_delay(const char *at, uint32_t *seconds) {
    *seconds = 0;
    if (*at == '\0') {
        return true;
    }
    int number = read_number(&at);
    if (number < 0) {
        return false;
    }
    *seconds = (uint32_t)number * (is(at, "s") ? 1u : is(at, "m") ? 60u : 3600u);
    return is(at, "s") || is(at, "m") || is(at, "h");
}

command_t command_read(const char *answer, const char *room) {
    const command_t none = {.kind = COMMAND_NONE};
    fields_t fields = {0};
    if (!read_fields(answer, &fields)) {
        return none;
    }
    const char *todo = fields.of[DO], *where = fields.of[ROOM];
    bool mine = is(fields.of[DEV], "lamp") || is(fields.of[DEV], "all");
    bool here = *where == '\0' || is(where, "all") || is(where, room);
    uint32_t delay_s;
    if (!mine || !here || !read_delay(fields.of[IN], &delay_s)) {
        return none;
    }
    command_t command = none;
    if (is(todo, "set")) {
        command = read_level(fields.of[VAL]);
    } else if (fields.of[VAL][0] == '\0') {
        command.kind = is(todo, "on")    ? COMMAND_ON
                       : is(todo, "off") ? COMMAND_OFF
                       : is(todo, "get") ? COMMAND_ASK
                                         : COMMAND_NONE;
    }
    command.delay_s = delay_s;
    return command;
}

lamp_t command_apply(command_t command, lamp_t lamp) {
    int percent = lamp.percent;
    switch (command.kind) {
    case COMMAND_NONE:
    case COMMAND_ASK:
        return lamp;
    case COMMAND_ON:
    case COMMAND_OFF:
        lamp.on = command.kind == COMMAND_ON;
        return lamp;
    case COMMAND_LEVEL:
        percent = command.percent;
        break;
    case COMMAND_CHANGE:
        percent = (lamp.on ? lamp.percent : 0) + command.percent;
        break;
    }
    lamp.on = percent > 0;
    if (lamp.on) {
        lamp.percent = percent < 100 ? percent : 100;
    }
    return lamp;
}
