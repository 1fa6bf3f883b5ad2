//! The caches as firmware can tell them apart from memory: what they hold, what they drop, what they mix up.

use soc::fault::Fault;

use crate::firmware::{data_cache, fault, lines, map_psram, result, run, FAST_CLOCK, OCTAL_PSRAM};

/// PSRAM at 0x3d000000 through a data cache of 32 KiB.
fn psram(line: u32, after: &[&str]) -> Vec<String> {
    let mut program = lines(&[&FAST_CLOCK, &OCTAL_PSRAM]);
    program.extend(data_cache(0x8000, line));
    program.extend(map_psram(128));
    program.extend(lines(&[after]));
    program.push("done".to_owned());
    program
}

#[test]
fn written_lines_come_back_after_their_replacement() {
    // 64 KiB written and read through 32 KiB of lines.
    let program = psram(
        32,
        &[
            "li a2, 0x3d000000",
            "li a3, 16384",
            "mov.n a4, a2",
            "mov.n a5, a3",
            "write:",
            "s32i a4, a4, 0",
            "addi a4, a4, 4",
            "addi a5, a5, -1",
            "bnez a5, {write}",
            "movi a6, 0",
            "mov.n a4, a2",
            "mov.n a5, a3",
            "read:",
            "l32i a7, a4, 0",
            "sub a7, a7, a4",
            "or a6, a6, a7",
            "addi a4, a4, 4",
            "addi a5, a5, -1",
            "bnez a5, {read}",
            "result a6 0",
            "peek 0x600c40d4 1",
        ],
    );
    let (machine, outcome) = run(&program);
    outcome.expect("no fault");
    assert_eq!(result(&machine, 0), 0);
    // Each of 2048 lines once for writing and once for reading.
    assert_eq!(result(&machine, 1), 4096);
    assert_eq!(machine.statistics().written_back, 2048);
}

#[test]
fn the_first_line_in_is_the_first_out_whatever_was_used_since() {
    // 4 ways of 8 KiB: addresses 8 KiB apart share a set.
    let touch = |index: u32| format!("peek 0x{:x} 9", 0x3d00_0000 + 0x2000 * index);
    let misses = |order: &[u32]| {
        let mut program = psram(64, &[]);
        program.pop();
        program.extend(order.iter().map(|&index| touch(index)));
        program.extend(["peek 0x600c40d4 0".to_owned(), "done".to_owned()]);
        let (machine, outcome) = run(&program);
        outcome.expect("no fault");
        result(&machine, 0)
    };
    assert_eq!(misses(&[0, 1, 2, 3, 0, 1, 2, 3]), 4);
    // A hit on 0 does not save it from being the oldest.
    assert_eq!(misses(&[0, 1, 2, 3, 0, 4, 0]), 6);
    assert_eq!(misses(&[0, 1, 2, 3, 0, 4, 1]), 5);
}

#[test]
fn lines_of_64_bytes_bring_twice_as_much() {
    let misses = |line: u32| {
        let program = psram(
            line,
            &[
                "li a2, 0x3d000000",
                "movi a3, 1024",
                "next:",
                "l32i a4, a2, 0",
                "addi a2, a2, 4",
                "addi a3, a3, -1",
                "bnez a3, {next}",
                "peek 0x600c40d4 0",
            ],
        );
        let (machine, outcome) = run(&program);
        outcome.expect("no fault");
        result(&machine, 0)
    };
    assert_eq!((misses(16), misses(32), misses(64)), (256, 128, 64));
}

#[test]
fn a_page_mapped_elsewhere_needs_an_invalidation() {
    let remap = "rom Cache_Dbus_MMU_Set 0x8000 0x3d000000 0x10000 64 1 0";
    let stale = fault(&psram(64, &["peek 0x3d000000 0", remap, "peek 0x3d000000 1"]));
    assert_eq!(
        stale,
        Fault::StaleLine {
            address: 0x3d00_0000,
            dirty: false
        }
    );
    let lost = fault(&psram(
        64,
        &[
            "poke 0x3d000000 1",
            remap,
            "rom Cache_WriteBack_Addr 0x3d000000 64",
        ],
    ));
    assert_eq!(
        lost,
        Fault::StaleLine {
            address: 0x3d00_0000,
            dirty: true
        }
    );
    let (machine, outcome) = run(&psram(
        64,
        &[
            "poke 0x3d000000 1",
            "poke 0x3d010000 2",
            "rom Cache_WriteBack_All",
            remap,
            "rom Cache_Invalidate_DCache_All",
            "peek 0x3d000000 0",
        ],
    ));
    outcome.expect("no fault");
    assert_eq!(result(&machine, 0), 2);
}

#[test]
fn one_page_under_two_addresses() {
    let twice = "rom Cache_Dbus_MMU_Set 0x8000 0x3d800000 0 64 1 0";
    let (_, outcome) = run(&psram(64, &[twice, "peek 0x3d000000 0", "peek 0x3d800000 0"]));
    outcome.expect("reading twice is no mistake");
    let alias = fault(&psram(64, &[twice, "poke 0x3d000000 1", "peek 0x3d800000 0"]));
    assert_eq!(
        alias,
        Fault::CacheAlias {
            address: 0x3d80_0000,
            other: 0x3d00_0000
        }
    );
}

#[test]
fn dropped_changes_are_warned_of() {
    let (mut machine, outcome) = run(&psram(
        64,
        &[
            "poke 0x3d000000 1",
            "rom Cache_Invalidate_DCache_All",
            "peek 0x3d000000 0",
        ],
    ));
    outcome.expect("no fault");
    assert_eq!(result(&machine, 0), 0);
    assert!(machine
        .warnings()
        .iter()
        .any(|warning| warning.contains("held changes")));
}

#[test]
fn lines_that_are_read_ahead_cost_no_miss() {
    let (machine, outcome) = run(&psram(
        64,
        &[
            "rom Cache_Start_DCache_Preload 0x3d000000 4096 0",
            "rom Cache_End_DCache_Preload 0",
            "peek 0x3d000000 0",
            "peek 0x3d000fc0 0",
            "peek 0x600c40d4 1",
            "peek 0x3d001000 0",
            "peek 0x600c40d4 2",
        ],
    ));
    outcome.expect("no fault");
    assert_eq!((result(&machine, 1), result(&machine, 2)), (0, 1));
    assert_eq!(machine.statistics().prefetched, 64);
}

#[test]
fn locked_lines_stay() {
    let (machine, outcome) = run(&psram(
        64,
        &[
            "peek 0x3d000000 0",
            "poke 0x600c4020 0x3d000000",
            "poke 0x600c4024 64",
            "poke 0x600c401c 1",
            "peek 0x3d002000 0",
            "peek 0x3d004000 0",
            "peek 0x3d006000 0",
            "peek 0x3d008000 0",
            "peek 0x3d000000 0",
            "peek 0x600c40d4 1",
        ],
    ));
    outcome.expect("no fault");
    assert_eq!(result(&machine, 1), 5);
}
