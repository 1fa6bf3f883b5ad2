//! Comparison of two models that read the same text: the logits of each position go in, divergence, perplexity and
//! agreement come out. Log-softmax and all sums are in f64, so that a divergence of 1e-8 nats is still a number and not
//! rounding.

mod position;
mod report;

pub use report::{Estimate, Kl, Perplexity, ProbabilityShift, Report, ReportOptions, WorstPosition};

use crate::error::{Error, Result};

/// Largest vocabulary: above any tokenizer, and a row of logits stays at 16 MiB.
pub const MAX_VOCABULARY: usize = 1 << 22;

/// Largest number of positions: 4 million keep their figures in 100 MB.
pub const MAX_POSITIONS: usize = 1 << 22;

/// Most bootstrap resamples: ten times what any figure needs.
pub const MAX_RESAMPLES: usize = 100_000;

/// What is kept of one position.
#[derive(Clone, Copy, Debug)]
struct Position {
    kl: f64,
    same_top: bool,
    /// Where the next token is known.
    target: Option<Target>,
}

/// The next token's probability.
#[derive(Clone, Copy, Debug)]
struct Target {
    /// Negative log-likelihoods, nats.
    before: f64,
    after: f64,
}

impl Target {
    fn shift(self) -> f64 {
        (-self.after).exp() - (-self.before).exp()
    }
}

/// Collects positions, sequence by sequence.
pub struct Comparator {
    vocabulary: usize,
    positions: Vec<Position>,
    /// Index of the first position of each sequence.
    starts: Vec<usize>,
}

impl Comparator {
    /// For logits of this many values.
    pub fn new(vocabulary: usize) -> Result<Self> {
        if !(1..=MAX_VOCABULARY).contains(&vocabulary) {
            return Err(Error::range(format!(
                "A vocabulary of {vocabulary} is outside 1..={MAX_VOCABULARY}."
            )));
        }
        Ok(Self {
            vocabulary,
            positions: Vec::new(),
            starts: Vec::new(),
        })
    }

    /// Starts the next sequence; sequences without positions do not count.
    pub fn begin_sequence(&mut self) {
        if self.starts.last() != Some(&self.positions.len()) {
            self.starts.push(self.positions.len());
        }
    }

    /// Adds consecutive positions of the current sequence; a negative target is unknown. Returns each divergence.
    ///
    /// Nothing is added when the call fails.
    pub fn add(&mut self, reference: &[f32], quantized: &[f32], targets: &[i32]) -> Result<Vec<f64>> {
        let count = targets.len();
        if count.checked_mul(self.vocabulary) != Some(reference.len()) || reference.len() != quantized.len() {
            return Err(Error::range(format!(
                "{} and {} logits are not {count} positions of {}.",
                reference.len(),
                quantized.len(),
                self.vocabulary
            )));
        }
        if count > MAX_POSITIONS - self.positions.len() {
            return Err(Error::range(format!(
                "More than {MAX_POSITIONS} positions. Evaluate a shorter text."
            )));
        }
        let rows = reference
            .chunks_exact(self.vocabulary)
            .zip(quantized.chunks_exact(self.vocabulary));
        let mut added = Vec::with_capacity(count);
        for (i, ((before, after), &target)) in rows.zip(targets).enumerate() {
            let target = usize::try_from(target).ok();
            if target.is_some_and(|id| id >= self.vocabulary) {
                return Err(Error::range(format!(
                    "The next id of position {i} is outside the vocabulary."
                )));
            }
            let position = position::compare(before, after, target).ok_or_else(|| {
                Error::range(format!(
                    "The logits of position {i} are not finite. Check the model for NaN and infinity."
                ))
            })?;
            added.push(position);
        }
        if self.starts.is_empty() {
            self.starts.push(0);
        }
        self.positions.extend_from_slice(&added);
        Ok(added.into_iter().map(|position| position.kl).collect())
    }

    /// The figures over all positions so far.
    pub fn report(&self, options: &ReportOptions) -> Result<Report> {
        if self.positions.is_empty() {
            return Err(Error::range(
                "There is nothing to report before positions were compared.",
            ));
        }
        if options.resamples > MAX_RESAMPLES {
            return Err(Error::range(format!(
                "More than {MAX_RESAMPLES} bootstrap resamples."
            )));
        }
        Ok(report::report(&self.positions, &self.starts, options))
    }
}

#[cfg(test)]
mod tests;
