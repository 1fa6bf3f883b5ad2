//! Sine and cosine of angles, for rotary tables. The standard library's reduce angles of any size exactly, with tables of pi to
//! a thousand bits; a product of position and frequency is itself only known to a part in 2^53, and so is what is made of
//! it here.

/// A half pi in two pieces; the first has 33 bits, so that its product with up to 2^20 is exact.
const HALF_PI: [f64; 2] = [1.570_796_326_734_125_6, 6.077_100_506_506_192e-11];

/// Coefficients of the series of sine and cosine within an eighth of a turn, fitted to it (FreeBSD's `k_sin.c` and
/// `k_cos.c`).
const SINE: [f64; 6] = [
    -1.666_666_666_666_663_2e-1,
    8.333_333_333_322_49e-3,
    -1.984_126_982_985_795e-4,
    2.755_731_370_707_006_8e-6,
    -2.505_076_025_340_686_3e-8,
    1.589_690_995_211_55e-10,
];
const COSINE: [f64; 6] = [
    4.166_666_666_666_66e-2,
    -1.388_888_888_887_411e-3,
    2.480_158_728_947_673e-5,
    -2.755_731_435_139_066_3e-7,
    2.087_572_321_298_175e-9,
    -1.135_964_755_778_819_5e-11,
];

/// Sine and cosine of `angle` radians, within 4e-16 to 2^20 and beyond it within a part in 2^53 of the angle.
pub fn sin_cos(angle: f64) -> (f64, f64) {
    let quarters = (angle * core::f64::consts::FRAC_2_PI).round_ties_even();
    let x = (angle - quarters * HALF_PI[0]) - quarters * HALF_PI[1];
    let square = x * x;
    let series = |coefficients: [f64; 6]| coefficients.iter().rev().fold(0.0, |sum, c| sum * square + c);
    let sin = x + x * square * series(SINE);
    let cos = 1.0 - (0.5 * square - square * square * series(COSINE));
    match quarters as i64 & 3 {
        0 => (sin, cos),
        1 => (cos, -sin),
        2 => (-sin, -cos),
        _ => (-cos, sin),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn worst(angles: impl Iterator<Item = f64>, most: impl Fn(f64) -> f64) {
        for angle in angles {
            let (sin, cos) = sin_cos(angle);
            let (right_sin, right_cos) = angle.sin_cos();
            let error = (sin - right_sin).abs().max((cos - right_cos).abs());
            assert!(error <= most(angle), "{angle}: {error}");
        }
    }

    #[test]
    fn angles_of_rotary_tables_are_within_the_last_bits() {
        // Positions by frequencies of several bases, multiples of a quarter turn and what lies beside them.
        let turns = (0..4096).map(|n| f64::from(n) * core::f64::consts::FRAC_PI_2);
        worst(turns.clone(), |_| 4e-16);
        worst(turns.map(|x| -x * (1.0 + f64::EPSILON)), |_| 4e-16);
        for base in [1e4f64, 5e5, 1e6] {
            let of =
                |position: i32| (0..32).map(move |i| f64::from(position) * base.powf(-f64::from(i) / 32.0));
            worst((0..131_072).step_by(61).flat_map(of), |_| 4e-16);
        }
    }

    #[test]
    fn far_angles_are_as_exact_as_they_are_known() {
        let far = (0..10_000).map(|n| 1e6 + f64::from(n) * 123_456.789);
        worst(far, |angle| 4e-16 + angle * f64::EPSILON);
    }
}
