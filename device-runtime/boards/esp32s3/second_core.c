/* The second core: brought up once, then it waits in a loop for its half of a step. The hand-off is two words in SRAM
 * that one core writes and the other reads, so that a step of a few microseconds is worth splitting. */
#include "board.h"
#include "registers.h"

/* Written by the first core before `order` changes, except `done`, which the second writes. Each of the two words that
 * are waited for is written by one core only, so no lock is needed. */
static struct {
    app_work work;
    void *job;
    uint32_t begin, end;
    volatile uint32_t order;
    volatile uint32_t done;
} hand_off __attribute__((aligned(64)));

volatile uint32_t second_core_is_up;

/* start.s calls it on the second core. */
_Noreturn void second_core_main(void);
_Noreturn void second_core_main(void) {
    panic_start();
    second_core_is_up = 1;
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
