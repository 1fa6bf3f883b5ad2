/* The application's state and the ways between its parts. One console serves all ports of a board; only the first core
 * touches it. */
#ifndef CONSOLE_H
#define CONSOLE_H

#include "actions.h"
#include "app_format.h"
#include "board.h"
#include "console_port.h"
#include "console_protocol.h"
#include "loader.h"

/* What a port waits for while the others are told that the board is busy. */
typedef enum { CONSOLE_IDLE, CONSOLE_GENERATING, CONSOLE_BENCHING } console_work;

/* Steps of a generation: compute, then hand out what was computed as the port takes it. */
typedef enum { SESSION_STEP, SESSION_TEXT, SESSION_SCORES, SESSION_ACT, SESSION_END } session_stage;

/* What is asked of a generation beside its prompt. */
typedef struct {
    uint8_t mode; /* CONSOLE_FRESH ... */
    bool logits;
    bool free;                       /* of the package's grammar */
    s3lm_generation_options options; /* stop strings and ids point into the session */
} console_request;

typedef struct {
    session_stage stage;
    bool framed; /* asked for by a program */
    bool cancelled;
    bool logits;
    uint16_t request;
    uint32_t prompt_tokens, position; /* position: tokens in the context before this prompt */
    uint32_t text_done, logits_done;  /* of the event's text, of the logits */
    uint32_t step_micros;
    uint32_t reason; /* s3lm_reason or CONSOLE_END_STALLED; S3LM_RUNNING while none is known */
    uint64_t since;  /* when the step before ended */
    uint64_t prefill_micros, decode_micros;
    s3lm_event event;
    s3lm_decoder decoder;
    s3lm_generation generation;
    uint32_t stop_ids[S3LM_MAX_STOP_IDS];
    uint8_t stop_bytes[S3LM_MAX_STOP_STRINGS][S3LM_MAX_STOP_BYTES];
    uint32_t stop_lengths[S3LM_MAX_STOP_STRINGS];
    const uint8_t *stop_strings[S3LM_MAX_STOP_STRINGS];
} console_session;

/* The memories that /bench reads. */
enum { BENCH_SRAM, BENCH_PSRAM, BENCH_FLASH, BENCH_MEMORIES };

typedef struct {
    uint32_t stage; /* a memory, then tokens */
    bool framed;
    bool cancelled;
    uint16_t request;
    uint64_t rate[BENCH_MEMORIES]; /* bytes per second, 0: not measured */
    uint32_t length;               /* tokens in the context before */
    uint32_t tokens, wanted, id;
    s3lm_status status;
    uint64_t micros;
} console_bench;

typedef struct {
    s3lm_sampling sampling;
    bool no_drafts;
    bool has_seed; /* else every generation draws one */
    uint64_t seed;
    bool free; /* of the package's grammar: what people type */
} console_settings;

/* Memory that the model leaves. `ids` has room for one id more than the context; `text` for the prompt. */
typedef struct {
    uint32_t *ids;
    uint32_t ids_capacity;
    uint8_t *text;
    size_t text_capacity;
    uint8_t *scratch; /* 64-byte aligned */
    size_t scratch_bytes;
} console_memory;

/* A prompt that a program has sent piece by piece. */
typedef struct {
    uint32_t port; /* whose it is */
    bool present;
    uint8_t kind;
    uint32_t bytes;
} console_prompt;

typedef struct console {
    app_board board; /* the caller's, with `parallel` wrapped so that ports are served inside long work */
    const app_board *given;
    app_model model;
    console_port ports[APP_MAX_PORTS];
    console_memory memory;
    console_settings settings;
    console_work work;
    uint32_t worker; /* index of the port that the work is for */
    console_session session;
    console_bench bench;
    console_prompt prompt;
    actions *actions;          /* NULL: answers act on nothing */
    const char *actions_fault; /* why, when the package wants them to; else NULL */
    uint32_t carried;          /* a token that was given out and not run through the model, or S3LM_NONE */
    uint32_t boot;             /* random; another one after every reset */
    bool stopped;              /* the board was reset and came back: only on a host */
    uint32_t polled;           /* cycles, when ports were last served inside long work */
    /* statistics */
    uint32_t generations;
    uint64_t tokens_generated, tokens_read;
    uint32_t last_new, last_prompt, last_drafted, last_accepted;
    uint64_t last_prefill_micros, last_decode_micros;
    uint8_t payload[CONSOLE_MAX_PAYLOAD]; /* of the message being made */
} console;

/* ---- console_main.c: what runs between two tokens; nothing else does, but for console_session.c and what they call */

