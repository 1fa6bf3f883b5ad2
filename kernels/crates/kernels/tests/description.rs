//! What the float reference refuses of a description, by field.

mod common;

use common::{cbor, Decoder, Shape, Topology, SMALL};
use kernels::reference::Engine;
use kernels::Refusal;
use serde_json::{json, Value};

/// The field for which a description is refused; `None` when it is taken.
fn refusal(description: &Value) -> Option<String> {
    match Engine::new(&cbor(description), None).err()?.into_refusal() {
        Refusal::Format { field, .. } => Some(field),
        Refusal::Range(problem) => panic!("{problem}"),
    }
}

/// What is at `blocks[0].steps`, say.
fn at<'a>(description: &'a mut Value, path: &str) -> &'a mut Value {
    let pointer = path.replace(['.', '['], "/").replace(']', "");
    description.pointer_mut(&format!("/{pointer}")).unwrap()
}

fn decoder() -> Value {
    let shape = Shape {
        biases: true,
        norm_biases: true,
        ..SMALL
    };
    Decoder::random(&shape, 1).description
}

#[test]
fn a_step_reads_what_its_block_wrote() {
    let shape = Shape {
        topology: Topology::ParallelTwoNorms,
        ..SMALL
    };
    let description = Decoder::random(&shape, 1).description;
    let changed = |path: &str, value: Value| {
        let mut description = description.clone();
        *at(&mut description, path) = value;
        refusal(&description)
    };
    assert_eq!(refusal(&description), None);
    assert_eq!(changed("blocks[1].steps[3].reads", "normed".into()), None);
    for (path, value, field) in [
        // The block before wrote to the branch; this one has not yet.
        (
            "blocks[1].steps[0].reads",
            json!("branch"),
            "blocks[1].steps[0].reads",
        ),
        (
            "blocks[1].steps[1].writes",
            json!("normed"),
            "blocks[1].steps[3].reads",
        ),
        // It would add to nothing.
        ("blocks[1].steps[1].adds", json!(true), "blocks[1].steps[1].adds"),
    ] {
        assert_eq!(changed(path, value).as_deref(), Some(field), "{path}");
    }
}

#[test]
fn fields_that_are_not_known_are_refused() {
    for object in [
        "embedding",
        "rotaries[0]",
        "blocks[1]",
        "blocks[1].steps[0]",
        "blocks[1].steps[0].norm",
        "blocks[1].steps[1]",
        "blocks[1].steps[1].attention",
        "blocks[1].steps[1].attention.position",
        "blocks[1].steps[1].attention.key",
        "blocks[1].steps[3].mlp",
        "blocks[1].steps[3].mlp.up",
        "blocks[1].steps[3].mlp.up.weight",
        "finalNorm",
    ] {
        let mut description = decoder();
        at(&mut description, object)["softCap"] = Value::Null;
        assert_eq!(refusal(&description), Some(format!("{object}.softCap")));
    }
    let mut description = decoder();
    description["softCap"] = Value::Null;
    assert_eq!(refusal(&description).as_deref(), Some("softCap"));
}

