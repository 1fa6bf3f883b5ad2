/* /bench: how fast each memory is read, and how fast the model speaks, each beside its limit. The memories are read as
 * the model's weights are: by the engine's own product of an int8 matrix with a vector, on all cores. The tokens are
 * taken from the conversation again afterwards. */
#include "console.h"

#include "../engine/kernels.h"

/* Read rates of src/chips/ in bytes per second, which is what the plan counts with; and what the data caches hold: so
 * much of the slowest memory may still be there from the token before. The build names the chip where it is not the
 * ESP32-S3. */
#ifndef APP_CHIP_ESP32
#define SRAM_LIMIT 7680000000u
#define OCTAL_LIMIT 88800000u
/* 64 bytes in 325 cycles of 240 MHz: twice the bus time of 80 MHz, the same latency. An estimate. */
#define OCTAL_40_LIMIT 47300000u
#define QUAD_LIMIT 33800000u
#define FLASH_LIMIT 31620000u
#define KEPT_BYTES 32768u
#else
/* Of PSRAM there is quad at 80 MHz only. */
#define SRAM_LIMIT 1920000000u
#define OCTAL_LIMIT QUAD_LIMIT
#define OCTAL_40_LIMIT QUAD_LIMIT
#define QUAD_LIMIT 23000000u
#define FLASH_LIMIT 27200000u
#define KEPT_BYTES 65536u
#endif

#define COLUMNS 1024u
#define ROWS 64u
#define PASS_BYTES (COLUMNS * ROWS)
/* Read of one memory: far more than the data cache, and a moment even of the slowest. */
#define READ_BYTES (1u << 20)
#define TOKENS 16u

enum { BENCH_TOKENS = BENCH_MEMORIES };

/* What a pass of the engine's product needs; it lies in the console's scratch memory. */
typedef struct {
    int8_t codes[COLUMNS];
    int16_t wide[COLUMNS];
    float y[ROWS];
    float scale[4]; /* of the matrix, of the vector */
} bench_buffers;

typedef struct {
    const s3lm_kernels *kernels;
    s3lm_tensor matrix;
    s3lm_activations vector;
    float *y;
} bench_job;

static void multiply(void *user, uint32_t worker, uint32_t begin, uint32_t end) {
    bench_job *job = user;
    (void)worker;
    s3lm_input input = {.quantized = &job->vector};
    job->kernels->matmul[job->matrix.encoding](&job->matrix, &input, 1, begin, end, job->y, ROWS);
}

static const s3lm_kernels *kernels_of(const console *c) {
    return console_has_model(c) ? c->model.model.kernels : s3lm_kernels_best();
}

/* Bytes per second of reading `span` over and over, READ_BYTES in all; 0 when it cannot be measured. */
static uint64_t read_rate(console *c, const uint8_t *begin, size_t bytes) {
    bench_buffers *b = (bench_buffers *)(void *)c->memory.scratch;
    size_t skip = (0u - (uintptr_t)begin) & (S3LM_ALIGNMENT - 1u);
    if (!b || c->memory.scratch_bytes < sizeof *b || bytes < PASS_BYTES + skip) {
        return 0;
    }
    size_t passes = (bytes - skip) / PASS_BYTES;
    for (uint32_t i = 0; i < COLUMNS; i++) {
        b->codes[i] = (int8_t)(i % 127u);
        b->wide[i] = b->codes[i];
    }
    b->scale[0] = b->scale[1] = 1.0f;
    bench_job job = {.kernels = kernels_of(c), .y = b->y};
    job.vector = (s3lm_activations){.codes = b->codes,
                                    .wide = job.kernels->wide ? b->wide : NULL,
                                    .scales = b->scale + 1,
                                    .stride = COLUMNS,
                                    .scale_stride = 1,
                                    .wide_stride = COLUMNS};
    job.matrix = (s3lm_tensor){.tables = {b->scale},
                               .rows = ROWS,
                               .cols = COLUMNS,
                               .row_bytes = COLUMNS,
                               .first_rows = ROWS,
                               .encoding = S3LM_INT8_TENSOR};
    uint64_t start = c->board.micros();
    for (uint32_t i = 0; i < READ_BYTES / PASS_BYTES; i++) {
        job.matrix.data = begin + skip + (i % passes) * PASS_BYTES;
        if (c->board.parallel) {
            c->board.parallel(c->board.parallel_user, multiply, &job, ROWS, 4);
        } else {
            multiply(&job, 0, 0, ROWS);
        }
        c->board.feed();
    }
    uint64_t micros = c->board.micros() - start;
    return app_ratio(READ_BYTES, 1000000u, micros);
}

/* ---- Bytes per token ---- */

static uint32_t memory_of(const console *c, const void *at) {
    const uint8_t *byte = at;
    const app_board *b = &c->board;
    if (byte >= b->sram.begin && byte < b->sram.begin + b->sram.bytes) {
        return BENCH_SRAM;
    }
    return b->psram.bytes > 0u && byte >= b->psram.begin && byte < b->psram.begin + b->psram.bytes ? BENCH_PSRAM
                                                                                                   : BENCH_FLASH;
}

