//! Reads the JSON of a decoder's description (`DecoderModel` in `src/model/decoder.ts`) and checks every number in it
//! against its shapes and limits, so that the engine can index without doubt.

use std::collections::HashMap;

use serde::Deserialize;

use crate::dtype::Dtype;
use crate::error::{Error, Result};
use crate::quantize::{MAX_COLS, MAX_ROWS};

/// Longest description: the names and angles of the largest model take under 1 MB.
pub const MAX_JSON_BYTES: usize = 16 << 20;
/// Most blocks: no decoder comes near, and a description repeats some forty tensor references for each.
pub const MAX_BLOCKS: usize = 1024;
/// Widest hidden state.
pub const MAX_HIDDEN: usize = 1 << 16;
/// Most heads of a block.
pub const MAX_HEADS: usize = 1 << 12;
/// Widest head.
pub const MAX_HEAD_DIM: usize = 1 << 12;
/// Longest context: positions beyond are not exact in the f32 angles of the original libraries either.
pub const MAX_POSITIONS: usize = 1 << 24;
/// Most rotary tables.
pub const MAX_ROTARIES: usize = 64;

/// Index of a tensor in [`Model::tensors`].
pub type TensorId = usize;

/// A tensor to be supplied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TensorSpec {
    /// Its name.
    pub name: String,
    /// Type of its elements.
    pub dtype: Dtype,
    /// Dimensions as described: one or two.
    pub shape: Vec<usize>,
}

impl TensorSpec {
    /// Rows of a matrix; a vector is one row.
    pub fn rows(&self) -> usize {
        if self.shape.len() == 2 {
            self.shape[0]
        } else {
            1
        }
    }

    /// Columns.
    pub fn cols(&self) -> usize {
        self.shape[self.shape.len() - 1]
    }
}

/// `y = W x + b`
#[derive(Clone, Copy, Debug)]
pub struct Linear {
    /// `[out, in]`
    pub weight: TensorId,
    /// `[out]`
    pub bias: Option<TensorId>,
}

/// RMS normalization.
#[derive(Clone, Copy, Debug)]
pub struct Norm {
    /// Added to the mean of squares.
    pub epsilon: f64,
    /// Factor per element.
    pub gain: TensorId,
}

/// Rotary embedding of the leading elements of a head.
#[derive(Clone, Debug)]
pub struct Rotary {
    /// Radians per position of element `i` paired with `i + len`.
    pub inverse_frequencies: Vec<f64>,
    /// Factor on cosine and sine.
    pub attention_factor: f64,
}

/// Attention of one block.
#[derive(Clone, Copy, Debug)]
#[allow(missing_docs)]
pub struct Attention {
    pub heads: usize,
    pub kv_heads: usize,
    pub head_dim: usize,
    pub scale: f32,
    /// Tokens that a query sees, itself included.
    pub window: Option<usize>,
    /// Index into [`Model::rotaries`].
    pub rotary: Option<usize>,
    pub query: Linear,
    pub key: Linear,
    pub value: Linear,
    pub output: Linear,
}

/// Gated feed-forward of one block.
#[derive(Clone, Copy, Debug)]
#[allow(missing_docs)]
pub struct Mlp {
    pub width: usize,
    pub gate: Linear,
    pub up: Linear,
    pub down: Linear,
}

/// `x += attention(norm(x)); x += mlp(norm(x))`
#[derive(Clone, Copy, Debug)]
#[allow(missing_docs)]
pub struct Block {
    pub attention_norm: Norm,
    pub attention: Attention,
    pub mlp_norm: Norm,
    pub mlp: Mlp,
}

/// A decoder whose numbers are consistent.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct Model {
    pub hidden: usize,
    pub vocabulary: usize,
    pub max_positions: usize,
    pub embedding: TensorId,
    pub embedding_scale: f32,
    pub rotaries: Vec<Rotary>,
    pub blocks: Vec<Block>,
    pub final_norm: Norm,
    /// `None`: the embedding.
    pub head: Option<Linear>,
    /// In order of first use.
    pub tensors: Vec<TensorSpec>,
}

const REMEDY: &str = "Check the model's config.json and tensor shapes.";

fn bad(field: impl Into<String>, problem: impl Into<String>) -> Error {
    Error::format(field, problem, REMEDY)
}

