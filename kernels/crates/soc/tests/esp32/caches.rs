//! Flash through the caches: pages, switches, time.

use super::{board, calm, flash_of, join, options, result, word, FLASH, SHORT};
use soc::chip::ChipOptions;
use soc::esp32::Machine;

fn all(lines: &[&str]) -> Vec<String> {
    let lines = join(&[&FLASH, lines]);
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    calm(&lines)
}

/// A board with a word at 0x10010 of its flash.
fn with_word(lines: &[String], timed: bool) -> Machine {
    let mut flash = flash_of(lines);
    flash.resize(0x2_0000, 0xff);
    flash[0x1_0010..0x1_0014].copy_from_slice(&0xcafe_f00d_u32.to_le_bytes());
    let mut machine = Machine::new(ChipOptions {
        flash,
        timed,
        ..options()
    });
    if let Err(report) = machine.run(SHORT) {
        panic!("{report}");
    }
    machine
}

#[test]
fn pages_lead_to_flash() {
    // The second page of flash as the first of both windows.
    let lines = all(&[
        "poke 0x3ff00040 0",
        "poke 0x3ff10000 1",
        "poke 0x3ff10134 1",
        "rom Cache_Flush 0",
        "poke 0x3ff00040 8",
        "peek 0x3f400010 0",
        "peek 0x400d0010 1",
    ]);
    let machine = with_word(&lines, false);
    assert_eq!(result(&machine, 0), 0xcafe_f00d);
    assert_eq!(result(&machine, 1), 0xcafe_f00d);
    assert_eq!(word(&machine, 0x3f40_0010), 0xcafe_f00d);
}

#[test]
fn a_cache_has_two_ways_of_512_lines() {
    // Three lines of one set, 16 KiB apart; the first is out when it is read again.
    let lines = all(&[
        "l32i a3, a2, 0",
        "li a5, 0x4000",
        "add a6, a2, a5",
        "l32i a3, a6, 0",
        // Both are in.
        "l32i a3, a2, 0",
        "l32i a3, a6, 0",
        "add a6, a6, a5",
        "l32i a3, a6, 0",
        "l32i a3, a2, 0",
    ]);
    let machine = with_word(&lines, false);
    assert_eq!(machine.statistics().data_misses_flash, 4);
}

#[test]
fn a_line_from_flash_on_two_lines_takes_its_time() {
    let lines = all(&["l32i a3, a2, 0", "l32i a3, a2, 32"]);
    let machine = with_word(&lines, true);
    let busy = machine.statistics().bus_busy;
    // At 40 MHz: 30 cycles of 240 MHz for the controller, 28 clocks before the data and 4 a byte.
    assert_eq!(busy, 2 * (60 + (8 + 14 + 2 + 4 + 32 * 4) * 12));
    assert_eq!(machine.statistics().waited[0], busy);
}

#[test]
fn code_runs_from_flash() {
    let mut flash = flash_of(&all(&[
        "poke 0x3ff00040 0",
        "poke 0x3ff10134 1",
        "rom Cache_Flush 0",
        "poke 0x3ff00040 8",
        "callx0 a4",
        "result a2 0",
    ]));
    flash.resize(0x1_0000, 0xff);
    // movi a2, 42; ret.n
    flash.extend([0x22, 0xa0, 0x2a, 0x0d, 0xf0, 0, 0, 0]);
    let mut machine = Machine::new(ChipOptions { flash, ..options() });
    if let Err(report) = machine.run(SHORT) {
        panic!("{report}");
    }
    assert_eq!(result(&machine, 0), 42);
    assert_eq!(machine.statistics().instruction_misses, 1);
}

#[test]
fn each_core_has_a_cache_of_its_own() {
    // Nothing of the second core's: it is off.
    let machine = {
        let mut machine = board(&all(&["l32i a3, a2, 0"]), options());
        assert!(machine.run(SHORT).is_ok());
        machine
    };
    assert_eq!(machine.statistics().data_misses_flash, 1);
}
