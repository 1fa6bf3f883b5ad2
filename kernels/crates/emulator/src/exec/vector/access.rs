//! Loads, stores and moves of vector registers, accumulators and groups of floating-point registers. Addresses
//! lose their low bits, as silicon drops them; that is counted.

use crate::bus::Bus;
use crate::core::stop::Cause;
use crate::core::{Core, Raised};
use crate::exec::vector::lanes::Lanes;
use crate::exec::vector::{lanes_of, q, Lean};
use crate::operation::slot::{AD, AS, PAIR0, U, X, Y, Z};
use crate::operation::Operation;
use crate::quad::Quad;

/// What is moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Item {
    Load128,
    LoadUnaligned,
    LoadLow,
    LoadHigh,
    Broadcast(u8),
    LoadDoubled,
    LoadIndexed,
    LoadAccx,
    LoadAccumulatorLow(u8),
    LoadAccumulatorHigh(u8),
    LoadState,
    LoadFloats(u8),
    LoadLanes(Widen),
    Store128,
    StoreLow,
    StoreHigh,
    StoreIndexed,
    StoreAccx,
    StoreAccumulatorLow(u8),
    StoreAccumulatorHigh(u8),
    StoreState,
    StoreFloats(u8),
    MoveLanes(Widen),
    MoveRegister,
    ReadLane,
    WriteLane,
    ZeroRegister,
    ZeroAccx,
    ZeroAccumulators,
    SetPins,
    ClearPins,
    MaskPins,
    ReadPins,
}

/// How lanes become sums in the accumulators.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Widen {
    S8,
    U8,
    S16,
    U16,
}

/// What happens to the address register.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Update {
    Keep,
    /// The access itself is at the sum, and the register keeps its value.
    Offset,
    Constant,
    Register,
    Add16,
}

/// A load, store or move.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Access {
    item: Item,
    update: Update,
}

impl Access {
    /// The instruction with this mnemonic, if it belongs to the group.
    pub fn named(mnemonic: &str) -> Option<Self> {
        let whole = match mnemonic {
            "ld.qr" => Some((Item::Load128, Update::Offset)),
            "st.qr" => Some((Item::Store128, Update::Offset)),
            "mv.qr" => Some((Item::MoveRegister, Update::Keep)),
            "ee.vldbc.8" => Some((Item::Broadcast(1), Update::Keep)),
            "ee.vldbc.16" => Some((Item::Broadcast(2), Update::Keep)),
            "ee.vldbc.32" => Some((Item::Broadcast(4), Update::Keep)),
            "ee.vldhbc.16.incp" => Some((Item::LoadDoubled, Update::Add16)),
            "ee.ldxq.32" => Some((Item::LoadIndexed, Update::Keep)),
            "ee.stxq.32" => Some((Item::StoreIndexed, Update::Keep)),
            "ee.mov.s8.qacc" => Some((Item::MoveLanes(Widen::S8), Update::Keep)),
            "ee.mov.u8.qacc" => Some((Item::MoveLanes(Widen::U8), Update::Keep)),
            "ee.mov.s16.qacc" => Some((Item::MoveLanes(Widen::S16), Update::Keep)),
            "ee.mov.u16.qacc" => Some((Item::MoveLanes(Widen::U16), Update::Keep)),
            "ee.movi.32.a" => Some((Item::ReadLane, Update::Keep)),
            "ee.movi.32.q" => Some((Item::WriteLane, Update::Keep)),
            "ee.zero.q" => Some((Item::ZeroRegister, Update::Keep)),
            "ee.zero.accx" => Some((Item::ZeroAccx, Update::Keep)),
            "ee.zero.qacc" => Some((Item::ZeroAccumulators, Update::Keep)),
            "ee.set_bit_gpio_out" => Some((Item::SetPins, Update::Keep)),
            "ee.clr_bit_gpio_out" => Some((Item::ClearPins, Update::Keep)),
            "ee.wr_mask_gpio_out" => Some((Item::MaskPins, Update::Keep)),
            "ee.get_gpio_in" => Some((Item::ReadPins, Update::Keep)),
            _ => None,
        };
        if let Some((item, update)) = whole {
            return Some(Self { item, update });
        }
        let (name, update) = match mnemonic.strip_suffix(".ip") {
            Some(name) => (name, Update::Constant),
            None => (mnemonic.strip_suffix(".xp")?, Update::Register),
        };
        let item = match name {
            "ee.vld.128" => Item::Load128,
            "ee.ld.128.usar" => Item::LoadUnaligned,
            "ee.vld.l.64" => Item::LoadLow,
            "ee.vld.h.64" => Item::LoadHigh,
            "ee.vldbc.8" => Item::Broadcast(1),
            "ee.vldbc.16" => Item::Broadcast(2),
            "ee.vldbc.32" => Item::Broadcast(4),
            "ee.ld.accx" => Item::LoadAccx,
            "ee.ld.qacc_l.l.128" => Item::LoadAccumulatorLow(0),
            "ee.ld.qacc_h.l.128" => Item::LoadAccumulatorLow(1),
            "ee.ld.qacc_l.h.32" => Item::LoadAccumulatorHigh(0),
            "ee.ld.qacc_h.h.32" => Item::LoadAccumulatorHigh(1),
            "ee.ld.ua_state" => Item::LoadState,
            "ee.ldf.64" => Item::LoadFloats(2),
            "ee.ldf.128" => Item::LoadFloats(4),
            "ee.ldqa.s8.128" => Item::LoadLanes(Widen::S8),
            "ee.ldqa.u8.128" => Item::LoadLanes(Widen::U8),
            "ee.ldqa.s16.128" => Item::LoadLanes(Widen::S16),
            "ee.ldqa.u16.128" => Item::LoadLanes(Widen::U16),
            "ee.vst.128" => Item::Store128,
            "ee.vst.l.64" => Item::StoreLow,
            "ee.vst.h.64" => Item::StoreHigh,
            "ee.st.accx" => Item::StoreAccx,
            "ee.st.qacc_l.l.128" => Item::StoreAccumulatorLow(0),
            "ee.st.qacc_h.l.128" => Item::StoreAccumulatorLow(1),
            "ee.st.qacc_l.h.32" => Item::StoreAccumulatorHigh(0),
            "ee.st.qacc_h.h.32" => Item::StoreAccumulatorHigh(1),
            "ee.st.ua_state" => Item::StoreState,
            "ee.stf.64" => Item::StoreFloats(2),
            "ee.stf.128" => Item::StoreFloats(4),
            _ => return None,
        };
        Some(Self { item, update })
    }

