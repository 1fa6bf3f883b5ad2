/* External RAM: four data lines, which it shares with the flash, at 80 MHz. Sequence: ESP-IDF
 * components/esp_psram/esp32/esp_psram_impl_quad.c. */
#include "board.h"
#include "registers.h"

#include "../xtensa/psram_test.h"

#define SPI0(offset) (SPI0_BASE + (offset))
#define SPI1(offset) (SPI1_BASE + (offset))

/* Chips below lose writes to PSRAM unless a compiler works around it (ESP-IDF
 * components/esp_psram/esp32/Kconfig.spiram). */
#define FIRST_SOUND_REVISION 300u
#define ATTEMPT_MS 1000u
#define MHZ 80u

#define CMD_EXIT_QPI 0xF5u
#define CMD_RESET_ENABLE 0x66u
#define CMD_RESET 0x99u
#define CMD_READ_ID 0x9Fu
#define CMD_ENTER_QPI 0x35u
#define CMD_FAST_READ_QUAD 0xEBu
#define CMD_WRITE_QUAD 0x38u
#define ID_ADDRESS_BITS 24u
#define ID_BITS 64u
/* The id's second byte says that the die passed its tests; the upper bits of the third are the density. */
#define ID_KNOWN_GOOD 0x5Du
#define DENSITY_MASK 7u
/* The first chips of 32 Mbit, which want a clock that goes on, and a trial of 64 Mbit with another density. */
#define ID_32_MBIT_FIRST 0x20u
#define ID_64_MBIT_TRIAL 0x26u
#define SMALLEST_BYTES 0x200000u
#define RESET_MICROS 100u

/* SPI_USER, SPI_CTRL2: a cycle before, one after. */
#define USER_PREPARE_HOLD BIT(23)
#define CLOCK_EDGE BIT(7)
#define PIN_CLOCK_IDLE BIT(29)
/* SPI_DATE: clocks of flash and PSRAM apart. */
#define DATE_CLOCKS (BIT(31) | BIT(30))
/* SPI_CACHE_SCTRL: commands of our own, four lines, 24 address bits, 6 waiting cycles before data and two for the way
 * through the matrix. */
#define SCTRL_DIO BIT(1)
#define SCTRL_QIO BIT(2)
#define SCTRL_READ_DUMMY BIT(4)
#define SCTRL_READ_COMMAND BIT(5)
#define SCTRL_WRITE_COMMAND BIT(28)
#define SCTRL_DUMMY_SHIFT 14u
#define SCTRL_DUMMY_MASK 0xFFu
#define SCTRL_ADDRESS_SHIFT 22u
#define SCTRL_ADDRESS_MASK 0x3Fu
#define DUMMY_CYCLES 8u
#define COMMAND_8_BITS (7u << 28)
#define PIN_CS1_DISABLE BIT(1)
#define STRONGEST 3u

/* Where a package has it: clock and select line. */
typedef struct {
    uint32_t clock, select;
} psram_pins;
#define NO_PIN 0xFFu

/* A pin of NO_PIN where there can be none. */
static psram_pins find_pins(void) {
    switch (identity_package()) {
    case PACKAGE_D0WD_Q6:
    case PACKAGE_D0WD_Q5:
        return (psram_pins){17, 16};
    case PACKAGE_D0WDR2_V3:
        return (psram_pins){6, 16};
    case PACKAGE_PICO_V3_02:
        return (psram_pins){10, 9};
    case PACKAGE_U4WDH:
        return (psram_pins){6, 10};
    case PACKAGE_D2WD:
    case PACKAGE_PICO_D4: /* from FIRST_SOUND_REVISION on a PICO-V3, which has none */
    default:
        return (psram_pins){NO_PIN, NO_PIN};
    }
}

static uint64_t command(uint32_t code, uint32_t address_bits, uint32_t in_bits, bool quad) {
    spi_transaction transaction = {
        .command = code, .address_bits = address_bits, .in_bits = in_bits, .chip = 1, .quad_command = quad};
    return spi_run(&transaction);
}

static uint32_t bytes_of(uint64_t id) {
    uint32_t density = (uint32_t)(id >> 21) & DENSITY_MASK;
    if ((id >> 16 & 0xFFu) == ID_64_MBIT_TRIAL) density = 2;
    return density > 2u ? 0u : SMALLEST_BYTES << density;
}

/* Bytes of the chip that answers on one line, 0 when none does. Chips of 16 Mbit may say a wrong id once. */
static uint32_t identify(psram_info *psram) {
    for (uint32_t attempt = 0; attempt < 2u; attempt++) {
        psram->id = command(CMD_READ_ID, ID_ADDRESS_BITS, ID_BITS, false);
        if ((psram->id >> 8 & 0xFFu) == ID_KNOWN_GOOD) return bytes_of(psram->id);
    }
    return 0;
}

