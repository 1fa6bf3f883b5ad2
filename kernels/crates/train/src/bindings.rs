//! What TypeScript sees (`src/quantize/training.ts` is the only caller and gives it types and documentation).
// The macro of wasm-bindgen expands to the foreign functions that it generates.
#![allow(unsafe_code)]

use kernels::fault::Fault;
use kernels::Error;
use wasm_bindgen::prelude::*;

use crate::{
    Batch, Draft, Follow, Grid, GridValues, Input, Loss, Part, Rates, Sharing, Targets, Trainer, Writer,
    Writing,
};

mod rounding;
mod tree;

pub use rounding::Rounding;
pub use tree::GradientTree;

type Answer<T> = core::result::Result<T, Fault>;

/// A model whose training has not begun.
#[wasm_bindgen]
pub struct TrainingDraft(Draft);

#[wasm_bindgen]
impl TrainingDraft {
    /// `description` is the decoder's in CBOR.
    #[wasm_bindgen(constructor)]
    pub fn new(description: &[u8]) -> Answer<TrainingDraft> {
        Ok(Self(Draft::new(description)?))
    }

    /// All tensors, in order of first use.
    pub fn tensor_names(&self) -> Vec<String> {
        let specs = self.0.model().tensors.specs();
        specs.iter().map(|spec| spec.name.clone()).collect()
    }

    /// Supplies the next rows of a tensor.
    pub fn add_rows(&mut self, name: &str, bytes: &[u8]) -> Answer<()> {
        Ok(self.0.add_rows(name, bytes)?)
    }

    /// See [`Draft::take_over`].
    pub fn take_over(&mut self, name: &str, from: &Training) -> Answer<()> {
        Ok(self.0.take_over(name, &from.trainer)?)
    }

    /// Names of the incomplete tensors.
    pub fn missing(&self) -> Vec<String> {
        self.0.missing().into_iter().map(str::to_owned).collect()
    }

    /// See [`Draft::initialize`].
    pub fn initialize(&mut self, seed: f64, deviation: f32) -> Answer<()> {
        Ok(self.0.initialize(seed as u64, deviation)?)
    }

    /// See [`Draft::freeze`].
    pub fn freeze(&mut self, name: &str) -> Answer<()> {
        Ok(self.0.freeze(name)?)
    }

    /// See [`Draft::quantize`]; `group` counts for groups of columns only.
    pub fn quantize(
        &mut self,
        name: &str,
        bits: u32,
        sharing: &str,
        group: usize,
        minimum: bool,
        whole: bool,
        follows: &str,
    ) -> Answer<()> {
        let grid = Grid {
            follows: follow(follows)?,
            ..grid(bits, sharing, group, minimum, whole)?
        };
        Ok(self.0.quantize(name, grid, None)?)
    }

    /// The same with codes, scales and minimums that exist.
    #[allow(clippy::too_many_arguments)]
    pub fn set_codes(
        &mut self,
        name: &str,
        bits: u32,
        sharing: &str,
        group: usize,
        whole: bool,
        follows: &str,
        codes: Vec<i8>,
        scales: Vec<f32>,
        minimums: Vec<f32>,
    ) -> Answer<()> {
        let grid = Grid {
            follows: follow(follows)?,
            ..grid(bits, sharing, group, !minimums.is_empty(), whole)?
        };
        let values = GridValues {
            codes,
            scales,
            minimums,
        };
        Ok(self.0.quantize(name, grid, Some(values))?)
    }

    /// See [`Draft::set_input`]; the words are those of [`Input::from_word`].
    pub fn set_input(&mut self, name: &str, input: &str) -> Answer<()> {
        Ok(self.0.set_input(name, self::input(input)?)?)
    }

    /// See [`Draft::set_int8_cache`].
    pub fn set_int8_cache(&mut self, on: bool) {
        self.0.set_int8_cache(on);
    }

    /// Begins the training; the draft is used up.
    pub fn begin(self) -> Answer<Training> {
        let trainer = self.0.begin::<f32>()?;
        let gradient = vec![0.0; trainer.values().len()];
        Ok(Training { trainer, gradient })
    }
}

fn input(word: &str) -> Answer<Input> {
    let kind = Input::from_word(word);
    Ok(kind.ok_or_else(|| Error::range(format!("Inputs are not quantized as {word}.")))?)
}

fn follow(word: &str) -> Answer<Follow> {
    match word {
        "nothing" => Ok(Follow::Nothing),
        "weights" => Ok(Follow::Weights),
        "places" => Ok(Follow::Places),
        _ => Err(Error::range(format!("Codes do not follow {word}.")).into()),
    }
}

