/* PSRAM with four data lines (2 MB, "R2"): shares the flash's lines and has a select line of its own. Sequence: ESP-IDF
 * components/esp_psram/device/esp_psram_impl_ap_quad.c. */
#include "board.h"
#include "registers.h"

#define SPI0(offset) (SPI0_BASE + (offset))

/* Select line: pad 26, function 0 (SPICS1), strongest drive. */
#define CS1_PAD 26u
#define PAD_FUNCTION0_STRONG 0x0F00u

#define CMD_EXIT_QPI 0xF5u
#define CMD_RESET_ENABLE 0x66u
#define CMD_RESET 0x99u
#define CMD_READ_ID 0x9Fu
#define CMD_ENTER_QPI 0x35u
#define CMD_FAST_READ_QUAD 0xEBu
#define CMD_WRITE_QUAD 0x38u
#define ID_ADDRESS_BITS 24u
#define ID_BITS 64u
#define CMD_READ 0x03u
#define CMD_WRITE 0x02u
/* The id's first byte is the maker, the second says that the die passed its tests; with the third begins the extended
 * id, whose upper bits are the density. */
#define ID_KNOWN_GOOD 0x5Du
#define DENSITY_MASK 7u
/* An early 64 Mbit chip whose density code is that of 32 Mbit. */
#define ID_64_MBIT_TRIAL 0x26u
/* Bits 24 to 5 of the extended id's first 32 in chips of 64 Mbit that only half of can be used ("2T"). */
#define ID_HALF_SHIFT 5u
#define ID_HALF_MASK 0xFFFFFu
#define ID_HALF 0x8A445u
#define SMALLEST_BYTES 0x200000u
#define RESET_MICROS 100u

/* 20 MHz for commands, 80 MHz for the cache, out of 80 MHz. */
#define CLOCK_DIVIDED_BY_4 0x00030103u
#define CLOCK_UNDIVIDED BIT(31)
/* SPI_SMEM_AC: setup and hold of the select line, no extra cycles. */
#define CS_SETUP_HOLD 3u
#define CS_TIMES (0x1Fu << 2 | 0x1Fu << 7)
/* SPI_CACHE_SCTRL: commands of our own, four lines, 24 address bits, 6 waiting cycles before data. */
#define SCTRL_DIO BIT(1)
#define SCTRL_QIO BIT(2)
#define SCTRL_READ_DUMMY BIT(4)
#define SCTRL_READ_COMMAND BIT(5)
#define SCTRL_WRITE_COMMAND BIT(20)
#define SCTRL_DUMMY_SHIFT 6u
#define SCTRL_DUMMY_MASK 0x3Fu
#define SCTRL_ADDRESS_SHIFT 14u
#define SCTRL_ADDRESS_MASK 0x3Fu
#define COMMAND_8_BITS (7u << 28)
#define MISC_CS1_DISABLE BIT(1)

static uint64_t command(uint32_t code, uint32_t address_bits, uint32_t in_bits, bool quad) {
    spi_transaction transaction = {
        .command = code, .address_bits = address_bits, .in_bits = in_bits, .chip = 1, .quad_command = quad};
    return spi_run(&transaction);
}

static bool keeps(uint32_t word) {
    spi_transaction write = {
        .command = CMD_WRITE, .address_bits = ID_ADDRESS_BITS, .out = word, .out_bits = 32, .chip = 1};
    (void)spi_run(&write);
    return (uint32_t)command(CMD_READ, ID_ADDRESS_BITS, 32, false) == word;
}

static uint32_t bytes_of(uint64_t id) {
    uint32_t density = (uint32_t)(id >> 21) & DENSITY_MASK;
    if ((id >> 16 & 0xFFu) == ID_64_MBIT_TRIAL) density = 2;
    if (density > 2u) return 0;
    uint32_t first = (uint32_t)(id >> 16);
    uint32_t extended = first << 24 | (first & 0xFF00u) << 8 | (first >> 8 & 0xFF00u) | first >> 24;
    if (density == 2u && (extended >> ID_HALF_SHIFT & ID_HALF_MASK) == ID_HALF) density = 1;
    return SMALLEST_BYTES << density;
}

/* Bytes of the chip that answers on one line, 0 when none does. Who made it does not matter. Chips of 16 Mbit may say a
 * wrong id once; one that never says a right one is known by keeping what is written, and is taken for the smallest. */
static uint32_t identify(psram_info *psram) {
    for (uint32_t attempt = 0; attempt < 2u; attempt++) {
        uint64_t id = command(CMD_READ_ID, ID_ADDRESS_BITS, ID_BITS, false);
        psram->id = id;
        if ((id >> 8 & 0xFFu) == ID_KNOWN_GOOD) return bytes_of(id);
    }
    return keeps(0xA55A0FF0u) && keeps(0x5AA5F00Fu) ? SMALLEST_BYTES : 0u;
}

uint32_t psram_quad_start(psram_info *psram) {
    register_write(IO_MUX_GPIO(CS1_PAD), PAD_FUNCTION0_STRONG);
    flash_connect_quad_pads();
    register_field(SPI0(SPI_SMEM_AC), 0, CS_SETUP_HOLD | CS_TIMES, CS_SETUP_HOLD);
    register_write(SPI1_BASE + SPI_CLOCK, CLOCK_DIVIDED_BY_4);
    /* It may have been left in quad mode, where it understands nothing else than quad commands. */
    (void)command(CMD_EXIT_QPI, 0, 0, true);
    (void)command(CMD_RESET_ENABLE, 0, 0, false);
    (void)command(CMD_RESET, 0, 0, false);
    wait_micros(RESET_MICROS);
    uint32_t bytes = identify(psram);
    if (bytes > 0u) (void)command(CMD_ENTER_QPI, 0, 0, false);
    register_write(SPI1_BASE + SPI_CLOCK, CLOCK_UNDIVIDED);
    if (bytes == 0u) return 0;

    cache_suspend();
    register_write(SPI0(SPI_SRAM_CLK), CLOCK_UNDIVIDED);
    register_write(SPI0(SPI_SRAM_DRD_CMD), COMMAND_8_BITS | CMD_FAST_READ_QUAD);
    register_write(SPI0(SPI_SRAM_DWR_CMD), COMMAND_8_BITS | CMD_WRITE_QUAD);
    register_clear(SPI0(SPI_CACHE_SCTRL), SCTRL_DIO);
    register_field(SPI0(SPI_CACHE_SCTRL), SCTRL_ADDRESS_SHIFT, SCTRL_ADDRESS_MASK, 23u);
    register_field(SPI0(SPI_CACHE_SCTRL), SCTRL_DUMMY_SHIFT, SCTRL_DUMMY_MASK, 5u);
    register_set(SPI0(SPI_CACHE_SCTRL), SCTRL_QIO | SCTRL_READ_DUMMY | SCTRL_READ_COMMAND | SCTRL_WRITE_COMMAND);
    register_clear(SPI0(SPI_MISC), MISC_CS1_DISABLE);
    cache_resume();
    return bytes;
}
