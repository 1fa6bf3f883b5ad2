/* What programs ask for: one frame in, its answer out (docs/console.md). Every field is checked before it is used; what
 * is wrong is answered with a code and a sentence. */
#include "console.h"

#include "../engine/bytes.h"

static bool is_busy(const console *c) { return c->work != CONSOLE_IDLE; }

static void answer(console *c, uint32_t port, uint8_t type, uint16_t request, uint32_t length) {
    console_send(&c->ports[port], CONSOLE_ORDINARY, type, request, c->payload, length);
}

void console_refuse(console *c, uint32_t port, uint16_t request, uint32_t code, const char *why) {
    /* `why` may lie in the payload: it is moved behind the code from its end. */
    size_t length = app_length(why);
    length = length < CONSOLE_MAX_PAYLOAD - 1u ? length : CONSOLE_MAX_PAYLOAD - 1u;
    for (size_t i = length; i-- > 0u;) {
        c->payload[1u + i] = (uint8_t)why[i];
    }
    c->payload[0] = (uint8_t)code;
    answer(c, port, CONSOLE_ERROR, request, 1u + (uint32_t)length);
}

static void store(uint8_t *at, uint32_t value) {
    for (uint32_t i = 0; i < 4u; i++) {
        at[i] = (uint8_t)(value >> (8u * i));
    }
}

static void agree(console *c, uint32_t port, const console_frame *f, uint32_t number) {
    store(c->payload, number);
    answer(c, port, CONSOLE_OK, f->request, 4);
}

static void bad_payload(console *c, uint32_t port, const console_frame *f) {
    console_refuse(c, port, f->request, CONSOLE_BAD_PAYLOAD,
                   "The message's content has the wrong length or an unknown value.");
}

static void no_model(console *c, uint32_t port, const console_frame *f) {
    app_text text = app_text_in(c->payload, sizeof c->payload - 1u);
    console_put_fault(c, &text);
    c->payload[text.length] = '\0';
    console_refuse(c, port, f->request, CONSOLE_NO_MODEL, (const char *)c->payload);
}

static void busy(console *c, uint32_t port, const console_frame *f) {
    console_refuse(c, port, f->request, CONSOLE_BUSY, "The board is busy with another request. Ask again later.");
}

/* ---- Settings ---- */

/* Reads a sampling block over `settings`; false when it has unknown bits. */
static bool read_sampling(const console *c, const uint8_t *at, console_settings *settings) {
    uint32_t given = s3lm_u32(at);
    s3lm_sampling *s = &settings->sampling;
    if (given & ~CONSOLE_SAMPLING_BITS) {
        return false;
    }
    if (given & CONSOLE_DEFAULTS) {
        *settings = (console_settings){.sampling = c->model.package.sampling, .no_drafts = settings->no_drafts};
    }
    if (given & CONSOLE_TEMPERATURE) {
        s->temperature = s3lm_f32(at + 4);
        s->do_sample = s->temperature > 0.0f;
    }
    if (given & CONSOLE_TOP_K) s->top_k = s3lm_u32(at + 8);
    if (given & CONSOLE_TOP_P) s->top_p = s3lm_f32(at + 12);
    if (given & CONSOLE_MIN_P) s->min_p = s3lm_f32(at + 16);
    if (given & CONSOLE_PENALTY) s->repetition_penalty = s3lm_f32(at + 20);
    if (given & CONSOLE_LENGTH) s->max_new_tokens = s3lm_u32(at + 24);
    if (given & CONSOLE_SEED) {
        settings->has_seed = true;
        settings->seed = s3lm_u32(at + 28) | (uint64_t)s3lm_u32(at + 32) << 32;
    }
    if (given & CONSOLE_SAMPLE) s->do_sample = (given & CONSOLE_DO_SAMPLE) != 0u;
    return true;
}

static void store_float(uint8_t *at, float value) {
    union {
        float number;
        uint32_t bits;
    } u = {value};
    store(at, u.bits);
}

static void answer_settings(console *c, uint32_t port, const console_frame *f) {
    const console_settings *settings = &c->settings;
    const s3lm_sampling *s = &settings->sampling;
    uint32_t given = CONSOLE_SAMPLING_BITS & ~(uint32_t)(CONSOLE_DEFAULTS | CONSOLE_SEED | CONSOLE_DO_SAMPLE);
    given |= (settings->has_seed ? CONSOLE_SEED : 0u) | (s->do_sample ? CONSOLE_DO_SAMPLE : 0u);
    store(c->payload, given);
    store_float(c->payload + 4, s->temperature);
    store(c->payload + 8, s->top_k);
    store_float(c->payload + 12, s->top_p);
    store_float(c->payload + 16, s->min_p);
    store_float(c->payload + 20, s->repetition_penalty);
    store(c->payload + 24, s->max_new_tokens);
    store(c->payload + 28, (uint32_t)settings->seed);
    store(c->payload + 32, (uint32_t)(settings->seed >> 32));
    answer(c, port, CONSOLE_SETTINGS, f->request, CONSOLE_SAMPLING_BYTES);
}

