//! The elements of a matrix: in memory, or made where they are needed of codes, or of a checkpoint's shorter numbers.

use core::ops::Range;

use kernels::dtype::{decode, Dtype};

use crate::grid::{Grid, Sharing, Tables, MINIMUM_STEP};
use crate::real::Real;

/// Elements of a checkpoint that are decoded at once.
const DECODED: usize = 64;

/// Where the elements of a matrix come from.
pub enum Elements<'a, T> {
    /// They lie in memory.
    Plain(&'a [T]),
    /// Bytes of a checkpoint stand for them.
    Packed { dtype: Dtype, bytes: &'a [u8] },
    /// Codes stand for them.
    Codes {
        grid: Grid,
        cols: usize,
        codes: &'a [i8],
        scales: &'a [T],
        minimums: &'a [T],
        /// Where scales and minimums are whole numbers.
        tables: Option<&'a Tables<T>>,
    },
}

impl<T> Clone for Elements<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Elements<'_, T> {}

impl<T: Real> Elements<'_, T> {
    /// Writes columns from `first` on of a row of codes, or of rows `stride` apart.
    #[inline(never)]
    pub fn write(&self, row: usize, stride: usize, first: usize, to: &mut [T]) {
        match *self {
            Self::Plain(data) => to.copy_from_slice(&data[row * stride + first..][..to.len()]),
            Self::Packed { dtype, bytes } => {
                let bytes = &bytes[(row * stride + first) * dtype.size()..][..to.len() * dtype.size()];
                let mut decoded = [[0.0; 4]; DECODED / 4];
                for (to, bytes) in to.chunks_mut(DECODED).zip(bytes.chunks(DECODED * dtype.size())) {
                    decode(dtype, bytes, None, &mut decoded);
                    for (to, &value) in to.iter_mut().zip(decoded.as_flattened()) {
                        *to = T::of(f64::from(value));
                    }
                }
            }
            Self::Codes {
                grid,
                cols,
                codes,
                scales,
                minimums,
                tables,
            } => {
                let width = grid.width(cols);
                let codes = &codes[row * cols + first..][..to.len()];
                let scale_row = match grid.sharing {
                    Sharing::Tensor => 0,
                    _ => row * cols.div_ceil(width),
                };
                let mut done = 0;
                while done < to.len() {
                    let group = (first + done) / width;
                    let run = done..to.len().min((group + 1) * width - first);
                    done = run.end;
                    let scale = scale_row + group;
                    let run = to[run.clone()].iter_mut().zip(&codes[run]);
                    if let Some(tables) = tables {
                        let unit = tables.rows[row];
                        let step = i32::from(tables.scales[scale]);
                        let minimum = tables.minimums.get(scale).copied().unwrap_or(0);
                        let minimum = i32::from(minimum) * MINIMUM_STEP;
                        for (to, &code) in run {
                            *to = T::of(f64::from(step * i32::from(code) + minimum)) * unit;
                        }
                    } else {
                        let scale_value = scales[scale];
                        let minimum = minimums.get(scale).copied().unwrap_or(T::ZERO);
                        for (to, &code) in run {
                            *to = T::of(f64::from(code)) * scale_value + minimum;
                        }
                    }
                }
            }
        }
    }

    /// Writes whole rows of so many columns.
    pub fn write_rows(&self, rows: Range<usize>, cols: usize, to: &mut [T]) {
        for (row, to) in rows.zip(to.chunks_exact_mut(cols)) {
            self.write(row, cols, 0, to);
        }
    }

    /// All of them, row by row.
    pub fn all(&self, [rows, cols]: [usize; 2]) -> Vec<T> {
        let mut all = vec![T::ZERO; rows * cols];
        self.write_rows(0..rows, cols, &mut all);
        all
    }
}
