//! Two cores: the second's start, what they see of each other, time.

use soc::chip::ChipOptions;
use soc::fault::Fault;
use soc::machine::{Machine, Stopped};
use soc::report::CoreState;
use soc::rom::functions::FUNCTIONS;

use crate::firmware::{
    board, code, fault, firmware, image, lines, result, run, CODE, FAST_CLOCK, RESULTS, SHORT, WATCHDOGS_OFF,
};

/// Code of the second core, which stores its PRID and adds to a word.
const SECOND: u32 = 0x4038_8000;

fn with_second(first: &[String], second: &[&str]) -> Machine {
    let (code_1, entry_1) = code(second, SECOND);
    let first: Vec<String> = first
        .iter()
        .map(|line| line.replace("SECOND", &format!("0x{entry_1:x}")))
        .collect();
    let (code_0, entry_0) = code(&first, CODE);
    soc::machine::Machine::new(ChipOptions {
        flash: image(entry_0, &[(CODE, code_0), (SECOND, code_1)]),
        ..ChipOptions::default()
    })
}

#[test]
fn the_second_core_starts_at_its_entry() {
    for order in [
        [
            "rom ets_set_appcpu_boot_addr SECOND",
            "poke 0x600c0000 6",
            "poke 0x600c0000 2",
        ],
        [
            "poke 0x600c0000 6",
            "poke 0x600c0000 2",
            "rom ets_set_appcpu_boot_addr SECOND",
        ],
    ] {
        let mut first = lines(&[&["poke 0x600080bc 0"], &order]);
        first.extend(lines(&[&[
            "li a2, 0x3fca0004",
            "wait:",
            "l32i a3, a2, 0",
            "beqz a3, {wait}",
            "movi a3, 77",
            "result a3 2",
            "done",
        ]]));
        let mut machine = with_second(
            &first,
            &["rsr.prid a2", "result a2 0", "movi a2, 1", "result a2 1", "done"],
        );
        machine.run(SHORT).expect("no fault");
        assert_eq!(result(&machine, 0), 0xabab);
        assert_eq!(result(&machine, 2), 77);
        assert_eq!(machine.core(1).state, CoreState::Running);
    }
}

#[test]
fn the_second_core_needs_an_entry() {
    let started = [
        "poke 0x600080bc 0",
        "poke 0x600c0000 6",
        "poke 0x600c0000 2",
        "done",
    ];
    let mut machine = board(&started, ChipOptions::default());
    let report = machine.run(4 * SHORT).expect_err("a fault");
    assert_eq!(report.fault, Fault::AppCoreWithoutEntry);
    assert_eq!(report.core, 1);
}

#[test]
fn the_second_core_cannot_start_in_overwritten_rom_data() {
    let boot = FUNCTIONS
        .iter()
        .find(|function| function.name == "ets_set_appcpu_boot_addr")
        .expect("a function");
    assert_eq!(boot.address, 0x4000_0720);
    let fault = fault(&[
        "poke 0x3fcef000 0",
        "poke 0x600c0004 0x40378000",
        "poke 0x600c0000 6",
        "poke 0x600c0000 2",
        "done",
    ]);
    assert!(matches!(
        fault,
        Fault::RomDataLost {
            address: 0x3fce_f000,
            ..
        }
    ));
}

#[test]
fn cores_count_together_with_compare_and_set() {
    let count = |register: u32| {
        vec![
            format!("li a2, 0x{register:x}"),
            "movi a6, 1000".to_owned(),
            "again:".to_owned(),
            "l32i a3, a2, 0".to_owned(),
            "wsr.scompare1 a3".to_owned(),
            "addi a4, a3, 1".to_owned(),
            "s32c1i a4, a2, 0".to_owned(),
            "bne a4, a3, {again}".to_owned(),
            "addi a6, a6, -1".to_owned(),
            "bnez a6, {again}".to_owned(),
            "done".to_owned(),
        ]
    };
    let mut first = lines(&[&[
        "rom ets_set_appcpu_boot_addr SECOND",
        "poke 0x600080bc 0",
        "poke 0x600c0000 6",
        "poke 0x600c0000 2",
    ]]);
    first.extend(count(RESULTS));
    let second = count(RESULTS);
    let second: Vec<&str> = second.iter().map(String::as_str).collect();
    let mut machine = with_second(&first, &second);
    machine.run(SHORT).expect("no fault");
    assert_eq!(result(&machine, 0), 2000);
}

#[test]
fn cycles_follow_the_clock() {
    let mut program = lines(&[&FAST_CLOCK]);
    program.extend(lines(&[&["rom ets_update_cpu_frequency 240", "done"]]));
    let (mut machine, outcome) = run(&program);
    outcome.expect("no fault");
    assert_eq!(machine.cpu_hertz(), 240_000_000);
    let (cycles, now) = (machine.cycles(0), machine.now());
    machine.run(now + 480_000).expect("no fault");
    assert!((239_000..241_500).contains(&(machine.cycles(0) - cycles)));
}

#[test]
fn a_run_is_the_same_each_time() {
    let program = ["rom ets_delay_us 50", "rsr.ccount a2", "result a2 0", "done"];
    let all: Vec<_> = (0..2)
        .map(|_| {
            let (machine, outcome) = run(&program);
            outcome.expect("no fault");
            (result(&machine, 0), machine.instructions(), machine.cycles(0))
        })
        .collect();
    assert_eq!(all[0], all[1]);
}

#[test]
fn one_instruction_at_a_time_comes_to_the_same() {
    let mut machine = board(&["movi a2, 5", "addi a2, a2, 3", "done"], ChipOptions::default());
    machine.step(0).expect("no fault");
    machine.step(0).expect("no fault");
    assert_eq!(machine.core(0).a[2], 8);
}

#[test]
fn time_passes_while_both_cores_wait_for_nothing() {
    let mut lines = WATCHDOGS_OFF.to_vec();
    lines.extend(["li a2, 1", "result a2 0", "waiti 0", "result a2 1", "done"]);
    let mut machine = Machine::new(ChipOptions {
        flash: firmware(&lines),
        ..ChipOptions::default()
    });
    for end in [SHORT, 2 * SHORT] {
        assert_eq!(machine.run(end).expect("no fault"), Stopped::Waiting);
        assert_eq!(machine.now(), end);
    }
    assert_eq!((result(&machine, 0), result(&machine, 1)), (1, 0));
}
