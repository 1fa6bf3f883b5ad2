//! Short convolutions over the newest tokens, each channel by itself.

use super::description::Convolution;
use super::kinds::SiteKind;
use super::matrix::Matrix;
use super::places::Activations;
use super::Engine;
use crate::error::{try_vec, Result};

/// What goes into the taps of one step, `hidden` floats a token: of as many of the newest tokens as are looked back at.
#[derive(Default)]
pub struct Past(Vec<f32>);

impl Past {
    /// Forgets everything.
    pub fn clear(&mut self) {
        self.0.clear();
    }
}

impl Engine {
    /// `output(c * taps(b * x))`
    pub(super) fn convolution(
        &mut self,
        step: usize,
        shape: &Convolution,
        input: &Activations,
    ) -> Result<Matrix> {
        let hidden = self.model.hidden;
        let rounded = self.enter(
            Some(step),
            SiteKind::Conv,
            &input.values,
            input.normalized.as_ref(),
        )?;
        let x = rounded.as_ref().unwrap_or(&input.values);
        let thirds = self.linear(shape.input, x, 3 * hidden)?;
        let past = core::mem::take(&mut self.pasts[step]).0;
        let before = past.len() / hidden;
        let mut seen = try_vec(past.len() + thirds.rows() * hidden, 0.0f32)?;
        seen[..past.len()].copy_from_slice(&past);
        let mut mixed = Matrix::zeros(thirds.rows(), hidden)?;
        for row in 0..thirds.rows() {
            let (b, rest) = thirds.row(row).split_at(hidden);
            let (c, x) = rest.split_at(hidden);
            for (to, (b, x)) in seen[(before + row) * hidden..].iter_mut().zip(b.iter().zip(x)) {
                *to = b * x;
            }
            self.mix(shape, &seen[..(before + row + 1) * hidden], c, mixed.row_mut(row));
        }
        let kept = seen.len().min((shape.taps.len() - 1) * hidden);
        seen.drain(..seen.len() - kept);
        self.pasts[step] = Past(seen);
        let rounded = self.enter(Some(step), SiteKind::ConvOutput, &mixed, None)?;
        self.linear(shape.output, rounded.as_ref().unwrap_or(&mixed), hidden)
    }

    /// `c * (bias + taps(seen))` of the last token that was seen; tokens before the first count as nothing.
    fn mix(&self, shape: &Convolution, seen: &[f32], c: &[f32], to: &mut [f32]) {
        let hidden = to.len();
        let bias = shape.bias.map(|id| self.weights.get(id).values());
        for (channel, to) in to.iter_mut().enumerate() {
            let newest = seen.chunks_exact(hidden).rev();
            let sum: f64 = newest
                .zip(shape.taps.iter().rev())
                .map(|(seen, &tap)| {
                    f64::from(seen[channel]) * f64::from(self.weights.get(tap).values()[channel])
                })
                .sum();
            *to = ((sum + bias.map_or(0.0, |bias| f64::from(bias[channel]))) * f64::from(c[channel])) as f32;
        }
    }
}
