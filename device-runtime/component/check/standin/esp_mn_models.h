/* See esp_err.h. Of the component espressif/esp-sr 2.x. */
#ifndef STANDIN_ESP_MN_MODELS_H
#define STANDIN_ESP_MN_MODELS_H

#include "esp_mn_iface.h"

#define ESP_MN_PREFIX "mn"
#define ESP_MN_ENGLISH "en"

esp_mn_iface_t *esp_mn_handle_from_name(char *name);

#endif
