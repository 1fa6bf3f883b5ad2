//! Normalization and its gradient.

use kernels::reference::description::Norm;
use kernels::reference::kinds::NormKind;
use kernels::Result;

use crate::parameters::Parameters;
use crate::product::Workspace;
use crate::real::{add, dot, Real};

/// The normalized vectors, times the gain and with the bias added.
pub fn forward<T: Real>(
    parameters: &Parameters<T>,
    workspace: &mut Workspace<T>,
    norm: &Norm,
    x: &[T],
) -> Result<Vec<T>> {
    let gain = parameters.get(norm.gain);
    let mut y = workspace.pool.take(x.len())?;
    for (y, x) in y.chunks_exact_mut(gain.len()).zip(x.chunks_exact(gain.len())) {
        match norm.kind {
            NormKind::Rms => {
                let factor = rms_factor(x, norm.epsilon);
                for ((y, &x), &gain) in y.iter_mut().zip(x).zip(gain) {
                    *y = x * factor * gain;
                }
            }
        }
        if let Some(bias) = norm.bias {
            add(y, parameters.get(bias));
        }
    }
    Ok(y)
}

/// Adds the gradients of gain and bias, and that of the input to `dx`.
pub fn backward<T: Real>(
    parameters: &Parameters<T>,
    workspace: &mut Workspace<T>,
    norm: &Norm,
    x: &[T],
    dy: &[T],
    gradient: &mut [T],
    dx: &mut [T],
) -> Result<()> {
    let gain = parameters.get(norm.gain);
    let n = gain.len();
    if let Some(bias) = norm.bias {
        parameters.add_gradient(workspace, bias, gradient, |_, gradient| {
            for dy in dy.chunks_exact(n) {
                add(gradient, dy);
            }
            Ok(())
        })?;
    }
    parameters.add_gradient(workspace, norm.gain, gradient, |_, gradient| {
        for (dy, x) in dy.chunks_exact(n).zip(x.chunks_exact(n)) {
            let factor = match norm.kind {
                NormKind::Rms => rms_factor(x, norm.epsilon),
            };
            for ((gradient, &dy), &x) in gradient.iter_mut().zip(dy).zip(x) {
                *gradient += dy * (x * factor);
            }
        }
        Ok(())
    })?;
    let mut scaled = workspace.pool.take(n)?;
    for ((dx, dy), x) in dx
        .chunks_exact_mut(n)
        .zip(dy.chunks_exact(n))
        .zip(x.chunks_exact(n))
    {
        for ((scaled, &dy), &gain) in scaled.iter_mut().zip(dy).zip(gain) {
            *scaled = dy * gain;
        }
        match norm.kind {
            NormKind::Rms => {
                let factor = rms_factor(x, norm.epsilon);
                let along = dot(&scaled, x) * (factor * factor * factor) / T::of(n as f64);
                for ((dx, &scaled), &x) in dx.iter_mut().zip(&scaled).zip(x) {
                    *dx += scaled * factor - x * along;
                }
            }
        }
    }
    workspace.pool.give(scaled);
    Ok(())
}

/// `1 / sqrt(mean(x^2) + epsilon)`
fn rms_factor<T: Real>(x: &[T], epsilon: f64) -> T {
    T::ONE / (dot(x, x) / T::of(x.len() as f64) + T::of(epsilon)).root()
}
