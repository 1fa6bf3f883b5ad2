/* See ../esp_err.h. Chips with one core say so with -DportNUM_PROCESSORS=1. */
#ifndef STANDIN_FREERTOS_H
#define STANDIN_FREERTOS_H

#include <stdint.h>

#ifndef portNUM_PROCESSORS
#define portNUM_PROCESSORS 2
#endif

typedef int BaseType_t;
typedef unsigned UBaseType_t;
typedef uint32_t TickType_t;

#define pdTRUE 1
#define pdPASS 1
#define portMAX_DELAY 0xFFFFFFFFu

BaseType_t xPortGetCoreID(void);

#endif
