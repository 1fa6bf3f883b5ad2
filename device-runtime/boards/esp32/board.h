/* What the files of this board give each other beyond what all Xtensa boards have. */
#ifndef ESP32_BOARD_H
#define ESP32_BOARD_H

#include "../xtensa/common.h"

#define FIRMWARE_VERSION "0.1.0"

/* ---- Processor (any core) ---- */

/* The buffer for loops is never on. */
static inline bool loop_buffer_was_lost(void) { return false; }

/* Where stacks can be, by data addresses. */
#define STACKS_BEGIN 0x3FFB0000u
#define STACKS_END 0x40000000u

/* ---- identity.c (first core, before app_main) ---- */

/* By what ESP-IDF calls the packages: components/soc/esp32/include/soc/efuse_defs.h. */
typedef enum {
    PACKAGE_D0WD_Q6 = 0,
    PACKAGE_D0WD_Q5 = 1,
    PACKAGE_D2WD = 2,
    PACKAGE_U4WDH = 4,
    PACKAGE_PICO_D4 = 5, /* and, from v3.0 on, PICO-V3 */
    PACKAGE_PICO_V3_02 = 6,
    PACKAGE_D0WDR2_V3 = 7
} chip_package;
chip_package identity_package(void);
/* Major * 100 + minor. */
uint32_t identity_revision(void);
/* Fills `chip_revision` and `mac`. */
void identity_read(app_board *board);

/* ---- clock.c (first core, before app_main) ---- */

#define CPU_HZ 240000000u
#define BUS_HZ 80000000u
/* Goes back to the crystal, should the PLL still be on, and finds its frequency in MHz: 40 or 26. 0 when it is another
 * one. Before anything that waits. */
uint32_t clock_find_crystal(void);
/* The crystal's MHz become 240 for both cores and 80 for the bus. A sentence, when they may not. */
const char *clock_start(uint32_t crystal_mhz);
/* Waits at least that long by the count of cycles, while the cores follow the crystal. */
void clock_wait(uint32_t micros);

/* ---- time.c (first core) ---- */

/* Lets the timer go on from what the core has counted at the crystal's frequency. After clock_start. */
void time_set(bool pll_runs, uint32_t crystal_mhz, uint32_t crystal_cycles);

/* ---- cache.c (first core; the code that runs and the stack are in SRAM) ---- */

#define EXTERNAL_BEGIN 0x3F400000u
/* What of the firmware stays in flash, up to PSRAM_BEGIN; the model's partition is shown below it. The link script has
 * the same. */
#define MAPPED_BEGIN 0x3F7F0000u
#define PSRAM_BEGIN 0x3F800000u
#define EXTERNAL_END 0x3FC00000u
#define DATA_LINE 32u
/* With both caches on each serves one half of the PSRAM for both cores. */
#define PSRAM_HALF_BYTES 0x200000u

/* Unmaps everything and switches on the first core's cache, and the second's when that runs. */
void cache_start(bool both);

/* ---- matrix.c (first core) ---- */

/* Drives a pin with a signal of a unit, and takes the signal from the pin. */
void matrix_out(uint32_t pin, uint32_t signal);
void matrix_in(uint32_t pin, uint32_t signal);
/* What of the chip a pad belongs to, and how strong it is driven, 0 to 3. */
void pad_function(uint32_t pin, uint32_t function);
void pad_drive(uint32_t pin, uint32_t drive);
/* Address of the register of a pin's pad, 0 for one that has none. */
uint32_t pad_register(uint32_t pin);

/* ---- flash.c (first core, before app_main) ---- */

/* Pins of the memory bus. */
typedef struct {
    uint32_t clock, q, d, hd, wp, cs0;
} flash_pins;
flash_pins flash_find_pins(void);
/* A bit for each of them below 32. */
uint32_t flash_pins_taken(void);

/* ---- psram.c (first core, before app_main) ---- */

typedef struct {
    app_psram_kind kind;
    uint32_t bytes, mhz;
    uint64_t id;
    uint32_t pins;      /* that a chip hangs on, a bit each, whether it is used or not */
    const char *remark; /* NULL, or what was unusual */
} psram_info;
/* Finds out what there is, makes it readable through the caches at PSRAM_BEGIN and tests it. */
void psram_start(psram_info *psram);

/* ---- pins.c (first core, after mapped_start) ---- */

/* `taken` has a bit for each of the pins 0 to 31 that flash and PSRAM take. */
void pins_start(uint32_t taken);
extern const app_pins esp32_pins;

/* ---- uart.c ---- */

#define BOARD_PORTS 1u
extern const app_port uart0_port;

/* ---- ports_start.c (first core, before app_main) ---- */

/* Waits until the ROM's last line is out, at the clock that it was begun with. */
void uart0_drain(void);
/* 115200 baud out of the bus's 80 MHz. */
void uart0_start(void);

#endif
