/* Single commands to the chips on the memory bus, through the controller that does not serve the caches. */
#include "board.h"
#include "registers.h"

#define SPI1(offset) (SPI1_BASE + (offset))

/* SPI_CMD: runs what the other registers describe; clears itself at the end. */
#define CMD_USER BIT(18)
/* SPI_USER: which phases there are. */
#define USER_COMMAND BIT(31)
#define USER_ADDRESS BIT(30)
#define USER_DUMMY BIT(29)
#define USER_IN BIT(28)
#define USER_OUT BIT(27)
/* SPI_CTRL: data and address on several lines, as the ROM left it for reading. */
#define CTRL_LINES (BIT(24) | BIT(23) | BIT(20) | BIT(14) | BIT(13))
#define CTRL_COMMAND_QUAD BIT(8)
#define ADDRESS_BITS_SHIFT 26u
#define COMMAND_BITS_SHIFT 28u
#define COMMAND_BITS 8u
/* SPI_MISC: keeps a chip unselected. */
#define MISC_DISABLE(chip) BIT(chip)

uint64_t spi_run(const spi_transaction *transaction) {
    /* The ROM's read settings are put back at the end. */
    uint32_t user = register_read(SPI1(SPI_USER)), user1 = register_read(SPI1(SPI_USER1));
    uint32_t user2 = register_read(SPI1(SPI_USER2)), ctrl = register_read(SPI1(SPI_CTRL));
    uint32_t misc = register_read(SPI1(SPI_MISC));

    uint32_t phases = USER_COMMAND, lengths = 0;
    register_write(SPI1(SPI_USER2), (COMMAND_BITS - 1u) << COMMAND_BITS_SHIFT | transaction->command);
    if (transaction->address_bits > 0u) {
        phases |= USER_ADDRESS;
        lengths |= (transaction->address_bits - 1u) << ADDRESS_BITS_SHIFT;
        register_write(SPI1(SPI_ADDR), transaction->address);
    }
    if (transaction->dummy > 0u) {
        phases |= USER_DUMMY;
        lengths |= transaction->dummy - 1u;
    }
    register_write(SPI1(SPI_USER1), lengths);
    if (transaction->out_bits > 0u) {
        phases |= USER_OUT;
        register_write(SPI1(SPI_MOSI_DLEN), transaction->out_bits - 1u);
        register_write(SPI1(SPI_W0), transaction->out);
    }
    if (transaction->in_bits > 0u) {
        phases |= USER_IN;
        register_write(SPI1(SPI_MISO_DLEN), transaction->in_bits - 1u);
    }
    register_write(SPI1(SPI_CTRL), (ctrl & ~CTRL_LINES) | (transaction->quad_command ? CTRL_COMMAND_QUAD : 0u));
    /* The way in which the chip is selected around a command stays as it is; only the phases are ours. */
    register_write(SPI1(SPI_USER), (user & 0xFFFFu) | phases);
    uint32_t other = transaction->chip == 0u ? 1u : 0u;
    register_write(SPI1(SPI_MISC), (misc & ~(MISC_DISABLE(0) | MISC_DISABLE(1))) | MISC_DISABLE(other));

    register_write(SPI1(SPI_CMD), CMD_USER);
    while ((register_read(SPI1(SPI_CMD)) & CMD_USER) != 0u) {
    }
    uint64_t in = 0;
    if (transaction->in_bits > 0u) {
        in = register_read(SPI1(SPI_W0));
        if (transaction->in_bits > 32u) in |= (uint64_t)register_read(SPI1(SPI_W0) + 4u) << 32;
        if (transaction->in_bits < 64u) in &= ((uint64_t)1 << transaction->in_bits) - 1u;
    }

    register_write(SPI1(SPI_MISC), misc);
    register_write(SPI1(SPI_CTRL), ctrl);
    register_write(SPI1(SPI_USER2), user2);
    register_write(SPI1(SPI_USER1), user1);
    register_write(SPI1(SPI_USER), user);
    return in;
}
