//! The forward pass of a random decoder in f64: each topology is written as its formula, knowing nothing of steps.

use super::{Decoder, Topology, TAPS};

/// The limits of a float, as the description holds them.
fn short(value: f64) -> f64 {
    f64::from(value as f32)
}

/// One vector a token.
type Vectors = Vec<Vec<f64>>;

impl Decoder {
    /// Logits after each token, in f64.
    pub fn forward(&self, ids: &[u32]) -> Vectors {
        let s = &self.shape;
        let width = s.traits.projected.unwrap_or(s.hidden);
        let mut x: Vectors = ids
            .iter()
            .map(|&id| {
                let row = &self.values["embedding"][id as usize * width..][..width];
                let row: Vec<f64> = row.iter().map(|v| v * short(s.embedding_scale)).collect();
                match s.traits.projected {
                    Some(_) => self.matrix("into", &row),
                    None => row,
                }
            })
            .collect();
        if s.traits.positions {
            for (x, row) in x.iter_mut().zip(self.values["positions"].chunks(s.hidden)) {
                x.iter_mut().zip(row).for_each(|(x, p)| *x += p);
            }
        }
        for b in 0..s.blocks {
            x = self.block_of(b, &x);
        }
        self.norm("final_norm", &x)
            .iter()
            .map(|normed| match s.traits.projected {
                Some(_) => self.matrix("out", normed),
                None => normed.clone(),
            })
            .map(|normed| -> Vec<f64> {
                let normed = &normed;
                if s.tied {
                    self.values["embedding"]
                        .chunks(width)
                        .map(|row| dot(row, normed))
                        .collect()
                } else {
                    self.linear("head", normed)
                }
            })
            .map(|logits| {
                let scaled = logits.iter().map(|x| x * short(s.traits.logit_scale));
                scaled.map(|x| capped(x, s.traits.logit_cap)).collect()
            })
            .collect()
    }

    fn block_of(&self, b: usize, x: &Vectors) -> Vectors {
        let norm = |index: usize, x: &Vectors| self.norm(&format!("{b}.norm{index}"), x);
        let attention = |x: &Vectors| self.attention(b, x);
        let mlp = |x: &Vectors| self.mlp(b, x);
        match self.shape.topology {
            topology @ (Topology::PreNorm | Topology::Convolution) => {
                let mixed = if topology.convolves(b) {
                    self.convolution(b, &norm(1, x))
                } else {
                    attention(&norm(1, x))
                };
                let x = sum(x, &mixed);
                sum(&x, &mlp(&norm(2, &x)))
            }
            Topology::ParallelOneNorm => {
                let normed = norm(1, x);
                sum(x, &sum(&attention(&normed), &mlp(&normed)))
            }
            Topology::ParallelTwoNorms => sum(x, &sum(&attention(&norm(1, x)), &mlp(&norm(2, x)))),
            Topology::Sandwich => {
                let x = sum(x, &norm(2, &attention(&norm(1, x))));
                sum(&x, &norm(4, &mlp(&norm(3, &x))))
            }
            Topology::PostNorm => {
                let x = norm(1, &sum(x, &attention(x)));
                norm(2, &sum(&x, &mlp(&x)))
            }
            Topology::BranchNorm => {
                let x = sum(x, &norm(1, &attention(x)));
                sum(&x, &norm(2, &mlp(&x)))
            }
        }
    }

    fn attention(&self, b: usize, x: &Vectors) -> Vectors {
        let s = &self.shape;
        let project =
            |name: &str| -> Vectors { x.iter().map(|x| self.linear(&format!("{b}.{name}"), x)).collect() };
        let (mut q, mut k, mut v) = (project("q"), project("k"), project("v"));
        let clip = s.traits.clip.map_or(f64::INFINITY, short);
        for x in [&mut q, &mut k, &mut v].into_iter().flatten().flatten() {
            *x = x.max(-clip).min(clip);
        }
        for position in 0..x.len() {
            for (name, x) in [("query", &mut q[position]), ("key", &mut k[position])] {
                let (kind, over, turned) = s.traits.head_norm.unwrap_or(("rms", "none", false));
                if turned {
                    self.rotate(position, x);
                }
                self.normalize_heads(&format!("{b}.{name}_norm"), kind, over, x);
                if !turned {
                    self.rotate(position, x);
                }
            }
        }
        let scale = short(1.0 / (s.head_dim as f64).sqrt());
        (0..x.len())
            .map(|at| {
                let first = s.window.map_or(0, |w| (at + 1).saturating_sub(w));
                let mut mixed = Vec::new();
                for h in 0..s.heads {
                    let kv = h / (s.heads / s.kv_heads) * s.head_dim;
                    let query = &q[at][h * s.head_dim..][..s.head_dim];
                    let scores: Vec<f64> = (first..=at)
                        .map(|t| {
                            let score = dot(query, &k[t][kv..kv + s.head_dim]) * scale;
                            let slope = s.traits.slopes.map_or(0.0, |slopes| short(slopes[h]));
                            capped(score, s.traits.score_cap) - slope * (at - t) as f64
                        })
                        .collect();
                    let max = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                    let weights: Vec<f64> = scores.iter().map(|score| (score - max).exp()).collect();
                    let total: f64 = weights.iter().sum();
                    for d in 0..s.head_dim {
                        let sum: f64 = (first..=at).zip(&weights).map(|(t, w)| w * v[t][kv + d]).sum();
                        mixed.push(sum / total);
                    }
                }
                let y = self.linear(&format!("{b}.o"), &mixed);
                y.iter().map(|y| y * short(s.traits.factor)).collect()
            })
            .collect()
    }

