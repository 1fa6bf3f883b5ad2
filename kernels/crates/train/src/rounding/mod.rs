//! Rounding in the order of the model: each matrix onto its grid for the inputs that the matrices before it leave, rounded
//! as they are by then, over a text (true-sequential GPTQ).
//!
//! The original goes along through the same text. What its inputs and its residual stream have become different by, a
//! matrix makes good before it is rounded, as far as its own inputs go along with it: the matrix of least squares
//! (compare GPTAQ, arXiv:2504.02692).

mod drift;
mod factor;
mod matrix;
mod moments;
mod row_grid;
mod stream;
mod tasks;
#[cfg(test)]
mod tests;

use kernels::reference::description::{Linear, Model, TensorId};
use kernels::{Error, Result};

use crate::activation::Input;
use crate::grid::GridRows;
use crate::parameters::{Parameters, Storage, Tensor};
use crate::product::Workspace;
use crate::trainer::Trainer;

use drift::Drift;
use factor::Factors;
use matrix::{MatrixRounder, ROWS};
use moments::Moments;
use stream::{Stream, Way};
use tasks::{End, Task, Tasks};

pub use row_grid::RowGrid;
pub use stream::Text;
pub use tasks::Share;

/// Share of the mean diagonal that is added to it: GPTQ's hundredth, and more for what texts of a few thousand tokens
/// leave uncertain.
const DAMPING: f64 = 0.03;
/// The same for an embedding that is also the head: its rows are looked up as well, where all errors cost alike.
const LOOKUP_DAMPING: f64 = 0.1;

/// A model on its way onto grids.
pub struct Rounder {
    model: Model,
    way: Way,
    /// As it was.
    original: Stream,
    /// As it becomes.
    current: Stream,
    grids: Vec<Option<RowGrid>>,
    workspace: Workspace<f32>,
    tasks: Tasks,
    moments: Option<Moments>,
    drift: Option<Drift>,
    factors: Option<Factors>,
    rounder: Option<MatrixRounder>,
    biases: Vec<TensorId>,
}

/// A matrix that is to be rounded.
#[derive(Clone, Debug)]
pub struct ToRound {
    /// Its name.
    pub name: String,
    /// What it becomes.
    pub grid: RowGrid,
    /// How its inputs are quantized.
    pub input: Input,
}

impl Trainer<f32> {
    /// Begins the rounding of matrices for what a text leaves of their inputs, in place of a training.
    ///
    /// # Errors
    /// [`Error::Format`] for an unknown name or a vector; [`Error::Range`] where something is trained, for a text that the
    /// model cannot read, or where the memory is exhausted.
    pub fn begin_rounding(self, matrices: &[ToRound], int8_cache: bool, text: Text) -> Result<Rounder> {
        let (model, mut parameters) = self.into_parts();
        if !parameters.slices.is_empty() {
            return Err(Error::range(
                "Freeze all tensors before their matrices are rounded.",
            ));
        }
        let mut grids = vec![None; parameters.tensors.len()];
        for ToRound { name, grid, input } in matrices {
            let id = model.tensors.find(name);
            let id = id.filter(|&id| model.tensors.specs()[id].shape.len() == 2);
            let id = id.ok_or_else(|| {
                Error::format(
                    name,
                    "The model's description has no such matrix.",
                    "Name only its matrices.",
                )
            })?;
            grids[id] = Some(*grid);
            parameters.tensors[id].input = *input;
        }
        Rounder::new(model, parameters, int8_cache, grids, text)
    }
}

impl Rounder {
    fn new(
        model: Model,
        parameters: Parameters<f32>,
        int8_cache: bool,
        grids: Vec<Option<RowGrid>>,
        text: Text,
    ) -> Result<Self> {
        let way = Way::new(&model, text, int8_cache)?;
        Ok(Self {
            tasks: Tasks::new(&model, &grids, &way.batch_tokens()),
            original: Stream::original(&parameters)?,
            current: Stream::new(parameters),
            workspace: Workspace::new(),
            moments: None,
            drift: None,
            factors: None,
            rounder: None,
            biases: Vec::new(),
            model,
            way,
            grids,
        })
    }

