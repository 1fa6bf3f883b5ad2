//! The vectors as WebAssembly SIMD registers.
//!
//! The only `unsafe` operations are 16-byte loads and stores through references to arrays of exactly that size:
//! the reference proves that the bytes exist, and WebAssembly has no alignment faults.
#![allow(unsafe_code)]

use core::arch::wasm32::*;

/// Four 32-bit floats.
#[derive(Clone, Copy, Debug)]
pub struct F32x4(v128);

/// Four 32-bit integers.
#[derive(Clone, Copy, Debug)]
pub struct I32x4(v128);

/// Two 64-bit floats.
#[derive(Clone, Copy, Debug)]
pub struct F64x2(v128);

#[allow(missing_docs)]
impl F32x4 {
    pub const fn new(lanes: [f32; 4]) -> Self {
        Self(f32x4(lanes[0], lanes[1], lanes[2], lanes[3]))
    }
    #[inline(always)]
    pub fn splat(value: f32) -> Self {
        Self(f32x4_splat(value))
    }
    #[inline(always)]
    pub fn load(from: &[f32; 4]) -> Self {
        // Sound: `from` is 16 readable bytes.
        Self(unsafe { v128_load(from.as_ptr().cast()) })
    }
    #[inline(always)]
    pub fn store(self, to: &mut [f32; 4]) {
        // Sound: `to` is 16 writable bytes, and every bit pattern is a valid f32.
        unsafe { v128_store(to.as_mut_ptr().cast(), self.0) }
    }
    #[inline(always)]
    pub fn to_array(self) -> [f32; 4] {
        [
            f32x4_extract_lane::<0>(self.0),
            f32x4_extract_lane::<1>(self.0),
            f32x4_extract_lane::<2>(self.0),
            f32x4_extract_lane::<3>(self.0),
        ]
    }
    #[inline(always)]
    pub fn add(self, other: Self) -> Self {
        Self(f32x4_add(self.0, other.0))
    }
    #[inline(always)]
    pub fn sub(self, other: Self) -> Self {
        Self(f32x4_sub(self.0, other.0))
    }
    #[inline(always)]
    pub fn mul(self, other: Self) -> Self {
        Self(f32x4_mul(self.0, other.0))
    }
    #[inline(always)]
    pub fn div(self, other: Self) -> Self {
        Self(f32x4_div(self.0, other.0))
    }
    /// `other < self ? other : self`
    #[inline(always)]
    pub fn min(self, other: Self) -> Self {
        Self(f32x4_pmin(self.0, other.0))
    }
    /// `self < other ? other : self`
    #[inline(always)]
    pub fn max(self, other: Self) -> Self {
        Self(f32x4_pmax(self.0, other.0))
    }
    /// Nearest integer, halves to even.
    #[inline(always)]
    pub fn round(self) -> Self {
        Self(f32x4_nearest(self.0))
    }
    /// Truncation to integers, saturating; NaN becomes 0.
    #[inline(always)]
    pub fn to_i32(self) -> I32x4 {
        I32x4(i32x4_trunc_sat_f32x4(self.0))
    }
    #[inline(always)]
    pub fn to_bits(self) -> I32x4 {
        I32x4(self.0)
    }
    #[inline(always)]
    pub fn from_bits(bits: I32x4) -> Self {
        Self(bits.0)
    }
    #[inline(always)]
    pub fn from_i32(values: I32x4) -> Self {
        Self(f32x4_convert_i32x4(values.0))
    }
    /// Lanes where `self == other`, as masks of all ones.
    #[inline(always)]
    pub fn equal(self, other: Self) -> I32x4 {
        I32x4(f32x4_eq(self.0, other.0))
    }
    /// Lanes where `self > other`, as masks of all ones.
    #[inline(always)]
    pub fn greater(self, other: Self) -> I32x4 {
        I32x4(f32x4_gt(self.0, other.0))
    }
    /// The lower and the upper two lanes as 64-bit floats.
    #[inline(always)]
    pub fn widen(self) -> [F64x2; 2] {
        [
            F64x2(f64x2_promote_low_f32x4(self.0)),
            F64x2(f64x2_promote_low_f32x4(i64x2_shuffle::<1, 1>(self.0, self.0))),
        ]
    }
}

