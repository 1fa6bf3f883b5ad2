//! What every build must give to the last bit (`test/quantize/training.test.ts` has the same for the WebAssembly), and
//! what is refused.

mod support;

use kernels::crc32::crc32;
use kernels::{Error, Refusal};
use serde_json::Value;
use support::common::cbor;
use support::next;
use train::tree::Tree;
use train::{
    Batch, Draft, Follow, Grid, GridValues, Input, Rates, RowGrid, Sharing, Targets, Text, ToRound, Trainer,
};

fn fixture() -> Value {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/bits.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn draft(fixture: &Value) -> Draft {
    Draft::new(&cbor(&fixture["model"])).unwrap()
}

/// The ids of a leaf of a step, without a generator that both languages would need.
fn ids(step: usize, leaf: usize, count: usize) -> Vec<u32> {
    (0..count)
        .map(|i| ((i * i * 3 + i * (leaf + 5) + step * 11) % 37) as u32)
        .collect()
}

fn gradient_of(trainer: &mut Trainer<f32>, ids: &[u32], lengths: &[usize], weight: f64) -> Vec<f32> {
    let targets = next(ids, lengths);
    let mut gradient = vec![0.0; trainer.values().len()];
    let batch = Batch {
        ids,
        lengths,
        targets: Targets::Ids(&targets),
        weight,
    };
    trainer.gradient(&batch, &mut gradient).unwrap();
    gradient
}

#[test]
fn ten_steps_have_the_bits_of_every_build() {
    let fixture = fixture();
    let number = |key: &str| fixture[key].as_f64().unwrap();
    let lengths: Vec<usize> = fixture["lengths"]
        .as_array()
        .unwrap()
        .iter()
        .map(|n| n.as_u64().unwrap() as usize)
        .collect();
    let tokens: usize = lengths.iter().sum();
    let leaves = number("leaves") as usize;
    let mut draft = draft(&fixture);
    draft
        .initialize(number("seed") as u64, number("deviation") as f32)
        .unwrap();
    let follows = Grid {
        follows: Follow::Weights,
        ..Grid::int8(Sharing::Row)
    };
    draft
        .quantize("up", Grid::int4(Sharing::Columns(8), true), None)
        .unwrap();
    draft.quantize("down", follows, None).unwrap();
    draft.quantize("gate", Grid::int8(Sharing::Tensor), None).unwrap();
    draft.set_input("up", Input::Int8By32).unwrap();
    draft.set_input("down", Input::Int8).unwrap();
    draft.set_input("q", Input::Int16).unwrap();
    draft.freeze("v").unwrap();
    draft.set_int8_cache(true);
    let mut trainer = draft.begin::<f32>().unwrap();
    assert_eq!(trainer.values().len() as f64, number("values"));
    let rates = Rates {
        learning_rate: 0.01,
        weight_decay: 0.1,
        clip: 0.5,
        ..Rates::default()
    };
    let weight = 1.0 / (leaves * (tokens - lengths.len())) as f64;
    let start = trainer.values().to_vec();
    for step in 0..number("steps") as usize {
        let mut tree = Tree::new(start.len());
        for leaf in 0..leaves {
            let ids = ids(step, leaf, tokens);
            tree.add(0, gradient_of(&mut trainer, &ids, &lengths, weight))
                .unwrap();
        }
        trainer.step(&tree.finish(), &rates).unwrap();
    }
    assert_ne!(start, trainer.values());
    let bytes: Vec<u8> = trainer.values().iter().flat_map(|v| v.to_le_bytes()).collect();
    assert_eq!(f64::from(crc32(0, &bytes)), number("crc32"));
}

#[test]
fn rounding_in_order_has_the_bits_of_every_build() {
    let fixture = fixture();
    let number = |key: &str| fixture[key].as_f64().unwrap();
    let mut draft = draft(&fixture);
    draft
        .initialize(number("seed") as u64, number("deviation") as f32)
        .unwrap();
    let names: Vec<String> = draft
        .model()
        .tensors
        .specs()
        .iter()
        .map(|spec| spec.name.clone())
        .collect();
    for name in names {
        draft.freeze(&name).unwrap();
    }
    let matrices = [
        ("q", RowGrid::Int4Group(16), Input::Int8),
        ("k", RowGrid::Int8Channel, Input::Int8),
        ("o", RowGrid::Int4Group(32), Input::Int16),
        ("up", RowGrid::Int8GroupU8(16), Input::Int8),
        ("down", RowGrid::Int4Group(16), Input::Int8),
    ];
    let matrices = matrices.map(|(name, grid, input)| ToRound {
        name: name.into(),
        grid,
        input,
    });
    let lengths = [70, 1, 9];
    let text = Text {
        ids: ids(0, 0, lengths.iter().sum()),
        lengths: lengths.to_vec(),
    };
    let mut rounder = draft
        .begin::<f32>()
        .unwrap()
        .begin_rounding(&matrices, true, text)
        .unwrap();
    while rounder.work().unwrap().is_some() {}
    let mut crc = 0;
    for ToRound { name, .. } in matrices {
        let rows = rounder.take(&name).unwrap();
        let units = rows.tables.rows.iter().flat_map(|unit| unit.to_le_bytes());
        let codes = rows.codes.iter().map(|&code| code as u8);
        let offsets = rows.tables.minimums.iter().map(|&offset| offset as u8);
        let bytes: Vec<u8> = codes
            .chain(units)
            .chain(rows.tables.scales)
            .chain(offsets)
            .collect();
        crc = crc32(crc, &bytes);
    }
    assert_eq!(f64::from(crc), number("roundedCrc32"));
}

#[test]
fn a_training_that_is_interrupted_goes_on() {
    let fixture = fixture();
    let begin = || {
        let mut draft = draft(&fixture);
        draft.initialize(3, 0.2).unwrap();
        draft.begin::<f32>().unwrap()
    };
    let step = |trainer: &mut Trainer<f32>, step: usize| {
        let gradient = gradient_of(trainer, &ids(step, 0, 20), &[20], 0.05);
        trainer.step(&gradient, &Rates::default()).unwrap();
    };
    let mut whole = begin();
    for i in 0..6 {
        step(&mut whole, i);
    }
    let mut first = begin();
    for i in 0..3 {
        step(&mut first, i);
    }
    let mut second = begin();
    second.set_values(first.values()).unwrap();
    let (means, squares, steps) = first.moments();
    assert_eq!(steps, 3);
    second.set_moments(means, squares, steps).unwrap();
    for i in 3..6 {
        step(&mut second, i);
    }
    assert_eq!(second.values(), whole.values());
}

#[test]
fn rates_of_runs_hold() {
    let fixture = fixture();
    let mut draft = draft(&fixture);
    draft.initialize(3, 0.2).unwrap();
    let mut trainer = draft.begin::<f32>().unwrap();
    let before = trainer.values().to_vec();
    let slices = trainer.slices().to_vec();
    for i in 1..slices.len() {
        trainer.set_rate(i, 0.0, true).unwrap();
    }
    let gradient = gradient_of(&mut trainer, &ids(0, 0, 20), &[20], 0.05);
    trainer.step(&gradient, &Rates::default()).unwrap();
    for (i, slice) in slices.iter().enumerate() {
        let same = trainer.values()[slice.range()] == before[slice.range()];
        assert_eq!(same, i > 0, "{}", slice.name);
    }
    assert!(trainer.set_rate(slices.len(), 1.0, true).is_err());
    assert!(trainer.set_rate(0, f32::NAN, true).is_err());
}

fn is_format(result: Result<(), Error>) -> bool {
    matches!(result, Err(ref error) if matches!(error.refusal(), Refusal::Format { .. }))
}

fn is_range<T>(result: Result<T, Error>) -> bool {
    matches!(result, Err(ref error) if matches!(error.refusal(), Refusal::Range(_)))
}

#[test]
fn drafts_refuse_what_does_not_fit() {
    let fixture = fixture();
    let mut large = fixture["model"].clone();
    large["vocabSize"] = (1 << 20).into();
    large["hiddenSize"] = (1 << 16).into();
    large["embedding"]["shape"] = serde_json::json!([1 << 20, 1 << 16]);
    assert!(Draft::new(&cbor(&large)).is_err());

    let mut draft = draft(&fixture);
    assert!(is_format(draft.add_rows("nothing", &[0; 80])));
    assert!(is_format(draft.add_rows("k", &[0; 79])));
    assert!(is_format(draft.add_rows("k", &[0; 80 * 11])));
    draft.add_rows("k", &[0; 80 * 4]).unwrap();
    assert!(is_format(draft.add_rows("k", &[0; 80 * 7])));
    draft.add_rows("k", &[0; 80 * 6]).unwrap();
    assert!(!draft.missing().contains(&"k") && draft.missing().contains(&"v"));
    assert!(is_format(draft.freeze("nothing")));
    assert!(is_format(draft.quantize("norm1", Grid::int8(Sharing::Row), None)));
    assert!(is_range(draft.quantize(
        "k",
        Grid::int8(Sharing::Columns(0)),
        None
    )));
    let grid = Grid::int4(Sharing::Row, true);
    let values = |codes: Vec<i8>, scale: f32, minimums: usize| {
        Some(GridValues {
            codes,
            scales: vec![scale; 10],
            minimums: vec![0.0; minimums],
        })
    };
    assert!(is_range(draft.quantize("k", grid, values(vec![0; 199], 1.0, 10))));
    assert!(is_range(draft.quantize("k", grid, values(vec![0; 200], 1.0, 0))));
    assert!(is_range(draft.quantize(
        "k",
        grid,
        values(vec![16; 200], 1.0, 10)
    )));
    assert!(is_range(draft.quantize(
        "k",
        grid,
        values(vec![0; 200], -1.0, 10)
    )));
    assert!(is_range(draft.quantize(
        "k",
        grid,
        values(vec![0; 200], f32::NAN, 10)
    )));
    draft.quantize("k", grid, values(vec![15; 200], 1.0, 10)).unwrap();
    assert!(is_range(draft.begin::<f32>()));
}

#[test]
fn leaves_and_steps_refuse_what_does_not_fit() {
    let fixture = fixture();
    let mut draft = draft(&fixture);
    draft.initialize(3, 0.2).unwrap();
    let mut trainer = draft.begin::<f32>().unwrap();
    let count = trainer.values().len();
    let mut gradient = vec![0.0; count];
    let mut learn = |ids: &[u32], lengths: &[usize], targets: Targets<'_, f32>| {
        let batch = Batch {
            ids,
            lengths,
            targets,
            weight: 1.0,
        };
        trainer.gradient(&batch, &mut gradient)
    };
    let fits = Targets::Ids(&[1, -1]);
    assert!(learn(&[1, 2], &[2], fits).is_ok());
    assert!(is_range(learn(&[1, 37], &[2], fits)));
    assert!(is_range(learn(&[], &[], Targets::Ids(&[]))));
    assert!(is_range(learn(&[1, 2], &[1], fits)));
    assert!(is_range(learn(&[1, 2], &[2, 0], fits)));
    assert!(is_range(learn(&[1, 2], &[usize::MAX, 3], fits)));
    assert!(is_range(learn(&[1, 2], &[2], Targets::Ids(&[1]))));
    assert!(is_range(learn(&[1, 2], &[2], Targets::Ids(&[37, -1]))));
    assert!(is_range(learn(&[1, 2], &[2], Targets::Logits(&[0.0; 73]))));
    assert!(is_range(learn(&[1; 129], &[129], Targets::Ids(&[1; 129]))));
    assert!(is_range(trainer.gradient(
        &Batch {
            ids: &[1, 2],
            lengths: &[2],
            targets: fits,
            weight: f64::NAN
        },
        &mut gradient
    )));

    let before = trainer.values().to_vec();
    assert!(is_range(trainer.step(&[0.0], &Rates::default())));
    for wrong in [
        Rates {
            learning_rate: f64::NAN,
            ..Rates::default()
        },
        Rates {
            beta1: 1.0,
            ..Rates::default()
        },
        Rates {
            epsilon: 0.0,
            ..Rates::default()
        },
        Rates {
            clip: 0.0,
            ..Rates::default()
        },
    ] {
        assert!(is_range(trainer.step(&vec![0.0; count], &wrong)));
    }
    gradient[5] = f32::INFINITY;
    assert!(is_range(trainer.step(&gradient, &Rates::default())));
    assert_eq!(trainer.moments().2, 0);
    assert_eq!(trainer.values(), before);
    assert!(is_range(trainer.set_values(&[0.0])));
    assert!(is_range(trainer.set_moments(&[0.0], &before, 1)));
    assert!(is_range(trainer.tensor("nothing").map(|all| all.len())));
}
