/* What vectors.s saves of a core that stops. The offsets are written out there. */
#ifndef XTENSA_PANIC_H
#define XTENSA_PANIC_H

#include <stddef.h>
#include <stdint.h>

#define PANIC_REGISTERS 64u

typedef struct {
    /* All registers, the current window's a0 first. */
    uint32_t registers[PANIC_REGISTERS];
    /* 0: exception; 1: exception inside one; 2 to 7: interrupt of that level. */
    uint32_t kind;
    uint32_t ps, window_base, window_start;
    uint32_t cause, address;
    uint32_t epc1, depc;
    uint32_t epc[6]; /* of levels 2 to 7 */
    uint32_t eps[6];
    uint32_t sar, lbeg, lend, lcount, cycles, interrupts;
    volatile uint32_t stopped; /* its core has been stopped and waits */
    uint32_t unused[128 - 91];
} panic_frame;

_Static_assert(offsetof(panic_frame, kind) == 256, "vectors.s");
_Static_assert(offsetof(panic_frame, epc) == 288, "vectors.s");
_Static_assert(offsetof(panic_frame, interrupts) == 356, "vectors.s");
_Static_assert(sizeof(panic_frame) == 512, "start.s");

/* vectors.s comes here, each core on its own small stack. */
_Noreturn void panic_enter(panic_frame *frame);

/* Backtrace of a stopped core, as "pc:sp" pairs, which ESP-IDF's tools know too. */
void panic_backtrace(const panic_frame *frame);

#endif
