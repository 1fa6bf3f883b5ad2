/* See esp_err.h. Of the component espressif/esp-sr 2.x. */
#ifndef STANDIN_ESP_AFE_SR_MODELS_H
#define STANDIN_ESP_AFE_SR_MODELS_H

#include <stdint.h>

#include "model_path.h"

typedef enum { AFE_TYPE_SR } afe_type_t;
typedef enum { AFE_MODE_LOW_COST } afe_mode_t;
typedef enum { WAKENET_NO_DETECT, WAKENET_CHANNEL_VERIFIED, WAKENET_DETECTED } wakenet_state_t;
typedef struct afe_config afe_config_t;
typedef struct esp_afe_sr_data_t esp_afe_sr_data_t;

typedef struct {
    int16_t *data;
    int data_size;
    wakenet_state_t wakeup_state;
    int ret_value;
} afe_fetch_result_t;

typedef struct {
    esp_afe_sr_data_t *(*create_from_config)(afe_config_t *config);
    int (*feed)(esp_afe_sr_data_t *data, const int16_t *samples);
    afe_fetch_result_t *(*fetch)(esp_afe_sr_data_t *data);
    int (*get_feed_chunksize)(esp_afe_sr_data_t *data);
} esp_afe_sr_iface_t;

afe_config_t *afe_config_init(const char *input_format, srmodel_list_t *models, afe_type_t type, afe_mode_t mode);
void afe_config_free(afe_config_t *config);
esp_afe_sr_iface_t *esp_afe_handle_from_config(const afe_config_t *config);

#endif
