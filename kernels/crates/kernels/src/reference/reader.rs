//! Reads a decoder's description and checks every number in it against its shapes and limits, and every step against
//! those before it, so that the engine can index without doubt. What is not known is refused: a field that the engine
//! skipped would make it the judge of another model.

use super::cbor::{Object, Place};
use super::description::{
    Attention, Inner, Linear, Mlp, Model, Norm, Operation, Position, Rotary, Step, TensorId, TensorSpec,
    Tensors, MAX_BLOCKS, MAX_HEADS, MAX_HEAD_DIM, MAX_HIDDEN, MAX_POSITIONS, MAX_ROTARIES, MAX_STEPS,
};
use super::kinds::{FunctionKind, MlpKind, NormKind, PlaceKind, PositionKind, StepKind};
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
            "rotaries",
            "blocks",
            "finalNorm",
            "head",
        ])?;
        let hidden = fields.get("hiddenSize").within(MAX_HIDDEN)?;
        let vocabulary = fields.get("vocabSize").within(MAX_ROWS)?;
        let mut reader = Self {
            hidden,
            rotaries: read_rotaries(&fields.get("rotaries"))?,
            tensors: Tensors::default(),
        };
        Ok(Model {
            hidden,
            vocabulary,
            max_positions: fields.get("maxPositions").within(MAX_POSITIONS)?,
            embedding: reader.tensor(&fields.get("embedding"), &[vocabulary, hidden])?,
            embedding_scale: fields.get("embeddingScale").finite()?,
            steps: reader.blocks(&fields.get("blocks"))?,
            final_norm: reader.norm(&fields.get("finalNorm"))?,
            head: match fields.get("head").present() {
                Some(at) => Some(reader.linear(&at, vocabulary, hidden)?),
                None => None,
            },
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
            },
        })
    }

    fn attention(&mut self, at: &Place<'_>) -> Result<Attention> {
        let fields = at.object(&[
            "heads", "kvHeads", "headDim", "scale", "window", "position", "query", "key", "value", "output",
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
            window,
            position: self.position(&fields.get("position"), head_dim)?,
            query: self.linear(&fields.get("query"), queries, hidden)?,
            key: self.linear(&fields.get("key"), keys, hidden)?,
            value: self.linear(&fields.get("value"), keys, hidden)?,
            output: self.linear(&fields.get("output"), hidden, queries)?,
        })
    }

    fn position(&self, at: &Place<'_>, head_dim: usize) -> Result<Position> {
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
        }
    }

    fn mlp(&mut self, at: &Place<'_>) -> Result<Mlp> {
        let fields = at.object(&["kind", "function", "width", "gate", "up", "down"])?;
        let hidden = self.hidden;
        let width = fields.get("width").within(MAX_COLS)?;
        Ok(Mlp {
            function: fields.get("function").kind(FunctionKind::from_word)?,
            width,
            inner: match fields.get("kind").kind(MlpKind::from_word)? {
                MlpKind::Gated => Inner::Gated {
                    gate: self.linear(&fields.get("gate"), width, hidden)?,
                    up: self.linear(&fields.get("up"), width, hidden)?,
                },
            },
            down: self.linear(&fields.get("down"), hidden, width)?,
        })
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
        let fields = at.object(&["kind", "epsilon", "gain", "bias"])?;
        let epsilon_at = fields.get("epsilon");
        let epsilon = epsilon_at.number()?;
        if !(epsilon.is_finite() && epsilon >= 0.0) {
            return Err(epsilon_at.bad("It is not a number from 0 up."));
        }
        let hidden = self.hidden;
        Ok(Norm {
            kind: fields.get("kind").kind(NormKind::from_word)?,
            epsilon,
            gain: self.tensor(&fields.get("gain"), &[hidden])?,
            bias: self.bias(fields, hidden)?,
        })
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