    pub(super) fn lean(self) -> Option<Lean> {
        match (self.item, self.update) {
            (Item::Broadcast(4), Update::Keep) => Some(Lean::Broadcast32),
            (Item::Broadcast(4), Update::Constant) => Some(Lean::Broadcast32Step),
            (Item::MoveRegister, _) => Some(Lean::Move),
            (Item::ZeroRegister, _) => Some(Lean::ClearRegister),
            (Item::ZeroAccumulators, _) => Some(Lean::ClearLanes),
            _ => None,
        }
    }

    pub(super) fn uses_floats(self) -> bool {
        matches!(self.item, Item::LoadFloats(_) | Item::StoreFloats(_))
    }
}

/// Slots of a group of floating-point registers, the one at the lowest address first.
const FLOATS: [usize; 4] = [U, X, Y, Z];

#[inline]
pub(super) fn execute<B: Bus>(
    core: &mut Core,
    bus: &mut B,
    op: Access,
    operation: &Operation,
) -> Result<(), Raised> {
    let base = core.reg(operation, AS);
    let address = if op.update == Update::Offset {
        base.wrapping_add_signed(operation.imm)
    } else {
        base
    };
    let step = match op.update {
        Update::Keep | Update::Offset => 0,
        Update::Constant => operation.imm as u32,
        Update::Register => core.reg(operation, AD),
        Update::Add16 => 16,
    };
    let u = q(operation, U);
    match op.item {
        Item::Load128 => core.vectors.q[u] = load128(core, bus, address)?,
        Item::LoadUnaligned => {
            core.vectors.q[u] = load_block(core, bus, address)?;
            core.vectors.sar_byte = address as u8 & 15;
        }
        Item::LoadLow | Item::LoadHigh => {
            let half = usize::from(op.item == Item::LoadHigh) * 8;
            let value = load64(core, bus, address)?;
            let mut bytes = core.vectors.q[u].bytes();
            bytes[half..half + 8].copy_from_slice(&value.to_le_bytes());
            core.vectors.q[u] = Quad::from(bytes);
        }
        Item::Broadcast(bytes) => core.vectors.q[u] = load_element(core, bus, address, bytes)?,
        Item::LoadDoubled => {
            let loaded = <[u16; 8]>::from_bytes(load128(core, bus, address)?.bytes());
            let doubled = |first: usize| -> [u16; 8] { std::array::from_fn(|lane| loaded[first + lane / 2]) };
            core.vectors.q[u] = Quad::from(doubled(0).to_bytes());
            core.vectors.q[q(operation, PAIR0)] = Quad::from(doubled(4).to_bytes());
        }
        Item::LoadIndexed => {
            let (lane, address) = indexed(core, operation);
            let value = load32(core, bus, address)?;
            let mut bytes = core.vectors.q[u].bytes();
            bytes[lane * 4..lane * 4 + 4].copy_from_slice(&value.to_le_bytes());
            core.vectors.q[u] = Quad::from(bytes);
        }
        Item::StoreIndexed => {
            let (lane, address) = indexed(core, operation);
            let value = lanes_of::<[u32; 4]>(core, operation, U)[lane];
            store32(core, bus, address, value)?;
        }
        Item::LoadAccx => {
            let value = load64(core, bus, address)?;
            core.vectors.set_accx(value);
        }
        Item::LoadAccumulatorLow(half) => {
            let value = load128(core, bus, address)?;
            core.vectors.set_accumulator_low(half.into(), value.number());
        }
        Item::LoadAccumulatorHigh(half) => {
            let value = load32(core, bus, address)?;
            core.vectors.set_accumulator_high(half.into(), value);
        }
        Item::LoadState => core.vectors.ua_state = load128(core, bus, address)?.bytes(),
        Item::LoadFloats(4) => load_floats(core, bus, operation, address)?,
        Item::LoadFloats(_) => {
            let value = load64(core, bus, address)?;
            core.f[usize::from(operation.r[FLOATS[0]] & 15)] = value as u32;
            core.f[usize::from(operation.r[FLOATS[1]] & 15)] = (value >> 32) as u32;
        }
        Item::LoadLanes(widen) => {
            let value = load128(core, bus, address)?;
            core.vectors.qacc = widened(value.bytes(), widen);
        }
        Item::MoveLanes(widen) => core.vectors.qacc = widened(core.vectors.q[q(operation, X)].bytes(), widen),
        Item::Store128 => store128(core, bus, address, core.vectors.q[u])?,
        Item::StoreLow => store64(core, bus, address, core.vectors.q[u].number() as u64)?,
        Item::StoreHigh => store64(core, bus, address, (core.vectors.q[u].number() >> 64) as u64)?,
        Item::StoreAccx => store64(core, bus, address, core.vectors.accx_unsigned())?,
        Item::StoreAccumulatorLow(half) => {
            let value = core.vectors.accumulator_low(half.into());
            store128(core, bus, address, Quad::from(value.to_le_bytes()))?;
        }
        Item::StoreAccumulatorHigh(half) => {
            let value = core.vectors.accumulator_high(half.into());
            store32(core, bus, address, value)?;
        }
        Item::StoreState => store128(core, bus, address, Quad::from(core.vectors.ua_state))?,
        Item::StoreFloats(4) => store_floats(core, bus, operation, address)?,
        Item::StoreFloats(_) => {
            let value = |slot: usize| u64::from(core.f[usize::from(operation.r[slot] & 15)]);
            let pair = value(FLOATS[0]) | value(FLOATS[1]) << 32;
            store64(core, bus, address, pair)?;
        }
        Item::MoveRegister => core.vectors.q[u] = core.vectors.q[q(operation, X)],
        Item::ReadLane => {
            let value = lanes_of::<[u32; 4]>(core, operation, X)[operation.imm2 as usize & 3];
            core.set_reg(operation, AD, value);
        }
        Item::WriteLane => {
            let mut lanes = lanes_of::<[u32; 4]>(core, operation, U);
            lanes[operation.imm2 as usize & 3] = base;
            core.vectors.q[u] = Quad::from(lanes.to_bytes());
        }
        Item::ZeroRegister => core.vectors.q[q(operation, Z)] = Quad::ZERO,
        Item::ZeroAccx => core.vectors.accx = 0,
        Item::ZeroAccumulators => core.vectors.qacc = [0; 8],
        Item::SetPins => core.vectors.gpio_out |= operation.imm as u8,
        Item::ClearPins => core.vectors.gpio_out &= !(operation.imm as u8),
        Item::MaskPins => {
            let mask = core.reg(operation, AD) as u8;
            core.vectors.gpio_out = core.vectors.gpio_out & !mask | base as u8 & mask;
        }
        Item::ReadPins => core.set_reg(operation, AD, core.vectors.gpio_in.into()),
    }
    if !matches!(op.update, Update::Keep | Update::Offset) {
        core.set_reg(operation, AS, base.wrapping_add(step));
    }
    Ok(())
}

