//! How the cores come to run: the mask ROM's boot, and the second core's start.

use emulator::core::special::number;
use emulator::core::{ps, Core};
use emulator::run::Pipeline;

use super::Board;
use crate::fault::Fault;
use crate::report::{CoreState, Report};
use crate::system::System;
use crate::time::{Ticks, TICKS_PER_SECOND};
use crate::turn::CoreClock;

/// The mask ROM's own work before and after loading (assumed; boot logs show some ten milliseconds).
const ROM_TICKS: Ticks = TICKS_PER_SECOND / 50;
/// Ticks in which the ROM reads and copies a byte at 20 MHz (assumed: 0.2 µs).
const ROM_TICKS_PER_BYTE: Ticks = TICKS_PER_SECOND / 5_000_000;
/// Ticks of a character at 115200 bit/s.
const ROM_TICKS_PER_CHARACTER: Ticks = TICKS_PER_SECOND * 10 / 115_200;
/// How long the second core may wait in ROM for its entry, running.
const APP_CORE_PATIENCE: Ticks = TICKS_PER_SECOND / 10;

impl<S: System> Board<S> {
    fn say(&mut self, text: &str) {
        for byte in text.bytes() {
            self.bus.rom_write(byte);
        }
        self.now += ROM_TICKS_PER_CHARACTER * text.len() as Ticks;
    }

    pub(super) fn boot(&mut self) -> Result<(), Box<Report>> {
        self.now += ROM_TICKS;
        if self.options.gpio0_low {
            self.say(S::DOWNLOAD);
            self.booted = true;
            return Ok(());
        }
        let reason = self.bus.reset_reason(0);
        // The ROM reads until the chip answers.
        self.now = self.now.max(self.bus.flash().busy_until());
        let outcome = self.bus.load_image(reason);
        self.say(&outcome.log);
        let booted = match outcome.result {
            Ok(booted) => booted,
            Err(reason) => return Err(self.report(0, Fault::Boot(reason), Vec::new())),
        };
        self.now += ROM_TICKS_PER_BYTE * Ticks::from(booted.bytes);
        self.bus.hand_over(&booted);
        let entry = booted.entry;
        self.enter(0, entry);
        self.app_resets = self.bus.app_core().resets;
        self.booted = true;
        self.app_core_changed()
    }

    /// A core leaves the mask ROM: it stands in the window of a ROM function that calls the entry.
    fn enter(&mut self, index: usize, entry: u32) {
        let mut core = Core::of(S::MODEL, index as u8);
        let stack = S::STACK_TOP[index] - 0x100;
        let mut registers = [0; 64];
        // Two frames of the ROM: the first has no caller, the second is the caller of the firmware.
        registers[1] = stack + 0x40;
        registers[8] = 2 << 30 | S::RETURNED & 0x3fff_ffff;
        registers[9] = stack;
        registers[16] = 2 << 30 | S::RETURNED & 0x3fff_ffff;
        core.set_physical_registers(registers);
        for (register, value) in [
            (number::WINDOWBASE, 2),
            (number::WINDOWSTART, 0b101),
            // The ROM switches the loop buffer on.
            (number::MEMCTL, 1),
            (number::PS, ps::WOE | ps::UM | 2 << ps::CALLINC_SHIFT),
        ] {
            // These registers exist.
            let _ = core.write_special(register, value);
        }
        core.pc = entry;
        self.cores[index] = core;
        self.pipelines[index] = Pipeline::default();
        self.lines[index] = 0;
        self.states[index] = CoreState::Running;
        let ticks = self.now;
        self.bus
            .turn_mut()
            .set_clock(index, CoreClock { ticks, cycles: 0 });
    }

    /// The lines of the second core changed.
    pub(super) fn app_core_changed(&mut self) -> Result<(), Box<Report>> {
        let lines = self.bus.app_core();
        if lines.resets != self.app_resets {
            self.app_resets = lines.resets;
            self.instructions += self.cores[1].instructions;
            self.cores[1] = Core::of(S::MODEL, 1);
            self.states[1] = CoreState::InRom;
            self.app_since = self.now;
        }
        let runs = lines.clocked && !lines.reset && !lines.stalled;
        match self.states[1] {
            CoreState::InRom if runs && lines.entry != 0 => {
                if let Some(address) = self.bus.lost_variable(1) {
                    let fault = Fault::RomDataLost {
                        function: "that starts the second core",
                        address,
                    };
                    return Err(self.report(1, fault, Vec::new()));
                }
                self.enter(1, lines.entry);
            }
            CoreState::Running | CoreState::Waiting if !runs => self.states[1] = CoreState::Stalled,
            CoreState::Stalled if runs => {
                let (ticks, cycles) = (self.now, self.cores[1].cycles);
                self.bus.turn_mut().set_clock(1, CoreClock { ticks, cycles });
                self.states[1] = CoreState::Running;
            }
            _ => {}
        }
        let stalled = self.bus.pro_stalled();
        match self.states[0] {
            CoreState::Running if stalled => self.states[0] = CoreState::Stalled,
            CoreState::Stalled if !stalled => {
                let (ticks, cycles) = (self.now, self.cores[0].cycles);
                self.bus.turn_mut().set_clock(0, CoreClock { ticks, cycles });
                self.states[0] = CoreState::Running;
            }
            _ => {}
        }
        Ok(())
    }

    /// The second core spins in ROM until it is told where to begin.
    pub(super) fn check_app_core(&mut self) -> Result<(), Box<Report>> {
        if self.states[1] != CoreState::InRom || self.now - self.app_since < APP_CORE_PATIENCE {
            return Ok(());
        }
        let lines = self.bus.app_core();
        if lines.clocked && !lines.reset && !lines.stalled && lines.entry == 0 {
            return Err(self.report(1, Fault::AppCoreWithoutEntry, Vec::new()));
        }
        self.app_since = self.now;
        Ok(())
    }
}
