/* Why the chip was reset: the numbers that its mask ROM gives, in words, and whether a watchdog did it. ESP-IDF
 * components/soc/esp32s3/include/soc/reset_reasons.h. Once, in ../xtensa/reset_reason.c. */
#ifndef ESP32S3_RESET_REASONS_H
#define ESP32S3_RESET_REASONS_H

#include "rom.h"

static const struct {
    uint32_t code;
    const char *text;
    bool watchdog;
} REASONS[] = {
    {1, "power on", false},
    {RESET_SOFTWARE, "software", false},
    {5, "deep sleep", false},
    {7, "timer group 0 watchdog", true},
    {8, "timer group 1 watchdog", true},
    {9, "watchdog", true},
    {11, "timer group 0 watchdog", true},
    {12, "software (core)", false},
    {13, "watchdog (core)", true},
    {15, "brownout", false},
    {16, "watchdog (whole chip)", true},
    {17, "timer group 1 watchdog", true},
    {18, "super watchdog", true},
    {19, "clock glitch", false},
    {20, "eFuse damage", false},
    {21, "USB", false},
    {22, "JTAG", false},
    {23, "power glitch", false},
};

static inline uint32_t reset_code_of_chip(void) { return rom_get_reset_reason(0); }

#endif
