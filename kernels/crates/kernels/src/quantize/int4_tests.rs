//! INT4 in groups: how near its grids come to the best there are, and rows that are hard on them.

use super::*;
use crate::random::Random;

/// A row of a tensor as the device reads it.
struct Stored {
    scale: f32,
    scales: Vec<u8>,
    offsets: Vec<i8>,
    codes: Vec<i8>,
    /// `scale * (group scale * code + 8 * group offset)`, in 64 bits.
    values: Vec<f64>,
}

fn quantize(rows: &[f32], cols: usize, group: usize, importance: &[f32]) -> Vec<Stored> {
    let spec = Spec {
        dtype: Dtype::F32,
        rows: rows.len() / cols,
        cols,
        encoding: Encoding::Int4Group(group),
        gain: Vec::new(),
        multiplier: 1.0,
        importance: importance.to_vec(),
    };
    let stride = spec.encoding.row_stride(cols);
    let mut block = OutputBlock::new(spec.rows, stride, spec.encoding.scales_per_row(cols)).unwrap();
    let bytes: Vec<u8> = rows.iter().flat_map(|v| v.to_le_bytes()).collect();
    Quantizer::new(spec)
        .unwrap()
        .quantize(&bytes, &mut block, 0, 1)
        .unwrap();
    let groups = cols.div_ceil(group);
    (0..rows.len() / cols)
        .map(|row| {
            let bytes = &block.codes()[row * stride..][..stride];
            let code = |col: usize| {
                let byte = bytes[col / 32 * 16 + col % 16];
                ((if col % 32 < 16 { byte << 4 } else { byte }) as i8) >> 4
            };
            assert!((cols..2 * stride).all(|col| code(col) == 0), "padding");
            let scale = block.scales()[row];
            let scales = block.group_scales()[row * groups..][..groups].to_vec();
            let offsets = block.group_offsets()[row * groups..][..groups].to_vec();
            let codes: Vec<i8> = (0..cols).map(code).collect();
            let values = (0..cols).map(|col| {
                let (s, m) = (i32::from(scales[col / group]), i32::from(offsets[col / group]));
                f64::from(scale) * f64::from(s * i32::from(codes[col]) + 8 * m)
            });
            let values = values.collect();
            Stored {
                scale,
                scales,
                offsets,
                codes,
                values,
            }
        })
        .collect()
}

fn squares(values: &[f32], got: &[f64]) -> f64 {
    values
        .iter()
        .zip(got)
        .map(|(&v, g)| (f64::from(v) - g).powi(2))
        .sum()
}

/// The error of a grid from the smallest to the largest value of each group with floats for both, as Q4_1 has it.
fn plain_error(values: &[f32], group: usize) -> f64 {
    let of_group = |run: &[f32]| {
        let min = run.iter().copied().fold(f32::INFINITY, f32::min);
        let max = run.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let step = (max - min) / 15.0;
        let codes = run.iter().map(|v| ((v - min) / step).round());
        squares(
            run,
            &codes.map(|code| f64::from(code * step + min)).collect::<Vec<_>>(),
        )
    };
    values.chunks(group).map(of_group).sum()
}

#[test]
fn it_loses_less_than_grids_from_the_least_to_the_largest_value() {
    let mut random = Random::new(5);
    for (group, most) in [(16, 0.73), (32, 0.79), (64, 0.815)] {
        let cols = 192;
        let rows: Vec<f32> = (0..64 * cols).map(|_| random.normal() * 0.03).collect();
        let stored = quantize(&rows, cols, group, &[]);
        let error: f64 = rows
            .chunks(cols)
            .zip(&stored)
            .map(|(row, got)| squares(row, &got.values))
            .sum();
        let plain: f64 = rows.chunks(cols).map(|row| plain_error(row, group)).sum();
        assert!(error < most * plain, "group {group}: {error} of {plain}");
    }
}

/// Least loss of all scales and offsets, in units of the row's scale.
fn least(run: &[f64]) -> f64 {
    let mut least = f64::INFINITY;
    for s in 1..=255 {
        for m in -127..=127 {
            let loss = run.iter().map(|x| {
                let code = ((x - f64::from(8 * m)) / f64::from(s)).round().clamp(-8.0, 7.0);
                (code * f64::from(s) + f64::from(8 * m) - x).powi(2)
            });
            least = least.min(loss.sum());
        }
    }
    least
}

