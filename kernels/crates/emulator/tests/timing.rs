//! The pipeline's model, rule by rule: how many cycles a few instructions take together, in a row and across the
//! borders of straight code; and loops that only wait.

mod common;

use common::clock::cycles;
use common::machine::{Machine, CODE, DATA};
use emulator::run::{Pause, Pipeline};

/// Cycles of the instructions behind each other in a function, beyond those of the function without them.
fn cost(lines: &[&str]) -> i64 {
    // Aligned, so that what follows lies as without them; the values that they leave are all there by then.
    let with: Vec<&str> = ["entry a1, 32", "nop", "nop.n", "nop", ".align"]
        .iter()
        .chain(lines)
        .copied()
        .chain(["nop", "nop", "nop", "retw.n"])
        .collect();
    let without = [
        "entry a1, 32",
        "nop",
        "nop.n",
        "nop",
        ".align",
        "nop",
        "nop",
        "nop",
        "retw.n",
    ];
    let data = [common::clock::DATA, common::clock::DATA + 64, 5, 7];
    cycles(&with, &data) as i64 - cycles(&without, &data) as i64
}

#[test]
fn results_are_waited_for() {
    for (lines, expected) in [
        // Arithmetic passes its result on at once.
        (&["add a8, a4, a5", "add a9, a8, a8"][..], 2),
        // Loads come a cycle later, unless something else is between.
        (&["l32i a8, a2, 0", "add a9, a8, a8"], 3),
        (&["l32i a8, a2, 0", "add a9, a4, a4", "add a10, a8, a8"], 3),
        (&["l32i a8, a2, 0", "s32i a8, a3, 0"], 3),
        (&["lsi f0, a2, 0", "add.s f1, f0, f0"], 1 + 1 + 1 + 1),
        (&["mull a8, a4, a5", "add a9, a8, a8"], 3),
        (&["rsr a8, 3", "add a9, a8, a8"], 3),
        (&["quou a8, a4, a5"], 17),
        // The floating-point unit has latency 4.
        (&["madd.s f0, f1, f2", "madd.s f0, f1, f2"], 5),
        (
            &["madd.s f0, f1, f2", "madd.s f3, f1, f2", "madd.s f0, f1, f2"],
            5,
        ),
        (&["add.s f0, f1, f2", "ssi f0, a2, 0"], 5),
        (&["float.s f0, a4, 0", "mov.s f1, f0"], 3),
        // Vectors: loads and products a cycle later, sums at once, products into one sum at once.
        (&["ee.vld.128.ip q0, a2, 16", "ee.vst.128.ip q0, a3, 16"], 3),
        (&["ee.vld.128.ip q0, a2, 16", "ee.vld.128.ip q1, a2, 16"], 2),
        (&["ee.vadds.s8 q0, q1, q2", "ee.vst.128.ip q0, a3, 16"], 2),
        (&["ee.vmul.s8 q0, q1, q2", "ee.vst.128.ip q0, a3, 16"], 3),
        (&["ee.vmulas.s8.accx q0, q1", "ee.vmulas.s8.accx q2, q3"], 2),
        (&["ee.vmulas.s8.accx q0, q1", "ee.srs.accx a8, a9, 0"], 3),
        (
            &[
                "ee.vmulas.s8.accx.ld.ip q0, a2, 16, q0, q1",
                "ee.vmulas.s8.accx q0, q1",
            ],
            3,
        ),
        (&["ee.ld.accx.ip a2, 8", "ee.st.accx.ip a3, 8"], 3),
        (&["ee.vmulas.s8.qacc q0, q1", "ee.st.qacc_l.l.128.ip a3, 16"], 3),
        (&["ee.vld.128.ip q0, a2, 16", "st.qr q0, a3, 0"], 2),
        (&["ee.srcmb.s16.qacc q0, a9, 0"], 2),
        (&["ld.qr q0, a2, 0", "mv.qr q1, q0"], 3),
    ] {
        // The functions end with instructions that wait for nothing, so lines that end with a late result cost no more.
        let late = i64::from(lines == ["lsi f0, a2, 0", "add.s f1, f0, f0"]);
        assert_eq!(cost(lines), expected - late, "{lines:?}");
    }
}

