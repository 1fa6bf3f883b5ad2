//! Conditional branches.

use crate::core::Core;
use crate::exec::Flow;
use crate::operation::slot::{S, T};
use crate::operation::Operation;

group! {
    /// Branches on registers, constants, bits and booleans.
    Branch {
        Ball = "ball", Bany = "bany", Bbc = "bbc", Bbci = "bbci", Bbs = "bbs", Bbsi = "bbsi", Beq = "beq",
        Beqi = "beqi", Beqz = "beqz" | "beqz.n", Bf = "bf", Bge = "bge", Bgei = "bgei", Bgeu = "bgeu",
        Bgeui = "bgeui", Bgez = "bgez", Blt = "blt", Blti = "blti", Bltu = "bltu", Bltui = "bltui", Bltz = "bltz",
        Bnall = "bnall", Bne = "bne", Bnei = "bnei", Bnez = "bnez" | "bnez.n", Bnone = "bnone", Bt = "bt",
    }
}

#[inline(always)]
pub(crate) fn execute(core: &Core, op: Branch, operation: &Operation) -> Flow {
    let (s, t) = (core.reg(operation, S), core.reg(operation, T));
    let (signed, constant) = (s as i32, operation.imm2);
    let taken = match op {
        Branch::Ball => !s & t == 0,
        Branch::Bnall => !s & t != 0,
        Branch::Bany => s & t != 0,
        Branch::Bnone => s & t == 0,
        Branch::Bbc => s >> (t & 31) & 1 == 0,
        Branch::Bbs => s >> (t & 31) & 1 != 0,
        Branch::Bbci => s >> (constant & 31) & 1 == 0,
        Branch::Bbsi => s >> (constant & 31) & 1 != 0,
        Branch::Beq => s == t,
        Branch::Bne => s != t,
        Branch::Beqi => signed == constant,
        Branch::Bnei => signed != constant,
        Branch::Beqz => s == 0,
        Branch::Bnez => s != 0,
        Branch::Bge => signed >= t as i32,
        Branch::Blt => signed < t as i32,
        Branch::Bgeu => s >= t,
        Branch::Bltu => s < t,
        Branch::Bgei => signed >= constant,
        Branch::Blti => signed < constant,
        Branch::Bgeui => s >= constant as u32,
        Branch::Bltui => s < constant as u32,
        Branch::Bgez => signed >= 0,
        Branch::Bltz => signed < 0,
        Branch::Bf => core.booleans >> (operation.r[S] & 15) & 1 == 0,
        Branch::Bt => core.booleans >> (operation.r[S] & 15) & 1 != 0,
    };
    if taken {
        Flow::Jump(operation.imm as u32)
    } else {
        Flow::Next
    }
}
