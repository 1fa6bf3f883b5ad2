//! The loop that runs a core: blocks, loops, exceptions, interrupts, time.

use crate::block::{Block, BlockCache};
use crate::bus::Bus;
use crate::core::exception::cause;
use crate::core::stop::{fetch, Cause, Stop};
use crate::core::{ps, Core, Raised, Reaction};
use crate::exec::{straight, terminator, Flow};
use crate::operation::{decode, Operation};
use crate::timing::hazard::hazards;
use crate::timing::schedule::{Schedule, Scheduler};
use crate::timing::Way;
pub use crate::timing::{OneCycle, Pipeline, Timing};
use crate::translate;

/// Why a core gave control back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pause {
    /// The cycle asked for has come.
    Time,
    /// The core waits for an interrupt and none came by that cycle.
    Waiting,
    /// SIMCALL: whoever runs the core is to do something, as a mask ROM would; the core goes on behind it.
    Call {
        /// Address of the SIMCALL.
        pc: u32,
    },
}

impl Core {
    /// Runs until the cycle counter reaches `until`, at most a block later.
    ///
    /// # Errors
    /// The state and the last instructions, when something happened that silicon would not survive, or that is
    /// not built.
    pub fn run<B: Bus, T: Timing>(
        &mut self,
        bus: &mut B,
        cache: &mut BlockCache,
        timing: &mut T,
        until: u64,
    ) -> Result<Pause, Box<Stop>> {
        self.attention = 0;
        // The next stretch is for the interpreter.
        let mut refused = false;
        loop {
            if self.cycles >= self.attention {
                if let Some(pause) = self.attend(timing, until) {
                    return Ok(pause);
                }
            }
            cache.follow(bus);
            // The end of a loop that is off is no place to cut.
            let cut = if self.lcount != 0 { self.lend } else { self.pc };
            let place = match cache.find(bus, self.pc, cut, self.cycles) {
                Ok(place) => place,
                Err((address, fault)) => return Err(Stop::new(Cause::Fetch { address, fault }, self, bus)),
            };
            cache.warm(place, T::MODELLED);
            if !std::mem::take(&mut refused) {
                match self.run_translated(bus, cache, timing, place) {
                    translate::Way::None => {}
                    translate::Way::Between => continue,
                    translate::Way::Refused => {
                        refused = true;
                        continue;
                    }
                    translate::Way::Within(block, from) => {
                        let (operations, schedule) = (cache.operations(&block), cache.schedule(&block));
                        bus.set_now(self.cycles);
                        self.run_checked(bus, operations, timing, &block, schedule, from)
                            .map_err(|cause| Stop::new(cause, self, bus))?;
                        continue;
                    }
                }
            }
            self.run_rounds(bus, cache, timing, place)
                .map_err(|cause| Stop::new(cause, self, bus))?;
        }
    }

    /// A block, and again while it follows itself.
    #[inline(always)]
    fn run_rounds<B: Bus, T: Timing>(
        &mut self,
        bus: &mut B,
        cache: &BlockCache,
        timing: &mut T,
        place: usize,
    ) -> Result<(), Cause> {
        let generation = bus.code_generation();
        let block = cache.at(place);
        let operations = cache.operations(block);
        let schedule = cache.schedule(block);
        let spent = cache.spent(block);
        let mut rounds = 0u32;
        loop {
            self.journal.enter(block.start, block.count());
            let (began, done) = (self.cycles, self.instructions);
            let checked = block.quarters > self.window_free
                || u32::from(block.coprocessors) & !self.special.cpenable != 0;
            self.begin_block(bus, timing, block, schedule)?;
            if checked {
                self.run_checked(bus, operations, timing, block, schedule, 0)?;
            } else {
                self.run_block::<B, T, false>(bus, operations, timing, block, schedule, 0)?;
            }
            if T::MODELLED {
                spent.add(self.cycles - began, self.instructions - done);
            }
            if self.pc != block.start
                || self.cycles >= self.attention
                || bus.code_generation() != generation
                || self.lcount != 0 && block.contains(self.lend)
            {
                return Ok(());
            }
            rounds += 1;
            // The first rounds may differ from the following; later ones are looked at less and less often.
            if block.may_wait && rounds > 1 && rounds.is_power_of_two() && self.waits(bus, operations, block)
            {
                let each = self.cycles - began;
                let skipped = (self.attention - self.cycles).div_ceil(each);
                self.cycles += skipped * each;
                self.instructions += skipped * u64::from(block.count());
                if T::MODELLED {
                    spent.add(skipped * each, skipped * u64::from(block.count()));
                }
                return Ok(());
            }
        }
    }

