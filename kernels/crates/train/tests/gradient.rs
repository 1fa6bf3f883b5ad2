//! Logits and gradients: against a plain f64 forward pass, and against differences of losses in 64 bits.

mod support;

use kernels::random::Random;
use support::common::ids;
use support::{draft, next, trainer, varieties, Decoder, Shape, LENGTHS, SMALL, TOKENS};
use train::{Batch, Grid, Input, Real, Sharing, Targets, Trainer};

/// Largest difference of two vectors relative to the largest element.
fn distance<T: Real>(got: &[T], expected: &[f64]) -> f64 {
    assert_eq!(got.len(), expected.len());
    let largest = expected.iter().fold(0.0f64, |a, v| a.max(v.abs()));
    let differences = got.iter().zip(expected).map(|(g, e)| (g.wide() - e).abs());
    differences.fold(0.0, f64::max) / largest
}

#[test]
fn logits_are_those_of_the_formulas() {
    for (name, shape) in varieties() {
        let decoder = Decoder::random(&shape, 5);
        let ids = ids(&mut Random::new(6), TOKENS, shape.vocabulary);
        let mut expected = Vec::new();
        let mut rest = &ids[..];
        for length in LENGTHS {
            let (sequence, others) = rest.split_at(length);
            expected.extend(decoder.forward(sequence).concat());
            rest = others;
        }
        let exact = trainer::<f64>(&decoder).logits(&ids, &LENGTHS).unwrap();
        assert!(distance(&exact, &expected) < 1e-12, "{name}");
        let short = trainer::<f32>(&decoder).logits(&ids, &LENGTHS).unwrap();
        let far = distance(&short, &expected);
        assert!(far < 3e-5, "{name}: {far}");
    }
}

/// What a loss is taken against.
#[derive(Clone, Copy, Debug)]
enum Kind {
    Next,
    Teacher,
}

/// Compares the gradient of some numbers of each run with the difference of losses beside them.
fn check(name: &str, trainer: &mut Trainer<f64>, shape: &Shape, kind: Kind) {
    let mut random = Random::new(11);
    let ids = ids(&mut random, TOKENS, shape.vocabulary);
    let next = next(&ids, &LENGTHS);
    let teacher: Vec<f64> = (0..TOKENS * shape.vocabulary)
        .map(|_| f64::from(random.normal()) * 2.0)
        .collect();
    let batch = Batch {
        ids: &ids,
        lengths: &LENGTHS,
        targets: match kind {
            Kind::Next => Targets::Ids(&next),
            Kind::Teacher => Targets::Logits(&teacher),
        },
        weight: 0.125,
    };
    // Where a function has a kink, differences must be too short to find one, and so say less.
    let has_kinks = shape.traits.clip.is_some() || shape.traits.function == "relu";
    let (share, tolerance) = if has_kinks { (1e-6, 1e-4) } else { (1e-4, 1e-6) };
    let start = trainer.values().to_vec();
    // What is there before is replaced.
    let mut gradient = vec![7.0; start.len()];
    let loss = trainer.gradient(&batch, &mut gradient).unwrap();
    assert_eq!(loss, trainer.loss(&batch).unwrap());
    assert_eq!(
        loss.positions,
        if matches!(kind, Kind::Next) {
            TOKENS - 3
        } else {
            TOKENS
        }
    );
    assert!(loss.sum > 0.0);
    for slice in trainer.slices().to_vec() {
        let largest = gradient[slice.range()].iter().fold(0.0f64, |a, v| a.max(v.abs()));
        assert!(largest > 1e-6, "{name}: {} has no gradient", slice.name);
        // In proportion to the numbers: a small scale is multiplied with large codes.
        let size = start[slice.range()].iter().fold(1e-3f64, |a, v| a.max(v.abs()));
        let step = share * size;
        for _ in 0..4 {
            let at = slice.begin + random.below(slice.length);
            let mut beside = |distance: f64| {
                let mut values = start.clone();
                values[at] += distance;
                trainer.set_values(&values).unwrap();
                trainer.loss(&batch).unwrap().sum
            };
            // Four losses, so that what is left of the curve goes with the fourth power of the step.
            let near = beside(step) - beside(-step);
            let far = beside(2.0 * step) - beside(-2.0 * step);
            let expected = (8.0 * near - far) / (12.0 * step) * batch.weight;
            let off = (gradient[at] - expected).abs() / largest;
            assert!(
                off < tolerance,
                "{name}: {} off by {off} of the largest",
                slice.name
            );
        }
    }
    trainer.set_values(&start).unwrap();
}

