//! PSRAM: brought up over SPI1, read and written through the caches, shared by both cores.

use super::{board, calm, catch_on, join, options, result, wrover, Caught, SHORT};
use soc::chip::ChipOptions;
use soc::esp32::Machine;
use soc::fault::Fault;

/// Lines that connect the pins of PSRAM and of all four data lines.
pub const PINS: [&str; 6] = [
    // GPIO17: SPICLK; GPIO16: SPICS1; both through the matrix.
    "poke 0x3ff44574 0",
    "poke 0x3ff44570 6",
    "poke 0x3ff49050 0x2000",
    "poke 0x3ff4904c 0x2000",
    // GPIO9 and GPIO10: the flash's own signals.
    "poke 0x3ff49054 0x1200",
    "poke 0x3ff49058 0x1200",
];

/// Lines that tell the chip to listen on four lines: 0x35 as an address of eight bits.
pub const FOUR_LINES: [&str; 6] = [
    "poke 0x3ff42034 5",
    "poke 0x3ff4201c 0x40000000",
    "poke 0x3ff42020 0x1c000000",
    "poke 0x3ff42004 0x35000000",
    "poke 0x3ff42000 0x40000",
    "poke 0x3ff42034 6",
];

/// Lines that set SPI0 up: 24-bit addresses, six dummy cycles, both commands, chip select held.
pub const CONTROLLER: [&str; 5] = [
    "poke 0x3ff43054 0x15c14034",
    "poke 0x3ff4305c 0x700000eb",
    "poke 0x3ff43060 0x70000038",
    "poke 0x3ff4301c 0xa0000070",
    "poke 0x3ff43034 4",
];

/// Lines that open the first core's cache with two pages of PSRAM.
pub const CACHE: [&str; 6] = [
    "rom Cache_Flush 0",
    "poke 0x3ff11200 0",
    "poke 0x3ff11204 1",
    "poke 0x3ff00044 0x807",
    "poke 0x3ff00040 8",
    "li a2, 0x3f800000",
];

fn all(lines: &[&str]) -> Vec<String> {
    let lines = join(&[&PINS, &FOUR_LINES, &CONTROLLER, &CACHE, lines]);
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    calm(&lines)
}

pub fn ran(lines: &[&str], options: ChipOptions) -> Machine {
    let mut machine = board(&all(lines), options);
    if let Err(report) = machine.run(SHORT) {
        panic!("{report}");
    }
    machine
}

pub fn caught(lines: &[&str], options: ChipOptions) -> Caught {
    catch_on(board(&all(lines), options))
}

#[test]
fn what_is_written_is_read() {
    let mut machine = ran(
        &[
            "li a3, 0xfeedbeef",
            "s32i a3, a2, 64",
            "l32i a4, a2, 64",
            "result a4 0",
            // Two more lines of the set drive it out.
            "li a5, 0x4000",
            "add a6, a2, a5",
            "l32i a4, a6, 64",
            "li a5, 0x4020",
            "add a6, a6, a5",
            "l32i a4, a6, 32",
            "l32i a4, a2, 64",
            "result a4 1",
        ],
        wrover(),
    );
    assert_eq!(result(&machine, 0), 0xfeed_beef);
    assert_eq!(result(&machine, 1), 0xfeed_beef);
    assert_eq!(machine.statistics().written_back, 1);
    assert_eq!(machine.warnings(), Vec::<String>::new());
}

#[test]
fn its_identification_over_one_line() {
    // 0x9f with 24 bits of address, eight bytes come back.
    let lines = join(&[
        &PINS,
        &[
            "poke 0x3ff42034 5",
            "poke 0x3ff4201c 0xd0000000",
            "poke 0x3ff42020 0x5c000000",
            "poke 0x3ff42024 0x7000009f",
            "poke 0x3ff42004 0",
            "poke 0x3ff4202c 63",
            "poke 0x3ff42000 0x40000",
            "peek 0x3ff42080 0",
        ],
    ]);
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    for (options, expected) in [(wrover(), 0x0020_5d0d), (options(), 0xffff_ffff)] {
        let mut machine = board(&calm(&lines), options);
        assert!(machine.run(SHORT).is_ok());
        assert_eq!(result(&machine, 0), expected);
    }
}

#[test]
fn a_line_takes_its_time() {
    let machine = ran(
        &["l32i a3, a2, 0"],
        ChipOptions {
            timed: true,
            ..wrover()
        },
    );
    // At 40 MHz: 100 cycles of 240 MHz for the controller, 17 clocks before the data and 2 a byte.
    assert_eq!(machine.statistics().bus_busy, 200 + (17 + 64) * 12);
}

#[test]
fn on_chips_before_their_third_revision_nothing_written_is_read() {
    let old = ChipOptions {
        revision: (1, 0),
        ..wrover()
    };
    // What was never written can be.
    ran(&["l32i a3, a2, 0"], old.clone());
    let caught = caught(&["s32i a3, a2, 0", "l32i a3, a2, 0"], old);
    assert_eq!(caught.fault, Fault::PsramErratum { address: 0x3f80_0000 });
    caught.says(&["v3.0", "PSRAM"]);
}

#[test]
fn a_board_without_it() {
    assert_eq!(caught(&["l32i a3, a2, 0"], options()).fault, Fault::PsramAbsent);
}
