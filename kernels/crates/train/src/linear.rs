//! `y = W x + b`, with the rounding of its input.

use kernels::reference::description::Linear;
use kernels::Result;

use crate::activation::Input;
use crate::parameters::Parameters;
use crate::product::{Into, View, Workspace};
use crate::real::{add, Real};

/// Vectors of activations, one behind the other, and how many.
#[derive(Clone, Copy)]
pub struct Vectors<'a, T> {
    pub rows: usize,
    pub data: &'a [T],
}

/// `W x + b` for each vector: `rows * out` numbers.
pub fn forward<T: Real>(
    parameters: &Parameters<T>,
    workspace: &mut Workspace<T>,
    map: &Linear,
    x: Vectors<'_, T>,
) -> Result<Vec<T>> {
    let tensor = &parameters.tensors[map.weight];
    let (out, input) = (tensor.rows, tensor.cols);
    let weight = View::elements(parameters.elements(map.weight), input).transposed();
    let mut y = with_rounded(tensor.input, workspace, x, input, |workspace, x| {
        if let Some(capture) = &mut workspace.capture {
            if capture.tensor == map.weight {
                capture.vectors.extend_from_slice(x.data);
            }
        }
        workspace.product([x.rows, out, input], View::rows(x.data, input), weight)
    })?;
    if let Some(bias) = map.bias {
        for y in y.chunks_exact_mut(out) {
            add(y, parameters.get(bias));
        }
    }
    Ok(y)
}

/// Adds the gradients of weight and bias; that of the input goes to `dx`, which it replaces or to which it is added.
pub fn backward<T: Real>(
    parameters: &Parameters<T>,
    workspace: &mut Workspace<T>,
    map: &Linear,
    x: Vectors<'_, T>,
    dy: &[T],
    gradient: &mut [T],
    (dx, into): (&mut [T], Into),
) -> Result<()> {
    let tensor = &parameters.tensors[map.weight];
    let (out, input) = (tensor.rows, tensor.cols);
    if let Some(bias) = map.bias {
        parameters.add_gradient(bias, gradient, |gradient| {
            for dy in dy.chunks_exact(out) {
                add(gradient, dy);
            }
        });
    }
    if parameters.is_trained(map.weight) {
        with_rounded(tensor.input, workspace, x, input, |workspace, x| {
            let x_rows = View::rows(x.data, input);
            parameters.add_row_gradients(workspace, map.weight, gradient, |workspace, rows, gradient| {
                let sizes = [rows.len(), input, x.rows];
                let dy = View::rows(&dy[rows.start..], out).transposed();
                workspace
                    .panels
                    .multiply(sizes, dy, x_rows, gradient, input, Into::Add);
            })
        })?;
    }
    let weight = View::elements(parameters.elements(map.weight), input);
    workspace
        .panels
        .multiply([x.rows, input, out], View::rows(dy, out), weight, dx, input, into);
    Ok(())
}

/// Gives the vectors as their codes have them.
pub fn with_rounded<T: Real, R>(
    input: Input,
    workspace: &mut Workspace<T>,
    x: Vectors<'_, T>,
    cols: usize,
    work: impl FnOnce(&mut Workspace<T>, Vectors<'_, T>) -> Result<R>,
) -> Result<R> {
    if input == Input::Float32 {
        return work(workspace, x);
    }
    let mut rounded = workspace.pool.copy(x.data)?;
    input.round(&mut rounded, cols);
    let result = work(
        workspace,
        Vectors {
            rows: x.rows,
            data: &rounded,
        },
    );
    workspace.pool.give(rounded);
    result
}
