/* A generation, step by step through the model and out to the port that asked, as fast as that port takes it. A port
 * that takes nothing pauses its generation; after CONSOLE_STALL_MICROS it ends, and the message that says so waits in a
 * part of the output queue that nothing else uses. console_turn.c has how it begins and ends. */
#include "console.h"

static console_port *port_of(console *c) { return &c->ports[c->worker]; }

uint32_t session_piece(void *user, uint32_t id, uint8_t *out, uint32_t capacity) {
    console *c = user;
    if (id != S3LM_NONE) {
        return (uint32_t)s3lm_decoder_push(&c->session.decoder, id, out);
    }
    /* Four held bytes at most, each one character of three bytes. */
    size_t length = s3lm_decoder_finish(&c->session.decoder, c->payload);
    length = length < capacity ? length : capacity;
    app_copy(out, c->payload, length);
    return (uint32_t)length;
}

/* ---- Messages ---- */

void session_store(uint8_t *at, uint64_t value, uint32_t bytes) {
    for (uint32_t i = 0; i < bytes; i++) {
        at[i] = (uint8_t)(value >> (8u * i));
    }
}

bool session_send(console *c, console_claim claim, uint8_t type, uint32_t length) {
    return console_send(port_of(c), claim, type, c->session.request, c->payload, length);
}

/* Progress: left out when it does not fit. */
static void send_prefill(console *c) {
    const console_session *s = &c->session;
    session_store(c->payload, s->generation.prompt_done, 4);
    session_store(c->payload + 4, s->prompt_tokens, 4);
    session_store(c->payload + 8, s->step_micros, 4);
    session_send(c, CONSOLE_ORDINARY, CONSOLE_PREFILL, 12);
}

/* The token, after as much of its text as does not fit into its own message; true when all is out. */
static bool send_token(console *c) {
    console_session *s = &c->session;
    const uint8_t *text = s->event.text + s->text_done;
    uint32_t left = s->event.text_length - s->text_done;
    while (left > CONSOLE_MAX_TEXT) {
        uint32_t part = CONSOLE_MAX_TEXT;
        while ((text[part] & 0xC0u) == 0x80u && part > CONSOLE_MAX_TEXT - 4u) {
            part--;
        }
        app_copy(c->payload, text, part);
        if (!session_send(c, CONSOLE_ORDINARY, CONSOLE_MORE_TEXT, part)) {
            return false;
        }
        s->text_done += part;
        text += part;
        left -= part;
    }
    session_store(c->payload, s->event.id, 4);
    session_store(c->payload + 4, s->step_micros, 4);
    app_copy(c->payload + 8, text, left);
    return session_send(c, CONSOLE_ORDINARY, CONSOLE_TOKEN, 8u + left);
}

/* The next part of the logits; true when all are out. */
static bool send_logits(console *c) {
    console_session *s = &c->session;
    const float *logits = c->model.model.logits;
    uint32_t left = c->model.package.config.vocab_size - s->logits_done;
    uint32_t count = left < CONSOLE_LOGITS_COUNT ? left : CONSOLE_LOGITS_COUNT;
    session_store(c->payload, s->generation.new_tokens - 1u, 4);
    session_store(c->payload + 4, s->logits_done, 4);
    app_copy(c->payload + 8, logits + s->logits_done, (size_t)count * 4u);
    if (session_send(c, CONSOLE_ORDINARY, CONSOLE_LOGITS, 8u + 4u * count)) {
        s->logits_done += count;
    }
    return s->logits_done == c->model.package.config.vocab_size;
}

/* ---- Steps ---- */

static uint32_t clipped(uint64_t micros) { return micros < 0xFFFFFFFFu ? (uint32_t)micros : 0xFFFFFFFFu; }

/* Keeps an answer for its end; of one that is too long only its length. */
static void note_answer(actions *a, const uint8_t *text, uint32_t length) {
    if (a->length <= ACTIONS_ANSWER_BYTES && length <= ACTIONS_ANSWER_BYTES - a->length) {
        app_copy(a->answer + a->length, text, length);
        a->length += length;
    } else {
        a->length = ACTIONS_ANSWER_BYTES + 1u;
    }
}

static void step(console *c) {
    console_session *s = &c->session;
    if (s->cancelled) {
        s3lm_generation_cancel(&s->generation);
    }
    s->event = s3lm_generation_step(&s->generation);
    /* Since the step before ended: the messages between two tokens take their time, too. */
    uint64_t now = c->board.micros(), micros = now - s->since;
    s->since = now;
    s->step_micros = clipped(micros);
    s3lm_generation_timed(&s->generation, s->step_micros);
    s->text_done = s->logits_done = 0;
    s->reason = s->event.reason;
    if (s->event.kind == S3LM_EVENT_PREFILL) {
        s->prefill_micros += micros;
        if (s->framed) {
            send_prefill(c);
        }
        return;
    }
    s->decode_micros += s->event.kind == S3LM_EVENT_TOKEN ? micros : 0u;
    if (c->actions) {
        note_answer(c->actions, s->event.text, s->event.text_length);
    }
    s->stage = SESSION_TEXT;
}

/* Hands out the event's text; true when all of it is out. */
static bool give_text(console *c) {
    console_session *s = &c->session;
    if (s->framed) {
        /* The text of an end goes with the message of the end. */
        return s->event.kind == S3LM_EVENT_END || send_token(c);
    }
    s->text_done += (uint32_t)console_print(port_of(c), CONSOLE_ORDINARY, s->event.text + s->text_done,
                                            s->event.text_length - s->text_done);
    return s->text_done == s->event.text_length;
}

static void after_token(console *c) {
    console_session *s = &c->session;
    s->stage = s->reason == S3LM_RUNNING ? SESSION_STEP : SESSION_ACT;
}

/* Nothing fits: the generation waits, unless it was cancelled or has waited too long. The wait is the reader's time. */
static void wait(console *c) {
    console_session *s = &c->session;
    s->since = c->board.micros();
    if (s->since - port_of(c)->moved >= CONSOLE_STALL_MICROS) {
        s->reason = CONSOLE_END_STALLED;
    } else if (s->cancelled) {
        s->reason = S3LM_END_CANCELLED;
    } else {
        return;
    }
    s->event.text_length = 0;
    s->stage = SESSION_END;
}

void session_run(console *c) {
    console_session *s = &c->session;
    switch (s->stage) {
    case SESSION_STEP:
        step(c);
        break;
    case SESSION_TEXT:
        if (!give_text(c)) {
            wait(c);
        } else if (s->logits && s->framed && s->event.kind == S3LM_EVENT_TOKEN) {
            s->stage = SESSION_SCORES;
        } else {
            after_token(c);
        }
        break;
    case SESSION_SCORES: {
        uint32_t before = s->logits_done;
        if (send_logits(c)) {
            after_token(c);
        } else if (s->logits_done == before) {
            wait(c);
        }
        break;
    }
    case SESSION_ACT:
        if (c->actions) {
            console_actions_act(c);
        }
        s->stage = SESSION_END;
        break;
    case SESSION_END:
        if (c->actions && s->reason != CONSOLE_END_STALLED && !console_actions_tell(c)) {
            wait(c);
            break;
        }
        session_finish(c);
        break;
    }
}
