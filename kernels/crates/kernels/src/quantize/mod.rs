//! Quantization of one weight tensor, row by row as its bytes arrive: decode, fold factors, find scales, round, and
//! keep account of what was lost. A row stays in the first-level cache from its decoding to its codes.

pub mod kinds;

mod block;
mod importance;
mod int4;
mod kernel;
mod statistics;

pub use block::{OutputBlock, ScalesPerRow};
pub use int4::group_grid;
pub use statistics::{Statistics, HISTOGRAM_BINS};

use crate::dtype::{decode, padded_vectors, Dtype, Factors};
use crate::error::{try_vec, Error, Result};
use kinds::EncodingKind;

/// Largest width of a row: far above any model (feed-forward widths end below 2^17), and a decoded row stays at 4 MiB.
pub const MAX_COLS: usize = 1 << 20;

/// Largest number of rows: above any vocabulary.
pub const MAX_ROWS: usize = 1 << 24;

/// Row strides are multiples of this: one SIMD load on the chip.
pub const ROW_ALIGNMENT: usize = 16;

/// Columns of INT4 codes that lie in 16 bytes together.
const INT4_BLOCK: usize = 32;

/// Largest magnitude of an INT8 code.
const MOST_INT8: f32 = 127.0;

/// Largest scale of 8 bits.
const MOST_U8: f32 = 255.0;

/// What a row becomes; a word of [`EncodingKind`] with its sizes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// Little-endian f32.
    Float32,
    /// INT8 codes, one scale for the tensor.
    Int8Tensor,
    /// INT8 codes, one scale a row.
    Int8Channel,
    /// INT8 codes, one scale for each run of this many columns (32, 64 or 128; the last run may be shorter).
    Int8Group(usize),
    /// INT8 codes, one scale a row, times a whole number of 8 bits for each such run (32, 64 or 128 columns).
    Int8GroupU8(usize),
    /// INT4 codes in blocks of 32 columns, one scale a row, and for each run of this many columns (16, 32 or 64) a whole
    /// number of 8 bits that it is multiplied with and a signed one that is added, times 8.
    Int4Group(usize),
}

impl Encoding {
    /// The encoding of a kind; `group` counts for those in groups only.
    pub fn new(kind: EncodingKind, group: usize) -> Self {
        match kind {
            EncodingKind::Float32 => Self::Float32,
            EncodingKind::Int8Tensor => Self::Int8Tensor,
            EncodingKind::Int8Channel => Self::Int8Channel,
            EncodingKind::Int8Group => Self::Int8Group(group),
            EncodingKind::Int8GroupU8 => Self::Int8GroupU8(group),
            EncodingKind::Int4Group => Self::Int4Group(group),
        }
    }

    /// Columns that share a scale, for encodings in groups.
    fn group(self) -> Option<usize> {
        match self {
            Self::Float32 | Self::Int8Tensor | Self::Int8Channel => None,
            Self::Int8Group(size) | Self::Int8GroupU8(size) | Self::Int4Group(size) => Some(size),
        }
    }

    /// Bytes from one output row to the next.
    pub fn row_stride(self, cols: usize) -> usize {
        let bytes = match self {
            Self::Float32 => 4 * cols,
            Self::Int8Tensor | Self::Int8Channel | Self::Int8Group(_) | Self::Int8GroupU8(_) => cols,
            Self::Int4Group(_) => cols.next_multiple_of(INT4_BLOCK) / 2,
        };
        bytes.next_multiple_of(ROW_ALIGNMENT)
    }

    /// Scales stored for each row.
    pub fn scales_per_row(self, cols: usize) -> ScalesPerRow {
        let (floats, bytes, offsets) = match self {
            Self::Float32 | Self::Int8Tensor => (0, 0, 0),
            Self::Int8Channel => (1, 0, 0),
            Self::Int8Group(size) => (cols.div_ceil(size), 0, 0),
            Self::Int8GroupU8(size) => (1, cols.div_ceil(size), 0),
            Self::Int4Group(size) => (1, cols.div_ceil(size), cols.div_ceil(size)),
        };
        ScalesPerRow {
            floats,
            bytes,
            offsets,
        }
    }
}

