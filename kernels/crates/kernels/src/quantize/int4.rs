//! The grid of INT4 codes: for each group of a row the scale and the offset, whole numbers both, whose products with the
//! row's scale lose least.
//!
//! Everything here is in units of the row's scale: a weight is `scale * code + 8 * offset`.

use super::kernel::{range, Squares, ROUNDER};
use crate::dtype::padded_vectors;
use crate::simd::F32x4;

/// Vectors of the largest group.
const MOST_VECTORS: usize = 16;

/// Largest scale of a group.
const MOST_SCALE: f64 = 255.0;

/// Largest magnitude of a group's offset.
const MOST_OFFSET: f64 = 127.0;

/// Steps of the grid between the lowest and the highest code.
const STEPS: f32 = 15.0;

/// Where the search for a group's grid begins: in parts of the step that reaches from its smallest to its largest value.
/// A smaller step cuts an end or both and is finer between them.
const STARTS: [f64; 10] = [1.04, 1.0, 0.96, 0.92, 0.88, 0.84, 0.8, 0.76, 0.7, 0.64];

/// What of the cut lies below.
const ENDS: [f64; 3] = [0.5, 1.0, 0.0];

/// A grid that loses so many times as much as the best so far is not fitted further. That takes a third of the time of a
/// search to the end, which would lose less by 0.2 % in groups of 32 and 1.5 % in groups of 16 (normal values).
const HOPELESS: f32 = 1.5;

/// Scales and offsets beside the best fit: the nearest whole numbers to that need not be the best pair of them.
const BESIDE: [(f32, f32); 6] = [
    (0.0, -1.0),
    (0.0, 1.0),
    (-1.0, 0.0),
    (1.0, 0.0),
    (-2.0, 0.0),
    (2.0, 0.0),
];

/// The whole numbers of one group.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Grid {
    scale: f32,
    offset: f32,
}

impl Grid {
    /// What a group of zeros has.
    const ZERO: Self = Self {
        scale: 0.0,
        offset: 0.0,
    };

    fn new(scale: f64, offset: f64) -> Self {
        Self {
            scale: scale.round_ties_even().clamp(1.0, MOST_SCALE) as f32,
            offset: offset.round_ties_even().clamp(-MOST_OFFSET, MOST_OFFSET) as f32,
        }
    }

    /// As it is stored.
    fn stored(self) -> (u8, i8) {
        (self.scale as u8, self.offset as i8)
    }
}

/// What a grid loses of a group, and what the best fit to its codes is made of.
struct Trial {
    loss: f32,
    /// Sums over the elements, weighted: of codes, their squares, the values less the offset, and codes times those.
    codes: f32,
    squares: f32,
    values: f32,
    products: f32,
}

/// Codes of four values, less the grid's offset.
#[inline(always)]
fn codes_of(values: F32x4, inverse: F32x4) -> F32x4 {
    let rounder = F32x4::splat(ROUNDER);
    let codes = values.mul(inverse).add(rounder).sub(rounder);
    codes.min(F32x4::splat(7.0)).max(F32x4::splat(-8.0))
}

#[inline(never)]
fn try_grid(values: &[[f32; 4]], weights: &[[f32; 4]], grid: Grid) -> Trial {
    let zero = F32x4::splat(0.0);
    let (mut loss, mut codes, mut squares, mut sum, mut products) = (zero, zero, zero, zero, zero);
    let offset = F32x4::splat(8.0 * grid.offset);
    let scale = F32x4::splat(grid.scale);
    let inverse = F32x4::splat(1.0 / grid.scale);
    for (value, weight) in values.iter().zip(weights) {
        let value = F32x4::load(value).sub(offset);
        let weight = F32x4::load(weight);
        let code = codes_of(value, inverse);
        let lost = code.mul(scale).sub(value);
        let weighted = code.mul(weight);
        loss = loss.add(lost.mul(lost).mul(weight));
        codes = codes.add(weighted);
        squares = squares.add(weighted.mul(code));
        sum = sum.add(value.mul(weight));
        products = products.add(weighted.mul(value));
    }
    Trial {
        loss: loss.sum(),
        codes: codes.sum(),
        squares: squares.sum(),
        values: sum.sum(),
        products: products.sum(),
    }
}

