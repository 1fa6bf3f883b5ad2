//! Mistakes of firmware that only an ESP32 minds.

use super::firmware::{code_for, image_for};
use super::psram::{CACHE, CONTROLLER, FOUR_LINES, PINS};
use super::{
    board, calm, catch, catch_on, join, options, run, warnings, wrover, Caught, CALM, CODE, ESP32, FLASH,
    SHORT,
};
use soc::chip::ChipOptions;
use soc::esp32::Machine;
use soc::fault::Fault;

pub fn list(lines: &[String]) -> Vec<&str> {
    lines.iter().map(String::as_str).collect()
}

/// With flash in the window.
pub fn with_flash(lines: &[&str]) -> Caught {
    catch(&list(&join(&[&FLASH, lines])))
}

#[test]
fn bytes_in_instruction_memory() {
    let caught = catch(&["li a2, 0x40080000", "l8ui a3, a2, 0"]);
    assert_eq!(
        caught.fault,
        Fault::InstructionBusWidth {
            address: CODE,
            bytes: 1
        }
    );
    caught.says(&["0x40080000", "32-bit"]);
    let caught = catch(&["li a2, 0x4009f000", "s16i a3, a2, 2"]);
    caught.says(&["0x4009f002", "access of 2 bytes"]);
}

#[test]
fn vector_instructions() {
    let caught = catch(&["movi a2, 0xff", "wsr.cpenable a2", "rsync", "ee.zero.q q0"]);
    caught.says(&["illegal instruction", "ee.zero.q"]);
    let caught = catch(&["movi a2, 0xff", "wsr.cpenable a2", "rsync", "rur.sar_byte a3"]);
    caught.says(&["illegal instruction"]);
}

#[test]
fn a_coprocessor_that_is_off() {
    let caught = catch(&["movi a2, 0", "wsr.cpenable a2", "rsync", "wfr f0, a2"]);
    caught.says(&["coprocessor 0", "CPENABLE"]);
}

#[test]
fn full_speed_at_the_voltage_of_reset() {
    let said = warnings(&["poke 0x3ff0003c 2", "poke 0x3ff48070 0x08002210"]);
    for words in [
        "240 MHz with core voltage settings 4 (RTC) and 4 (digital)",
        "needs 4 and 7",
    ] {
        assert!(said.contains(words), "{said}");
    }
}

#[test]
fn a_pll_that_was_not_set() {
    let said = warnings(&["poke 0x3ff48070 0x08002210"]);
    assert!(said.contains("from the PLL, which was not calibrated"), "{said}");
    // BIAS_I2C_FORCE_PD.
    let said = warnings(&["poke 0x3ff48000 0x1c4d2000", "poke 0x3ff48070 0x08002210"]);
    assert!(said.contains("powered down"), "{said}");
}

#[test]
fn an_analog_bus_that_is_shut() {
    let said = warnings(&["rom rom_i2c_writeReg 0x66 4 11 0xc3"]);
    assert!(said.contains("analog block 0x66 lost"), "{said}");
}

#[test]
fn a_pll_that_had_no_time() {
    let settings: Vec<String> = [
        (0, 0x18),
        (1, 0x20),
        (4, 0x9a),
        (10, 0),
        (12, 0),
        (11, 0xc3),
        (9, 0x74),
        (2, 0),
        (3, 28),
        (5, 0xc6),
    ]
    .iter()
    .map(|(register, value)| format!("rom rom_i2c_writeReg 0x66 4 {register} {value}"))
    .collect();
    let mut lines = vec!["poke 0x6000e044 0x1ff00"];
    lines.extend(list(&settings));
    let switch = [
        "poke 0x3ff4807c 0x29003c00",
        "poke 0x3ff0003c 2",
        "poke 0x3ff48070 0x08002210",
    ];
    lines.extend(switch);
    let said = warnings(&lines);
    assert!(said.contains("it takes 80 µs to settle"), "{said}");
    lines.truncate(lines.len() - switch.len());
    lines.push("rom ets_delay_us 100");
    lines.extend(switch);
    assert_eq!(warnings(&lines), "");
}

#[test]
fn a_watchdog_left_on() {
    // Only the timer group's is switched off: the RTC's resets everything, again and again.
    let lines = join(&[&CALM[..2], &["done"]]);
    let caught = catch_on(board(&lines, options()));
    assert!(matches!(caught.fault, Fault::ResetLoop { .. }), "{}", caught.text);
    caught.says(&["RTCWDT_RTC_RESET"]);
}

