//! Where each block lies on the register bus, what gates its clock, which interrupt sources are its own.

use super::blocks::Place;

/// Blocks of 4 KiB on the register bus, in the order of the fields below.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Block {
    Uart0,
    Gpio,
    Efuse,
    RtcCntl,
    IoMux,
    Analog,
    Rmt,
    Ledc,
    TimerGroup0,
    TimerGroup1,
    Systimer,
    Syscon,
    Random,
    Usb,
    Gdma,
    System,
    Interrupt,
}

impl From<Block> for usize {
    fn from(block: Block) -> Self {
        block as Self
    }
}

/// Number of [`Block`]s.
pub(crate) const BLOCKS: usize = 17;

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
    place(Block::Uart0, "UART0", 0x00, Some((0, 2)), (27, 1)),
    place(Block::Gpio, "GPIO", 0x04, None, (16, 0)),
    place(Block::Efuse, "EFUSE", 0x07, Some((0, 14)), (36, 0)),
    place(Block::RtcCntl, "RTC_CNTL", 0x08, None, (39, 1)),
    place(Block::IoMux, "IO_MUX", 0x09, None, (0, 0)),
    place(Block::Analog, "I2C_ANA_MST", 0x0e, None, (0, 0)),
    place(Block::Rmt, "RMT", 0x16, Some((0, 9)), (40, 1)),
    place(Block::Ledc, "LEDC", 0x19, Some((0, 11)), (35, 0)),
    place(Block::TimerGroup0, "TIMG0", 0x1f, Some((0, 13)), (50, 3)),
    place(Block::TimerGroup1, "TIMG1", 0x20, Some((0, 15)), (53, 3)),
    place(Block::Systimer, "SYSTIMER", 0x23, Some((0, 29)), (57, 3)),
    place(Block::Syscon, "SYSCON", 0x26, None, (0, 0)),
    place(Block::Random, "WDEV", 0x35, None, (0, 0)),
    place(Block::Usb, "USB_SERIAL_JTAG", 0x38, Some((1, 10)), (96, 1)),
    place(Block::Gdma, "GDMA", 0x3f, Some((1, 6)), (66, 10)),
    place(Block::System, "SYSTEM", 0xc0, None, (79, 4)),
    place(Block::Interrupt, "INTERRUPT", 0xc2, None, (0, 0)),
];

/// Blocks that the chip has and this emulator does not: page and name.
pub(crate) const MISSING: [(u8, &str); 28] = [
    (0x02, "SPI1"),
    (0x03, "SPI0"),
    (0x0f, "I2S0"),
    (0x10, "UART1"),
    (0x13, "I2C0"),
    (0x14, "UHCI0"),
    (0x17, "PCNT"),
    (0x1e, "MCPWM0"),
    (0x24, "SPI2"),
    (0x25, "SPI3"),
    (0x27, "I2C1"),
    (0x28, "SDHOST"),
    (0x2b, "TWAI0"),
    (0x2c, "MCPWM1"),
    (0x2d, "I2S1"),
    (0x2e, "UART2"),
    (0x39, "USB_WRAP"),
    (0x3a, "AES"),
    (0x3b, "SHA"),
    (0x3c, "RSA"),
    (0x3d, "DS"),
    (0x3e, "HMAC"),
    (0x40, "APB_SARADC"),
    (0x41, "LCD_CAM"),
    (0x80, "USB0"),
    (0xc1, "SENSITIVE"),
    (0xce, "ASSIST_DEBUG"),
    (0xd0, "WCL"),
];

/// [`PLACES`] is looked up by the number of a block.
const _: () = {
    let mut index = 0;
    while index < BLOCKS {
        assert!(PLACES[index].block as usize == index);
        index += 1;
    }
};
