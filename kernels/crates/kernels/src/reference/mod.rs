//! The original model in 32-bit floats: the judge of every conversion. It follows the decoder's description literally
//! (no folding, no fusion), keeps the weights in their storage type, and sums long products in f64.

pub mod description;
pub mod kinds;

mod attention;
mod calibration;
mod cbor;
mod convolution;
mod elementwise;
mod fields;
mod input_noise;
mod layers;
mod linear;
mod matrix;
mod places;
mod reader;
mod weights;

use crate::error::{try_vec, Error, Result};
use attention::Cache;
use calibration::Calibration;
use convolution::Past;
use description::{Linear, Model, Operation, TensorId};
use elementwise::RotaryTable;
use kinds::{PlaceKind, SiteKind};
use linear::MAX_BATCH;
use matrix::Matrix;
use places::Places;
use weights::Weights;

pub use calibration::Range;

/// Most logits of one call: 64 Mi floats; a longer text is asked for in pieces.
pub const MAX_LOGITS: usize = 1 << 26;

/// Which logits a call wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Want {
    /// After the last token only.
    Last,
    /// After every token.
    All,
}

/// The one input of matrices that is rounded as a device would.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RoundedInput {
    /// Index of the step; `None` for the head.
    pub step: Option<usize>,
    /// Code of the site: which of its inputs.
    pub site: u8,
    /// Code of the kind of input; one that there is not rounds nothing.
    pub kind: usize,
}

/// A model with its weights, its cache, and what was observed.
pub struct Engine {
    model: Model,
    weights: Weights,
    context: usize,
    position: usize,
    /// One for each step; those of other steps than attention stay empty.
    caches: Vec<Cache>,
    /// The same for convolutions.
    pasts: Vec<Past>,
    rotaries: Vec<RotaryTable>,
    calibration: Option<Calibration>,
    rounded: Option<RoundedInput>,
    linear_scratch: linear::Scratch,
    attention_scratch: attention::Scratch,
}

impl Engine {
    /// Reads a description in CBOR; `context` is the limit of positions, the model's own when `None`.
    pub fn new(description: &[u8], context: Option<usize>) -> Result<Self> {
        let model = Model::read(description)?;
        let context = context.unwrap_or(model.max_positions);
        if !(1..=model.max_positions).contains(&context) {
            return Err(Error::range(format_args!(
                "A context of {context} is outside 1..={}, the positions that the model was made for.",
                model.max_positions
            )));
        }
        Ok(Self {
            weights: Weights::new(model.tensors.specs())?,
            context,
            position: 0,
            caches: model.steps.iter().map(|_| Cache::default()).collect(),
            pasts: model.steps.iter().map(|_| Past::default()).collect(),
            rotaries: model.rotaries.iter().map(RotaryTable::new).collect(),
            calibration: None,
            rounded: None,
            linear_scratch: linear::Scratch::new(),
            attention_scratch: attention::Scratch::default(),
            model,
        })
    }

    /// What was described.
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// Limit of positions.
    pub fn context(&self) -> usize {
        self.context
    }

    /// Tokens in the cache.
    pub fn position(&self) -> usize {
        self.position
    }

    /// Supplies the next rows of a tensor.
    pub fn add_rows(&mut self, name: &str, bytes: &[u8]) -> Result<()> {
        let id = self.tensor(name)?;
        self.weights.add_rows(id, bytes)
    }

    /// Refuses what [`Self::add_rows`] would refuse of so many bytes; else gives the bytes of one row.
    pub fn check_rows(&self, name: &str, bytes: usize) -> Result<usize> {
        let id = self.tensor(name)?;
        self.weights.check_rows(id, bytes)?;
        let spec = &self.model.tensors.specs()[id];
        Ok(spec.cols() * spec.dtype.size())
    }

    fn tensor(&self, name: &str) -> Result<TensorId> {
        self.model.tensors.find(name).ok_or_else(|| {
            Error::format(
                name,
                "The model's description has no such tensor.",
                "Supply only its tensors.",
            )
        })
    }

    /// Names of the tensors that are not complete.
    pub fn missing(&self) -> Vec<&str> {
        self.weights.missing().collect()
    }

    /// Empties the cache.
    pub fn reset(&mut self) {
        self.position = 0;
        for cache in &mut self.caches {
            cache.clear();
        }
        for past in &mut self.pasts {
            past.clear();
        }
    }

    /// Observes activations from now on, starting empty.
    pub fn start_calibration(&mut self) {
        self.calibration = Some(Calibration::new(
            &self.model.steps,
            self.model.projections.is_some(),
        ));
    }

    /// What was observed; empty when calibration was not started.
    pub fn calibration(&self, percent: f64) -> Vec<Range> {
        self.calibration
            .as_ref()
            .map_or_else(Vec::new, |calibration| calibration.ranges(percent))
    }

    /// Sums of the squares of each element of a site's inputs, before the norm's gain where it is `folded`; none where
    /// nothing was observed.
    pub fn squares(&self, step: Option<usize>, site: SiteKind, folded: bool) -> &[f64] {
        self.calibration
            .as_ref()
            .map_or(&[], |calibration| calibration.squares(step, site, folded))
    }

