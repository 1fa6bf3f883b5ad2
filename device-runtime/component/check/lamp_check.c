/* Runs examples/mqtt_lamp over fakes, as a broker and Home Assistant would use it:
 *
 *   lamp-check FILE LINES
 *
 * LINES is a file. Its lines are
 *
 *   send ENDING TEXT        a message to the board's topic with that ending
 *   retained ENDING TEXT    one that the broker kept
 *   part ENDING TEXT        the beginning of one that is longer
 *   pass SECONDS            lets time pass
 *   read ANSWER             only reads an answer of the model
 *
 * Output, with `done` after the start and after each line, when nothing is left to do:
 *
 *   will TOPIC TEXT, subscribe TOPIC, publish TOPIC TEXT
 *   duty NUMBER                 of the lamp's pin
 *   read KIND PERCENT DELAY     command_t
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "driver/ledc.h"
#include "esp_event.h"
#include "esp_mac.h"
#include "esp_netif.h"
#include "esp_timer.h"
#include "esp_wifi.h"
#include "fakes.h"
#include "freertos/FreeRTOS.h"
#include "freertos/queue.h"
#include "home_assistant.h"
#include "mqtt_client.h"
#include "nvs_flash.h"

void app_main(void);

/* ---- Queue: one, whose receiver is all that works ---- */

struct QueueDefinition {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    UBaseType_t capacity, item_bytes, count;
    bool receiver_waits;
    unsigned char *items;
};

static struct QueueDefinition queue = {.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};

QueueHandle_t xQueueCreate(UBaseType_t length, UBaseType_t item_bytes) {
    queue.capacity = length;
    queue.item_bytes = item_bytes;
    queue.items = malloc((size_t)length * item_bytes);
    return &queue;
}

BaseType_t xQueueSend(QueueHandle_t to, const void *item, TickType_t ticks) {
    (void)ticks;
    pthread_mutex_lock(&to->lock);
    bool room = to->count < to->capacity;
    if (room) {
        memcpy(to->items + (size_t)to->count++ * to->item_bytes, item, to->item_bytes);
        pthread_cond_broadcast(&to->changed);
    }
    pthread_mutex_unlock(&to->lock);
    return room ? pdTRUE : 0;
}

BaseType_t xQueueReceive(QueueHandle_t from, void *item, TickType_t ticks) {
    (void)ticks;
    pthread_mutex_lock(&from->lock);
    from->receiver_waits = true;
    pthread_cond_broadcast(&from->changed);
    while (from->count == 0) {
        pthread_cond_wait(&from->changed, &from->lock);
    }
    from->receiver_waits = false;
    memcpy(item, from->items, from->item_bytes);
    memmove(from->items, from->items + from->item_bytes, (size_t)--from->count * from->item_bytes);
    pthread_mutex_unlock(&from->lock);
    return pdTRUE;
}

static void wait_until_idle(void) {
    pthread_mutex_lock(&queue.lock);
    while (queue.count > 0 || !queue.receiver_waits) {
        pthread_cond_wait(&queue.changed, &queue.lock);
    }
    pthread_mutex_unlock(&queue.lock);
    printf("done\n");
    fflush(stdout);
}

/* ---- Timer: one ---- */

struct esp_timer {
    esp_timer_create_args_t args;
    bool runs;
    int64_t due_us;
};

static struct esp_timer timer;

esp_err_t esp_timer_create(const esp_timer_create_args_t *args, esp_timer_handle_t *made) {
    timer.args = *args;
    *made = &timer;
    return ESP_OK;
}

esp_err_t esp_timer_start_once(esp_timer_handle_t of, uint64_t us) {
    of->runs = true;
    of->due_us = esp_timer_get_time() + (int64_t)us;
    return ESP_OK;
}

esp_err_t esp_timer_stop(esp_timer_handle_t of) {
    bool ran = of->runs;
    of->runs = false;
    return ran ? ESP_OK : ESP_ERR_INVALID_STATE;
}

static void pass(long seconds) {
    fake_pass((int64_t)seconds * 1000000);
    if (timer.runs && timer.due_us <= esp_timer_get_time()) {
        timer.runs = false;
        timer.args.callback(timer.args.arg);
    }
}

/* ---- Pin ---- */

static uint32_t duty;

esp_err_t ledc_timer_config(const ledc_timer_config_t *config) {
    return config->freq_hz > 0 ? ESP_OK : ESP_ERR_INVALID_ARG;
}

esp_err_t ledc_channel_config(const ledc_channel_config_t *config) {
    return config->gpio_num >= 0 ? ESP_OK : ESP_ERR_INVALID_ARG;
}

esp_err_t ledc_set_duty(ledc_mode_t mode, ledc_channel_t channel, uint32_t to) {
    (void)mode;
    (void)channel;
    duty = to;
    return ESP_OK;
}

esp_err_t ledc_update_duty(ledc_mode_t mode, ledc_channel_t channel) {
    (void)mode;
    (void)channel;
    printf("duty %u\n", (unsigned)duty);
    return ESP_OK;
}

/* ---- Broker ---- */

static struct esp_mqtt_client {
    esp_event_handler_t handler;
} broker;

esp_mqtt_client_handle_t esp_mqtt_client_init(const esp_mqtt_client_config_t *config) {
    printf("will %s %s\n", config->session.last_will.topic, config->session.last_will.msg);
    return &broker;
}

