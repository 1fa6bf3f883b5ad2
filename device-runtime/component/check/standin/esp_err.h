/* Stand-ins for the part of ESP-IDF that the component calls, as ESP-IDF 5.1's documentation gives it: for a look at
 * the syntax, and for the host build over fakes.c. Names and values are ESP-IDF's.
 */
#ifndef STANDIN_ESP_ERR_H
#define STANDIN_ESP_ERR_H

typedef int esp_err_t;

#define ESP_OK 0
#define ESP_FAIL (-1)
#define ESP_ERR_NO_MEM 0x101
#define ESP_ERR_INVALID_ARG 0x102
#define ESP_ERR_INVALID_STATE 0x103
#define ESP_ERR_INVALID_SIZE 0x104
#define ESP_ERR_NOT_FOUND 0x105
#define ESP_ERR_NOT_SUPPORTED 0x106
#define ESP_ERR_INVALID_CRC 0x109

#define ESP_ERROR_CHECK(error) (void)(error)

#endif
