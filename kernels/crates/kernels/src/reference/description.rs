//! A decoder as the engine computes it (`DecoderModel` in `src/model/decoder.ts`): steps, and the tensors that they use.

use super::cbor::Value;
use super::fields::{Place, Trouble};
use super::kinds::{FunctionKind, HeadNormKind, NormKind, PlaceKind};
use super::reader::Reader;
use crate::dtype::Dtype;
use crate::error::Result;

/// Longest description: the names and angles of the largest model take under 3 MB.
pub const MAX_BYTES: usize = 8 << 20;
/// Most blocks: no decoder comes near, and a description repeats some forty tensor references for each.
pub const MAX_BLOCKS: usize = 1024;
/// Most steps of all blocks: eight a block, where a sandwich of norms has six.
pub const MAX_STEPS: usize = 8 * MAX_BLOCKS;
/// Widest hidden state.
pub const MAX_HIDDEN: usize = 1 << 16;
/// Most heads of a block.
pub const MAX_HEADS: usize = 1 << 12;
/// Widest head.
pub const MAX_HEAD_DIM: usize = 1 << 12;
/// Longest context: any that a config may say. Memory ends far below.
pub const MAX_POSITIONS: usize = 1 << 31;
/// Most tokens that a convolution sees.
pub const MAX_TAPS: usize = 64;
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
    /// Whether it is a vector, which may be a row or a column of a matrix.
    pub fn is_vector(&self) -> bool {
        self.shape.len() == 1 || self.shape.contains(&1)
    }

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
    pub(super) fn add(&mut self, spec: TensorSpec) -> Option<TensorId> {
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

/// Normalization over the hidden size.
#[derive(Clone, Copy, Debug)]
#[allow(missing_docs)]
pub struct Norm {
    pub kind: NormKind,
    /// Added to the mean of squares.
    pub epsilon: f64,
    /// Factor per element, less the offset.
    pub gain: Option<TensorId>,
    /// Added to every gain.
    pub gain_offset: f32,
    /// Added per element after the gain.
    pub bias: Option<TensorId>,
}

/// Rotary embedding of the leading elements of a head.
#[derive(Clone, Debug)]
pub struct Rotary {
    /// Radians per position of element `i` paired with `i + len`.
    pub inverse_frequencies: Vec<f64>,
    /// Factor on cosine and sine.
    pub attention_factor: f64,
}

/// How an attention's queries and keys know their positions.
#[derive(Clone, Debug)]
pub enum Position {
    /// Not at all.
    None,
    /// By an entry of [`Model::rotaries`].
    Rotary(usize),
    /// By what is taken off scores: a slope of each head times the distance.
    Alibi(Vec<f32>),
}

/// Gains and biases of normalized queries or keys: of one head, of each head, or of all heads together.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct HeadGains {
    pub gains: Vec<TensorId>,
    pub biases: Vec<TensorId>,
}

/// Normalization of queries and keys.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct HeadNorm {
    pub kind: NormKind,
    pub epsilon: f64,
    pub over: HeadNormKind,
    /// After the rotation.
    pub turned: bool,
    pub query: HeadGains,
    pub key: HeadGains,
    pub gain_offset: f32,
}

impl HeadNorm {
    /// The elements that are normalized together, of `heads` heads.
    pub fn span(&self, heads: usize, head_dim: usize) -> usize {
        match self.over {
            HeadNormKind::None | HeadNormKind::Head | HeadNormKind::Heads => head_dim,
            HeadNormKind::All => heads * head_dim,
        }
    }

    /// The tensor with the gains or biases of the `index`th of these.
    pub fn tensor(&self, tensors: &[TensorId], index: usize) -> Option<TensorId> {
        match self.over {
            HeadNormKind::Heads => tensors.get(index).copied(),
            HeadNormKind::None | HeadNormKind::Head | HeadNormKind::All => tensors.first().copied(),
        }
    }
}

/// Attention of one step.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct Attention {
    pub heads: usize,
    pub kv_heads: usize,
    pub head_dim: usize,
    pub scale: f32,
    /// Scores become `cap * tanh(score / cap)`.
    pub score_cap: Option<f32>,
    /// Largest magnitude of queries, keys and values.
    pub clip: Option<f32>,
    pub head_norm: Option<HeadNorm>,
    /// Tokens that a query sees, itself included.
    pub window: Option<usize>,
    pub position: Position,
    pub query: Linear,
    pub key: Linear,
    pub value: Linear,
    pub output: Linear,
    /// Factor on the result.
    pub factor: f32,
}

/// What a feed-forward makes of its input before `down`.
#[derive(Clone, Copy, Debug)]
#[allow(missing_docs)]
pub enum Inner {
    /// `function(gate x) * (up x)`
    Gated { gate: Linear, up: Linear },
    /// `function(up x)`
    Plain { up: Linear },
}

/// Feed-forward of one step.
#[derive(Clone, Copy, Debug)]
#[allow(missing_docs)]
pub struct Mlp {
    pub function: FunctionKind,
    pub width: usize,
    pub inner: Inner,
    pub down: Linear,
    /// Factor on the result.
    pub factor: f32,
}

/// A short convolution: `output(c * (bias + taps(b * x)))` with the thirds `b`, `c` and `x` of what `input` gives.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct Convolution {
    pub input: Linear,
    /// Factors on the oldest token that is seen, on the next, on the token itself: two at least.
    pub taps: Vec<TensorId>,
    pub bias: Option<TensorId>,
    pub output: Linear,
}

/// What a step computes.
// A model has some hundred of them: what an indirection would save is nothing.
#[allow(clippy::large_enum_variant)]
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub enum Operation {
    Norm(Norm),
    Attention(Attention),
    Mlp(Mlp),
    Convolution(Convolution),
}

/// One step of a block. A place that it reads was written before.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct Step {
    pub reads: PlaceKind,
    pub writes: PlaceKind,
    /// Added to what is there, instead of replacing it.
    pub adds: bool,
    pub operation: Operation,
}

/// Where embeddings have a width of their own.
#[derive(Clone, Copy, Debug)]
pub struct Projections {
    /// From it to the hidden size.
    pub into: Linear,
    /// And back, behind the final norm.
    pub out: Linear,
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
    /// Columns of embedding and head: the hidden size where there are no projections.
    pub embedding_size: usize,
    pub projections: Option<Projections>,
    /// Rows that are added by position.
    pub positions: Option<TensorId>,
    pub rotaries: Vec<Rotary>,
    /// Those of all blocks, in the order in which a token passes them.
    pub steps: Vec<Step>,
    pub final_norm: Norm,
    /// `None`: the embedding.
    pub head: Option<Linear>,
    pub logit_scale: f32,
    /// Logits become `cap * tanh(logit / cap)`.
    pub logit_cap: Option<f32>,
    pub tensors: Tensors,
}

impl Model {
    /// Reads and checks a description.
    ///
    /// # Errors
    /// [`Refusal::Format`](crate::Refusal::Format) with the way to the first thing that is wrong.
    pub fn read(bytes: &[u8]) -> Result<Self> {
        let trouble = Trouble::default();
        let value = (bytes.len() <= MAX_BYTES).then(|| Value::read(bytes)).flatten();
        let whole = Place::whole(value.as_ref().unwrap_or(&Value::Null), "description", &trouble);
        if value.is_none() {
            whole.bad(format_args!(
                "It cannot be read, or is longer than {MAX_BYTES} bytes."
            ));
        }
        trouble.unless(Reader::read(&whole))
    }
}
