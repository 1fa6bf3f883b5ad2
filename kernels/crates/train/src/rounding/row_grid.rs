//! The grids of the package's encodings, a row at a time: scales of rows before the first column, scales and offsets of
//! groups when their first column is reached.

use kernels::quantize::group_grid;
use kernels::{Error, Result};

use crate::grid::{Grid, Sharing};

/// What a matrix becomes: the encodings of `src/schema/encodings.ts` that have a scale a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowGrid {
    /// `r * q`, codes within ±127.
    Int8Channel,
    /// `r * s * q`, with a whole number `s` of 8 bits for so many columns.
    Int8GroupU8(usize),
    /// `r * (s * q + 8 * m)`, codes from -8 to 7, with `s` of 8 bits and `m` within ±127 for so many columns.
    Int4Group(usize),
}

/// A scale of a group in units of the row's, and an offset in eights of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GroupScale {
    pub scale: u8,
    pub offset: i8,
}

/// Room of the row's unit for groups that grow on the way, as later columns make good the errors of earlier ones.
const HEADROOM: f64 = 1.15;

const MOST_INT8: f32 = 127.0;
const MOST_SCALE: f32 = 255.0;
const MOST_OFFSET: f32 = 127.0;
const OFFSET_UNIT: f32 = 8.0;
const CODES_INT4: [f32; 2] = [-8.0, 7.0];

impl RowGrid {
    /// By the word of an encoding; `group` counts for those in groups only.
    ///
    /// # Errors
    /// [`Error::Range`] for another word, or a group that it has not.
    pub fn from_word(word: &str, group: usize) -> Result<Self> {
        let (grid, groups): (_, &[usize]) = match word {
            "int8Channel" => return Ok(Self::Int8Channel),
            "int8GroupU8" => (Self::Int8GroupU8(group), &[16, 32, 64, 128]),
            "int4Group" => (Self::Int4Group(group), &[16, 32, 64]),
            _ => {
                return Err(Error::range(format!(
                    "Weights that are {word} are only rounded, without regard to their inputs."
                )))
            }
        };
        if !groups.contains(&group) {
            return Err(Error::range(format!(
                "{group} columns are no group of {word}: there are {groups:?}."
            )));
        }
        Ok(grid)
    }

    /// The same in training.
    pub const fn grid(self) -> Grid {
        match self {
            Self::Int8Channel => Grid::int8(Sharing::Row),
            Self::Int8GroupU8(group) => Grid::int8_group(group),
            Self::Int4Group(group) => Grid::int4_group(group),
        }
    }

    /// Columns of a group, none for a scale a row.
    pub fn group(self) -> Option<usize> {
        match self {
            Self::Int8Channel => None,
            Self::Int8GroupU8(group) | Self::Int4Group(group) => Some(group),
        }
    }

    /// The unit of a row: what all its values are whole multiples of.
    pub fn unit(self, row: &[f32], costs: &[f32]) -> f32 {
        let unit = match self {
            Self::Int8Channel => channel_scale(row, costs),
            Self::Int8GroupU8(_) => f64::from(amax(row)) * HEADROOM / f64::from(MOST_INT8 * MOST_SCALE),
            Self::Int4Group(group) => row.chunks(group).map(int4_unit).fold(0.0, f64::max),
        };
        // The largest multiple of it is a finite number.
        let unit = unit.min(f64::from(f32::MAX) / self.most_units()) as f32;
        if unit >= f32::MIN_POSITIVE && unit.is_finite() {
            unit
        } else {
            0.0
        }
    }

    /// More than the largest multiple of a unit.
    fn most_units(self) -> f64 {
        match self {
            Self::Int8Channel => 128.0,
            Self::Int8GroupU8(_) => 128.0 * 256.0,
            Self::Int4Group(_) => 8.0 * 256.0 + 8.0 * 128.0,
        }
    }

