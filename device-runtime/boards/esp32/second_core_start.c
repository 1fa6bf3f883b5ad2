/* Starts the second core; second_core.c has what it then does. Sequence: ESP-IDF components/esp_system/port/cpu_start.c
 * and components/hal/esp32/include/hal/cpu_utility_ll.h. */
#include "board.h"
#include "registers.h"

/* EFUSE_BLK0_RDATA3: the chip has one core only. */
#define DISABLE_APP_CPU BIT(0)
/* RTC_CNTL_SW_CPU_STALL and RTC_CNTL_OPTIONS0 together stall the second core. */
#define STALL_HIGH_SHIFT 20u
#define STALL_HIGH_MASK 0x3Fu
#define STALL_LOW_MASK 3u
/* DPORT_APPCPU_CTRL_A, B, C. */
#define RESETTING BIT(0)
#define CLOCK_ENABLE BIT(0)
#define RUNSTALL BIT(0)
#define START_MICROS 20000u

/* start.s. */
void second_core_start(void);

bool second_core_start_up(void) {
    if ((register_read(EFUSE_BLK0_RDATA(3)) & DISABLE_APP_CPU) != 0u) return false;
    /* No stall from the real-time clock domain. */
    register_field(RTC_CNTL_SW_CPU_STALL, STALL_HIGH_SHIFT, STALL_HIGH_MASK, 0);
    register_field(RTC_CNTL_OPTIONS0, 0, STALL_LOW_MASK, 0);
    /* The ROM runs on that core first and jumps to where this points. */
    register_write(DPORT_APPCPU_CTRL_D, (uint32_t)(uintptr_t)second_core_start);
    /* Clock on, no stall, and a pulse of reset. */
    register_set(DPORT_APPCPU_CTRL_B, CLOCK_ENABLE);
    register_clear(DPORT_APPCPU_CTRL_C, RUNSTALL);
    register_set(DPORT_APPCPU_CTRL_A, RESETTING);
    register_clear(DPORT_APPCPU_CTRL_A, RESETTING);
    uint64_t end = time_micros() + START_MICROS;
    while (second_core_is_up == 0u) {
        if (time_micros() > end) {
            /* Whatever it does now, it must not come to life later in memory that is the model's. */
            register_set(DPORT_APPCPU_CTRL_C, RUNSTALL);
            return false;
        }
    }
    return true;
}