esp_err_t esp_mqtt_client_register_event(esp_mqtt_client_handle_t client, esp_mqtt_event_id_t event,
                                         esp_event_handler_t handler, void *user) {
    (void)user;
    client->handler = handler;
    return event == MQTT_EVENT_ANY ? ESP_OK : ESP_ERR_INVALID_ARG;
}

esp_err_t esp_mqtt_client_start(esp_mqtt_client_handle_t client) {
    esp_mqtt_event_t event = {.event_id = MQTT_EVENT_CONNECTED, .client = client};
    client->handler(NULL, NULL, MQTT_EVENT_CONNECTED, &event);
    return ESP_OK;
}

int esp_mqtt_client_subscribe_single(esp_mqtt_client_handle_t client, const char *topic, int qos) {
    (void)client;
    (void)qos;
    printf("subscribe %s\n", topic);
    return 1;
}

int esp_mqtt_client_enqueue(esp_mqtt_client_handle_t client, const char *topic, const char *data, int length, int qos,
                            int retain, bool store) {
    (void)client;
    printf("publish %s %.*s\n", topic, length > 0 ? length : (int)strlen(data), data);
    return qos == 1 && retain == 1 && store ? 1 : -1;
}

/* Topic and text as MQTT hands them over: exactly as long as they are, and without a zero behind. */
static void deliver(const char *kind, const char *ending, const char *text) {
    uint8_t mac[6];
    esp_read_mac(mac, ESP_MAC_BASE);
    char name[128];
    int topic_length = snprintf(name, sizeof name, BASE "lamp_%02X%02X%02X%s", (unsigned)mac[3], (unsigned)mac[4],
                                (unsigned)mac[5], ending);
    size_t length = strlen(text);
    char *topic = memcpy(malloc((size_t)topic_length), name, (size_t)topic_length);
    char *data = memcpy(malloc(length + 1), text, length);
    data = realloc(data, length > 0 ? length : 1);
    esp_mqtt_event_t event = {.event_id = MQTT_EVENT_DATA,
                              .client = &broker,
                              .topic = topic,
                              .topic_len = topic_length,
                              .data = data,
                              .data_len = (int)length,
                              .total_data_len = (int)length + (strcmp(kind, "part") == 0 ? 1 : 0),
                              .retain = strcmp(kind, "retained") == 0};
    broker.handler(NULL, NULL, MQTT_EVENT_DATA, &event);
    free(topic);
    free(data);
}

/* ---- Network: there is one ---- */

esp_event_base_t const WIFI_EVENT = "wifi";
esp_err_t nvs_flash_init(void) { return ESP_OK; }
esp_err_t esp_netif_init(void) { return ESP_OK; }
esp_netif_t *esp_netif_create_default_wifi_sta(void) { return NULL; }
esp_err_t esp_event_loop_create_default(void) { return ESP_OK; }
esp_err_t esp_wifi_init(const wifi_init_config_t *config) { return config->unused; }
esp_err_t esp_wifi_set_mode(wifi_mode_t mode) { return mode == WIFI_MODE_STA ? ESP_OK : ESP_ERR_INVALID_ARG; }
esp_err_t esp_wifi_start(void) { return ESP_OK; }
esp_err_t esp_wifi_connect(void) { return ESP_OK; }

esp_err_t esp_wifi_set_config(wifi_interface_t interface, wifi_config_t *config) {
    return interface == WIFI_IF_STA && config->sta.ssid[0] ? ESP_OK : ESP_ERR_INVALID_ARG;
}

esp_err_t esp_event_handler_register(esp_event_base_t base, int32_t event_id, esp_event_handler_t handler, void *user) {
    handler(user, base, WIFI_EVENT_STA_START, NULL);
    return event_id == ESP_EVENT_ANY_ID ? ESP_OK : ESP_ERR_INVALID_ARG;
}

esp_err_t esp_read_mac(uint8_t *mac, esp_mac_type_t type) {
    (void)type;
    memcpy(mac, (const uint8_t[]){2, 0, 0, 0xA1, 0xB2, 0xC3}, 6);
    return ESP_OK;
}

int main(int count, char **words) {
    if (count != 3) {
        fprintf(stderr, "lamp-check FILE LINES\n");
        return 2;
    }
    fake_partition(words[1]);
    FILE *lines = fopen(words[2], "r");
    if (!lines) {
        return 2;
    }
    chip.internal = 600 * 1024;
    chip.psram = 4096 * 1024;
    app_main();
    wait_until_idle();
    char line[1024];
    while (fgets(line, sizeof line, lines)) {
        line[strcspn(line, "\n")] = '\0';
        char *text = strchr(line, ' ');
        if (!text) {
            return 2;
        }
        *text++ = '\0';
        if (strcmp(line, "pass") == 0) {
            pass(strtol(text, NULL, 10));
        } else if (strcmp(line, "read") == 0) {
            command_t command = command_read(text, "kitchen");
            printf("read %d %d %u\n", (int)command.kind, command.percent, (unsigned)command.delay_s);
        } else {
            char *rest = strchr(text, ' ');
            if (!rest) {
                return 2;
            }
            *rest++ = '\0';
            deliver(line, text, rest);
        }
        wait_until_idle();
    }
    fclose(lines);
    return 0;
}
