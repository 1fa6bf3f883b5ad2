//! The float reference engine against a plain f64 forward pass, and its behaviour as a stateful object.

mod common;

use common::{cbor, ids, traits, Decoder, Shape, Topology, SMALL};
use kernels::dtype::Dtype;
use kernels::random::Random;
use kernels::reference::kinds::SiteKind;
use kernels::reference::{Engine, Range, RoundedInput, Want};
use kernels::Refusal;

fn engine(decoder: &Decoder) -> Engine {
    let mut engine = Engine::new(&cbor(&decoder.description), None).unwrap();
    for (name, bytes) in &decoder.tensors {
        assert!(engine.missing().contains(&name.as_str()));
        engine.add_rows(name, bytes).unwrap();
    }
    assert!(engine.missing().is_empty());
    engine
}

/// Largest difference relative to the largest logit.
fn distance(got: &[f32], expected: &[Vec<f64>]) -> f64 {
    let expected: Vec<f64> = expected.concat();
    assert_eq!(got.len(), expected.len());
    let largest = expected.iter().fold(1.0f64, |a, v| a.max(v.abs()));
    got.iter()
        .zip(&expected)
        .map(|(&g, e)| (f64::from(g) - e).abs())
        .fold(0.0, f64::max)
        / largest
}

fn of(topology: Topology) -> Shape {
    Shape {
        topology,
        blocks: 3,
        norm_biases: true,
        ..SMALL
    }
}

/// Biases, types and shapes of heads.
fn varieties_of_weights() -> Vec<(&'static str, Shape)> {
    vec![
        ("small", SMALL),
        (
            "biases, own head",
            Shape {
                biases: true,
                tied: false,
                ..SMALL
            },
        ),
        (
            "one kv head, bf16",
            Shape {
                kv_heads: 1,
                dtype: Dtype::Bf16,
                ..SMALL
            },
        ),
        (
            "as many kv heads, f16",
            Shape {
                kv_heads: 6,
                dtype: Dtype::F16,
                ..SMALL
            },
        ),
        (
            "f8",
            Shape {
                dtype: Dtype::F8E4M3,
                ..SMALL
            },
        ),
        (
            "f8 e5m2",
            Shape {
                dtype: Dtype::F8E5M2,
                ..SMALL
            },
        ),
        (
            "head of 4",
            Shape {
                head_dim: 4,
                rotary_dim: 4,
                ..SMALL
            },
        ),
        (
            "head of 1 without rotary",
            Shape {
                head_dim: 1,
                rotary_dim: 0,
                ..SMALL
            },
        ),
    ]
}

/// Positions, windows, norms and the order of steps.
fn varieties_of_steps() -> Vec<(&'static str, Shape)> {
    vec![
        (
            "partial rotary",
            Shape {
                head_dim: 10,
                rotary_dim: 4,
                attention_factor: 1.2,
                ..SMALL
            },
        ),
        (
            "window of 1",
            Shape {
                window: Some(1),
                ..SMALL
            },
        ),
        (
            "window of 5",
            Shape {
                window: Some(5),
                ..SMALL
            },
        ),
        (
            "window beyond",
            Shape {
                window: Some(1000),
                ..SMALL
            },
        ),
        (
            "scaled embedding",
            Shape {
                embedding_scale: 4.5,
                ..SMALL
            },
        ),
        (
            "biases of norms",
            Shape {
                norm_biases: true,
                ..SMALL
            },
        ),
        ("parallel, one norm", of(Topology::ParallelOneNorm)),
        ("parallel, two norms", of(Topology::ParallelTwoNorms)),
        ("sandwich", of(Topology::Sandwich)),
        ("post-norm", of(Topology::PostNorm)),
        ("norms of branches", of(Topology::BranchNorm)),
        ("convolution", of(Topology::Convolution)),
        (
            "convolution with biases",
            Shape {
                biases: true,
                ..of(Topology::Convolution)
            },
        ),
        (
            "wide",
            Shape {
                hidden: 640,
                width: 1100,
                head_dim: 64,
                rotary_dim: 64,
                heads: 4,
                vocabulary: 130,
                ..SMALL
            },
        ),
    ]
}

fn varieties() -> Vec<(&'static str, Shape)> {
    let mut all = varieties_of_weights();
    all.extend(varieties_of_steps());
    all.extend(traits().into_iter().map(|(name, traits)| {
        let norm_biases = traits.norm == "layer" && traits.gains;
        let shape = Shape {
            traits,
            norm_biases,
            biases: true,
            tied: false,
            ..SMALL
        };
        (name, shape)
    }));
    all
}

