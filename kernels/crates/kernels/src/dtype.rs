//! The element types of checkpoints and their exact conversion to f32, sixteen elements a step.

use crate::simd::{widen_u16, widen_u8, F32x4, I32x4};

/// Element types that we convert, with the names of safetensors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dtype {
    /// IEEE binary32.
    F32,
    /// IEEE binary16.
    F16,
    /// The upper half of binary32.
    Bf16,
    /// Sign, 4 exponent bits (bias 7), 3 mantissa bits; no infinity, NaN is S.1111.111 (OCP "E4M3").
    F8E4M3,
    /// Sign, 5 exponent bits (bias 15), 2 mantissa bits; the upper half of binary16 (OCP "E5M2").
    F8E5M2,
}

impl Dtype {
    /// Every type, in the order of the numbers that cross into TypeScript.
    pub const ALL: [Self; 5] = [Self::F32, Self::F16, Self::Bf16, Self::F8E4M3, Self::F8E5M2];

    /// The type with this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|dtype| dtype.name() == name)
    }

    /// The name in safetensors.
    pub fn name(self) -> &'static str {
        match self {
            Self::F32 => "F32",
            Self::F16 => "F16",
            Self::Bf16 => "BF16",
            Self::F8E4M3 => "F8_E4M3",
            Self::F8E5M2 => "F8_E5M2",
        }
    }

    /// Bytes per element.
    pub fn size(self) -> usize {
        match self {
            Self::F32 => 4,
            Self::F16 | Self::Bf16 => 2,
            Self::F8E4M3 | Self::F8E5M2 => 1,
        }
    }
}

/// Vectors that hold `elements` floats, rounded up to the sixteen that one step decodes.
pub fn padded_vectors(elements: usize) -> usize {
    elements.div_ceil(16) * 4
}

/// What every element is multiplied with after decoding: `(value * gain[column]) * multiplier`.
#[derive(Clone, Copy)]
pub struct Factors<'a> {
    /// One per column, at least [`padded_vectors`] long.
    pub gain: &'a [[f32; 4]],
    /// For all.
    pub multiplier: f32,
}

/// Decodes little-endian elements to f32.
///
/// `to` has [`padded_vectors`] vectors; those beyond the last element become zero.
/// # Panics
/// When `bytes` is not whole elements or `to` or the gain is too short.
pub fn decode(dtype: Dtype, bytes: &[u8], factors: Option<Factors<'_>>, to: &mut [[f32; 4]]) {
    match dtype {
        Dtype::F32 => decode_as::<F32, 64>(bytes, to),
        Dtype::F16 => decode_as::<F16, 32>(bytes, to),
        Dtype::Bf16 => decode_as::<Bf16, 32>(bytes, to),
        Dtype::F8E4M3 => decode_as::<F8E4M3, 16>(bytes, to),
        Dtype::F8E5M2 => decode_as::<F8E5M2, 16>(bytes, to),
    }
    // In a second pass: a row is still in the first-level cache, and the loops above are there once and not twice.
    if let Some(factors) = factors {
        multiply(factors, bytes.len() / dtype.size(), to);
    }
}

/// Multiplies `count` elements and leaves zeros behind them.
fn multiply(Factors { gain, multiplier }: Factors<'_>, count: usize, to: &mut [[f32; 4]]) {
    let vectors = padded_vectors(count);
    let multiplier = F32x4::splat(multiplier);
    for (to, gain) in to[..vectors].iter_mut().zip(&gain[..vectors]) {
        F32x4::load(to).mul(F32x4::load(gain)).mul(multiplier).store(to);
    }
    // A gain that is not finite turned the padding into NaN.
    to[..vectors].as_flattened_mut()[count..].fill(0.0);
}

/// A vector of `bytes.len() / dtype.size()` floats.
pub fn decode_vec(dtype: Dtype, bytes: &[u8]) -> Vec<f32> {
    let count = bytes.len() / dtype.size();
    let mut vectors = vec![[0.0; 4]; padded_vectors(count)];
    decode(dtype, &bytes[..count * dtype.size()], None, &mut vectors);
    let mut values = vectors.into_flattened();
    values.truncate(count);
    values
}

/// One type, whose sixteen elements are `N` bytes.
trait Source<const N: usize> {
    fn sixteen(bytes: &[u8; N]) -> [F32x4; 4];
}

