//! Sums of products of whole registers, the work that language models consist of, with the host's vectors where the
//! target has them.

#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
use super::lanes::Lanes;
use crate::quad::Quad;

/// The sum of sixteen products of signed bytes.
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
#[inline(always)]
pub fn bytes(x: Quad, y: Quad) -> i32 {
    use core::arch::wasm32::{
        i16x8_extmul_high_i8x16, i16x8_extmul_low_i8x16, i32x4_add, i32x4_extadd_pairwise_i16x8,
    };
    let (x, y) = (x.host(), y.host());
    let low = i32x4_extadd_pairwise_i16x8(i16x8_extmul_low_i8x16(x, y));
    let high = i32x4_extadd_pairwise_i16x8(i16x8_extmul_high_i8x16(x, y));
    across(i32x4_add(low, high))
}

/// The sum of eight products of signed halfwords.
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
#[inline(always)]
pub fn halfwords(x: Quad, y: Quad) -> i64 {
    use core::arch::wasm32::{
        i32x4_extmul_high_i16x8, i32x4_extmul_low_i16x8, i64x2_add, i64x2_extend_high_i32x4,
        i64x2_extend_low_i32x4, i64x2_extract_lane,
    };
    let (x, y) = (x.host(), y.host());
    // Pairs of products can pass 31 bits, so they are widened before they are summed.
    let (low, high) = (i32x4_extmul_low_i16x8(x, y), i32x4_extmul_high_i16x8(x, y));
    let sum = i64x2_add(
        i64x2_add(i64x2_extend_low_i32x4(low), i64x2_extend_high_i32x4(low)),
        i64x2_add(i64x2_extend_low_i32x4(high), i64x2_extend_high_i32x4(high)),
    );
    i64x2_extract_lane::<0>(sum) + i64x2_extract_lane::<1>(sum)
}

/// Products of signed halfwords, moved down by `shift`, at most 31, of which the low halves remain.
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
#[inline(always)]
pub fn products(x: Quad, y: Quad, shift: u32) -> Quad {
    use core::arch::wasm32::{i16x8_shuffle, i32x4_extmul_high_i16x8, i32x4_extmul_low_i16x8, i32x4_shr};
    let (x, y) = (x.host(), y.host());
    let low = i32x4_shr(i32x4_extmul_low_i16x8(x, y), shift);
    let high = i32x4_shr(i32x4_extmul_high_i16x8(x, y), shift);
    Quad::from_host(i16x8_shuffle::<0, 2, 4, 6, 8, 10, 12, 14>(low, high))
}

/// All products of signed halfwords.
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
#[inline(always)]
pub fn wide_products(x: Quad, y: Quad) -> [i32; 8] {
    use core::arch::wasm32::{i32x4_extmul_high_i16x8, i32x4_extmul_low_i16x8, i32x4_extract_lane as lane};
    let (low, high) = (
        i32x4_extmul_low_i16x8(x.host(), y.host()),
        i32x4_extmul_high_i16x8(x.host(), y.host()),
    );
    [
        lane::<0>(low),
        lane::<1>(low),
        lane::<2>(low),
        lane::<3>(low),
        lane::<0>(high),
        lane::<1>(high),
        lane::<2>(high),
        lane::<3>(high),
    ]
}

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
#[inline(always)]
fn across(lanes: core::arch::wasm32::v128) -> i32 {
    use core::arch::wasm32::{i32x4_add, i32x4_extract_lane, i32x4_shuffle};
    let pairs = i32x4_add(lanes, i32x4_shuffle::<2, 3, 2, 3>(lanes, lanes));
    i32x4_extract_lane::<0>(pairs) + i32x4_extract_lane::<1>(pairs)
}

/// The sum of sixteen products of signed bytes.
#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
#[inline(always)]
pub fn bytes(x: Quad, y: Quad) -> i32 {
    let (x, y) = (x.bytes(), y.bytes());
    let product = |lane: usize| i32::from(x[lane] as i8) * i32::from(y[lane] as i8);
    (0..16).map(product).sum()
}

/// The sum of eight products of signed halfwords.
#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
#[inline(always)]
pub fn halfwords(x: Quad, y: Quad) -> i64 {
    let (x, y) = (
        <[i16; 8]>::from_bytes(x.bytes()),
        <[i16; 8]>::from_bytes(y.bytes()),
    );
    x.iter()
        .zip(y)
        .map(|(&x, y)| i64::from(i32::from(x) * i32::from(y)))
        .sum()
}

/// Products of signed halfwords, moved down by `shift`, at most 31, of which the low halves remain.
#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
#[inline(always)]
pub fn products(x: Quad, y: Quad, shift: u32) -> Quad {
    let (x, y) = (
        <[i16; 8]>::from_bytes(x.bytes()),
        <[i16; 8]>::from_bytes(y.bytes()),
    );
    let product = |lane: usize| ((i32::from(x[lane]) * i32::from(y[lane])) >> shift) as i16;
    Quad::from(std::array::from_fn::<i16, 8, _>(product).to_bytes())
}

/// All products of signed halfwords.
#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
#[inline(always)]
pub fn wide_products(x: Quad, y: Quad) -> [i32; 8] {
    let (x, y) = (
        <[i16; 8]>::from_bytes(x.bytes()),
        <[i16; 8]>::from_bytes(y.bytes()),
    );
    std::array::from_fn(|lane| i32::from(x[lane]) * i32::from(y[lane]))
}
