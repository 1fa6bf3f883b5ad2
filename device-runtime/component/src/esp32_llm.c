/* The component's calls: a package in a partition becomes a model, and a prompt becomes text. */
#include "esp32_llm.h"

#include <string.h>

#include "esp_heap_caps.h"
#include "esp_log.h"
#include "esp_timer.h"
#include "llm.h"
#include "llm_kernels.h"

#if LLM_VECTOR_KERNELS
/* Named, as a linker does not look in a library for a better definition of a function that it has. */
extern const s3lm_kernels s3lm_kernels_pie;
#define KERNELS (&s3lm_kernels_pie)
#else
#define KERNELS NULL
#endif

/* ---- Opening ---- */

/* The package at the beginning of the partition, mapped for reading. */
static esp_err_t map_package(struct s3lm_llm *llm) {
    const char *label = llm->config.partition_label;
    const esp_partition_t *partition =
        esp_partition_find_first(ESP_PARTITION_TYPE_DATA, ESP_PARTITION_SUBTYPE_ANY, label);
    if (!partition) {
        ESP_LOGE(LLM_TAG, "There is no data partition \"%s\". Add it to the partition table: %s, data, undefined, , 2M",
                 label, label);
        return ESP_ERR_NOT_FOUND;
    }
    _Alignas(4) uint8_t head[S3LM_ALIGNMENT];
    esp_err_t error = esp_partition_read(partition, 0, head, sizeof head);
    if (error != ESP_OK) {
        return error;
    }
    if (s3lm_package_length(head, partition->size, &llm->length) != S3LM_OK) {
        ESP_LOGE(LLM_TAG,
                 "Partition \"%s\" holds no model that this version reads, or a longer one than it has room for. Write "
                 "one: esptool write-flash 0x%x MODEL.s3lm",
                 label, (unsigned)partition->address);
        return ESP_ERR_NOT_FOUND;
    }
    const void *mapped;
    error = esp_partition_mmap(partition, 0, llm->length, ESP_PARTITION_MMAP_DATA, &mapped, &llm->map);
    if (error != ESP_OK) {
        ESP_LOGE(LLM_TAG, "Partition \"%s\" cannot be mapped (%u KB of address space): a smaller model is needed.",
                 label, (unsigned)(llm->length / 1024u));
        return error;
    }
    llm->mapped = true;
    llm->bytes = mapped;
    return ESP_OK;
}

static esp_err_t open_package(struct s3lm_llm *llm, s3lm_parallel parallel) {
    s3lm_fault fault;
    s3lm_status status = s3lm_package_open_on(llm->bytes, llm->length, parallel, &llm->second, &llm->package, &fault);
    if (status != S3LM_OK) {
        ESP_LOGE(LLM_TAG, "The model cannot be used: %s (%s, byte %u). Write it again.", s3lm_status_text(status),
                 fault.field, (unsigned)fault.offset);
        return status == S3LM_ERR_SECTION_CRC ? ESP_ERR_INVALID_CRC : ESP_ERR_NOT_SUPPORTED;
    }
    uint32_t length;
    const uint8_t *section = s3lm_package_section(&llm->package, S3LM_KIND_TOKN, &length);
    if (!section || s3lm_tokenizer_open(section, length, &llm->tokenizer) != S3LM_TOKENIZER_OK ||
        s3lm_decoder_room(&llm->tokenizer) > S3LM_MAX_PIECE_BYTES) {
        ESP_LOGE(LLM_TAG, "The model has no tokenizer that this version reads. Convert it again.");
        return ESP_ERR_NOT_SUPPORTED;
    }
    section = s3lm_package_section(&llm->package, S3LM_KIND_CHAT, &length);
    llm->has_chat = section && s3lm_chat_open(section, length, &llm->chat) == S3LM_TOKENIZER_OK;
    if ((section && !llm->has_chat) || !s3lm_grammar_open(&llm->grammar, &llm->package)) {
        ESP_LOGE(LLM_TAG, "The model's chat pieces or its grammar are of another version. Convert it again.");
        return ESP_ERR_NOT_SUPPORTED;
    }
    return ESP_OK;
}

static esp_err_t make(struct s3lm_llm *llm) {
    esp_err_t error = map_package(llm);
    if (error != ESP_OK) {
        return error;
    }
    bool two = llm->config.second_core && llm_second_core_start(&llm->second, llm->config.priority);
    s3lm_options options = {.kernels = KERNELS,
                            .context = llm->config.context,
                            .workers = two ? 2u : 1u,
                            .parallel = two ? llm_second_core_parallel : NULL,
                            .parallel_user = &llm->second};
    error = open_package(llm, options.parallel);
    if (error == ESP_OK) {
        error = llm_place(llm, &options);
    }
    llm->memory.context = llm->model.context;
    llm->memory.cores = options.workers;
    llm->memory.kernels = error == ESP_OK ? s3lm_kernels_name(llm->model.kernels) : NULL;
    return error;
}

