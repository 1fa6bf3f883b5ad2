//! The short convolution over the newest tokens of each sequence, and its gradient.

use kernels::reference::description::Convolution;
use kernels::Result;

use crate::linear::{self, Vectors};
use crate::parameters::Parameters;
use crate::product::{Into, Workspace};
use crate::real::{add, Real};

/// What the backward pass needs of the forward pass.
pub struct Kept<T> {
    /// Rows of `b`, `c` and `x`.
    thirds: Vec<T>,
    /// What the taps give, before it is multiplied with `c`.
    sums: Vec<T>,
}

impl<T: Real> Kept<T> {
    /// Gives the buffers back.
    pub fn release(self, workspace: &mut Workspace<T>) {
        workspace.pool.give(self.thirds);
        workspace.pool.give(self.sums);
    }
}

/// `output(c * (bias + taps(b * x)))`; the sequences of these lengths follow each other.
pub fn forward<T: Real>(
    parameters: &Parameters<T>,
    workspace: &mut Workspace<T>,
    shape: &Convolution,
    lengths: &[usize],
    x: Vectors<'_, T>,
) -> Result<(Vec<T>, Kept<T>)> {
    let thirds = linear::forward(parameters, workspace, &shape.input, x)?;
    let hidden = hidden_of(parameters, shape);
    let opened = open(workspace, &thirds, hidden)?;
    let mut sums = workspace.pool.zeros(opened.len())?;
    pairs(lengths, shape.taps.len(), |tap, from, to| {
        let taps = parameters.get(shape.taps[tap]);
        add_products(
            &mut sums[to * hidden..][..hidden],
            taps,
            &opened[from * hidden..][..hidden],
        );
    });
    workspace.pool.give(opened);
    close(parameters, shape, &mut sums, hidden);
    let y = finish(parameters, workspace, shape, &thirds, &sums)?;
    Ok((y, Kept { thirds, sums }))
}

/// The same for one new token of each text; `pasts` has what went into the taps before, and takes what goes in now.
pub fn next<'p, T: Real + 'p>(
    parameters: &Parameters<T>,
    workspace: &mut Workspace<T>,
    shape: &Convolution,
    pasts: impl Iterator<Item = &'p mut Vec<T>>,
    x: Vectors<'_, T>,
) -> Result<Vec<T>> {
    let thirds = linear::forward(parameters, workspace, &shape.input, x)?;
    let hidden = hidden_of(parameters, shape);
    let opened = open(workspace, &thirds, hidden)?;
    let mut sums = workspace.pool.zeros(opened.len())?;
    let texts = sums.chunks_exact_mut(hidden).zip(opened.chunks_exact(hidden));
    for (past, (sums, opened)) in pasts.zip(texts) {
        past.extend_from_slice(opened);
        let newest = past.chunks_exact(hidden).rev();
        let taps = shape.taps.iter().rev().map(|&tap| parameters.get(tap));
        for (seen, taps) in newest.zip(taps) {
            add_products(sums, taps, seen);
        }
        let kept = past.len().min((shape.taps.len() - 1) * hidden);
        past.drain(..past.len() - kept);
    }
    workspace.pool.give(opened);
    close(parameters, shape, &mut sums, hidden);
    let y = finish(parameters, workspace, shape, &thirds, &sums)?;
    workspace.pool.give(thirds);
    workspace.pool.give(sums);
    Ok(y)
}

