//! The vectors as plain arrays.

/// Four 32-bit floats.
#[derive(Clone, Copy, Debug)]
pub struct F32x4([f32; 4]);

/// Four 32-bit integers.
#[derive(Clone, Copy, Debug)]
pub struct I32x4([i32; 4]);

/// Two 64-bit floats.
#[derive(Clone, Copy, Debug)]
pub struct F64x2([f64; 2]);

#[inline(always)]
fn zip<T: Copy, const N: usize>(a: [T; N], b: [T; N], f: impl Fn(T, T) -> T) -> [T; N] {
    core::array::from_fn(|i| f(a[i], b[i]))
}

#[allow(missing_docs)]
impl F32x4 {
    pub const fn new(lanes: [f32; 4]) -> Self {
        Self(lanes)
    }
    #[inline(always)]
    pub fn splat(value: f32) -> Self {
        Self([value; 4])
    }
    #[inline(always)]
    pub fn load(from: &[f32; 4]) -> Self {
        Self(*from)
    }
    #[inline(always)]
    pub fn store(self, to: &mut [f32; 4]) {
        *to = self.0;
    }
    #[inline(always)]
    pub fn to_array(self) -> [f32; 4] {
        self.0
    }
    #[inline(always)]
    pub fn add(self, other: Self) -> Self {
        Self(zip(self.0, other.0, |a, b| a + b))
    }
    #[inline(always)]
    pub fn sub(self, other: Self) -> Self {
        Self(zip(self.0, other.0, |a, b| a - b))
    }
    #[inline(always)]
    pub fn mul(self, other: Self) -> Self {
        Self(zip(self.0, other.0, |a, b| a * b))
    }
    #[inline(always)]
    pub fn div(self, other: Self) -> Self {
        Self(zip(self.0, other.0, |a, b| a / b))
    }
    /// `other < self ? other : self`
    #[inline(always)]
    pub fn min(self, other: Self) -> Self {
        Self(zip(self.0, other.0, |a, b| if b < a { b } else { a }))
    }
    /// `self < other ? other : self`
    #[inline(always)]
    pub fn max(self, other: Self) -> Self {
        Self(zip(self.0, other.0, |a, b| if a < b { b } else { a }))
    }
    /// Nearest integer, halves to even.
    #[inline(always)]
    pub fn round(self) -> Self {
        Self(self.0.map(f32::round_ties_even))
    }
    /// Truncation to integers, saturating; NaN becomes 0.
    #[inline(always)]
    pub fn to_i32(self) -> I32x4 {
        I32x4(self.0.map(|v| v as i32))
    }
    #[inline(always)]
    pub fn to_bits(self) -> I32x4 {
        I32x4(self.0.map(|v| v.to_bits() as i32))
    }
    #[inline(always)]
    pub fn from_bits(bits: I32x4) -> Self {
        Self(bits.0.map(|v| f32::from_bits(v as u32)))
    }
    #[inline(always)]
    pub fn from_i32(values: I32x4) -> Self {
        Self(values.0.map(|v| v as f32))
    }
    /// Lanes where `self == other`, as masks of all ones.
    #[inline(always)]
    pub fn equal(self, other: Self) -> I32x4 {
        I32x4(core::array::from_fn(|i| -i32::from(self.0[i] == other.0[i])))
    }
    /// Lanes where `self > other`, as masks of all ones.
    #[inline(always)]
    pub fn greater(self, other: Self) -> I32x4 {
        I32x4(core::array::from_fn(|i| -i32::from(self.0[i] > other.0[i])))
    }
    /// The lower and the upper two lanes as 64-bit floats.
    #[inline(always)]
    pub fn widen(self) -> [F64x2; 2] {
        let [a, b, c, d] = self.0.map(f64::from);
        [F64x2([a, b]), F64x2([c, d])]
    }
}

