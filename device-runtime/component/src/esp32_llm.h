/* A language model inside an ESP-IDF or Arduino application: a package of esp32-llm-converter in a data partition, text
 * in, text out. Nothing but esp_err_t is needed to call it.
 *
 *   s3lm_config_t config = S3LM_CONFIG_DEFAULT();
 *   s3lm_handle_t llm;
 *   ESP_ERROR_CHECK(s3lm_new(&config, &llm));
 *   s3lm_request_t request = S3LM_REQUEST_DEFAULT("Once upon a time");
 *   request.on_text = print;
 *   s3lm_generate(llm, &request, NULL);
 *   s3lm_del(llm);
 *
 * s3lm_generate works in the task that calls it, which needs S3LM_STACK_BYTES of stack. That task stays on the core on
 * which it computes first, as every task that uses floating point. Never call these functions from an interrupt.
 */
#ifndef ESP32_LLM_H
#define ESP32_LLM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "esp_err.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Stack that s3lm_new and s3lm_generate need of their task, and the second core's of its own. */
#define S3LM_STACK_BYTES 8192

typedef struct s3lm_llm *s3lm_handle_t;

typedef struct {
    const char *partition_label; /* of the data partition that holds the package, whatever its subtype */
    uint32_t context;            /* tokens; 0: as many as the package allows */
    size_t max_internal_bytes;   /* of internal RAM, for state, cache and weights */
    size_t keep_internal_bytes;  /* of internal RAM that stay free for the rest of the application */
    size_t max_psram_bytes;
    bool second_core;       /* share products with a task on the other core, where there is one */
    unsigned priority;      /* of that task; below Wi-Fi (23) and lwIP (18) */
    uint32_t rest_every_ms; /* between rests of a tick, in which idle tasks feed their watchdog */
} s3lm_config_t;

#define S3LM_CONFIG_DEFAULT()                                                                                          \
    {.partition_label = "model",                                                                                       \
     .context = 0,                                                                                                     \
     .max_internal_bytes = SIZE_MAX,                                                                                   \
     .keep_internal_bytes = 64 * 1024,                                                                                 \
     .max_psram_bytes = SIZE_MAX,                                                                                      \
     .second_core = true,                                                                                              \
     .priority = 2,                                                                                                    \
     .rest_every_ms = 200}

/* Takes a piece of the answer, whole UTF-8 characters without a zero behind them. False ends the generation. */
typedef bool (*s3lm_on_text_t)(void *user, const char *text, size_t length);

typedef struct {
    const char *prompt;      /* UTF-8 */
    bool chat;               /* the prompt is a turn of a conversation; ignored by models that only continue text */
    bool go_on;              /* after what was said before; else from the beginning */
    uint32_t max_new_tokens; /* 0: until the model ends, or the context is full */
    float temperature;       /* below 0: the package's; 0: always the likeliest token */
    uint64_t seed;
    s3lm_on_text_t on_text; /* may be NULL */
    void *user;
} s3lm_request_t;

#define S3LM_REQUEST_DEFAULT(text)                                                                                     \
    {.prompt = (text),                                                                                                 \
     .chat = true,                                                                                                     \
     .go_on = false,                                                                                                   \
     .max_new_tokens = 0,                                                                                              \
     .temperature = -1.0f,                                                                                             \
     .seed = 0,                                                                                                        \
     .on_text = NULL,                                                                                                  \
     .user = NULL}

typedef enum {
    S3LM_ENDED,     /* the model ended its answer */
    S3LM_LENGTH,    /* max_new_tokens */
    S3LM_FULL,      /* the context is full */
    S3LM_CANCELLED, /* s3lm_cancel, or on_text returned false */
} s3lm_end_t;

typedef struct {
    s3lm_end_t end;
    uint32_t prompt_tokens, new_tokens;
    uint64_t prompt_us, answer_us;
} s3lm_stats_t;

/* Where a model lies, in bytes. */
typedef struct {
    size_t internal_bytes, psram_bytes;
    size_t flash_bytes; /* of weights that are read from flash at every token */
    bool cache_internal, state_internal;
    uint32_t context, cores;
    const char *kernels; /* "pie", "scalar" */
} s3lm_memory_t;

/* Maps the partition, checks every byte of the package and brings the model into memory, which takes up to some
 * seconds. What is wrong, and what to do, is logged as an error. Returns
 *   ESP_ERR_NOT_FOUND      no such partition, or none that holds a package
 *   ESP_ERR_INVALID_CRC    the package is damaged
 *   ESP_ERR_NOT_SUPPORTED  it is of another version or for another kind of board
 *   ESP_ERR_NO_MEM         memory does not suffice
 *   ESP_ERR_INVALID_ARG    the configuration */
esp_err_t s3lm_new(const s3lm_config_t *config, s3lm_handle_t *out);

/* Generates, piece by piece. `stats` may be NULL. Returns
 *   ESP_OK                 the answer ended, or was cancelled: stats->end
 *   ESP_ERR_INVALID_ARG    no prompt
 *   ESP_ERR_INVALID_SIZE   the prompt is longer than the context
 *   ESP_ERR_INVALID_STATE  another task generates with this handle
 *   ESP_ERR_NO_MEM         no memory for the prompt
 *   ESP_FAIL               the model computed something that is no number */
esp_err_t s3lm_generate(s3lm_handle_t llm, const s3lm_request_t *request, s3lm_stats_t *stats);

/* The generation of another task ends before its next token. Any task may call this, at any time. */
void s3lm_cancel(s3lm_handle_t llm);

void s3lm_memory(s3lm_handle_t llm, s3lm_memory_t *out);

/* Gives all memory back. No generation may be under way. NULL is fine. */
void s3lm_del(s3lm_handle_t llm);

#ifdef __cplusplus
}
#endif

#endif
