/* Takes memory of the application's heap, which is in pieces: each tensor by itself, so that none needs one piece for
 * all of them. Internal RAM first for what the package wants there, then PSRAM, then the flash where weights lie
 * anyway.
 */
#include <string.h>

#include "esp_heap_caps.h"
#include "esp_log.h"
#include "llm.h"

#define INTERNAL (MALLOC_CAP_INTERNAL | MALLOC_CAP_8BIT)
#define PSRAM (MALLOC_CAP_SPIRAM | MALLOC_CAP_8BIT)

static size_t aligned(size_t bytes) { return (bytes + S3LM_ALIGNMENT - 1u) & ~(size_t)(S3LM_ALIGNMENT - 1u); }

/* Whether so many bytes of internal RAM may be taken. */
static bool may_take_internal(const struct s3lm_llm *llm, size_t bytes) {
    size_t limit = llm->config.max_internal_bytes, used = llm->memory.internal_bytes;
    size_t unused = heap_caps_get_free_size(INTERNAL), keep = llm->config.keep_internal_bytes;
    return used <= limit && bytes <= limit - used && unused >= keep && bytes <= unused - keep;
}

/* Memory of one kind, NULL when there is none; its first line says which comes next. */
static void *take(struct s3lm_llm *llm, size_t bytes, bool internal) {
    size_t whole = bytes + S3LM_ALIGNMENT;
    size_t *used = internal ? &llm->memory.internal_bytes : &llm->memory.psram_bytes;
    bool may = internal ? may_take_internal(llm, whole)
                        : *used <= llm->config.max_psram_bytes && whole <= llm->config.max_psram_bytes - *used;
    llm_block *block = may ? heap_caps_aligned_alloc(S3LM_ALIGNMENT, whole, internal ? INTERNAL : PSRAM) : NULL;
    if (!block) {
        return NULL;
    }
    block->next = llm->blocks;
    llm->blocks = block;
    *used += whole;
    return (uint8_t *)block + S3LM_ALIGNMENT;
}

void llm_free_blocks(struct s3lm_llm *llm) {
    while (llm->blocks) {
        llm_block *next = llm->blocks->next;
        heap_caps_free(llm->blocks);
        llm->blocks = next;
    }
}

/* Rows that lie where the tensor says, with their tables. */
static size_t stored_bytes(const s3lm_tensor *rows) {
    size_t bytes = aligned((size_t)rows->rows * rows->row_bytes);
    for (uint32_t table = 0; table < S3LM_MAX_TABLES && rows->tables[table]; table++) {
        bytes += aligned(s3lm_table_bytes(rows, table));
    }
    return bytes;
}

static const void *copy(uint8_t **at, const void *from, size_t bytes) {
    const void *to = memcpy(*at, from, bytes);
    *at += aligned(bytes);
    return to;
}

static void place_tensor(struct s3lm_llm *llm, s3lm_tensor *tensor) {
    s3lm_tensor rows = *tensor;
    rows.rows = s3lm_placed_rows(tensor);
    size_t bytes = stored_bytes(&rows);
    uint8_t *at = tensor->placement == S3LM_MEMORY_SRAM ? take(llm, bytes, true) : NULL;
    if (!at && tensor->placement != S3LM_MEMORY_FLASH) {
        at = take(llm, bytes, false);
    }
    if (!at) {
        llm->memory.flash_bytes += bytes;
        return;
    }
    tensor->data = copy(&at, rows.data, (size_t)rows.rows * rows.row_bytes);
    for (uint32_t table = 0; table < S3LM_MAX_TABLES && rows.tables[table]; table++) {
        tensor->tables[table] = copy(&at, rows.tables[table], s3lm_table_bytes(&rows, table));
    }
}

/* Internal RAM when it is to be there and fits, else PSRAM, else internal RAM after all. */
static void *take_somewhere(struct s3lm_llm *llm, size_t bytes, bool prefer_internal, bool *internal) {
    *internal = prefer_internal;
    void *memory = take(llm, bytes, *internal);
    if (!memory) {
        *internal = !*internal;
        memory = take(llm, bytes, *internal);
    }
    if (!memory) {
        ESP_LOGE(LLM_TAG,
                 "The model needs %u KB in one piece, and there is no such piece of internal RAM or PSRAM within the "
                 "limits. Use a shorter context, or make the model before the application takes its memory.",
                 (unsigned)((bytes + 1023u) / 1024u));
    }
    return memory;
}

esp_err_t llm_place(struct s3lm_llm *llm, const s3lm_options *wanted) {
    s3lm_options options = *wanted;
    options.cache_bytes = s3lm_cache_bytes(&llm->package, &options);
    /* Any aligned address: it says that the cache is not a part of the state. */
    options.cache = (void *)(uintptr_t)llm->bytes;
    size_t state_bytes = s3lm_state_bytes(&llm->package, &options);
    if (options.cache_bytes == 0u || state_bytes == 0u) {
        ESP_LOGE(LLM_TAG, "The package allows a context of 1 to %u tokens.", (unsigned)llm->package.config.context);
        return ESP_ERR_INVALID_ARG;
    }
    size_t weights = 0;
    for (uint32_t i = 0; i < llm->package.tensor_count; i++) {
        s3lm_tensor tensor = s3lm_package_tensor(&llm->package, i);
        weights += tensor.placement == S3LM_MEMORY_SRAM ? stored_bytes(&tensor) : 0u;
    }
    void *state = take_somewhere(llm, state_bytes, true, &llm->memory.state_internal);
    /* Weights gain more by internal RAM than the cache, which has it when there is room for both. */
    bool roomy = may_take_internal(llm, weights + options.cache_bytes);
    options.cache = state ? take_somewhere(llm, options.cache_bytes, roomy, &llm->memory.cache_internal) : NULL;
    if (!options.cache) {
        return ESP_ERR_NO_MEM;
    }
    s3lm_status status = s3lm_init(&llm->model, &llm->package, &options, state, state_bytes);
    if (status != S3LM_OK) {
        ESP_LOGE(LLM_TAG, "%s", s3lm_status_text(status));
        return ESP_ERR_INVALID_ARG;
    }
    for (uint32_t i = 0; i < llm->package.tensor_count; i++) {
        s3lm_tensor *tensor = s3lm_model_tensor(&llm->model, i);
        place_tensor(llm, tensor);
        if (tensor->rest) {
            place_tensor(llm, tensor->rest);
        }
    }
    return ESP_OK;
}
