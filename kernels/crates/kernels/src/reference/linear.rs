//! `Y = X W' + b` with weights decoded on the fly: four weight rows at a time are decoded in pieces that stay in the
//! first-level cache and meet every token of the batch.

use super::description::Linear;
use super::matrix::Matrix;
use super::weights::{Tensor, Weights};
use crate::simd::F32x4;

/// Most tokens of a batch: beyond, decoding the weights no longer counts, and the pieces of the activations outgrow
/// the second-level cache.
pub const MAX_BATCH: usize = 32;

/// Columns of a piece. Products are summed in four f32 lanes within a piece and in f64 across pieces.
const PIECE: usize = 512;

/// Weight rows that are decoded together.
const PANEL: usize = 4;

/// Decoded weights; reused over calls.
pub struct Scratch {
    panel: Vec<[[f32; 4]; PIECE / 4]>,
    sums: Vec<[f64; PANEL]>,
}

impl Scratch {
    /// Room for one panel.
    pub fn new() -> Self {
        Self {
            panel: vec![[[0.0; 4]; PIECE / 4]; PANEL],
            sums: vec![[0.0; PANEL]; MAX_BATCH],
        }
    }
}

/// Applies a linear map to rows `rows` of `input` (at most [`MAX_BATCH`]); row `i` of the range becomes row `i` of
/// `output`.
pub fn linear(
    weights: &Weights,
    map: Linear,
    input: &Matrix,
    rows: core::ops::Range<usize>,
    scratch: &mut Scratch,
    output: &mut Matrix,
) {
    let weight = weights.get(map.weight);
    let bias = map.bias.map(|id| weights.get(id).values());
    let batch = rows.len();
    debug_assert!(batch <= MAX_BATCH && weight.cols() == input.cols() && weight.rows() == output.cols());
    for first in (0..weight.rows()).step_by(PANEL) {
        let panel_rows = PANEL.min(weight.rows() - first);
        panel(weight, first, panel_rows, input, rows.clone(), scratch);
        for (i, sums) in scratch.sums[..batch].iter().enumerate() {
            let out = &mut output.row_mut(i)[first..first + panel_rows];
            for (r, out) in out.iter_mut().enumerate() {
                *out = match bias {
                    Some(bias) => (sums[r] + f64::from(bias[first + r])) as f32,
                    None => sums[r] as f32,
                };
            }
        }
    }
}

/// Dot products of up to four weight rows with every row of the batch, into `scratch.sums`.
fn panel(
    weight: &Tensor,
    first: usize,
    panel_rows: usize,
    input: &Matrix,
    rows: core::ops::Range<usize>,
    scratch: &mut Scratch,
) {
    scratch.sums[..rows.len()].fill([0.0; PANEL]);
    for begin in (0..weight.cols()).step_by(PIECE) {
        let end = weight.cols().min(begin + PIECE);
        let vectors = (end - begin).div_ceil(16) * 4;
        for (r, decoded) in scratch.panel[..panel_rows].iter_mut().enumerate() {
            weight.decode_part(first + r, begin, end, &mut decoded[..vectors]);
        }
        // Rows beyond the matrix keep older weights: their sums are never read.
        let [a, b, c, d] = core::array::from_fn(|r| &scratch.panel[r][..vectors]);
        let part = |row: usize| &input.vectors(row)[begin / 4..][..vectors];
        let pairs = rows.len() / 2;
        for pair in 0..pairs {
            let row = rows.start + 2 * pair;
            let sums = dots([a, b, c, d], [part(row), part(row + 1)]);
            for (i, sums) in sums.into_iter().enumerate() {
                add(&mut scratch.sums[2 * pair + i], sums);
            }
        }
        if rows.len() % 2 == 1 {
            let [sums] = dots([a, b, c, d], [part(rows.end - 1)]);
            add(&mut scratch.sums[rows.len() - 1], sums);
        }
    }
}

fn add(to: &mut [f64; PANEL], sums: [F32x4; PANEL]) {
    for (to, sum) in to.iter_mut().zip(sums) {
        *to += sum.sum_f64();
    }
}

/// All products of four weight rows and `N` activation rows, in four-lane sums.
#[inline(always)]
fn dots<const N: usize>(weights: [&[[f32; 4]]; PANEL], inputs: [&[[f32; 4]]; N]) -> [[F32x4; PANEL]; N] {
    let len = weights[0].len();
    let weights = weights.map(|row| &row[..len]);
    let inputs = inputs.map(|row| &row[..len]);
    let mut sums = [[F32x4::splat(0.0); PANEL]; N];
    for i in 0..len {
        let w = weights.map(|row| F32x4::load(&row[i]));
        for (sums, input) in sums.iter_mut().zip(inputs) {
            let x = F32x4::load(&input[i]);
            for (sum, w) in sums.iter_mut().zip(w) {
                *sum = sum.add(w.mul(x));
            }
        }
    }
    sums
}