esp_err_t s3lm_new(const s3lm_config_t *config, s3lm_handle_t *out) {
    if (!config || !out || !config->partition_label) {
        return ESP_ERR_INVALID_ARG;
    }
    *out = NULL;
    struct s3lm_llm *llm = heap_caps_calloc(1, sizeof *llm, MALLOC_CAP_8BIT);
    if (!llm) {
        return ESP_ERR_NO_MEM;
    }
    llm->config = *config;
    llm->carried = S3LM_NONE;
    esp_err_t error = make(llm);
    if (error != ESP_OK) {
        s3lm_del(llm);
        return error;
    }
    *out = llm;
    return ESP_OK;
}

void s3lm_del(s3lm_handle_t llm) {
    if (!llm) {
        return;
    }
    llm_second_core_stop(&llm->second);
    llm_free_blocks(llm);
    if (llm->mapped) {
        esp_partition_munmap(llm->map);
    }
    heap_caps_free(llm);
}

void s3lm_cancel(s3lm_handle_t llm) { atomic_store(&llm->cancelled, true); }

void s3lm_memory(s3lm_handle_t llm, s3lm_memory_t *out) { *out = llm->memory; }

/* ---- Generating ---- */

static uint32_t piece(void *user, uint32_t id, uint8_t *out, uint32_t capacity) {
    struct s3lm_llm *llm = user;
    (void)capacity; /* s3lm_decoder_room was compared with it */
    return (uint32_t)(id == S3LM_NONE ? s3lm_decoder_finish(&llm->decoder, out)
                                      : s3lm_decoder_push(&llm->decoder, id, out));
}

/* The prompt as ids at `ids`, which has room for a context. */
static s3lm_tokenizer_status encode(struct s3lm_llm *llm, const s3lm_request_t *request, bool anew, size_t bytes,
                                    void *scratch, size_t scratch_bytes, uint32_t *ids, size_t *count) {
    const uint8_t *text = (const uint8_t *)request->prompt;
    if (request->chat && llm->has_chat) {
        s3lm_turn turn = {anew, text, bytes, NULL, 0};
        return s3lm_chat_encode(&llm->chat, &llm->tokenizer, &turn, scratch, scratch_bytes, ids, llm->model.context,
                                count);
    }
    return s3lm_encode(&llm->tokenizer, text, bytes, anew ? S3LM_ENCODE_ADD_SPECIAL : S3LM_ENCODE_CONTINUE, scratch,
                       scratch_bytes, ids, llm->model.context, count);
}

static void *take_for_prompt(size_t bytes) {
    void *memory = heap_caps_malloc(bytes, MALLOC_CAP_SPIRAM | MALLOC_CAP_8BIT);
    return memory ? memory : heap_caps_malloc(bytes, MALLOC_CAP_8BIT);
}

/* Ids of the whole prompt at *first, with the carried token before them. */
static esp_err_t read_prompt(struct s3lm_llm *llm, const s3lm_request_t *request, bool anew, uint32_t *ids,
                             const uint32_t **first, size_t *count) {
    size_t bytes = strlen(request->prompt);
    bool chat = request->chat && llm->has_chat;
    size_t scratch_bytes = chat ? s3lm_chat_scratch_bytes(&llm->chat, &llm->tokenizer, bytes)
                                : s3lm_encode_scratch_bytes(&llm->tokenizer, bytes);
    void *scratch = scratch_bytes > 0u ? take_for_prompt(scratch_bytes) : NULL;
    if (!scratch) {
        return ESP_ERR_NO_MEM;
    }
    s3lm_tokenizer_status status = encode(llm, request, anew, bytes, scratch, scratch_bytes, ids + 1, count);
    heap_caps_free(scratch);
    if (status != S3LM_TOKENIZER_OK) {
        ESP_LOGE(LLM_TAG, "%s", s3lm_tokenizer_status_text(status));
        return status == S3LM_TOKENIZER_TOO_MANY ? ESP_ERR_INVALID_SIZE : ESP_ERR_INVALID_ARG;
    }
    *first = ids + 1;
    if (!anew && llm->carried != S3LM_NONE) {
        ids[0] = llm->carried;
        *first = ids;
        ++*count;
    }
    return *count == 0u ? ESP_ERR_INVALID_ARG : ESP_OK;
}

