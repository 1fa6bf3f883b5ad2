/* Runs the whole engine over a model package on a core that is emulated and prints what it computed, bit by bit, to be
 * compared with the other builds:
 *
 *   engine-check FILE (--ids 1,2,3 | --prompt TEXT) [--tokens N] [--seed N] [--sampling T,K,P,M,R] [--kernels scalar]
 *       [--logits none]
 *
 * --kernels scalar: the portable inner loops, where the build has others of its own.
 * --sampling: temperature, top-k, top-p, min-p and repetition penalty as 32-bit hexadecimal words (f32 bits but for
 * top-k); without it the package's. Exit code 0, 1 for a bad package or model, 2 for bad usage.
 *
 * Output, one fact a line:
 *   kernels NAME          the set of inner loops
 *   state BYTES           memory that the engine asked for
 *   prompt ID...          ids of the prompt
 *   logits WORD...        for each position of the prompt read in passes, the logits' bits in hexadecimal
 *   token ID              a generated id
 *   text BYTES            the text that it gave, in hexadecimal
 *   logits WORD...        what that token was picked from
 *   end REASON            s3lm_reason of the last event, as a number
 */
#include "check.h"

#include "../engine/s3lm.h"
#include "../engine/tokenizer.h"

/* Numbers in --sampling. */
#define SAMPLING_WORDS 5u

typedef struct {
    const char *file;
    const char *ids;
    const char *prompt;
    const char *sampling;
    const s3lm_kernels *kernels;
    bool without_logits;
    uint64_t tokens;
    uint64_t seed;
} arguments;

typedef struct {
    s3lm_tokenizer tokenizer;
    s3lm_decoder decoder;
    bool has_tokenizer;
    uint8_t piece[S3LM_MAX_PIECE_BYTES];
} text_state;

static int bad_usage(const char *what) {
    check_complain("engine-check: cannot be used like this", what);
    return 2;
}

static int bad_model(s3lm_status status, const char *where) {
    check_complain(s3lm_status_text(status), where);
    return 1;
}

/* The number up to the next comma or the end; moves `text` behind it. */
static bool next_number(const char **text, uint32_t base, uint32_t *number) {
    char one[12];
    uint32_t length = 0;
    while ((*text)[length] != '\0' && (*text)[length] != ',') {
        if (length + 1u == sizeof one) {
            return false;
        }
        one[length] = (*text)[length];
        length++;
    }
    one[length] = '\0';
    *text += length + ((*text)[length] == ',' ? 1u : 0u);
    uint64_t value = 0;
    if (!check_parse(one, base, UINT32_MAX, &value)) {
        return false;
    }
    *number = (uint32_t)value;
    return true;
}

static float from_bits(uint32_t bits) {
    union {
        uint32_t bits;
        float number;
    } both = {bits};
    return both.number;
}

static uint32_t to_bits(float number) {
    union {
        float number;
        uint32_t bits;
    } both = {number};
    return both.bits;
}

static bool parse(arguments *a, int count, char **words) {
    for (int i = 1; i < count; i++) {
        const char *name = words[i];
        if (name[0] != '-') {
            if (a->file) {
                return false;
            }
            a->file = name;
            continue;
        }
        if (++i == count) {
            return false;
        }
        const char *value = words[i];
        if (check_equal(name, "--ids")) {
            a->ids = value;
        } else if (check_equal(name, "--prompt")) {
            a->prompt = value;
        } else if (check_equal(name, "--sampling")) {
            a->sampling = value;
        } else if (check_equal(name, "--kernels") && check_equal(value, "scalar")) {
            a->kernels = &s3lm_kernels_scalar;
        } else if (check_equal(name, "--logits") && check_equal(value, "none")) {
            a->without_logits = true;
        } else if (check_equal(name, "--tokens")) {
            if (!check_parse(value, 10u, UINT32_MAX, &a->tokens)) {
                return false;
            }
        } else if (!check_equal(name, "--seed") || !check_parse(value, 10u, UINT64_MAX, &a->seed)) {
            return false;
        }
    }
    return a->file && !a->ids != !a->prompt;
}