    /// Does the next piece of work, a fraction of a second on models that fit a chip; `None` when all is done.
    ///
    /// # Errors
    /// [`Error::Range`] where the memory is exhausted.
    pub fn work(&mut self) -> Result<Option<Share>> {
        let Some(task) = self.tasks.next() else {
            return Ok(None);
        };
        match task {
            Task::EmbedOriginal => {
                let projections = self.model.projections.as_ref();
                let into = projections.map(|projections| projections.into.weight);
                let tables = [self.model.positions, into];
                for table in tables.into_iter().flatten() {
                    self.original.take_over(table, &self.current)?;
                }
                // It is small, and used behind all steps.
                if let Some(projections) = projections {
                    self.original.take_over(projections.out.weight, &self.current)?;
                }
                // Nothing has changed yet, and the embedding is too large to have it twice.
                let rows = self.current.look_up(&self.model, &self.way)?;
                self.original.take_rows(rows);
                self.original.embed(&self.model, &self.way, &mut self.workspace)?;
                for table in tables.into_iter().flatten() {
                    self.original.drop(table);
                }
            }
            Task::LookUp => {
                let rows = self.current.look_up(&self.model, &self.way)?;
                self.current.take_rows(rows);
            }
            Task::Embed => {
                self.current.embed(&self.model, &self.way, &mut self.workspace)?;
                self.original.forget_rows();
                self.current.forget_rows();
            }
            Task::Lookup => self.factors = Some(Factors::alike(self.model.embedding_size)?),
            Task::Begin { step } => {
                for map in tasks::groups(&self.model.steps[step].operation).iter().flatten() {
                    self.original.take_over(map.weight, &self.current)?;
                }
            }
            Task::GatherFirst { at } => self.gather_first(at)?,
            Task::GatherLast { at } => self.gather_last(at)?,
            Task::GatherEnd { end, batch } => self.gather_end(end, batch)?,
            Task::Factor { tensor } => self.factor(tensor)?,
            Task::Round { map, first } => self.round(map, first)?,
            Task::PassOriginal { at } => {
                let result = self
                    .original
                    .step(&self.model, &self.way, &mut self.workspace, at)?;
                self.original
                    .put(&self.model, &self.way, &mut self.workspace, at, result)?;
            }
            Task::Pass { at } => {
                let result = self
                    .current
                    .step(&self.model, &self.way, &mut self.workspace, at)?;
                self.current
                    .put(&self.model, &self.way, &mut self.workspace, at, result)?;
            }
            Task::End { step } => {
                for map in tasks::groups(&self.model.steps[step].operation).iter().flatten() {
                    self.original.drop(map.weight);
                }
            }
        }
        Ok(Some(self.tasks.share()))
    }

    /// Takes codes and scales of a matrix that was rounded out, when all is done.
    pub fn take(&mut self, name: &str) -> Option<GridRows<f32>> {
        let id = self.model.tensors.find(name)?;
        let storage = &mut self.current.parameters.tensors[id].storage;
        match core::mem::replace(storage, Storage::Frozen(Vec::new())) {
            Storage::Rounded { rows, .. } => Some(rows),
            other => {
                *storage = other;
                None
            }
        }
    }

    /// The biases that make good what the rounding before them takes on average.
    pub fn biases(&self) -> impl Iterator<Item = (&str, &[f32])> {
        self.biases.iter().map(|&id| {
            let name = self.model.tensors.specs()[id].name.as_str();
            (name, self.current.parameters.get(id))
        })
    }

    /// Inputs that are those of the step itself.
    fn gather_first(&mut self, [step, batch]: [usize; 2]) -> Result<()> {
        let one = &self.model.steps[step];
        let Some(map) = tasks::groups(&one.operation)[0].first().copied() else {
            return Ok(());
        };
        let tokens = self.way.tokens(batch);
        let original = self.original.at(one.reads, &self.model, tokens.clone()).to_vec();
        let current = self.current.at(one.reads, &self.model, tokens).to_vec();
        self.observe(map, original, current, None)
    }

