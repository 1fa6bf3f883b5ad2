/* Time from the system timer: 16 MHz from the crystal, whatever clock the cores have, counting from the last reset. */
#include "board.h"
#include "registers.h"

#define SYSTIMER_CLOCK BIT(29)
#define UPDATE BIT(30)
#define VALID BIT(29)
#define COUNTS_PER_MICRO_LOG2 4u

void time_start(void) { register_set(SYSTEM_PERIP_CLK_EN0, SYSTIMER_CLOCK); }

uint64_t time_micros(void) {
    /* The counter is in another clock domain: a read asks for a copy and waits until it stands. Should the other core
     * ask in between, the copy is a newer one; so the high word is read again until it did not change. */
    register_write(SYSTIMER_UNIT0_OP, UPDATE);
    while ((register_read(SYSTIMER_UNIT0_OP) & VALID) == 0u) {
    }
    uint32_t high = register_read(SYSTIMER_UNIT0_VALUE_HI), low, again;
    for (;;) {
        low = register_read(SYSTIMER_UNIT0_VALUE_LO);
        again = register_read(SYSTIMER_UNIT0_VALUE_HI);
        if (again == high) break;
        high = again;
    }
    return ((uint64_t)high << 32 | low) >> COUNTS_PER_MICRO_LOG2;
}
