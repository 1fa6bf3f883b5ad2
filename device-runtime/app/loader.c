/* Opens the package in flash, copies what it wants in faster memory, and makes a model of it. Two walks over the
 * package (checksums, then weights) and one copy, each shared by all cores. First core only. */
#include "loader.h"
#include "app_format.h"

/* What the console needs for a prompt when the rest of the SRAM is full (ids, text, scratch): the cache goes to PSRAM
 * rather than into this. */
#define CONSOLE_BYTES (12u * 1024u)
/* An erased flash reads as ones; as many words as a header has. */
#define ERASED_WORDS 16u

static size_t aligned(size_t bytes) { return (bytes + S3LM_ALIGNMENT - 1u) & ~(size_t)(S3LM_ALIGNMENT - 1u); }

/* The part of a span that begins and ends at multiples of the engine's alignment. */
static app_span usable(app_span span) {
    size_t skip = (size_t)(0u - (uintptr_t)span.begin) & (S3LM_ALIGNMENT - 1u);
    if (skip >= span.bytes) {
        return (app_span){span.begin, 0};
    }
    return (app_span){span.begin + skip, (span.bytes - skip) & ~(size_t)(S3LM_ALIGNMENT - 1u)};
}

static uint8_t *take(app_span *span, size_t bytes) {
    uint8_t *at = span->begin;
    span->begin += aligned(bytes);
    span->bytes -= aligned(bytes);
    return at;
}

static bool is_erased(const uint8_t *bytes) {
    const uint32_t *words = (const uint32_t *)(const void *)bytes;
    uint32_t all = 0xFFFFFFFFu;
    for (uint32_t i = 0; i < ERASED_WORDS; i++) {
        all &= words[i];
    }
    return all == 0xFFFFFFFFu;
}

/* ---- Package ---- */

static app_load_status open_package(const app_board *board, app_model *out) {
    uint32_t length = 0;
    if (!board->model) {
        return APP_LOAD_NO_PARTITION;
    }
    if (board->model_bytes >= ERASED_WORDS * 4u && is_erased(board->model)) {
        return APP_LOAD_EMPTY;
    }
    s3lm_status status = s3lm_package_length(board->model, board->model_bytes, &length);
    if (status != S3LM_OK) {
        out->fault = (s3lm_fault){.code = status, .index = S3LM_NONE, .field = "header"};
        return APP_LOAD_PACKAGE;
    }
    s3lm_parallel parallel = board->cores > 1u ? board->parallel : NULL;
    status = s3lm_package_open_on(board->model, length, parallel, board->parallel_user, &out->package, &out->fault);
    return status == S3LM_OK ? APP_LOAD_OK : APP_LOAD_PACKAGE;
}

static app_load_status open_tokenizer(app_model *out) {
    uint32_t length;
    const uint8_t *section = s3lm_package_section(&out->package, S3LM_KIND_TOKN, &length);
    if (!section) {
        return APP_LOAD_OK;
    }
    if (s3lm_tokenizer_open(section, length, &out->tokenizer) != S3LM_TOKENIZER_OK ||
        s3lm_decoder_room(&out->tokenizer) > S3LM_MAX_PIECE_BYTES) {
        return APP_LOAD_TOKENIZER;
    }
    out->has_tokenizer = true;
    section = s3lm_package_section(&out->package, S3LM_KIND_CHAT, &length);
    if (section && s3lm_chat_open(section, length, &out->chat) != S3LM_TOKENIZER_OK) {
        return APP_LOAD_TOKENIZER;
    }
    out->has_chat = section != NULL;
    return APP_LOAD_OK;
}

/* ---- Memory ---- */

static size_t data_bytes(const s3lm_tensor *tensor) { return (size_t)tensor->rows * tensor->row_bytes; }

/* What a tensor takes in a memory. */
static size_t stored_bytes(const s3lm_tensor *tensor) {
    size_t bytes = aligned(data_bytes(tensor));
    for (uint32_t table = 0; table < S3LM_MAX_TABLES; table++) {
        bytes += aligned(s3lm_table_bytes(tensor, table));
    }
    return bytes;
}

/* Bytes that the tensors take where the package wants them. */
static void count_weights(app_model *out) {
    for (uint32_t i = 0; i < out->package.tensor_count; i++) {
        s3lm_tensor tensor = s3lm_package_tensor(&out->package, i), rest = s3lm_package_rest(&out->package, i);
        tensor.rows -= rest.rows;
        out->weights[tensor.placement] += stored_bytes(&tensor);
        out->weights[rest.placement] += rest.rows != 0u ? stored_bytes(&rest) : 0u;
    }
}

static app_load_status too_small(app_model *out, app_load_status status, size_t needed, size_t available) {
    out->needed = needed;
    out->available = available;
    return status;
}

