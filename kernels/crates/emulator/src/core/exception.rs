//! Exceptions: where they enter and what they save. (Xtensa exception architecture 2.)

use crate::core::{ps, Core};

/// Offsets from VECBASE.
pub mod vector {
    /// Window overflow for frames of 4, 8 and 12 registers.
    pub const WINDOW_OVERFLOW: [u32; 3] = [0x000, 0x080, 0x100];
    /// Window underflow for frames of 4, 8 and 12 registers.
    pub const WINDOW_UNDERFLOW: [u32; 3] = [0x040, 0x0c0, 0x140];
    /// Interrupts of level 2 to 7; level 6 is the debug exception's.
    pub const HIGH_LEVEL: [u32; 6] = [0x180, 0x1c0, 0x200, 0x240, 0x280, 0x2c0];
    /// Exceptions in kernel vector mode.
    pub const KERNEL: u32 = 0x300;
    /// Exceptions in user vector mode.
    pub const USER: u32 = 0x340;
    /// Exceptions while one is handled.
    pub const DOUBLE: u32 = 0x3c0;
}

/// Values of EXCCAUSE that this core gives.
pub mod cause {
    /// An illegal instruction. One that really is illegal ends the run instead.
    pub const ILLEGAL: u8 = 0;
    /// SYSCALL.
    pub const SYSCALL: u8 = 1;
    /// An interrupt of level 1.
    pub const LEVEL1_INTERRUPT: u8 = 4;
    /// MOVSP where the caller's registers are not in the file.
    pub const ALLOCA: u8 = 5;
    /// Integer division by zero.
    pub const DIVIDE_BY_ZERO: u8 = 6;
    /// Coprocessor 0 is disabled; the others follow.
    pub const COPROCESSOR0_DISABLED: u8 = 32;
}

/// The interrupt level of debug exceptions.
pub const DEBUG_LEVEL: usize = 6;
/// DEBUGCAUSE of a 24-bit BREAK.
pub const DEBUG_BREAK: u32 = 1 << 3;
/// DEBUGCAUSE of a 16-bit BREAK.
pub const DEBUG_BREAK_NARROW: u32 = 1 << 4;

impl Core {
    /// Enters the handler of an illegal instruction where the core stands, whatever is there: what an erratum does.
    pub fn raise_illegal(&mut self) {
        self.enter_exception(cause::ILLEGAL, self.pc);
    }

    /// Enters the handler of a general exception raised by the instruction at `pc`.
    pub(crate) fn enter_exception(&mut self, cause: u8, pc: u32) {
        self.special.exccause = cause.into();
        let offset = if self.ps & ps::EXCM != 0 {
            self.special.depc = pc;
            vector::DOUBLE
        } else {
            self.special.epc[1] = pc;
            if self.ps & ps::UM != 0 {
                vector::USER
            } else {
                vector::KERNEL
            }
        };
        self.set_ps(self.ps | ps::EXCM);
        self.pc = self.special.vecbase + offset;
    }

    /// Enters the handler of an interrupt level above 1; `pc` is where the interrupted code goes on.
    pub(crate) fn enter_level(&mut self, level: usize, pc: u32) {
        self.special.epc[level] = pc;
        self.special.eps[level] = self.ps;
        self.set_ps(self.ps & !ps::INTLEVEL | level as u32 | ps::EXCM);
        self.pc = self.special.vecbase + vector::HIGH_LEVEL[level - 2];
    }

    /// Enters the debug handler, unless the level masks it: the instruction then does nothing. Gives whether it
    /// was entered.
    pub(crate) fn enter_debug(&mut self, debugcause: u32, pc: u32) -> bool {
        if self.ps & ps::INTLEVEL >= DEBUG_LEVEL as u32 {
            return false;
        }
        self.special.debugcause = debugcause;
        self.enter_level(DEBUG_LEVEL, pc);
        true
    }
}
