/* What the files of this board give each other beyond what all Xtensa boards have. */
#ifndef ESP32S3_BOARD_H
#define ESP32S3_BOARD_H

#include "../xtensa/common.h"

#define FIRMWARE_VERSION "0.1.0"

/* ---- Processor (any core) ---- */

/* Whether the core keeps the instructions of a loop in a buffer of its own. */
static inline bool loops_are_buffered(void) {
    uint32_t control;
    __asm__ volatile("rsr %0, memctl" : "=r"(control));
    return (control & 1u) != 0u;
}

/* Whether start.s has switched it off because of what an earlier run met. */
static inline bool loop_buffer_was_lost(void) { return !loops_are_buffered(); }

/* Where stacks can be, by data addresses. */
#define STACKS_BEGIN 0x3FC88000u
#define STACKS_END 0x3FD00000u

/* ---- time.c ---- */

/* Lets the system timer run. First core, before anything that waits. */
void time_start(void);

/* ---- pins.c (first core, after mapped_start) ---- */

void pins_start(bool has_octal_psram);
extern const app_pins esp32s3_pins;

/* ---- thermometer_start.c (first core, before app_main), thermometer.c (first core, after mapped_start) ---- */

/* Sets the range. After clock_start. */
void thermometer_start(void);
/* app_pins.temperature; takes 0.4 ms. */
bool thermometer_read(int32_t *celsius);

/* ---- voltage.c (first core, before app_main) ---- */

/* Settings of the regulators, 0 to 31, and whether they are this chip's own or those that suit every chip. */
typedef struct {
    uint32_t rtc, digital;
    bool measured;
} core_voltage;
core_voltage voltage_240_mhz(void);

/* ---- clock.c (first core) ---- */

#define CPU_HZ 240000000u
/* The crystal's 40 MHz become 240 MHz for both cores. A sentence, when they do not. */
const char *clock_start(void);

/* ---- cache.c (first core; the code that runs and the stack are in SRAM) ---- */

#define EXTERNAL_BEGIN 0x3C000000u
/* What of the firmware stays in flash, up to PSRAM_BEGIN; the model's partition is shown below it. The link script has
 * the same. */
#define MAPPED_BEGIN 0x3CFC0000u
#define PSRAM_BEGIN 0x3D000000u
#define EXTERNAL_END 0x3E000000u
#define DATA_LINE 64u

/* Sets sizes and line lengths, unmaps everything and lets both cores use the caches. */
void cache_start(void);
/* Another length of the data cache's lines, 16, 32 or 64 bytes, for measurements. Nothing may be changed in it. */
void cache_set_line(uint32_t bytes);

/* ---- flash.c (first core, before app_main) ---- */

/* Gives the bus the pads of data lines 2 and 3 (WP and HD), which quad PSRAM needs whatever the flash does. */
void flash_connect_quad_pads(void);

/* ---- psram.c, psram_octal.c, psram_quad.c (first core, before app_main) ---- */

typedef struct {
    app_psram_kind kind;
    uint32_t bytes, mhz;
    uint32_t setting;   /* octal at 80 MHz: which row of the sampling table */
    uint32_t passed;    /* and bit n: row n read what was written */
    uint64_t id;        /* quad: the chip's; octal: mode registers 0 to 5, the first lowest */
    const char *remark; /* NULL, or what was unusual */
} psram_info;
/* Finds out what there is, makes it readable through the cache at PSRAM_BEGIN and tests it. */
void psram_start(uint32_t reset, psram_info *psram);
/* Whether a chip answers: the bytes that it says it has, 0 when none does. Octal: sets `setting`, and `remark` when the
 * chip is of a maker that nobody here knows. */
uint32_t psram_octal_start(uint32_t mhz, psram_info *psram);
uint32_t psram_quad_start(psram_info *psram);

/* ---- usb_serial_jtag.c, uart.c ---- */

#define BOARD_PORTS 2u
extern const app_port usb_port;
extern const app_port uart0_port;

/* ---- ports_start.c (first core, before app_main) ---- */

/* Keeps 115200 baud when the CPU's clock changes. */
void uart0_start(void);
void usb_start(void);

#endif
