//! The numbers that the engine computes with: 32-bit floats in use, 64-bit floats where its gradients are checked.
//!
//! Every operation is a single IEEE operation in a fixed order, and the exponential is our own, so that all builds give
//! the same bits.

use core::fmt::Debug;
use core::ops::{Add, AddAssign, Div, Mul, MulAssign, Neg, Sub};

use kernels::simd::{exp_f32, F32x4};

use crate::numerics;

/// Four numbers that one instruction works on.
pub trait Lanes<T>: Copy {
    /// Four times the same.
    fn splat(value: T) -> Self;
    /// From memory.
    fn load(from: &[T; 4]) -> Self;
    /// Into memory.
    fn store(self, to: &mut [T; 4]);
    /// `self + factor * other`, rounded twice.
    fn add_product(self, factor: Self, other: Self) -> Self;
}

/// A number.
pub trait Real:
    Copy
    + Debug
    + Default
    + PartialOrd
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
    + AddAssign
    + MulAssign
    + 'static
{
    /// Four of them.
    type Lanes: Lanes<Self>;
    /// 0
    const ZERO: Self;
    /// 1
    const ONE: Self;
    /// Below every number.
    const LOWEST: Self;
    /// The nearest to `value`.
    fn of(value: f64) -> Self;
    /// Exactly.
    fn wide(self) -> f64;
    /// The root.
    fn root(self) -> Self;
    /// The magnitude.
    fn magnitude(self) -> Self;
    /// The nearest integer, halves to even.
    fn nearest(self) -> Self;
    /// `1 / self` as the device computes it; exactly in 64 bits.
    fn reciprocal(self) -> Self;
    /// `e^x` of each in place.
    fn exponentiate(values: &mut [Self]);
    /// Takes 32-bit floats over, without a copy where that is what is computed with.
    fn adopt(values: Vec<f32>) -> Vec<Self>;
}

impl Lanes<f32> for F32x4 {
    #[inline(always)]
    fn splat(value: f32) -> Self {
        F32x4::splat(value)
    }
    #[inline(always)]
    fn load(from: &[f32; 4]) -> Self {
        F32x4::load(from)
    }
    #[inline(always)]
    fn store(self, to: &mut [f32; 4]) {
        F32x4::store(self, to);
    }
    #[inline(always)]
    fn add_product(self, factor: Self, other: Self) -> Self {
        self.add(factor.mul(other))
    }
}

impl Real for f32 {
    type Lanes = F32x4;
    const ZERO: Self = 0.0;
    const ONE: Self = 1.0;
    const LOWEST: Self = f32::NEG_INFINITY;
    #[inline(always)]
    fn of(value: f64) -> Self {
        value as f32
    }
    #[inline(always)]
    fn wide(self) -> f64 {
        f64::from(self)
    }
    #[inline(always)]
    fn root(self) -> Self {
        self.sqrt()
    }
    #[inline(always)]
    fn magnitude(self) -> Self {
        self.abs()
    }
    #[inline(always)]
    fn nearest(self) -> Self {
        self.round_ties_even()
    }
    fn reciprocal(self) -> Self {
        numerics::reciprocal(self)
    }
    fn exponentiate(values: &mut [Self]) {
        let (whole, rest) = values.as_chunks_mut::<4>();
        for lanes in whole {
            exp_f32(F32x4::load(lanes)).store(lanes);
        }
        let mut lanes = [0.0; 4];
        lanes[..rest.len()].copy_from_slice(rest);
        let lanes = exp_f32(F32x4::load(&lanes)).to_array();
        rest.copy_from_slice(&lanes[..rest.len()]);
    }
    fn adopt(values: Vec<f32>) -> Vec<Self> {
        values
    }
}

/// Four 64-bit floats as an array.
#[derive(Clone, Copy)]
pub struct F64x4([f64; 4]);

impl Lanes<f64> for F64x4 {
    fn splat(value: f64) -> Self {
        Self([value; 4])
    }
    fn load(from: &[f64; 4]) -> Self {
        Self(*from)
    }
    fn store(self, to: &mut [f64; 4]) {
        *to = self.0;
    }
    fn add_product(self, factor: Self, other: Self) -> Self {
        Self(core::array::from_fn(|i| self.0[i] + factor.0[i] * other.0[i]))
    }
}

impl Real for f64 {
    type Lanes = F64x4;
    const ZERO: Self = 0.0;
    const ONE: Self = 1.0;
    const LOWEST: Self = f64::NEG_INFINITY;
    fn of(value: f64) -> Self {
        value
    }
    fn wide(self) -> f64 {
        self
    }
    fn root(self) -> Self {
        self.sqrt()
    }
    fn magnitude(self) -> Self {
        self.abs()
    }
    fn nearest(self) -> Self {
        self.round_ties_even()
    }
    fn reciprocal(self) -> Self {
        1.0 / self
    }
    fn exponentiate(values: &mut [Self]) {
        for value in values {
            *value = value.exp();
        }
    }
    fn adopt(values: Vec<f32>) -> Vec<Self> {
        values.into_iter().map(f64::from).collect()
    }
}

/// Partial sums of a long sum: element `i` goes to sum `i % 8`, which vectors take at once.
const PARTS: usize = 8;

/// The sum of the products of two vectors, by eight interleaved partial sums.
#[inline]
pub fn dot<T: Real>(a: &[T], b: &[T]) -> T {
    let mut sums = [T::ZERO; PARTS];
    let ((a, a_rest), (b, b_rest)) = (a.as_chunks::<PARTS>(), b.as_chunks::<PARTS>());
    for (a, b) in a.iter().zip(b) {
        for i in 0..PARTS {
            sums[i] += a[i] * b[i];
        }
    }
    for (sum, (&a, &b)) in sums.iter_mut().zip(a_rest.iter().zip(b_rest)) {
        *sum += a * b;
    }
    total(sums)
}

/// The sum of a vector, by eight interleaved partial sums.
#[inline]
pub fn sum<T: Real>(a: &[T]) -> T {
    let mut sums = [T::ZERO; PARTS];
    let (a, rest) = a.as_chunks::<PARTS>();
    for a in a {
        for i in 0..PARTS {
            sums[i] += a[i];
        }
    }
    for (sum, &a) in sums.iter_mut().zip(rest) {
        *sum += a;
    }
    total(sums)
}

fn total<T: Real>(s: [T; PARTS]) -> T {
    ((s[0] + s[4]) + (s[2] + s[6])) + ((s[1] + s[5]) + (s[3] + s[7]))
}

/// The largest; [`Real::LOWEST`] of none.
#[inline]
pub fn largest<T: Real>(values: &[T]) -> T {
    let mut most = T::LOWEST;
    for &value in values {
        most = if value > most { value } else { most };
    }
    most
}

/// `to += from * factor`
#[inline]
pub fn add_scaled<T: Real>(to: &mut [T], from: &[T], factor: T) {
    for (to, &from) in to.iter_mut().zip(from) {
        *to += from * factor;
    }
}

/// `values *= factor`, which most models do without.
pub fn scale<T: Real>(values: &mut [T], factor: f32) {
    if factor != 1.0 {
        let factor = T::of(f64::from(factor));
        for value in values {
            *value *= factor;
        }
    }
}

/// `to += from`
#[inline]
pub fn add<T: Real>(to: &mut [T], from: &[T]) {
    for (to, &from) in to.iter_mut().zip(from) {
        *to += from;
    }
}
