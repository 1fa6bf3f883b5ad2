/* How the application starts and ends: loads the model, shares out the memory that it leaves, and greets. */
#include "console.h"

/* What waits to go out before a reset gets this long. */
#define FAREWELL_MICROS 200000u
/* A prompt that a board cannot use all of is refused when it is typed, so more is not set aside. */
#define MOST_TEXT 16384u
/* Scratch memory for each byte of a prompt's text: what encoding one long word takes (28 bytes a symbol). */
#define SCRATCH_PER_BYTE 32u
/* Less than this is no prompt. */
#define LEAST_TEXT 64u

/* ---- Memory ---- */

uint8_t *console_carve(app_span *span, size_t bytes) {
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
    if (loaded) {
        console_actions_start(c, &span);
    }
    /* One id more: the token that the last generation left goes before the prompt. */
    uint8_t *at = console_carve(&span, 4u * ((size_t)ids + 1u));
    size_t text = span.bytes / (1u + SCRATCH_PER_BYTE);
    text = text < MOST_TEXT ? text : MOST_TEXT;
    if (!at || text < LEAST_TEXT) {
        return;
    }
    m->ids = (uint32_t *)(void *)at;
    m->ids_capacity = ids;
    m->text = console_carve(&span, text);
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
        if (c->actions_fault) {
            app_put(&text, c->actions_fault);
            app_put(&text, "\n");
        }
    } else {
        console_put_fault(c, &text);
        app_put(&text, "\n");
    }
    console_print(&c->ports[port], CONSOLE_ORDINARY, c->payload, text.length);
    console_ask(c, port);
}

void console_start(console *c, const app_board *board) {
    c->given = board;
    c->board = *board;
    if (board->parallel) {
        c->board.parallel = console_parallel;
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
        console_serve(c);
        for (uint32_t i = 0; i < c->board.port_count; i++) {
            waiting |= !console_drained(&c->ports[i]);
        }
    }
    c->board.reset();
    c->stopped = true;
}
