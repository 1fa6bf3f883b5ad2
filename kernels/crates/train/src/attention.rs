//! Causal attention within each sequence of a leaf, and its gradient.
//!
//! Scores are computed by blocks of queries of a head, over the keys that the block sees, and computed again for the
//! gradient: what is kept is the largest score and the sum of exponentials of each query and head.

use core::ops::Range;

use kernels::reference::description::{Attention, Position};
use kernels::Result;

use crate::activation::round_group;
use crate::cap::Finish;
use crate::heads;
use crate::linear::{self, Vectors};
use crate::parameters::Parameters;
use crate::product::{Into, View, Workspace};
use crate::real::{dot, largest, scale, sum, Real};
use crate::rotary::Rotations;

/// Queries of a block.
const BLOCK: usize = 64;

/// Largest code of a query on the device, and of keys and values in its INT8 cache.
const MOST_QUERY: f64 = 16_383.0;
const MOST_CACHED: f64 = 127.0;

/// What all attention steps share.
pub struct Setting<'a, T> {
    /// Tokens of each sequence; the sequences follow each other.
    pub lengths: &'a [usize],
    /// The position of the first token of each sequence.
    pub start: usize,
    /// By number of the description.
    pub rotations: &'a [Rotations<T>],
    /// Whether keys and values are rounded as in the device's INT8 cache, and queries as there.
    pub int8_cache: bool,
}

impl<T> Setting<'_, T> {
    /// Of each token, within its sequence.
    pub fn positions(&self) -> impl Iterator<Item = usize> + '_ {
        self.lengths
            .iter()
            .flat_map(|&length| self.start..self.start + length)
    }
}

/// Queries, keys and values of all tokens: normalized, turned, and rounded where the device rounds them.
pub struct Projected<T> {
    pub queries: Vec<T>,
    pub keys: Vec<T>,
    pub values: Vec<T>,
    /// As they were projected, where they are clipped or normalized.
    as_they_were: Option<[Vec<T>; 3]>,
}

impl<T: Real> Projected<T> {
    /// Gives the buffers back.
    pub fn release(self, workspace: &mut Workspace<T>) {
        let as_they_were = self.as_they_were.into_iter().flatten();
        for buffer in [self.queries, self.keys, self.values]
            .into_iter()
            .chain(as_they_were)
        {
            workspace.pool.give(buffer);
        }
    }
}

/// What the backward pass needs of the forward pass.
pub struct Kept<T> {
    /// Normalized and rotated.
    queries: Vec<T>,
    keys: Vec<T>,
    values: Vec<T>,
    /// Queries, keys and values as they were projected, where they are clipped or normalized.
    projected: Option<[Vec<T>; 3]>,
    mixed: Vec<T>,
    /// Largest score and inverse sum of exponentials, `[row][head]`.
    softmax: Vec<[T; 2]>,
}

impl<T: Real> Kept<T> {
    /// Gives the buffers back.
    pub fn release(self, workspace: &mut Workspace<T>) {
        let projected = self.projected.into_iter().flatten();
        for buffer in [self.queries, self.keys, self.values, self.mixed]
            .into_iter()
            .chain(projected)
        {
            workspace.pool.give(buffer);
        }
    }
}

/// A block of queries of a head: everything as rows and columns of the matrices of all tokens.
struct Block {
    head: usize,
    /// Rows of the queries.
    queries: Range<usize>,
    /// Rows of the keys that one of them sees.
    keys: Range<usize>,
    /// Rows before the sequence.
    start: usize,
}

impl Block {
    /// The columns of the block that its row `i` sees.
    fn seen(&self, shape: &Attention, i: usize) -> Range<usize> {
        let row = self.queries.start + i;
        let first = first_seen(shape, row - self.start) + self.start;
        first.max(self.keys.start) - self.keys.start..row + 1 - self.keys.start
    }
}

/// The first position that a query at `position` sees.
pub fn first_seen(shape: &Attention, position: usize) -> usize {
    shape
        .window
        .map_or(0, |window| (position + 1).saturating_sub(window))
}

/// All blocks of all sequences, head by head.
fn blocks<'a>(shape: &'a Attention, lengths: &'a [usize]) -> impl Iterator<Item = Block> + 'a {
    let starts = lengths.iter().scan(0, |start, &length| {
        let begin = *start;
        *start += length;
        Some((begin, length))
    });
    starts.flat_map(move |(start, length)| {
        (0..shape.heads).flat_map(move |head| {
            (0..length).step_by(BLOCK).map(move |first| {
                let end = length.min(first + BLOCK);
                Block {
                    head,
                    queries: start + first..start + end,
                    keys: start + first_seen(shape, first)..start + end,
                    start,
                }
            })
        })
    })
}

/// Widths of the matrices of queries and of keys.
pub fn widths(shape: &Attention) -> [usize; 2] {
    [shape.heads * shape.head_dim, shape.kv_heads * shape.head_dim]
}

/// Where a head begins in rows of queries and of keys.
pub fn offsets(shape: &Attention, head: usize) -> [usize; 2] {
    let group = shape.heads / shape.kv_heads;
    [head * shape.head_dim, head / group * shape.head_dim]
}