#[test]
fn going_elsewhere_costs_two_slots() {
    // Straight on, then taken: to an aligned place and to an instruction in two words.
    assert_eq!(cost(&["beq a4, a5, {on}", "nop", "nop.n", "on:"]), 3);
    assert_eq!(cost(&["bne a4, a5, {on}", "nop", "nop.n", "on:"]), 3);
    assert_eq!(
        cost(&[
            "bne a4, a5, {on}",
            "nop",
            "nop.n",
            "nop.n",
            "on:",
            "nop",
            "nop",
            "nop"
        ]),
        3 + 3 + 1
    );
    // A loop costs its setup, and nothing to go round.
    let round = |count: &'static str| cost(&[count, "nop", "loop a9, {end}", "nop", "nop", "end:", "nop.n"]);
    assert_eq!(round("movi.n a9, 20") - round("movi.n a9, 10"), 20);
}

#[test]
fn unfinished_results_are_waited_for_behind_a_border() {
    // A branch that is not taken, between a sum and its use: one of the three cycles passes with it.
    assert_eq!(
        cost(&["add.s f0, f1, f2", "beq a4, a5, {on}", "on:", "ssi f0, a2, 0"]),
        1 + 1 + 2 + 1
    );
    // Taken, its two lost slots pass as well.
    assert_eq!(
        cost(&[
            "add.s f0, f1, f2",
            "bne a4, a5, {on}",
            "nop.n",
            "on:",
            "ssi f0, a2, 0"
        ]),
        1 + 3 + 1
    );
    // In a loop each round waits for the one before.
    let round = |count: &'static str| {
        cost(&[
            count,
            "nop",
            "loop a9, {end}",
            "madd.s f0, f1, f2",
            "end:",
            "nop.n",
            "nop",
        ])
    };
    assert_eq!(round("movi.n a9, 20") - round("movi.n a9, 10"), 40);
}

#[test]
fn a_loop_that_only_waits_is_counted_as_if_it_ran() {
    // Memory that is not steady, as this bus says, runs round by round; the other core's bus says that it is.
    let lines = [
        "loop:",
        "memw",
        "l32i.n a4, a2, 0",
        "beq a4, a3, {loop}",
        "waiti 15",
    ];
    let results: Vec<(u64, u64, u32)> = [false, true]
        .into_iter()
        .map(|steady| {
            let mut machine = Machine::new(&lines, &[]);
            machine.bus.set_steady(steady);
            (machine.core.a[2], machine.core.a[3]) = (DATA + 0x1000, 0);
            let mut pipeline = Pipeline::default();
            for until in [1000, 100_003, 200_000] {
                let pause = machine
                    .core
                    .run(&mut machine.bus, &mut machine.cache, &mut pipeline, until)
                    .unwrap_or_else(|stop| panic!("{stop}"));
                assert_eq!(pause, Pause::Time);
            }
            let state = (machine.core.cycles, machine.core.instructions, machine.core.pc);
            assert_eq!(state.2, CODE);
            // Once the value changes, the loop ends.
            machine.bus.fill(machine.memory, 0x1000, &[1]);
            let end = machine
                .core
                .run(&mut machine.bus, &mut machine.cache, &mut pipeline, 300_000)
                .unwrap_or_else(|stop| panic!("{stop}"));
            assert_eq!(end, Pause::Waiting);
            state
        })
        .collect();
    assert_eq!(results[0], results[1]);
    assert!(results[0].1 > 80_000);
}

#[test]
fn cycles_are_told_by_where_they_were_spent() {
    let mut machine = Machine::new(
        &[
            "movi a3, 100",
            "again:",
            "quou a4, a3, a3",
            "addi.n a3, a3, -1",
            "bnez a3, {again}",
            "waiti 15",
        ],
        &[],
    );
    let until = 1_000_000;
    machine
        .core
        .run(
            &mut machine.bus,
            &mut machine.cache,
            &mut Pipeline::default(),
            until,
        )
        .unwrap_or_else(|stop| panic!("{stop}"));
    let profile: Vec<(u32, u64, u64)> = machine.cache.profile();
    // The loop is entered in order once, as part of the first stretch, and 99 times by its branch.
    let again = profile
        .iter()
        .find(|entry| entry.0 == CODE + 3)
        .expect("the loop");
    assert_eq!(again.2, 99 * 3);
    assert_eq!(again.1, 99 * (17 + 1 + 1 + 2) + 99);
}
