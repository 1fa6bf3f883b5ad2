//! Ranges of the activations that enter the matrices, observed while text passes: the largest magnitude and a histogram
//! from which any percentile can be read.

/// Bins of a histogram; its limit is at most twice the largest magnitude, so a percentile is exact to 1/1024 of it.
const BINS: usize = 2048;

/// Magnitudes of one place.
#[derive(Clone)]
struct Sketch {
    count: u64,
    amax: f32,
    /// A power of two above `amax`; 0 while all are zero.
    limit: f64,
    bins: Vec<u64>,
}

impl Sketch {
    fn new() -> Self {
        Self {
            count: 0,
            amax: 0.0,
            limit: 0.0,
            bins: vec![0; BINS],
        }
    }

    fn add(&mut self, values: &[f32]) {
        let amax = values.iter().fold(0.0f32, |amax, v| amax.max(v.abs()));
        self.amax = self.amax.max(amax);
        self.count += values.len() as u64;
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

/// Where activations are observed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Site {
    /// Into query, key and value.
    Attention,
    /// Into the output projection.
    Output,
    /// Into gate and up.
    Mlp,
    /// Into down.
    Down,
    /// Into the head.
    Head,
}

const BLOCK_SITES: [Site; 4] = [Site::Attention, Site::Output, Site::Mlp, Site::Down];

/// What was observed at one site.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct Range {
    pub layer: Option<usize>,
    pub site: Site,
    pub count: u64,
    pub amax: f64,
    pub clip: f64,
    pub folded_amax: f64,
    pub folded_clip: f64,
}

/// With the norm's gain, and without where there is one.
struct Place {
    plain: Sketch,
    folded: Option<Sketch>,
}

impl Place {
    fn new(normed: bool) -> Self {
        Self {
            plain: Sketch::new(),
            folded: normed.then(Sketch::new),
        }
    }

    fn range(&self, layer: Option<usize>, site: Site, percent: f64) -> Range {
        let folded = self.folded.as_ref().unwrap_or(&self.plain);
        Range {
            layer,
            site,
            count: self.plain.count,
            amax: f64::from(self.plain.amax),
            clip: self.plain.percentile(percent),
            folded_amax: f64::from(folded.amax),
            folded_clip: folded.percentile(percent),
        }
    }
}

/// All sites of a model.
pub struct Calibration {
    blocks: Vec<[Place; 4]>,
    head: Place,
}

impl Calibration {
    /// Nothing seen.
    pub fn new(blocks: usize) -> Self {
        let block = || BLOCK_SITES.map(|site| Place::new(matches!(site, Site::Attention | Site::Mlp)));
        Self {
            blocks: (0..blocks).map(|_| block()).collect(),
            head: Place::new(true),
        }
    }

    fn place(&mut self, layer: Option<usize>, site: Site) -> &mut Place {
        match layer {
            Some(layer) => &mut self.blocks[layer][site as usize],
            None => &mut self.head,
        }
    }

    /// Takes one token's activations.
    pub fn add(&mut self, layer: Option<usize>, site: Site, values: &[f32]) {
        self.place(layer, site).plain.add(values);
    }

    /// Takes one token's activations as they are before the norm's gain.
    pub fn add_folded(&mut self, layer: Option<usize>, site: Site, values: &[f32]) {
        if let Some(folded) = &mut self.place(layer, site).folded {
            folded.add(values);
        }
    }

    /// Layer by layer, then the head.
    pub fn ranges(&self, percent: f64) -> Vec<Range> {
        let blocks = self.blocks.iter().enumerate().flat_map(|(layer, places)| {
            BLOCK_SITES
                .into_iter()
                .zip(places)
                .map(move |(site, place)| place.range(Some(layer), site, percent))
        });
        blocks
            .chain([self.head.range(None, Site::Head, percent)])
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

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
