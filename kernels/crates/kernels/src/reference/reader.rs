//! Reads a decoder's description and checks every number in it against its shapes and limits, and every step against
//! those before it, so that the engine can index without doubt. What is not known is refused: a field that the engine
//! skipped would make it the judge of another model.

use super::description::{
    Attention, Convolution, HeadGains, HeadNorm, Inner, Linear, Mlp, Model, Norm, Operation, Position,
    Projections, Rotary, Step, TensorId, TensorSpec, Tensors, MAX_BLOCKS, MAX_HEADS, MAX_HEAD_DIM,
    MAX_HIDDEN, MAX_POSITIONS, MAX_ROTARIES, MAX_STEPS, MAX_TAPS,
};
use super::fields::{Object, Place};
use super::kinds::{FunctionKind, HeadNormKind, MlpKind, NormKind, PlaceKind, PositionKind, StepKind};
use crate::dtype::Dtype;
use crate::quantize::{MAX_COLS, MAX_ROWS};

/// Collects the tensors while the description is checked.
pub struct Reader {
    hidden: usize,
    rotaries: Vec<Rotary>,
    tensors: Tensors,
}

impl Reader {
    /// The model of a whole description; of one that something is wrong with, whatever was made of it.
    pub fn read(at: &Place<'_>) -> Model {
        let fields = at.object(&[
            "hiddenSize",
            "vocabSize",
            "maxPositions",
            "embedding",
            "embeddingScale",
            "projections",
            "positions",
            "rotaries",
            "blocks",
            "finalNorm",
            "head",
            "logitScale",
            "logitCap",
        ]);
        let hidden = fields.get("hiddenSize").within(MAX_HIDDEN);
        let vocabulary = fields.get("vocabSize").within(MAX_ROWS);
        let mut reader = Self {
            hidden,
            rotaries: read_rotaries(&fields.get("rotaries")),
            tensors: Tensors::default(),
        };
        let (embedding_size, projections) = reader.projections(&fields);
        let max_positions = fields.get("maxPositions").within(MAX_POSITIONS);
        Model {
            hidden,
            vocabulary,
            max_positions,
            embedding: reader.tensor(&fields.get("embedding"), &[vocabulary, embedding_size]),
            embedding_scale: fields.get("embeddingScale").finite(),
            embedding_size,
            projections,
            positions: reader.tensor_if(&fields.get("positions"), &[max_positions, hidden]),
            steps: reader.blocks(&fields.get("blocks")),
            final_norm: reader.norm(&fields.get("finalNorm")),
            head: fields
                .get("head")
                .present()
                .map(|at| reader.linear(&at, vocabulary, embedding_size)),
            logit_scale: fields.get("logitScale").finite(),
            logit_cap: limit(&fields.get("logitCap")),
            rotaries: reader.rotaries,
            tensors: reader.tensors,
        }
    }

    fn blocks(&mut self, at: &Place<'_>) -> Vec<Step> {
        let count = at.len();
        if !(1..=MAX_BLOCKS).contains(&count) {
            at.bad(format_args!(
                "Their number {count} is not within 1..={MAX_BLOCKS}."
            ));
        }
        let mut steps = Vec::new();
        for block in at.items().take(MAX_BLOCKS) {
            let list = block.object(&["steps"]).get("steps");
            if list.len() == 0 {
                list.bad(format_args!("There are none."));
            }
            // Blocks share the residual stream and nothing else.
            let mut written = [false; PlaceKind::COUNT];
            written[PlaceKind::Residual as usize] = true;
            for at in list.items() {
                if steps.len() == MAX_STEPS {
                    at.bad(format_args!("There are more than {MAX_STEPS} in all blocks."));
                    break;
                }
                let step = self.step(&at, &mut written);
                steps.push(step);
            }
        }
        steps
    }

