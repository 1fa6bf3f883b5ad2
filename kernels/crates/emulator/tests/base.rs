//! Random sequences end in the same state here and on QEMU, whose results are kept as digests.
//!
//! `examples/qemu_vectors.rs` made them; `docs/emulator.md` says how.

mod common;

use common::digest::digest;
use common::replay::Machine;
use common::sequence::{sequence, Mix};

fn compare(mix: Mix, digests: &[u8], expected: usize) {
    let digests = digests.as_chunks::<4>().0;
    assert_eq!(digests.len(), expected);
    let mut machine = Machine::new();
    for (index, wanted) in digests.iter().enumerate() {
        let sequence = sequence(mix, index);
        // Block by block, and some one instruction at a time.
        for step in [false, true] {
            if step && index % 16 != 0 {
                continue;
            }
            let state = machine
                .run(&sequence, step)
                .unwrap_or_else(|stop| panic!("{mix:?} {index}: {stop}"));
            let found = digest(&state);
            assert_eq!(
                found,
                u32::from_le_bytes(*wanted),
                "{mix:?} {index} step {step}: {state:x?}"
            );
        }
    }
}

#[test]
fn base_instructions_agree_with_qemu() {
    compare(Mix::Base, include_bytes!("data/base.bin"), 100_000);
}

#[test]
fn floating_point_agrees_with_qemu() {
    compare(Mix::Float, include_bytes!("data/float.bin"), 40_000);
}

#[test]
fn trees_of_windowed_calls_agree_with_qemu() {
    compare(Mix::Window, include_bytes!("data/window.bin"), 20_000);
}