/// Adds the gradients of all its tensors, and that of the input to `dx`.
#[allow(clippy::too_many_arguments)]
pub fn backward<T: Real>(
    parameters: &Parameters<T>,
    workspace: &mut Workspace<T>,
    shape: &Convolution,
    lengths: &[usize],
    x: Vectors<'_, T>,
    kept: &Kept<T>,
    dy: &[T],
    gradient: &mut [T],
    dx: &mut [T],
) -> Result<()> {
    let hidden = hidden_of(parameters, shape);
    let mixed = mix(workspace, &kept.thirds, &kept.sums, hidden)?;
    let mut d_mixed = workspace.pool.take(mixed.len())?;
    let vectors = Vectors {
        rows: x.rows,
        data: &mixed,
    };
    let to = (&mut d_mixed[..], Into::Replace);
    linear::backward(parameters, workspace, &shape.output, vectors, dy, gradient, to)?;

    let mut d_thirds = workspace.pool.zeros(kept.thirds.len())?;
    let mut d_sums = workspace.pool.copy(&d_mixed)?;
    for (row, d_sums) in d_sums.chunks_exact_mut(hidden).enumerate() {
        let sums = &kept.sums[row * hidden..][..hidden];
        add_products(third_mut(&mut d_thirds, row, 1, hidden), d_sums, sums);
        multiply(d_sums, third(&kept.thirds, row, 1, hidden));
    }
    if let Some(bias) = shape.bias {
        parameters.add_gradient(bias, gradient, |gradient| {
            for d_sums in d_sums.chunks_exact(hidden) {
                add(gradient, d_sums);
            }
        });
    }
    let opened = open(workspace, &kept.thirds, hidden)?;
    for (number, &tap) in shape.taps.iter().enumerate() {
        parameters.add_gradient(tap, gradient, |gradient| {
            pairs(lengths, shape.taps.len(), |tap, from, to| {
                if tap == number {
                    let (d_sums, opened) = (&d_sums[to * hidden..], &opened[from * hidden..]);
                    add_products(gradient, &d_sums[..hidden], &opened[..hidden]);
                }
            });
        });
    }
    let mut d_opened = workspace.pool.zeros(opened.len())?;
    pairs(lengths, shape.taps.len(), |tap, from, to| {
        let taps = parameters.get(shape.taps[tap]);
        add_products(
            &mut d_opened[from * hidden..][..hidden],
            taps,
            &d_sums[to * hidden..][..hidden],
        );
    });
    for (row, d_opened) in d_opened.chunks_exact(hidden).enumerate() {
        for [of, by] in [[0, 2], [2, 0]] {
            let factor = third(&kept.thirds, row, by, hidden);
            add_products(third_mut(&mut d_thirds, row, of, hidden), d_opened, factor);
        }
    }
    linear::backward(
        parameters,
        workspace,
        &shape.input,
        x,
        &d_thirds,
        gradient,
        (dx, Into::Add),
    )?;
    for buffer in [mixed, d_mixed, d_thirds, d_sums, opened, d_opened] {
        workspace.pool.give(buffer);
    }
    Ok(())
}

fn hidden_of<T>(parameters: &Parameters<T>, shape: &Convolution) -> usize {
    parameters.tensors[shape.output.weight].cols
}

/// Calls with each tap, the row that it looks at and the row that it is for, the rows of a sequence among themselves.
fn pairs(lengths: &[usize], taps: usize, mut each: impl FnMut(usize, usize, usize)) {
    let mut begin = 0;
    for &length in lengths {
        for to in begin..begin + length {
            for tap in 0..taps {
                let back = taps - 1 - tap;
                if to - begin >= back {
                    each(tap, to - back, to);
                }
            }
        }
        begin += length;
    }
}

/// `b * x` of each row.
fn open<T: Real>(workspace: &mut Workspace<T>, thirds: &[T], hidden: usize) -> Result<Vec<T>> {
    let mut opened = workspace.pool.zeros(thirds.len() / 3)?;
    for (row, to) in opened.chunks_exact_mut(hidden).enumerate() {
        add_products(to, third(thirds, row, 0, hidden), third(thirds, row, 2, hidden));
    }
    Ok(opened)
}

fn close<T: Real>(parameters: &Parameters<T>, shape: &Convolution, sums: &mut [T], hidden: usize) {
    if let Some(bias) = shape.bias {
        for sums in sums.chunks_exact_mut(hidden) {
            add(sums, parameters.get(bias));
        }
    }
}

/// `c * sums` of each row.
fn mix<T: Real>(workspace: &mut Workspace<T>, thirds: &[T], sums: &[T], hidden: usize) -> Result<Vec<T>> {
    let mut mixed = workspace.pool.copy(sums)?;
    for (row, mixed) in mixed.chunks_exact_mut(hidden).enumerate() {
        multiply(mixed, third(thirds, row, 1, hidden));
    }
    Ok(mixed)
}

fn finish<T: Real>(
    parameters: &Parameters<T>,
    workspace: &mut Workspace<T>,
    shape: &Convolution,
    thirds: &[T],
    sums: &[T],
) -> Result<Vec<T>> {
    let hidden = hidden_of(parameters, shape);
    let mixed = mix(workspace, thirds, sums, hidden)?;
    let vectors = Vectors {
        rows: sums.len() / hidden,
        data: &mixed,
    };
    let y = linear::forward(parameters, workspace, &shape.output, vectors)?;
    workspace.pool.give(mixed);
    Ok(y)
}

fn third<T>(thirds: &[T], row: usize, number: usize, hidden: usize) -> &[T] {
    &thirds[(3 * row + number) * hidden..][..hidden]
}

fn third_mut<T>(thirds: &mut [T], row: usize, number: usize, hidden: usize) -> &mut [T] {
    &mut thirds[(3 * row + number) * hidden..][..hidden]
}

/// `to += a * b`
fn add_products<T: Real>(to: &mut [T], a: &[T], b: &[T]) {
    for ((to, &a), &b) in to.iter_mut().zip(a).zip(b) {
        *to += a * b;
    }
}

fn multiply<T: Real>(to: &mut [T], by: &[T]) {
    for (to, &by) in to.iter_mut().zip(by) {
        *to *= by;
    }
}