    /// `written` tells which places hold something of this block.
    fn step(&mut self, at: &Place<'_>, written: &mut [bool; PlaceKind::COUNT]) -> Step {
        let kind = at.field("kind");
        let word = kind.text();
        let kind = kind.kind(StepKind::from_word, StepKind::Norm);
        let fields = at.object(&["kind", "reads", "writes", "adds", word]);
        let (reads, adds, body) = (fields.get("reads"), fields.get("adds"), fields.get(word));
        let from = reads.kind(PlaceKind::from_word, PlaceKind::Residual);
        let to = fields
            .get("writes")
            .kind(PlaceKind::from_word, PlaceKind::Residual);
        let adds_to = adds.truth();
        if !written[from as usize] {
            reads.bad(format_args!("No step before it in its block writes there."));
        }
        if adds_to && !written[to as usize] {
            adds.bad(format_args!(
                "No step before it in its block writes where it would add."
            ));
        }
        written[to as usize] = true;
        Step {
            reads: from,
            writes: to,
            adds: adds_to,
            operation: match kind {
                StepKind::Norm => Operation::Norm(self.norm(&body)),
                StepKind::Attention => Operation::Attention(self.attention(&body)),
                StepKind::Mlp => Operation::Mlp(self.mlp(&body)),
                StepKind::Conv => Operation::Convolution(self.convolution(&body)),
            },
        }
    }

    fn attention(&mut self, at: &Place<'_>) -> Attention {
        let fields = at.object(&[
            "heads", "kvHeads", "headDim", "scale", "scoreCap", "clip", "headNorm", "window", "position",
            "query", "key", "value", "output", "factor",
        ]);
        let heads = fields.get("heads").within(MAX_HEADS);
        let kv_heads_at = fields.get("kvHeads");
        let kv_heads = kv_heads_at.within(heads);
        let head_dim = fields.get("headDim").within(MAX_HEAD_DIM);
        if !heads.is_multiple_of(kv_heads) {
            kv_heads_at.bad(format_args!("{kv_heads} does not divide {heads} heads."));
        }
        let window = fields.get("window").present().map(|at| {
            let window = at.whole_number();
            if window == 0 {
                at.bad(format_args!("It is 0: a token sees at least itself."));
            }
            window
        });
        let hidden = self.hidden;
        let (queries, keys) = (heads * head_dim, kv_heads * head_dim);
        Attention {
            heads,
            kv_heads,
            head_dim,
            scale: fields.get("scale").finite(),
            score_cap: limit(&fields.get("scoreCap")),
            clip: limit(&fields.get("clip")),
            head_norm: fields
                .get("headNorm")
                .present()
                .map(|at| self.head_norm(&at, [heads, kv_heads], head_dim)),
            window,
            position: self.position(&fields.get("position"), heads, head_dim),
            query: self.linear(&fields.get("query"), queries, hidden),
            key: self.linear(&fields.get("key"), keys, hidden),
            value: self.linear(&fields.get("value"), keys, hidden),
            output: self.linear(&fields.get("output"), hidden, queries),
            factor: fields.get("factor").finite(),
        }
    }

    #[inline(never)]
    fn head_norm(&mut self, at: &Place<'_>, heads: [usize; 2], head_dim: usize) -> HeadNorm {
        let fields = at.object(&["kind", "epsilon", "over", "turned", "query", "key", "gainOffset"]);
        let over_at = fields.get("over");
        let over = over_at.kind(HeadNormKind::from_word, HeadNormKind::Head);
        let turned_at = fields.get("turned");
        let turned = turned_at.truth();
        if over == HeadNormKind::None {
            over_at.bad(format_args!("It normalizes nothing."));
        }
        if over == HeadNormKind::All && turned {
            turned_at.bad(format_args!("All heads are normalized before."));
        }
        HeadNorm {
            kind: fields.get("kind").kind(NormKind::from_word, NormKind::Rms),
            epsilon: epsilon(&fields.get("epsilon")),
            over,
            turned,
            query: self.head_gains(&fields.get("query"), over, heads[0], head_dim),
            key: self.head_gains(&fields.get("key"), over, heads[1], head_dim),
            gain_offset: fields.get("gainOffset").finite(),
        }
    }

    #[inline(never)]
    fn head_gains(&mut self, at: &Place<'_>, over: HeadNormKind, heads: usize, head_dim: usize) -> HeadGains {
        let fields = at.object(&["gains", "biases"]);
        let (count, elements) = match over {
            HeadNormKind::None | HeadNormKind::Head => (1, head_dim),
            HeadNormKind::Heads => (heads, head_dim),
            HeadNormKind::All => (1, heads * head_dim),
        };
        let [gains, biases] = ["gains", "biases"].map(|part| {
            let at = fields.get(part);
            let length = at.len();
            if length != 0 && length != count {
                at.bad(format_args!("Their number {length} is not {count}."));
            }
            self.vectors(&at, elements)
        });
        HeadGains { gains, biases }
    }

