/* What the board says about itself, as lines of a name and a value (console_list.c). docs/console.md lists the names.
 */
#include "console.h"

/* Bytes of a string out of the package that are shown: it may be as long as its writer liked. */
#define MOST_SHOWN 64u

bool console_has_model(const console *c) { return c->model.status == APP_LOAD_OK && c->memory.ids != NULL; }

void console_put_fault(console *c, app_text *text) {
    char sentence[400];
    if (c->model.status == APP_LOAD_OK) {
        app_put(text, "The model fills the memory so that no room is left for a prompt. Convert it again with a "
                      "shorter context.");
        return;
    }
    app_load_text(&c->model, sentence, sizeof sentence);
    app_put(text, sentence);
}

/* ---- The package's strings ---- */

/* A JSON string from `at`, which is after its opening quote: its end (at the closing quote), or NULL. */
static const uint8_t *string_end(const uint8_t *at, const uint8_t *end) {
    while (at < end && *at != '"') {
        at += *at == '\\' ? 2 : 1;
    }
    return at < end ? at : NULL;
}

static bool same(const uint8_t *at, size_t length, const char *name) {
    size_t i = 0;
    while (i < length && name[i] != '\0' && at[i] == (uint8_t)name[i]) {
        i++;
    }
    return i == length && name[i] == '\0';
}

/* Value of `name` in META, one JSON object of strings, as it stands between its quotes; 0 bytes when it is absent. */
static const uint8_t *metadata(const console *c, const char *name, size_t *length) {
    uint32_t bytes = 0;
    const uint8_t *at = s3lm_package_section(&c->model.package, S3LM_KIND_META, &bytes), *end = at ? at + bytes : at;
    bool is_value = false, wanted = false;
    *length = 0;
    for (; at && at < end; at++) {
        if (*at != '"') {
            continue;
        }
        const uint8_t *begin = at + 1;
        at = string_end(begin, end);
        if (!at) {
            return NULL;
        }
        if (is_value && wanted) {
            *length = (size_t)(at - begin);
            return begin;
        }
        wanted = !is_value && same(begin, (size_t)(at - begin), name);
        is_value = !is_value;
    }
    return NULL;
}

/* A string of the package, cut between characters. Of its escapes quotes, backslashes and slashes are shown as what
 * they stand for; others, which stand for what a terminal acts on, as one `?`. */
static void put_metadata(const console *c, console_list *list, const char *key, const char *name) {
    size_t length;
    const uint8_t *at = metadata(c, name, &length);
    if (!at) {
        return;
    }
    list_begin(list, key);
    size_t shown = length < MOST_SHOWN ? length : MOST_SHOWN;
    while (shown < length && shown > 0u && (at[shown] & 0xC0u) == 0x80u) {
        shown--;
    }
    for (size_t i = 0; i < shown; i++) {
        if (at[i] == '\\' && i + 1u < shown) {
            i++;
            bool plain = at[i] == '"' || at[i] == '\\' || at[i] == '/';
            app_put_bytes(&list->text, plain ? at + i : (const uint8_t *)"?", 1);
            /* Four digits follow. */
            i += at[i] == 'u' && shown - i > 4u ? 4u : 0u;
        } else {
            app_put_bytes(&list->text, at[i] == '\\' || at[i] < 0x20u ? (const uint8_t *)"?" : at + i, 1);
        }
    }
    list_end(list);
}

/* ---- Lists ---- */

static void put_board(const console *c, console_list *list) {
    static const char *const psram[] = {"none", "quad", "octal"};
    const app_board *b = &c->board;
    list_text(list, "firmware", b->firmware);
    list_number(list, "protocol", CONSOLE_VERSION);
    list_begin(list, "chip");
    app_put(&list->text, b->chip);
    app_put(&list->text, " revision ");
    app_put_number(&list->text, b->chip_revision / 100u);
    app_put(&list->text, ".");
    app_put_number(&list->text, b->chip_revision % 100u);
    list_end(list);
    list_begin(list, "mac");
    for (uint32_t i = 0; i < sizeof b->mac; i++) {
        app_put(&list->text, i > 0u ? ":" : "");
        app_put_hex(&list->text, b->mac[i], 2);
    }
    list_end(list);
    list_number(list, "cores", b->cores);
    list_number(list, "cpu_mhz", b->cpu_hz / 1000000u);
    list_text(list, "reset_reason", b->reset_reason);
    list_number(list, "flash_bytes", b->flash_bytes);
    list_text(list, "flash_mode", b->flash_mode);
    list_number(list, "sram_bytes", b->sram.bytes);
    list_number(list, "psram_bytes", b->psram.bytes);
    list_begin(list, "psram_mode");
    app_put(&list->text, psram[b->psram_kind]);
    if (b->psram_kind != APP_PSRAM_NONE) {
        app_put(&list->text, " ");
        app_put_number(&list->text, b->psram_mhz);
        app_put(&list->text, " MHz");
    }
    list_end(list);
}

static const char *cache_name(s3lm_cache_kind cache) {
    static const char names[S3LM_CACHE_KINDS][6] = {[S3LM_CACHE_INT8] = "int8",
                                                    [S3LM_CACHE_FLOAT32] = "f32",
                                                    [S3LM_CACHE_INT16] = "int16",
                                                    [S3LM_CACHE_K16V8] = "k16v8"};
    return names[cache];
}

