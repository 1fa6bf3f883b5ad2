//! GPIO: pins as storage, the levels that the board gives them, and the strapping that the mask ROM read.

use super::registers::Registers;
use super::{tables, Effect, Peripheral};
use crate::time::Ticks;

const OUT: u32 = 0x04;
const OUT1: u32 = 0x10;
const ENABLE: u32 = 0x20;
const ENABLE1: u32 = 0x2c;
const STRAP: u32 = 0x38;
const IN: u32 = 0x3c;
const IN1: u32 = 0x40;
const STATUS: u32 = 0x44;
const STATUS1: u32 = 0x50;

/// Straps: boot from flash, or wait for a download when GPIO0 is low.
const STRAP_FLASH: u32 = 0x8;
const STRAP_DOWNLOAD: u32 = 0x0;

/// The pins.
#[derive(Debug, Clone)]
pub(super) struct Gpio {
    registers: Registers,
    /// Levels that the board drives or pulls; pins 0 to 48.
    board: u64,
}

impl Gpio {
    /// Pins of a board whose boot button is held or not.
    pub(super) fn new(gpio0_low: bool) -> Self {
        let mut gpio = Self {
            registers: Registers::new(tables::GPIO),
            board: u64::from(!gpio0_low),
        };
        gpio.reset();
        gpio
    }

    pub(super) fn reset(&mut self) {
        self.registers.reset();
        let strap = if self.board & 1 != 0 {
            STRAP_FLASH
        } else {
            STRAP_DOWNLOAD
        };
        self.registers.set(STRAP, strap);
    }

    /// Levels of the pins that are outputs, and the board's of the others.
    fn levels(&self) -> u64 {
        let wide = |low: u32, high: u32| {
            u64::from(self.registers.get(high)) << 32 | u64::from(self.registers.get(low))
        };
        let enabled = wide(ENABLE, ENABLE1);
        wide(OUT, OUT1) & enabled | self.board & !enabled
    }

    /// What the pins show outside: pins that are driven, and their levels.
    pub(super) fn outputs(&self) -> (u64, u64) {
        let enabled = u64::from(self.registers.get(ENABLE1)) << 32 | u64::from(self.registers.get(ENABLE));
        (enabled, self.levels() & enabled)
    }
}

impl Peripheral for Gpio {
    fn read(&mut self, offset: u32, _: Ticks) -> u32 {
        match offset {
            IN => self.levels() as u32,
            IN1 => (self.levels() >> 32) as u32,
            _ => self.registers.get(offset),
        }
    }

    fn write(&mut self, offset: u32, value: u32, _: Ticks) -> Option<Effect> {
        for base in [OUT, OUT1, ENABLE, ENABLE1, STATUS, STATUS1] {
            let before = self.registers.get(base);
            // A register, then the ones that set and clear its bits.
            let after = match offset.wrapping_sub(base) {
                4 => before | value,
                8 => before & !value,
                _ => continue,
            };
            self.registers.store(base, after);
            return None;
        }
        self.registers.store(offset, value);
        None
    }

    fn knows(&self, offset: u32) -> bool {
        self.registers.knows(offset)
    }
}
