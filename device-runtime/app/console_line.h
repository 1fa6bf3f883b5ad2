/* A line that a person types: echo, backspace over whole characters, Ctrl-U, Ctrl-C, and the three ways to end a line.
 * Keys that send escape sequences (arrows, function keys) are swallowed. */
#ifndef CONSOLE_LINE_H
#define CONSOLE_LINE_H

#include <stdbool.h>
#include <stdint.h>

#include "app_format.h"
#include "console_protocol.h"

typedef enum {
    CONSOLE_TYPING,
    CONSOLE_ENTERED,    /* `bytes` and `length` are the line; cleared by the next key */
    CONSOLE_REFUSED,    /* the line was longer than CONSOLE_MAX_LINE and is gone */
    CONSOLE_ERASED,     /* Ctrl-U: the line is empty again */
    CONSOLE_INTERRUPTED /* Ctrl-C */
} console_key;

/* Zero-initialize but for `bytes`. */
typedef struct {
    uint8_t *bytes; /* CONSOLE_MAX_LINE, of the caller */
    uint32_t length;
    bool entered; /* the next key begins a new line */
    bool too_long;
    bool after_return; /* a line feed now belongs to the carriage return before it */
    uint8_t escape;    /* inside an escape sequence */
    uint8_t pending;   /* bytes at the end that begin a character and are not echoed yet */
} console_line;

/* One byte from the keyboard; what the terminal shall show for it is added to `echo` (8 bytes at most): whole
 * characters, with `?` for each byte that belongs to none. */
console_key console_type(console_line *line, uint8_t byte, app_text *echo);

/* Columns that a character takes on a terminal: 0 for marks that join the one before, 2 for East Asian and emoji. */
uint32_t console_columns(uint32_t code_point);

#endif
