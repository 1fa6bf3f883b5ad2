//! Shifts of lanes, of registers and of pairs of registers by bytes, and the interleaving of pairs.

use crate::bus::Bus;
use crate::core::{Core, Raised};
use crate::exec::vector::lanes::{shift_pair, Lanes};
use crate::exec::vector::{access, lanes_of, q};
use crate::operation::slot::{AD, AS, PAIR0, PAIR1, U, X, Z};
use crate::operation::Operation;
use crate::quad::Quad;

group! {
    /// Shifts and rearrangements.
    Shift {
        LaneLeft = "ee.vsl.32", LaneRight = "ee.vsr.32", Pair = "ee.src.q", PairMove = "ee.src.q.qup",
        PairLoad = "ee.src.q.ld.ip", PairLoadRegister = "ee.src.q.ld.xp", PairStore = "ee.srcq.128.st.incp",
        RightConstant = "ee.srci.2q", LeftConstant = "ee.slci.2q", RightRegister = "ee.srcxxp.2q",
        LeftRegister = "ee.slcxxp.2q", Zip8 = "ee.vzip.8", Zip16 = "ee.vzip.16", Zip32 = "ee.vzip.32",
        Unzip8 = "ee.vunzip.8", Unzip16 = "ee.vunzip.16", Unzip32 = "ee.vunzip.32",
    }
}

#[inline]
pub(super) fn execute<B: Bus>(
    core: &mut Core,
    bus: &mut B,
    op: Shift,
    operation: &Operation,
) -> Result<(), Raised> {
    let (low_register, high_register) = (q(operation, PAIR0), q(operation, PAIR1));
    let (low, high) = (
        core.vectors.q[low_register].bytes(),
        core.vectors.q[high_register].bytes(),
    );
    let sar = core.sar & 63;
    let shifted = || shift_pair(low, high, core.vectors.sar_byte.into());
    let address = core.reg(operation, AS);
    let bytes_constant = (operation.imm2 as u32 & 15) + 1;
    let bytes_register = (address & 15) + 1;
    let next = address.wrapping_add(core.reg(operation, AD));
    match op {
        Shift::LaneLeft => {
            let lanes = lanes_of::<[u32; 4]>(core, operation, X).map(|lane| (u64::from(lane) << sar) as u32);
            core.vectors.q[q(operation, Z)] = Quad::from(lanes.to_bytes());
        }
        Shift::LaneRight => {
            let lanes = lanes_of::<[i32; 4]>(core, operation, X).map(|lane| (i64::from(lane) >> sar) as i32);
            core.vectors.q[q(operation, Z)] = Quad::from(lanes.to_bytes());
        }
        Shift::Pair => core.vectors.q[q(operation, Z)] = Quad::from(shifted()),
        Shift::PairMove => {
            let result = shifted();
            core.vectors.q[q(operation, Z)] = Quad::from(result);
            core.vectors.q[low_register] = Quad::from(high);
        }
        Shift::PairLoad | Shift::PairLoadRegister => {
            let loaded = access::load128(core, bus, address)?;
            let result = shift_pair(low, high, core.vectors.sar_byte.into());
            core.vectors.q[low_register] = Quad::from(result);
            core.vectors.q[q(operation, U)] = loaded;
            let next = if op == Shift::PairLoad {
                address.wrapping_add_signed(operation.imm)
            } else {
                next
            };
            core.set_reg(operation, AS, next);
        }
        Shift::PairStore => {
            let result = shifted();
            access::store128(core, bus, address, Quad::from(result))?;
            core.set_reg(operation, AS, address.wrapping_add(16));
        }
        Shift::RightConstant => pair_right(core, operation, bytes_constant),
        Shift::LeftConstant => pair_left(core, operation, bytes_constant),
        Shift::RightRegister => {
            pair_right(core, operation, bytes_register);
            core.set_reg(operation, AS, next);
        }
        Shift::LeftRegister => {
            pair_left(core, operation, bytes_register);
            core.set_reg(operation, AS, next);
        }
        Shift::Zip8 => write_pair(core, operation, zip(low, high, 1)),
        Shift::Zip16 => write_pair(core, operation, zip(low, high, 2)),
        Shift::Zip32 => write_pair(core, operation, zip(low, high, 4)),
        Shift::Unzip8 => write_pair(core, operation, unzip(low, high, 1)),
        Shift::Unzip16 => write_pair(core, operation, unzip(low, high, 2)),
        Shift::Unzip32 => write_pair(core, operation, unzip(low, high, 4)),
    }
    Ok(())
}

/// Writes the high register of a pair first: where both are one register, the low half remains.
fn write_pair(core: &mut Core, operation: &Operation, (low, high): ([u8; 16], [u8; 16])) {
    core.vectors.q[q(operation, PAIR1)] = Quad::from(high);
    core.vectors.q[q(operation, PAIR0)] = Quad::from(low);
}

fn pair_right(core: &mut Core, operation: &Operation, bytes: u32) {
    let (low, high) = (
        core.vectors.q[q(operation, PAIR0)].bytes(),
        core.vectors.q[q(operation, PAIR1)].bytes(),
    );
    write_pair(
        core,
        operation,
        (shift_pair(low, high, bytes), shift_pair(high, [0; 16], bytes)),
    );
}

fn pair_left(core: &mut Core, operation: &Operation, bytes: u32) {
    let (low, high) = (
        core.vectors.q[q(operation, PAIR0)].bytes(),
        core.vectors.q[q(operation, PAIR1)].bytes(),
    );
    write_pair(
        core,
        operation,
        (
            shift_pair([0; 16], low, 16 - bytes),
            shift_pair(low, high, 16 - bytes),
        ),
    );
}

/// Both registers as one row of bytes.
fn row(low: [u8; 16], high: [u8; 16]) -> [u8; 32] {
    std::array::from_fn(|byte| if byte < 16 { low[byte] } else { high[byte - 16] })
}

fn halves(row: [u8; 32]) -> ([u8; 16], [u8; 16]) {
    (
        std::array::from_fn(|byte| row[byte]),
        std::array::from_fn(|byte| row[byte + 16]),
    )
}

/// Elements of the two registers in turn.
fn zip(low: [u8; 16], high: [u8; 16], width: usize) -> ([u8; 16], [u8; 16]) {
    let row = row(low, high);
    halves(std::array::from_fn(|byte| {
        let (element, part) = (byte / width, byte % width);
        row[element % 2 * 16 + element / 2 * width + part]
    }))
}

/// Elements with even numbers, then those with odd ones.
fn unzip(low: [u8; 16], high: [u8; 16], width: usize) -> ([u8; 16], [u8; 16]) {
    let row = row(low, high);
    halves(std::array::from_fn(|byte| {
        let (element, part) = (byte % 16 / width, byte % width);
        row[(element * 2 + byte / 16) * width + part]
    }))
}
