//! The original model in 32-bit floats: the judge of every conversion. It follows the decoder's description literally
//! (no folding, no fusion), keeps the weights in their storage type, and sums long products in f64.

pub mod description;
pub mod kinds;

mod attention;
mod calibration;
mod cbor;
mod convolution;
mod elementwise;
mod input_noise;
mod linear;
mod matrix;
mod places;
mod reader;
mod weights;

use crate::error::{try_vec, Error, Result};
use attention::{attend, Cache};
use calibration::Calibration;
use convolution::Past;
use description::{
    Attention, HeadGains, HeadNorm, Inner, Linear, Mlp, Model, Norm, Operation, Position, TensorId,
};
use elementwise::RotaryTable;
use input_noise::round;
use kinds::{PlaceKind, SiteKind};
use linear::{linear, MAX_BATCH};
use matrix::Matrix;
use places::{Activations, Places};
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

    /// A matrix of no step over what comes to its site.
    #[inline(never)]
    fn project(&mut self, map: Linear, site: SiteKind, input: &Activations, out: usize) -> Result<Matrix> {
        let rounded = self.enter(None, site, &input.values, input.normalized.as_ref())?;
        self.linear(map, rounded.as_ref().unwrap_or(&input.values), out)
    }

    /// `output(attention(x))`
    fn attention(&mut self, step: usize, shape: &Attention, input: &Activations) -> Result<Matrix> {
        let rows = input.values.rows();
        let rounded = self.enter(
            Some(step),
            SiteKind::Attention,
            &input.values,
            input.normalized.as_ref(),
        )?;
        let x = rounded.as_ref().unwrap_or(&input.values);
        let mut queries = self.linear(shape.query, x, shape.heads * shape.head_dim)?;
        let mut keys = self.linear(shape.key, x, shape.kv_heads * shape.head_dim)?;
        let mut values = self.linear(shape.value, x, shape.kv_heads * shape.head_dim)?;
        for row in 0..rows {
            if let Some(clip) = shape.clip {
                for vector in [queries.row_mut(row), keys.row_mut(row), values.row_mut(row)] {
                    vector.iter_mut().for_each(|x| *x = x.clamp(-clip, clip));
                }
            }
            let norms = shape.head_norm.as_ref();
            self.turn(
                shape,
                norms.map(|norm| (norm, &norm.query)),
                row,
                queries.row_mut(row),
            );
            self.turn(shape, norms.map(|norm| (norm, &norm.key)), row, keys.row_mut(row));
            self.caches[step].push(shape, keys.row(row), values.row(row))?;
        }
        let mut mixed = Matrix::zeros(rows, shape.heads * shape.head_dim)?;
        for row in 0..rows {
            let position = self.position + row;
            attend(
                shape,
                &self.caches[step],
                position,
                &queries,
                row,
                &mut self.attention_scratch,
                &mut mixed,
            );
        }
        let rounded = self.enter(Some(step), SiteKind::Output, &mixed, None)?;
        self.result(shape.output, rounded.as_ref().unwrap_or(&mixed), shape.factor)
    }

    /// Normalizes and rotates the heads of one token, in the attention's order.
    fn turn(&self, shape: &Attention, norm: Option<(&HeadNorm, &HeadGains)>, row: usize, heads: &mut [f32]) {
        if let Some((norm, gains)) = norm.filter(|(norm, _)| !norm.turned) {
            self.normalize_heads(shape, norm, gains, heads);
        }
        if let Position::Rotary(table) = shape.position {
            self.rotaries[table].rotate(self.position + row, heads, shape.head_dim);
        }
        if let Some((norm, gains)) = norm.filter(|(norm, _)| norm.turned) {
            self.normalize_heads(shape, norm, gains, heads);
        }
    }

    fn normalize_heads(&self, shape: &Attention, norm: &HeadNorm, gains: &HeadGains, heads: &mut [f32]) {
        let span = norm.span(heads.len() / shape.head_dim, shape.head_dim);
        for (index, x) in heads.chunks_exact_mut(span).enumerate() {
            elementwise::normalize(norm.kind, x, norm.epsilon);
            if let Some(gain) = norm.tensor(&gains.gains, index) {
                elementwise::scale_by(x, self.weights.get(gain).values(), norm.gain_offset);
            }
            if let Some(bias) = norm.tensor(&gains.biases, index) {
                elementwise::shift_by(x, self.weights.get(bias).values());
            }
        }
    }

    /// `down(inner(x))`
    fn mlp(&mut self, step: usize, mlp: &Mlp, input: &Activations) -> Result<Matrix> {
        let rounded = self.enter(
            Some(step),
            SiteKind::Mlp,
            &input.values,
            input.normalized.as_ref(),
        )?;
        let x = rounded.as_ref().unwrap_or(&input.values);
        let inner = match mlp.inner {
            Inner::Gated { gate, up } => {
                let mut gate = self.linear(gate, x, mlp.width)?;
                let up = self.linear(up, x, mlp.width)?;
                for row in 0..gate.rows() {
                    elementwise::apply(mlp.function, gate.vectors_mut(row));
                    elementwise::multiply(gate.vectors_mut(row), up.vectors(row));
                }
                gate
            }
            Inner::Plain { up } => {
                let mut up = self.linear(up, x, mlp.width)?;
                for row in 0..up.rows() {
                    elementwise::apply(mlp.function, up.vectors_mut(row));
                }
                up
            }
        };
        let rounded = self.enter(Some(step), SiteKind::Down, &inner, None)?;
        self.result(mlp.down, rounded.as_ref().unwrap_or(&inner), mlp.factor)
    }

    /// The last map of a step, with the factor on its result.
    fn result(&mut self, map: Linear, input: &Matrix, factor: f32) -> Result<Matrix> {
        let mut result = self.linear(map, input, self.model.hidden)?;
        for row in 0..result.rows() {
            elementwise::scale(result.row_mut(row), factor);
        }
        Ok(result)
    }

    fn linear(&mut self, map: Linear, input: &Matrix, out: usize) -> Result<Matrix> {
        let mut output = Matrix::zeros(input.rows(), out)?;
        linear(
            &self.weights,
            map,
            input,
            0..input.rows(),
            &mut self.linear_scratch,
            &mut output,
        );
        Ok(output)
    }

    /// The normalized rows `rows` of `x`.
    fn norm(&self, norm: &Norm, x: &Matrix, rows: core::ops::Range<usize>) -> Result<Activations> {
        let mut values = Matrix::zeros(rows.len(), x.cols())?;
        for (to, row) in rows.enumerate() {
            let to = values.row_mut(to);
            to.copy_from_slice(x.row(row));
            elementwise::normalize(norm.kind, to, norm.epsilon);
        }
        let normalized = match self.calibration {
            Some(_) => Some(values.copy()?),
            None => None,
        };
        for row in 0..values.rows() {
            let to = values.row_mut(row);
            if let Some(gain) = norm.gain {
                elementwise::scale_by(to, self.weights.get(gain).values(), norm.gain_offset);
            }
            if let Some(bias) = norm.bias {
                elementwise::shift_by(to, self.weights.get(bias).values());
            }
        }
        Ok(Activations { values, normalized })
    }

    /// Sees what enters the matrices of a site, and gives what it is rounded to where it is.
    #[inline(never)]
    fn enter(
        &mut self,
        step: Option<usize>,
        site: SiteKind,
        values: &Matrix,
        normalized: Option<&Matrix>,
    ) -> Result<Option<Matrix>> {
        if let Some(calibration) = &mut self.calibration {
            calibration.add(step, site, values, normalized);
        }
        let Some(input) = self
            .rounded
            .filter(|input| (input.step, input.site) == (step, site as u8))
        else {
            return Ok(None);
        };
        let mut rounded = values.copy()?;
        for row in 0..rounded.rows() {
            round(rounded.row_mut(row), input.kind);
        }
        Ok(Some(rounded))
    }
}