#[test]
fn a_watchdog_written_without_its_key() {
    let said = warnings(&["poke 0x3ff480a4 0", "poke 0x3ff4808c 0x80000000"]);
    assert!(said.contains("watchdog register 0x3ff4808c lost"), "{said}");
}

#[test]
fn a_second_core_without_a_clock() {
    // It leaves reset, and nothing happens.
    let mut machine = run(&["poke 0x3ff00038 0x40080000", "poke 0x3ff0002c 0"]);
    assert_eq!(machine.core(1).instructions, 0);
    assert_eq!(machine.core(1).state, soc::report::CoreState::InRom);
    // And without an entry it waits in ROM for good.
    let caught = catch(&["poke 0x3ff00030 1", "poke 0x3ff0002c 0"]);
    assert_eq!(caught.fault, Fault::AppCoreWithoutEntry);
    assert!(machine.warnings().is_empty());
}

#[test]
fn a_cache_switched_on_before_it_was_flushed() {
    let caught = catch(&["poke 0x3ff00040 8"]);
    assert_eq!(caught.fault, Fault::CacheUnflushed { core: 0 });
    caught.says(&["core 0", "flushed"]);
}

#[test]
fn a_cache_flushed_while_on() {
    let said = warnings(&list(&join(&[&FLASH, &["rom Cache_Flush 0"]])));
    assert!(said.contains("flushed while it was on"), "{said}");
}

#[test]
fn pages_written_while_the_cache_is_on() {
    let caught = with_flash(&["poke 0x3ff10004 1"]);
    assert_eq!(caught.fault, Fault::MmuWhileOn { core: 0 });
    // The other core's table is its own affair.
    run(&list(&join(&[&FLASH, &["poke 0x3ff12004 1"]])));
}

#[test]
fn pages_that_were_never_written() {
    let caught = with_flash(&["li a3, 0x3f410000", "l32i a3, a3, 0"]);
    assert_eq!(caught.fault, Fault::MmuInvalid { address: 0x3f41_0000 });
}

#[test]
fn pages_beyond_the_flash() {
    let lines = [
        "rom Cache_Flush 0",
        "poke 0x3ff10000 64",
        "poke 0x3ff00044 0x80e",
        "poke 0x3ff00040 8",
    ];
    let caught = catch(&list(&join(&[&lines, &["peek 0x3f400000 0"]])));
    assert!(
        matches!(
            caught.fault,
            Fault::MmuBeyond {
                physical: 0x40_0000,
                ..
            }
        ),
        "{}",
        caught.text
    );
}

#[test]
fn flash_while_the_cache_is_off() {
    let caught = catch(&["li a2, 0x400d0000", "jx a2"]);
    assert_eq!(
        caught.fault,
        Fault::CoreCacheOff {
            address: 0x400d_0000,
            core: 0
        }
    );
    caught.says(&["core 0's cache is off"]);
}

#[test]
fn a_window_that_is_shut() {
    let lines = [
        "rom Cache_Flush 0",
        "poke 0x3ff10000 0",
        "poke 0x3ff00044 0x81e",
        "poke 0x3ff00040 8",
    ];
    let caught = catch(&list(&join(&[&lines, &["peek 0x3f400000 0"]])));
    assert_eq!(
        caught.fault,
        Fault::CoreCacheShut {
            address: 0x3f40_0000,
            core: 0
        }
    );
}

#[test]
fn page_sizes_of_reset() {
    // Bits 8:6 are 3 after reset: 4 KiB of PSRAM.
    let lines = join(&[
        &PINS,
        &FOUR_LINES,
        &CONTROLLER,
        &CACHE,
        &["poke 0x3ff00044 0x8c7", "l32i a3, a2, 0"],
    ]);
    let caught = catch_on(board(&calm(&list(&lines)), wrover()));
    caught.says(&["page size"]);
}

/// A board whose second core runs `second` once the first one has run `first`.
pub fn both(first: &[&str], second: &[&str], options: ChipOptions) -> Machine {
    let start = 0x4009_0000;
    let (bytes, entry) = code_for(ESP32, &join(&[second, &["done"]]), start);
    let tell = format!("poke 0x3ff00038 {entry}");
    let begin = ["poke 0x3ff00030 1", &tell, "poke 0x3ff0002c 0"];
    let lines = join(&[&CALM, first, &begin, &["done"]]);
    let (code, main) = code_for(ESP32, &lines, CODE);
    Machine::new(ChipOptions {
        flash: image_for(ESP32, main, &[(CODE, code), (start, bytes)]),
        ..options
    })
}

