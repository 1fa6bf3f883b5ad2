//! From positions to the figures of the report: means with bootstrap errors, percentiles, and the worst places.

use super::{Position, Target};
use crate::random::Random;

/// How to report.
#[derive(Clone, Copy, Debug)]
pub struct ReportOptions {
    /// Bootstrap resamples.
    pub resamples: usize,
    /// Seed of the resampling.
    pub seed: u64,
    /// How many worst positions.
    pub worst: usize,
}

/// A figure over all positions, and its standard error by bootstrap over sequences (`None` below two sequences).
#[derive(Clone, Copy, Debug)]
pub struct Estimate {
    /// The figure.
    pub value: f64,
    /// Its standard error.
    pub standard_error: Option<f64>,
}

/// `exp(mean negative log-likelihood)`.
#[derive(Clone, Debug)]
pub struct Perplexity {
    /// Of the original.
    pub before: Estimate,
    /// Of the quantized model.
    pub after: Estimate,
    /// After over before.
    pub ratio: Estimate,
}

/// Divergence of the quantized from the original distribution, nats.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct Kl {
    pub mean: Estimate,
    pub median: f64,
    pub p90: f64,
    pub p95: f64,
    pub p99: f64,
    pub p999: f64,
    pub max: f64,
}

/// Probability of the true next token, after minus before.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct ProbabilityShift {
    pub mean: Estimate,
    pub rms: Estimate,
    pub p1: f64,
    pub p5: f64,
    pub median: f64,
    pub p95: f64,
    pub p99: f64,
    pub min: f64,
    pub max: f64,
}

/// A place of large divergence.
#[derive(Clone, Debug)]
pub struct WorstPosition {
    /// Index of its sequence.
    pub sequence: usize,
    /// Index in the sequence.
    pub position: usize,
    /// Divergence, nats.
    pub kl: f64,
}

/// All figures.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct Report {
    pub sequences: usize,
    pub positions: usize,
    pub targets: usize,
    pub perplexity: Perplexity,
    pub kl: Kl,
    pub top1: Estimate,
    pub probability_shift: ProbabilityShift,
    pub worst: Vec<WorstPosition>,
}

/// Sums over a sequence, from which each estimate follows.
#[derive(Clone, Copy, Default)]
struct Sums {
    positions: f64,
    kl: f64,
    same_top: f64,
    targets: f64,
    before: f64,
    after: f64,
    shift: f64,
    shift_squares: f64,
}

/// The estimates in the order of [`Sums::estimates`].
const ESTIMATES: usize = 7;

impl Sums {
    fn add(&mut self, other: &Self) {
        self.positions += other.positions;
        self.kl += other.kl;
        self.same_top += other.same_top;
        self.targets += other.targets;
        self.before += other.before;
        self.after += other.after;
        self.shift += other.shift;
        self.shift_squares += other.shift_squares;
    }

    fn of(positions: &[Position]) -> Self {
        let mut sums = Self {
            positions: positions.len() as f64,
            ..Self::default()
        };
        for position in positions {
            sums.kl += position.kl;
            sums.same_top += f64::from(position.same_top);
            if let Some(target) = position.target {
                let shift = target.shift();
                sums.targets += 1.0;
                sums.before += target.before;
                sums.after += target.after;
                sums.shift += shift;
                sums.shift_squares += shift * shift;
            }
        }
        sums
    }

    /// Perplexity before, after, ratio; mean divergence; top-1 agreement; mean and RMS shift. Those over targets are
    /// NaN where there is none.
    fn estimates(&self) -> [f64; ESTIMATES] {
        [
            (self.before / self.targets).exp(),
            (self.after / self.targets).exp(),
            ((self.after - self.before) / self.targets).exp(),
            self.kl / self.positions,
            self.same_top / self.positions,
            self.shift / self.targets,
            (self.shift_squares / self.targets).sqrt(),
        ]
    }
}

