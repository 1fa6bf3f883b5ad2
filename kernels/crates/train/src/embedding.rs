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
    let table = parameters.elements(model.embedding);
    for (to, &id) in x.chunks_exact_mut(columns).zip(ids) {
        table.write(id as usize, columns, 0, to);
        for to in to {
            *to *= scale;
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
        let table = parameters.elements(learned);
        let mut row = workspace.pool.take(model.hidden)?;
        let positions = lengths.iter().flat_map(|&length| start..start + length);
        for (to, position) in x.chunks_exact_mut(model.hidden).zip(positions) {
            table.write(position, model.hidden, 0, &mut row);
            add(to, &row);
        }
        workspace.pool.give(row);
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
