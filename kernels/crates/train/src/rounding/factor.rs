//! The factors of a second moment of inputs, `H = (I + U) D (I + U)'` with `U` above the diagonal: how much of the error
//! of each column the later ones can make good, and what each then still costs.

use kernels::{Error, Result};

/// Each time that a pivot is not positive the damping is so many times as large.
const HARDER: f64 = 10.0;
/// After so many times nothing of `H` but its diagonal is believed.
const ATTEMPTS: usize = 8;
/// A pivot below this share of the mean diagonal has lost all its digits.
const LEAST_PIVOT: f64 = 1e-10;

/// `U` and `D`.
pub struct Factors {
    /// Columns.
    pub size: usize,
    /// Element `(j, k)` of `U` at `k * size + j`, for `j < k`; what lies elsewhere counts for nothing.
    pub feedback: Vec<f32>,
    /// `D` relative to its mean: the cost of an error of one in each column, the later ones helping.
    pub costs: Vec<f32>,
    /// The mean of `D`; infinite where nothing is known of `H`.
    pub unit: f32,
}

impl Factors {
    /// Factors `H` with `damping` times its mean diagonal added to the diagonal.
    ///
    /// `moments` is its lower triangle, row by row in a square. Elements that are not finite make it worthless, and so do
    /// zeros alone: then no column helps another and all cost the same.
    ///
    /// # Errors
    /// [`Error::Range`] where the memory is exhausted.
    pub fn new(moments: &[f32], size: usize, damping: f64) -> Result<Self> {
        let mut factors = Self::alike(size)?;
        let trace: f64 = (0..size).map(|i| f64::from(moments[i * size + i])).sum();
        let mean = trace / size as f64;
        if !(mean > 0.0 && mean.is_finite()) {
            return Ok(factors);
        }
        let mut square = filled(size * size, 0.0f64)?;
        let mut damping = damping;
        for _ in 0..ATTEMPTS {
            for i in 0..size {
                for (to, &from) in square[i * size..][..=i].iter_mut().zip(&moments[i * size..]) {
                    *to = f64::from(from) / mean;
                }
                square[i * size + i] += damping;
            }
            if decompose(&mut square, size) {
                factors.take(&square, mean);
                return Ok(factors);
            }
            damping *= HARDER;
        }
        for i in 0..size {
            factors.costs[i] = (f64::from(moments[i * size + i]) / mean + damping) as f32;
        }
        if !factors.costs.iter().all(|cost| cost.is_finite()) {
            factors.costs.fill(1.0);
        }
        Ok(factors)
    }

    /// No column helps another, and all cost the same.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn alike(size: usize) -> Result<Self> {
        Ok(Self {
            size,
            feedback: filled(size * size, 0.0)?,
            costs: filled(size, 1.0)?,
            unit: f32::INFINITY,
        })
    }

    fn take(&mut self, square: &[f64], unit: f64) {
        let size = self.size;
        let mean = (0..size).map(|k| square[k * size + k]).sum::<f64>() / size as f64;
        for k in 0..size {
            for j in 0..k {
                self.feedback[k * size + j] = square[k * size + j] as f32;
            }
            self.costs[k] = (square[k * size + k] / mean) as f32;
        }
        self.unit = (mean * unit) as f32;
    }
}

/// Leaves `D` on the diagonal and `U` transposed below it; `false` when a pivot is not positive.
fn decompose(square: &mut [f64], size: usize) -> bool {
    for k in (0..size).rev() {
        let (above, rest) = square.split_at_mut(k * size);
        let row = &mut rest[..=k];
        let pivot = row[k];
        if !(pivot > LEAST_PIVOT && pivot.is_finite()) {
            return false;
        }
        for i in 0..k {
            let factor = row[i] / pivot;
            for (to, &from) in above[i * size..][..=i].iter_mut().zip(row.iter()) {
                *to -= factor * from;
            }
        }
        for value in &mut row[..k] {
            *value /= pivot;
        }
    }
    true
}

/// `length` times a value.
pub(super) fn filled<T: Clone>(length: usize, value: T) -> Result<Vec<T>> {
    let mut values = Vec::new();
    values.try_reserve_exact(length).map_err(|_| {
        Error::range(format!(
            "Not enough memory for {length} more numbers. Choose a smaller model, or plain rounding."
        ))
    })?;
    values.resize(length, value);
    Ok(values)
}
