/* The application: loads the model, greets, and serves its ports for ever. One round of the loop moves bytes, looks at
 * what has come in and does one piece of work, so that every port is answered between two tokens; inside long work the
 * ports are served at each hand-off to the second core. */
#include "console.h"

/* Time between two looks at the ports inside the model's work, in microseconds: the 128 bytes that a UART holds take
 * eleven times as long at 115200 baud. */
#define POLL_MICROS 1000u
/* What waits to go out before a reset gets this long. */
#define FAREWELL_MICROS 200000u
/* A prompt that a board cannot use all of is refused when it is typed, so more is not set aside. */
#define MOST_TEXT 16384u
/* Scratch memory for each byte of a prompt's text: what encoding one long word takes (28 bytes a symbol). */
#define SCRATCH_PER_BYTE 32u
/* Less than this is no prompt. */
#define LEAST_TEXT 64u

/* ---- Ports inside long work ---- */

static void serve_ports(console *c) {
    for (uint32_t i = 0; i < c->board.port_count; i++) {
        console_pump(&c->ports[i]);
    }
    c->board.feed();
}

/* app_board.parallel for the engine: the board's own, and then a look at the ports. */
static void parallel(void *user, app_work work, void *job, uint32_t units, uint32_t multiple) {
    console *c = user;
    c->given->parallel(c->given->parallel_user, work, job, units, multiple);
    uint32_t now = c->board.cycles();
    if (now - c->polled >= c->board.cpu_hz / 1000000u * POLL_MICROS) {
        c->polled = now;
        serve_ports(c);
    }
}

/* ---- Memory ---- */

static uint8_t *carve(app_span *span, size_t bytes) {
    bytes = (bytes + S3LM_ALIGNMENT - 1u) & ~(size_t)(S3LM_ALIGNMENT - 1u);
    if (bytes > span->bytes) {
        return NULL;
    }
    uint8_t *at = span->begin;
    span->begin += bytes;
    span->bytes -= bytes;
    return at;
}

static app_span aligned(app_span span) {
    size_t skip = (0u - (uintptr_t)span.begin) & (S3LM_ALIGNMENT - 1u);
    return skip < span.bytes ? (app_span){span.begin + skip, span.bytes - skip} : (app_span){NULL, 0};
}

/* Shares out what the model leaves: ids for a whole context, the prompt's text, and scratch for the rest. */
static void lay_out(console *c) {
    bool loaded = c->model.status == APP_LOAD_OK;
    app_span sram = aligned(loaded ? c->model.sram_left : c->board.sram);
    app_span psram = aligned(loaded ? c->model.psram_left : c->board.psram);
    uint32_t ids = loaded ? c->model.model.context : 1u;
    size_t enough = 4u * ((size_t)ids + 1u) + (MOST_TEXT / 8u) * (1u + SCRATCH_PER_BYTE);
    app_span span = sram.bytes >= enough || sram.bytes >= psram.bytes ? sram : psram;
    console_memory *m = &c->memory;
    /* One id more: the token that the last generation left goes before the prompt. */
    uint8_t *at = carve(&span, 4u * ((size_t)ids + 1u));
    size_t text = span.bytes / (1u + SCRATCH_PER_BYTE);
    text = text < MOST_TEXT ? text : MOST_TEXT;
    if (!at || text < LEAST_TEXT) {
        return;
    }
    m->ids = (uint32_t *)(void *)at;
    m->ids_capacity = ids;
    m->text = carve(&span, text);
    m->text_capacity = text;
    m->scratch = span.begin;
    m->scratch_bytes = span.bytes;
}

/* ---- Start ---- */

static void greet(console *c, uint32_t port) {
    app_text text = app_text_in(c->payload, sizeof c->payload);
    app_put(&text, "\n");
    app_put(&text, c->board.chip);
    app_put(&text, ", firmware ");
    app_put(&text, c->board.firmware);
    app_put(&text, ", started after: ");
    app_put(&text, c->board.reset_reason);
    app_put(&text, ".\n");
    if (console_has_model(c)) {
        app_put(&text, "The model is ready. Type a text, or /help.\n");
    } else {
        console_put_fault(c, &text);
        app_put(&text, "\n");
    }
    console_print(&c->ports[port], CONSOLE_ORDINARY, c->payload, text.length);
    console_ask(c, port);
}

void console_ask(console *c, uint32_t port) { console_say(&c->ports[port], "> "); }

void console_done(console *c) { c->work = CONSOLE_IDLE; }

void console_start(console *c, const app_board *board) {
    c->given = board;
    c->board = *board;
    if (board->parallel) {
        c->board.parallel = parallel;
        c->board.parallel_user = c;
    }
    for (uint32_t i = 0; i < board->port_count; i++) {
        c->ports[i].port = &c->board.ports[i];
        c->ports[i].board = &c->board;
        c->ports[i].line.bytes = c->ports[i].parser.bytes;
        c->ports[i].moved = c->ports[i].heard = board->micros();
    }
    c->carried = S3LM_NONE;
    c->boot = board->random();
    c->model.status = app_load(&c->board, &c->model);
    lay_out(c);
    if (c->model.status == APP_LOAD_OK) {
        c->settings.sampling = c->model.package.sampling;
    }
    for (uint32_t i = 0; i < board->port_count; i++) {
        greet(c, i);
    }
}

void console_reboot(console *c) {
    uint64_t begin = c->board.micros();
    bool waiting = true;
    while (waiting && c->board.micros() - begin < FAREWELL_MICROS) {
        waiting = false;
        serve_ports(c);
        for (uint32_t i = 0; i < c->board.port_count; i++) {
            waiting |= !console_drained(&c->ports[i]);
        }
    }
    c->board.reset();
    c->stopped = true;
}

/* ---- Input ---- */

static bool owns_work(const console *c, uint32_t port) { return c->work != CONSOLE_IDLE && c->worker == port; }

static void interrupt(console *c) {
    if (c->work == CONSOLE_GENERATING) {
        session_cancel(c);
    } else {
        c->bench.cancelled = true;
    }
}

static void type(console *c, uint32_t port, uint8_t byte) {
    console_port *p = &c->ports[port];
    uint8_t bytes[16];
    app_text echo = app_text_in(bytes, sizeof bytes);
    if (owns_work(c, port)) {
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

/* Looks at what came in, as long as an answer would have room: a host that does not read is not listened to, but for
 * the end of what it asked for. */
static void listen(console *c, uint32_t port) {
    console_port *p = &c->ports[port];
    while (!c->stopped && !p->listing &&
           (owns_work(c, port) || console_room(p, CONSOLE_ORDINARY) >= CONSOLE_ANSWER_ROOM)) {
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
                type(c, port, text[i]);
            }
        }
    }
    if (console_inside_frame(&p->parser) && p->in_begin == p->in_end &&
        c->board.micros() - p->heard >= CONSOLE_SILENCE_MICROS) {
        console_abandon(&p->parser);
    }
}

/* ---- Loop ---- */

void console_step(console *c) {
    serve_ports(c);
    for (uint32_t i = 0; i < c->board.port_count; i++) {
        console_list_run(c, i);
        listen(c, i);
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