    /// Inputs on the way through the step; the original is past it then.
    fn gather_last(&mut self, [step, batch]: [usize; 2]) -> Result<()> {
        let Some(map) = tasks::groups(&self.model.steps[step].operation)[1]
            .first()
            .copied()
        else {
            return Ok(());
        };
        let (way, workspace) = (&self.way, &mut self.workspace);
        let (result, current) = self
            .current
            .step_with(&self.model, way, workspace, [step, batch], map)?;
        workspace.pool.give(result);
        let (result, original) = self
            .original
            .step_with(&self.model, way, workspace, [step, batch], map)?;
        let one = &self.model.steps[step];
        let residue = if one.adds {
            let tokens = way.tokens(batch);
            let mut residue = self.original.at(one.writes, &self.model, tokens.clone()).to_vec();
            drift::subtract(&mut residue, self.current.at(one.writes, &self.model, tokens));
            Some(residue)
        } else {
            None
        };
        self.original
            .put(&self.model, way, workspace, [step, batch], result)?;
        self.observe(map, original, current, residue)
    }

    fn gather_end(&mut self, end: End, batch: usize) -> Result<()> {
        let tokens = self.way.tokens(batch);
        let Some(map) = tasks::end(&self.model, end) else {
            return Ok(());
        };
        let (model, workspace) = (&self.model, &mut self.workspace);
        let original = self.original.before(end, model, workspace, tokens.clone())?;
        let current = self.current.before(end, model, workspace, tokens)?;
        self.observe(map, original, current, None)
    }

    /// Takes inputs of a matrix, and what the stream that its results are added to has lost.
    fn observe(
        &mut self,
        map: Linear,
        mut original: Vec<f32>,
        mut current: Vec<f32>,
        residue: Option<Vec<f32>>,
    ) -> Result<()> {
        let tensor = &self.current.parameters.tensors[map.weight];
        let size = tensor.cols;
        tensor.input.round(&mut current, size);
        let panels = &mut self.workspace.panels;
        let moments = match &mut self.moments {
            Some(moments) => moments,
            none => none.insert(Moments::new(size)?),
        };
        moments.add(panels, &current);
        drift::subtract(&mut original, &current);
        let drift = match &mut self.drift {
            Some(drift) => drift,
            none => none.insert(Drift::new(size, residue.as_ref().map(|_| self.model.hidden))?),
        };
        drift.add(panels, &original, residue.as_deref(), &current);
        Ok(())
    }

    fn factor(&mut self, tensor: TensorId) -> Result<()> {
        let is_looked_up = tensor == self.model.embedding;
        let damping = if is_looked_up { LOOKUP_DAMPING } else { DAMPING };
        if let Some(moments) = &self.moments {
            let size = self.current.parameters.tensors[tensor].cols;
            self.factors = Some(Factors::new(&moments.squares, size, damping)?);
        }
        Ok(())
    }

    /// Rounds some rows of a matrix.
    fn round(&mut self, map: Linear, first: usize) -> Result<()> {
        let (Some(grid), Some(factors)) = (self.grids[map.weight], &self.factors) else {
            return Ok(());
        };
        let parameters = &mut self.current.parameters;
        let Tensor { rows, cols, .. } = parameters.tensors[map.weight];
        let rounder = match &mut self.rounder {
            Some(rounder) => rounder,
            none => none.insert(MatrixRounder::new(grid, cols)?),
        };
        let last = rows.min(first + ROWS);
        let mut part = self.workspace.pool.take((last - first) * cols)?;
        let weights = parameters.elements(map.weight);
        weights.write_rows(first..last, cols, &mut part);
        if let Some(drift) = &mut self.drift {
            drift.make_good(&mut self.workspace.panels, &mut part, first, factors);
        }
        rounder.round(&mut part, factors, &mut self.workspace.panels)?;
        self.workspace.pool.give(part);
        if let (Some(bias), Some(moments)) = (map.bias, &self.moments) {
            let lost = rounder.lost(&moments.means(), last - first);
            if let Storage::Frozen(bias) = &mut parameters.tensors[bias].storage {
                for (bias, lost) in bias[first..last].iter_mut().zip(lost) {
                    *bias = (f64::from(*bias) + lost) as f32;
                }
            }
        }
        if let Some(rounder) = self.rounder.take_if(|_| last == rows) {
            parameters.tensors[map.weight].storage = Storage::Rounded {
                grid: grid.grid(),
                rows: rounder.rounded,
            };
            self.biases.extend(map.bias);
        }
        if self.tasks.is_last_of_group() {
            (self.moments, self.drift, self.factors) = (None, None, None);
        }
        Ok(())
    }
}
