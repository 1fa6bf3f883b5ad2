//! The memory bus: SPI0, through which the caches reach flash and PSRAM, SPI1 for manual commands, and both chips.
//!
//! Register names and fields: espressif/esp-idf `register/soc/spi_mem_reg.h`.

pub mod access;
pub mod transaction;

use crate::chip::ChipOptions;
use crate::fault::Fault;
use crate::flash::Flash;
use crate::psram::PsramChip;
use access::AccessTiming;

/// Offsets of registers.
pub mod register {
    #![allow(missing_docs)]
    pub const CMD: u32 = 0x00;
    pub const ADDR: u32 = 0x04;
    pub const CTRL: u32 = 0x08;
    pub const CLOCK: u32 = 0x14;
    pub const USER: u32 = 0x18;
    pub const USER1: u32 = 0x1c;
    pub const USER2: u32 = 0x20;
    pub const MOSI_DLEN: u32 = 0x24;
    pub const MISO_DLEN: u32 = 0x28;
    pub const RD_STATUS: u32 = 0x2c;
    pub const MISC: u32 = 0x34;
    pub const CACHE_SCTRL: u32 = 0x40;
    pub const SRAM_CMD: u32 = 0x44;
    pub const SRAM_DRD_CMD: u32 = 0x48;
    pub const SRAM_DWR_CMD: u32 = 0x4c;
    pub const SRAM_CLK: u32 = 0x50;
    pub const FSM: u32 = 0x54;
    pub const W0: u32 = 0x58;
    pub const TIMING_CALI: u32 = 0xa8;
    pub const SMEM_TIMING_CALI: u32 = 0xbc;
    pub const SMEM_DIN_MODE: u32 = 0xc0;
    pub const SMEM_DIN_NUM: u32 = 0xc4;
    pub const SMEM_AC: u32 = 0xdc;
    pub const DDR: u32 = 0xe0;
    pub const SMEM_DDR: u32 = 0xe4;
    pub const CORE_CLK_SEL: u32 = 0xec;
    pub const DATE: u32 = 0x3fc;
}

/// Bits of CTRL that choose how flash is read.
pub mod ctrl {
    #![allow(missing_docs)]
    pub const FADDR_OCT: u32 = 1 << 6;
    pub const FCMD_QUAD: u32 = 1 << 8;
    pub const FCMD_OCT: u32 = 1 << 9;
    pub const FASTRD_MODE: u32 = 1 << 13;
    pub const FREAD_DUAL: u32 = 1 << 14;
    pub const Q_POL: u32 = 1 << 18;
    pub const D_POL: u32 = 1 << 19;
    pub const FREAD_QUAD: u32 = 1 << 20;
    pub const FREAD_DIO: u32 = 1 << 23;
    pub const FREAD_QIO: u32 = 1 << 24;
    /// All bits that choose the read mode.
    pub const READ_MODE: u32 = FASTRD_MODE | FREAD_DUAL | FREAD_QUAD | FREAD_DIO | FREAD_QIO;
}

/// The last offset of registers that belong together; DATE stands alone.
const LAST: u32 = 0x10c;
/// Registers of one controller.
const REGISTERS: usize = 0x110 / 4;

/// How flash is read: the numbers of the image header and of the ROM's functions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FlashMode {
    /// Address and data on four lines.
    Qio,
    /// Data on four lines.
    Qout,
    /// Address and data on two lines.
    Dio,
    /// Data on two lines.
    Dout,
    /// One line with dummy cycles.
    Fast,
    /// One line.
    Slow,
}

impl FlashMode {
    /// The mode with this number.
    pub fn numbered(number: u32) -> Option<Self> {
        [
            Self::Qio,
            Self::Qout,
            Self::Dio,
            Self::Dout,
            Self::Fast,
            Self::Slow,
        ]
        .get(number as usize)
        .copied()
    }