    /// Runs exactly one instruction, or takes one interrupt; a waiting core stands still. Gives the address of a
    /// SIMCALL that ran, as [`Pause::Call`] does.
    ///
    /// # Errors
    /// As [`Core::run`].
    pub fn step<B: Bus, T: Timing>(&mut self, bus: &mut B, timing: &mut T) -> Result<Option<u32>, Box<Stop>> {
        self.run_timers();
        let interrupted = self.take_interrupt();
        if interrupted && T::MODELLED {
            timing.leave();
        }
        if interrupted || self.waiting {
            self.cycles += 1;
            return Ok(None);
        }
        bus.set_now(self.cycles);
        let word = fetch(bus, self.pc)
            .map_err(|(address, fault)| Stop::new(Cause::Fetch { address, fault }, self, bus))?;
        let operation = decode(word, self.pc);
        let block = Block::single(&operation, self.pc);
        let schedule = if T::MODELLED {
            let mut scheduler = Scheduler::default();
            scheduler.issue(&hazards(&operation, word));
            scheduler.finish(self.pc, operation.length)
        } else {
            Schedule::default()
        };
        self.journal.enter(block.start, 1);
        self.begin_block(bus, timing, &block, &schedule)
            .and_then(|()| self.run_checked(bus, &[operation], timing, &block, &schedule, 0))
            .map_err(|cause| Stop::new(cause, self, bus))?;
        Ok(self.host_call.take())
    }

    /// Looks at everything besides instructions; gives a pause when there is nothing to run.
    #[cold]
    fn attend<T: Timing>(&mut self, timing: &mut T, until: u64) -> Option<Pause> {
        if let Some(pc) = self.host_call.take() {
            return Some(Pause::Call { pc });
        }
        loop {
            let timer = self.run_timers();
            if self.take_interrupt() && T::MODELLED {
                timing.leave();
            }
            if self.cycles >= until {
                return Some(if self.waiting { Pause::Waiting } else { Pause::Time });
            }
            self.attention = timer.min(until);
            if !self.waiting {
                return None;
            }
            // Nothing but a timer can end the wait before lines change.
            self.cycles = self.attention;
        }
    }

    /// What comes before the first instruction of a block.
    #[inline(always)]
    fn begin_block<B: Bus, T: Timing>(
        &mut self,
        bus: &mut B,
        timing: &mut T,
        block: &Block,
        schedule: &Schedule,
    ) -> Result<(), Cause> {
        if T::MODELLED {
            self.cycles += u64::from(timing.begin(schedule));
        }
        bus.set_now(self.cycles);
        if block.fetch_varies {
            let fetched = bus.fetch_stretch(block.start, block.end);
            fetched.map_err(|(address, fault)| Cause::Fetch { address, fault })?;
        }
        Ok(())
    }

    /// A block whose instructions may lack a coprocessor or registers, or which was begun elsewhere.
    #[inline(never)]
    fn run_checked<B: Bus, T: Timing>(
        &mut self,
        bus: &mut B,
        operations: &[Operation],
        timing: &mut T,
        block: &Block,
        schedule: &Schedule,
        from: usize,
    ) -> Result<(), Cause> {
        self.run_block::<B, T, true>(bus, operations, timing, block, schedule, from)
    }

