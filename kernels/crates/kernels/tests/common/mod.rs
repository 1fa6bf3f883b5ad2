//! Random small decoders, and their forward pass written plainly in f64: what the engine is held against.
// Each test takes what it needs.
#![allow(dead_code, missing_docs, unused_imports)]

mod forward;
mod traits;

use std::collections::HashMap;

use kernels::dtype::{decode_vec, Dtype};
use kernels::random::Random;
use serde_json::{json, Value};

pub use traits::{traits, Traits, PLAIN};

/// How attention `A`, feed-forward `M` and norms `N1`, `N2`, … make a block of the residual stream `x`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Topology {
    /// `x += A(N1(x)); x += M(N2(x))`, as in Llama.
    PreNorm,
    /// `x += A(N1(x)) + M(N1(x))`, as in GPT-J.
    ParallelOneNorm,
    /// `x += A(N1(x)) + M(N2(x))`, as in GPT-NeoX.
    ParallelTwoNorms,
    /// `x += N2(A(N1(x))); x += N4(M(N3(x)))`, as in Gemma 2.
    Sandwich,
    /// `x = N1(x + A(x)); x = N2(x + M(x))`, as in the first transformers.
    PostNorm,
    /// `x += N1(A(x)); x += N2(M(x))`, as in OLMo 2.
    BranchNorm,
    /// As `PreNorm`, with a convolution in place of the attention of the first block, as in LFM2.
    Convolution,
}

impl Topology {
    /// Whether a block has a convolution.
    pub fn convolves(self, block: usize) -> bool {
        matches!(self, Self::Convolution) && block == 0
    }
}