    /// Bits of CTRL.
    pub fn ctrl(self) -> u32 {
        match self {
            Self::Qio => ctrl::FASTRD_MODE | ctrl::FREAD_QIO,
            Self::Qout => ctrl::FASTRD_MODE | ctrl::FREAD_QUAD,
            Self::Dio => ctrl::FASTRD_MODE | ctrl::FREAD_DIO,
            Self::Dout => ctrl::FASTRD_MODE | ctrl::FREAD_DUAL,
            Self::Fast => ctrl::FASTRD_MODE,
            Self::Slow => 0,
        }
    }

    /// USER1 for 24-bit addresses: bits of the address and dummy cycles, each less one.
    /// [espressif/esp-idf `rom/spi_flash.h`]
    pub fn user1(self) -> u32 {
        23 << 26
            | match self {
                Self::Qio => 5,
                Self::Dio => 3,
                Self::Qout | Self::Dout | Self::Fast => 7,
                Self::Slow => 0,
            }
    }

    /// The mode that CTRL asks for.
    pub fn of_ctrl(value: u32) -> Option<Self> {
        (0..6)
            .filter_map(Self::numbered)
            .find(|mode| mode.ctrl() == value & ctrl::READ_MODE)
    }
}

/// When the controller looks at what octal PSRAM sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sampling {
    Right,
    /// Neighbouring half cycles mix.
    Early,
    /// The chip has ended: nothing comes in.
    Late,
}

/// Cycles that a TIMING_CALI register adds to the wait before data.
fn added_cycles(cali: u32) -> u32 {
    if cali & 2 != 0 {
        cali >> 2 & 7
    } else {
        0
    }
}

/// Both controllers and both chips.
pub struct Mspi {
    registers: [[u32; REGISTERS]; 2],
    date: [u32; 2],
    /// The flash chip.
    pub flash: Flash,
    /// The PSRAM chip.
    pub psram: PsramChip,
    /// The pins of eight data lines were connected.
    pub octal_pins: bool,
    /// The pins of data lines 2 and 3 were connected.
    pub quad_pins: bool,
    /// The system runs from the PLL, which is what CORE_CLK_SEL chooses from.
    pll: bool,
    eye: std::ops::RangeInclusive<i32>,
    flash_access: Option<Result<AccessTiming, Fault>>,
    psram_access: Option<Result<AccessTiming, Fault>>,
    /// Things that are no fault by themselves.
    pub warnings: Vec<String>,
}

impl Mspi {
    /// After power-on.
    pub fn new(options: &ChipOptions) -> Self {
        let mut mspi = Self {
            registers: [[0; REGISTERS]; 2],
            date: [0; 2],
            flash: Flash::new(options),
            psram: PsramChip::new(options.psram, &options.quirks),
            octal_pins: false,
            quad_pins: false,
            pll: false,
            eye: options.psram_eye.clone(),
            flash_access: None,
            psram_access: None,
            warnings: Vec::new(),
        };
        mspi.reset(FlashMode::Slow, 0x0001_0001);
        mspi
    }

    /// The controllers as the mask ROM leaves them; the chips keep their state.
    pub fn reset(&mut self, mode: FlashMode, clock: u32) {
        self.registers = [[0; REGISTERS]; 2];
        self.date = [0x0210_1040; 2];
        self.octal_pins = false;
        // The ROM connects the pins that it reads with.
        self.quad_pins = matches!(mode, FlashMode::Qio | FlashMode::Qout);
        self.pll = false;
        for controller in 0..2 {
            self.set(controller, register::CLOCK, clock);
            // Command, address, dummy and input phases, chip select held before and after.
            self.set(controller, register::USER, 1 << 31 | 3 << 6);
            // Only the flash is selected.
            self.set(controller, register::MISC, 1 << 1);
        }
        self.set_flash_mode(mode);
        self.forget_access();
    }

