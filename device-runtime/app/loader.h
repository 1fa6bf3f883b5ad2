/* Brings the model of the board's package into memory, or says in plain words why that cannot be done. */
#ifndef APP_LOADER_H
#define APP_LOADER_H

#include "../engine/chat.h"
#include "../engine/grammar.h"
#include "../engine/s3lm.h"
#include "../engine/tokenizer.h"
#include "board.h"

typedef enum {
    APP_LOAD_OK,
    APP_LOAD_NO_PARTITION,
    APP_LOAD_EMPTY,   /* erased flash, no package */
    APP_LOAD_PACKAGE, /* fault */
    APP_LOAD_SRAM,
    APP_LOAD_PSRAM,
    APP_LOAD_TOKENIZER,
    APP_LOAD_GRAMMAR
} app_load_status;

typedef struct {
    app_load_status status;
    const char *no_partition; /* the board's own words when APP_LOAD_NO_PARTITION, or NULL */
    s3lm_fault fault;         /* when APP_LOAD_PACKAGE */
    size_t needed, available; /* bytes, when a memory is too small */
    s3lm_package package;
    s3lm_model model;
    s3lm_tokenizer tokenizer;
    bool has_tokenizer;
    s3lm_chat chat;
    bool has_chat;
    s3lm_grammar grammar;              /* without `states` when the package has none */
    size_t weights[S3LM_MEMORY_KINDS]; /* bytes of tensors by where they are placed */
    size_t sram_scratch, cache_bytes;
    bool cache_in_sram;
    app_span sram_left, psram_left; /* what the model does not use: for the console's buffers and /bench */
    uint32_t load_micros;
} app_model;

/* Opens and fully checks the package, copies tensors where it says, lays out scratch and cache, sets kernels and both
 * cores. */
app_load_status app_load(const app_board *board, app_model *out);

/* A plain sentence with what to do, at most `capacity` bytes with its zero. */
void app_load_text(const app_model *model, char *text, size_t capacity);

#endif
