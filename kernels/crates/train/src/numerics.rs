//! Floating-point functions as the device computes them (`device-runtime/engine/numerics.h`), to the last bit.

/// `1 / x` for `2^-120 <= x <= 2^120`, at most 2 ulp off: a guess by the exponent and three Newton steps.
pub fn reciprocal(x: f32) -> f32 {
    let mut y = f32::from_bits(0x7EF1_27EAu32.wrapping_sub(x.to_bits()));
    for _ in 0..3 {
        y *= 2.0 - x * y;
    }
    y
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_within_two_ulp() {
        for i in 0..200_000u32 {
            let x = f32::from_bits(0x0400_0000 + i * 20_011);
            if !(8e-37..1e36).contains(&x) {
                continue;
            }
            let exact = 1.0 / f64::from(x);
            let ulp = f64::from(f32::from_bits((exact as f32).to_bits() + 1)) - f64::from(exact as f32);
            assert!((f64::from(reciprocal(x)) - exact).abs() <= 2.0 * ulp, "{x:e}");
        }
    }
}
