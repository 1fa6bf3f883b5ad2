/* A page on the board's own Wi-Fi: a line in, an answer that grows while it is written (server-sent events). Join the
 * network below and open http://esp32-llm.local (mDNS), or http://192.168.4.1.
 */
#include <stdio.h>
#include <string.h>

#include "esp32_llm.h"
#include "esp_err.h"
#include "esp_event.h"
#include "esp_http_server.h"
#include "esp_netif.h"
#include "esp_wifi.h"
#include "mdns.h"
#include "nvs_flash.h"

/* Yours: at least eight characters of password. */
#define NETWORK "esp32-llm"
#define PASSWORD "change-me-now"
/* Its name in that network, to which ".local" is added. */
#define HOST_NAME "esp32-llm"

#define MOST_TEXT 400
/* A character of text takes up to six in JSON, as \u0001 does. */
#define MOST_PIECE 128

extern const char page_start[] asm("_binary_page_html_start");

/* A piece of text as one event, a string of JSON: line ends would end the event. */
static bool send_piece(httpd_req_t *request, const char *text, size_t length) {
    char event[16 + 6 * MOST_PIECE];
    size_t at = (size_t)sprintf(event, "data: \"");
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c < 0x20 || c == '"' || c == '\\') {
            at += (size_t)sprintf(event + at, "\\u%04x", (unsigned)c);
        } else {
            event[at++] = (char)c;
        }
    }
    at += (size_t)sprintf(event + at, "\"\n\n");
    return httpd_resp_send_chunk(request, event, (ssize_t)at) == ESP_OK;
}

/* Whoever reads may be gone: the answer ends then. */
static bool on_text(void *user, const char *text, size_t length) {
    while (length > 0) {
        size_t part = length < MOST_PIECE ? length : MOST_PIECE;
        /* No character is cut: its later bytes begin with the bits 10. */
        while (part < length && part > 1 && ((unsigned char)text[part] & 0xC0) == 0x80) {
            part--;
        }
        if (!send_piece(user, text, part)) {
            return false;
        }
        text += part;
        length -= part;
    }
    return true;
}

static esp_err_t page(httpd_req_t *request) {
    httpd_resp_set_type(request, "text/html; charset=utf-8");
    return httpd_resp_send(request, page_start, HTTPD_RESP_USE_STRLEN);
}

static esp_err_t say(httpd_req_t *request) {
    char text[MOST_TEXT + 1];
    size_t length = 0;
    if (request->content_len == 0 || request->content_len > MOST_TEXT) {
        return httpd_resp_send_err(request, HTTPD_400_BAD_REQUEST, "Say something, in at most 400 bytes.");
    }
    while (length < request->content_len) {
        int got = httpd_req_recv(request, text + length, request->content_len - length);
        if (got <= 0) {
            return ESP_FAIL;
        }
        length += (size_t)got;
    }
    text[length] = '\0';
    httpd_resp_set_type(request, "text/event-stream");
    s3lm_request_t asked = S3LM_REQUEST_DEFAULT(text);
    asked.go_on = true;
    asked.on_text = on_text;
    asked.user = request;
    esp_err_t error = s3lm_generate(request->user_ctx, &asked, NULL);
    if (error == ESP_ERR_INVALID_SIZE) {
        /* No room after what was said before: the same in a new conversation. */
        asked.go_on = false;
        error = s3lm_generate(request->user_ctx, &asked, NULL);
    }
    if (error != ESP_OK) {
        send_piece(request, "(no answer: the log says why)", strlen("(no answer: the log says why)"));
    }
    return httpd_resp_send_chunk(request, NULL, 0);
}

static void open_network(void) {
    wifi_init_config_t init = WIFI_INIT_CONFIG_DEFAULT();
    wifi_config_t config = {.ap = {.ssid = NETWORK,
                                   .password = PASSWORD,
                                   .ssid_len = sizeof NETWORK - 1,
                                   .max_connection = 4,
                                   .authmode = WIFI_AUTH_WPA2_PSK}};
    ESP_ERROR_CHECK(nvs_flash_init());
    ESP_ERROR_CHECK(esp_netif_init());
    ESP_ERROR_CHECK(esp_event_loop_create_default());
    esp_netif_create_default_wifi_ap();
    ESP_ERROR_CHECK(esp_wifi_init(&init));
    ESP_ERROR_CHECK(esp_wifi_set_mode(WIFI_MODE_AP));
    ESP_ERROR_CHECK(esp_wifi_set_config(WIFI_IF_AP, &config));
    ESP_ERROR_CHECK(esp_wifi_start());
}

/* The page is found by name: also by those who look for web servers. */
static void give_name(void) {
    ESP_ERROR_CHECK(mdns_init());
    ESP_ERROR_CHECK(mdns_hostname_set(HOST_NAME));
    ESP_ERROR_CHECK(mdns_service_add("A model on a board", "_http", "_tcp", 80, NULL, 0));
}

void app_main(void) {
    static s3lm_handle_t llm;
    s3lm_config_t config = S3LM_CONFIG_DEFAULT();
    /* The network first: the model takes what internal RAM is left, less what it keeps free. */
    open_network();
    give_name();
    ESP_ERROR_CHECK(s3lm_new(&config, &llm));

    httpd_config_t server_config = HTTPD_DEFAULT_CONFIG();
    server_config.stack_size = S3LM_STACK_BYTES + 4096;
    httpd_handle_t server;
    ESP_ERROR_CHECK(httpd_start(&server, &server_config));
    httpd_uri_t pages[] = {{.uri = "/", .method = HTTP_GET, .handler = page},
                           {.uri = "/say", .method = HTTP_POST, .handler = say, .user_ctx = llm}};
    for (size_t i = 0; i < sizeof pages / sizeof pages[0]; i++) {
        ESP_ERROR_CHECK(httpd_register_uri_handler(server, &pages[i]));
    }
}
