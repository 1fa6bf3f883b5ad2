/* The second core: brought up once, then it waits in a loop for its half of a step. The hand-off is two words in SRAM
 * that one core writes and the other reads, so that a step of a few microseconds is worth splitting. */
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

/* Written by the first core before `order` changes, except `done`, which the second writes. Each of the two words that
 * are waited for is written by one core only, so no lock is needed. */
static struct {
    app_work work;
    void *job;
    uint32_t begin, end;
    volatile uint32_t order;
    volatile uint32_t done;
} hand_off __attribute__((aligned(64)));

static volatile uint32_t is_up;

void second_core_start(void);

/* start.s calls it on the second core. */
_Noreturn void second_core_main(void);
_Noreturn void second_core_main(void) {
    panic_start();
    is_up = 1;
    memory_barrier();
    uint32_t seen = 0;
    for (;;) {
        uint32_t order = hand_off.order;
        if (order == seen) continue;
        /* What the order means was written before it. */
        memory_barrier();
        hand_off.work(hand_off.job, 1, hand_off.begin, hand_off.end);
        memory_barrier();
        seen = order;
        hand_off.done = order;
    }
}

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
    while (is_up == 0u) {
        if (time_micros() > end) {
            /* Whatever it does now, it must not come to life later in memory that is the model's. */
            register_set(SYSTEM_CORE_1_CONTROL_0, RUNSTALL);
            return false;
        }
    }
    return true;
}

void first_core_alone(void *user, app_work work, void *job, uint32_t units, uint32_t multiple) {
    (void)user;
    (void)multiple;
    work(job, 0, 0, units);
}

void second_core_parallel(void *user, app_work work, void *job, uint32_t units, uint32_t multiple) {
    uint32_t parts = (units + multiple - 1u) / multiple;
    if (parts < 2u) {
        first_core_alone(user, work, job, units, multiple);
        return;
    }
    /* The odd part is this core's, which begins a little earlier. */
    uint32_t border = (parts - parts / 2u) * multiple;
    hand_off.work = work;
    hand_off.job = job;
    hand_off.begin = border;
    hand_off.end = units;
    uint32_t order = hand_off.order + 1u;
    memory_barrier();
    hand_off.order = order;
    work(job, 0, 0, border);
    while (hand_off.done != order) {
    }
    /* Nothing that the other core wrote is read before this. */
    memory_barrier();
}
