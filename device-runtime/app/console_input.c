/* What people type: lines that are edited in place, and Ctrl-C. */
#include "console.h"

void console_ask(console *c, uint32_t port) { console_say(&c->ports[port], "> "); }

static void interrupt(console *c) {
    if (c->work == CONSOLE_GENERATING) {
        session_cancel(c);
    } else {
        c->bench.cancelled = true;
    }
}

void console_type_byte(console *c, uint32_t port, uint8_t byte) {
    console_port *p = &c->ports[port];
    uint8_t bytes[16];
    app_text echo = app_text_in(bytes, sizeof bytes);
    if (console_owns_work(c, port)) {
        /* What is typed while the answer runs is not kept; Ctrl-C stops it. */
        if (byte == 0x03u) {
            interrupt(c);
        }
        return;
    }
    console_key key = console_type(&p->line, byte, &echo);
    /* A full queue takes the echo whole or not at all: no character is cut. */
    if (echo.length <= console_room(p, CONSOLE_ORDINARY)) {
        console_write(p, CONSOLE_ORDINARY, echo.bytes, echo.length);
    } else {
        p->bytes_lost += echo.length;
    }
    if (key == CONSOLE_ENTERED) {
        console_command(c, port, p->line.bytes, p->line.length);
    } else if (key == CONSOLE_REFUSED) {
        app_text text = app_text_in(c->payload, sizeof c->payload);
        app_put(&text, "That line was not taken: it is longer than ");
        app_put_number(&text, CONSOLE_MAX_LINE);
        app_put(&text, " bytes.\n> ");
        console_print(p, CONSOLE_ORDINARY, c->payload, text.length);
    } else if (key != CONSOLE_TYPING) {
        console_ask(c, port);
    }
}
