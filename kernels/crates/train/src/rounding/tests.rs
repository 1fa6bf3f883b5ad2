//! Matrices on grids: against the textbook's form of the same, against plain rounding, and with what no model should have.

use kernels::random::Random;

use super::drift::{subtract, Drift};
use super::factor::Factors;
use super::matrix::MatrixRounder;
use super::moments::Moments;
use super::row_grid::{GroupScale, RowGrid};
use crate::grid::GridRows;
use crate::product::Panels;

const GRIDS: [RowGrid; 6] = [
    RowGrid::Int8Channel,
    RowGrid::Int8GroupU8(32),
    RowGrid::Int8GroupU8(16),
    RowGrid::Int4Group(16),
    RowGrid::Int4Group(32),
    RowGrid::Int4Group(64),
];

fn normal(count: usize, seed: u64) -> Vec<f32> {
    let mut random = Random::new(seed);
    (0..count).map(|_| random.normal()).collect()
}

/// Vectors whose numbers go along with each other: each is a mixture of a few.
fn inputs(count: usize, size: usize, seed: u64) -> Vec<f32> {
    let sources = size.div_ceil(4);
    let mix = normal(sources * size, seed);
    let (strong, weak) = (normal(count * sources, seed + 1), normal(count * size, seed + 2));
    let mut x = weak;
    for (x, strong) in x.chunks_exact_mut(size).zip(strong.chunks_exact(sources)) {
        for (j, x) in x.iter_mut().enumerate() {
            *x = 0.3 * *x
                + strong
                    .iter()
                    .enumerate()
                    .map(|(s, v)| v * mix[s * size + j])
                    .sum::<f32>();
        }
    }
    x
}

fn moments(x: &[f32], size: usize) -> Moments {
    let mut moments = Moments::new(size).unwrap();
    // In pieces, as batches come.
    for part in x.chunks(37 * size) {
        moments.add(&mut Panels::default(), part);
    }
    moments
}

fn round(grid: RowGrid, weights: &[f32], cols: usize, factors: &Factors) -> (Vec<f32>, GridRows<f32>) {
    let mut rounder = MatrixRounder::new(grid, cols).unwrap();
    let mut rows = weights.to_vec();
    for part in rows.chunks_mut(super::ROWS * cols) {
        rounder.round(part, factors, &mut Panels::default()).unwrap();
    }
    (rows, rounder.rounded)
}

/// What the outputs lose over the inputs.
fn loss(weights: &[f32], rounded: &[f32], x: &[f32], cols: usize) -> f64 {
    let mut sum = 0.0;
    for (w, q) in weights.chunks_exact(cols).zip(rounded.chunks_exact(cols)) {
        for x in x.chunks_exact(cols) {
            let lost: f64 = (0..cols).map(|j| f64::from(w[j] - q[j]) * f64::from(x[j])).sum();
            sum += lost * lost;
        }
    }
    sum
}

/// What codes and scales stand for, in the order of the device's operations.
fn expand(grid: RowGrid, rounded: &GridRows<f32>, cols: usize) -> Vec<f32> {
    let group = grid.group().unwrap_or(cols);
    let groups = cols.div_ceil(group);
    let value = |(i, &code): (usize, &i8)| {
        let at = i / cols * groups + i % cols / group;
        let scale = rounded.tables.scales.get(at).map_or(1, |&s| i32::from(s));
        let offset = rounded.tables.minimums.get(at).map_or(0, |&m| i32::from(m));
        (scale * i32::from(code) + 8 * offset) as f32 * rounded.tables.rows[i / cols]
    };
    rounded.codes.iter().enumerate().map(value).collect()
}

#[test]
fn factors_give_the_moments_back() {
    let (size, damping) = (23, 0.02);
    let moments = moments(&inputs(200, size, 5), size);
    let factors = Factors::new(&moments.squares, size, damping).unwrap();
    let mean = (0..size)
        .map(|i| f64::from(moments.squares[i * size + i]))
        .sum::<f64>()
        / size as f64;
    let u = |i: usize, j: usize| match i.cmp(&j) {
        core::cmp::Ordering::Less => f64::from(factors.feedback[j * size + i]),
        core::cmp::Ordering::Equal => 1.0,
        core::cmp::Ordering::Greater => 0.0,
    };
    for i in 0..size {
        for j in 0..=i {
            let made: f64 = (0..size)
                .map(|k| u(i, k) * u(j, k) * f64::from(factors.costs[k]) * f64::from(factors.unit))
                .sum();
            let extra = if i == j { damping * mean } else { 0.0 };
            let wanted = f64::from(moments.squares[i * size + j]) + extra;
            assert!(
                (made - wanted).abs() < 1e-4 * mean,
                "{i} {j}: {made} for {wanted}"
            );
        }
    }
}

