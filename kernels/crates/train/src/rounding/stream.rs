//! A model on its way through a text, all tokens a step further at a time.

use core::ops::Range;

use kernels::reference::description::{Linear, Model, Operation, TensorId};
use kernels::reference::kinds::PlaceKind;
use kernels::{Error, Result};

use super::factor::filled;
use super::tasks::End;
use crate::activation::Input;
use crate::attention::{self, Setting};
use crate::convolution;
use crate::embedding;
use crate::feed_forward;
use crate::linear::Vectors;
use crate::norm;
use crate::parameters::{Parameters, Storage, Tensor};
use crate::product::{Capture, Workspace};
use crate::real::add;
use crate::rotary::Rotations;

/// Tokens that pass a step at once, whole sequences: enough for the products, little enough for the memory.
const BATCH_TOKENS: usize = 512;

/// Most tokens of a text: what is kept of each is several vectors.
const MAX_TOKENS: usize = 1 << 18;

/// What the inputs are gathered from: sequences one behind the other.
#[derive(Clone, Debug)]
pub struct Text {
    /// Tokens.
    pub ids: Vec<u32>,
    /// Tokens of each sequence.
    pub lengths: Vec<usize>,
}

/// Sequences that pass together, and their tokens.
struct Batch {
    sequences: Range<usize>,
    tokens: Range<usize>,
}

/// A text in batches, and what all models need that pass it.
pub struct Way {
    text: Text,
    batches: Vec<Batch>,
    rotations: Vec<Rotations<f32>>,
    int8_cache: bool,
}

impl Way {
    /// Refuses a text that the model cannot read.
    pub fn new(model: &Model, text: Text, int8_cache: bool) -> Result<Self> {
        if let Some(id) = text.ids.iter().find(|&&id| id as usize >= model.vocabulary) {
            return Err(Error::range(format!(
                "Token {id} is outside the vocabulary of {}.",
                model.vocabulary
            )));
        }
        let longest = text.lengths.iter().copied().max().unwrap_or(0);
        let tokens = text
            .lengths
            .iter()
            .fold(0usize, |sum, &length| sum.saturating_add(length));
        let whole = tokens == text.ids.len() && !text.lengths.contains(&0);
        if !whole || !(1..=MAX_TOKENS).contains(&tokens) || longest > model.max_positions {
            return Err(Error::range(format!(
                "A text for rounding has 1 to {MAX_TOKENS} tokens in sequences of 1 to {}, not {tokens} in sequences of at most {longest}.",
                model.max_positions,
            )));
        }
        let mut rotations: Vec<_> = model.rotaries.iter().map(Rotations::new).collect();
        for table in &mut rotations {
            table.extend(longest)?;
        }
        Ok(Self {
            batches: batches(&text.lengths),
            rotations,
            text,
            int8_cache,
        })
    }

    /// Tokens of each batch.
    pub fn batch_tokens(&self) -> Vec<usize> {
        self.batches.iter().map(|batch| batch.tokens.len()).collect()
    }

    /// The tokens of a batch.
    pub fn tokens(&self, batch: usize) -> Range<usize> {
        self.batches[batch].tokens.clone()
    }
}

fn batches(lengths: &[usize]) -> Vec<Batch> {
    let mut batches: Vec<Batch> = Vec::new();
    let mut at = 0;
    for (sequence, &length) in lengths.iter().enumerate() {
        match batches.last_mut() {
            Some(batch) if batch.tokens.len() + length <= BATCH_TOKENS => {
                batch.sequences.end += 1;
                batch.tokens.end += length;
            }
            _ => batches.push(Batch {
                sequences: sequence..sequence + 1,
                tokens: at..at + length,
            }),
        }
        at += length;
    }
    batches
}

/// A model and what its places hold for all tokens; a place that no step has written is empty.
pub struct Stream {
    pub parameters: Parameters<f32>,
    places: [Vec<f32>; PlaceKind::COUNT],
    /// The rows of all tokens, as long as they are needed.
    rows: Vec<f32>,
}

impl Stream {
    /// Before the first token.
    pub fn new(parameters: Parameters<f32>) -> Self {
        Self {
            parameters,
            places: [(); PlaceKind::COUNT].map(|()| Vec::new()),
            rows: Vec::new(),
        }
    }

    /// The same with exact inputs; matrices are taken over when they are needed.
    pub fn original(of: &Parameters<f32>) -> Result<Self> {
        let mut tensors = Vec::new();
        for (id, tensor) in of.tensors.iter().enumerate() {
            let is_vector = tensor.rows == 1 || tensor.cols == 1;
            tensors.push(Tensor {
                rows: tensor.rows,
                cols: tensor.cols,
                input: Input::Float32,
                storage: Storage::Frozen(if is_vector { copy(of.get(id))? } else { Vec::new() }),
            });
        }
        Ok(Self::new(Parameters {
            tensors,
            values: Vec::new(),
            slices: Vec::new(),
        }))
    }

    /// Takes over a tensor as another stream has it now.
    pub fn take_over(&mut self, id: TensorId, from: &Self) -> Result<()> {
        let tensor = &from.parameters.tensors[id];
        self.parameters.tensors[id].storage = match &tensor.storage {
            Storage::Packed { dtype, bytes } => Storage::Packed {
                dtype: *dtype,
                bytes: copy(bytes)?,
            },
            _ => {
                let mut elements = filled(tensor.rows * tensor.cols, 0.0)?;
                let from = from.parameters.elements(id);
                from.write_rows(0..tensor.rows, tensor.cols, &mut elements);
                Storage::Frozen(elements)
            }
        };
        Ok(())
    }

