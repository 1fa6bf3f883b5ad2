//! Memory map and cores.

use super::{board, calm, options, result, run, wrover, SHORT};
use soc::chip::ChipOptions;
use soc::report::CoreState;
use soc::time::TICKS_PER_SECOND;

#[test]
fn sram1_as_code_is_in_reverse() {
    let machine = run(&[
        "poke 0x3fff0000 0x11223344",
        // 0x400c0000 - 4 - (0x3fff0000 - 0x3ffe0000)
        "peek 0x400afffc 0",
        "poke 0x400a0000 0x55667788",
        "peek 0x3ffffffc 1",
    ]);
    assert_eq!(result(&machine, 0), 0x1122_3344);
    assert_eq!(result(&machine, 1), 0x5566_7788);
}

#[test]
fn code_in_sram1_runs_backwards_through_its_data() {
    // A function at 0x400b0000: movi a2, 42; ret.n (9 bytes with nop.n), its words stored by their data addresses.
    let machine = run(&[
        // 22 a0 2a | 0d f0 .. : movi a2, 42; ret.n
        "poke 0x3ffefffc 0x0d2aa022",
        "poke 0x3ffefff8 0x000000f0",
        "li a3, 0x400b0000",
        "callx0 a3",
        "result a2 0",
    ]);
    assert_eq!(result(&machine, 0), 42);
}

#[test]
fn memories_of_the_rtc() {
    let machine = run(&[
        "poke 0x3ff80010 0xaabbccdd",
        "peek 0x400c0010 0",
        "poke 0x50000010 0x12345678",
        "peek 0x50000010 1",
    ]);
    assert_eq!(result(&machine, 0), 0xaabb_ccdd);
    assert_eq!(result(&machine, 1), 0x1234_5678);
}

#[test]
fn the_processor_tells_its_cores_apart() {
    let machine = run(&["rsr.prid a2", "result a2 0"]);
    assert_eq!(result(&machine, 0), 0xcdcd);
}

#[test]
fn the_second_core_begins_where_it_is_told() {
    // The entry is told by a literal: the loop behind the jump.
    let lines = calm(&[
        "poke 0x3ff00030 1",
        "poke 0x3ff00038 0x40081000",
        "poke 0x3ff0002c 0",
    ]);
    let (code, entry) = super::firmware::code_for(super::ESP32, &lines, super::CODE);
    let second = super::firmware::code_for(
        super::ESP32,
        &[
            "rsr.prid a2".to_owned(),
            "result a2 0".to_owned(),
            "done".to_owned(),
        ],
        0x4008_0f00,
    );
    // Its literals come before it.
    let start = second.1;
    let mut machine = soc::esp32::Machine::new(ChipOptions {
        flash: super::firmware::image_for(
            super::ESP32,
            entry,
            &[
                (super::CODE, code),
                (0x4008_0f00, second.0),
                (0x4008_1000, jump(0x4008_1000, start)),
            ],
        ),
        ..options()
    });
    assert!(machine.run(SHORT).is_ok());
    assert_eq!(machine.core(1).state, CoreState::Running);
    assert_eq!(result(&machine, 0), 0xabab);
}

/// A jump at an address.
fn jump(at: u32, to: u32) -> Vec<u8> {
    let (word, _) = emulator::isa::text::assemble(&format!("j 0x{to:x}"), at).expect("a jump");
    word.to_le_bytes().to_vec()
}

#[test]
fn clocks_of_the_cores() {
    for (lines, hertz) in [
        (vec![], 40_000_000),
        (vec!["poke 0x3ff66000 1"], 20_000_000),
        (vec!["poke 0x3ff48070 0x08002210"], 80_000_000),
        (
            vec!["poke 0x3ff0003c 1", "poke 0x3ff48070 0x08002210"],
            160_000_000,
        ),
        (
            vec!["poke 0x3ff0003c 2", "poke 0x3ff48070 0x08002210"],
            240_000_000,
        ),
        (vec!["poke 0x3ff48070 0x10002210"], 8_000_000),
    ] {
        let machine = run(&lines);
        assert_eq!(machine.cpu_hertz(), hertz, "{lines:?}");
    }
}

#[test]
fn one_core_by_efuse() {
    for (single, bit) in [(false, 0), (true, 1)] {
        let mut machine = board(
            &calm(&["peek 0x3ff5a00c 0"]),
            ChipOptions {
                single_core: single,
                ..wrover()
            },
        );
        assert!(machine.run(SHORT).is_ok());
        assert_eq!(result(&machine, 0) & 1, bit);
    }
}

#[test]
fn revisions_in_efuse_and_syscon() {
    for (revision, bits) in [
        ((0, 0), [0, 0, 0]),
        ((1, 0), [1, 0, 0]),
        ((2, 0), [1, 1, 0]),
        ((3, 1), [1, 1, 1]),
    ] {
        let mut machine = board(
            &calm(&["peek 0x3ff5a00c 0", "peek 0x3ff5a014 1", "peek 0x3ff6607c 2"]),
            ChipOptions {
                revision,
                ..options()
            },
        );
        assert!(machine.run(SHORT).is_ok());
        let found = [
            result(&machine, 0) >> 15 & 1,
            result(&machine, 1) >> 20 & 1,
            result(&machine, 2) >> 31,
        ];
        assert_eq!(found, bits, "{revision:?}");
        assert_eq!(result(&machine, 1) >> 24 & 3, u32::from(revision.1));
    }
}

#[test]
fn a_timer_counts_the_bus_clock() {
    // Divider 40: microseconds at 40 MHz; 1,000 of them.
    let machine = run(&[
        "poke 0x3ff5f000 0xc0050000",
        "rom ets_delay_us 1000",
        "poke 0x3ff5f00c 1",
        "peek 0x3ff5f004 0",
    ]);
    assert!(
        (1000..1010).contains(&result(&machine, 0)),
        "{}",
        result(&machine, 0)
    );
}

#[test]
fn a_fed_watchdog_lets_time_pass() {
    let lines = super::join(&[&[
        "poke 0x3ff480a4 0x50d83aa1",
        "poke 0x3ff4808c 0",
        "poke 0x3ff5f064 0x50d83aa1",
        "again:",
        "poke 0x3ff5f060 1",
        "j {again}",
    ]]);
    let mut machine = board(&lines, options());
    assert!(machine.run(2 * TICKS_PER_SECOND).is_ok());
    assert!(machine.resets().is_empty());
}
