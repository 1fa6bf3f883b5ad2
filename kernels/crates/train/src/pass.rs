//! A leaf through all steps, and back.

use kernels::reference::description::{Linear, Model, Operation};
use kernels::reference::kinds::PlaceKind;
use kernels::Result;

use crate::attention::{self, Setting};
use crate::cap::Finish;
use crate::convolution;
use crate::embedding;
use crate::feed_forward;
use crate::head::{self, Descent, Loss, Targets};
use crate::linear::{self, Vectors};
use crate::norm;
use crate::parameters::Parameters;
use crate::product::{Into, Workspace};
use crate::real::{add, Real};
use crate::writer::Growing;

/// A model on its way through one leaf.
pub struct Pass<'a, T> {
    pub model: &'a Model,
    pub parameters: &'a Parameters<T>,
    pub workspace: &'a mut Workspace<T>,
    pub setting: Setting<'a, T>,
    /// Where texts are being written: the tokens are the next ones of each.
    pub growing: Option<Growing<'a, T>>,
}

/// What a step keeps for its gradient.
enum Kept<T> {
    Nothing,
    Attention(attention::Kept<T>),
    Mlp(feed_forward::Kept<T>),
    Convolution(convolution::Kept<T>),
}

/// A step on the tape: its input, and what else it keeps.
struct Record<T> {
    x: Vec<T>,
    kept: Kept<T>,
}

/// What the places hold, in the order of their kinds; a place that no step has written is empty.
type Places<T> = [Option<Vec<T>>; PlaceKind::COUNT];

