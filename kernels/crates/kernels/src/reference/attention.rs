//! The key/value cache and causal attention over it.
//!
//! Keys are kept four positions a vector, so that four scores are computed at once for any head size; values are kept
//! by position, padded to whole vectors.

use super::description::{Attention, Position};
use super::elementwise;
use super::matrix::Matrix;
use crate::error::{Error, Result};
use crate::simd::{exp_f32, F32x4, I32x4};

/// Positions whose weighted values are summed in f32 before they join the total, to keep long sums exact.
const POSITIONS_PER_SUM: usize = 128;

/// Keys and values of one block.
#[derive(Default)]
pub struct Cache {
    /// `[position / 4][kv head][element]` of vectors over four positions.
    keys: Vec<[f32; 4]>,
    /// `[position][kv head][element / 4]`
    values: Vec<[f32; 4]>,
    positions: usize,
}

impl Cache {
    /// Forgets everything; the memory is kept.
    pub fn clear(&mut self) {
        self.keys.clear();
        self.values.clear();
        self.positions = 0;
    }

    /// Appends the keys and values of one position: `kv_heads * head_dim` floats each.
    pub fn push(&mut self, shape: &Attention, keys: &[f32], values: &[f32]) -> Result<()> {
        let lane = self.positions % 4;
        let key_vectors = shape.kv_heads * shape.head_dim;
        let value_vectors = shape.head_dim.div_ceil(4);
        if lane == 0 {
            grow(&mut self.keys, key_vectors)?;
        }
        let block = self.keys.len() - key_vectors;
        for (vector, &key) in self.keys[block..].iter_mut().zip(keys) {
            vector[lane] = key;
        }
        let first = self.values.len();
        grow(&mut self.values, shape.kv_heads * value_vectors)?;
        for (to, head) in self.values[first..]
            .chunks_exact_mut(value_vectors)
            .zip(values.chunks_exact(shape.head_dim))
        {
            to.as_flattened_mut()[..head.len()].copy_from_slice(head);
        }
        self.positions += 1;
        Ok(())
    }
}

fn grow(vectors: &mut Vec<[f32; 4]>, by: usize) -> Result<()> {
    vectors
        .try_reserve(by)
        .map_err(|_| Error::range("Not enough memory for the key/value cache. Choose a smaller context."))?;
    vectors.resize(vectors.len() + by, [0.0; 4]);
    Ok(())
}

/// Reused over calls.
#[derive(Default)]
pub struct Scratch {
    weights: Vec<[f32; 4]>,
    sum: Vec<[f32; 4]>,
    total: Vec<[f32; 4]>,
}

/// Attention of query row `row` at `position` over the cached positions up to and including it, into row `row` of
/// `output` (`heads * head_dim`).
pub fn attend(
    shape: &Attention,
    cache: &Cache,
    position: usize,
    queries: &Matrix,
    row: usize,
    scratch: &mut Scratch,
    output: &mut Matrix,
) {
    let first = shape
        .window
        .map_or(0, |window| (position + 1).saturating_sub(window));
    let query = queries.row(row);
    let out = output.row_mut(row);
    for head in 0..shape.heads {
        let range = head * shape.head_dim..(head + 1) * shape.head_dim;
        attend_head(
            shape,
            cache,
            first,
            position,
            head,
            &query[range.clone()],
            scratch,
            &mut out[range],
        );
    }
}

