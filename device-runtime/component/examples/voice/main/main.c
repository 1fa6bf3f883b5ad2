/* A voice assistant for a lamp: a recogniser makes text of what is said, home-commands a command of the text, and the
 * lamp obeys. Wake word, speech and model stay on the board.
 */
#include <stdio.h>
#include <string.h>

#include "esp32_llm.h"
#include "esp_err.h"
#include "lamp.h"
#include "recogniser.h"

/* One of home-commands' rooms, and the pin of an LED with its resistor, or of the transistor of a lamp. */
#define ROOM "kitchen"
#define LAMP_PIN 4

static void on_change(const char *answer, lamp_t lamp) {
    printf("%s (the lamp is %s, %d %%)\n", answer ? answer : "", lamp.on ? "on" : "off", lamp.percent);
}

static void on_text(void *user, const char *text) {
    (void)user;
    printf("> %s\n", text);
    if (!lamp_say(text, strlen(text))) {
        printf("That was too long, or too much at once: at most %d bytes, one thing after the other.\n",
               LAMP_MOST_TEXT);
    }
}

void app_main(void) {
    s3lm_handle_t llm;
    s3lm_config_t config = S3LM_CONFIG_DEFAULT();
    config.partition_label = "llm";
    /* The recogniser comes second, and needs more of internal RAM than others. */
    config.keep_internal_bytes = 160 * 1024;
    ESP_ERROR_CHECK(s3lm_new(&config, &llm));
    ESP_ERROR_CHECK(lamp_start(llm, LAMP_PIN, ROOM, on_change));
    ESP_ERROR_CHECK(recogniser_start(on_text, NULL));
}
