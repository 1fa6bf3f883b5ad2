//! The vector instructions that firmware spends its time in.

use super::access::width;
use super::places::{core_at, local};
use super::wasm::{op, simd, ty};
use super::writer::Writer;
use crate::exec::vector::{Lean, Quick};
use crate::operation::slot::{AD, AS, PAIR0, PAIR1, U, X, Y, Z};
use crate::operation::Operation;

/// Bits of a sum in an accumulator.
const SUM: u64 = (1 << 40) - 1;
/// The largest of them, and the smallest, when they are signed.
const MOST: u64 = (1 << 39) - 1;
const LEAST: u64 = !MOST;

/// Writes an instruction.
pub fn quick(writer: &mut Writer, kind: Quick, operation: &Operation) {
    let (u, x, y) = (operation.r[U], operation.r[X], operation.r[Y]);
    let base = operation.r[AS];
    match kind {
        Quick::Load | Quick::LoadRegister => {
            writer.a(base);
            writer.load(width::VECTOR);
            writer.set_q(u);
        }
        Quick::LoadOffset => {
            offset(writer, operation);
            writer.load(width::VECTOR);
            writer.set_q(u);
        }
        Quick::Store | Quick::StoreRegister => {
            writer.a(base);
            writer.store(width::VECTOR, &|writer| writer.q(u));
        }
        Quick::StoreOffset => {
            offset(writer, operation);
            writer.store(width::VECTOR, &|writer| writer.q(u));
        }
        Quick::LoadFloats | Quick::LoadFloatsRegister => {
            writer.a(base);
            writer.load(width::VECTOR);
            writer.code.set(local::VECTOR);
            for (lane, slot) in (0..).zip([U, X, Y, Z]) {
                writer.code.get(local::VECTOR);
                writer.code.lane(simd::F32X4_EXTRACT, lane);
                writer.set_f(operation.r[slot]);
            }
        }
        Quick::StoreFloats => {
            writer.a(base);
            writer.store(width::VECTOR, &|writer| {
                writer.f(operation.r[U]);
                writer.code.simd(simd::F32X4_SPLAT);
                for (lane, slot) in (1..).zip([X, Y, Z]) {
                    writer.f(operation.r[slot]);
                    writer.code.lane(simd::F32X4_REPLACE, lane);
                }
            });
        }
        Quick::Broadcast16 => {
            writer.a(base);
            writer.load(width::HALF);
            writer.code.simd(simd::I16X8_SPLAT);
            writer.set_q(u);
        }
        Quick::Bytes => add_bytes(writer, x, y),
        Quick::Halfwords => add_halfwords(writer, x, y),
        Quick::BytesLoad | Quick::BytesLoadRegister | Quick::HalfwordsLoad | Quick::HalfwordsLoadRegister => {
            // Loaded first: an access that is given up leaves everything as it was.
            writer.a(base);
            writer.load(width::VECTOR);
            if matches!(kind, Quick::BytesLoad | Quick::BytesLoadRegister) {
                add_bytes(writer, x, y);
            } else {
                add_halfwords(writer, x, y);
            }
            writer.set_q(u);
        }
        Quick::LaneHalfwords => add_lanes(writer, x, y),
        Quick::Multiply16 => {
            // A product has 31 bits and its sign: shifts beyond give the sign alone.
            shift_at_most(writer, 31);
            for half in PRODUCTS {
                writer.q(x);
                writer.q(y);
                writer.code.simd(half);
                writer.code.get(local::TEMPORARY);
                writer.code.simd(simd::I32X4_SHR_S);
            }
            writer
                .code
                .shuffle([0, 1, 4, 5, 8, 9, 12, 13, 16, 17, 20, 21, 24, 25, 28, 29]);
            writer.set_q(operation.r[Z]);
        }
        Quick::ClearAccx => {
            writer.code.i64(0);
            writer.set_accx();
        }
        Quick::StoreAccx => {
            writer.a(base);
            writer.store(width::DOUBLE_WORD, &|writer| {
                writer.accx();
                writer.code.i64(SUM);
                writer.code.op(op::I64_AND);
            });
        }
        Quick::LoadAccx => {
            writer.a(base);
            writer.load(width::DOUBLE_WORD);
            writer.code.i64(24);
            writer.code.op(op::I64_SHL);
            writer.code.i64(24);
            writer.code.op(op::I64_SHR_S);
            writer.set_accx();
        }
    }
    step(writer, kind, operation);
}

/// The shift amount, or this much where it is more, into the temporary local.
fn shift_at_most(writer: &mut Writer, most: u32) {
    writer.sar();
    writer.code.tee(local::TEMPORARY);
    writer.code.i32(most);
    writer.code.get(local::TEMPORARY);
    writer.code.i32(most);
    writer.code.ops(&[op::I32_LT_U, op::SELECT]);
    writer.code.set(local::TEMPORARY);
}

