//! Code that runs from flash: what it needs, what it costs, and what is no different from code in internal RAM.

use emulator::core::stop::Cause;
use soc::chip::{ChipOptions, Quirks};
use soc::fault::{CacheName, Fault};
use soc::machine::Machine;
use soc::report::Report;

use crate::firmware::{
    code, data_cache, firmware, lines, map_psram, result, FAST_CLOCK, OCTAL_PSRAM, SHORT, WATCHDOGS_OFF,
};

/// Where the code lies in flash, and where the instruction bus sees it.
const OFFSET: usize = 0x1_0000;
const PLACE: u32 = 0x4200_0000 + OFFSET as u32;
/// Bytes of a line of the instruction cache.
const LINE: u32 = 32;

/// Lines that switch the instruction cache on: 16 KiB, eight ways, lines of 32 bytes.
const CACHE: [&str; 3] = [
    "rom rom_config_instruction_cache_mode 0x4000 8 32",
    "poke 0x600c4064 0",
    "rom Cache_Enable_ICache 0",
];
/// Lines that show the code's page at its place.
const MAP: [&str; 1] = ["rom Cache_Ibus_MMU_Set 0 0x42010000 0x10000 64 1 0"];
/// Lines that call the function there.
const CALL: [&str; 2] = ["li a4, 0x42010000", "callx0 a4"];

/// A function that sets a5.
const FUNCTION: [&str; 2] = ["movi a5, 99", "ret"];

fn flash(program: &[String], function: &[&str]) -> Vec<u8> {
    let mut flash = firmware(program);
    flash.resize(OFFSET, 0xff);
    let (bytes, entry) = code(function, PLACE);
    assert_eq!(entry, PLACE, "no constants");
    flash.extend(bytes);
    flash
}

fn run_on(parts: &[&[&str]], function: &[&str], options: ChipOptions) -> (Machine, Result<(), Box<Report>>) {
    let mut program = lines(parts);
    program.push("done".to_owned());
    let mut machine = Machine::new(ChipOptions {
        flash: flash(&program, function),
        ..options
    });
    let outcome = machine.run(SHORT).map(|_| ());
    (machine, outcome)
}

fn run(parts: &[&[&str]]) -> (Machine, Result<(), Box<Report>>) {
    run_on(parts, &FUNCTION, ChipOptions::default())
}

fn fault(parts: &[&[&str]]) -> Fault {
    match run(parts).1 {
        Ok(()) => panic!("nothing was noticed"),
        Err(report) => report.fault,
    }
}

#[test]
fn runs_where_page_and_cache_are_set_up() {
    let (machine, outcome) = run(&[&CACHE, &MAP, &CALL, &["result a5 0"]]);
    outcome.expect("no fault");
    assert_eq!(result(&machine, 0), 99);
    let statistics = machine.statistics();
    assert_eq!(
        (statistics.instruction_lines, statistics.instruction_misses),
        (1, 1)
    );
}

#[test]
fn is_not_found_where_no_page_or_none_of_the_flash_is_mapped() {
    assert_eq!(fault(&[&CACHE, &CALL]), Fault::MmuInvalid { address: PLACE });
    let beyond = ["poke 0x600c5004 256"];
    assert!(matches!(
        fault(&[&CACHE, &beyond, &CALL]),
        Fault::MmuBeyond {
            address: PLACE,
            psram: false,
            ..
        }
    ));
}

#[test]
fn needs_a_cache_that_is_on_open_and_has_been_invalidated() {
    assert_eq!(
        fault(&[&CACHE[..2], &MAP, &CALL]),
        Fault::CacheDisabled {
            address: PLACE,
            cache: CacheName::Instruction
        }
    );
    assert_eq!(
        fault(&[&[CACHE[0], CACHE[2]], &MAP, &CALL]),
        Fault::CacheShut {
            address: PLACE,
            cache: CacheName::Instruction
        }
    );
    // The register alone, without the ROM's function, which invalidates.
    let bare = ["poke 0x600c4064 0", "poke 0x600c4060 0xb"];
    assert_eq!(
        fault(&[&bare, &MAP, &CALL]),
        Fault::CacheUninitialised {
            address: PLACE,
            cache: CacheName::Instruction
        }
    );
}

/// What was decoded once is not known to be there later.
#[test]
fn cannot_be_run_again_while_the_cache_is_off_or_shows_another_page() {
    assert_eq!(
        fault(&[&CACHE, &MAP, &CALL, &["rom Cache_Suspend_ICache"], &CALL]),
        Fault::CacheDisabled {
            address: PLACE,
            cache: CacheName::Instruction
        }
    );
    let other = ["rom Cache_Ibus_MMU_Set 0 0x42010000 0x20000 64 1 0"];
    assert_eq!(
        fault(&[&CACHE, &MAP, &CALL, &other, &CALL]),
        Fault::StaleLine {
            address: PLACE,
            dirty: false
        }
    );
    let back = ["rom Cache_Suspend_ICache", "rom Cache_Resume_ICache 0"];
    let (_, outcome) = run(&[&CACHE, &MAP, &CALL, &back, &CALL]);
    outcome.expect("a cache that is on again");
}

