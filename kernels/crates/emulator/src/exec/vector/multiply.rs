//! Products: lane by lane, complex, summed into ACCX, or into the sums of the accumulators; and the way back out
//! of these.

use crate::core::Core;
use crate::exec::vector::lanes::Lanes;
use crate::exec::vector::{dot, lanes_of, q};
use crate::operation::slot::{AD, AS, U, X, Y, Z};
use crate::operation::Operation;
use crate::quad::Quad;

group! {
    /// Multiplications and accumulations; names without the `ee.` in front.
    Multiply {
        MulS8 = "vmul.s8", MulU8 = "vmul.u8", MulS16 = "vmul.s16", MulU16 = "vmul.u16", Complex = "cmul.s16",
        AccxS8 = "vmulas.s8.accx", AccxU8 = "vmulas.u8.accx", AccxS16 = "vmulas.s16.accx",
        AccxU16 = "vmulas.u16.accx", LanesS8 = "vmulas.s8.qacc", LanesU8 = "vmulas.u8.qacc",
        LanesS16 = "vmulas.s16.qacc", LanesU16 = "vmulas.u16.qacc", ScaledS8 = "vsmulas.s8.qacc",
        ScaledS16 = "vsmulas.s16.qacc", TakeAccx = "srs.accx", TakeS8 = "srcmb.s8.qacc", TakeS16 = "srcmb.s16.qacc",
    }
}

const SUM20: u64 = (1 << 20) - 1;
const SUM40: u64 = (1 << 40) - 1;

#[inline]
pub(super) fn execute(core: &mut Core, op: Multiply, operation: &Operation) {
    let sar = core.sar & 63;
    match op {
        Multiply::MulS8 => {
            let (x, y) = pair::<[i8; 16]>(core, operation);
            let product = |lane: usize| ((i64::from(x[lane]) * i64::from(y[lane])) >> sar) as i8;
            core.vectors.q[q(operation, Z)] =
                Quad::from(std::array::from_fn::<i8, 16, _>(product).to_bytes());
        }
        Multiply::MulU8 => {
            let (x, y) = pair::<[u8; 16]>(core, operation);
            let product = |lane: usize| ((u64::from(x[lane]) * u64::from(y[lane])) >> sar) as u8;
            core.vectors.q[q(operation, Z)] = Quad::from(std::array::from_fn(product));
        }
        Multiply::MulS16 => {
            let (x, y) = pair::<[i16; 8]>(core, operation);
            let product = |lane: usize| ((i64::from(x[lane]) * i64::from(y[lane])) >> sar) as i16;
            core.vectors.q[q(operation, Z)] =
                Quad::from(std::array::from_fn::<i16, 8, _>(product).to_bytes());
        }
        Multiply::MulU16 => {
            let (x, y) = pair::<[u16; 8]>(core, operation);
            let product = |lane: usize| ((u64::from(x[lane]) * u64::from(y[lane])) >> sar) as u16;
            core.vectors.q[q(operation, Z)] =
                Quad::from(std::array::from_fn::<u16, 8, _>(product).to_bytes());
        }
        Multiply::Complex => complex(core, operation, sar),
        Multiply::AccxS8 => {
            let sum = dot::bytes(core.vectors.q[q(operation, X)], core.vectors.q[q(operation, Y)]);
            add_signed(core, sum.into());
        }
        Multiply::AccxS16 => {
            let sum = dot::halfwords(core.vectors.q[q(operation, X)], core.vectors.q[q(operation, Y)]);
            add_signed(core, sum);
        }
        Multiply::AccxU8 => {
            let (x, y) = pair::<[u8; 16]>(core, operation);
            let sum: u32 = x.iter().zip(y).map(|(&x, y)| u32::from(x) * u32::from(y)).sum();
            add_unsigned(core, sum.into());
        }
        Multiply::AccxU16 => {
            let (x, y) = pair::<[u16; 8]>(core, operation);
            add_unsigned(
                core,
                x.iter()
                    .zip(y)
                    .map(|(&x, y)| u64::from(u32::from(x) * u32::from(y)))
                    .sum(),
            );
        }
        Multiply::LanesS8 => {
            let (x, y) = pair::<[i8; 16]>(core, operation);
            accumulate8(core, |lane| i32::from(x[lane]) * i32::from(y[lane]));
        }
        Multiply::ScaledS8 => {
            let (x, y) = pair::<[i8; 16]>(core, operation);
            let factor = i32::from(y[operation.imm2 as usize & 15]);
            accumulate8(core, |lane| i32::from(x[lane]) * factor);
        }
        Multiply::LanesU8 => {
            let (x, y) = pair::<[u8; 16]>(core, operation);
            for (piece, sums) in core.vectors.qacc.iter_mut().enumerate() {
                let sum = |lane: usize, old: u64| (old + u64::from(x[lane]) * u64::from(y[lane])).min(SUM20);
                *sums = sum(piece * 2, *sums & SUM20) | sum(piece * 2 + 1, *sums >> 20) << 20;
            }
        }
        Multiply::LanesS16 => accumulate_halfwords(core, operation),
        Multiply::ScaledS16 => {
            let (x, y) = pair::<[i16; 8]>(core, operation);
            let factor = i64::from(y[operation.imm2 as usize & 7]);
            accumulate16(core, |lane| i64::from(x[lane]) * factor);
        }
        Multiply::LanesU16 => {
            let (x, y) = pair::<[u16; 8]>(core, operation);
            for (lane, sum) in core.vectors.qacc.iter_mut().enumerate() {
                *sum = (*sum + u64::from(x[lane]) * u64::from(y[lane])).min(SUM40);
            }
        }
        Multiply::TakeAccx => {
            let shifted = core.vectors.accx >> (core.reg(operation, AS) & 63);
            core.vectors.accx = shifted;
            core.set_reg(
                operation,
                AD,
                shifted.clamp(i32::MIN.into(), i32::MAX.into()) as u32,
            );
        }
        Multiply::TakeS8 => {
            let shift = core.reg(operation, AS) & 31;
            let mut lanes = [0i8; 16];
            for (piece, sums) in core.vectors.qacc.iter_mut().enumerate() {
                let (low, high) = split20(*sums);
                let (low, high) = (low >> shift, high >> shift);
                *sums = join20(low, high);
                lanes[piece * 2] = low.clamp(-128, 127) as i8;
                lanes[piece * 2 + 1] = high.clamp(-128, 127) as i8;
            }
            core.vectors.q[q(operation, U)] = Quad::from(lanes.to_bytes());
        }
        Multiply::TakeS16 => {
            let shift = core.reg(operation, AS) & 63;
            let mut lanes = [0i16; 8];
            for (lane, sum) in core.vectors.qacc.iter_mut().enumerate() {
                let shifted = extend40(*sum) >> shift;
                *sum = shifted as u64 & SUM40;
                lanes[lane] = shifted.clamp(i16::MIN.into(), i16::MAX.into()) as i16;
            }
            core.vectors.q[q(operation, U)] = Quad::from(lanes.to_bytes());
        }
    }
}