    /// A block that was begun, from the instruction with this number on.
    #[inline(always)]
    fn run_block<B: Bus, T: Timing, const CHECKED: bool>(
        &mut self,
        bus: &mut B,
        operations: &[Operation],
        timing: &mut T,
        block: &Block,
        schedule: &Schedule,
        from: usize,
    ) -> Result<(), Cause> {
        let (body, last) = match operations.split_last() {
            Some((last, body)) if block.terminated => (body, Some(last)),
            _ => (operations, None),
        };
        for (index, operation) in body.iter().enumerate().skip(from) {
            if T::MODELLED {
                bus.set_offset(operation.issue.into());
            }
            if CHECKED && !self.ready(operation) || straight(self, bus, operation).is_err() {
                self.pass::<B, T>(bus, operation.issue.into(), index);
                return self.interrupted(operations, index, timing, block);
            }
        }
        let mut next = block.end;
        let mut way = Way::On;
        if let Some(operation) = last {
            let pc = next.wrapping_sub(operation.length.into());
            self.pass::<B, T>(bus, operation.issue.into(), body.len());
            if CHECKED && !self.ready(operation) {
                return self.interrupted(operations, body.len(), timing, block);
            }
            match terminator(self, bus, operation, pc) {
                Ok(flow) => {
                    self.cycles += if T::MODELLED {
                        u64::from(schedule.cycles) - u64::from(operation.issue)
                    } else {
                        1
                    };
                    self.instructions += operations.len() as u64;
                    match flow {
                        Flow::Next => {}
                        Flow::Jump(target) => {
                            if T::MODELLED {
                                timing.end(schedule, Way::Jump);
                            }
                            self.pc = target;
                            return Ok(());
                        }
                        Flow::Entered => {
                            if T::MODELLED {
                                timing.end(schedule, Way::Enter);
                            }
                            return Ok(());
                        }
                    }
                }
                Err(Raised) => return self.interrupted(operations, body.len(), timing, block),
            }
        } else {
            self.pass::<B, T>(bus, schedule.cycles, body.len());
            self.instructions += operations.len() as u64;
        }
        if next == self.lend && self.lcount != 0 && self.ps & ps::EXCM == 0 {
            self.lcount -= 1;
            next = self.lbeg;
            way = Way::Loop;
        }
        if T::MODELLED {
            timing.end(schedule, way);
        }
        self.pc = next;
        Ok(())
    }

    /// Time passes: so many modelled cycles and what the bus made the core wait, or a cycle for each instruction.
    #[inline(always)]
    fn pass<B: Bus, T: Timing>(&mut self, bus: &mut B, modelled: u32, instructions: usize) {
        self.cycles += if T::MODELLED {
            u64::from(modelled) + u64::from(bus.take_stall())
        } else {
            instructions as u64
        };
    }

    /// Whether an instruction has its coprocessors and registers;
    /// otherwise what is to happen instead is raised.
    #[inline]
    fn ready(&mut self, operation: &Operation) -> bool {
        let missing = u32::from(operation.op.coprocessors()) & !self.special.cpenable;
        if missing & !self.model.coprocessors() != 0 {
            self.raised = Reaction::Stop(Cause::Illegal);
            return false;
        }
        if missing != 0 {
            let _ = self.exception(cause::COPROCESSOR0_DISABLED + missing.trailing_zeros() as u8);
            return false;
        }
        if operation.quarters > self.window_free {
            self.raised = Reaction::WindowOverflow;
            return false;
        }
        true
    }

    /// The instruction with this index did not finish.
    #[cold]
    #[inline(never)]
    fn interrupted<T: Timing>(
        &mut self,
        operations: &[Operation],
        index: usize,
        timing: &mut T,
        block: &Block,
    ) -> Result<(), Cause> {
        let before: u32 = operations[..index]
            .iter()
            .map(|operation| u32::from(operation.length))
            .sum();
        let pc = block.start.wrapping_add(before);
        self.journal.shorten(index as u32);
        self.instructions += index as u64;
        match self.raised {
            Reaction::Exception(cause) => self.enter_exception(cause, pc),
            Reaction::WindowOverflow => self.window_overflow(pc),
            Reaction::Stop(cause) => {
                self.pc = pc;
                return Err(cause);
            }
        }
        if T::MODELLED {
            timing.leave();
        }
        // Entering a handler takes time, so that one that faults at once cannot stop the clock.
        self.cycles += 1;
        Ok(())
    }
}
