//! Logits, and how far they are from what is wanted.

use kernels::reference::description::{Linear, Model};
use kernels::Result;

use crate::cap::Finish;
use crate::linear::{self, Vectors};
use crate::parameters::Parameters;
use crate::product::{Into, Workspace};
use crate::real::{largest, sum, Real};

/// Positions whose logits exist at once: of a vocabulary of 32,000 they are 8 MB.
const CHUNK: usize = 64;

/// What the logits of a leaf are compared with.
#[derive(Clone, Copy)]
pub enum Targets<'a, T> {
    /// The tokens that follow, one after each position; -1 where nothing is known. Cross-entropy.
    Ids(&'a [i32]),
    /// The logits of another model after each position, `vocabulary` each: the divergence of ours from its distribution
    /// (Kullback-Leibler).
    Logits(&'a [T]),
    /// Another model: the same, with its logits made where they are needed.
    Model(Teacher<'a, T>),
}

/// What gives the logits of another model.
#[derive(Clone, Copy)]
pub struct Teacher<'a, T> {
    pub(crate) parameters: &'a Parameters<T>,
    pub(crate) head: Linear,
    /// What becomes of its logits.
    pub(crate) finish: Finish,
    /// Its head's inputs.
    pub(crate) x: &'a [T],
}

/// A model's head: the embedding where it has none of its own.
pub fn linear(model: &Model) -> Linear {
    model.head.unwrap_or(Linear {
        weight: model.embedding,
        bias: None,
    })
}

/// A loss over positions.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Loss {
    /// Sum over the positions, in nats.
    pub sum: f64,
    /// Positions with a target.
    pub positions: usize,
}

/// Where gradients go, and the factor on the loss of each position.
pub struct Descent<'a, T> {
    pub weight: T,
    pub gradient: &'a mut [T],
    /// That of the head's input, which it replaces.
    pub dx: &'a mut [T],
}

/// The loss of all positions, given the head's inputs and what becomes of its logits.
pub fn loss<T: Real>(
    parameters: &Parameters<T>,
    workspace: &mut Workspace<T>,
    (head, finish): (&Linear, Finish),
    x: Vectors<'_, T>,
    targets: Targets<'_, T>,
    mut descent: Option<Descent<'_, T>>,
) -> Result<Loss> {
    let vocabulary = parameters.tensors[head.weight].rows;
    let hidden = parameters.tensors[head.weight].cols;
    let mut total = Loss::default();
    let mut teacher = workspace.pool.take(vocabulary)?;
    for first in (0..x.rows).step_by(CHUNK) {
        let rows = CHUNK.min(x.rows - first);
        let part = Vectors {
            rows,
            data: &x.data[first * hidden..][..rows * hidden],
        };
        let mut logits = linear::forward(parameters, workspace, head, part)?;
        finish.forward(&mut logits);
        let finished = match finish.cap {
            Some(_) => workspace.pool.copy(&logits)?,
            None => Vec::new(),
        };
        let others = match targets {
            Targets::Model(teacher) => Some(teacher.logits(workspace, first, rows)?),
            _ => None,
        };
        let weight = descent.as_ref().map_or(T::ZERO, |descent| descent.weight);
        for (i, logits) in logits.chunks_exact_mut(vocabulary).enumerate() {
            let row = first + i;
            let loss = match targets {
                Targets::Ids(ids) => match usize::try_from(ids[row]) {
                    Ok(id) => cross_entropy(logits, id, weight),
                    Err(_) => {
                        logits.fill(T::ZERO);
                        continue;
                    }
                },
                Targets::Logits(wanted) => {
                    teacher.copy_from_slice(&wanted[row * vocabulary..][..vocabulary]);
                    divergence(logits, &mut teacher, weight)
                }
                Targets::Model(_) => {
                    let wanted = others.as_deref().unwrap_or_default();
                    teacher.copy_from_slice(&wanted[i * vocabulary..][..vocabulary]);
                    divergence(logits, &mut teacher, weight)
                }
            };
            total.sum += loss;
            total.positions += 1;
        }
        if let Some(descent) = &mut descent {
            finish.backward(&finished, &mut logits);
            let dx = &mut descent.dx[first * hidden..][..rows * hidden];
            let to = (dx, Into::Replace);
            linear::backward(parameters, workspace, head, part, &logits, descent.gradient, to)?;
        }
        workspace.pool.give(logits);
        workspace.pool.give(finished);
        if let Some(others) = others {
            workspace.pool.give(others);
        }
    }
    workspace.pool.give(teacher);
    Ok(total)
}

impl<T: Real> Teacher<'_, T> {
    /// Its logits at `rows` positions from `first` on.
    fn logits(&self, workspace: &mut Workspace<T>, first: usize, rows: usize) -> Result<Vec<T>> {
        let hidden = self.parameters.tensors[self.head.weight].cols;
        let x = Vectors {
            rows,
            data: &self.x[first * hidden..][..rows * hidden],
        };
        let mut logits = linear::forward(self.parameters, workspace, &self.head, x)?;
        self.finish.forward(&mut logits);
        Ok(logits)
    }
}

/// Logits become probabilities; returns the logarithm of the sum of their exponentials.
fn softmax<T: Real>(logits: &mut [T]) -> f64 {
    let most = largest(logits);
    for logit in logits.iter_mut() {
        *logit = *logit - most;
    }
    T::exponentiate(logits);
    let total = sum(logits);
    let inverse = T::ONE / total;
    for probability in logits.iter_mut() {
        *probability *= inverse;
    }
    most.wide() + total.wide().ln()
}

/// `-ln p(id)`; logits become its gradient times `weight`.
fn cross_entropy<T: Real>(logits: &mut [T], id: usize, weight: T) -> f64 {
    let wanted = logits[id].wide();
    let loss = softmax(logits) - wanted;
    logits[id] = logits[id] - T::ONE;
    for logit in logits {
        *logit *= weight;
    }
    loss
}

/// `sum of p (ln p - ln q)` with `p` of the teacher; logits become its gradient `q - p` times `weight`.
fn divergence<T: Real>(logits: &mut [T], teacher: &mut [T], weight: T) -> f64 {
    // ln p - ln q is the difference of the logits and of their normalizers: kept in place of the teacher's logits.
    let mut difference = 0.0;
    let most = largest(teacher);
    let mut mass = 0.0;
    for (wanted, logit) in teacher.iter().zip(&*logits) {
        let weight = (wanted.wide() - most.wide()).exp();
        difference += weight * (wanted.wide() - logit.wide());
        mass += weight;
    }
    let normalizers = softmax(teacher) - softmax(logits);
    for (logit, &wanted) in logits.iter_mut().zip(&*teacher) {
        *logit = (*logit - wanted) * weight;
    }
    difference / mass - normalizers
}
