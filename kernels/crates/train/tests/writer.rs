//! Texts that a model writes, and a teacher that is asked for its logits where they are needed.
#![allow(missing_docs)]

mod support;

use kernels::random::Random;
use support::{trainer, varieties, Decoder, LENGTHS, TOKENS};
use train::{Batch, Targets, Trainer, Writer, Writing};

fn write(trainer: &mut Trainer<f32>, texts: &[(u64, f64)], stops: &[u32]) -> Vec<Vec<u32>> {
    let writing = Writing {
        prefix: vec![3, 5],
        stops: stops.to_vec(),
        most: 24,
    };
    let mut writer = Writer::new(writing, texts).unwrap();
    while writer.step(trainer).unwrap() > 0 {}
    writer.finish()
}

/// Logits with what was seen kept are those of the whole text at once: the likeliest tokens, drawn almost without chance.
#[test]
fn what_is_written_is_what_the_whole_text_says_comes_next() {
    for (name, shape) in varieties() {
        let decoder = Decoder::random(&shape, 51);
        let mut trainer = trainer::<f32>(&decoder);
        let texts = write(&mut trainer, &[(1, 1e-4), (2, 1e-4)], &[]);
        assert_eq!(texts[0], texts[1], "{name}: without chance, seeds do not matter");
        let text = &texts[0];
        assert_eq!((text.len(), &text[..2]), (24, &[3, 5][..]));
        let logits = trainer.logits(text, &[text.len()]).unwrap();
        for (i, logits) in logits.chunks_exact(shape.vocabulary).enumerate().take(23).skip(1) {
            let most = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            let chosen = logits[text[i + 1] as usize];
            assert!(
                most - chosen < 2e-3 * most.abs().max(1.0),
                "{name}, token {i}: {chosen} of {most}"
            );
        }
    }
}

#[test]
fn a_text_depends_on_its_seed_and_not_on_its_neighbours() {
    let decoder = Decoder::random(&support::SMALL, 52);
    let mut trainer = trainer::<f32>(&decoder);
    let asked: Vec<_> = (0..7).map(|i| (i, 0.8 + 0.1 * i as f64)).collect();
    let all = write(&mut trainer, &asked, &[1, 2]);
    assert!(all.iter().any(|text| text != &all[0]));
    assert!(all.iter().any(|text| text.len() < 24), "some end early");
    for text in &all {
        let ends = text[2..].iter().position(|id| [1, 2].contains(id));
        assert_eq!(text.len(), ends.map_or(24, |at| at + 3));
    }
    for (i, asked) in asked.iter().enumerate() {
        assert_eq!(write(&mut trainer, &[*asked], &[1, 2]), [all[i].clone()]);
    }
}

#[test]
fn what_cannot_be_written_is_refused() {
    let decoder = Decoder::random(&support::SMALL, 53);
    let mut trainer = trainer::<f32>(&decoder);
    let writing = |prefix: &[u32], most| Writing {
        prefix: prefix.to_vec(),
        stops: vec![],
        most,
    };
    for (bad, temperature) in [
        (writing(&[], 5), 1.0),
        (writing(&[1, 2], 2), 1.0),
        (writing(&[1], 5), 0.0),
        (writing(&[1], 5), f64::NAN),
    ] {
        assert!(Writer::<f32>::new(bad, &[(1, temperature)]).is_err());
    }
    let outside = support::SMALL.vocabulary as u32;
    let mut writer = Writer::new(writing(&[outside], 5), &[(1, 1.0)]).unwrap();
    assert!(writer.step(&mut trainer).is_err());
    let long = trainer.model().max_positions + 2;
    let mut writer = Writer::new(writing(&[1], long), &[(1, 1.0)]).unwrap();
    let ended = loop {
        match writer.step(&mut trainer) {
            Ok(0) => break false,
            Ok(_) => {}
            Err(_) => break true,
        }
    };
    assert!(ended, "no text is longer than the model's positions");
}

/// The bits of logits that are handed over whole.
#[test]
fn a_teacher_gives_what_its_logits_give() {
    let of = |seed| trainer::<f32>(&Decoder::random(&support::SMALL, seed));
    let (mut teacher, mut pupil) = (of(54), of(55));
    let mut random = Random::new(56);
    let ids: Vec<u32> = (0..TOKENS)
        .map(|_| random.below(support::SMALL.vocabulary) as u32)
        .collect();
    let logits = teacher.logits(&ids, &LENGTHS).unwrap();
    let batch = Batch {
        ids: &ids,
        lengths: &LENGTHS,
        targets: Targets::Logits(&logits),
        weight: 0.25,
    };
    let mut expected = vec![0.0; pupil.values().len()];
    let loss = pupil.gradient(&batch, &mut expected).unwrap();
    let mut found = vec![1.0; expected.len()];
    let again = pupil
        .gradient_to(&mut teacher, (&ids, &LENGTHS), 0.25, &mut found)
        .unwrap();
    assert_eq!(
        (again, pupil.loss_to(&mut teacher, &ids, &LENGTHS).unwrap()),
        (loss, loss)
    );
    let bits = |values: &[f32]| values.iter().map(|v| v.to_bits()).collect::<Vec<_>>();
    assert_eq!(bits(&found), bits(&expected));
    let larger = support::Shape {
        vocabulary: support::SMALL.vocabulary + 1,
        ..support::SMALL
    };
    let mut other = trainer::<f32>(&Decoder::random(&larger, 57));
    assert!(pupil.loss_to(&mut other, &ids, &LENGTHS).is_err());
}