/* What one token reads of an attention's cache. */
static void count_cache(const console *c, const s3lm_attention_step *attention, uint32_t position,
                        uint64_t bytes[BENCH_MEMORIES]) {
    uint32_t window = attention->config.window, seen = window > 0u && window < position ? window : position;
    s3lm_cache_kind cache = c->model.model.package->config.cache;
    uint64_t row = (uint64_t)attention->cache_stride * (s3lm_key_bytes(cache) + s3lm_value_bytes(cache)) +
                   (cache == S3LM_CACHE_FLOAT32 ? 0u : 2u * sizeof(float));
    bytes[memory_of(c, attention->keys)] += row * attention->config.kv_heads * seen;
}

/* The rows of a matrix that lie together, with their tables. */
static void count_rows(const console *c, const s3lm_tensor *t, uint32_t rows, uint64_t bytes[BENCH_MEMORIES]) {
    s3lm_tensor part = *t;
    part.rows = rows;
    bytes[memory_of(c, t->data)] += (uint64_t)t->row_bytes * rows;
    for (uint32_t i = 0; i < S3LM_MAX_TABLES && t->tables[i]; i++) {
        bytes[memory_of(c, t->tables[i])] += s3lm_table_bytes(&part, i);
    }
}

/* What one token reads from each memory when the context holds `position` tokens. */
static void count_bytes(const console *c, uint32_t position, uint64_t bytes[BENCH_MEMORIES]) {
    const s3lm_model *model = &c->model.model;
    for (uint32_t i = 0; i < model->package->tensor_count; i++) {
        const s3lm_tensor *t = &model->tensors[i];
        /* Of tables one row is read. */
        bool table = t->role == S3LM_ROLE_ROTARY || (t == model->embedding && model->head != model->embedding);
        if (table) {
            bytes[memory_of(c, t->data)] += t->row_bytes;
        } else {
            count_rows(c, t, s3lm_placed_rows(t), bytes);
        }
        if (t->rest) {
            count_rows(c, t->rest, t->rest->rows, bytes);
        }
    }
    for (uint32_t i = 0; i < model->package->step_count; i++) {
        if (model->steps[i].kind == S3LM_STEP_ATTENTION) {
            count_cache(c, model->steps[i].attention, position, bytes);
        }
    }
}

/* Hundredths of tokens per second that these rates allow. The times of the memories add up: PSRAM and flash share a
 * bus, and the plan counts the same way; flash is the slowest. */
static uint64_t bound(const uint64_t bytes[BENCH_MEMORIES], const uint64_t rate[BENCH_MEMORIES]) {
    uint64_t nanoseconds = 0, kept = KEPT_BYTES;
    for (uint32_t i = BENCH_MEMORIES; i-- > 0u;) {
        uint64_t again = i == BENCH_SRAM ? 0u : kept < bytes[i] ? kept : bytes[i];
        kept -= again;
        nanoseconds += app_ratio(bytes[i] - again, 1000000000u, rate[i]);
    }
    return app_ratio(100u, 1000000000u, nanoseconds);
}

static uint64_t limit_of(const console *c, uint32_t memory) {
    if (memory == BENCH_PSRAM) {
        bool slow = c->board.psram_mhz < 80u;
        return c->board.psram_kind == APP_PSRAM_OCTAL ? (slow ? OCTAL_40_LIMIT : OCTAL_LIMIT) : QUAD_LIMIT;
    }
    return memory == BENCH_SRAM ? SRAM_LIMIT : FLASH_LIMIT;
}

/* ---- Report ---- */

static void put_percent(app_text *text, uint64_t part, uint64_t whole) {
    app_put_fixed(text, app_ratio(part, 1000u, whole), 1);
}

static void put_read(const console *c, console_list *list, uint32_t memory) {
    static const char *const read[] = {"sram_read", "psram_read", "flash_read"};
    static const char *const limit[] = {"sram_limit", "psram_limit", "flash_limit"};
    uint64_t rate = c->bench.rate[memory];
    if (rate == 0u) {
        return;
    }
    if (list->framed) {
        list_number(list, read[memory], rate);
        list_number(list, limit[memory], limit_of(c, memory));
        return;
    }
    list_begin(list, read[memory]);
    app_put_fixed(&list->text, rate / 100000u, 1);
    app_put(&list->text, " MB/s, ");
    put_percent(&list->text, rate, limit_of(c, memory));
    app_put(&list->text, " % of the ");
    app_put_fixed(&list->text, limit_of(c, memory) / 100000u, 1);
    app_put(&list->text, " MB/s that plans count with");
    list_end(list);
}

static void put_bound(console_list *list, const char *key, const char *share, uint64_t speed, uint64_t most) {
    list_begin(list, key);
    app_put_fixed(&list->text, most, 2);
    if (list->framed) {
        list_end(list);
        list_begin(list, share);
    } else {
        app_put(&list->text, " tokens per second; reached: ");
    }
    put_percent(&list->text, speed, most);
    app_put(&list->text, list->framed ? "" : " %");
    list_end(list);
}

