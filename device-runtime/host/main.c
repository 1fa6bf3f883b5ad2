/* The engine as a command:
 *
 *   s3lm-host FILE (--ids 1,2,3 | --prompt TEXT) [--tokens N] [--temperature T] [--top-k K] [--top-p P] [--min-p P]
 *             [--repetition-penalty R] [--seed S] [--stop TEXT]... [--slide] [--keep N] [--no-drafts] [--free]
 * [--context N]
 *             [--batch N] [--kernels scalar|simd] [--logits] [--json]
 *   s3lm-host FILE --bench [--kernels scalar|simd] [--context N] [--batch N] [--json]
 *
 * What is not given comes from the package. Exit code 0, 1 for a bad package or model, 2 for bad usage.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../engine/grammar.h"
#include "../engine/s3lm.h"
#include "../engine/tokenizer.h"
#include "bench.h"
#include "json.h"
#include "load.h"

/* Prompt ids on the command line; a context has at most this many positions. */
#define MOST_IDS S3LM_MAX_CONTEXT

typedef struct {
    const char *file;
    const char *ids;
    const char *prompt;
    s3lm_options engine;
    s3lm_generation_options generation;
    bool is_free; /* of the package's grammar */
    bool has_temperature;
    const uint8_t *stops[S3LM_MAX_STOP_STRINGS];
    uint32_t stop_lengths[S3LM_MAX_STOP_STRINGS];
    bool logits, json, bench;
    bool has_tokens, has_top_k, has_top_p, has_min_p, has_penalty;
} arguments;

/* Everything that a run needs beside the model. */
typedef struct {
    s3lm_tokenizer tokenizer;
    s3lm_decoder decoder;
    bool has_tokenizer;
    uint8_t piece[S3LM_MAX_PIECE_BYTES];
} text_state;

static int bad_usage(const char *what, const char *value) {
    fprintf(stderr, "s3lm-host: %s%s%s\n", what, value ? ": " : "", value ? value : "");
    return 2;
}

static bool parse_number(const char *text, uint64_t most, uint64_t *out) {
    char *end;
    errno = 0;
    unsigned long long value = strtoull(text, &end, 10);
    if (errno != 0 || end == text || *end != '\0' || text[0] == '-' || value > most) {
        return false;
    }
    *out = value;
    return true;
}

static bool parse_u32(const char *text, uint32_t *out) {
    uint64_t value;
    if (!parse_number(text, UINT32_MAX, &value)) {
        return false;
    }
    *out = (uint32_t)value;
    return true;
}

static bool parse_float(const char *text, float *out) {
    char *end;
    *out = strtof(text, &end);
    return end != text && *end == '\0';
}

/* An option that takes a value; 1 when it was one, 0 when unknown, -1 when the value is bad. */
static int take_value(arguments *a, const char *name, const char *value) {
    s3lm_sampling *sampling = &a->generation.sampling;
    if (strcmp(name, "--ids") == 0) {
        a->ids = value;
    } else if (strcmp(name, "--prompt") == 0) {
        a->prompt = value;
    } else if (strcmp(name, "--tokens") == 0) {
        a->has_tokens = true;
        return parse_u32(value, &sampling->max_new_tokens) ? 1 : -1;
    } else if (strcmp(name, "--temperature") == 0) {
        a->has_temperature = true;
        return parse_float(value, &sampling->temperature) ? 1 : -1;
    } else if (strcmp(name, "--top-k") == 0) {
        a->has_top_k = true;
        return parse_u32(value, &sampling->top_k) ? 1 : -1;
    } else if (strcmp(name, "--top-p") == 0) {
        a->has_top_p = true;
        return parse_float(value, &sampling->top_p) ? 1 : -1;
    } else if (strcmp(name, "--min-p") == 0) {
        a->has_min_p = true;
        return parse_float(value, &sampling->min_p) ? 1 : -1;
    } else if (strcmp(name, "--repetition-penalty") == 0) {
        a->has_penalty = true;
        return parse_float(value, &sampling->repetition_penalty) ? 1 : -1;
    } else if (strcmp(name, "--seed") == 0) {
        return parse_number(value, UINT64_MAX, &a->generation.seed) ? 1 : -1;
    } else if (strcmp(name, "--keep") == 0) {
        return parse_u32(value, &a->generation.keep) ? 1 : -1;
    } else if (strcmp(name, "--context") == 0) {
        return parse_u32(value, &a->engine.context) ? 1 : -1;
    } else if (strcmp(name, "--batch") == 0) {
        return parse_u32(value, &a->engine.max_batch) ? 1 : -1;
    } else if (strcmp(name, "--stop") == 0) {
        size_t length = strlen(value);
        uint32_t count = a->generation.stop_count;
        if (count == S3LM_MAX_STOP_STRINGS || length < 1u || length > S3LM_MAX_STOP_BYTES) {
            return -1;
        }
        a->stops[count] = (const uint8_t *)value;
        a->stop_lengths[count] = (uint32_t)length;
        a->generation.stop_count = count + 1u;
    } else if (strcmp(name, "--kernels") == 0) {
        if (strcmp(value, "scalar") == 0) {
            a->engine.kernels = &s3lm_kernels_scalar;
        } else if (strcmp(value, "simd") != 0) {
            return -1;
        }
    } else {
        return 0;
    }
    return 1;
}

