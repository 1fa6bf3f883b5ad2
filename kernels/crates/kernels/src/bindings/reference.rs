//! The float reference engine.

use wasm_bindgen::prelude::*;

use super::memory::Buffer;
use super::Answer;
use crate::error::Error;
use crate::reference::kinds::SiteKind;
use crate::reference::{Engine, RoundedInput, Want};

/// A model with its weights and its cache.
#[wasm_bindgen]
pub struct Reference(Engine);

#[wasm_bindgen]
impl Reference {
    /// `description` is the decoder's in CBOR; `context` 0 stands for the model's own limit.
    #[wasm_bindgen(constructor)]
    pub fn new(description: &[u8], context: usize) -> Answer<Reference> {
        Ok(Self(Engine::new(description, (context > 0).then_some(context))?))
    }

    /// Logits a token.
    pub fn vocabulary(&self) -> usize {
        self.0.model().vocabulary
    }

    /// Limit of positions.
    pub fn context(&self) -> usize {
        self.0.context()
    }

    /// Tokens in the cache.
    pub fn position(&self) -> usize {
        self.0.position()
    }

    /// All tensors, in order of first use.
    pub fn tensor_names(&self) -> Vec<String> {
        self.0
            .model()
            .tensors
            .specs()
            .iter()
            .map(|spec| spec.name.clone())
            .collect()
    }

    /// Refuses rows of so many bytes before the first of them is taken; else gives the bytes of one row.
    pub fn check_rows(&self, name: &str, bytes: usize) -> Answer<usize> {
        Ok(self.0.check_rows(name, bytes)?)
    }

    /// Supplies the rows in the buffer.
    pub fn add_rows(&mut self, name: &str, input: &Buffer, length: usize) -> Answer<()> {
        Ok(self.0.add_rows(name, input.bytes(length))?)
    }

    /// Names of the incomplete tensors.
    pub fn missing(&self) -> Vec<String> {
        self.0.missing().into_iter().map(str::to_owned).collect()
    }

    /// Appends tokens; logits after all of them, or after the last.
    pub fn forward(&mut self, ids: &[u32], all: bool) -> Answer<Vec<f32>> {
        Ok(self.0.forward(ids, if all { Want::All } else { Want::Last })?)
    }

    /// Empties the cache.
    pub fn reset(&mut self) {
        self.0.reset();
    }

    /// Rounds the input of one site: the step (-1 for the head), the code of the site, that of the kind of input.
    pub fn round_input(&mut self, step: i32, site: u8, kind: usize) {
        let step = usize::try_from(step).ok();
        self.0.round_input(Some(RoundedInput { step, site, kind }));
    }

    /// Rounds nothing.
    pub fn round_nothing(&mut self) {
        self.0.round_input(None);
    }

    /// Observes activations from now on.
    pub fn start_calibration(&mut self) {
        self.0.start_calibration();
    }

    /// What was observed, step by step and then at the head, for each site: the step (-1 for the head), the site's code,
    /// the count, amax, clip, folded amax and folded clip; then the sum of squares and that of the errors of each kind of
    /// input, and both folded.
    pub fn calibration(&self, percent: f64) -> Answer<Vec<f64>> {
        if !(percent > 0.0 && percent <= 100.0) {
            return Err(Error::range("The percentile is outside (0, 100].").into());
        }
        let mut figures = Vec::new();
        for r in self.0.calibration(percent) {
            let step = r.step.map_or(-1.0, |step| step as f64);
            let site = f64::from(r.site as u8);
            let count = r.count as f64;
            figures.extend_from_slice(&[step, site, count, r.amax, r.clip, r.folded_amax, r.folded_clip]);
            for noise in [r.noise, r.folded_noise] {
                figures.push(noise.signal);
                figures.extend_from_slice(&noise.errors);
            }
        }
        Ok(figures)
    }

    /// Sums of the squares of each element of a site's inputs since calibration began: `step` -1 for the head, the site's
    /// word.
    pub fn squares(&self, step: i32, site: &str, folded: bool) -> Vec<f64> {
        SiteKind::from_word(site).map_or_else(Vec::new, |site| {
            self.0.squares(usize::try_from(step).ok(), site, folded).to_vec()
        })
    }
}
