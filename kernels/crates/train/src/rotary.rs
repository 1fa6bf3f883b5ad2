//! The rotation of queries and keys by their positions.

use kernels::reference::description::Rotary;
use kernels::{Error, Result};

use crate::real::Real;

/// Cosines and sines of one rotary, computed in 64 bits for the positions seen so far.
pub struct Rotations<T> {
    frequencies: Vec<f64>,
    factor: f64,
    /// Cosine and sine of each pair, position after position.
    turns: Vec<[T; 2]>,
}

impl<T: Real> Rotations<T> {
    /// None yet.
    pub fn new(rotary: &Rotary) -> Self {
        Self {
            frequencies: rotary.inverse_frequencies.clone(),
            factor: rotary.attention_factor,
            turns: Vec::new(),
        }
    }

    /// Extends the table to `positions`.
    ///
    /// # Errors
    /// [`Error::Range`] where the memory is exhausted.
    pub fn extend(&mut self, positions: usize) -> Result<()> {
        let pairs = self.frequencies.len();
        let begin = self.turns.len() / pairs;
        let more = positions.saturating_sub(begin) * pairs;
        self.turns.try_reserve(more).map_err(|_| {
            Error::range("Not enough memory for the rotary tables. Train with shorter sequences.")
        })?;
        for position in begin..positions {
            self.turns.extend(self.frequencies.iter().map(|frequency| {
                let (sin, cos) = (position as f64 * frequency).sin_cos();
                [T::of(cos * self.factor), T::of(sin * self.factor)]
            }));
        }
        Ok(())
    }

    /// Turns the leading elements of each head of a vector at `position`: element `i` with `i + pairs`.
    pub fn turn(&self, position: usize, heads: &mut [T], head_dim: usize) {
        self.each(position, heads, head_dim, |[cos, sin], a, b| {
            (a * cos - b * sin, b * cos + a * sin)
        });
    }

    /// Turns the gradient of a turned vector into that of the vector.
    pub fn turn_back(&self, position: usize, heads: &mut [T], head_dim: usize) {
        self.each(position, heads, head_dim, |[cos, sin], a, b| {
            (a * cos + b * sin, b * cos - a * sin)
        });
    }

    fn each(&self, position: usize, heads: &mut [T], head_dim: usize, f: impl Fn([T; 2], T, T) -> (T, T)) {
        let pairs = self.frequencies.len();
        let turns = &self.turns[position * pairs..][..pairs];
        for head in heads.chunks_exact_mut(head_dim) {
            let (low, high) = head[..2 * pairs].split_at_mut(pairs);
            for ((a, b), &turn) in low.iter_mut().zip(high).zip(turns) {
                (*a, *b) = f(turn, *a, *b);
            }
        }
    }
}
