//! Arithmetic, logic, shifts, moves, loads and stores of address registers.

use super::access::{width, Width};
use super::places::{core_at, local};
use super::wasm::{op, ty};
use super::writer::Writer;
use crate::exec::integer::Integer;
use crate::exec::memory::Memory;
use crate::operation::slot::{R, S, T};
use crate::operation::Operation;

/// Writes an instruction; false when it is not translated, and then nothing was written.
pub fn integer(writer: &mut Writer, kind: Integer, operation: &Operation) -> bool {
    let (r, s, t) = (operation.r[R], operation.r[S], operation.r[T]);
    let imm = operation.imm as u32;
    let both = |writer: &mut Writer, ops: &[u8]| {
        writer.a(s);
        writer.a(t);
        writer.code.ops(ops);
    };
    let target = match kind {
        Integer::Addi if operation.length == 2 => r,
        Integer::Addi | Integer::Mov | Integer::Movi | Integer::Nsa | Integer::Nsau => t,
        Integer::MoviNarrow => s,
        _ => r,
    };
    match kind {
        Integer::Add => both(writer, &[op::I32_ADD]),
        Integer::Sub => both(writer, &[op::I32_SUB]),
        Integer::And => both(writer, &[op::I32_AND]),
        Integer::Or => both(writer, &[op::I32_OR]),
        Integer::Xor => both(writer, &[op::I32_XOR]),
        Integer::Mull => both(writer, &[op::I32_MUL]),
        Integer::Salt => both(writer, &[op::I32_LT_S]),
        Integer::Saltu => both(writer, &[op::I32_LT_U]),
        Integer::Addi => {
            writer.a(s);
            writer.code.i32(imm);
            writer.code.op(op::I32_ADD);
        }
        Integer::Addx2 => scaled(writer, s, t, 1, op::I32_ADD),
        Integer::Addx4 => scaled(writer, s, t, 2, op::I32_ADD),
        Integer::Addx8 => scaled(writer, s, t, 3, op::I32_ADD),
        Integer::Subx2 => scaled(writer, s, t, 1, op::I32_SUB),
        Integer::Subx4 => scaled(writer, s, t, 2, op::I32_SUB),
        Integer::Subx8 => scaled(writer, s, t, 3, op::I32_SUB),
        Integer::Max => chosen(writer, s, t, op::I32_GT_S),
        Integer::Maxu => chosen(writer, s, t, op::I32_GT_U),
        Integer::Min => chosen(writer, s, t, op::I32_LT_S),
        Integer::Minu => chosen(writer, s, t, op::I32_LT_U),
        Integer::Neg => {
            writer.code.i32(0);
            writer.a(t);
            writer.code.op(op::I32_SUB);
        }
        Integer::Abs => {
            writer.code.i32(0);
            writer.a(t);
            writer.code.op(op::I32_SUB);
            writer.a(t);
            writer.a(t);
            writer.code.i32(0);
            writer.code.ops(&[op::I32_LT_S, op::SELECT]);
        }
        Integer::Mov => writer.a(s),
        Integer::Movi | Integer::MoviNarrow => writer.code.i32(imm),
        Integer::Moveqz => moved(writer, operation, |writer| writer.code.op(op::I32_EQZ)),
        Integer::Movnez => moved(writer, operation, |_| ()),
        Integer::Movltz => moved(writer, operation, |writer| {
            writer.code.i32(0);
            writer.code.op(op::I32_LT_S);
        }),
        Integer::Movgez => moved(writer, operation, |writer| {
            writer.code.i32(0);
            writer.code.op(op::I32_GE_S);
        }),
        Integer::Nop => return true,
        Integer::Extui => {
            writer.a(t);
            writer.code.i32(imm & 31);
            writer.code.op(op::I32_SHR_U);
            writer.code.i32((1 << operation.imm2) - 1);
            writer.code.op(op::I32_AND);
        }
        Integer::Sext => {
            writer.a(s);
            writer.code.i32(31 - imm);
            writer.code.op(op::I32_SHL);
            writer.code.i32(31 - imm);
            writer.code.op(op::I32_SHR_S);
        }
        Integer::Clamps => {
            for (bound, better) in [(-1i32 << imm, op::I32_GT_S), ((1 << imm) - 1, op::I32_LT_S)] {
                if better == op::I32_GT_S {
                    writer.a(s);
                } else {
                    writer.code.get(local::TEMPORARY);
                }
                writer.code.tee(local::OFFSET);
                writer.code.i32(bound as u32);
                writer.code.get(local::OFFSET);
                writer.code.i32(bound as u32);
                writer.code.ops(&[better, op::SELECT]);
                writer.code.set(local::TEMPORARY);
            }
            writer.code.get(local::TEMPORARY);
        }
        Integer::Nsau => {
            writer.a(s);
            writer.code.op(op::I32_CLZ);
        }
        Integer::Nsa => {
            writer.a(s);
            writer.a(s);
            writer.code.i32(31);
            writer.code.ops(&[op::I32_SHR_S, op::I32_XOR, op::I32_CLZ]);
            writer.code.i32(1);
            writer.code.op(op::I32_SUB);
        }
        Integer::Mul16s => {
            for register in [s, t] {
                writer.a(register);
                writer.code.i32(16);
                writer.code.op(op::I32_SHL);
                writer.code.i32(16);
                writer.code.op(op::I32_SHR_S);
            }
            writer.code.op(op::I32_MUL);
        }
        Integer::Mul16u => {
            for register in [s, t] {
                writer.a(register);
                writer.code.i32(0xffff);
                writer.code.op(op::I32_AND);
            }
            writer.code.op(op::I32_MUL);
        }
        Integer::Mulsh => high_product(writer, s, t, op::I64_EXTEND_I32_S),
        Integer::Muluh => high_product(writer, s, t, op::I64_EXTEND_I32_U),
        Integer::Quou | Integer::Remu => {
            writer.a(t);
            writer.code.op(op::I32_EQZ);
            writer.give_up_if();
            both(
                writer,
                &[if kind == Integer::Quou {
                    op::I32_DIV_U
                } else {
                    op::I32_REM_U
                }],
            );
        }
        // Seldom, with cases of their own.
        Integer::Quos | Integer::Rems => return false,
        Integer::Sll => {
            writer.a(s);
            writer.code.op(op::I64_EXTEND_I32_U);
            writer.code.i64(32);
            writer.code.op(op::I64_SHL);
            by_amount(writer, op::I64_SHR_U);
        }
        Integer::Slli => by_constant(writer, s, imm, op::I32_SHL),
        Integer::Srai => by_constant(writer, t, imm, op::I32_SHR_S),
        Integer::Srli => by_constant(writer, t, imm, op::I32_SHR_U),
        Integer::Sra => {
            writer.a(t);
            writer.code.op(op::I64_EXTEND_I32_S);
            by_amount(writer, op::I64_SHR_S);
        }
        Integer::Srl => {
            writer.a(t);
            writer.code.op(op::I64_EXTEND_I32_U);
            by_amount(writer, op::I64_SHR_U);
        }
        Integer::Src => {
            writer.a(s);
            writer.code.op(op::I64_EXTEND_I32_U);
            writer.code.i64(32);
            writer.code.op(op::I64_SHL);
            writer.a(t);
            writer.code.ops(&[op::I64_EXTEND_I32_U, op::I64_OR]);
            by_amount(writer, op::I64_SHR_U);
        }
        Integer::Ssai => {
            writer.code.i32(imm);
            writer.set_sar();
            return true;
        }
        Integer::Ssl => {
            writer.code.i32(32);
            low_bits(writer, s, 31);
            writer.code.op(op::I32_SUB);
            writer.set_sar();
            return true;
        }
        Integer::Ssr => {
            low_bits(writer, s, 31);
            writer.set_sar();
            return true;
        }
        Integer::Ssa8b | Integer::Ssa8l => {
            if kind == Integer::Ssa8b {
                writer.code.i32(32);
            }
            low_bits(writer, s, 3);
            writer.code.i32(3);
            writer.code.op(op::I32_SHL);
            if kind == Integer::Ssa8b {
                writer.code.op(op::I32_SUB);
            }
            writer.set_sar();
            return true;
        }
    }
    writer.set_a(target);
    true
}

