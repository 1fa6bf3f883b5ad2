//! Single-precision arithmetic to the last bit: rounding modes, sticky flags, subnormals and the propagation of
//! NaNs as the floating-point unit has them.
//!
//! Finite results come from exact integers that are rounded once. Tininess is detected after rounding. A NaN
//! operand gives that NaN made quiet, the last one of several; an invalid operation gives [`DEFAULT_NAN`].

/// The rounding modes of FCR.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rounding {
    /// To the nearest, ties to even.
    Nearest,
    /// Towards zero.
    Zero,
    /// Towards plus infinity.
    Up,
    /// Towards minus infinity.
    Down,
}

/// Bits of the sticky flags.
pub mod flag {
    /// The result was rounded.
    pub const INEXACT: u32 = 1;
    /// The result is tiny and was rounded.
    pub const UNDERFLOW: u32 = 2;
    /// The result is too large.
    pub const OVERFLOW: u32 = 4;
    /// The operation has no value.
    pub const INVALID: u32 = 16;
}

/// The NaN of invalid operations.
pub const DEFAULT_NAN: u32 = 0x7fc0_0000;
const SIGN: u32 = 0x8000_0000;
const INFINITY: u32 = 0x7f80_0000;
const QUIET: u32 = 0x0040_0000;
const LARGEST: u32 = 0x7f7f_ffff;
/// Exponent of the lowest bit of a subnormal.
const LOWEST: i32 = -149;

/// Whether the bits are a NaN.
#[inline(always)]
pub fn is_nan(bits: u32) -> bool {
    bits & !SIGN > INFINITY
}

fn is_signalling(bits: u32) -> bool {
    is_nan(bits) && bits & QUIET == 0
}

fn is_infinite(bits: u32) -> bool {
    bits & !SIGN == INFINITY
}

/// A finite number as `significand * 2^exponent`.
fn parts(bits: u32) -> (bool, i32, u64) {
    let exponent = (bits >> 23 & 255) as i32;
    let fraction = u64::from(bits & 0x7f_ffff);
    if exponent == 0 {
        (bits & SIGN != 0, LOWEST, fraction)
    } else {
        (bits & SIGN != 0, exponent + LOWEST - 1, fraction | 1 << 23)
    }
}

fn signed(negative: bool, magnitude: u32) -> u32 {
    magnitude | if negative { SIGN } else { 0 }
}

/// `value >> shift` rounded, and whether that lost anything.
fn round_shift(value: u128, shift: u32, negative: bool, rounding: Rounding) -> (u128, bool) {
    if shift == 0 {
        return (value, false);
    }
    if shift > 127 {
        let away =
            value != 0 && (rounding == Rounding::Up && !negative || rounding == Rounding::Down && negative);
        return (away.into(), value != 0);
    }
    let (kept, lost) = (value >> shift, value & ((1 << shift) - 1));
    let half = 1u128 << (shift - 1);
    let away = match rounding {
        Rounding::Nearest => lost > half || lost == half && kept & 1 != 0,
        Rounding::Zero => false,
        Rounding::Up => lost != 0 && !negative,
        Rounding::Down => lost != 0 && negative,
    };
    (kept + u128::from(away), lost != 0)
}

/// The nearest float to `significand * 2^exponent`, which is not zero; the lowest bit of the significand may stand
/// for anything below it.
fn pack(negative: bool, exponent: i32, significand: u128, rounding: Rounding, flags: &mut u32) -> u32 {
    let top = exponent + 127 - significand.leading_zeros() as i32;
    let lowest = (top - 23).max(LOWEST);
    let shift = lowest - exponent;
    let (kept, lost) = if shift >= 0 {
        round_shift(significand, shift as u32, negative, rounding)
    } else {
        (significand << -shift, false)
    };
    if lost {
        *flags |= flag::INEXACT;
        // Tiny unless rounding to full precision reaches the smallest normal number.
        let tiny = top < -126 && {
            let full = top - 23 - exponent;
            full < 0 || round_shift(significand, full as u32, negative, rounding).0 >> 24 == 0 || top < -127
        };
        if tiny {
            *flags |= flag::UNDERFLOW;
        }
    }
    let kept = kept as u32;
    // A carry into the exponent is what the format asks for.
    let magnitude = if lowest == LOWEST {
        u64::from(kept)
    } else {
        u64::from(kept) + ((lowest - LOWEST) as u64) * (1 << 23)
    };
    if magnitude >= INFINITY.into() {
        *flags |= flag::OVERFLOW | flag::INEXACT;
        let to_infinity = match rounding {
            Rounding::Nearest => true,
            Rounding::Zero => false,
            Rounding::Up => !negative,
            Rounding::Down => negative,
        };
        return signed(negative, if to_infinity { INFINITY } else { LARGEST });
    }
    signed(negative, magnitude as u32)
}

