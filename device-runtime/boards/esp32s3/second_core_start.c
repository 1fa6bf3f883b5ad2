/* Starts the second core; second_core.c has what it then does. */
#include "board.h"
#include "registers.h"
#include "rom.h"

/* EFUSE_RD_REPEAT_DATA0: the second core is switched off for good. */
#define DIS_APP_CPU BIT(15)
/* RTC_CNTL_SW_CPU_STALL and RTC_CNTL_OPTIONS0 together stall the second core. */
#define STALL_HIGH_SHIFT 20u
#define STALL_HIGH_MASK 0x3Fu
#define STALL_LOW_MASK 3u
/* SYSTEM_CORE_1_CONTROL_0. */
#define RUNSTALL BIT(0)
#define CLOCK_ENABLE BIT(1)
#define RESETTING BIT(2)
#define START_MICROS 20000u

/* start.s. */
void second_core_start(void);

bool second_core_start_up(void) {
    if ((register_read(EFUSE_RD_REPEAT_DATA0) & DIS_APP_CPU) != 0u) return false;
    /* No stall from the real-time clock domain. */
    register_field(RTC_CNTL_SW_CPU_STALL, STALL_HIGH_SHIFT, STALL_HIGH_MASK, 0);
    register_field(RTC_CNTL_OPTIONS0, 0, STALL_LOW_MASK, 0);
    /* The ROM runs on that core first and jumps to where this points. */
    rom_set_appcpu_boot_addr((uint32_t)(uintptr_t)second_core_start);
    /* Clock on, no stall, and a pulse of reset. */
    register_set(SYSTEM_CORE_1_CONTROL_0, CLOCK_ENABLE);
    register_clear(SYSTEM_CORE_1_CONTROL_0, RUNSTALL);
    register_set(SYSTEM_CORE_1_CONTROL_0, RESETTING);
    register_clear(SYSTEM_CORE_1_CONTROL_0, RESETTING);
    uint64_t end = time_micros() + START_MICROS;
    while (second_core_is_up == 0u) {
        if (time_micros() > end) {
            /* Whatever it does now, it must not come to life later in memory that is the model's. */
            register_set(SYSTEM_CORE_1_CONTROL_0, RUNSTALL);
            return false;
        }
    }
    return true;
}