/// Scaled scores of a block, row by row; those that are not seen are left as they come.
fn scores<T: Real>(
    workspace: &mut Workspace<T>,
    shape: &Attention,
    block: &Block,
    queries: &[T],
    keys: &[T],
) -> Result<Vec<T>> {
    let ([q, k], [at_q, at_k]) = (widths(shape), offsets(shape, block.head));
    let sizes = [block.queries.len(), block.keys.len(), shape.head_dim];
    let queries = View::rows(&queries[block.queries.start * q + at_q..], q);
    let keys = View::rows(&keys[block.keys.start * k + at_k..], k).transposed();
    let mut scores = workspace.product(sizes, queries, keys)?;
    scaling(shape).forward(&mut scores);
    Ok(scores)
}

/// What becomes of the products of queries and keys, but for slopes.
pub fn scaling(shape: &Attention) -> Finish {
    Finish {
        scale: shape.scale,
        cap: shape.score_cap,
    }
}

/// The slope of a head: what is taken off a score for each position between query and key.
pub fn slope(shape: &Attention, head: usize) -> Option<f64> {
    match &shape.position {
        Position::Alibi(slopes) => Some(f64::from(slopes[head])),
        _ => None,
    }
}

/// Takes the slope of a block's head times the distance off each score.
fn add_slopes<T: Real>(shape: &Attention, block: &Block, scores: &mut [T]) {
    let Some(slope) = slope(shape, block.head) else {
        return;
    };
    for (i, row) in scores.chunks_exact_mut(block.keys.len()).enumerate() {
        for (score, key) in row.iter_mut().zip(block.keys.clone()) {
            *score += T::of(slope * (key as f64 - (block.queries.start + i) as f64));
        }
    }
}

/// Queries, keys and values of tokens at the positions of the setting's sequences.
pub fn project<T: Real>(
    parameters: &Parameters<T>,
    workspace: &mut Workspace<T>,
    shape: &Attention,
    setting: &Setting<'_, T>,
    x: Vectors<'_, T>,
) -> Result<Projected<T>> {
    let mut queries = linear::forward(parameters, workspace, &shape.query, x)?;
    let mut keys = linear::forward(parameters, workspace, &shape.key, x)?;
    let mut values = linear::forward(parameters, workspace, &shape.value, x)?;
    let as_they_were = heads::turn(
        parameters,
        workspace,
        shape,
        setting,
        [&mut queries, &mut keys, &mut values],
    )?;
    if setting.int8_cache {
        for head in queries.chunks_exact_mut(shape.head_dim) {
            round_group(head, MOST_QUERY);
        }
        for kept in [&mut keys, &mut values] {
            for head in kept.chunks_exact_mut(shape.head_dim) {
                round_group(head, MOST_CACHED);
            }
        }
    }
    Ok(Projected {
        queries,
        keys,
        values,
        as_they_were,
    })
}

/// `output(attention(x))`
pub fn forward<T: Real>(
    parameters: &Parameters<T>,
    workspace: &mut Workspace<T>,
    shape: &Attention,
    setting: &Setting<'_, T>,
    x: Vectors<'_, T>,
) -> Result<(Vec<T>, Kept<T>)> {
    let Projected {
        queries,
        keys,
        values,
        as_they_were: projected,
    } = project(parameters, workspace, shape, setting, x)?;
    let [q, k] = widths(shape);
    let mut mixed = workspace.pool.take(x.rows * q)?;
    let mut softmax = vec![[T::ZERO; 2]; x.rows * shape.heads];
    for block in blocks(shape, setting.lengths) {
        let mut weights = scores(workspace, shape, &block, &queries, &keys)?;
        add_slopes(shape, &block, &mut weights);
        let width = block.keys.len();
        for (i, row) in weights.chunks_exact_mut(width).enumerate() {
            let seen = block.seen(shape, i);
            let most = largest(&row[seen.clone()]);
            let total = exponentiate(row, seen, most);
            let inverse = T::ONE / total;
            for weight in row.iter_mut() {
                *weight *= inverse;
            }
            softmax[(block.queries.start + i) * shape.heads + block.head] = [most, inverse];
        }
        let [at_q, at_k] = offsets(shape, block.head);
        workspace.panels.multiply(
            [block.queries.len(), shape.head_dim, width],
            View::rows(&weights, width),
            View::rows(&values[block.keys.start * k + at_k..], k),
            &mut mixed[block.queries.start * q + at_q..],
            q,
            Into::Replace,
        );
        workspace.pool.give(weights);
    }
    let mixed_vectors = Vectors {
        rows: x.rows,
        data: &mixed,
    };
    let mut y = linear::forward(parameters, workspace, &shape.output, mixed_vectors)?;
    scale(&mut y, shape.factor);
    let kept = Kept {
        queries,
        keys,
        values,
        projected,
        mixed,
        softmax,
    };
    Ok((y, kept))
}

