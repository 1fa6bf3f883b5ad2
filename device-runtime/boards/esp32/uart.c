/* UART0 as a port: 115200 baud, 8 data bits, no parity, 1 stop bit, on the pads that the mask ROM chose (GPIO1 and
 * GPIO3). What the FIFO's registers do wrong, and how to read and write it right: ESP-IDF
 * components/esp_hal_uart/esp32/include/hal/uart_ll.h. */
#include "board.h"
#include "registers.h"

#define FIFO_BYTES 128u
/* The count in the status register lags behind writes by a few cycles: two bytes stay free. */
#define FIFO_USABLE (FIFO_BYTES - 2u)

/* The count of received bytes is right only for who reads over the other bus, where reading ahead loses bytes. */
static size_t received(void) {
    /* Before the places: a byte that arrives between the two reads of an empty FIFO would make it look full. */
    uint32_t waiting = UART_RX_COUNT(register_read(UART0_STATUS));
    uint32_t status = register_read(UART0_MEM_RX_STATUS);
    uint32_t write_at = UART_RX_WRITE_AT(status), read_at = UART_RX_READ_AT(status);
    if (write_at != read_at) return (write_at - read_at) % FIFO_BYTES;
    return waiting > 0u ? FIFO_BYTES : 0u;
}

static size_t uart0_read(void *port, uint8_t *bytes, size_t capacity) {
    (void)port;
    size_t count = received();
    if (count > capacity) count = capacity;
    for (size_t i = 0; i < count; i++) {
        bytes[i] = (uint8_t)register_read(UART0_FIFO);
        /* Two reads without anything between them may give the same byte at 240 MHz. */
        __asm__ volatile("nop");
    }
    return count;
}

static size_t uart0_write(void *port, const uint8_t *bytes, size_t count) {
    (void)port;
    uint32_t used = UART_TX_COUNT(register_read(UART0_STATUS));
    size_t room = used < FIFO_USABLE ? FIFO_USABLE - used : 0u;
    if (count > room) count = room;
    for (size_t i = 0; i < count; i++) register_write(UART0_FIFO_AHB, bytes[i]);
    return count;
}

/* What is in the FIFO is on its way. */
static void uart0_flush(void *port) { (void)port; }

const app_port uart0_port = {"UART0", uart0_read, uart0_write, uart0_flush, NULL};
