//! Random small decoders, and their forward pass written plainly in f64: what the engine is held against.
#![allow(dead_code, missing_docs)]

use std::collections::HashMap;

use kernels::dtype::{decode_vec, Dtype};
use kernels::random::Random;
use serde_json::{json, Value};

/// The shape of a random decoder.
#[derive(Clone)]
pub struct Shape {
    pub hidden: usize,
    pub vocabulary: usize,
    pub blocks: usize,
    pub heads: usize,
    pub kv_heads: usize,
    pub head_dim: usize,
    pub width: usize,
    pub rotary_dim: usize,
    pub attention_factor: f64,
    pub window: Option<usize>,
    pub biases: bool,
    pub tied: bool,
    pub embedding_scale: f64,
    pub dtype: Dtype,
}

pub const SMALL: Shape = Shape {
    hidden: 20,
    vocabulary: 37,
    blocks: 2,
    heads: 6,
    kv_heads: 2,
    head_dim: 6,
    width: 44,
    rotary_dim: 6,
    attention_factor: 1.0,
    window: None,
    biases: false,
    tied: true,
    embedding_scale: 1.0,
    dtype: Dtype::F32,
};

/// A decoder's description and the bytes of its tensors.
pub struct Decoder {
    pub description: Value,
    pub tensors: Vec<(String, Vec<u8>)>,
    values: HashMap<String, Vec<f64>>,
    shape: Shape,
    frequencies: Vec<f64>,
}

impl Decoder {
    pub fn random(shape: &Shape, seed: u64) -> Self {
        let mut decoder = Self {
            description: Value::Null,
            tensors: Vec::new(),
            values: HashMap::new(),
            shape: shape.clone(),
            frequencies: (0..shape.rotary_dim / 2)
                .map(|i| 10_000f64.powf(-(2.0 * i as f64) / shape.rotary_dim as f64))
                .collect(),
        };
        let random = &mut Random::new(seed);
        let s = shape;
        let norm = |decoder: &mut Self, random: &mut Random, name: String| {
            let gain = decoder.tensor(random, name, &[s.hidden], 1.0, 0.3);
            json!({"kind": "rms", "epsilon": 1e-5, "gain": gain})
        };
        let linear = |decoder: &mut Self, random: &mut Random, name: String, out: usize, input: usize| {
            let spread = (input as f32).sqrt().recip() * 1.5;
            let weight = decoder.tensor(random, format!("{name}.weight"), &[out, input], 0.0, spread);
            let bias = if s.biases {
                decoder.tensor(random, format!("{name}.bias"), &[out], 0.0, 0.2)
            } else {
                Value::Null
            };
            json!({"weight": weight, "bias": bias})
        };
        let embedding = decoder.tensor(random, "embedding".into(), &[s.vocabulary, s.hidden], 0.0, 1.0);
        let blocks: Vec<Value> = (0..s.blocks)
            .map(|b| {
                let (q, kv) = (s.heads * s.head_dim, s.kv_heads * s.head_dim);
                json!({
                    "topology": "pre-norm",
                    "attentionNorm": norm(&mut decoder, random, format!("{b}.attention_norm")),
                    "attention": {
                        "heads": s.heads, "kvHeads": s.kv_heads, "headDim": s.head_dim,
                        "scale": 1.0 / (s.head_dim as f64).sqrt(),
                        "window": s.window,
                        "rotary": if s.rotary_dim > 0 { json!(0) } else { Value::Null },
                        "query": linear(&mut decoder, random, format!("{b}.q"), q, s.hidden),
                        "key": linear(&mut decoder, random, format!("{b}.k"), kv, s.hidden),
                        "value": linear(&mut decoder, random, format!("{b}.v"), kv, s.hidden),
                        "output": linear(&mut decoder, random, format!("{b}.o"), s.hidden, q),
                    },
                    "mlpNorm": norm(&mut decoder, random, format!("{b}.mlp_norm")),
                    "mlp": {
                        "kind": "gated", "activation": "silu", "width": s.width,
                        "gate": linear(&mut decoder, random, format!("{b}.gate"), s.width, s.hidden),
                        "up": linear(&mut decoder, random, format!("{b}.up"), s.width, s.hidden),
                        "down": linear(&mut decoder, random, format!("{b}.down"), s.hidden, s.width),
                    },
                })
            })
            .collect();
        let final_norm = norm(&mut decoder, random, "final_norm".into());
        let head = if s.tied {
            Value::Null
        } else {
            linear(&mut decoder, random, "head".into(), s.vocabulary, s.hidden)
        };
        let rotaries = if s.rotary_dim > 0 {
            json!([{"dim": s.rotary_dim, "inverseFrequencies": decoder.frequencies, "attentionFactor": s.attention_factor}])
        } else {
            json!([])
        };
        decoder.description = json!({
            "family": "test", "architecture": "Test", "hiddenSize": s.hidden, "vocabSize": s.vocabulary,
            "maxPositions": 512, "embedding": embedding, "embeddingScale": s.embedding_scale, "rotaries": rotaries,
            "blocks": blocks, "finalNorm": final_norm, "head": head, "notes": [],
        });
        decoder
    }

