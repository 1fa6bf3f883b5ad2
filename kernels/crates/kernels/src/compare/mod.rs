//! Comparison of two models that read the same text: the logits of each position go in; divergence, agreement and
//! likelihoods come out. Log-softmax and all sums are in f64, so that a divergence of 1e-8 nats is still a number and not
//! rounding. What is made of many positions is in `src/quantize/comparison-report.ts`.

mod position;

pub use position::{Position, Target};

use crate::error::{Error, Result};

/// Largest vocabulary: above any tokenizer, and a row of logits stays at 16 MiB.
pub const MAX_VOCABULARY: usize = 1 << 22;

/// Compares consecutive positions; a negative target is unknown.
///
/// # Errors
/// [`crate::Refusal::Range`] for lengths that do not match, ids outside the vocabulary, and logits that are not finite.
pub fn compare(
    vocabulary: usize,
    reference: &[f32],
    quantized: &[f32],
    targets: &[i32],
) -> Result<Vec<Position>> {
    let count = targets.len();
    if !(1..=MAX_VOCABULARY).contains(&vocabulary) {
        return Err(Error::range(format_args!(
            "A vocabulary of {vocabulary} is outside 1..={MAX_VOCABULARY}."
        )));
    }
    if count.checked_mul(vocabulary) != Some(reference.len()) || reference.len() != quantized.len() {
        return Err(Error::range(format_args!(
            "{} and {} logits are not {count} positions of {vocabulary}.",
            reference.len(),
            quantized.len(),
        )));
    }
    let rows = reference
        .chunks_exact(vocabulary)
        .zip(quantized.chunks_exact(vocabulary));
    let mut positions = Vec::with_capacity(count);
    for (i, ((before, after), &target)) in rows.zip(targets).enumerate() {
        let target = usize::try_from(target).ok();
        if target.is_some_and(|id| id >= vocabulary) {
            return Err(Error::range(format_args!(
                "The next id of position {i} is outside the vocabulary."
            )));
        }
        positions.push(position::compare(before, after, target).ok_or_else(|| {
            Error::range(format_args!(
                "The logits of position {i} are not finite. Check the model for NaN and infinity."
            ))
        })?);
    }
    Ok(positions)
}

#[cfg(test)]
mod tests;
