//! Quantized rows on their way out: several quantizers may write into one block, side by side or interleaved.

use crate::error::{try_vec, Error, Result};

use super::ROW_ALIGNMENT;

/// Largest block: a piece of a tensor, not a model; WebAssembly has 4 GiB in all.
pub const MAX_BLOCK_BYTES: usize = 1 << 30;

/// Scales of a row: floats, and whole numbers that groups multiply the float with, or add.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScalesPerRow {
    /// 32-bit floats.
    pub floats: usize,
    /// Bytes.
    pub bytes: usize,
    /// Signed bytes.
    pub offsets: usize,
}

/// Rows of codes (or f32) and their scales.
pub struct OutputBlock {
    rows: usize,
    stride: usize,
    scales_per_row: ScalesPerRow,
    codes: Vec<u8>,
    scales: Vec<f32>,
    group_scales: Vec<u8>,
    group_offsets: Vec<i8>,
}

/// One row to be written.
pub(super) struct RowMut<'a> {
    pub codes: &'a mut [u8],
    pub scales: &'a mut [f32],
    pub group_scales: &'a mut [u8],
    pub group_offsets: &'a mut [i8],
}

impl OutputBlock {
    /// A block of zeros.
    pub fn new(rows: usize, stride: usize, scales_per_row: ScalesPerRow) -> Result<Self> {
        let ScalesPerRow {
            floats: scales,
            bytes: group_scales,
            offsets,
        } = scales_per_row;
        let bytes = |per_row: usize| {
            rows.checked_mul(per_row)
                .filter(|&bytes| bytes <= MAX_BLOCK_BYTES)
        };
        let (Some(code_bytes), Some(_), Some(group_bytes), Some(offset_bytes)) = (
            bytes(stride),
            scales.checked_mul(4).and_then(bytes),
            bytes(group_scales),
            bytes(offsets),
        ) else {
            return Err(Error::range(format_args!("A block of {rows} rows of {stride} bytes and {scales} + {group_scales} + {offsets} scales exceeds {MAX_BLOCK_BYTES} bytes.")));
        };
        if rows == 0 || stride == 0 || !stride.is_multiple_of(ROW_ALIGNMENT) {
            return Err(Error::range(format_args!("A block needs rows and a row stride that is a multiple of {ROW_ALIGNMENT}, not {rows} rows of {stride} bytes.")));
        }
        Ok(Self {
            rows,
            stride,
            scales_per_row,
            codes: try_vec(code_bytes, 0)?,
            scales: try_vec(rows * scales, 0.0)?,
            group_scales: try_vec(group_bytes, 0)?,
            group_offsets: try_vec(offset_bytes, 0)?,
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

    /// All scales of groups, row-major.
    pub fn group_scales(&self) -> &[u8] {
        &self.group_scales
    }

    /// All offsets of groups, row-major.
    pub fn group_offsets(&self) -> &[i8] {
        &self.group_offsets
    }

    pub(super) fn check(
        &self,
        stride: usize,
        scales_per_row: ScalesPerRow,
        first: usize,
        step: usize,
        count: usize,
    ) -> Result<()> {
        if (stride, scales_per_row) != (self.stride, self.scales_per_row) {
            let text = |stride: usize, per_row: ScalesPerRow| {
                let ScalesPerRow {
                    floats,
                    bytes,
                    offsets,
                } = per_row;
                format!("rows of {stride} bytes and {floats} + {bytes} + {offsets} scales")
            };
            return Err(Error::range(format_args!(
                "The block has {}; the tensor needs {}.",
                text(self.stride, self.scales_per_row),
                text(stride, scales_per_row)
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
            return Err(Error::range(format_args!(
                "{count} rows from row {first} in steps of {step} do not fit a block of {} rows.",
                self.rows
            )));
        }
        Ok(())
    }

    pub(super) fn row_mut(&mut self, row: usize) -> RowMut<'_> {
        let ScalesPerRow {
            floats,
            bytes,
            offsets,
        } = self.scales_per_row;
        RowMut {
            codes: &mut self.codes[row * self.stride..][..self.stride],
            scales: &mut self.scales[row * floats..][..floats],
            group_scales: &mut self.group_scales[row * bytes..][..bytes],
            group_offsets: &mut self.group_offsets[row * offsets..][..offsets],
        }
    }
}
