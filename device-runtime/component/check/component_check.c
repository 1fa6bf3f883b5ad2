/* Generates with the component over fakes, and prints what it did, to be compared with the twin:
 *
 *   component-check FILE PROMPT TOKENS CORES INTERNAL PSRAM [PROMPT]
 *
 * INTERNAL and PSRAM are what the heaps have, in bytes. A second prompt goes on after the first. Output:
 *   memory INTERNAL PSRAM FLASH CORES    where the model lies, in bytes
 *   ids ID...                            of the context after each prompt
 *   text BYTES                           the answer in hexadecimal
 *   end CODE PROMPT NEW                  s3lm_end_t, and how many tokens were read and made
 *   error CODE                           instead of these, of a call that failed
 *   left N                               pieces of memory that the component did not give back
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fakes.h"
#include "llm.h"

static bool print_hex(void *user, const char *text, size_t length) {
    (void)user;
    for (size_t i = 0; i < length; i++) {
        printf("%02x", (unsigned char)text[i]);
    }
    return true;
}

static void generate(s3lm_handle_t llm, const char *prompt, uint32_t tokens, bool go_on) {
    s3lm_request_t request = S3LM_REQUEST_DEFAULT(prompt);
    request.chat = false;
    request.go_on = go_on;
    request.max_new_tokens = tokens;
    request.temperature = 0.0f;
    request.on_text = print_hex;
    s3lm_stats_t stats;
    printf("text ");
    esp_err_t error = s3lm_generate(llm, &request, &stats);
    printf("\n");
    if (error != ESP_OK) {
        printf("error %d\n", error);
        return;
    }
    printf("end %d %u %u\nids", (int)stats.end, (unsigned)stats.prompt_tokens, (unsigned)stats.new_tokens);
    for (uint32_t i = 0; i < llm->model.length; i++) {
        printf(" %u", (unsigned)llm->model.ids[i]);
    }
    if (llm->carried != S3LM_NONE) {
        printf(" %u", (unsigned)llm->carried);
    }
    printf("\n");
}

int main(int count, char **words) {
    if (count != 7 && count != 8) {
        fprintf(stderr, "component-check FILE PROMPT TOKENS CORES INTERNAL PSRAM [PROMPT]\n");
        return 2;
    }
    fake_partition(words[1]);
    chip.internal = strtoul(words[5], NULL, 10);
    chip.psram = strtoul(words[6], NULL, 10);
    uint32_t tokens = (uint32_t)strtoul(words[3], NULL, 10);
    s3lm_config_t config = S3LM_CONFIG_DEFAULT();
    config.second_core = strcmp(words[4], "2") == 0;
    config.rest_every_ms = 20;
    s3lm_handle_t llm;
    esp_err_t error = s3lm_new(&config, &llm);
    if (error != ESP_OK) {
        printf("error %d\n", error);
    } else {
        s3lm_memory_t memory;
        s3lm_memory(llm, &memory);
        printf("memory %zu %zu %zu %u\n", memory.internal_bytes, memory.psram_bytes, memory.flash_bytes,
               (unsigned)memory.cores);
        generate(llm, words[2], tokens, false);
        if (count == 8) {
            generate(llm, words[7], tokens, true);
        }
        s3lm_del(llm);
    }
    printf("left %d\n", fake_left());
    free(chip.partition);
    return 0;
}