/// The grid that fits the codes of `grid` best (weighted least squares), as near as whole numbers come.
fn fit(trial: &Trial, weight: f64, grid: Grid) -> Grid {
    let [codes, squares, values, products] =
        [trial.codes, trial.squares, trial.values, trial.products].map(f64::from);
    let determinant = weight * squares - codes * codes;
    let scale = if determinant > 0.0 {
        (weight * products - codes * values) / determinant
    } else {
        f64::from(grid.scale)
    };
    let scale = scale.round_ties_even().clamp(1.0, MOST_SCALE);
    let shift = (values - scale * codes) / weight;
    Grid::new(scale, f64::from(grid.offset) + shift / 8.0)
}

/// Which grids of a group have been tried: a bit for each pair of whole numbers.
struct Tried([u32; 256 * 8]);

impl Tried {
    /// Whether a grid is tried for the first time.
    fn is_new(&mut self, grid: Grid) -> bool {
        let (scale, offset) = grid.stored();
        let word = &mut self.0[usize::from(scale) * 8 + usize::from(offset as u8 >> 5)];
        let bit = 1 << (offset as u8 & 31);
        let new = *word & bit == 0;
        *word |= bit;
        new
    }
}

/// The grid with the least weighted squared error for values in units of the row's scale that reach from `min` to `max`:
/// least squares from several starts, then whole numbers beside the best. `weights` are 0 behind the group's last value
/// and positive before.
fn best_grid(values: &[[f32; 4]], weights: &[[f32; 4]], (min, max): (f32, f32)) -> Grid {
    let weight = weights
        .iter()
        .fold(F32x4::splat(0.0), |sum, w| sum.add(F32x4::load(w)))
        .sum();
    let (min, width) = (f64::from(min), f64::from(max - min));
    let mut tried = Tried([0; 256 * 8]);
    let mut best = (f32::INFINITY, Grid::ZERO);
    for start in STARTS {
        for end in ENDS {
            let scale = (width / f64::from(STEPS) * start)
                .round_ties_even()
                .clamp(1.0, MOST_SCALE);
            let lowest = min + (width - f64::from(STEPS) * scale) * end;
            let mut grid = Grid::new(scale, (lowest + 8.0 * scale) / 8.0);
            while tried.is_new(grid) {
                let trial = try_grid(values, weights, grid);
                if trial.loss < best.0 {
                    best = (trial.loss, grid);
                } else if trial.loss > HOPELESS * best.0 {
                    break;
                }
                grid = fit(&trial, f64::from(weight), grid);
            }
        }
    }
    loop {
        let around = best.1;
        for (by, shift) in BESIDE {
            let grid = Grid::new(f64::from(around.scale + by), f64::from(around.offset + shift));
            if tried.is_new(grid) {
                let loss = try_grid(values, weights, grid).loss;
                if loss < best.0 {
                    best = (loss, grid);
                }
            }
        }
        if best.1 == around {
            return around;
        }
    }
}

/// Scale and offset of a group of 1 to 64 values in units of the row's scale, whose squared errors count by positive
/// `weights`: those with which they lose least.
pub fn group_grid(values: &[f32], weights: &[f32]) -> (u8, i8) {
    let mut padded = [[[0.0f32; 4]; MOST_VECTORS]; 2];
    let [units, counts] = &mut padded;
    units.as_flattened_mut()[..values.len()].copy_from_slice(values);
    counts.as_flattened_mut()[..values.len()].copy_from_slice(weights);
    let vectors = padded_vectors(values.len());
    let seen = range(&units[..vectors], values.len());
    best_grid(&units[..vectors], &counts[..vectors], (seen.min, seen.max)).stored()
}

