//! Weights on a grid: `weight = code * scale + minimum`, with a scale (and a minimum, where there is one) for the weights
//! of a tensor, a row, or a group of columns.
//!
//! Packages keep those of groups as whole numbers of 8 bits beside one float a row. Such a grid is trained as floats and
//! used as stored: what is trained is rounded when weights are made of it, and gradients pass unchanged (straight-through).

use kernels::{Error, Result};

use crate::real::{dot, sum, Real};

/// Which weights share a scale.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sharing {
    /// All of the tensor.
    Tensor,
    /// Those of a row.
    Row,
    /// So many columns of a row; the last group may be shorter.
    Columns(usize),
}

/// How the weights of a tensor are represented.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grid {
    /// Smallest code.
    pub lowest: i8,
    /// Largest code.
    pub highest: i8,
    /// Which weights share a scale.
    pub sharing: Sharing,
    /// Whether there are minimums.
    pub minimum: bool,
    /// Whether scales and minimums are used as packages store those of groups ([`Tables`]).
    pub whole: bool,
    /// What the codes follow.
    pub follows: Follow,
}

/// What the codes of a grid follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Follow {
    /// Nothing: they stay what they are.
    Nothing,
    /// Weights that are trained as well: a change of the scale moves codes.
    Weights,
    /// Their own places, which are trained as numbers in units of the scale and round to the codes: a change of the scale
    /// moves weights, as it does where codes stay.
    Places,
}

/// How far a place may go beyond the ends of the grid, and how much of a weight's way from its code counts in where its
/// place begins: less than what makes another code.
const MOST_LEAN: f64 = 0.45;
/// The share of that way that a place begins with. Codes that were rounded for the whole model are better than those
/// nearest to their weights, and would go back with all of it.
const LEAN: f64 = 0.5;
/// Largest stored scale of a group.
const MOST_SCALE: f64 = 255.0;
/// Largest magnitude of a stored minimum.
const MOST_MINIMUM: f64 = 127.0;
/// What a stored minimum counts in, beside the scale of the row.
pub const MINIMUM_STEP: i32 = 8;

/// Scales and minimums of groups as packages store them: `weight = row * (scale * code + 8 * minimum)`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tables<T> {
    /// One a row.
    pub rows: Vec<T>,
    /// One a group, row by row.
    pub scales: Vec<u8>,
    /// As many, or none.
    pub minimums: Vec<i8>,
}

/// A matrix as packages store it. On a grid without groups its tables have the scales of rows alone.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct GridRows<T> {
    /// One a weight.
    pub codes: Vec<i8>,
    /// What they are multiplied with.
    pub tables: Tables<T>,
}

/// The unit in which the scales and minimums of a row are whole numbers: the smallest that none exceeds the range of.
fn unit<T: Real>(scales: &[T], minimums: &[T]) -> T {
    let scale = scales.iter().fold(T::ZERO, |a, &v| if v > a { v } else { a });
    let minimum = minimums.iter().fold(T::ZERO, |a, &v| {
        let v = v.magnitude();
        if v > a {
            v
        } else {
            a
        }
    });
    let units = [
        scale * T::of(1.0 / MOST_SCALE),
        minimum * T::of(1.0 / (f64::from(MINIMUM_STEP) * MOST_MINIMUM)),
    ];
    if units[0] > units[1] {
        units[0]
    } else {
        units[1]
    }
}

/// `value / unit` to the nearest whole number within `lowest..=highest`.
fn whole<T: Real>(value: T, unit: T, lowest: f64, highest: f64) -> f64 {
    if unit > T::ZERO {
        (value / unit).nearest().wide().clamp(lowest, highest)
    } else {
        0.0
    }
}

impl Grid {
    /// INT8 codes within ±127.
    pub const fn int8(sharing: Sharing) -> Self {
        Self {
            lowest: -127,
            highest: 127,
            sharing,
            minimum: false,
            whole: false,
            follows: Follow::Nothing,
        }
    }

    /// INT4: codes 0 to 15 over a minimum, or ±7 without.
    pub const fn int4(sharing: Sharing, minimum: bool) -> Self {
        Self {
            lowest: if minimum { 0 } else { -7 },
            highest: if minimum { 15 } else { 7 },
            sharing,
            minimum,
            whole: false,
            follows: Follow::Nothing,
        }
    }

    /// INT4 in groups as packages have it: codes -8 to 7 with a minimum, which is the value of code 0.
    pub const fn int4_group(group: usize) -> Self {
        Self {
            lowest: -8,
            highest: 7,
            sharing: Sharing::Columns(group),
            minimum: true,
            whole: true,
            follows: Follow::Nothing,
        }
    }

    /// INT8 in groups with scales of 8 bits, as packages have it.
    pub const fn int8_group(group: usize) -> Self {
        Self {
            whole: true,
            ..Self::int8(Sharing::Columns(group))
        }
    }

