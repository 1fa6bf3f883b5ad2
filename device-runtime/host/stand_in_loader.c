/* app_load for the tests of the console: the package stays where it is, its state lies in the board's SRAM. */
#include "../app/loader.h"

#include <string.h>

app_load_status app_load(const app_board *board, app_model *out) {
    uint32_t length = 0;
    memset(out, 0, sizeof *out);
    out->status = APP_LOAD_NO_PARTITION;
    if (!board->model) {
        return out->status;
    }
    if (s3lm_package_length(board->model, board->model_bytes, &length) != S3LM_OK) {
        out->status = APP_LOAD_EMPTY;
        return out->status;
    }
    out->status = APP_LOAD_PACKAGE;
    if (s3lm_package_open(board->model, length, &out->package, &out->fault) != S3LM_OK) {
        return out->status;
    }
    s3lm_options options = {.workers = 2, .parallel = board->parallel, .parallel_user = board->parallel_user};
    size_t need = s3lm_state_bytes(&out->package, &options);
    out->sram_scratch = need;
    out->flash_weights = length;
    out->cache_bytes = s3lm_cache_bytes(&out->package, &options);
    out->cache_in_sram = true;
    out->status = APP_LOAD_SRAM;
    if (s3lm_init(&out->model, &out->package, &options, board->sram.begin, need) != S3LM_OK) {
        return out->status;
    }
    out->sram_left = (app_span){board->sram.begin + need, board->sram.bytes - need};
    out->psram_left = board->psram;
    uint32_t bytes;
    const uint8_t *section = s3lm_package_section(&out->package, S3LM_FOURCC('T', 'O', 'K', 'N'), &bytes);
    out->has_tokenizer = section && s3lm_tokenizer_open(section, bytes, &out->tokenizer) == S3LM_TOKENIZER_OK;
    section = s3lm_package_section(&out->package, S3LM_FOURCC('C', 'H', 'A', 'T'), &bytes);
    out->has_chat = section && out->has_tokenizer && s3lm_chat_open(section, bytes, &out->chat) == S3LM_TOKENIZER_OK;
    out->status = APP_LOAD_OK;
    return out->status;
}

void app_load_text(const app_model *model, char *text, size_t capacity) {
    const char *sentence = model->status == APP_LOAD_PACKAGE ? s3lm_status_text(model->fault.code)
                                                             : "There is no model. Write a model package first.";
    size_t length = strlen(sentence);
    length = length < capacity - 1u ? length : capacity - 1u;
    memcpy(text, sentence, length);
    text[length] = '\0';
}