    /// Rounds one input from now on, to find out what that alone costs; `None`: nothing, as at first.
    pub fn round_input(&mut self, input: Option<RoundedInput>) {
        self.rounded = input;
    }

    /// Appends tokens and returns the logits after the last or after each.
    ///
    /// A call that fails for want of memory leaves the cache empty; one that is refused leaves it as it was.
    pub fn forward(&mut self, ids: &[u32], want: Want) -> Result<Vec<f32>> {
        if let Some(name) = self.weights.missing().next() {
            return Err(Error::range(format_args!(
                "The weights are not complete: \"{name}\" is missing."
            )));
        }
        let vocabulary = self.model.vocabulary;
        if let Some(id) = ids.iter().find(|&&id| id as usize >= vocabulary) {
            return Err(Error::range(format_args!(
                "Token {id} is outside the vocabulary of {vocabulary}."
            )));
        }
        if ids.is_empty() {
            return Err(Error::range("There is nothing to compute without tokens."));
        }
        if ids.len() > self.context - self.position {
            return Err(Error::range(format_args!(
                "{} tokens after {} exceed the context of {}.",
                ids.len(),
                self.position,
                self.context
            )));
        }
        let rows = if want == Want::All { ids.len() } else { 1 };
        if rows > MAX_LOGITS / vocabulary {
            return Err(Error::range(format_args!(
                "The logits of {rows} tokens are too many for one call. Ask for fewer."
            )));
        }
        let mut logits = try_vec(rows * vocabulary, 0.0f32)?;
        let mut done = 0;
        for batch in ids.chunks(MAX_BATCH) {
            let wanted = match want {
                Want::All => 0..batch.len(),
                Want::Last if done + batch.len() == ids.len() => batch.len() - 1..batch.len(),
                Want::Last => 0..0,
            };
            let begin = if want == Want::All { done * vocabulary } else { 0 };
            let to = &mut logits[begin..begin + wanted.len() * vocabulary];
            if let Err(error) = self.batch(batch, wanted, to) {
                self.reset();
                return Err(error);
            }
            done += batch.len();
        }
        Ok(logits)
    }

    /// One batch of tokens through all steps; logits after the tokens `wanted`.
    fn batch(&mut self, ids: &[u32], wanted: core::ops::Range<usize>, logits: &mut [f32]) -> Result<()> {
        let end = self.position + ids.len();
        for (table, rotary) in self.rotaries.iter_mut().zip(&self.model.rotaries) {
            table.extend(rotary, end)?;
        }
        let mut places = Places::new(self.embed(ids)?);
        for index in 0..self.model.steps.len() {
            let step = self.model.steps[index].clone();
            let input = places.get(step.reads);
            let result = match &step.operation {
                Operation::Norm(norm) => self.norm(norm, &input.values, 0..ids.len())?,
                Operation::Attention(shape) => self.attention(index, shape, input)?.into(),
                Operation::Mlp(mlp) => self.mlp(index, mlp, input)?.into(),
                Operation::Convolution(shape) => self.convolution(index, shape, input)?.into(),
            };
            places.put(step.writes, step.adds, result);
        }
        self.position = end;
        if wanted.is_empty() {
            return Ok(());
        }
        let residual = &places.get(PlaceKind::Residual).values;
        let final_norm = self.model.final_norm;
        let mut normed = self.norm(&final_norm, residual, wanted.clone())?;
        if let Some(projections) = self.model.projections {
            let size = self.model.embedding_size;
            normed = self
                .project(projections.out, SiteKind::ProjectOut, &normed, size)?
                .into();
        }
        let head = self.model.head.unwrap_or(Linear {
            weight: self.model.embedding,
            bias: None,
        });
        let mut out = self.project(head, SiteKind::Head, &normed, self.model.vocabulary)?;
        for (row, to) in logits.chunks_exact_mut(self.model.vocabulary).enumerate() {
            let out = out.row_mut(row);
            elementwise::scale(out, self.model.logit_scale);
            elementwise::cap(out, self.model.logit_cap);
            to.copy_from_slice(out);
        }
        Ok(())
    }

    /// The embeddings of tokens.
    fn embed(&mut self, ids: &[u32]) -> Result<Matrix> {
        let columns = self.model.embedding_size;
        let mut x = Matrix::zeros(ids.len(), columns)?;
        let embedding = self.weights.get(self.model.embedding);
        for (row, &id) in ids.iter().enumerate() {
            embedding.decode_part(id as usize, 0, columns, x.vectors_mut(row));
            elementwise::scale(x.row_mut(row), self.model.embedding_scale);
        }
        if let Some(projections) = self.model.projections {
            x = self.project(
                projections.into,
                SiteKind::ProjectIn,
                &x.into(),
                self.model.hidden,
            )?;
        }
        if let Some(positions) = self.model.positions {
            let mut vector = try_vec(crate::dtype::padded_vectors(self.model.hidden), [0.0f32; 4])?;
            for row in 0..ids.len() {
                let position = self.position + row;
                self.weights
                    .get(positions)
                    .decode_part(position, 0, self.model.hidden, &mut vector);
                elementwise::add(x.vectors_mut(row), &vector);
            }
        }
        Ok(x)
    }
}
