//! What a token's vector begins as.

use kernels::reference::description::Model;

use crate::parameters::Parameters;
use crate::real::{add, Real};

/// The rows of the embedding by id, scaled, with those of their positions where positions are learned.
pub fn look_up<T: Real>(
    parameters: &Parameters<T>,
    model: &Model,
    ids: &[u32],
    positions: impl Iterator<Item = usize>,
    x: &mut [T],
) {
    let hidden = model.hidden;
    let scale = T::of(f64::from(model.embedding_scale));
    let table = parameters.get(model.embedding);
    for (to, &id) in x.chunks_exact_mut(hidden).zip(ids) {
        for (to, &from) in to.iter_mut().zip(&table[id as usize * hidden..]) {
            *to = from * scale;
        }
    }
    if let Some(learned) = model.positions {
        let table = parameters.get(learned);
        for (to, position) in x.chunks_exact_mut(hidden).zip(positions) {
            add(to, &table[position * hidden..][..hidden]);
        }
    }
}
