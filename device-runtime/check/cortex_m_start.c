/* The start of a check program on an emulated Cortex-M: vectors, floating point, and words that are not aligned made
 * faults, as they are on cores that have no such accesses. Register addresses: Armv7-M and Armv8-M reference manuals,
 * System Control Block.
 */
#include <stdint.h>

#include "check.h"
#include "semihosting.h"

#define CONFIGURATION_AND_CONTROL (*(volatile uint32_t *)0xE000ED14u)
#define UNALIGNED_TRAPS (1u << 3)
#define COPROCESSOR_ACCESS (*(volatile uint32_t *)0xE000ED88u)
#define FULL_ACCESS_TO_FLOATS (0xFu << 20)

/* Larger than any exit code of a check program. */
#define FAULT_CODE 70

/* cortex_m.ld */
extern uint32_t stack_top[];

_Noreturn void check_start(void);
_Noreturn void check_start(void) {
    CONFIGURATION_AND_CONTROL |= UNALIGNED_TRAPS;
#if defined(__ARM_FP)
    COPROCESSOR_ACCESS |= FULL_ACCESS_TO_FLOATS;
    __asm__ volatile("dsb\nisb" ::: "memory");
#endif
    semihosting_main();
}

int32_t semihosting_call(uintptr_t call, const void *block) {
    register uintptr_t r0 __asm__("r0") = call;
    register const void *r1 __asm__("r1") = block;
    __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
    return (int32_t)r0;
}

static _Noreturn void fault(void) {
    check_complain("engine-check: the processor met what it cannot do", NULL);
    check_exit(FAULT_CODE);
}

typedef void (*vector)(void);

/* Stack, reset, non-maskable interrupt, then faults: all of them are hard ones as none is enabled by itself. */
__attribute__((used, section(".vectors"))) static const struct {
    uint32_t *stack;
    vector reset, interrupt, hard_fault;
} vectors = {stack_top, check_start, fault, fault};
