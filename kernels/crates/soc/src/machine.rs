//! The whole board: two cores in turns on one bus, resets, the second core's start, and time.

mod effects;
mod faults;
mod start;
mod translation;

use emulator::block::BlockCache;
use emulator::core::special::number;
use emulator::core::stop::Cause;
use emulator::core::{ps, Core};
use emulator::run::{OneCycle, Pause, Pipeline};

use crate::bus::SocBus;
use crate::chip::ChipOptions;
use crate::fault::Fault;
use crate::report::{describe, CoreReport, CoreState, Report};
use crate::rom::Entry;
use crate::statistics::Statistics;
use crate::symbols::Symbols;
use crate::system::System;
use crate::time::{Ticks, TICKS_PER_SECOND};

/// CPU cycles of a core's turn: how late the cores see what the other stored. The timed mode keeps hand-offs between
/// cores within a few instructions of what silicon takes; the flat-out mode changes less often.
const TURN: [u64; 2] = [1024, 64];
/// The longest step of time while no core has anything to do.
const IDLE_STEP: Ticks = TICKS_PER_SECOND / 1000;
/// Reason of a power-on reset.
const POWER_ON: u8 = 1;
/// Different warnings of memory accesses that are kept.
const MOST_WARNINGS: usize = 64;
/// Resets that are remembered.
const MOST_RESETS: usize = 64;

/// Why a run paused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stopped {
    /// The time asked for has come.
    Time,
    /// Both cores wait for interrupts that nothing is going to raise.
    Waiting,
    /// The mask ROM waits for a download.
    Download,
}

/// A board with an ESP32-S3.
pub type Machine = Board<SocBus>;

/// A board with everything on it.
pub struct Board<S: System> {
    bus: S,
    cores: [Core; 2],
    states: [CoreState; 2],
    pipelines: [Pipeline; 2],
    lines: [u32; 2],
    blocks: BlockCache,
    options: ChipOptions,
    now: Ticks,
    rom: S::RomState,
    symbols: Symbols,
    booted: bool,
    app_resets: u32,
    app_since: Ticks,
    resets: Vec<(Ticks, &'static str)>,
    loop_resets: u32,
    last_reset: Ticks,
    instructions: u64,
    first: usize,
    misaligned: [u64; 2],
    warnings: Vec<String>,
}

impl<S: System> Board<S> {
    /// A board at power-on; the mask ROM boots with the first run.
    pub fn new(mut options: ChipOptions) -> Self {
        let bus = S::new(&options);
        // The flash chip has it now.
        options.flash = Vec::new();
        Self {
            bus,
            cores: [Core::of(S::MODEL, 0), Core::of(S::MODEL, 1)],
            states: [CoreState::InRom, CoreState::Off],
            pipelines: [Pipeline::default(); 2],
            lines: [0; 2],
            blocks: BlockCache::new(),
            options,
            now: 0,
            rom: S::RomState::default(),
            symbols: Symbols::default(),
            booted: false,
            app_resets: 0,
            app_since: 0,
            resets: Vec::new(),
            loop_resets: 0,
            last_reset: 0,
            instructions: 0,
            first: 0,
            misaligned: [0; 2],
            warnings: Vec::new(),
        }
    }

    /// Ticks since power-on.
    pub fn now(&self) -> Ticks {
        self.now
    }

    /// Instructions that both cores finished since power-on.
    pub fn instructions(&self) -> u64 {
        self.instructions + self.cores.iter().map(|core| core.instructions).sum::<u64>()
    }

    /// Cycles of a core since its last reset.
    pub fn cycles(&self, core: usize) -> u64 {
        self.cores[core & 1].cycles
    }

    /// CPU cycles in a second now.
    pub fn cpu_hertz(&self) -> u64 {
        TICKS_PER_SECOND / self.bus.turn().ticks_per_cycle
    }

    /// Registers, ports and pins.
    pub fn peripherals(&mut self) -> &mut S::Peripherals {
        self.bus.peripherals_mut()
    }

    /// What the caches and the memory bus did.
    pub fn statistics(&self) -> Statistics {
        self.bus.statistics()
    }

    /// Decoded code with what it cost, for profiles.
    pub fn blocks(&self) -> &BlockCache {
        &self.blocks
    }

    /// Names for reports.
    pub fn set_symbols(&mut self, symbols: Symbols) {
        self.symbols = symbols;
    }

    /// Names for reports.
    pub fn symbols(&self) -> &Symbols {
        &self.symbols
    }

