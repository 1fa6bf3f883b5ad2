//! The committed firmware on emulated boards: what it finds, what it says, and how it goes on when something is wrong.

mod image;
mod parts;

use emulator::isa::text::assemble;
use image::{row, table, Firmware, MODEL};
use soc::chip::{ChipOptions, FlashVendor, Psram, Quirks};
use soc::machine::Machine;
use soc::time::TICKS_PER_SECOND;

const FLASH: u32 = 8 << 20;
/// `entry a1, 32; retw.n`: a function that does nothing.
const RETURN: [u8; 5] = [0x36, 0x41, 0x00, 0x1d, 0xf0];
/// `entry a1, 32` and a jump to itself: a function that never ends.
const HANG: [u8; 6] = [0x36, 0x41, 0x00, 0x06, 0xff, 0xff];

/// What is said of a flash that holds something else than the firmware's own.
const MISSING: &str =
    "The firmware's part of the flash from 0x20000 on is missing, damaged or of another firmware";

/// Waits are this many times shorter than they are: their length is not what is shown, and emulating them takes long.
const HASTE: u32 = 50;
/// Microseconds from a panic to the restart, and between repetitions of a message that stays.
const RESTART: u32 = 5_000_000;
const REPEAT: u32 = 10_000_000;
/// Milliseconds that the watchdog lets the application be silent.
const SILENCE: u32 = 8000;

fn options(firmware: &Firmware, table: &[u8]) -> ChipOptions {
    ChipOptions {
        flash: firmware.image(table),
        flash_bytes: FLASH,
        ..ChipOptions::default()
    }
}

/// What the USB port says in this many seconds, and the board afterwards.
fn run(options: ChipOptions, seconds: f64) -> (String, Machine) {
    let mut machine = Machine::new(options);
    let said = go_on(&mut machine, seconds);
    (said, machine)
}

fn go_on(machine: &mut Machine, seconds: f64) -> String {
    let end = machine.now() + (seconds * TICKS_PER_SECOND as f64) as u64;
    let mut said = Vec::new();
    while machine.now() < end {
        let slice = (machine.now() + TICKS_PER_SECOND / 200).min(end);
        machine.run(slice).unwrap_or_else(|report| panic!("{report}"));
        said.extend(machine.peripherals().usb.host_read());
    }
    String::from_utf8_lossy(&said).into_owned()
}

fn assert_says(said: &str, wanted: &str) {
    assert!(said.contains(wanted), "no \"{wanted}\" in:\n{said}");
}

#[test]
fn finds_every_kind_of_psram() {
    for (psram, wanted) in [
        (Psram::Octal(8 << 20), "octal PSRAM 8 MB 80 MHz"),
        (Psram::Octal(16 << 20), "octal PSRAM 16 MB 80 MHz"),
        (Psram::Quad(2 << 20), "quad PSRAM 2 MB 80 MHz"),
        (Psram::None, "no PSRAM"),
    ] {
        let firmware = Firmware::committed();
        let options = ChipOptions {
            psram,
            ..options(&firmware, &table(FLASH))
        };
        let (said, mut machine) = run(options, 0.12);
        assert_says(&said, "reset: power on; flash 8 MB QIO 80 MHz; ");
        assert_says(&said, wanted);
        assert_says(&said, "; 2 cores; ");
        assert_eq!(machine.warnings(), Vec::<String>::new(), "{psram:?}");
    }
}

#[test]
fn switches_four_data_lines_on_for_every_maker() {
    for flash_vendor in [
        FlashVendor::Winbond,
        FlashVendor::GigaDevice,
        FlashVendor::Macronix,
        FlashVendor::Xmc,
    ] {
        let firmware = Firmware::committed();
        let options = ChipOptions {
            flash_vendor,
            ..options(&firmware, &table(FLASH))
        };
        let (said, _) = run(options, 0.1);
        assert_says(&said, "QIO 80 MHz");
    }
}

