//! The ESP32: what it does right, and the mistakes of its own that firmware can make. Each mistake ends the run or is warned of,
//! with a message that names it.

#[path = "../firmware/mod.rs"]
mod firmware;

mod boot;
mod caches;
mod machine;
mod mistakes;
mod mistakes_psram;
mod ports;
mod psram;

use firmware::{code_for, image_for, Target};
use soc::chip::{ChipOptions, Psram};
use soc::esp32::rom::FUNCTIONS;
use soc::esp32::Machine;
use soc::fault::Fault;
use soc::time::TICKS_PER_SECOND;

/// Where the code of a test is loaded.
const CODE: u32 = 0x4008_0000;
/// Where results are stored.
const RESULTS: u32 = 0x3ffc_0000;
/// Long enough for the mask ROM and for a test's few thousand instructions.
const SHORT: u64 = TICKS_PER_SECOND / 10;

const ESP32: Target = Target {
    results: RESULTS,
    chip: 0,
    offset: 0x1000,
    function: |name| {
        let function = FUNCTIONS.iter().find(|function| function.name == name);
        function.map(|function| function.address)
    },
};

/// Lines that switch all watchdogs off.
const CALM: [&str; 4] = [
    "poke 0x3ff5f064 0x50d83aa1",
    "poke 0x3ff5f048 0",
    "poke 0x3ff480a4 0x50d83aa1",
    "poke 0x3ff4808c 0",
];

/// Lines that open the first core's cache: page 0 of flash as data and as code.
const FLASH: [&str; 7] = [
    "rom Cache_Flush 0",
    "poke 0x3ff10000 0",
    "poke 0x3ff10134 0",
    // Flash as data and as code.
    "poke 0x3ff00044 0x80e",
    "poke 0x3ff00040 0x8",
    "li a2, 0x3f400000",
    "li a4, 0x400d0000",
];

/// A board of the WROOM kind with 4 MiB of flash, whose chip has revision 3.
fn options() -> ChipOptions {
    ChipOptions {
        flash_bytes: 4 << 20,
        psram: Psram::None,
        revision: (3, 0),
        ..ChipOptions::default()
    }
}

/// One of the WROVER kind.
fn wrover() -> ChipOptions {
    ChipOptions {
        psram: Psram::Quad(4 << 20),
        ..options()
    }
}

/// The flash of a program: the image, and a second program at 0x20000 when there is one.
fn flash_of<S: AsRef<str>>(lines: &[S]) -> Vec<u8> {
    let (code, entry) = code_for(ESP32, lines, CODE);
    image_for(ESP32, entry, &[(CODE, code)])
}

/// Several lists of lines as one.
fn join(parts: &[&[&str]]) -> Vec<String> {
    firmware::lines(parts)
}

/// A program without watchdogs that stays where it ends.
fn calm(lines: &[&str]) -> Vec<String> {
    join(&[&CALM, lines, &["done"]])
}

fn board(lines: &[String], options: ChipOptions) -> Machine {
    Machine::new(ChipOptions {
        flash: flash_of(lines),
        ..options
    })
}

/// What a run ended with, and the whole report.
struct Caught {
    fault: Fault,
    text: String,
}

impl Caught {
    fn says(&self, words: &[&str]) {
        for word in words {
            assert!(
                self.text.contains(word),
                "\"{word}\" is missing in:\n{}",
                self.text
            );
        }
    }
}

/// Runs a board until something ends the run, ten seconds at most.
fn catch_on(mut machine: Machine) -> Caught {
    match machine.run(10 * TICKS_PER_SECOND) {
        Ok(_) => panic!("nothing was caught; warnings: {:?}", machine.warnings()),
        Err(report) => Caught {
            fault: report.fault.clone(),
            text: report.to_string(),
        },
    }
}

fn catch(lines: &[&str]) -> Caught {
    catch_on(board(&calm(lines), options()))
}

/// Runs a program for a tenth of a second, which nothing ends.
fn run_on(lines: &[&str], options: ChipOptions) -> Machine {
    let mut machine = board(&calm(lines), options);
    if let Err(report) = machine.run(SHORT) {
        panic!("{report}");
    }
    machine
}

fn run(lines: &[&str]) -> Machine {
    run_on(lines, options())
}

/// Runs a program as [`run`] does and gives its warnings as text.
fn warnings(lines: &[&str]) -> String {
    run(lines).warnings().join("\n")
}

/// A result that a program stored.
fn result(machine: &Machine, index: u32) -> u32 {
    word(machine, RESULTS + 4 * index)
}

fn word(machine: &Machine, address: u32) -> u32 {
    let mut bytes = [0; 4];
    assert!(machine.read_memory(address, &mut bytes), "0x{address:08x}");
    u32::from_le_bytes(bytes)
}

#[test]
fn a_program_without_mistakes_is_left_alone() {
    let lines = join(&[&FLASH, &["l32i a3, a2, 0", "result a3 0"]]);
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let mut machine = run(&lines);
    assert_eq!(machine.warnings(), Vec::<String>::new());
    // The flash's first bytes are erased.
    assert_eq!(result(&machine, 0), 0xffff_ffff);
}