    /// Resets so far: when and why.
    pub fn resets(&self) -> &[(Ticks, &'static str)] {
        &self.resets
    }

    /// Everything that was no fault but is likely a mistake, each once.
    pub fn warnings(&mut self) -> Vec<String> {
        let mut all: Vec<String> = Vec::new();
        for warning in self
            .bus
            .warnings()
            .into_iter()
            .chain(self.warnings.iter().cloned())
        {
            if !all.contains(&warning) {
                all.push(warning);
            }
        }
        all
    }

    /// Copies memory as a debugger sees it, without effects; false where an address holds none.
    pub fn read_memory(&self, address: u32, target: &mut [u8]) -> bool {
        self.bus.peek(address, target)
    }

    /// A register of SPI0 (0) or SPI1 (1) by its offset, without effects; 0 where there is none.
    pub fn spi_register(&mut self, controller: usize, offset: u32) -> u32 {
        self.bus.spi_register(controller & 1, offset)
    }

    /// What the flash chip holds, up to the last byte that was ever written.
    pub fn flash(&self) -> &[u8] {
        self.bus.flash().content()
    }

    /// A core as reports show it.
    pub fn core(&self, core: usize) -> CoreReport {
        let core = core & 1;
        describe(&self.cores[core], self.state(core), &self.bus, &self.symbols)
    }

    /// A special register of a core by its number, without effects; 0 where there is none.
    pub fn special_register(&self, core: usize, register: u8) -> u32 {
        self.cores[core & 1].clone().read_special(register).unwrap_or(0)
    }

    /// Where the second core would begin when it leaves reset; 0 when it was not told.
    pub fn app_entry(&self) -> u32 {
        self.bus.app_core().entry
    }

    fn state(&self, core: usize) -> CoreState {
        if self.states[core] == CoreState::Running && self.cores[core].waiting {
            CoreState::Waiting
        } else {
            self.states[core]
        }
    }

    /// Presses the reset button: everything but the contents of memory chips begins again.
    pub fn reset(&mut self) {
        self.loop_resets = 0;
        self.restart(POWER_ON);
    }

    fn restart(&mut self, reason: u8) {
        self.instructions += self.cores.iter().map(|core| core.instructions).sum::<u64>();
        self.bus.turn_mut().effects.clear();
        self.bus.reset(reason, self.now);
        self.cores = [Core::of(S::MODEL, 0), Core::of(S::MODEL, 1)];
        self.states = [CoreState::InRom, CoreState::Off];
        self.pipelines = [Pipeline::default(); 2];
        self.lines = [0; 2];
        self.misaligned = [0; 2];
        self.rom = S::RomState::default();
        if self.resets.len() < MOST_RESETS {
            self.resets.push((self.now, S::reset_name(reason)));
        }
        self.booted = false;
    }

    /// Runs until a time, at most a turn of the cores longer.
    ///
    /// # Errors
    /// What silicon would fault on, hang at or do wrong, with the state of both cores.
    pub fn run(&mut self, until: Ticks) -> Result<Stopped, Box<Report>> {
        while self.now < until {
            if !self.booted {
                self.boot()?;
                continue;
            }
            if self.options.gpio0_low {
                self.now = until;
                return Ok(Stopped::Download);
            }
            let next = self.end_of_turn(until);
            for turn in 0..2 {
                let core = (self.first + turn) & 1;
                if self.states[core] == CoreState::Running {
                    self.run_core(core, next)?;
                }
                if !self.bus.turn().effects.is_empty() && self.apply_effects()? {
                    break;
                }
            }
            if !self.booted {
                continue;
            }
            self.first ^= 1;
            self.now = next;
            self.advance_peripherals()?;
            self.check_app_core()?;
            if self.is_dead() {
                // Nothing happens until then: the time passes all the same for whoever watches.
                self.now = until;
                return Ok(Stopped::Waiting);
            }
        }
        Ok(Stopped::Time)
    }

    /// Runs one instruction of a core, and the other core up to the same time.
    ///
    /// # Errors
    /// As [`Machine::run`].
    pub fn step(&mut self, core: usize) -> Result<(), Box<Report>> {
        let core = core & 1;
        if !self.booted {
            self.boot()?;
        }
        if self.states[core] != CoreState::Running {
            return self.run(self.now + self.bus.turn().ticks_per_cycle).map(|_| ());
        }
        self.bus.select(core);
        let stepped = if self.options.timed {
            self.cores[core].step(&mut self.bus, &mut self.pipelines[core])
        } else {
            self.cores[core].step(&mut self.bus, &mut OneCycle)
        };
        match stepped {
            Ok(None) => {}
            Ok(Some(pc)) => self.rom_call(core, pc)?,
            Err(stop) => return Err(self.stopped(core, &stop)),
        }
        self.apply_effects()?;
        let reached = self.bus.turn().ticks_at(core, self.cores[core].cycles);
        if self.booted && reached > self.now {
            if self.states[core ^ 1] == CoreState::Running {
                self.run_core(core ^ 1, reached)?;
                self.apply_effects()?;
            }
            self.now = self.now.max(reached);
            self.advance_peripherals()?;
        }
        Ok(())
    }

    fn end_of_turn(&self, until: Ticks) -> Ticks {
        let event = self.bus.next_event(self.now).max(self.now + 1);
        let turn = TURN[usize::from(self.options.timed)] * self.bus.turn().ticks_per_cycle;
        // Where the earliest core stands that has something to do: a delay in ROM, or a long wait for memory, puts
        // it ahead of the others.
        let active = (0..2).filter(|&core| self.state(core) == CoreState::Running);
        let earliest = active
            .map(|core| self.bus.turn().ticks_at(core, self.cores[core].cycles))
            .min();
        let end = match earliest {
            Some(ticks) => ticks.max(self.now) + turn,
            None => self.now + IDLE_STEP,
        };
        end.min(until).min(event)
    }

    fn run_core(&mut self, index: usize, until: Ticks) -> Result<(), Box<Report>> {
        let target = self.bus.turn().cycle_at(index, until);
        let lines = self.bus.interrupt_lines(index);
        if lines != self.lines[index] {
            self.lines[index] = lines;
            self.cores[index].set_interrupt_lines(lines);
        }
        self.bus.select(index);
        while self.cores[index].cycles < target {
            let core = &mut self.cores[index];
            let paused = if self.options.timed {
                core.run(
                    &mut self.bus,
                    &mut self.blocks,
                    &mut self.pipelines[index],
                    target,
                )
            } else {
                core.run(&mut self.bus, &mut self.blocks, &mut OneCycle, target)
            };
            match paused {
                Ok(Pause::Time | Pause::Waiting) => break,
                Ok(Pause::Call { pc }) => {
                    self.rom_call(index, pc)?;
                    if !self.bus.turn().effects.is_empty() {
                        break;
                    }
                }
                Err(stop) => return Err(self.stopped(index, &stop)),
            }
        }
        if self.options.quirks.loops_fail {
            self.fail_loop(index);
        }
        let core = &self.cores[index];
        if core.ps() & (ps::EXCM | ps::WOE) == ps::WOE && !self.bus.is_memory(core.a[1]) {
            let pointer = core.a[1];
            return Err(self.report(index, Fault::Stack { pointer }, Vec::new()));
        }
        if core.misaligned.count != self.misaligned[index] {
            self.note_misaligned(index);
        }
        Ok(())
    }

    fn rom_call(&mut self, index: usize, pc: u32) -> Result<(), Box<Report>> {
        let fault = match S::rom_entry(pc) {
            Some(Entry::Function(function)) => {
                let called = self.bus.call_rom(function, &mut self.cores[index], &mut self.rom);
                match called {
                    Ok(()) => return Ok(()),
                    Err(fault) => fault,
                }
            }
            Some(Entry::Vector(vector)) => {
                let mut reader = self.cores[index].clone();
                let mut special = |register| reader.read_special(register).unwrap_or(0);
                Fault::ExceptionInRom {
                    vector,
                    cause: special(number::EXCCAUSE),
                    pc: special(number::EPC1),
                }
            }
            Some(Entry::Returned) => Fault::ReturnedToRom,
            // A SIMCALL of the firmware's own.
            None => {
                self.cores[index].pc = pc;
                Fault::Core(Cause::Illegal)
            }
        };
        Err(self.report(index, fault, Vec::new()))
    }

    /// Whether no core will ever do anything again.
    fn is_dead(&self) -> bool {
        let asleep = (0..2).all(|core| self.state(core) != CoreState::Running);
        asleep && self.bus.next_event(self.now) == Ticks::MAX && (0..2).all(|core| self.sleeps(core))
    }

    /// Whether a core that waits has all its interrupts masked.
    fn sleeps(&self, index: usize) -> bool {
        let mut reader = self.cores[index].clone();
        self.state(index) != CoreState::Waiting || reader.read_special(number::INTENABLE).unwrap_or(0) == 0
    }
}