#[test]
fn runs_psram_at_half_speed_where_full_speed_fails() {
    let firmware = Firmware::committed();
    let options = ChipOptions {
        psram_eye: std::ops::RangeInclusive::new(1, 0),
        ..options(&firmware, &table(FLASH))
    };
    let (said, _) = run(options, 0.15);
    assert_says(&said, "The PSRAM failed its test at 80 MHz.");
    assert_says(&said, "octal PSRAM 8 MB 40 MHz");
}

#[test]
fn goes_on_without_psram_that_stops_the_bus() {
    let firmware = Firmware::committed().with("psram_octal_start", &HANG);
    // One second of the watchdog's clock for each of two attempts.
    let (said, machine) = run(options(&firmware, &table(FLASH)), 2.3);
    assert_says(
        &said,
        "The last attempt to start the PSRAM stopped the memory bus.",
    );
    assert_says(&said, "reset: watchdog; flash 8 MB QIO 80 MHz; no PSRAM; 2 cores");
    assert_eq!(machine.resets().len(), 2, "{:?}", machine.resets());
}

#[test]
fn refuses_what_is_not_its_own_in_flash() {
    for segment in [Firmware::CONSTANTS, Firmware::CODE] {
        let firmware = Firmware::committed().with_damage_in_flash(segment);
        let (said, machine) = run(options(&firmware, &table(FLASH)), 0.12);
        assert_says(&said, MISSING);
        assert!(!said.contains("reset: "), "{said}");
        assert_eq!(machine.resets().len(), 0, "{said}");
    }
    let mut erased = Firmware::committed().image(&table(FLASH));
    erased.truncate(0x2_0000);
    let (said, _) = run(
        ChipOptions {
            flash: erased,
            flash_bytes: FLASH,
            ..ChipOptions::default()
        },
        0.12,
    );
    assert_says(&said, MISSING);
}

/// ESP-IDF issue 18806: data come out of the flash rightly, instructions do not once octal PSRAM was read, unless the
/// flash is read over four lines.
#[test]
fn says_that_a_board_reads_instructions_wrongly_and_runs_none_of_them() {
    let firmware = Firmware::committed();
    let says = |flash_two_lines: bool, psram: Psram| {
        let quirks = Quirks {
            flash_two_lines,
            flash_code_fails: true,
            ..Quirks::default()
        };
        let (said, machine) = run(
            ChipOptions {
                psram,
                quirks,
                ..options(&firmware, &table(FLASH))
            },
            0.15,
        );
        assert_eq!(machine.resets().len(), 0, "{said}");
        said
    };
    let said = says(true, Psram::Octal(8 << 20));
    assert_says(
        &said,
        "The flash holds this firmware, but instructions come out of it wrongly",
    );
    assert!(!said.contains("reset: "), "{said}");
    for (flash_two_lines, psram) in [
        (false, Psram::Octal(8 << 20)),
        (true, Psram::Quad(2 << 20)),
        (true, Psram::None),
    ] {
        assert_says(&says(flash_two_lines, psram), "; 2 cores; ");
    }
}

/// The code of a function without constants.
fn assembled(lines: &[&str]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for line in lines {
        let (word, length) = assemble(line, 0).unwrap_or_else(|| panic!("{line}"));
        bytes.extend(&word.to_le_bytes()[..usize::from(length)]);
    }
    bytes
}