/// A row of codes, which ends in zeros up to a whole block of 32, as nibbles: column `i` of a block in the low half of
/// its byte `i`, column `i + 16` in the high half.
pub fn pack(codes: &[i8], to: &mut [u8]) {
    for (block, bytes) in codes.as_chunks::<32>().0.iter().zip(to.as_chunks_mut::<16>().0) {
        let (low, high) = block.split_at(16);
        for ((low, high), byte) in low.iter().zip(high).zip(bytes) {
            *byte = (*low as u8 & 15) | ((*high as u8) << 4);
        }
    }
}

/// A decoded row: its values and the weights of their squared errors, both in whole steps with zeros behind `cols`.
#[derive(Clone, Copy)]
pub struct Row<'a> {
    pub values: &'a [[f32; 4]],
    pub weights: &'a [[f32; 4]],
    pub cols: usize,
    /// Columns of a group.
    pub group: usize,
}

/// One group of a row and where its codes go.
pub struct Run<'a> {
    values: &'a [[f32; 4]],
    weights: &'a [[f32; 4]],
    pub codes: &'a mut [i8],
}

/// What a group became.
pub struct Encoded {
    /// Its scale and its offset.
    pub grid: (u8, i8),
    /// Signal and error, not weighted.
    pub squares: Squares,
}

impl<'a> Row<'a> {
    /// The smallest scale with which each group's whole range fits into its scale and its offset; 0 where that is below
    /// the smallest normal float.
    pub fn scale(&self) -> f32 {
        let vectors = padded_vectors(self.group);
        let needed = self
            .values
            .chunks(vectors)
            .enumerate()
            .fold(0.0f32, |needed, (g, values)| {
                let seen = range(values, self.group.min(self.cols - g * self.group));
                let step = seen.max / STEPS - seen.min / STEPS;
                let zero = seen.max / 2.0 + seen.min / 2.0 + step / 2.0;
                let (most_scale, most_offset) = (MOST_SCALE as f32, 8.0 * MOST_OFFSET as f32);
                needed.max(step / most_scale).max(zero.abs() / most_offset)
            });
        if needed >= f32::MIN_POSITIVE {
            needed
        } else {
            0.0
        }
    }

    /// The groups, each with its part of `codes`.
    pub fn runs(self, codes: &'a mut [i8]) -> impl Iterator<Item = Run<'a>> {
        let vectors = padded_vectors(self.group);
        let runs = self.values.chunks(vectors).zip(self.weights.chunks(vectors));
        runs.zip(codes[..self.cols].chunks_mut(self.group))
            .map(|((values, weights), codes)| Run {
                values,
                weights,
                codes,
            })
    }
}

impl Run<'_> {
    /// The group's values.
    pub fn values(&self) -> &[f32] {
        &self.values.as_flattened()[..self.codes.len()]
    }

    /// Finds the group's grid in units of `scale`, and writes the codes.
    pub fn encode(&mut self, scale: f32) -> Encoded {
        let mut units = [[0.0f32; 4]; MOST_VECTORS];
        let units = &mut units[..self.values.len()];
        let seen = range(self.values, self.codes.len());
        if scale == 0.0 || (seen.min == 0.0 && seen.max == 0.0) {
            self.codes.fill(0);
            return Encoded {
                grid: Grid::ZERO.stored(),
                squares: Squares::new(),
            };
        }
        for (value, unit) in self.values.iter().zip(units.iter_mut()) {
            F32x4::load(value).div(F32x4::splat(scale)).store(unit);
        }
        let grid = best_grid(units, self.weights, (seen.min / scale, seen.max / scale));
        let (mut signal, mut error) = (0.0, 0.0);
        let offset = F32x4::splat(8.0 * grid.offset);
        let inverse = F32x4::splat(1.0 / grid.scale);
        for (units, codes) in units.iter().zip(self.codes.chunks_mut(4)) {
            let four = codes_of(F32x4::load(units).sub(offset), inverse).to_array();
            for ((code, unit), to) in four.into_iter().zip(units).zip(codes) {
                *to = code as i8;
                let lost = code * grid.scale + 8.0 * grid.offset - unit;
                signal += unit * unit;
                error += lost * lost;
            }
        }
        Encoded {
            grid: grid.stored(),
            squares: Squares::of(signal, error, scale),
        }
    }
}
