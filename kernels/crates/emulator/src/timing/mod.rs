//! The pipeline's cycles: worked out per stretch of straight code when it is decoded; at run time only what crosses
//! from one stretch into the next is looked at.

pub mod hazard;
pub mod schedule;
mod vector;

use std::mem::offset_of;

use schedule::{Levels, Schedule};

/// How execution went from one stretch into the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// On to the following instruction.
    On,
    /// Back to the beginning of a zero-overhead loop.
    Loop,
    /// A taken branch, jump, call or return.
    Jump,
    /// Into an exception or interrupt handler.
    Enter,
}

/// Cycles that instructions take.
pub trait Timing {
    /// Cycles come from schedules; otherwise each instruction takes one and nothing below is called.
    const MODELLED: bool;
    /// A stretch begins: cycles that pass before its first instruction.
    fn begin(&mut self, schedule: &Schedule) -> u32;
    /// The stretch that began last came to its end.
    fn end(&mut self, schedule: &Schedule, way: Way);
    /// It was left early for a handler.
    fn leave(&mut self);
    /// The pipeline, if there is one.
    fn pipeline(&mut self) -> Option<&mut Pipeline>;
}

/// Every instruction takes one cycle.
#[derive(Debug, Clone, Copy, Default)]
pub struct OneCycle;

impl Timing for OneCycle {
    const MODELLED: bool = false;

    #[inline(always)]
    fn begin(&mut self, _: &Schedule) -> u32 {
        0
    }

    #[inline(always)]
    fn end(&mut self, _: &Schedule, _: Way) {}

    #[inline(always)]
    fn leave(&mut self) {}

    #[inline(always)]
    fn pipeline(&mut self) -> Option<&mut Pipeline> {
        None
    }
}

/// Instructions behind a taken branch that are fetched in vain.
pub(crate) const REDIRECT: u32 = 2;
/// Cycles more when the instruction gone to lies in two words.
pub(crate) const STRADDLE: u32 = 1;
/// Cycles from an instruction that gives way to a handler to the handler's first: assumed.
const ENTER: u32 = 5;

/// The pipeline of one core: single issue, in order, five stages.
#[derive(Debug, Clone, Copy, Default)]
pub struct Pipeline {
    /// Results that the last stretch left unfinished.
    late: Levels,
    /// Cycles to pass before the next stretch.
    refill: u32,
    /// The next stretch was not come to in order.
    redirected: bool,
}

impl Timing for Pipeline {
    const MODELLED: bool = true;

    #[inline(always)]
    fn begin(&mut self, schedule: &Schedule) -> u32 {
        let mut cycles = self.refill;
        if self.redirected && schedule.straddles {
            cycles += STRADDLE;
        }
        if self.late[0] & schedule.wanted[2] != 0 {
            cycles += self.wait(schedule, cycles);
        }
        cycles
    }

    #[inline(always)]
    fn end(&mut self, schedule: &Schedule, way: Way) {
        self.late = if schedule.cycles >= 3 {
            schedule.late
        } else {
            let old = self.late;
            let at = |level: usize| old.get(level + schedule.cycles as usize).copied().unwrap_or(0);
            std::array::from_fn(|level| schedule.late[level] | at(level))
        };
        (self.refill, self.redirected) = match way {
            Way::On => (0, false),
            Way::Loop => (0, true),
            Way::Jump => (REDIRECT, true),
            Way::Enter => (ENTER, true),
        };
    }

    #[inline]
    fn leave(&mut self) {
        *self = Self {
            refill: ENTER,
            redirected: true,
            ..Self::default()
        };
    }

    #[inline(always)]
    fn pipeline(&mut self) -> Option<&mut Pipeline> {
        Some(self)
    }
}

impl Pipeline {
    /// Where [`Pipeline::late`] lies in it.
    pub(crate) const LATE_AT: usize = offset_of!(Self, late);
    /// Where [`Pipeline::refill`] lies in it.
    pub(crate) const REFILL_AT: usize = offset_of!(Self, refill);
    /// Where [`Pipeline::redirected`] lies in it, a byte.
    pub(crate) const REDIRECTED_AT: usize = offset_of!(Self, redirected);

    /// Cycles that a stretch waits for unfinished results, when `passed` cycles pass anyway.
    #[cold]
    fn wait(&self, schedule: &Schedule, passed: u32) -> u32 {
        let late = |level: u32| self.late.get((level + passed) as usize).copied().unwrap_or(0);
        let waits = |cycles: u32| {
            (0..3).any(|offset| {
                // Wanted at `offset`, and then still `cycles` away.
                late(offset + cycles - 1) & schedule.wanted[offset as usize] != 0
            })
        };
        (1..=3).rev().find(|&cycles| waits(cycles)).unwrap_or(0)
    }
}
