//! The memory bus: SPI0, through which the caches reach flash and PSRAM, SPI1 for manual commands, both chips, and the
//! pins between them.
//!
//! Register names and fields: espressif/esp-idf `components/soc/esp32/register/soc/spi_reg.h`.

mod access;
mod transaction;

use crate::chip::ChipOptions;
use crate::fault::Fault;
use crate::flash::Flash;
use crate::psram::PsramChip;
use crate::spi::access::AccessTiming;
use crate::spi::{ctrl, FlashMode};

/// Offsets of registers.
pub mod register {
    #![allow(missing_docs)]
    pub const CMD: u32 = 0x00;
    pub const ADDR: u32 = 0x04;
    pub const CTRL: u32 = 0x08;
    pub const RD_STATUS: u32 = 0x10;
    pub const CTRL2: u32 = 0x14;
    pub const CLOCK: u32 = 0x18;
    pub const USER: u32 = 0x1c;
    pub const USER1: u32 = 0x20;
    pub const USER2: u32 = 0x24;
    pub const MOSI_DLEN: u32 = 0x28;
    pub const MISO_DLEN: u32 = 0x2c;
    pub const PIN: u32 = 0x34;
    pub const CACHE_SCTRL: u32 = 0x54;
    pub const SRAM_DRD_CMD: u32 = 0x5c;
    pub const SRAM_DWR_CMD: u32 = 0x60;
    pub const W0: u32 = 0x80;
    pub const EXT2: u32 = 0xf8;
    pub const DATE: u32 = 0x3fc;
}

/// The last offset of registers that belong together; DATE stands alone.
const LAST: u32 = 0x14c;
const REGISTERS: usize = 0x150 / 4;
/// Values after reset that are not 0. [espressif/svd `svd/esp32.svd`]
const RESET: [(u32, u32); 10] = [
    (register::CTRL, 0x0020_a400),
    (0x0c, 0x5fff_0000),
    (register::CTRL2, 0x11),
    (register::CLOCK, 0x8000_3043),
    (register::USER, 0x8000_0040),
    (register::USER1, 0x5c00_0007),
    (register::USER2, 0x7000_0000),
    (register::PIN, 6),
    (register::CACHE_SCTRL, 0x15c0_4830),
    (0xf0, 0x800a_0050),
];

/// How the chips' pins are connected, as IO_MUX and the GPIO matrix say.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Pins {
    /// The flash's clock, chip select and first two data lines.
    pub flash: bool,
    /// Data lines 2 and 3.
    pub quad: bool,
    /// The data lines go through the GPIO matrix, which delays them.
    pub matrix: bool,
    /// PSRAM's clock (GPIO17) and chip select (GPIO16).
    pub psram_clock: bool,
    /// See [`Pins::psram_clock`].
    pub psram_select: bool,
}

/// Both controllers and both chips.
pub struct Mspi {
    registers: [[u32; REGISTERS]; 2],
    date: [u32; 2],
    /// The flash chip.
    pub flash: Flash,
    /// The PSRAM chip.
    pub psram: PsramChip,
    pins: Pins,
    /// Clock of the controllers, in kHz.
    apb_khz: u32,
    flash_access: Option<Result<AccessTiming, Fault>>,
    psram_access: Option<Result<AccessTiming, Fault>>,
}

impl Mspi {
    /// After power-on.
    pub fn new(options: &ChipOptions) -> Self {
        let mut mspi = Self {
            registers: [[0; REGISTERS]; 2],
            date: [0; 2],
            flash: Flash::new(options),
            psram: PsramChip::new(options.psram, &options.quirks),
            pins: Pins::default(),
            apb_khz: 40_000,
            flash_access: None,
            psram_access: None,
        };
        mspi.reset(FlashMode::Slow, 1 << 31);
        mspi
    }

