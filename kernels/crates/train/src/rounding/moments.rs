//! Second moments of the inputs of a matrix: what its errors cost.

use kernels::Result;

use super::factor::filled;
use crate::product::{Into, Panels, View};

/// Rows of the triangle that are made at once.
const BLOCK: usize = 96;

/// Sums over vectors: `x x'` and `x`.
pub struct Moments {
    size: usize,
    /// The lower triangle in a square; above it lies what the blocks bring along.
    pub squares: Vec<f32>,
    sums: Vec<f64>,
    count: usize,
}

impl Moments {
    /// None yet.
    pub fn new(size: usize) -> Result<Self> {
        Ok(Self {
            size,
            squares: filled(size * size, 0.0)?,
            sums: filled(size, 0.0)?,
            count: 0,
        })
    }

    /// Takes vectors, one behind the other.
    pub fn add(&mut self, panels: &mut Panels<f32>, vectors: &[f32]) {
        let size = self.size;
        let count = vectors.len() / size;
        for begin in (0..size).step_by(BLOCK) {
            let rows = BLOCK.min(size - begin);
            let left = View::rows(&vectors[begin..], size).transposed();
            let right = View::rows(vectors, size);
            let to = &mut self.squares[begin * size..];
            panels.multiply([rows, begin + rows, count], left, right, to, size, Into::Add);
        }
        for vector in vectors.chunks_exact(size) {
            for (sum, &x) in self.sums.iter_mut().zip(vector) {
                *sum += f64::from(x);
            }
        }
        self.count += count;
    }

    /// The mean vector.
    pub fn means(&self) -> Vec<f64> {
        let count = self.count.max(1) as f64;
        self.sums.iter().map(|sum| sum / count).collect()
    }
}