    fn tensor(
        &mut self,
        random: &mut Random,
        name: String,
        shape: &[usize],
        mean: f32,
        spread: f32,
    ) -> Value {
        let dtype = self.shape.dtype;
        let count = shape.iter().product();
        let mut bytes = Vec::new();
        for _ in 0..count {
            let value = mean + random.normal() * spread;
            match dtype {
                Dtype::F32 => bytes.extend(value.to_le_bytes()),
                Dtype::Bf16 => bytes.extend(&value.to_le_bytes()[2..]),
                // Any code with a moderate exponent.
                Dtype::F16 => bytes.extend((0x2000 | (random.bits() as u16 & 0x9BFF)).to_le_bytes()),
                Dtype::F8E4M3 => bytes.push(0x10 | (random.bits() as u8 & 0x9F)),
                Dtype::F8E5M2 => bytes.push(0x20 | (random.bits() as u8 & 0x9B)),
            }
        }
        let values = decode_vec(dtype, &bytes).into_iter().map(f64::from).collect();
        self.values.insert(name.clone(), values);
        let reference = json!({"name": name, "dtype": dtype.name(), "shape": shape});
        self.tensors.push((name, bytes));
        reference
    }

    /// Logits after each token, in f64.
    pub fn forward(&self, ids: &[u32]) -> Vec<Vec<f64>> {
        let s = &self.shape;
        let mut x: Vec<Vec<f64>> = ids
            .iter()
            .map(|&id| {
                let row = &self.values["embedding"][id as usize * s.hidden..][..s.hidden];
                row.iter()
                    .map(|v| v * f64::from(s.embedding_scale as f32))
                    .collect()
            })
            .collect();
        for b in 0..s.blocks {
            let normed: Vec<_> = x
                .iter()
                .map(|x| self.norm(&format!("{b}.attention_norm"), x))
                .collect();
            let project = |name: &str| -> Vec<Vec<f64>> {
                normed
                    .iter()
                    .map(|x| self.linear(&format!("{b}.{name}"), x))
                    .collect()
            };
            let (mut q, mut k, v) = (project("q"), project("k"), project("v"));
            for position in 0..ids.len() {
                self.rotate(position, &mut q[position]);
                self.rotate(position, &mut k[position]);
            }
            for at in 0..ids.len() {
                let first = s.window.map_or(0, |w| (at + 1).saturating_sub(w));
                let mut mixed = Vec::new();
                for h in 0..s.heads {
                    let kv = h / (s.heads / s.kv_heads) * s.head_dim;
                    let query = &q[at][h * s.head_dim..][..s.head_dim];
                    let scores: Vec<f64> = (first..=at)
                        .map(|t| {
                            dot(query, &k[t][kv..kv + s.head_dim])
                                * f64::from((1.0 / (s.head_dim as f64).sqrt()) as f32)
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
                let out = self.linear(&format!("{b}.o"), &mixed);
                x[at].iter_mut().zip(out).for_each(|(x, out)| *x += out);
            }
            for x in &mut x {
                let normed = self.norm(&format!("{b}.mlp_norm"), x);
                let gate = self.linear(&format!("{b}.gate"), &normed);
                let up = self.linear(&format!("{b}.up"), &normed);
                let inner: Vec<f64> = gate
                    .iter()
                    .zip(up)
                    .map(|(g, u)| g / (1.0 + (-g).exp()) * u)
                    .collect();
                let out = self.linear(&format!("{b}.down"), &inner);
                x.iter_mut().zip(out).for_each(|(x, out)| *x += out);
            }
        }
        x.iter()
            .map(|x| {
                let normed = self.norm("final_norm", x);
                if s.tied {
                    self.values["embedding"]
                        .chunks(s.hidden)
                        .map(|row| dot(row, &normed))
                        .collect()
                } else {
                    self.linear("head", &normed)
                }
            })
            .collect()
    }

    fn norm(&self, name: &str, x: &[f64]) -> Vec<f64> {
        let factor = 1.0 / (dot(x, x) / x.len() as f64 + 1e-5).sqrt();
        x.iter()
            .zip(&self.values[name])
            .map(|(x, gain)| x * factor * gain)
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

/// A value in CBOR, as `src/quantize/cbor.ts` writes it.
pub fn cbor(value: &Value) -> Vec<u8> {
    let head = |kind: u8, length: usize| [&[kind][..], &(length as u32).to_be_bytes()].concat();
    let text = |text: &str| [head(0x7A, text.len()), text.into()].concat();
    match value {
        Value::Null => vec![0xF6],
        Value::Bool(truth) => vec![0xF4 + u8::from(*truth)],
        Value::Number(number) => [&[0xFB][..], &number.as_f64().unwrap().to_be_bytes()].concat(),
        Value::String(string) => text(string),
        Value::Array(list) => {
            let items = list.iter().flat_map(cbor);
            head(0x9A, list.len()).into_iter().chain(items).collect()
        }
        Value::Object(map) => {
            let fields = map
                .iter()
                .flat_map(|(key, value)| [text(key), cbor(value)].concat());
            head(0xBA, map.len()).into_iter().chain(fields).collect()
        }
    }
}

/// Random ids.
pub fn ids(random: &mut Random, count: usize, vocabulary: usize) -> Vec<u32> {
    (0..count).map(|_| random.below(vocabulary) as u32).collect()
}
