/* A board made of memory with the whole application on it, driven from the outside: what a person types and a program
 * sends, what comes back, and what the engine by itself would have said. */
#ifndef S3LM_HOST_TESTING_CONSOLE_H
#define S3LM_HOST_TESTING_CONSOLE_H

#include "../app/console.h"
#include "../engine/unicode.h"
#include "fake_board.h"
#include "testing_package.h"

#define USB 0u
#define UART 1u

static uint8_t *package;
static size_t package_bytes;
static console c;

/* ---- Driving ---- */

static inline void start_with(const uint8_t *bytes, size_t count, app_psram_kind psram) {
    fake_start(bytes, count, psram);
    memset(&c, 0, sizeof c);
    console_start(&c, &fake.board);
}

static inline void start(void) { start_with(package, package_bytes, APP_PSRAM_OCTAL); }

static inline void steps(uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        console_step(&c);
    }
}

/* Runs until nothing is under way and nothing waits on a port that is read. */
static inline void settle(void) {
    for (uint32_t i = 0; i < 20000u; i++) {
        console_step(&c);
        bool busy = c.work != CONSOLE_IDLE;
        for (uint32_t port = 0; port < 2u; port++) {
            fake_port *p = &fake.ports[port];
            busy |= p->most > 0u && c.ports[port].listing;
            busy |= p->most > 0u && (p->input_begin < p->input_end || c.ports[port].in_begin < c.ports[port].in_end ||
                                     !console_drained(&c.ports[port]));
        }
        if (!busy) {
            return;
        }
    }
    CHECK(false, "the board does not come to rest");
}

static inline void type(uint32_t port, const char *text) {
    CHECK(fake_send(port, text, strlen(text)), "no room to type");
}

/* What a port has said since the last call, as a string. */
static inline const char *said(uint32_t port) {
    static char text[FAKE_OUTPUT_BYTES + 1u];
    fake_port *p = &fake.ports[port];
    memcpy(text, p->output, p->output_length);
    text[p->output_length] = '\0';
    p->output_length = 0;
    return text;
}

static inline bool says(const char *text, const char *part) { return strstr(text, part) != NULL; }

static inline bool ends(const char *text, const char *end) {
    size_t length = strlen(text), tail = strlen(end);
    return length >= tail && strcmp(text + length - tail, end) == 0;
}

/* ---- Frames ---- */

typedef struct {
    uint8_t type, number;
    uint16_t request;
    uint32_t length;
    bool more; /* of a list: pages follow */
    uint32_t lines;
    uint8_t payload[4096]; /* of a list: the lines of all its pages */
} message;

#define MOST_MESSAGES 4096u
static message *messages;
static uint32_t message_count;
static char between[65536];

static inline void send(uint32_t port, uint8_t kind, uint16_t request, const void *payload, uint32_t length) {
    static uint8_t wire[CONSOLE_WIRE_BYTES(CONSOLE_MAX_PAYLOAD)];
    static uint8_t number;
    size_t count = console_encode(kind, number++, request, payload, length, wire);
    CHECK(fake_send(port, wire, count), "no room to send");
}

static inline void take(const console_frame *f) {
    message *m = message_count > 0u ? &messages[message_count - 1u] : NULL;
    const uint8_t *content = f->payload;
    uint32_t length = f->length, lines = 0;
    if (message_count > 0u) {
        CHECK(f->number == (uint8_t)(m->number + 1u), "a frame before %u is missing", f->number);
    }
    if (f->type == CONSOLE_FACTS) {
        content += CONSOLE_FACTS_BYTES;
        length -= CONSOLE_FACTS_BYTES;
        for (uint32_t i = 0; i < length; i++) {
            lines += content[i] == '\n';
        }
    }
    if (m && m->more && f->type == CONSOLE_FACTS && f->request == m->request) {
        CHECK(s3lm_u16(f->payload) == m->lines, "a page from line %u", (unsigned)s3lm_u16(f->payload));
    } else {
        m = &messages[message_count++];
        *m = (message){.type = f->type, .request = f->request};
    }
    m->number = f->number;
    m->more = f->type == CONSOLE_FACTS && f->payload[2] == 0u;
    m->lines += lines;
    if (m->length + length < sizeof m->payload) {
        memcpy(m->payload + m->length, content, length);
        m->length += length;
    }
}

