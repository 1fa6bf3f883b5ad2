/* Makes both ports usable: the start-up's part of uart.c and usb_serial_jtag.c. */
#include "board.h"
#include "registers.h"

/* UART_CLK_CONF: source 3 is the crystal; divided by one; clock enables for the unit, sending and receiving. */
#define SOURCE_SHIFT 20u
#define SOURCE_MASK 3u
#define SOURCE_CRYSTAL 3u
#define DIVIDER_SHIFT 12u
#define DIVIDER_MASK 0xFFu
#define CLOCK_ENABLES (BIT(22) | BIT(24) | BIT(25))
/* 40 MHz / 115200 = 347 + 3.55 / 16. */
#define CLKDIV_115200 (347u | 3u << 20)
#define UPDATE BIT(31)
#define UART0_CLOCKS (BIT(2) | BIT(24))
/* 128 bytes at 115200 baud take 11 ms. */
#define DRAIN_MICROS 12000u
#define USB_DEVICE_CLOCK BIT(10)

void uart0_start(void) {
    register_set(SYSTEM_PERIP_CLK_EN0, UART0_CLOCKS);
    if ((register_read(UART0_CLK_CONF) >> SOURCE_SHIFT & SOURCE_MASK) == SOURCE_CRYSTAL) return;
    /* The unit follows a clock that the PLL will change. The ROM's last lines go out first, at the old clock. */
    uint64_t end = time_micros() + DRAIN_MICROS;
    while (UART_TX_COUNT(register_read(UART0_STATUS)) > 0u && time_micros() < end) {
    }
    register_field(UART0_CLK_CONF, SOURCE_SHIFT, SOURCE_MASK, SOURCE_CRYSTAL);
    register_field(UART0_CLK_CONF, DIVIDER_SHIFT, DIVIDER_MASK, 0);
    register_set(UART0_CLK_CONF, CLOCK_ENABLES);
    register_write(UART0_CLKDIV, CLKDIV_115200);
    /* The unit's own clock domain takes the settings over now. */
    register_set(UART0_ID, UPDATE);
    end = time_micros() + DRAIN_MICROS;
    while ((register_read(UART0_ID) & UPDATE) != 0u && time_micros() < end) {
    }
}

void usb_start(void) { register_set(SYSTEM_PERIP_CLK_EN1, USB_DEVICE_CLOCK); }