#[test]
fn logits_agree_with_f64() {
    for (name, shape) in varieties() {
        let decoder = Decoder::random(&shape, 9);
        let ids = ids(&mut Random::new(1), 71, shape.vocabulary);
        let got = engine(&decoder).forward(&ids, Want::All).unwrap();
        let distance = distance(&got, &decoder.forward(&ids));
        assert!(distance < 5e-6, "{name}: {distance}");
    }
}

#[test]
fn any_split_of_the_tokens_gives_the_same_bits() {
    for (name, shape) in varieties() {
        let decoder = Decoder::random(&shape, 3);
        let ids = ids(&mut Random::new(2), 45, shape.vocabulary);
        let mut engine = engine(&decoder);
        let all = engine.forward(&ids, Want::All).unwrap();
        let v = shape.vocabulary;
        for split in [1, 3, 32, 33, 44] {
            engine.reset();
            assert_eq!(engine.position(), 0);
            let head = engine.forward(&ids[..split], Want::Last).unwrap();
            assert_eq!(head, all[(split - 1) * v..split * v], "{name} {split}");
            let tail = engine.forward(&ids[split..], Want::All).unwrap();
            assert_eq!(tail, all[split * v..], "{name} {split}");
            assert_eq!(engine.position(), 45);
        }
    }
}

#[test]
fn refused_calls_change_nothing() {
    let decoder = Decoder::random(&SMALL, 1);
    let mut engine = Engine::new(&cbor(&decoder.description), Some(8)).unwrap();
    assert!(
        matches!(engine.forward(&[1], Want::Last), Err(ref error) if matches!(error.refusal(), Refusal::Range(_)))
    );
    assert!(matches!(
        engine.add_rows("nothing", &[]),
        Err(ref error) if matches!(error.refusal(), Refusal::Format { .. })
    ));
    for (name, bytes) in &decoder.tensors {
        let row = if name.contains("norm") {
            bytes.len()
        } else {
            bytes.len() / 2
        };
        assert!(matches!(
            engine.add_rows(name, &bytes[..row - 1]),
            Err(ref error) if matches!(error.refusal(), Refusal::Format { .. })
        ));
        if name == "embedding" {
            let one = 4 * SMALL.hidden;
            engine.add_rows(name, &bytes[..one]).unwrap();
            engine.add_rows(name, &bytes[one..]).unwrap();
        } else {
            engine.add_rows(name, bytes).unwrap();
        }
        assert!(matches!(
            engine.add_rows(name, &bytes[..row]),
            Err(ref error) if matches!(error.refusal(), Refusal::Format { .. })
        ));
    }
    let first = engine.forward(&[1, 2, 3], Want::Last).unwrap();
    assert!(engine.forward(&[], Want::Last).is_err());
    assert!(engine.forward(&[37], Want::Last).is_err());
    assert!(engine.forward(&[1; 6], Want::Last).is_err());
    assert_eq!(engine.position(), 3);
    let next = engine.forward(&[4, 5, 6, 7, 8], Want::All).unwrap();
    assert!(engine.forward(&[1], Want::Last).is_err(), "the context is full");
    engine.reset();
    assert_eq!(engine.forward(&[1, 2, 3], Want::Last).unwrap(), first);
    assert_eq!(engine.forward(&[4, 5, 6, 7, 8], Want::All).unwrap(), next);
    assert!(Engine::new(&cbor(&decoder.description), Some(0)).is_err());
    assert!(Engine::new(&cbor(&decoder.description), Some(513)).is_err());
}

#[test]
fn one_input_can_be_rounded_and_costs_more_in_fewer_bits() {
    let decoder = Decoder::random(&SMALL, 8);
    let mut engine = engine(&decoder);
    let ids = ids(&mut Random::new(2), 24, SMALL.vocabulary);
    let mut read = |input: Option<RoundedInput>| {
        engine.reset();
        engine.round_input(input);
        engine.forward(&ids, Want::All).unwrap()
    };
    let plain = read(None);
    let distance = |logits: &[f32]| -> f64 {
        let squares = logits.iter().zip(&plain).map(|(&a, &b)| f64::from(a - b).powi(2));
        squares.sum::<f64>().sqrt()
    };
    for (step, site) in [
        (Some(1), SiteKind::Attention),
        (Some(1), SiteKind::Output),
        (Some(7), SiteKind::Mlp),
        (Some(7), SiteKind::Down),
        (None, SiteKind::Head),
    ] {
        let site = site as u8;
        let int8 = distance(&read(Some(RoundedInput { step, site, kind: 0 })));
        let int16 = distance(&read(Some(RoundedInput { step, site, kind: 3 })));
        assert!(
            int16 > 0.0 && int8 > 50.0 * int16,
            "{step:?} {site}: {int8} and {int16}"
        );
    }
    // A step has no input of another's.
    let none = RoundedInput {
        step: Some(1),
        site: SiteKind::Down as u8,
        kind: 0,
    };
    assert_eq!(read(Some(none)), plain);
    assert_eq!(read(None), plain);
    let unknown = RoundedInput {
        step: Some(1),
        site: SiteKind::Attention as u8,
        kind: 99,
    };
    assert_eq!(read(Some(unknown)), plain);
    assert_eq!(read(None), plain);
}

