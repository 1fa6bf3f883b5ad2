/* See esp_err.h. Of the component espressif/mdns 1.x. */
#ifndef STANDIN_MDNS_H
#define STANDIN_MDNS_H

#include <stddef.h>
#include <stdint.h>

#include "esp_err.h"

typedef struct {
    const char *key, *value;
} mdns_txt_item_t;

esp_err_t mdns_init(void);
esp_err_t mdns_hostname_set(const char *name);
esp_err_t mdns_service_add(const char *instance, const char *type, const char *protocol, uint16_t port,
                           mdns_txt_item_t items[], size_t count);

#endif