void console_put_info(console *c, console_list *list) {
    const app_model *m = &c->model;
    put_board(c, list);
    if (!console_has_model(c)) {
        list_begin(list, "model_fault");
        console_put_fault(c, &list->text);
        list_end(list);
        return;
    }
    const s3lm_config *config = &m->package.config;
    put_metadata(c, list, "model", "name");
    put_metadata(c, list, "family", "family");
    put_metadata(c, list, "parameters", "parameters");
    put_metadata(c, list, "scheme", "scheme");
    put_metadata(c, list, "licence", "licence");
    list_number(list, "package_bytes", m->package.length);
    list_number(list, "layers", config->layers);
    list_number(list, "hidden_size", config->hidden_size);
    list_number(list, "vocabulary", config->vocab_size);
    list_number(list, "context", m->model.context);
    list_text(list, "chat", m->has_chat ? "yes" : "no");
    list_text(list, "grammar", m->grammar.states ? "yes" : "no");
    list_text(list, "kernels", s3lm_kernels_name(m->model.kernels));
    list_text(list, "cache", cache_name(config->cache));
    list_number(list, "cache_bytes", m->cache_bytes);
    list_text(list, "cache_in", m->cache_in_sram ? "SRAM" : "PSRAM");
    list_number(list, "scratch_bytes", m->sram_scratch);
    list_number(list, "weights_sram", m->weights[S3LM_MEMORY_SRAM]);
    list_number(list, "weights_psram", m->weights[S3LM_MEMORY_PSRAM]);
    list_number(list, "weights_flash", m->weights[S3LM_MEMORY_FLASH]);
    list_number(list, "prompt_bytes", c->memory.text_capacity);
    list_number(list, "load_micros", m->load_micros);
    if (c->actions_fault) {
        list_text(list, "actions_fault", c->actions_fault);
    } else if (c->actions) {
        list_number(list, "outputs", c->actions->section.output_count);
        list_number(list, "inputs", c->actions->section.input_count);
    }
}

static void put_rate(console_list *list, const char *key, uint64_t count, uint64_t micros) {
    list_begin(list, key);
    app_put_fixed(&list->text, app_ratio(count, 100000000u, micros), 2);
    list_end(list);
}

void console_put_stats(console *c, console_list *list) {
    list_number(list, "uptime_micros", c->board.micros());
    list_number(list, "generations", c->generations);
    list_number(list, "tokens_generated", c->tokens_generated);
    list_number(list, "tokens_read", c->tokens_read);
    list_number(list, "context_used", console_has_model(c) ? c->model.model.length : 0u);
    list_number(list, "last_prompt_tokens", c->last_prompt);
    list_number(list, "last_new_tokens", c->last_new);
    list_number(list, "last_drafted_tokens", c->last_drafted);
    list_number(list, "last_accepted_tokens", c->last_accepted);
    put_rate(list, "last_prompt_tokens_per_second", c->last_prompt, c->last_prefill_micros);
    /* The first token comes out of the prompt's last pass. */
    put_rate(list, "last_tokens_per_second", c->last_new == 0u ? 0u : c->last_new - 1u, c->last_decode_micros);
    for (uint32_t i = 0; i < c->board.port_count; i++) {
        const console_port *p = &c->ports[i];
        list_begin(list, p->port->name);
        app_put(&list->text, "frames ");
        app_put_number(&list->text, p->frames_received);
        app_put(&list->text, ", damaged ");
        app_put_number(&list->text, p->parser.damaged);
        app_put(&list->text, ", output bytes lost ");
        app_put_number(&list->text, p->bytes_lost);
        list_end(list);
    }
}

void console_put_settings(console *c, console_list *list) {
    const s3lm_sampling *s = &c->settings.sampling;
    list_begin(list, "temperature");
    app_put_float(&list->text, s->do_sample ? s->temperature : 0.0f, 4);
    list_end(list);
    list_number(list, "top_k", s->top_k);
    list_begin(list, "top_p");
    app_put_float(&list->text, s->top_p, 4);
    list_end(list);
    list_number(list, "length", s->max_new_tokens);
    list_begin(list, "seed");
    if (c->settings.has_seed) {
        app_put_number(&list->text, c->settings.seed);
    } else {
        app_put(&list->text, "another one each time");
    }
    list_end(list);
    list_text(list, "drafts", c->settings.no_drafts ? "off" : "on");
}

void console_put_help(console *c, console_list *list) {
    (void)c;
    list_text(list, "a text and Enter", "the model answers; Ctrl-C stops it");
    list_text(list, "/temp 0.8", "how freely it chooses; 0: always the likeliest token");
    list_text(list, "/topk 40", "choose among the 40 likeliest; 0: among all");
    list_text(list, "/topp 0.9", "choose among those that make up 90 %; 1: among all");
    list_text(list, "/len 200", "at most 200 tokens an answer; 0: until the context is full");
    list_text(list, "/seed 7", "same seed, same answer; /seed alone: another one each time");
    list_text(list, "/drafts off", "run each token by itself; on: with guesses, which give the same text faster");
    list_text(list, "/stats", "speed of the last answer");
    list_text(list, "/reset", "forget the conversation");
    list_text(list, "/info", "board, memory and model");
    list_text(list, "/grammar off", "let the model say what its grammar forbids; on: not any more");
    list_text(list, "/pins", "what answers act on, and how it is");
    list_text(list, "/bench", "measure memories and tokens per second against the limit");
    list_text(list, "//text", "a prompt that begins with a slash");
}