static int parse(arguments *a, int argc, char **argv) {
    for (int i = 1; i < argc; i++) {
        const char *name = argv[i];
        if (strcmp(name, "--json") == 0) {
            a->json = true;
        } else if (strcmp(name, "--logits") == 0) {
            a->logits = true;
        } else if (strcmp(name, "--bench") == 0) {
            a->bench = true;
        } else if (strcmp(name, "--slide") == 0) {
            a->generation.full = S3LM_FULL_SLIDE;
        } else if (strcmp(name, "--no-drafts") == 0) {
            a->generation.no_drafts = true;
        } else if (strcmp(name, "--free") == 0) {
            a->is_free = true;
        } else if (name[0] != '-') {
            if (a->file) {
                return bad_usage("more than one file", name);
            }
            a->file = name;
        } else if (i + 1 == argc) {
            return bad_usage("unknown option or missing value", name);
        } else {
            int taken = take_value(a, name, argv[i + 1]);
            if (taken <= 0) {
                return bad_usage(taken == 0 ? "unknown option" : "bad value for", name);
            }
            i++;
        }
    }
    if (!a->file) {
        return bad_usage("which package? s3lm-host FILE --ids 1,2,3 | --prompt TEXT | --bench", NULL);
    }
    if (!a->bench && !a->ids == !a->prompt) {
        return bad_usage("give either --ids or --prompt", NULL);
    }
    return 0;
}

static int bad_model(s3lm_status status, const char *file) {
    fprintf(stderr, "s3lm-host: %s: %s\n", file, s3lm_status_text(status));
    return status == S3LM_ERR_OPTIONS || status == S3LM_ERR_TOKEN || status == S3LM_ERR_CONTEXT ? 2 : 1;
}

static int open_package(const char *file, s3lm_package *package) {
    size_t length = 0;
    uint8_t *bytes = host_read(file, &length);
    if (!bytes) {
        fprintf(stderr, "s3lm-host: %s: %s\n", file, strerror(errno));
        return 1;
    }
    s3lm_fault fault;
    s3lm_status status = s3lm_package_open(bytes, length, package, &fault);
    if (status != S3LM_OK) {
        char kind[5] = "";
        for (uint32_t i = 0; i < 4u && fault.section; i++) {
            kind[i] = (char)(fault.section >> (8u * i));
        }
        fprintf(stderr, "s3lm-host: %s: %s %s at byte %" PRIu32 ": %s\n", file, kind, fault.field, fault.offset,
                s3lm_status_text(status));
        return 1;
    }
    return 0;
}

static int open_tokenizer(const s3lm_package *package, const char *file, text_state *text) {
    uint32_t length;
    const uint8_t *section = s3lm_package_section(package, S3LM_KIND_TOKN, &length);
    text->has_tokenizer = section != NULL;
    if (!section) {
        return 0;
    }
    s3lm_tokenizer_status status = s3lm_tokenizer_open(section, length, &text->tokenizer);
    if (status == S3LM_TOKENIZER_OK && s3lm_decoder_room(&text->tokenizer) > S3LM_MAX_PIECE_BYTES) {
        status = S3LM_TOKENIZER_BAD_SECTION;
    }
    if (status != S3LM_TOKENIZER_OK) {
        fprintf(stderr, "s3lm-host: %s: TOKN: %s\n", file, s3lm_tokenizer_status_text(status));
        return 1;
    }
    return 0;
}

