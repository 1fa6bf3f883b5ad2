/* See esp_err.h. */
#ifndef STANDIN_ESP_HTTP_SERVER_H
#define STANDIN_ESP_HTTP_SERVER_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "esp_err.h"

typedef void *httpd_handle_t;
typedef enum { HTTP_GET = 1, HTTP_POST = 3 } httpd_method_t;
typedef enum { HTTPD_400_BAD_REQUEST = 4 } httpd_err_code_t;

typedef struct httpd_req {
    size_t content_len;
    void *user_ctx;
} httpd_req_t;

typedef struct {
    const char *uri;
    httpd_method_t method;
    esp_err_t (*handler)(httpd_req_t *request);
    void *user_ctx;
} httpd_uri_t;

typedef struct {
    size_t stack_size;
} httpd_config_t;

#define HTTPD_DEFAULT_CONFIG() {.stack_size = 4096}
#define HTTPD_RESP_USE_STRLEN (-1)

esp_err_t httpd_start(httpd_handle_t *server, const httpd_config_t *config);
esp_err_t httpd_register_uri_handler(httpd_handle_t server, const httpd_uri_t *uri);
int httpd_req_recv(httpd_req_t *request, char *to, size_t size);
esp_err_t httpd_resp_set_type(httpd_req_t *request, const char *type);
esp_err_t httpd_resp_send(httpd_req_t *request, const char *text, ssize_t length);
esp_err_t httpd_resp_send_chunk(httpd_req_t *request, const char *text, ssize_t length);
esp_err_t httpd_resp_send_err(httpd_req_t *request, httpd_err_code_t error, const char *text);

#endif