/// Tokens that a convolution sees.
pub const TAPS: usize = 4;

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
    pub norm_biases: bool,
    pub topology: Topology,
    pub tied: bool,
    pub embedding_scale: f64,
    pub traits: Traits,
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
    norm_biases: false,
    topology: Topology::PreNorm,
    tied: true,
    embedding_scale: 1.0,
    traits: PLAIN,
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
        let width = s.traits.projected.unwrap_or(s.hidden);
        let embedding = decoder.tensor(random, "embedding".into(), &[s.vocabulary, width], 0.0, 1.0);
        let projections = match s.traits.projected {
            Some(width) => json!({
                "width": width,
                "into": decoder.tensor(random, "into.weight".into(), &[s.hidden, width], 0.0, 0.3),
                "out": decoder.tensor(random, "out.weight".into(), &[width, s.hidden], 0.0, 0.3),
            }),
            None => Value::Null,
        };
        let positions = if s.traits.positions {
            decoder.tensor(random, "positions".into(), &[512, s.hidden], 0.0, 0.5)
        } else {
            Value::Null
        };
        let blocks: Vec<Value> = (0..s.blocks)
            .map(|b| json!({"steps": decoder.block(random, b)}))
            .collect();
        let final_norm = decoder.norm_description(random, "final_norm".into());
        let head = if s.tied {
            Value::Null
        } else {
            decoder.linear_description(random, "head".into(), s.vocabulary, width)
        };
        let rotaries = if s.rotary_dim > 0 {
            json!([{"dim": s.rotary_dim, "inverseFrequencies": decoder.frequencies, "attentionFactor": s.attention_factor}])
        } else {
            json!([])
        };
        decoder.description = json!({
            "hiddenSize": s.hidden, "vocabSize": s.vocabulary, "maxPositions": 512,
            "embedding": embedding, "embeddingScale": s.embedding_scale, "projections": projections,
            "positions": positions,
            "rotaries": rotaries, "blocks": blocks, "finalNorm": final_norm, "head": head,
            "logitScale": s.traits.logit_scale, "logitCap": s.traits.logit_cap,
        });
        decoder
    }

    /// The steps of a block; what each reads and writes, and whether it adds, follows from the topology.
    fn block(&mut self, random: &mut Random, b: usize) -> Vec<Value> {
        const ADDS: bool = true;
        let topology = self.shape.topology;
        let mut norms = 0;
        let mut step = |kind: &str, reads: &str, writes: &str, adds: bool| {
            let body = match kind {
                "norm" => {
                    norms += 1;
                    self.norm_description(random, format!("{b}.norm{norms}"))
                }
                "attention" => self.attention_description(random, b),
                "conv" => self.convolution_description(random, b),
                _ => self.mlp_description(random, b),
            };
            json!({"kind": kind, "reads": reads, "writes": writes, "adds": adds, kind: body})
        };
        match topology {
            Topology::PreNorm | Topology::Convolution => vec![
                step("norm", "residual", "normed", !ADDS),
                step(
                    if topology.convolves(b) {
                        "conv"
                    } else {
                        "attention"
                    },
                    "normed",
                    "residual",
                    ADDS,
                ),
                step("norm", "residual", "normed", !ADDS),
                step("mlp", "normed", "residual", ADDS),
            ],
            Topology::ParallelOneNorm => vec![
                step("norm", "residual", "normed", !ADDS),
                step("attention", "normed", "residual", ADDS),
                step("mlp", "normed", "residual", ADDS),
            ],
            Topology::ParallelTwoNorms => vec![
                step("norm", "residual", "normed", !ADDS),
                step("norm", "residual", "branch", !ADDS),
                step("attention", "normed", "residual", ADDS),
                step("mlp", "branch", "residual", ADDS),
            ],
            Topology::Sandwich => vec![
                step("norm", "residual", "normed", !ADDS),
                step("attention", "normed", "branch", !ADDS),
                step("norm", "branch", "residual", ADDS),
                step("norm", "residual", "normed", !ADDS),
                step("mlp", "normed", "normed", !ADDS),
                step("norm", "normed", "residual", ADDS),
            ],
            Topology::PostNorm => vec![
                step("attention", "residual", "residual", ADDS),
                step("norm", "residual", "residual", !ADDS),
                step("mlp", "residual", "residual", ADDS),
                step("norm", "residual", "residual", !ADDS),
            ],
            Topology::BranchNorm => vec![
                step("attention", "residual", "branch", !ADDS),
                step("norm", "branch", "residual", ADDS),
                step("mlp", "residual", "normed", !ADDS),
                step("norm", "normed", "residual", ADDS),
            ],
        }
    }

    fn norm_description(&mut self, random: &mut Random, name: String) -> Value {
        let shape = [self.shape.hidden];
        let bias = if self.shape.norm_biases {
            self.tensor(random, format!("{name}.bias"), &shape, 0.0, 0.3)
        } else {
            Value::Null
        };
        let Traits {
            norm,
            gains,
            gain_offset,
            ..
        } = self.shape.traits;
        let gain = if gains {
            self.tensor(random, name, &shape, 1.0 - gain_offset as f32, 0.3)
        } else {
            Value::Null
        };
        json!({"kind": norm, "epsilon": 1e-5, "gain": gain, "gainOffset": gain_offset, "bias": bias})
    }

    fn head_norm_description(&mut self, random: &mut Random, b: usize) -> Value {
        let s = self.shape.clone();
        let Some((kind, over, turned)) = s.traits.head_norm else {
            return Value::Null;
        };
        let mut side = |name: &str, heads: usize| {
            let (count, elements) = match over {
                "head" => (1, s.head_dim),
                "heads" => (heads, s.head_dim),
                _ => (1, heads * s.head_dim),
            };
            let mut vectors = |part: &str, has: bool, mean: f32| -> Vec<Value> {
                (0..if has { count } else { 0 })
                    .map(|i| {
                        self.tensor(
                            random,
                            format!("{b}.{name}_norm.{part}.{i}"),
                            &[elements],
                            mean,
                            0.3,
                        )
                    })
                    .collect()
            };
            json!({
                "gains": vectors("gain", s.traits.gains, 1.0 - s.traits.gain_offset as f32),
                "biases": vectors("bias", s.norm_biases, 0.0),
            })
        };
        let (query, key) = (side("query", s.heads), side("key", s.kv_heads));
        json!({
            "kind": kind, "epsilon": 1e-5, "over": over, "turned": turned, "query": query, "key": key,
            "gainOffset": s.traits.gain_offset,
        })
    }

    fn linear_description(&mut self, random: &mut Random, name: String, out: usize, input: usize) -> Value {
        let spread = (input as f32).sqrt().recip() * 1.5;
        let weight = self.tensor(random, format!("{name}.weight"), &[out, input], 0.0, spread);
        let bias = if self.shape.biases {
            self.tensor(random, format!("{name}.bias"), &[out], 0.0, 0.2)
        } else {
            Value::Null
        };
        json!({"weight": weight, "bias": bias})
    }

    fn attention_description(&mut self, random: &mut Random, b: usize) -> Value {
        let s = self.shape.clone();
        let (q, kv) = (s.heads * s.head_dim, s.kv_heads * s.head_dim);
        let head_norm = self.head_norm_description(random, b);
        let position = if let Some(slopes) = s.traits.slopes {
            json!({"kind": "alibi", "slopes": slopes})
        } else if s.rotary_dim > 0 {
            json!({"kind": "rotary", "table": 0})
        } else {
            json!({"kind": "none"})
        };
        json!({
            "heads": s.heads, "kvHeads": s.kv_heads, "headDim": s.head_dim,
            "scale": 1.0 / (s.head_dim as f64).sqrt(), "window": s.window, "position": position,
            "scoreCap": s.traits.score_cap, "clip": s.traits.clip, "headNorm": head_norm,
            "factor": s.traits.factor,
            "query": self.linear_description(random, format!("{b}.q"), q, s.hidden),
            "key": self.linear_description(random, format!("{b}.k"), kv, s.hidden),
            "value": self.linear_description(random, format!("{b}.v"), kv, s.hidden),
            "output": self.linear_description(random, format!("{b}.o"), s.hidden, q),
        })
    }

    fn convolution_description(&mut self, random: &mut Random, b: usize) -> Value {
        let hidden = self.shape.hidden;
        let taps: Vec<Value> = (0..TAPS)
            .map(|tap| self.tensor(random, format!("{b}.tap{tap}"), &[hidden, 1], 0.2, 0.7))
            .collect();
        let bias = if self.shape.biases {
            self.tensor(random, format!("{b}.taps.bias"), &[hidden], 0.0, 0.3)
        } else {
            Value::Null
        };
        json!({
            "input": self.linear_description(random, format!("{b}.in"), 3 * hidden, hidden),
            "taps": taps, "bias": bias,
            "output": self.linear_description(random, format!("{b}.out"), hidden, hidden),
        })
    }

    fn mlp_description(&mut self, random: &mut Random, b: usize) -> Value {
        let (hidden, width) = (self.shape.hidden, self.shape.width);
        let Traits {
            function,
            gated,
            factor,
            ..
        } = self.shape.traits;
        let gate = if gated {
            self.linear_description(random, format!("{b}.gate"), width, hidden)
        } else {
            Value::Null
        };
        json!({
            "kind": if gated { "gated" } else { "plain" }, "function": function, "width": width,
            "factor": factor, "gate": gate,
            "up": self.linear_description(random, format!("{b}.up"), width, hidden),
            "down": self.linear_description(random, format!("{b}.down"), hidden, width),
        })
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