fn decode_as<S: Source<N>, const N: usize>(bytes: &[u8], to: &mut [[f32; 4]]) {
    let size = N / 16;
    assert_eq!(bytes.len() % size, 0);
    let steps = to[..padded_vectors(bytes.len() / size)].as_chunks_mut::<4>().0;
    let (whole, rest) = bytes.as_chunks::<N>();
    for (chunk, to) in whole.iter().zip(&mut *steps) {
        store(S::sixteen(chunk), to);
    }
    if !rest.is_empty() {
        let mut last = [0u8; N];
        last[..rest.len()].copy_from_slice(rest);
        decode_as::<S, N>(&last, &mut steps[whole.len()]);
    }
}

#[inline(always)]
fn store(values: [F32x4; 4], to: &mut [[f32; 4]; 4]) {
    for (value, to) in values.into_iter().zip(to) {
        value.store(to);
    }
}

struct F32;
impl Source<64> for F32 {
    #[inline(always)]
    fn sixteen(bytes: &[u8; 64]) -> [F32x4; 4] {
        let floats = bytes.as_chunks::<4>().0;
        core::array::from_fn(|v| F32x4::new(core::array::from_fn(|i| f32::from_le_bytes(floats[4 * v + i]))))
    }
}

struct Bf16;
impl Source<32> for Bf16 {
    #[inline(always)]
    fn sixteen(bytes: &[u8; 32]) -> [F32x4; 4] {
        halves(bytes).map(|half| F32x4::from_bits(half.shl::<16>()))
    }
}

struct F16;
impl Source<32> for F16 {
    #[inline(always)]
    fn sixteen(bytes: &[u8; 32]) -> [F32x4; 4] {
        halves(bytes).map(binary16)
    }
}

struct F8E5M2;
impl Source<16> for F8E5M2 {
    #[inline(always)]
    fn sixteen(bytes: &[u8; 16]) -> [F32x4; 4] {
        widen_u8(bytes).map(|byte| binary16(byte.shl::<8>()))
    }
}

struct F8E4M3;
impl Source<16> for F8E4M3 {
    #[inline(always)]
    fn sixteen(bytes: &[u8; 16]) -> [F32x4; 4] {
        widen_u8(bytes).map(|byte| {
            let magnitude = byte.and(I32x4::splat(0x7F));
            // Re-bias the exponent from 7 to 127; with exponent 0 the value is mantissa * 2^-9 instead.
            let normal = magnitude.shl::<20>().add(I32x4::splat((127 - 7) << 23));
            let subnormal = F32x4::from_i32(magnitude)
                .mul(F32x4::splat(1.0 / 512.0))
                .to_bits();
            let value = magnitude.greater(I32x4::splat(7)).select(normal, subnormal);
            let nan = magnitude.equal(I32x4::splat(0x7F)).and(I32x4::splat(0x7FC0_0000));
            let sign = byte.and(I32x4::splat(0x80)).shl::<24>();
            F32x4::from_bits(value.or(nan).or(sign))
        })
    }
}

#[inline(always)]
fn halves(bytes: &[u8; 32]) -> [I32x4; 4] {
    let parts = bytes.as_chunks::<16>().0;
    let [a, b] = widen_u16(&parts[0]);
    let [c, d] = widen_u16(&parts[1]);
    [a, b, c, d]
}

