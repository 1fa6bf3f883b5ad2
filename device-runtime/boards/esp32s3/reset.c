/* Resetting the chip. */
#include "board.h"
#include "registers.h"

#define SOFTWARE_SYSTEM_RESET BIT(31)

_Noreturn void reset_chip(void) {
    register_set(RTC_CNTL_OPTIONS0, SOFTWARE_SYSTEM_RESET);
    for (;;) {
    }
}
