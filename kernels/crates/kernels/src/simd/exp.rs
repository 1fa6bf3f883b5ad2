//! The exponential function on vectors, so that softmax, SiLU and log-softmax run four or two lanes at a time.
//!
//! `x = n ln 2 + r` with `|r| <= ln 2 / 2` and ln 2 split in two parts (Cody and Waite), the Taylor polynomial of `e^r`,
//! and `2^n` through the exponent bits.

use super::{F32x4, F64x2, I32x4};

/// `e^x` for each lane, within 2 ulp; arguments below -87 give `e^-87`, above 88 `e^88`. NaN stays unspecified.
#[inline(always)]
pub fn exp_f32(x: F32x4) -> F32x4 {
    // ln 2 cut to 15 bits, so that `n * LN2_HIGH` is exact for |n| <= 128.
    const LN2_HIGH: f32 = 0.693_359_4;
    const LN2_LOW: f32 = -2.121_944_4e-4;
    let x = x.max(F32x4::splat(-87.0)).min(F32x4::splat(88.0));
    let n = x.mul(F32x4::splat(core::f32::consts::LOG2_E)).round();
    let r = x
        .sub(n.mul(F32x4::splat(LN2_HIGH)))
        .sub(n.mul(F32x4::splat(LN2_LOW)));
    // 1/7! ... 1/2!, then 1 and 1: the remainder is below 0.3466^8 / 8! = 5.2e-9.
    let mut p = F32x4::splat(1.0 / 5040.0);
    for c in [1.0 / 720.0, 1.0 / 120.0, 1.0 / 24.0, 1.0 / 6.0, 0.5, 1.0] {
        p = p.mul(r).add(F32x4::splat(c));
    }
    let p = p.mul(r).add(F32x4::splat(1.0));
    let power = F32x4::from_bits(n.to_i32().add(I32x4::splat(127)).shl::<23>());
    p.mul(power)
}

/// `e^x` for each lane, within 2 ulp, for arguments up to 709; below -708 the result is `e^-708` (3e-308).
#[inline(always)]
pub fn exp_f64(x: F64x2) -> F64x2 {
    // ln 2 cut to 32 bits, so that `n * LN2_HIGH` is exact for |n| <= 2^20.
    const LN2_HIGH: f64 = f64::from_bits(0x3FE6_2E42_FEE0_0000);
    const LN2_LOW: f64 = f64::from_bits(0x3DEA_39EF_3579_3C76);
    // Adding 1.5 * 2^52 rounds to an integer and leaves it in the low bits of the pattern.
    const MAGIC: f64 = 6_755_399_441_055_744.0;
    let x = x.max(F64x2::splat(-708.0));
    let shifted = x
        .mul(F64x2::splat(core::f64::consts::LOG2_E))
        .add(F64x2::splat(MAGIC));
    let n = shifted.sub(F64x2::splat(MAGIC));
    let r = x
        .sub(n.mul(F64x2::splat(LN2_HIGH)))
        .sub(n.mul(F64x2::splat(LN2_LOW)));
    // 1/13! ... 1/2!, then 1 and 1: the remainder is below 0.3466^14 / 14! = 5e-18.
    const COEFFICIENTS: [f64; 12] = [
        1.0 / 479_001_600.0,
        1.0 / 39_916_800.0,
        1.0 / 3_628_800.0,
        1.0 / 362_880.0,
        1.0 / 40_320.0,
        1.0 / 5_040.0,
        1.0 / 720.0,
        1.0 / 120.0,
        1.0 / 24.0,
        1.0 / 6.0,
        0.5,
        1.0,
    ];
    let mut p = F64x2::splat(1.0 / 6_227_020_800.0);
    for c in COEFFICIENTS {
        p = p.mul(r).add(F64x2::splat(c));
    }
    let p = p.mul(r).add(F64x2::splat(1.0));
    p.mul(shifted.power_of_two_from_low_bits())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exp_f32_is_within_two_ulp() {
        let mut worst = 0.0f64;
        let mut x = -87.0f32;
        while x < 88.0 {
            let got = exp_f32(F32x4::splat(x)).to_array()[0];
            let exact = f64::from(x).exp();
            let ulp = f64::from(f32::from_bits((exact as f32).to_bits() + 1) - exact as f32);
            worst = worst.max((f64::from(got) - exact).abs() / ulp);
            x += 0.000_371;
        }
        assert!(worst <= 2.0, "{worst} ulp");
    }

    #[test]
    fn exp_f32_clamps() {
        let got = exp_f32(F32x4::new([-1e30, f32::NEG_INFINITY, 1e30, 0.0])).to_array();
        assert!(got[0] > 0.0 && got[0] < 2e-38 && got[1] == got[0]);
        assert!(got[2].is_finite() && got[2] > 1e38);
        assert_eq!(got[3], 1.0);
    }

    #[test]
    fn exp_f64_is_within_two_ulp() {
        let mut worst = 0.0f64;
        let mut x = -707.9f64;
        while x < 700.0 {
            let got = exp_f64(F64x2::splat(x)).to_array()[1];
            let exact = x.exp();
            let ulp = f64::from_bits(exact.to_bits() + 1) - exact;
            worst = worst.max((got - exact).abs() / ulp);
            x += 0.001_37;
        }
        assert!(worst <= 2.0, "{worst} ulp");
        assert!(exp_f64(F64x2::splat(f64::NEG_INFINITY)).to_array()[0] < 4e-308);
        assert_eq!(exp_f64(F64x2::splat(0.0)).to_array()[0], 1.0);
    }
}
