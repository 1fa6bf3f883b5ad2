/* Why the chip was reset. */
#include "board.h"
#include "rom.h"

/* Numbers of the mask ROM: ESP-IDF components/soc/esp32s3/include/soc/reset_reasons.h. */
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
#define REASON_COUNT (sizeof REASONS / sizeof REASONS[0])

uint32_t reset_code(void) { return rom_get_reset_reason(0); }

const char *reset_text(uint32_t code) {
    for (uint32_t i = 0; i < REASON_COUNT; i++) {
        if (REASONS[i].code == code) return REASONS[i].text;
    }
    return "unknown";
}

bool reset_was_watchdog(uint32_t code) {
    for (uint32_t i = 0; i < REASON_COUNT; i++) {
        if (REASONS[i].code == code) return REASONS[i].watchdog;
    }
    return false;
}
