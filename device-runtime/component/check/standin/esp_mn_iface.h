/* See esp_err.h. Of the component espressif/esp-sr 2.x. */
#ifndef STANDIN_ESP_MN_IFACE_H
#define STANDIN_ESP_MN_IFACE_H

#include <stdint.h>

typedef struct model_iface_data_t model_iface_data_t;
typedef enum { ESP_MN_STATE_DETECTING, ESP_MN_STATE_DETECTED, ESP_MN_STATE_TIMEOUT } esp_mn_state_t;

typedef struct {
    esp_mn_state_t state;
    int num;
    int command_id[5];
} esp_mn_results_t;

typedef struct {
    int16_t num;
} esp_mn_error_t;

typedef struct {
    model_iface_data_t *(*create)(const char *name, int duration_ms);
    esp_mn_state_t (*detect)(model_iface_data_t *data, int16_t *samples);
    esp_mn_results_t *(*get_results)(model_iface_data_t *data);
    void (*clean)(model_iface_data_t *data);
} esp_mn_iface_t;

#endif
