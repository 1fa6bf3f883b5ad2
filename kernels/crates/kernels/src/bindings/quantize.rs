//! Row quantizers and output blocks.

use wasm_bindgen::prelude::*;

use super::memory::Buffer;
use super::Answer;
use crate::dtype::{decode, padded_vectors, Dtype, Factors};
use crate::error::{try_vec, Error};
use crate::quantize::kinds::EncodingKind;
use crate::quantize::{Encoding, OutputBlock, Quantizer, ScalesPerRow, Spec};

fn parse_dtype(name: &str) -> Answer<Dtype> {
    Ok(Dtype::parse(name)
        .ok_or_else(|| Error::range(format_args!("The element type {name} is not converted.")))?)
}

/// Rows on their way out.
#[wasm_bindgen]
pub struct Block(OutputBlock);

#[wasm_bindgen]
impl Block {
    /// See [`OutputBlock::new`].
    #[wasm_bindgen(constructor)]
    pub fn new(
        rows: usize,
        stride: usize,
        scales_per_row: usize,
        group_scales_per_row: usize,
        group_offsets_per_row: usize,
    ) -> Answer<Block> {
        let scales = ScalesPerRow {
            floats: scales_per_row,
            bytes: group_scales_per_row,
            offsets: group_offsets_per_row,
        };
        Ok(Self(OutputBlock::new(rows, stride, scales)?))
    }

    /// Where the codes begin.
    pub fn codes_address(&self) -> usize {
        self.0.codes().as_ptr() as usize
    }

    /// Where the scales begin.
    pub fn scales_address(&self) -> usize {
        self.0.scales().as_ptr() as usize
    }

    /// Where the scales of groups begin.
    pub fn group_scales_address(&self) -> usize {
        self.0.group_scales().as_ptr() as usize
    }

    /// Where the offsets of groups begin.
    pub fn group_offsets_address(&self) -> usize {
        self.0.group_offsets().as_ptr() as usize
    }
}

/// The conversion of one tensor.
#[wasm_bindgen]
pub struct TensorQuantizer(Quantizer);

#[wasm_bindgen]
impl TensorQuantizer {
    /// `encoding` is a word of [`EncodingKind`]; `group` counts for those in groups only, and `gain` and `importance` may be
    /// empty.
    #[allow(clippy::too_many_arguments)]
    #[wasm_bindgen(constructor)]
    pub fn new(
        dtype: &str,
        rows: usize,
        cols: usize,
        encoding: &str,
        group: usize,
        gain: Vec<f32>,
        multiplier: f32,
        importance: Vec<f32>,
    ) -> Answer<TensorQuantizer> {
        let Some(kind) = EncodingKind::from_word(encoding) else {
            return Err(Error::range(format_args!("The encoding {encoding} does not exist.")).into());
        };
        let spec = Spec {
            dtype: parse_dtype(dtype)?,
            rows,
            cols,
            encoding: Encoding::new(kind, group),
            gain,
            multiplier,
            importance,
        };
        Ok(Self(Quantizer::new(spec)?))
    }

    /// Refuses rows of so many bytes before the first of them is measured.
    pub fn check_measure(&self, bytes: usize) -> Answer<()> {
        Ok(self.0.check_measure(bytes)?)
    }

    /// Refuses rows of so many bytes before the first of them is converted.
    pub fn check(&self, bytes: usize, block: &Block, first: usize, step: usize) -> Answer<()> {
        Ok(self.0.check(bytes, &block.0, first, step)?)
    }

    /// First pass over the rows in the buffer.
    pub fn measure(&mut self, input: &Buffer, length: usize) -> Answer<()> {
        Ok(self.0.measure(input.bytes(length))?)
    }

    /// Converts the rows in the buffer.
    pub fn quantize(
        &mut self,
        input: &Buffer,
        length: usize,
        block: &mut Block,
        first: usize,
        step: usize,
    ) -> Answer<usize> {
        Ok(self.0.quantize(input.bytes(length), &mut block.0, first, step)?)
    }

    /// The one scale, or NaN while it is not known.
    pub fn tensor_scale(&self) -> f32 {
        self.0.tensor_scale().unwrap_or(f32::NAN)
    }

    /// Count, non-finite, row and column of the first (-1 for none), zeros, min, max, amax, signal, error, limit.
    pub fn totals(&self) -> Vec<f64> {
        let s = self.0.statistics();
        let (row, col) = s
            .first_non_finite
            .map_or((-1.0, -1.0), |(row, col)| (row as f64, col as f64));
        vec![
            s.count as f64,
            s.non_finite as f64,
            row,
            col,
            s.zeros as f64,
            f64::from(s.min),
            f64::from(s.max),
            f64::from(s.amax()),
            s.signal_squares,
            s.error_squares,
            s.limit,
        ]
    }

    /// The bins before, after, and of the codes, one after the other.
    pub fn histograms(&self) -> Vec<u32> {
        let s = self.0.statistics();
        [&s.before[..], &s.after[..], &s.codes[..]].concat()
    }
}

/// Decodes a vector; `gain` may be empty.
#[wasm_bindgen]
pub fn decode_vector(dtype: &str, bytes: &[u8], gain: Vec<f32>, multiplier: f32) -> Answer<Vec<f32>> {
    let dtype = parse_dtype(dtype)?;
    let count = bytes.len() / dtype.size();
    if bytes.len() % dtype.size() != 0 {
        return Err(Error::range(format_args!(
            "{} bytes are not whole elements of {}.",
            bytes.len(),
            dtype.name()
        ))
        .into());
    }
    if !gain.is_empty() && gain.len() != count {
        return Err(Error::range(format_args!("The gain has {} elements for {count}.", gain.len())).into());
    }
    let mut padded_gain = try_vec(padded_vectors(count), [1.0f32; 4])?;
    padded_gain.as_flattened_mut()[..gain.len()].copy_from_slice(&gain);
    let mut values = try_vec(padded_vectors(count), [0.0f32; 4])?;
    decode(
        dtype,
        bytes,
        Some(Factors {
            gain: &padded_gain,
            multiplier,
        }),
        &mut values,
    );
    let mut values = values.into_flattened();
    values.truncate(count);
    Ok(values)
}
