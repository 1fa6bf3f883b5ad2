/* What the application can do with pins. A board has one table of these; the host build has one that remembers. Pins
 * are numbers of the chip. Only the first core calls them, between two tokens. */
#ifndef APP_PINS_H
#define APP_PINS_H

#include <stdbool.h>
#include <stdint.h>

/* Channels of pulse width modulation, and of lights. */
#define APP_PULSE_CHANNELS 8u
#define APP_LIGHT_CHANNELS 4u

typedef enum { APP_PULL_NONE = 0, APP_PULL_UP = 1, APP_PULL_DOWN = 2 } app_pull;

typedef struct {
    /* Whether a pin may be driven or read at all: not those of flash, PSRAM, USB, the console, and those that decide at
     * a reset how the chip starts. */
    bool (*is_free)(uint32_t pin);
    /* Makes a pin an output at a level. */
    void (*level)(uint32_t pin, bool high);
    /* Pulse width modulation for the eye, some kilohertz: `share` of the time in 65,536ths, at most 65,536, is high. */
    void (*dim)(uint32_t channel, uint32_t pin, bool inverted, uint32_t share);
    /* 50 pulses a second of `micros` each, 500 to 2,500: an angle of a servo. */
    void (*servo)(uint32_t channel, uint32_t pin, bool inverted, uint32_t micros);
    /* One WS2812: 0xRRGGBB. */
    void (*light)(uint32_t channel, uint32_t pin, uint32_t colour);
    /* Makes a pin an input. */
    void (*input)(uint32_t pin, app_pull pull);
    bool (*read)(uint32_t pin);
    /* How warm the chip itself is, in degrees Celsius; false when its thermometer does not say. */
    bool (*temperature)(int32_t *celsius);
} app_pins;

#endif
