//! The peripherals on the register bus, a file each, and the bus that finds them by address.

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
}

/// A peripheral: registers of 32 bits at offsets from its base.
pub trait Peripheral {
    /// The register at `offset` (a multiple of 4) at time `now`.
    fn read(&mut self, offset: u32, now: Ticks) -> u32;
    /// Writes the register at `offset`; `Some` when the chip has to react.
    fn write(&mut self, offset: u32, value: u32, now: Ticks) -> Option<Effect>;
}
