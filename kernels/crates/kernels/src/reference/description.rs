//! Reads a decoder's description (`DecoderModel` in `src/model/decoder.ts`) and checks every number in it against its
//! shapes and limits, so that the engine can index without doubt.

use super::cbor::{Place, Value};
use crate::dtype::Dtype;
use crate::error::Result;
use crate::quantize::{MAX_COLS, MAX_ROWS};

/// Longest description: the names and angles of the largest model take under 3 MB.
pub const MAX_BYTES: usize = 8 << 20;
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

/// Index of a tensor in [`Tensors::specs`].
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

/// The tensors of a model in order of first use, found by name.
#[derive(Clone, Debug, Default)]
pub struct Tensors {
    specs: Vec<TensorSpec>,
    /// In the order of their names.
    by_name: Vec<TensorId>,
}

impl Tensors {
    /// All of them, in order of first use.
    pub fn specs(&self) -> &[TensorSpec] {
        &self.specs
    }

    /// The tensor with this name.
    pub fn find(&self, name: &str) -> Option<TensorId> {
        let place = self.place(name).ok()?;
        Some(self.by_name[place])
    }

    fn place(&self, name: &str) -> core::result::Result<usize, usize> {
        self.by_name
            .binary_search_by(|&id| self.specs[id].name.as_str().cmp(name))
    }

    /// Adds a tensor unless it is there; `None` when another one has its name.
    fn add(&mut self, spec: TensorSpec) -> Option<TensorId> {
        match self.place(&spec.name) {
            Ok(place) => Some(self.by_name[place]).filter(|&id| self.specs[id] == spec),
            Err(place) => {
                let id = self.specs.len();
                self.by_name.insert(place, id);
                self.specs.push(spec);
                Some(id)
            }
        }
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
    pub tensors: Tensors,
}

impl Model {
    /// Reads and checks a description.
    pub fn read(bytes: &[u8]) -> Result<Self> {
        let refuse = |problem: String| Place::whole(&Value::Null, "description").bad(problem);
        if bytes.len() > MAX_BYTES {
            return Err(refuse(format!("It is longer than {MAX_BYTES} bytes.")));
        }
        let value = Value::read(bytes).ok_or_else(|| refuse("It cannot be read.".into()))?;
        Reader::default().model(&Place::whole(&value, "description"))
    }
}

/// Collects the tensors while the description is checked.
#[derive(Default)]
struct Reader {
    tensors: Tensors,
}

impl Reader {
    fn model(mut self, at: &Place<'_>) -> Result<Model> {
        let hidden = at.field("hiddenSize")?.within(MAX_HIDDEN)?;
        let vocabulary = at.field("vocabSize")?.within(MAX_ROWS)?;
        let embedding = self.tensor(&at.field("embedding")?, &[vocabulary, hidden])?;
        let rotaries = at.field("rotaries")?;
        if rotaries.len()? > MAX_ROTARIES {
            return Err(rotaries.bad(format!("There are more than {MAX_ROTARIES}.")));
        }
        let rotaries = rotaries
            .items()?
            .map(|at| read_rotary(&at))
            .collect::<Result<Vec<_>>>()?;
        let blocks = at.field("blocks")?;
        let count = blocks.len()?;
        if !(1..=MAX_BLOCKS).contains(&count) {
            return Err(blocks.bad(format!("Their number {count} is not within 1..={MAX_BLOCKS}.")));
        }
        let blocks = blocks
            .items()?
            .map(|at| self.block(&at, hidden, &rotaries))
            .collect::<Result<Vec<_>>>()?;
        let final_norm = self.norm(&at.field("finalNorm")?, hidden)?;
        let head = at
            .field("head")?
            .present()
            .map(|at| self.linear(&at, vocabulary, hidden))
            .transpose()?;
        Ok(Model {
            hidden,
            vocabulary,
            max_positions: at.field("maxPositions")?.within(MAX_POSITIONS)?,
            embedding,
            embedding_scale: at.field("embeddingScale")?.finite()?,
            rotaries,
            blocks,
            final_norm,
            head,
            tensors: self.tensors,
        })
    }

    fn block(&mut self, at: &Place<'_>, hidden: usize, rotaries: &[Rotary]) -> Result<Block> {
        at.field("topology")?.must_be("pre-norm")?;
        Ok(Block {
            attention_norm: self.norm(&at.field("attentionNorm")?, hidden)?,
            attention: self.attention(&at.field("attention")?, hidden, rotaries)?,
            mlp_norm: self.norm(&at.field("mlpNorm")?, hidden)?,
            mlp: self.mlp(&at.field("mlp")?, hidden)?,
        })
    }

