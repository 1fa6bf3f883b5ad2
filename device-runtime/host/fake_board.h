/* A board made of memory, for the tests of the application and for s3lm-console: ports are buffers, the clock is moved
 * by hand, the cores are one. */
#ifndef S3LM_HOST_FAKE_BOARD_H
#define S3LM_HOST_FAKE_BOARD_H

#include "../app/board.h"

#define FAKE_SRAM_BYTES (320u * 1024u)
#define FAKE_PSRAM_BYTES (2u * 1024u * 1024u)
#define FAKE_INPUT_BYTES (1u << 16)
#define FAKE_OUTPUT_BYTES (1u << 22)

/* What a host has sent and received. */
typedef struct {
    uint8_t input[FAKE_INPUT_BYTES];
    size_t input_begin, input_end;
    uint8_t *output; /* FAKE_OUTPUT_BYTES */
    size_t output_length;
    size_t most; /* bytes taken by one write; 0: the host does not read */
} fake_port;

/* What a pin was last used for, and the value that it was given: a level, 65,536ths, microseconds, 0xRRGGBB, a pull. */
typedef enum { FAKE_UNUSED, FAKE_LEVEL, FAKE_DIMMED, FAKE_SERVO, FAKE_LIGHT, FAKE_INPUT } fake_pin_use;

#define FAKE_PINS 49u

typedef struct {
    fake_pin_use use;
    uint32_t value;
    uint32_t changes;
    bool outside; /* what an input reads */
} fake_pin;

typedef struct {
    app_board board;
    fake_pin pins[FAKE_PINS];
    fake_port ports[APP_MAX_PORTS];
    uint64_t now;  /* microseconds */
    uint64_t tick; /* what looking at the clock adds */
    uint32_t fed, resets, split, random;
    int32_t celsius; /* of the chip */
    bool is_without_thermometer;
} fake_board;

/* The one fake board: the callbacks of a board that ask for the time have no argument to find it by. */
extern fake_board fake;

/* A fresh board with `package` in its flash, NULL for none. */
void fake_start(const uint8_t *package, size_t bytes, app_psram_kind psram);

/* Adds to what the host has sent; false when there is no room. */
bool fake_send(uint32_t port, const void *bytes, size_t count);

#endif