    /// Gives the memory of a tensor back.
    pub fn drop(&mut self, id: TensorId) {
        self.parameters.tensors[id].storage = Storage::Frozen(Vec::new());
    }

    /// What a place holds of some tokens.
    pub fn at(&self, place: PlaceKind, model: &Model, tokens: Range<usize>) -> &[f32] {
        &self.places[place as usize][tokens.start * model.hidden..tokens.end * model.hidden]
    }

    /// The rows of all tokens, as it has them now.
    pub fn look_up(&self, model: &Model, way: &Way) -> Result<Vec<f32>> {
        let mut rows = filled(way.text.ids.len() * model.embedding_size, 0.0f32)?;
        embedding::look_up(&self.parameters, model, &way.text.ids, &mut rows);
        Ok(rows)
    }

    /// Takes the rows of all tokens.
    pub fn take_rows(&mut self, rows: Vec<f32>) {
        self.rows = rows;
    }

    /// Gives the memory of the rows back.
    pub fn forget_rows(&mut self) {
        self.rows = Vec::new();
    }

    /// Begins with the embeddings of all tokens, made of their rows.
    pub fn embed(&mut self, model: &Model, way: &Way, workspace: &mut Workspace<f32>) -> Result<()> {
        let rows = match model.projections {
            Some(_) => copy(&self.rows)?,
            None => core::mem::take(&mut self.rows),
        };
        let sequences = (&way.text.lengths[..], 0);
        let x = embedding::forward(&self.parameters, workspace, model, rows, sequences)?;
        self.places[PlaceKind::Residual as usize] = x;
        Ok(())
    }

    /// A step over the tokens of a batch.
    pub fn step(
        &self,
        model: &Model,
        way: &Way,
        workspace: &mut Workspace<f32>,
        [step, batch]: [usize; 2],
    ) -> Result<Vec<f32>> {
        let step = &model.steps[step];
        let batch = &way.batches[batch];
        workspace.pool.begin(batch.tokens.len());
        let data = self.at(step.reads, model, batch.tokens.clone());
        let x = Vectors {
            rows: batch.tokens.len(),
            data,
        };
        let setting = Setting {
            lengths: &way.text.lengths[batch.sequences.clone()],
            rotations: &way.rotations,
            start: 0,
            int8_cache: way.int8_cache,
        };
        let parameters = &self.parameters;
        Ok(match &step.operation {
            Operation::Norm(norm) => {
                norm::forward(parameters, workspace, &norm::Shape::of(norm, model.hidden), data)?
            }
            Operation::Attention(shape) => {
                let (y, kept) = attention::forward(parameters, workspace, shape, &setting, x)?;
                kept.release(workspace);
                y
            }
            Operation::Mlp(mlp) => {
                let (y, kept) = feed_forward::forward(parameters, workspace, mlp, x)?;
                kept.release(workspace);
                y
            }
            Operation::Convolution(shape) => {
                let (y, kept) = convolution::forward(parameters, workspace, shape, setting.lengths, x)?;
                kept.release(workspace);
                y
            }
        })
    }

    /// The same, with the inputs of a matrix on the way, as its codes have them.
    pub fn step_with(
        &self,
        model: &Model,
        way: &Way,
        workspace: &mut Workspace<f32>,
        at: [usize; 2],
        map: Linear,
    ) -> Result<(Vec<f32>, Vec<f32>)> {
        workspace.capture = Some(Capture {
            tensor: map.weight,
            vectors: Vec::new(),
        });
        let result = self.step(model, way, workspace, at);
        let captured = workspace.capture.take();
        Ok((result?, captured.map_or_else(Vec::new, |capture| capture.vectors)))
    }

    /// Puts the result of a step where it writes.
    pub fn put(
        &mut self,
        model: &Model,
        way: &Way,
        workspace: &mut Workspace<f32>,
        [step, batch]: [usize; 2],
        result: Vec<f32>,
    ) -> Result<()> {
        let step = &model.steps[step];
        let place = &mut self.places[step.writes as usize];
        if place.is_empty() {
            *place = filled(way.text.ids.len() * model.hidden, 0.0)?;
        }
        let to = &mut place[way.batches[batch].tokens.start * model.hidden..][..result.len()];
        if step.adds {
            add(to, &result);
        } else {
            to.copy_from_slice(&result);
        }
        workspace.pool.give(result);
        Ok(())
    }

    /// What goes into a matrix of no step.
    #[inline(never)]
    pub fn before(
        &self,
        end: End,
        model: &Model,
        workspace: &mut Workspace<f32>,
        tokens: Range<usize>,
    ) -> Result<Vec<f32>> {
        if matches!(end, End::ProjectIn) {
            let size = model.embedding_size;
            return copy(&self.rows[tokens.start * size..tokens.end * size]);
        }
        let residual = self.at(PlaceKind::Residual, model, tokens);
        let shape = norm::Shape::of(&model.final_norm, model.hidden);
        let normed = norm::forward(&self.parameters, workspace, &shape, residual)?;
        match end {
            End::Head => embedding::before_head(&self.parameters, workspace, model, normed),
            _ => Ok(normed),
        }
    }
}

fn copy<T: Copy + Default>(from: &[T]) -> Result<Vec<T>> {
    let mut to = filled(from.len(), T::default())?;
    to.copy_from_slice(from);
    Ok(to)
}