/// Four floating-point registers from memory.
#[inline(always)]
pub(super) fn load_floats<B: Bus>(
    core: &mut Core,
    bus: &mut B,
    operation: &Operation,
    address: u32,
) -> Result<(), Raised> {
    let values = <[u32; 4]>::from_bytes(load128(core, bus, address)?.bytes());
    for (&slot, value) in FLOATS.iter().zip(values) {
        core.f[usize::from(operation.r[slot] & 15)] = value;
    }
    Ok(())
}

/// Four floating-point registers to memory.
#[inline(always)]
pub(super) fn store_floats<B: Bus>(
    core: &mut Core,
    bus: &mut B,
    operation: &Operation,
    address: u32,
) -> Result<(), Raised> {
    let values = FLOATS.map(|slot| core.f[usize::from(operation.r[slot] & 15)]);
    store128(core, bus, address, Quad::from(values.to_bytes()))
}

/// Lane and address of an indexed access: the index is an unsigned halfword, in words.
fn indexed(core: &Core, operation: &Operation) -> (usize, u32) {
    let (lane, element) = (operation.imm2 as usize & 3, operation.imm2 as usize >> 8 & 7);
    let index = lanes_of::<[u16; 8]>(core, operation, X)[element];
    (lane, core.reg(operation, AS).wrapping_add(u32::from(index) * 4))
}