impl Model {
    /// Parses and checks a description.
    pub fn parse(json: &str) -> Result<Self> {
        if json.len() > MAX_JSON_BYTES {
            return Err(bad(
                "description",
                format!("It is longer than {MAX_JSON_BYTES} bytes."),
            ));
        }
        let raw: RawModel = serde_json::from_str(json)
            .map_err(|error| bad("description", format!("It cannot be read: {error}.")))?;
        Reader::default().model(raw)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawModel {
    hidden_size: usize,
    vocab_size: usize,
    max_positions: usize,
    embedding: RawTensor,
    embedding_scale: f64,
    rotaries: Vec<RawRotary>,
    blocks: Vec<RawBlock>,
    final_norm: RawNorm,
    head: Option<RawLinear>,
}

#[derive(Deserialize)]
struct RawTensor {
    name: String,
    dtype: String,
    shape: Vec<usize>,
}

#[derive(Deserialize)]
struct RawLinear {
    weight: RawTensor,
    bias: Option<RawTensor>,
}

#[derive(Deserialize)]
struct RawNorm {
    kind: String,
    epsilon: f64,
    gain: RawTensor,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawRotary {
    dim: usize,
    inverse_frequencies: Vec<f64>,
    attention_factor: f64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawBlock {
    topology: String,
    attention_norm: RawNorm,
    attention: RawAttention,
    mlp_norm: RawNorm,
    mlp: RawMlp,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawAttention {
    heads: usize,
    kv_heads: usize,
    head_dim: usize,
    scale: f64,
    window: Option<usize>,
    rotary: Option<usize>,
    query: RawLinear,
    key: RawLinear,
    value: RawLinear,
    output: RawLinear,
}

#[derive(Deserialize)]
struct RawMlp {
    kind: String,
    activation: String,
    width: usize,
    gate: RawLinear,
    up: RawLinear,
    down: RawLinear,
}

/// Collects the tensors while the description is checked.
#[derive(Default)]
struct Reader {
    tensors: Vec<TensorSpec>,
    by_name: HashMap<String, TensorId>,
}

impl Reader {
    fn model(mut self, raw: RawModel) -> Result<Model> {
        let hidden = within("hiddenSize", raw.hidden_size, MAX_HIDDEN)?;
        let vocabulary = within("vocabSize", raw.vocab_size, MAX_ROWS)?;
        let max_positions = within("maxPositions", raw.max_positions, MAX_POSITIONS)?;
        if raw.rotaries.len() > MAX_ROTARIES {
            return Err(bad("rotaries", format!("There are more than {MAX_ROTARIES}.")));
        }
        if !(1..=MAX_BLOCKS).contains(&raw.blocks.len()) {
            return Err(bad(
                "blocks",
                format!(
                    "Their number {} is not within 1..={MAX_BLOCKS}.",
                    raw.blocks.len()
                ),
            ));
        }
        let embedding = self.tensor("embedding", raw.embedding, &[vocabulary, hidden])?;
        let rotaries = raw
            .rotaries
            .into_iter()
            .enumerate()
            .map(|(i, rotary)| read_rotary(&format!("rotaries[{i}]"), rotary))
            .collect::<Result<Vec<_>>>()?;
        let blocks = raw
            .blocks
            .into_iter()
            .enumerate()
            .map(|(i, block)| self.block(&format!("blocks[{i}]"), block, hidden, &rotaries))
            .collect::<Result<Vec<_>>>()?;
        let final_norm = self.norm("finalNorm", raw.final_norm, hidden)?;
        let head = raw
            .head
            .map(|head| self.linear("head", head, vocabulary, hidden))
            .transpose()?;
        Ok(Model {
            hidden,
            vocabulary,
            max_positions,
            embedding,
            embedding_scale: finite("embeddingScale", raw.embedding_scale)?,
            rotaries,
            blocks,
            final_norm,
            head,
            tensors: self.tensors,
        })
    }

    fn block(&mut self, path: &str, raw: RawBlock, hidden: usize, rotaries: &[Rotary]) -> Result<Block> {
        must_be(&format!("{path}.topology"), &raw.topology, "pre-norm")?;
        Ok(Block {
            attention_norm: self.norm(&format!("{path}.attentionNorm"), raw.attention_norm, hidden)?,
            attention: self.attention(&format!("{path}.attention"), raw.attention, hidden, rotaries)?,
            mlp_norm: self.norm(&format!("{path}.mlpNorm"), raw.mlp_norm, hidden)?,
            mlp: self.mlp(&format!("{path}.mlp"), raw.mlp, hidden)?,
        })
    }

    fn attention(
        &mut self,
        path: &str,
        raw: RawAttention,
        hidden: usize,
        rotaries: &[Rotary],
    ) -> Result<Attention> {
        let heads = within(&format!("{path}.heads"), raw.heads, MAX_HEADS)?;
        let kv_heads = within(&format!("{path}.kvHeads"), raw.kv_heads, heads)?;
        let head_dim = within(&format!("{path}.headDim"), raw.head_dim, MAX_HEAD_DIM)?;
        if heads % kv_heads != 0 {
            return Err(bad(
                format!("{path}.kvHeads"),
                format!("{kv_heads} does not divide {heads} heads."),
            ));
        }
        if raw.window == Some(0) {
            return Err(bad(
                format!("{path}.window"),
                "It is 0: a token sees at least itself.",
            ));
        }
        if let Some(index) = raw.rotary {
            let Some(rotary) = rotaries.get(index) else {
                return Err(bad(
                    format!("{path}.rotary"),
                    format!("There is no rotary {index}."),
                ));
            };
            if 2 * rotary.inverse_frequencies.len() > head_dim {
                return Err(bad(
                    format!("{path}.rotary"),
                    format!("It turns more than the {head_dim} elements of a head."),
                ));
            }
        }
        let (queries, keys) = (heads * head_dim, kv_heads * head_dim);
        Ok(Attention {
            heads,
            kv_heads,
            head_dim,
            scale: finite(&format!("{path}.scale"), raw.scale)?,
            window: raw.window,
            rotary: raw.rotary,
            query: self.linear(&format!("{path}.query"), raw.query, queries, hidden)?,
            key: self.linear(&format!("{path}.key"), raw.key, keys, hidden)?,
            value: self.linear(&format!("{path}.value"), raw.value, keys, hidden)?,
            output: self.linear(&format!("{path}.output"), raw.output, hidden, queries)?,
        })
    }

    fn mlp(&mut self, path: &str, raw: RawMlp, hidden: usize) -> Result<Mlp> {
        must_be(&format!("{path}.kind"), &raw.kind, "gated")?;
        must_be(&format!("{path}.activation"), &raw.activation, "silu")?;
        let width = within(&format!("{path}.width"), raw.width, MAX_COLS)?;
        Ok(Mlp {
            width,
            gate: self.linear(&format!("{path}.gate"), raw.gate, width, hidden)?,
            up: self.linear(&format!("{path}.up"), raw.up, width, hidden)?,
            down: self.linear(&format!("{path}.down"), raw.down, hidden, width)?,
        })
    }

    fn linear(&mut self, path: &str, raw: RawLinear, out: usize, input: usize) -> Result<Linear> {
        Ok(Linear {
            weight: self.tensor(&format!("{path}.weight"), raw.weight, &[out, input])?,
            bias: raw
                .bias
                .map(|bias| self.tensor(&format!("{path}.bias"), bias, &[out]))
                .transpose()?,
        })
    }

    fn norm(&mut self, path: &str, raw: RawNorm, hidden: usize) -> Result<Norm> {
        must_be(&format!("{path}.kind"), &raw.kind, "rms")?;
        if !(raw.epsilon.is_finite() && raw.epsilon >= 0.0) {
            return Err(bad(format!("{path}.epsilon"), "It is not a number from 0 up."));
        }
        Ok(Norm {
            epsilon: raw.epsilon,
            gain: self.tensor(&format!("{path}.gain"), raw.gain, &[hidden])?,
        })
    }

    /// The same name may serve in several places (a shared tensor), with one shape and type.
    fn tensor(&mut self, path: &str, raw: RawTensor, shape: &[usize]) -> Result<TensorId> {
        if raw.shape != shape {
            return Err(bad(
                path,
                format!(
                    "Tensor \"{}\" has shape {:?}, but {shape:?} is needed.",
                    raw.name, raw.shape
                ),
            ));
        }
        let Some(dtype) = Dtype::parse(&raw.dtype) else {
            return Err(bad(
                path,
                format!("Tensor \"{}\" has element type \"{}\".", raw.name, raw.dtype),
            ));
        };
        let spec = TensorSpec {
            name: raw.name,
            dtype,
            shape: raw.shape,
        };
        if let Some(&id) = self.by_name.get(&spec.name) {
            if self.tensors[id] != spec {
                return Err(bad(
                    path,
                    format!("Tensor \"{}\" is described twice, differently.", spec.name),
                ));
            }
            return Ok(id);
        }
        let id = self.tensors.len();
        self.by_name.insert(spec.name.clone(), id);
        self.tensors.push(spec);
        Ok(id)
    }
}

fn read_rotary(path: &str, raw: RawRotary) -> Result<Rotary> {
    if raw.dim == 0
        || !raw.dim.is_multiple_of(2)
        || raw.dim > MAX_HEAD_DIM
        || raw.inverse_frequencies.len() != raw.dim / 2
    {
        let count = raw.inverse_frequencies.len();
        return Err(bad(
            path,
            format!("{count} frequencies do not turn {} elements in pairs.", raw.dim),
        ));
    }
    if raw.inverse_frequencies.iter().any(|f| !f.is_finite()) {
        return Err(bad(path, "A frequency is not finite."));
    }
    finite(&format!("{path}.attentionFactor"), raw.attention_factor)?;
    Ok(Rotary {
        inverse_frequencies: raw.inverse_frequencies,
        attention_factor: raw.attention_factor,
    })
}

fn within(path: &str, value: usize, max: usize) -> Result<usize> {
    if (1..=max).contains(&value) {
        Ok(value)
    } else {
        Err(bad(path, format!("{value} is not within 1..={max}.")))
    }
}

/// A finite number that stays finite in f32.
fn finite(path: &str, value: f64) -> Result<f32> {
    let value = value as f32;
    if value.is_finite() {
        Ok(value)
    } else {
        Err(bad(path, "It is not a finite number."))
    }
}

fn must_be(path: &str, value: &str, expected: &str) -> Result<()> {
    if value == expected {
        Ok(())
    } else {
        Err(bad(
            path,
            format!("\"{value}\" is not computed by the reference; \"{expected}\" is."),
        ))
    }
}