/// GPTQ as it was published: the inverse, its upper Cholesky factor, and errors carried on column by column.
fn textbook(
    weights: &[f32],
    cols: usize,
    moments: &[f32],
    damping: f64,
    code: impl Fn(usize, f64) -> f64,
) -> Vec<f64> {
    let mean = (0..cols).map(|i| f64::from(moments[i * cols + i])).sum::<f64>() / cols as f64;
    let mut h = vec![vec![0.0f64; 2 * cols]; cols];
    for i in 0..cols {
        for (j, h) in h[i].iter_mut().take(cols).enumerate() {
            *h = f64::from(moments[i.max(j) * cols + i.min(j)]);
        }
        h[i][i] += damping * mean;
        h[i][cols + i] = 1.0;
    }
    for k in 0..cols {
        let pivot = h[k][k];
        h[k].iter_mut().for_each(|v| *v /= pivot);
        for i in (0..cols).filter(|&i| i != k) {
            let (row, factor) = (h[k].clone(), h[i][k]);
            for (h, row) in h[i].iter_mut().zip(row) {
                *h -= factor * row;
            }
        }
    }
    let mut upper = vec![vec![0.0f64; cols]; cols];
    for i in 0..cols {
        for j in i..cols {
            let sum: f64 = (0..i).map(|k| upper[k][i] * upper[k][j]).sum();
            let rest = h[i][cols + j] - sum;
            upper[i][j] = if i == j { rest.sqrt() } else { rest / upper[i][i] };
        }
    }
    let mut codes = Vec::new();
    for (row, weights) in weights.chunks_exact(cols).enumerate() {
        let mut w: Vec<f64> = weights.iter().map(|&w| f64::from(w)).collect();
        for k in 0..cols {
            let value = code(row, w[k]);
            codes.push(value);
            let error = (w[k] - value) / upper[k][k];
            for j in k + 1..cols {
                w[j] -= error * upper[k][j];
            }
        }
    }
    codes
}

#[test]
fn columns_are_rounded_as_in_the_textbook() {
    let (rows, cols, damping) = (9, 75, 0.01);
    let weights = normal(rows * cols, 11);
    let moments = moments(&inputs(400, cols, 12), cols);
    let factors = Factors::new(&moments.squares, cols, damping).unwrap();
    let (rounded, result) = round(RowGrid::Int8Channel, &weights, cols, &factors);
    let expected = textbook(&weights, cols, &moments.squares, damping, |row, value| {
        let unit = f64::from(result.tables.rows[row]);
        (value / unit).round_ties_even().clamp(-127.0, 127.0) * unit
    });
    let same = rounded
        .iter()
        .zip(&expected)
        .filter(|(&a, &b)| (f64::from(a) - b).abs() < 1e-5)
        .count();
    assert_eq!(same, rows * cols);
}

#[test]
fn outputs_lose_less_than_with_plain_rounding() {
    let (rows, cols) = (40, 172);
    let weights = normal(rows * cols, 3);
    let x = inputs(600, cols, 4);
    let moments = moments(&x, cols);
    let factors = Factors::new(&moments.squares, cols, 0.01).unwrap();
    let plain = Factors::alike(cols).unwrap();
    for grid in GRIDS {
        let (good, result) = round(grid, &weights, cols, &factors);
        let (nearest, _) = round(grid, &weights, cols, &plain);
        assert_eq!(good, expand(grid, &result, cols), "{grid:?}");
        let (good, nearest) = (
            loss(&weights, &good, &x, cols),
            loss(&weights, &nearest, &x, cols),
        );
        assert!(good < 0.5 * nearest, "{grid:?}: {good} of {nearest}");
    }
}

#[test]
fn scale_and_offset_of_a_group_are_near_the_best_that_there_are() {
    let costs: Vec<f32> = normal(32, 8).iter().map(|v| 0.2 + v * v).collect();
    let grid = RowGrid::Int4Group(32);
    let cost = |values: &[f32], scale: GroupScale| -> f64 {
        let errors = values.iter().zip(&costs).map(|(&value, &cost)| {
            let rest = value - scale.value(grid.code(value, scale));
            f64::from(cost * rest * rest)
        });
        errors.sum()
    };
    let mut worse = 0.0;
    for (seed, (spread, shift)) in [(300.0, 0.0), (40.0, 500.0), (4.0, -90.0), (700.0, 100.0)]
        .into_iter()
        .enumerate()
    {
        let values: Vec<f32> = normal(32, 20 + seed as u64)
            .iter()
            .map(|v| v * spread + shift)
            .collect();
        let found = cost(&values, grid.fit(&values, &costs));
        let mut best = f64::INFINITY;
        for scale in 0..=255 {
            for offset in -127..=127 {
                best = best.min(cost(&values, GroupScale { scale, offset }));
            }
        }
        worse += found / best;
    }
    assert!(worse / 4.0 < 1.05, "{}", worse / 4.0);
}

