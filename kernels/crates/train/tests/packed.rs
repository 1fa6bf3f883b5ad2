//! Weights that are kept as the checkpoint has them compute what their floats do, to the last bit.
#![allow(missing_docs)]

mod support;

use kernels::dtype::{decode_vec, Dtype};
use kernels::random::Random;
use serde_json::Value;
use support::common::{cbor, ids};
use support::{varieties, Decoder, Shape, LENGTHS, TOKENS};
use train::{Draft, Input, RowGrid, Text, ToRound, Trainer};

const TYPES: [Dtype; 4] = [Dtype::Bf16, Dtype::F16, Dtype::F8E4M3, Dtype::F8E5M2];

/// The same description of tensors that are floats.
fn of_floats(description: &Value) -> Value {
    match description {
        Value::Array(list) => list.iter().map(of_floats).collect(),
        Value::Object(map) => {
            let fields = map.iter().map(|(key, value)| match key.as_str() {
                "dtype" => (key.clone(), Value::from("F32")),
                _ => (key.clone(), of_floats(value)),
            });
            Value::Object(fields.collect())
        }
        other => other.clone(),
    }
}

/// The model with its own types of elements, and with floats in their place; nothing is trained.
fn both(decoder: &Decoder, dtype: Dtype) -> [Trainer<f32>; 2] {
    let floats = of_floats(&decoder.description);
    [&decoder.description, &floats].map(|description| {
        let mut draft = Draft::new(&cbor(description)).unwrap();
        for (name, bytes) in &decoder.tensors {
            if description == &decoder.description {
                draft.add_rows(name, bytes).unwrap();
            } else {
                let values = decode_vec(dtype, bytes);
                let bytes: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
                draft.add_rows(name, &bytes).unwrap();
            }
            draft.freeze(name).unwrap();
        }
        draft.begin().unwrap()
    })
}

#[test]
fn logits_are_those_of_the_floats() {
    for dtype in TYPES {
        for (name, shape) in varieties() {
            let shape = Shape { dtype, ..shape };
            let decoder = Decoder::random(&shape, 7);
            let ids = ids(&mut Random::new(3), TOKENS, shape.vocabulary);
            let [packed, floats] = both(&decoder, dtype).map(|mut trainer| {
                let logits = trainer.logits(&ids, &LENGTHS).unwrap();
                logits.iter().map(|value| value.to_bits()).collect::<Vec<_>>()
            });
            assert!(packed == floats, "{name}, {}", dtype.name());
        }
    }
}

#[test]
fn rounding_in_order_is_that_of_the_floats() {
    for dtype in [Dtype::Bf16, Dtype::F8E4M3] {
        for (name, shape) in varieties() {
            let shape = Shape { dtype, ..shape };
            let decoder = Decoder::random(&shape, 8);
            let matrices: Vec<_> = decoder
                .tensors
                .iter()
                .filter(|(name, _)| {
                    ["up.weight", "down.weight", "q.weight", "embedding"]
                        .iter()
                        .any(|end| name.ends_with(end))
                })
                .zip([RowGrid::Int4Group(16), RowGrid::Int8Channel].iter().cycle())
                .map(|((name, _), &grid)| ToRound {
                    name: name.clone(),
                    grid,
                    input: Input::Int8,
                })
                .collect();
            let text = Text {
                ids: ids(&mut Random::new(4), TOKENS, shape.vocabulary),
                lengths: LENGTHS.to_vec(),
            };
            let [packed, floats] = both(&decoder, dtype).map(|trainer| {
                let mut rounder = trainer.begin_rounding(&matrices, true, text.clone()).unwrap();
                while rounder.work().unwrap().is_some() {}
                let rows = matrices.iter().map(|matrix| rounder.take(&matrix.name));
                rows.collect::<Vec<_>>()
            });
            assert!(packed.iter().any(Option::is_some), "{name}");
            assert!(packed == floats, "{name}, {}", dtype.name());
        }
    }
}