static esp_err_t begin(struct s3lm_llm *llm, const s3lm_request_t *request, const uint32_t *ids, size_t count) {
    s3lm_generation_options options = {.sampling = llm->package.sampling,
                                       .seed = request->seed,
                                       .grammar = llm->grammar.states ? &llm->grammar : NULL,
                                       .piece = piece,
                                       .piece_user = llm};
    options.sampling.max_new_tokens = request->max_new_tokens;
    if (request->temperature >= 0.0f) {
        options.sampling.temperature = request->temperature;
        options.sampling.do_sample = request->temperature > 0.0f;
    }
    s3lm_status status = s3lm_generation_begin(&llm->generation, &llm->model, &options, ids, (uint32_t)count);
    if (status != S3LM_OK) {
        ESP_LOGE(LLM_TAG, "%s", s3lm_status_text(status));
        return status == S3LM_ERR_CONTEXT ? ESP_ERR_INVALID_SIZE : ESP_ERR_INVALID_ARG;
    }
    llm->carried = S3LM_NONE;
    s3lm_decoder_start(&llm->decoder, &llm->tokenizer, true);
    for (size_t i = 0; i < count; i++) {
        s3lm_decoder_push(&llm->decoder, ids[i], llm->generation.text);
    }
    return ESP_OK;
}

/* All steps, with the time that they take and a rest now and then. */
static s3lm_reason run(struct s3lm_llm *llm, const s3lm_request_t *request, s3lm_stats_t *stats) {
    int64_t since = esp_timer_get_time(), rested = since;
    for (;;) {
        if (atomic_load(&llm->cancelled)) {
            s3lm_generation_cancel(&llm->generation);
        }
        s3lm_event event = s3lm_generation_step(&llm->generation);
        int64_t now = esp_timer_get_time();
        s3lm_generation_timed(&llm->generation, (uint32_t)(now - since));
        *(event.kind == S3LM_EVENT_PREFILL ? &stats->prompt_us : &stats->answer_us) += (uint64_t)(now - since);
        if (event.text_length > 0u && request->on_text &&
            !request->on_text(request->user, (const char *)event.text, event.text_length)) {
            atomic_store(&llm->cancelled, true);
        }
        if (event.reason != S3LM_RUNNING) {
            return event.reason;
        }
        if (now - rested >= (int64_t)llm->config.rest_every_ms * 1000) {
            vTaskDelay(1);
            rested = esp_timer_get_time();
        }
        since = esp_timer_get_time();
    }
}

static esp_err_t finish(struct s3lm_llm *llm, s3lm_reason reason, s3lm_stats_t *stats) {
    s3lm_generation *generation = &llm->generation;
    bool failed = reason == S3LM_END_ERROR || s3lm_generation_settle(generation) != S3LM_OK;
    llm->carried = generation->pending && reason != S3LM_END_EOS ? generation->token : S3LM_NONE;
    stats->prompt_tokens = generation->prompt_done;
    stats->new_tokens = generation->new_tokens;
    stats->end = reason == S3LM_END_LENGTH      ? S3LM_LENGTH
                 : reason == S3LM_END_CONTEXT   ? S3LM_FULL
                 : reason == S3LM_END_CANCELLED ? S3LM_CANCELLED
                                                : S3LM_ENDED;
    if (failed) {
        ESP_LOGE(LLM_TAG, "%s", s3lm_status_text(generation->status));
        s3lm_reset(&llm->model);
        llm->carried = S3LM_NONE;
        return ESP_FAIL;
    }
    return ESP_OK;
}

static esp_err_t generate(struct s3lm_llm *llm, const s3lm_request_t *request, s3lm_stats_t *stats) {
    bool takes_turns = !request->chat || !llm->has_chat || s3lm_chat_takes_turns(&llm->chat);
    bool anew = !request->go_on || llm->model.length == 0u || !takes_turns;
    /* The carried token stands before the prompt. */
    uint32_t *ids = take_for_prompt(((size_t)llm->model.context + 1u) * sizeof *ids);
    const uint32_t *first = ids;
    size_t count = 0;
    if (!ids) {
        return ESP_ERR_NO_MEM;
    }
    esp_err_t error = read_prompt(llm, request, anew, ids, &first, &count);
    if (error == ESP_OK && anew) {
        s3lm_reset(&llm->model);
        llm->carried = S3LM_NONE;
    }
    if (error == ESP_OK) {
        error = begin(llm, request, first, count);
    }
    if (error == ESP_OK) {
        error = finish(llm, run(llm, request, stats), stats);
    }
    heap_caps_free(ids);
    return error;
}

esp_err_t s3lm_generate(s3lm_handle_t llm, const s3lm_request_t *request, s3lm_stats_t *stats) {
    s3lm_stats_t own;
    if (!llm || !request || !request->prompt) {
        return ESP_ERR_INVALID_ARG;
    }
    if (atomic_exchange(&llm->busy, true)) {
        return ESP_ERR_INVALID_STATE;
    }
    stats = stats ? stats : &own;
    *stats = (s3lm_stats_t){.end = S3LM_ENDED};
    atomic_store(&llm->cancelled, false);
    esp_err_t error = generate(llm, request, stats);
    atomic_store(&llm->busy, false);
    return error;
}