impl<T: Real> Pass<'_, T> {
    /// The loss of a leaf, without a gradient.
    pub fn loss(&mut self, ids: &[u32], targets: Targets<'_, T>) -> Result<Loss> {
        let (residual, normed) = self.hidden(ids, None)?;
        let vectors = Vectors {
            rows: ids.len(),
            data: &normed,
        };
        let head = self.head();
        let finish = Finish::of(self.model);
        let loss = head::loss(
            self.parameters,
            self.workspace,
            (&head, finish),
            vectors,
            targets,
            None,
        )?;
        self.workspace.pool.give(residual);
        self.workspace.pool.give(normed);
        Ok(loss)
    }

    /// Logits after each token.
    pub fn logits(&mut self, ids: &[u32]) -> Result<Vec<T>> {
        let (residual, normed) = self.hidden(ids, None)?;
        let vectors = Vectors {
            rows: ids.len(),
            data: &normed,
        };
        let mut logits = linear::forward(self.parameters, self.workspace, &self.head(), vectors)?;
        Finish::of(self.model).forward(&mut logits);
        self.workspace.pool.give(residual);
        self.workspace.pool.give(normed);
        Ok(logits)
    }

    /// The loss of a leaf; adds `weight` times its gradient.
    pub fn gradient(
        &mut self,
        ids: &[u32],
        targets: Targets<'_, T>,
        weight: T,
        gradient: &mut [T],
    ) -> Result<Loss> {
        let mut tape = Vec::new();
        let (residual, x) = self.hidden(ids, Some(&mut tape))?;
        let mut d_normed = self.workspace.pool.take(x.len())?;
        let descent = Descent {
            weight,
            gradient,
            dx: &mut d_normed,
        };
        let vectors = Vectors {
            rows: ids.len(),
            data: &x,
        };
        let head = self.head();
        let finish = Finish::of(self.model);
        let loss = head::loss(
            self.parameters,
            self.workspace,
            (&head, finish),
            vectors,
            targets,
            Some(descent),
        )?;
        if let Some(projections) = &self.model.projections {
            // Computed again rather than kept.
            let normed = norm::forward(self.parameters, self.workspace, &self.final_norm(), &residual)?;
            let dx = self.workspace.pool.take(normed.len())?;
            let dy = core::mem::replace(&mut d_normed, dx);
            let vectors = Vectors {
                rows: ids.len(),
                data: &normed,
            };
            let to = (&mut d_normed[..], Into::Replace);
            linear::backward(
                self.parameters,
                self.workspace,
                &projections.out,
                vectors,
                &dy,
                gradient,
                to,
            )?;
            self.workspace.pool.give(normed);
            self.workspace.pool.give(dy);
        }
        let mut d_residual = self.workspace.pool.zeros(residual.len())?;
        norm::backward(
            self.parameters,
            self.workspace,
            &self.final_norm(),
            &residual,
            &d_normed,
            gradient,
            &mut d_residual,
        )?;
        for buffer in [residual, x, d_normed] {
            self.workspace.pool.give(buffer);
        }
        let d_residual = self.steps_backward(tape, d_residual, gradient)?;
        self.embed_backward(ids, &d_residual, gradient)?;
        self.workspace.pool.give(d_residual);
        Ok(loss)
    }

    /// What the head is multiplied with, for each token.
    pub fn normed(&mut self, ids: &[u32]) -> Result<Vec<T>> {
        let (residual, normed) = self.hidden(ids, None)?;
        self.workspace.pool.give(residual);
        Ok(normed)
    }

    fn final_norm(&self) -> norm::Shape {
        norm::Shape::of(&self.model.final_norm, self.model.hidden)
    }

    fn head(&self) -> Linear {
        head::linear(self.model)
    }

    /// The residual stream after all steps, and what of it goes into the head.
    fn hidden(&mut self, ids: &[u32], mut tape: Option<&mut Vec<Record<T>>>) -> Result<(Vec<T>, Vec<T>)> {
        let mut places: Places<T> = [Some(self.embed(ids)?), None, None];
        for step in &self.model.steps {
            // The description was refused if nothing was there.
            let Some(input) = &places[step.reads as usize] else {
                unreachable!("a step reads what was written")
            };
            let x = Vectors {
                rows: ids.len(),
                data: input,
            };
            let (parameters, workspace) = (self.parameters, &mut *self.workspace);
            let (result, kept) = match &step.operation {
                Operation::Norm(norm) => {
                    let shape = norm::Shape::of(norm, self.model.hidden);
                    (
                        norm::forward(parameters, workspace, &shape, input)?,
                        Kept::Nothing,
                    )
                }
                Operation::Attention(shape) => {
                    if let Some(growing) = &mut self.growing {
                        let y = growing.forward(parameters, workspace, shape, &self.setting, x)?;
                        (y, Kept::Nothing)
                    } else {
                        let (y, kept) = attention::forward(parameters, workspace, shape, &self.setting, x)?;
                        (y, Kept::Attention(kept))
                    }
                }
                Operation::Mlp(mlp) => {
                    let (y, kept) = feed_forward::forward(parameters, workspace, mlp, x)?;
                    (y, Kept::Mlp(kept))
                }
                Operation::Convolution(shape) => {
                    if let Some(growing) = &mut self.growing {
                        let y = convolution::next(parameters, workspace, shape, growing.pasts(), x)?;
                        (y, Kept::Nothing)
                    } else {
                        let lengths = self.setting.lengths;
                        let (y, kept) = convolution::forward(parameters, workspace, shape, lengths, x)?;
                        (y, Kept::Convolution(kept))
                    }
                }
            };
            match &mut tape {
                Some(tape) => tape.push(Record {
                    x: workspace.pool.copy(input)?,
                    kept,
                }),
                None => kept.release(workspace),
            }
            match (&mut places[step.writes as usize], step.adds) {
                (Some(place), true) => {
                    add(place, &result);
                    workspace.pool.give(result);
                }
                (place, _) => {
                    if let Some(old) = place.replace(result) {
                        workspace.pool.give(old);
                    }
                }
            }
        }
        let [residual, others @ ..] = places;
        for place in others.into_iter().flatten() {
            self.workspace.pool.give(place);
        }
        let residual = residual.unwrap_or_default();
        let normed = norm::forward(self.parameters, self.workspace, &self.final_norm(), &residual)?;
        let x = embedding::before_head(self.parameters, self.workspace, self.model, normed)?;
        Ok((residual, x))
    }

    /// The embeddings of tokens.
    fn embed(&mut self, ids: &[u32]) -> Result<Vec<T>> {
        let rows = self.rows(ids)?;
        let sequences = (self.setting.lengths, self.setting.start);
        embedding::forward(self.parameters, self.workspace, self.model, rows, sequences)
    }

    /// The rows of tokens, scaled.
    fn rows(&mut self, ids: &[u32]) -> Result<Vec<T>> {
        let mut rows = self.workspace.pool.take(ids.len() * self.model.embedding_size)?;
        embedding::look_up(self.parameters, self.model, ids, &mut rows);
        Ok(rows)
    }

    fn embed_backward(&mut self, ids: &[u32], dx: &[T], gradient: &mut [T]) -> Result<()> {
        let hidden = self.model.hidden;
        if let Some(positions) = self.model.positions {
            let setting = &self.setting;
            self.parameters
                .add_row_gradients(self.workspace, positions, gradient, |_, rows, table| {
                    for (dx, position) in dx.chunks_exact(hidden).zip(setting.positions()) {
                        if rows.contains(&position) {
                            add(&mut table[(position - rows.start) * hidden..][..hidden], dx);
                        }
                    }
                })?;
        }
        let rows = match &self.model.projections {
            Some(projections) => {
                let rows = self.rows(ids)?;
                let mut d_rows = self.workspace.pool.take(rows.len())?;
                let x = Vectors {
                    rows: ids.len(),
                    data: &rows,
                };
                let to = (&mut d_rows[..], Into::Replace);
                linear::backward(
                    self.parameters,
                    self.workspace,
                    &projections.into,
                    x,
                    dx,
                    gradient,
                    to,
                )?;
                self.workspace.pool.give(rows);
                Some(d_rows)
            }
            None => None,
        };
        let dx = rows.as_deref().unwrap_or(dx);
        let columns = self.model.embedding_size;
        let scale = T::of(f64::from(self.model.embedding_scale));
        let embedding = self.model.embedding;
        self.parameters
            .add_row_gradients(self.workspace, embedding, gradient, |_, rows, table| {
                for (dx, &id) in dx.chunks_exact(columns).zip(ids) {
                    if rows.contains(&(id as usize)) {
                        let row = id as usize - rows.start;
                        for (to, &dx) in table[row * columns..][..columns].iter_mut().zip(dx) {
                            *to += dx * scale;
                        }
                    }
                }
            })?;
        if let Some(rows) = rows {
            self.workspace.pool.give(rows);
        }
        Ok(())
    }

    /// From the gradient of the residual stream after all steps to that before them.
    fn steps_backward(
        &mut self,
        tape: Vec<Record<T>>,
        residual: Vec<T>,
        gradient: &mut [T],
    ) -> Result<Vec<T>> {
        let length = residual.len();
        let rows = length / self.model.hidden;
        let mut places: Places<T> = [Some(residual), None, None];
        for (step, record) in self.model.steps.iter().zip(tape).rev() {
            let (parameters, workspace) = (self.parameters, &mut *self.workspace);
            // What a step replaces has no part in anything later; what it adds to has.
            let written = &mut places[step.writes as usize];
            let dy = match (written, step.adds) {
                (Some(place), true) => Some(workspace.pool.copy(place)?),
                (place, _) => place.take(),
            };
            if let Some(dy) = dy {
                let dx = match &mut places[step.reads as usize] {
                    Some(place) => place,
                    empty => empty.insert(workspace.pool.zeros(length)?),
                };
                let x = Vectors {
                    rows,
                    data: &record.x,
                };
                match (&step.operation, &record.kept) {
                    (Operation::Norm(norm), _) => {
                        let shape = norm::Shape::of(norm, self.model.hidden);
                        norm::backward(parameters, workspace, &shape, x.data, &dy, gradient, dx)?;
                    }
                    (Operation::Attention(shape), Kept::Attention(kept)) => {
                        let setting = &self.setting;
                        attention::backward(
                            parameters, workspace, shape, setting, x, kept, &dy, gradient, dx,
                        )?;
                    }
                    (Operation::Mlp(mlp), Kept::Mlp(kept)) => {
                        feed_forward::backward(parameters, workspace, mlp, x, kept, &dy, gradient, dx)?;
                    }
                    (Operation::Convolution(shape), Kept::Convolution(kept)) => {
                        let lengths = self.setting.lengths;
                        convolution::backward(
                            parameters, workspace, shape, lengths, x, kept, &dy, gradient, dx,
                        )?;
                    }
                    _ => unreachable!("each step keeps what is its own"),
                }
                workspace.pool.give(dy);
            }
            workspace.pool.give(record.x);
            record.kept.release(workspace);
        }
        let [residual, others @ ..] = places;
        for place in others.into_iter().flatten() {
            self.workspace.pool.give(place);
        }
        match residual {
            Some(residual) => Ok(residual),
            // The first step that touches the stream replaces it with what does not come from it.
            None => self.workspace.pool.zeros(length),
        }
    }
}

impl<T: Real> Kept<T> {
    fn release(self, workspace: &mut Workspace<T>) {
        match self {
            Self::Nothing => {}
            Self::Attention(kept) => kept.release(workspace),
            Self::Mlp(kept) => kept.release(workspace),
            Self::Convolution(kept) => kept.release(workspace),
        }
    }
}