    /// The controllers as the mask ROM leaves them; the chips keep their state.
    pub fn reset(&mut self, mode: FlashMode, clock: u32) {
        self.registers = [[0; REGISTERS]; 2];
        self.date = [0x0160_4270; 2];
        for controller in 0..2 {
            for (offset, value) in RESET {
                self.set(controller, offset, value);
            }
            self.set(controller, register::CLOCK, clock);
            let kept = self.get(controller, register::CTRL) & !ctrl::READ_MODE;
            self.set(controller, register::CTRL, kept | mode.ctrl());
            let (address_bits, dummy) = access::phases(mode);
            // Only the first controller's dummy cycles are what reads through the caches go by.
            let user1 = (address_bits - 1) << 26 | dummy.saturating_sub(1);
            self.set(controller, register::USER1, user1);
            let dummies = if dummy > 0 { USER_DUMMY } else { 0 };
            let user = self.get(controller, register::USER) & !USER_DUMMY;
            self.set(controller, register::USER, user | dummies);
        }
        self.forget_access();
    }

    /// The controllers' clock changed, in hertz.
    pub fn set_apb(&mut self, hertz: u64) {
        let khz = (hertz / 1000) as u32;
        if self.apb_khz != khz {
            self.apb_khz = khz;
            self.forget_access();
        }
    }

    /// The pins were connected otherwise.
    pub fn set_pins(&mut self, pins: Pins) {
        if self.pins != pins {
            self.pins = pins;
            self.forget_access();
        }
    }

    fn get(&self, controller: usize, offset: u32) -> u32 {
        self.registers[controller][offset as usize / 4]
    }

    fn set(&mut self, controller: usize, offset: u32, value: u32) {
        self.registers[controller][offset as usize / 4] = value;
    }

    fn forget_access(&mut self) {
        self.flash_access = None;
        self.psram_access = None;
    }

    /// Reads a register of SPI0 (0) or SPI1 (1).
    ///
    /// # Errors
    /// A register that does not exist.
    pub fn read(&self, controller: usize, offset: u32) -> Result<u32, String> {
        match offset {
            // Transactions end at once.
            register::CMD | register::EXT2 => Ok(0),
            register::DATE => Ok(self.date[controller]),
            0..=LAST => Ok(self.get(controller, offset)),
            _ => Err(format!("SPI{controller} has no register at 0x{offset:03x}")),
        }
    }

    /// Writes a register of SPI0 (0) or SPI1 (1).
    ///
    /// # Errors
    /// A register that does not exist, or a transaction that no chip understands.
    pub fn write(&mut self, controller: usize, offset: u32, value: u32) -> Result<(), Fault> {
        match offset {
            register::CMD if value == 0 => return Ok(()),
            register::CMD if controller == 0 => {
                return Err(Fault::SpiTransaction {
                    reason: "SPI0 takes no manual commands while it serves the caches".to_owned(),
                })
            }
            register::CMD => self.run_command(value)?,
            register::DATE => self.date[controller] = value,
            0..=LAST => self.set(controller, offset, value),
            _ => {
                return Err(Fault::Register {
                    address: 0x3ff4_3000 - 0x1000 * controller as u32 + offset,
                    reason: format!("SPI{controller} has no register at this offset"),
                })
            }
        }
        self.forget_access();
        Ok(())
    }

    /// Clock in kHz of a controller's bus.
    fn bus_khz(&self, controller: usize) -> u32 {
        let clock = self.get(controller, register::CLOCK);
        let divider = if clock >> 31 != 0 {
            1
        } else {
            ((clock >> 18 & 0x1fff) + 1) * ((clock >> 12 & 63) + 1)
        };
        self.apb_khz / divider
    }
}

/// USER: phases, and four lines for what is written after the command.
const USER_COMMAND: u32 = 1 << 31;
const USER_ADDRESS: u32 = 1 << 30;
const USER_DUMMY: u32 = 1 << 29;
const USER_INPUT: u32 = 1 << 28;
const USER_OUTPUT: u32 = 1 << 27;
const FWRITE_QIO: u32 = 1 << 15;
