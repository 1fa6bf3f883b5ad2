//! What a run did with the caches and the memory bus.

use crate::time::Ticks;

/// What a run did with the caches and the memory bus.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Statistics {
    /// Lines that instructions were fetched from, once for every straight stretch of code that touches one.
    pub instruction_lines: u64,
    /// Lines that instructions waited for.
    pub instruction_misses: u64,
    /// Lines from flash that data accesses waited for.
    pub data_misses_flash: u64,
    /// Lines from PSRAM that data accesses waited for.
    pub data_misses_psram: u64,
    /// Lines that came in ahead of their use.
    pub prefetched: u64,
    /// Changed lines that went back.
    pub written_back: u64,
    /// Ticks for which the memory bus was busy; counted while time is modelled.
    pub bus_busy: Ticks,
    /// Ticks for which each core waited for it.
    pub waited: [Ticks; 2],
}
