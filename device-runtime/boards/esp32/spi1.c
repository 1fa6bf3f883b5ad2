/* Single commands to the chips on the memory bus, through the controller that does not serve the caches. */
#include "board.h"
#include "registers.h"

#define SPI1(offset) (SPI1_BASE + (offset))

/* SPI_CMD: runs what the other registers describe; clears itself at the end. */
#define CMD_USER BIT(18)
/* SPI_USER: which phases there are, and data out on four lines. */
#define USER_COMMAND BIT(31)
#define USER_ADDRESS BIT(30)
#define USER_DUMMY BIT(29)
#define USER_IN BIT(28)
#define USER_OUT BIT(27)
#define USER_OUT_QUAD BIT(15)
/* What stays: how the chip is selected around a command, and the clock's edges. */
#define USER_KEPT 0xFFu
/* SPI_CTRL: data and address on several lines, as the ROM left it for reading. */
#define CTRL_LINES (BIT(24) | BIT(23) | BIT(20) | BIT(14) | BIT(13))
#define CTRL_QUAD BIT(24)
#define ADDRESS_BITS_SHIFT 26u
#define COMMAND_BITS_SHIFT 28u
#define COMMAND_BITS 8u
/* SPI_PIN: keeps a chip unselected. */
#define PIN_DISABLE(chip) BIT(chip)
/* DPORT_HOST_INF_SEL: the other controller waits, as ESP-IDF has it (components/esp_psram/esp32/esp_psram_impl_quad.c).
 */
#define HOST_ALONE BIT(14)

uint64_t spi_run(const spi_transaction *transaction) {
    /* The ROM's read settings are put back at the end. */
    uint32_t user = register_read(SPI1(SPI_USER)), user1 = register_read(SPI1(SPI_USER1));
    uint32_t user2 = register_read(SPI1(SPI_USER2)), ctrl = register_read(SPI1(SPI_CTRL));
    uint32_t pin = register_read(SPI1(SPI_PIN));

    uint32_t phases = 0, lengths = 0;
    if (transaction->quad_command) {
        /* A command goes out on one line only, so here it is data. */
        phases |= USER_OUT | USER_OUT_QUAD;
        register_write(SPI1(SPI_MOSI_DLEN), COMMAND_BITS - 1u);
        register_write(SPI1(SPI_W0), transaction->command);
    } else {
        phases |= USER_COMMAND;
        register_write(SPI1(SPI_USER2), (COMMAND_BITS - 1u) << COMMAND_BITS_SHIFT | transaction->command);
    }
    if (transaction->address_bits > 0u) {
        phases |= USER_ADDRESS;
        lengths |= (transaction->address_bits - 1u) << ADDRESS_BITS_SHIFT;
        /* Its bits go out from the register's highest on. */
        register_write(SPI1(SPI_ADDR), transaction->address << (32u - transaction->address_bits));
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
    register_write(SPI1(SPI_CTRL), (ctrl & ~CTRL_LINES) | (transaction->quad_command ? CTRL_QUAD : 0u));
    register_write(SPI1(SPI_USER), (user & USER_KEPT) | phases);
    uint32_t other = transaction->chip == 0u ? 1u : 0u;
    register_write(SPI1(SPI_PIN), (pin & ~(PIN_DISABLE(0) | PIN_DISABLE(1))) | PIN_DISABLE(other));

    while (register_read(SPI0_BASE + SPI_EXT2) != 0u) {
    }
    register_set(DPORT_HOST_INF_SEL, HOST_ALONE);
    register_write(SPI1(SPI_CMD), CMD_USER);
    while ((register_read(SPI1(SPI_CMD)) & CMD_USER) != 0u) {
    }
    register_clear(DPORT_HOST_INF_SEL, HOST_ALONE);
    uint64_t in = 0;
    if (transaction->in_bits > 0u) {
        in = register_read(SPI1(SPI_W0));
        if (transaction->in_bits > 32u) in |= (uint64_t)register_read(SPI1(SPI_W0) + 4u) << 32;
        if (transaction->in_bits < 64u) in &= ((uint64_t)1 << transaction->in_bits) - 1u;
    }

    register_write(SPI1(SPI_PIN), pin);
    register_write(SPI1(SPI_CTRL), ctrl);
    register_write(SPI1(SPI_USER2), user2);
    register_write(SPI1(SPI_USER1), user1);
    register_write(SPI1(SPI_USER), user);
    return in;
}