/* Takes what a port has said apart: messages, and the text between them. */
static inline void collect(uint32_t port) {
    static console_parser parser;
    fake_port *p = &fake.ports[port];
    size_t text = 0;
    memset(&parser, 0, sizeof parser);
    message_count = 0;
    for (size_t i = 0; i < p->output_length; i++) {
        console_found found = console_parse(&parser, p->output[i]);
        if (found == CONSOLE_TEXT && text + 3u < sizeof between) {
            memcpy(between + text, parser.text, parser.text_count);
            text += parser.text_count;
        } else if (found == CONSOLE_FRAME && message_count < MOST_MESSAGES) {
            take(&parser.frame);
        }
    }
    between[text] = '\0';
    CHECK(parser.damaged == 0u, "the board sent %u damaged frames", (unsigned)parser.damaged);
    p->output_length = 0;
}

static inline const message *last(void) {
    static const message none;
    return message_count > 0u ? &messages[message_count - 1u] : &none;
}

static inline const message *find(uint8_t kind) {
    for (uint32_t i = 0; i < message_count; i++) {
        if (messages[i].type == kind) {
            return &messages[i];
        }
    }
    return NULL;
}

/* A prompt and the request to go on from it. */
typedef struct {
    uint8_t mode, flags, strings, ids;
    uint32_t given;
    float temperature;
    uint32_t top_k, length;
    uint64_t seed;
    uint32_t keep;
    uint8_t stops[128];
    uint32_t stop_bytes;
} wish;

static inline void send_prompt(uint32_t port, uint16_t request, const void *bytes, uint32_t count, uint8_t kind) {
    uint8_t payload[CONSOLE_MAX_PAYLOAD] = {kind};
    memcpy(payload + 8, bytes, count);
    send(port, CONSOLE_PROMPT, request, payload, 8u + count);
}

static inline void send_wish(uint32_t port, uint16_t request, const wish *w) {
    uint8_t p[CONSOLE_GENERATE_BYTES + sizeof w->stops] = {w->mode, w->flags, w->strings, w->ids};
    put_u32(p + 4, w->given);
    put_f32(p + 8, w->temperature);
    put_u32(p + 12, w->top_k);
    put_f32(p + 16, 1.0f);
    put_f32(p + 24, 1.0f);
    put_u32(p + 28, w->length);
    put_u32(p + 32, (uint32_t)w->seed);
    put_u32(p + 36, (uint32_t)(w->seed >> 32));
    put_u32(p + 40, w->keep);
    memcpy(p + 44, w->stops, w->stop_bytes);
    send(port, CONSOLE_GENERATE, request, p, CONSOLE_GENERATE_BYTES + w->stop_bytes);
}

static inline void ask(uint32_t port, uint16_t request, const char *prompt, const wish *w) {
    send_prompt(port, (uint16_t)(request - 1u), prompt, (uint32_t)strlen(prompt), CONSOLE_PROMPT_TEXT);
    send_wish(port, request, w);
}

static inline wish greedy(uint32_t length) {
    return (wish){.given = CONSOLE_TEMPERATURE | CONSOLE_LENGTH | CONSOLE_SEED, .length = length};
}

static inline wish warm(uint32_t length, uint64_t seed) {
    return (wish){.given = CONSOLE_TEMPERATURE | CONSOLE_LENGTH | CONSOLE_SEED,
                  .temperature = 1.5f,
                  .length = length,
                  .seed = seed};
}

/* ---- The engine by itself ---- */

/* Ids and logits that the engine gives for the same prompt, on a model of its own. */
typedef struct {
    uint32_t ids[256], count, vocab;
    float *logits;
    uint8_t text[8192];
    uint32_t text_length;
} truth;

static s3lm_decoder truth_decoder;

static inline uint32_t truth_piece(void *user, uint32_t id, uint8_t *out, uint32_t capacity) {
    static uint8_t bytes[S3LM_MAX_PIECE_BYTES];
    size_t length =
        id == S3LM_NONE ? s3lm_decoder_finish(&truth_decoder, bytes) : s3lm_decoder_push(&truth_decoder, id, bytes);
    (void)user;
    length = length < capacity ? length : capacity;
    memcpy(out, bytes, length);
    return (uint32_t)length;
}