/// Binary16 in the low half of each lane. Integer operations only, because multiplying subnormal floats is slow on
/// many processors.
#[inline(always)]
fn binary16(half: I32x4) -> F32x4 {
    let magnitude = half.and(I32x4::splat(0x7FFF));
    // Re-bias the exponent from 15 to 127; with exponent 0 the value is mantissa * 2^-24 instead.
    let normal = magnitude.shl::<13>().add(I32x4::splat((127 - 15) << 23));
    let subnormal = F32x4::from_i32(magnitude)
        .mul(F32x4::splat(1.0 / 16_777_216.0))
        .to_bits();
    let value = magnitude.greater(I32x4::splat(0x3FF)).select(normal, subnormal);
    let special = magnitude
        .greater(I32x4::splat(0x7BFF))
        .and(I32x4::splat(0x7F80_0000));
    let sign = half.and(I32x4::splat(0x8000)).shl::<16>();
    F32x4::from_bits(value.or(special).or(sign))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The definition of a small float: `bits` wide, with this many exponent bits.
    fn by_definition(code: u32, bits: u32, exponent_bits: u32, infinities: bool) -> f64 {
        let mantissa_bits = bits - 1 - exponent_bits;
        let sign = if code >> (bits - 1) == 1 { -1.0 } else { 1.0 };
        let exponent = (code >> mantissa_bits) & ((1 << exponent_bits) - 1);
        let mantissa = code & ((1 << mantissa_bits) - 1);
        let top = (1 << exponent_bits) - 1;
        let bias = (1 << (exponent_bits - 1)) - 1;
        if infinities && exponent == top {
            return if mantissa == 0 {
                sign * f64::INFINITY
            } else {
                f64::NAN
            };
        }
        if !infinities && exponent == top && mantissa == (1 << mantissa_bits) - 1 {
            return f64::NAN;
        }
        let fraction = f64::from(mantissa) / f64::from(1 << mantissa_bits);
        if exponent == 0 {
            sign * fraction * 2f64.powi(1 - bias)
        } else {
            sign * (1.0 + fraction) * 2f64.powi(exponent as i32 - bias)
        }
    }

    fn check(dtype: Dtype, code: u32, got: f32, expected: f64) {
        if expected.is_nan() {
            assert!(got.is_nan(), "{dtype:?} {code:#x}");
        } else {
            assert_eq!(got.to_bits(), (expected as f32).to_bits(), "{dtype:?} {code:#x}");
        }
    }

    #[test]
    fn every_code_of_the_small_types() {
        for (dtype, exponent_bits, infinities) in [(Dtype::F16, 5, true), (Dtype::Bf16, 8, true)] {
            let bytes: Vec<u8> = (0..=u16::MAX).flat_map(u16::to_le_bytes).collect();
            for (code, got) in decode_vec(dtype, &bytes).into_iter().enumerate() {
                check(
                    dtype,
                    code as u32,
                    got,
                    by_definition(code as u32, 16, exponent_bits, infinities),
                );
            }
        }
        for (dtype, exponent_bits, infinities) in [(Dtype::F8E5M2, 5, true), (Dtype::F8E4M3, 4, false)] {
            let bytes: Vec<u8> = (0..=u8::MAX).collect();
            for (code, got) in decode_vec(dtype, &bytes).into_iter().enumerate() {
                check(
                    dtype,
                    code as u32,
                    got,
                    by_definition(code as u32, 8, exponent_bits, infinities),
                );
            }
        }
    }

    #[test]
    fn f32_keeps_every_bit() {
        let values = [
            0.0,
            -0.0,
            1.5,
            f32::MIN_POSITIVE / 3.0,
            f32::INFINITY,
            f32::MAX,
            -7.25e-12,
        ];
        let bytes: Vec<u8> = values.iter().flat_map(|v: &f32| v.to_le_bytes()).collect();
        let got = decode_vec(Dtype::F32, &bytes);
        assert_eq!(
            got.iter().map(|v| v.to_bits()).collect::<Vec<_>>(),
            values.map(f32::to_bits)
        );
    }

    #[test]
    fn every_length_pads_with_zeros_and_applies_factors() {
        for count in 0..70usize {
            let values: Vec<f32> = (0..count).map(|i| i as f32 - 20.5).collect();
            let bytes: Vec<u8> = values.iter().flat_map(|v| v.to_le_bytes()).collect();
            let mut gain = vec![[f32::NAN; 4]; padded_vectors(count)];
            for (i, g) in gain.as_flattened_mut()[..count].iter_mut().enumerate() {
                *g = 1.0 + i as f32 / 3.0;
            }
            let mut got = vec![[9.0; 4]; padded_vectors(count)];
            decode(
                Dtype::F32,
                &bytes,
                Some(Factors {
                    gain: &gain,
                    multiplier: 0.3,
                }),
                &mut got,
            );
            for (i, &v) in got.as_flattened().iter().enumerate() {
                let expected = if i < count {
                    (values[i] * (1.0 + i as f32 / 3.0)) * 0.3
                } else {
                    0.0
                };
                assert_eq!(v, expected, "{count} {i}");
            }
        }
    }

    #[test]
    fn names_round_trip() {
        for dtype in Dtype::ALL {
            assert_eq!(Dtype::parse(dtype.name()), Some(dtype));
        }
        assert_eq!(Dtype::parse("I8"), None);
    }
}