    /// Scales of a tensor.
    pub fn scales(&self, rows: usize, cols: usize) -> usize {
        match self.sharing {
            Sharing::Tensor => 1,
            Sharing::Row => rows,
            Sharing::Columns(group) => rows * cols.div_ceil(group),
        }
    }

    /// Refuses what cannot be computed with.
    ///
    /// # Errors
    /// [`Error::Range`] for no columns in a group, or codes the wrong way round.
    pub fn check(&self) -> Result<()> {
        if self.sharing == Sharing::Columns(0) {
            return Err(Error::range("A group of weights needs at least one column."));
        }
        if self.whole && !matches!(self.sharing, Sharing::Columns(_)) {
            return Err(Error::range("Only scales of groups are whole numbers."));
        }
        if self.lowest >= self.highest {
            return Err(Error::range("The lowest code is not below the highest."));
        }
        Ok(())
    }

    /// Columns of a row that share a scale.
    pub fn width(self, cols: usize) -> usize {
        match self.sharing {
            Sharing::Tensor | Sharing::Row => cols,
            Sharing::Columns(group) => group.min(cols),
        }
    }

    /// The range of each run of weights that share a scale, and the number of that scale.
    fn runs(self, rows: usize, cols: usize) -> impl Iterator<Item = (core::ops::Range<usize>, usize)> {
        let width = self.width(cols);
        let per_row = cols.div_ceil(width.max(1));
        (0..rows).flat_map(move |row| {
            (0..per_row).map(move |group| {
                let begin = row * cols + group * width;
                let end = begin + width.min(cols - group * width);
                let scale = match self.sharing {
                    Sharing::Tensor => 0,
                    _ => row * per_row + group,
                };
                (begin..end, scale)
            })
        })
    }

    /// Scales, minimums and codes that span the weights: the largest magnitude, or the smallest and the largest weight.
    pub fn fit<T: Real>(&self, weights: &[T], rows: usize, cols: usize) -> GridValues<T> {
        let count = self.scales(rows, cols);
        let mut least = vec![T::ZERO; count];
        let mut most = vec![T::ZERO; count];
        let mut seen = vec![false; count];
        for (range, scale) in self.runs(rows, cols) {
            for &weight in &weights[range] {
                let first = !core::mem::replace(&mut seen[scale], true);
                if first || weight < least[scale] {
                    least[scale] = weight;
                }
                if first || weight > most[scale] {
                    most[scale] = weight;
                }
            }
        }
        let steps = T::of(f64::from(self.highest) - f64::from(self.lowest));
        let (mut scales, mut minimums) = (vec![T::ZERO; count], Vec::new());
        if self.minimum {
            for i in 0..count {
                scales[i] = (most[i] - least[i]) / steps;
            }
            let lowest = T::of(f64::from(self.lowest));
            minimums = (0..count).map(|i| least[i] - scales[i] * lowest).collect();
        } else {
            let highest = T::of(f64::from(self.highest));
            for i in 0..count {
                let (a, b) = (least[i].magnitude(), most[i].magnitude());
                scales[i] = if a > b { a } else { b } / highest;
            }
        }
        let mut values = GridValues {
            codes: vec![0; weights.len()],
            scales,
            minimums,
        };
        for (range, scale) in self.runs(rows, cols) {
            let minimum = values.minimums.get(scale).copied().unwrap_or(T::ZERO);
            for i in range {
                values.codes[i] = self.code(self.place(weights[i], values.scales[scale], minimum));
            }
        }
        values
    }

    /// Where a weight lies between codes.
    #[inline]
    fn place<T: Real>(self, weight: T, scale: T, minimum: T) -> T {
        if scale > T::ZERO {
            (weight - minimum) / scale
        } else {
            T::ZERO
        }
    }

    #[inline]
    fn code<T: Real>(self, place: T) -> i8 {
        let code = place.nearest().wide();
        code.clamp(f64::from(self.lowest), f64::from(self.highest)) as i8
    }

    /// The codes of weights, anew.
    pub fn follow<T: Real>(
        &self,
        [rows, cols]: [usize; 2],
        weights: &[T],
        (scales, minimums): (&[T], &[T]),
        codes: &mut [i8],
    ) {
        if self.follows == Follow::Places {
            for (code, &at) in codes.iter_mut().zip(weights) {
                *code = self.code(at);
            }
            return;
        }
        for (range, scale) in self.runs(rows, cols) {
            let minimum = minimums.get(scale).copied().unwrap_or(T::ZERO);
            for i in range {
                codes[i] = self.code(self.place(weights[i], scales[scale], minimum));
            }
        }
    }