/* Where everything goes, before anything is written. */
static app_load_status lay_out(app_model *out, const s3lm_options *options, const app_span *sram,
                               const app_span *psram) {
    out->cache_bytes = aligned(s3lm_cache_bytes(&out->package, options));
    s3lm_options apart = *options;
    /* Any address will do: it says that the cache is not part of the state. */
    apart.cache = sram->begin;
    out->sram_scratch = aligned(s3lm_state_bytes(&out->package, &apart));
    if (out->cache_bytes == 0u || out->sram_scratch == 0u) {
        return too_small(out, APP_LOAD_SRAM, SIZE_MAX, sram->bytes);
    }
    size_t fixed = out->sram_scratch + out->weights[S3LM_MEMORY_SRAM];
    if (fixed > sram->bytes) {
        return too_small(out, APP_LOAD_SRAM, fixed, sram->bytes);
    }
    if (out->weights[S3LM_MEMORY_PSRAM] > psram->bytes) {
        return too_small(out, APP_LOAD_PSRAM, out->weights[S3LM_MEMORY_PSRAM], psram->bytes);
    }
    size_t sram_left = sram->bytes - fixed;
    size_t psram_left = psram->bytes - out->weights[S3LM_MEMORY_PSRAM];
    bool fits_outside = out->cache_bytes <= psram_left;
    out->cache_in_sram = out->cache_bytes + (fits_outside ? CONSOLE_BYTES : 0u) <= sram_left;
    if (!out->cache_in_sram && !fits_outside) {
        return psram->bytes > 0u
                   ? too_small(out, APP_LOAD_PSRAM, out->weights[S3LM_MEMORY_PSRAM] + out->cache_bytes, psram->bytes)
                   : too_small(out, APP_LOAD_SRAM, fixed + out->cache_bytes, sram->bytes);
    }
    return APP_LOAD_OK;
}

typedef struct {
    const uint8_t *from;
    uint8_t *to;
    size_t bytes;
} copy_job;

static void copy_part(void *user, uint32_t worker, uint32_t begin, uint32_t end) {
    const copy_job *job = user;
    size_t first = (size_t)begin * S3LM_ALIGNMENT, last = (size_t)end * S3LM_ALIGNMENT;
    (void)worker;
    last = last < job->bytes ? last : job->bytes;
    __builtin_memcpy(job->to + first, job->from + first, last - first);
}

/* Copies as many bytes as both cores can, and lets the watchdog know. */
static const void *copy(const app_board *board, app_span *span, const void *from, size_t bytes) {
    copy_job job = {from, take(span, bytes), bytes};
    uint32_t lines = (uint32_t)(aligned(bytes) / S3LM_ALIGNMENT);
    if (board->parallel && board->cores > 1u && lines > 1u) {
        board->parallel(board->parallel_user, copy_part, &job, lines, 1);
    } else if (lines > 0u) {
        copy_part(&job, 0, 0, lines);
    }
    board->feed();
    return job.to;
}

/* The rows that lie where `tensor` says, with their tables. */
static void place(const app_board *board, app_span *span, s3lm_tensor *tensor) {
    s3lm_tensor rows = *tensor;
    rows.rows = s3lm_placed_rows(tensor);
    if (!span) {
        return;
    }
    tensor->data = copy(board, span, tensor->data, data_bytes(&rows));
    for (uint32_t table = 0; table < S3LM_MAX_TABLES && tensor->tables[table]; table++) {
        tensor->tables[table] = copy(board, span, tensor->tables[table], s3lm_table_bytes(&rows, table));
    }
}

static void place_weights(const app_board *board, app_model *out, app_span *sram, app_span *psram) {
    app_span *const spans[S3LM_MEMORY_KINDS] = {[S3LM_MEMORY_PSRAM] = psram, [S3LM_MEMORY_SRAM] = sram};
    for (uint32_t i = 0; i < out->package.tensor_count; i++) {
        s3lm_tensor *tensor = s3lm_model_tensor(&out->model, i);
        place(board, spans[tensor->placement], tensor);
        if (tensor->rest) {
            place(board, spans[tensor->rest->placement], tensor->rest);
        }
    }
}

/* ---- Loading ---- */

