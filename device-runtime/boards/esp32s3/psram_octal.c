/* PSRAM with eight data lines that carry two bits a clock (8 MB, "R8"): mode registers at a slow clock, the choice of a
 * sampling moment, the final clock, and how the cache asks. Sequence: ESP-IDF
 * components/esp_psram/esp32s3/esp_psram_impl_octal.c; the sampling sweep: components/esp_hw_support/mspi. */
#include "board.h"
#include "registers.h"
#include "rom.h"

#define SPI0(offset) (SPI0_BASE + (offset))
#define SPI1(offset) (SPI1_BASE + (offset))

/* ---- Pads ---- */
#define CS1_PAD 26u
#define PAD_FUNCTION0_STRONG 0x0F00u
#define PAD_DRIVE (3u << 10)
/* Data 4 to 7 and the strobe; on boards without octal memory these are anybody's. */
#define FIRST_OCTAL_PAD 33u
#define OCTAL_PADS 5u
/* SPI_DATE has the drive of the clock and strobe pads in its low bits. */
#define DATE_DRIVE 0x1Fu

/* ---- Commands: bits, and half cycles of waiting ---- */
#define COMMAND_BITS 16
#define ADDRESS_BITS 32
#define MODE_OCTAL_DTR 7
#define CHIP_PSRAM 2u
#define CMD_REGISTER_READ 0x4040u
#define CMD_REGISTER_WRITE 0xC0C0u
#define CMD_READ 0x0000u
#define CMD_WRITE 0x8080u
#define WAIT_REGISTER_READ 8
#define WAIT_READ 18
#define WAIT_WRITE 8
/* The controller's buffer. */
#define CHUNK_BYTES 32u

/* ---- Mode registers ---- */
/* MR0 5:0: fixed latency, ten cycles (code 2), full drive. */
#define MR0_SETTING 0x28u
#define MR0_MASK 0x3Fu
#define MR1_VENDOR 0x1Fu
#define VENDOR_AP 0x0Du
#define VENDOR_UNILC 0x1Au
#define MR2_DENSITY 7u

/* ---- Clocks ---- */
#define CORE_80_MHZ 0u
#define CORE_160_MHZ 2u
#define UNDIVIDED BIT(31)
#define DIVIDED_BY_2 0x00010001u
#define DIVIDED_BY_4 0x00030103u
/* SPI_DDR: waiting cycles count as the strobe says. */
#define VARIABLE_DUMMY BIT(1)
/* SPI_SMEM_AC: select line's hold 3, setup 3, pause 2, both on. */
#define CS_TIMING 0x0400B18Fu
#define ECC_ENABLE BIT(8)

/* ---- Sampling: when each of nine lines is looked at, and how many cycles later ---- */
#define LINES 9u
#define TIMING_CALIBRATION BIT(0)
#define EXTRA_DUMMY_ON BIT(1)
#define EXTRA_DUMMY_SHIFT 2u
#define EXTRA_DUMMY_MASK 7u
#define SETTINGS 14u
#define DEFAULT_SETTING 5u
static const struct {
    uint8_t mode, number, extra_dummy;
} SAMPLING[SETTINGS] = {{0, 0, 0}, {4, 2, 2}, {2, 1, 2}, {4, 1, 2}, {1, 0, 1}, {4, 0, 2}, {0, 0, 1},
                        {4, 2, 3}, {2, 1, 3}, {4, 1, 3}, {1, 0, 2}, {4, 0, 3}, {0, 0, 2}, {4, 2, 4}};
/* Many changes on every line. */
#define REFERENCE_BYTES 64u
#define REFERENCE_WORD 0xA5FF005Au

static void run(uint32_t command, uint32_t address, int wait, const void *out, int out_bits, void *in, int in_bits) {
    rom_opiflash_exec_cmd(1, MODE_OCTAL_DTR, command, COMMAND_BITS, address, ADDRESS_BITS, wait, out, out_bits, in,
                          in_bits, CHIP_PSRAM, 0);
}

static uint32_t read_mode_registers(uint32_t address) {
    uint32_t value = 0;
    run(CMD_REGISTER_READ, address, WAIT_REGISTER_READ, NULL, 0, &value, 16);
    return value & 0xFFFFu;
}

