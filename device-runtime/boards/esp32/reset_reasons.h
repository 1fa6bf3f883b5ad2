/* Why the chip was reset: the numbers that its mask ROM knows, in words, and whether a watchdog did it. ESP-IDF
 * components/soc/esp32/include/soc/reset_reasons.h. Once, in ../xtensa/reset_reason.c. */
#ifndef ESP32_RESET_REASONS_H
#define ESP32_RESET_REASONS_H

#include "registers.h"

static const struct {
    uint32_t code;
    const char *text;
    bool watchdog;
} REASONS[] = {
    {1, "power on", false},
    {RESET_SOFTWARE, "software", false},
    {5, "deep sleep", false},
    {6, "SDIO", false},
    {7, "timer group 0 watchdog", true},
    {8, "timer group 1 watchdog", true},
    {9, "watchdog", true},
    {11, "timer group 0 watchdog (core)", true},
    {12, "software (core)", false},
    {13, "watchdog (core)", true},
    {15, "brownout", false},
    {16, "watchdog (whole chip)", true},
};

static inline uint32_t reset_code_of_chip(void) { return register_read(RTC_CNTL_RESET_STATE) & RESET_CAUSE_MASK; }

#endif
