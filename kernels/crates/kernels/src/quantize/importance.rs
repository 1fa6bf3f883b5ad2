//! How much the columns of a tensor count.

use crate::dtype::padded_vectors;
use crate::error::{try_vec, Error, Result};

/// The least weight of a column, where all weigh 1 on average: one whose input was always 0 still gets sensible codes.
const LEAST: f32 = 1.0 / 1024.0;

/// Weights of `cols` columns with mean 1, none below [`LEAST`], in whole steps with zeros behind them; all 1 for an empty
/// or an all-zero importance.
pub(super) fn weights(importance: &[f32], cols: usize) -> Result<Vec<[f32; 4]>> {
    if !importance.is_empty() && importance.len() != cols {
        return Err(Error::range(format_args!(
            "The importance has {} elements for {cols} columns.",
            importance.len()
        )));
    }
    if let Some(at) = importance.iter().position(|v| !(v.is_finite() && *v >= 0.0)) {
        return Err(Error::range(format_args!(
            "The importance of column {at} is negative or no finite number."
        )));
    }
    let mean = importance.iter().map(|&v| f64::from(v)).sum::<f64>() / cols as f64;
    let mut weights = try_vec(padded_vectors(cols), [0.0f32; 4])?;
    for (col, weight) in weights.as_flattened_mut()[..cols].iter_mut().enumerate() {
        *weight = match importance.get(col) {
            Some(&v) if mean > 0.0 => ((f64::from(v) / mean) as f32).max(LEAST),
            _ => 1.0,
        };
    }
    Ok(weights)
}
