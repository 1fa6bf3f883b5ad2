//! What a board is made of: the parts around the chip and the switches that the emulated chip is started with.

use std::ops::RangeInclusive;

/// External RAM in the package or on the module.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Psram {
    /// None.
    None,
    /// Four data lines, this many bytes: 2, 4 or 8 MiB.
    Quad(u32),
    /// Eight data lines, this many bytes: 4, 8, 16 or 32 MiB.
    Octal(u32),
}

impl Psram {
    /// Bytes of external RAM.
    pub fn bytes(self) -> u32 {
        match self {
            Self::None => 0,
            Self::Quad(bytes) | Self::Octal(bytes) => bytes,
        }
    }
}

/// Who made the flash chip: how its fourth data lines are switched on depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FlashVendor {
    /// EF 40: quad enable is bit 1 of the second status register, written together with the first.
    Winbond,
    /// C8 40: as Winbond.
    GigaDevice,
    /// C2 20: quad enable is bit 6 of the status register.
    Macronix,
    /// 20 40: quad enable is bit 1 of the second status register, written by itself (0x31).
    Xmc,
}

impl FlashVendor {
    /// Manufacturer and type of the JEDEC identification.
    pub fn id(self) -> [u8; 2] {
        match self {
            Self::Winbond => [0xef, 0x40],
            Self::GigaDevice => [0xc8, 0x40],
            Self::Macronix => [0xc2, 0x20],
            Self::Xmc => [0x20, 0x40],
        }
    }
}

/// What some real parts do and others do not, and what a start-up must be able to live with.
#[derive(Debug, Clone)]
pub struct Quirks {
    /// Maker that the PSRAM names; 0x0d is AP Memory.
    pub psram_maker: u8,
    /// How often quad PSRAM says a wrong identification after power-up (ESP-IDF: once, on chips of 16 Mbit).
    pub psram_wrong_ids: u32,
    /// Quad PSRAM says that it has twice the bytes that it has. `true`: with the extended identification by which such
    /// chips are known; `false`: without.
    pub psram_claims_double: Option<bool>,
    /// The flash chip's quad enable bit stays 0.
    pub flash_two_lines: bool,
    /// The capacity in the flash chip's identification, where it is not the power of two of its size.
    pub flash_capacity_code: Option<u8>,
    /// Flash of XMC that comes up with a wrong identification, until it was sent to its deepest sleep and back.
    pub flash_half_awake: bool,
    /// Instructions that come from flash over two data lines are wrong once octal PSRAM was read (ESP-IDF issue 18806).
    pub flash_code_fails: bool,
    /// The cores have erratum 572 at its worst: loops end in a false illegal-instruction exception while their buffer is
    /// on (MEMCTL bit 0).
    pub loops_fail: bool,
}

impl Default for Quirks {
    fn default() -> Self {
        Self {
            psram_maker: 0x0d,
            psram_wrong_ids: 0,
            psram_claims_double: None,
            flash_two_lines: false,
            flash_capacity_code: None,
            flash_half_awake: false,
            flash_code_fails: false,
            loops_fail: false,
        }
    }
}

/// What the factory measured of the chip's core voltage and burnt into its eFuse.
#[derive(Debug, Clone, Copy)]
pub struct Calibration {
    /// Major and minor version of the eFuse's contents; 0.1 and those from 1.1 on say that the rest is there.
    pub block_version: (u8, u8),
    /// The digital regulator's setting at which it ran at 240 MHz, 0 to 31; 0 when none was burnt.
    pub digital_tested: u8,
    /// How much a step of each regulator's setting differs from the usual one, in tenths of a millivolt, -63 to 63.
    pub rtc_step: i8,
    /// The digital one's.
    pub digital_step: i8,
    /// How much each regulator's voltage at setting 20 differs from the usual one, in 2 mV, -127 to 127.
    pub rtc_at_20: i8,
    /// The digital one's.
    pub digital_at_20: i8,
    /// By how much the thermometer says too much, in tenths of a degree, -255 to 255; in blocks of version 1.
    pub thermometer: i16,
}

/// A board and how it is started.
#[derive(Debug, Clone)]
pub struct ChipOptions {
    /// What the flash holds from its first byte on; the rest is erased. At most `flash_bytes`.
    pub flash: Vec<u8>,
    /// Size of the flash chip, a power of two from 1 MiB to 128 MiB.
    pub flash_bytes: u32,
    /// Maker of the flash chip.
    pub flash_vendor: FlashVendor,
    /// The flash has eight data lines (modules such as N32R8V): the mask ROM and its eFuse differ.
    pub flash_octal: bool,
    /// External RAM.
    pub psram: Psram,
    /// Sampling delays at which reads from octal PSRAM at 80 MHz come in right; numbers as in
    /// `psram::sampling_delay`. An empty range is a board that cannot run at 80 MHz: its reads then come in
    /// wrong instead of ending the run.
    pub psram_eye: RangeInclusive<i32>,
    /// What is unusual about its parts.
    pub quirks: Quirks,
    /// Address of the network interfaces, burnt into eFuse, as it is printed.
    pub mac: [u8; 6],
    /// Chip revision, major and minor.
    pub revision: (u8, u8),
    /// What the factory measured; nothing on the first chips.
    pub calibration: Option<Calibration>,
    /// The second core is switched off by eFuse.
    pub single_core: bool,
    /// Cycles follow the timing model; otherwise every instruction takes one.
    pub timed: bool,
    /// The boot button is held: the mask ROM waits for a download.
    pub gpio0_low: bool,
    /// A host is connected to the USB port and reads from it.
    pub usb_host: bool,
    /// Start of the random number register's sequence.
    pub seed: u64,
}

impl Default for ChipOptions {
    /// An N16R8 module with erased flash.
    fn default() -> Self {
        Self {
            flash: Vec::new(),
            flash_bytes: 16 << 20,
            flash_vendor: FlashVendor::GigaDevice,
            flash_octal: false,
            psram: Psram::Octal(8 << 20),
            psram_eye: 3..=7,
            quirks: Quirks::default(),
            mac: [0x7c, 0xdf, 0xa1, 0x00, 0x00, 0x01],
            revision: (0, 2),
            calibration: None,
            single_core: false,
            timed: false,
            gpio0_low: false,
            usb_host: true,
            seed: 1,
        }
    }
}
