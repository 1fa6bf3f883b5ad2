//! The floating-point unit, where its results raise no flag but one that is already up.

use super::access::width;
use super::places::local;
use super::wasm::op;
use super::writer::Writer;
use crate::exec::float::{Float, CONSTANTS};
use crate::operation::slot::{R, S, T};
use crate::operation::Operation;

/// Bits of a float: its sign, and one in the lowest place of its exponent.
const SIGN: u32 = 0x8000_0000;
const UNIT: u32 = 0x0080_0000;
/// Bits of a double that a float has no place for, and the middle between two floats.
const BEYOND: u64 = 0x1fff_ffff;
const MIDDLE: u64 = 0x1000_0000;

/// Writes an instruction; false when it is not translated, and then nothing was written.
pub fn float(writer: &mut Writer, kind: Float, operation: &Operation) -> bool {
    let (r, s, t) = (operation.r[R], operation.r[S], operation.r[T]);
    let imm = operation.imm as u32;
    match kind {
        Float::Lsi => {
            stepped(writer, s, imm);
            writer.load(width::FLOAT);
            writer.set_f(t);
        }
        Float::Lsip => {
            writer.a(s);
            writer.load(width::FLOAT);
            writer.set_f(t);
            stepped(writer, s, imm);
            writer.set_a(s);
        }
        Float::Lsx => {
            indexed(writer, s, t);
            writer.load(width::FLOAT);
            writer.set_f(r);
        }
        Float::Lsxp => {
            writer.a(s);
            writer.load(width::FLOAT);
            writer.set_f(r);
            indexed(writer, s, t);
            writer.set_a(s);
        }
        Float::Ssi => {
            stepped(writer, s, imm);
            writer.store(width::FLOAT, &|writer| writer.f(t));
        }
        Float::Ssip => {
            writer.a(s);
            writer.store(width::FLOAT, &|writer| writer.f(t));
            stepped(writer, s, imm);
            writer.set_a(s);
        }
        Float::Ssx => {
            indexed(writer, s, t);
            writer.store(width::FLOAT, &|writer| writer.f(r));
        }
        Float::Ssxp => {
            writer.a(s);
            writer.store(width::FLOAT, &|writer| writer.f(r));
            indexed(writer, s, t);
            writer.set_a(s);
        }
        Float::Abs | Float::Neg | Float::Mov => {
            writer.f(s);
            match kind {
                Float::Abs => writer.code.op(op::F32_ABS),
                Float::Neg => writer.code.op(op::F32_NEG),
                _ => {}
            }
            writer.set_f(r);
        }
        Float::Add | Float::Sub | Float::Mul => {
            writer.give_up_unless_quick();
            writer.f(s);
            writer.f(t);
            writer.code.op(match kind {
                Float::Add => op::F32_ADD,
                Float::Sub => op::F32_SUB,
                _ => op::F32_MUL,
            });
            keep_normal(writer, kind == Float::Mul);
            writer.set_f(r);
        }
        Float::Madd | Float::Msub => {
            writer.give_up_unless_quick();
            writer.f(s);
            if kind == Float::Msub {
                writer.code.op(op::F32_NEG);
            }
            writer.code.op(op::F64_PROMOTE_F32);
            writer.f(t);
            writer.code.ops(&[op::F64_PROMOTE_F32, op::F64_MUL]);
            writer.f(r);
            writer.code.ops(&[op::F64_PROMOTE_F32, op::F64_ADD]);
            writer.code.tee(local::DOUBLE);
            writer.code.op(op::I64_REINTERPRET_F64);
            writer.code.i64(BEYOND);
            writer.code.op(op::I64_AND);
            writer.code.i64(MIDDLE);
            writer.code.ops(&[op::I64_NE, op::I32_EQZ]);
            writer.give_up_if();
            writer.code.get(local::DOUBLE);
            writer.code.op(op::F32_DEMOTE_F64);
            keep_normal(writer, true);
            writer.set_f(r);
        }
        Float::Moveqz | Float::Movnez | Float::Movltz | Float::Movgez => {
            writer.f(s);
            writer.f(r);
            writer.a(t);
            match kind {
                Float::Moveqz => writer.code.op(op::I32_EQZ),
                Float::Movnez => {}
                _ => {
                    writer.code.i32(0);
                    writer.code.op(if kind == Float::Movltz {
                        op::I32_LT_S
                    } else {
                        op::I32_GE_S
                    });
                }
            }
            writer.code.op(op::SELECT);
            writer.set_f(r);
        }
        Float::Movf | Float::Movt => {
            writer.f(s);
            writer.f(r);
            writer.booleans();
            writer.code.i32(1 << (t & 15));
            writer.code.op(op::I32_AND);
            if kind == Float::Movf {
                writer.code.op(op::I32_EQZ);
            }
            writer.code.op(op::SELECT);
            writer.set_f(r);
        }
        Float::Rfr => {
            writer.f(s);
            writer.code.op(op::I32_REINTERPRET_F32);
            writer.set_a(r);
        }
        Float::Wfr => {
            writer.a(s);
            writer.code.op(op::F32_REINTERPRET_I32);
            writer.set_f(r);
        }
        Float::Const => {
            let Some(&constant) = CONSTANTS.get(imm as usize) else {
                return false;
            };
            writer.code.f32(constant);
            writer.set_f(r);
        }
        Float::Float => {
            writer.give_up_unless_quick();
            writer.a(s);
            writer.code.op(op::F32_CONVERT_I32_S);
            if imm != 0 {
                writer.code.f32(0.5f32.powi(imm as i32));
                writer.code.op(op::F32_MUL);
            }
            writer.set_f(r);
        }
        Float::Round | Float::Trunc | Float::Floor | Float::Ceil => to_integer(writer, kind, operation),
        Float::Un | Float::Oeq | Float::Ueq | Float::Olt | Float::Ult | Float::Ole | Float::Ule => {
            compare(writer, kind, operation)
        }
        Float::Utrunc | Float::Ufloat => return false,
    }
    true
}