#[allow(missing_docs)]
impl I32x4 {
    #[inline(always)]
    pub fn splat(value: i32) -> Self {
        Self([value; 4])
    }
    #[inline(always)]
    pub fn to_array(self) -> [i32; 4] {
        self.0
    }
    #[inline(always)]
    pub fn add(self, other: Self) -> Self {
        Self(zip(self.0, other.0, i32::wrapping_add))
    }
    #[inline(always)]
    pub fn sub(self, other: Self) -> Self {
        Self(zip(self.0, other.0, i32::wrapping_sub))
    }
    #[inline(always)]
    pub fn max(self, other: Self) -> Self {
        Self(zip(self.0, other.0, Ord::max))
    }
    #[inline(always)]
    pub fn and(self, other: Self) -> Self {
        Self(zip(self.0, other.0, |a, b| a & b))
    }
    #[inline(always)]
    pub fn or(self, other: Self) -> Self {
        Self(zip(self.0, other.0, |a, b| a | b))
    }
    #[inline(always)]
    pub fn shl<const BITS: u32>(self) -> Self {
        Self(self.0.map(|v| v << BITS))
    }
    /// Lanes where `self == other`, as masks of all ones.
    #[inline(always)]
    pub fn equal(self, other: Self) -> Self {
        Self(zip(self.0, other.0, |a, b| -i32::from(a == b)))
    }
    /// Lanes where `self > other`, as masks of all ones.
    #[inline(always)]
    pub fn greater(self, other: Self) -> Self {
        Self(zip(self.0, other.0, |a, b| -i32::from(a > b)))
    }
    /// With `self` a mask: its lanes choose `yes`, the others `no`.
    #[inline(always)]
    pub fn select(self, yes: Self, no: Self) -> Self {
        Self(core::array::from_fn(|i| {
            (yes.0[i] & self.0[i]) | (no.0[i] & !self.0[i])
        }))
    }
}

#[allow(missing_docs)]
impl F64x2 {
    #[inline(always)]
    pub fn splat(value: f64) -> Self {
        Self([value; 2])
    }
    #[inline(always)]
    pub fn new(lanes: [f64; 2]) -> Self {
        Self(lanes)
    }
    #[inline(always)]
    pub fn to_array(self) -> [f64; 2] {
        self.0
    }
    #[inline(always)]
    pub fn add(self, other: Self) -> Self {
        Self(zip(self.0, other.0, |a, b| a + b))
    }
    #[inline(always)]
    pub fn sub(self, other: Self) -> Self {
        Self(zip(self.0, other.0, |a, b| a - b))
    }
    #[inline(always)]
    pub fn mul(self, other: Self) -> Self {
        Self(zip(self.0, other.0, |a, b| a * b))
    }
    /// `self < other ? other : self`
    #[inline(always)]
    pub fn max(self, other: Self) -> Self {
        Self(zip(self.0, other.0, |a, b| if a < b { b } else { a }))
    }
    /// The low 32 bits of each lane's pattern, as a signed integer, become an exponent: `2^n`, for `n` in -1022..=1023.
    #[inline(always)]
    pub fn power_of_two_from_low_bits(self) -> Self {
        Self(
            self.0
                .map(|v| f64::from_bits(((v.to_bits() as i64).wrapping_add(1023) as u64) << 52)),
        )
    }
}

/// Sixteen little-endian bytes as eight 16-bit numbers, zero-extended.
#[inline(always)]
pub fn widen_u16(bytes: &[u8; 16]) -> [I32x4; 2] {
    let at = |i: usize| i32::from(u16::from_le_bytes([bytes[2 * i], bytes[2 * i + 1]]));
    [
        I32x4([at(0), at(1), at(2), at(3)]),
        I32x4([at(4), at(5), at(6), at(7)]),
    ]
}

/// Sixteen bytes, zero-extended.
#[inline(always)]
pub fn widen_u8(bytes: &[u8; 16]) -> [I32x4; 4] {
    core::array::from_fn(|v| I32x4(core::array::from_fn(|i| i32::from(bytes[4 * v + i]))))
}

/// Sixteen integers as bytes within ±127 (saturating).
#[inline(always)]
pub fn codes_from(values: [I32x4; 4], to: &mut [u8; 16]) {
    for (v, chunk) in values.iter().zip(to.as_chunks_mut::<4>().0) {
        *chunk = v.0.map(|code| code.clamp(-127, 127) as i8 as u8);
    }
}