static void put_tokens(const console *c, console_list *list) {
    static const char *const names[] = {"sram_bytes_per_token", "psram_bytes_per_token", "flash_bytes_per_token"};
    const console_bench *b = &c->bench;
    uint64_t bytes[BENCH_MEMORIES] = {0}, measured[BENCH_MEMORIES], planned[BENCH_MEMORIES];
    /* Half of the tokens ran in a shorter context than this, half in a longer one. */
    count_bytes(c, b->length + b->tokens / 2u, bytes);
    for (uint32_t i = 0; i < BENCH_MEMORIES; i++) {
        list_number(list, names[i], bytes[i]);
        planned[i] = limit_of(c, i);
        measured[i] = b->rate[i] > 0u ? b->rate[i] : planned[i];
    }
    uint64_t speed = app_ratio(b->tokens, 100000000u, b->micros);
    list_number(list, "context_used", b->length);
    list_number(list, "tokens", b->tokens);
    list_begin(list, "tokens_per_second");
    app_put_fixed(&list->text, speed, 2);
    list_end(list);
    put_bound(list, "bound_by_measured_rates", "percent_of_measured_bound", speed, bound(bytes, measured));
    put_bound(list, "bound_by_planned_rates", "percent_of_planned_bound", speed, bound(bytes, planned));
}

void console_put_bench(console *c, console_list *list) {
    const console_bench *b = &c->bench;
    for (uint32_t i = 0; i < BENCH_MEMORIES; i++) {
        put_read(c, list, i);
    }
    if (!console_has_model(c)) {
        list_begin(list, "model_fault");
        console_put_fault(c, &list->text);
        list_end(list);
    } else if (b->status != S3LM_OK) {
        list_text(list, "model_fault", s3lm_status_text(b->status));
    } else if (b->tokens == 0u) {
        list_text(list, "tokens_not_measured", "The context is full. Reset the conversation (/reset) first.");
    } else {
        put_tokens(c, list);
    }
}

/* ---- Steps ---- */

void bench_begin(console *c, uint32_t port, bool framed, uint16_t request) {
    c->bench = (console_bench){.framed = framed, .request = request, .status = S3LM_OK};
    if (console_has_model(c)) {
        const s3lm_model *model = &c->model.model;
        uint32_t room = model->context - model->length, bos = c->model.package.config.bos_id;
        c->bench.length = model->length;
        c->bench.wanted = room < TOKENS ? room : TOKENS;
        c->bench.id = bos == S3LM_NONE ? 0u : bos;
    }
    c->work = CONSOLE_BENCHING;
    c->worker = port;
}

/* One token, the likeliest one. */
static void speak(console *c) {
    console_bench *b = &c->bench;
    s3lm_model *model = &c->model.model;
    const s3lm_sampling greedy = {.temperature = 1.0f, .top_p = 1.0f, .repetition_penalty = 1.0f};
    s3lm_random unused = {0};
    uint64_t start = c->board.micros();
    b->status = s3lm_forward(model, &b->id, 1, model->logits, false);
    if (b->status == S3LM_OK) {
        b->id = s3lm_sample(model, &greedy, &unused, model->logits);
        b->tokens++;
    }
    b->micros += c->board.micros() - start;
}

static void measure(console *c) {
    console_bench *b = &c->bench;
    const app_board *board = &c->board;
    const uint8_t *begin[] = {board->sram.begin, board->psram.begin, board->model};
    size_t bytes[] = {board->sram.bytes < PASS_BYTES ? board->sram.bytes : PASS_BYTES, board->psram.bytes,
                      board->model ? board->model_bytes : 0u};
    bytes[BENCH_SRAM] += board->sram.bytes > PASS_BYTES + S3LM_ALIGNMENT ? S3LM_ALIGNMENT : 0u;
    b->rate[b->stage] = begin[b->stage] ? read_rate(c, begin[b->stage], bytes[b->stage]) : 0u;
    b->stage++;
}

static void finish(console *c) {
    console_bench *b = &c->bench;
    if (console_has_model(c)) {
        if (b->status == S3LM_OK) {
            s3lm_truncate(&c->model.model, b->length);
        } else {
            session_reset(c);
        }
    }
    if (!b->cancelled) {
        console_list_begin(c, c->worker, console_put_bench, b->framed, b->request);
    } else if (b->framed) {
        console_refuse(c, c->worker, b->request, CONSOLE_CANCELLED, "The measurement was cancelled.");
    } else {
        console_say(&c->ports[c->worker], "(stopped)\n> ");
    }
    console_done(c);
}

/* Without room for the report the work waits; its port's silence does not hold up the others for ever. */
static bool may_finish(const console *c) {
    const console_port *p = &c->ports[c->worker];
    return console_room(p, CONSOLE_ORDINARY) >= CONSOLE_ANSWER_ROOM ||
           c->board.micros() - p->moved >= CONSOLE_STALL_MICROS;
}

void bench_run(console *c) {
    console_bench *b = &c->bench;
    if (!b->cancelled && b->stage < BENCH_MEMORIES) {
        measure(c);
    } else if (!b->cancelled && b->status == S3LM_OK && b->tokens < b->wanted) {
        speak(c);
    } else if (may_finish(c)) {
        finish(c);
    }
}
