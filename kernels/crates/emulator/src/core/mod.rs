//! One processor core: its registers and how code reaches them.

pub mod exception;
pub mod interrupt;
pub mod model;
pub mod special;
pub mod stop;
pub mod user;
pub mod vector_unit;
pub mod window;

use crate::operation::Operation;
use model::Model;
use stop::{Cause, Journal};
use vector_unit::VectorUnit;

/// Fields of the processor status register.
pub mod ps {
    /// Current interrupt level.
    pub const INTLEVEL: u32 = 15;
    /// An exception is being handled.
    pub const EXCM: u32 = 1 << 4;
    /// User vector mode.
    pub const UM: u32 = 1 << 5;
    /// Shift of the window base before a window exception.
    pub const OWB_SHIFT: u32 = 8;
    /// The window base before a window exception.
    pub const OWB: u32 = 15 << OWB_SHIFT;
    /// Shift of the increment that the last call asks for.
    pub const CALLINC_SHIFT: u32 = 16;
    /// Window increment of the last call.
    pub const CALLINC: u32 = 3 << CALLINC_SHIFT;
    /// Window overflow detection is on.
    pub const WOE: u32 = 1 << 18;
    /// Bits that exist.
    pub const WRITABLE: u32 = INTLEVEL | EXCM | UM | 3 << 6 | OWB | CALLINC | WOE;
}

/// An instruction could not finish: why is in [`Core::raised`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Raised;

/// What an unfinished instruction leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reaction {
    /// An exception with this EXCCAUSE.
    Exception(u8),
    /// The handler that frees registers for the current window.
    WindowOverflow,
    /// The run ends.
    Stop(Cause),
}

/// A processor core. The register file shows the current window in `a`; the others wait in `physical`.
#[derive(Debug, Clone)]
pub struct Core {
    /// Which core: 0 or 1; read by firmware in PRID.
    pub index: u8,
    /// Which processor it is.
    pub(crate) model: Model,
    /// Address of the next instruction.
    pub pc: u32,
    /// Address registers of the current window.
    pub a: [u32; 16],
    pub(crate) physical: [u32; 64],
    pub(crate) window_base: u32,
    pub(crate) window_start: u32,
    /// Quarters beyond the first that can be named without an overflow; 3 when detection is off.
    pub(crate) window_free: u8,
    /// Floating-point registers as bits.
    pub f: [u32; 16],
    /// Floating-point control register.
    pub fcr: u32,
    /// Floating-point status register.
    pub fsr: u32,
    /// Boolean registers, one bit each.
    pub booleans: u32,
    /// Processor status; change it by [`Core::set_ps`].
    pub(crate) ps: u32,
    /// Shift amount register.
    pub sar: u32,
    /// Loop begin, end and count.
    pub lbeg: u32,
    /// First address after the loop.
    pub lend: u32,
    /// Repetitions to come.
    pub lcount: u32,
    /// The value that S32C1I compares with.
    pub scompare: u32,
    /// The 40-bit accumulator of the multiply-accumulate option, sign-extended.
    pub acc: i64,
    /// Its four operand registers.
    pub m: [u32; 4],
    /// Thread pointer.
    pub threadptr: u32,
    /// The 128-bit vector unit.
    pub vectors: VectorUnit,
    pub(crate) special: special::SpecialRegisters,
    pub(crate) interrupts: interrupt::Interrupts,
    /// Cycles since reset.
    pub cycles: u64,
    /// Instructions finished since reset.
    pub instructions: u64,
    /// Of these, how many translated code ran.
    pub translated: u64,
    /// WAITI stopped the core until an interrupt.
    pub waiting: bool,
    /// The cycle at which something besides instructions must be looked at.
    pub(crate) attention: u64,
    /// Why the last instruction did not finish.
    pub(crate) raised: Reaction,
    pub(crate) journal: Journal,
    /// Address of a SIMCALL that whoever runs the core was not told of yet.
    pub(crate) host_call: Option<u32>,
    /// Vector accesses whose low address bits were dropped: how many, and the first.
    pub misaligned: Misaligned,
}

/// Vector accesses that silicon silently aligns.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Misaligned {
    /// How many.
    pub count: u64,
    /// Address of the first, before its low bits were dropped.
    pub first_address: u32,
}

/// Where the mask ROM's first instruction lies.
pub const RESET_VECTOR: u32 = 0x4000_0400;
/// VECBASE after reset.
pub const RESET_VECBASE: u32 = 0x4000_0000;

impl Core {
    /// A core of the ESP32-S3 after reset. Registers that reset leaves undefined are zero.
    pub fn new(index: u8) -> Self {
        Self::of(Model::Lx7, index)
    }

    /// A core of some processor after reset.
    pub fn of(model: Model, index: u8) -> Self {
        let mut core = Self {
            index,
            model,
            pc: RESET_VECTOR,
            a: [0; 16],
            physical: [0; 64],
            window_base: 0,
            window_start: 1,
            window_free: 3,
            f: [0; 16],
            fcr: 0,
            fsr: 0,
            booleans: 0,
            ps: ps::INTLEVEL | ps::EXCM,
            sar: 0,
            lbeg: 0,
            lend: 0,
            lcount: 0,
            scompare: 0,
            acc: 0,
            m: [0; 4],
            threadptr: 0,
            vectors: VectorUnit::default(),
            special: special::SpecialRegisters::new(RESET_VECBASE),
            interrupts: interrupt::Interrupts::default(),
            cycles: 0,
            instructions: 0,
            translated: 0,
            waiting: false,
            attention: 0,
            raised: Reaction::Exception(0),
            journal: Journal::default(),
            host_call: None,
            misaligned: Misaligned::default(),
        };
        core.refresh_window();
        core
    }

    /// Processor status.
    pub fn ps(&self) -> u32 {
        self.ps
    }

    /// Changes the processor status with everything that depends on it.
    pub fn set_ps(&mut self, value: u32) {
        self.ps = value & ps::WRITABLE;
        self.refresh_window();
        self.attention = 0;
    }

    /// The register of an operation's slot.
    #[inline(always)]
    pub(crate) fn reg(&self, operation: &Operation, slot: usize) -> u32 {
        self.a[usize::from(operation.r[slot] & 15)]
    }

    /// Writes the register of an operation's slot.
    #[inline(always)]
    pub(crate) fn set_reg(&mut self, operation: &Operation, slot: usize, value: u32) {
        self.a[usize::from(operation.r[slot] & 15)] = value;
    }

    /// An instruction ends with an exception.
    #[cold]
    pub(crate) fn exception(&mut self, cause: u8) -> Raised {
        self.raised = Reaction::Exception(cause);
        Raised
    }

    /// An instruction ends the run.
    #[cold]
    pub(crate) fn stop(&mut self, cause: Cause) -> Raised {
        self.raised = Reaction::Stop(cause);
        Raised
    }
}
