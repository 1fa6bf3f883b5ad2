/* Watchdogs: those that the mask ROM armed against an image that never starts are stopped, and the one in the real-time
 * clock domain is set to guard the firmware from then on. It counts its own slow oscillator, so that no clock that the
 * start-up changes can stop or hasten it. */
#include "board.h"
#include "registers.h"

/* RTC_CNTL_WDTCONFIG0. Stage 0 resets both cores and all peripherals (3, "system"); the words of RTC_CNTL_STORE
 * survive. The reset's length is the longest, 3.2 us, as ESP-IDF has it (components/esp_hal_wdt/esp32/include/hal/
 * rwdt_ll.h). */
#define ENABLE BIT(31)
#define STAGE0_RESET_SYSTEM (3u << 28)
#define CPU_RESET_LENGTH (7u << 14)
#define SYSTEM_RESET_LENGTH (7u << 11)

/* The slow oscillator's frequency varies with the chip and its temperature by some tens of percent. */
#define SLOW_CLOCK_HZ 150000u

static void stop_timer_group(uint32_t base) {
    register_write(base + TIMG_WDTWPROTECT, WATCHDOG_KEY);
    register_write(base + TIMG_WDTCONFIG0, 0);
    register_write(base + TIMG_WDTWPROTECT, 0);
}

void watchdog_start(void) {
    /* The ROM leaves the watchdog of timer group 0 running; group 1's costs nothing to stop as well. */
    stop_timer_group(TIMG0_BASE);
    stop_timer_group(TIMG1_BASE);
    watchdog_limit(WATCHDOG_RUNNING_MS);
}

void watchdog_limit(uint32_t milliseconds) {
    uint32_t counts = (uint32_t)((uint64_t)milliseconds * SLOW_CLOCK_HZ / 1000u);
    register_write(RTC_CNTL_WDTWPROTECT, WATCHDOG_KEY);
    /* Off first, which also ends the ROM's flash-boot mode, so that no half-set limit counts. */
    register_write(RTC_CNTL_WDTCONFIG0, 0);
    register_write(RTC_CNTL_WDTCONFIG1, counts);
    register_write(RTC_CNTL_WDTFEED, WATCHDOG_FEED);
    register_write(RTC_CNTL_WDTCONFIG0, ENABLE | STAGE0_RESET_SYSTEM | CPU_RESET_LENGTH | SYSTEM_RESET_LENGTH);
    register_write(RTC_CNTL_WDTWPROTECT, 0);
}