fn stepped(writer: &mut Writer, register: u8, step: u32) {
    writer.a(register);
    writer.code.i32(step);
    writer.code.op(op::I32_ADD);
}

fn indexed(writer: &mut Writer, base: u8, index: u8) {
    writer.a(base);
    writer.a(index);
    writer.code.op(op::I32_ADD);
}

/// Gives up unless the float on the stack is finite and not below the normal numbers; nor the smallest of them, which
/// may be one rounded up, where `rounds_up`.
fn keep_normal(writer: &mut Writer, rounds_up: bool) {
    let code = &mut writer.code;
    code.tee(local::FLOAT);
    code.op(op::I32_REINTERPRET_F32);
    code.i32(!SIGN);
    code.op(op::I32_AND);
    code.i32(UNIT + u32::from(rounds_up));
    code.op(op::I32_SUB);
    code.i32(254 * UNIT - u32::from(rounds_up));
    code.op(op::I32_GE_U);
    writer.give_up_if();
    writer.code.get(local::FLOAT);
}

fn to_integer(writer: &mut Writer, kind: Float, operation: &Operation) {
    writer.give_up_unless_quick();
    writer.f(operation.r[S]);
    writer.code.op(op::F64_PROMOTE_F32);
    if operation.imm != 0 {
        writer.code.f64(2f64.powi(operation.imm));
        writer.code.op(op::F64_MUL);
    }
    writer.code.op(match kind {
        Float::Round => op::F64_NEAREST,
        Float::Trunc => op::F64_TRUNC,
        Float::Floor => op::F64_FLOOR,
        _ => op::F64_CEIL,
    });
    writer.code.tee(local::DOUBLE);
    writer.code.op(op::F64_ABS);
    // Fails for a NaN as well.
    writer.code.f64(2_147_483_648.0);
    writer.code.ops(&[op::F64_LT, op::I32_EQZ]);
    writer.give_up_if();
    writer.code.get(local::DOUBLE);
    writer.code.op(op::I32_TRUNC_F64_S);
    writer.set_a(operation.r[R]);
}

fn compare(writer: &mut Writer, kind: Float, operation: &Operation) {
    let (r, s, t) = (operation.r[R], operation.r[S], operation.r[T]);
    for register in [s, t] {
        writer.f(register);
        writer.f(register);
        writer.code.op(op::F32_NE);
    }
    writer.code.op(op::I32_OR);
    writer.give_up_if();
    writer.booleans();
    writer.code.i32(!(1 << (r & 15)));
    writer.code.op(op::I32_AND);
    if kind == Float::Un {
        writer.code.i32(0);
    } else {
        writer.f(s);
        writer.f(t);
        writer.code.op(match kind {
            Float::Oeq | Float::Ueq => op::F32_EQ,
            Float::Olt | Float::Ult => op::F32_LT,
            _ => op::F32_LE,
        });
    }
    writer.code.i32((r & 15).into());
    writer.code.ops(&[op::I32_SHL, op::I32_OR]);
    writer.set_booleans();
}
