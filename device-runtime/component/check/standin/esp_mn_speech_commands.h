/* See esp_err.h. Of the component espressif/esp-sr 2.x. */
#ifndef STANDIN_ESP_MN_SPEECH_COMMANDS_H
#define STANDIN_ESP_MN_SPEECH_COMMANDS_H

#include "esp_err.h"
#include "esp_mn_iface.h"

esp_err_t esp_mn_commands_alloc(const esp_mn_iface_t *multinet, model_iface_data_t *data);
esp_err_t esp_mn_commands_clear(void);
esp_err_t esp_mn_commands_add(int command_id, char *text);
esp_mn_error_t *esp_mn_commands_update(void);

#endif
