/* The application: serves its ports for ever. One round of the loop moves bytes, looks at what has come in and does one
 * piece of work, so that every port is answered between two tokens; inside long work the ports are served at each
 * hand-off to the second core. */
#include "console.h"

/* Time between two looks at the ports inside the model's work, in microseconds: the 128 bytes that a UART holds take
 * eleven times as long at 115200 baud. */
#define POLL_MICROS 1000u

/* ---- Ports ---- */

void console_serve(console *c) {
    for (uint32_t i = 0; i < c->board.port_count; i++) {
        console_pump(&c->ports[i]);
    }
    c->board.feed();
}

/* app_board.parallel for the engine: the board's own, and then a look at the ports. */
void console_parallel(void *user, app_work work, void *job, uint32_t units, uint32_t multiple) {
    console *c = user;
    c->given->parallel(c->given->parallel_user, work, job, units, multiple);
    uint32_t now = c->board.cycles();
    if (now - c->polled >= c->board.cpu_hz / 1000000u * POLL_MICROS) {
        c->polled = now;
        console_serve(c);
    }
}

/* Looks at what came in, as long as an answer would have room: a host that does not read is not listened to, but for
 * the end of what it asked for. */
static void listen(console *c, uint32_t port) {
    console_port *p = &c->ports[port];
    while (!c->stopped && !p->listing &&
           (console_owns_work(c, port) || console_room(p, CONSOLE_ORDINARY) >= CONSOLE_ANSWER_ROOM)) {
        int32_t byte = console_next(p);
        if (byte < 0) {
            break;
        }
        console_found found = console_parse(&p->parser, (uint8_t)byte);
        if (console_inside_frame(&p->parser)) {
            /* The frame lies where the line lay. */
            p->line.length = 0;
        }
        if (found == CONSOLE_FRAME) {
            p->frames_received++;
            console_message(c, port, &p->parser.frame);
        } else if (found == CONSOLE_TEXT) {
            uint8_t text[sizeof p->parser.text];
            uint32_t count = p->parser.text_count;
            app_copy(text, p->parser.text, count);
            for (uint32_t i = 0; i < count; i++) {
                console_type_byte(c, port, text[i]);
            }
        }
    }
    if (console_inside_frame(&p->parser) && p->in_begin == p->in_end &&
        c->board.micros() - p->heard >= CONSOLE_SILENCE_MICROS) {
        console_abandon(&p->parser);
    }
}

/* ---- Work ---- */

bool console_owns_work(const console *c, uint32_t port) { return c->work != CONSOLE_IDLE && c->worker == port; }

void console_done(console *c) { c->work = CONSOLE_IDLE; }

/* ---- Loop ---- */

void console_step(console *c) {
    console_serve(c);
    for (uint32_t i = 0; i < c->board.port_count; i++) {
        if (c->ports[i].listing) {
            console_list_run(c, i);
        }
        listen(c, i);
    }
    if (c->actions && c->actions->due <= c->board.micros()) {
        console_actions_wake(c);
    }
    if (c->work == CONSOLE_GENERATING) {
        session_run(c);
    } else if (c->work == CONSOLE_BENCHING) {
        bench_run(c);
    }
}

/* Too large for a stack. The firmware's build counts it by this name. */
static console console_state;

void app_main(const app_board *board) {
    console *c = &console_state;
    /* A host runs the application more than once. */
    *c = (console){0};
    console_start(c, board);
    while (!c->stopped) {
        console_step(c);
    }
}
