//! Exceptions, interrupts, timers, and the handlers of the register windows.

mod common;

use common::machine::{Machine, CODE, VECTORS};
use emulator::core::ps;
use emulator::run::Pause;

const EPC1: u8 = 177;
const DEPC: u8 = 192;
const CPENABLE: u8 = 224;
const INTERRUPT: u8 = 226;
const INTCLEAR: u8 = 227;
const INTENABLE: u8 = 228;
const EXCCAUSE: u8 = 232;
const DEBUGCAUSE: u8 = 233;
const CCOMPARE0: u8 = 240;
/// Where waiting handlers end.
const WAIT: &[&str] = &["waiti 15"];

#[test]
fn exceptions_enter_their_vectors() {
    let cases: [(&[&str], u32, u32); 6] = [
        (&["nop", "syscall"], 1, 3),
        (&["movi a2, 0", "quou a3, a2, a2"], 6, 3),
        (&["movi a2, 0", "rems a3, a2, a2"], 6, 3),
        (&["nop.n", "add.s f0, f1, f2"], 32, 2),
        (&["nop.n", "ee.zero.accx"], 35, 2),
        (&["nop.n", "ee.ldf.64.xp f0, f1, a2, a3"], 32, 2),
    ];
    for (lines, cause, offset) in cases {
        for (mode, vector) in [(0, 0x300), (ps::UM, 0x340)] {
            let mut machine = Machine::new(lines, &[(vector, WAIT)]);
            machine.core.set_ps(mode);
            assert_eq!(machine.run(100).expect("a wait"), Pause::Waiting);
            assert_eq!(machine.core.pc, VECTORS + vector + 3);
            assert_eq!(
                (machine.special(EXCCAUSE), machine.special(EPC1)),
                (cause, CODE + offset),
                "{lines:?}"
            );
            assert_eq!(machine.core.ps() & (ps::EXCM | ps::UM), ps::EXCM | mode);
        }
    }
}

#[test]
fn an_exception_in_a_handler_goes_to_the_double_vector_and_back() {
    let mut machine = Machine::new(
        &["syscall"],
        &[
            (0x300, &["nop", "syscall", "waiti 15"]),
            (0x3c0, &["rsr a5, 192", "addi a5, a5, 3", "wsr a5, 192", "rfde"]),
        ],
    );
    assert_eq!(machine.run(100).expect("a wait"), Pause::Waiting);
    assert_eq!(machine.special(DEPC), VECTORS + 0x306);
    assert_eq!(machine.core.pc, VECTORS + 0x309);
    assert_eq!(machine.special(EPC1), CODE);
}

#[test]
fn the_handler_returns_to_the_instruction() {
    // The handler enables the unit that was missing.
    let lines = ["movi a2, 7", "float.s f3, a2, 0", "rfr a4, f3", "waiti 15"];
    let mut machine = Machine::new(&lines, &[(0x300, &["movi a6, 1", "wsr a6, 224", "rsync", "rfe"])]);
    assert_eq!(machine.run(100).expect("a wait"), Pause::Waiting);
    assert_eq!(machine.core.a[4], 7.0_f32.to_bits());
    assert_eq!(machine.special(CPENABLE), 1);
}

