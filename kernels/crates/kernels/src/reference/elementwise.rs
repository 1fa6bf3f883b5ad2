//! The maps between the matrices: normalization, rotation and the functions of feed-forwards. None is inlined where it is
//! called: a call is nothing beside a row, and every page downloads each copy of these loops.

use super::description::Rotary;
use super::kinds::{FunctionKind, NormKind};
use crate::error::{Error, Result};
use crate::normal::normal_distribution;
use crate::simd::{exp_f32, F32x4};
use crate::turn::sin_cos;

/// Normalizes `x` in place, without gain and bias.
#[inline(never)]
pub fn normalize(kind: NormKind, x: &mut [f32], epsilon: f64) {
    let count = x.len() as f64;
    if kind == NormKind::Layer {
        let mean = x.iter().map(|&v| f64::from(v)).sum::<f64>() / count;
        for v in &mut *x {
            *v = (f64::from(*v) - mean) as f32;
        }
    }
    let squares: f64 = x.iter().map(|&v| f64::from(v) * f64::from(v)).sum();
    let factor = (1.0 / (squares / count + epsilon).sqrt()) as f32;
    for v in x {
        *v *= factor;
    }
}

/// `x *= gain + offset`
#[inline(never)]
pub fn scale_by(x: &mut [f32], gain: &[f32], offset: f32) {
    for (x, gain) in x.iter_mut().zip(gain) {
        *x *= gain + offset;
    }
}

/// `x += bias`
#[inline(never)]
pub fn shift_by(x: &mut [f32], bias: &[f32]) {
    for (x, bias) in x.iter_mut().zip(bias) {
        *x += bias;
    }
}

/// `x *= factor`, which most models do without.
#[inline(never)]
pub fn scale(x: &mut [f32], factor: f32) {
    if factor != 1.0 {
        for x in x {
            *x *= factor;
        }
    }
}

/// `x = cap * tanh(x / cap)`
#[inline(never)]
pub fn cap(x: &mut [f32], cap: Option<f32>) {
    if let Some(cap) = cap {
        for x in x {
            *x = (f64::from(cap) * (f64::from(*x) / f64::from(cap)).tanh()) as f32;
        }
    }
}

/// `x *= y`
#[inline(never)]
pub fn multiply(x: &mut [[f32; 4]], y: &[[f32; 4]]) {
    for (x, y) in x.iter_mut().zip(y) {
        F32x4::load(x).mul(F32x4::load(y)).store(x);
    }
}

/// `x += y`
#[inline(never)]
pub fn add(x: &mut [[f32; 4]], y: &[[f32; 4]]) {
    for (x, y) in x.iter_mut().zip(y) {
        F32x4::load(x).add(F32x4::load(y)).store(x);
    }
}

/// Applies the function between the matrices of a feed-forward.
pub fn apply(function: FunctionKind, x: &mut [[f32; 4]]) {
    match function {
        FunctionKind::Silu => silu(x),
        FunctionKind::Gelu => each(x, |x| x * normal_distribution(x)),
        FunctionKind::GeluTanh => each(x, |x| {
            let inner = GELU_TANH * (x + 0.044715 * x * x * x);
            0.5 * x * (1.0 + inner.tanh())
        }),
        FunctionKind::Relu => each(x, relu),
        FunctionKind::Relu2 => each(x, |x| relu(x) * relu(x)),
    }
}

/// `max(x, 0)`; NaN stays.
fn relu(x: f64) -> f64 {
    if x < 0.0 {
        0.0
    } else {
        x
    }
}

/// sqrt(2 / pi)
const GELU_TANH: f64 = 0.797_884_560_802_865_4;

/// `x = f(x)` in f64. Zero stays zero, as padding must.
fn each(x: &mut [[f32; 4]], f: impl Fn(f64) -> f64) {
    for x in x.as_flattened_mut() {
        *x = f(f64::from(*x)) as f32;
    }
}

/// `x = x / (1 + e^-x)`
fn silu(x: &mut [[f32; 4]]) {
    let (zero, one) = (F32x4::splat(0.0), F32x4::splat(1.0));
    for x in x {
        let value = F32x4::load(x);
        value.div(one.add(exp_f32(zero.sub(value)))).store(x);
    }
}

/// Cosines and sines of one rotary, computed in f64 for the positions seen so far.
pub struct RotaryTable {
    /// `cos` of all pairs, then `sin` of all pairs, position after position.
    values: Vec<f32>,
    pairs: usize,
}

impl RotaryTable {
    /// An empty table.
    pub fn new(rotary: &Rotary) -> Self {
        Self {
            values: Vec::new(),
            pairs: rotary.inverse_frequencies.len(),
        }
    }

    /// Extends the table to `positions`.
    pub fn extend(&mut self, rotary: &Rotary, positions: usize) -> Result<()> {
        let begin = self.values.len() / (2 * self.pairs);
        self.values
            .try_reserve(positions.saturating_sub(begin) * 2 * self.pairs)
            .map_err(|_| {
                Error::range("Not enough memory for the rotary tables. Choose a smaller context.")
            })?;
        for position in begin..positions {
            let at = self.values.len();
            self.values.resize(at + 2 * self.pairs, 0.0);
            let (cosines, sines) = self.values[at..].split_at_mut(self.pairs);
            for ((frequency, cosine), sine) in rotary.inverse_frequencies.iter().zip(cosines).zip(sines) {
                let (sin, cos) = sin_cos(position as f64 * frequency);
                *cosine = (cos * rotary.attention_factor) as f32;
                *sine = (sin * rotary.attention_factor) as f32;
            }
        }
        Ok(())
    }

    /// Turns the leading elements of each head: element `i` with `i + pairs`.
    pub fn rotate(&self, position: usize, heads: &mut [f32], head_dim: usize) {
        let (cos, sin) = self.values[position * 2 * self.pairs..][..2 * self.pairs].split_at(self.pairs);
        for head in heads.chunks_exact_mut(head_dim) {
            let (low, high) = head[..2 * self.pairs].split_at_mut(self.pairs);
            for (((a, b), &cos), &sin) in low.iter_mut().zip(high).zip(cos).zip(sin) {
                (*a, *b) = (*a * cos - *b * sin, *b * cos + *a * sin);
            }
        }
    }
}