fn propagate(operands: &[u32], flags: &mut u32) -> u32 {
    if operands.iter().any(|&bits| is_signalling(bits)) {
        *flags |= flag::INVALID;
    }
    operands
        .iter()
        .rev()
        .copied()
        .find(|&bits| is_nan(bits))
        .unwrap_or(DEFAULT_NAN)
        | QUIET
}

fn invalid(flags: &mut u32) -> u32 {
    *flags |= flag::INVALID;
    DEFAULT_NAN
}

/// `a + b`.
pub fn add(a: u32, b: u32, rounding: Rounding, flags: &mut u32) -> u32 {
    if is_nan(a) || is_nan(b) {
        return propagate(&[a, b], flags);
    }
    if is_infinite(a) || is_infinite(b) {
        return match (is_infinite(a), is_infinite(b)) {
            (true, true) if a != b => invalid(flags),
            (true, _) => a,
            _ => b,
        };
    }
    let (a_negative, a_exponent, a_significand) = parts(a);
    let (b_negative, b_exponent, b_significand) = parts(b);
    sum(
        (a_negative, a_exponent, a_significand),
        (b_negative, b_exponent, b_significand),
        rounding,
        flags,
    )
}

/// `a - b`. The NaN of `b` keeps its sign.
pub fn sub(a: u32, b: u32, rounding: Rounding, flags: &mut u32) -> u32 {
    if is_nan(a) || is_nan(b) {
        return propagate(&[a, b], flags);
    }
    add(a, b ^ SIGN, rounding, flags)
}

/// `a * b`.
pub fn mul(a: u32, b: u32, rounding: Rounding, flags: &mut u32) -> u32 {
    if is_nan(a) || is_nan(b) {
        return propagate(&[a, b], flags);
    }
    let negative = (a ^ b) & SIGN != 0;
    if is_infinite(a) || is_infinite(b) {
        if a & !SIGN == 0 || b & !SIGN == 0 {
            return invalid(flags);
        }
        return signed(negative, INFINITY);
    }
    let ((_, a_exponent, a_significand), (_, b_exponent, b_significand)) = (parts(a), parts(b));
    let product = a_significand * b_significand;
    if product == 0 {
        return signed(negative, 0);
    }
    pack(negative, a_exponent + b_exponent, product.into(), rounding, flags)
}

/// `c + a * b`, or `c - a * b`, rounded once. A NaN of `c` comes before one of `b`, that before one of `a`.
pub fn fused(c: u32, a: u32, b: u32, subtract: bool, rounding: Rounding, flags: &mut u32) -> u32 {
    let no_product = is_infinite(a) && b & !SIGN == 0 || is_infinite(b) && a & !SIGN == 0;
    if is_nan(a) || is_nan(b) || is_nan(c) {
        if no_product {
            *flags |= flag::INVALID;
        }
        return propagate(&[a, b, c], flags);
    }
    if no_product {
        return invalid(flags);
    }
    let negative = ((a ^ b) & SIGN != 0) != subtract;
    if is_infinite(a) || is_infinite(b) {
        let product = signed(negative, INFINITY);
        return if is_infinite(c) && c != product {
            invalid(flags)
        } else {
            product
        };
    }
    if is_infinite(c) {
        return c;
    }
    let ((_, a_exponent, a_significand), (_, b_exponent, b_significand)) = (parts(a), parts(b));
    sum(
        (negative, a_exponent + b_exponent, a_significand * b_significand),
        parts(c),
        rounding,
        flags,
    )
}

/// Bits that the larger addend is moved up before the smaller one is cut to a sticky bit.
const GUARD: i32 = 70;

/// The sum of two numbers of at most 48 bits, rounded once.
fn sum(a: (bool, i32, u64), b: (bool, i32, u64), rounding: Rounding, flags: &mut u32) -> u32 {
    if a.2 == 0 && b.2 == 0 {
        let negative = if a.0 == b.0 {
            a.0
        } else {
            rounding == Rounding::Down
        };
        return signed(negative, 0);
    }
    let (high, low) = if b.2 == 0 || a.2 != 0 && a.1 >= b.1 {
        (a, b)
    } else {
        (b, a)
    };
    let distance = if low.2 == 0 { 0 } else { high.1 - low.1 };
    let up = distance.min(GUARD);
    let down = (distance - up) as u32;
    let large = u128::from(high.2) << up;
    let small = if down > 63 {
        u128::from(low.2 != 0)
    } else {
        u128::from(low.2 >> down) | u128::from(low.2 & ((1 << down) - 1) != 0)
    };
    let exponent = high.1 - up;
    let (negative, magnitude) = if high.0 == low.0 {
        (high.0, large + small)
    } else if large >= small {
        (high.0, large - small)
    } else {
        (low.0, small - large)
    };
    if magnitude == 0 {
        return signed(rounding == Rounding::Down, 0);
    }
    pack(negative, exponent, magnitude, rounding, flags)
}

