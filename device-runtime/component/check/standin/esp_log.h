/* See esp_err.h. */
#ifndef STANDIN_ESP_LOG_H
#define STANDIN_ESP_LOG_H

__attribute__((format(printf, 2, 3))) void standin_log(const char *tag, const char *format, ...);
#define ESP_LOGI(tag, ...) standin_log(tag, __VA_ARGS__)
#define ESP_LOGE(tag, ...) standin_log(tag, __VA_ARGS__)

#endif
