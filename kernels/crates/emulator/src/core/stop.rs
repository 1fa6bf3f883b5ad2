//! The end of a run that silicon would not survive or that is not built: what happened, where, and how it came
//! there.

use std::fmt;
use std::mem::offset_of;

use crate::bus::{Bus, BusFault};
use crate::core::Core;
use crate::isa::table::length;
use crate::isa::text::disassemble;

/// What ended the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// A load failed.
    Load {
        /// Its address.
        address: u32,
        /// Why.
        fault: BusFault,
    },
    /// A store failed.
    Store {
        /// Its address.
        address: u32,
        /// Why.
        fault: BusFault,
    },
    /// A load or store is not aligned to its width.
    Misaligned {
        /// Its address.
        address: u32,
        /// Bytes it accesses.
        bytes: u8,
    },
    /// An instruction could not be fetched.
    Fetch {
        /// Its address.
        address: u32,
        /// Why.
        fault: BusFault,
    },
    /// The bytes are no instruction.
    Illegal,
    /// An instruction that this emulator does not have.
    Unbuilt,
    /// A special or user register that does not exist, or that this emulator does not have.
    Register {
        /// Its number.
        number: u8,
    },
    /// Operands for which the processor's behaviour is not defined.
    Undefined,
}

impl fmt::Display for Cause {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        let reason = |fault: BusFault| match fault {
            BusFault::Unmapped => "nothing answers there",
            BusFault::ReadOnly => "it cannot be written",
            BusFault::NotExecutable => "it holds data, not instructions",
            BusFault::Width => "it does not take accesses of this width",
            BusFault::NotReady => "it was not brought up",
        };
        match *self {
            Self::Load { address, fault } => {
                write!(formatter, "load from 0x{address:08x}: {}", reason(fault))
            }
            Self::Store { address, fault } => {
                write!(formatter, "store to 0x{address:08x}: {}", reason(fault))
            }
            Self::Misaligned { address, bytes } => {
                write!(
                    formatter,
                    "access of {bytes} bytes at 0x{address:08x}, which is not aligned to {bytes}"
                )
            }
            Self::Fetch { address, fault } => {
                write!(
                    formatter,
                    "instruction fetch from 0x{address:08x}: {}",
                    reason(fault)
                )
            }
            Self::Illegal => write!(formatter, "illegal instruction"),
            Self::Unbuilt => write!(formatter, "an instruction that is not emulated"),
            Self::Register { number } => {
                write!(formatter, "register {number} does not exist or is not emulated")
            }
            Self::Undefined => write!(formatter, "operands whose result the processor does not define"),
        }
    }
}

/// Stretches of straight code that the journal keeps.
pub(crate) const JOURNAL_LENGTH: usize = 32;

/// The last stretches of straight code that ran: where each began and how many instructions it had.
#[derive(Debug, Clone, Default)]
pub(crate) struct Journal {
    stretches: [(u32, u32); JOURNAL_LENGTH],
    next: usize,
}

impl Journal {
    /// Where the stretches lie in it; each is its start and, behind that, its count.
    pub(crate) const STRETCHES_AT: usize = offset_of!(Self, stretches) + offset_of!((u32, u32), 0);
    /// Where the number of the next one lies.
    pub(crate) const NEXT_AT: usize = offset_of!(Self, next);

    #[inline(always)]
    pub(crate) fn enter(&mut self, start: u32, count: u32) {
        self.stretches[self.next % JOURNAL_LENGTH] = (start, count);
        self.next = (self.next + 1) % JOURNAL_LENGTH;
    }

    /// The newest stretch ended early.
    pub(crate) fn shorten(&mut self, count: u32) {
        self.stretches[(self.next + JOURNAL_LENGTH - 1) % JOURNAL_LENGTH].1 = count;
    }

    fn iterate(&self) -> impl Iterator<Item = (u32, u32)> + '_ {
        let oldest = (0..JOURNAL_LENGTH).map(|index| self.stretches[(self.next + index) % JOURNAL_LENGTH]);
        oldest.filter(|stretch| stretch.1 > 0)
    }
}

/// An instruction that ran, as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trace {
    /// Its address.
    pub address: u32,
    /// The instruction as an assembler writes it.
    pub text: String,
}

/// The state in which a run ended.
#[derive(Debug, Clone)]
pub struct Stop {
    /// What ended it.
    pub cause: Cause,
    /// The core, with `pc` at the instruction that did not finish.
    pub core: Core,
    /// The last instructions, the unfinished one last, read again from memory.
    pub trace: Vec<Trace>,
}

/// Instructions that a stop tells of.
const TRACE_LENGTH: usize = 24;

impl Stop {
    pub(crate) fn new<B: Bus>(cause: Cause, core: &Core, bus: &mut B) -> Box<Self> {
        let mut trace = Vec::new();
        for (start, count) in core.journal.iterate() {
            let mut address = start;
            for _ in 0..count {
                let Some(word) = look(bus, address) else { break };
                trace.push(Trace {
                    address,
                    text: disassemble(word, address),
                });
                address = address.wrapping_add(length(word).into());
            }
        }
        if let Some(word) = look(bus, core.pc) {
            trace.push(Trace {
                address: core.pc,
                text: disassemble(word, core.pc),
            });
        }
        trace.drain(..trace.len().saturating_sub(TRACE_LENGTH));
        Box::new(Self {
            cause,
            core: core.clone(),
            trace,
        })
    }
}

impl fmt::Display for Stop {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        let core = &self.core;
        writeln!(
            formatter,
            "core {} stopped at 0x{:08x}: {}",
            core.index, core.pc, self.cause
        )?;
        for row in 0..4 {
            let registers: Vec<String> = (row * 4..row * 4 + 4)
                .map(|n| format!("a{n:<2} {:08x}", core.a[n]))
                .collect();
            writeln!(formatter, "  {}", registers.join("  "))?;
        }
        writeln!(
            formatter,
            "  ps {:08x}  sar {:02x}  windowbase {:x}  windowstart {:04x}  exccause {}  epc1 {:08x}",
            core.ps,
            core.sar,
            core.window_base,
            core.window_start,
            core.special.exccause,
            core.special.epc[1]
        )?;
        self.trace
            .iter()
            .try_for_each(|trace| writeln!(formatter, "  0x{:08x}  {}", trace.address, trace.text))
    }
}

/// The bytes from `address` on, of which at least the whole instruction is there.
pub(crate) fn fetch<B: Bus>(bus: &mut B, address: u32) -> Result<u32, (u32, BusFault)> {
    assemble(address, |word| bus.fetch(word))
}

/// The same as a debugger sees it.
fn look<B: Bus>(bus: &mut B, address: u32) -> Option<u32> {
    assemble(address, |word| bus.look_at_code(word).ok_or(())).ok()
}

fn assemble<E>(address: u32, mut word: impl FnMut(u32) -> Result<u32, E>) -> Result<u32, (u32, E)> {
    let base = address & !3;
    let offset = (address & 3) * 8;
    let first = word(base).map_err(|fault| (address, fault))? >> offset;
    if u32::from(length(first)) * 8 + offset <= 32 {
        return Ok(first);
    }
    let next = base.wrapping_add(4);
    let second = word(next).map_err(|fault| (next, fault))?;
    // An offset of 0 never gets here: four bytes are then enough.
    Ok(first | second << (32 - offset))
}