/// One source tensor and what becomes of its rows.
#[derive(Clone, Debug)]
pub struct Spec {
    /// Type of the input elements.
    pub dtype: Dtype,
    /// Rows of the whole tensor.
    pub rows: usize,
    /// Columns.
    pub cols: usize,
    /// Output.
    pub encoding: Encoding,
    /// One factor per column, applied first; empty for none.
    pub gain: Vec<f32>,
    /// Factor on every element, applied after the gain.
    pub multiplier: f32,
    /// How much the squared error of each column counts, for encodings that search for the least (groups with scales of
    /// 8 bits); empty for all alike.
    pub importance: Vec<f32>,
}

/// Converts the rows of one tensor in order.
pub struct Quantizer {
    dtype: Dtype,
    rows: usize,
    cols: usize,
    encoding: Encoding,
    /// Padded to whole steps; empty when nothing is folded.
    gain: Vec<[f32; 4]>,
    multiplier: f32,
    /// Weights of the columns' squared errors, 0 in the padding; empty where nothing is searched for.
    weights: Vec<[f32; 4]>,
    /// One decoded row.
    row: Vec<[f32; 4]>,
    /// Its INT4 codes before they are packed, in whole blocks.
    codes: Vec<i8>,
    measured: usize,
    quantized: usize,
    amax: f32,
    statistics: Statistics,
}

impl Quantizer {
    /// Checks the shape and makes room for a row.
    pub fn new(spec: Spec) -> Result<Self> {
        let Spec {
            dtype,
            rows,
            cols,
            encoding,
            gain,
            multiplier,
            importance,
        } = spec;
        if !(1..=MAX_COLS).contains(&cols) || !(1..=MAX_ROWS).contains(&rows) {
            return Err(Error::range(format_args!(
                "A tensor of {rows} x {cols} is outside 1..={MAX_ROWS} rows of 1..={MAX_COLS} columns."
            )));
        }
        if let Some(size) = encoding.group() {
            let sizes = match encoding {
                Encoding::Int4Group(_) => [16, 32, 64],
                _ => [32, 64, 128],
            };
            if !sizes.contains(&size) {
                let [a, b, c] = sizes;
                return Err(Error::range(format_args!(
                    "A group of {size} columns is not {a}, {b} or {c}."
                )));
            }
        }
        if !gain.is_empty() && gain.len() != cols {
            return Err(Error::range(format_args!(
                "The gain has {} elements for {cols} columns.",
                gain.len()
            )));
        }
        let mut padded_gain = Vec::new();
        if !gain.is_empty() || multiplier != 1.0 {
            padded_gain = try_vec(padded_vectors(cols), [1.0f32; 4])?;
            padded_gain.as_flattened_mut()[..gain.len()].copy_from_slice(&gain);
        }
        Ok(Self {
            dtype,
            rows,
            cols,
            encoding,
            gain: padded_gain,
            multiplier,
            weights: match encoding {
                Encoding::Int8GroupU8(_) | Encoding::Int4Group(_) => importance::weights(&importance, cols)?,
                _ => Vec::new(),
            },
            row: try_vec(padded_vectors(cols), [0.0; 4])?,
            codes: match encoding {
                Encoding::Int4Group(_) => try_vec(cols.next_multiple_of(INT4_BLOCK), 0)?,
                _ => Vec::new(),
            },
            measured: 0,
            quantized: 0,
            amax: 0.0,
            statistics: Statistics::new(rows, cols),
        })
    }

    /// Bytes of one input row.
    pub fn row_bytes(&self) -> usize {
        self.cols * self.dtype.size()
    }

    /// What was seen so far: of the quantized rows, or of the measured ones while none is quantized.
    pub fn statistics(&self) -> &Statistics {
        &self.statistics
    }

