//! The vectors of a batch of tokens that the steps of a block read and write.

use super::elementwise;
use super::kinds::PlaceKind;
use super::matrix::Matrix;

/// Vectors, one row a token.
pub struct Activations {
    pub values: Matrix,
    /// As they are before the gain, where they come from a norm and calibration asks for them.
    pub normalized: Option<Matrix>,
}

impl From<Matrix> for Activations {
    fn from(values: Matrix) -> Self {
        Self {
            values,
            normalized: None,
        }
    }
}

/// What the places hold; a place that no step has written is empty.
pub struct Places([Activations; PlaceKind::COUNT]);

impl Places {
    /// The residual stream as the embedding begins it.
    pub fn new(residual: Matrix) -> Self {
        let cols = residual.cols();
        let mut places = [(); PlaceKind::COUNT].map(|()| Activations::from(Matrix::empty(cols)));
        places[PlaceKind::Residual as usize].values = residual;
        Self(places)
    }

    /// What a place holds.
    pub fn get(&self, place: PlaceKind) -> &Activations {
        &self.0[place as usize]
    }

    /// Replaces what a place holds, or adds to it.
    pub fn put(&mut self, place: PlaceKind, adds: bool, result: Activations) {
        let to = &mut self.0[place as usize];
        if !adds {
            *to = result;
            return;
        }
        to.normalized = None;
        for row in 0..result.values.rows() {
            elementwise::add(to.values.vectors_mut(row), result.values.vectors(row));
        }
    }
}