/* Prompt ids from the arguments into `ids` (MOST_IDS); an exit code. */
static int read_prompt(const arguments *a, const text_state *text, uint32_t *ids, uint32_t *count) {
    *count = 0;
    if (a->ids) {
        for (const char *at = a->ids; *at;) {
            char *end;
            unsigned long id = strtoul(at, &end, 10);
            if (end == at || (*end != ',' && *end != '\0') || id > UINT32_MAX || *count == MOST_IDS || *at == '-') {
                return bad_usage("bad value for", "--ids");
            }
            ids[(*count)++] = (uint32_t)id;
            at = *end == ',' ? end + 1 : end;
        }
        return 0;
    }
    if (!text->has_tokenizer) {
        return bad_usage("the package has no tokenizer; use --ids", NULL);
    }
    size_t length = strlen(a->prompt);
    size_t need = s3lm_encode_scratch_bytes(&text->tokenizer, length);
    void *scratch = need ? host_allocate(need) : NULL;
    size_t made = 0;
    s3lm_tokenizer_status status = s3lm_encode(&text->tokenizer, (const uint8_t *)a->prompt, length,
                                               S3LM_ENCODE_ADD_SPECIAL, scratch, need, ids, MOST_IDS, &made);
    free(scratch);
    if (status != S3LM_TOKENIZER_OK) {
        return bad_usage(s3lm_tokenizer_status_text(status), NULL);
    }
    *count = (uint32_t)made;
    return 0;
}

static uint32_t piece(void *user, uint32_t id, uint8_t *out, uint32_t capacity) {
    text_state *text = user;
    size_t length = id == S3LM_NONE ? s3lm_decoder_finish(&text->decoder, text->piece)
                                    : s3lm_decoder_push(&text->decoder, id, text->piece);
    length = length < capacity ? length : capacity;
    memcpy(out, text->piece, length);
    return (uint32_t)length;
}

/* Sampling parameters that were not given come from the package. */
static void fill_sampling(arguments *a, const s3lm_sampling *defaults) {
    s3lm_sampling *s = &a->generation.sampling;
    s->do_sample = a->has_temperature ? s->temperature > 0.0f : defaults->do_sample;
    s->temperature = a->has_temperature ? s->temperature : defaults->temperature;
    s->top_k = a->has_top_k ? s->top_k : defaults->top_k;
    s->top_p = a->has_top_p ? s->top_p : defaults->top_p;
    s->min_p = a->has_min_p ? s->min_p : defaults->min_p;
    s->repetition_penalty = a->has_penalty ? s->repetition_penalty : defaults->repetition_penalty;
    s->max_new_tokens = a->has_tokens ? s->max_new_tokens : defaults->max_new_tokens;
}

/* A growing array of bytes. */
typedef struct {
    uint8_t *bytes;
    size_t length, capacity;
} buffer;

static bool add(buffer *b, const void *bytes, size_t length) {
    if (b->length + length > b->capacity) {
        size_t capacity = 2u * (b->length + length);
        uint8_t *grown = realloc(b->bytes, capacity);
        if (!grown) {
            return false;
        }
        b->bytes = grown;
        b->capacity = capacity;
    }
    if (length > 0u) {
        memcpy(b->bytes + b->length, bytes, length);
    }
    b->length += length;
    return true;
}