/* Goes on after `ids`, with the sampling of `w`. */
static inline void expect(truth *t, s3lm_model *model, const uint32_t *ids, uint32_t count, const wish *w) {
    static s3lm_generation g;
    static uint8_t piece[S3LM_MAX_PIECE_BYTES];
    s3lm_generation_options options = {.sampling = model->package->sampling, .seed = w->seed, .piece = truth_piece};
    options.sampling.temperature = w->temperature;
    options.sampling.do_sample = w->temperature > 0.0f;
    options.sampling.max_new_tokens = w->length;
    s3lm_decoder_start(&truth_decoder, &c.model.tokenizer, true);
    for (uint32_t i = 0; i < count; i++) {
        s3lm_decoder_push(&truth_decoder, ids[i], piece);
    }
    t->count = t->text_length = 0;
    t->vocab = model->package->config.vocab_size;
    CHECK(s3lm_generation_begin(&g, model, &options, ids, count) == S3LM_OK, "the engine refuses");
    s3lm_event event = {0};
    while (event.reason == S3LM_RUNNING) {
        event = s3lm_generation_step(&g);
        if (event.kind == S3LM_EVENT_TOKEN && t->count < 256u) {
            memcpy(t->logits + (size_t)t->count * t->vocab, model->logits, 4u * t->vocab);
            t->ids[t->count++] = event.id;
            memcpy(t->text + t->text_length, event.text, event.text_length);
            t->text_length += event.text_length;
        }
    }
}

static truth expected;
static loaded engine;

static inline uint32_t encode(const char *prompt, uint32_t *ids) {
    static uint8_t scratch[1 << 18];
    size_t count = 0;
    s3lm_encode(&c.model.tokenizer, (const uint8_t *)prompt, strlen(prompt), S3LM_ENCODE_ADD_SPECIAL, scratch,
                sizeof scratch, ids, 256, &count);
    return (uint32_t)count;
}

static inline void expect_prompt(const char *prompt, const wish *w) {
    static uint32_t ids[256];
    s3lm_reset(&engine.model);
    expect(&expected, &engine.model, ids, encode(prompt, ids), w);
}

/* Compares the messages of one generation with `expected`. */
static inline void answer_is_expected(const char *name, bool logits) {
    static uint8_t text[8192];
    static float scores[1024];
    uint32_t tokens = 0, length = 0, have = 0;
    for (uint32_t i = 0; i < message_count; i++) {
        const message *m = &messages[i];
        if (m->type == CONSOLE_TOKEN) {
            CHECK(tokens == 0u || !logits || have == expected.vocab, "%s: logits of token %u", name, (unsigned)tokens);
            CHECK(s3lm_u32(m->payload) == expected.ids[tokens], "%s: token %u is %u", name, (unsigned)tokens,
                  (unsigned)s3lm_u32(m->payload));
            memcpy(text + length, m->payload + 8, m->length - 8u);
            length += m->length - 8u;
            tokens++;
            have = 0;
        } else if (m->type == CONSOLE_LOGITS) {
            uint32_t count = (m->length - 8u) / 4u;
            CHECK(s3lm_u32(m->payload) == tokens - 1u && s3lm_u32(m->payload + 4) == have, "%s: place of logits", name);
            memcpy(scores + have, m->payload + 8, m->length - 8u);
            have += count;
            if (have == expected.vocab) {
                CHECK(memcmp(scores, expected.logits + (size_t)(tokens - 1u) * expected.vocab, 4u * have) == 0,
                      "%s: logits of token %u differ", name, (unsigned)tokens);
            }
        }
    }
    CHECK(tokens == expected.count, "%s: %u of %u tokens", name, (unsigned)tokens, (unsigned)expected.count);
    CHECK(length == expected.text_length && memcmp(text, expected.text, length) == 0, "%s: another text", name);
    CHECK(last()->type == CONSOLE_FINISHED, "%s: no end", name);
    CHECK(s3lm_u32(last()->payload + 8) == tokens, "%s: %u counted", name, (unsigned)s3lm_u32(last()->payload + 8));
}

/* The fixture, the engine over it, and room for what is collected. */
static inline void prepare(int argc, char **argv) {
    const char *folder = argc > 2 ? argv[2] : "../../test/fixtures/console";
    package = read_package(folder, "chat", &package_bytes);
    load(&engine, folder, "chat", NULL);
    messages = calloc(MOST_MESSAGES, sizeof *messages);
    expected.vocab = engine.package.config.vocab_size;
    expected.logits = calloc(256u, 4u * expected.vocab);
    if (!messages || !expected.logits) {
        exit(1);
    }
}

static inline void put_away(void) {
    free(messages);
    free(expected.logits);
    unload(&engine);
    free(package);
}

#endif
