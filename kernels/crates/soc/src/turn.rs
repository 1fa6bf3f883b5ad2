//! The turn of the core that runs, as every bus keeps it: whose it is, when its accesses are, what they lead to.

use crate::fault::FaultSlot;
use crate::peripherals::Effect;
use crate::time::Ticks;

/// Relation of a core's cycles to the chip's time.
#[derive(Debug, Clone, Copy, Default)]
pub struct CoreClock {
    /// Ticks at
    pub ticks: Ticks,
    /// this cycle of the core.
    pub cycles: u64,
}

/// Whose turn it is, and what came of it so far.
pub struct Turn {
    /// Which core is running.
    pub core: usize,
    clocks: [CoreClock; 2],
    /// Ticks of a CPU cycle.
    pub ticks_per_cycle: u64,
    /// When the stretch of code began that makes the accesses, how far into it the next one is, and how long the core
    /// waited for those before it, in cycles.
    pub cycle: u64,
    /// See [`Turn::cycle`].
    pub offset: u32,
    /// See [`Turn::cycle`].
    pub stall: u32,
    /// Time is modelled.
    pub timed: bool,
    /// What register accesses lead to, for the machine.
    pub effects: Vec<Effect>,
    /// Why an access failed.
    pub fault: FaultSlot,
}

impl Turn {
    /// At power-on, with the ticks of a cycle then.
    pub fn new(ticks_per_cycle: u64, timed: bool) -> Self {
        Self {
            core: 0,
            clocks: [CoreClock::default(); 2],
            ticks_per_cycle,
            cycle: 0,
            offset: 0,
            stall: 0,
            timed,
            effects: Vec::new(),
            fault: FaultSlot::default(),
        }
    }

    /// Sets how a core's cycles relate to time.
    pub fn set_clock(&mut self, core: usize, clock: CoreClock) {
        self.clocks[core] = clock;
    }

    /// The time at a cycle of a core.
    pub fn ticks_at(&self, core: usize, cycle: u64) -> Ticks {
        let clock = self.clocks[core];
        clock.ticks + cycle.saturating_sub(clock.cycles) * self.ticks_per_cycle
    }

    /// The first cycle of a core at or after a time.
    pub fn cycle_at(&self, core: usize, ticks: Ticks) -> u64 {
        let clock = self.clocks[core];
        clock.cycles + ticks.saturating_sub(clock.ticks).div_ceil(self.ticks_per_cycle)
    }

    /// The time of the access that is being made.
    pub fn now(&self) -> Ticks {
        let cycle = self.cycle + u64::from(self.offset) + u64::from(self.stall);
        self.ticks_at(self.core, cycle)
    }

    /// The running core waits until a time.
    pub fn wait_until(&mut self, now: Ticks, until: Ticks) {
        if self.timed && until > now {
            self.stall += (until - now).div_ceil(self.ticks_per_cycle) as u32;
        }
    }
}
