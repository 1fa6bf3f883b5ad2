//! What a token's vector begins as.

use kernels::reference::description::Model;
use kernels::Result;

use crate::linear::{self, Vectors};
use crate::parameters::Parameters;
use crate::product::Workspace;
use crate::real::{add, Real};

/// The rows of the embedding by id, scaled: `embedding_size` numbers each.
#[inline(never)]
pub fn look_up<T: Real>(parameters: &Parameters<T>, model: &Model, ids: &[u32], x: &mut [T]) {
    let columns = model.embedding_size;
    let scale = T::of(f64::from(model.embedding_scale));
    let table = parameters.get(model.embedding);
    for (to, &id) in x.chunks_exact_mut(columns).zip(ids) {
        for (to, &from) in to.iter_mut().zip(&table[id as usize * columns..]) {
            *to = from * scale;
        }
    }
}

/// From such rows to vectors of the hidden size: projected where the model has projections, and with the rows of their
/// positions where positions are learned: of sequences of these lengths, from position `start` on.
#[inline(never)]
pub fn forward<T: Real>(
    parameters: &Parameters<T>,
    workspace: &mut Workspace<T>,
    model: &Model,
    rows: Vec<T>,
    (lengths, start): (&[usize], usize),
) -> Result<Vec<T>> {
    let mut x = match &model.projections {
        Some(projections) => {
            let vectors = Vectors {
                rows: rows.len() / model.embedding_size,
                data: &rows,
            };
            let x = linear::forward(parameters, workspace, &projections.into, vectors)?;
            workspace.pool.give(rows);
            x
        }
        None => rows,
    };
    if let Some(learned) = model.positions {
        let table = parameters.get(learned);
        let positions = lengths.iter().flat_map(|&length| start..start + length);
        for (to, position) in x.chunks_exact_mut(model.hidden).zip(positions) {
            add(to, &table[position * model.hidden..][..model.hidden]);
        }
    }
    Ok(x)
}

/// What goes into the head of what the final norm gives.
#[inline(never)]
pub fn before_head<T: Real>(
    parameters: &Parameters<T>,
    workspace: &mut Workspace<T>,
    model: &Model,
    normed: Vec<T>,
) -> Result<Vec<T>> {
    let Some(projections) = &model.projections else {
        return Ok(normed);
    };
    let vectors = Vectors {
        rows: normed.len() / model.hidden,
        data: &normed,
    };
    let x = linear::forward(parameters, workspace, &projections.out, vectors)?;
    workspace.pool.give(normed);
    Ok(x)
}
