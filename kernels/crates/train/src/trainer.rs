//! A model in training: gradients of leaves, and steps of the optimizer.

use kernels::reference::description::{Model, Operation};
use kernels::{Error, Result};

use crate::adam::{Adam, Rates};
use crate::attention::{self, Setting};
use crate::cap::Finish;
use crate::grid::{GridValues, Tables};
use crate::head::{self, Loss, Targets, Teacher};
use crate::parameters::{Parameters, Part, Slice, Storage};
use crate::pass::Pass;
use crate::product::Workspace;
use crate::real::Real;
use crate::rotary::Rotations;
use crate::writer::{Growing, Seen};

/// Most tokens of a leaf: more only take memory, since the products have long been large enough.
pub const MAX_TOKENS: usize = 1 << 16;

/// Most logits of one call of [`Trainer::logits`]: as for the float reference.
pub const MAX_LOGITS: usize = 1 << 26;

/// A leaf: some sequences and what is wanted of them.
#[derive(Clone, Copy)]
pub struct Batch<'a, T> {
    /// The tokens of all sequences, one behind the other.
    pub ids: &'a [u32],
    /// Tokens of each sequence.
    pub lengths: &'a [usize],
    /// What is wanted.
    pub targets: Targets<'a, T>,
    /// Factor on the loss of each position: one over the positions of all leaves of a step makes its mean.
    pub weight: f64,
}

/// A model in training.
pub struct Trainer<T> {
    model: Model,
    parameters: Parameters<T>,
    rotations: Vec<Rotations<T>>,
    int8_cache: bool,
    adam: Adam<T>,
    workspace: Workspace<T>,
}

impl<T: Real> Trainer<T> {
    pub(crate) fn new(model: Model, parameters: Parameters<T>, int8_cache: bool) -> Result<Self> {
        Ok(Self {
            rotations: model.rotaries.iter().map(Rotations::new).collect(),
            adam: Adam::new(parameters.values.len())?,
            model,
            parameters,
            int8_cache,
            workspace: Workspace::new(),
        })
    }

    /// What was described, and its numbers.
    pub(crate) fn into_parts(self) -> (Model, Parameters<T>) {
        (self.model, self.parameters)
    }

    /// What was described.
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// The runs of trained numbers, in the order of the flat vector.
    pub fn slices(&self) -> &[Slice] {
        &self.parameters.slices
    }

    /// Sets the factor on the learning rate of a run, and whether its numbers decay.
    ///
    /// # Errors
    /// [`Error::Range`] for no such run, or a factor that is not a number from 0 up.
    pub fn set_rate(&mut self, slice: usize, rate: f32, decays: bool) -> Result<()> {
        if !(rate.is_finite() && rate >= 0.0) {
            return Err(Error::range(format!(
                "The rate {rate} is not a number from 0 up."
            )));
        }
        let Some(slice) = self.parameters.slices.get_mut(slice) else {
            return Err(Error::range(format!(
                "There is no run {slice} of trained numbers."
            )));
        };
        (slice.rate, slice.decays) = (rate, decays);
        Ok(())
    }

    /// The trained numbers.
    pub fn values(&self) -> &[T] {
        &self.parameters.values
    }

    /// Replaces the trained numbers.
    ///
    /// # Errors
    /// [`Error::Range`] for another length.
    pub fn set_values(&mut self, values: &[T]) -> Result<()> {
        self.check_length(values)?;
        self.parameters.values.copy_from_slice(values);
        self.parameters.refresh();
        Ok(())
    }

    /// The optimizer's means of gradients and of their squares, and its steps: with the trained numbers, all that a
    /// training that was interrupted needs.
    pub fn moments(&self) -> (&[T], &[T], u32) {
        (&self.adam.first, &self.adam.second, self.adam.steps())
    }

    /// Goes on where another training was.
    ///
    /// # Errors
    /// [`Error::Range`] for other lengths.
    pub fn set_moments(&mut self, first: &[T], second: &[T], steps: u32) -> Result<()> {
        self.check_length(first)?;
        self.check_length(second)?;
        self.adam.resume(first, second, steps);
        Ok(())
    }

    fn check_length(&self, values: &[T]) -> Result<()> {
        let expected = self.parameters.values.len();
        if values.len() == expected {
            return Ok(());
        }
        Err(Error::range(format!(
            "{} numbers do not stand for the {expected} that are trained.",
            values.len()
        )))
    }

    /// The elements of a tensor as products use them: of a quantized one, what its codes stand for.
    ///
    /// # Errors
    /// [`Error::Range`] for an unknown name.
    pub fn tensor(&self, name: &str) -> Result<Vec<T>> {
        let id = self.model.tensors.find(name);
        let id = id.ok_or_else(|| Error::range(format!("There is no tensor \"{name}\".")))?;
        let tensor = &self.parameters.tensors[id];
        Ok(self.parameters.elements(id).all([tensor.rows, tensor.cols]))
    }

