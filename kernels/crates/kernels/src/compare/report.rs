//! From positions to the figures of the report: means with bootstrap errors, percentiles, and the worst places.

use super::Position;
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

    let kl = sorted(positions.iter().map(|position| position.kl));
    let shift = sorted(
        positions
            .iter()
            .filter_map(|position| position.target)
            .map(|target| target.shift()),
    );
    Report {
        sequences: sequences.len(),
        positions: positions.len(),
        targets: shift.len(),
        perplexity: Perplexity {
            before: estimate(0),
            after: estimate(1),
            ratio: estimate(2),
        },
        kl: Kl {
            mean: estimate(3),
            median: percentile(&kl, 50.0),
            p90: percentile(&kl, 90.0),
            p95: percentile(&kl, 95.0),
            p99: percentile(&kl, 99.0),
            p999: percentile(&kl, 99.9),
            max: percentile(&kl, 100.0),
        },
        top1: estimate(4),
        probability_shift: ProbabilityShift {
            mean: estimate(5),
            rms: estimate(6),
            p1: percentile(&shift, 1.0),
            p5: percentile(&shift, 5.0),
            median: percentile(&shift, 50.0),
            p95: percentile(&shift, 95.0),
            p99: percentile(&shift, 99.0),
            min: percentile(&shift, 0.0),
            max: percentile(&shift, 100.0),
        },
        worst: worst(positions, &bounds, options.worst),
    }
}

fn sorted(values: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut values: Vec<f64> = values.collect();
    values.sort_unstable_by(f64::total_cmp);
    values
}

/// Linear interpolation between the closest ranks; NaN of nothing.
fn percentile(sorted: &[f64], percent: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else {
        return f64::NAN;
    };
    let rank = percent / 100.0 * last as f64;
    let low = rank.floor() as usize;
    let high = (low + 1).min(last);
    sorted[low] + (sorted[high] - sorted[low]) * (rank - low as f64)
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

fn worst(positions: &[Position], bounds: &[(usize, usize)], count: usize) -> Vec<WorstPosition> {
    let mut order: Vec<usize> = (0..positions.len()).collect();
    // Ties keep the order of the text.
    order.sort_by(|&a, &b| positions[b].kl.total_cmp(&positions[a].kl));
    order.truncate(count);
    order
        .into_iter()
        .map(|index| {
            let sequence = bounds.partition_point(|&(begin, _)| begin <= index) - 1;
            WorstPosition {
                sequence,
                position: index - bounds[sequence].0,
                kl: positions[index].kl,
            }
        })
        .collect()
}