    fn position(&self, at: &Place<'_>, heads: usize, head_dim: usize) -> Position {
        match at.field("kind").kind(PositionKind::from_word, PositionKind::None) {
            PositionKind::None => {
                at.object(&["kind"]);
                Position::None
            }
            PositionKind::Rotary => {
                let table = at.object(&["kind", "table"]).get("table");
                let index = table.whole_number();
                match self.rotaries.get(index) {
                    None => table.bad(format_args!("There is no rotary {index}.")),
                    Some(rotary) if 2 * rotary.inverse_frequencies.len() > head_dim => {
                        table.bad(format_args!(
                            "It turns more than the {head_dim} elements of a head."
                        ));
                    }
                    Some(_) => {}
                }
                Position::Rotary(index)
            }
            PositionKind::Alibi => {
                let list = at.object(&["kind", "slopes"]).get("slopes");
                let slopes: Vec<f32> = list.items().map(|at| at.finite()).collect();
                if slopes.len() != heads {
                    list.bad(format_args!("Their number is not the {heads} of the heads."));
                }
                Position::Alibi(slopes)
            }
        }
    }

    fn mlp(&mut self, at: &Place<'_>) -> Mlp {
        let fields = at.object(&["kind", "function", "width", "gate", "up", "down", "factor"]);
        let hidden = self.hidden;
        let width = fields.get("width").within(MAX_COLS);
        let gate = fields.get("gate");
        let gated = fields.get("kind").kind(MlpKind::from_word, MlpKind::Plain) == MlpKind::Gated;
        if let (false, Some(gate)) = (gated, gate.present()) {
            gate.bad(format_args!("A plain feed-forward has none."));
        }
        let gate = gated.then(|| self.linear(&gate, width, hidden));
        let up = self.linear(&fields.get("up"), width, hidden);
        Mlp {
            function: fields
                .get("function")
                .kind(FunctionKind::from_word, FunctionKind::Silu),
            width,
            inner: match gate {
                Some(gate) => Inner::Gated { gate, up },
                None => Inner::Plain { up },
            },
            down: self.linear(&fields.get("down"), hidden, width),
            factor: fields.get("factor").finite(),
        }
    }

    fn convolution(&mut self, at: &Place<'_>) -> Convolution {
        let fields = at.object(&["input", "taps", "bias", "output"]);
        let hidden = self.hidden;
        let list = fields.get("taps");
        let count = list.len();
        if !(2..=MAX_TAPS).contains(&count) {
            list.bad(format_args!("Their number {count} is not within 2..={MAX_TAPS}."));
        }
        Convolution {
            taps: self.vectors(&list, hidden),
            input: self.linear(&fields.get("input"), 3 * hidden, hidden),
            bias: self.tensor_if(&fields.get("bias"), &[hidden]),
            output: self.linear(&fields.get("output"), hidden, hidden),
        }
    }

    /// Columns of the embedding, and what is between them and the hidden size where they are not the same.
    #[inline(never)]
    fn projections(&mut self, model: &Object<'_>) -> (usize, Option<Projections>) {
        let hidden = self.hidden;
        let Some(at) = model.get("projections").present() else {
            return (hidden, None);
        };
        let fields = at.object(&["width", "into", "out"]);
        let size = fields.get("width").within(MAX_HIDDEN);
        let into = self.tensor(&fields.get("into"), &[hidden, size]);
        let out = self.tensor(&fields.get("out"), &[size, hidden]);
        let [into, out] = [into, out].map(|weight| Linear { weight, bias: None });
        (size, Some(Projections { into, out }))
    }

    #[inline(never)]
    fn linear(&mut self, at: &Place<'_>, out: usize, input: usize) -> Linear {
        let fields = at.object(&["weight", "bias"]);
        Linear {
            weight: self.tensor(&fields.get("weight"), &[out, input]),
            bias: self.tensor_if(&fields.get("bias"), &[out]),
        }
    }

