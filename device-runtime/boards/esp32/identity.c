/* Which chip this is, from its eFuse. Formulas: ESP-IDF components/hal/esp32/efuse_hal.c and include/hal/efuse_ll.h. */
#include "board.h"
#include "registers.h"

/* EFUSE_BLK0_RDATA3. */
#define PACKAGE_LOW(word) ((word) >> 9 & 7u)
#define PACKAGE_HIGH(word) ((word) >> 2 & 1u)
#define REVISION_BIT0(word) ((word) >> 15 & 1u)
/* EFUSE_BLK0_RDATA5. */
#define REVISION_BIT1(word) ((word) >> 20 & 1u)
#define REVISION_MINOR(word) ((word) >> 24 & 3u)
/* SYSCON_DATE. */
#define REVISION_BIT2(word) ((word) >> 31)

chip_package identity_package(void) {
    uint32_t word = register_read(EFUSE_BLK0_RDATA(3));
    return (chip_package)(PACKAGE_HIGH(word) << 3 | PACKAGE_LOW(word));
}

uint32_t identity_revision(void) {
    uint32_t word5 = register_read(EFUSE_BLK0_RDATA(5));
    /* The bits are set from the lowest on, one with each revision. */
    uint32_t bits = REVISION_BIT0(register_read(EFUSE_BLK0_RDATA(3))) | REVISION_BIT1(word5) << 1 |
                    REVISION_BIT2(register_read(SYSCON_DATE)) << 2;
    uint32_t major = bits == 7u ? 3u : bits == 3u ? 2u : bits == 1u ? 1u : 0u;
    return major * 100u + REVISION_MINOR(word5);
}

void identity_read(app_board *board) {
    uint32_t low = register_read(EFUSE_BLK0_RDATA(1)), high = register_read(EFUSE_BLK0_RDATA(2));
    for (uint32_t i = 0; i < 2u; i++) board->mac[i] = (uint8_t)(high >> (8u - 8u * i));
    for (uint32_t i = 0; i < 4u; i++) board->mac[2u + i] = (uint8_t)(low >> (24u - 8u * i));
    board->chip_revision = identity_revision();
}