/// `e^(score - most)` of what is seen, zeros elsewhere; returns their sum.
fn exponentiate<T: Real>(row: &mut [T], seen: Range<usize>, most: T) -> T {
    row[..seen.start].fill(T::ZERO);
    row[seen.end..].fill(T::ZERO);
    let seen = &mut row[seen];
    for score in seen.iter_mut() {
        *score = *score - most;
    }
    T::exponentiate(seen);
    sum(seen)
}

/// Adds the gradients of all its tensors, and that of the input to `dx`.
#[allow(clippy::too_many_arguments)]
pub fn backward<T: Real>(
    parameters: &Parameters<T>,
    workspace: &mut Workspace<T>,
    shape: &Attention,
    setting: &Setting<'_, T>,
    x: Vectors<'_, T>,
    kept: &Kept<T>,
    dy: &[T],
    gradient: &mut [T],
    dx: &mut [T],
) -> Result<()> {
    let mut d_mixed = workspace.pool.take(kept.mixed.len())?;
    let mixed = Vectors {
        rows: x.rows,
        data: &kept.mixed,
    };
    let mut dy = workspace.pool.copy(dy)?;
    scale(&mut dy, shape.factor);
    let to = (&mut d_mixed[..], Into::Replace);
    linear::backward(parameters, workspace, &shape.output, mixed, &dy, gradient, to)?;

    let mut d_queries = workspace.pool.take(kept.queries.len())?;
    let mut d_keys = workspace.pool.zeros(kept.keys.len())?;
    let mut d_values = workspace.pool.zeros(kept.values.len())?;
    let gradients = [&mut d_queries[..], &mut d_keys[..], &mut d_values[..]];
    mix_backward(workspace, shape, setting, kept, &d_mixed, gradients)?;
    let gradients = [&mut d_queries[..], &mut d_keys[..], &mut d_values[..]];
    let projected = kept.projected.as_ref();
    heads::turn_backward(
        parameters, workspace, shape, setting, projected, gradient, gradients,
    )?;
    for (map, dy) in [
        (&shape.query, &d_queries),
        (&shape.key, &d_keys),
        (&shape.value, &d_values),
    ] {
        linear::backward(parameters, workspace, map, x, dy, gradient, (dx, Into::Add))?;
    }
    for buffer in [d_mixed, d_queries, d_keys, d_values, dy] {
        workspace.pool.give(buffer);
    }
    Ok(())
}

/// The gradients of queries, keys and values, given that of the mixed values.
fn mix_backward<T: Real>(
    workspace: &mut Workspace<T>,
    shape: &Attention,
    setting: &Setting<'_, T>,
    kept: &Kept<T>,
    d_mixed: &[T],
    [d_queries, d_keys, d_values]: [&mut [T]; 3],
) -> Result<()> {
    let [q, k] = widths(shape);
    let dim = shape.head_dim;
    for block in blocks(shape, setting.lengths) {
        let [at_q, at_k] = offsets(shape, block.head);
        let (from_q, from_k) = (block.queries.start * q + at_q, block.keys.start * k + at_k);
        let (rows, width) = (block.queries.len(), block.keys.len());
        let mut weights = scores(workspace, shape, &block, &kept.queries, &kept.keys)?;
        let finished = match shape.score_cap {
            Some(_) => Some(workspace.pool.copy(&weights)?),
            None => None,
        };
        add_slopes(shape, &block, &mut weights);
        for (i, row) in weights.chunks_exact_mut(width).enumerate() {
            let [most, inverse] = kept.softmax[(block.queries.start + i) * shape.heads + block.head];
            exponentiate(row, block.seen(shape, i), most);
            for weight in row {
                *weight *= inverse;
            }
        }
        let d_out = View::rows(&d_mixed[from_q..], q);
        let columns = View::rows(&weights, width).transposed();
        workspace.panels.multiply(
            [width, dim, rows],
            columns,
            d_out,
            &mut d_values[from_k..],
            k,
            Into::Add,
        );
        let values = View::rows(&kept.values[from_k..], k).transposed();
        let mut d_scores = workspace.product([rows, width, dim], d_out, values)?;
        for (i, (d_row, row)) in d_scores
            .chunks_exact_mut(width)
            .zip(weights.chunks_exact(width))
            .enumerate()
        {
            let at = from_q + i * q;
            let along = dot(&d_mixed[at..][..dim], &kept.mixed[at..][..dim]);
            for (d, &weight) in d_row.iter_mut().zip(row) {
                *d = weight * (*d - along);
            }
        }
        scaling(shape).backward(finished.as_deref().unwrap_or(&[]), &mut d_scores);
        if let Some(finished) = finished {
            workspace.pool.give(finished);
        }
        let keys = View::rows(&kept.keys[from_k..], k);
        let d_rows = View::rows(&d_scores, width);
        workspace.panels.multiply(
            [rows, dim, width],
            d_rows,
            keys,
            &mut d_queries[from_q..],
            q,
            Into::Replace,
        );
        workspace.panels.multiply(
            [width, dim, rows],
            d_rows.transposed(),
            View::rows(&kept.queries[from_q..], q),
            &mut d_keys[from_k..],
            k,
            Into::Add,
        );
        workspace.pool.give(weights);
        workspace.pool.give(d_scores);
    }
    Ok(())
}
