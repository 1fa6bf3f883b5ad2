/* How a generation begins, from the prompt's text to ids, and how it ends. What lies between is in console_session.c.
 */
#include "console.h"

/* Bytes of an end message before its text, and the most text that a generation holds back for stop strings. */
#define END_BYTES 36u
#define END_TEXT (S3LM_MAX_STOP_BYTES + 16u)

/* ---- Beginning ---- */

static uint32_t say(const char **why, uint32_t code, const char *sentence) {
    *why = sentence;
    return code;
}

static uint32_t tokenizer_failure(s3lm_tokenizer_status status, const char **why) {
    if (status == S3LM_TOKENIZER_TOO_MANY) {
        return say(why, CONSOLE_CONTEXT, "The prompt has more tokens than the context holds. Shorten it.");
    }
    if (status == S3LM_TOKENIZER_SCRATCH || status == S3LM_TOKENIZER_TOO_LONG) {
        return say(why, CONSOLE_TOO_LONG, "The prompt is too long for the memory that the model leaves. Shorten it.");
    }
    return say(why, CONSOLE_NO_CHAT, s3lm_tokenizer_status_text(status));
}

static bool begins_anew(const console *c, uint8_t mode) {
    return mode == CONSOLE_FRESH || mode == CONSOLE_FIRST_TURN ||
           (mode == CONSOLE_NEXT_TURN && (c->model.model.length == 0u || !s3lm_chat_takes_turns(&c->model.chat)));
}

/* memory.text as ids at `ids`. */
static uint32_t encode(console *c, uint8_t mode, bool anew, size_t bytes, uint32_t *ids, size_t capacity, size_t *count,
                       const char **why) {
    const app_model *m = &c->model;
    const console_memory *memory = &c->memory;
    s3lm_tokenizer_status status;
    if (!m->has_tokenizer) {
        return say(why, CONSOLE_NO_TOKENIZER, "The package has no tokenizer: send token ids.");
    }
    if (mode == CONSOLE_FRESH || mode == CONSOLE_APPEND) {
        uint32_t flags = anew ? S3LM_ENCODE_ADD_SPECIAL : S3LM_ENCODE_CONTINUE;
        status = s3lm_encode(&m->tokenizer, memory->text, bytes, flags, memory->scratch, memory->scratch_bytes, ids,
                             capacity, count);
    } else if (!m->has_chat) {
        return say(why, CONSOLE_NO_CHAT, "The model does not chat: it continues text.");
    } else {
        s3lm_turn turn = {anew, memory->text, bytes, NULL, 0};
        status = s3lm_chat_encode(&m->chat, &m->tokenizer, &turn, memory->scratch, memory->scratch_bytes, ids, capacity,
                                  count);
    }
    return status == S3LM_TOKENIZER_OK ? CONSOLE_FINE : tokenizer_failure(status, why);
}

/* Of the statuses with which a generation fails to begin or to go on. */
static uint32_t status_code(s3lm_status status) {
    return status == S3LM_ERR_OPTIONS   ? CONSOLE_BAD_OPTIONS
           : status == S3LM_ERR_TOKEN   ? CONSOLE_BAD_TOKEN
           : status == S3LM_ERR_CONTEXT ? CONSOLE_CONTEXT
                                        : CONSOLE_NUMERIC;
}

/* Ids of the whole prompt at *first, the carried token before them. */
static uint32_t prompt_ids(console *c, uint8_t mode, bool ids, size_t bytes, const uint32_t **first, size_t *count,
                           const char **why) {
    bool anew = begins_anew(c, mode);
    /* A place before the prompt is kept for the carried token; ids that were sent lie behind it too. */
    uint32_t *at = c->memory.ids + 1;
    *count = bytes / sizeof(uint32_t);
    if (!ids) {
        uint32_t code = encode(c, mode, anew, bytes, at, c->memory.ids_capacity, count, why);
        if (code != CONSOLE_FINE) {
            return code;
        }
    }
    *first = at;
    if (!anew && c->carried != S3LM_NONE) {
        c->memory.ids[0] = c->carried;
        *first = c->memory.ids;
        ++*count;
    }
    if (*count == 0u) {
        return say(why, CONSOLE_NO_PROMPT, "The prompt is empty.");
    }
    return CONSOLE_FINE;
}

/* The new text goes on after the prompt: its first space is a space. */
static void start_decoder(console *c, const uint32_t *ids, size_t count) {
    s3lm_decoder_start(&c->session.decoder, &c->model.tokenizer, true);
    for (size_t i = 0; i < count; i++) {
        /* The generation has no text yet: its buffer takes what the prompt's tokens say. */
        s3lm_decoder_push(&c->session.decoder, ids[i], c->session.generation.text);
    }
}

