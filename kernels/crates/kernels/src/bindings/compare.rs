//! The comparison of logits.

use wasm_bindgen::prelude::*;

use super::Answer;
use crate::compare::{Comparator, ReportOptions};
use crate::error::Error;

/// Collects positions.
#[wasm_bindgen]
pub struct LogitComparison(Comparator);

#[wasm_bindgen]
impl LogitComparison {
    /// For logits of this many values.
    #[wasm_bindgen(constructor)]
    pub fn new(vocabulary: usize) -> Answer<LogitComparison> {
        Ok(Self(Comparator::new(vocabulary)?))
    }

    /// Starts the next sequence.
    pub fn begin_sequence(&mut self) {
        self.0.begin_sequence();
    }

    /// Adds positions; returns their divergence.
    pub fn add(&mut self, reference: &[f32], quantized: &[f32], targets: &[i32]) -> Answer<Vec<f64>> {
        Ok(self.0.add(reference, quantized, targets)?)
    }

    /// The report as JSON; NaN becomes `null`.
    pub fn report(&self, resamples: usize, seed: f64, worst: usize) -> Answer<String> {
        let report = self.0.report(&ReportOptions {
            resamples,
            seed: seed as u64,
            worst,
        })?;
        Ok(serde_json::to_string(&report).map_err(|error| Error::range(error.to_string()))?)
    }
}