/// Writes an instruction.
pub fn lean(writer: &mut Writer, kind: Lean, operation: &Operation) {
    let (u, x, y, z) = (operation.r[U], operation.r[X], operation.r[Y], operation.r[Z]);
    let base = operation.r[AS];
    match kind {
        Lean::Broadcast32 | Lean::Broadcast32Step => {
            writer.a(base);
            writer.load(width::WORD);
            writer.code.simd(simd::I32X4_SPLAT);
            writer.set_q(u);
            if kind == Lean::Broadcast32Step {
                offset(writer, operation);
                writer.set_a(base);
            }
        }
        Lean::Move => {
            writer.q(x);
            writer.set_q(u);
        }
        Lean::ClearRegister => {
            writer.code.i32(0);
            writer.code.simd(simd::I32X4_SPLAT);
            writer.set_q(z);
        }
        Lean::ClearLanes => {
            for sum in 0..8 {
                writer.code.get(local::CORE);
                writer.code.i64(0);
                writer.code.memory(op::I64_STORE, core_at::QACC + 8 * sum);
            }
        }
        Lean::TakeAccx => take_accx(writer, operation),
        Lean::And | Lean::Or | Lean::Xor => {
            writer.q(x);
            writer.q(y);
            writer.code.simd(match kind {
                Lean::And => simd::AND,
                Lean::Or => simd::OR,
                _ => simd::XOR,
            });
            writer.set_q(z);
        }
        Lean::Not => {
            writer.q(x);
            writer.code.simd(simd::NOT);
            writer.set_q(z);
        }
        Lean::Multiply8 => multiply_bytes(writer, x, y, z),
        Lean::Multiply8Load => {
            writer.a(base);
            writer.load(width::VECTOR);
            multiply_bytes(writer, x, y, z);
            writer.set_q(u);
            writer.a(base);
            writer.code.i32(16);
            writer.code.op(op::I32_ADD);
            writer.set_a(base);
        }
        Lean::Zip8 => {
            let (low, high) = (operation.r[PAIR0], operation.r[PAIR1]);
            for half in [0, 8] {
                writer.q(low);
                writer.q(high);
                writer.code.shuffle(std::array::from_fn(|byte| {
                    half + byte as u8 / 2 + byte as u8 % 2 * 16
                }));
            }
            // Where both are one register, the low half remains.
            writer.set_q(high);
            writer.set_q(low);
        }
    }
}

/// ACCX shifted, and what of it an address register holds.
fn take_accx(writer: &mut Writer, operation: &Operation) {
    writer.accx();
    writer.a(operation.r[AS]);
    let code = &mut writer.code;
    // The shift looks at the low six bits.
    code.ops(&[op::I64_EXTEND_I32_U, op::I64_SHR_S]);
    code.tee(local::LONG);
    writer.set_accx();
    let code = &mut writer.code;
    code.get(local::LONG);
    code.op(op::I32_WRAP_I64);
    code.i32(i32::MIN as u32);
    code.i32(i32::MAX as u32);
    code.get(local::LONG);
    code.i64(0);
    code.ops(&[op::I64_LT_S, op::SELECT]);
    code.get(local::LONG);
    code.get(local::LONG);
    code.ops(&[op::I32_WRAP_I64, op::I64_EXTEND_I32_S, op::I64_EQ, op::SELECT]);
    writer.set_a(operation.r[AD]);
}

fn multiply_bytes(writer: &mut Writer, x: u8, y: u8, z: u8) {
    // A product has 15 bits and its sign.
    shift_at_most(writer, 15);
    for half in BYTE_PRODUCTS {
        writer.q(x);
        writer.q(y);
        writer.code.simd(half);
        writer.code.get(local::TEMPORARY);
        writer.code.simd(simd::I16X8_SHR_S);
    }
    writer.code.shuffle(std::array::from_fn(|byte| byte as u8 * 2));
    writer.set_q(z);
}

/// Moves the address on.
fn step(writer: &mut Writer, kind: Quick, operation: &Operation) {
    match kind {
        Quick::LoadRegister
        | Quick::StoreRegister
        | Quick::LoadFloatsRegister
        | Quick::BytesLoadRegister
        | Quick::HalfwordsLoadRegister => {
            writer.a(operation.r[AS]);
            writer.a(operation.r[AD]);
            writer.code.op(op::I32_ADD);
        }
        Quick::Load
        | Quick::Store
        | Quick::LoadFloats
        | Quick::StoreFloats
        | Quick::Broadcast16
        | Quick::BytesLoad
        | Quick::HalfwordsLoad
        | Quick::StoreAccx
        | Quick::LoadAccx => offset(writer, operation),
        _ => return,
    }
    writer.set_a(operation.r[AS]);
}

