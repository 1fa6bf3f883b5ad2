//! Loads and stores of address registers. They must be aligned.

use crate::bus::Bus;
use crate::core::stop::Cause;
use crate::core::{Core, Raised};
use crate::operation::slot::{S, T};
use crate::operation::Operation;

group! {
    /// Loads and stores; those with acquire or release order behave alike on one bus.
    Memory {
        L8ui = "l8ui", L16ui = "l16ui", L16si = "l16si", L32i = "l32i" | "l32i.n" | "l32ai" | "l32e", L32r = "l32r",
        S8i = "s8i", S16i = "s16i", S32i = "s32i" | "s32i.n" | "s32ri" | "s32e" | "s32nb", S32c1i = "s32c1i",
    }
}

impl Memory {
    /// Whether it reads and does not write.
    pub(crate) fn is_load(self) -> bool {
        matches!(
            self,
            Self::L8ui | Self::L16ui | Self::L16si | Self::L32i | Self::L32r
        )
    }
}

#[inline(always)]
pub(super) fn execute<B: Bus>(
    core: &mut Core,
    bus: &mut B,
    op: Memory,
    operation: &Operation,
) -> Result<(), Raised> {
    let address = core.reg(operation, S).wrapping_add_signed(operation.imm);
    let value = match op {
        Memory::L32i => load32(core, bus, address)?,
        Memory::L32r => load32(core, bus, operation.imm as u32)?,
        Memory::L8ui => bus
            .load8(address)
            .map_err(|fault| core.stop(Cause::Load { address, fault }))?,
        Memory::L16ui => load16(core, bus, address)?,
        Memory::L16si => load16(core, bus, address)? as i16 as u32,
        Memory::S32i => return store32(core, bus, address, core.reg(operation, T)),
        Memory::S8i => {
            return bus
                .store8(address, core.reg(operation, T))
                .map_err(|fault| core.stop(Cause::Store { address, fault }))
        }
        Memory::S16i => {
            aligned(core, address, 2)?;
            return bus
                .store16(address, core.reg(operation, T))
                .map_err(|fault| core.stop(Cause::Store { address, fault }));
        }
        Memory::S32c1i => {
            let old = load32(core, bus, address)?;
            if old == core.scompare {
                store32(core, bus, address, core.reg(operation, T))?;
            }
            old
        }
    };
    core.set_reg(operation, T, value);
    Ok(())
}

#[inline(always)]
fn aligned(core: &mut Core, address: u32, bytes: u8) -> Result<(), Raised> {
    if address & u32::from(bytes - 1) != 0 {
        return Err(core.stop(Cause::Misaligned { address, bytes }));
    }
    Ok(())
}

#[inline(always)]
pub(super) fn load32<B: Bus>(core: &mut Core, bus: &mut B, address: u32) -> Result<u32, Raised> {
    aligned(core, address, 4)?;
    bus.load32(address)
        .map_err(|fault| core.stop(Cause::Load { address, fault }))
}

#[inline(always)]
fn load16<B: Bus>(core: &mut Core, bus: &mut B, address: u32) -> Result<u32, Raised> {
    aligned(core, address, 2)?;
    bus.load16(address)
        .map_err(|fault| core.stop(Cause::Load { address, fault }))
}

#[inline(always)]
pub(super) fn store32<B: Bus>(core: &mut Core, bus: &mut B, address: u32, value: u32) -> Result<(), Raised> {
    aligned(core, address, 4)?;
    bus.store32(address, value)
        .map_err(|fault| core.stop(Cause::Store { address, fault }))
}