    /// Codes, scales and minimums of a quantized tensor; `None` for others.
    pub fn grid(&self, name: &str) -> Option<GridValues<T>> {
        let id = self.model.tensors.find(name)?;
        let Storage::Grid(storage) = &self.parameters.tensors[id].storage else {
            return None;
        };
        Some(GridValues {
            codes: storage.codes.clone(),
            scales: self.parameters.values[storage.scales.clone()].to_vec(),
            minimums: self.parameters.values[storage.minimums.clone()].to_vec(),
        })
    }

    /// Scales and minimums as packages store them, of a tensor where they are whole numbers; `None` for others.
    pub fn tables(&self, name: &str) -> Option<Tables<T>> {
        let id = self.model.tensors.find(name)?;
        let tensor = &self.parameters.tensors[id];
        let Storage::Grid(storage) = &tensor.storage else {
            return None;
        };
        let values = &self.parameters.values;
        let floats = (&values[storage.scales.clone()], &values[storage.minimums.clone()]);
        let shape = [tensor.rows, tensor.cols];
        storage.grid.whole.then(|| storage.grid.tables(shape, floats))
    }

    /// A run of trained numbers by name.
    pub fn slice(&self, name: &str, part: Part) -> Option<&Slice> {
        let mut slices = self.parameters.slices.iter();
        slices.find(|slice| slice.name == name && slice.part == part)
    }

    /// The loss of a leaf, and `weight` times its gradient, which replaces what is in `gradient`.
    ///
    /// # Errors
    /// [`Error::Range`] for ids outside the vocabulary, lengths that do not fit, or exhausted memory.
    pub fn gradient(&mut self, batch: &Batch<'_, T>, gradient: &mut [T]) -> Result<Loss> {
        self.check_length(gradient)?;
        self.check(batch.ids, batch.lengths)?;
        self.check_targets(batch)?;
        gradient.fill(T::ZERO);
        let weight = T::of(batch.weight);
        self.pass(batch.lengths)
            .gradient(batch.ids, batch.targets, weight, gradient)
    }

    /// The loss of a leaf alone.
    ///
    /// # Errors
    /// As [`Self::gradient`].
    pub fn loss(&mut self, batch: &Batch<'_, T>) -> Result<Loss> {
        self.check(batch.ids, batch.lengths)?;
        self.check_targets(batch)?;
        self.pass(batch.lengths).loss(batch.ids, batch.targets)
    }

    /// Logits after each token: `vocabulary` numbers each.
    ///
    /// # Errors
    /// As [`Self::gradient`], and for too many at once.
    pub fn logits(&mut self, ids: &[u32], lengths: &[usize]) -> Result<Vec<T>> {
        self.check(ids, lengths)?;
        if ids.len() > MAX_LOGITS / self.model.vocabulary {
            return Err(Error::range(format!(
                "The logits of {} tokens are too many for one call. Ask for fewer.",
                ids.len()
            )));
        }
        self.pass(lengths).logits(ids)
    }

    /// One step of the optimizer along the sum of a step's gradients; returns the gradient's norm.
    ///
    /// # Errors
    /// [`Error::Range`] for rates out of range, and for a gradient of another length or that is not finite: nothing has
    /// changed then.
    pub fn step(&mut self, gradient: &[T], rates: &Rates) -> Result<f64> {
        self.check_length(gradient)?;
        let parameters = &mut self.parameters;
        let norm = self
            .adam
            .step(&parameters.slices, &mut parameters.values, gradient, rates)?;
        parameters.refresh();
        Ok(norm)
    }

    fn pass<'a>(&'a mut self, lengths: &'a [usize]) -> Pass<'a, T> {
        self.workspace.pool.begin(lengths.iter().sum());
        Pass {
            model: &self.model,
            parameters: &self.parameters,
            workspace: &mut self.workspace,
            setting: Setting {
                lengths,
                start: 0,
                rotations: &self.rotations,
                int8_cache: self.int8_cache,
            },
            growing: None,
        }
    }

    /// Logits of the next token of texts that grow to `most` tokens, given the last of each, all of them at `position`.
    pub(crate) fn next_logits(
        &mut self,
        ids: &[u32],
        position: usize,
        (seen, most): (&mut [Vec<Seen<T>>], usize),
    ) -> Result<Vec<T>> {
        let lengths = vec![1; ids.len()];
        self.check(ids, &lengths)?;
        self.make_room(position + 1)?;
        let mut pass = self.pass(&lengths);
        pass.setting.start = position;
        pass.growing = Some(Growing {
            position,
            step: 0,
            seen,
            most,
        });
        pass.logits(ids)
    }

    /// Bytes that a text which is written needs to be looked back at, for each of its tokens.
    pub fn seen_bytes(&self) -> usize {
        let steps = self.model.steps.iter();
        let kept = steps.map(|step| match &step.operation {
            Operation::Attention(shape) => 2 * attention::widths(shape)[1],
            _ => 0,
        });
        kept.sum::<usize>() * size_of::<T>()
    }

