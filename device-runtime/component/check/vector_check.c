/* The kernels' test of the host (host/test_kernels.c) on an ESP32-S3, with the component's vector loops: what the test
 * wants of a C library, over the firmware's start-up and without its console. Runs twice, with what the kernels read in
 * PSRAM and in internal RAM, and says so on the serial ports. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../boards/esp32s3/board.h"
#include "../../engine/s3lm.h"
#include "../../host/load.h"

int kernels_test_main(void);

/* The test does not feed the watchdog. */
#define PATIENCE_MS 600000u

/* What is not given out yet: PSRAM, internal RAM. */
static app_span rest[2];
static bool prefer_internal;

/* ---- load.h, stdlib.h ---- */

void *host_allocate(size_t bytes) {
    size_t rounded = (bytes + S3LM_ALIGNMENT - 1u) & ~(size_t)(S3LM_ALIGNMENT - 1u);
    app_span *from = &rest[prefer_internal && rounded <= rest[1].bytes];
    if (rounded > from->bytes) say_and_stay("There is no memory for the test.");
    void *memory = memset(from->begin, 0, rounded);
    from->begin += rounded;
    from->bytes -= rounded;
    return memory;
}

/* All at once, at the beginning of each round. */
void free(void *memory) { (void)memory; }

uint8_t *host_read(const char *path, size_t *length) {
    (void)path;
    (void)length;
    return NULL;
}

_Noreturn void exit(int code) {
    (void)code;
    say_and_stay("The test has ended itself.");
}

/* ---- FreeRTOS ---- */

int xPortGetCoreID(void);
int xPortGetCoreID(void) { return (int)core_number(); }

/* ---- stdio.h: %s, %u, %d and %zu of what comes in registers ---- */

/* clang 22 does not read its own variable arguments on this processor; they come as any others do. */
int print(const char *format, uint32_t a, uint32_t b, uint32_t c, uint32_t d, uint32_t e) __asm__("printf");
int print(const char *format, uint32_t a, uint32_t b, uint32_t c, uint32_t d, uint32_t e) {
    const uint32_t values[] = {a, b, c, d, e};
    uint32_t at = 0;
    for (char text[2] = {0}; *format != '\0'; format++) {
        if (*format != '%') {
            text[0] = *format;
            say(text[0] == '\n' ? "\r\n" : text);
            continue;
        }
        format += format[1] == 'z' ? 2 : 1;
        if (at >= sizeof values / sizeof values[0]) {
            say("?");
        } else if (*format == 's') {
            say((const char *)(uintptr_t)values[at++]);
        } else if (*format == 'u' || *format == 'd') {
            say_decimal(values[at++]);
        } else {
            /* A double: two words, at an even register. */
            at = (at | 1u) + 2u;
            say("?");
        }
    }
    return 0;
}

int snprintf(char *to, size_t capacity, const char *format, ...) {
    (void)format;
    if (capacity > 0u) to[0] = '\0';
    return 0;
}

/* ---- What clang calls: conversions that the engine has none of ---- */

float __floatdisf(int64_t number);
float __floatdisf(int64_t number) {
    uint64_t left = number < 0 ? 0u - (uint64_t)number : (uint64_t)number;
    uint32_t shift = 0, lost = 0;
    for (; left >> 31 != 0u; shift++, left >>= 1) lost |= (uint32_t)left & 1u;
    /* 31 bits, of which the lowest stands for all that were lost: seven more than a float has. */
    float nearest = (float)(int32_t)((uint32_t)left | lost);
    for (; shift > 0u; shift--) nearest *= 2.0f;
    return number < 0 ? -nearest : nearest;
}

/* To the nearest whole number, of two the even one; larger ones are whole. */
float rintf(float number);
float rintf(float number) {
    static const float whole[2] = {8388608.0f, -8388608.0f};
    uint32_t below = number < 0.0f;
    return number > whole[1] && number < whole[0] ? (number + whole[below]) - whole[below] : number;
}

/* For printf alone, which leaves such values out. */
uint64_t __extendsfdf2(float number);
uint64_t __extendsfdf2(float number) {
    (void)number;
    return 0;
}

/* ---- The program ---- */

void app_main(const app_board *given) {
    watchdog_limit(PATIENCE_MS);
    for (uint32_t round = 0; round < 2u; round++) {
        rest[0] = given->psram;
        rest[1] = given->sram;
        prefer_internal = round == 1u;
        say(round == 0u ? "round: PSRAM\r\n" : "round: internal RAM\r\n");
        kernels_test_main();
    }
    say("done\r\n");
    for (;;) given->feed();
}
