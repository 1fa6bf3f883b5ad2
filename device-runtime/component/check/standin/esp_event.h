/* See esp_err.h. */
#ifndef STANDIN_ESP_EVENT_H
#define STANDIN_ESP_EVENT_H

#include <stdint.h>

#include "esp_err.h"

typedef const char *esp_event_base_t;
typedef void (*esp_event_handler_t)(void *user, esp_event_base_t base, int32_t event_id, void *data);

#define ESP_EVENT_ANY_ID (-1)

esp_err_t esp_event_loop_create_default(void);
esp_err_t esp_event_handler_register(esp_event_base_t base, int32_t event_id, esp_event_handler_t handler, void *user);

#endif