#[allow(clippy::too_many_arguments)]
fn attend_head(
    shape: &Attention,
    cache: &Cache,
    first: usize,
    last: usize,
    head: usize,
    query: &[f32],
    scratch: &mut Scratch,
    out: &mut [f32],
) {
    let kv_head = head / (shape.heads / shape.kv_heads);
    let slope = match &shape.position {
        Position::None | Position::Rotary(_) => None,
        Position::Alibi(slopes) => Some(slopes[head]),
    };
    let blocks = first / 4..last / 4 + 1;
    let outside = |block: usize, lane: usize| {
        let at = 4 * block + lane;
        at < first || at > last
    };

    // Scores; those outside the range are below every other.
    scratch.weights.clear();
    let mut max = F32x4::splat(f32::NEG_INFINITY);
    for block in blocks.clone() {
        let keys = &cache.keys[(block * shape.kv_heads + kv_head) * shape.head_dim..][..shape.head_dim];
        let mut scores = scores(query, keys).mul(F32x4::splat(shape.scale));
        if shape.score_cap.is_some() || slope.is_some() {
            let mut lanes = scores.to_array();
            elementwise::cap(&mut lanes, shape.score_cap);
            if let Some(slope) = slope {
                for (lane, score) in lanes.iter_mut().enumerate() {
                    *score += slope * ((4 * block + lane) as f32 - last as f32);
                }
            }
            scores = F32x4::new(lanes);
        }
        if block == blocks.start || block + 1 == blocks.end {
            let mut lanes = scores.to_array();
            for (lane, score) in lanes.iter_mut().enumerate() {
                if outside(block, lane) {
                    *score = f32::NEG_INFINITY;
                }
            }
            scores = F32x4::new(lanes);
        }
        max = max.max(scores);
        scratch.weights.push(scores.to_array());
    }
    let max = F32x4::splat(max.to_array().into_iter().fold(f32::NEG_INFINITY, f32::max));

    // Softmax, without the division.
    let mut total = 0.0f64;
    for weights in &mut scratch.weights {
        let score = F32x4::load(weights);
        let inside = score.greater(F32x4::splat(f32::NEG_INFINITY));
        let weight = inside.select(exp_f32(score.sub(max)).to_bits(), I32x4::splat(0));
        let weight = F32x4::from_bits(weight);
        weight.store(weights);
        total += weight.sum_f64();
    }

    // Weighted values.
    let vectors = shape.head_dim.div_ceil(4);
    let positions = first..last + 1;
    scratch.total.clear();
    scratch.total.resize(vectors, [0.0; 4]);
    let weights = &scratch.weights.as_flattened()[first % 4..];
    for begin in (0..positions.len()).step_by(POSITIONS_PER_SUM) {
        let end = positions.len().min(begin + POSITIONS_PER_SUM);
        scratch.sum.clear();
        scratch.sum.resize(vectors, [0.0; 4]);
        for (i, &weight) in weights[begin..end].iter().enumerate() {
            let values =
                &cache.values[((first + begin + i) * shape.kv_heads + kv_head) * vectors..][..vectors];
            let weight = F32x4::splat(weight);
            for (sum, value) in scratch.sum.iter_mut().zip(values) {
                F32x4::load(sum).add(weight.mul(F32x4::load(value))).store(sum);
            }
        }
        for (total, sum) in scratch.total.iter_mut().zip(&scratch.sum) {
            F32x4::load(total).add(F32x4::load(sum)).store(total);
        }
    }
    let factor = (1.0 / total) as f32;
    for (out, value) in out.iter_mut().zip(scratch.total.as_flattened()) {
        *out = value * factor;
    }
}

/// Four dot products of the query, one with each position of a block of keys.
#[inline(always)]
fn scores(query: &[f32], keys: &[[f32; 4]]) -> F32x4 {
    let mut sums = [F32x4::splat(0.0); 4];
    let (queries, query_rest) = query.as_chunks::<4>();
    let (blocks, key_rest) = keys.as_chunks::<4>();
    for (query, keys) in queries.iter().zip(blocks) {
        for i in 0..4 {
            sums[i] = sums[i].add(F32x4::splat(query[i]).mul(F32x4::load(&keys[i])));
        }
    }
    for (&query, key) in query_rest.iter().zip(key_rest) {
        sums[0] = sums[0].add(F32x4::splat(query).mul(F32x4::load(key)));
    }
    sums[0].add(sums[1]).add(sums[2].add(sums[3]))
}
