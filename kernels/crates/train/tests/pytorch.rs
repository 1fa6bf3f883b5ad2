//! Gradients and fifty steps of AdamW against PyTorch (`fixtures/make.py`).

mod support;

use std::collections::HashMap;
use std::fs;

use serde_json::{json, Value};
use support::{common::cbor, next};
use train::{Batch, Draft, Grid, GridValues, Input, Part, Rates, Sharing, Targets, Trainer};

/// What is asked of gradients and of weights after fifty steps: relative error of a tensor.
const GRADIENT: f64 = 1e-4;
const AFTER: f64 = 1e-3;

struct Fixture {
    facts: Value,
    /// By kind and name: shape and values.
    arrays: HashMap<(String, String), (Vec<usize>, Vec<f32>)>,
}

impl Fixture {
    fn read(name: &str) -> Self {
        let path = |kind: &str| format!("{}/tests/fixtures/{name}.{kind}", env!("CARGO_MANIFEST_DIR"));
        let facts: Value = serde_json::from_str(&fs::read_to_string(path("json")).unwrap()).unwrap();
        let bytes = fs::read(path("bin")).unwrap();
        let mut values = bytes.as_chunks::<4>().0.iter().map(|&b| f32::from_le_bytes(b));
        let arrays = facts["arrays"].as_array().unwrap().iter().map(|array| {
            let text = |key: &str| array[key].as_str().unwrap().to_owned();
            let shape: Vec<usize> = numbers(&array["shape"]).map(|n| n as usize).collect();
            let count = shape.iter().product();
            let taken = values.by_ref().take(count).collect();
            ((text("kind"), text("name")), (shape, taken))
        });
        let arrays = arrays.collect();
        assert_eq!(values.count(), 0);
        Self { facts, arrays }
    }

    fn get(&self, kind: &str, name: &str) -> &[f32] {
        &self.arrays[&(kind.to_owned(), name.to_owned())].1
    }

    fn names(&self, kind: &str) -> Vec<&str> {
        let names = self.arrays.keys().filter(|(of, _)| of == kind);
        names.map(|(_, name)| name.as_str()).collect()
    }

    fn config(&self, key: &str) -> usize {
        self.facts["config"][key].as_u64().unwrap() as usize
    }

    /// The sequences of each batch.
    fn batches(&self) -> Vec<Vec<u32>> {
        let batches = self.facts["ids"].as_array().unwrap().iter();
        batches
            .map(|ids| numbers(ids).map(|id| id as u32).collect())
            .collect()
    }

    fn lengths(&self) -> Vec<usize> {
        let length = self.facts["length"].as_u64().unwrap() as usize;
        vec![length; self.batches()[0].len() / length]
    }

    fn tensor(&self, name: &str) -> Value {
        match self.arrays.get(&("weight".to_owned(), name.to_owned())) {
            Some((shape, _)) => json!({"name": name, "dtype": "F32", "shape": shape}),
            None => Value::Null,
        }
    }

    fn linear(&self, name: &str) -> Value {
        json!({
            "weight": self.tensor(&format!("{name}.weight")),
            "bias": self.tensor(&format!("{name}.bias")),
        })
    }

    fn norm(&self, name: &str) -> Value {
        let epsilon = &self.facts["config"]["rms_norm_eps"];
        json!({"kind": "rms", "epsilon": epsilon, "gain": self.tensor(&format!("{name}.weight")), "gainOffset": 0, "bias": null})
    }

    fn block(&self, b: usize) -> Value {
        let at = format!("model.layers.{b}");
        let heads = self.config("num_attention_heads");
        let head_dim = self.config("hidden_size") / heads;
        let attention = json!({
            "factor": 1, "heads": heads, "kvHeads": self.config("num_key_value_heads"), "headDim": head_dim,
            "scale": 1.0 / (head_dim as f64).sqrt(), "window": self.facts["window"],
            "position": {"kind": "rotary", "table": 0},
            "query": self.linear(&format!("{at}.self_attn.q_proj")),
            "key": self.linear(&format!("{at}.self_attn.k_proj")),
            "value": self.linear(&format!("{at}.self_attn.v_proj")),
            "output": self.linear(&format!("{at}.self_attn.o_proj")),
        });
        let mlp = json!({
            "factor": 1, "kind": "gated", "function": "silu", "width": self.config("intermediate_size"),
            "gate": self.linear(&format!("{at}.mlp.gate_proj")),
            "up": self.linear(&format!("{at}.mlp.up_proj")),
            "down": self.linear(&format!("{at}.mlp.down_proj")),
        });
        let step = |kind: &str, body: Value| {
            let is_norm = kind == "norm";
            let (reads, writes) = if is_norm {
                ("residual", "normed")
            } else {
                ("normed", "residual")
            };
            json!({"kind": kind, "reads": reads, "writes": writes, "adds": !is_norm, kind: body})
        };
        json!({"steps": [
            step("norm", self.norm(&format!("{at}.input_layernorm"))),
            step("attention", attention),
            step("norm", self.norm(&format!("{at}.post_attention_layernorm"))),
            step("mlp", mlp),
        ]})
    }

