//! The feed-forward and its gradient.

use kernels::reference::description::{Inner, Mlp};
use kernels::reference::kinds::FunctionKind;
use kernels::Result;

use crate::linear::{self, Vectors};
use crate::parameters::Parameters;
use crate::product::{Into, Workspace};
use crate::real::Real;

/// What the backward pass needs of the forward pass.
pub struct Kept<T> {
    gate: Vec<T>,
    up: Vec<T>,
}

impl<T: Real> Kept<T> {
    /// Gives the buffers back.
    pub fn release(self, workspace: &mut Workspace<T>) {
        workspace.pool.give(self.gate);
        workspace.pool.give(self.up);
    }
}

/// `down(function(gate x) * (up x))`
pub fn forward<T: Real>(
    parameters: &Parameters<T>,
    workspace: &mut Workspace<T>,
    mlp: &Mlp,
    x: Vectors<'_, T>,
) -> Result<(Vec<T>, Kept<T>)> {
    let Inner::Gated { gate, up } = &mlp.inner;
    let gate = linear::forward(parameters, workspace, gate, x)?;
    let up = linear::forward(parameters, workspace, up, x)?;
    let mut inner = workspace.pool.copy(&gate)?;
    function(mlp.function, &mut inner, None);
    multiply(&mut inner, &up);
    let inner_vectors = Vectors {
        rows: x.rows,
        data: &inner,
    };
    let y = linear::forward(parameters, workspace, &mlp.down, inner_vectors)?;
    workspace.pool.give(inner);
    Ok((y, Kept { gate, up }))
}

/// Adds the gradients of all its tensors, and that of the input to `dx`.
#[allow(clippy::too_many_arguments)]
pub fn backward<T: Real>(
    parameters: &Parameters<T>,
    workspace: &mut Workspace<T>,
    mlp: &Mlp,
    x: Vectors<'_, T>,
    kept: &Kept<T>,
    dy: &[T],
    gradient: &mut [T],
    dx: &mut [T],
) -> Result<()> {
    let Inner::Gated { gate, up } = &mlp.inner;
    let mut slope = workspace.pool.take(kept.gate.len())?;
    let mut value = workspace.pool.copy(&kept.gate)?;
    function(mlp.function, &mut value, Some(&mut slope));
    let mut inner = workspace.pool.copy(&value)?;
    multiply(&mut inner, &kept.up);
    let mut d_inner = workspace.pool.take(inner.len())?;
    let inner_vectors = Vectors {
        rows: x.rows,
        data: &inner,
    };
    let to = (&mut d_inner[..], Into::Replace);
    linear::backward(parameters, workspace, &mlp.down, inner_vectors, dy, gradient, to)?;

    // Of up: times the function; of gate: times its slope and up.
    multiply(&mut value, &d_inner);
    multiply(&mut slope, &d_inner);
    multiply(&mut slope, &kept.up);
    for (map, dy) in [(gate, &slope), (up, &value)] {
        linear::backward(parameters, workspace, map, x, dy, gradient, (dx, Into::Add))?;
    }
    for buffer in [slope, value, inner, d_inner] {
        workspace.pool.give(buffer);
    }
    Ok(())
}

fn multiply<T: Real>(to: &mut [T], by: &[T]) {
    for (to, &by) in to.iter_mut().zip(by) {
        *to *= by;
    }
}

/// Applies the function in place, and gives its slope at each where asked for.
fn function<T: Real>(kind: FunctionKind, x: &mut [T], slope: Option<&mut [T]>) {
    /// Elements whose exponentials are taken together.
    const BLOCK: usize = 256;
    let mut slope = slope;
    let mut exponentials = [T::ZERO; BLOCK];
    for (block, x) in x.chunks_mut(BLOCK).enumerate() {
        match kind {
            FunctionKind::Silu => {
                let e = &mut exponentials[..x.len()];
                for (e, &x) in e.iter_mut().zip(&*x) {
                    *e = -x;
                }
                T::exponentiate(e);
                for (i, (x, &e)) in x.iter_mut().zip(&*e).enumerate() {
                    let sigmoid = T::ONE / (T::ONE + e);
                    let value = *x * sigmoid;
                    if let Some(slope) = &mut slope {
                        slope[block * BLOCK + i] = sigmoid + value * (T::ONE - sigmoid);
                    }
                    *x = value;
                }
            }
        }
    }
}
