/* Resetting the chip. */
#include "board.h"
#include "registers.h"

#define SOFTWARE_SYSTEM_RESET BIT(31)

_Noreturn void reset_chip(void) {
    /* The reset leaves the clock's source, with which the ROM would not run as it should (ESP-IDF
     * components/esp_system/port/soc/esp32/system_internal.c). */
    register_field(RTC_CNTL_CLK_CONF, SOC_CLK_SHIFT, SOC_CLK_MASK, SOC_CLK_CRYSTAL);
    register_set(RTC_CNTL_OPTIONS0, SOFTWARE_SYSTEM_RESET);
    for (;;) {
    }
}
