/* See lamp.h. */
#include "lamp.h"

#include <string.h>

#include "driver/ledc.h"
#include "esp_log.h"
#include "esp_timer.h"
#include "freertos/FreeRTOS.h"
#include "freertos/queue.h"
#include "freertos/task.h"

#define TAG "lamp"
#define MOST_WAITING 8
#define PWM_BITS LEDC_TIMER_10_BIT
#define PWM_HIGHEST 1023

/* Something to do: a text for the model; where that is empty, what was put off, if it is due, or a command. */
typedef struct {
    bool due;
    command_t command;
    char text[LAMP_MOST_TEXT + 1];
} errand_t;

static QueueHandle_t errands;
static esp_timer_handle_t timer;
static s3lm_handle_t model;
static const char *lamp_room;
static lamp_on_change_t changed;
static lamp_t lamp = {.on = false, .percent = 100};
/* The last command that was put off, and when it is due in µs. */
static command_t later;
static int64_t due_us;

static void show(void) {
    uint32_t duty = lamp.on ? (uint32_t)(lamp.percent * PWM_HIGHEST / 100) : 0;
    ESP_ERROR_CHECK(ledc_set_duty(LEDC_LOW_SPEED_MODE, LEDC_CHANNEL_0, duty));
    ESP_ERROR_CHECK(ledc_update_duty(LEDC_LOW_SPEED_MODE, LEDC_CHANNEL_0));
}

static void on_time(void *user) {
    (void)user;
    const errand_t errand = {.due = true};
    if (xQueueSend(errands, &errand, 0) != pdTRUE) {
        ESP_LOGE(TAG, "A delayed command was lost: too much was waiting.");
    }
}

static void obey(command_t command) {
    if (command.delay_s > 0) {
        esp_timer_stop(timer); /* says that it was not running, if so */
        later = command;
        later.delay_s = 0;
        uint64_t wait_us = (uint64_t)command.delay_s * 1000000u;
        due_us = esp_timer_get_time() + (int64_t)wait_us;
        ESP_ERROR_CHECK(esp_timer_start_once(timer, wait_us));
    } else {
        lamp = command_apply(command, lamp);
        show();
    }
}

/* Collects an answer; one that is too long for a command is no command, and ends. */
typedef struct {
    char text[LAMP_MOST_ANSWER + 1];
    size_t length;
} answer_t;

static bool collect(void *user, const char *text, size_t length) {
    answer_t *answer = user;
    if (length > LAMP_MOST_ANSWER - answer->length) {
        return false;
    }
    memcpy(answer->text + answer->length, text, length);
    answer->length += length;
    return true;
}

static void ask_model(const char *text) {
    static answer_t answer;
    answer.length = 0;
    s3lm_request_t request = S3LM_REQUEST_DEFAULT(text);
    request.on_text = collect;
    request.user = &answer;
    s3lm_stats_t stats;
    esp_err_t error = s3lm_generate(model, &request, &stats);
    answer.text[answer.length] = '\0';
    if (error != ESP_OK) {
        changed("(no answer: the log says why)", lamp);
        return;
    }
    /* Half an answer is not obeyed. */
    if (stats.end == S3LM_ENDED) {
        obey(command_read(answer.text, lamp_room));
    }
    changed(answer.text, lamp);
}

static void serve(void *user) {
    static errand_t errand;
    (void)user;
    for (;;) {
        if (xQueueReceive(errands, &errand, portMAX_DELAY) != pdTRUE) {
            continue;
        }
        if (errand.text[0] != '\0') {
            ask_model(errand.text);
        } else if (!errand.due) {
            obey(errand.command);
            changed(NULL, lamp);
        } else if (esp_timer_get_time() >= due_us) { /* else it was put off anew meanwhile */
            obey(later);
            changed(NULL, lamp);
        }
    }
}

esp_err_t lamp_start(s3lm_handle_t llm, int pin, const char *room, lamp_on_change_t on_change) {
    const ledc_timer_config_t pwm = {.speed_mode = LEDC_LOW_SPEED_MODE,
                                     .duty_resolution = PWM_BITS,
                                     .timer_num = LEDC_TIMER_0,
                                     .freq_hz = 5000,
                                     .clk_cfg = LEDC_AUTO_CLK};
    const ledc_channel_config_t channel = {.gpio_num = pin,
                                           .speed_mode = LEDC_LOW_SPEED_MODE,
                                           .channel = LEDC_CHANNEL_0,
                                           .timer_sel = LEDC_TIMER_0,
                                           .duty = 0};
    const esp_timer_create_args_t clock = {.callback = on_time, .name = "lamp"};
    model = llm;
    lamp_room = room;
    changed = on_change;
    esp_err_t error = ledc_timer_config(&pwm);
    error = error == ESP_OK ? ledc_channel_config(&channel) : error;
    error = error == ESP_OK ? esp_timer_create(&clock, &timer) : error;
    if (error != ESP_OK) {
        return error;
    }
    errands = xQueueCreate(MOST_WAITING, sizeof(errand_t));
    if (!errands || xTaskCreate(serve, "lamp", S3LM_STACK_BYTES, NULL, 3, NULL) != pdPASS) {
        return ESP_ERR_NO_MEM;
    }
    return ESP_OK;
}

bool lamp_say(const char *text, size_t length) {
    errand_t errand = {0};
    if (length == 0 || length > LAMP_MOST_TEXT || memchr(text, '\0', length)) {
        return false;
    }
    memcpy(errand.text, text, length);
    return xQueueSend(errands, &errand, 0) == pdTRUE;
}

bool lamp_command(command_t command) {
    errand_t errand = {.command = command};
    return xQueueSend(errands, &errand, 0) == pdTRUE;
}
