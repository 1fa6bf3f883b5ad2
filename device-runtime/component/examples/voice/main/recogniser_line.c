/* A recogniser elsewhere, on a computer or another chip, sends what it understood: a line each. */
#include "freertos/FreeRTOS.h"
#include "freertos/task.h"
#include "read_line.h"
#include "recogniser.h"

#define LINE_BYTES 256

static recogniser_on_text_t said;
static void *said_user;

static void listen(void *user) {
    static char line[LINE_BYTES];
    (void)user;
    for (;;) {
        read_line(line, sizeof line);
        said(said_user, line);
    }
}

esp_err_t recogniser_start(recogniser_on_text_t on_text, void *user) {
    said = on_text;
    said_user = user;
    return xTaskCreate(listen, "listen", 4096, NULL, 4, NULL) == pdPASS ? ESP_OK : ESP_ERR_NO_MEM;
}
