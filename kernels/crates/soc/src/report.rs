//! The end of a run in words: what happened, where both cores stood and how they came there.

use std::fmt;

use emulator::core::special::number;
use emulator::core::stop::Trace;
use emulator::core::{ps, Core};

use crate::fault::Fault;
use crate::symbols::Symbols;
use crate::system::System;
use crate::time::{Ticks, TICKS_PER_SECOND};

/// Callers that a backtrace follows.
const DEEPEST: usize = 32;

/// A place in a backtrace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// The instruction: for callers, their call.
    pub pc: u32,
    /// The frame's stack pointer.
    pub sp: u32,
    /// Where that is, when symbols are known.
    pub name: Option<String>,
}

/// What a core does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CoreState {
    /// It has no clock or is held in reset.
    Off,
    /// It waits in mask ROM to be told where to begin.
    InRom,
    /// It stands still by its stall lines.
    Stalled,
    /// It waits for an interrupt.
    Waiting,
    /// It runs.
    Running,
}

/// A core at the end of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CoreReport {
    /// What it was doing.
    pub state: CoreState,
    /// The instruction that it stands at.
    pub pc: u32,
    /// Registers of its current window.
    pub a: [u32; 16],
    /// Processor status.
    pub ps: u32,
    /// Shift amount.
    pub sar: u32,
    /// Window base and the bits of window starts.
    pub window: (u32, u32),
    /// EXCCAUSE, EPC1 and EXCVADDR.
    pub exception: (u32, u32, u32),
    /// Cycles since its reset.
    pub cycles: u64,
    /// Instructions since its reset.
    pub instructions: u64,
    /// Where it stands, its caller, and so on.
    pub backtrace: Vec<Frame>,
}

/// Why and how a run ended.
#[derive(Debug, Clone)]
pub struct Report {
    /// What happened.
    pub fault: Fault,
    /// Which core it happened to.
    pub core: usize,
    /// When, in ticks since power-on.
    pub time: Ticks,
    /// Both cores.
    pub cores: [CoreReport; 2],
    /// The last instructions of that core, the unfinished one last.
    pub trace: Vec<Trace>,
    /// Names of the trace's addresses.
    pub trace_names: Vec<Option<String>>,
    /// Resets before, when and why.
    pub resets: Vec<(Ticks, &'static str)>,
    /// Things that were no fault by themselves.
    pub warnings: Vec<String>,
}

/// A core as a report shows it.
pub fn describe<S: System>(core: &Core, state: CoreState, bus: &S, symbols: &Symbols) -> CoreReport {
    // Reading a special register changes nothing but needs the core.
    let mut reader = core.clone();
    let mut special = |register: u8| reader.read_special(register).unwrap_or(0);
    let exception = (
        special(number::EXCCAUSE),
        special(number::EPC1),
        special(number::EXCVADDR),
    );
    CoreReport {
        state,
        pc: core.pc,
        a: core.a,
        ps: core.ps(),
        sar: core.sar,
        window: (core.window_base(), core.window_start()),
        exception,
        cycles: core.cycles,
        instructions: core.instructions,
        backtrace: backtrace(core, exception.1, bus, symbols),
    }
}

fn word<S: System>(bus: &S, address: u32) -> Option<u32> {
    let mut bytes = [0; 4];
    bus.peek(address, &mut bytes).then(|| u32::from_le_bytes(bytes))
}

/// Walks from frame to frame: through the register file as long as a frame is there, then through the stack, where the
/// window handlers put each frame's first registers below its callee's.
fn backtrace<S: System>(core: &Core, epc: u32, bus: &S, symbols: &Symbols) -> Vec<Frame> {
    let mut frames = Vec::new();
    let mut push = |pc: u32, sp: u32| {
        frames.push(Frame {
            pc,
            sp,
            name: symbols.name::<S>(pc),
        });
        frames.len() < DEEPEST
    };
    let registers = core.physical_registers();
    let mut base = core.window_base();
    let (mut pc, mut a0, mut sp) = (core.pc, core.a[0], core.a[1]);
    push(pc, sp);
    if core.ps() & ps::EXCM != 0 {
        push(epc, sp);
        pc = epc;
    }
    let mut spilled = false;
    loop {
        let increment = a0 >> 30;
        if increment == 0 || a0 & 0x3fff_ffff == 0 {
            break;
        }
        let caller = (pc & 0xc000_0000 | a0 & 0x3fff_ffff).wrapping_sub(3);
        base = base.wrapping_sub(increment) & 15;
        spilled |= core.window_start() >> base & 1 == 0;
        if spilled {
            let (Some(next_a0), Some(next_sp)) =
                (word(bus, sp.wrapping_sub(16)), word(bus, sp.wrapping_sub(12)))
            else {
                break;
            };
            (a0, sp) = (next_a0, next_sp);
        } else {
            let first = base as usize * 4;
            (a0, sp) = (registers[first & 63], registers[(first + 1) & 63]);
        }
        pc = caller;
        if !push(pc, sp) || !bus.is_memory(sp) {
            break;
        }
    }
    frames
}

impl fmt::Display for CoreReport {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        for row in 0..4 {
            write!(f, "  ")?;
            for n in row * 4..row * 4 + 4 {
                write!(f, "  a{n:<2} {:08x}", self.a[n])?;
            }
            writeln!(f)?;
        }
        writeln!(
            f,
            "    ps {:08x}  sar {:02x}  windowbase {:x}  windowstart {:04x}  exccause {}  epc1 {:08x}  excvaddr {:08x}",
            self.ps, self.sar, self.window.0, self.window.1, self.exception.0, self.exception.1, self.exception.2
        )?;
        writeln!(
            f,
            "    {} instructions, {} cycles",
            self.instructions, self.cycles
        )?;
        for (depth, frame) in self.backtrace.iter().enumerate() {
            writeln!(
                f,
                "    {} 0x{:08x} sp 0x{:08x}  {}",
                if depth == 0 { "at  " } else { "from" },
                frame.pc,
                frame.sp,
                frame.name.as_deref().unwrap_or("")
            )?;
        }
        Ok(())
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        writeln!(
            f,
            "Stopped after {:.6} s on core {}: {}",
            self.time as f64 / TICKS_PER_SECOND as f64,
            self.core,
            self.fault
        )?;
        for (index, core) in self.cores.iter().enumerate() {
            writeln!(f, "  core {index}: {:?}", core.state)?;
            if core.state != CoreState::Off && core.state != CoreState::InRom {
                write!(f, "{core}")?;
            }
        }
        if !self.trace.is_empty() {
            writeln!(f, "  last instructions of core {}:", self.core)?;
        }
        let mut last = None;
        for (trace, name) in self.trace.iter().zip(&self.trace_names) {
            let function = name.as_deref().and_then(|name| name.split('+').next());
            if function != last {
                writeln!(f, "    {}:", function.unwrap_or("?"))?;
                last = function;
            }
            writeln!(f, "      0x{:08x}  {}", trace.address, trace.text)?;
        }
        for (time, reason) in &self.resets {
            writeln!(
                f,
                "  reset at {:.6} s: {reason}",
                *time as f64 / TICKS_PER_SECOND as f64
            )?;
        }
        for warning in &self.warnings {
            writeln!(f, "  warning: {warning}")?;
        }
        Ok(())
    }
}
