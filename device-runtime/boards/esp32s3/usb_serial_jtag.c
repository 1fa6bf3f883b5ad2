/* The USB-Serial-JTAG unit as a port: a serial line over the chip's own USB plug. The mask ROM has already introduced
 * it to the host, so nothing is set up but its clock. Without a host the 64-byte buffer never empties; then bytes are
 * simply not taken. */
#include "board.h"
#include "registers.h"

/* EP1_CONF: what was written may go; there is room; something has come. */
#define WRITE_DONE BIT(0)
#define CAN_WRITE BIT(1)
#define CAN_READ BIT(2)

static size_t usb_read(void *port, uint8_t *bytes, size_t capacity) {
    (void)port;
    size_t count = 0;
    while (count < capacity && (register_read(USB_EP1_CONF) & CAN_READ) != 0u) {
        bytes[count++] = (uint8_t)register_read(USB_EP1);
    }
    return count;
}

static void usb_flush(void *port) {
    (void)port;
    register_set(USB_EP1_CONF, WRITE_DONE);
}

static size_t usb_write(void *port, const uint8_t *bytes, size_t count) {
    size_t taken = 0;
    while (taken < count && (register_read(USB_EP1_CONF) & CAN_WRITE) != 0u) {
        register_write(USB_EP1, bytes[taken++]);
    }
    /* A full buffer is sent at once; the rest waits for flush. */
    if (taken > 0u && taken < count) usb_flush(port);
    return taken;
}

const app_port usb_port = {"USB", usb_read, usb_write, usb_flush, NULL};
