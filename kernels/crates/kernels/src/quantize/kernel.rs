//! The two inner loops over a decoded row: its range, and its codes.

use crate::simd::{codes_from, F32x4, F64x2, I32x4};

/// Bit pattern of infinity; magnitudes from here on are not finite.
const INFINITY_BITS: i32 = 0x7F80_0000;

/// Steps of sixteen whose squares may be summed in f32 before they go to f64: 4096 values.
const STEPS_PER_SUM: usize = 256;

/// Added to a float of less than 2^22 in magnitude, it leaves the nearest integer (halves to even) in the low bits of
/// the sum: two additions where a conversion that saturates takes a dozen instructions.
pub const ROUNDER: f32 = 12_582_912.0;

/// Range of a run of values.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Range {
    pub min: f32,
    pub max: f32,
    pub zeros: u32,
    /// Whether a NaN or an infinity occurs; the other fields are then meaningless.
    pub non_finite: bool,
}

/// Range of the first `count` values (at least one).
pub fn range(values: &[[f32; 4]], count: usize) -> Range {
    let whole = &values[..count / 4];
    let first = F32x4::splat(values[0][0]);
    let (mut min, mut max) = (first, first);
    let mut magnitude = I32x4::splat(0);
    let mut zeros = I32x4::splat(0);
    for value in whole {
        let value = F32x4::load(value);
        min = min.min(value);
        max = max.max(value);
        // Magnitudes order as their bit patterns do, with infinity and then NaN on top.
        magnitude = magnitude.max(value.to_bits().and(I32x4::splat(0x7FFF_FFFF)));
        zeros = zeros.sub(value.equal(F32x4::splat(0.0)));
    }
    let mut result = Range {
        min: min.to_array().into_iter().fold(f32::INFINITY, f32::min),
        max: max.to_array().into_iter().fold(f32::NEG_INFINITY, f32::max),
        zeros: zeros.to_array().into_iter().map(|n| n as u32).sum(),
        non_finite: magnitude.to_array().into_iter().any(|bits| bits >= INFINITY_BITS),
    };
    for &value in &values.as_flattened()[whole.len() * 4..count] {
        result.min = result.min.min(value);
        result.max = result.max.max(value);
        result.zeros += u32::from(value == 0.0);
        result.non_finite |= !value.is_finite();
    }
    result
}

/// Largest magnitude of finite values.
pub fn amax(values: &[[f32; 4]]) -> f32 {
    let mut magnitude = I32x4::splat(0);
    for value in values {
        magnitude = magnitude.max(F32x4::load(value).to_bits().and(I32x4::splat(0x7FFF_FFFF)));
    }
    let [a, b, c, d] = magnitude.to_array();
    f32::from_bits(a.max(b).max(c.max(d)) as u32)
}

/// `amax / most`, the scale of codes within `most`; 0 where that is below the smallest normal float (subnormal scales
/// lose bits, and some hardware flushes them).
pub fn scale_for(amax: f32, most: f32) -> f32 {
    let scale = amax / most;
    if scale >= f32::MIN_POSITIVE {
        scale
    } else {
        0.0
    }
}

/// Codes as [`codes_from`] keeps them.
#[inline(always)]
fn within(codes: F32x4) -> F32x4 {
    codes
        .min(F32x4::splat(super::MOST_INT8))
        .max(F32x4::splat(-super::MOST_INT8))
}

/// Weighted sum of squares of `code * scale - value` in units of the scale, for codes that [`encode`] gives; `scale` is
/// not 0.
pub fn error_squares(values: &[[f32; 4]], weights: &[[f32; 4]], scale: f32) -> f32 {
    let mut sums = [F32x4::splat(0.0); 2];
    for (v, (value, weight)) in values.iter().zip(weights).enumerate() {
        let exact = F32x4::load(value).div(F32x4::splat(scale));
        let code = exact.add(F32x4::splat(ROUNDER)).sub(F32x4::splat(ROUNDER));
        let lost = within(code).sub(exact);
        sums[v & 1] = sums[v & 1].add(lost.mul(lost).mul(F32x4::load(weight)));
    }
    sums[0].add(sums[1]).sum()
}

/// Running sums of squares, two lanes each.
#[derive(Clone, Copy)]
pub struct Squares {
    signal: F64x2,
    error: F64x2,
}

impl Squares {
    /// Nothing yet.
    pub fn new() -> Self {
        Self {
            signal: F64x2::splat(0.0),
            error: F64x2::splat(0.0),
        }
    }

    /// These sums, in units of `scale`.
    pub fn of(signal: f32, error: f32, scale: f32) -> Self {
        let unit = f64::from(scale) * f64::from(scale);
        let first = |sum: f32| F64x2::new([f64::from(sum) * unit, 0.0]);
        Self {
            signal: first(signal),
            error: first(error),
        }
    }

    /// Sums over the lanes.
    pub fn totals(self) -> [f64; 2] {
        [self.signal, self.error].map(|lanes| lanes.to_array().into_iter().sum())
    }
}

/// Codes of `values`, sixteen a step; the padding of both is zero. With scale 0 all codes are 0.
///
/// Squares are summed in units of the scale, so that those of tiny weights do not underflow.
pub fn encode(values: &[[f32; 4]], scale: f32, codes: &mut [u8], squares: &mut Squares) {
    let (steps, _) = values.as_chunks::<4>();
    let (codes, _) = codes.as_chunks_mut::<16>();
    if scale == 0.0 {
        codes.as_flattened_mut().fill(0);
        return;
    }
    let unit = F64x2::splat(f64::from(scale) * f64::from(scale));
    let scale = F32x4::splat(scale);
    for (steps, codes) in steps.chunks(STEPS_PER_SUM).zip(codes.chunks_mut(STEPS_PER_SUM)) {
        let mut signal = [F32x4::splat(0.0); 2];
        let mut error = [F32x4::splat(0.0); 2];
        for (step, codes) in steps.iter().zip(codes) {
            let integers = core::array::from_fn(|v| {
                let exact = F32x4::load(&step[v]).div(scale);
                let shifted = exact.add(F32x4::splat(ROUNDER));
                let lost = within(shifted.sub(F32x4::splat(ROUNDER))).sub(exact);
                signal[v & 1] = signal[v & 1].add(exact.mul(exact));
                error[v & 1] = error[v & 1].add(lost.mul(lost));
                shifted.to_bits().sub(I32x4::splat(ROUNDER.to_bits() as i32))
            });
            codes_from(integers, codes);
        }
        let add = |sum: F64x2, lanes: [F32x4; 2]| {
            let [low, high] = lanes[0].add(lanes[1]).widen();
            sum.add(low.add(high).mul(unit))
        };
        squares.signal = add(squares.signal, signal);
        squares.error = add(squares.error, error);
    }
}
