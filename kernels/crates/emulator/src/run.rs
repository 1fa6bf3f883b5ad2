//! The loop that runs a core: blocks, loops, exceptions, interrupts, time.

use crate::block::{Block, BlockCache};
use crate::bus::Bus;
use crate::core::exception::cause;
use crate::core::stop::{fetch, Cause, Stop};
use crate::core::{ps, Core, Raised, Reaction};
use crate::exec::{straight, terminator, Flow};
use crate::operation::{decode, Operation};

/// Cycles that instructions take.
pub trait Timing {
    /// Cycles of one instruction, given those before it in this call order.
    fn instruction(&mut self, operation: &Operation) -> u32;
    /// Cycles that going to `target` instead of the next instruction adds.
    fn redirect(&mut self, target: u32) -> u32;
}

/// Every instruction takes one cycle.
#[derive(Debug, Clone, Copy, Default)]
pub struct OneCycle;

impl Timing for OneCycle {
    #[inline(always)]
    fn instruction(&mut self, _: &Operation) -> u32 {
        1
    }

    #[inline(always)]
    fn redirect(&mut self, _: u32) -> u32 {
        0
    }
}

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
        loop {
            if self.cycles >= self.attention {
                if let Some(pause) = self.attend(until) {
                    return Ok(pause);
                }
            }
            cache.follow(bus);
            // The end of a loop that is off is no place to cut.
            let cut = if self.lcount != 0 { self.lend } else { self.pc };
            let block = match cache.block(bus, self.pc, cut) {
                Ok(block) => block,
                Err((address, fault)) => return Err(Stop::new(Cause::Fetch { address, fault }, self, bus)),
            };
            let generation = bus.code_generation();
            let operations = cache.operations(&block);
            // A loop of one block goes round in here.
            loop {
                self.journal.enter(block.start, block.count());
                bus.set_now(self.cycles);
                let checked = block.quarters > self.window_free
                    || u32::from(block.coprocessors) & !self.special.cpenable != 0;
                let result = if checked {
                    self.run_block::<B, T, true>(bus, operations, timing, &block)
                } else {
                    self.run_block::<B, T, false>(bus, operations, timing, &block)
                };
                if let Err(cause) = result {
                    return Err(Stop::new(cause, self, bus));
                }
                if self.pc != block.start
                    || self.cycles >= self.attention
                    || bus.code_generation() != generation
                    || self.lcount != 0 && block.contains(self.lend)
                {
                    break;
                }
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
        if self.take_interrupt() || self.waiting {
            self.cycles += 1;
            return Ok(None);
        }
        let word = fetch(bus, self.pc)
            .map_err(|(address, fault)| Stop::new(Cause::Fetch { address, fault }, self, bus))?;
        let operation = decode(word, self.pc);
        let block = Block::single(&operation, self.pc);
        self.journal.enter(block.start, 1);
        bus.set_now(self.cycles);
        self.run_block::<B, T, true>(bus, &[operation], timing, &block)
            .map_err(|cause| Stop::new(cause, self, bus))?;
        Ok(self.host_call.take())
    }

    /// Looks at everything besides instructions; gives a pause when there is nothing to run.
    #[cold]
    fn attend(&mut self, until: u64) -> Option<Pause> {
        if let Some(pc) = self.host_call.take() {
            return Some(Pause::Call { pc });
        }
        loop {
            let timer = self.run_timers();
            self.take_interrupt();
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

    #[inline(always)]
    fn run_block<B: Bus, T: Timing, const CHECKED: bool>(
        &mut self,
        bus: &mut B,
        operations: &[Operation],
        timing: &mut T,
        block: &Block,
    ) -> Result<(), Cause> {
        let (body, last) = match operations.split_last() {
            Some((last, body)) if block.terminated => (body, Some(last)),
            _ => (operations, None),
        };
        let mut cycles = 0;
        for (index, operation) in body.iter().enumerate() {
            if CHECKED && !self.ready(operation) || straight(self, bus, operation).is_err() {
                self.cycles += cycles;
                return self.interrupted(operations, index, block);
            }
            cycles += u64::from(timing.instruction(operation));
        }
        self.cycles += cycles;
        let mut next = block.end;
        if let Some(operation) = last {
            let pc = next.wrapping_sub(operation.length.into());
            if CHECKED && !self.ready(operation) {
                return self.interrupted(operations, body.len(), block);
            }
            match terminator(self, bus, operation, pc) {
                Ok(flow) => {
                    self.cycles += u64::from(timing.instruction(operation));
                    self.instructions += operations.len() as u64;
                    match flow {
                        Flow::Next => {}
                        Flow::Jump(target) => {
                            self.cycles += u64::from(timing.redirect(target));
                            self.pc = target;
                            return Ok(());
                        }
                        Flow::Entered => return Ok(()),
                    }
                }
                Err(Raised) => return self.interrupted(operations, body.len(), block),
            }
        } else {
            self.instructions += operations.len() as u64;
        }
        if next == self.lend && self.lcount != 0 && self.ps & ps::EXCM == 0 {
            self.lcount -= 1;
            next = self.lbeg;
        }
        self.pc = next;
        Ok(())
    }

    /// Whether an instruction has its coprocessors and registers;
    /// otherwise what is to happen instead is raised.
    #[inline]
    fn ready(&mut self, operation: &Operation) -> bool {
        let missing = u32::from(operation.op.coprocessors()) & !self.special.cpenable;
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
    fn interrupted(&mut self, operations: &[Operation], index: usize, block: &Block) -> Result<(), Cause> {
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
        // Entering a handler takes time, so that one that faults at once cannot stop the clock.
        self.cycles += 1;
        Ok(())
    }
}
