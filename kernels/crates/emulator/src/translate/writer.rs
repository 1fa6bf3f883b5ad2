//! A translated function being written: the registers that it keeps in locals, and the ways out.

use super::places::{local, PlainMemory};
use super::wasm::{op, ty, Code, Label};

/// Ways out of a translated function.
pub mod status {
    /// The core stands between two stretches.
    pub const BETWEEN: u32 = 0;
    /// Likewise, and the next stretch is not for this function.
    pub const REFUSED: u32 = 1;
    /// In the middle of a stretch: this plus its number in the function times 64, plus the number of the instruction
    /// that is to be run.
    pub const WITHIN: u32 = 2;
}

/// Registers that a function keeps in locals.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Kept {
    pub(super) a: u16,
    pub(super) f: u16,
    pub(super) q: u8,
    pub(super) accx: bool,
    pub(super) sar: bool,
    pub(super) booleans: bool,
}

/// Writes the instructions of one function.
pub struct Writer<'a> {
    /// Instructions so far.
    pub code: Code,
    /// Where memory is.
    pub memory: &'a PlainMemory,
    pub(super) used: Kept,
    pub(super) written: Kept,
    pub(super) uses_quick: bool,
    /// Leaves the function.
    exit: Label,
    /// Goes to where the stretch that is being written leaves it: ways out of one stretch differ in few locals, so that
    /// meeting first keeps the function small for its compiler.
    out: Label,
    /// Number of the stretch and of its instruction that is being written.
    at: (u32, u32),
}

impl<'a> Writer<'a> {
    /// Begins; everything is written into one block, behind which the function ends.
    pub fn new(memory: &'a PlainMemory) -> Self {
        let mut code = Code::default();
        let exit = code.block();
        Self {
            code,
            memory,
            used: Kept::default(),
            written: Kept::default(),
            uses_quick: false,
            exit,
            out: exit,
            at: (0, 0),
        }
    }

    /// Begins a stretch: gives the label of what is written behind it.
    pub fn begin_stretch(&mut self) -> Label {
        let behind = self.code.block();
        self.out = self.code.block();
        behind
    }

    /// Ends it; whoever comes here goes on `behind`.
    pub fn end_stretch(&mut self, behind: Label) {
        self.code.br(behind);
        self.code.end();
        self.code.br(self.exit);
        self.code.end();
    }

    /// What follows belongs to this instruction.
    pub fn begin(&mut self, block: u32, index: u32) {
        self.at = (block, index);
    }

    /// Pushes an address register.
    #[inline(never)]
    pub fn a(&mut self, register: u8) {
        self.used.a |= 1 << (register & 15);
        self.code.get(local::A + u32::from(register & 15));
    }

    /// Pops into an address register.
    #[inline(never)]
    pub fn set_a(&mut self, register: u8) {
        self.used.a |= 1 << (register & 15);
        self.written.a |= 1 << (register & 15);
        self.code.set(local::A + u32::from(register & 15));
    }

    /// Pushes a floating-point register.
    #[inline(never)]
    pub fn f(&mut self, register: u8) {
        self.used.f |= 1 << (register & 15);
        self.code.get(local::F + u32::from(register & 15));
    }

    /// Pops into a floating-point register.
    #[inline(never)]
    pub fn set_f(&mut self, register: u8) {
        self.used.f |= 1 << (register & 15);
        self.written.f |= 1 << (register & 15);
        self.code.set(local::F + u32::from(register & 15));
    }

    /// Pushes a vector register.
    #[inline(never)]
    pub fn q(&mut self, register: u8) {
        self.used.q |= 1 << (register & 7);
        self.code.get(local::Q + u32::from(register & 7));
    }

    /// Pops into a vector register.
    #[inline(never)]
    pub fn set_q(&mut self, register: u8) {
        self.used.q |= 1 << (register & 7);
        self.written.q |= 1 << (register & 7);
        self.code.set(local::Q + u32::from(register & 7));
    }

    /// Pushes ACCX.
    #[inline(never)]
    pub fn accx(&mut self) {
        self.used.accx = true;
        self.code.get(local::ACCX);
    }

    /// Pops into ACCX.
    #[inline(never)]
    pub fn set_accx(&mut self) {
        (self.used.accx, self.written.accx) = (true, true);
        self.code.set(local::ACCX);
    }

    /// Pushes the shift amount.
    #[inline(never)]
    pub fn sar(&mut self) {
        self.used.sar = true;
        self.code.get(local::SAR);
    }

    /// Pops into the shift amount.
    #[inline(never)]
    pub fn set_sar(&mut self) {
        (self.used.sar, self.written.sar) = (true, true);
        self.code.set(local::SAR);
    }

    /// Pushes the booleans.
    #[inline(never)]
    pub fn booleans(&mut self) {
        self.used.booleans = true;
        self.code.get(local::BOOLEANS);
    }

    /// Pops into the booleans.
    #[inline(never)]
    pub fn set_booleans(&mut self) {
        (self.used.booleans, self.written.booleans) = (true, true);
        self.code.set(local::BOOLEANS);
    }

    /// Leaves with the instruction that is being written still to be run.
    #[inline(never)]
    pub fn give_up(&mut self) {
        let (block, index) = self.at;
        self.leave(status::WITHIN + block * 64 + index);
    }

    /// Does so when the number on the stack is not zero.
    #[inline(never)]
    pub fn give_up_if(&mut self) {
        self.code.begin_if(ty::NONE);
        self.give_up();
        self.code.end();
    }

    /// Leaves with arithmetic whose flags may change still to be run.
    #[inline(never)]
    pub fn give_up_unless_quick(&mut self) {
        self.uses_quick = true;
        self.code.get(local::QUICK);
        self.code.op(op::I32_EQZ);
        self.give_up_if();
    }

    /// Leaves with a status.
    #[inline(never)]
    pub fn leave(&mut self, status: u32) {
        self.code.i32(status);
        self.code.set(local::STATUS);
        let out = self.out;
        self.code.br(out);
    }

    /// Leaves between stretches, the next at a fixed address.
    #[inline(never)]
    pub fn leave_to(&mut self, target: u32, status: u32) {
        self.code.i32(target);
        self.code.set(local::PC);
        self.leave(status);
    }
}