#[inline(always)]
fn pair<L: Lanes>(core: &Core, operation: &Operation) -> (L, L) {
    (lanes_of(core, operation, X), lanes_of(core, operation, Y))
}

/// VMULAS.S16.QACC.
#[inline(always)]
pub(super) fn accumulate_halfwords(core: &mut Core, operation: &Operation) {
    let products = dot::wide_products(core.vectors.q[q(operation, X)], core.vectors.q[q(operation, Y)]);
    accumulate16(core, |lane| products[lane].into());
}

#[inline(always)]
pub(super) fn add_signed(core: &mut Core, sum: i64) {
    core.vectors.accx = (core.vectors.accx + sum).clamp(-1 << 39, (1 << 39) - 1);
}

fn add_unsigned(core: &mut Core, sum: u64) {
    let sum = (core.vectors.accx_unsigned() + sum).min(SUM40);
    core.vectors.set_accx(sum);
}

fn extend40(sum: u64) -> i64 {
    (sum << 24) as i64 >> 24
}

fn split20(sums: u64) -> (i32, i32) {
    let extend = |sum: u64| ((sum as u32) << 12) as i32 >> 12;
    (extend(sums & SUM20), extend(sums >> 20))
}

fn join20(low: i32, high: i32) -> u64 {
    low as u64 & SUM20 | (high as u64 & SUM20) << 20
}

/// Adds a product to each of the sixteen 20-bit sums, within their range.
#[inline(always)]
fn accumulate8(core: &mut Core, product: impl Fn(usize) -> i32) {
    let bound = |sum: i32| sum.clamp(-1 << 19, (1 << 19) - 1);
    for (piece, sums) in core.vectors.qacc.iter_mut().enumerate() {
        let (low, high) = split20(*sums);
        *sums = join20(
            bound(low + product(piece * 2)),
            bound(high + product(piece * 2 + 1)),
        );
    }
}

/// Adds a product to each of the eight 40-bit sums, within their range.
#[inline(always)]
fn accumulate16(core: &mut Core, product: impl Fn(usize) -> i64) {
    for (lane, sum) in core.vectors.qacc.iter_mut().enumerate() {
        *sum = (extend40(*sum) + product(lane)).clamp(-1 << 39, (1 << 39) - 1) as u64 & SUM40;
    }
}

/// CMUL.S16: two complex numbers, real parts in even lanes; the other half of the result is kept.
fn complex(core: &mut Core, operation: &Operation, sar: u32) {
    let (x, y) = pair::<[i16; 8]>(core, operation);
    let mut z: [i16; 8] = lanes_of(core, operation, Z);
    let selector = operation.imm2;
    let first = (selector as usize & 1) * 4;
    // The conjugate of x.
    let sign = if selector & 2 != 0 { -1 } else { 1 };
    for re in [first, first + 2] {
        let im = re + 1;
        let product = |a: usize, b: usize| i64::from(x[a]) * i64::from(y[b]);
        z[re] = ((product(re, re) - sign * product(im, im)) >> sar) as i16;
        z[im] = ((product(re, im) + sign * product(im, re)) >> sar) as i16;
    }
    core.vectors.q[q(operation, Z)] = Quad::from(z.to_bytes());
}
