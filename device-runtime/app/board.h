/* What the application knows of the board that it runs on: memories, clocks, ports and the second core. A board fills
 * one app_board and calls app_main; the host build fills one with files and buffers, so that the whole application is
 * tested without a chip. */
#ifndef APP_BOARD_H
#define APP_BOARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pins.h"

/* Memory of one kind, aligned to 64 bytes. */
typedef struct {
    uint8_t *begin;
    size_t bytes;
} app_span;

/* A serial port. Neither call blocks longer than a few microseconds. */
typedef struct {
    const char *name; /* "USB", "UART0" */
    /* Takes up to `capacity` bytes that have come in; how many. */
    size_t (*read)(void *port, uint8_t *bytes, size_t capacity);
    /* Gives up to `count` bytes away; how many were taken. 0 when the port is full or nobody listens. */
    size_t (*write)(void *port, const uint8_t *bytes, size_t count);
    /* Starts sending what was written. */
    void (*flush)(void *port);
    void *port;
} app_port;

#define APP_MAX_PORTS 2u

typedef enum { APP_PSRAM_NONE = 0, APP_PSRAM_QUAD = 1, APP_PSRAM_OCTAL = 2 } app_psram_kind;

/* Splits units [0, units) over the cores; the contract is that of s3lm_options.parallel (engine/s3lm.h). */
typedef void (*app_work)(void *job, uint32_t worker, uint32_t begin, uint32_t end);
/* Foretells what the work after the next one reads; the contract is that of s3lm_options.expect. */
typedef void (*app_expect)(const void *base, size_t unit_bytes, uint32_t units, uint32_t multiple, size_t most);

typedef struct app_board {
    const char *chip;       /* "ESP32-S3" */
    const char *firmware;   /* version, "0.1.0" */
    uint32_t chip_revision; /* major * 100 + minor */
    uint8_t mac[6];
    const char *reset_reason; /* "power on", "panic", ... */
    uint32_t cores;
    uint32_t cpu_hz;

    app_span sram;  /* all internal RAM that is not the firmware's, for model and cache */
    app_span psram; /* all PSRAM; bytes = 0 when there is none */
    app_psram_kind psram_kind;
    uint32_t psram_mhz;

    uint32_t flash_bytes;
    const char *flash_mode; /* "QIO 80 MHz" */
    /* The model partition, mapped for reading; NULL when the partition table has none. */
    const uint8_t *model;
    size_t model_bytes;
    const char *model_fault; /* why `model` is NULL; one sentence that says what to do */

    app_port ports[APP_MAX_PORTS];
    uint32_t port_count;
    const app_pins *pins; /* NULL: answers act on nothing */

    uint64_t (*micros)(void); /* since reset */
    uint32_t (*cycles)(void); /* of this core, wraps */
    uint32_t (*random)(void); /* not for secrets */
    void (*reset)(void);      /* does not return on a chip */
    void (*feed)(void);       /* the watchdog; call at least every second */
    void (*parallel)(void *user, app_work work, void *job, uint32_t units, uint32_t multiple);
    void *parallel_user;
    app_expect expect; /* NULL: of no use */
} app_board;

/* Runs the console until the board is reset; the only core that calls it is the first. The host build's `reset` makes
 * it return. */
void app_main(const app_board *board);

#endif
