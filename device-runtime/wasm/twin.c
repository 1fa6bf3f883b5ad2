/* The engine for JavaScript (src/device/twin.ts): thin exports around one model.
 *
 * Each WebAssembly instance runs one model, so its state is static here; this file alone may do that. Memory is
 * reserved once while loading. Pointers and sizes are 32 bits.
 */
#include "../engine/s3lm.h"
#include "../engine/chat.h"
#include "../engine/grammar.h"
#include "../engine/kernels.h"
#include "../engine/tokenizer.h"

#define EXPORT(name) __attribute__((export_name(name), used))

#define PAGE_BYTES 65536u

/* Only in the build for tests; elsewhere its address is 0. */
extern const s3lm_kernels s3lm_kernels_scalar __attribute__((weak));

extern unsigned char __heap_base;

static struct {
    uint32_t reserved; /* end of the reserved memory, 0 before the first reservation */
    s3lm_package package;
    s3lm_fault fault;
    s3lm_options options;
    s3lm_model model;
    s3lm_tokenizer tokenizer;
    s3lm_chat chat;
    s3lm_grammar grammar;
    bool has_tokenizer;
    bool has_chat;
    s3lm_decoder decoder;
    s3lm_generation generation;
    uint32_t stop_ids[S3LM_MAX_STOP_IDS];
    uint8_t stop_bytes[S3LM_MAX_STOP_STRINGS][S3LM_MAX_STOP_BYTES];
    uint32_t stop_lengths[S3LM_MAX_STOP_STRINGS];
    const uint8_t *stop_strings[S3LM_MAX_STOP_STRINGS];
    uint8_t piece[S3LM_MAX_PIECE_BYTES];
} twin;

/* Facts for JavaScript, all 32 bits wide; the order is that of twin.ts. */
static struct {
    uint32_t hidden_size, layers, vocab_size, context, max_batch, bos_id, cache, activations;
    uint32_t stop_id_count, stop_ids, do_sample, top_k, max_new_tokens;
    float temperature, top_p, min_p, repetition_penalty;
    uint32_t has_tokenizer, has_chat, kernels_name, logits;
} facts;

static struct {
    uint32_t kind, id, text, text_length, reason, prompt_done, status, accepted;
} event;

static uint32_t address(const void *p) { return (uint32_t)(uintptr_t)p; }

/* Reserves `bytes` at a multiple of 64, growing the memory; 0 when it cannot grow. */
EXPORT("twin_reserve") uint32_t twin_reserve(uint32_t bytes) {
    uint64_t start = twin.reserved ? twin.reserved : address(&__heap_base);
    start = (start + S3LM_ALIGNMENT - 1u) & ~(uint64_t)(S3LM_ALIGNMENT - 1u);
    uint64_t end = start + bytes;
    uint64_t have = (uint64_t)__builtin_wasm_memory_size(0) * PAGE_BYTES;
    if (end > 0xFFFFFFFFu) {
        return 0;
    }
    if (end > have) {
        uint32_t pages = (uint32_t)((end - have + PAGE_BYTES - 1u) / PAGE_BYTES);
        if (__builtin_wasm_memory_grow(0, pages) == (size_t)-1) {
            return 0;
        }
    }
    twin.reserved = (uint32_t)end;
    return (uint32_t)start;
}

/* 0, an s3lm_status, or 1,000 + an s3lm_tokenizer_status for TOKN, 2,000 + one for CHAT, 3,000 for GRAM. */
EXPORT("twin_open") uint32_t twin_open(const uint8_t *bytes, uint32_t length) {
    s3lm_status status = s3lm_package_open(bytes, length, &twin.package, &twin.fault);
    if (status != S3LM_OK) {
        return (uint32_t)status;
    }
    uint32_t size;
    const uint8_t *section = s3lm_package_section(&twin.package, S3LM_KIND_TOKN, &size);
    twin.has_tokenizer = section != NULL;
    if (section) {
        s3lm_tokenizer_status opened = s3lm_tokenizer_open(section, size, &twin.tokenizer);
        if (opened == S3LM_TOKENIZER_OK && s3lm_decoder_room(&twin.tokenizer) > S3LM_MAX_PIECE_BYTES) {
            opened = S3LM_TOKENIZER_BAD_SECTION;
        }
        if (opened != S3LM_TOKENIZER_OK) {
            return 1000u + (uint32_t)opened;
        }
    }
    section = s3lm_package_section(&twin.package, S3LM_KIND_CHAT, &size);
    twin.has_chat = section != NULL && twin.has_tokenizer;
    if (twin.has_chat) {
        s3lm_tokenizer_status opened = s3lm_chat_open(section, size, &twin.chat);
        if (opened != S3LM_TOKENIZER_OK) {
            return 2000u + (uint32_t)opened;
        }
    }
    return s3lm_grammar_open(&twin.grammar, &twin.package) ? 0 : 3000;
}

