//! Inputs of matrices as the device quantizes them (docs/model-package.md, "Arithmetic"): the values that its codes stand
//! for. The scales follow the vector, so that nothing is cut off: gradients pass unchanged (straight-through).

use crate::real::Real;

/// Vectors whose largest magnitude is below 2^-100 become zeros, as on the device.
const TINY: f64 = 1.0 / (1u128 << 100) as f64;

/// How a matrix's input is quantized: the kinds `INPUT` of `src/schema/kinds.ts`, and not at all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Input {
    /// As it is.
    #[default]
    Float32,
    /// INT8, one scale a vector.
    Int8,
    /// INT8, a scale for each 32 elements.
    Int8By32,
    /// INT8, a scale for each 64 elements.
    Int8By64,
    /// 16 bits, one scale a vector.
    Int16,
}

impl Input {
    /// The kind that a word stands for.
    pub fn from_word(word: &str) -> Option<Self> {
        match word {
            "float32" => Some(Self::Float32),
            "int8" => Some(Self::Int8),
            "int8By32" => Some(Self::Int8By32),
            "int8By64" => Some(Self::Int8By64),
            "int16" => Some(Self::Int16),
            _ => None,
        }
    }

    /// Rounds vectors of `cols` elements to what their codes stand for.
    pub fn round<T: Real>(self, values: &mut [T], cols: usize) {
        let (group, most) = match self {
            Self::Float32 => return,
            Self::Int8 => (cols, 127.0),
            Self::Int8By32 => (32, 127.0),
            Self::Int8By64 => (64, 127.0),
            Self::Int16 => (cols, 32_639.0),
        };
        for vector in values.chunks_exact_mut(cols) {
            for group in vector.chunks_mut(group) {
                round_group(group, most);
            }
        }
    }
}

/// `code = clamp(round(x * (most * recip(amax))), ±most)`, `scale = amax * (1 / most)`: the values of the codes.
pub fn round_group<T: Real>(values: &mut [T], most: f64) {
    let mut amax = T::ZERO;
    for value in values.iter() {
        let magnitude = value.magnitude();
        amax = if magnitude > amax { magnitude } else { amax };
    }
    if amax < T::of(TINY) {
        values.fill(T::ZERO);
        return;
    }
    let limit = T::of(most);
    let (inverse, scale) = (limit * amax.reciprocal(), amax * T::of(1.0 / most));
    for value in values {
        let code = *value * inverse;
        let code = if code < limit { code } else { limit };
        let code = if code > -limit { code } else { -limit };
        *value = code.nearest() * scale;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_multiples_of_the_scale_of_those_that_share_it() {
        let vector: Vec<f32> = (0..80).map(|i| ((i * 37) % 101) as f32 / 50.0 - 1.0).collect();
        for (kind, group, most) in [
            (Input::Int8, 80, 127.0f32),
            (Input::Int8By32, 32, 127.0),
            (Input::Int8By64, 64, 127.0),
            (Input::Int16, 80, 32_639.0),
        ] {
            let mut rounded = vector.clone();
            kind.round(&mut rounded, 80);
            for (rounded, exact) in rounded.chunks(group).zip(vector.chunks(group)) {
                let step = exact.iter().fold(0.0f32, |a, v| a.max(v.abs())) / most;
                for (rounded, exact) in rounded.iter().zip(exact) {
                    assert!((rounded - exact).abs() <= step * 0.501, "{kind:?}");
                    let code = rounded / step;
                    assert!((code - code.round()).abs() < 0.02, "{kind:?}: {code}");
                }
            }
        }
        let mut same = vector.clone();
        Input::Float32.round(&mut same, 80);
        assert_eq!(same, vector);
    }

    #[test]
    fn halves_go_to_even_and_zeros_stay() {
        // The scale is 1: the largest is 127.
        let mut values = [127.0f32, 0.5, 1.5, -2.5, -0.4];
        Input::Int8.round(&mut values, 5);
        assert_eq!(values, [127.0, 0.0, 2.0, -2.0, 0.0]);
        let mut zeros = [0.0f32, 1e-36, -1e-36];
        Input::Int8.round(&mut zeros, 3);
        assert_eq!(zeros, [0.0; 3]);
    }
}
