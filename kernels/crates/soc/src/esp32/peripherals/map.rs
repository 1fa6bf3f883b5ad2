//! Where each block lies on the register bus, what gates its clock, which interrupt sources are its own.
//!
//! Pages: espressif/esp-idf `components/soc/esp32/register/soc/reg_base.h`; sources: `components/soc/esp32/include/soc/interrupts.h`.

use crate::peripherals::blocks::Place;

/// Blocks of 4 KiB on the register bus, in the order of the table below.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Block {
    Dport,
    Uart0,
    Gpio,
    Rtc,
    IoMux,
    Analog,
    Rmt,
    Ledc,
    Efuse,
    TimerGroup0,
    TimerGroup1,
    Syscon,
    Random,
}

impl From<Block> for usize {
    fn from(block: Block) -> Self {
        block as Self
    }
}

/// Number of [`Block`]s.
pub(crate) const BLOCKS: usize = 13;

const fn place(
    block: Block,
    name: &'static str,
    page: u8,
    gate: Option<(usize, u32)>,
    sources: (u32, u32),
) -> Place<Block> {
    Place {
        block,
        name,
        page,
        gate,
        sources,
    }
}

pub(crate) const PLACES: [Place<Block>; BLOCKS] = [
    place(Block::Dport, "DPORT", 0x00, None, (24, 4)),
    place(Block::Uart0, "UART0", 0x40, Some((0, 2)), (34, 1)),
    place(Block::Gpio, "GPIO", 0x44, None, (22, 0)),
    place(Block::Rtc, "RTC_CNTL", 0x48, None, (46, 1)),
    place(Block::IoMux, "IO_MUX", 0x49, None, (0, 0)),
    place(Block::Analog, "I2C_ANA_MST", 0x4e, None, (0, 0)),
    place(Block::Rmt, "RMT", 0x56, Some((0, 9)), (47, 1)),
    place(Block::Ledc, "LEDC", 0x59, Some((0, 11)), (43, 0)),
    place(Block::Efuse, "EFUSE", 0x5a, Some((0, 14)), (44, 0)),
    place(Block::TimerGroup0, "TIMG0", 0x5f, Some((0, 13)), (14, 4)),
    place(Block::TimerGroup1, "TIMG1", 0x60, Some((0, 15)), (18, 4)),
    place(Block::Syscon, "SYSCON", 0x66, None, (0, 0)),
    place(Block::Random, "WDEV", 0x75, None, (0, 0)),
];

/// Blocks that the chip has and this emulator does not: page and name.
pub(crate) const MISSING: [(u8, &str); 29] = [
    (0x01, "AES"),
    (0x02, "RSA"),
    (0x03, "SHA"),
    (0x42, "SPI1"),
    (0x43, "SPI0"),
    (0x45, "FE2"),
    (0x46, "FLASH_ENCRYPTION"),
    (0x47, "FRC_TIMER"),
    (0x4b, "HINF"),
    (0x4c, "UHCI1"),
    (0x4f, "I2S0"),
    (0x50, "UART1"),
    (0x53, "I2C0"),
    (0x54, "UHCI0"),
    (0x55, "SLCHOST"),
    (0x57, "PCNT"),
    (0x58, "SLC"),
    (0x5c, "NRX"),
    (0x5d, "BB"),
    (0x5e, "MCPWM0"),
    (0x64, "SPI2"),
    (0x65, "SPI3"),
    (0x67, "I2C1"),
    (0x68, "SDHOST"),
    (0x69, "EMAC"),
    (0x6b, "TWAI0"),
    (0x6c, "MCPWM1"),
    (0x6d, "I2S1"),
    (0x6e, "UART2"),
];

/// [`PLACES`] is looked up by the number of a block.
const _: () = {
    let mut index = 0;
    while index < BLOCKS {
        assert!(PLACES[index].block as usize == index);
        index += 1;
    }
};
