/* The flash chip: its size from its JEDEC id, else from the image's header, then 80 MHz on four data lines. The mask
 * ROM reads with two lines, which every chip understands at once. What 80 MHz need of pins, waiting cycles and times:
 * ESP-IDF components/bootloader_support/bootloader_flash/src/bootloader_flash_config_esp32.c and
 * components/esp_rom/patches/esp_rom_spiflash.c. */
#include "../xtensa/flash_commands.h"
#include "board.h"
#include "registers.h"

/* Memory bus at 80 MHz out of 80 MHz, or at 20 to ask chips who they are. Commands stay at 20, where the way through
 * the matrix costs no waiting cycle. */
#define CLOCK_DIVIDED_BY_4 0x00003043u
#define CLOCK_UNDIVIDED BIT(31)
/* SPI_USER and SPI_CTRL2: the chip is selected a cycle before, and held one cycle after, SPI_CTRL2 7:4. */
#define CS_HOLD BIT(4)
#define CS_SETUP BIT(5)
#define CS_TIMES_MASK 0xFFu
#define CS_HELD_1 (1u << 4)
/* SPI_CTRL: how data and address come and go. */
#define LINES (BIT(24) | BIT(23) | BIT(20) | BIT(14) | BIT(13))
#define FAST_QUAD (BIT(24) | BIT(13))
#define FAST_DUAL (BIT(23) | BIT(13))
/* SPI_USER: a read that begins with a command. */
#define READ_PHASES (BIT(31) | BIT(30) | BIT(29) | BIT(28))
#define ALL_PHASES (BIT(31) | BIT(30) | BIT(29) | BIT(28) | BIT(27))
/* SPI_USER1 and SPI_USER2: bits of the address with those of the mode behind it and cycles until data, each less one,
 * of which two are for the way through the matrix; the command. */
#define ADDRESS_AND_DUMMY(bits, cycles) (((bits) - 1u) << 26 | ((cycles) - 1u + 2u))
#define QUAD_READ ADDRESS_AND_DUMMY(32u, 4u)
#define DUAL_READ ADDRESS_AND_DUMMY(28u, 2u)
#define COMMAND(code) (7u << 28 | (code))
#define CMD_QUAD_READ 0xEBu
#define CMD_DUAL_READ 0xBBu

/* Pins of the bus where the eFuse names none, and the strongest drive. */
#define USUAL_PINS (flash_pins){.clock = 6, .q = 7, .d = 8, .hd = 9, .wp = 10, .cs0 = 11}
#define STRONGEST 3u
/* EFUSE_BLK0_RDATA5 and 3: the pins, in five bits each; 30 and 31 are pins 32 and 33. */
#define PIN(word, shift) ((word) >> (shift) & 0x1Fu)
#define NAMED(pin) ((pin) < 30u ? (pin) : (pin) + 2u)
/* No eFuse names that of data line 2. */
#define WP_IN_PACKAGE 7u
#define WP_PICO_V3 18u
#define REVISION_PICO_V3 300u

/* The image's header in the flash: the size's code, 1 MiB shifted. The mask ROM looks for it at 0x1000. */
#define HEADER_WORD (0x1000u / 4u)
#define HEADER_SIZE_SHIFT 28u
#define HEADER_LARGEST 4u
/* Enough of the image to see that four lines read what two lines read. */
#define PROBE_WORDS 64u

flash_pins flash_find_pins(void) {
    uint32_t word5 = register_read(EFUSE_BLK0_RDATA(5)), word3 = register_read(EFUSE_BLK0_RDATA(3));
    if ((word5 & 0xFFFFFu) == 0u) return USUAL_PINS;
    flash_pins pins = {.clock = NAMED(PIN(word5, 0)),
                       .q = NAMED(PIN(word5, 5)),
                       .d = NAMED(PIN(word5, 10)),
                       .cs0 = NAMED(PIN(word5, 15)),
                       .hd = NAMED(PIN(word3, 4)),
                       .wp = USUAL_PINS.wp};
    chip_package package = identity_package();
    bool is_v3 =
        package == PACKAGE_PICO_V3_02 || (package == PACKAGE_PICO_D4 && identity_revision() >= REVISION_PICO_V3);
    if (is_v3) {
        pins.wp = WP_PICO_V3;
    } else if (package == PACKAGE_PICO_D4 || package == PACKAGE_D2WD || package == PACKAGE_U4WDH) {
        pins.wp = WP_IN_PACKAGE;
    }
    return pins;
}

