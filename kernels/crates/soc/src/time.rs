//! Time of the whole chip, in ticks that every clock divides.

/// Ticks of a 480 MHz clock since power-on: one CPU cycle at 240 MHz is 2, one SYSTIMER count at 16 MHz is 30, one
/// cycle of the 40 MHz crystal is 12.
pub type Ticks = u64;

/// Ticks per second.
pub const TICKS_PER_SECOND: u64 = 480_000_000;
