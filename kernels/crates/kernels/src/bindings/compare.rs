//! The comparison of logits.

use wasm_bindgen::prelude::*;

use super::Answer;
use crate::compare::compare;

/// Compares positions; gives of each, in the order in which `src/quantize/logit-comparator.ts` reads it: the divergence, whether
/// both have the same most likely token, and the next token's negative log-likelihoods before and after (NaN where it is
/// not known).
#[wasm_bindgen]
pub fn compare_logits(
    vocabulary: usize,
    reference: &[f32],
    quantized: &[f32],
    targets: &[i32],
) -> Answer<Vec<f64>> {
    let positions = compare(vocabulary, reference, quantized, targets)?;
    let figures = positions.iter().flat_map(|position| {
        let [before, after] = position
            .target
            .map_or([f64::NAN; 2], |target| [target.before, target.after]);
        [position.kl, f64::from(position.same_top), before, after]
    });
    Ok(figures.collect())
}