fn grid(bits: u32, sharing: &str, group: usize, minimum: bool, whole: bool) -> Answer<Grid> {
    let sharing = match sharing {
        "tensor" => Sharing::Tensor,
        "row" => Sharing::Row,
        "columns" => Sharing::Columns(group),
        _ => return Err(Error::range(format!("Weights do not share scales by {sharing}.")).into()),
    };
    match (bits, minimum, whole) {
        (8, false, false) => Ok(Grid::int8(sharing)),
        (8, false, true) => Ok(Grid {
            sharing,
            ..Grid::int8_group(group)
        }),
        (4, minimum, false) => Ok(Grid::int4(sharing, minimum)),
        (4, true, true) => Ok(Grid {
            sharing,
            ..Grid::int4_group(group)
        }),
        _ => {
            let problem =
                format!("There is no grid of {bits} bits with these minimums: 8 bits have none, 4 may.");
            Err(Error::range(problem).into())
        }
    }
}

/// A model in training, and one gradient.
#[wasm_bindgen]
pub struct Training {
    trainer: Trainer<f32>,
    gradient: Vec<f32>,
}

#[wasm_bindgen]
impl Training {
    /// Numbers that are trained.
    pub fn count(&self) -> usize {
        self.gradient.len()
    }

    /// See [`Trainer::seen_bytes`].
    pub fn seen_bytes(&self) -> usize {
        self.trainer.seen_bytes()
    }

    /// Logits a token.
    pub fn vocabulary(&self) -> usize {
        self.trainer.model().vocabulary
    }

    /// The tensor of each run of trained numbers.
    pub fn slice_names(&self) -> Vec<String> {
        self.trainer
            .slices()
            .iter()
            .map(|slice| slice.name.clone())
            .collect()
    }

    /// For each run: 0 for elements, 1 for scales, 2 for minimums; and its length.
    pub fn slice_parts(&self) -> Vec<u32> {
        let part = |part| match part {
            Part::Values => 0,
            Part::Scales => 1,
            Part::Minimums => 2,
        };
        let slices = self.trainer.slices().iter();
        slices
            .flat_map(|slice| [part(slice.part), slice.length as u32])
            .collect()
    }

    /// See [`Trainer::set_rate`].
    pub fn set_rate(&mut self, slice: usize, rate: f32, decays: bool) -> Answer<()> {
        Ok(self.trainer.set_rate(slice, rate, decays)?)
    }

    /// Where the gradient begins.
    pub fn gradient_address(&self) -> usize {
        self.gradient.as_ptr() as usize
    }

    /// Where the trained numbers begin.
    pub fn values_address(&self) -> usize {
        self.trainer.values().as_ptr() as usize
    }

    /// See [`Trainer::set_values`].
    pub fn set_values(&mut self, values: &[f32]) -> Answer<()> {
        Ok(self.trainer.set_values(values)?)
    }

    /// The optimizer's steps so far.
    pub fn steps(&self) -> u32 {
        self.trainer.moments().2
    }

    /// Where its means of gradients and of their squares begin.
    pub fn moments_addresses(&self) -> Vec<u32> {
        let (first, second, _) = self.trainer.moments();
        vec![first.as_ptr() as u32, second.as_ptr() as u32]
    }

    /// See [`Trainer::set_moments`].
    pub fn set_moments(&mut self, first: &[f32], second: &[f32], steps: u32) -> Answer<()> {
        Ok(self.trainer.set_moments(first, second, steps)?)
    }

    /// The gradient of a leaf against the tokens that follow; gives the sum of the losses, and the positions.
    pub fn gradient(&mut self, ids: &[u32], lengths: &[u32], next: &[i32], weight: f64) -> Answer<Vec<f64>> {
        self.learn(ids, lengths, Targets::Ids(next), weight)
    }

    /// The same against the logits of another model.
    pub fn gradient_to(
        &mut self,
        ids: &[u32],
        lengths: &[u32],
        logits: &[f32],
        weight: f64,
    ) -> Answer<Vec<f64>> {
        self.learn(ids, lengths, Targets::Logits(logits), weight)
    }

    /// The loss alone against the tokens that follow.
    pub fn loss(&mut self, ids: &[u32], lengths: &[u32], next: &[i32]) -> Answer<Vec<f64>> {
        self.judge(ids, lengths, Targets::Ids(next))
    }

    /// The same against the logits of another model.
    pub fn loss_to(&mut self, ids: &[u32], lengths: &[u32], logits: &[f32]) -> Answer<Vec<f64>> {
        self.judge(ids, lengths, Targets::Logits(logits))
    }

    /// See [`Trainer::gradient_to`].
    pub fn gradient_from(
        &mut self,
        teacher: &mut Training,
        ids: &[u32],
        lengths: &[u32],
        weight: f64,
    ) -> Answer<Vec<f64>> {
        let text = (ids, &sizes(lengths)[..]);
        let gradient = &mut self.gradient;
        let loss = self
            .trainer
            .gradient_to(&mut teacher.trainer, text, weight, gradient)?;
        Ok(figures(loss))
    }