    fn convolution(&self, b: usize, x: &Vectors) -> Vectors {
        let hidden = self.shape.hidden;
        let thirds: Vectors = x.iter().map(|x| self.linear(&format!("{b}.in"), x)).collect();
        let bias = self.values.get(&format!("{b}.taps.bias"));
        (0..x.len())
            .map(|at| {
                let mixed: Vec<f64> = (0..hidden)
                    .map(|i| {
                        let mut sum = bias.map_or(0.0, |bias| bias[i]);
                        for back in 0..TAPS.min(at + 1) {
                            let tap = self.values[&format!("{b}.tap{}", TAPS - 1 - back)][i];
                            let seen = &thirds[at - back];
                            sum += tap * (seen[i] * seen[2 * hidden + i]);
                        }
                        sum * thirds[at][hidden + i]
                    })
                    .collect();
                self.linear(&format!("{b}.out"), &mixed)
            })
            .collect()
    }

    fn mlp(&self, b: usize, x: &Vectors) -> Vectors {
        x.iter()
            .map(|x| {
                let traits = &self.shape.traits;
                let mut inner = self.linear(&format!("{b}.up"), x);
                if traits.gated {
                    let gate = self.linear(&format!("{b}.gate"), x);
                    inner
                        .iter_mut()
                        .zip(gate)
                        .for_each(|(u, g)| *u *= function(traits.function, g));
                } else {
                    inner.iter_mut().for_each(|u| *u = function(traits.function, *u));
                }
                let y = self.linear(&format!("{b}.down"), &inner);
                y.iter().map(|y| y * short(traits.factor)).collect()
            })
            .collect()
    }

    fn norm(&self, name: &str, x: &Vectors) -> Vectors {
        let (gain, bias) = (self.values.get(name), self.values.get(&format!("{name}.bias")));
        let kind = self.shape.traits.norm;
        x.iter().map(|x| self.normalize(kind, x, gain, bias)).collect()
    }

    fn normalize(&self, kind: &str, x: &[f64], gain: Option<&Vec<f64>>, bias: Option<&Vec<f64>>) -> Vec<f64> {
        let n = x.len() as f64;
        let mean = if kind == "layer" {
            x.iter().sum::<f64>() / n
        } else {
            0.0
        };
        let variance = x.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / n;
        let factor = 1.0 / (variance + 1e-5).sqrt();
        let offset = self.shape.traits.gain_offset;
        x.iter()
            .enumerate()
            .map(|(i, x)| {
                (x - mean) * factor * gain.map_or(1.0, |gain| gain[i] + offset)
                    + bias.map_or(0.0, |bias| bias[i])
            })
            .collect()
    }

    fn normalize_heads(&self, name: &str, kind: &str, over: &str, x: &mut [f64]) {
        let span = match over {
            "none" => return,
            "all" => x.len(),
            _ => self.shape.head_dim,
        };
        for (head, x) in x.chunks_mut(span).enumerate() {
            let at = if over == "heads" { head } else { 0 };
            let [gain, bias] = ["gain", "bias"].map(|part| self.values.get(&format!("{name}.{part}.{at}")));
            let normed = self.normalize(kind, x, gain, bias);
            x.copy_from_slice(&normed);
        }
    }

    /// `W x`
    fn matrix(&self, name: &str, x: &[f64]) -> Vec<f64> {
        let rows = self.values[&format!("{name}.weight")].chunks(x.len());
        rows.map(|row| dot(row, x)).collect()
    }

    fn linear(&self, name: &str, x: &[f64]) -> Vec<f64> {
        let rows = self.values[&format!("{name}.weight")].chunks(x.len());
        let bias = self.values.get(&format!("{name}.bias"));
        rows.enumerate()
            .map(|(i, row)| dot(row, x) + bias.map_or(0.0, |bias| bias[i]))
            .collect()
    }

    fn rotate(&self, position: usize, heads: &mut [f64]) {
        if self.shape.traits.slopes.is_some() {
            return;
        }
        for head in heads.chunks_mut(self.shape.head_dim) {
            for (i, frequency) in self.frequencies.iter().enumerate() {
                let angle = position as f64 * frequency;
                let (cos, sin) = (
                    angle.cos() * self.shape.attention_factor,
                    angle.sin() * self.shape.attention_factor,
                );
                let (a, b) = (head[i], head[i + self.frequencies.len()]);
                head[i] = a * cos - b * sin;
                head[i + self.frequencies.len()] = b * cos + a * sin;
            }
        }
    }
}

fn capped(x: f64, cap: Option<f64>) -> f64 {
    cap.map_or(x, |cap| short(cap) * (x / short(cap)).tanh())
}

fn function(name: &str, x: f64) -> f64 {
    match name {
        "silu" => x / (1.0 + (-x).exp()),
        // By Simpson's rule over the density.
        "gelu" => {
            const STEPS: usize = 2000;
            let density = |t: f64| (-0.5 * t * t).exp() / (2.0 * std::f64::consts::PI).sqrt();
            let h = x / STEPS as f64;
            let inside: f64 = (1..STEPS)
                .map(|i| density(h * i as f64) * if i % 2 == 1 { 4.0 } else { 2.0 })
                .sum();
            x * (0.5 + h / 3.0 * (density(0.0) + inside + density(x)))
        }
        "geluTanh" => {
            0.5 * x * (1.0 + ((2.0 / std::f64::consts::PI).sqrt() * (x + 0.044715 * x.powi(3))).tanh())
        }
        "relu" => x.max(0.0),
        "relu2" => x.max(0.0).powi(2),
        _ => panic!("{name}"),
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn sum(a: &Vectors, b: &Vectors) -> Vectors {
    a.iter()
        .zip(b)
        .map(|(a, b)| a.iter().zip(b).map(|(a, b)| a + b).collect())
        .collect()
}
