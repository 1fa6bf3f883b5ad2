/* What the boards with Xtensa cores give each other, whatever the chip. "First core": only the core that the mask ROM
 * starts calls it. Before app_main runs, mask-ROM functions may be called; afterwards their memory belongs to the
 * model. A file of this folder takes the chip's own board.h and registers.h, which the build finds in the chip's
 * folder. */
#ifndef XTENSA_COMMON_H
#define XTENSA_COMMON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../../app/board.h"

/* Of flash behind the caches. */
#define MMU_PAGE 0x10000u

/* ---- Processor (any core) ---- */

static inline uint32_t cycle_count(void) {
    uint32_t cycles;
    __asm__ volatile("rsr %0, ccount" : "=r"(cycles));
    return cycles;
}

/* 0 for the core that the mask ROM starts, 1 for the other: bit 13 of the processor's id. */
static inline uint32_t core_number(void) {
    uint32_t id;
    __asm__ volatile("rsr %0, prid" : "=r"(id));
    return id >> 13 & 1u;
}

/* Makes 1 of 0 for one of two cores that come at once, and says to which; 0 is written to let go. In SRAM. Any core. */
static inline bool take(volatile uint32_t *taken) {
    uint32_t value = 1;
    __asm__ volatile("wsr %2, scompare1\n\ts32c1i %0, %1, 0" : "+r"(value) : "r"(taken), "r"(0) : "memory");
    return value == 0u;
}

/* ---- time.c, time_wait.c ---- */

/* Microseconds since the last reset. Any core. */
uint64_t time_micros(void);
uint32_t time_cycles(void);
/* Waits at least that long, at any CPU clock. Any core. */
void wait_micros(uint32_t micros);

/* ---- watchdog_start.c (first core, before app_main) ---- */

/* Stops the watchdogs that the ROM left running and arms the one that guards the firmware. */
void watchdog_start(void);
/* Changes how long the firmware may go without feeding, in milliseconds, and feeds. */
void watchdog_limit(uint32_t milliseconds);
/* How many milliseconds app_main may take from one feed to the next; it promises one second. */
#define WATCHDOG_RUNNING_MS 8000u

/* ---- watchdog.c (any core) ---- */

void watchdog_feed(void);

/* ---- reset_reason.c (first core, before app_main) ---- */

/* Why the chip was last reset, as the ROM's code and in words. The words stay when the start-up does not. */
uint32_t reset_code(void);
const char *reset_text(uint32_t code);
bool reset_was_watchdog(uint32_t code);
#define RESET_SOFTWARE 3u

/* ---- reset.c ---- */

/* Resets the whole chip but the words that survive. Any core. */
_Noreturn void reset_chip(void);

/* ---- cache.c (first core; the code that runs and the stack are in SRAM) ---- */

/* No access to external memory may happen between these two; `cache_resume` forgets all lines. */
void cache_suspend(void);
void cache_resume(void);
typedef enum { MAP_FLASH = 0, MAP_PSRAM = 0x8000 } map_kind;
/* Shows `pages` pages of 64 KiB of a memory from its page `page` on at `address`; takes the cache down for it. */
void cache_map(uint32_t address, map_kind kind, uint32_t page, uint32_t pages);
/* Writes all changed lines to PSRAM and forgets them, so that later reads come from the chip. */
void cache_write_back(void);

/* ---- spi1.c (first core, before app_main) ---- */

/* A command to a chip on the memory bus, one data line unless said otherwise. Lengths in bits. */
typedef struct {
    uint32_t command;
    uint32_t address, address_bits;
    uint32_t dummy;         /* cycles between address and data */
    uint32_t out, out_bits; /* at most 32 */
    uint32_t in_bits;       /* at most 64 */
    uint32_t chip;          /* 0 the flash, 1 the PSRAM */
    bool quad_command;      /* the command itself on four lines */
} spi_transaction;
/* The answer in the order of arrival, first byte lowest. */
uint64_t spi_run(const spi_transaction *transaction);

/* ---- flash.c (first core, before app_main) ---- */

typedef struct {
    uint32_t id; /* JEDEC: manufacturer, type, capacity, from the highest byte on */
    uint32_t bytes;
    bool quad;
    const char *remark; /* NULL, or what was unusual */
} flash_info;
/* Finds the size and goes to 80 MHz on four data lines where the chip lets it. A sentence, when it cannot be used: the
 * mask ROM has read the image with the chip, so what it says of itself is no reason. */
const char *flash_start(flash_info *flash);
/* Reads with four data lines, which must have been found to work, or with two. */
void flash_set_lines(bool four);

/* ---- mapped.c (first core, before app_main) ---- */

/* Shows what of the firmware stays in flash, and checks it. A sentence, when it is not this firmware's or cannot be
 * run: then nothing outside this folder may. */
const char *mapped_start(void);

/* ---- partitions.c (first core, after mapped_start) ---- */

typedef struct {
    uint32_t offset, bytes;
} partition_place;
/* Finds the model's partition in the table at 0x8000. A sentence, when there is none. */
const char *partitions_find_model(uint32_t flash_bytes, partition_place *place);

/* ---- second_core_start.c (first core, before app_main) ---- */

/* Starts the other core and waits until it runs. False when it is disabled or does not come. */
bool second_core_start_up(void);

/* ---- second_core.c ---- */

/* Not 0 once the second core runs. */
extern volatile uint32_t second_core_is_up;
/* app_board.parallel: the two cores share the units. First core. */
void second_core_parallel(void *user, app_work work, void *job, uint32_t units, uint32_t multiple);
/* app_board.expect. First core. */
void second_core_expect(const void *base, size_t unit_bytes, uint32_t units, uint32_t multiple, size_t most);
/* One core only. */
void first_core_alone(void *user, app_work work, void *job, uint32_t units, uint32_t multiple);

/* ---- random.c ---- */

void random_start(void);
/* Any core. */
uint32_t random_word(void);

/* ---- say.c: text on all ports, for everything before app_main and after it has failed. Any one core at a time. ----
 */

void say(const char *text);
void say_decimal(uint32_t value);
void say_hex(uint32_t value);
/* Repeats a message for whoever looks, for ever. */
_Noreturn void say_and_stay(const char *message);

/* ---- found.c (first core, before app_main) ---- */

void say_greeting(void);
/* A line, or nothing for NULL. */
void say_remark(const char *remark);
void say_found(const app_board *board);

/* ---- panic.c ---- */

/* Lets each core stop the other. First core, before the second is started. */
void panic_start(void);
/* Forgets earlier panics once the firmware has run well. */
void panic_forget(void);
/* Stops both cores, says why and where, and resets. Any core. */
_Noreturn void panic(const char *message);

/* ---- application.c ---- */

/* Runs the application, which from then on owns all memory that is not the firmware's. First core. */
_Noreturn void application_run(const app_board *board);
/* app_board.feed. First core. */
void application_feed(void);

/* ---- stack.c ---- */

/* Marks both stacks' far ends. First core, before the second is started. */
void stack_mark(void);
/* A panic, when a stack has been used to its end. Any core. */
void stack_check(void);

#endif
