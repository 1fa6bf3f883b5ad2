//! What the inputs of a matrix have become different by since the first rounding, and what of it the matrix makes good.

use kernels::Result;

use super::factor::{filled, Factors};
use crate::product::{Into, Panels, View};
use crate::real::dot;

/// Share of the change of least squares that is made: all of it fits what the text happens to hold as well.
const SHARE: f32 = 0.75;

/// Products of what was lost and the inputs that are left, summed over vectors.
pub struct Drift {
    size: usize,
    /// Of the inputs' loss: `(x - x~) x~'`.
    inputs: Vec<f32>,
    /// Of the loss of the stream that the results are added to: as many rows as the matrix has.
    residue: Vec<f32>,
    /// Numbers of a vector of that stream.
    width: usize,
    /// What is to be made good in the rows at hand.
    wanted: Vec<f32>,
}

impl Drift {
    /// None yet, of inputs of `size` numbers, and of a stream of `width`.
    pub fn new(size: usize, width: Option<usize>) -> Result<Self> {
        let width = width.unwrap_or(0);
        Ok(Self {
            size,
            inputs: filled(size * size, 0.0)?,
            residue: filled(width * size, 0.0)?,
            width,
            wanted: Vec::new(),
        })
    }

    /// Takes the loss of inputs, that of the stream, and the inputs that are left.
    pub fn add(&mut self, panels: &mut Panels<f32>, lost: &[f32], residue: Option<&[f32]>, inputs: &[f32]) {
        let size = self.size;
        let count = inputs.len() / size;
        let right = View::rows(inputs, size);
        let left = View::rows(lost, size).transposed();
        panels.multiply(
            [size, size, count],
            left,
            right,
            &mut self.inputs,
            size,
            Into::Add,
        );
        if let Some(residue) = residue {
            let left = View::rows(residue, self.width).transposed();
            panels.multiply(
                [self.width, size, count],
                left,
                right,
                &mut self.residue,
                size,
                Into::Add,
            );
        }
    }

    /// Changes rows of the matrix from `first` on towards least squares. What is not finite then stays as it was.
    pub fn make_good(&mut self, panels: &mut Panels<f32>, rows: &mut [f32], first: usize, factors: &Factors) {
        let size = self.size;
        let count = rows.len() / size;
        self.wanted.clear();
        if self.width > 0 {
            self.wanted
                .extend_from_slice(&self.residue[first * size..][..rows.len()]);
        } else {
            self.wanted.resize(rows.len(), 0.0);
        }
        let (left, right) = (View::rows(rows, size), View::rows(&self.inputs, size));
        panels.multiply(
            [count, size, size],
            left,
            right,
            &mut self.wanted,
            size,
            Into::Add,
        );
        for (row, wanted) in rows
            .chunks_exact_mut(size)
            .zip(self.wanted.chunks_exact_mut(size))
        {
            solve(factors, wanted);
            if wanted.iter().all(|value| value.is_finite()) {
                for (weight, wanted) in row.iter_mut().zip(wanted.iter()) {
                    *weight += SHARE * wanted;
                }
            }
        }
    }
}

/// `row H^-1` in place.
fn solve(factors: &Factors, row: &mut [f32]) {
    let size = factors.size;
    for j in (0..size).rev() {
        let (earlier, rest) = row.split_at_mut(j);
        for (to, &factor) in earlier.iter_mut().zip(&factors.feedback[j * size..]) {
            *to -= rest[0] * factor;
        }
    }
    for (value, &cost) in row.iter_mut().zip(&factors.costs) {
        *value /= cost * factors.unit;
    }
    for k in 0..size {
        row[k] -= dot(&row[..k], &factors.feedback[k * size..][..k]);
    }
}

/// `from - what`
pub fn subtract(from: &mut [f32], what: &[f32]) {
    for (from, &what) in from.iter_mut().zip(what) {
        *from -= what;
    }
}
