//! The comparison against its definition in plain f64 arithmetic, and its behaviour at the edges.

use super::*;
use crate::random::Random;

const OPTIONS: ReportOptions = ReportOptions {
    resamples: 400,
    seed: 1,
    worst: 5,
};

fn log_softmax(logits: &[f32]) -> Vec<f64> {
    let max = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let sum: f64 = logits
        .iter()
        .map(|&v| (f64::from(v) - f64::from(max)).exp())
        .sum();
    logits
        .iter()
        .map(|&v| f64::from(v) - f64::from(max) - sum.ln())
        .collect()
}

fn pair(random: &mut Random, n: usize, spread: f32, noise: f32) -> (Vec<f32>, Vec<f32>) {
    let before: Vec<f32> = (0..n).map(|_| random.normal() * spread).collect();
    let after = before.iter().map(|v| v + random.normal() * noise).collect();
    (before, after)
}

#[test]
fn figures_are_those_of_the_definition() {
    let mut random = Random::new(5);
    for vocabulary in [1, 2, 3, 7, 64, 517] {
        let mut comparator = Comparator::new(vocabulary).unwrap();
        let (mut kls, mut before, mut after, mut shifts, mut same) =
            (Vec::new(), 0.0, 0.0, Vec::new(), 0usize);
        for sequence in 0..4 {
            comparator.begin_sequence();
            let count = 3 + sequence;
            let (a, b) = pair(&mut random, vocabulary * count, 4.0, 0.05);
            let targets: Vec<i32> = (0..count)
                .map(|i| {
                    if i + 1 == count {
                        -1
                    } else {
                        random.below(vocabulary) as i32
                    }
                })
                .collect();
            let got = comparator.add(&a, &b, &targets).unwrap();
            for (i, (a, b)) in a.chunks(vocabulary).zip(b.chunks(vocabulary)).enumerate() {
                let (p, q) = (log_softmax(a), log_softmax(b));
                let kl: f64 = p.iter().zip(&q).map(|(p, q)| p.exp() * (p - q)).sum();
                assert!((got[i] - kl).abs() < 1e-12, "{} {kl}", got[i]);
                kls.push(kl);
                let top = |row: &[f32]| (0..row.len()).rev().max_by(|&x, &y| row[x].total_cmp(&row[y]));
                same += usize::from(top(a) == top(b));
                if targets[i] >= 0 {
                    let id = targets[i] as usize;
                    before -= p[id];
                    after -= q[id];
                    shifts.push(q[id].exp() - p[id].exp());
                }
            }
        }
        let report = comparator.report(&OPTIONS).unwrap();
        let n = shifts.len() as f64;
        assert_eq!((report.sequences, report.positions, report.targets), (4, 18, 14));
        assert!((report.perplexity.before.value / (before / n).exp() - 1.0).abs() < 1e-12);
        assert!((report.perplexity.after.value / (after / n).exp() - 1.0).abs() < 1e-12);
        assert!((report.perplexity.ratio.value - (after / n).exp() / (before / n).exp()).abs() < 1e-9);
        assert!((report.kl.mean.value - kls.iter().sum::<f64>() / 18.0).abs() < 1e-12);
        assert!((report.kl.max - kls.iter().copied().fold(0.0, f64::max)).abs() < 1e-12);
        assert_eq!(report.top1.value, same as f64 / 18.0);
        assert!((report.probability_shift.mean.value - shifts.iter().sum::<f64>() / n).abs() < 1e-12);
        let rms = (shifts.iter().map(|s| s * s).sum::<f64>() / n).sqrt();
        assert!((report.probability_shift.rms.value - rms).abs() < 1e-12);
        assert_eq!(report.worst.len(), 5);
        assert!(report.worst.windows(2).all(|w| w[0].kl >= w[1].kl));
        assert!(report.kl.median <= report.kl.p90 && report.kl.p90 <= report.kl.p999);
    }
}

#[test]
fn equal_logits_diverge_by_nothing() {
    let (a, _) = pair(&mut Random::new(2), 5000, 10.0, 0.0);
    let mut comparator = Comparator::new(1000).unwrap();
    assert!(comparator
        .add(&a, &a, &[1, 2, 3, 4, -1])
        .unwrap()
        .into_iter()
        .all(|kl| kl < 1e-14));
    let report = comparator.report(&OPTIONS).unwrap();
    assert_eq!(
        (
            report.perplexity.ratio.value,
            report.top1.value,
            report.probability_shift.rms.value
        ),
        (1.0, 1.0, 0.0)
    );
    assert!(report.kl.mean.standard_error.is_none());
}

