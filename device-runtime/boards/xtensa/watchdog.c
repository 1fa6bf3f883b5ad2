/* Feeding the watchdog that guards the firmware; watchdog_start.c sets it. */
#include "board.h"
#include "registers.h"

void watchdog_feed(void) {
    register_write(RTC_CNTL_WDTWPROTECT, WATCHDOG_KEY);
    register_write(RTC_CNTL_WDTFEED, WATCHDOG_FEED);
    register_write(RTC_CNTL_WDTWPROTECT, 0);
}
