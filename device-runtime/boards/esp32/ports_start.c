/* Makes the port usable: the start-up's part of uart.c. */
#include "board.h"
#include "registers.h"

#define BAUD 115200u
/* The divider, rounded. */
#define SIXTEENTHS ((BUS_HZ * 16u + BAUD / 2u) / BAUD)
/* 128 bytes at 115200 baud take 11 ms. */
#define DRAIN_MICROS 12000u
#define DRAIN_STEP_MICROS 10u

void uart0_drain(void) {
    for (uint32_t waited = 0; waited < DRAIN_MICROS; waited += DRAIN_STEP_MICROS) {
        uint32_t status = register_read(UART0_STATUS);
        if (UART_TX_COUNT(status) == 0u && UART_TX_STATE(status) == 0u) return;
        clock_wait(DRAIN_STEP_MICROS);
    }
}

void uart0_start(void) {
    register_set(DPORT_PERIP_CLK_EN, CLOCK_UART0 | CLOCK_UART_MEMORY);
    register_set(UART0_CONF0, UART_BUS_CLOCK);
    register_write(UART0_CLKDIV, SIXTEENTHS >> 4 | (SIXTEENTHS & 0xFu) << 20);
}
