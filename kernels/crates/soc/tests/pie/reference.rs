//! The kernels of device-runtime/engine in plain Rust: what kernels_scalar.c, kernels_common.c and numerics.h compute.

/// Four interleaved lanes, joined as (0 + 1) + (2 + 3).
pub fn lanes(terms: impl Iterator<Item = f32>) -> f32 {
    let mut sums = [0f32; 4];
    for (index, term) in terms.enumerate() {
        sums[index % 4] += term;
    }
    (sums[0] + sums[1]) + (sums[2] + sums[3])
}

pub fn dot(x: &[f32], y: &[f32]) -> f32 {
    lanes(x.iter().zip(y).map(|(a, b)| a * b))
}

/// Nearest integer, ties to even, within the limit; NaN gives the limit.
pub fn quantize(x: f32, inverse: f32, limit: f32) -> i32 {
    const ROUNDER: f32 = 12_582_912.0;
    let scaled = x * inverse;
    let below = if scaled < limit { scaled } else { limit };
    let clamped = if below > -limit { below } else { -limit };
    (clamped + ROUNDER).to_bits() as i32 - ROUNDER.to_bits() as i32
}

pub fn exponential(x: f32) -> f32 {
    const ROUNDER: f32 = 12_582_912.0 + 127.0;
    let c = if x > 88.0 { 88.0 } else { x };
    let t = c * std::f32::consts::LOG2_E;
    let shifted = t + ROUNDER;
    let r = t - (shifted - ROUNDER);
    let mut p = 1.326_472_7e-3_f32;
    // The last but one is near ln 2 and is not it.
    #[allow(clippy::approx_constant)]
    for coefficient in [9.671_513e-3, 5.550_733_6e-2, 0.240_222_42, 0.693_147, 1.0] {
        p = p * r + coefficient;
    }
    p *= f32::from_bits(shifted.to_bits() << 23);
    if c < -87.0 {
        0.0
    } else {
        p
    }
}

/// The reciprocal by three steps of Newton.
fn reciprocal(x: f32) -> f32 {
    let mut y = f32::from_bits(0x7ef1_27ea_u32.wrapping_sub(x.to_bits()));
    for _ in 0..3 {
        y *= 2.0 - x * y;
    }
    y
}

pub fn silu(x: f32) -> f32 {
    x * reciprocal(1.0 + exponential(if x < -80.0 { 80.0 } else { -x }))
}

/// By the error function.
pub fn gelu(x: f32) -> f32 {
    let z = std::f32::consts::FRAC_1_SQRT_2 * if x < 0.0 { -x } else { x };
    let t = reciprocal(1.0 + 0.327_591_1 * z);
    let mut p = 1.061_405_4_f32;
    for coefficient in [-1.453_152_1, 1.421_413_8, -0.284_496_72, 0.254_829_6] {
        p = p * t + coefficient;
    }
    p = (0.5 * (p * t)) * exponential(-(z * z));
    x * if x < 0.0 { p } else { 1.0 - p }
}

/// By the logistic function.
pub fn gelu_tanh(x: f32) -> f32 {
    let v = x * (1.595_769_2 + 0.071_354_814 * (x * x));
    x * reciprocal(1.0 + exponential(if v < -80.0 { 80.0 } else { -v }))
}

pub fn relu(x: f32) -> f32 {
    if x < 0.0 {
        0.0
    } else {
        x
    }
}

/// The largest number by the integers that order like floats; NaN without a sign is above all.
pub fn maximum(x: &[f32]) -> f32 {
    let ordered = |bits: i32| bits ^ ((bits >> 31) as u32 >> 1) as i32;
    let largest = x
        .iter()
        .map(|number| ordered(number.to_bits() as i32))
        .max()
        .expect("not empty");
    f32::from_bits(ordered(largest) as u32)
}