static bool read_sampling(const char *text, s3lm_sampling *sampling) {
    uint32_t words[SAMPLING_WORDS];
    for (uint32_t i = 0; i < SAMPLING_WORDS; i++) {
        if (!next_number(&text, 16u, &words[i])) {
            return false;
        }
    }
    sampling->temperature = from_bits(words[0]);
    sampling->do_sample = sampling->temperature > 0.0f;
    sampling->top_k = words[1];
    sampling->top_p = from_bits(words[2]);
    sampling->min_p = from_bits(words[3]);
    sampling->repetition_penalty = from_bits(words[4]);
    return *text == '\0';
}

/* Ids of the prompt into `ids`, at most `capacity`; their number, 0 when the prompt cannot be read. */
static uint32_t read_prompt(const arguments *a, const text_state *text, uint32_t *ids, uint32_t capacity) {
    uint32_t count = 0;
    if (a->ids) {
        for (const char *at = a->ids; *at != '\0'; count++) {
            if (count == capacity || !next_number(&at, 10u, &ids[count])) {
                return 0;
            }
        }
        return count;
    }
    if (!text->has_tokenizer) {
        return 0;
    }
    size_t length = check_length(a->prompt);
    size_t need = s3lm_encode_scratch_bytes(&text->tokenizer, length);
    void *scratch = need > 0u ? check_allocate(need) : NULL;
    size_t made = 0;
    s3lm_tokenizer_status status = s3lm_encode(&text->tokenizer, (const uint8_t *)a->prompt, length,
                                               S3LM_ENCODE_ADD_SPECIAL, scratch, need, ids, capacity, &made);
    return scratch && status == S3LM_TOKENIZER_OK ? (uint32_t)made : 0u;
}

static void print_ids(const char *name, const uint32_t *ids, uint32_t count) {
    check_print(name);
    for (uint32_t i = 0; i < count; i++) {
        check_print(" ");
        check_print_number(ids[i]);
    }
    check_print("\n");
}

static void print_logits(const float *logits, uint32_t count) {
    check_print("logits");
    for (uint32_t i = 0; i < count; i++) {
        check_print(" ");
        check_print_hex(to_bits(logits[i]), 8u);
    }
    check_print("\n");
}

static uint32_t piece(void *user, uint32_t id, uint8_t *out, uint32_t capacity) {
    text_state *text = user;
    size_t length = id == S3LM_NONE ? s3lm_decoder_finish(&text->decoder, text->piece)
                                    : s3lm_decoder_push(&text->decoder, id, text->piece);
    length = length < capacity ? length : capacity;
    for (size_t i = 0; i < length; i++) {
        out[i] = text->piece[i];
    }
    return (uint32_t)length;
}

static int open_package(const char *file, s3lm_package *package) {
    size_t length = 0;
    const uint8_t *bytes = check_read(file, &length);
    if (!bytes) {
        check_complain("engine-check: cannot be read", file);
        return 1;
    }
    s3lm_fault fault;
    s3lm_status status = s3lm_package_open(bytes, length, package, &fault);
    return status == S3LM_OK ? 0 : bad_model(status, fault.field);
}

static int open_tokenizer(const s3lm_package *package, text_state *text) {
    uint32_t length;
    const uint8_t *section = s3lm_package_section(package, S3LM_KIND_TOKN, &length);
    text->has_tokenizer = section != NULL;
    if (!section) {
        return 0;
    }
    s3lm_tokenizer_status status = s3lm_tokenizer_open(section, length, &text->tokenizer);
    if (status == S3LM_TOKENIZER_OK && s3lm_decoder_room(&text->tokenizer) > sizeof text->piece) {
        status = S3LM_TOKENIZER_BAD_SECTION;
    }
    if (status != S3LM_TOKENIZER_OK) {
        check_complain(s3lm_tokenizer_status_text(status), "TOKN");
        return 1;
    }
    return 0;
}

