//! What registers lead to beyond the peripherals themselves: clocks, resets, the second core, direct transfers.

use super::Board;
use crate::fault::Fault;
use crate::peripherals::Effect;
use crate::report::Report;
use crate::system::System;
use crate::time::{Ticks, TICKS_PER_SECOND};
use crate::turn::CoreClock;

/// Resets by watchdogs in a row, none of them long after the one before, that make a loop.
const LOOP_RESETS: u32 = 5;
/// A run of this length between two resets is none of a loop.
const LOOP_TICKS: Ticks = 20 * TICKS_PER_SECOND;

/// The name of a brownout's code begins with the RTC watchdog's.
const BROWNOUT: u8 = 0x0f;

impl<S: System> Board<S> {
    pub(super) fn advance_peripherals(&mut self) -> Result<(), Box<Report>> {
        if self.bus.next_event(self.now) > self.now {
            return Ok(());
        }
        while let Some(effect) = self.bus.advance(self.now) {
            self.bus.turn_mut().effects.push(effect);
            if self.apply_effects()? {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Carries out what registers led to; true when the chip was reset.
    pub(super) fn apply_effects(&mut self) -> Result<bool, Box<Report>> {
        for effect in std::mem::take(&mut self.bus.turn_mut().effects) {
            match effect {
                Effect::CpuClock { ticks_per_cycle } => {
                    for index in 0..2 {
                        let cycles = self.cores[index].cycles;
                        let ticks = self.bus.turn().ticks_at(index, cycles);
                        self.bus.turn_mut().set_clock(index, CoreClock { ticks, cycles });
                    }
                    self.bus.turn_mut().ticks_per_cycle = u64::from(ticks_per_cycle.max(1));
                    self.bus.refresh();
                }
                Effect::Reset { reason } => {
                    self.count_loop(reason)?;
                    self.restart(reason);
                    return Ok(true);
                }
                Effect::AppCore => self.app_core_changed()?,
                // Lines are looked at before each turn.
                Effect::Interrupts => {}
                Effect::Dma { channel } => {
                    let now = self.now;
                    if let Err(fault) = self.bus.transfer(channel, now) {
                        return Err(self.report(self.bus.turn().core, fault, Vec::new()));
                    }
                }
            }
        }
        Ok(false)
    }

    fn count_loop(&mut self, reason: u8) -> Result<(), Box<Report>> {
        if !is_watchdog::<S>(reason) || self.now - self.last_reset > LOOP_TICKS {
            self.loop_resets = 0;
        }
        self.last_reset = self.now;
        if is_watchdog::<S>(reason) {
            self.loop_resets += 1;
            if self.loop_resets >= LOOP_RESETS {
                let fault = Fault::ResetLoop {
                    count: self.loop_resets,
                    reason: S::reset_name(reason),
                };
                return Err(self.report(0, fault, Vec::new()));
            }
        }
        Ok(())
    }
}

/// Whether a reset code is a watchdog's: its name says so.
fn is_watchdog<S: System>(reason: u8) -> bool {
    S::reset_name(reason).contains("WDT") && reason != BROWNOUT
}