fn widened(value: [u8; 16], widen: Widen) -> [u64; 8] {
    const LANE8: i64 = (1 << 20) - 1;
    const LANE16: i64 = (1 << 40) - 1;
    let pair = |low: i64, high: i64| (low & LANE8 | (high & LANE8) << 20) as u64;
    match widen {
        Widen::S8 => {
            let lanes = <[i8; 16]>::from_bytes(value);
            std::array::from_fn(|piece| pair(lanes[piece * 2].into(), lanes[piece * 2 + 1].into()))
        }
        Widen::U8 => std::array::from_fn(|piece| pair(value[piece * 2].into(), value[piece * 2 + 1].into())),
        Widen::S16 => <[i16; 8]>::from_bytes(value).map(|lane| (i64::from(lane) & LANE16) as u64),
        Widen::U16 => <[u16; 8]>::from_bytes(value).map(u64::from),
    }
}

/// `address` without the low bits of an access of `bytes`; what is dropped is counted.
#[inline(always)]
fn aligned(core: &mut Core, address: u32, bytes: u32) -> u32 {
    if address & (bytes - 1) != 0 {
        if core.misaligned.count == 0 {
            core.misaligned.first_address = address;
        }
        core.misaligned.count += 1;
    }
    address & !(bytes - 1)
}

/// Sixteen bytes from the block around `address`.
#[inline(always)]
pub(super) fn load128<B: Bus>(core: &mut Core, bus: &mut B, address: u32) -> Result<Quad, Raised> {
    let address = aligned(core, address, 16);
    bus.load128(address)
        .map_err(|fault| core.stop(Cause::Load { address, fault }))
}

/// The same where an unaligned address is meant.
fn load_block<B: Bus>(core: &mut Core, bus: &mut B, address: u32) -> Result<Quad, Raised> {
    let address = address & !15;
    bus.load128(address)
        .map_err(|fault| core.stop(Cause::Load { address, fault }))
}

#[inline(always)]
pub(super) fn load64<B: Bus>(core: &mut Core, bus: &mut B, address: u32) -> Result<u64, Raised> {
    let address = aligned(core, address, 8);
    bus.load64(address)
        .map_err(|fault| core.stop(Cause::Load { address, fault }))
}

fn load32<B: Bus>(core: &mut Core, bus: &mut B, address: u32) -> Result<u32, Raised> {
    let address = aligned(core, address, 4);
    bus.load32(address)
        .map_err(|fault| core.stop(Cause::Load { address, fault }))
}

/// One element of 1, 2 or 4 bytes in all lanes.
#[inline(always)]
pub(super) fn load_element<B: Bus>(
    core: &mut Core,
    bus: &mut B,
    address: u32,
    bytes: u8,
) -> Result<Quad, Raised> {
    let address = aligned(core, address, bytes.into());
    // An element times this is as many of them as fit into eight bytes.
    let (value, copies) = match bytes {
        1 => (bus.load8(address), 0x0101_0101_0101_0101),
        2 => (bus.load16(address), 0x0001_0001_0001_0001),
        _ => (bus.load32(address), 0x0000_0001_0000_0001),
    };
    let value = value.map_err(|fault| core.stop(Cause::Load { address, fault }))?;
    Ok(Quad::twice(u64::from(value) * copies))
}

#[inline(always)]
pub(super) fn store128<B: Bus>(
    core: &mut Core,
    bus: &mut B,
    address: u32,
    value: Quad,
) -> Result<(), Raised> {
    let address = aligned(core, address, 16);
    bus.store128(address, value)
        .map_err(|fault| core.stop(Cause::Store { address, fault }))
}

#[inline(always)]
pub(super) fn store64<B: Bus>(core: &mut Core, bus: &mut B, address: u32, value: u64) -> Result<(), Raised> {
    let address = aligned(core, address, 8);
    bus.store64(address, value)
        .map_err(|fault| core.stop(Cause::Store { address, fault }))
}

fn store32<B: Bus>(core: &mut Core, bus: &mut B, address: u32, value: u32) -> Result<(), Raised> {
    let address = aligned(core, address, 4);
    bus.store32(address, value)
        .map_err(|fault| core.stop(Cause::Store { address, fault }))
}
