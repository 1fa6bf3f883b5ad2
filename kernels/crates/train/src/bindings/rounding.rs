//! Rounding in the order of the model.

use wasm_bindgen::prelude::*;

use super::{input, sizes, Answer, Training};
use crate::{GridRows, Rounder, RowGrid, Text, ToRound};

#[wasm_bindgen]
impl Training {
    /// Begins the rounding of matrices onto grids, by name, word of an encoding, columns of a group (0 for none) and word
    /// of a kind of input; the training, which trains nothing, is used up.
    #[allow(clippy::too_many_arguments)]
    pub fn begin_rounding(
        self,
        names: Vec<String>,
        encodings: Vec<String>,
        groups: &[u32],
        inputs: Vec<String>,
        int8_cache: bool,
        ids: Vec<u32>,
        lengths: &[u32],
    ) -> Answer<Rounding> {
        let mut matrices = Vec::new();
        for (i, name) in names.into_iter().enumerate() {
            matrices.push(ToRound {
                name,
                grid: RowGrid::from_word(&encodings[i], groups[i] as usize)?,
                input: input(&inputs[i])?,
            });
        }
        let lengths = sizes(lengths);
        let text = Text { ids, lengths };
        Ok(Rounding(
            self.trainer.begin_rounding(&matrices, int8_cache, text)?,
        ))
    }
}

/// A model on its way onto grids.
#[wasm_bindgen]
pub struct Rounding(Rounder);

#[wasm_bindgen]
impl Rounding {
    /// Does the next piece of work: multiply-adds that are done, and all of them; nothing when all is done.
    pub fn work(&mut self) -> Answer<Vec<f64>> {
        Ok(self
            .0
            .work()?
            .map_or_else(Vec::new, |share| vec![share.done, share.total]))
    }

    /// Takes a matrix that was rounded out.
    pub fn take(&mut self, name: &str) -> Option<RoundedMatrix> {
        self.0.take(name).map(RoundedMatrix)
    }

    /// Names of the biases that were changed.
    pub fn bias_names(&self) -> Vec<String> {
        self.0.biases().map(|(name, _)| name.to_owned()).collect()
    }

    /// A bias that was changed.
    pub fn bias(&self, name: &str) -> Vec<f32> {
        let mut biases = self.0.biases();
        biases
            .find(|(one, _)| *one == name)
            .map_or_else(Vec::new, |(_, bias)| bias.to_vec())
    }
}

/// A matrix on its grid.
#[wasm_bindgen]
pub struct RoundedMatrix(GridRows<f32>);

#[wasm_bindgen]
impl RoundedMatrix {
    /// One a weight.
    pub fn codes(&self) -> Vec<i8> {
        self.0.codes.clone()
    }

    /// One a row.
    pub fn units(&self) -> Vec<f32> {
        self.0.tables.rows.clone()
    }

    /// One a group, or none.
    pub fn scales(&self) -> Vec<u8> {
        self.0.tables.scales.clone()
    }

    /// One a group, or none.
    pub fn offsets(&self) -> Vec<i8> {
        self.0.tables.minimums.clone()
    }
}