#[test]
fn a_page_table_of_the_first_core_only() {
    // Both caches are on; the second core's pages were not written.
    let first = join(&[
        &FLASH,
        &["rom Cache_Flush 1", "poke 0x3ff0005c 0x80e", "poke 0x3ff00058 8"],
    ]);
    let caught = catch_on(both(&list(&first), &["peek 0x3f400000 0"], options()));
    assert_eq!(caught.fault, Fault::MmuInvalid { address: 0x3f40_0000 });
    caught.says(&["on core 1"]);
}

#[test]
fn a_rom_function_whose_stack_or_data_are_gone() {
    for address in ["0x3ffae100", "0x3ffe0200"] {
        let caught = catch(&[&format!("poke {address} 0"), "rom ets_delay_us 1"]);
        assert!(
            matches!(caught.fault, Fault::RomDataLost { .. }),
            "{}",
            caught.text
        );
        caught.says(&["ets_delay_us", &address[..8]]);
    }
}

#[test]
fn a_stack_in_no_memory() {
    // After the last byte of SRAM1.
    let caught = catch(&["li a1, 0x3ff9f000", "again:", "j {again}"]);
    assert!(
        matches!(caught.fault, Fault::Stack { pointer: 0x3ff9_f000 }),
        "{}",
        caught.text
    );
}

#[test]
fn peripherals_without_clock_or_in_reset() {
    catch(&["peek 0x3ff59000 0"]).says(&["LEDC", "DPORT_PERIP_CLK_EN", "bit 11"]);
    catch(&["poke 0x3ff000c4 4", "peek 0x3ff4001c 0"]).says(&["UART0", "held in reset", "bit 2"]);
}

#[test]
fn registers_and_memory_that_are_not_there() {
    catch(&["peek 0x3ff40100 0"]).says(&["UART0", "0x100"]);
    catch(&["peek 0x3ff4f000 0"]).says(&["I2S0 is not emulated"]);
    catch(&["li a2, 0x3ff40000", "l8ui a3, a2, 28"]).says(&["registers take 32 bits"]);
    for address in ["0x3f000000", "0x3ffa0000", "0x20000000"] {
        let caught = catch(&[&format!("peek {address} 0")]);
        assert!(matches!(caught.fault, Fault::Unmapped { .. }), "{}", caught.text);
    }
}

#[test]
fn memory_of_caches_and_of_the_other_core() {
    let caught = catch(&["peek 0x40071000 0"]);
    assert_eq!(
        caught.fault,
        Fault::CoreCacheMemory {
            address: 0x4007_1000,
            core: 0
        }
    );
    // The second core's is memory until its cache is on.
    run(&["poke 0x40079000 1", "peek 0x40079000 0"]);
    let caught = catch(&["rom Cache_Flush 1", "poke 0x3ff00058 8", "peek 0x40079000 0"]);
    assert!(
        matches!(caught.fault, Fault::CoreCacheMemory { core: 1, .. }),
        "{}",
        caught.text
    );
    let caught = catch_on(both(&[], &["peek 0x3ff80000 0"], options()));
    assert!(
        matches!(caught.fault, Fault::OtherCoresMemory { .. }),
        "{}",
        caught.text
    );
}

#[test]
fn stores_to_flash_and_code_in_data_memory() {
    let caught = with_flash(&["s32i a3, a2, 0"]);
    assert!(
        matches!(caught.fault, Fault::FlashWrite { .. }),
        "{}",
        caught.text
    );
    let caught = with_flash(&["s32i a3, a4, 0"]);
    assert!(
        matches!(caught.fault, Fault::InstructionCacheWrite { .. }),
        "{}",
        caught.text
    );
    let caught = catch(&["li a2, 0x3ffb8000", "jx a2"]);
    assert!(
        matches!(caught.fault, Fault::ExecutesData { .. }),
        "{}",
        caught.text
    );
    catch(&["li a2, 0x40001000", "callx8 a2"]).says(&["no emulated function"]);
}

#[test]
fn resets_by_software() {
    let lines = join(&[&CALM, &["poke 0x3ff48000 0x9c492000", "done"]]);
    let mut machine = board(&lines, options());
    assert!(machine.run(SHORT).is_ok());
    assert_eq!(machine.resets().first().map(|reset| reset.1), Some("SW_RESET"));
}
