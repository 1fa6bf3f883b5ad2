/* Pins for what answers do: levels, pulse width modulation by LEDC, one WS2812 a channel of RMT. Cold code: it runs
 * after an answer. Registers and bits: ESP-IDF's gpio_reg.h, io_mux_reg.h, ledc_reg.h and rmt_reg.h. */
#include "board.h"
#include "registers.h"

/* Straps, which decide at a reset how the chip starts: GPIO0, 2, 12. UART0: 1, 3. Flash: 6 to 11. There are no pins 20,
 * 24, and 28 to 31. */
#define NEVER_FREE (BIT(0) | BIT(1) | BIT(2) | BIT(3) | 0x3Fu << 6 | BIT(12) | BIT(20) | BIT(24) | 0xFu << 28)
/* 34 to 39 can only be read, and have no pulls. */
#define FIRST_INPUT 34u

/* What flash and PSRAM take beside those. */
static uint32_t memory_pins;

void pins_start(uint32_t taken) { memory_pins = taken; }

static bool is_free(uint32_t pin) {
    if (pin >= FIRST_INPUT) return false;
    return pin >= 32u || ((NEVER_FREE | memory_pins) >> pin & 1u) == 0u;
}

/* Nothing but what is free is ever touched, whoever asks. */
static void connect(uint32_t pin, uint32_t signal) {
    register_write(GPIO_OUT_SELECT(pin), signal | GPIO_OUT_ENABLED_BY_GPIO);
    register_write(GPIO_ENABLE_SET(pin / 32u), BIT(pin % 32u));
    register_write(pad_register(pin), IO_MUX_FUNCTION_GPIO << IO_MUX_FUNCTION_SHIFT | IO_MUX_DRIVE_20MA);
}

static void level(uint32_t pin, bool high) {
    if (!is_free(pin)) return;
    /* The level first, so that the pin never has another one. */
    register_write(high ? GPIO_OUT_SET(pin / 32u) : GPIO_OUT_CLEAR(pin / 32u), BIT(pin % 32u));
    connect(pin, GPIO_OUT_PLAIN);
}

/* ---- LEDC ---- */

/* Timers, both from 80 MHz: for the eye 4,883 Hz in 14 bits, a 256th of a step a division; for servos 50 Hz in 14 bits,
 * 80,000,000 / (50 * 16,384) = 97.65625. */
#define BITS 14u
#define STEPS (1u << BITS)
#define EYE_TIMER 0u
#define EYE_DIVIDER 256u
#define SERVO_TIMER 1u
#define SERVO_DIVIDER 25000u
#define SERVO_PERIOD_MICROS 20000u

/* Opens the clock of a block and ends its reset. */
static void open_clock(uint32_t block) {
    register_set(DPORT_PERIP_CLK_EN, block);
    register_clear(DPORT_PERIP_RST_EN, block);
}

static void pulse(uint32_t channel, uint32_t pin, bool inverted, uint32_t timer, uint32_t divider, uint32_t steps) {
    if (!is_free(pin)) return;
    open_clock(CLOCK_LEDC);
    register_write(LEDC_TIMER_CONF(timer), LEDC_TIMER_BUS_CLOCK | divider << LEDC_TIMER_DIVIDER_SHIFT | BITS);
    register_write(LEDC_HPOINT(channel), 0);
    /* In sixteenths of a step. The change is one step of the whole height, at the next period. */
    register_write(LEDC_DUTY(channel), steps << 4);
    register_write(LEDC_CONF0(channel), LEDC_OUTPUT | timer);
    register_write(LEDC_CONF1(channel), LEDC_DUTY_START | LEDC_DUTY_UP | LEDC_DUTY_ONCE);
    connect(pin, SIGNAL_LEDC(channel) | (inverted ? GPIO_OUT_INVERTED : 0u));
}

static void dim(uint32_t channel, uint32_t pin, bool inverted, uint32_t share) {
    pulse(channel, pin, inverted, EYE_TIMER, EYE_DIVIDER, share / (65536u / STEPS));
}

static void servo(uint32_t channel, uint32_t pin, bool inverted, uint32_t micros) {
    pulse(channel, pin, inverted, SERVO_TIMER, SERVO_DIVIDER,
          (micros * STEPS + SERVO_PERIOD_MICROS / 2u) / SERVO_PERIOD_MICROS);
}

/* ---- RMT ---- */

/* Of 40 MHz, 25 ns each: WS2812B wants 0.4 and 0.85 µs for a zero, 0.8 and 0.45 µs for a one, each within 0.15 µs. */
#define SYMBOL(high, low) ((low) << 16 | BIT(15) | (high))
#define ZERO SYMBOL(16u, 34u)
#define ONE SYMBOL(32u, 18u)
#define LIGHT_BITS 24u
/* A light takes over what it got after 50 µs of low (280 for later ones) behind 30 µs of data. */
#define LATCH_MICROS 400u

static void light(uint32_t channel, uint32_t pin, uint32_t colour) {
    if (!is_free(pin)) return;
    const uint32_t conf = RMT_IDLE_OUTPUT | RMT_BUS_CLOCK;
    /* Green comes first. */
    uint32_t bits = (colour >> 8 & 0xFFu) << 16 | (colour >> 16 & 0xFFu) << 8 | (colour & 0xFFu);
    open_clock(CLOCK_RMT);
    register_write(RMT_APB_CONF, RMT_DIRECT_MEMORY);
    register_write(RMT_CONF0(channel), RMT_CLOCK_ACTIVE | RMT_ONE_BLOCK | RMT_DIVIDER(2u));
    register_write(RMT_CONF1(channel), conf);
    connect(pin, SIGNAL_RMT(channel));
    for (uint32_t i = 0; i < LIGHT_BITS; i++) {
        register_write(RMT_MEMORY(channel, i), bits >> (LIGHT_BITS - 1u - i) & 1u ? ONE : ZERO);
    }
    register_write(RMT_MEMORY(channel, LIGHT_BITS), 0);
    /* What was sent before must have been taken over. */
    for (uint64_t end = time_micros() + LATCH_MICROS; time_micros() < end;) {
    }
    register_write(RMT_INT_CLR, RMT_TX_END(channel));
    register_write(RMT_CONF1(channel), conf | RMT_MEMORY_RESET);
    register_write(RMT_CONF1(channel), conf);
    register_write(RMT_CONF1(channel), conf | RMT_TX_START);
}

/* ---- Inputs ---- */

static void input(uint32_t pin, app_pull pull) {
    if (!is_free(pin)) return;
    register_write(GPIO_ENABLE_CLEAR(pin / 32u), BIT(pin % 32u));
    register_write(GPIO_OUT_SELECT(pin), GPIO_OUT_PLAIN | GPIO_OUT_ENABLED_BY_GPIO);
    register_write(pad_register(pin), IO_MUX_FUNCTION_GPIO << IO_MUX_FUNCTION_SHIFT | IO_MUX_INPUT |
                                          (pull == APP_PULL_UP ? IO_MUX_PULL_UP : 0u) |
                                          (pull == APP_PULL_DOWN ? IO_MUX_PULL_DOWN : 0u));
}

static bool read(uint32_t pin) { return is_free(pin) && (register_read(GPIO_IN(pin / 32u)) >> pin % 32u & 1u) != 0u; }

/* The chip's thermometer is not described, and its numbers differ from chip to chip by tens of degrees. */
static bool temperature(int32_t *celsius) {
    (void)celsius;
    return false;
}

const app_pins esp32_pins = {is_free, level, dim, servo, light, input, read, temperature};