/* The last fault of twin_open: code, section, index, offset, field. */
EXPORT("twin_fault") const s3lm_fault *twin_fault(void) { return &twin.fault; }

EXPORT("twin_status_text") const char *twin_status_text(uint32_t status) {
    return s3lm_status_text((s3lm_status)status);
}

/* Sets the options (0 for the package's own) and returns the bytes of state, 0 when they are impossible: scalar kernels
 * are where this build has none. */
EXPORT("twin_plan") uint32_t twin_plan(uint32_t context, uint32_t max_batch, uint32_t scalar) {
    if (scalar && !&s3lm_kernels_scalar) {
        return 0;
    }
    twin.options = (s3lm_options){.context = context, .max_batch = max_batch};
    twin.options.kernels = scalar ? &s3lm_kernels_scalar : s3lm_kernels_best();
    return (uint32_t)s3lm_state_bytes(&twin.package, &twin.options);
}

EXPORT("twin_cache_bytes") uint32_t twin_cache_bytes(void) {
    return (uint32_t)s3lm_cache_bytes(&twin.package, &twin.options);
}

EXPORT("twin_init") uint32_t twin_init(void *memory, uint32_t bytes) {
    return (uint32_t)s3lm_init(&twin.model, &twin.package, &twin.options, memory, bytes);
}

EXPORT("twin_facts") const void *twin_facts(void) {
    const s3lm_config *config = &twin.package.config;
    const s3lm_sampling *sampling = &twin.package.sampling;
    facts.hidden_size = config->hidden_size;
    facts.layers = config->layers;
    facts.vocab_size = config->vocab_size;
    facts.context = twin.model.context;
    facts.max_batch = twin.model.max_batch;
    facts.bos_id = config->bos_id;
    facts.cache = (uint32_t)config->cache;
    facts.activations = (uint32_t)config->activations;
    facts.stop_id_count = twin.package.stop_id_count;
    facts.stop_ids = address(twin.package.stop_ids);
    facts.do_sample = sampling->do_sample;
    facts.top_k = sampling->top_k;
    facts.max_new_tokens = sampling->max_new_tokens;
    facts.temperature = sampling->temperature;
    facts.top_p = sampling->top_p;
    facts.min_p = sampling->min_p;
    facts.repetition_penalty = sampling->repetition_penalty;
    facts.has_tokenizer = twin.has_tokenizer;
    facts.has_chat = twin.has_chat;
    facts.kernels_name = address(twin.model.kernels->name);
    facts.logits = address(twin.model.logits);
    return &facts;
}

EXPORT("twin_section") const uint8_t *twin_section(uint32_t kind) {
    uint32_t length;
    return s3lm_package_section(&twin.package, kind, &length);
}

EXPORT("twin_section_length") uint32_t twin_section_length(uint32_t kind) {
    uint32_t length;
    s3lm_package_section(&twin.package, kind, &length);
    return length;
}

EXPORT("twin_length") uint32_t twin_length(void) { return twin.model.length; }

EXPORT("twin_reset") void twin_reset(void) { s3lm_reset(&twin.model); }

EXPORT("twin_truncate") void twin_truncate(uint32_t length) { s3lm_truncate(&twin.model, length); }

EXPORT("twin_forward") uint32_t twin_forward(const uint32_t *ids, uint32_t n, float *logits, uint32_t all) {
    return (uint32_t)s3lm_forward(&twin.model, ids, n, logits, all != 0);
}

/* ---- Text ---- */

EXPORT("twin_encode_scratch") uint32_t twin_encode_scratch(uint32_t text_bytes) {
    return (uint32_t)s3lm_encode_scratch_bytes(&twin.tokenizer, text_bytes);
}

/* An s3lm_tokenizer_status; *count is a 32-bit word. */
EXPORT("twin_encode")
uint32_t twin_encode(const uint8_t *text, uint32_t text_bytes, uint32_t flags, void *scratch, uint32_t scratch_bytes,
                     uint32_t *ids, uint32_t capacity, uint32_t *count) {
    size_t made = 0;
    s3lm_tokenizer_status status =
        s3lm_encode(&twin.tokenizer, text, text_bytes, flags, scratch, scratch_bytes, ids, capacity, &made);
    *count = (uint32_t)made;
    return (uint32_t)status;
}

EXPORT("twin_decode")
uint32_t twin_decode(const uint32_t *ids, uint32_t count, uint32_t skip_special, uint8_t *out, uint32_t capacity) {
    return (uint32_t)s3lm_decode(&twin.tokenizer, ids, count, skip_special != 0, out, capacity);
}

