//! The chip's thermometer, in SENS: its clock and reset, its power, a conversion and the number that it gives.
//!
//! Registers: espressif/esp-idf `components/soc/esp32s3/include/soc/sens_reg.h`; how they are used and what the number
//! means: `temperature_sensor_ll.h`; ranges: `temperature_sensor_periph.c`. The range lies behind the analog master.

use super::registers::Registers;
use super::tables;
use super::warning::Warning;
use crate::time::{Ticks, TICKS_PER_SECOND};

/// Where SENS begins on the page that it shares with RTC_CNTL.
pub(super) const SENS: u32 = 0x800;

const CONTROL: u32 = SENS + 0x50;
const CONTROL2: u32 = SENS + 0x54;
const CLOCKS: u32 = SENS + 0x104;
const RESETS: u32 = SENS + 0x108;

const READY: u32 = 1 << 8;
const POWER_UP: u32 = 1 << 22;
const POWER_UP_FORCE: u32 = 1 << 23;
const DUMP_OUT: u32 = 1 << 24;
/// In CLOCKS and RESETS.
const THERMOMETER: u32 = 29;

/// Settings of the range and the offset of each.
const RANGES: [(u8, f64); 5] = [(5, -2.0), (7, -1.0), (15, 0.0), (11, 1.0), (10, 2.0)];
/// Degrees of a step, below 0 at step 0, and of a step of the offset.
const STEP: f64 = 0.4386;
const AT_ZERO: f64 = 20.52;
const OFFSET: f64 = 27.88;

/// How long drivers wait after power-up: the value comes closer to the truth until then.
const SETTLE_TICKS: Ticks = 300 * (TICKS_PER_SECOND / 1_000_000);
/// How long a conversion takes (inferred: software polls for its end).
const CONVERSION_TICKS: Ticks = 50 * (TICKS_PER_SECOND / 1_000_000);

/// What an emulated chip has until somebody says otherwise: a board that works, in a room.
const USUAL: f64 = 35.0;

/// The thermometer and what it measures.
#[derive(Debug, Clone)]
pub(super) struct Thermometer {
    pub(super) registers: Registers,
    /// The chip's temperature in degrees Celsius.
    celsius: f64,
    /// By how much this chip's thermometer says too much, in tenths of a degree, as its eFuse has it.
    too_much: i32,
    /// Setting of the range.
    range: u8,
    powered: Option<Ticks>,
    /// When the running conversion ends.
    converting: Option<Ticks>,
    /// The last conversion's number, and whether READY says so.
    number: u8,
    ready: bool,
}

impl Thermometer {
    pub(super) fn new(too_much: i32) -> Self {
        Self {
            registers: Registers::new(tables::SENS),
            celsius: USUAL,
            too_much,
            range: 0,
            powered: None,
            converting: None,
            number: 0,
            ready: false,
        }
    }

    /// A reset of the RTC; the chip stays as warm as it is.
    pub(super) fn reset(&mut self) {
        let celsius = self.celsius;
        *self = Self::new(self.too_much);
        self.celsius = celsius;
    }

    /// What is measured from now on, in degrees Celsius.
    pub(super) fn set_celsius(&mut self, celsius: f64) {
        self.celsius = celsius;
    }

    /// The setting behind the analog master.
    pub(super) fn set_range(&mut self, range: u8) {
        self.range = range;
    }

    fn has_power(&self) -> bool {
        let force = POWER_UP | POWER_UP_FORCE;
        self.registers.get(CONTROL) & force == force
            && self.registers.field(CONTROL2, 12, 2) != 0
            && self.registers.bit(CLOCKS, THERMOMETER)
            && !self.registers.bit(RESETS, THERMOMETER)
    }

    /// What the converter says at this temperature.
    fn convert(&mut self) -> u8 {
        let Some((_, offset)) = RANGES.iter().find(|range| range.0 == self.range) else {
            self.registers
                .warn(Warning::ThermometerRange { range: self.range });
            return 0;
        };
        let celsius = self.celsius + f64::from(self.too_much) / 10.0;
        ((celsius + AT_ZERO + OFFSET * offset) / STEP)
            .round()
            .clamp(0.0, 255.0) as u8
    }

    pub(super) fn read(&mut self, offset: u32, now: Ticks) -> u32 {
        if self.converting.is_some_and(|done| done <= now) {
            self.converting = None;
            self.number = self.convert();
            self.ready = true;
        }
        let value = self.registers.get(offset);
        if offset != CONTROL {
            return value;
        }
        value | u32::from(self.number) | if self.ready { READY } else { 0 }
    }

    pub(super) fn write(&mut self, offset: u32, value: u32, now: Ticks) {
        // What ended before this write is there.
        self.read(offset, now);
        let before = self.registers.get(CONTROL);
        self.registers.store(offset, value);
        if !self.has_power() {
            self.powered = None;
            self.converting = None;
        } else if self.powered.is_none() {
            self.powered = Some(now);
        }
        let starts = self.registers.get(CONTROL) & !before & DUMP_OUT != 0;
        if !starts {
            return;
        }
        self.ready = false;
        match self.powered {
            None => self.registers.warn(Warning::ThermometerOff),
            Some(since) => {
                if now < since + SETTLE_TICKS {
                    self.registers.warn(Warning::ThermometerEarly);
                }
                self.converting = Some(now + CONVERSION_TICKS);
            }
        }
    }
}