#[test]
fn it_comes_near_the_best_of_all_scales_and_offsets() {
    let mut random = Random::new(6);
    for (group, most) in [(16, 1.06), (32, 1.02), (64, 1.02)] {
        let cols = 24 * group;
        let row: Vec<f32> = (0..cols)
            .map(|col| random.normal() * (1.0 + (col / group % 4) as f32))
            .collect();
        let stored = &quantize(&row, cols, group, &[])[0];
        let (mut error, mut best) = (0.0, 0.0);
        for (run, got) in row.chunks(group).zip(stored.values.chunks(group)) {
            let units: Vec<f64> = run
                .iter()
                .map(|&v| f64::from(v) / f64::from(stored.scale))
                .collect();
            best += least(&units) * f64::from(stored.scale).powi(2);
            error += squares(run, got);
        }
        assert!(error < most * best, "group {group}: {error}, best {best}");
    }
}

#[test]
fn what_counts_more_loses_less() {
    let mut random = Random::new(7);
    let cols = 96;
    let rows: Vec<f32> = (0..32 * cols).map(|_| random.normal()).collect();
    let importance: Vec<f32> = (0..cols)
        .map(|col| if col % 5 == 0 { 30.0 } else { 0.5 })
        .collect();
    let weighted = |stored: &[Stored]| -> f64 {
        let rows = rows.chunks(cols).zip(stored);
        rows.flat_map(|(row, got)| row.iter().zip(&got.values).zip(&importance))
            .map(|((&v, g), &w)| (f64::from(v) - g).powi(2) * f64::from(w))
            .sum()
    };
    let alike = weighted(&quantize(&rows, cols, 32, &[]));
    let by_importance = weighted(&quantize(&rows, cols, 32, &importance));
    assert!(by_importance < 0.8 * alike, "{by_importance} of {alike}");
    // Only the ratios count, and columns that never count are like none.
    let scaled: Vec<f32> = importance.iter().map(|w| w * 1e30).collect();
    assert_eq!(weighted(&quantize(&rows, cols, 32, &scaled)), by_importance);
    let zeros = quantize(&rows, cols, 32, &vec![0.0; cols]);
    assert_eq!(weighted(&zeros), alike);
}

#[test]
fn rows_that_are_hard_on_grids_stay_defined_and_near() {
    let ramp = |from: f32, to: f32| -> Vec<f32> {
        (0..40)
            .map(|i| from + (to / 39.0 - from / 39.0) * i as f32)
            .collect()
    };
    let mut outlier = ramp(-0.01, 0.01);
    outlier[20] = 5.0;
    let mut zeros_and_values = vec![0.0; 40];
    zeros_and_values[33] = 1.0;
    for (name, row, most) in [
        ("zeros", vec![0.0f32; 40], 0.0),
        ("a constant", vec![0.7; 40], 0.001),
        ("a negative constant", vec![-0.7; 40], 0.001),
        ("far from zero", ramp(100.0, 101.0), 0.06),
        ("huge", ramp(-1.5e38, 1.5e38), 1.5e38 / 14.0),
        ("tiny", ramp(-1e-34, 1e-34), 1e-34 / 14.0),
        (
            "with a scale that is no normal float",
            ramp(-1e-36, 1e-36),
            1.0001e-36,
        ),
        ("an outlier", outlier, 0.05),
        ("zeros and one value", zeros_and_values, 0.01),
    ] {
        for group in [16, 32, 64] {
            let stored = &quantize(&row, 40, group, &[])[0];
            assert!(stored.scale.is_finite() && stored.scale >= 0.0, "{name}");
            assert!(stored.offsets.iter().all(|&m| m != i8::MIN), "{name}");
            assert_eq!(
                stored.scales.iter().all(|&s| s == 0),
                stored.scale == 0.0,
                "{name}"
            );
            assert!(
                stored.scale != 0.0 || stored.codes.iter().all(|&code| code == 0),
                "{name}"
            );
            for (value, got) in row.iter().zip(&stored.values) {
                let lost = (f64::from(*value) - got).abs();
                assert!(lost <= most, "{name}, group {group}: {value} became {got}");
            }
        }
    }
}

#[test]
fn importances_that_make_no_sense_are_refused() {
    for importance in [
        vec![1.0; 7],
        vec![-1.0; 8],
        vec![f32::NAN; 8],
        vec![f32::INFINITY; 8],
    ] {
        let spec = Spec {
            dtype: Dtype::F32,
            rows: 1,
            cols: 8,
            encoding: Encoding::Int4Group(16),
            gain: Vec::new(),
            multiplier: 1.0,
            importance,
        };
        assert!(Quantizer::new(spec).is_err());
    }
}
