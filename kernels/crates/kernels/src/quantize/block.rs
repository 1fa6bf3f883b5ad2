//! Quantized rows on their way out: several quantizers may write into one block, side by side or interleaved.

use crate::error::{try_vec, Error, Result};

use super::ROW_ALIGNMENT;

/// Largest block: a piece of a tensor, not a model; WebAssembly has 4 GiB in all.
pub const MAX_BLOCK_BYTES: usize = 1 << 30;

/// Rows of codes (or f32) and their scales.
pub struct OutputBlock {
    rows: usize,
    stride: usize,
    scales_per_row: usize,
    codes: Vec<u8>,
    scales: Vec<f32>,
}

impl OutputBlock {
    /// A block of zeros.
    pub fn new(rows: usize, stride: usize, scales_per_row: usize) -> Result<Self> {
        let bytes = |per_row: usize| {
            rows.checked_mul(per_row)
                .filter(|&bytes| bytes <= MAX_BLOCK_BYTES)
        };
        let (Some(code_bytes), Some(_)) = (bytes(stride), scales_per_row.checked_mul(4).and_then(bytes))
        else {
            return Err(Error::range(format!("A block of {rows} rows of {stride} bytes and {scales_per_row} scales exceeds {MAX_BLOCK_BYTES} bytes.")));
        };
        if rows == 0 || stride == 0 || !stride.is_multiple_of(ROW_ALIGNMENT) {
            return Err(Error::range(format!("A block needs rows and a row stride that is a multiple of {ROW_ALIGNMENT}, not {rows} rows of {stride} bytes.")));
        }
        Ok(Self {
            rows,
            stride,
            scales_per_row,
            codes: try_vec(code_bytes, 0)?,
            scales: try_vec(rows * scales_per_row, 0.0)?,
        })
    }

    /// All rows, `stride` bytes each.
    pub fn codes(&self) -> &[u8] {
        &self.codes
    }

    /// All scales, row-major.
    pub fn scales(&self) -> &[f32] {
        &self.scales
    }

    pub(super) fn check(
        &self,
        stride: usize,
        scales_per_row: usize,
        first: usize,
        step: usize,
        count: usize,
    ) -> Result<()> {
        if (stride, scales_per_row) != (self.stride, self.scales_per_row) {
            return Err(Error::range(format!(
                "The block has rows of {} bytes and {} scales; the tensor needs {stride} and {scales_per_row}.",
                self.stride, self.scales_per_row
            )));
        }
        let fits = match count.checked_sub(1) {
            None => true,
            Some(steps) => {
                step > 0
                    && steps
                        .checked_mul(step)
                        .and_then(|s| s.checked_add(first))
                        .is_some_and(|last| last < self.rows)
            }
        };
        if !fits {
            return Err(Error::range(format!(
                "{count} rows from row {first} in steps of {step} do not fit a block of {} rows.",
                self.rows
            )));
        }
        Ok(())
    }

    pub(super) fn row_mut(&mut self, row: usize) -> (&mut [u8], &mut [f32]) {
        (
            &mut self.codes[row * self.stride..][..self.stride],
            &mut self.scales[row * self.scales_per_row..][..self.scales_per_row],
        )
    }
}