    #[inline(never)]
    fn norm(&mut self, at: &Place<'_>) -> Norm {
        let fields = at.object(&["kind", "epsilon", "gain", "gainOffset", "bias"]);
        let hidden = self.hidden;
        Norm {
            kind: fields.get("kind").kind(NormKind::from_word, NormKind::Rms),
            epsilon: epsilon(&fields.get("epsilon")),
            gain: self.tensor_if(&fields.get("gain"), &[hidden]),
            gain_offset: fields.get("gainOffset").finite(),
            bias: self.tensor_if(&fields.get("bias"), &[hidden]),
        }
    }

    /// Vectors, each by itself or as a row or column of a matrix.
    #[inline(never)]
    fn vectors(&mut self, list: &Place<'_>, elements: usize) -> Vec<TensorId> {
        let vector = |at: Place<'_>| {
            let shape = at.field("shape");
            let first = shape.items().next().map_or(0, |rows| rows.whole_number());
            match (shape.len(), first) {
                (1, _) => self.tensor(&at, &[elements]),
                (_, 1) => self.tensor(&at, &[1, elements]),
                _ => self.tensor(&at, &[elements, 1]),
            }
        };
        list.items().map(vector).collect()
    }

    /// A tensor that a model may lack.
    fn tensor_if(&mut self, at: &Place<'_>, shape: &[usize]) -> Option<TensorId> {
        at.present().map(|at| self.tensor(&at, shape))
    }

    /// The same name may serve in several places (a shared tensor), with one shape and type.
    #[inline(never)]
    fn tensor(&mut self, at: &Place<'_>, shape: &[usize]) -> TensorId {
        let fields = at.object(&["name", "shape", "dtype"]);
        let name = fields.get("name").text();
        let described: Vec<usize> = fields.get("shape").items().map(|at| at.whole_number()).collect();
        if described != shape {
            at.bad(format_args!(
                "Tensor \"{name}\" has shape {described:?}, but {shape:?} is needed."
            ));
        }
        let word = fields.get("dtype").text();
        let dtype = Dtype::parse(word).unwrap_or_else(|| {
            at.bad(format_args!("Tensor \"{name}\" has element type \"{word}\"."));
            Dtype::F32
        });
        let spec = TensorSpec {
            name: name.into(),
            dtype,
            shape: described,
        };
        self.tensors.add(spec).unwrap_or_else(|| {
            at.bad(format_args!("Tensor \"{name}\" is described twice, differently."));
            0
        })
    }
}

/// What is added under a root.
fn epsilon(at: &Place<'_>) -> f64 {
    let epsilon = at.number();
    if !(epsilon.is_finite() && epsilon >= 0.0) {
        at.bad(format_args!("It is not a number from 0 up."));
    }
    epsilon
}

/// A magnitude above 0, where there is one.
#[inline(never)]
fn limit(at: &Place<'_>) -> Option<f32> {
    let limit = at.present()?.finite();
    if limit <= 0.0 {
        at.bad(format_args!("It is not above 0."));
    }
    Some(limit)
}

fn read_rotaries(at: &Place<'_>) -> Vec<Rotary> {
    if at.len() > MAX_ROTARIES {
        at.bad(format_args!("There are more than {MAX_ROTARIES}."));
    }
    at.items().take(MAX_ROTARIES).map(|at| read_rotary(&at)).collect()
}

fn read_rotary(at: &Place<'_>) -> Rotary {
    let fields = at.object(&["dim", "inverseFrequencies", "attentionFactor"]);
    let dim = fields.get("dim").whole_number();
    let inverse_frequencies: Vec<f64> = fields
        .get("inverseFrequencies")
        .items()
        .map(|at| at.number())
        .collect();
    let count = inverse_frequencies.len();
    if dim == 0 || !dim.is_multiple_of(2) || dim > MAX_HEAD_DIM || count != dim / 2 {
        at.bad(format_args!(
            "{count} frequencies do not turn {dim} elements in pairs."
        ));
    }
    if inverse_frequencies.iter().any(|f| !f.is_finite()) {
        at.bad(format_args!("A frequency is not finite."));
    }
    let factor = fields.get("attentionFactor");
    factor.finite();
    Rotary {
        inverse_frequencies,
        attention_factor: factor.number(),
    }
}