    fn attention(&mut self, at: &Place<'_>, hidden: usize, rotaries: &[Rotary]) -> Result<Attention> {
        let heads = at.field("heads")?.within(MAX_HEADS)?;
        let kv_heads_at = at.field("kvHeads")?;
        let kv_heads = kv_heads_at.within(heads)?;
        let head_dim = at.field("headDim")?.within(MAX_HEAD_DIM)?;
        if heads % kv_heads != 0 {
            return Err(kv_heads_at.bad(format!("{kv_heads} does not divide {heads} heads.")));
        }
        let window = match at.field("window")?.present() {
            None => None,
            Some(at) => match at.whole_number()? {
                0 => return Err(at.bad("It is 0: a token sees at least itself.")),
                window => Some(window),
            },
        };
        let rotary = match at.field("rotary")?.present() {
            None => None,
            Some(at) => {
                let index = at.whole_number()?;
                let Some(rotary) = rotaries.get(index) else {
                    return Err(at.bad(format!("There is no rotary {index}.")));
                };
                if 2 * rotary.inverse_frequencies.len() > head_dim {
                    return Err(at.bad(format!("It turns more than the {head_dim} elements of a head.")));
                }
                Some(index)
            }
        };
        let (queries, keys) = (heads * head_dim, kv_heads * head_dim);
        Ok(Attention {
            heads,
            kv_heads,
            head_dim,
            scale: at.field("scale")?.finite()?,
            window,
            rotary,
            query: self.linear(&at.field("query")?, queries, hidden)?,
            key: self.linear(&at.field("key")?, keys, hidden)?,
            value: self.linear(&at.field("value")?, keys, hidden)?,
            output: self.linear(&at.field("output")?, hidden, queries)?,
        })
    }

    fn mlp(&mut self, at: &Place<'_>, hidden: usize) -> Result<Mlp> {
        at.field("kind")?.must_be("gated")?;
        at.field("activation")?.must_be("silu")?;
        let width = at.field("width")?.within(MAX_COLS)?;
        Ok(Mlp {
            width,
            gate: self.linear(&at.field("gate")?, width, hidden)?,
            up: self.linear(&at.field("up")?, width, hidden)?,
            down: self.linear(&at.field("down")?, hidden, width)?,
        })
    }

    fn linear(&mut self, at: &Place<'_>, out: usize, input: usize) -> Result<Linear> {
        Ok(Linear {
            weight: self.tensor(&at.field("weight")?, &[out, input])?,
            bias: at
                .field("bias")?
                .present()
                .map(|at| self.tensor(&at, &[out]))
                .transpose()?,
        })
    }

    fn norm(&mut self, at: &Place<'_>, hidden: usize) -> Result<Norm> {
        at.field("kind")?.must_be("rms")?;
        let epsilon_at = at.field("epsilon")?;
        let epsilon = epsilon_at.number()?;
        if !(epsilon.is_finite() && epsilon >= 0.0) {
            return Err(epsilon_at.bad("It is not a number from 0 up."));
        }
        Ok(Norm {
            epsilon,
            gain: self.tensor(&at.field("gain")?, &[hidden])?,
        })
    }

    /// The same name may serve in several places (a shared tensor), with one shape and type.
    fn tensor(&mut self, at: &Place<'_>, shape: &[usize]) -> Result<TensorId> {
        let name = at.field("name")?.text()?;
        let described = at
            .field("shape")?
            .items()?
            .map(|at| at.whole_number())
            .collect::<Result<Vec<_>>>()?;
        if described != shape {
            return Err(at.bad(format!(
                "Tensor \"{name}\" has shape {described:?}, but {shape:?} is needed."
            )));
        }
        let dtype = at.field("dtype")?.text()?;
        let Some(dtype) = Dtype::parse(dtype) else {
            return Err(at.bad(format!("Tensor \"{name}\" has element type \"{dtype}\".")));
        };
        let spec = TensorSpec {
            name: name.into(),
            dtype,
            shape: described,
        };
        self.tensors
            .add(spec)
            .ok_or_else(|| at.bad(format!("Tensor \"{name}\" is described twice, differently.")))
    }
}

fn read_rotary(at: &Place<'_>) -> Result<Rotary> {
    let dim = at.field("dim")?.whole_number()?;
    let inverse_frequencies = at
        .field("inverseFrequencies")?
        .items()?
        .map(|at| at.number())
        .collect::<Result<Vec<_>>>()?;
    let count = inverse_frequencies.len();
    if dim == 0 || !dim.is_multiple_of(2) || dim > MAX_HEAD_DIM || count != dim / 2 {
        return Err(at.bad(format!(
            "{count} frequencies do not turn {dim} elements in pairs."
        )));
    }
    if inverse_frequencies.iter().any(|f| !f.is_finite()) {
        return Err(at.bad("A frequency is not finite."));
    }
    let factor = at.field("attentionFactor")?;
    factor.finite()?;
    Ok(Rotary {
        inverse_frequencies,
        attention_factor: factor.number()?,
    })
}
