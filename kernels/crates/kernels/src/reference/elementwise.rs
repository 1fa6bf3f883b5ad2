//! The maps between the matrices: normalization, rotation and the functions of feed-forwards.

use super::description::Rotary;
use super::kinds::FunctionKind;
use crate::error::{Error, Result};
use crate::simd::{exp_f32, F32x4};

/// `x / sqrt(mean(x^2) + epsilon)`, without the gain. The padding of `x` is zero, and so is that of `to`.
pub fn rms_normalize(x: &[[f32; 4]], count: usize, epsilon: f64, to: &mut [[f32; 4]]) {
    let squares: f64 = x
        .as_flattened()
        .iter()
        .map(|&v| f64::from(v) * f64::from(v))
        .sum();
    let factor = F32x4::splat((1.0 / (squares / count as f64 + epsilon).sqrt()) as f32);
    for (x, to) in x.iter().zip(to) {
        F32x4::load(x).mul(factor).store(to);
    }
}

/// `x *= y`
pub fn multiply(x: &mut [[f32; 4]], y: &[[f32; 4]]) {
    for (x, y) in x.iter_mut().zip(y) {
        F32x4::load(x).mul(F32x4::load(y)).store(x);
    }
}

/// `x += y`
pub fn add(x: &mut [[f32; 4]], y: &[[f32; 4]]) {
    for (x, y) in x.iter_mut().zip(y) {
        F32x4::load(x).add(F32x4::load(y)).store(x);
    }
}

/// Applies the function between the matrices of a feed-forward.
pub fn apply(function: FunctionKind, x: &mut [[f32; 4]]) {
    match function {
        FunctionKind::Silu => silu(x),
    }
}

/// `x = x / (1 + e^-x)`
fn silu(x: &mut [[f32; 4]]) {
    let (zero, one) = (F32x4::splat(0.0), F32x4::splat(1.0));
    for x in x {
        let value = F32x4::load(x);
        value.div(one.add(exp_f32(zero.sub(value)))).store(x);
    }
}

/// Cosines and sines of one rotary, computed in f64 for the positions seen so far.
pub struct RotaryTable {
    /// `cos` of all pairs, then `sin` of all pairs, position after position.
    values: Vec<f32>,
    pairs: usize,
}

impl RotaryTable {
    /// An empty table.
    pub fn new(rotary: &Rotary) -> Self {
        Self {
            values: Vec::new(),
            pairs: rotary.inverse_frequencies.len(),
        }
    }

    /// Extends the table to `positions`.
    pub fn extend(&mut self, rotary: &Rotary, positions: usize) -> Result<()> {
        let begin = self.values.len() / (2 * self.pairs);
        self.values
            .try_reserve(positions.saturating_sub(begin) * 2 * self.pairs)
            .map_err(|_| {
                Error::range("Not enough memory for the rotary tables. Choose a smaller context.")
            })?;
        for position in begin..positions {
            let angles = rotary
                .inverse_frequencies
                .iter()
                .map(|frequency| position as f64 * frequency);
            let factor = rotary.attention_factor;
            self.values
                .extend(angles.clone().map(|angle| (angle.cos() * factor) as f32));
            self.values
                .extend(angles.map(|angle| (angle.sin() * factor) as f32));
        }
        Ok(())
    }

    /// Turns the leading elements of each head: element `i` with `i + pairs`.
    pub fn rotate(&self, position: usize, heads: &mut [f32], head_dim: usize) {
        let (cos, sin) = self.values[position * 2 * self.pairs..][..2 * self.pairs].split_at(self.pairs);
        for head in heads.chunks_exact_mut(head_dim) {
            let (low, high) = head[..2 * self.pairs].split_at_mut(self.pairs);
            for (((a, b), &cos), &sin) in low.iter_mut().zip(high).zip(cos).zip(sin) {
                (*a, *b) = (*a * cos - *b * sin, *b * cos + *a * sin);
            }
        }
    }
}