#[test]
fn gradients_are_the_slopes_of_the_losses() {
    for (name, shape) in varieties() {
        let decoder = Decoder::random(&shape, 21);
        let mut trainer = trainer::<f64>(&decoder);
        check(name, &mut trainer, &shape, Kind::Next);
        check(name, &mut trainer, &shape, Kind::Teacher);
    }
}

#[test]
fn gradients_of_scales_and_minimums_are_slopes_too() {
    let shape = Shape {
        biases: true,
        norm_biases: true,
        ..SMALL
    };
    let decoder = Decoder::random(&shape, 31);
    for grid in [
        Grid::int4(Sharing::Columns(8), true),
        Grid::int4(Sharing::Columns(16), false),
        Grid::int8(Sharing::Row),
        Grid::int8(Sharing::Tensor),
    ] {
        let mut draft = draft(&decoder);
        for (name, bytes) in &decoder.tensors {
            if bytes.len() > 4 * shape.width {
                draft.quantize(name, grid, None).unwrap();
            }
        }
        draft.freeze("1.up.bias").unwrap();
        let mut trainer = draft.begin::<f64>().unwrap();
        assert!(trainer.slices().iter().all(|slice| slice.name != "1.up.bias"));
        check("grid", &mut trainer, &shape, Kind::Teacher);
    }
}

#[test]
fn in_32_bits_gradients_are_those_of_64() {
    for (name, shape) in varieties() {
        let decoder = Decoder::random(&shape, 41);
        let ids = ids(&mut Random::new(42), TOKENS, shape.vocabulary);
        let next = next(&ids, &LENGTHS);
        let (mut short, mut exact) = (trainer::<f32>(&decoder), trainer::<f64>(&decoder));
        let mut gradient = vec![0.0f32; short.values().len()];
        let mut expected = vec![0.0f64; gradient.len()];
        let batch = Batch {
            ids: &ids,
            lengths: &LENGTHS,
            targets: Targets::Ids(&next),
            weight: 1.0 / 77.0,
        };
        short.gradient(&batch, &mut gradient).unwrap();
        let targets = Targets::Ids(&next);
        let batch = Batch {
            ids: &ids,
            lengths: &LENGTHS,
            targets,
            weight: 1.0 / 77.0,
        };
        exact.gradient(&batch, &mut expected).unwrap();
        for slice in short.slices() {
            let far = distance(&gradient[slice.range()], &expected[slice.range()]);
            assert!(far < 1e-4, "{name}: {} {far}", slice.name);
        }
    }
}

#[test]
fn a_teacher_that_agrees_leaves_nothing_to_learn() {
    let decoder = Decoder::random(&SMALL, 51);
    let ids = ids(&mut Random::new(52), TOKENS, SMALL.vocabulary);
    let mut trainer = trainer::<f32>(&decoder);
    let logits = trainer.logits(&ids, &LENGTHS).unwrap();
    let mut gradient = vec![0.0; trainer.values().len()];
    let batch = Batch {
        ids: &ids,
        lengths: &LENGTHS,
        targets: Targets::Logits(&logits),
        weight: 1.0,
    };
    let loss = trainer.gradient(&batch, &mut gradient).unwrap();
    assert!(loss.sum.abs() < 1e-6, "{}", loss.sum);
    assert!(gradient.iter().all(|v| v.abs() < 1e-5));
}

#[test]
fn rounded_inputs_and_cache_change_logits_by_their_steps() {
    let decoder = Decoder::random(&SMALL, 61);
    let ids = ids(&mut Random::new(62), TOKENS, SMALL.vocabulary);
    let expected: Vec<f64> = trainer::<f64>(&decoder).logits(&ids, &LENGTHS).unwrap();
    let with = |input: Input, cache: bool| {
        let mut draft = draft(&decoder);
        for (name, _) in &decoder.tensors {
            draft.set_input(name, input).unwrap();
        }
        draft.set_int8_cache(cache);
        let logits = draft.begin::<f32>().unwrap().logits(&ids, &LENGTHS).unwrap();
        distance(&logits, &expected)
    };
    let (int8, int16, cache) = (
        with(Input::Int8, false),
        with(Input::Int16, false),
        with(Input::Float32, true),
    );
    assert!((1e-3..1e-1).contains(&int8), "{int8}");
    assert!((5e-6..5e-4).contains(&int16), "{int16}");
    assert!((1e-4..1e-1).contains(&cache), "{cache}");
}
