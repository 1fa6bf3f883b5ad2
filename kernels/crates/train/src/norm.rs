//! Normalization and its gradient.

use kernels::reference::description::{Norm, TensorId};
use kernels::reference::kinds::NormKind;
use kernels::Result;

use crate::parameters::Parameters;
use crate::product::Workspace;
use crate::real::{add, dot, sum, Real};

/// How vectors are normalized, and what with: `n` elements each.
#[derive(Clone, Copy)]
pub struct Shape {
    pub kind: NormKind,
    pub epsilon: f64,
    pub n: usize,
    pub gain: Option<TensorId>,
    pub gain_offset: f32,
    pub bias: Option<TensorId>,
}

impl Shape {
    /// Of a norm over the hidden size.
    pub fn of(norm: &Norm, hidden: usize) -> Self {
        Self {
            kind: norm.kind,
            epsilon: norm.epsilon,
            n: hidden,
            gain: norm.gain,
            gain_offset: norm.gain_offset,
            bias: norm.bias,
        }
    }
}

/// The normalized vectors, times the gain and with the bias added.
pub fn forward<T: Real>(
    parameters: &Parameters<T>,
    workspace: &mut Workspace<T>,
    shape: &Shape,
    x: &[T],
) -> Result<Vec<T>> {
    let mut y = workspace.pool.copy(x)?;
    for y in y.chunks_exact_mut(shape.n) {
        forward_one(parameters, shape, y);
    }
    Ok(y)
}

/// The same of one vector, in place.
pub fn forward_one<T: Real>(parameters: &Parameters<T>, shape: &Shape, x: &mut [T]) {
    normalize(shape, x);
    if let Some(gain) = shape.gain {
        let offset = T::of(f64::from(shape.gain_offset));
        for (x, &gain) in x.iter_mut().zip(parameters.get(gain)) {
            *x *= gain + offset;
        }
    }
    if let Some(bias) = shape.bias {
        add(x, parameters.get(bias));
    }
}

/// Normalizes in place, without gain and bias; returns the factor.
fn normalize<T: Real>(shape: &Shape, x: &mut [T]) -> T {
    let n = T::of(shape.n as f64);
    match shape.kind {
        NormKind::Rms => {}
        NormKind::Layer => {
            let mean = sum(x) / n;
            for x in x.iter_mut() {
                *x = *x - mean;
            }
        }
    }
    let factor = T::ONE / (dot(x, x) / n + T::of(shape.epsilon)).root();
    for x in x.iter_mut() {
        *x *= factor;
    }
    factor
}

/// Adds the gradients of gain and bias, and that of the input to `dx`.
pub fn backward<T: Real>(
    parameters: &Parameters<T>,
    workspace: &mut Workspace<T>,
    shape: &Shape,
    x: &[T],
    dy: &[T],
    gradient: &mut [T],
    dx: &mut [T],
) -> Result<()> {
    let n = shape.n;
    if let Some(bias) = shape.bias {
        parameters.add_gradient(bias, gradient, |gradient| {
            for dy in dy.chunks_exact(n) {
                add(gradient, dy);
            }
        });
    }
    let mut normed = workspace.pool.take(n)?;
    if let Some(gain) = shape.gain {
        parameters.add_gradient(gain, gradient, |gradient| {
            for (dy, x) in dy.chunks_exact(n).zip(x.chunks_exact(n)) {
                normed.copy_from_slice(x);
                normalize(shape, &mut normed);
                for ((gradient, &dy), &x) in gradient.iter_mut().zip(dy).zip(&normed) {
                    *gradient += dy * x;
                }
            }
        });
    }
    let mut scaled = workspace.pool.take(n)?;
    let offset = T::of(f64::from(shape.gain_offset));
    for ((dx, dy), x) in dx
        .chunks_exact_mut(n)
        .zip(dy.chunks_exact(n))
        .zip(x.chunks_exact(n))
    {
        scaled.copy_from_slice(dy);
        if let Some(gain) = shape.gain {
            for (scaled, &gain) in scaled.iter_mut().zip(parameters.get(gain)) {
                *scaled *= gain + offset;
            }
        }
        normed.copy_from_slice(x);
        let factor = normalize(shape, &mut normed);
        // What changes only the length, or only the mean, changes nothing.
        let along = dot(&scaled, &normed) / T::of(n as f64);
        let level = match shape.kind {
            NormKind::Rms => T::ZERO,
            NormKind::Layer => sum(&scaled) / T::of(n as f64),
        };
        for ((dx, &scaled), &normed) in dx.iter_mut().zip(&scaled).zip(&normed) {
            *dx += (scaled - level - normed * along) * factor;
        }
    }
    workspace.pool.give(scaled);
    workspace.pool.give(normed);
    Ok(())
}