uint32_t session_begin(console *c, uint32_t port, const console_request *request, bool ids, size_t bytes,
                       const char **why) {
    console_session *s = &c->session;
    s3lm_model *model = &c->model.model;
    const uint32_t *first;
    size_t count;
    uint32_t code = prompt_ids(c, request->mode, ids, bytes, &first, &count, why);
    if (code != CONSOLE_FINE) {
        return code;
    }
    bool anew = begins_anew(c, request->mode);
    s3lm_generation_options options = request->options;
    options.piece = c->model.has_tokenizer ? session_piece : NULL;
    options.piece_user = c;
    options.grammar = c->model.grammar.states && !request->free ? &c->model.grammar : NULL;
    options.every = request->logits;
    if (options.full == S3LM_FULL_STOP && count > model->context - (anew ? 0u : model->length)) {
        return say(why, CONSOLE_CONTEXT,
                   anew ? "The prompt is longer than the model's context. Shorten it."
                        : "The conversation is longer than the model's context. Reset it (/reset), or say less.");
    }
    if (anew) {
        session_reset(c);
    }
    uint32_t position = model->length;
    s3lm_status status = s3lm_generation_begin(&s->generation, model, &options, first, (uint32_t)count);
    if (status != S3LM_OK) {
        return say(why, status_code(status), s3lm_status_text(status));
    }
    c->carried = S3LM_NONE;
    if (c->model.has_tokenizer) {
        start_decoder(c, first, count);
    }
    if (c->actions) {
        c->actions->length = 0;
    }
    s->stage = SESSION_STEP;
    s->cancelled = false;
    s->logits = request->logits;
    s->prompt_tokens = (uint32_t)count;
    s->position = position;
    s->reason = S3LM_RUNNING;
    s->since = c->board.micros();
    s->prefill_micros = s->decode_micros = 0;
    c->work = CONSOLE_GENERATING;
    c->worker = port;
    return CONSOLE_FINE;
}

void session_reset(console *c) {
    s3lm_reset(&c->model.model);
    c->carried = S3LM_NONE;
}

void session_cancel(console *c) { c->session.cancelled = true; }

void console_started(console *c) {
    const console_session *s = &c->session;
    session_store(c->payload, s->prompt_tokens, 4);
    session_store(c->payload + 4, s->position, 4);
    session_store(c->payload + 8, c->model.model.context, 4);
    session_store(c->payload + 12, s->generation.options.seed, 8);
    session_send(c, CONSOLE_ORDINARY, CONSOLE_STARTED, 20);
}

/* ---- End ---- */

static void send_finished(console *c) {
    const console_session *s = &c->session;
    const s3lm_generation *g = &s->generation;
    /* Text that no token brings: what was held back for a stop string when the generation was cancelled. */
    uint32_t length = s->event.kind == S3LM_EVENT_END ? s->event.text_length : 0u;
    length = length < END_TEXT ? length : END_TEXT;
    session_store(c->payload, s->reason, 1);
    session_store(c->payload + 1, (uint64_t)g->status, 1);
    session_store(c->payload + 2, g->accepted < 0xFFFFu ? g->accepted : 0xFFFFu, 2);
    session_store(c->payload + 4, g->prompt_done, 4);
    session_store(c->payload + 8, g->new_tokens, 4);
    session_store(c->payload + 12, c->model.model.length, 4);
    session_store(c->payload + 16, s->prefill_micros, 8);
    session_store(c->payload + 24, s->decode_micros, 8);
    session_store(c->payload + 32, s->prompt_tokens, 4);
    app_copy(c->payload + END_BYTES, s->event.text, length);
    session_send(c, CONSOLE_RESERVED, CONSOLE_FINISHED, END_BYTES + length);
}

/* What a person reads at the end. */
static void say_finished(console *c) {
    const console_session *s = &c->session;
    app_text text = app_text_in(c->payload, sizeof c->payload);
    app_put(&text, "\n");
    if (s->reason == S3LM_END_CONTEXT) {
        app_put(&text, "(The context is full: /reset starts a new conversation.)\n");
    } else if (s->reason == S3LM_END_CANCELLED) {
        app_put(&text, "(stopped)\n");
    } else if (s->reason == CONSOLE_END_STALLED) {
        app_put(&text, "(stopped: nobody was reading)\n");
    } else if (s->reason == S3LM_END_ERROR) {
        app_put(&text, s3lm_status_text(s->generation.status));
        app_put(&text, "\n");
    }
    app_put(&text, "> ");
    console_print(&c->ports[c->worker], CONSOLE_RESERVED, c->payload, text.length);
}

void session_finish(console *c) {
    console_session *s = &c->session;
    const s3lm_generation *g = &s->generation;
    bool ended_itself = g->reason == S3LM_END_EOS;
    bool failed = g->reason == S3LM_END_ERROR || s3lm_generation_settle(&s->generation) != S3LM_OK;
    /* As src/device/twin.ts has it: what was given out and not run through the model comes before the next prompt. */
    c->carried = g->pending && !ended_itself ? g->token : S3LM_NONE;
    if (failed) {
        session_reset(c);
    }
    c->generations++;
    c->tokens_generated += g->new_tokens;
    c->tokens_read += g->prompt_done;
    c->last_new = g->new_tokens;
    c->last_prompt = g->prompt_done;
    c->last_drafted = g->drafted;
    c->last_accepted = g->accepted;
    c->last_prefill_micros = s->prefill_micros;
    c->last_decode_micros = s->decode_micros;
    if (s->framed) {
        send_finished(c);
    } else {
        say_finished(c);
    }
    console_done(c);
}