    fn draft(&self) -> Draft {
        let head_dim = self.config("hidden_size") / self.config("num_attention_heads");
        let theta = self.facts["theta"].as_f64().unwrap();
        let frequencies: Vec<f64> = (0..head_dim / 2)
            .map(|i| theta.powf(-(2.0 * i as f64) / head_dim as f64))
            .collect();
        let tied = self.facts["config"]["tie_word_embeddings"].as_bool().unwrap();
        let blocks: Vec<Value> = (0..self.config("num_hidden_layers"))
            .map(|b| self.block(b))
            .collect();
        let description = json!({
            "hiddenSize": self.config("hidden_size"), "vocabSize": self.config("vocab_size"), "maxPositions": 64,
            "embedding": self.tensor("model.embed_tokens.weight"), "embeddingScale": 1.0,
            "rotaries": [{"dim": head_dim, "inverseFrequencies": frequencies, "attentionFactor": 1.0}],
            "logitScale": 1, "blocks": blocks, "finalNorm": self.norm("model.norm"),
            "head": if tied { Value::Null } else { self.linear("lm_head") },
        });
        let mut draft = Draft::new(&cbor(&description)).unwrap();
        for name in self.names("weight") {
            let bytes: Vec<u8> = self
                .get("weight", name)
                .iter()
                .flat_map(|v| v.to_le_bytes())
                .collect();
            draft.add_rows(name, &bytes).unwrap();
        }
        draft
    }
}

fn numbers(list: &Value) -> impl Iterator<Item = f64> + '_ {
    list.as_array().unwrap().iter().map(|n| n.as_f64().unwrap())
}

/// Relative error of a tensor, in the Euclidean norm.
fn error(got: &[f32], expected: &[f32]) -> f64 {
    assert_eq!(got.len(), expected.len());
    let square = |values: &mut dyn Iterator<Item = f64>| values.map(|v| v * v).sum::<f64>();
    let difference = square(&mut got.iter().zip(expected).map(|(g, e)| f64::from(g - e)));
    (difference / square(&mut expected.iter().map(|&e| f64::from(e)))).sqrt()
}

/// Holds all runs of trained numbers against arrays of a kind.
fn hold(fixture: &Fixture, trainer: &Trainer<f32>, kind: &str, values: &[f32], most: f64) {
    let mut seen = 0;
    for slice in trainer.slices() {
        let base = slice.name.trim_end_matches(".weight");
        let name = match slice.part {
            Part::Values => slice.name.clone(),
            Part::Scales => format!("{base}.scale"),
            Part::Minimums => format!("{base}.minimum"),
        };
        let off = error(&values[slice.range()], fixture.get(kind, &name));
        assert!(off <= most, "{kind} of {name}: {off}");
        seen += 1;
    }
    assert_eq!(seen, fixture.names(kind).len());
}

#[test]
fn gradients_of_other_families() {
    for name in ["qwen2", "mistral"] {
        let fixture = Fixture::read(name);
        let mut trainer = fixture.draft().begin::<f32>().unwrap();
        let (ids, lengths) = (&fixture.batches()[0], fixture.lengths());
        let targets = next(ids, &lengths);
        let positions = ids.len() - lengths.len();
        let mut gradient = vec![0.0; trainer.values().len()];
        let batch = Batch {
            ids,
            lengths: &lengths,
            targets: Targets::Ids(&targets),
            weight: 1.0 / positions as f64,
        };
        let loss = trainer.gradient(&batch, &mut gradient).unwrap();
        let expected = fixture.facts["loss"].as_f64().unwrap();
        assert!((loss.sum / positions as f64 - expected).abs() < 1e-5, "{name}");
        hold(&fixture, &trainer, "gradient", &gradient, GRADIENT);
    }
}

fn rates(fixture: &Fixture) -> Rates {
    let of = |key: &str| fixture.facts["rates"][key].as_f64().unwrap();
    let betas = &fixture.facts["rates"]["betas"];
    Rates {
        learning_rate: of("lr"),
        beta1: betas[0].as_f64().unwrap(),
        beta2: betas[1].as_f64().unwrap(),
        epsilon: of("eps"),
        weight_decay: of("weight_decay"),
        clip: fixture.facts["clip"].as_f64().unwrap_or(f64::INFINITY),
    }
}