    /// Scale and offset of a group, given its values in units of the row, and what their errors cost.
    pub fn fit(self, values: &[f32], costs: &[f32]) -> GroupScale {
        match self {
            Self::Int8Channel => GroupScale { scale: 1, offset: 0 },
            Self::Int8GroupU8(_) => int8_scale(values, costs),
            Self::Int4Group(_) => {
                let (scale, offset) = group_grid(values, costs);
                GroupScale { scale, offset }
            }
        }
    }

    /// The code of a value in units of the row.
    #[inline]
    pub fn code(self, value: f32, GroupScale { scale, offset }: GroupScale) -> i8 {
        if scale == 0 {
            return 0;
        }
        let place = (value - OFFSET_UNIT * f32::from(offset)) / f32::from(scale);
        let [least, most] = match self {
            Self::Int8Channel | Self::Int8GroupU8(_) => [-MOST_INT8, MOST_INT8],
            Self::Int4Group(_) => CODES_INT4,
        };
        place.round_ties_even().clamp(least, most) as i8
    }
}

impl GroupScale {
    /// What a code stands for, in units of the row: exact in a float.
    #[inline]
    pub fn value(self, code: i8) -> f32 {
        f32::from(self.scale) * f32::from(code) + OFFSET_UNIT * f32::from(self.offset)
    }
}

fn amax(values: &[f32]) -> f32 {
    values.iter().fold(0.0f32, |amax, value| amax.max(value.abs()))
}

/// The scale of a row by itself: the largest magnitude's, or one that cuts it where that costs less.
fn channel_scale(row: &[f32], costs: &[f32]) -> f64 {
    let full = f64::from(amax(row)) / f64::from(MOST_INT8);
    let mut best = (f64::INFINITY, full);
    for step in 0..8 {
        let scale = full * (1.0 - 0.02 * f64::from(step));
        let factor = (1.0 / scale) as f32;
        let mut error = 0.0f32;
        for (&value, &cost) in row.iter().zip(costs) {
            let place = value * factor;
            let rest = place - place.round_ties_even().clamp(-MOST_INT8, MOST_INT8);
            error += cost * rest * rest;
        }
        let error = f64::from(error) * scale * scale;
        if error < best.0 {
            best = (error, scale);
        }
    }
    best.1
}

/// The smallest unit with which a group's scale and offset are within their bounds.
fn int4_unit(values: &[f32]) -> f64 {
    let (least, most) = range(values);
    let (least, most) = (f64::from(least), f64::from(most));
    let step = (most - least) / f64::from(CODES_INT4[1] - CODES_INT4[0]);
    let offset = least - f64::from(CODES_INT4[0]) * step;
    let by_step = step / f64::from(MOST_SCALE);
    let by_offset = offset.abs() / f64::from(OFFSET_UNIT * MOST_OFFSET);
    by_step.max(by_offset) * HEADROOM
}

fn range(values: &[f32]) -> (f32, f32) {
    values
        .iter()
        .fold((f32::INFINITY, f32::NEG_INFINITY), |(least, most), &value| {
            (least.min(value), most.max(value))
        })
}

/// Of the whole numbers near the largest magnitude's, the one whose errors cost least.
fn int8_scale(values: &[f32], costs: &[f32]) -> GroupScale {
    let amax = amax(values);
    let above = (amax / MOST_INT8).ceil().min(MOST_SCALE);
    if above < 1.0 {
        return GroupScale { scale: 0, offset: 0 };
    }
    let mut best = (f32::INFINITY, above as u8);
    for step in -2..=2 {
        let scale = (above + step as f32).clamp(1.0, MOST_SCALE);
        let mut error = 0.0;
        for (&value, &cost) in values.iter().zip(costs) {
            let rest = value - scale * (value / scale).round_ties_even().clamp(-MOST_INT8, MOST_INT8);
            error += cost * rest * rest;
        }
        if error < best.0 {
            best = (error, scale as u8);
        }
    }
    GroupScale {
        scale: best.1,
        offset: 0,
    }
}