static void set_pads(uint32_t kept[OCTAL_PADS]) {
    for (uint32_t i = 0; i < OCTAL_PADS; i++) kept[i] = register_read(IO_MUX_GPIO(FIRST_OCTAL_PAD + i));
    rom_opiflash_pin_config();
    register_write(IO_MUX_GPIO(CS1_PAD), PAD_FUNCTION0_STRONG);
    register_set(IO_MUX_GPIO(27u), PAD_DRIVE);
    register_set(IO_MUX_GPIO(28u), PAD_DRIVE);
    for (uint32_t pad = 31u; pad <= 37u; pad++) register_set(IO_MUX_GPIO(pad), PAD_DRIVE);
    register_set(SPI0(SPI_DATE), DATE_DRIVE);
}

static void set_clocks(uint32_t core, uint32_t flash, uint32_t psram) {
    register_field(SPI0(SPI_CORE_CLK_SEL), 0, 3u, core);
    register_write(SPI0(SPI_CLOCK), flash);
    register_write(SPI1(SPI_CLOCK), flash);
    register_write(SPI0(SPI_SRAM_CLK), psram);
}

static void set_sampling(uint32_t mode, uint32_t number) {
    uint32_t modes = 0, numbers = 0;
    for (uint32_t line = 0; line < LINES; line++) {
        modes |= mode << (3u * line);
        numbers |= number << (2u * line);
    }
    register_write(SPI0(SPI_SMEM_DIN_MODE), modes);
    register_write(SPI0(SPI_SMEM_DIN_NUM), numbers);
}

static void set_extra_dummy(uint32_t address, uint32_t count) {
    register_field(address, EXTRA_DUMMY_SHIFT, EXTRA_DUMMY_MASK, count);
    if (count > 0u) register_set(address, EXTRA_DUMMY_ON);
    else register_clear(address, EXTRA_DUMMY_ON);
}

/* What the buffer held before must not pass for what was read. The added cycles are the command's own: beside quad
 * flash ESP-IDF has the ROM add them there, and uses SPI1's calibration register beside octal flash only. */
static bool reads_reference(uint32_t extra_dummy) {
    for (uint32_t at = 0; at < REFERENCE_BYTES; at += CHUNK_BYTES) {
        uint32_t words[CHUNK_BYTES / 4u] = {0};
        for (uint32_t i = 0; i < CHUNK_BYTES; i += 4u) register_write(SPI1(SPI_W0) + i, 0);
        run(CMD_READ, at, (int)(WAIT_READ + extra_dummy), NULL, 0, words, CHUNK_BYTES * 8);
        for (uint32_t i = 0; i < CHUNK_BYTES / 4u; i++) {
            if (words[i] != REFERENCE_WORD) return false;
        }
    }
    return true;
}

/* The middle of the longest run of settings that read the reference; the usual one when the run is no good guide. */
static uint32_t choose(const bool passed[SETTINGS]) {
    uint32_t best = 0, best_end = 0, length = 0;
    for (uint32_t i = 0; i < SETTINGS; i++) {
        length = passed[i] ? length + 1u : 0u;
        if (length > best) {
            best = length;
            best_end = i;
        }
    }
    if (best == 3u || best == 4u) return best_end - 1u;
    if (best == 5u) return best_end - 2u;
    return DEFAULT_SETTING;
}

/* The reference was written at the slow clock; it is read back at 80 MHz with each setting. */
static void sweep(psram_info *psram) {
    bool passed[SETTINGS];
    register_clear(SPI1(SPI_DDR), VARIABLE_DUMMY);
    set_clocks(CORE_160_MHZ, DIVIDED_BY_2, DIVIDED_BY_2);
    register_set(SPI0(SPI_SMEM_TIMING_CALI), TIMING_CALIBRATION);
    for (uint32_t i = 0; i < SETTINGS; i++) {
        set_sampling(SAMPLING[i].mode, SAMPLING[i].number);
        passed[i] = reads_reference(SAMPLING[i].extra_dummy);
        if (passed[i]) psram->passed |= BIT(i);
    }
    uint32_t chosen = choose(passed);
    set_sampling(SAMPLING[chosen].mode, SAMPLING[chosen].number);
    set_extra_dummy(SPI0(SPI_SMEM_TIMING_CALI), SAMPLING[chosen].extra_dummy);
    psram->setting = chosen;
}