static void set(console *c, uint32_t port, const console_frame *f) {
    console_settings settings = c->settings;
    if (f->length != CONSOLE_SAMPLING_BYTES || !read_sampling(c, f->payload, &settings)) {
        bad_payload(c, port, f);
    } else if (!console_has_model(c)) {
        no_model(c, port, f);
    } else if (!s3lm_sampling_valid(&settings.sampling)) {
        console_refuse(c, port, f->request, CONSOLE_BAD_OPTIONS, s3lm_status_text(S3LM_ERR_OPTIONS));
    } else {
        c->settings = settings;
        answer_settings(c, port, f);
    }
}

/* ---- Greeting ---- */

static void welcome(console *c, uint32_t port, const console_frame *f) {
    const app_model *m = &c->model;
    bool has = console_has_model(c);
    if (f->length != 1u || f->payload[0] == 0u) {
        console_refuse(c, port, f->request, CONSOLE_BAD_VERSION,
                       "A greeting says the protocol version that the program speaks, 1 or higher.");
        return;
    }
    uint32_t can = 0;
    c->ports[port].program = true;
    if (has) {
        can = CONSOLE_HAS_MODEL | (m->has_tokenizer ? CONSOLE_HAS_TOKENIZER : 0u) |
              (m->has_chat ? CONSOLE_HAS_CHAT : 0u) |
              (m->has_chat && s3lm_chat_takes_turns(&m->chat) ? CONSOLE_HAS_TURNS : 0u) |
              (c->actions ? CONSOLE_HAS_ACTIONS : 0u) | (m->grammar.states ? CONSOLE_HAS_GRAMMAR : 0u);
    }
    app_text name = app_text_in(c->payload + 28, 32);
    c->payload[0] = CONSOLE_VERSION;
    c->payload[1] = 0;
    c->payload[2] = (uint8_t)CONSOLE_MAX_PAYLOAD;
    c->payload[3] = (uint8_t)(CONSOLE_MAX_PAYLOAD >> 8);
    store(c->payload + 4, can);
    store(c->payload + 8, c->boot);
    store(c->payload + 12, has ? m->package.config.vocab_size : 0u);
    store(c->payload + 16, has ? m->model.context : 0u);
    store(c->payload + 20, (uint32_t)c->memory.text_capacity);
    store(c->payload + 24, c->memory.ids_capacity);
    app_put(&name, c->board.firmware);
    answer(c, port, CONSOLE_WELCOME, f->request, 28u + (uint32_t)name.length);
}

/* ---- Generating ---- */

static void take_prompt(console *c, uint32_t port, const console_frame *f) {
    console_prompt *p = &c->prompt;
    if (f->length < CONSOLE_PROMPT_BYTES || f->payload[0] > CONSOLE_PROMPT_IDS || f->payload[1] != 0u ||
        s3lm_u16(f->payload + 2) != 0u) {
        bad_payload(c, port, f);
        return;
    }
    uint8_t kind = f->payload[0];
    uint32_t offset = s3lm_u32(f->payload + 4), count = f->length - CONSOLE_PROMPT_BYTES;
    bool ids = kind == CONSOLE_PROMPT_IDS;
    size_t capacity = ids ? c->memory.ids_capacity * sizeof(uint32_t) : c->memory.text_capacity;
    if (ids && (count % 4u != 0u || offset % 4u != 0u)) {
        bad_payload(c, port, f);
    } else if (!console_has_model(c)) {
        no_model(c, port, f);
    } else if (offset > 0u && (!p->present || p->port != port || p->kind != kind || offset > p->bytes)) {
        console_refuse(c, port, f->request, CONSOLE_NO_PROMPT,
                       "What comes before this piece of the prompt is not here. Send the prompt from its start.");
    } else if (offset > capacity || count > capacity - offset) {
        console_refuse(c, port, f->request, CONSOLE_TOO_LONG,
                       "The prompt is longer than the board has room for. Shorten it.");
    } else {
        uint8_t *target = ids ? (uint8_t *)(c->memory.ids + 1) : c->memory.text;
        app_copy(target + offset, f->payload + CONSOLE_PROMPT_BYTES, count);
        *p = (console_prompt){port, true, kind, offset + count};
        agree(c, port, f, p->bytes);
    }
}

