/* ESP-SR: after the wake word, MultiNet recognises which of the phrases below was said. It knows no others; a language
 * model behind it makes what they mean a matter of words instead of code. A microphone with I2S (INMP441, ICS-43434)
 * gives one channel of 16 kHz.
 */
#include <stdbool.h>
#include <stdlib.h>

#include "driver/i2s_std.h"
#include "esp_afe_sr_models.h"
#include "esp_log.h"
#include "esp_mn_iface.h"
#include "esp_mn_models.h"
#include "esp_mn_speech_commands.h"
#include "freertos/FreeRTOS.h"
#include "freertos/task.h"
#include "model_path.h"
#include "recogniser.h"

#define TAG "recogniser"
/* The microphone's pins; its L/R pin is on GND. */
#define PIN_BCLK 15
#define PIN_WS 16
#define PIN_DATA 17
#define SAMPLES_PER_SECOND 16000
/* After the wake word, and after each phrase. */
#define LISTEN_MS 6000

/* Letters and spaces only, 2 to 63 of them, none twice; up to 200. */
static const char *const PHRASES[] = {
    "turn on the lamp",
    "turn off the lamp",
    "make the lamp a bit brighter",
    "make the lamp a bit darker",
    "set the lamp to thirty percent",
    "turn off the lamp in ten minutes",
};
#define PHRASE_COUNT ((int)(sizeof PHRASES / sizeof PHRASES[0]))

static recogniser_on_text_t said;
static void *said_user;
static i2s_chan_handle_t microphone;
static const esp_afe_sr_iface_t *front_end;
static esp_afe_sr_data_t *front_end_data;
static const esp_mn_iface_t *multinet;
static model_iface_data_t *multinet_data;

/* Microphones give 24 bits at the top of 32; speech is soft, and gets four times the loudness that 16 of them have. */
static int16_t sample_of(int32_t raw) {
    int32_t value = raw >> 14;
    return (int16_t)(value > INT16_MAX ? INT16_MAX : value < INT16_MIN ? INT16_MIN : value);
}

static void feed(void *user) {
    (void)user;
    size_t samples = (size_t)front_end->get_feed_chunksize(front_end_data);
    int32_t *raw = malloc(samples * sizeof *raw);
    int16_t *chunk = malloc(samples * sizeof *chunk);
    if (!raw || !chunk) {
        ESP_LOGE(TAG, "No memory for what is heard: let the model take less (keep_internal_bytes).");
        free(raw);
        free(chunk);
        vTaskDelete(NULL);
        return;
    }
    for (;;) {
        size_t bytes = 0;
        if (i2s_channel_read(microphone, raw, samples * sizeof *raw, &bytes, portMAX_DELAY) != ESP_OK ||
            bytes != samples * sizeof *raw) {
            continue;
        }
        for (size_t i = 0; i < samples; i++) {
            chunk[i] = sample_of(raw[i]);
        }
        front_end->feed(front_end_data, chunk);
    }
}

/* Command ids count from 1: they are places in PHRASES. */
static void tell(void) {
    const esp_mn_results_t *results = multinet->get_results(multinet_data);
    if (results && results->num > 0 && results->command_id[0] >= 1 && results->command_id[0] <= PHRASE_COUNT) {
        said(said_user, PHRASES[results->command_id[0] - 1]);
    }
}

static void recognise(void *user) {
    (void)user;
    bool listening = false;
    for (;;) {
        afe_fetch_result_t *heard = front_end->fetch(front_end_data);
        if (!heard || heard->ret_value == ESP_FAIL) {
            continue;
        }
        if (heard->wakeup_state == WAKENET_DETECTED) {
            ESP_LOGI(TAG, "Listening");
            multinet->clean(multinet_data);
            listening = true;
        }
        if (!listening) {
            continue;
        }
        esp_mn_state_t state = multinet->detect(multinet_data, heard->data);
        if (state == ESP_MN_STATE_DETECTED) {
            tell();
        } else if (state == ESP_MN_STATE_TIMEOUT) {
            ESP_LOGI(TAG, "Waiting for the wake word");
            listening = false;
        }
    }
}