#[test]
fn interrupts_respect_their_levels() {
    let loop_forever = ["again:", "addi.n a2, a2, 1", "j {again}"];
    let handlers: [(u32, &[&str]); 5] = [
        (0x300, &["movi a10, 1", "wsr a10, 255"]),
        (0x180, &["movi a10, 2", "waiti 15"]),
        (0x1c0, &["movi a10, 3", "waiti 15"]),
        (0x240, &["movi a10, 5", "waiti 15"]),
        (0x2c0, &["movi a10, 7", "waiti 15"]),
    ];
    // The line, the level it has, the PS before, and whether it is taken.
    for (line, level, status, taken) in [
        (19, 2, 0, true),
        (19, 2, 1, true),
        (19, 2, 2, false),
        (19, 2, ps::EXCM, false),
        (23, 3, 2, true),
        (26, 5, 4, true),
        (26, 5, ps::EXCM, true),
        (31, 5, 5, false),
        (14, 7, 6, true),
    ] {
        let mut machine = Machine::new(&loop_forever, &handlers);
        machine
            .core
            .write_special(INTENABLE, 1 << line & !(1 << 14))
            .expect("INTENABLE");
        machine.core.set_ps(status);
        machine.core.set_interrupt_lines(1 << line);
        let pause = machine.run(200).expect("no end");
        assert_eq!(pause == Pause::Waiting, taken, "line {line} at {status:x}");
        if taken {
            assert_eq!(machine.core.a[10], level);
            assert_eq!(machine.special(192 + level as u8), status, "EPS{level}");
            assert!(
                (CODE..CODE + 8).contains(&machine.special(176 + level as u8)),
                "EPC{level}"
            );
            assert_eq!(machine.core.ps() & ps::EXCM, ps::EXCM);
        }
    }
    // Not enabled: not taken.
    let mut machine = Machine::new(&loop_forever, &handlers);
    machine.core.set_interrupt_lines(1 << 19);
    assert_eq!(machine.run(200).expect("no end"), Pause::Time);
    assert_eq!(machine.special(INTERRUPT), 1 << 19);
}

#[test]
fn level_triggered_lines_follow_and_edges_stay() {
    let mut machine = Machine::new(&["again:", "j {again}"], &[]);
    machine.core.set_interrupt_lines(1 << 19 | 1 << 22);
    machine.core.set_interrupt_lines(0);
    assert_eq!(machine.special(INTERRUPT), 1 << 22);
    machine.core.write_special(INTCLEAR, 1 << 22).expect("INTCLEAR");
    assert_eq!(machine.special(INTERRUPT), 0);
    // Software may set two of them, and clears them.
    machine.core.write_special(INTERRUPT, u32::MAX).expect("INTSET");
    assert_eq!(machine.special(INTERRUPT), 1 << 7 | 1 << 29);
}

#[test]
fn a_timer_ends_a_wait_at_its_cycle() {
    let lines = [
        "movi a2, 64",
        "wsr a2, 228",
        "rsr a3, 234",
        "movi a4, 1000",
        "add a3, a3, a4",
        "wsr a3, 240",
        "waiti 0",
        "movi a9, 1",
        "again:",
        "j {again}",
    ];
    let handler: &[&str] = &["rsr a6, 234", "rsr a7, 226", "wsr a6, 240", "rsr a8, 226", "rfe"];
    let mut machine = Machine::new(&lines, &[(0x300, handler)]);
    assert_eq!(machine.run(900).expect("no end"), Pause::Waiting);
    assert_eq!(machine.core.a[9], 0);
    assert_eq!(machine.run(300).expect("no end"), Pause::Time);
    let fired = machine.special(CCOMPARE0);
    assert!(
        (machine.core.a[3]..machine.core.a[3] + 8).contains(&fired),
        "{fired} for {}",
        machine.core.a[3]
    );
    assert_eq!(
        (machine.core.a[7], machine.core.a[8], machine.core.a[9]),
        (64, 0, 1)
    );
}

#[test]
fn cycles_count_and_can_be_set() {
    let mut machine = Machine::new(
        &[
            "rsr a2, 234",
            "nop",
            "nop",
            "rsr a3, 234",
            "movi a4, 100",
            "wsr a4, 234",
            "rsr a5, 234",
            "waiti 15",
        ],
        &[],
    );
    machine.run(100).expect("a wait");
    assert_eq!(machine.core.a[3] - machine.core.a[2], 3);
    assert!((100..=101).contains(&machine.core.a[5]), "{}", machine.core.a[5]);
}