static int generate(arguments *a, s3lm_model *model, text_state *text, const uint32_t *prompt, uint32_t count) {
    static s3lm_generation g;
    static s3lm_grammar grammar;
    static const char *const reasons[] = {"running", "eos", "length", "stop", "context", "cancelled", "error"};
    buffer ids = {0}, words = {0};
    fill_sampling(a, &model->package->sampling);
    a->generation.stop_strings = a->stops;
    a->generation.stop_lengths = a->stop_lengths;
    a->generation.piece = text->has_tokenizer ? piece : NULL;
    a->generation.piece_user = text;
    if (!s3lm_grammar_open(&grammar, model->package)) {
        fprintf(stderr, "%s: The grammar is damaged. Convert the model again.\n", a->file);
        return 1;
    }
    a->generation.grammar = grammar.states && !a->is_free ? &grammar : NULL;
    s3lm_status status = s3lm_generation_begin(&g, model, &a->generation, prompt, count);
    if (status != S3LM_OK) {
        return bad_model(status, a->file);
    }
    if (text->has_tokenizer) {
        /* The new text goes on after the prompt: its first space is a space. */
        s3lm_decoder_start(&text->decoder, &text->tokenizer, true);
        for (uint32_t i = 0; i < count; i++) {
            s3lm_decoder_push(&text->decoder, prompt[i], text->piece);
        }
    }
    double first = 0, last = 0;
    s3lm_event event;
    do {
        event = s3lm_generation_step(&g);
        if (event.kind == S3LM_EVENT_PREFILL) {
            continue;
        }
        if (g.status != S3LM_OK) {
            return bad_model(g.status, a->file);
        }
        bool kept = event.kind != S3LM_EVENT_TOKEN || add(&ids, &event.id, sizeof event.id);
        if (!kept || !add(&words, event.text, event.text_length)) {
            return bad_model(S3LM_ERR_MEMORY, a->file);
        }
        if (event.kind == S3LM_EVENT_TOKEN) {
            last = host_seconds();
            first = first > 0 ? first : last;
        }
        if (!a->json && text->has_tokenizer) {
            fwrite(event.text, 1, event.text_length, stdout);
            fflush(stdout);
        } else if (!a->json && event.kind == S3LM_EVENT_TOKEN) {
            printf("%u ", (unsigned)event.id);
        }
    } while (event.reason == S3LM_RUNNING);
    /* The first token comes out of the prompt's last pass. */
    double seconds = last - first;
    uint32_t made = (uint32_t)(ids.length / sizeof(uint32_t));
    if (!a->json) {
        printf("\n");
    } else {
        printf("{\"promptIds\":");
        json_ids(prompt, count);
        printf(",\"ids\":");
        json_ids((const uint32_t *)(const void *)ids.bytes, made);
        printf(",\"text\":");
        json_string(words.bytes, words.length);
        if (a->logits) {
            printf(",\"logits\":");
            json_floats(model->logits, model->package->config.vocab_size);
        }
        printf(",\"accepted\":%u,\"tokensPerSecond\":%.3f,\"reason\":\"%s\",\"kernels\":\"%s\",\"engine\":\"host\"}\n",
               (unsigned)g.accepted, seconds > 0 ? (double)(made - 1u) / seconds : 0.0, reasons[event.reason],
               s3lm_kernels_name(model->kernels));
    }
    free(ids.bytes);
    free(words.bytes);
    return 0;
}

int main(int argc, char **argv) {
    static arguments a;
    static text_state text;
    static s3lm_package package;
    static s3lm_model model;
    static uint32_t ids[MOST_IDS];
    uint32_t count = 0;
    int code = parse(&a, argc, argv);
    if (code == 0) {
        code = open_package(a.file, &package);
    }
    if (code == 0) {
        code = open_tokenizer(&package, a.file, &text);
    }
    if (code == 0 && !a.bench) {
        code = read_prompt(&a, &text, ids, &count);
    }
    if (code != 0) {
        return code;
    }
    size_t need = s3lm_state_bytes(&package, &a.engine);
    if (need == 0u) {
        return bad_model(S3LM_ERR_OPTIONS, a.file);
    }
    void *memory = host_allocate(need);
    s3lm_status status = memory ? s3lm_init(&model, &package, &a.engine, memory, need) : S3LM_ERR_MEMORY;
    if (status == S3LM_OK && a.bench) {
        status = host_bench(&model, a.json);
        return status == S3LM_OK ? 0 : bad_model(status, a.file);
    }
    return status == S3LM_OK ? generate(&a, &model, &text, ids, count) : bad_model(status, a.file);
}