/* All lines go through the matrix; the clock of the flash only where the PSRAM has the same one. */
static void connect(psram_pins pins) {
    flash_pins flash = flash_find_pins();
    matrix_out(pins.select, SIGNAL_SPICS1);
    pad_function(pins.select, IO_MUX_FUNCTION_GPIO);
    matrix_out(pins.clock, SIGNAL_SPICLK);
    pad_function(pins.clock, IO_MUX_FUNCTION_GPIO);
    pad_drive(pins.clock, STRONGEST);
    pad_drive(flash.clock, STRONGEST);
}

/* Gives the pins back. */
static void disconnect(psram_pins pins) {
    if (pins.clock != flash_find_pins().clock) {
        register_write(GPIO_ENABLE_CLEAR(0), BIT(pins.clock));
        register_write(GPIO_OUT_SELECT(pins.clock), GPIO_OUT_PLAIN);
    }
    register_write(GPIO_ENABLE_CLEAR(0), BIT(pins.select));
    register_write(GPIO_OUT_SELECT(pins.select), GPIO_OUT_PLAIN);
}

static uint32_t quad_start(psram_pins pins, psram_info *psram) {
    cache_suspend();
    register_write(SPI0(SPI_EXT3), 1);
    register_clear(SPI1(SPI_USER), USER_PREPARE_HOLD | CLOCK_EDGE);
    register_clear(SPI1(SPI_PIN), PIN_CLOCK_IDLE);
    connect(pins);
    /* It may have been left in quad mode, where it understands nothing else than quad commands. */
    (void)command(CMD_EXIT_QPI, 0, 0, true);
    (void)command(CMD_RESET_ENABLE, 0, 0, false);
    (void)command(CMD_RESET, 0, 0, false);
    wait_micros(RESET_MICROS);
    uint32_t bytes = identify(psram);
    if (bytes == 0u) {
        disconnect(pins);
        cache_resume();
        return 0;
    }
    /* A chip that is not used stays unselected. */
    psram->pins = BIT(pins.clock) | BIT(pins.select);
    if (identity_revision() < FIRST_SOUND_REVISION) {
        psram->remark =
            "This chip is older than v3.0, whose fault in front of PSRAM this firmware does not work around: "
            "its PSRAM is not used.";
        bytes = 0;
    } else if ((psram->id >> 16 & 0xFFu) == ID_32_MBIT_FIRST) {
        psram->remark = "The PSRAM is of the first version with 32 Mbit, which this firmware does not support.";
        bytes = 0;
    }
    if (bytes == 0u) {
        cache_resume();
        return 0;
    }
    (void)command(CMD_ENTER_QPI, 0, 0, false);

    register_clear(SPI0(SPI_DATE), DATE_CLOCKS);
    register_write(SPI0(SPI_SRAM_DRD_CMD), COMMAND_8_BITS | CMD_FAST_READ_QUAD);
    register_write(SPI0(SPI_SRAM_DWR_CMD), COMMAND_8_BITS | CMD_WRITE_QUAD);
    register_clear(SPI0(SPI_CACHE_SCTRL), SCTRL_DIO);
    register_field(SPI0(SPI_CACHE_SCTRL), SCTRL_ADDRESS_SHIFT, SCTRL_ADDRESS_MASK, 23u);
    register_field(SPI0(SPI_CACHE_SCTRL), SCTRL_DUMMY_SHIFT, SCTRL_DUMMY_MASK, DUMMY_CYCLES - 1u);
    register_set(SPI0(SPI_CACHE_SCTRL), SCTRL_QIO | SCTRL_READ_DUMMY | SCTRL_READ_COMMAND | SCTRL_WRITE_COMMAND);
    register_clear(SPI0(SPI_PIN), PIN_CS1_DISABLE);
    cache_resume();
    return bytes;
}

void psram_start(psram_info *psram) {
    *psram = (psram_info){.kind = APP_PSRAM_NONE};
    psram_pins pins = find_pins();
    if (pins.clock == NO_PIN) return;
    watchdog_limit(ATTEMPT_MS);
    uint32_t bytes = quad_start(pins, psram);
    if (bytes > 0u && !is_sound(psram, &bytes)) {
        psram->remark = "The PSRAM failed its test.";
        bytes = 0;
    }
    watchdog_limit(WATCHDOG_RUNNING_MS);
    if (bytes == 0u) return;
    psram->kind = APP_PSRAM_QUAD;
    psram->bytes = bytes;
    psram->mhz = MHZ;
}