#[test]
fn tiny_divergence_keeps_its_digits() {
    // Two tokens: p = 1/2, q = 1/2 -+ d, KL = -ln(1 - 4 d^2) / 2 with d = tanh(e / 2) / 2.
    let e = 1e-5f32;
    let kl = Comparator::new(2)
        .unwrap()
        .add(&[0.0, 0.0], &[e, 0.0], &[-1])
        .unwrap()[0];
    let d = (f64::from(e) / 2.0).tanh() / 2.0;
    let expected = -(-4.0 * d * d).ln_1p() / 2.0;
    assert!((kl - expected).abs() < 1e-15, "{kl} {expected}");
}

#[test]
fn far_logits_do_not_overflow() {
    let kl = Comparator::new(3)
        .unwrap()
        .add(&[3e38, -3e38, 0.0], &[-3e38, 3e38, 0.0], &[2])
        .unwrap()[0];
    assert!(kl.is_finite() && kl > 1e38);
}

#[test]
fn worst_positions_name_their_sequence() {
    let mut comparator = Comparator::new(2).unwrap();
    comparator.begin_sequence();
    comparator.begin_sequence();
    comparator.add(&[0.0; 4], &[0.0; 4], &[0, -1]).unwrap();
    comparator.begin_sequence();
    comparator
        .add(&[0.0; 6], &[0.0, 0.0, 0.0, 2.0, 1.0, 0.0], &[0, 0, -1])
        .unwrap();
    comparator.begin_sequence();
    let report = comparator.report(&OPTIONS).unwrap();
    let places: Vec<_> = report.worst.iter().map(|w| (w.sequence, w.position)).collect();
    assert_eq!(places, [(1, 1), (1, 2), (0, 0), (0, 1), (1, 0)]);
    assert_eq!(report.sequences, 2);
}

#[test]
fn bootstrap_error_has_the_size_of_theory() {
    // Sequences of one position each: the error of a mean is deviation / sqrt(n).
    let mut random = Random::new(11);
    let mut comparator = Comparator::new(2).unwrap();
    let mut kls = Vec::new();
    for _ in 0..200 {
        comparator.begin_sequence();
        let noise = random.normal();
        kls.extend(comparator.add(&[0.0, 0.0], &[noise, 0.0], &[0]).unwrap());
    }
    let report = comparator
        .report(&ReportOptions {
            resamples: 4000,
            ..OPTIONS
        })
        .unwrap();
    let mean = kls.iter().sum::<f64>() / 200.0;
    let expected = (kls.iter().map(|k| (k - mean).powi(2)).sum::<f64>() / 200.0).sqrt() / 200f64.sqrt();
    let got = report.kl.mean.standard_error.unwrap();
    assert!((got / expected - 1.0).abs() < 0.05, "{got} {expected}");
    let again = comparator
        .report(&ReportOptions {
            resamples: 4000,
            ..OPTIONS
        })
        .unwrap();
    assert_eq!(again.kl.mean.standard_error, Some(got));
}

#[test]
fn wrong_calls_are_refused_and_add_nothing() {
    assert!(Comparator::new(0).is_err());
    assert!(Comparator::new(MAX_VOCABULARY + 1).is_err());
    let mut comparator = Comparator::new(2).unwrap();
    assert!(comparator.report(&OPTIONS).is_err());
    assert!(comparator.add(&[0.0; 3], &[0.0; 4], &[0, 0]).is_err());
    assert!(comparator.add(&[0.0; 4], &[0.0; 3], &[0, 0]).is_err());
    assert!(comparator.add(&[0.0; 4], &[0.0; 4], &[0, 2]).is_err());
    assert!(comparator
        .add(&[0.0; 4], &[0.0, 0.0, f32::NAN, 0.0], &[0, 0])
        .is_err());
    assert!(comparator.add(&[0.0, f32::INFINITY], &[0.0, 0.0], &[0]).is_err());
    assert!(comparator.report(&OPTIONS).is_err());
    assert_eq!(comparator.add(&[], &[], &[]).unwrap(), [0.0; 0]);
    assert!(comparator.report(&OPTIONS).is_err());
    comparator.add(&[0.0; 2], &[0.0; 2], &[-1]).unwrap();
    assert!(comparator
        .report(&ReportOptions {
            resamples: MAX_RESAMPLES + 1,
            ..OPTIONS
        })
        .is_err());
}
