//! eFuse: who this chip is.
//!
//! Fields: espressif/esp-idf `components/efuse/esp32s3/esp_efuse_table.csv`.

use super::registers::Registers;
use super::{tables, Effect, Peripheral};
use crate::chip::{ChipOptions, Psram};
use crate::time::Ticks;

const REPEAT_DATA0: u32 = 0x30;
const REPEAT_DATA3: u32 = 0x3c;
const MAC_LOW: u32 = 0x44;
const MAC_HIGH: u32 = 0x48;
const SYSTEM_3: u32 = 0x50;
const SYSTEM_4: u32 = 0x54;
const SYSTEM_5: u32 = 0x58;
const COMMAND: u32 = 0x1d4;

/// The burnt fields.
#[derive(Debug, Clone)]
pub(super) struct Efuse {
    registers: Registers,
}

impl Efuse {
    pub(super) fn new(options: &ChipOptions) -> Self {
        let mut registers = Registers::new(tables::EFUSE);
        let [a, b, c, d, e, f] = options.mac;
        registers.set(MAC_LOW, u32::from_be_bytes([c, d, e, f]));
        registers.set(MAC_HIGH, u32::from_be_bytes([0, 0, a, b]));
        let (major, minor) = (u32::from(options.revision.0), u32::from(options.revision.1));
        registers.set(SYSTEM_3, (minor & 7) << 18);
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
        registers.set(SYSTEM_4, (capacity & 3) << 3 | vendor << 7);
        registers.set(
            SYSTEM_5,
            (capacity >> 2) << 19 | (minor >> 3 & 1) << 23 | (major & 3) << 24,
        );
        // DIS_APP_CPU
        registers.set(REPEAT_DATA0, u32::from(options.single_core) << 15);
        registers.set(REPEAT_DATA3, u32::from(options.flash_octal) << 9);
        Self { registers }
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