fn low_bits(writer: &mut Writer, register: u8, mask: u32) {
    writer.a(register);
    writer.code.i32(mask);
    writer.code.op(op::I32_AND);
}

fn scaled(writer: &mut Writer, s: u8, t: u8, shift: u32, with: u8) {
    by_constant(writer, s, shift, op::I32_SHL);
    writer.a(t);
    writer.code.op(with);
}

fn by_constant(writer: &mut Writer, register: u8, amount: u32, shift: u8) {
    writer.a(register);
    writer.code.i32(amount & 31);
    writer.code.op(shift);
}

/// Shifts the 64 bits on the stack by the shift amount and takes the low half.
fn by_amount(writer: &mut Writer, shift: u8) {
    writer.sar();
    writer.code.ops(&[op::I64_EXTEND_I32_U, shift, op::I32_WRAP_I64]);
}

fn chosen(writer: &mut Writer, s: u8, t: u8, better: u8) {
    for _ in 0..2 {
        writer.a(s);
        writer.a(t);
    }
    writer.code.ops(&[better, op::SELECT]);
}

/// The source where the condition on the tested register holds, otherwise what the target holds.
fn moved(writer: &mut Writer, operation: &Operation, condition: impl Fn(&mut Writer)) {
    writer.a(operation.r[S]);
    writer.a(operation.r[R]);
    writer.a(operation.r[T]);
    condition(writer);
    writer.code.op(op::SELECT);
}

