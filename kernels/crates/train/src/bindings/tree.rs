//! Sums of gradients.

use wasm_bindgen::prelude::*;

use super::{Answer, Training};
use crate::tree::Tree;

/// The sum of the gradients of a step's leaves.
#[wasm_bindgen]
pub struct GradientTree(pub(super) Tree<f32>);

#[wasm_bindgen]
impl GradientTree {
    /// For gradients of so many numbers.
    #[wasm_bindgen(constructor)]
    pub fn new(length: usize) -> GradientTree {
        Self(Tree::new(length))
    }

    /// See [`Tree::add`].
    pub fn add(&mut self, level: u32, node: Vec<f32>) -> Answer<()> {
        self.0.add(level, node)?;
        Ok(())
    }

    /// Adds the gradient of a training as the next leaf.
    pub fn add_leaf(&mut self, training: &Training) -> Answer<()> {
        self.0.add(0, training.gradient.clone())?;
        Ok(())
    }

    /// Leaves taken so far.
    pub fn leaves(&self) -> usize {
        self.0.leaves()
    }

    /// The sum of all leaves; the tree is used up.
    pub fn finish(self) -> Vec<f32> {
        self.0.finish()
    }
}