#[test]
fn needs_nothing_from_flash_to_say_what_a_panic_is() {
    // No page of the firmware is mapped, and the instruction cache is off.
    let code = assembled(&[
        "entry a1, 32",
        "movi a2, 0x600",
        "slli a2, a2, 20",
        "movi a3, 0xc5",
        "slli a3, a3, 12",
        "or a2, a2, a3",
        "movi a4, 1",
        "slli a4, a4, 14",
        "s32i a4, a2, 0x3f0",
        "movi a3, 1",
        "slli a3, a3, 12",
        "sub a2, a2, a3",
        "movi a4, 0",
        "s32i a4, a2, 0x60",
        "syscall",
    ]);
    let firmware = Firmware::committed()
        .with("app_main", &code)
        .with_constant(RESTART, RESTART / HASTE);
    let (said, machine) = run(options(&firmware, &table(FLASH)), 0.35);
    assert_says(&said, "panic on core 0: system call (cause 1");
    assert_says(&said, "\r\ncore 1 ps ");
    assert_says(&said, "Restarting in 5 seconds.");
    // And to start again.
    assert!(!machine.resets().is_empty());
    assert!(said.matches("; 2 cores; ").count() > 1, "{said}");
}

#[test]
fn restarts_after_a_panic_three_times_in_a_row_and_then_stays() {
    let firmware = Firmware::committed()
        .with("app_main", &RETURN)
        .with_constant(RESTART, RESTART / HASTE)
        .with_constant(REPEAT, REPEAT / HASTE);
    let (said, mut machine) = run(options(&firmware, &table(FLASH)), 1.2);
    assert_eq!(
        said.matches("panic on core 0: the application has ended").count(),
        4,
        "{said}"
    );
    assert_eq!(said.matches("Restarting in 5 seconds.").count(), 3);
    assert_eq!(machine.resets().len(), 3, "{:?}", machine.resets());
    assert_says(&said, "stays stopped");
    // Both cores' registers and places.
    assert_eq!(said.matches("\r\ncore 0 ps ").count(), 4);
    assert_eq!(said.matches("\r\ncore 1 ps ").count(), 4);
    assert_eq!(said.matches("Backtrace: 0x4").count(), 8);
    // The message comes again for whoever looks later.
    let later = go_on(&mut machine, 0.4);
    assert_says(&later, "stays stopped");
    assert_eq!(machine.resets().len(), 3);
}

#[test]
fn runs_without_the_loop_buffer_after_an_illegal_instruction_in_a_loop() {
    const MEMCTL: u8 = 97;
    // `entry a1, 32`, and for ever `movi a2, 100; loop a2, …` around eight `nop.n`.
    let mut looping = vec![0x36, 0x41, 0x00, 0x22, 0xa0, 0x64, 0x76, 0x82, 0x0f];
    looping.extend([0x3d, 0xf0].repeat(8));
    looping.extend([0x86, 0xf9, 0xff]);
    let quirks = Quirks {
        loops_fail: true,
        ..Quirks::default()
    };
    for (code, said, control) in [
        (&looping[..], "panic on core 0: illegal instruction", 0),
        (&RETURN[..], "panic on core 0: the application has ended", 1),
    ] {
        let firmware = Firmware::committed()
            .with("app_main", code)
            .with_constant(RESTART, RESTART / HASTE);
        let options = ChipOptions {
            quirks: quirks.clone(),
            psram: Psram::None,
            ..options(&firmware, &table(FLASH))
        };
        let (first, mut machine) = run(options, 0.15);
        assert_says(&first, said);
        assert_eq!([0, 1].map(|core| machine.special_register(core, MEMCTL)), [1, 1]);
        let mut later = String::new();
        while !later.contains("; 2 cores; ") {
            later += &go_on(&mut machine, 0.01);
            assert!(machine.now() < TICKS_PER_SECOND, "{later}");
        }
        assert_eq!(later.contains("The loop buffer is off"), control == 0, "{later}");
        if control == 0 {
            later += &go_on(&mut machine, 0.1);
            assert!(!later.contains("panic"), "{later}");
        }
        assert_eq!(
            [0, 1].map(|core| machine.special_register(core, MEMCTL)),
            [control; 2]
        );
    }
}

#[test]
fn leaves_no_entry_behind_that_a_reset_of_the_second_core_would_follow() {
    let firmware = Firmware::committed();
    let (said, machine) = run(options(&firmware, &table(FLASH)), 0.15);
    assert_says(&said, "; 2 cores; ");
    assert_eq!(machine.app_entry(), 0);
}

