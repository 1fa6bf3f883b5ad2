//! What quantizing the inputs of matrices costs, by the kinds of codes that a package can ask for.

/// Kinds of `INPUT` (`src/schema/kinds.ts`), in the order of their codes: elements that share a scale (0 for all of a vector),
/// and the largest code.
const KINDS: [(usize, f32); INPUT_KINDS] = [(0, 127.0), (32, 127.0), (64, 127.0), (0, 32_639.0)];

/// How many kinds there are.
pub const INPUT_KINDS: usize = 4;

/// Sums of squares over the vectors of one site.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct InputNoise {
    /// Of the values.
    pub signal: f64,
    /// Of what rounding takes from them, by kind.
    pub errors: [f64; INPUT_KINDS],
}

impl InputNoise {
    /// Counts one vector in.
    pub fn add(&mut self, vector: &[f32]) {
        self.signal += squares(vector, 0.0);
        for (error, (group, most)) in self.errors.iter_mut().zip(KINDS) {
            let size = if group == 0 { vector.len().max(1) } else { group };
            for values in vector.chunks(size) {
                let scale = values.iter().fold(0.0f32, |amax, value| amax.max(value.abs())) / most;
                *error += squares(values, if scale < f32::MIN_POSITIVE { 0.0 } else { scale });
            }
        }
    }
}

/// Rounds a vector as the kind of input with this code does, if there is one; what is too small for a scale becomes zero.
pub fn round(vector: &mut [f32], kind: usize) {
    let Some(&(group, most)) = KINDS.get(kind) else {
        return;
    };
    let size = if group == 0 { vector.len().max(1) } else { group };
    for values in vector.chunks_mut(size) {
        let scale = values.iter().fold(0.0f32, |amax, value| amax.max(value.abs())) / most;
        let inverse = if scale < f32::MIN_POSITIVE {
            0.0
        } else {
            1.0 / scale
        };
        for value in values {
            *value = (*value * inverse).round_ties_even() * scale;
        }
    }
}

/// Sum of squares of what rounding to multiples of `scale` takes from the values; of the values themselves without a scale.
#[inline(never)]
fn squares(values: &[f32], scale: f32) -> f64 {
    let inverse = if scale == 0.0 { 0.0 } else { 1.0 / scale };
    let mut sum = 0.0;
    for &value in values {
        let lost = f64::from(value) - f64::from((value * inverse).round_ties_even()) * f64::from(scale);
        sum += lost * lost;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_that_stands_out_costs_those_that_share_its_scale() {
        let mut vector = vec![0.5f32; 128];
        vector[3] = 127.0;
        let mut noise = InputNoise::default();
        noise.add(&vector);
        // Halves go to even: one scale of 1 makes zeros of all others; a group has 31 or 63 of them.
        assert_eq!(noise.signal, 127.0 * 127.0 + 127.0 * 0.25);
        let per_value = 0.25;
        for (error, others) in noise.errors.iter().zip([127.0, 31.0, 63.0]) {
            assert!((error - others * per_value).abs() < 1e-9, "{error} of {others}");
        }
        let step = 127.0 / 32_639.0;
        assert!(
            noise.errors[3] <= 128.0 * step * step / 4.0,
            "{}",
            noise.errors[3]
        );
    }

    #[test]
    fn rounding_takes_what_is_counted() {
        let vector: Vec<f32> = (0..100).map(|i| ((i * 37) % 101) as f32 * 0.013 - 0.6).collect();
        let mut noise = InputNoise::default();
        noise.add(&vector);
        for (kind, error) in noise.errors.iter().enumerate() {
            let mut rounded = vector.clone();
            round(&mut rounded, kind);
            let lost: f64 = vector
                .iter()
                .zip(&rounded)
                .map(|(&before, &after)| (f64::from(before) - f64::from(after)).powi(2))
                .sum();
            assert!(
                lost > 0.0 && (lost - error).abs() < 1e-6 * noise.signal,
                "{kind}: {lost} of {error}"
            );
        }
    }

    #[test]
    fn zeros_cost_nothing_and_what_is_too_small_for_a_scale_all() {
        let mut noise = InputNoise::default();
        noise.add(&[0.0; 40]);
        assert_eq!(noise, InputNoise::default());
        noise.add(&[1e-39; 2]);
        assert_eq!(noise.errors, [noise.signal; INPUT_KINDS]);
    }
}
