/* What is said to the flash chip, whatever the controller: who it is, and that it may use four data lines. Four lines
 * need a bit in the chip (QE, which frees the hold and write-protect pins for data) that each maker put elsewhere.
 * Makers: ESP-IDF components/bootloader_support/bootloader_flash/src/flash_qio_mode.c. For the flash.c of each chip,
 * which includes it once. */
#ifndef XTENSA_FLASH_COMMANDS_H
#define XTENSA_FLASH_COMMANDS_H

#include "common.h"
#include "registers_access.h"

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

/* The chip's id at a clock that suits every chip. */
static uint32_t identify(void) {
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

#endif
