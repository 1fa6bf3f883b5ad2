/* Text on all ports before app_main runs and after it has failed. A port that takes nothing for a while is taken to
 * have no listener, and is asked again with the next piece without being waited for. */
#include "board.h"

/* UART0's FIFO makes room for a byte each 87 us; a host that reads USB comes every millisecond. */
#define PATIENCE_MICROS 20000u
#define REPEAT_MICROS 10000000u
#define FEED_MICROS 100000u

static bool nobody_listens[APP_MAX_PORTS];

static void say_on(uint32_t index, const app_port *port, const char *text, size_t length) {
    const uint8_t *bytes = (const uint8_t *)text;
    uint64_t last = time_micros();
    while (length > 0u) {
        size_t taken = port->write(port->port, bytes, length);
        if (taken > 0u) {
            bytes += taken;
            length -= taken;
            nobody_listens[index] = false;
            last = time_micros();
        } else if (nobody_listens[index] || time_micros() - last > PATIENCE_MICROS) {
            nobody_listens[index] = true;
            return;
        }
    }
    port->flush(port->port);
}

void say(const char *text) {
    size_t length = 0;
    while (text[length] != '\0') length++;
#if BOARD_PORTS == 2u
    say_on(0, &usb_port, text, length);
#endif
    say_on(BOARD_PORTS - 1u, &uart0_port, text, length);
}

void say_decimal(uint32_t value) {
    char digits[11];
    size_t at = sizeof digits;
    digits[--at] = '\0';
    do {
        digits[--at] = (char)('0' + value % 10u);
        value /= 10u;
    } while (value > 0u);
    say(digits + at);
}

void say_hex(uint32_t value) {
    char digits[11] = "0x";
    for (uint32_t i = 0; i < 8u; i++) digits[2u + i] = "0123456789abcdef"[value >> (28u - 4u * i) & 0xFu];
    digits[10] = '\0';
    say(digits);
}

_Noreturn void say_and_stay(const char *message) {
    for (;;) {
        say(message);
        say("\r\n");
        uint64_t end = time_micros() + REPEAT_MICROS;
        while (time_micros() < end) {
            watchdog_feed();
            wait_micros(FEED_MICROS);
        }
    }
}