/* Bytes of the chip that answers, 0 when none does. Reading back what was written decides; the maker is a remark. */
static uint32_t identify(psram_info *psram) {
    uint32_t written = 0x5A6B7C8Du, read = 0;
    uint32_t mr0 = (read_mode_registers(0) & ~MR0_MASK) | MR0_SETTING;
    run(CMD_REGISTER_WRITE, 0, 0, &mr0, 16, NULL, 0);
    run(CMD_WRITE, 0, WAIT_WRITE, &written, 32, NULL, 0);
    run(CMD_READ, 0, WAIT_READ, NULL, 0, &read, 32);
    if (read != written) return 0;
    psram->id = read_mode_registers(0) | read_mode_registers(2) << 16 | (uint64_t)read_mode_registers(4) << 32;
    uint32_t vendor = read_mode_registers(0) >> 8 & MR1_VENDOR;
    if (vendor != VENDOR_AP && vendor != VENDOR_UNILC) psram->remark = "The PSRAM is of an unknown maker.";
    switch (read_mode_registers(2) & MR2_DENSITY) {
    case 1:
        return 4u << 20;
    case 3:
        return 8u << 20;
    case 5:
        return 16u << 20;
    case 7:
        return 32u << 20;
    case 6:
        return 64u << 20;
    default:
        return 0;
    }
}

static void write_reference(void) {
    uint32_t words[CHUNK_BYTES / 4u];
    for (uint32_t i = 0; i < CHUNK_BYTES / 4u; i++) words[i] = REFERENCE_WORD;
    for (uint32_t at = 0; at < REFERENCE_BYTES; at += CHUNK_BYTES) {
        run(CMD_WRITE, at, WAIT_WRITE, words, CHUNK_BYTES * 8, NULL, 0);
    }
}

/* How the cache asks: 16-bit commands, 32-bit addresses, everything on eight lines and both edges, 18 half cycles
 * before data come and 8 before they go. Values as ESP-IDF leaves them. */
static void set_cache_phases(void) {
    register_write(SPI0(SPI_SRAM_CMD), 0x007C0000u);
    register_write(SPI0(SPI_SRAM_DRD_CMD), 0xF0000000u | CMD_READ);
    register_write(SPI0(SPI_SRAM_DWR_CMD), 0xF0000000u | CMD_WRITE);
    register_write(SPI0(SPI_SMEM_DDR), 0x00003023u);
    register_write(SPI0(SPI_CACHE_SCTRL), 0x01F7C479u);
}

uint32_t psram_octal_start(uint32_t mhz, psram_info *psram) {
    uint32_t pads[OCTAL_PADS];
    cache_suspend();
    set_pads(pads);
    register_write(SPI0(SPI_SMEM_AC), CS_TIMING);
    register_clear(SYSCON_SRAM_ECC, ECC_ENABLE);

    /* 20 MHz, no sampling delays: mode registers work whatever the board's wires are like. */
    set_clocks(CORE_80_MHZ, DIVIDED_BY_4, DIVIDED_BY_4);
    set_sampling(0, 0);
    register_write(SPI0(SPI_SMEM_TIMING_CALI), 0);
    set_extra_dummy(SPI1(SPI_TIMING_CALI), 0);
    register_set(SPI1(SPI_DDR), VARIABLE_DUMMY);
    rom_spi_set_dtr_swap_mode(1, 0, 0);
    uint32_t bytes = identify(psram);
    if (bytes == 0u) {
        for (uint32_t i = 0; i < OCTAL_PADS; i++) register_write(IO_MUX_GPIO(FIRST_OCTAL_PAD + i), pads[i]);
        set_clocks(CORE_80_MHZ, UNDIVIDED, UNDIVIDED);
    } else if (mhz == 80u) {
        write_reference();
        sweep(psram);
        set_clocks(CORE_160_MHZ, DIVIDED_BY_2, DIVIDED_BY_2);
        set_cache_phases();
    } else {
        set_clocks(CORE_80_MHZ, UNDIVIDED, DIVIDED_BY_2);
        set_cache_phases();
    }
    /* Commands to the flash have fixed waiting cycles again. */
    register_clear(SPI1(SPI_DDR), VARIABLE_DUMMY);
    cache_resume();
    return bytes;
}