/// `positions` is not empty; `starts` ascends from 0.
pub fn report(positions: &[Position], starts: &[usize], options: &ReportOptions) -> Report {
    let bounds: Vec<(usize, usize)> = starts
        .iter()
        .zip(starts[1..].iter().chain([&positions.len()]))
        .map(|(&begin, &end)| (begin, end))
        .filter(|(begin, end)| begin < end)
        .collect();
    let sequences: Vec<Sums> = bounds
        .iter()
        .map(|&(begin, end)| Sums::of(&positions[begin..end]))
        .collect();
    let mut total = Sums::default();
    for sequence in &sequences {
        total.add(sequence);
    }
    let values = total.estimates();
    let errors = bootstrap(&sequences, options);
    let estimate = |i: usize| Estimate {
        value: values[i],
        standard_error: errors.map(|errors| errors[i]),
    };

    let kls: Vec<f64> = positions.iter().map(|position| position.kl).collect();
    let by_kl = ascending(&kls);
    let kl = |percent| percentile(&kls, &by_kl, percent);
    let shifts: Vec<f64> = positions
        .iter()
        .filter_map(|position| position.target)
        .map(Target::shift)
        .collect();
    let by_shift = ascending(&shifts);
    let shift = |percent| percentile(&shifts, &by_shift, percent);
    Report {
        sequences: sequences.len(),
        positions: positions.len(),
        targets: shifts.len(),
        perplexity: Perplexity {
            before: estimate(0),
            after: estimate(1),
            ratio: estimate(2),
        },
        kl: Kl {
            mean: estimate(3),
            median: kl(50.0),
            p90: kl(90.0),
            p95: kl(95.0),
            p99: kl(99.0),
            p999: kl(99.9),
            max: kl(100.0),
        },
        top1: estimate(4),
        probability_shift: ProbabilityShift {
            mean: estimate(5),
            rms: estimate(6),
            p1: shift(1.0),
            p5: shift(5.0),
            median: shift(50.0),
            p95: shift(95.0),
            p99: shift(99.0),
            min: shift(0.0),
            max: shift(100.0),
        },
        worst: by_kl
            .iter()
            .rev()
            .take(options.worst)
            .map(|&index| place(&bounds, index, kls[index]))
            .collect(),
    }
}

/// Indices of the values in ascending order; equal ones from the last to the first, so that reading backwards keeps the
/// order of the text.
fn ascending(values: &[f64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_unstable_by(|&a, &b| values[a].total_cmp(&values[b]).then(b.cmp(&a)));
    order
}

/// Linear interpolation between the closest ranks; NaN of nothing.
fn percentile(values: &[f64], order: &[usize], percent: f64) -> f64 {
    let Some(last) = order.len().checked_sub(1) else {
        return f64::NAN;
    };
    let rank = percent / 100.0 * last as f64;
    let low = rank.floor() as usize;
    let (below, above) = (values[order[low]], values[order[(low + 1).min(last)]]);
    below + (above - below) * (rank - low as f64)
}

/// Standard deviation of each estimate over resamples of the sequences, drawn with replacement.
fn bootstrap(sequences: &[Sums], options: &ReportOptions) -> Option<[f64; ESTIMATES]> {
    if sequences.len() < 2 || options.resamples < 2 {
        return None;
    }
    let mut random = Random::new(options.seed);
    let mut samples = Vec::with_capacity(options.resamples);
    for _ in 0..options.resamples {
        let mut sums = Sums::default();
        for _ in sequences {
            sums.add(&sequences[random.below(sequences.len())]);
        }
        samples.push(sums.estimates());
    }
    let n = samples.len() as f64;
    Some(core::array::from_fn(|i| {
        let mean = samples.iter().map(|sample| sample[i]).sum::<f64>() / n;
        let squares = samples
            .iter()
            .map(|sample| (sample[i] - mean).powi(2))
            .sum::<f64>();
        (squares / (n - 1.0)).sqrt()
    }))
}

/// The sequence and the position in it of a position of the whole.
fn place(bounds: &[(usize, usize)], index: usize, kl: f64) -> WorstPosition {
    let sequence = bounds.partition_point(|&(begin, _)| begin <= index) - 1;
    WorstPosition {
        sequence,
        position: index - bounds[sequence].0,
        kl,
    }
}