/* One round: ports, input, and a piece of work. */
void console_step(console *c);

/* Moves bytes of all ports and feeds the watchdog. */
void console_serve(console *c);

/* app_board.parallel for the engine: the board's own, and then a look at the ports. */
void console_parallel(void *console, app_work work, void *job, uint32_t units, uint32_t multiple);

/* Whether the work under way is for a port. */
bool console_owns_work(const console *c, uint32_t port);

/* Ends the work under way; the others may ask again. */
void console_done(console *c);

/* ---- console_start.c ---- */

/* Loads the model and greets. */
void console_start(console *c, const app_board *board);

/* Takes aligned memory off the beginning of a span; NULL when there is not enough. */
uint8_t *console_carve(app_span *span, size_t bytes);

/* Gives out what waits, as far as hosts take it within a moment, and resets the board. */
void console_reboot(console *c);

/* ---- console_input.c ---- */

/* A byte that a person has typed. */
void console_type_byte(console *c, uint32_t port, uint8_t byte);

/* The greeting of a line: "> ". */
void console_ask(console *c, uint32_t port);

/* ---- console_turn.c: how a generation begins and ends ---- */

/* Starts a generation from memory.text[0, bytes) (`ids` false) or from `bytes` / 4 ids in memory.ids (`ids` true).
 * Returns a code of CONSOLE_ERROR, and its sentence in *why. */
uint32_t session_begin(console *c, uint32_t port, const console_request *request, bool ids, size_t bytes,
                       const char **why);

/* CONSOLE_STARTED of the generation under way. */
void console_started(console *c);

/* Ends at the next step, or at once when nobody takes what is there. */
void session_cancel(console *c);

/* What is to be said and done at the end. */
void session_finish(console *c);

/* Forgets the conversation. */
void session_reset(console *c);

/* ---- console_session.c: a generation, step by step ---- */

/* The next step. */
void session_run(console *c);

/* s3lm_generation_options.piece of a console. */
uint32_t session_piece(void *console, uint32_t id, uint8_t *out, uint32_t capacity);

/* The lowest bytes of a number, for a message. */
void session_store(uint8_t *at, uint64_t value, uint32_t bytes);

/* A message about the generation out of c->payload; false when it does not fit. */
bool session_send(console *c, console_claim claim, uint8_t type, uint32_t length);

/* ---- console_actions.c: what answers do, and how it is told ---- */

/* Opens the package's actions, in memory out of the span. */
void console_actions_start(console *c, app_span *span);

/* Does what the answer that has ended says. */
void console_actions_act(console *c);

/* Tells what was done; false when some of it has to wait for the port that asked. */
bool console_actions_tell(console *c);

/* Does what is due, and tells it. */
void console_actions_wake(console *c);

/* ---- console_commands.c: a line that a person has typed ---- */
void console_command(console *c, uint32_t port, const uint8_t *line, size_t length);

/* ---- console_messages.c: a frame that a program has sent ---- */
void console_message(console *c, uint32_t port, const console_frame *frame);
void console_refuse(console *c, uint32_t port, uint16_t request, uint32_t code, const char *why);

/* ---- console_list.c: facts as lines, "key=value" for a program, "key: value" for a person ---- */

/* One page of a list: the lines from number `skip` on, as many as fit. */
typedef struct console_list {
    app_text text;
    bool framed;
    uint32_t skip, index, taken; /* index: of the line that comes; taken: lines of this page */
    size_t mark;                 /* where the line that is being written begins */
    bool full;
} console_list;

void list_begin(console_list *list, const char *key);
void list_end(console_list *list);
void list_text(console_list *list, const char *key, const char *value);
void list_number(console_list *list, const char *key, uint64_t value);

/* Begins a list; the port's input waits until it is out. */
void console_list_begin(console *c, uint32_t port, console_lines lines, bool framed, uint16_t request);
/* The next page, when there is room for it. */
void console_list_run(console *c, uint32_t port);

/* ---- console_info.c ---- */
bool console_has_model(const console *c);
void console_put_help(console *c, console_list *list);
void console_put_info(console *c, console_list *list);
void console_put_stats(console *c, console_list *list);
void console_put_settings(console *c, console_list *list);
void console_put_actions(console *c, console_list *list); /* console_actions.c */
/* The sentence about a model that did not load: what is wrong and what to do. */
void console_put_fault(console *c, app_text *text);

/* ---- console_bench.c ---- */
void bench_begin(console *c, uint32_t port, bool framed, uint16_t request);
void bench_run(console *c);
void console_put_bench(console *c, console_list *list);

#endif
