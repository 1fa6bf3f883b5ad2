/* Who called whom on a core that has stopped, from its registers and its stack. A caller's registers are either still
 * in the register file, one call's size before its callee's, or were moved to the stack by a window overflow. */
#include "board.h"
#include "panic.h"

#define MOST_FRAMES 32u
/* The upper two bits of a return address hold the size of the call in groups of four registers; code lies at 0x4... */
#define CALL_SIZE_SHIFT 30u
#define ADDRESS_BITS 0x3FFFFFFFu
#define CODE_BEGIN 0x40000000u
/* CALL and CALLX are of three bytes: the return address is that far behind the call. */
#define CALL_BYTES 3u
/* An overflow stores a0 and a1 of a caller below its callee's stack pointer. */
#define SAVED_A0 (-16)
#define SAVED_A1 (-12)

#define WINDOWS 16u
#define OLD_WINDOW_SHIFT 8u

static bool is_stack(uint32_t address) {
    return address >= STACKS_BEGIN + 16u && address < STACKS_END && address % 16u == 0u;
}

static uint32_t stack_word(uint32_t address, int32_t offset) {
    return *(const volatile uint32_t *)(uintptr_t)(address + (uint32_t)offset);
}

static void say_frame(uint32_t pc, uint32_t stack) {
    say(" ");
    say_hex(pc);
    say(":");
    say_hex(stack);
}

void panic_backtrace(const panic_frame *frame) {
    uint32_t pc = frame->kind == 0u ? frame->epc1 : frame->kind == 1u ? frame->depc : frame->epc[frame->kind - 2u];
    uint32_t window = frame->window_base % WINDOWS;
    /* A fault while a window was moved: the window that was current is in PS. */
    if (frame->kind == 1u) window = frame->ps >> OLD_WINDOW_SHIFT & (WINDOWS - 1u);
    uint32_t at = 4u * (window - frame->window_base) % PANIC_REGISTERS;
    uint32_t link = frame->registers[at], stack = frame->registers[(at + 1u) % PANIC_REGISTERS];
    bool in_registers = true;
    say_frame(pc, stack);
    for (uint32_t depth = 0; depth < MOST_FRAMES; depth++) {
        uint32_t size = link >> CALL_SIZE_SHIFT;
        if (link == 0u || size == 0u) return;
        pc = ((link & ADDRESS_BITS) | CODE_BEGIN) - CALL_BYTES;
        window = (window - size) % WINDOWS;
        if (in_registers && (frame->window_start >> window & 1u) != 0u) {
            at = 4u * (window - frame->window_base) % PANIC_REGISTERS;
            link = frame->registers[at];
            stack = frame->registers[(at + 1u) % PANIC_REGISTERS];
        } else {
            in_registers = false;
            if (!is_stack(stack)) {
                say(" (the stack is damaged)");
                return;
            }
            uint32_t callee = stack;
            link = stack_word(callee, SAVED_A0);
            stack = stack_word(callee, SAVED_A1);
        }
        say_frame(pc, stack);
    }
    say(" ...");
}