    /// Scales and minimums as packages store them; meaningful where they are whole.
    pub fn tables<T: Real>(&self, [rows, cols]: [usize; 2], (scales, minimums): (&[T], &[T])) -> Tables<T> {
        let per_row = self.scales(rows, cols) / rows.max(1);
        let mut tables = Tables {
            rows: Vec::with_capacity(rows),
            scales: Vec::with_capacity(scales.len()),
            minimums: Vec::with_capacity(minimums.len()),
        };
        for row in 0..rows {
            let groups = row * per_row..(row + 1) * per_row;
            let scales = &scales[groups.clone()];
            let minimums = minimums.get(groups).unwrap_or(&[]);
            let unit = unit(scales, minimums);
            tables.rows.push(unit);
            let scale = |&value: &T| whole(value, unit, 0.0, MOST_SCALE) as u8;
            tables.scales.extend(scales.iter().map(scale));
            let step = unit * T::of(f64::from(MINIMUM_STEP));
            let minimum = |&value: &T| whole(value, step, -MOST_MINIMUM, MOST_MINIMUM) as i8;
            tables.minimums.extend(minimums.iter().map(minimum));
        }
        tables
    }

    /// Adds the gradient of scales and minimums, given that of the weights, whose codes stay.
    pub fn gradient<T: Real>(
        &self,
        [rows, cols]: [usize; 2],
        codes: &[i8],
        weights: &[T],
        scales: &mut [T],
        minimums: &mut [T],
    ) {
        let mut steps = Vec::new();
        for (range, scale) in self.runs(rows, cols) {
            steps.clear();
            steps.extend(codes[range.clone()].iter().map(|&code| T::of(f64::from(code))));
            scales[scale] += dot(&weights[range.clone()], &steps);
            if let Some(minimum) = minimums.get_mut(scale) {
                *minimum += sum(&weights[range]);
            }
        }
    }

    /// The gradient of the places of codes, given that of the weights, which it replaces: rounding is passed through.
    pub fn place_gradient<T: Real>(&self, [rows, cols]: [usize; 2], scales: &[T], weights: &mut [T]) {
        for (range, scale) in self.runs(rows, cols) {
            for weight in &mut weights[range] {
                *weight *= scales[scale];
            }
        }
    }

    /// Where codes begin whose places are trained: on themselves, leaning halfway to where the weights were.
    pub fn places<T: Real>(
        &self,
        [rows, cols]: [usize; 2],
        weights: &[T],
        (scales, minimums): (&[T], &[T]),
        codes: &[i8],
    ) -> Vec<T> {
        let mut places = Vec::with_capacity(codes.len());
        let (lean, share) = (T::of(MOST_LEAN), T::of(LEAN));
        for (range, scale) in self.runs(rows, cols) {
            let minimum = minimums.get(scale).copied().unwrap_or(T::ZERO);
            for (&code, &weight) in codes[range.clone()].iter().zip(&weights[range]) {
                let code = T::of(f64::from(code));
                let off = self.place(weight, scales[scale], minimum) - code;
                let off = if off < lean { off } else { lean };
                let off = if off > -lean { off } else { -lean };
                places.push(code + off * share);
            }
        }
        places
    }

    /// Keeps places where a small step moves their codes.
    pub fn limit<T: Real>(&self, places: &mut [T]) {
        let beyond = T::of(MOST_LEAN);
        let (lowest, highest) = (
            T::of(f64::from(self.lowest)) - beyond,
            T::of(f64::from(self.highest)) + beyond,
        );
        for place in places {
            if *place < lowest {
                *place = lowest;
            }
            if *place > highest {
                *place = highest;
            }
        }
    }

    /// The same as [`Self::gradient`] where the codes follow trained weights `at`, whose gradient replaces `weights`:
    /// rounding is passed through, and what is cut off at the ends of the grid moves with them.
    pub fn follow_gradient<T: Real>(
        &self,
        [rows, cols]: [usize; 2],
        at: &[T],
        (scales, minimums): (&[T], &[T]),
        weights: &mut [T],
        (scale_gradient, minimum_gradient): (&mut [T], &mut [T]),
    ) {
        let (lowest, highest) = (T::of(f64::from(self.lowest)), T::of(f64::from(self.highest)));
        for (range, scale) in self.runs(rows, cols) {
            let minimum = minimums.get(scale).copied().unwrap_or(T::ZERO);
            let (mut of_scale, mut of_minimum) = (T::ZERO, T::ZERO);
            for i in range {
                let place = self.place(at[i], scales[scale], minimum);
                let gradient = weights[i];
                if place < lowest {
                    of_scale += gradient * lowest;
                } else if place > highest {
                    of_scale += gradient * highest;
                } else {
                    of_scale += gradient * (place.nearest() - place);
                    continue;
                }
                of_minimum += gradient;
                weights[i] = T::ZERO;
            }
            scale_gradient[scale] += of_scale;
            if let Some(to) = minimum_gradient.get_mut(scale) {
                *to += of_minimum;
            }
        }
    }
}

/// Codes, and what they are multiplied with.
#[derive(Clone, Debug, PartialEq)]
pub struct GridValues<T> {
    /// One a weight, row by row.
    pub codes: Vec<i8>,
    /// As [`Grid::scales`] counts them.
    pub scales: Vec<T>,
    /// As many, or none.
    pub minimums: Vec<T>,
}

#[cfg(test)]
mod tests;