    /// Takes back a buffer that this trainer gave.
    pub(crate) fn give(&mut self, buffer: Vec<T>) {
        self.workspace.pool.give(buffer);
    }

    /// The loss of sequences against the logits of another model, and `weight` times its gradient, which replaces what is
    /// in `gradient`.
    ///
    /// # Errors
    /// As [`Self::gradient`]; [`Error::Range`] as well for a teacher with another vocabulary.
    pub fn gradient_to(
        &mut self,
        teacher: &mut Self,
        (ids, lengths): (&[u32], &[usize]),
        weight: f64,
        gradient: &mut [T],
    ) -> Result<Loss> {
        let x = self.taught(teacher, ids, lengths)?;
        let targets = teacher.teacher(&x);
        let loss = self.gradient(
            &Batch {
                ids,
                lengths,
                targets,
                weight,
            },
            gradient,
        );
        teacher.give(x);
        loss
    }

    /// The loss alone.
    ///
    /// # Errors
    /// As [`Self::gradient_to`].
    pub fn loss_to(&mut self, teacher: &mut Self, ids: &[u32], lengths: &[usize]) -> Result<Loss> {
        let x = self.taught(teacher, ids, lengths)?;
        let targets = teacher.teacher(&x);
        let loss = self.loss(&Batch {
            ids,
            lengths,
            targets,
            weight: 0.0,
        });
        teacher.give(x);
        loss
    }

    /// The inputs of a teacher's head.
    fn taught(&self, teacher: &mut Self, ids: &[u32], lengths: &[usize]) -> Result<Vec<T>> {
        let [own, other] = [self.model.vocabulary, teacher.model.vocabulary];
        if own != other {
            return Err(Error::range(format!(
                "A teacher with {other} tokens cannot teach a model with {own}."
            )));
        }
        teacher.check(ids, lengths)?;
        teacher.pass(lengths).normed(ids)
    }

    fn teacher<'a>(&'a self, x: &'a [T]) -> Targets<'a, T> {
        Targets::Model(Teacher {
            parameters: &self.parameters,
            head: head::linear(&self.model),
            finish: Finish::of(&self.model),
            x,
        })
    }

    /// Refuses sequences that cannot be computed, and makes room for their positions.
    fn check(&mut self, ids: &[u32], lengths: &[usize]) -> Result<()> {
        let total = lengths
            .iter()
            .fold(0usize, |sum, &length| sum.saturating_add(length));
        if ids.is_empty() || total != ids.len() || lengths.contains(&0) {
            return Err(Error::range(format!(
                "{} tokens are not {} sequences of one token or more with {total} in all.",
                ids.len(),
                lengths.len()
            )));
        }
        if ids.len() > MAX_TOKENS {
            return Err(Error::range(format!(
                "{} tokens are too many at once. Give at most {MAX_TOKENS}.",
                ids.len()
            )));
        }
        let vocabulary = self.model.vocabulary;
        if let Some(id) = ids.iter().find(|&&id| id as usize >= vocabulary) {
            return Err(Error::range(format!(
                "Token {id} is outside the vocabulary of {vocabulary}."
            )));
        }
        let longest = lengths.iter().copied().max().unwrap_or(0);
        self.make_room(longest)
    }

    /// Refuses more positions than the model has, and prepares so many.
    fn make_room(&mut self, positions: usize) -> Result<()> {
        if positions > self.model.max_positions {
            return Err(Error::range(format!(
                "A sequence of {positions} tokens is longer than the {} positions that the model was made for.",
                self.model.max_positions
            )));
        }
        for rotations in &mut self.rotations {
            rotations.extend(positions)?;
        }
        Ok(())
    }

    fn check_targets(&self, batch: &Batch<'_, T>) -> Result<()> {
        let vocabulary = self.model.vocabulary;
        let expected = match batch.targets {
            Targets::Ids(ids) => {
                if let Some(id) = ids.iter().find(|&&id| id >= 0 && id as usize >= vocabulary) {
                    return Err(Error::range(format!(
                        "Target {id} is outside the vocabulary of {vocabulary}."
                    )));
                }
                (ids.len(), batch.ids.len())
            }
            Targets::Logits(logits) => (logits.len(), batch.ids.len() * vocabulary),
            Targets::Model(Teacher {
                parameters, head, x, ..
            }) => {
                let hidden = parameters.tensors[head.weight].cols;
                (x.len(), batch.ids.len() * hidden)
            }
        };
        if expected.0 != expected.1 {
            return Err(Error::range(format!(
                "There are {} targets where {} belong.",
                expected.0, expected.1
            )));
        }
        if !batch.weight.is_finite() {
            return Err(Error::range("The weight of a position is not finite."));
        }
        Ok(())
    }
}
