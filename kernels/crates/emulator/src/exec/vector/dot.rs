//! Sums of products of whole registers, the work that language models consist of, with the host's vectors where the
//! target has them.

/// The sum of sixteen products of signed bytes.
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
#[inline(always)]
pub fn bytes(x: [u8; 16], y: [u8; 16]) -> i32 {
    use core::arch::wasm32::{
        i16x8_extmul_high_i8x16, i16x8_extmul_low_i8x16, i32x4_add, i32x4_extadd_pairwise_i16x8,
    };
    let (x, y) = (host(x), host(y));
    let low = i32x4_extadd_pairwise_i16x8(i16x8_extmul_low_i8x16(x, y));
    let high = i32x4_extadd_pairwise_i16x8(i16x8_extmul_high_i8x16(x, y));
    across(i32x4_add(low, high))
}

/// The sum of eight products of signed halfwords.
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
#[inline(always)]
pub fn halfwords(x: [u8; 16], y: [u8; 16]) -> i64 {
    use core::arch::wasm32::{
        i32x4_extmul_high_i16x8, i32x4_extmul_low_i16x8, i64x2_add, i64x2_extend_high_i32x4,
        i64x2_extend_low_i32x4, i64x2_extract_lane,
    };
    let (x, y) = (host(x), host(y));
    // Pairs of products can pass 31 bits, so they are widened before they are summed.
    let (low, high) = (i32x4_extmul_low_i16x8(x, y), i32x4_extmul_high_i16x8(x, y));
    let sum = i64x2_add(
        i64x2_add(i64x2_extend_low_i32x4(low), i64x2_extend_high_i32x4(low)),
        i64x2_add(i64x2_extend_low_i32x4(high), i64x2_extend_high_i32x4(high)),
    );
    i64x2_extract_lane::<0>(sum) + i64x2_extract_lane::<1>(sum)
}

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
#[inline(always)]
fn host(bytes: [u8; 16]) -> core::arch::wasm32::v128 {
    let value = u128::from_le_bytes(bytes);
    core::arch::wasm32::u64x2(value as u64, (value >> 64) as u64)
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
pub fn bytes(x: [u8; 16], y: [u8; 16]) -> i32 {
    let product = |lane: usize| i32::from(x[lane] as i8) * i32::from(y[lane] as i8);
    (0..16).map(product).sum()
}

/// The sum of eight products of signed halfwords.
#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
#[inline(always)]
pub fn halfwords(x: [u8; 16], y: [u8; 16]) -> i64 {
    use super::lanes::Lanes;
    let (x, y) = (<[i16; 8]>::from_bytes(x), <[i16; 8]>::from_bytes(y));
    x.iter()
        .zip(y)
        .map(|(&x, y)| i64::from(i32::from(x) * i32::from(y)))
        .sum()
}