#[test]
fn high_levels_return_where_they_came_from() {
    let lines = [
        "movi a2, 5",
        "rsil a3, 2",
        "rsil a4, 0",
        "wsr a2, 226",
        "movi a2, -1",
        "wsr a2, 226",
        "nop",
        "movi a5, 9",
        "waiti 15",
    ];
    // Interrupt 29 is software's at level 3.
    let handler: &[&str] = &["movi a6, -1", "wsr a6, 227", "movi a7, 33", "rfi 3"];
    let mut machine = Machine::new(&lines, &[(0x1c0, handler)]);
    machine.core.write_special(INTENABLE, 1 << 29).expect("INTENABLE");
    assert_eq!(machine.run(200).expect("a wait"), Pause::Waiting);
    assert_eq!(
        (
            machine.core.a[3],
            machine.core.a[4],
            machine.core.a[5],
            machine.core.a[7]
        ),
        (0, 2, 9, 33)
    );
    assert_eq!(machine.core.ps(), 15);
}

#[test]
fn breakpoints_in_code_enter_the_debug_vector() {
    let mut machine = Machine::new(&["nop", "break 1, 2"], &[(0x280, WAIT)]);
    machine.run(100).expect("a wait");
    assert_eq!((machine.special(DEBUGCAUSE), machine.special(182)), (8, CODE + 3));
    let mut machine = Machine::new(&["break.n 3", "waiti 7"], &[(0x280, WAIT)]);
    machine.core.set_ps(6);
    machine.run(100).expect("a wait");
    assert_eq!(machine.core.pc, CODE + 5, "masked, it does nothing");
}

#[test]
fn movsp_asks_for_the_caller_only_when_it_is_spilled() {
    let lines = ["movsp a1, a2", "waiti 15"];
    let mut machine = Machine::new(&lines, &[(0x300, WAIT)]);
    machine.core.set_ps(ps::WOE);
    machine.core.a[2] = 0x1234;
    machine.run(100).expect("a wait");
    assert_eq!((machine.special(EXCCAUSE), machine.core.a[1]), (5, 0));
    for frame in [0x8001, 0x4001, 0x2001] {
        let mut machine = Machine::new(&lines, &[(0x300, WAIT)]);
        machine.core.set_ps(ps::WOE);
        machine.core.a[2] = 0x1234;
        machine.core.write_special(73, frame).expect("WINDOWSTART");
        machine.run(100).expect("a wait");
        assert_eq!(machine.core.a[1], 0x1234, "{frame:x}");
    }
}

#[test]
fn an_overflow_names_the_frame_and_the_instruction() {
    // A frame two quarters up, of eight registers: the next begins two further.
    let mut machine = Machine::new(&["nop", "mov.n a9, a2"], &[(0x080, WAIT)]);
    machine.core.set_ps(ps::WOE);
    machine.core.write_special(73, 0b10101).expect("WINDOWSTART");
    machine.run(100).expect("a wait");
    assert_eq!(machine.special(EPC1), CODE + 3);
    assert_eq!(machine.core.window_base(), 2);
    assert_eq!(
        (machine.core.ps() & ps::OWB, machine.core.ps() & ps::EXCM),
        (0, ps::EXCM)
    );
    // Registers below that frame are free.
    let mut machine = Machine::new(&["mov.n a7, a2", "waiti 15"], &[(0x080, WAIT)]);
    machine.core.set_ps(ps::WOE);
    machine.core.write_special(73, 0b10101).expect("WINDOWSTART");
    machine.run(100).expect("a wait");
    assert_eq!(machine.core.pc, CODE + 5);
}

#[test]
fn rotw_shows_other_registers() {
    let mut machine = Machine::new(
        &[
            "movi a2, 11",
            "movi a6, 22",
            "rotw 1",
            "mov.n a10, a2",
            "rotw -1",
            "waiti 15",
        ],
        &[],
    );
    machine.run(100).expect("a wait");
    assert_eq!(machine.core.window_base(), 0);
    assert_eq!(
        (machine.core.a[2], machine.core.a[6], machine.core.a[14]),
        (11, 22, 22)
    );
    let mut machine = Machine::new(&["rotw -1", "movi a2, 33", "waiti 15"], &[]);
    machine.run(100).expect("a wait");
    assert_eq!(
        (machine.core.window_base(), machine.core.physical_registers()[62]),
        (15, 33)
    );
}
