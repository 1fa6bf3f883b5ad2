//! The vector instructions that firmware spends its time in, each run without looking at anything that its name
//! already says. They do what the general way does; the tests run both.

use crate::bus::Bus;
use crate::core::{Core, Raised};
use crate::exec::vector::access::{
    load128, load64, load_element, load_floats, store128, store64, store_floats,
};
use crate::exec::vector::multiply::{accumulate_halfwords, add_signed};
use crate::exec::vector::{dot, q};
use crate::operation::slot::{AD, AS, U, X, Y, Z};
use crate::operation::Operation;
use crate::quad::Quad;

group! {
    /// Instructions with a way of their own.
    Quick {
        Load = "ee.vld.128.ip", LoadRegister = "ee.vld.128.xp", LoadOffset = "ld.qr",
        Store = "ee.vst.128.ip", StoreRegister = "ee.vst.128.xp", StoreOffset = "st.qr",
        LoadFloats = "ee.ldf.128.ip", LoadFloatsRegister = "ee.ldf.128.xp",
        StoreFloats = "ee.stf.128.ip", Broadcast16 = "ee.vldbc.16.ip",
        Bytes = "ee.vmulas.s8.accx", BytesLoad = "ee.vmulas.s8.accx.ld.ip",
        BytesLoadRegister = "ee.vmulas.s8.accx.ld.xp", Halfwords = "ee.vmulas.s16.accx",
        HalfwordsLoad = "ee.vmulas.s16.accx.ld.ip", HalfwordsLoadRegister = "ee.vmulas.s16.accx.ld.xp",
        LaneHalfwords = "ee.vmulas.s16.qacc", Multiply16 = "ee.vmul.s16", ClearAccx = "ee.zero.accx",
        StoreAccx = "ee.st.accx.ip", LoadAccx = "ee.ld.accx.ip",
    }
}

#[inline(always)]
pub(crate) fn execute<B: Bus>(
    core: &mut Core,
    bus: &mut B,
    op: Quick,
    operation: &Operation,
) -> Result<(), Raised> {
    let base = core.reg(operation, AS);
    let constant = operation.imm as u32;
    match op {
        Quick::Load => load(core, bus, operation, base, constant),
        Quick::LoadRegister => load(core, bus, operation, base, core.reg(operation, AD)),
        Quick::LoadOffset => {
            core.vectors.q[q(operation, U)] = load128(core, bus, base.wrapping_add(constant))?;
            Ok(())
        }
        Quick::Store => store(core, bus, operation, base, constant),
        Quick::StoreRegister => store(core, bus, operation, base, core.reg(operation, AD)),
        Quick::StoreOffset => {
            let value = core.vectors.q[q(operation, U)];
            store128(core, bus, base.wrapping_add(constant), value)
        }
        Quick::LoadFloats => floats(core, bus, operation, base, constant),
        Quick::LoadFloatsRegister => floats(core, bus, operation, base, core.reg(operation, AD)),
        Quick::StoreFloats => {
            store_floats(core, bus, operation, base)?;
            core.set_reg(operation, AS, base.wrapping_add(constant));
            Ok(())
        }
        Quick::Broadcast16 => {
            core.vectors.q[q(operation, U)] = load_element(core, bus, base, 2)?;
            core.set_reg(operation, AS, base.wrapping_add(constant));
            Ok(())
        }
        Quick::Bytes => {
            add_bytes(core, operation);
            Ok(())
        }
        Quick::BytesLoad => {
            let loaded = load128(core, bus, base)?;
            add_bytes(core, operation);
            finish(core, operation, loaded, base.wrapping_add(constant));
            Ok(())
        }
        Quick::BytesLoadRegister => {
            let loaded = load128(core, bus, base)?;
            add_bytes(core, operation);
            finish(
                core,
                operation,
                loaded,
                base.wrapping_add(core.reg(operation, AD)),
            );
            Ok(())
        }
        Quick::Halfwords => {
            add_halfwords(core, operation);
            Ok(())
        }
        Quick::HalfwordsLoad => {
            let loaded = load128(core, bus, base)?;
            add_halfwords(core, operation);
            finish(core, operation, loaded, base.wrapping_add(constant));
            Ok(())
        }
        Quick::HalfwordsLoadRegister => {
            let loaded = load128(core, bus, base)?;
            add_halfwords(core, operation);
            finish(
                core,
                operation,
                loaded,
                base.wrapping_add(core.reg(operation, AD)),
            );
            Ok(())
        }
        Quick::LaneHalfwords => {
            accumulate_halfwords(core, operation);
            Ok(())
        }
        Quick::Multiply16 => {
            // A product has 31 bits and its sign: shifts beyond give the sign alone.
            let shift = (core.sar & 63).min(31);
            let (x, y) = (core.vectors.q[q(operation, X)], core.vectors.q[q(operation, Y)]);
            core.vectors.q[q(operation, Z)] = dot::products(x, y, shift);
            Ok(())
        }
        Quick::ClearAccx => {
            core.vectors.accx = 0;
            Ok(())
        }
        Quick::StoreAccx => {
            let value = core.vectors.accx_unsigned();
            store64(core, bus, base, value)?;
            core.set_reg(operation, AS, base.wrapping_add(constant));
            Ok(())
        }
        Quick::LoadAccx => {
            let value = load64(core, bus, base)?;
            core.vectors.set_accx(value);
            core.set_reg(operation, AS, base.wrapping_add(constant));
            Ok(())
        }
    }
}

#[inline(always)]
fn load<B: Bus>(
    core: &mut Core,
    bus: &mut B,
    operation: &Operation,
    base: u32,
    step: u32,
) -> Result<(), Raised> {
    let loaded = load128(core, bus, base)?;
    finish(core, operation, loaded, base.wrapping_add(step));
    Ok(())
}

#[inline(always)]
fn store<B: Bus>(
    core: &mut Core,
    bus: &mut B,
    operation: &Operation,
    base: u32,
    step: u32,
) -> Result<(), Raised> {
    let value = core.vectors.q[q(operation, U)];
    store128(core, bus, base, value)?;
    core.set_reg(operation, AS, base.wrapping_add(step));
    Ok(())
}

#[inline(always)]
fn floats<B: Bus>(
    core: &mut Core,
    bus: &mut B,
    operation: &Operation,
    base: u32,
    step: u32,
) -> Result<(), Raised> {
    load_floats(core, bus, operation, base)?;
    core.set_reg(operation, AS, base.wrapping_add(step));
    Ok(())
}

/// Writes what was loaded and the new address.
#[inline(always)]
fn finish(core: &mut Core, operation: &Operation, loaded: Quad, address: u32) {
    core.vectors.q[q(operation, U)] = loaded;
    core.set_reg(operation, AS, address);
}

#[inline(always)]
fn add_bytes(core: &mut Core, operation: &Operation) {
    let sum = dot::bytes(core.vectors.q[q(operation, X)], core.vectors.q[q(operation, Y)]);
    add_signed(core, sum.into());
}

#[inline(always)]
fn add_halfwords(core: &mut Core, operation: &Operation) {
    let sum = dot::halfwords(core.vectors.q[q(operation, X)], core.vectors.q[q(operation, Y)]);
    add_signed(core, sum);
}