/// `value / 2^scale` as a float.
pub fn from_integer(value: i64, scale: u32, rounding: Rounding, flags: &mut u32) -> u32 {
    if value == 0 {
        return 0;
    }
    pack(
        value < 0,
        -(scale as i32),
        value.unsigned_abs().into(),
        rounding,
        flags,
    )
}

/// `bits * 2^scale` as an integer, which must lie in `low..=high`; outside, and for a NaN, the nearest bound
/// with the invalid flag, a NaN counting as large.
pub fn to_integer(bits: u32, scale: u32, rounding: Rounding, low: i64, high: i64, flags: &mut u32) -> i64 {
    let outside = |negative: bool, flags: &mut u32| {
        *flags |= flag::INVALID;
        if negative {
            low
        } else {
            high
        }
    };
    if is_nan(bits) {
        return outside(false, flags);
    }
    if is_infinite(bits) {
        return outside(bits & SIGN != 0, flags);
    }
    let (negative, exponent, significand) = parts(bits);
    let exponent = exponent + scale as i32;
    let (magnitude, lost) = match exponent {
        // A significand of 24 bits, moved this far, is beyond every integer asked for.
        64.. if significand != 0 => (u128::from(u64::MAX), false),
        64.. => (0, false),
        0.. => (u128::from(significand) << exponent, false),
        _ => round_shift(significand.into(), exponent.unsigned_abs(), negative, rounding),
    };
    // The format has no number this large after scaling.
    if significand != 0 && exponent + 63 - significand.leading_zeros() as i32 > 127 {
        *flags |= flag::OVERFLOW | flag::INEXACT;
    }
    let value = if negative {
        -(magnitude as i128)
    } else {
        magnitude as i128
    };
    if value < low.into() || value > high.into() {
        return outside(negative, flags);
    }
    if lost {
        *flags |= flag::INEXACT;
    }
    value as i64
}

/// How two numbers compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Comparison {
    /// One is a NaN.
    pub unordered: bool,
    /// The first is less.
    pub less: bool,
    /// They are equal.
    pub equal: bool,
}

/// Compares; a signalling NaN is invalid, and with `signalling` any NaN.
pub fn compare(a: u32, b: u32, signalling: bool, flags: &mut u32) -> Comparison {
    if is_nan(a) || is_nan(b) {
        if signalling || is_signalling(a) || is_signalling(b) {
            *flags |= flag::INVALID;
        }
        return Comparison {
            unordered: true,
            less: false,
            equal: false,
        };
    }
    let (a, b) = (f32::from_bits(a), f32::from_bits(b));
    Comparison {
        unordered: false,
        less: a < b,
        equal: a == b,
    }
}

/// Whether a result needs no look at its bits: finite and not below the normal numbers.
#[inline(always)]
fn is_normal(bits: u32) -> bool {
    // Exponents 1 to 254.
    (bits >> 23 & 255).wrapping_sub(1) < 254
}

/// `a + b` to the nearest when the inexact flag is already set and the result can raise no other.
#[inline(always)]
pub fn quick_add(a: u32, b: u32) -> Option<u32> {
    let result = (f32::from_bits(a) + f32::from_bits(b)).to_bits();
    is_normal(result).then_some(result)
}

/// `a * b` likewise. The smallest normal number may be one rounded up, which is for the slow way to tell.
#[inline(always)]
pub fn quick_mul(a: u32, b: u32) -> Option<u32> {
    let result = (f32::from_bits(a) * f32::from_bits(b)).to_bits();
    (is_normal(result) && result & !SIGN != 0x0080_0000).then_some(result)
}

/// `c + a * b` likewise, through double precision, in which the product is exact.
#[inline(always)]
pub fn quick_fused(c: u32, a: u32, b: u32) -> Option<u32> {
    let wide = f64::from(f32::from_bits(a)) * f64::from(f32::from_bits(b)) + f64::from(f32::from_bits(c));
    let result = (wide as f32).to_bits();
    // A sum that lies on the middle of two floats may have been rounded to there.
    (wide.to_bits() & 0x1fff_ffff != 0x1000_0000 && is_normal(result) && result & !SIGN != 0x0080_0000)
        .then_some(result)
}
