/* UART0 as a port: 115200 baud, 8 data bits, no parity, 1 stop bit, on the pads that the mask ROM chose (GPIO43 and
 * GPIO44). */
#include "board.h"
#include "registers.h"

#define FIFO_BYTES 128u
/* The count in the status register lags behind writes by a few cycles: two bytes stay free. */
#define FIFO_USABLE (FIFO_BYTES - 2u)
#define RX_COUNT(status) ((status) & 0x3FFu)
#define TX_COUNT(status) ((status) >> 16 & 0x3FFu)

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

void uart0_start(void) {
    register_set(SYSTEM_PERIP_CLK_EN0, UART0_CLOCKS);
    if ((register_read(UART0_CLK_CONF) >> SOURCE_SHIFT & SOURCE_MASK) == SOURCE_CRYSTAL) return;
    /* The unit follows a clock that the PLL will change. The ROM's last lines go out first, at the old clock. */
    uint64_t end = time_micros() + DRAIN_MICROS;
    while (TX_COUNT(register_read(UART0_STATUS)) > 0u && time_micros() < end) {
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

static size_t uart0_read(void *port, uint8_t *bytes, size_t capacity) {
    (void)port;
    size_t count = RX_COUNT(register_read(UART0_STATUS));
    if (count > capacity) count = capacity;
    for (size_t i = 0; i < count; i++) bytes[i] = (uint8_t)register_read(UART0_FIFO);
    return count;
}

static size_t uart0_write(void *port, const uint8_t *bytes, size_t count) {
    (void)port;
    uint32_t used = TX_COUNT(register_read(UART0_STATUS));
    size_t room = used < FIFO_USABLE ? FIFO_USABLE - used : 0u;
    if (count > room) count = room;
    for (size_t i = 0; i < count; i++) register_write(UART0_FIFO, bytes[i]);
    return count;
}

/* What is in the FIFO is on its way. */
static void uart0_flush(void *port) { (void)port; }

const app_port uart0_port = {"UART0", uart0_read, uart0_write, uart0_flush, NULL};
