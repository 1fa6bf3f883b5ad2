/* What the vector loops' C takes of the board where ESP-IDF owns it; the firmware has another file of this name. */
#ifndef ESP32_LLM_BOARD_H
#define ESP32_LLM_BOARD_H

#include <stdbool.h>
#include <stdint.h>

#include "freertos/FreeRTOS.h"
#include "sdkconfig.h"

/* Bytes of a line of the data cache, as the application was configured. */
#ifdef CONFIG_ESP32S3_DATA_CACHE_LINE_SIZE
#define DATA_LINE ((uint32_t)CONFIG_ESP32S3_DATA_CACHE_LINE_SIZE)
#else
#define DATA_LINE 32u
#endif

/* In the place of the firmware's loop, which knows lines of 64 bytes: reads one word of each. `begin` is a line's. */
#define s3lm_pie_touch llm_touch
void llm_touch(const void *begin, uint32_t lines);

static inline uint32_t core_number(void) { return (uint32_t)xPortGetCoreID(); }

/* Makes 1 of 0 for one of those that come at once; 0 is written to let go. True after some 200 microseconds in any
 * case: whoever has it may be a task that this one keeps from running, and what it guards is only who reads first. */
#define take llm_take
bool llm_take(volatile uint32_t *taken);

#endif