    /// The scale of encoding `Int8Tensor`, once all rows are measured.
    pub fn tensor_scale(&self) -> Option<f32> {
        (self.encoding == Encoding::Int8Tensor && self.measured == self.rows)
            .then(|| kernel::scale_for(self.amax, MOST_INT8))
    }

    /// First pass of encoding `Int8Tensor` over the next rows.
    pub fn measure(&mut self, bytes: &[u8]) -> Result<()> {
        self.check_measure(bytes.len())?;
        for (i, row) in bytes.chunks_exact(self.row_bytes()).enumerate() {
            self.decode_row(row);
            let amax = self.statistics.scan(self.measured + i, &mut self.row, self.cols);
            self.amax = self.amax.max(amax);
        }
        self.measured += bytes.len() / self.row_bytes();
        Ok(())
    }

    /// Refuses what [`Self::quantize`] would refuse of `bytes` bytes, before anything is written.
    pub fn check(&self, bytes: usize, block: &OutputBlock, first: usize, step: usize) -> Result<()> {
        let count = self.whole_rows(bytes, self.quantized)?;
        if self.encoding == Encoding::Int8Tensor && self.measured != self.rows {
            return Err(Error::range(format_args!(
                "Only {} of {} rows were measured before quantizing with one scale per tensor.",
                self.measured, self.rows
            )));
        }
        let stride = self.encoding.row_stride(self.cols);
        block.check(
            stride,
            self.encoding.scales_per_row(self.cols),
            first,
            step,
            count,
        )
    }

    /// Refuses what [`Self::measure`] would refuse of `bytes` bytes.
    pub fn check_measure(&self, bytes: usize) -> Result<()> {
        if self.encoding != Encoding::Int8Tensor {
            return Err(Error::range(
                "Only the encoding with one scale per tensor has a measuring pass.",
            ));
        }
        self.whole_rows(bytes, self.measured).map(|_| ())
    }

    /// Converts the next rows; input row `i` becomes row `first + i * step` of the block. Returns their number.
    pub fn quantize(
        &mut self,
        bytes: &[u8],
        block: &mut OutputBlock,
        first: usize,
        step: usize,
    ) -> Result<usize> {
        self.check(bytes.len(), block, first, step)?;
        let count = bytes.len() / self.row_bytes();
        let tensor_scale = self.tensor_scale().unwrap_or(0.0);
        if self.quantized == 0 && count > 0 {
            self.statistics = Statistics::new(self.rows, self.cols);
        }
        for (i, row) in bytes.chunks_exact(self.row_bytes()).enumerate() {
            self.decode_row(row);
            self.convert_row(self.quantized + i, tensor_scale, block.row_mut(first + i * step));
        }
        self.quantized += count;
        Ok(count)
    }

    fn whole_rows(&self, bytes: usize, done: usize) -> Result<usize> {
        let count = bytes / self.row_bytes();
        if !bytes.is_multiple_of(self.row_bytes()) {
            return Err(Error::range(format_args!(
                "{bytes} bytes are not whole rows of {}.",
                self.row_bytes()
            )));
        }
        if count > self.rows - done {
            return Err(Error::range(format_args!(
                "{count} rows after {done} exceed the {} of the tensor.",
                self.rows
            )));
        }
        Ok(count)
    }

    fn decode_row(&mut self, bytes: &[u8]) {
        let factors = (!self.gain.is_empty()).then_some(Factors {
            gain: &self.gain,
            multiplier: self.multiplier,
        });
        decode(self.dtype, bytes, factors, &mut self.row);
    }

