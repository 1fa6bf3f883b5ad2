//! Images that the mask ROM takes and refuses, and how it leaves the chip.

use super::firmware::{code_for, image_for};
use super::{board, calm, catch_on, flash_of, join, options, run, Caught, CODE, ESP32, SHORT};
use soc::chip::ChipOptions;
use soc::esp32::Machine;
use soc::fault::Fault;
use soc::time::TICKS_PER_SECOND;

fn refused(flash: Vec<u8>) -> Caught {
    let caught = catch_on(Machine::new(ChipOptions { flash, ..options() }));
    assert!(matches!(caught.fault, Fault::Boot(_)), "{}", caught.text);
    caught
}

fn good() -> Vec<u8> {
    flash_of(&calm(&[]))
}

#[test]
fn the_log_is_what_boards_print() {
    let mut machine = run(&[]);
    let log = String::from_utf8(machine.peripherals().uart0.host_read()).expect("a log in ASCII");
    for line in [
        "ets Jul 29 2019 12:21:46",
        "rst:0x1 (POWERON_RESET),boot:0x13 (SPI_FAST_FLASH_BOOT)",
        "configsip: 0, SPIWP:0xee",
        "mode:DIO, clock div:1",
        "load:0x40080000,len:0x",
        "entry 0x40080",
    ] {
        assert!(log.contains(line), "{line} is missing in {log}");
    }
}

#[test]
fn an_image_at_the_beginning_of_the_flash_is_not_found() {
    let mut flash = good();
    flash.drain(..0x1000);
    // What was at 0x1000 is now at 0.
    assert_eq!(flash[0], 0xe9);
    refused(flash).says(&["0x1000", "erased"]);
}

#[test]
fn something_else_where_the_image_begins() {
    let mut flash = good();
    flash[0x1000] = 0x12;
    refused(flash).says(&["0x1000", "0x12", "0xe9"]);
}

#[test]
fn an_image_for_the_esp32s3() {
    let mut flash = good();
    flash[0x1000 + 12] = 9;
    refused(flash).says(&["for chip 9", "this is chip 0"]);
}

#[test]
fn segments_where_the_rom_itself_works() {
    let (bytes, entry) = code_for(ESP32, &calm(&[]), CODE);
    for (address, words) in [
        (0x3ffa_e400, "ROM's data"),
        (0x3ffe_0100, "ROM's data"),
        (0x3ffe_2000, "ROM's stack"),
        (0x3ffe_4000, "data of the second core"),
        // The same memory as code.
        (0x400b_d000, "ROM's stack"),
        (0x4007_0000, "first core's cache"),
        (0x3f40_0000, "mapped by the firmware"),
        (0x4000_2000, "the ROM itself"),
        (0x3ff0_0000, "no memory"),
    ] {
        let segments = [(CODE, bytes.clone()), (address, vec![0; 4096])];
        refused(image_for(ESP32, entry, &segments)).says(&[&format!("0x{address:08x}"), words]);
    }
}

#[test]
fn segments_anywhere_else() {
    let (bytes, entry) = code_for(ESP32, &calm(&[]), CODE);
    for address in [
        0x3ffb_0000,
        0x3ffd_f000,
        0x3fff_0018,
        0x3fff_f000,
        0x4007_8000,
        0x400a_0000,
        0x5000_0000,
    ] {
        let segments = [(CODE, bytes.clone()), (address, vec![0x5a; 0x100])];
        let mut machine = Machine::new(ChipOptions {
            flash: image_for(ESP32, entry, &segments),
            ..options()
        });
        assert!(machine.run(SHORT).is_ok(), "{address:x}");
        assert_eq!(super::word(&machine, address), 0x5a5a_5a5a, "{address:x}");
    }
}

#[test]
fn forty_megahertz_and_both_watchdogs_after_the_rom() {
    let lines = join(&[&["done"]]);
    let mut machine = board(&lines, options());
    assert!(machine.run(TICKS_PER_SECOND / 20).is_ok());
    assert_eq!(machine.cpu_hertz(), 40_000_000);
    // 26,000,000 cycles of 40 MHz after the first group's watchdog began: 0.65 s.
    assert!(machine.run(TICKS_PER_SECOND).is_ok());
    assert_eq!(
        machine.resets().first().map(|reset| reset.1),
        Some("TG0WDT_SYS_RESET")
    );
}

#[test]
fn the_button_asks_for_a_download() {
    let mut machine = board(
        &calm(&[]),
        ChipOptions {
            gpio0_low: true,
            ..options()
        },
    );
    assert!(machine.run(SHORT).is_ok());
    let log = String::from_utf8(machine.peripherals().uart0.host_read()).expect("a log in ASCII");
    assert!(log.contains("DOWNLOAD_BOOT"), "{log}");
}
