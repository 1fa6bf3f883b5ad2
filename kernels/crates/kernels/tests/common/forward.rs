//! The forward pass of a random decoder in f64: each topology is written as its formula, knowing nothing of steps.

use super::{Decoder, Topology};

/// One vector a token.
type Vectors = Vec<Vec<f64>>;

impl Decoder {
    /// Logits after each token, in f64.
    pub fn forward(&self, ids: &[u32]) -> Vectors {
        let s = &self.shape;
        let mut x: Vectors = ids
            .iter()
            .map(|&id| {
                let row = &self.values["embedding"][id as usize * s.hidden..][..s.hidden];
                row.iter()
                    .map(|v| v * f64::from(s.embedding_scale as f32))
                    .collect()
            })
            .collect();
        for b in 0..s.blocks {
            x = self.block_of(b, &x);
        }
        self.norm("final_norm", &x)
            .iter()
            .map(|normed| {
                if s.tied {
                    self.values["embedding"]
                        .chunks(s.hidden)
                        .map(|row| dot(row, normed))
                        .collect()
                } else {
                    self.linear("head", normed)
                }
            })
            .collect()
    }

    fn block_of(&self, b: usize, x: &Vectors) -> Vectors {
        let norm = |index: usize, x: &Vectors| self.norm(&format!("{b}.norm{index}"), x);
        let attention = |x: &Vectors| self.attention(b, x);
        let mlp = |x: &Vectors| self.mlp(b, x);
        match self.shape.topology {
            Topology::PreNorm => {
                let x = sum(x, &attention(&norm(1, x)));
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
        let (mut q, mut k, v) = (project("q"), project("k"), project("v"));
        for position in 0..x.len() {
            self.rotate(position, &mut q[position]);
            self.rotate(position, &mut k[position]);
        }
        let scale = f64::from((1.0 / (s.head_dim as f64).sqrt()) as f32);
        (0..x.len())
            .map(|at| {
                let first = s.window.map_or(0, |w| (at + 1).saturating_sub(w));
                let mut mixed = Vec::new();
                for h in 0..s.heads {
                    let kv = h / (s.heads / s.kv_heads) * s.head_dim;
                    let query = &q[at][h * s.head_dim..][..s.head_dim];
                    let scores: Vec<f64> = (first..=at)
                        .map(|t| dot(query, &k[t][kv..kv + s.head_dim]) * scale)
                        .collect();
                    let max = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                    let weights: Vec<f64> = scores.iter().map(|score| (score - max).exp()).collect();
                    let total: f64 = weights.iter().sum();
                    for d in 0..s.head_dim {
                        let sum: f64 = (first..=at).zip(&weights).map(|(t, w)| w * v[t][kv + d]).sum();
                        mixed.push(sum / total);
                    }
                }
                self.linear(&format!("{b}.o"), &mixed)
            })
            .collect()
    }

    fn mlp(&self, b: usize, x: &Vectors) -> Vectors {
        x.iter()
            .map(|x| {
                let gate = self.linear(&format!("{b}.gate"), x);
                let up = self.linear(&format!("{b}.up"), x);
                let inner: Vec<f64> = gate
                    .iter()
                    .zip(up)
                    .map(|(g, u)| g / (1.0 + (-g).exp()) * u)
                    .collect();
                self.linear(&format!("{b}.down"), &inner)
            })
            .collect()
    }

    fn norm(&self, name: &str, x: &Vectors) -> Vectors {
        let bias = self.values.get(&format!("{name}.bias"));
        x.iter()
            .map(|x| {
                let factor = 1.0 / (dot(x, x) / x.len() as f64 + 1e-5).sqrt();
                x.iter()
                    .zip(&self.values[name])
                    .enumerate()
                    .map(|(i, (x, gain))| x * factor * gain + bias.map_or(0.0, |bias| bias[i]))
                    .collect()
            })
            .collect()
    }

    fn linear(&self, name: &str, x: &[f64]) -> Vec<f64> {
        let rows = self.values[&format!("{name}.weight")].chunks(x.len());
        let bias = self.values.get(&format!("{name}.bias"));
        rows.enumerate()
            .map(|(i, row)| dot(row, x) + bias.map_or(0.0, |bias| bias[i]))
            .collect()
    }

    fn rotate(&self, position: usize, heads: &mut [f64]) {
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

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn sum(a: &Vectors, b: &Vectors) -> Vectors {
    a.iter()
        .zip(b)
        .map(|(a, b)| a.iter().zip(b).map(|(a, b)| a + b).collect())
        .collect()
}