#[test]
fn fifty_steps_of_adamw() {
    let fixture = Fixture::read("llama");
    let mut trainer = fixture.draft().begin::<f32>().unwrap();
    let rates = rates(&fixture);
    let lengths = fixture.lengths();
    let mut gradient = vec![0.0; trainer.values().len()];
    let losses = numbers(&fixture.facts["losses"]).zip(numbers(&fixture.facts["norms"]));
    let (mut clipped, mut steps) = (0, 0);
    for (ids, (loss, norm)) in fixture.batches().iter().zip(losses) {
        let targets = next(ids, &lengths);
        let positions = (ids.len() - lengths.len()) as f64;
        let batch = Batch {
            ids,
            lengths: &lengths,
            targets: Targets::Ids(&targets),
            weight: 1.0 / positions,
        };
        let got = trainer.gradient(&batch, &mut gradient).unwrap();
        assert!((got.sum / positions - loss).abs() < 1e-3 * loss, "step {steps}");
        if steps == 0 {
            hold(&fixture, &trainer, "gradient", &gradient, GRADIENT);
        }
        let got = trainer.step(&gradient, &rates).unwrap();
        assert!((got - norm).abs() < 1e-3 * norm, "step {steps}: {got} {norm}");
        clipped += usize::from(norm > rates.clip);
        steps += 1;
    }
    assert!(clipped > 0, "clipping took part");
    assert_eq!(steps, 50);
    hold(&fixture, &trainer, "after", trainer.values(), AFTER);
}

/// A model in INT4 with the codes of PyTorch, its inputs rounded or not.
fn in_int4(fixture: &Fixture, input: Input) -> Trainer<f32> {
    let mut draft = fixture.draft();
    let group = fixture.facts["group"].as_u64().unwrap() as usize;
    let grid = Grid::int4(Sharing::Columns(group), true);
    for base in fixture.names("codes") {
        let name = format!("{base}.weight");
        let (shape, codes) = &fixture.arrays[&("codes".to_owned(), base.to_owned())];
        let codes: Vec<i8> = codes.iter().map(|&code| code as i8).collect();
        let fitted = grid.fit(fixture.get("weight", &name), shape[0], shape[1]);
        assert_eq!(fitted.codes, codes, "{name}: the fit is that of PyTorch");
        let values = GridValues { codes, ..fitted };
        draft.quantize(&name, grid, Some(values)).unwrap();
        draft.set_input(&name, input).unwrap();
    }
    draft.freeze("model.embed_tokens.weight").unwrap();
    draft.begin().unwrap()
}

#[test]
fn tuning_a_model_in_int4() {
    let fixture = Fixture::read("int4");
    let mut teacher = fixture.draft().begin::<f32>().unwrap();
    let (batches, lengths) = (fixture.batches(), fixture.lengths());
    let wanted: Vec<Vec<f32>> = batches
        .iter()
        .map(|ids| teacher.logits(ids, &lengths).unwrap())
        .collect();
    let batch = |step: usize| Batch {
        ids: &batches[step % batches.len()],
        lengths: &lengths,
        targets: Targets::Logits(&wanted[step % batches.len()]),
        weight: 1.0 / batches[0].len() as f64,
    };
    let mean = |sum: f64| sum / batches[0].len() as f64;

    let mut rounded = in_int4(&fixture, Input::Int8);
    let mut gradient = vec![0.0; rounded.values().len()];
    let loss = mean(rounded.gradient(&batch(0), &mut gradient).unwrap().sum);
    let expected = fixture.facts["rounded"].as_f64().unwrap();
    assert!((loss - expected).abs() < 1e-4 * expected);
    hold(&fixture, &rounded, "rounded gradient", &gradient, GRADIENT);

    let mut trainer = in_int4(&fixture, Input::Float32);
    let losses: Vec<f64> = numbers(&fixture.facts["losses"]).collect();
    for (step, expected) in losses.iter().enumerate() {
        let loss = mean(trainer.gradient(&batch(step), &mut gradient).unwrap().sum);
        assert!(
            (loss - expected).abs() < 1e-3 * expected,
            "step {step}: {loss} {expected}"
        );
        if step == 0 {
            hold(&fixture, &trainer, "gradient", &gradient, GRADIENT);
        }
        trainer.step(&gradient, &rates(&fixture)).unwrap();
    }
    assert_eq!(losses.len(), 50);
    let cycle = |losses: &[f64]| losses.iter().sum::<f64>();
    assert!(cycle(&losses[45..]) < 0.6 * cycle(&losses[..5]), "tuning helps");
    hold(&fixture, &trainer, "after", trainer.values(), AFTER);
}
