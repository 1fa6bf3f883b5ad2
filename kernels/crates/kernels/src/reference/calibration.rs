//! Ranges of the activations that enter the matrices, observed while text passes: the largest magnitude and a histogram
//! from which any percentile can be read.

use super::description::{Operation, Step};
use super::input_noise::InputNoise;
use super::kinds::SiteKind;
use super::matrix::Matrix;

/// Bins of a histogram; its limit is at most twice the largest magnitude, so a percentile is exact to 1/1024 of it.
const BINS: usize = 2048;

/// Magnitudes of one site.
#[derive(Clone)]
struct Sketch {
    count: u64,
    amax: f32,
    /// A power of two above `amax`; 0 while all are zero.
    limit: f64,
    bins: Vec<u64>,
    noise: InputNoise,
    /// Sum of the squares of each element of the vectors.
    squares: Vec<f64>,
}

impl Sketch {
    fn new() -> Self {
        Self {
            count: 0,
            amax: 0.0,
            limit: 0.0,
            bins: vec![0; BINS],
            noise: InputNoise::default(),
            squares: Vec::new(),
        }
    }

    fn add(&mut self, values: &[f32]) {
        let amax = values.iter().fold(0.0f32, |amax, v| amax.max(v.abs()));
        self.amax = self.amax.max(amax);
        self.count += values.len() as u64;
        self.noise.add(values);
        self.squares.resize(values.len(), 0.0);
        for (sum, &value) in self.squares.iter_mut().zip(values) {
            *sum += f64::from(value) * f64::from(value);
        }
        self.make_room(f64::from(amax));
        let factor = if self.limit == 0.0 {
            0.0
        } else {
            BINS as f64 / self.limit
        };
        for value in values {
            // Magnitudes lie below the limit; infinity and NaN (which a model with broken weights gives) are kept
            // inside by the cast and the bound.
            let bin = (f64::from(value.abs()) * factor) as usize;
            self.bins[bin.min(BINS - 1)] += 1;
        }
    }

    fn make_room(&mut self, amax: f64) {
        // From the smallest normal f32 up; an infinite magnitude cannot be made room for.
        const SMALLEST: f64 = f32::MIN_POSITIVE as f64;
        if amax == 0.0 || !amax.is_finite() {
            return;
        }
        if self.limit == 0.0 {
            // Everything so far was zero and lies in bin 0 whatever the limit.
            self.limit = SMALLEST;
            while self.limit <= amax {
                self.limit *= 2.0;
            }
        }
        while self.limit <= amax {
            self.limit *= 2.0;
            for i in 0..BINS / 2 {
                self.bins[i] = self.bins[2 * i] + self.bins[2 * i + 1];
            }
            self.bins[BINS / 2..].fill(0);
        }
    }

    /// The magnitude that `percent` of the values do not exceed.
    fn percentile(&self, percent: f64) -> f64 {
        let wanted = percent / 100.0 * self.count as f64;
        let mut seen = 0u64;
        for (i, n) in self.bins.iter().enumerate() {
            seen += n;
            if seen as f64 >= wanted {
                return ((i + 1) as f64 / BINS as f64 * self.limit).min(f64::from(self.amax));
            }
        }
        f64::from(self.amax)
    }
}

/// What was observed at one site.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct Range {
    /// Index of the step; `None` for the head.
    pub step: Option<usize>,
    pub site: SiteKind,
    pub count: u64,
    pub amax: f64,
    pub clip: f64,
    pub folded_amax: f64,
    pub folded_clip: f64,
    pub noise: InputNoise,
    pub folded_noise: InputNoise,
}

/// One site, with the norm's gain, and without where the input comes from a norm.
struct Observed {
    site: SiteKind,
    plain: Sketch,
    folded: Option<Sketch>,
}

impl Observed {
    fn new(site: SiteKind) -> Self {
        Self {
            site,
            plain: Sketch::new(),
            folded: None,
        }
    }

    fn range(&self, step: Option<usize>, percent: f64) -> Range {
        let folded = self.folded.as_ref().unwrap_or(&self.plain);
        Range {
            step,
            site: self.site,
            count: self.plain.count,
            amax: f64::from(self.plain.amax),
            clip: self.plain.percentile(percent),
            folded_amax: f64::from(folded.amax),
            folded_clip: folded.percentile(percent),
            noise: self.plain.noise,
            folded_noise: folded.noise,
        }
    }
}

/// The sites of a step, in the order in which a token passes them.
fn sites(operation: &Operation) -> &'static [SiteKind] {
    match operation {
        Operation::Norm(_) => &[],
        Operation::Attention(_) => &[SiteKind::Attention, SiteKind::Output],
        Operation::Mlp(_) => &[SiteKind::Mlp, SiteKind::Down],
        Operation::Convolution(_) => &[SiteKind::Conv, SiteKind::ConvOutput],
    }
}

/// The sites of no step.
fn ends(projects: bool) -> &'static [SiteKind] {
    if projects {
        &[SiteKind::ProjectIn, SiteKind::ProjectOut, SiteKind::Head]
    } else {
        &[SiteKind::Head]
    }
}