/// Products of the lower and of the upper bytes.
const BYTE_PRODUCTS: [u32; 2] = [simd::I16X8_EXTMUL_LOW_I8X16_S, simd::I16X8_EXTMUL_HIGH_I8X16_S];
/// Products of the lower and of the upper halfwords.
const PRODUCTS: [u32; 2] = [simd::I32X4_EXTMUL_LOW_I16X8_S, simd::I32X4_EXTMUL_HIGH_I16X8_S];

fn offset(writer: &mut Writer, operation: &Operation) {
    writer.a(operation.r[AS]);
    writer.code.i32(operation.imm as u32);
    writer.code.op(op::I32_ADD);
}

fn add_bytes(writer: &mut Writer, x: u8, y: u8) {
    for half in BYTE_PRODUCTS {
        writer.q(x);
        writer.q(y);
        writer.code.simd(half);
        writer.code.simd(simd::I32X4_EXTADD_I16X8_S);
    }
    let code = &mut writer.code;
    code.simd(simd::I32X4_ADD);
    code.set(local::VECTOR);
    code.get(local::VECTOR);
    code.get(local::VECTOR);
    code.get(local::VECTOR);
    code.shuffle([8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15]);
    code.simd(simd::I32X4_ADD);
    code.set(local::VECTOR);
    for lane in 0..2 {
        code.get(local::VECTOR);
        code.lane(simd::I32X4_EXTRACT, lane);
    }
    code.ops(&[op::I32_ADD, op::I64_EXTEND_I32_S]);
    add(writer);
}

fn add_halfwords(writer: &mut Writer, x: u8, y: u8) {
    for (index, half) in PRODUCTS.into_iter().enumerate() {
        writer.q(x);
        writer.q(y);
        let code = &mut writer.code;
        code.simd(half);
        code.tee(local::VECTOR);
        // Pairs of products can pass 31 bits, so they are widened before they are summed.
        code.simd(simd::I64X2_EXTEND_LOW_I32X4_S);
        code.get(local::VECTOR);
        code.simd(simd::I64X2_EXTEND_HIGH_I32X4_S);
        code.simd(simd::I64X2_ADD);
        if index == 1 {
            code.simd(simd::I64X2_ADD);
        }
    }
    writer.code.set(local::VECTOR);
    for lane in 0..2 {
        writer.code.get(local::VECTOR);
        writer.code.lane(simd::I64X2_EXTRACT, lane);
    }
    writer.code.op(op::I64_ADD);
    add(writer);
}

/// Adds the sum on the stack to ACCX, within its range.
fn add(writer: &mut Writer) {
    writer.accx();
    let code = &mut writer.code;
    code.op(op::I64_ADD);
    code.tee(local::LONG);
    code.i64(MOST + 1);
    code.op(op::I64_ADD);
    code.i64(40);
    code.ops(&[op::I64_SHR_U, op::I32_WRAP_I64]);
    code.begin_if(ty::NONE);
    bounds(writer);
    writer.code.set(local::LONG);
    writer.code.end();
    writer.code.get(local::LONG);
    writer.set_accx();
}

/// Pushes the bound that a sum outside the range has passed.
fn bounds(writer: &mut Writer) {
    let code = &mut writer.code;
    code.i64(MOST);
    code.i64(LEAST);
    code.get(local::LONG);
    code.i64(0);
    code.ops(&[op::I64_GT_S, op::SELECT]);
}

/// Adds products of halfwords to the eight sums, each within its range.
fn add_lanes(writer: &mut Writer, x: u8, y: u8) {
    for (half, products) in (0..).zip(PRODUCTS) {
        writer.q(x);
        writer.q(y);
        writer.code.simd(products);
        writer.code.set(local::VECTOR);
        for lane in 0..4 {
            let place = core_at::QACC + 8 * (4 * half + lane);
            let code = &mut writer.code;
            code.get(local::CORE);
            code.get(local::CORE);
            code.memory(op::I64_LOAD, place);
            code.i64(24);
            code.op(op::I64_SHL);
            code.i64(24);
            code.op(op::I64_SHR_S);
            code.get(local::VECTOR);
            code.lane(simd::I32X4_EXTRACT, lane as u8);
            code.ops(&[op::I64_EXTEND_I32_S, op::I64_ADD]);
            code.tee(local::LONG);
            bounds(writer);
            let code = &mut writer.code;
            code.get(local::LONG);
            code.i64(MOST + 1);
            code.op(op::I64_ADD);
            code.i64(40);
            code.ops(&[op::I64_SHR_U, op::I32_WRAP_I64, op::I32_EQZ, op::SELECT]);
            code.i64(SUM);
            code.op(op::I64_AND);
            code.memory(op::I64_STORE, place);
        }
    }
}
