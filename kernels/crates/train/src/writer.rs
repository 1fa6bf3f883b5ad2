//! Text that a model writes itself: many texts side by side, a token of each at a time, so that the products have rows
//! enough to be fast. What a text becomes depends on its own seed alone, not on what is written beside it.

use core::mem::take;

use kernels::random::Random;
use kernels::reference::description::Attention;
use kernels::{Error, Result};

use crate::attention::{self, Setting};
use crate::linear::{self, Vectors};
use crate::parameters::Parameters;
use crate::product::Workspace;
use crate::real::{add_scaled, dot, largest, scale, sum, Real};
use crate::trainer::Trainer;

/// How texts are written.
#[derive(Clone, Debug, PartialEq)]
pub struct Writing {
    /// What every text begins with: at least one token.
    pub prefix: Vec<u32>,
    /// Tokens that end a text; they belong to it.
    pub stops: Vec<u32>,
    /// Most tokens of a text, its prefix included.
    pub most: usize,
}

/// A text on its way.
struct Text<T> {
    /// Its place in the order of what was asked for.
    number: usize,
    ids: Vec<u32>,
    /// One over the temperature.
    coldness: T,
    random: Random,
    /// Of each step that looks back.
    seen: Vec<Seen<T>>,
    ended: bool,
}

/// What an attention step has of the positions so far, or a convolution of the newest.
#[derive(Default)]
pub struct Seen<T> {
    /// Of a convolution: what went into its taps.
    keys: Vec<T>,
    values: Vec<T>,
}

impl<T> Seen<T> {
    /// Makes room for so many numbers of each kind at once: what grows by doubling leaves as much behind again.
    fn reserve(&mut self, room: usize) -> Result<()> {
        for kept in [&mut self.keys, &mut self.values] {
            let more = room.saturating_sub(kept.len());
            kept.try_reserve_exact(more).map_err(|_| {
                Error::range(format!(
                    "Not enough memory for {room} numbers of a text. Write shorter texts, or fewer at a time."
                ))
            })?;
        }
        Ok(())
    }
}

/// Writes texts with a model.
pub struct Writer<T> {
    writing: Writing,
    texts: Vec<Text<T>>,
    finished: Vec<Option<Vec<u32>>>,
}

impl<T: Real> Writer<T> {
    /// Texts by their seeds and temperatures.
    ///
    /// # Errors
    /// [`Error::Range`] for no prefix, no room behind it, or a temperature that is not above zero.
    pub fn new(writing: Writing, texts: &[(u64, f64)]) -> Result<Self> {
        if writing.prefix.is_empty() || writing.most <= writing.prefix.len() {
            return Err(Error::range(format!(
                "A text of {} tokens with {} of them given leaves nothing to write.",
                writing.most,
                writing.prefix.len()
            )));
        }
        if let Some((_, temperature)) = texts.iter().find(|(_, t)| !(*t > 0.0 && t.is_finite())) {
            return Err(Error::range(format!(
                "The temperature {temperature} is not above 0."
            )));
        }
        let text = |(number, &(seed, temperature)): (usize, &(u64, f64))| Text {
            number,
            ids: vec![writing.prefix[0]],
            coldness: T::of(1.0 / temperature),
            random: Random::new(seed),
            seen: Vec::new(),
            ended: false,
        };
        Ok(Self {
            texts: texts.iter().enumerate().map(text).collect(),
            finished: texts.iter().map(|_| None).collect(),
            writing,
        })
    }

    /// Writes the next token of each text that has not ended; returns how many were written, none when all have ended.
    ///
    /// # Errors
    /// [`Error::Range`] for ids outside the vocabulary, texts longer than the model's positions, or exhausted memory.
    pub fn step(&mut self, trainer: &mut Trainer<T>) -> Result<usize> {
        if self.texts.is_empty() {
            return Ok(0);
        }
        let last = |text: &Text<T>| text.ids.last().copied().unwrap_or(0);
        let ids: Vec<u32> = self.texts.iter().map(last).collect();
        let position = self.texts[0].ids.len() - 1;
        let mut seen: Vec<_> = self.texts.iter_mut().map(|text| take(&mut text.seen)).collect();
        let mut logits = trainer.next_logits(&ids, position, (&mut seen, self.writing.most))?;
        for (text, seen) in self.texts.iter_mut().zip(seen) {
            text.seen = seen;
        }
        let vocabulary = logits.len() / ids.len();
        let given = self.writing.prefix.get(position + 1).copied();
        for (text, logits) in self.texts.iter_mut().zip(logits.chunks_exact_mut(vocabulary)) {
            let id = match given {
                Some(id) => id,
                None => text.draw(logits),
            };
            text.ids.push(id);
            let ends = given.is_none() && self.writing.stops.contains(&id);
            text.ended = ends || text.ids.len() >= self.writing.most;
        }
        trainer.give(logits);
        for text in self.texts.extract_if(.., |text| text.ended) {
            self.finished[text.number] = Some(text.ids);
        }
        Ok(ids.len())
    }

