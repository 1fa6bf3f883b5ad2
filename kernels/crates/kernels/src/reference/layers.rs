//! The steps of a block: attention, feed-forward, norm, and the maps in them.

use super::attention::attend;
use super::description::{Attention, HeadGains, HeadNorm, Inner, Linear, Mlp, Norm, Position};
use super::elementwise;
use super::input_noise::round;
use super::kinds::SiteKind;
use super::linear::linear;
use super::matrix::Matrix;
use super::places::Activations;
use super::Engine;
use crate::error::Result;

impl Engine {
    /// A matrix of no step over what comes to its site.
    #[inline(never)]
    pub(super) fn project(
        &mut self,
        map: Linear,
        site: SiteKind,
        input: &Activations,
        out: usize,
    ) -> Result<Matrix> {
        let rounded = self.enter(None, site, &input.values, input.normalized.as_ref())?;
        self.linear(map, rounded.as_ref().unwrap_or(&input.values), out)
    }

    /// `output(attention(x))`
    pub(super) fn attention(
        &mut self,
        step: usize,
        shape: &Attention,
        input: &Activations,
    ) -> Result<Matrix> {
        let rows = input.values.rows();
        let rounded = self.enter(
            Some(step),
            SiteKind::Attention,
            &input.values,
            input.normalized.as_ref(),
        )?;
        let x = rounded.as_ref().unwrap_or(&input.values);
        let mut queries = self.linear(shape.query, x, shape.heads * shape.head_dim)?;
        let mut keys = self.linear(shape.key, x, shape.kv_heads * shape.head_dim)?;
        let mut values = self.linear(shape.value, x, shape.kv_heads * shape.head_dim)?;
        for row in 0..rows {
            if let Some(clip) = shape.clip {
                for vector in [queries.row_mut(row), keys.row_mut(row), values.row_mut(row)] {
                    vector.iter_mut().for_each(|x| *x = x.clamp(-clip, clip));
                }
            }
            let norms = shape.head_norm.as_ref();
            self.turn(
                shape,
                norms.map(|norm| (norm, &norm.query)),
                row,
                queries.row_mut(row),
            );
            self.turn(shape, norms.map(|norm| (norm, &norm.key)), row, keys.row_mut(row));
            self.caches[step].push(shape, keys.row(row), values.row(row))?;
        }
        let mut mixed = Matrix::zeros(rows, shape.heads * shape.head_dim)?;
        for row in 0..rows {
            let position = self.position + row;
            attend(
                shape,
                &self.caches[step],
                position,
                &queries,
                row,
                &mut self.attention_scratch,
                &mut mixed,
            );
        }
        let rounded = self.enter(Some(step), SiteKind::Output, &mixed, None)?;
        self.result(shape.output, rounded.as_ref().unwrap_or(&mixed), shape.factor)
    }

    /// Normalizes and rotates the heads of one token, in the attention's order.
    fn turn(&self, shape: &Attention, norm: Option<(&HeadNorm, &HeadGains)>, row: usize, heads: &mut [f32]) {
        if let Some((norm, gains)) = norm.filter(|(norm, _)| !norm.turned) {
            self.normalize_heads(shape, norm, gains, heads);
        }
        if let Position::Rotary(table) = shape.position {
            self.rotaries[table].rotate(self.position + row, heads, shape.head_dim);
        }
        if let Some((norm, gains)) = norm.filter(|(norm, _)| norm.turned) {
            self.normalize_heads(shape, norm, gains, heads);
        }
    }

    fn normalize_heads(&self, shape: &Attention, norm: &HeadNorm, gains: &HeadGains, heads: &mut [f32]) {
        let span = norm.span(heads.len() / shape.head_dim, shape.head_dim);
        for (index, x) in heads.chunks_exact_mut(span).enumerate() {
            elementwise::normalize(norm.kind, x, norm.epsilon);
            if let Some(gain) = norm.tensor(&gains.gains, index) {
                elementwise::scale_by(x, self.weights.get(gain).values(), norm.gain_offset);
            }
            if let Some(bias) = norm.tensor(&gains.biases, index) {
                elementwise::shift_by(x, self.weights.get(bias).values());
            }
        }
    }

