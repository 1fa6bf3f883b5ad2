//! The comparison of logits.

use wasm_bindgen::prelude::*;

use super::Answer;
use crate::compare::{Comparator, Report, ReportOptions};

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

    /// The report, in the order in which `src/quantize/logit-comparator.ts` reads it: an estimate is its value and its
    /// error (NaN for none).
    pub fn report(&self, resamples: usize, seed: f64, worst: usize) -> Answer<Vec<f64>> {
        let report = self.0.report(&ReportOptions {
            resamples,
            seed: seed as u64,
            worst,
        })?;
        let Report {
            perplexity,
            kl,
            top1,
            probability_shift: shift,
            ..
        } = &report;
        let mut out = vec![
            report.sequences as f64,
            report.positions as f64,
            report.targets as f64,
        ];
        let estimates = [
            perplexity.before,
            perplexity.after,
            perplexity.ratio,
            kl.mean,
            *top1,
            shift.mean,
            shift.rms,
        ];
        out.extend(
            estimates
                .iter()
                .flat_map(|e| [e.value, e.standard_error.unwrap_or(f64::NAN)]),
        );
        out.extend([kl.median, kl.p90, kl.p95, kl.p99, kl.p999, kl.max]);
        out.extend([
            shift.p1,
            shift.p5,
            shift.median,
            shift.p95,
            shift.p99,
            shift.min,
            shift.max,
        ]);
        out.extend(
            report
                .worst
                .iter()
                .flat_map(|w| [w.sequence as f64, w.position as f64, w.kl]),
        );
        Ok(out)
    }
}
