//! Arithmetic, logic, shifts and moves on address registers.

use crate::core::exception::cause;
use crate::core::{Core, Raised};
use crate::operation::slot::{R, S, T};
use crate::operation::Operation;

group! {
    /// Instructions on address registers alone.
    Integer {
        Abs = "abs", Add = "add" | "add.n", Addi = "addi" | "addmi" | "addi.n", Addx2 = "addx2", Addx4 = "addx4",
        Addx8 = "addx8", And = "and", Clamps = "clamps", Extui = "extui", Max = "max", Maxu = "maxu", Min = "min",
        Minu = "minu", Mov = "mov.n", Moveqz = "moveqz", Movgez = "movgez", Movi = "movi", MoviNarrow = "movi.n",
        Movltz = "movltz", Movnez = "movnez", Mul16s = "mul16s", Mul16u = "mul16u", Mull = "mull", Mulsh = "mulsh",
        Muluh = "muluh", Neg = "neg", Nop = "nop" | "nop.n", Nsa = "nsa", Nsau = "nsau", Or = "or", Quos = "quos",
        Quou = "quou", Rems = "rems", Remu = "remu", Salt = "salt", Saltu = "saltu", Sext = "sext", Sll = "sll",
        Slli = "slli", Sra = "sra", Srai = "srai", Src = "src", Srl = "srl", Srli = "srli", Ssa8b = "ssa8b",
        Ssa8l = "ssa8l", Ssai = "ssai", Ssl = "ssl", Ssr = "ssr", Sub = "sub", Subx2 = "subx2", Subx4 = "subx4",
        Subx8 = "subx8", Xor = "xor",
    }
}

#[inline(always)]
pub(super) fn execute(core: &mut Core, op: Integer, operation: &Operation) -> Result<(), Raised> {
    let (s, t) = (core.reg(operation, S), core.reg(operation, T));
    let imm = operation.imm;
    let result = match op {
        Integer::Add => s.wrapping_add(t),
        Integer::Addi => {
            // ADDI and ADDMI write the register in bits 7:4, ADDI.N the one in bits 15:12.
            let target = if operation.length == 2 { R } else { T };
            core.set_reg(operation, target, s.wrapping_add_signed(imm));
            return Ok(());
        }
        Integer::Addx2 => (s << 1).wrapping_add(t),
        Integer::Addx4 => (s << 2).wrapping_add(t),
        Integer::Addx8 => (s << 3).wrapping_add(t),
        Integer::Sub => s.wrapping_sub(t),
        Integer::Subx2 => (s << 1).wrapping_sub(t),
        Integer::Subx4 => (s << 2).wrapping_sub(t),
        Integer::Subx8 => (s << 3).wrapping_sub(t),
        Integer::And => s & t,
        Integer::Or => s | t,
        Integer::Xor => s ^ t,
        Integer::Abs => (t as i32).unsigned_abs(),
        Integer::Neg => t.wrapping_neg(),
        Integer::Max => (s as i32).max(t as i32) as u32,
        Integer::Maxu => s.max(t),
        Integer::Min => (s as i32).min(t as i32) as u32,
        Integer::Minu => s.min(t),
        Integer::Salt => u32::from((s as i32) < t as i32),
        Integer::Saltu => u32::from(s < t),
        Integer::Mov => {
            core.set_reg(operation, T, s);
            return Ok(());
        }
        Integer::Movi => {
            core.set_reg(operation, T, imm as u32);
            return Ok(());
        }
        Integer::MoviNarrow => {
            core.set_reg(operation, S, imm as u32);
            return Ok(());
        }
        Integer::Moveqz => return move_if(core, operation, t == 0),
        Integer::Movnez => return move_if(core, operation, t != 0),
        Integer::Movltz => return move_if(core, operation, (t as i32) < 0),
        Integer::Movgez => return move_if(core, operation, t as i32 >= 0),
        Integer::Nop => return Ok(()),
        Integer::Extui => (t >> (imm & 31)) & ((1 << operation.imm2) - 1),
        Integer::Sext => ((s << (31 - imm)) as i32 >> (31 - imm)) as u32,
        Integer::Clamps => (s as i32).clamp(-1 << imm, (1 << imm) - 1) as u32,
        Integer::Nsa => {
            core.set_reg(operation, T, ((s ^ (s as i32 >> 31) as u32).leading_zeros()) - 1);
            return Ok(());
        }
        Integer::Nsau => {
            core.set_reg(operation, T, s.leading_zeros());
            return Ok(());
        }
        Integer::Mul16s => (i32::from(s as i16) * i32::from(t as i16)) as u32,
        Integer::Mul16u => (s & 0xffff) * (t & 0xffff),
        Integer::Mull => s.wrapping_mul(t),
        Integer::Mulsh => ((i64::from(s as i32) * i64::from(t as i32)) >> 32) as u32,
        Integer::Muluh => ((u64::from(s) * u64::from(t)) >> 32) as u32,
        Integer::Quos | Integer::Quou | Integer::Rems | Integer::Remu => {
            if t == 0 {
                return Err(core.exception(cause::DIVIDE_BY_ZERO));
            }
            match op {
                Integer::Quos => (s as i32).wrapping_div(t as i32) as u32,
                Integer::Rems => (s as i32).wrapping_rem(t as i32) as u32,
                Integer::Quou => s / t,
                _ => s % t,
            }
        }
        Integer::Sll => (u64::from(s) << 32 >> core.sar) as u32,
        Integer::Slli => s << (imm & 31),
        Integer::Sra => (i64::from(t as i32) >> core.sar) as u32,
        Integer::Srai => (t as i32 >> (imm & 31)) as u32,
        Integer::Src => ((u64::from(s) << 32 | u64::from(t)) >> core.sar) as u32,
        Integer::Srl => (u64::from(t) >> core.sar) as u32,
        Integer::Srli => t >> (imm & 31),
        Integer::Ssa8b => return shift_amount(core, 32 - (s & 3) * 8),
        Integer::Ssa8l => return shift_amount(core, (s & 3) * 8),
        Integer::Ssai => return shift_amount(core, imm as u32),
        Integer::Ssl => return shift_amount(core, 32 - (s & 31)),
        Integer::Ssr => return shift_amount(core, s & 31),
    };
    core.set_reg(operation, R, result);
    Ok(())
}

#[inline(always)]
fn move_if(core: &mut Core, operation: &Operation, condition: bool) -> Result<(), Raised> {
    if condition {
        core.set_reg(operation, R, core.reg(operation, S));
    }
    Ok(())
}

#[inline(always)]
fn shift_amount(core: &mut Core, amount: u32) -> Result<(), Raised> {
    core.sar = amount;
    Ok(())
}