    /// See [`Trainer::loss_to`].
    pub fn loss_from(&mut self, teacher: &mut Training, ids: &[u32], lengths: &[u32]) -> Answer<Vec<f64>> {
        let loss = self.trainer.loss_to(&mut teacher.trainer, ids, &sizes(lengths))?;
        Ok(figures(loss))
    }

    /// Logits after each token.
    pub fn logits(&mut self, ids: &[u32], lengths: &[u32]) -> Answer<Vec<f32>> {
        Ok(self.trainer.logits(ids, &sizes(lengths))?)
    }

    /// A step along the gradient; gives the gradient's norm.
    pub fn step(
        &mut self,
        learning_rate: f64,
        beta1: f64,
        beta2: f64,
        epsilon: f64,
        weight_decay: f64,
        clip: f64,
    ) -> Answer<f64> {
        let rates = Rates {
            learning_rate,
            beta1,
            beta2,
            epsilon,
            weight_decay,
            clip,
        };
        Ok(self.trainer.step(&self.gradient, &rates)?)
    }

    /// Takes the sum of a tree as the gradient; the tree is used up.
    pub fn take(&mut self, tree: GradientTree) -> Answer<()> {
        let sum = tree.0.finish();
        if sum.len() != self.gradient.len() {
            return Err(Error::range("The tree is of another training.").into());
        }
        self.gradient = sum;
        Ok(())
    }

    /// Elements of a tensor as products use them.
    pub fn tensor(&self, name: &str) -> Answer<Vec<f32>> {
        Ok(self.trainer.tensor(name)?)
    }

    /// The scales of rows of a tensor whose scales are whole numbers, none of another.
    pub fn row_scales(&self, name: &str) -> Vec<f32> {
        self.trainer
            .tables(name)
            .map_or_else(Vec::new, |tables| tables.rows)
    }

    /// The same for the scales of groups.
    pub fn group_scales(&self, name: &str) -> Vec<u8> {
        self.trainer
            .tables(name)
            .map_or_else(Vec::new, |tables| tables.scales)
    }

    /// The same for the minimums of groups, if there are.
    pub fn group_minimums(&self, name: &str) -> Vec<i8> {
        self.trainer
            .tables(name)
            .map_or_else(Vec::new, |tables| tables.minimums)
    }

    /// The codes of a quantized tensor, none of another.
    pub fn codes(&self, name: &str) -> Vec<i8> {
        self.trainer.grid(name).map_or_else(Vec::new, |grid| grid.codes)
    }
}

impl Training {
    fn learn(
        &mut self,
        ids: &[u32],
        lengths: &[u32],
        targets: Targets<'_, f32>,
        weight: f64,
    ) -> Answer<Vec<f64>> {
        let batch = Batch {
            ids,
            lengths: &sizes(lengths),
            targets,
            weight,
        };
        Ok(figures(self.trainer.gradient(&batch, &mut self.gradient)?))
    }

    fn judge(&mut self, ids: &[u32], lengths: &[u32], targets: Targets<'_, f32>) -> Answer<Vec<f64>> {
        let batch = Batch {
            ids,
            lengths: &sizes(lengths),
            targets,
            weight: 0.0,
        };
        Ok(figures(self.trainer.loss(&batch)?))
    }
}

/// See [`crate::work_tiles`].
#[wasm_bindgen]
pub fn work_tiles(rounds: u32) -> u32 {
    crate::work_tiles(rounds)
}

fn sizes(lengths: &[u32]) -> Vec<usize> {
    lengths.iter().map(|&length| length as usize).collect()
}

fn figures(loss: Loss) -> Vec<f64> {
    vec![loss.sum, loss.positions as f64]
}

/// Texts that a model writes.
#[wasm_bindgen]
pub struct TextWriter(Writer<f32>);

#[wasm_bindgen]
impl TextWriter {
    /// See [`Writer::new`].
    #[wasm_bindgen(constructor)]
    pub fn new(
        prefix: Vec<u32>,
        stops: Vec<u32>,
        most: usize,
        seeds: &[f64],
        temperatures: &[f64],
    ) -> Answer<TextWriter> {
        let writing = Writing { prefix, stops, most };
        let seeds = seeds.iter().map(|&seed| seed as u64);
        let texts: Vec<_> = seeds.zip(temperatures.iter().copied()).collect();
        Ok(Self(Writer::new(writing, &texts)?))
    }

    /// See [`Writer::step`].
    pub fn step(&mut self, training: &mut Training) -> Answer<usize> {
        Ok(self.0.step(&mut training.trainer)?)
    }

    /// The texts one behind the other, each behind its length; the writer is used up.
    pub fn finish(self) -> Vec<u32> {
        let texts = self.0.finish();
        let texts = texts.iter();
        texts
            .flat_map(|ids| core::iter::once(ids.len() as u32).chain(ids.iter().copied()))
            .collect()
    }
}
