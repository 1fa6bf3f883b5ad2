//! The comparison against its definition in plain f64 arithmetic, and its behaviour at the edges.

use super::*;
use crate::random::Random;

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
        let count = 18;
        let (a, b) = pair(&mut random, vocabulary * count, 4.0, 0.05);
        let targets: Vec<i32> = (0..count)
            .map(|i| {
                if i % 5 == 4 {
                    -1
                } else {
                    random.below(vocabulary) as i32
                }
            })
            .collect();
        let got = compare(vocabulary, &a, &b, &targets).unwrap();
        assert_eq!(got.len(), count);
        let rows = a.chunks(vocabulary).zip(b.chunks(vocabulary));
        for ((got, (a, b)), &target) in got.iter().zip(rows).zip(&targets) {
            let (p, q) = (log_softmax(a), log_softmax(b));
            let kl: f64 = p.iter().zip(&q).map(|(p, q)| p.exp() * (p - q)).sum();
            assert!((got.kl - kl).abs() < 1e-12, "{} {kl}", got.kl);
            let top = |row: &[f32]| (0..row.len()).rev().max_by(|&x, &y| row[x].total_cmp(&row[y]));
            assert_eq!(got.same_top, top(a) == top(b));
            assert_eq!(got.target.is_some(), target >= 0);
            if let Some(found) = got.target {
                assert!((found.before + p[target as usize]).abs() < 1e-12);
                assert!((found.after + q[target as usize]).abs() < 1e-12);
            }
        }
    }
}

#[test]
fn equal_logits_diverge_by_nothing() {
    let (a, _) = pair(&mut Random::new(2), 5000, 10.0, 0.0);
    for position in compare(1000, &a, &a, &[1, 2, 3, 4, -1]).unwrap() {
        assert!(position.kl < 1e-14 && position.same_top);
        assert!(position.target.is_none_or(|target| target.before == target.after));
    }
}

#[test]
fn tiny_divergence_keeps_its_digits() {
    // Two tokens: p = 1/2, q = 1/2 -+ d, KL = -ln(1 - 4 d^2) / 2 with d = tanh(e / 2) / 2.
    let e = 1e-5f32;
    let kl = compare(2, &[0.0, 0.0], &[e, 0.0], &[-1]).unwrap()[0].kl;
    let d = (f64::from(e) / 2.0).tanh() / 2.0;
    let expected = -(-4.0 * d * d).ln_1p() / 2.0;
    assert!((kl - expected).abs() < 1e-15, "{kl} {expected}");
}

#[test]
fn far_logits_do_not_overflow() {
    let kl = compare(3, &[3e38, -3e38, 0.0], &[-3e38, 3e38, 0.0], &[2]).unwrap()[0].kl;
    assert!(kl.is_finite() && kl > 1e38);
}

#[test]
fn wrong_calls_are_refused() {
    assert!(compare(0, &[], &[], &[]).is_err());
    assert!(compare(MAX_VOCABULARY + 1, &[], &[], &[]).is_err());
    assert!(compare(2, &[0.0; 3], &[0.0; 4], &[0, 0]).is_err());
    assert!(compare(2, &[0.0; 4], &[0.0; 3], &[0, 0]).is_err());
    assert!(compare(2, &[0.0; 4], &[0.0; 4], &[0, 2]).is_err());
    assert!(compare(2, &[0.0; 4], &[0.0, 0.0, f32::NAN, 0.0], &[0, 0]).is_err());
    assert!(compare(2, &[0.0, f32::INFINITY], &[0.0, 0.0], &[0]).is_err());
    assert_eq!(compare(2, &[], &[], &[]).unwrap(), []);
}
