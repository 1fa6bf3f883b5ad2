/* What the files of the component know of each other. */
#ifndef ESP32_LLM_INTERNAL_H
#define ESP32_LLM_INTERNAL_H

#include <stdatomic.h>

#include "engine/chat.h"
#include "engine/grammar.h"
#include "engine/s3lm.h"
#include "engine/tokenizer.h"
#include "esp32_llm.h"
#include "esp_partition.h"
#include "freertos/FreeRTOS.h"
#include "freertos/task.h"

#define LLM_TAG "esp32-llm"

/* Memory of one kind that was taken, at the beginning of itself. */
typedef struct llm_block {
    struct llm_block *next;
} llm_block;

/* A task on the other core that does half of each product. Its words are handed over by `posted` and `done`. */
typedef struct {
    TaskHandle_t task;
    s3lm_work work;
    void *job;
    uint32_t begin, end;
    atomic_uint posted, done;
    atomic_bool asleep, stop, stopped;
} llm_second_core;

struct s3lm_llm {
    s3lm_config_t config;
    esp_partition_mmap_handle_t map;
    bool mapped;
    const uint8_t *bytes;
    uint32_t length;
    s3lm_package package;
    s3lm_model model;
    s3lm_tokenizer tokenizer;
    s3lm_decoder decoder;
    s3lm_chat chat;
    bool has_chat;
    s3lm_grammar grammar;
    s3lm_generation generation;
    uint32_t carried; /* given out and not run through the model; S3LM_NONE: there is none */
    llm_block *blocks;
    s3lm_memory_t memory;
    llm_second_core second;
    atomic_bool busy, cancelled;
};

/* llm_memory.c: state, cache and weights, each where it is wanted and fits. Weights for which there is no room stay in
 * flash. ESP_ERR_NO_MEM says so in the log. */
esp_err_t llm_place(struct s3lm_llm *llm, const s3lm_options *options);
void llm_free_blocks(struct s3lm_llm *llm);

/* llm_second_core.c. False when the task cannot be made. */
bool llm_second_core_start(llm_second_core *second, unsigned priority);
void llm_second_core_stop(llm_second_core *second);
/* An s3lm_parallel; `user` is the llm_second_core. */
void llm_second_core_parallel(void *user, s3lm_work work, void *job, uint32_t units, uint32_t multiple);

#endif
