//! Activations of a batch of tokens: rows of floats, padded with zeros to whole steps of sixteen.

use crate::dtype::padded_vectors;
use crate::error::{try_vec, Result};

/// `rows x cols` floats.
pub struct Matrix {
    cols: usize,
    stride: usize,
    data: Vec<[f32; 4]>,
}

impl Matrix {
    /// Zeros.
    pub fn zeros(rows: usize, cols: usize) -> Result<Self> {
        let stride = padded_vectors(cols);
        Ok(Self {
            cols,
            stride,
            data: try_vec(rows * stride, [0.0; 4])?,
        })
    }

    /// No rows.
    pub fn empty(cols: usize) -> Self {
        Self {
            cols,
            stride: padded_vectors(cols),
            data: Vec::new(),
        }
    }

    /// The same floats again.
    pub fn copy(&self) -> Result<Self> {
        let mut copy = Self::zeros(self.rows(), self.cols)?;
        copy.data.copy_from_slice(&self.data);
        Ok(copy)
    }

    /// Columns.
    pub fn cols(&self) -> usize {
        self.cols
    }

    /// Rows.
    pub fn rows(&self) -> usize {
        self.data.len() / self.stride
    }

    /// A row with its padding.
    pub fn vectors(&self, row: usize) -> &[[f32; 4]] {
        &self.data[row * self.stride..][..self.stride]
    }

    /// A row with its padding, which must stay zero.
    pub fn vectors_mut(&mut self, row: usize) -> &mut [[f32; 4]] {
        &mut self.data[row * self.stride..][..self.stride]
    }

    /// A row.
    pub fn row(&self, row: usize) -> &[f32] {
        &self.vectors(row).as_flattened()[..self.cols]
    }

    /// A row.
    pub fn row_mut(&mut self, row: usize) -> &mut [f32] {
        let cols = self.cols;
        &mut self.vectors_mut(row).as_flattened_mut()[..cols]
    }
}
