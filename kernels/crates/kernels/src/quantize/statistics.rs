//! The account of one tensor's conversion: range, non-finite elements, signal and error, histograms.

use super::kernel::{range, Squares};

/// Bins of the value histograms.
pub const HISTOGRAM_BINS: usize = 128;

/// Codes from -127 to 127.
pub const CODE_BINS: usize = 255;

/// Elements that the histograms sample, about: enough for a smooth curve, few enough to cost nothing.
const SAMPLED_ELEMENTS: usize = 1 << 14;

/// What was seen while one tensor was converted; values are those after gain and multiplier.
#[derive(Clone, Debug)]
pub struct Statistics {
    /// Elements seen.
    pub count: u64,
    /// Elements that are NaN or infinite; they count as 0 in everything else.
    pub non_finite: u64,
    /// Row and column of the first of them.
    pub first_non_finite: Option<(usize, usize)>,
    /// Elements that are exactly zero.
    pub zeros: u64,
    /// Smallest value (0 while nothing was seen).
    pub min: f32,
    /// Largest value (0 while nothing was seen).
    pub max: f32,
    /// Sum of squares of the values.
    pub signal_squares: f64,
    /// Sum of squares of what the values become less what they were.
    pub error_squares: f64,
    /// Power of two above the sample's magnitudes; 0 while all are zero. The bins part `[-limit, limit)` equally.
    pub limit: f64,
    /// Values before.
    pub before: [u32; HISTOGRAM_BINS],
    /// `code * scale`, plus what its group adds.
    pub after: [u32; HISTOGRAM_BINS],
    /// Codes from -127 up.
    pub codes: [u32; CODE_BINS],
    /// Every how many rows one is sampled.
    sample_step: usize,
}

impl Statistics {
    /// An empty account of a tensor of this shape.
    pub fn new(rows: usize, cols: usize) -> Self {
        Self {
            count: 0,
            non_finite: 0,
            first_non_finite: None,
            zeros: 0,
            min: 0.0,
            max: 0.0,
            signal_squares: 0.0,
            error_squares: 0.0,
            limit: 0.0,
            before: [0; HISTOGRAM_BINS],
            after: [0; HISTOGRAM_BINS],
            codes: [0; CODE_BINS],
            sample_step: (rows as u64 * cols as u64).div_ceil(SAMPLED_ELEMENTS as u64) as usize,
        }
    }

    /// Largest magnitude.
    pub fn amax(&self) -> f32 {
        self.max.max(-self.min)
    }

    /// Takes a row of `cols` values into the range and returns its largest magnitude. Elements that are not finite are
    /// counted, located and set to 0 in place.
    pub(super) fn scan(&mut self, row: usize, values: &mut [[f32; 4]], cols: usize) -> f32 {
        let mut seen = range(values, cols);
        if seen.non_finite {
            for (col, value) in values.as_flattened_mut()[..cols].iter_mut().enumerate() {
                if !value.is_finite() {
                    *value = 0.0;
                    self.non_finite += 1;
                    self.first_non_finite.get_or_insert((row, col));
                }
            }
            seen = range(values, cols);
        }
        if self.count == 0 {
            (self.min, self.max) = (seen.min, seen.max);
        }
        self.min = self.min.min(seen.min);
        self.max = self.max.max(seen.max);
        self.zeros += u64::from(seen.zeros);
        self.count += cols as u64;
        seen.max.max(-seen.min)
    }

    pub(super) fn add_squares(&mut self, squares: Squares) {
        let [signal, error] = squares.totals();
        self.signal_squares += signal;
        self.error_squares += error;
    }

    /// Whether the histograms take this row.
    pub(super) fn samples(&self, row: usize) -> bool {
        row.is_multiple_of(self.sample_step)
    }

    /// Takes a run of a sampled row into the histograms; it becomes `code * scale + zero`.
    pub(super) fn sample(&mut self, values: &[f32], codes: impl Iterator<Item = i8>, scale: f32, zero: f32) {
        self.make_room(values);
        for (&value, code) in values.iter().zip(codes) {
            let after = f64::from(code) * f64::from(scale) + f64::from(zero);
            self.before[bin(self.limit, f64::from(value))] += 1;
            self.after[bin(self.limit, after)] += 1;
            self.codes[(i32::from(code) + 127).max(0) as usize] += 1;
        }
    }

    /// Takes a sampled row that is kept as it is into the histogram and the signal.
    pub(super) fn sample_exact(&mut self, row: usize, values: &[f32]) {
        self.signal_squares += values.iter().map(|&v| f64::from(v) * f64::from(v)).sum::<f64>();
        if !self.samples(row) {
            return;
        }
        self.make_room(values);
        for &value in values {
            self.before[bin(self.limit, f64::from(value))] += 1;
        }
    }

    /// Doubles the limit, merging pairs of bins, until it lies above all values.
    fn make_room(&mut self, values: &[f32]) {
        let amax = values.iter().fold(0.0f32, |amax, v| amax.max(v.abs()));
        if amax == 0.0 {
            return;
        }
        let needed = power_of_two_above(amax);
        if self.limit == 0.0 {
            // All values so far were zero: they lie in the bin that begins at zero, whatever the limit.
            self.limit = needed;
        }
        while self.limit < needed {
            self.limit *= 2.0;
            for bins in [&mut self.before, &mut self.after] {
                let narrow = *bins;
                *bins = [0; HISTOGRAM_BINS];
                for (i, n) in narrow.into_iter().enumerate() {
                    bins[(i + HISTOGRAM_BINS / 2) / 2] += n;
                }
            }
        }
    }
}

fn power_of_two_above(amax: f32) -> f64 {
    let mut limit = f64::from_bits(f64::from(amax).to_bits() & (0x7FF << 52));
    if limit <= f64::from(amax) {
        limit *= 2.0;
    }
    limit
}

fn bin(limit: f64, value: f64) -> usize {
    const HALF: f64 = (HISTOGRAM_BINS / 2) as f64;
    let scaled = if limit == 0.0 {
        0.0
    } else {
        (value / limit * HALF).floor()
    };
    (scaled + HALF).clamp(0.0, (HISTOGRAM_BINS - 1) as f64) as usize
}