    /// Sets how flash is read, as the ROM does on both controllers.
    pub fn set_flash_mode(&mut self, mode: FlashMode) {
        for controller in 0..2 {
            let kept = self.get(controller, register::CTRL) & !ctrl::READ_MODE;
            self.set(
                controller,
                register::CTRL,
                kept | ctrl::D_POL | ctrl::Q_POL | mode.ctrl(),
            );
            self.set(controller, register::USER1, mode.user1());
        }
        self.forget_access();
    }

    /// Whether the system runs from the PLL.
    pub fn set_pll(&mut self, pll: bool) {
        if self.pll != pll {
            self.pll = pll;
            self.forget_access();
        }
    }

    /// A register by its offset, below [`LAST`].
    pub(crate) fn get(&self, controller: usize, offset: u32) -> u32 {
        self.registers[controller][offset as usize / 4]
    }

    /// Sets a register without any effect.
    pub(crate) fn set(&mut self, controller: usize, offset: u32, value: u32) {
        self.registers[controller][offset as usize / 4] = value;
    }

    /// The settings that accesses through the caches depend on may have changed.
    pub(crate) fn forget_access(&mut self) {
        self.flash_access = None;
        self.psram_access = None;
    }

    /// Reads a register of SPI0 (0) or SPI1 (1).
    ///
    /// # Errors
    /// A register that does not exist.
    pub fn read(&mut self, controller: usize, offset: u32) -> Result<u32, String> {
        match offset {
            // Transactions end at once.
            register::CMD => Ok(0),
            register::FSM => Ok(0),
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
            register::CMD => {
                if value == 0 {
                    return Ok(());
                }
                if controller == 0 {
                    return Err(Fault::SpiTransaction {
                        reason: "SPI0 takes no manual commands while it serves the caches".to_owned(),
                    });
                }
                self.run_command(value)?;
            }
            register::DATE => self.date[controller] = value,
            // There is one clock for both controllers.
            register::CORE_CLK_SEL => {
                self.set(0, offset, value & 3);
                self.set(1, offset, value & 3);
            }
            0..=LAST => self.set(controller, offset, value),
            _ => {
                return Err(Fault::Register {
                    address: 0x6000_3000 - 0x1000 * controller as u32 + offset,
                    reason: format!("SPI{controller} has no register at this offset"),
                })
            }
        }
        self.forget_access();
        Ok(())
    }

    /// Clock of the controllers' core in MHz.
    fn core_mhz(&self) -> u32 {
        // Without the PLL it follows the crystal.
        if !self.pll {
            return 40;
        }
        [80, 120, 160, 240][self.get(0, register::CORE_CLK_SEL) as usize & 3]
    }

    /// Clock in kHz of a bus whose divider is in this register's value.
    fn bus_khz(&self, clock: u32) -> u32 {
        let divider = if clock >> 31 != 0 {
            1
        } else {
            (clock >> 16 & 0xff) + 1
        };
        self.core_mhz() * 1000 / divider
    }

    /// When reads from octal PSRAM at this clock, with these added cycles, look at the data.
    fn sampling(&self, khz: u32, extra: u32) -> Sampling {
        // Up to 40 MHz the data are stable for long enough.
        if khz <= 40_000 {
            return Sampling::Right;
        }
        let calibrated = self.get(0, register::SMEM_TIMING_CALI) & 1 != 0;
        let modes = self.get(0, register::SMEM_DIN_MODE);
        let numbers = self.get(0, register::SMEM_DIN_NUM);
        let delay = |line: u32| {
            let (mode, number) = if calibrated {
                (modes >> (3 * line) & 7, numbers >> (2 * line) & 3)
            } else {
                (0, 0)
            };
            crate::psram::sampling_delay(mode, number, extra)
        };
        if (0..8).all(|line| self.eye.contains(&delay(line))) {
            Sampling::Right
        } else if !self.eye.is_empty() && (0..8).all(|line| delay(line) > *self.eye.end()) {
            Sampling::Late
        } else {
            Sampling::Early
        }
    }
}