#[test]
fn calibration_sees_what_enters_the_matrices() {
    let decoder = Decoder::random(&SMALL, 8);
    let mut engine = engine(&decoder);
    let ids = ids(&mut Random::new(2), 40, SMALL.vocabulary);
    let plain = engine.forward(&ids, Want::All).unwrap();
    assert!(engine.calibration(99.9).is_empty());
    engine.reset();
    engine.start_calibration();
    assert_eq!(engine.forward(&ids, Want::All).unwrap(), plain);
    let ranges = engine.calibration(99.0);
    assert_eq!(
        sites(&ranges),
        [
            (Some(1), SiteKind::Attention),
            (Some(1), SiteKind::Output),
            (Some(3), SiteKind::Mlp),
            (Some(3), SiteKind::Down),
            (Some(5), SiteKind::Attention),
            (Some(5), SiteKind::Output),
            (Some(7), SiteKind::Mlp),
            (Some(7), SiteKind::Down),
            (None, SiteKind::Head),
        ]
    );
    for range in &ranges {
        let width = match range.site {
            SiteKind::Output => SMALL.heads * SMALL.head_dim,
            SiteKind::Down => SMALL.width,
            SiteKind::Attention | SiteKind::Mlp | SiteKind::Head => SMALL.hidden,
            other => panic!("the model has no {other:?}"),
        };
        assert_eq!(range.count, 40 * width as u64);
        assert!(range.clip > 0.0 && range.clip < range.amax);
    }
    // A normalized vector of n elements has length sqrt(n): no element exceeds it, and the gain is what differs.
    let attention = &ranges[0];
    assert!(attention.folded_amax <= (SMALL.hidden as f64).sqrt() && attention.folded_amax != attention.amax);
    let output = &ranges[1];
    assert_eq!(
        (output.folded_amax, output.folded_clip),
        (output.amax, output.clip)
    );
    engine.start_calibration();
    assert_eq!(engine.calibration(99.0)[0].count, 0);
}

fn sites(ranges: &[Range]) -> Vec<(Option<usize>, SiteKind)> {
    ranges.iter().map(|range| (range.step, range.site)).collect()
}

/// Ranges of a decoder that has seen 40 tokens.
fn observed(topology: Topology) -> Vec<Range> {
    let decoder = Decoder::random(&of(topology), 8);
    let mut engine = engine(&decoder);
    engine.start_calibration();
    let ids = ids(&mut Random::new(2), 40, SMALL.vocabulary);
    engine.forward(&ids, Want::All).unwrap();
    engine.calibration(99.0)
}

#[test]
fn folded_ranges_are_of_the_norm_whose_result_a_step_reads() {
    let is_folded = |range: &Range| range.folded_amax != range.amax;
    let ranges = observed(Topology::ParallelTwoNorms);
    assert_eq!(
        sites(&ranges)[..4],
        [
            (Some(2), SiteKind::Attention),
            (Some(2), SiteKind::Output),
            (Some(3), SiteKind::Mlp),
            (Some(3), SiteKind::Down),
        ]
    );
    assert!(is_folded(&ranges[0]) && is_folded(&ranges[2]));
    // Both norms read the same vectors and differ by their gains and biases only.
    assert_eq!(ranges[0].folded_amax, ranges[2].folded_amax);
    assert_ne!(ranges[0].amax, ranges[2].amax);

    let ranges = observed(Topology::ParallelOneNorm);
    assert!(is_folded(&ranges[0]));
    assert_eq!(
        (ranges[0].amax, ranges[0].folded_amax, ranges[0].folded_clip),
        (ranges[2].amax, ranges[2].folded_amax, ranges[2].folded_clip)
    );

    // What reads a sum has no norm before it.
    for range in observed(Topology::BranchNorm) {
        assert_eq!(is_folded(&range), range.site == SiteKind::Head, "{range:?}");
    }
}
