//! Random decoders, as those of the float reference's tests, in training.
#![allow(dead_code, missing_docs)]

#[path = "../../../kernels/tests/common/mod.rs"]
pub mod common;

pub use common::{traits, Decoder, Shape, Topology, SMALL};
use train::{Draft, Real, Trainer};

/// Three sequences, the first longer than a block of queries.
pub const LENGTHS: [usize; 3] = [70, 1, 9];
pub const TOKENS: usize = 80;

/// A draft with all its weights.
pub fn draft(decoder: &Decoder) -> Draft {
    let mut draft = Draft::new(&common::cbor(&decoder.description)).unwrap();
    for (name, bytes) in &decoder.tensors {
        assert!(draft.missing().contains(&name.as_str()));
        draft.add_rows(name, bytes).unwrap();
    }
    assert!(draft.missing().is_empty());
    draft
}

pub fn trainer<T: Real>(decoder: &Decoder) -> Trainer<T> {
    draft(decoder).begin().unwrap()
}

/// Everything that a description can say, one thing after the other.
pub fn varieties() -> Vec<(&'static str, Shape)> {
    let of = |topology| Shape {
        topology,
        norm_biases: true,
        ..SMALL
    };
    let mut all = vec![
        ("small", SMALL),
        (
            "biases, own head",
            Shape {
                biases: true,
                tied: false,
                ..SMALL
            },
        ),
        ("one kv head", Shape { kv_heads: 1, ..SMALL }),
        (
            "as many kv heads, scaled embedding",
            Shape {
                kv_heads: 6,
                embedding_scale: 1.7,
                ..SMALL
            },
        ),
        (
            "window, partial rotation with a factor",
            Shape {
                window: Some(5),
                rotary_dim: 4,
                attention_factor: 1.3,
                ..SMALL
            },
        ),
        (
            "no rotation",
            Shape {
                rotary_dim: 0,
                ..SMALL
            },
        ),
        ("one norm for two branches", of(Topology::ParallelOneNorm)),
        ("two norms for two branches", of(Topology::ParallelTwoNorms)),
        ("norms before and behind", of(Topology::Sandwich)),
        ("norms of the stream", of(Topology::PostNorm)),
        ("norms of the branches", of(Topology::BranchNorm)),
        ("a convolution", of(Topology::Convolution)),
        (
            "a convolution with biases",
            Shape {
                biases: true,
                ..of(Topology::Convolution)
            },
        ),
    ];
    all.extend(traits().into_iter().map(|(name, traits)| {
        let norm_biases = traits.norm == "layer" && traits.gains;
        let shape = Shape {
            traits,
            norm_biases,
            tied: false,
            ..SMALL
        };
        (name, shape)
    }));
    all
}

/// The next token of each, and nothing behind the last of a sequence.
pub fn next(ids: &[u32], lengths: &[usize]) -> Vec<i32> {
    let mut rest = ids;
    let mut next = Vec::new();
    for &length in lengths {
        let (sequence, others) = rest.split_at(length);
        next.extend(sequence[1..].iter().map(|&id| id as i32));
        next.push(-1);
        rest = others;
    }
    next
}
