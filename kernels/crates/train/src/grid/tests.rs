//! Grids hold what they stand for, and train as they are stored.

use super::*;
use crate::elements::Elements;

/// The weights that codes stand for.
fn expand(grid: Grid, shape: [usize; 2], codes: &[i8], (scales, minimums): (&[f64], &[f64])) -> Vec<f64> {
    let tables = grid.whole.then(|| grid.tables(shape, (scales, minimums)));
    Elements::Codes {
        grid,
        cols: shape[1],
        codes,
        scales,
        minimums,
        tables: tables.as_ref(),
    }
    .all(shape)
}

fn weights() -> Vec<f64> {
    (0..3 * 10)
        .map(|i| f64::from((i * 29) % 31) / 10.0 - 1.3)
        .collect()
}

#[test]
fn a_fit_is_within_half_a_step() {
    let weights = weights();
    for sharing in [Sharing::Tensor, Sharing::Row, Sharing::Columns(4)] {
        for (grid, steps) in [
            (Grid::int8(sharing), 254.0),
            (Grid::int4(sharing, true), 15.0),
            (Grid::int4(sharing, false), 14.0),
        ] {
            let fitted = grid.fit(&weights, 3, 10);
            let expected = match sharing {
                Sharing::Tensor => 1,
                Sharing::Row => 3,
                Sharing::Columns(_) => 9,
            };
            assert_eq!(fitted.scales.len(), expected);
            assert_eq!(fitted.minimums.len(), if grid.minimum { expected } else { 0 });
            let back = expand(grid, [3, 10], &fitted.codes, (&fitted.scales, &fitted.minimums));
            let worst = weights
                .iter()
                .zip(&back)
                .fold(0.0f64, |a, (w, b)| a.max((w - b).abs()));
            assert!(worst <= 3.4 / steps / 2.0 + 1e-12, "{grid:?}: {worst}");
            assert!(worst > 0.0);
        }
    }
}

#[test]
fn a_tensor_of_one_value_is_exact() {
    for grid in [Grid::int4(Sharing::Row, true), Grid::int8(Sharing::Row)] {
        for value in [0.75, 0.0, -0.75] {
            let fitted = grid.fit(&[value; 6], 2, 3);
            let back = expand(grid, [2, 3], &fitted.codes, (&fitted.scales, &fitted.minimums));
            assert!(back.iter().all(|b| (b - value).abs() < 1e-12), "{back:?}");
        }
    }
}

/// With codes that follow, the value moves with scale and minimum where it is cut off, and by the rounding inside.
#[test]
fn what_is_cut_off_moves_with_the_ends() {
    let grid = Grid {
        follows: Follow::Weights,
        ..Grid::int4(Sharing::Row, true)
    };
    // Scale 1, minimum 0: below, inside at 2.25, above.
    let at = [-3.0, 2.25, 40.0];
    let mut weights = [10.0, 100.0, 1000.0];
    let (mut scales, mut minimums) = ([0.0], [0.0]);
    grid.follow_gradient(
        [1, 3],
        &at,
        (&[1.0], &[0.0]),
        &mut weights,
        (&mut scales, &mut minimums),
    );
    assert_eq!(weights, [0.0, 100.0, 0.0]);
    assert_eq!(scales, [10.0 * 0.0 + 100.0 * (2.0 - 2.25) + 1000.0 * 15.0]);
    assert_eq!(minimums, [1010.0]);
}

/// What is stored is what products use: whole numbers within 8 bits, times a unit of the row.
#[test]
fn whole_tables_are_within_their_bits_and_near_the_numbers() {
    let weights = weights();
    for grid in [Grid::int4_group(4), Grid::int8_group(4)] {
        let GridValues {
            codes,
            scales,
            minimums,
        } = grid.fit(&weights, 3, 10);
        let tables = grid.tables([3, 10], (&scales, &minimums));
        assert_eq!([tables.rows.len(), tables.scales.len()], [3, 9]);
        assert_eq!(tables.minimums.len(), if grid.minimum { 9 } else { 0 });
        let back = expand(grid, [3, 10], &codes, (&scales, &minimums));
        for (i, &weight) in back.iter().enumerate() {
            let (row, group) = (i / 10, i / 10 * 3 + i % 10 / 4);
            let minimum = tables
                .minimums
                .get(group)
                .map_or(0, |&minimum| i32::from(minimum));
            let sum = i32::from(tables.scales[group]) * i32::from(codes[i]) + 8 * minimum;
            assert_eq!(weight, f64::from(sum) * tables.rows[row]);
            let minimum = minimums.get(group).copied().unwrap_or(0.0);
            let exact = f64::from(codes[i]) * scales[group] + minimum;
            // Half a unit of the scale for each step of the code, and half of eight of the minimum.
            let most = (f64::from(codes[i]).abs() / 2.0 + 4.0) * tables.rows[row];
            assert!((weight - exact).abs() <= most + 1e-12, "{weight} {exact}");
        }
    }
}

#[test]
fn tables_of_nothing_and_of_much_are_numbers_that_packages_hold() {
    let grid = Grid::int4_group(2);
    // No spread at all; a minimum far beyond the spread; scales far apart.
    let scales = [0.0, 0.0, 1e-3, 1.0, 1e-30, 1e-30];
    let minimums = [0.0, 0.0, 1e6, -1e6, 1e-30, -1e30];
    let tables = grid.tables([3, 4], (&scales, &minimums));
    assert_eq!(tables.rows[0], 0.0);
    assert_eq!(tables.minimums, [0, 0, 127, -127, 0, -127]);
    let back = expand(grid, [3, 4], &[7; 12], (&scales, &minimums));
    assert_eq!(back[..4], [0.0; 4]);
    assert!(back.iter().all(|weight| weight.is_finite()));
    assert!(Grid {
        sharing: Sharing::Row,
        ..grid
    }
    .check()
    .is_err());
}

#[test]
fn places_begin_on_their_codes_and_stay_where_a_step_moves_them() {
    let grid = Grid {
        follows: Follow::Places,
        ..Grid::int4_group(4)
    };
    let (scales, minimums) = ([0.5], [1.0]);
    // Exactly on code 2; a little above; what another code would be nearer to; beyond the grid.
    let weights = [2.0, 2.1, 3.4, 40.0];
    let codes = [2, 2, 2, 7];
    let mut places = grid.places([1, 4], &weights, (&scales, &minimums), &codes);
    let expected = [2.0f64, 2.1, 2.225, 7.225];
    assert!(
        places.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-12),
        "{places:?}"
    );
    let mut found = [0; 4];
    grid.follow([1, 4], &places, (&scales, &minimums), &mut found);
    assert_eq!(found, codes);
    places = vec![-100.0, 100.0, 2.6, -8.2];
    grid.limit(&mut places);
    assert_eq!(places, [-8.45, 7.45, 2.6, -8.2]);
    grid.follow([1, 4], &places, (&scales, &minimums), &mut found);
    assert_eq!(found, [-8, 7, 3, -8]);
    let mut gradient = [1.0, -2.0, 3.0, 4.0];
    grid.place_gradient([1, 4], &scales, &mut gradient);
    assert_eq!(gradient, [0.5, -1.0, 1.5, 2.0]);
}