#[test]
fn names_the_callers_of_what_failed() {
    let firmware = Firmware::committed().with("app_main", &RETURN);
    let (said, _) = run(options(&firmware, &table(FLASH)), 0.15);
    let line = said
        .lines()
        .find(|line| line.starts_with("Backtrace:"))
        .expect("a backtrace");
    let places: Vec<u32> = line
        .split_whitespace()
        .skip(1)
        .map(|pair| u32::from_str_radix(&pair[2..10], 16).expect("an address"))
        .collect();
    for (place, function) in places
        .iter()
        .zip(["panic", "application_run", "board_main", "firmware_start"])
    {
        let start = firmware.symbol(function);
        assert!(*place >= start && *place < start + 0x300, "{function}: {line}");
    }
    assert_eq!(places.len(), 4, "{line}");
}

#[test]
fn is_reset_by_the_watchdog_when_the_application_hangs() {
    let firmware = Firmware::committed()
        .with("app_main", &HANG)
        .with_constant(SILENCE, SILENCE / HASTE);
    let (said, machine) = run(options(&firmware, &table(FLASH)), 0.4);
    assert_eq!(machine.resets().len(), 1, "{:?}", machine.resets());
    assert_says(&said, "reset: watchdog;");
}

#[test]
fn says_what_is_wrong_with_the_partition_table() {
    let firmware = Firmware::committed();
    let beyond = row(1, 0x40, MODEL as u32, FLASH, "model");
    let unaligned = row(1, 0x40, 0x10_0800, 0x1000, "model");
    let other = row(1, 2, 0xf_0000, 0x6000, "nvs");
    for (table, wanted) in [
        (&[][..], "There is no partition table at 0x8000"),
        (&other, "names no partition for a model"),
        (&unaligned, "The partition table is damaged"),
        (&beyond, "ends after the flash"),
    ] {
        let (said, _) = run(options(&firmware, table), 0.15);
        assert_says(&said, wanted);
    }
}

#[test]
fn refuses_flash_with_eight_data_lines() {
    let firmware = Firmware::committed();
    let options = ChipOptions {
        flash_octal: true,
        ..options(&firmware, &table(FLASH))
    };
    let (said, machine) = run(options, 0.1);
    assert_says(&said, "This module has flash with eight data lines");
    assert_eq!(machine.resets().len(), 0);
}

#[test]
fn speaks_on_the_serial_port_when_nobody_is_at_the_usb_port() {
    let firmware = Firmware::committed();
    let options = ChipOptions {
        usb_host: false,
        ..options(&firmware, &table(FLASH))
    };
    let mut machine = Machine::new(options);
    let mut said = Vec::new();
    for _ in 0..30 {
        machine
            .run(machine.now() + TICKS_PER_SECOND / 200)
            .unwrap_or_else(|report| panic!("{report}"));
        said.extend(machine.peripherals().uart0.host_read());
    }
    assert_says(&String::from_utf8_lossy(&said), "; 2 cores; SRAM ");
}

#[test]
fn hands_the_application_nothing_that_lies_in_the_memory_of_the_start_up() {
    let firmware = Firmware::committed();
    let (_, machine) = run(options(&firmware, &table(FLASH)), 0.15);
    let mut board = [0; 256];
    assert!(machine.read_memory(firmware.symbol("board_main.board"), &mut board));
    let code = firmware.symbol("_start_up_text_end") & !0xffff;
    for (index, bytes) in board.chunks_exact(4).enumerate() {
        let value = u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
        let text = value >= code && value < firmware.symbol("_start_up_text_end");
        let data = value >= code - 0x6f_0000 && value < firmware.symbol("_start_up_end");
        assert!(!text && !data, "word {index} is 0x{value:08x}");
    }
}