/* Stop ids and strings behind the fixed part; false when they do not fit the frame exactly. */
static bool read_stops(console_session *s, const console_frame *f, s3lm_generation_options *options) {
    uint32_t strings = f->payload[2], ids = f->payload[3], at = CONSOLE_GENERATE_BYTES;
    if (strings > S3LM_MAX_STOP_STRINGS || ids > S3LM_MAX_STOP_IDS || f->length - at < 4u * ids) {
        return false;
    }
    for (uint32_t i = 0; i < ids; i++, at += 4u) {
        s->stop_ids[i] = s3lm_u32(f->payload + at);
    }
    for (uint32_t i = 0; i < strings; i++) {
        uint32_t length = at < f->length ? f->payload[at] : 0u;
        if (length == 0u || length > S3LM_MAX_STOP_BYTES || f->length - at - 1u < length) {
            return false;
        }
        app_copy(s->stop_bytes[i], f->payload + at + 1u, length);
        s->stop_strings[i] = s->stop_bytes[i];
        s->stop_lengths[i] = length;
        at += 1u + length;
    }
    options->stop_ids = s->stop_ids;
    options->stop_id_count = ids;
    options->stop_strings = s->stop_strings;
    options->stop_lengths = s->stop_lengths;
    options->stop_count = strings;
    return at == f->length;
}

static void generate(console *c, uint32_t port, const console_frame *f) {
    console_session *s = &c->session;
    console_settings settings = c->settings;
    console_request request = {0};
    const char *why = "";
    if (c->work == CONSOLE_GENERATING && c->worker == port && s->framed && s->request == f->request) {
        /* The same request once more: its answer was lost. */
        console_started(c);
        return;
    }
    if (is_busy(c)) {
        busy(c, port, f);
        return;
    }
    if (f->length < CONSOLE_GENERATE_BYTES || f->payload[0] > CONSOLE_NEXT_TURN ||
        (f->payload[1] & ~(CONSOLE_WANT_LOGITS | CONSOLE_SLIDE | CONSOLE_NO_DRAFTS | CONSOLE_FREE)) != 0 ||
        !read_sampling(c, f->payload + 4, &settings) || !read_stops(s, f, &request.options)) {
        bad_payload(c, port, f);
        return;
    }
    if (!console_has_model(c)) {
        no_model(c, port, f);
        return;
    }
    if (!c->prompt.present || c->prompt.port != port) {
        console_refuse(c, port, f->request, CONSOLE_NO_PROMPT, "Send the prompt before the request to generate.");
        return;
    }
    request.mode = f->payload[0];
    request.logits = (f->payload[1] & CONSOLE_WANT_LOGITS) != 0;
    request.free = (f->payload[1] & CONSOLE_FREE) != 0;
    request.options.full = f->payload[1] & CONSOLE_SLIDE ? S3LM_FULL_SLIDE : S3LM_FULL_STOP;
    request.options.no_drafts = settings.no_drafts || (f->payload[1] & CONSOLE_NO_DRAFTS) != 0;
    request.options.keep = s3lm_u32(f->payload + 40);
    request.options.sampling = settings.sampling;
    request.options.seed = settings.has_seed ? settings.seed : (uint64_t)c->board.random() << 32 | c->board.random();
    uint16_t number = f->request;
    uint32_t code = session_begin(c, port, &request, c->prompt.kind == CONSOLE_PROMPT_IDS, c->prompt.bytes, &why);
    c->prompt.present = false;
    if (code != CONSOLE_FINE) {
        console_refuse(c, port, number, code, why);
        return;
    }
    s->framed = true;
    s->request = number;
    console_started(c);
}

static void cancel(console *c, uint32_t port, const console_frame *f) {
    bool own = is_busy(c) && c->worker == port;
    if (own && c->work == CONSOLE_GENERATING) {
        session_cancel(c);
    } else if (own) {
        c->bench.cancelled = true;
    }
    agree(c, port, f, own);
}

static void reset(console *c, uint32_t port, const console_frame *f) {
    if (is_busy(c)) {
        busy(c, port, f);
    } else if (!console_has_model(c)) {
        no_model(c, port, f);
    } else {
        session_reset(c);
        agree(c, port, f, 0);
    }
}

void console_message(console *c, uint32_t port, const console_frame *f) {
    switch (f->type) {
    case CONSOLE_HELLO:
        welcome(c, port, f);
        break;
    case CONSOLE_INFO:
    case CONSOLE_STATS:
        console_list_begin(c, port, f->type == CONSOLE_INFO ? console_put_info : console_put_stats, true, f->request);
        break;
    case CONSOLE_SET:
        set(c, port, f);
        break;
    case CONSOLE_PROMPT:
        is_busy(c) ? busy(c, port, f) : take_prompt(c, port, f);
        break;
    case CONSOLE_GENERATE:
        generate(c, port, f);
        break;
    case CONSOLE_CANCEL:
        cancel(c, port, f);
        break;
    case CONSOLE_RESET:
        reset(c, port, f);
        break;
    case CONSOLE_BENCH:
        is_busy(c) ? busy(c, port, f) : bench_begin(c, port, true, f->request);
        break;
    case CONSOLE_REBOOT:
        agree(c, port, f, 0);
        console_reboot(c);
        break;
    default:
        console_refuse(c, port, f->request, CONSOLE_BAD_TYPE,
                       "This firmware does not know that message. Use a newer firmware or an older program.");
    }
}
