/* What an answer of home-commands asks of one lamp, and what the lamp is then. Nothing here touches a board. */
#ifndef COMMAND_H
#define COMMAND_H

#include <stdbool.h>
#include <stdint.h>

typedef enum {
    COMMAND_NONE, /* nothing of this lamp: talk, another thing or room, what a white lamp cannot do */
    COMMAND_ASK,  /* looks, and changes nothing */
    COMMAND_ON,
    COMMAND_OFF,
    COMMAND_LEVEL,  /* percent: the level */
    COMMAND_CHANGE, /* percent: more, or less, of it */
} command_kind_t;

typedef struct {
    command_kind_t kind;
    int percent;      /* -999 to 999 */
    uint32_t delay_s; /* 0: at once */
} command_t;

/* `percent`, 1 to 100, is kept while the lamp is off. */
typedef struct {
    bool on;
    int percent;
} lamp_t;

/* Reads one flat object of JSON whose values are texts; anything else is COMMAND_NONE. `room` is the lamp's. */
command_t command_read(const char *answer, const char *room);

lamp_t command_apply(command_t command, lamp_t lamp);

#endif
