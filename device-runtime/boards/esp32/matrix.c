/* Pins and the matrix between them and the units. Registers: ESP-IDF components/soc/esp32/register/soc/gpio_reg.h and
 * io_mux_reg.h. */
#include "board.h"
#include "registers.h"

/* Where the pads' registers are, in the order of the pins. */
static const uint8_t PADS[] = {0x44, 0x88, 0x40, 0x84, 0x48, 0x6C, 0x60, 0x64, 0x68, 0x54, 0x58, 0x5C, 0x34, 0x38,
                               0x30, 0x3C, 0x4C, 0x50, 0x70, 0x74, 0x78, 0x7C, 0x80, 0x8C, 0x90, 0x24, 0x28, 0x2C,
                               0,    0,    0,    0,    0x1C, 0x20, 0x14, 0x18, 0x04, 0x08, 0x0C, 0x10};

uint32_t pad_register(uint32_t pin) { return pin < sizeof PADS && PADS[pin] != 0u ? IO_MUX_BASE + PADS[pin] : 0u; }

void matrix_out(uint32_t pin, uint32_t signal) {
    /* The unit itself says when the pin is an output. */
    register_write(GPIO_OUT_SELECT(pin), signal);
    register_write(GPIO_ENABLE_SET(pin / 32u), BIT(pin % 32u));
}

void matrix_in(uint32_t pin, uint32_t signal) {
    register_set(pad_register(pin), IO_MUX_INPUT);
    register_write(GPIO_IN_SELECT(signal), GPIO_IN_BY_MATRIX | pin);
}

void pad_function(uint32_t pin, uint32_t function) {
    register_field(pad_register(pin), IO_MUX_FUNCTION_SHIFT, IO_MUX_FUNCTION_MASK, function);
}

void pad_drive(uint32_t pin, uint32_t drive) {
    register_field(pad_register(pin), IO_MUX_DRIVE_SHIFT, IO_MUX_DRIVE_MASK, drive);
}
