//! The normal distribution function in f64, for gelu by the error function.

/// Below, a twelfth of the range is exact to the last bits; further out the continued fraction is short.
const FAR: f64 = 3.0;

/// The share of a normal distribution below `x`, within 1e-15; NaN for NaN.
pub fn normal_distribution(x: f64) -> f64 {
    normal_distribution_with(x, (-0.5 * x * x).exp())
}

/// The same, given `e^(-x^2 / 2)`, for callers with an exponential of their own.
pub fn normal_distribution_with(x: f64, bell: f64) -> f64 {
    let density = bell * core::f64::consts::FRAC_2_SQRT_PI * core::f64::consts::SQRT_2 / 4.0;
    if x.abs() < FAR {
        // The sum of x^(2n+1) / (1 * 3 * ... * (2n+1)) (Marsaglia, 2004).
        let (mut term, mut sum) = (x, x);
        for n in 1..40 {
            term *= x * x / f64::from(2 * n + 1);
            sum += term;
        }
        return 0.5 + density * sum;
    }
    // Laplace's continued fraction of what lies beyond.
    let distance = x.abs();
    let mut fraction = distance;
    for n in (1..60).rev() {
        fraction = distance + f64::from(n) / fraction;
    }
    let beyond = density / fraction;
    if x < 0.0 {
        beyond
    } else {
        1.0 - beyond
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Values of mpmath 1.3 at 30 digits.
    const KNOWN: [(f64, f64); 6] = [
        (0.0, 0.5),
        (0.5, 0.691_462_461_274_013_1),
        (-1.0, 0.158_655_253_931_457_05),
        (2.9999, 0.998_649_658_717_045_3),
        (-3.5, 0.000_232_629_079_035_525_07),
        (-6.0, 9.865_876_450_376_98e-10),
    ];

    #[test]
    fn it_is_within_its_error() {
        for (x, expected) in KNOWN {
            let got = normal_distribution(x);
            assert!((got - expected).abs() < 1e-15, "{x}: {got} {expected}");
            assert!((normal_distribution(-x) - (1.0 - expected)).abs() < 1e-15, "{x}");
        }
        assert_eq!(normal_distribution(f64::INFINITY), 1.0);
        assert!(normal_distribution(f64::NAN).is_nan());
    }
}
