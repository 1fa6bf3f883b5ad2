//! Reads a decoder's description and checks every number in it against its shapes and limits, and every step against
//! those before it, so that the engine can index without doubt. What is not known is refused: a field that the engine
//! skipped would make it the judge of another model.

use super::cbor::{Object, Place};
use super::description::{
    Attention, Convolution, HeadGains, HeadNorm, Inner, Linear, Mlp, Model, Norm, Operation, Position,
    Projections, Rotary, Step, TensorId, TensorSpec, Tensors, MAX_BLOCKS, MAX_HEADS, MAX_HEAD_DIM,
    MAX_HIDDEN, MAX_POSITIONS, MAX_ROTARIES, MAX_STEPS, MAX_TAPS,
};
use super::kinds::{FunctionKind, HeadNormKind, MlpKind, NormKind, PlaceKind, PositionKind, StepKind};
use crate::dtype::Dtype;
use crate::error::Result;
use crate::quantize::{MAX_COLS, MAX_ROWS};

/// Collects the tensors while the description is checked.
pub struct Reader {
    hidden: usize,
    rotaries: Vec<Rotary>,
    tensors: Tensors,
}

impl Reader {
    /// The model of a whole description.
    pub fn read(at: &Place<'_>) -> Result<Model> {
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
        ])?;
        let hidden = fields.get("hiddenSize").within(MAX_HIDDEN)?;
        let vocabulary = fields.get("vocabSize").within(MAX_ROWS)?;
        let mut reader = Self {
            hidden,
            rotaries: read_rotaries(&fields.get("rotaries"))?,
            tensors: Tensors::default(),
        };
        let (embedding_size, projections) = reader.projections(&fields)?;
        let max_positions = fields.get("maxPositions").within(MAX_POSITIONS)?;
        Ok(Model {
            hidden,
            vocabulary,
            max_positions,
            embedding: reader.tensor(&fields.get("embedding"), &[vocabulary, embedding_size])?,
            embedding_scale: fields.get("embeddingScale").finite()?,
            embedding_size,
            projections,
            positions: match fields.get("positions").present() {
                Some(at) => Some(reader.tensor(&at, &[max_positions, hidden])?),
                None => None,
            },
            steps: reader.blocks(&fields.get("blocks"))?,
            final_norm: reader.norm(&fields.get("finalNorm"))?,
            head: match fields.get("head").present() {
                Some(at) => Some(reader.linear(&at, vocabulary, embedding_size)?),
                None => None,
            },
            logit_scale: fields.get("logitScale").finite()?,
            logit_cap: limit(&fields.get("logitCap"))?,
            rotaries: reader.rotaries,
            tensors: reader.tensors,
        })
    }

    fn blocks(&mut self, at: &Place<'_>) -> Result<Vec<Step>> {
        let count = at.len()?;
        if !(1..=MAX_BLOCKS).contains(&count) {
            return Err(at.bad(format!("Their number {count} is not within 1..={MAX_BLOCKS}.")));
        }
        let mut steps = Vec::new();
        for block in at.items()? {
            let list = block.object(&["steps"])?.get("steps");
            let before = steps.len();
            // Blocks share the residual stream and nothing else.
            let mut written = [false; PlaceKind::COUNT];
            written[PlaceKind::Residual as usize] = true;
            for at in list.items()? {
                steps.push(self.step(&at, &mut written)?);
                if steps.len() > MAX_STEPS {
                    return Err(at.bad(format!("There are more than {MAX_STEPS} in all blocks.")));
                }
            }
            if steps.len() == before {
                return Err(list.bad("There are none."));
            }
        }
        Ok(steps)
    }

    /// `written` tells which places hold something of this block.
    fn step(&mut self, at: &Place<'_>, written: &mut [bool; PlaceKind::COUNT]) -> Result<Step> {
        let kind = at.field("kind")?;
        let word = kind.text()?;
        let kind = kind.kind(StepKind::from_word)?;
        let fields = at.object(&["kind", "reads", "writes", "adds", word])?;
        let (reads, adds, body) = (fields.get("reads"), fields.get("adds"), fields.get(word));
        let from = reads.kind(PlaceKind::from_word)?;
        let to = fields.get("writes").kind(PlaceKind::from_word)?;
        let adds_to = adds.truth()?;
        if !written[from as usize] {
            return Err(reads.bad("No step before it in its block writes there."));
        }
        if adds_to && !written[to as usize] {
            return Err(adds.bad("No step before it in its block writes where it would add."));
        }
        written[to as usize] = true;
        Ok(Step {
            reads: from,
            writes: to,
            adds: adds_to,
            operation: match kind {
                StepKind::Norm => Operation::Norm(self.norm(&body)?),
                StepKind::Attention => Operation::Attention(self.attention(&body)?),
                StepKind::Mlp => Operation::Mlp(self.mlp(&body)?),
                StepKind::Conv => Operation::Convolution(self.convolution(&body)?),
            },
        })
    }

    fn attention(&mut self, at: &Place<'_>) -> Result<Attention> {
        let fields = at.object(&[
            "heads", "kvHeads", "headDim", "scale", "scoreCap", "clip", "headNorm", "window", "position",
            "query", "key", "value", "output", "factor",
        ])?;
        let heads = fields.get("heads").within(MAX_HEADS)?;
        let kv_heads_at = fields.get("kvHeads");
        let kv_heads = kv_heads_at.within(heads)?;
        let head_dim = fields.get("headDim").within(MAX_HEAD_DIM)?;
        if heads % kv_heads != 0 {
            return Err(kv_heads_at.bad(format!("{kv_heads} does not divide {heads} heads.")));
        }
        let window = match fields.get("window").present() {
            None => None,
            Some(at) => match at.whole_number()? {
                0 => return Err(at.bad("It is 0: a token sees at least itself.")),
                window => Some(window),
            },
        };
        let hidden = self.hidden;
        let (queries, keys) = (heads * head_dim, kv_heads * head_dim);
        Ok(Attention {
            heads,
            kv_heads,
            head_dim,
            scale: fields.get("scale").finite()?,
            score_cap: limit(&fields.get("scoreCap"))?,
            clip: limit(&fields.get("clip"))?,
            head_norm: match fields.get("headNorm").present() {
                Some(at) => Some(self.head_norm(&at, [heads, kv_heads], head_dim)?),
                None => None,
            },
            window,
            position: self.position(&fields.get("position"), heads, head_dim)?,
            query: self.linear(&fields.get("query"), queries, hidden)?,
            key: self.linear(&fields.get("key"), keys, hidden)?,
            value: self.linear(&fields.get("value"), keys, hidden)?,
            output: self.linear(&fields.get("output"), hidden, queries)?,
            factor: fields.get("factor").finite()?,
        })
    }

    #[inline(never)]
    fn head_norm(&mut self, at: &Place<'_>, heads: [usize; 2], head_dim: usize) -> Result<HeadNorm> {
        let fields = at.object(&["kind", "epsilon", "over", "turned", "query", "key", "gainOffset"])?;
        let over_at = fields.get("over");
        let over = over_at.kind(HeadNormKind::from_word)?;
        let turned = fields.get("turned");
        let is_turned = turned.truth()?;
        match over {
            HeadNormKind::None => return Err(over_at.bad("It normalizes nothing.")),
            HeadNormKind::All if is_turned => return Err(turned.bad("All heads are normalized before.")),
            HeadNormKind::Head | HeadNormKind::Heads | HeadNormKind::All => {}
        }
        let [query, key] = ["query", "key"].map(|side| fields.get(side));
        Ok(HeadNorm {
            kind: fields.get("kind").kind(NormKind::from_word)?,
            epsilon: epsilon(&fields.get("epsilon"))?,
            over,
            turned: is_turned,
            query: self.head_gains(&query, over, heads[0], head_dim)?,
            key: self.head_gains(&key, over, heads[1], head_dim)?,
            gain_offset: fields.get("gainOffset").finite()?,
        })
    }

    fn head_gains(
        &mut self,
        at: &Place<'_>,
        over: HeadNormKind,
        heads: usize,
        head_dim: usize,
    ) -> Result<HeadGains> {
        let fields = at.object(&["gains", "biases"])?;
        let (count, elements) = match over {
            HeadNormKind::None | HeadNormKind::Head => (1, head_dim),
            HeadNormKind::Heads => (heads, head_dim),
            HeadNormKind::All => (1, heads * head_dim),
        };
        let [gains, biases] = ["gains", "biases"].map(|part| fields.get(part));
        let mut read = |at: &Place<'_>| -> Result<Vec<TensorId>> {
            let length = at.len()?;
            if length != 0 && length != count {
                return Err(at.bad(format!("Their number {length} is not {count}.")));
            }
            at.items()?.map(|at| self.vector(&at, elements)).collect()
        };
        Ok(HeadGains {
            gains: read(&gains)?,
            biases: read(&biases)?,
        })
    }

    fn position(&self, at: &Place<'_>, heads: usize, head_dim: usize) -> Result<Position> {
        match at.field("kind")?.kind(PositionKind::from_word)? {
            PositionKind::None => {
                at.object(&["kind"])?;
                Ok(Position::None)
            }
            PositionKind::Rotary => {
                let table = at.object(&["kind", "table"])?.get("table");
                let index = table.whole_number()?;
                let Some(rotary) = self.rotaries.get(index) else {
                    return Err(table.bad(format!("There is no rotary {index}.")));
                };
                if 2 * rotary.inverse_frequencies.len() > head_dim {
                    return Err(table.bad(format!("It turns more than the {head_dim} elements of a head.")));
                }
                Ok(Position::Rotary(index))
            }
            PositionKind::Alibi => {
                let list = at.object(&["kind", "slopes"])?.get("slopes");
                let slopes = list.items()?.map(|at| at.finite()).collect::<Result<Vec<_>>>()?;
                if slopes.len() != heads {
                    return Err(list.bad(format!("Their number is not the {heads} of the heads.")));
                }
                Ok(Position::Alibi(slopes))
            }
        }
    }

    fn mlp(&mut self, at: &Place<'_>) -> Result<Mlp> {
        let fields = at.object(&["kind", "function", "width", "gate", "up", "down", "factor"])?;
        let hidden = self.hidden;
        let width = fields.get("width").within(MAX_COLS)?;
        let gate = fields.get("gate");
        let up = fields.get("up");
        Ok(Mlp {
            function: fields.get("function").kind(FunctionKind::from_word)?,
            width,
            inner: match fields.get("kind").kind(MlpKind::from_word)? {
                MlpKind::Gated => Inner::Gated {
                    gate: self.linear(&gate, width, hidden)?,
                    up: self.linear(&up, width, hidden)?,
                },
                MlpKind::Plain => {
                    if let Some(gate) = gate.present() {
                        return Err(gate.bad("A plain feed-forward has none."));
                    }
                    Inner::Plain {
                        up: self.linear(&up, width, hidden)?,
                    }
                }
            },
            down: self.linear(&fields.get("down"), hidden, width)?,
            factor: fields.get("factor").finite()?,
        })
    }

    fn convolution(&mut self, at: &Place<'_>) -> Result<Convolution> {
        let fields = at.object(&["input", "taps", "bias", "output"])?;
        let hidden = self.hidden;
        let list = fields.get("taps");
        let count = list.len()?;
        if !(2..=MAX_TAPS).contains(&count) {
            return Err(list.bad(format!("Their number {count} is not within 2..={MAX_TAPS}.")));
        }
        let mut taps = Vec::with_capacity(count);
        for at in list.items()? {
            taps.push(self.vector(&at, hidden)?);
        }
        Ok(Convolution {
            input: self.linear(&fields.get("input"), 3 * hidden, hidden)?,
            taps,
            bias: self.bias(fields, hidden)?,
            output: self.linear(&fields.get("output"), hidden, hidden)?,
        })
    }

    /// Columns of the embedding, and what is between them and the hidden size where they are not the same.
    #[inline(never)]
    fn projections(&mut self, model: &Object<'_>) -> Result<(usize, Option<Projections>)> {
        let hidden = self.hidden;
        let Some(at) = model.get("projections").present() else {
            return Ok((hidden, None));
        };
        let fields = at.object(&["width", "into", "out"])?;
        let size = fields.get("width").within(MAX_HIDDEN)?;
        let into = self.tensor(&fields.get("into"), &[hidden, size])?;
        let out = self.tensor(&fields.get("out"), &[size, hidden])?;
        let [into, out] = [into, out].map(|weight| Linear { weight, bias: None });
        Ok((size, Some(Projections { into, out })))
    }

    #[inline(never)]
    fn linear(&mut self, at: &Place<'_>, out: usize, input: usize) -> Result<Linear> {
        let fields = at.object(&["weight", "bias"])?;
        Ok(Linear {
            weight: self.tensor(&fields.get("weight"), &[out, input])?,
            bias: self.bias(fields, out)?,
        })
    }

    /// The bias of a matrix or norm, where it has one.
    fn bias(&mut self, fields: Object<'_>, out: usize) -> Result<Option<TensorId>> {
        match fields.get("bias").present() {
            Some(at) => Ok(Some(self.tensor(&at, &[out])?)),
            None => Ok(None),
        }
    }

    #[inline(never)]
    fn norm(&mut self, at: &Place<'_>) -> Result<Norm> {
        let fields = at.object(&["kind", "epsilon", "gain", "gainOffset", "bias"])?;
        let hidden = self.hidden;
        Ok(Norm {
            kind: fields.get("kind").kind(NormKind::from_word)?,
            epsilon: epsilon(&fields.get("epsilon"))?,
            gain: match fields.get("gain").present() {
                Some(at) => Some(self.tensor(&at, &[hidden])?),
                None => None,
            },
            gain_offset: fields.get("gainOffset").finite()?,
            bias: self.bias(fields, hidden)?,
        })
    }

    /// A vector, or a row or column of a matrix.
    fn vector(&mut self, at: &Place<'_>, elements: usize) -> Result<TensorId> {
        let shape = at.field("shape")?;
        match shape.len()? {
            1 => self.tensor(at, &[elements]),
            _ if shape
                .items()?
                .next()
                .is_some_and(|rows| rows.whole_number().is_ok_and(|n| n == 1)) =>
            {
                self.tensor(at, &[1, elements])
            }
            _ => self.tensor(at, &[elements, 1]),
        }
    }

    /// The same name may serve in several places (a shared tensor), with one shape and type.
    #[inline(never)]
    fn tensor(&mut self, at: &Place<'_>, shape: &[usize]) -> Result<TensorId> {
        let fields = at.object(&["name", "shape", "dtype"])?;
        let name = fields.get("name").text()?;
        let described = fields
            .get("shape")
            .items()?
            .map(|at| at.whole_number())
            .collect::<Result<Vec<_>>>()?;
        if described != shape {
            return Err(at.bad(format!(
                "Tensor \"{name}\" has shape {described:?}, but {shape:?} is needed."
            )));
        }
        let dtype = fields.get("dtype").text()?;
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

/// What is added under a root.
fn epsilon(at: &Place<'_>) -> Result<f64> {
    let epsilon = at.number()?;
    if epsilon.is_finite() && epsilon >= 0.0 {
        Ok(epsilon)
    } else {
        Err(at.bad("It is not a number from 0 up."))
    }
}

/// A magnitude above 0, where there is one.
fn limit(at: &Place<'_>) -> Result<Option<f32>> {
    let Some(at) = at.present() else {
        return Ok(None);
    };
    let limit = at.finite()?;
    if limit > 0.0 {
        Ok(Some(limit))
    } else {
        Err(at.bad("It is not above 0."))
    }
}

fn read_rotaries(at: &Place<'_>) -> Result<Vec<Rotary>> {
    if at.len()? > MAX_ROTARIES {
        return Err(at.bad(format!("There are more than {MAX_ROTARIES}.")));
    }
    at.items()?.map(|at| read_rotary(&at)).collect()
}

fn read_rotary(at: &Place<'_>) -> Result<Rotary> {
    let fields = at.object(&["dim", "inverseFrequencies", "attentionFactor"])?;
    let dim = fields.get("dim").whole_number()?;
    let inverse_frequencies = fields
        .get("inverseFrequencies")
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
    let factor = fields.get("attentionFactor");
    factor.finite()?;
    Ok(Rotary {
        inverse_frequencies,
        attention_factor: factor.number()?,
    })
}