    fn convert_row(&mut self, index: usize, tensor_scale: f32, to: block::RowMut<'_>) {
        let block::RowMut {
            codes,
            scales,
            group_scales,
            group_offsets,
        } = to;
        let statistics = &mut self.statistics;
        let row_amax = statistics.scan(index, &mut self.row, self.cols);
        let group = match self.encoding {
            Encoding::Float32 => {
                statistics.sample_exact(index, &self.row.as_flattened()[..self.cols]);
                for (value, to) in self.row.as_flattened().iter().zip(codes.as_chunks_mut::<4>().0) {
                    *to = value.to_le_bytes();
                }
                return;
            }
            Encoding::Int8Tensor => self.cols,
            Encoding::Int8Channel => {
                scales[0] = kernel::scale_for(row_amax, MOST_INT8);
                self.cols
            }
            Encoding::Int8Group(size) => {
                for (values, scale) in self.row.chunks(padded_vectors(size)).zip(scales.iter_mut()) {
                    *scale = kernel::scale_for(kernel::amax(values), MOST_INT8);
                }
                size
            }
            Encoding::Int4Group(size) => {
                let row = int4::Row {
                    values: &self.row,
                    weights: &self.weights,
                    cols: self.cols,
                    group: size,
                };
                scales[0] = row.scale();
                let sampled = statistics.samples(index);
                let grids = group_scales.iter_mut().zip(group_offsets);
                for (mut run, (scale, offset)) in row.runs(&mut self.codes).zip(grids) {
                    let encoded = run.encode(scales[0]);
                    (*scale, *offset) = encoded.grid;
                    statistics.add_squares(encoded.squares);
                    if sampled {
                        let unit = f32::from(*scale) * scales[0];
                        let zero = 8.0 * f32::from(*offset) * scales[0];
                        statistics.sample(run.values(), run.codes.iter().copied(), unit, zero);
                    }
                }
                int4::pack(&self.codes, codes);
                return;
            }
            Encoding::Int8GroupU8(size) => {
                scales[0] = kernel::scale_for(row_amax, MOST_INT8 * MOST_U8);
                let runs = self.row.chunks(padded_vectors(size));
                let weights = self.weights.chunks(padded_vectors(size));
                for ((values, weights), factor) in runs.zip(weights).zip(group_scales.iter_mut()) {
                    *factor = group_scale(values, weights, scales[0]);
                }
                size
            }
        };
        let sampled = statistics.samples(index);
        let mut squares = kernel::Squares::new();
        let runs = self
            .row
            .chunks(padded_vectors(group))
            .zip(codes.chunks_mut(group.next_multiple_of(ROW_ALIGNMENT)));
        for (g, (values, codes)) in runs.enumerate() {
            let scale = match group_scales.get(g) {
                Some(&factor) => f32::from(factor) * scales[0],
                None => scales.get(g).copied().unwrap_or(tensor_scale),
            };
            kernel::encode(values, scale, codes, &mut squares);
            if sampled {
                let count = group.min(self.cols - g * group);
                let codes = codes.iter().map(|&code| code as i8);
                statistics.sample(&values.as_flattened()[..count], codes, scale, 0.0);
            }
        }
        statistics.add_squares(squares);
    }
}

/// The whole number whose product with `scale` loses least of a group's weighted squares, of those near its largest magnitude's.
/// On equal terms the smaller one. A smaller scale that cuts the largest value may lose less than one that does not.
fn group_scale(values: &[[f32; 4]], weights: &[[f32; 4]], scale: f32) -> u8 {
    let amax = kernel::amax(values);
    if amax == 0.0 || scale == 0.0 {
        return 0;
    }
    let above = (amax / (MOST_INT8 * scale)).ceil().min(MOST_U8);
    let mut best = (f32::INFINITY, above);
    for step in -1i8..=2 {
        let factor = (above + f32::from(step)).clamp(1.0, MOST_U8);
        // In units of the row's scale, so that those of tiny weights do not underflow.
        let error = kernel::error_squares(values, weights, factor * scale) * (factor * factor);
        if error < best.0 {
            best = (error, factor);
        }
    }
    best.1 as u8
}

#[cfg(test)]
mod tests;

#[cfg(test)]
mod int4_tests;
