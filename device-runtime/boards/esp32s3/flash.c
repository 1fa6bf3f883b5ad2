/* The flash chip: its size from its JEDEC id, else from the image's header, then 80 MHz on four data lines. The mask
 * ROM reads with two lines, which every chip understands at once; four need a bit in the chip (QE, which frees the hold
 * and write-protect pins for data) that each maker put elsewhere. Makers: ESP-IDF
 * components/bootloader_support/bootloader_flash/src/flash_qio_mode.c. */
#include "board.h"
#include "registers.h"
#include "rom.h"

/* EFUSE_RD_REPEAT_DATA3: the flash has eight data lines. */
#define FLASH_TYPE_OCTAL BIT(9)

/* Memory bus at 80 MHz out of 80 MHz, or at 20 to ask chips who they are; the PLL runs. */
#define CORE_80_MHZ 0u
#define CLOCK_DIVIDED_BY_4 0x00030103u
#define CLOCK_UNDIVIDED BIT(31)
/* SPI_CTRL: lines driven while nothing is sent, as ESP-IDF has it. */
#define IDLE_LINES (BIT(3) | BIT(18) | BIT(19))
/* SPI_USER and SPI_CTRL2: the chip is selected one cycle before and after, and no longer. */
#define CS_HOLD BIT(6)
#define CS_SETUP BIT(7)
#define CS_TIMES_MASK 0x3FFu

#define READ_MODE_QIO 0u
#define READ_MODE_DIO 2u
/* The usual pads of the bus, unless the eFuse names others. */
#define SPICONFIG_DEFAULT 0u
#define SPICONFIG_HSPI 1u
#define WP_PAD_DEFAULT 28u

#define CMD_WRITE_STATUS 0x01u
#define CMD_READ_STATUS 0x05u
#define CMD_WRITE_ENABLE 0x06u
#define CMD_WRITE_STATUS2 0x31u
#define CMD_READ_STATUS2 0x35u
#define CMD_READ_ID 0x9Fu
#define CMD_READ_SFDP 0x5Au
#define CMD_DEEP_POWER_DOWN 0xB9u
#define CMD_ULTRA_DEEP 0x79u
#define CMD_LEAVE_ULTRA_DEEP 0xFFu
#define CMD_RELEASE 0xABu
#define STATUS_BUSY BIT(0)
/* Status registers are non-volatile on most chips; 15 ms is usual. */
#define WRITE_MICROS 500000u

/* Capacity codes are powers of two: 1 MiB to 32 MiB. Addresses of 24 bits reach 16 MiB. */
#define SMALLEST_CODE 0x14u
#define LARGEST_CODE 0x19u
#define REACHABLE_CODE 0x18u

/* Discoverable parameters: 24 address bits, 8 waiting cycles; the maker is in the second table's header. */
#define SFDP_ADDRESS_BITS 24u
#define SFDP_DUMMY 8u
#define SFDP_MAKER 0x10u
#define MAKER_XMC 0x20u
#define LEAVE_MICROS 2000u
#define RELEASE_MICROS 20u

/* The image's header at the beginning of the flash: the size's code, 1 MiB shifted. */
#define HEADER_SIZE_SHIFT 28u
#define HEADER_LARGEST 4u

/* Enough of the image's header to see that four lines read what two lines read. */
#define PROBE_WORDS 64u

typedef enum { QE_STATUS_BIT6, QE_STATUS16_BIT9, QE_STATUS2_BIT1 } qe_place;

static uint32_t command(uint32_t code, uint32_t in_bits) {
    spi_transaction transaction = {.command = code, .in_bits = in_bits};
    return (uint32_t)spi_run(&transaction);
}

static void command_out(uint32_t code, uint32_t out, uint32_t out_bits) {
    spi_transaction transaction = {.command = code, .out = out, .out_bits = out_bits};
    (void)spi_run(&transaction);
}

static uint32_t read_id(void) {
    uint32_t id = command(CMD_READ_ID, 24);
    return (id & 0xFFu) << 16 | (id & 0xFF00u) | (id >> 16 & 0xFFu);
}

static bool says_size(uint32_t id) { return (id & 0xFFu) >= SMALLEST_CODE && (id & 0xFFu) <= LARGEST_CODE; }

/* Flash of XMC may come up with a wrong id, and then also with other faults, until it was sent to its deepest sleep and
 * back. Sequence: ESP-IDF components/bootloader_support/bootloader_flash/src/bootloader_flash.c. */