#[test]
fn a_matrix_makes_its_inputs_loss_good() {
    let (rows, cols) = (12, 40);
    let weights = normal(rows * cols, 31);
    let x = inputs(500, cols, 32);
    // What is left of the inputs: smaller, and with something of their neighbours.
    let left: Vec<f32> = (0..x.len())
        .map(|i| 0.8 * x[i] + 0.1 * x[(i + 1) % x.len()])
        .collect();
    let residue = normal(500 * rows, 33);
    let moments = moments(&left, cols);
    let factors = Factors::new(&moments.squares, cols, 0.001).unwrap();
    let panels = &mut Panels::default();
    let outputs_differ_by = |changed: &[f32], residue: Option<&[f32]>| -> f64 {
        let mut sum = 0.0;
        for (t, (x, left)) in x.chunks_exact(cols).zip(left.chunks_exact(cols)).enumerate() {
            for row in 0..rows {
                let at = |w: &[f32], x: &[f32]| -> f64 {
                    let row = &w[row * cols..][..cols];
                    row.iter()
                        .zip(x)
                        .map(|(&w, &x)| f64::from(w) * f64::from(x))
                        .sum()
                };
                let owed = residue.map_or(0.0, |residue| f64::from(residue[t * rows + row]));
                sum += (at(&weights, x) + owed - at(changed, left)).powi(2);
            }
        }
        sum
    };
    for residue in [None, Some(&residue[..])] {
        let mut lost = x.clone();
        subtract(&mut lost, &left);
        let mut drift = Drift::new(cols, residue.map(|_| rows)).unwrap();
        drift.add(panels, &lost, residue, &left);
        let mut changed = weights.clone();
        // Rows in two parts, as they come.
        let (first, last) = changed.split_at_mut(5 * cols);
        drift.make_good(panels, first, 0, &factors);
        drift.make_good(panels, last, 5, &factors);
        let (before, after) = (
            outputs_differ_by(&weights, residue),
            outputs_differ_by(&changed, residue),
        );
        let most = if residue.is_some() { 0.98 } else { 0.2 };
        assert!(after < most * before, "{after} of {before}");
    }
}

#[test]
fn nothing_makes_numbers_that_are_none() {
    let cols = 70;
    let mut weights = normal(12 * cols, 1);
    weights[..cols].fill(0.0);
    weights[cols..2 * cols].fill(-3.5);
    for (row, factor) in [(2, 1e38), (3, 1e-39), (4, 1e-44)] {
        weights[row * cols..][..cols]
            .iter_mut()
            .for_each(|w| *w *= factor);
    }
    weights[5 * cols + 3] = f32::MAX;
    weights[5 * cols + 4] = f32::MIN;
    weights[6 * cols + 40] = 1e6;
    let mut columns = inputs(50, cols, 2);
    for (i, x) in columns.iter_mut().enumerate() {
        match i % cols {
            0 => *x = 0.0,
            1 => *x = 1.0,
            2 => *x = 1e15,
            _ => {}
        }
    }
    let zeros = vec![0.0f32; 20 * cols];
    let endless = vec![f32::INFINITY; 20 * cols];
    for x in [columns, zeros, endless, vec![1e19f32; 20 * cols]] {
        let moments = moments(&x, cols);
        let factors = Factors::new(&moments.squares, cols, 0.01).unwrap();
        assert!(factors.costs.iter().all(|cost| cost.is_finite() && *cost > 0.0));
        let mut drift = Drift::new(cols, None).unwrap();
        drift.add(&mut Panels::default(), &x, None, &x);
        for grid in GRIDS {
            let mut changed = weights.clone();
            drift.make_good(&mut Panels::default(), &mut changed, 0, &factors);
            let (rounded, result) = round(grid, &changed, cols, &factors);
            assert!(rounded.iter().all(|value| value.is_finite()), "{grid:?}");
            assert!(result
                .tables
                .rows
                .iter()
                .all(|unit| unit.is_finite() && *unit >= 0.0));
            assert!(result.tables.minimums.iter().all(|&offset| offset >= -127));
            let most = if matches!(grid, RowGrid::Int4Group(_)) {
                -8..=7
            } else {
                -127..=127
            };
            assert!(result.codes.iter().all(|code| most.contains(code)), "{grid:?}");
            assert!(rounded[..cols].iter().all(|&value| value == 0.0), "{grid:?}");
            // One value throughout is met, whatever happens to the inputs.
            let (rounded, _) = round(grid, &weights, cols, &factors);
            let far = rounded[cols..2 * cols]
                .iter()
                .fold(0.0f32, |far, v| far.max((v + 3.5).abs()));
            assert!(far < 0.25, "{grid:?}: {far}");
        }
    }
}

#[test]
fn other_encodings_and_groups_are_refused() {
    assert!(RowGrid::from_word("int8Tensor", 0).is_err());
    assert!(RowGrid::from_word("int4Group", 0).is_err());
    assert!(RowGrid::from_word("int8GroupU8", 48).is_err());
    assert!(RowGrid::from_word("int4Group", 128).is_err());
    assert!(RowGrid::from_word("int8GroupU8", 128).is_ok());
    assert_eq!(
        RowGrid::from_word("int4Group", 16).unwrap(),
        RowGrid::Int4Group(16)
    );
    assert_eq!(
        RowGrid::from_word("int8Channel", 0).unwrap(),
        RowGrid::Int8Channel
    );
}
