//! Computations lane by lane: saturating sums, extremes, comparisons, bits, rectifiers.

use crate::core::Core;
use crate::exec::vector::lanes::Lanes;
use crate::exec::vector::{lanes_of, q};
use crate::operation::slot::{AD, AS, X, Y, Z};
use crate::operation::Operation;
use crate::quad::Quad;

group! {
    /// Computations lane by lane; names without the `ee.` in front.
    Arithmetic {
        Adds8 = "vadds.s8", Adds16 = "vadds.s16", Adds32 = "vadds.s32", Subs8 = "vsubs.s8", Subs16 = "vsubs.s16",
        Subs32 = "vsubs.s32", Max8 = "vmax.s8", Max16 = "vmax.s16", Max32 = "vmax.s32", Min8 = "vmin.s8",
        Min16 = "vmin.s16", Min32 = "vmin.s32", Equal8 = "vcmp.eq.s8", Equal16 = "vcmp.eq.s16",
        Equal32 = "vcmp.eq.s32", Less8 = "vcmp.lt.s8", Less16 = "vcmp.lt.s16", Less32 = "vcmp.lt.s32",
        Greater8 = "vcmp.gt.s8", Greater16 = "vcmp.gt.s16", Greater32 = "vcmp.gt.s32", And = "andq", Or = "orq",
        Xor = "xorq", Not = "notq", Relu8 = "vrelu.s8", Relu16 = "vrelu.s16", Prelu8 = "vprelu.s8",
        Prelu16 = "vprelu.s16",
    }
}

/// Bits of the shift of the rectifiers of bytes.
const BYTE_SHIFT: u32 = 31;
/// Bits of the shift of the rectifiers of halfwords.
const HALFWORD_SHIFT: u32 = 63;

#[inline]
pub(super) fn execute(core: &mut Core, op: Arithmetic, operation: &Operation) {
    macro_rules! zip {
        ($element:ty, $count:literal, $compute:expr) => {{
            let x: [$element; $count] = lanes_of(core, operation, X);
            let y: [$element; $count] = lanes_of(core, operation, Y);
            let compute: fn($element, $element) -> $element = $compute;
            std::array::from_fn::<$element, $count, _>(|lane| compute(x[lane], y[lane])).to_bytes()
        }};
    }
    let result = match op {
        Arithmetic::Adds8 => zip!(i8, 16, i8::saturating_add),
        Arithmetic::Adds16 => zip!(i16, 8, i16::saturating_add),
        Arithmetic::Adds32 => zip!(i32, 4, i32::saturating_add),
        Arithmetic::Subs8 => zip!(i8, 16, i8::saturating_sub),
        Arithmetic::Subs16 => zip!(i16, 8, i16::saturating_sub),
        Arithmetic::Subs32 => zip!(i32, 4, i32::saturating_sub),
        Arithmetic::Max8 => zip!(i8, 16, |x, y| x.max(y)),
        Arithmetic::Max16 => zip!(i16, 8, |x, y| x.max(y)),
        Arithmetic::Max32 => zip!(i32, 4, |x, y| x.max(y)),
        Arithmetic::Min8 => zip!(i8, 16, |x, y| x.min(y)),
        Arithmetic::Min16 => zip!(i16, 8, |x, y| x.min(y)),
        Arithmetic::Min32 => zip!(i32, 4, |x, y| x.min(y)),
        Arithmetic::Equal8 => zip!(i8, 16, |x, y| -i8::from(x == y)),
        Arithmetic::Equal16 => zip!(i16, 8, |x, y| -i16::from(x == y)),
        Arithmetic::Equal32 => zip!(i32, 4, |x, y| -i32::from(x == y)),
        Arithmetic::Less8 => zip!(i8, 16, |x, y| -i8::from(x < y)),
        Arithmetic::Less16 => zip!(i16, 8, |x, y| -i16::from(x < y)),
        Arithmetic::Less32 => zip!(i32, 4, |x, y| -i32::from(x < y)),
        Arithmetic::Greater8 => zip!(i8, 16, |x, y| -i8::from(x > y)),
        Arithmetic::Greater16 => zip!(i16, 8, |x, y| -i16::from(x > y)),
        Arithmetic::Greater32 => zip!(i32, 4, |x, y| -i32::from(x > y)),
        Arithmetic::And => zip!(u32, 4, |x, y| x & y),
        Arithmetic::Or => zip!(u32, 4, |x, y| x | y),
        Arithmetic::Xor => zip!(u32, 4, |x, y| x ^ y),
        Arithmetic::Not => lanes_of::<[u32; 4]>(core, operation, X)
            .map(|lane| !lane)
            .to_bytes(),
        Arithmetic::Relu8 => {
            let (factor, shift) = (
                core.reg(operation, AS) as i8,
                core.reg(operation, AD) & BYTE_SHIFT,
            );
            let lanes = lanes_of::<[i8; 16]>(core, operation, X);
            core.vectors.q[q(operation, X)] =
                Quad::from(lanes.map(|lane| rectified8(lane, factor, shift)).to_bytes());
            return;
        }
        Arithmetic::Relu16 => {
            let (factor, shift) = (
                core.reg(operation, AS) as i16,
                core.reg(operation, AD) & HALFWORD_SHIFT,
            );
            let lanes = lanes_of::<[i16; 8]>(core, operation, X);
            core.vectors.q[q(operation, X)] =
                Quad::from(lanes.map(|lane| rectified16(lane, factor, shift)).to_bytes());
            return;
        }
        Arithmetic::Prelu8 => {
            let shift = core.reg(operation, AD) & BYTE_SHIFT;
            let x: [i8; 16] = lanes_of(core, operation, X);
            let y: [i8; 16] = lanes_of(core, operation, Y);
            std::array::from_fn::<i8, 16, _>(|lane| rectified8(x[lane], y[lane], shift)).to_bytes()
        }
        Arithmetic::Prelu16 => {
            let shift = core.reg(operation, AD) & HALFWORD_SHIFT;
            let x: [i16; 8] = lanes_of(core, operation, X);
            let y: [i16; 8] = lanes_of(core, operation, Y);
            std::array::from_fn::<i16, 8, _>(|lane| rectified16(x[lane], y[lane], shift)).to_bytes()
        }
    };
    core.vectors.q[q(operation, Z)] = Quad::from(result);
}

fn rectified8(lane: i8, factor: i8, shift: u32) -> i8 {
    if lane > 0 {
        lane
    } else {
        ((i32::from(lane) * i32::from(factor)) >> shift) as i8
    }
}

fn rectified16(lane: i16, factor: i16, shift: u32) -> i16 {
    if lane > 0 {
        lane
    } else {
        ((i64::from(lane) * i64::from(factor)) >> shift) as i16
    }
}
