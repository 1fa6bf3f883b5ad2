//! The random number register: a sequence that a seed fixes, so that runs can be repeated.

use super::registers::{Registers, Row};
use super::warning::Warning;
use super::{Effect, Peripheral};
use crate::time::{Ticks, TICKS_PER_SECOND};

/// APB cycles after which the next number is there.
const APB_CYCLES: u64 = 16;

/// The register.
#[derive(Debug, Clone)]
pub(crate) struct Random {
    registers: Registers,
    state: u64,
    value: u32,
    /// When the last number was given, and the ticks after which the next one is there.
    given: Option<Ticks>,
    pause: Ticks,
    /// What is said of a number without noise.
    without_noise: Warning,
    /// There is a source of noise.
    pub(crate) noisy: bool,
}

impl Random {
    pub(crate) fn new(rows: &[Row], without_noise: Warning, seed: u64, apb: u64) -> Self {
        let mut random = Self {
            registers: Registers::new(rows),
            state: seed,
            value: 0,
            given: None,
            pause: 0,
            without_noise,
            noisy: false,
        };
        random.set_apb(apb);
        random
    }

    /// The APB clock changed, in hertz.
    pub(crate) fn set_apb(&mut self, hertz: u64) {
        self.pause = APB_CYCLES * TICKS_PER_SECOND / hertz;
    }

    /// SplitMix64.
    fn next(&mut self) -> u32 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.state ^ self.state >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ mixed >> 31) >> 32) as u32
    }
}

impl Peripheral for Random {
    fn read(&mut self, _: u32, now: Ticks) -> u32 {
        if !self.noisy {
            self.registers.warn(self.without_noise);
        }
        // The cores take turns, so that one may still be in the other's past.
        if self.given.is_some_and(|given| now.abs_diff(given) < self.pause) {
            self.registers.warn(Warning::RandomTooSoon);
        } else {
            self.value = self.next();
            self.given = Some(now);
        }
        self.value
    }

    fn write(&mut self, _: u32, _: u32, _: Ticks) -> Option<Effect> {
        None
    }

    fn knows(&self, offset: u32) -> bool {
        self.registers.knows(offset)
    }

    fn warnings(&mut self) -> Option<&mut Vec<Warning>> {
        Some(&mut self.registers.warnings)
    }
}
