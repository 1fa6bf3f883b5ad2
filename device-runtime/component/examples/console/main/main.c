/* A conversation on the serial console: a line in, an answer out. */
#include <stdio.h>

#include "esp32_llm.h"
#include "esp_err.h"
#include "freertos/FreeRTOS.h"
#include "freertos/task.h"
#include "read_line.h"

#define LINE_BYTES 512

static bool print(void *user, const char *text, size_t length) {
    (void)user;
    fwrite(text, 1, length, stdout);
    fflush(stdout);
    return true;
}

static void talk(void *user) {
    s3lm_handle_t llm = user;
    static char line[LINE_BYTES];
    for (;;) {
        printf("\n> ");
        fflush(stdout);
        read_line(line, sizeof line);
        s3lm_request_t request = S3LM_REQUEST_DEFAULT(line);
        request.go_on = true;
        request.on_text = print;
        s3lm_stats_t stats;
        esp_err_t error = s3lm_generate(llm, &request, &stats);
        if (error == ESP_OK) {
            printf("\n(%u tokens in %u ms)", (unsigned)stats.new_tokens, (unsigned)(stats.answer_us / 1000));
            if (stats.end == S3LM_FULL) {
                printf(" The context is full: the next line begins anew.");
            }
        } else if (error == ESP_ERR_INVALID_SIZE) {
            /* Too long for what is left: the same line in a new conversation. */
            request.go_on = false;
            s3lm_generate(llm, &request, NULL);
        }
    }
}

void app_main(void) {
    s3lm_config_t config = S3LM_CONFIG_DEFAULT();
    s3lm_handle_t llm;
    ESP_ERROR_CHECK(s3lm_new(&config, &llm));
    s3lm_memory_t memory;
    s3lm_memory(llm, &memory);
    printf("Internal RAM %u KB, PSRAM %u KB, read from flash %u KB, %u cores, context %u\n",
           (unsigned)(memory.internal_bytes / 1024), (unsigned)(memory.psram_bytes / 1024),
           (unsigned)(memory.flash_bytes / 1024), (unsigned)memory.cores, (unsigned)memory.context);
    xTaskCreate(talk, "talk", S3LM_STACK_BYTES, llm, 3, NULL);
}
