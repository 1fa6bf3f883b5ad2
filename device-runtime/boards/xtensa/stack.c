/* Marks the stacks' far ends and looks whether the marks are still there. Nothing else stops a stack that grows too
 * far: it would quietly overwrite what lies below. */
#include "board.h"

#define MARK 0x5AFE57ACu
#define MARK_WORDS 16u

/* From the link script. */
extern uint32_t _stack0_bottom[], _stack1_bottom[];

void stack_mark(void) {
    for (uint32_t i = 0; i < MARK_WORDS; i++) _stack0_bottom[i] = _stack1_bottom[i] = MARK;
}

void stack_check(void) {
    for (uint32_t i = 0; i < MARK_WORDS; i++) {
        if (_stack0_bottom[i] != MARK) panic("the first core's stack has grown too far");
        if (_stack1_bottom[i] != MARK) panic("the second core's stack has grown too far");
    }
}