    /// `down(inner(x))`
    pub(super) fn mlp(&mut self, step: usize, mlp: &Mlp, input: &Activations) -> Result<Matrix> {
        let rounded = self.enter(
            Some(step),
            SiteKind::Mlp,
            &input.values,
            input.normalized.as_ref(),
        )?;
        let x = rounded.as_ref().unwrap_or(&input.values);
        let inner = match mlp.inner {
            Inner::Gated { gate, up } => {
                let mut gate = self.linear(gate, x, mlp.width)?;
                let up = self.linear(up, x, mlp.width)?;
                for row in 0..gate.rows() {
                    elementwise::apply(mlp.function, gate.vectors_mut(row));
                    elementwise::multiply(gate.vectors_mut(row), up.vectors(row));
                }
                gate
            }
            Inner::Plain { up } => {
                let mut up = self.linear(up, x, mlp.width)?;
                for row in 0..up.rows() {
                    elementwise::apply(mlp.function, up.vectors_mut(row));
                }
                up
            }
        };
        let rounded = self.enter(Some(step), SiteKind::Down, &inner, None)?;
        self.result(mlp.down, rounded.as_ref().unwrap_or(&inner), mlp.factor)
    }

    /// The last map of a step, with the factor on its result.
    fn result(&mut self, map: Linear, input: &Matrix, factor: f32) -> Result<Matrix> {
        let mut result = self.linear(map, input, self.model.hidden)?;
        for row in 0..result.rows() {
            elementwise::scale(result.row_mut(row), factor);
        }
        Ok(result)
    }

    pub(super) fn linear(&mut self, map: Linear, input: &Matrix, out: usize) -> Result<Matrix> {
        let mut output = Matrix::zeros(input.rows(), out)?;
        linear(
            &self.weights,
            map,
            input,
            0..input.rows(),
            &mut self.linear_scratch,
            &mut output,
        );
        Ok(output)
    }

    /// The normalized rows `rows` of `x`.
    pub(super) fn norm(&self, norm: &Norm, x: &Matrix, rows: core::ops::Range<usize>) -> Result<Activations> {
        let mut values = Matrix::zeros(rows.len(), x.cols())?;
        for (to, row) in rows.enumerate() {
            let to = values.row_mut(to);
            to.copy_from_slice(x.row(row));
            elementwise::normalize(norm.kind, to, norm.epsilon);
        }
        let normalized = match self.calibration {
            Some(_) => Some(values.copy()?),
            None => None,
        };
        for row in 0..values.rows() {
            let to = values.row_mut(row);
            if let Some(gain) = norm.gain {
                elementwise::scale_by(to, self.weights.get(gain).values(), norm.gain_offset);
            }
            if let Some(bias) = norm.bias {
                elementwise::shift_by(to, self.weights.get(bias).values());
            }
        }
        Ok(Activations { values, normalized })
    }

    /// Sees what enters the matrices of a site, and gives what it is rounded to where it is.
    #[inline(never)]
    pub(super) fn enter(
        &mut self,
        step: Option<usize>,
        site: SiteKind,
        values: &Matrix,
        normalized: Option<&Matrix>,
    ) -> Result<Option<Matrix>> {
        if let Some(calibration) = &mut self.calibration {
            calibration.add(step, site, values, normalized);
        }
        let Some(input) = self
            .rounded
            .filter(|input| (input.step, input.site) == (step, site as u8))
        else {
            return Ok(None);
        };
        let mut rounded = values.copy()?;
        for row in 0..rounded.rows() {
            round(rounded.row_mut(row), input.kind);
        }
        Ok(Some(rounded))
    }
}
