/* A lamp that is told what to do over MQTT, in words: "dim the kitchen a bit" becomes a command by home-commands, on
 * the board. Home Assistant finds it by itself: a light, a field for what is said, and the model's answer. Publish a
 * text to esp32-llm/ID/say (the log says the ID) and it works without Home Assistant as well.
 */
#include <stdio.h>
#include <string.h>

#include "esp32_llm.h"
#include "esp_err.h"
#include "esp_event.h"
#include "esp_log.h"
#include "esp_mac.h"
#include "esp_netif.h"
#include "esp_wifi.h"
#include "home_assistant.h"
#include "lamp.h"
#include "mqtt_client.h"
#include "nvs_flash.h"

/* Yours. */
#define NETWORK "your-network"
#define PASSWORD "its-password"
#define BROKER "mqtt://192.168.1.2"
#define BROKER_USER "lamp"
#define BROKER_PASSWORD "change-me-now"
/* One of home-commands' rooms, and the pin of an LED with its resistor, or of the transistor of a lamp. */
#define ROOM "kitchen"
#define LAMP_NAME "Kitchen lamp"
#define LAMP_PIN 4

#define TAG "mqtt_lamp"
#define MOST_TOPIC 64

static char id[16]; /* of this board among others: "lamp_A1B2C3" */
static esp_mqtt_client_handle_t client;

/* `id` with one of home_assistant.h's endings. */
static const char *topic_of(char to[MOST_TOPIC], const char *ending) {
    snprintf(to, MOST_TOPIC, BASE "%s%s", id, ending);
    return to;
}

/* Sent by MQTT's own task: whoever says something never waits for the network. Retained, so that a Home Assistant that
 * starts later knows it. */
static void tell(const char *ending, const char *text) {
    char topic[MOST_TOPIC];
    esp_mqtt_client_enqueue(client, topic_of(topic, ending), text, 0, 1, 1, true);
}

static void on_change(const char *answer, lamp_t lamp) {
    char level[8];
    snprintf(level, sizeof level, "%d", lamp.percent);
    tell(SWITCH_STATE, lamp.on ? "ON" : "OFF");
    tell(LEVEL_STATE, level);
    if (answer) {
        tell(ANSWER, answer);
    }
}

static void on_connected(void) {
    const char *const endings[] = {SAY, SWITCH, LEVEL};
    char topic[MOST_TOPIC], discovery[DISCOVERY_TOPIC_BYTES];
    static char message[DISCOVERY_BYTES];
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
        esp_mqtt_client_subscribe_single(client, topic_of(topic, endings[i]), 1);
    }
    for (int entity = 0; entity < ENTITIES; entity++) {
        home_assistant_discovery((entity_t)entity, id, LAMP_NAME, discovery, message);
        esp_mqtt_client_enqueue(client, discovery, message, 0, 1, 1, true);
    }
    tell(AVAILABILITY, "online");
    lamp_command((command_t){.kind = COMMAND_ASK});
}

static bool is(const char *text, int length, const char *wanted) {
    return (size_t)length == strlen(wanted) && memcmp(text, wanted, (size_t)length) == 0;
}

/* 0 to 100, else -1. */
static int read_level(const char *text, int length) {
    int level = length >= 1 && length <= 3 ? 0 : -1;
    for (int i = 0; i < length && level >= 0; i++) {
        level = text[i] >= '0' && text[i] <= '9' ? level * 10 + (text[i] - '0') : -1;
    }
    return level <= 100 ? level : -1;
}