#[inline(never)]
fn observe(kinds: &[SiteKind]) -> Vec<Observed> {
    kinds.iter().copied().map(Observed::new).collect()
}

/// All sites of a model.
pub struct Calibration {
    /// Of each step, and then of none: the head's last.
    sites: Vec<Vec<Observed>>,
}

impl Calibration {
    /// Nothing seen of the sites of these steps, of the head and, with `projects`, of the embedding's projections.
    pub fn new(steps: &[Step], projects: bool) -> Self {
        let mut of_all: Vec<_> = steps.iter().map(|step| observe(sites(&step.operation))).collect();
        of_all.push(observe(ends(projects)));
        Self { sites: of_all }
    }

    /// Where the sites of a step lie, or with `None` those of no step.
    fn at(&self, step: Option<usize>) -> usize {
        step.unwrap_or(self.sites.len() - 1)
    }

    /// Takes the activations of some tokens at a site of a step (`None`: of the model), and as they are before the norm's
    /// gain when they come from a norm.
    pub fn add(&mut self, step: Option<usize>, site: SiteKind, values: &Matrix, normalized: Option<&Matrix>) {
        let at = self.at(step);
        let observed = self.sites[at]
            .iter_mut()
            .find(|observed| observed.site == site)
            .expect("a site of this kind of step");
        for row in 0..values.rows() {
            observed.plain.add(values.row(row));
        }
        if let Some(normalized) = normalized {
            let folded = observed.folded.get_or_insert_with(Sketch::new);
            for row in 0..normalized.rows() {
                folded.add(normalized.row(row));
            }
        }
    }

    /// Sums of the squares of each element of a site's inputs, with the norm's gain, or before it; none where nothing was
    /// seen, or there is no such site.
    pub fn squares(&self, step: Option<usize>, site: SiteKind, folded: bool) -> &[f64] {
        let sites = self.sites.get(self.at(step));
        let observed = sites.and_then(|sites| sites.iter().find(|one| one.site == site));
        observed.map_or(&[], |observed| match (&observed.folded, folded) {
            (Some(sketch), true) => &sketch.squares,
            _ => &observed.plain.squares,
        })
    }

    /// Step by step, then of the model, the head's last.
    pub fn ranges(&self, percent: f64) -> Vec<Range> {
        let last = self.at(None);
        let mut ranges = Vec::new();
        for (at, sites) in self.sites.iter().enumerate() {
            let step = (at != last).then_some(at);
            for observed in sites {
                ranges.push(observed.range(step, percent));
            }
        }
        ranges
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

    #[test]
    fn squares_are_those_of_the_site_that_was_asked_for() {
        let mut calibration = Calibration::new(&[], false);
        let mut values = Matrix::zeros(2, 3).unwrap();
        values.row_mut(0).copy_from_slice(&[1.0, -2.0, 0.5]);
        values.row_mut(1).copy_from_slice(&[3.0, 0.0, 0.5]);
        let mut normalized = values.copy().unwrap();
        normalized.row_mut(0)[0] = 5.0;
        assert!(calibration.squares(None, SiteKind::Head, false).is_empty());
        calibration.add(None, SiteKind::Head, &values, Some(&normalized));
        assert_eq!(calibration.squares(None, SiteKind::Head, false), [10.0, 4.0, 0.5]);
        assert_eq!(calibration.squares(None, SiteKind::Head, true), [34.0, 4.0, 0.5]);
        assert!(calibration.squares(None, SiteKind::Mlp, false).is_empty());
        assert!(calibration.squares(Some(7), SiteKind::Mlp, false).is_empty());
    }

    #[test]
    fn percentiles_follow_the_sorted_magnitudes_while_the_limit_grows() {
        let mut random = Random::new(4);
        let mut sketch = Sketch::new();
        let mut all = vec![0.0f32; 10];
        sketch.add(&all);
        for scale in [0.001, 0.1, 3.0, 0.5, 40.0] {
            let values: Vec<f32> = (0..5000).map(|_| random.normal() * scale).collect();
            sketch.add(&values);
            all.extend(values);
        }
        let mut sorted: Vec<f32> = all.iter().map(|v| v.abs()).collect();
        sorted.sort_by(f32::total_cmp);
        let amax = f64::from(sorted[sorted.len() - 1]);
        assert_eq!(sketch.percentile(100.0), amax);
        assert_eq!(sketch.count, all.len() as u64);
        for percent in [50.0, 90.0, 99.0, 99.9, 99.99] {
            let exact = f64::from(sorted[(percent / 100.0 * sorted.len() as f64).ceil() as usize - 1]);
            let got = sketch.percentile(percent);
            assert!(
                got >= exact - 1e-6 && got <= exact + amax / 512.0,
                "{percent} {got} {exact}"
            );
        }
    }

    #[test]
    fn broken_values_do_not_break_the_sketch() {
        let mut sketch = Sketch::new();
        sketch.add(&[f32::INFINITY, f32::NAN, 1.0, -2.0]);
        sketch.add(&[f32::MAX, 1e-45]);
        assert_eq!(sketch.count, 6);
        assert!(!sketch.percentile(99.0).is_nan());
    }
}
