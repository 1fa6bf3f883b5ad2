/* One serial port of the console: what has come in and was not looked at, what waits to go out, its own parser and line
 * editor. Output is bounded; nothing here waits for a host. First core only. */
#ifndef CONSOLE_PORT_H
#define CONSOLE_PORT_H

#include "board.h"
#include "console_frame.h"
#include "console_line.h"

/* Writes lines about something into a list that is shown page by page (console.h). */
struct console;
struct console_list;
typedef void (*console_lines)(struct console *, struct console_list *);

typedef struct {
    const app_port *port;
    const app_board *board;
    console_parser parser;
    console_line line;
    uint8_t frames_sent;
    uint32_t frames_received;
    uint64_t bytes_lost;   /* of output, for want of room */
    uint64_t moved;        /* when the port last took a byte, or had none to take */
    uint64_t heard;        /* when the last byte came in */
    console_lines listing; /* what is being listed, NULL when nothing is */
    uint32_t listed;       /* lines that are out */
    uint16_t request;      /* of the program that asked for the list */
    bool framed;
    bool program; /* it is a program that listens, not a person */
    uint32_t in_begin, in_end, out_begin, out_end;
    uint8_t in[CONSOLE_INPUT_BYTES];
    uint8_t out[CONSOLE_OUTPUT_BYTES];
} console_port;

/* Which part of the output queue a writer may use. */
typedef enum {
    CONSOLE_ORDINARY,
    CONSOLE_RESERVED /* the end of a generation, which must not get lost */
} console_claim;

/* Takes in what has come and gives out what fits. Called often, also from inside the model's work. */
void console_pump(console_port *port);

/* The next byte that came in, or -1. */
int32_t console_next(console_port *port);

/* Free bytes of the output queue. */
size_t console_room(const console_port *port, console_claim claim);

/* Nothing waits to go out. */
bool console_drained(const console_port *port);

/* Queues a frame; false, and nothing queued, when it does not fit. */
bool console_send(console_port *port, console_claim claim, uint8_t type, uint16_t request, const uint8_t *payload,
                  uint32_t length);

/* Queues bytes as they are, as many as fit; the rest is counted as lost. */
void console_write(console_port *port, console_claim claim, const void *bytes, size_t count);

/* Queues text for a terminal: line feeds become CR LF, other control characters become '?', so that no model and no
 * file name can steer a terminal or look like a frame. Stops before the first character that does not fit and returns
 * the bytes taken. `text` is UTF-8. */
size_t console_print(console_port *port, console_claim claim, const uint8_t *text, size_t count);

/* console_print of a zero-terminated text; what does not fit is lost. */
void console_say(console_port *port, const char *text);

#endif
