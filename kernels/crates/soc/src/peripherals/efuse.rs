//! eFuse: who this chip is.
//!
//! Fields: espressif/esp-idf `components/efuse/esp32s3/esp_efuse_table.csv`.

use super::registers::Registers;
use super::{tables, Effect, Peripheral};
use crate::chip::{Calibration, ChipOptions, Psram};
use crate::time::Ticks;

const REPEAT_DATA0: u32 = 0x30;
const REPEAT_DATA3: u32 = 0x3c;
const MAC_LOW: u32 = 0x44;
const MAC_HIGH: u32 = 0x48;
const SYSTEM_3: u32 = 0x50;
const SYSTEM_4: u32 = 0x54;
const SYSTEM_5: u32 = 0x58;
const SYS_PART1_4: u32 = 0x6c;
const COMMAND: u32 = 0x1d4;

/// Settings of the regulators that every chip runs with at 240 MHz.
const DBIAS_240: u8 = 28;
/// The usual regulators, in volts: at setting 20, and a step. [espressif/esp-idf `rtc.h`, `rtc_init.c`]
const RTC: (f64, f64) = (1.0181, 0.0198);
const DIGITAL: (f64, f64) = (1.0841, 0.0211);
/// The most that the digital regulator may give, and how far the RTC's may be below it.
const MOST_DIGITAL: f64 = 1.3;
const RTC_BELOW: f64 = 0.025;

/// The burnt fields.
#[derive(Debug, Clone)]
pub(super) struct Efuse {
    registers: Registers,
    /// Settings of the RTC's and the digital regulator that this chip needs at 240 MHz, and the digital one's most.
    pub(super) dbias: (u8, u8),
    pub(super) most_digital: u8,
}

/// A number with its sign in the bit above `bits` bits.
fn sign_magnitude(value: i8, bits: u32) -> u32 {
    u32::from(value.unsigned_abs()) & ((1 << bits) - 1) | u32::from(value < 0) << bits
}

impl Calibration {
    /// eFuse words 3, 4 and 5 of the MAC's block, and word 4 of the system's first.
    fn words(&self) -> [u32; 4] {
        let rtc_at_20 = sign_magnitude(self.rtc_at_20, 7);
        let tenths =
            u32::from(self.thermometer.unsigned_abs().min(255)) | u32::from(self.thermometer < 0) << 8;
        [
            u32::from(self.block_version.1 & 7) << 24,
            sign_magnitude(self.rtc_step, 6) << 13
                | sign_magnitude(self.digital_step, 6) << 20
                | rtc_at_20 << 27,
            rtc_at_20 >> 5
                | sign_magnitude(self.digital_at_20, 7) << 3
                | u32::from(self.digital_tested & 31) << 11,
            u32::from(self.block_version.0 & 3) | tenths << 4,
        ]
    }

    /// The first setting that gives this voltage.
    fn first((at_20, step): (f64, f64), volts: f64) -> u8 {
        (15..31)
            .find(|&setting| at_20 + step * (f64::from(setting) - 20.0) >= volts - 1e-9)
            .unwrap_or(31)
    }

    /// What the chip needs at 240 MHz, RTC and digital, and the most of the digital one.
    fn needs(&self) -> ((u8, u8), u8) {
        let measured = match self.block_version {
            (major, 1) => major <= 1,
            (1, minor) => minor >= 2,
            (major, _) => major > 1,
        };
        if !measured || self.digital_tested == 0 {
            return ((DBIAS_240, DBIAS_240), 31);
        }
        let own = |usual: (f64, f64), at_20: i8, step: i8| {
            (
                usual.0 + 0.002 * f64::from(at_20),
                usual.1 + 0.0001 * f64::from(step),
            )
        };
        let rtc = own(RTC, self.rtc_at_20, self.rtc_step);
        let digital = own(DIGITAL, self.digital_at_20, self.digital_step);
        let most = Self::first(digital, MOST_DIGITAL);
        let setting = most.min(self.digital_tested + 3);
        let volts = digital.0 + digital.1 * (f64::from(setting) - 20.0);
        ((Self::first(rtc, volts - RTC_BELOW), setting), most)
    }
}

/// By how many tenths of a degree the thermometer says too much, as software can know it: in blocks of version 1.
pub(super) fn thermometer_error(options: &ChipOptions) -> i32 {
    options
        .calibration
        .filter(|burnt| burnt.block_version.0 == 1)
        .map_or(0, |burnt| i32::from(burnt.thermometer))
}

impl Efuse {
    pub(super) fn new(options: &ChipOptions) -> Self {
        let mut registers = Registers::new(tables::EFUSE);
        let [a, b, c, d, e, f] = options.mac;
        registers.set(MAC_LOW, u32::from_be_bytes([c, d, e, f]));
        registers.set(MAC_HIGH, u32::from_be_bytes([0, 0, a, b]));
        let (major, minor) = (u32::from(options.revision.0), u32::from(options.revision.1));
        let calibration = options.calibration.map(|burnt| burnt.words()).unwrap_or_default();
        registers.set(SYSTEM_3, (minor & 7) << 18 | calibration[0]);
        // External memory in the package; modules with a chip of their own read 0, but a board cannot tell.
        let capacity = match options.psram {
            Psram::None => 0,
            Psram::Quad(bytes) | Psram::Octal(bytes) => match bytes >> 20 {
                8 => 1,
                2 => 2,
                16 => 3,
                4 => 4,
                _ => 0,
            },
        };
        let vendor = match options.psram {
            Psram::None => 0,
            _ => 1,
        };
        registers.set(SYSTEM_4, (capacity & 3) << 3 | vendor << 7 | calibration[1]);
        registers.set(
            SYSTEM_5,
            (capacity >> 2) << 19 | (minor >> 3 & 1) << 23 | (major & 3) << 24 | calibration[2],
        );
        registers.set(SYS_PART1_4, calibration[3]);
        // DIS_APP_CPU
        registers.set(REPEAT_DATA0, u32::from(options.single_core) << 15);
        registers.set(REPEAT_DATA3, u32::from(options.flash_octal) << 9);
        let (dbias, most_digital) = options
            .calibration
            .map_or(((DBIAS_240, DBIAS_240), 31), |burnt| burnt.needs());
        Self {
            registers,
            dbias,
            most_digital,
        }
    }
}

impl Peripheral for Efuse {
    fn read(&mut self, offset: u32, _: Ticks) -> u32 {
        self.registers.get(offset)
    }

    fn write(&mut self, offset: u32, value: u32, _: Ticks) -> Option<Effect> {
        // A read command is done at once; nothing is ever burnt.
        let value = if offset == COMMAND { 0 } else { value };
        self.registers.store(offset, value);
        None
    }

    fn knows(&self, offset: u32) -> bool {
        self.registers.knows(offset)
    }
}
