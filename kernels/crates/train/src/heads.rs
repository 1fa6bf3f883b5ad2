//! What becomes of queries, keys and values between projection and attention: they are clipped, normalized by heads and
//! rotated; and the way back.

use kernels::reference::description::{Attention, HeadGains, HeadNorm, Position};
use kernels::Result;

use crate::attention::{widths, Setting};
use crate::norm;
use crate::parameters::Parameters;
use crate::product::Workspace;
use crate::real::Real;
use crate::rotary::Rotations;

/// Clips, normalizes and rotates in place. Returns what was projected, where the way back needs it.
pub fn turn<T: Real>(
    parameters: &Parameters<T>,
    workspace: &mut Workspace<T>,
    shape: &Attention,
    setting: &Setting<'_, T>,
    [queries, keys, values]: [&mut Vec<T>; 3],
) -> Result<Option<[Vec<T>; 3]>> {
    let projected = match (&shape.head_norm, shape.clip) {
        (None, None) => None,
        _ => Some([
            workspace.pool.copy(queries)?,
            workspace.pool.copy(keys)?,
            workspace.pool.copy(values)?,
        ]),
    };
    if let Some(limit) = shape.clip {
        for vectors in [&mut *queries, &mut *keys, values] {
            clip(vectors, limit);
        }
    }
    normalize_heads(parameters, shape, false, queries, keys);
    each_vector(shape, setting, queries, keys, Rotations::turn);
    normalize_heads(parameters, shape, true, queries, keys);
    Ok(projected)
}

/// Turns queries and keys of all tokens, or turns them back.
fn each_vector<T: Real>(
    shape: &Attention,
    setting: &Setting<'_, T>,
    queries: &mut [T],
    keys: &mut [T],
    turn: impl Fn(&Rotations<T>, usize, &mut [T], usize),
) {
    let table = match shape.position {
        Position::None | Position::Alibi(_) => return,
        Position::Rotary(table) => &setting.rotations[table],
    };
    let [q, k] = widths(shape);
    for ((position, query), key) in setting
        .positions()
        .zip(queries.chunks_exact_mut(q))
        .zip(keys.chunks_exact_mut(k))
    {
        turn(table, position, query, shape.head_dim);
        turn(table, position, key, shape.head_dim);
    }
}

/// Keeps numbers within ± `limit`.
fn clip<T: Real>(values: &mut [T], limit: f32) {
    let limit = T::of(f64::from(limit));
    for value in values {
        if *value > limit {
            *value = limit;
        } else if *value < -limit {
            *value = -limit;
        }
    }
}

/// Of what was cut off, nothing comes back.
fn clip_backward<T: Real>(projected: &[T], limit: f32, gradient: &mut [T]) {
    let limit = T::of(f64::from(limit));
    for (gradient, &value) in gradient.iter_mut().zip(projected) {
        if value.magnitude() > limit {
            *gradient = T::ZERO;
        }
    }
}

/// The norms of a step's queries and keys, where they stand before or after the rotation as `turned` says.
fn norms_of(shape: &Attention, turned: bool) -> Option<[(&HeadNorm, &HeadGains, usize); 2]> {
    let norm = shape.head_norm.as_ref().filter(|norm| norm.turned == turned)?;
    Some([
        (norm, &norm.query, shape.heads),
        (norm, &norm.key, shape.kv_heads),
    ])
}

/// The `index`th norm of a token's heads.
fn head_shape(
    norm: &HeadNorm,
    gains: &HeadGains,
    heads: usize,
    head_dim: usize,
    index: usize,
) -> norm::Shape {
    norm::Shape {
        kind: norm.kind,
        epsilon: norm.epsilon,
        n: norm.span(heads, head_dim),
        gain: norm.tensor(&gains.gains, index),
        gain_offset: norm.gain_offset,
        bias: norm.tensor(&gains.biases, index),
    }
}

fn normalize_heads<T: Real>(
    parameters: &Parameters<T>,
    shape: &Attention,
    turned: bool,
    queries: &mut [T],
    keys: &mut [T],
) {
    let Some(norms) = norms_of(shape, turned) else {
        return;
    };
    for ((norm, gains, heads), vectors) in norms.into_iter().zip([queries, keys]) {
        let span = norm.span(heads, shape.head_dim);
        let each = heads * shape.head_dim / span;
        for (at, x) in vectors.chunks_exact_mut(span).enumerate() {
            let shape = head_shape(norm, gains, heads, shape.head_dim, at % each);
            norm::forward_one(parameters, &shape, x);
        }
    }
}

/// Turns the gradients of normalized queries and keys into those of `x`, what they were normalized from.
fn normalize_heads_backward<T: Real>(
    parameters: &Parameters<T>,
    workspace: &mut Workspace<T>,
    shape: &Attention,
    turned: bool,
    x: [&[T]; 2],
    gradient: &mut [T],
    gradients: [&mut [T]; 2],
) -> Result<()> {
    let Some(norms) = norms_of(shape, turned) else {
        return Ok(());
    };
    for (((norm, gains, heads), x), d) in norms.into_iter().zip(x).zip(gradients) {
        let span = norm.span(heads, shape.head_dim);
        let each = heads * shape.head_dim / span;
        let mut dx = workspace.pool.take(span)?;
        for (at, (x, d)) in x.chunks_exact(span).zip(d.chunks_exact_mut(span)).enumerate() {
            let shape = head_shape(norm, gains, heads, shape.head_dim, at % each);
            dx.fill(T::ZERO);
            norm::backward(parameters, workspace, &shape, x, d, gradient, &mut dx)?;
            d.copy_from_slice(&dx);
        }
        workspace.pool.give(dx);
    }
    Ok(())
}

/// Turns the gradients of queries, keys and values as they are looked up into those of the projected ones.
pub fn turn_backward<T: Real>(
    parameters: &Parameters<T>,
    workspace: &mut Workspace<T>,
    shape: &Attention,
    setting: &Setting<'_, T>,
    projected: Option<&[Vec<T>; 3]>,
    gradient: &mut [T],
    [d_queries, d_keys, d_values]: [&mut [T]; 3],
) -> Result<()> {
    let Some([projected_queries, projected_keys, projected_values]) = projected else {
        each_vector(shape, setting, d_queries, d_keys, Rotations::turn_back);
        return Ok(());
    };
    let mut queries = workspace.pool.copy(projected_queries)?;
    let mut keys = workspace.pool.copy(projected_keys)?;
    if let Some(limit) = shape.clip {
        clip(&mut queries, limit);
        clip(&mut keys, limit);
    }
    let is_turned = shape.head_norm.as_ref().is_some_and(|norm| norm.turned);
    if is_turned {
        each_vector(shape, setting, &mut queries, &mut keys, Rotations::turn);
    }
    let x = [&queries[..], &keys[..]];
    let d = [&mut *d_queries, &mut *d_keys];
    normalize_heads_backward(parameters, workspace, shape, true, x, gradient, d)?;
    each_vector(shape, setting, d_queries, d_keys, Rotations::turn_back);
    let d = [&mut *d_queries, &mut *d_keys];
    normalize_heads_backward(parameters, workspace, shape, false, x, gradient, d)?;
    if let Some(limit) = shape.clip {
        clip_backward(projected_queries, limit, d_queries);
        clip_backward(projected_keys, limit, d_keys);
        clip_backward(projected_values, limit, d_values);
    }
    workspace.pool.give(queries);
    workspace.pool.give(keys);
    Ok(())
}
