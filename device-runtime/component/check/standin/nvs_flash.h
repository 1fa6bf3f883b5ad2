/* See esp_err.h. */
#ifndef STANDIN_NVS_FLASH_H
#define STANDIN_NVS_FLASH_H

#include "esp_err.h"

esp_err_t nvs_flash_init(void);

#endif