static esp_err_t open_microphone(void) {
    const i2s_chan_config_t channel = I2S_CHANNEL_DEFAULT_CONFIG(I2S_NUM_AUTO, I2S_ROLE_MASTER);
    const i2s_std_config_t config = {
        .clk_cfg = I2S_STD_CLK_DEFAULT_CONFIG(SAMPLES_PER_SECOND),
        .slot_cfg = I2S_STD_PHILIPS_SLOT_DEFAULT_CONFIG(I2S_DATA_BIT_WIDTH_32BIT, I2S_SLOT_MODE_MONO),
        .gpio_cfg = {.mclk = I2S_GPIO_UNUSED, .bclk = PIN_BCLK, .ws = PIN_WS, .dout = I2S_GPIO_UNUSED, .din = PIN_DATA},
    };
    esp_err_t error = i2s_new_channel(&channel, NULL, &microphone);
    error = error == ESP_OK ? i2s_channel_init_std_mode(microphone, &config) : error;
    return error == ESP_OK ? i2s_channel_enable(microphone) : error;
}

static esp_err_t open_front_end(srmodel_list_t *models) {
    afe_config_t *config = afe_config_init("M", models, AFE_TYPE_SR, AFE_MODE_LOW_COST);
    if (!config) {
        return ESP_ERR_NO_MEM;
    }
    front_end = esp_afe_handle_from_config(config);
    front_end_data = front_end ? front_end->create_from_config(config) : NULL;
    afe_config_free(config);
    return front_end_data ? ESP_OK : ESP_ERR_NO_MEM;
}

static esp_err_t open_multinet(srmodel_list_t *models) {
    char *name = esp_srmodel_filter(models, ESP_MN_PREFIX, ESP_MN_ENGLISH);
    if (!name) {
        ESP_LOGE(TAG, "No English MultiNet: choose one in menuconfig (ESP Speech Recognition) and flash anew.");
        return ESP_ERR_NOT_FOUND;
    }
    multinet = esp_mn_handle_from_name(name);
    multinet_data = multinet ? multinet->create(name, LISTEN_MS) : NULL;
    if (!multinet_data) {
        return ESP_ERR_NO_MEM;
    }
    /* Some versions made the list with the model, and say so; what is in it then is not ours. */
    esp_mn_commands_alloc(multinet, multinet_data);
    esp_mn_commands_clear();
    for (int i = 0; i < PHRASE_COUNT; i++) {
        esp_err_t error = esp_mn_commands_add(i + 1, (char *)PHRASES[i]);
        if (error != ESP_OK) {
            ESP_LOGE(TAG, "MultiNet does not take \"%s\": letters and spaces only, 2 to 63.", PHRASES[i]);
            return error;
        }
    }
    if (esp_mn_commands_update() != NULL) {
        ESP_LOGE(TAG, "MultiNet cannot read all of the phrases: spell them in plain English words.");
        return ESP_ERR_INVALID_ARG;
    }
    return ESP_OK;
}

esp_err_t recogniser_start(recogniser_on_text_t on_text, void *user) {
    said = on_text;
    said_user = user;
    srmodel_list_t *models = esp_srmodel_init("model");
    if (!models) {
        ESP_LOGE(TAG, "No models of ESP-SR in the partition \"model\": flash all of the build (idf.py flash).");
        return ESP_ERR_NOT_FOUND;
    }
    esp_err_t error = open_front_end(models);
    error = error == ESP_OK ? open_multinet(models) : error;
    error = error == ESP_OK ? open_microphone() : error;
    if (error != ESP_OK) {
        return error;
    }
    /* Above the model's own task: what is said while it answers is heard. */
    bool made = xTaskCreate(feed, "feed", 8192, NULL, 5, NULL) == pdPASS &&
                xTaskCreate(recognise, "recognise", 8192, NULL, 5, NULL) == pdPASS;
    return made ? ESP_OK : ESP_ERR_NO_MEM;
}
