//! The feed-forward and its gradient.

use kernels::normal::normal_distribution_with;
use kernels::reference::description::{Inner, Mlp};
use kernels::reference::kinds::FunctionKind;
use kernels::Result;

use crate::linear::{self, Vectors};
use crate::parameters::Parameters;
use crate::product::{Into, Workspace};
use crate::real::{scale, Real};

/// What the backward pass needs of the forward pass.
pub struct Kept<T> {
    /// Into the function: of the gate, or of up where there is none.
    inside: Vec<T>,
    /// What the function is multiplied with, where there is a gate.
    up: Option<Vec<T>>,
}

impl<T: Real> Kept<T> {
    /// Gives the buffers back.
    pub fn release(self, workspace: &mut Workspace<T>) {
        workspace.pool.give(self.inside);
        if let Some(up) = self.up {
            workspace.pool.give(up);
        }
    }
}

/// `down(function(gate x) * (up x))`, or `down(function(up x))`
pub fn forward<T: Real>(
    parameters: &Parameters<T>,
    workspace: &mut Workspace<T>,
    mlp: &Mlp,
    x: Vectors<'_, T>,
) -> Result<(Vec<T>, Kept<T>)> {
    let (inside, up) = match &mlp.inner {
        Inner::Gated { gate, up } => (
            linear::forward(parameters, workspace, gate, x)?,
            Some(linear::forward(parameters, workspace, up, x)?),
        ),
        Inner::Plain { up } => (linear::forward(parameters, workspace, up, x)?, None),
    };
    let mut inner = workspace.pool.copy(&inside)?;
    function(mlp.function, &mut inner, None);
    if let Some(up) = &up {
        multiply(&mut inner, up);
    }
    let inner_vectors = Vectors {
        rows: x.rows,
        data: &inner,
    };
    let mut y = linear::forward(parameters, workspace, &mlp.down, inner_vectors)?;
    scale(&mut y, mlp.factor);
    workspace.pool.give(inner);
    Ok((y, Kept { inside, up }))
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
    let mut slope = workspace.pool.take(kept.inside.len())?;
    let mut value = workspace.pool.copy(&kept.inside)?;
    function(mlp.function, &mut value, Some(&mut slope));
    let mut inner = workspace.pool.copy(&value)?;
    if let Some(up) = &kept.up {
        multiply(&mut inner, up);
    }
    let mut d_inner = workspace.pool.take(inner.len())?;
    let inner_vectors = Vectors {
        rows: x.rows,
        data: &inner,
    };
    let mut dy = workspace.pool.copy(dy)?;
    scale(&mut dy, mlp.factor);
    let to = (&mut d_inner[..], Into::Replace);
    linear::backward(parameters, workspace, &mlp.down, inner_vectors, &dy, gradient, to)?;

    // Of what goes into the function: times its slope, and times up behind a gate; of up behind a gate: times the function.
    multiply(&mut slope, &d_inner);
    match (&mlp.inner, &kept.up) {
        (Inner::Gated { gate, up }, Some(kept_up)) => {
            multiply(&mut value, &d_inner);
            multiply(&mut slope, kept_up);
            for (map, dy) in [(gate, &slope), (up, &value)] {
                linear::backward(parameters, workspace, map, x, dy, gradient, (dx, Into::Add))?;
            }
        }
        (Inner::Gated { gate: map, .. } | Inner::Plain { up: map }, _) => {
            linear::backward(parameters, workspace, map, x, &slope, gradient, (dx, Into::Add))?;
        }
    }
    for buffer in [slope, value, inner, d_inner, dy] {
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
    match kind {
        FunctionKind::Silu => by_exponential(x, slope, |x| -x, |x, e| sigmoid_times(x, T::ONE, e)),
        FunctionKind::Gelu => by_exponential(
            x,
            slope,
            |x| T::of(-0.5) * x * x,
            |x, bell| {
                let share = T::of(normal_distribution_with(x.wide(), bell.wide()));
                (x * share, share + x * bell * T::of(BELL))
            },
        ),
        // The tangent's half is the logistic function of twice its argument.
        FunctionKind::GeluTanh => by_exponential(
            x,
            slope,
            |x| -gelu_argument(x).0,
            |x, e| sigmoid_times(x, gelu_argument(x).1, e),
        ),
        FunctionKind::Relu => above_zero(x, slope, |x| (x, T::ONE)),
        FunctionKind::Relu2 => above_zero(x, slope, |x| (x * x, x + x)),
    }
}

/// 1 / sqrt(2 pi)
const BELL: f64 = 0.398_942_280_401_432_7;

/// `2 sqrt(2 / pi) (x + 0.044715 x^3)` and its slope.
fn gelu_argument<T: Real>(x: T) -> (T, T) {
    let (linear, cubic) = (
        T::of(1.595_769_121_605_731),
        T::of(1.595_769_121_605_731 * 0.044_715),
    );
    let square = x * x;
    (
        x * (linear + cubic * square),
        linear + T::of(3.0) * cubic * square,
    )
}

/// `x` times the logistic function of an argument with slope `slope`, given `e` to the minus argument; and the slope of that.
fn sigmoid_times<T: Real>(x: T, slope: T, e: T) -> (T, T) {
    let sigmoid = T::ONE / (T::ONE + e);
    let value = x * sigmoid;
    (value, sigmoid + slope * value * (T::ONE - sigmoid))
}

/// Elements whose exponentials are taken together.
const BLOCK: usize = 256;

/// `(x, slope) = of(x, e^exponent(x))`
fn by_exponential<T: Real>(
    x: &mut [T],
    mut slope: Option<&mut [T]>,
    exponent: impl Fn(T) -> T,
    of: impl Fn(T, T) -> (T, T),
) {
    let mut exponentials = [T::ZERO; BLOCK];
    for (block, x) in x.chunks_mut(BLOCK).enumerate() {
        let e = &mut exponentials[..x.len()];
        for (e, &x) in e.iter_mut().zip(&*x) {
            *e = exponent(x);
        }
        T::exponentiate(e);
        for (i, (x, &e)) in x.iter_mut().zip(&*e).enumerate() {
            let (value, at) = of(*x, e);
            if let Some(slope) = &mut slope {
                slope[block * BLOCK + i] = at;
            }
            *x = value;
        }
    }
}

/// `(x, slope) = of(x)` above zero, zeros elsewhere.
fn above_zero<T: Real>(x: &mut [T], mut slope: Option<&mut [T]>, of: impl Fn(T) -> (T, T)) {
    for (i, x) in x.iter_mut().enumerate() {
        let (value, at) = if *x < T::ZERO { (T::ZERO, T::ZERO) } else { of(*x) };
        if let Some(slope) = &mut slope {
            slope[i] = at;
        }
        *x = value;
    }
}