static void wake_xmc(void) {
    spi_transaction ask = {.command = CMD_READ_SFDP,
                           .address = SFDP_MAKER,
                           .address_bits = SFDP_ADDRESS_BITS,
                           .dummy = SFDP_DUMMY,
                           .in_bits = 8};
    if ((uint32_t)spi_run(&ask) != MAKER_XMC) return;
    command(CMD_DEEP_POWER_DOWN, 0);
    command(CMD_ULTRA_DEEP, 0);
    command(CMD_LEAVE_ULTRA_DEEP, 0);
    wait_micros(LEAVE_MICROS);
    command(CMD_RELEASE, 0);
    wait_micros(RELEASE_MICROS);
}

static uint32_t identify(void) {
    register_write(SPI1_BASE + SPI_CLOCK, CLOCK_DIVIDED_BY_4);
    uint32_t id = read_id();
    if (id >> 16 != MAKER_XMC || !says_size(id)) {
        wake_xmc();
        id = read_id();
    }
    return id;
}

static bool wait_until_written(void) {
    uint64_t end = time_micros() + WRITE_MICROS;
    while ((command(CMD_READ_STATUS, 8) & STATUS_BUSY) != 0u) {
        if (time_micros() > end) return false;
    }
    return true;
}

static qe_place place_of_qe(uint32_t id) {
    switch (id >> 8) {
    case 0xEF40: /* Winbond */
    case 0xC860: /* GigaDevice, 1.8 V */
    case 0xCD60: /* TH */
        return QE_STATUS16_BIT9;
    case 0xC220: /* Macronix */
        return QE_STATUS_BIT6;
    default:
        /* ISSI; everybody else has a command for the second status register. */
        return id >> 16 == 0x9Du ? QE_STATUS_BIT6 : QE_STATUS2_BIT1;
    }
}

static bool qe_is_set(qe_place place) {
    if (place == QE_STATUS_BIT6) return (command(CMD_READ_STATUS, 8) & BIT(6)) != 0u;
    return (command(CMD_READ_STATUS2, 8) & BIT(1)) != 0u;
}

static bool set_qe(qe_place place) {
    if (qe_is_set(place)) return true;
    if (!wait_until_written()) return false;
    uint32_t status = command(CMD_READ_STATUS, 8), status2 = 0;
    if (place != QE_STATUS_BIT6) status2 = command(CMD_READ_STATUS2, 8);
    command(CMD_WRITE_ENABLE, 0);
    switch (place) {
    case QE_STATUS_BIT6:
        command_out(CMD_WRITE_STATUS, status | BIT(6), 8);
        break;
    case QE_STATUS16_BIT9:
        command_out(CMD_WRITE_STATUS, status | (status2 | BIT(1)) << 8, 16);
        break;
    case QE_STATUS2_BIT1:
        command_out(CMD_WRITE_STATUS2, status2 | BIT(1), 8);
        break;
    }
    return wait_until_written() && qe_is_set(place);
}

void flash_connect_quad_pads(void) {
    uint32_t spiconfig = rom_efuse_get_spiconfig();
    bool usual = spiconfig == SPICONFIG_DEFAULT || spiconfig == SPICONFIG_HSPI;
    rom_spiflash_select_qio_pins(usual ? (uint8_t)WP_PAD_DEFAULT : rom_efuse_get_wp_pad(), spiconfig);
}

static void set_read_mode(uint32_t mode) {
    cache_suspend();
    rom_spiflash_config_readmode(mode);
    if (mode == READ_MODE_QIO) flash_connect_quad_pads();
    cache_resume();
}

void flash_set_lines(bool four) { set_read_mode(four ? READ_MODE_QIO : READ_MODE_DIO); }

static void set_speed(uint32_t base) {
    register_set(base + SPI_CTRL, IDLE_LINES);
    register_set(base + SPI_USER, CS_SETUP | CS_HOLD);
    register_field(base + SPI_CTRL2, 0, CS_TIMES_MASK, 0);
    register_write(base + SPI_CLOCK, CLOCK_UNDIVIDED);
}

const char *flash_start(flash_info *flash) {
    if ((register_read(EFUSE_RD_REPEAT_DATA3) & FLASH_TYPE_OCTAL) != 0u) {
        return "This module has flash with eight data lines (for example ESP32-S3-WROOM-2 or an N32R8V module), which "
               "this firmware does not support: use a module with quad flash, such as N8R8 or N16R8.";
    }
    cache_suspend();
    register_field(SPI0_BASE + SPI_CORE_CLK_SEL, 0, 3u, CORE_80_MHZ);
    flash->id = identify();
    set_speed(SPI0_BASE);
    set_speed(SPI1_BASE);
    cache_resume();

    const volatile uint32_t *shown = (const volatile uint32_t *)(uintptr_t)EXTERNAL_BEGIN;
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
    set_read_mode(READ_MODE_QIO);
    flash->quad = true;
    for (uint32_t i = 0; i < PROBE_WORDS; i++) flash->quad = flash->quad && shown[i] == probe[i];
    if (!flash->quad) set_read_mode(READ_MODE_DIO);
    return NULL;
}
