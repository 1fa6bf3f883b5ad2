/* UART0 as a port: 115200 baud, 8 data bits, no parity, 1 stop bit, on the pads that the mask ROM chose (GPIO43 and
 * GPIO44). */
#include "board.h"
#include "registers.h"

#define FIFO_BYTES 128u
/* The count in the status register lags behind writes by a few cycles: two bytes stay free. */
#define FIFO_USABLE (FIFO_BYTES - 2u)
#define RX_COUNT(status) ((status) & 0x3FFu)

static size_t uart0_read(void *port, uint8_t *bytes, size_t capacity) {
    (void)port;
    size_t count = RX_COUNT(register_read(UART0_STATUS));
    if (count > capacity) count = capacity;
    for (size_t i = 0; i < count; i++) bytes[i] = (uint8_t)register_read(UART0_FIFO);
    return count;
}

static size_t uart0_write(void *port, const uint8_t *bytes, size_t count) {
    (void)port;
    uint32_t used = UART_TX_COUNT(register_read(UART0_STATUS));
    size_t room = used < FIFO_USABLE ? FIFO_USABLE - used : 0u;
    if (count > room) count = room;
    for (size_t i = 0; i < count; i++) register_write(UART0_FIFO, bytes[i]);
    return count;
}

/* What is in the FIFO is on its way. */
static void uart0_flush(void *port) { (void)port; }

const app_port uart0_port = {"UART0", uart0_read, uart0_write, uart0_flush, NULL};