/* Whoever may write to the broker may write anything: what is not understood is logged, and nothing is done. */
static void on_message(const esp_mqtt_event_t *event) {
    char topic[MOST_TOPIC];
    bool done = false;
    /* A message that the broker kept is not said now; one that comes in parts is too long for all of these. */
    if (event->retain || event->data_len != event->total_data_len) {
        ESP_LOGE(TAG, "A message was left alone: it is retained, or too long. Publish it without, in %d bytes.",
                 LAMP_MOST_TEXT);
        return;
    }
    if (is(event->topic, event->topic_len, topic_of(topic, SAY))) {
        done = lamp_say(event->data, (size_t)event->data_len);
    } else if (is(event->topic, event->topic_len, topic_of(topic, SWITCH))) {
        bool on = is(event->data, event->data_len, "ON"), off = is(event->data, event->data_len, "OFF");
        done = (on || off) && lamp_command((command_t){.kind = on ? COMMAND_ON : COMMAND_OFF});
    } else if (is(event->topic, event->topic_len, topic_of(topic, LEVEL))) {
        int level = read_level(event->data, event->data_len);
        done = level >= 0 && lamp_command((command_t){.kind = COMMAND_LEVEL, .percent = level});
    }
    if (!done) {
        ESP_LOGE(TAG,
                 "A message was not understood, or too many were waiting. Texts have 1 to %d bytes, levels are 0 "
                 "to 100, the switch is ON or OFF.",
                 LAMP_MOST_TEXT);
    }
}

static void on_mqtt(void *user, esp_event_base_t base, int32_t event_id, void *data) {
    (void)user;
    (void)base;
    if (event_id == MQTT_EVENT_CONNECTED) {
        on_connected();
    } else if (event_id == MQTT_EVENT_DATA) {
        on_message(data);
    }
}

static void start_mqtt(void) {
    static char will[MOST_TOPIC];
    uint8_t mac[6];
    ESP_ERROR_CHECK(esp_read_mac(mac, ESP_MAC_BASE));
    snprintf(id, sizeof id, "lamp_%02X%02X%02X", mac[3], mac[4], mac[5]);
    const esp_mqtt_client_config_t config = {
        .broker.address.uri = BROKER,
        .credentials = {.username = BROKER_USER, .authentication.password = BROKER_PASSWORD},
        .session.last_will = {.topic = topic_of(will, AVAILABILITY), .msg = "offline", .qos = 1, .retain = 1}};
    client = esp_mqtt_client_init(&config);
    ESP_ERROR_CHECK(client ? ESP_OK : ESP_ERR_NO_MEM);
    ESP_ERROR_CHECK(esp_mqtt_client_register_event(client, MQTT_EVENT_ANY, on_mqtt, NULL));
    ESP_LOGI(TAG, "Say something to " BASE "%s" SAY, id);
}

/* Wi-Fi connects, and again whenever it was lost; MQTT does so by itself. */
static void on_wifi(void *user, esp_event_base_t base, int32_t event_id, void *data) {
    (void)user;
    (void)base;
    (void)data;
    if (event_id == WIFI_EVENT_STA_START || event_id == WIFI_EVENT_STA_DISCONNECTED) {
        esp_wifi_connect();
    }
}

static void join_network(void) {
    wifi_init_config_t init = WIFI_INIT_CONFIG_DEFAULT();
    wifi_config_t config = {.sta = {.ssid = NETWORK, .password = PASSWORD}};
    ESP_ERROR_CHECK(nvs_flash_init());
    ESP_ERROR_CHECK(esp_netif_init());
    ESP_ERROR_CHECK(esp_event_loop_create_default());
    esp_netif_create_default_wifi_sta();
    ESP_ERROR_CHECK(esp_wifi_init(&init));
    ESP_ERROR_CHECK(esp_event_handler_register(WIFI_EVENT, ESP_EVENT_ANY_ID, on_wifi, NULL));
    ESP_ERROR_CHECK(esp_wifi_set_mode(WIFI_MODE_STA));
    ESP_ERROR_CHECK(esp_wifi_set_config(WIFI_IF_STA, &config));
    ESP_ERROR_CHECK(esp_wifi_start());
}

void app_main(void) {
    s3lm_handle_t llm;
    s3lm_config_t config = S3LM_CONFIG_DEFAULT();
    /* Network and MQTT first: the model takes what internal RAM is left, less what it keeps free. */
    join_network();
    start_mqtt();
    ESP_ERROR_CHECK(s3lm_new(&config, &llm));
    ESP_ERROR_CHECK(lamp_start(llm, LAMP_PIN, ROOM, on_change));
    /* Now there is somebody who listens. */
    ESP_ERROR_CHECK(esp_mqtt_client_start(client));
}
