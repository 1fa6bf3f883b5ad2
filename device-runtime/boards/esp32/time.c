/* Time from timer 0 of timer group 0: 16 MHz from the bus, counting from the last reset. */
#include "board.h"
#include "registers.h"

#define T0(offset) (TIMG0_BASE + (offset))
#define ENABLE BIT(31)
#define UPWARDS BIT(30)
#define DIVIDER_SHIFT 13u
#define COUNTS_PER_MICRO 16u
#define COUNTS_PER_MICRO_LOG2 4u
#define LEAST_DIVIDER 2u
/* Reads within which the copy of the counter has changed, as it counts faster than it can be read. */
#define MOST_READS 16u

void time_set(bool pll_runs, uint32_t crystal_mhz, uint32_t crystal_cycles) {
    register_set(DPORT_PERIP_CLK_EN, CLOCK_TIMERGROUP0);
    /* By the crystal alone time goes somewhat wrong: then a sentence is all that follows. */
    uint32_t divider = pll_runs ? BUS_HZ / 1000000u / COUNTS_PER_MICRO : LEAST_DIVIDER;
    if (crystal_mhz == 0u) crystal_mhz = 1;
    register_write(T0(TIMG_T0CONFIG), 0);
    register_write(T0(TIMG_T0LOADLO), crystal_cycles / crystal_mhz * COUNTS_PER_MICRO);
    register_write(T0(TIMG_T0LOADHI), 0);
    register_write(T0(TIMG_T0LOAD), 1);
    register_write(T0(TIMG_T0CONFIG), ENABLE | UPWARDS | divider << DIVIDER_SHIFT);
}

uint64_t time_micros(void) {
    /* A read asks for a copy, and nothing tells when it stands but that it is another one (ESP-IDF
     * components/esp_timer/src/esp_timer_impl_lac.c). Should the other core ask in between, the copy is a newer one; so
     * the low word is read again until it did not change. */
    uint32_t before = register_read(T0(TIMG_T0LO)), low = before, high, again;
    register_write(T0(TIMG_T0UPDATE), 1);
    for (uint32_t reads = 0; low == before && reads < MOST_READS; reads++) low = register_read(T0(TIMG_T0LO));
    for (;;) {
        high = register_read(T0(TIMG_T0HI));
        again = register_read(T0(TIMG_T0LO));
        if (again == low) break;
        low = again;
    }
    return ((uint64_t)high << 32 | low) >> COUNTS_PER_MICRO_LOG2;
}