static app_load_status load(const app_board *board, app_model *out) {
    app_span sram = usable(board->sram), psram = usable(board->psram);
    app_load_status status = open_package(board, out);
    board->feed();
    if (status == APP_LOAD_OK) {
        status = open_tokenizer(out);
    }
    if (status == APP_LOAD_OK && !s3lm_grammar_open(&out->grammar, &out->package)) {
        status = APP_LOAD_GRAMMAR;
    }
    if (status != APP_LOAD_OK) {
        return status;
    }
    s3lm_options options = {.kernels = s3lm_kernels_best()};
    if (board->parallel && board->cores > 1u) {
        options.workers = board->cores < S3LM_MAX_WORKERS ? board->cores : S3LM_MAX_WORKERS;
        options.parallel = board->parallel;
        options.parallel_user = board->parallel_user;
        options.expect = board->expect;
    }
    count_weights(out);
    status = lay_out(out, &options, &sram, &psram);
    if (status != APP_LOAD_OK) {
        return status;
    }
    uint8_t *state = take(&sram, out->sram_scratch);
    options.cache = take(out->cache_in_sram ? &sram : &psram, out->cache_bytes);
    options.cache_bytes = out->cache_bytes;
    s3lm_status ready = s3lm_init(&out->model, &out->package, &options, state, out->sram_scratch);
    if (ready != S3LM_OK) {
        out->fault = (s3lm_fault){.code = ready, .index = S3LM_NONE, .field = "memory"};
        return APP_LOAD_PACKAGE;
    }
    place_weights(board, out, &sram, &psram);
    out->sram_left = sram;
    out->psram_left = psram;
    return APP_LOAD_OK;
}

app_load_status app_load(const app_board *board, app_model *out) {
    uint64_t begin = board->micros();
    *out = (app_model){.fault = {.index = S3LM_NONE, .field = ""}};
    out->status = load(board, out);
    out->load_micros = (uint32_t)(board->micros() - begin);
    out->no_partition = board->model_fault;
    return out->status;
}

/* ---- What went wrong, in words ---- */

/* "340 KB"; sizes that the engine refuses to count have no number. */
static void put_size(app_text *text, size_t bytes) {
    if (bytes == SIZE_MAX) {
        app_put(text, "more than 2 GB");
        return;
    }
    app_put_number(text, (bytes + 1023u) / 1024u);
    app_put(text, " KB");
}

static void put_sizes(app_text *text, const app_model *model) {
    put_size(text, model->needed);
    app_put(text, ", and the board has ");
    app_put_number(text, model->available / 1024u);
    app_put(text, " KB");
}

/* A section's kind as its four letters. */
static void put_kind(app_text *text, uint32_t kind) {
    for (uint32_t i = 0; i < 4u; i++) {
        char letter = (char)(kind >> (8u * i) & 0x7Fu);
        app_put_bytes(text, letter >= ' ' ? &letter : "?", 1);
    }
}

static void put_package_fault(app_text *text, const app_model *model) {
    const s3lm_fault *fault = &model->fault;
    app_put(text, "The model cannot be used: ");
    app_put(text, s3lm_status_text(fault->code));
    app_put(text, " (");
    if (fault->section != 0u) {
        put_kind(text, fault->section);
        app_put(text, ", ");
    }
    if (fault->field[0] != '\0') {
        app_put(text, fault->field);
        app_put(text, ", ");
    }
    app_put(text, "byte ");
    app_put_number(text, fault->offset);
    app_put(text, ")");
}

void app_load_text(const app_model *model, char *text, size_t capacity) {
    if (capacity == 0u) {
        return;
    }
    app_text t = app_text_in(text, capacity - 1u);
    switch (model->status) {
    case APP_LOAD_OK:
        app_put(&t, "The model is ready.");
        break;
    case APP_LOAD_NO_PARTITION:
        app_put(&t, model->no_partition ? model->no_partition
                                        : "The flash has no partition for a model. Write the whole image again.");
        break;
    case APP_LOAD_EMPTY:
        app_put(&t, "There is no model on this board yet. Write the package of a converted model to its model "
                    "partition, or a whole image.");
        break;
    case APP_LOAD_PACKAGE:
        put_package_fault(&t, model);
        break;
    case APP_LOAD_SRAM:
        app_put(&t, "The model needs ");
        put_sizes(&t, model);
        app_put(&t, " of internal memory. Convert it again for this board, with a shorter context or fewer prompt "
                    "tokens at a time.");
        break;
    case APP_LOAD_PSRAM:
        app_put(&t, "The model needs ");
        put_sizes(&t, model);
        app_put(&t, " of PSRAM. Convert it again for this board, or with a shorter context; if the board should have "
                    "more PSRAM, look at what it reported when it started.");
        break;
    case APP_LOAD_TOKENIZER:
        app_put(&t, "The model's tokenizer cannot be used by this firmware. Convert the model again with the converter "
                    "that belongs to it.");
        break;
    case APP_LOAD_GRAMMAR:
        app_put(&t,
                "The model's grammar is damaged, or of another version than this firmware. Convert the model again.");
        break;
    }
    text[t.length] = '\0';
}