/* Logits of every position of the prompt. */
static int read_whole_prompt(s3lm_model *model, const uint32_t *ids, uint32_t count) {
    uint32_t vocab = model->package->config.vocab_size;
    float *logits = check_allocate((size_t)count * vocab * sizeof(float));
    s3lm_status status = logits ? s3lm_forward(model, ids, count, logits, true) : S3LM_ERR_MEMORY;
    if (status != S3LM_OK) {
        return bad_model(status, "prompt");
    }
    for (uint32_t i = 0; i < count; i++) {
        print_logits(logits + (size_t)i * vocab, vocab);
    }
    return 0;
}

static int generate(const arguments *a, s3lm_model *model, text_state *text, const uint32_t *ids, uint32_t count) {
    static s3lm_generation generation;
    s3lm_generation_options options = {.sampling = model->package->sampling, .seed = a->seed};
    if (a->sampling && !read_sampling(a->sampling, &options.sampling)) {
        return bad_usage(a->sampling);
    }
    options.sampling.max_new_tokens = (uint32_t)a->tokens;
    options.piece = text->has_tokenizer ? piece : NULL;
    options.piece_user = text;
    s3lm_status status = s3lm_generation_begin(&generation, model, &options, ids, count);
    if (status != S3LM_OK) {
        return bad_model(status, "generation");
    }
    if (text->has_tokenizer) {
        s3lm_decoder_start(&text->decoder, &text->tokenizer, true);
        for (uint32_t i = 0; i < count; i++) {
            s3lm_decoder_push(&text->decoder, ids[i], text->piece);
        }
    }
    s3lm_event event;
    do {
        event = s3lm_generation_step(&generation);
        if (generation.status != S3LM_OK) {
            return bad_model(generation.status, "generation");
        }
        if (event.kind == S3LM_EVENT_TOKEN) {
            print_ids("token", &event.id, 1u);
            check_print("text ");
            for (uint32_t i = 0; i < event.text_length; i++) {
                check_print_hex(event.text[i], 2u);
            }
            check_print("\n");
            if (!a->without_logits) {
                print_logits(model->logits, model->package->config.vocab_size);
            }
        }
    } while (event.reason == S3LM_RUNNING);
    check_print("end ");
    check_print_number((uint32_t)event.reason);
    check_print("\n");
    return 0;
}

static int run(const arguments *a, const s3lm_package *package, text_state *text) {
    static s3lm_model model;
    s3lm_options options = {.kernels = a->kernels};
    uint32_t *ids = check_allocate(S3LM_MAX_CONTEXT * sizeof(uint32_t));
    uint32_t count = ids ? read_prompt(a, text, ids, S3LM_MAX_CONTEXT) : 0u;
    if (count == 0u) {
        return bad_usage(a->ids ? a->ids : a->prompt);
    }
    size_t need = s3lm_state_bytes(package, &options);
    void *memory = need > 0u ? check_allocate(need) : NULL;
    s3lm_status status = memory ? s3lm_init(&model, package, &options, memory, need) : S3LM_ERR_MEMORY;
    if (status != S3LM_OK) {
        return bad_model(status, "state");
    }
    check_print("kernels ");
    check_print(s3lm_kernels_name(model.kernels));
    check_print("\nstate ");
    check_print_number((uint32_t)need);
    check_print("\n");
    print_ids("prompt", ids, count);
    int code = a->without_logits ? 0 : read_whole_prompt(&model, ids, count);
    if (code == 0 && a->tokens > 0u) {
        s3lm_reset(&model);
        code = generate(a, &model, text, ids, count);
    }
    return code;
}

int check_main(int count, char **words) {
    static s3lm_package package;
    static text_state text;
    arguments a = {0};
    if (!parse(&a, count, words)) {
        return bad_usage(
            "engine-check FILE (--ids 1,2,3 | --prompt TEXT) [--tokens N] [--seed N] [--sampling T,K,P,M,R] "
            "[--kernels scalar] [--logits none]");
    }
    int code = open_package(a.file, &package);
    if (code == 0) {
        code = open_tokenizer(&package, &text);
    }
    if (code == 0) {
        code = run(&a, &package, &text);
    }
    check_flush();
    return code;
}
