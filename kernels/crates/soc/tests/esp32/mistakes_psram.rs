//! Mistakes with external memory that only an ESP32 minds.

use super::mistakes::{both, list, with_flash};
use super::psram::{caught, ran, CACHE, CONTROLLER, FOUR_LINES, PINS};
use super::{board, calm, catch_on, join, result, run, wrover, FLASH, SHORT};
use soc::esp32::Machine;
use soc::fault::Fault;

/// PSRAM for both cores; `bits` are each core's way of sharing it.
fn shared(bits: [u32; 2], first: &[&str], second: &[&str]) -> Machine {
    let control = [8 | bits[0], 8 | bits[1]].map(|value| format!("{value}"));
    let switches = [
        format!("poke 0x3ff00040 {}", control[0]),
        format!("poke 0x3ff00058 {}", control[1]),
    ];
    let pages = [
        "rom Cache_Flush 0",
        "rom Cache_Flush 1",
        "poke 0x3ff11200 0",
        "poke 0x3ff13200 0",
        // The first page of the high half.
        "poke 0x3ff11300 1",
        "poke 0x3ff13300 1",
        "poke 0x3ff00044 0x807",
        "poke 0x3ff0005c 0x807",
    ];
    let lines = join(&[
        &PINS,
        &FOUR_LINES,
        &CONTROLLER,
        &pages,
        &list(&switches),
        &["li a2, 0x3f800000"],
        first,
    ]);
    both(&list(&lines), second, wrover())
}

#[test]
fn both_cores_with_psram_in_caches_of_their_own() {
    let second = ["li a2, 0x3f800000", "l32i a3, a2, 4", "result a3 0"];
    let caught = catch_on(shared([0, 0], &["s32i a2, a2, 4"], &second));
    assert_eq!(caught.fault, Fault::CachesDiffer { address: 0x3f80_0004 });
    caught.says(&["both cores' caches", "DRAM_HL"]);
    // The other way round: one reads, then the other writes.
    let caught = catch_on(shared(
        [0, 0],
        &["l32i a3, a2, 4"],
        &["li a2, 0x3f800000", "s32i a2, a2, 4"],
    ));
    assert!(
        matches!(caught.fault, Fault::CachesDiffer { .. }),
        "{}",
        caught.text
    );
    // Reading alone is harmless, and so is either way of sharing.
    for bits in [[1 << 16, 1 << 14], [1 << 11, 1 << 11]] {
        let mut machine = shared(bits, &["s32i a2, a2, 4", "s32i a2, a2, 36"], &second);
        if let Err(report) = machine.run(SHORT) {
            panic!("{report}");
        }
        assert_eq!(result(&machine, 0), 0x3f80_0000);
    }
}

#[test]
fn caches_that_disagree_about_psram() {
    let caught = catch_on(shared([1 << 16, 0], &["l32i a3, a2, 4"], &[]));
    caught.says(&["the caches disagree", "DRAM_HL"]);
}

#[test]
fn a_half_of_psram_whose_cache_is_off() {
    let lines = [
        "poke 0x3ff00040 0x10008",
        "poke 0x3ff00058 0x4000",
        "li a3, 0x3fa00000",
        "l32i a3, a3, 0",
    ];
    caught(&lines, wrover()).says(&["belongs to the other core's cache", "off"]);
}

#[test]
fn psram_without_its_clock_or_chip_select() {
    for (line, words) in [
        ("poke 0x3ff44574 0x100", "pin 17"),
        ("poke 0x3ff49050 0", "pin 17"),
        ("poke 0x3ff44570 0x100", "pin 16"),
        ("poke 0x3ff49058 0", "pins 7 to 10"),
    ] {
        let caught = caught(&[line, "l32i a3, a2, 0"], wrover());
        assert!(
            matches!(caught.fault, Fault::PsramNotReady { .. }),
            "{}",
            caught.text
        );
        caught.says(&[words]);
    }
    ran(&["l32i a3, a2, 0"], wrover());
}

#[test]
fn psram_that_was_not_told_of_four_lines() {
    let lines = join(&[&PINS, &CONTROLLER, &CACHE, &["l32i a3, a2, 0"]]);
    catch_on(board(&calm(&list(&lines)), wrover())).says(&["0x35"]);
}

#[test]
fn psram_with_the_wait_of_another_clock() {
    caught(&["poke 0x3ff43054 0x15c1c034", "l32i a3, a2, 0"], wrover()).says(&["8 dummy cycles", "need 6"]);
}

#[test]
fn flash_on_four_lines_without_the_chip_or_the_pins() {
    // FASTRD_MODE and FREAD_QIO; 32 bits of address and 4 dummy cycles.
    let mode = [
        "poke 0x3ff43008 0x0120a400",
        "poke 0x3ff43020 0x7c000003",
        "l32i a3, a2, 0",
    ];
    with_flash(&mode).says(&["QE bit"]);
    let enable = [
        "poke 0x3ff42010 0x0200",
        "poke 0x3ff42008 0x0060a400",
        "poke 0x3ff42000 0x40000000",
        "poke 0x3ff42000 0x04000000",
        "rom ets_delay_us 10000",
    ];
    with_flash(&list(&join(&[&enable, &mode]))).says(&["pins 9 and 10"]);
    let pins = ["poke 0x3ff49054 0x1200", "poke 0x3ff49058 0x1200"];
    let lines = join(&[&FLASH, &enable, &pins, &mode]);
    run(&list(&lines));
    let lines = join(&[
        &enable,
        &pins,
        &mode[..1],
        &["poke 0x3ff43020 0x7c000005", "l32i a3, a2, 0"],
    ]);
    with_flash(&list(&lines)).says(&["6 dummy cycles", "need 4"]);
}
