//! The work of a rounding in pieces, in order, each with what it costs.

use kernels::reference::description::{Inner, Linear, Model, Operation, TensorId};

use super::matrix::ROWS;
use super::row_grid::RowGrid;
use crate::head;

/// Multiply-adds that finding the scales of one weight is worth.
const FIT: f64 = 150.0;

/// Multiply-adds that are done, and all of them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Share {
    /// Done.
    pub done: f64,
    /// All.
    pub total: f64,
}

/// A piece of work; `at` is a step and a batch.
#[derive(Clone, Copy, Debug)]
pub enum Task {
    /// The embeddings of all tokens, as they were.
    EmbedOriginal,
    /// All errors of an embedding that is only looked up cost alike.
    Lookup,
    /// The rows of all tokens, as they are now.
    LookUp,
    /// The embeddings of all tokens, as they are now.
    Embed,
    /// The original takes the matrices of a step over before they change.
    Begin { step: usize },
    /// Inputs of the first matrices of a step.
    GatherFirst { at: [usize; 2] },
    /// Inputs of the last matrices of a step, which the original passes.
    GatherLast { at: [usize; 2] },
    /// Inputs of a matrix of no step.
    GatherEnd { end: End, batch: usize },
    /// What the errors of these inputs' matrices cost.
    Factor { tensor: TensorId },
    /// Some rows of a matrix.
    Round { map: Linear, first: usize },
    /// A step as it was.
    PassOriginal { at: [usize; 2] },
    /// A step with its matrices as they are now.
    Pass { at: [usize; 2] },
    /// The original needs the matrices of a step no more.
    End { step: usize },
}

/// Matrices of no step.
#[derive(Clone, Copy, Debug)]
pub enum End {
    /// From embeddings to the hidden size.
    ProjectIn,
    /// And back.
    ProjectOut,
    /// The head, or the embedding in its place.
    Head,
}

/// The pieces, and how far they are.
pub struct Tasks {
    tasks: Vec<(Task, f64)>,
    next: usize,
    done: f64,
    total: f64,
}

/// The matrices of a step by what they are multiplied with, in the order in which a token meets them.
pub fn groups(operation: &Operation) -> [Vec<Linear>; 2] {
    match operation {
        Operation::Norm(_) => [Vec::new(), Vec::new()],
        Operation::Attention(shape) => [vec![shape.query, shape.key, shape.value], vec![shape.output]],
        Operation::Mlp(mlp) => {
            let first = match mlp.inner {
                Inner::Gated { gate, up } => vec![gate, up],
                Inner::Plain { up } => vec![up],
            };
            [first, vec![mlp.down]]
        }
        Operation::Convolution(shape) => [vec![shape.input], vec![shape.output]],
    }
}

/// The matrix of no step that a model may have there.
pub fn end(model: &Model, end: End) -> Option<Linear> {
    match end {
        End::ProjectIn => model.projections.map(|projections| projections.into),
        End::ProjectOut => model.projections.map(|projections| projections.out),
        End::Head => Some(head::linear(model)),
    }
}

impl Tasks {
    /// All work on a model, with so many tokens in each batch.
    pub fn new(model: &Model, grids: &[Option<RowGrid>], tokens: &[usize]) -> Self {
        let mut list = List {
            model,
            grids,
            tasks: Vec::new(),
        };
        list.push(Task::EmbedOriginal, 0.0);
        if model.head.is_some() && grids[model.embedding].is_some() {
            list.push(Task::Lookup, 0.0);
            list.round(Linear {
                weight: model.embedding,
                bias: None,
            });
        }
        list.push(Task::LookUp, 0.0);
        list.end(End::ProjectIn, tokens);
        list.push(Task::Embed, 0.0);
        for step in 0..model.steps.len() {
            list.step(step, tokens);
        }
        list.end(End::ProjectOut, tokens);
        list.end(End::Head, tokens);
        let total = list.tasks.iter().map(|(_, cost)| cost).sum();
        Self {
            tasks: list.tasks,
            next: 0,
            done: 0.0,
            total,
        }
    }

    /// The next piece, which then counts as done.
    pub fn next(&mut self) -> Option<Task> {
        let &(task, cost) = self.tasks.get(self.next)?;
        self.next += 1;
        self.done += cost;
        Some(task)
    }

    /// How far the work is.
    pub fn share(&self) -> Share {
        Share {
            done: self.done,
            total: self.total,
        }
    }

    /// Whether nothing more is rounded for the inputs that were gathered.
    pub fn is_last_of_group(&self) -> bool {
        !matches!(self.tasks.get(self.next), Some((Task::Round { .. }, _)))
    }
}

struct List<'a> {
    model: &'a Model,
    grids: &'a [Option<RowGrid>],
    tasks: Vec<(Task, f64)>,
}

impl List<'_> {
    fn push(&mut self, task: Task, cost: f64) {
        self.tasks.push((task, cost));
    }

    fn elements(&self, tensor: TensorId) -> f64 {
        let spec = &self.model.tensors.specs()[tensor];
        spec.rows() as f64 * spec.cols() as f64
    }

    fn step(&mut self, step: usize, tokens: &[usize]) {
        let [first, last] = groups(&self.model.steps[step].operation);
        let maps = first.iter().chain(&last);
        let pass = maps.map(|map| self.elements(map.weight)).sum::<f64>();
        self.push(Task::Begin { step }, 0.0);
        self.group(&first, tokens, 0.0, |batch| Task::GatherFirst {
            at: [step, batch],
        });
        let is_passed = self.group(&last, tokens, 2.0 * pass, |batch| Task::GatherLast {
            at: [step, batch],
        });
        for (batch, &count) in tokens.iter().enumerate() {
            let at = [step, batch];
            if !is_passed {
                self.push(Task::PassOriginal { at }, pass * count as f64);
            }
            self.push(Task::Pass { at }, pass * count as f64);
        }
        self.push(Task::End { step }, 0.0);
    }

    fn end(&mut self, at: End, tokens: &[usize]) {
        if let Some(map) = end(self.model, at) {
            self.group(&[map], tokens, 0.0, |batch| Task::GatherEnd { end: at, batch });
        }
    }

    /// Inputs, their costs, and the matrices that are put on grids for them; `false` when there are none.
    fn group(
        &mut self,
        maps: &[Linear],
        tokens: &[usize],
        pass: f64,
        gather: impl Fn(usize) -> Task,
    ) -> bool {
        let Some(first) = maps.iter().find(|map| self.grids[map.weight].is_some()) else {
            return false;
        };
        let size = self.model.tensors.specs()[first.weight].cols() as f64;
        for (batch, &count) in tokens.iter().enumerate() {
            self.push(gather(batch), count as f64 * (pass + 1.5 * size * size));
        }
        self.push(Task::Factor { tensor: first.weight }, size * size * size / 2.0);
        for &map in maps.iter().filter(|map| self.grids[map.weight].is_some()) {
            self.round(map);
        }
        true
    }

    fn round(&mut self, map: Linear) {
        let spec = &self.model.tensors.specs()[map.weight];
        let (rows, cols) = (spec.rows(), spec.cols());
        for first in (0..rows).step_by(ROWS) {
            let count = ROWS.min(rows - first);
            let elements = (count * cols) as f64;
            self.push(Task::Round { map, first }, elements * (FIT + 4.0 * cols as f64));
        }
    }
}
