//! Mutated descriptions with random tensor bytes: whatever arrives, the engine answers with logits or an error.
//!
//! The short run is part of the tests; `cargo test --release --test fuzz_description -- --ignored` runs a million.

mod common;

use common::{cbor, ids, Decoder, Shape, Topology, SMALL};
use kernels::random::Random;
use kernels::reference::{description::Model, Engine, Want};
use serde_json::json;

const TINY: Shape = Shape {
    hidden: 4,
    vocabulary: 5,
    blocks: 1,
    heads: 2,
    kv_heads: 1,
    head_dim: 2,
    width: 3,
    rotary_dim: 2,
    ..SMALL
};

/// Replaces numbers that any shape allows, so that most of these descriptions go on to compute.
fn mutate_values(random: &mut Random, description: &mut serde_json::Value) {
    const POINTERS: [&str; 10] = [
        "/maxPositions",
        "/embeddingScale",
        "/rotaries/0/inverseFrequencies/0",
        "/rotaries/0/attentionFactor",
        "/blocks/0/steps/1/attention/scale",
        "/blocks/0/steps/1/attention/window",
        "/blocks/0/steps/1/attention/position/table",
        "/blocks/0/steps/2/norm/epsilon",
        "/blocks/0/steps/2/norm/bias",
        "/finalNorm/epsilon",
    ];
    const NUMBERS: [f64; 10] = [0.0, 1.0, 2.0, 3.0, 1e9, -1.0, 1e-300, 3e38, -3e38, 1e300];
    if random.below(3) == 0 {
        mutate_steps(random, description);
    }
    for _ in 0..1 + random.below(3) {
        let number = NUMBERS[random.below(NUMBERS.len())];
        let value = if number.fract() == 0.0 && number.abs() < 1e10 {
            json!(number as i64)
        } else {
            json!(number)
        };
        if let Some(place) = description.pointer_mut(POINTERS[random.below(POINTERS.len())]) {
            *place = value;
        }
    }
}

/// Moves what a step reads and writes: most of these read something that was written, and go on to compute.
fn mutate_steps(random: &mut Random, description: &mut serde_json::Value) {
    const PLACES: [&str; 3] = ["residual", "normed", "branch"];
    let steps = description["blocks"][0]["steps"].as_array_mut().unwrap();
    for _ in 0..1 + random.below(2) {
        let at = random.below(steps.len());
        let step = &mut steps[at];
        match random.below(4) {
            0 => step["reads"] = PLACES[random.below(3)].into(),
            1 => step["writes"] = PLACES[random.below(3)].into(),
            2 => step["adds"] = (random.below(2) == 0).into(),
            _ => {
                let other = random.below(steps.len());
                steps.swap(at, other);
            }
        }
    }
}

/// Edits the bytes of a description in the ways that break readers.
fn mutate(random: &mut Random, bytes: &mut Vec<u8>) {
    const NUMBERS: [f64; 13] = [
        0.0,
        1.0,
        2.0,
        3.0,
        4.0,
        -1.0,
        1.5,
        1e308,
        f64::INFINITY,
        f64::NAN,
        65536.0,
        4294967295.0,
        4294967296.0,
    ];
    /// In the place of a number: null, true, an empty text, array and map, and an array that is longer than all bytes.
    const OTHERS: [&[u8]; 6] = [
        b"\xF6",
        b"\xF5",
        b"\x7A\0\0\0\0",
        b"\x9A\0\0\0\0",
        b"\xBA\0\0\0\0",
        b"\x9A\xFF\xFF\xFF\xFF",
    ];
    for _ in 0..1 + random.below(3) {
        let at = random.below(bytes.len());
        match random.below(6) {
            0 => bytes[at] ^= 1 << random.below(8),
            1 => bytes.truncate(at),
            2 => {
                let end = bytes.len().min(at + random.below(40));
                bytes.drain(at..end);
            }
            3 => {
                let end = bytes.len().min(at + random.below(40));
                let piece = bytes[at..end].to_vec();
                let to = random.below(bytes.len());
                bytes.splice(to..to, piece);
            }
            // Most mutations replace one number, so that the description can still be read.
            _ => {
                let numbers: Vec<usize> = (0..bytes.len().saturating_sub(8))
                    .filter(|&i| bytes[i] == 0xFB)
                    .collect();
                if !numbers.is_empty() {
                    let begin = numbers[random.below(numbers.len())];
                    if random.below(8) == 0 {
                        let other = OTHERS[random.below(OTHERS.len())];
                        bytes.splice(begin..begin + 9, other.iter().copied());
                    } else {
                        let number = NUMBERS[random.below(NUMBERS.len())];
                        bytes[begin + 1..begin + 9].copy_from_slice(&number.to_be_bytes());
                    }
                }
            }
        }
        if bytes.is_empty() {
            return;
        }
    }
}

/// Returns how many descriptions were refused, and how many ran to logits.
fn fuzz_reference_descriptor(iterations: usize, seed: u64) -> (usize, usize) {
    let random = &mut Random::new(seed);
    let seeds: Vec<Decoder> = [
        TINY,
        Shape {
            biases: true,
            tied: false,
            ..TINY
        },
        Shape {
            topology: Topology::Sandwich,
            norm_biases: true,
            ..TINY
        },
        Shape {
            topology: Topology::PostNorm,
            ..TINY
        },
        Shape {
            topology: Topology::Convolution,
            biases: true,
            ..TINY
        },
        Shape {
            window: Some(2),
            kv_heads: 2,
            dtype: kernels::dtype::Dtype::F8E5M2,
            ..TINY
        },
    ]
    .iter()
    .map(|shape| Decoder::random(shape, seed))
    .collect();
    let (mut refused, mut computed) = (0, 0);
    for _ in 0..iterations {
        let decoder = &seeds[random.below(seeds.len())];
        let mut description = decoder.description.clone();
        let values_only = random.below(3) == 0;
        if values_only {
            mutate_values(random, &mut description);
        }
        let mut bytes = cbor(&description);
        if !values_only {
            mutate(random, &mut bytes);
        }
        let Ok(model) = Model::read(&bytes) else {
            refused += 1;
            continue;
        };
        let Ok(mut engine) = Engine::new(&bytes, Some(1 + random.below(6))) else {
            refused += 1;
            continue;
        };
        for spec in model.tensors.specs() {
            // Random bytes of the declared size, where that is small; else the original's, which are refused.
            let size = spec
                .rows()
                .saturating_mul(spec.cols())
                .saturating_mul(spec.dtype.size());
            let bytes: Vec<u8> = (0..size.min(4096)).map(|_| random.bits() as u8).collect();
            let _ = engine.add_rows(&spec.name, &bytes);
        }
        if random.below(8) == 0 {
            engine.start_calibration();
        }
        for _ in 0..2 {
            let count = random.below(5);
            let want = if random.below(2) == 0 {
                Want::All
            } else {
                Want::Last
            };
            if engine.forward(&ids(random, count, 6), want).is_ok() {
                computed += 1;
            }
        }
        engine.calibration(99.0);
    }
    (refused, computed)
}

#[test]
fn short() {
    let (refused, computed) = fuzz_reference_descriptor(4000, 1);
    assert!(
        refused > 400 && computed > 400,
        "{refused} refused, {computed} computed"
    );
}

#[test]
#[ignore = "minutes"]
fn million() {
    let (refused, computed) = fuzz_reference_descriptor(1_000_000, 2);
    println!("{refused} refused, {computed} computed");
    assert!(refused > 100_000 && computed > 100_000);
}
