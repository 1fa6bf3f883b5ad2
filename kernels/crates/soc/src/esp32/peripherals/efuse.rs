//! eFuse: who this chip is.
//!
//! Fields: espressif/esp-idf `components/soc/esp32/register/soc/efuse_reg.h`; revisions: `components/hal/esp32/efuse_hal.c`.

use super::tables;
use crate::chip::ChipOptions;
use crate::peripherals::registers::Registers;
use crate::peripherals::{Effect, Peripheral};
use crate::time::Ticks;

const MAC_LOW: u32 = 0x04;
const MAC_HIGH: u32 = 0x08;
const IDENTITY: u32 = 0x0c;
const VERSION: u32 = 0x14;
const COMMAND: u32 = 0x104;
/// Package of an ESP32-D0WD (D0WDQ5), in bits 11:9.
const PACKAGE: u32 = 1 << 9;

/// The burnt fields.
#[derive(Debug, Clone)]
pub(super) struct Efuse {
    registers: Registers,
}

/// CRC-8 of the address as it is printed, with the polynomial that the factory uses.
/// [espressif/esp-idf `components/esp_rom/patches/esp_rom_efuse.c`]
fn checksum(mac: &[u8; 6]) -> u8 {
    mac.iter().fold(0, |crc, &byte| {
        (0..8).fold(
            crc ^ byte,
            |crc, _| {
                if crc & 1 != 0 {
                    crc >> 1 ^ 0x8c
                } else {
                    crc >> 1
                }
            },
        )
    })
}

/// The three bits that tell a major revision: two of eFuse, and bit 31 of SYSCON_DATE.
pub(super) fn revision_bits(major: u8) -> [bool; 3] {
    [major >= 1, major >= 2, major >= 3]
}

impl Efuse {
    pub(super) fn new(options: &ChipOptions) -> Self {
        let mut registers = Registers::new(tables::EFUSE);
        let [a, b, c, d, e, f] = options.mac;
        registers.set(MAC_LOW, u32::from_be_bytes([c, d, e, f]));
        registers.set(
            MAC_HIGH,
            u32::from_be_bytes([0, 0, a, b]) | u32::from(checksum(&options.mac)) << 16,
        );
        let [first, second, _] = revision_bits(options.revision.0);
        registers.set(
            IDENTITY,
            u32::from(options.single_core) | PACKAGE | u32::from(first) << 15,
        );
        registers.set(
            VERSION,
            u32::from(second) << 20 | u32::from(options.revision.1 & 3) << 24,
        );
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