EXPORT("twin_chat_scratch") uint32_t twin_chat_scratch(uint32_t text_bytes) {
    return (uint32_t)s3lm_chat_scratch_bytes(&twin.chat, &twin.tokenizer, text_bytes);
}

/* As twin_encode, for one turn of a conversation. `system` 0: the template's own. */
EXPORT("twin_chat_encode")
uint32_t twin_chat_encode(uint32_t first, const uint8_t *user, uint32_t user_bytes, const uint8_t *system,
                          uint32_t system_bytes, void *scratch, uint32_t scratch_bytes, uint32_t *ids,
                          uint32_t capacity, uint32_t *count) {
    s3lm_turn turn = {first != 0, user, user_bytes, system, system_bytes};
    size_t made = 0;
    s3lm_tokenizer_status status =
        s3lm_chat_encode(&twin.chat, &twin.tokenizer, &turn, scratch, scratch_bytes, ids, capacity, &made);
    *count = (uint32_t)made;
    return (uint32_t)status;
}

EXPORT("twin_tokenizer_text") const char *twin_tokenizer_text(uint32_t status) {
    return s3lm_tokenizer_status_text((s3lm_tokenizer_status)status);
}

/* ---- Generation ---- */

static uint32_t piece(void *user, uint32_t id, uint8_t *out, uint32_t capacity) {
    (void)user;
    size_t length = id == S3LM_NONE ? s3lm_decoder_finish(&twin.decoder, twin.piece)
                                    : s3lm_decoder_push(&twin.decoder, id, twin.piece);
    uint32_t taken = length < capacity ? (uint32_t)length : capacity;
    for (uint32_t i = 0; i < taken; i++) {
        out[i] = twin.piece[i];
    }
    return taken;
}

/* Room for `S3LM_MAX_STOP_IDS` ids, and for one stop string of `S3LM_MAX_STOP_BYTES`. */
EXPORT("twin_stop_ids") uint32_t *twin_stop_ids(void) { return twin.stop_ids; }

EXPORT("twin_stop_string") uint8_t *twin_stop_string(uint32_t index, uint32_t length) {
    twin.stop_strings[index] = twin.stop_bytes[index];
    twin.stop_lengths[index] = length;
    return twin.stop_bytes[index];
}

/* An s3lm_status. The prompt stays where it is until it has been read. */
EXPORT("twin_begin")
uint32_t twin_begin(const uint32_t *prompt, uint32_t count, uint32_t do_sample, float temperature, uint32_t top_k,
                    float top_p, float min_p, float repetition_penalty, uint32_t max_new_tokens, uint32_t seed_low,
                    uint32_t seed_high, uint32_t stop_ids, uint32_t stop_strings, uint32_t slide, uint32_t keep,
                    uint32_t no_drafts, uint32_t free, uint32_t every) {
    s3lm_generation_options options = {
        .sampling = {do_sample != 0, temperature, top_k, top_p, min_p, repetition_penalty, max_new_tokens},
        .seed = (uint64_t)seed_high << 32 | seed_low,
        .stop_ids = twin.stop_ids,
        .stop_id_count = stop_ids,
        .stop_strings = twin.stop_strings,
        .stop_lengths = twin.stop_lengths,
        .stop_count = stop_strings,
        .full = slide ? S3LM_FULL_SLIDE : S3LM_FULL_STOP,
        .keep = keep,
        .no_drafts = no_drafts != 0,
        .grammar = twin.grammar.states && !free ? &twin.grammar : NULL,
        .every = every != 0,
        .piece = twin.has_tokenizer ? piece : NULL,
    };
    s3lm_status status = s3lm_generation_begin(&twin.generation, &twin.model, &options, prompt, count);
    if (status == S3LM_OK && twin.has_tokenizer) {
        /* The new text goes on after the prompt: its first space is a space. */
        s3lm_decoder_start(&twin.decoder, &twin.tokenizer, true);
        for (uint32_t i = 0; i < count; i++) {
            s3lm_decoder_push(&twin.decoder, prompt[i], twin.piece);
        }
    }
    return (uint32_t)status;
}

EXPORT("twin_step") const void *twin_step(void) {
    s3lm_event e = s3lm_generation_step(&twin.generation);
    event.kind = (uint32_t)e.kind;
    event.id = e.id;
    event.text = address(e.text);
    event.text_length = e.text_length;
    event.reason = (uint32_t)e.reason;
    event.prompt_done = twin.generation.prompt_done;
    event.status = (uint32_t)twin.generation.status;
    event.accepted = twin.generation.accepted;
    return &event;
}

EXPORT("twin_cancel") void twin_cancel(void) { s3lm_generation_cancel(&twin.generation); }
