/* The flash chip: its size from its JEDEC id, else from the image's header, then 80 MHz on four data lines. The mask
 * ROM reads with two lines, which every chip understands at once. */
#include "../xtensa/flash_commands.h"
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

/* The image's header at the beginning of the flash: the size's code, 1 MiB shifted. */
#define HEADER_SIZE_SHIFT 28u
#define HEADER_LARGEST 4u

/* Enough of the image's header to see that four lines read what two lines read. */
#define PROBE_WORDS 64u

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
    register_write(SPI1_BASE + SPI_CLOCK, CLOCK_DIVIDED_BY_4);
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