uint32_t flash_pins_taken(void) {
    flash_pins pins = flash_find_pins();
    const uint32_t all[] = {pins.clock, pins.q, pins.d, pins.hd, pins.wp, pins.cs0};
    uint32_t taken = 0;
    for (uint32_t i = 0; i < sizeof all / sizeof all[0]; i++) taken |= all[i] < 32u ? BIT(all[i]) : 0u;
    return taken;
}

static void connect_data(uint32_t pin, uint32_t signal) {
    matrix_out(pin, signal);
    matrix_in(pin, signal);
    pad_function(pin, IO_MUX_FUNCTION_GPIO);
}

/* All lines but the clock go through the matrix, and are equally late there. Where the flash is in the package, the ROM
 * has connected what it uses. */
static void connect(const flash_pins *pins) {
    if (pins->clock == USUAL_PINS.clock && pins->cs0 == USUAL_PINS.cs0) {
        matrix_out(pins->cs0, SIGNAL_SPICS0);
        pad_function(pins->cs0, IO_MUX_FUNCTION_GPIO);
        connect_data(pins->q, SIGNAL_SPIQ);
        connect_data(pins->d, SIGNAL_SPID);
    }
    connect_data(pins->wp, SIGNAL_SPIWP);
    connect_data(pins->hd, SIGNAL_SPIHD);
    if (pins->clock == USUAL_PINS.clock) {
        pad_function(pins->clock, IO_MUX_FUNCTION_SPI);
        pad_drive(pins->clock, STRONGEST);
    }
}

void flash_set_lines(bool four) {
    cache_suspend();
    register_field(SPI0_BASE + SPI_CTRL, 0, LINES, four ? FAST_QUAD : FAST_DUAL);
    register_field(SPI0_BASE + SPI_USER, 0, ALL_PHASES, READ_PHASES);
    register_write(SPI0_BASE + SPI_USER1, four ? QUAD_READ : DUAL_READ);
    register_write(SPI0_BASE + SPI_USER2, COMMAND(four ? CMD_QUAD_READ : CMD_DUAL_READ));
    cache_resume();
}

static void set_times(uint32_t base) {
    register_set(base + SPI_USER, CS_SETUP | CS_HOLD);
    register_field(base + SPI_CTRL2, 0, CS_TIMES_MASK, CS_HELD_1);
}

const char *flash_start(flash_info *flash) {
    flash_pins pins = flash_find_pins();
    if (pad_register(pins.clock) == 0u || pad_register(pins.cs0) == 0u || pad_register(pins.q) == 0u ||
        pad_register(pins.d) == 0u || pad_register(pins.hd) == 0u) {
        return "The eFuse of this chip says that the flash is on pins that do not exist: use another board.";
    }
    cache_suspend();
    connect(&pins);
    set_times(SPI0_BASE);
    set_times(SPI1_BASE);
    register_write(SPI1_BASE + SPI_CLOCK, CLOCK_DIVIDED_BY_4);
    flash->id = identify();
    register_write(SPI0_BASE + SPI_CLOCK, CLOCK_UNDIVIDED);
    cache_resume();
    flash_set_lines(false);

    const volatile uint32_t *shown = (const volatile uint32_t *)(uintptr_t)EXTERNAL_BEGIN + HEADER_WORD;
    uint32_t probe[PROBE_WORDS];
    cache_map(EXTERNAL_BEGIN, MAP_FLASH, 0, 1);
    for (uint32_t i = 0; i < PROBE_WORDS; i++) probe[i] = shown[i];
    uint32_t code = flash->id & 0xFFu;
    if (!says_size(flash->id)) {
        uint32_t header = probe[0] >> HEADER_SIZE_SHIFT;
        code = SMALLEST_CODE + (header < HEADER_LARGEST ? header : HEADER_LARGEST);
        flash->remark = "The flash chip says no size that is known: that of the image is taken.";
    }
    flash->bytes = 1u << (code < REACHABLE_CODE ? code : REACHABLE_CODE);
    flash->quad = false;
    if (!set_qe(place_of_qe(flash->id))) return NULL;
    flash_set_lines(true);
    flash->quad = true;
    for (uint32_t i = 0; i < PROBE_WORDS; i++) flash->quad = flash->quad && shown[i] == probe[i];
    if (!flash->quad) flash_set_lines(false);
    return NULL;
}
