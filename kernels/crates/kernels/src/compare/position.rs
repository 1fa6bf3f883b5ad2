//! One position: two rows of logits to divergence, agreement and likelihoods, in two passes over the vocabulary.

use crate::simd::{exp_f64, F32x4, F64x2, I32x4};

/// What a position comes to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Position {
    /// Divergence of the quantized from the original distribution, nats.
    pub kl: f64,
    /// Both find the same token most likely.
    pub same_top: bool,
    /// Where the next token is known.
    pub target: Option<Target>,
}

/// The next token's negative log-likelihoods, nats.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Target {
    /// By the original.
    pub before: f64,
    /// By the quantized model.
    pub after: f64,
}

/// `None` when a logit is not finite. Rows are equally long and not empty.
pub fn compare(before: &[f32], after: &[f32], target: Option<usize>) -> Option<Position> {
    let top_before = top(before)?;
    let top_after = top(after)?;
    let (max_before, max_after) = (f64::from(before[top_before]), f64::from(after[top_after]));
    let sums = sums(before, after, max_before, max_after);
    let (log_before, log_after) = (sums.before.ln(), sums.after.ln());
    // KL = sum p (log p - log q), with log p = a - ln(sum of e^a), a and b relative to their maxima.
    let kl = sums.weighted / sums.before - log_before + log_after;
    Some(Position {
        // Rounding may leave -1e-16 where the rows are equal.
        kl: kl.max(0.0),
        same_top: top_before == top_after,
        target: target.map(|id| Target {
            before: log_before - (f64::from(before[id]) - max_before),
            after: log_after - (f64::from(after[id]) - max_after),
        }),
    })
}

/// Index of the largest logit, the first among equals; `None` when one is not finite.
fn top(logits: &[f32]) -> Option<usize> {
    let (vectors, rest) = logits.as_chunks::<4>();
    let mut max = F32x4::splat(f32::NEG_INFINITY);
    let mut magnitude = I32x4::splat(0);
    for vector in vectors {
        let vector = F32x4::load(vector);
        max = max.max(vector);
        // Magnitudes order as their bit patterns do, with infinity and then NaN on top.
        magnitude = magnitude.max(vector.to_bits().and(I32x4::splat(0x7FFF_FFFF)));
    }
    let finite =
        magnitude.to_array().into_iter().all(|bits| bits < 0x7F80_0000) && rest.iter().all(|v| v.is_finite());
    if !finite {
        return None;
    }
    let max = max
        .to_array()
        .into_iter()
        .chain(rest.iter().copied())
        .fold(f32::NEG_INFINITY, f32::max);
    logits.iter().position(|&v| v == max)
}

struct Sums {
    /// Sum of `e^a`.
    before: f64,
    /// Sum of `e^b`.
    after: f64,
    /// Sum of `e^a (a - b)`.
    weighted: f64,
}

/// `a` and `b` are the logits less their maxima.
fn sums(before: &[f32], after: &[f32], max_before: f64, max_after: f64) -> Sums {
    let max = [F64x2::splat(max_before), F64x2::splat(max_after)];
    let mut sums = [F64x2::splat(0.0); 3];
    let mut take = |a: F64x2, b: F64x2| {
        let (a, b) = (a.sub(max[0]), b.sub(max[1]));
        let (ea, eb) = (exp_f64(a), exp_f64(b));
        sums[0] = sums[0].add(ea);
        sums[1] = sums[1].add(eb);
        sums[2] = sums[2].add(ea.mul(a.sub(b)));
    };
    let (vectors_before, rest_before) = before.as_chunks::<4>();
    let (vectors_after, rest_after) = after.as_chunks::<4>();
    for (a, b) in vectors_before.iter().zip(vectors_after) {
        let (a, b) = (F32x4::load(a).widen(), F32x4::load(b).widen());
        take(a[0], b[0]);
        take(a[1], b[1]);
    }
    let mut totals = sums.map(|lanes| lanes.to_array().into_iter().sum::<f64>());
    for (&a, &b) in rest_before.iter().zip(rest_after) {
        let (a, b) = (f64::from(a) - max_before, f64::from(b) - max_after);
        let ea = a.exp();
        totals[0] += ea;
        totals[1] += b.exp();
        totals[2] += ea * (a - b);
    }
    Sums {
        before: totals[0],
        after: totals[1],
        weighted: totals[2],
    }
}
