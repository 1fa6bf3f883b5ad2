/* See esp_err.h. */
#ifndef STANDIN_ESP_WIFI_H
#define STANDIN_ESP_WIFI_H

#include <stdint.h>

#include "esp_err.h"
#include "esp_event.h"

typedef struct {
    int unused;
} wifi_init_config_t;
typedef enum { WIFI_MODE_STA = 1, WIFI_MODE_AP = 2 } wifi_mode_t;
typedef enum { WIFI_IF_STA = 0, WIFI_IF_AP = 1 } wifi_interface_t;
typedef enum { WIFI_AUTH_WPA2_PSK = 3 } wifi_auth_mode_t;

typedef union {
    struct {
        uint8_t ssid[32], password[64];
        uint8_t ssid_len, channel;
        wifi_auth_mode_t authmode;
        uint8_t ssid_hidden, max_connection;
    } ap;
    struct {
        uint8_t ssid[32], password[64];
    } sta;
} wifi_config_t;

#define WIFI_INIT_CONFIG_DEFAULT() {.unused = 0}

extern esp_event_base_t const WIFI_EVENT;
enum { WIFI_EVENT_STA_START = 2, WIFI_EVENT_STA_DISCONNECTED = 5 };

esp_err_t esp_wifi_init(const wifi_init_config_t *config);
esp_err_t esp_wifi_set_mode(wifi_mode_t mode);
esp_err_t esp_wifi_set_config(wifi_interface_t interface, wifi_config_t *config);
esp_err_t esp_wifi_start(void);
esp_err_t esp_wifi_connect(void);

#endif