    /// The texts in the order in which they were asked for; of those that have not ended what there is.
    pub fn finish(mut self) -> Vec<Vec<u32>> {
        for text in self.texts {
            self.finished[text.number] = Some(text.ids);
        }
        self.finished.into_iter().flatten().collect()
    }
}

impl<T: Real> Text<T> {
    /// Draws a token; logits become weights.
    fn draw(&mut self, logits: &mut [T]) -> u32 {
        let most = largest(logits);
        for logit in logits.iter_mut() {
            *logit = (*logit - most) * self.coldness;
        }
        T::exponentiate(logits);
        let total: f64 = logits.iter().map(|weight| weight.wide()).sum();
        let mut left = self.random.unit() * total;
        for (id, weight) in logits.iter().enumerate() {
            left -= weight.wide();
            if left < 0.0 {
                return id as u32;
            }
        }
        // What rounding leaves over goes to the likeliest: its weight is 1.
        logits.iter().position(|weight| *weight == T::ONE).unwrap_or(0) as u32
    }
}

/// Steps over one new position of each text, of which what later ones look back at is kept.
pub struct Growing<'a, T> {
    /// The position of the new tokens.
    pub position: usize,
    /// The number of the next step that looks back.
    pub step: usize,
    /// Of each text, by such steps.
    pub seen: &'a mut [Vec<Seen<T>>],
    /// Most tokens of a text.
    pub most: usize,
}

impl<T: Real> Growing<'_, T> {
    /// What the next step has of each text.
    fn next_seen(&mut self) -> impl Iterator<Item = &mut Seen<T>> {
        let step = self.step;
        self.step += 1;
        self.seen.iter_mut().map(move |seen| {
            if seen.len() == step {
                seen.push(Seen {
                    keys: Vec::new(),
                    values: Vec::new(),
                });
            }
            &mut seen[step]
        })
    }

    /// What has gone into the taps of the next step, of each text.
    pub fn pasts(&mut self) -> impl Iterator<Item = &mut Vec<T>> {
        self.next_seen().map(|seen| &mut seen.keys)
    }

    /// `output(attention(x))` for the new positions.
    pub fn forward(
        &mut self,
        parameters: &Parameters<T>,
        workspace: &mut Workspace<T>,
        shape: &Attention,
        setting: &Setting<'_, T>,
        x: Vectors<'_, T>,
    ) -> Result<Vec<T>> {
        let projected = attention::project(parameters, workspace, shape, setting, x)?;
        let [q, k] = attention::widths(shape);
        let position = self.position;
        let first = attention::first_seen(shape, position);
        let scaling = attention::scaling(shape);
        let mut mixed = workspace.pool.zeros(x.rows * q)?;
        let mut weights = Vec::new();
        let room = self.most * k;
        for (i, seen) in self.next_seen().enumerate() {
            seen.reserve(room)?;
            seen.keys.extend_from_slice(&projected.keys[i * k..][..k]);
            seen.values.extend_from_slice(&projected.values[i * k..][..k]);
            for head in 0..shape.heads {
                let [at_q, at_k] = attention::offsets(shape, head);
                let query = &projected.queries[i * q + at_q..][..shape.head_dim];
                weights.clear();
                weights.extend(
                    (first..=position).map(|at| dot(query, &seen.keys[at * k + at_k..][..shape.head_dim])),
                );
                scaling.forward(&mut weights);
                if let Some(slope) = attention::slope(shape, head) {
                    for (weight, at) in weights.iter_mut().zip(first..) {
                        *weight += T::of(slope * (at as f64 - position as f64));
                    }
                }
                let most = largest(&weights);
                for weight in &mut weights {
                    *weight = *weight - most;
                }
                T::exponentiate(&mut weights);
                let inverse = T::ONE / sum(&weights);
                let to = &mut mixed[i * q + at_q..][..shape.head_dim];
                for (at, &weight) in (first..=position).zip(&weights) {
                    let value = &seen.values[at * k + at_k..][..shape.head_dim];
                    add_scaled(to, value, weight * inverse);
                }
            }
        }
        let vectors = Vectors {
            rows: x.rows,
            data: &mixed,
        };
        let mut y = linear::forward(parameters, workspace, &shape.output, vectors)?;
        scale(&mut y, shape.factor);
        projected.release(workspace);
        workspace.pool.give(mixed);
        Ok(y)
    }
}
