//! What every peripheral is to the bus, and what it can ask of the chip around it.

use super::{rtc_cntl, Warning};
use crate::time::Ticks;

/// What a register access does beyond the peripheral itself; the machine carries it out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// The CPU clock changed to this many ticks a cycle (2 at 240 MHz, 24 at 20 MHz).
    CpuClock {
        /// Ticks of the 480 MHz time base per CPU cycle.
        ticks_per_cycle: u32,
    },
    /// The chip, or a core of it, resets; the code is what `rtc_get_reset_reason` then returns.
    Reset {
        /// Reset reason as the mask ROM reports it.
        reason: u8,
    },
    /// The second core's clock, stall or reset lines changed.
    AppCore,
    /// Interrupt lines of the cores may have changed.
    Interrupts,
    /// A GDMA channel was started: [`Gdma::run`] carries it out.
    Dma {
        /// The channel, 0 to 4.
        channel: u8,
    },
}

/// A peripheral: registers of 32 bits at offsets from its base.
pub trait Peripheral {
    /// The register at `offset` (a multiple of 4) at time `now`.
    fn read(&mut self, offset: u32, now: Ticks) -> u32;
    /// Writes the register at `offset`; `Some` when the chip has to react.
    fn write(&mut self, offset: u32, value: u32, now: Ticks) -> Option<Effect>;
    /// Whether there is a register at `offset`.
    fn knows(&self, offset: u32) -> bool;
    /// When something happens here by itself, [`Ticks::MAX`] for never.
    fn next_event(&self, _now: Ticks) -> Ticks {
        Ticks::MAX
    }
    /// Lets happen what is due at `now`.
    fn advance(&mut self, _now: Ticks) -> Option<Effect> {
        None
    }
    /// Interrupt sources that this peripheral drives, its first one in bit 0.
    fn lines(&self) -> u32 {
        0
    }
    /// Warnings since the bus last took them.
    fn warnings(&mut self) -> Option<&mut Vec<Warning>> {
        None
    }
}

/// What a reset with this code takes with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResetScope {
    /// The cores only: peripherals go on.
    Cores,
    /// Cores and digital peripherals; the RTC keeps its registers.
    Digital,
    /// The RTC too; only at power-on its STORE registers.
    Chip,
}

/// What a reset with this code, as `rtc_get_reset_reason` returns it, takes with it.
pub fn reset_scope(reason: u8) -> ResetScope {
    match reason {
        11 | 12 | 13 | 17 => ResetScope::Cores,
        _ if rtc_cntl::resets_rtc(reason) => ResetScope::Chip,
        _ => ResetScope::Digital,
    }
}