/// The mode bits of a status register are written, which takes the chip some milliseconds.
const BUSY: [&str; 3] = [
    "poke 0x60002000 0x40000000",
    "poke 0x6000202c 0x200",
    "poke 0x60002000 0x04000000",
];

/// A chip that writes gives no lines; those that are in the cache can be run.
#[test]
fn comes_out_of_the_cache_alone_while_the_flash_is_busy() {
    let busy = |fault: Fault| matches!(fault, Fault::FlashNotReady { reason } if reason.contains("busy"));
    assert!(busy(fault(&[&CACHE, &MAP, &BUSY, &CALL])));
    let (_, outcome) = run(&[&CACHE, &MAP, &CALL, &BUSY, &CALL]);
    outcome.expect("the line is in the cache");
    // Eight ways of 2 KiB: one line more than a set holds throws the first one out, decoded as it is.
    let mut function = lines(&[&FUNCTION]);
    for way in 1..9 {
        function.push(".align".to_owned());
        function.extend((0..(2048 - 8) / 3).map(|_| "nop".to_owned()));
        function.push(".align".to_owned());
        function.push(format!("way_{way}:"));
        function.extend(lines(&[&FUNCTION]));
    }
    let text: Vec<&str> = function.iter().map(String::as_str).collect();
    let calls: Vec<String> = (0..9)
        .flat_map(|way| {
            [
                format!("li a4, 0x{:x}", PLACE + 2048 * way),
                "callx0 a4".to_owned(),
            ]
        })
        .collect();
    let calls: Vec<&str> = calls.iter().map(String::as_str).collect();
    for timed in [false, true] {
        let options = ChipOptions {
            timed,
            ..ChipOptions::default()
        };
        let outcome = run_on(&[&CACHE, &MAP, &calls, &BUSY, &CALL], &text, options).1;
        assert!(
            busy(outcome.expect_err("the line is gone").fault),
            "timed {timed}"
        );
    }
}

#[test]
fn costs_what_its_lines_cost_and_nothing_more_once_they_are_there() {
    let length: u32 = 40;
    let mut function: Vec<&str> = vec!["nop"; (length * LINE / 3 - 1) as usize];
    function.push("ret");
    let time = ["rsr.ccount a6", "callx0 a4", "rsr.ccount a7", "sub a7, a7, a6"];
    let (machine, outcome) = run_on(
        &[
            &WATCHDOGS_OFF,
            &FAST_CLOCK,
            &CACHE,
            &MAP,
            &["li a4, 0x42010000"],
            &time,
            &["result a7 0"],
            &time,
            &["result a7 1"],
        ],
        &function,
        ChipOptions {
            timed: true,
            ..ChipOptions::default()
        },
    );
    outcome.expect("no fault");
    let (first, again) = (result(&machine, 0), result(&machine, 1));
    assert_eq!(machine.statistics().instruction_misses, u64::from(length));
    // As from RAM: a cycle each, and the call.
    assert!(again < length * LINE / 3 + 20, "{again} cycles");
    // Flash with two lines at 80 MHz: the bus is busy for 135 + 12 cycles a byte (docs/emulator-board.md).
    let expected = f64::from(length) * (135.0 + 12.0 * f64::from(LINE));
    let error = f64::from(first - again) / expected - 1.0;
    assert!(
        error.abs() < 0.05,
        "{} cycles more, {expected} expected",
        first - again
    );
}

/// A report reads the last instructions again, which must not be taken for what the firmware did.
#[test]
fn leaves_the_fault_that_ended_the_run_in_its_report() {
    let (_, outcome) = run(&[
        &CACHE,
        &MAP,
        &CALL,
        &["rom Cache_Suspend_ICache", "li a2, 0x20000000", "l32i a3, a2, 0"],
    ]);
    let report = outcome.expect_err("nothing is there");
    assert_eq!(report.fault, Fault::Unmapped { address: 0x2000_0000 });
    assert!(report.to_string().contains("movi a5, 99"), "{report}");
}

#[test]
fn is_spoilt_on_boards_with_issue_18806_by_a_read_of_octal_psram() {
    let touch = ["peek 0x3d000000 0"];
    let again = ["rom Cache_Invalidate_ICache_All"];
    let mut parts = lines(&[&FAST_CLOCK, &OCTAL_PSRAM, &CACHE, &MAP]);
    parts.extend(data_cache(0x8000, 64));
    parts.extend(map_psram(128));
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    let outcome = |flash_code_fails: bool, touch: &[&str]| {
        let options = ChipOptions {
            quirks: Quirks {
                flash_code_fails,
                ..Quirks::default()
            },
            ..ChipOptions::default()
        };
        run_on(&[&parts, &CALL, touch, &again, &CALL], &FUNCTION, options).1
    };
    outcome(false, &touch).expect("another board");
    outcome(true, &[]).expect("PSRAM was not read");
    let report = outcome(true, &touch).expect_err("no instructions");
    assert!(matches!(report.fault, Fault::Core(Cause::Illegal)), "{report}");
}
