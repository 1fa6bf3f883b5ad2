//! The peripherals as firmware and the machine see them: registers, time, hosts, resets.

mod clocks;
mod dma;
mod identity;
mod interrupts;
mod pins;
mod ports;
mod thermometer;
mod timers;
mod watchdogs;

use soc::chip::ChipOptions;
use soc::peripherals::{Effect, Peripherals, Warning};
use soc::time::{Ticks, TICKS_PER_SECOND};

/// Ticks of a microsecond.
const MICROSECOND: Ticks = TICKS_PER_SECOND / 1_000_000;
/// Ticks of a millisecond.
const MILLISECOND: Ticks = TICKS_PER_SECOND / 1000;

/// The peripherals and a clock that moves with every access.
struct Bench {
    chip: Peripherals,
    now: Ticks,
}

impl Bench {
    fn new() -> Self {
        Self::with(&ChipOptions::default())
    }

    fn with(options: &ChipOptions) -> Self {
        Self {
            chip: Peripherals::new(options),
            now: 0,
        }
    }

    fn read(&mut self, address: u32) -> u32 {
        match self.chip.read(address, 0, self.now) {
            Ok(value) => value,
            Err(_) => panic!("{}", self.chip.explain(address)),
        }
    }

    fn write(&mut self, address: u32, value: u32) -> Option<Effect> {
        match self.chip.write(address, value, 0, self.now) {
            Ok(effect) => effect,
            Err(_) => panic!("{}", self.chip.explain(address)),
        }
    }

    /// Sets and clears bits of a register.
    fn change(&mut self, address: u32, clear: u32, set: u32) -> Option<Effect> {
        let value = self.read(address) & !clear | set;
        self.write(address, value)
    }

    /// Lets time pass as the machine does; gives the first reset on the way, at which time stands still.
    fn pass(&mut self, ticks: Ticks) -> Option<u8> {
        let end = self.now + ticks;
        loop {
            let next = self.chip.next_event(self.now).max(self.now);
            if next > end {
                self.now = end;
                return None;
            }
            self.now = next;
            while let Some(effect) = self.chip.advance(self.now) {
                if let Effect::Reset { reason } = effect {
                    return Some(reason);
                }
            }
            // What is due has happened.
            assert!(self.chip.next_event(self.now) > self.now, "time stands still");
        }
    }

    fn warnings(&mut self) -> Vec<Warning> {
        let warnings = self.chip.warnings();
        warnings.all().iter().map(|warned| warned.warning).collect()
    }

    /// All boot watchdogs off, as firmware begins.
    fn calm(&mut self) {
        for (lock, config) in [(0x6001_f064, 0x6001_f048), (0x6000_80b0, 0x6000_8098)] {
            self.write(lock, 0x50d8_3aa1);
            self.write(config, 0);
            self.write(lock, 0);
        }
        self.write(0x6000_80b8, 0x8f1d_312a);
        self.change(0x6000_80b4, 0, 1 << 31);
        self.write(0x6000_80b8, 0);
    }
}