#[allow(missing_docs)]
impl I32x4 {
    #[inline(always)]
    pub fn splat(value: i32) -> Self {
        Self(i32x4_splat(value))
    }
    #[inline(always)]
    pub fn to_array(self) -> [i32; 4] {
        [
            i32x4_extract_lane::<0>(self.0),
            i32x4_extract_lane::<1>(self.0),
            i32x4_extract_lane::<2>(self.0),
            i32x4_extract_lane::<3>(self.0),
        ]
    }
    #[inline(always)]
    pub fn add(self, other: Self) -> Self {
        Self(i32x4_add(self.0, other.0))
    }
    #[inline(always)]
    pub fn sub(self, other: Self) -> Self {
        Self(i32x4_sub(self.0, other.0))
    }
    #[inline(always)]
    pub fn max(self, other: Self) -> Self {
        Self(i32x4_max(self.0, other.0))
    }
    #[inline(always)]
    pub fn and(self, other: Self) -> Self {
        Self(v128_and(self.0, other.0))
    }
    #[inline(always)]
    pub fn or(self, other: Self) -> Self {
        Self(v128_or(self.0, other.0))
    }
    #[inline(always)]
    pub fn shl<const BITS: u32>(self) -> Self {
        Self(i32x4_shl(self.0, BITS))
    }
    /// Lanes where `self == other`, as masks of all ones.
    #[inline(always)]
    pub fn equal(self, other: Self) -> Self {
        Self(i32x4_eq(self.0, other.0))
    }
    /// Lanes where `self > other`, as masks of all ones.
    #[inline(always)]
    pub fn greater(self, other: Self) -> Self {
        Self(i32x4_gt(self.0, other.0))
    }
    /// With `self` a mask: its lanes choose `yes`, the others `no`.
    #[inline(always)]
    pub fn select(self, yes: Self, no: Self) -> Self {
        Self(v128_bitselect(yes.0, no.0, self.0))
    }
}

#[allow(missing_docs)]
impl F64x2 {
    #[inline(always)]
    pub fn splat(value: f64) -> Self {
        Self(f64x2_splat(value))
    }
    #[inline(always)]
    pub fn new(lanes: [f64; 2]) -> Self {
        Self(f64x2(lanes[0], lanes[1]))
    }
    #[inline(always)]
    pub fn to_array(self) -> [f64; 2] {
        [f64x2_extract_lane::<0>(self.0), f64x2_extract_lane::<1>(self.0)]
    }
    #[inline(always)]
    pub fn add(self, other: Self) -> Self {
        Self(f64x2_add(self.0, other.0))
    }
    #[inline(always)]
    pub fn sub(self, other: Self) -> Self {
        Self(f64x2_sub(self.0, other.0))
    }
    #[inline(always)]
    pub fn mul(self, other: Self) -> Self {
        Self(f64x2_mul(self.0, other.0))
    }
    /// `self < other ? other : self`
    #[inline(always)]
    pub fn max(self, other: Self) -> Self {
        Self(f64x2_pmax(self.0, other.0))
    }
    /// The low bits of each lane's pattern, as a signed integer, become an exponent: `2^n`, for `n` in -1022..=1023.
    #[inline(always)]
    pub fn power_of_two_from_low_bits(self) -> Self {
        Self(i64x2_shl(i64x2_add(self.0, i64x2_splat(1023)), 52))
    }
}

#[inline(always)]
fn load_bytes(bytes: &[u8; 16]) -> v128 {
    // Sound: `bytes` is 16 readable bytes.
    unsafe { v128_load(bytes.as_ptr().cast()) }
}

/// Sixteen little-endian bytes as eight 16-bit numbers, zero-extended.
#[inline(always)]
pub fn widen_u16(bytes: &[u8; 16]) -> [I32x4; 2] {
    let all = load_bytes(bytes);
    [
        I32x4(u32x4_extend_low_u16x8(all)),
        I32x4(u32x4_extend_high_u16x8(all)),
    ]
}

/// Sixteen bytes, zero-extended.
#[inline(always)]
pub fn widen_u8(bytes: &[u8; 16]) -> [I32x4; 4] {
    let all = load_bytes(bytes);
    let low = u16x8_extend_low_u8x16(all);
    let high = u16x8_extend_high_u8x16(all);
    [
        I32x4(u32x4_extend_low_u16x8(low)),
        I32x4(u32x4_extend_high_u16x8(low)),
        I32x4(u32x4_extend_low_u16x8(high)),
        I32x4(u32x4_extend_high_u16x8(high)),
    ]
}

/// Sixteen integers as bytes within ±127 (saturating).
#[inline(always)]
pub fn codes_from(values: [I32x4; 4], to: &mut [u8; 16]) {
    let low = i16x8_narrow_i32x4(values[0].0, values[1].0);
    let high = i16x8_narrow_i32x4(values[2].0, values[3].0);
    let codes = i8x16_max(i8x16_narrow_i16x8(low, high), i8x16_splat(-127));
    // Sound: `to` is 16 writable bytes.
    unsafe { v128_store(to.as_mut_ptr().cast(), codes) }
}
