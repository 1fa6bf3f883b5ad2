//! GPIO: pins as storage, the levels that the board gives them, the matrix behind them, and the strapping that the mask ROM
//! read.

use super::registers::{Registers, Row};
use super::{Effect, Peripheral};
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
/// The signal that is the pin's own bit of OUT.
const PLAIN: u32 = 256;

/// Pins of the ESP32-S3 are numbered from 0 to 48.
pub const PINS: u32 = 49;

/// What differs between the chips.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Layout {
    pub(crate) rows: &'static [Row],
    /// FUNC0_OUT_SEL; the other pins' follow.
    pub(crate) out_select: u32,
    pub(crate) pins: u32,
    /// Straps: boot from flash, or wait for a download when GPIO0 is low.
    pub(crate) straps: (u32, u32),
}

/// The pins.
#[derive(Debug, Clone)]
pub(crate) struct Gpio {
    registers: Registers,
    layout: Layout,
    /// Pins that something on the board drives or pulls, and their levels.
    held: u64,
    board: u64,
    /// Pins that are pulled up, as far as software chose so: what pulls at reset differs from pin to pin.
    pulled: u64,
}

/// What drives a pin from inside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Source {
    /// Its bit of OUT.
    Level(bool),
    /// An output signal of a peripheral.
    Signal(u32),
}

impl Gpio {
    /// Pins of a board whose boot button is held or not.
    pub(crate) fn new(layout: Layout, gpio0_low: bool) -> Self {
        let mut gpio = Self {
            registers: Registers::new(layout.rows),
            layout,
            held: 1,
            board: u64::from(!gpio0_low),
            pulled: 0,
        };
        gpio.reset();
        gpio
    }

    pub(crate) fn reset(&mut self) {
        self.registers.reset();
        self.pulled = 0;
        let strap = if self.board & 1 != 0 {
            self.layout.straps.0
        } else {
            self.layout.straps.1
        };
        self.registers.set(STRAP, strap);
    }

    /// Levels of the pins that are outputs, and the board's of the others.
    fn levels(&self) -> u64 {
        let wide = |low: u32, high: u32| {
            u64::from(self.registers.get(high)) << 32 | u64::from(self.registers.get(low))
        };
        let enabled = wide(ENABLE, ENABLE1);
        let outside = self.board & self.held | self.pulled & !self.held;
        wide(OUT, OUT1) & enabled | outside & !enabled
    }

    /// The pad of a pin was set up: bit 8 pulls it up.
    pub(crate) fn set_pad(&mut self, pin: u32, value: u32) {
        self.pulled = self.pulled & !(1 << pin) | u64::from(value >> 8 & 1) << pin;
    }

    /// Something on the board holds a pin at a level, or lets go of it.
    pub(crate) fn hold(&mut self, pin: u32, level: Option<bool>) {
        let bit = 1 << (pin % self.layout.pins);
        self.held = self.held & !bit | if level.is_some() { bit } else { 0 };
        self.board = self.board & !bit | if level == Some(true) { bit } else { 0 };
    }

    /// What drives a pin, and whether it does so inverted; nothing when it is no output.
    pub(crate) fn source(&self, pin: u32) -> Option<(Source, bool)> {
        let (enabled, levels) = self.outputs();
        let select = self.registers.get(self.layout.out_select + 4 * pin);
        let inverted = select >> 9 & 1 != 0;
        match select & 0x1ff {
            PLAIN => (enabled >> pin & 1 != 0).then_some((Source::Level(levels >> pin & 1 != 0), inverted)),
            // Without OEN_SEL the peripheral itself enables the output, which those that are emulated always do.
            signal => (select >> 10 & 1 == 0 || enabled >> pin & 1 != 0)
                .then_some((Source::Signal(signal), inverted)),
        }
    }

    /// The signal that the matrix sends to a pin; [`PLAIN`] is its bit of OUT.
    pub(crate) fn signal(&self, pin: u32) -> u32 {
        self.registers.get(self.layout.out_select + 4 * pin) & 0x1ff
    }

    /// What the pins show outside: pins that are driven, and their levels.
    pub(crate) fn outputs(&self) -> (u64, u64) {
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