fn high_product(writer: &mut Writer, s: u8, t: u8, extend: u8) {
    writer.a(s);
    writer.code.op(extend);
    writer.a(t);
    writer.code.ops(&[extend, op::I64_MUL]);
    writer.code.i64(32);
    writer.code.ops(&[op::I64_SHR_U, op::I32_WRAP_I64]);
}

/// Writes a load or store.
pub fn memory(writer: &mut Writer, kind: Memory, operation: &Operation) {
    let (s, t) = (operation.r[S], operation.r[T]);
    let address = |writer: &mut Writer| {
        writer.a(s);
        writer.code.i32(operation.imm as u32);
        writer.code.op(op::I32_ADD);
    };
    let load = |writer: &mut Writer, width: Width| {
        address(writer);
        writer.load(width);
        writer.set_a(t);
    };
    let store = |writer: &mut Writer, width: Width| {
        address(writer);
        writer.store(width, &|writer| writer.a(t));
    };
    match kind {
        Memory::L32r => {
            writer.load_constant(operation.imm as u32);
            writer.set_a(t);
        }
        Memory::L32i => load(writer, width::WORD),
        Memory::L8ui => load(writer, width::BYTE),
        Memory::L16ui => load(writer, width::HALF),
        Memory::L16si => load(writer, width::SIGNED_HALF),
        Memory::S32i => store(writer, width::WORD),
        Memory::S8i => store(writer, width::BYTE),
        Memory::S16i => store(writer, width::HALF),
        Memory::S32c1i => {
            address(writer);
            writer.load(width::WORD);
            writer.code.tee(local::TEMPORARY);
            writer.code.get(local::CORE);
            writer.code.memory(op::I32_LOAD, core_at::SCOMPARE);
            writer.code.op(op::I32_EQ);
            writer.code.begin_if(ty::NONE);
            address(writer);
            writer.store(width::WORD, &|writer| writer.a(t));
            writer.code.end();
            writer.code.get(local::TEMPORARY);
            writer.set_a(t);
        }
    }
}