#[test]
fn every_number_and_word_is_checked() {
    for (path, value) in [
        ("hiddenSize", json!(0)),
        ("vocabSize", json!(1u64 << 40)),
        ("vocabSize", json!(-1)),
        ("vocabSize", json!(1.5)),
        ("vocabSize", json!("37")),
        ("vocabSize", json!(null)),
        ("maxPositions", json!(0)),
        ("embeddingScale", json!(1e300)),
        ("logitScale", json!(null)),
        ("logitCap", json!(0)),
        ("blocks[0].steps[0].norm.gainOffset", json!(null)),
        ("blocks[0].steps[1].attention.scoreCap", json!(-1)),
        ("blocks[0].steps[1].attention.clip", json!("1")),
        ("blocks[0].steps[1].attention.factor", json!(null)),
        ("blocks[0].steps[3].mlp.factor", json!(1e300)),
        ("blocks", json!([])),
        ("blocks", json!({})),
        ("blocks[1].steps", json!([])),
        ("blocks[1].steps", json!({})),
        ("blocks[1].steps[0].kind", json!("convolution")),
        ("blocks[1].steps[0].reads", json!("stack")),
        ("blocks[1].steps[0].writes", json!(1)),
        ("blocks[1].steps[0].adds", json!(0)),
        ("blocks[0].steps[1].attention", json!(null)),
        ("blocks[1].steps[1].attention.kvHeads", json!(4)),
        ("blocks[0].steps[1].attention.window", json!(0)),
        ("blocks[0].steps[1].attention.position.kind", json!("learned")),
        ("blocks[0].steps[1].attention.position.table", json!(1)),
        ("blocks[1].steps[3].mlp", json!(1)),
        ("blocks[0].steps[3].mlp.kind", json!("wide")),
        ("blocks[0].steps[3].mlp.function", json!("sine")),
        ("blocks[0].steps[3].mlp.gate", json!(null)),
        ("blocks[0].steps[2].norm.kind", json!("batch")),
        ("blocks[0].steps[2].norm.epsilon", json!(-1.0)),
    ] {
        let mut description = decoder();
        *at(&mut description, path) = value;
        assert_eq!(refusal(&description).as_deref(), Some(path));
    }
}

#[test]
fn parts_that_do_not_fit_each_other_are_refused() {
    for (path, value, field) in [
        ("hiddenSize", json!(21), "embedding"),
        ("rotaries[0].dim", json!(7), "rotaries[0]"),
        ("rotaries[0].dim", json!(8), "rotaries[0]"),
        ("blocks[1].steps[0].kind", json!("mlp"), "blocks[1].steps[0].norm"),
        (
            "blocks[0].steps[1].attention.position.kind",
            json!("none"),
            "blocks[0].steps[1].attention.position.table",
        ),
        (
            "blocks[0].steps[1].attention.heads",
            json!(4096),
            "blocks[0].steps[1].attention.query.weight",
        ),
        (
            "blocks[0].steps[1].attention.key.bias.shape",
            json!([3]),
            "blocks[0].steps[1].attention.key.bias",
        ),
        (
            "blocks[0].steps[2].norm.bias.shape",
            json!([3]),
            "blocks[0].steps[2].norm.bias",
        ),
        (
            "blocks[0].steps[3].mlp.gate.weight.dtype",
            json!("I8"),
            "blocks[0].steps[3].mlp.gate.weight",
        ),
        (
            "blocks[1].steps[3].mlp.up.weight.shape",
            json!([44, "20"]),
            "blocks[1].steps[3].mlp.up.weight.shape[1]",
        ),
        (
            "blocks[1].steps[3].mlp.gate.weight.name",
            json!("0.q.weight"),
            "blocks[1].steps[3].mlp.gate.weight",
        ),
    ] {
        let mut description = decoder();
        *at(&mut description, path) = value;
        assert_eq!(refusal(&description).as_deref(), Some(field), "{path}");
    }
    let mut description = decoder();
    description["embedding"]["dtype"] = "F16".into();
    assert_eq!(
        refusal(&description),
        None,
        "another type of element is consistent"
    );
}

#[test]
fn what_is_no_description_is_refused() {
    let whole = cbor(&decoder());
    let mut longer = whole.clone();
    longer.push(0xF6);
    let others = [
        &b""[..],
        b"\xF6",
        b"\x9A\0\0\0\0",
        b"\xBA\0\0\0\0",
        b"{}",
        &[0; 5],
    ];
    for bytes in [&whole[..whole.len() - 1], &longer].iter().chain(&others) {
        let error = Engine::new(bytes, None).err().unwrap();
        assert!(matches!(error.refusal(), Refusal::Format { .. }));
    }
}
