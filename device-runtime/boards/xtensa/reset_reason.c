/* Why the chip was reset, by its own table of reasons. */
#include "board.h"
#include "reset_reasons.h"

#define REASON_COUNT (sizeof REASONS / sizeof REASONS[0])

uint32_t reset_code(void) { return reset_code_of_chip(); }

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
