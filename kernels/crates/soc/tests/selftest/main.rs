//! The committed self-test on emulated boards: it passes, and says what is wrong where something is.

#[path = "../start_up/image.rs"]
#[allow(dead_code)]
mod image;

use image::{table, Firmware};
use soc::chip::{Calibration, ChipOptions, Psram, Quirks};
use soc::machine::Machine;
use soc::time::TICKS_PER_SECOND;

const FLASH: u32 = 8 << 20;
/// The most that it may take, in seconds of the board.
const PATIENCE: u64 = 60;

/// Verdicts by test, with what was found.
struct Outcome {
    said: String,
    results: Vec<(String, String, String)>,
}

impl Outcome {
    fn of(&self, test: &str) -> (&str, &str) {
        let found = self.results.iter().find(|(name, _, _)| name == test);
        let (_, verdict, value) = found.unwrap_or_else(|| panic!("no {test} in\n{}", self.said));
        (verdict, value)
    }

    fn with(&self, verdict: &str) -> Vec<&str> {
        self.results
            .iter()
            .filter(|(_, found, _)| found == verdict)
            .map(|(name, _, _)| name.as_str())
            .collect()
    }
}

/// A text field of a piece of JSON that has no escapes.
fn field<'a>(json: &'a str, name: &str) -> &'a str {
    let (_, rest) = json
        .split_once(&format!("\"{name}\":\""))
        .unwrap_or_else(|| panic!("no {name} in {json}"));
    rest.split('"').next().unwrap_or("")
}

/// How many instructions of the vector unit the kernels use: the rows of the self-test's list that say so.
fn instructions_of_kernels() -> usize {
    include_str!("../../../../../device-runtime/selftest/vector_cases.s")
        .lines()
        .filter_map(|line| line.trim_start().strip_prefix("instruction "))
        .filter(|row| {
            let flags: u32 = row
                .split(", ")
                .nth(2)
                .and_then(|flags| flags.parse().ok())
                .expect("flags of a row");
            flags & 2 != 0
        })
        .count()
}

fn run(options: ChipOptions) -> Outcome {
    run_program(Firmware::named("selftest.elf"), options)
}

fn run_program(program: Firmware, options: ChipOptions) -> Outcome {
    let mut machine = Machine::new(ChipOptions {
        flash: program.image(&table(FLASH)),
        flash_bytes: FLASH,
        ..options
    });
    let mut said = String::new();
    loop {
        machine
            .run(machine.now() + TICKS_PER_SECOND / 100)
            .unwrap_or_else(|report| panic!("{said}\n{report}"));
        said += &String::from_utf8_lossy(&machine.peripherals().usb.host_read());
        assert!(machine.now() < PATIENCE * TICKS_PER_SECOND, "{said}");
        let Some(line) = said.lines().find(|line| line.starts_with("{\"selftest\":1,")) else {
            continue;
        };
        let Some(line) = line.strip_suffix("]}") else {
            continue;
        };
        let (_, results) = line.split_once("\"results\":[").expect("results");
        let results = results
            .split("},{")
            .map(|result| ["test", "verdict", "value"].map(|name| field(result, name).to_owned()))
            .map(|[test, verdict, value]| (test, verdict, value))
            .collect();
        let warnings = machine.warnings();
        // The unit's corners have unaligned addresses on purpose, and a board may be slower than it is asked to be.
        let known = ["low bits are dropped", "which this board cannot do"];
        assert!(
            warnings
                .iter()
                .all(|warning| known.iter().any(|part| warning.contains(part))),
            "{warnings:?}"
        );
        return Outcome {
            said: said.clone(),
            results,
        };
    }
}

#[test]
fn passes_on_boards_with_every_kind_of_psram() {
    for (psram, kind) in [
        (Psram::Octal(8 << 20), "octal, 8 MB, 80 MHz"),
        (Psram::Quad(2 << 20), "quad, 2 MB, 80 MHz"),
        (Psram::None, "none, 0 MB, 0 MHz"),
    ] {
        let kernels = instructions_of_kernels();
        assert!(kernels > 30, "{kernels}");
        let outcome = run(ChipOptions {
            psram,
            timed: true,
            ..ChipOptions::default()
        });
        assert_eq!(outcome.with("bad"), Vec::<&str>::new());
        assert_eq!(outcome.with("odd"), Vec::<&str>::new());
        assert!(outcome.of("psram").1.starts_with(kind));
        assert!(outcome.of("reset-watchdog").1.starts_with("watchdog after "));
        assert_eq!(outcome.of("reset-software").1, "software");
        let clock: f64 = outcome
            .of("clock")
            .1
            .replace(" MHz", "")
            .parse()
            .expect("a number");
        assert!((clock - 240.0).abs() < 0.005, "{clock}");
        assert_eq!(
            outcome.of("vector-kernels").1,
            format!("{kernels} of {kernels}; {kernels} of {kernels}")
        );
    }
}

#[test]
fn says_what_is_unusual_about_a_board() {
    let outcome = run(ChipOptions {
        psram: Psram::Quad(2 << 20),
        single_core: true,
        usb_host: true,
        quirks: Quirks {
            flash_two_lines: true,
            flash_capacity_code: Some(0),
            psram_wrong_ids: u32::MAX,
            ..Quirks::default()
        },
        calibration: Some(Calibration {
            block_version: (1, 3),
            digital_tested: 22,
            rtc_step: 0,
            digital_step: 0,
            rtc_at_20: 0,
            digital_at_20: 0,
            thermometer: 0,
        }),
        ..ChipOptions::default()
    });
    assert_eq!(outcome.with("bad"), Vec::<&str>::new(), "{}", outcome.said);
    assert_eq!(outcome.of("voltage"), ("ok", "RTC 28, digital 25, as measured"));
    assert_eq!(outcome.of("second-core").0, "odd");
    assert_eq!(outcome.of("flash").0, "odd");
    assert!(outcome.of("flash-mode").1.starts_with("DIO, 0 differences"));
    assert_eq!(outcome.of("flash-mode").0, "odd");
    assert!(outcome.said.contains("\"efuse\":\"1.3\",\"cores\":1"));
}

#[test]
fn shows_where_octal_psram_samples_rightly_and_that_it_fell_back() {
    let outcome = run(ChipOptions {
        psram_eye: 2..=4,
        ..ChipOptions::default()
    });
    assert_eq!(outcome.of("psram-sampling"), ("ok", "00111000000000, takes 3"));
    let outcome = run(ChipOptions {
        psram_eye: std::ops::RangeInclusive::new(1, 0),
        ..ChipOptions::default()
    });
    let (verdict, value) = outcome.of("psram");
    assert_eq!(verdict, "odd");
    assert!(
        value.contains("40 MHz") && value.contains("failed its test at 80 MHz"),
        "{value}"
    );
}

#[test]
fn tells_which_instruction_gives_something_else() {
    let rows = include_str!("../../../../../device-runtime/selftest/vector_cases.s");
    let digest = |flags: &str| {
        let row = rows
            .lines()
            .find(|row| row.contains("\"ee.vmul.s16\"") && row.contains(&format!(", {flags}, 3, ")))
            .expect("a row");
        let digits = row.split("0x").nth(1).expect("a digest");
        u32::from_str_radix(&digits[..8], 16).expect("hexadecimal")
    };
    for (flags, test, verdict) in [("2", "vector-kernels", "bad"), ("0", "vector-others", "odd")] {
        let program = Firmware::named("selftest.elf").with_constant(digest(flags), digest(flags) ^ 1);
        let outcome = run_program(program, ChipOptions::default());
        let (found, value) = outcome.of(test);
        assert_eq!(found, verdict, "{value}");
        assert_eq!(value.matches("not ee.vmul.s16").count(), 2, "{value}");
    }
}

#[test]
fn tells_that_code_in_flash_is_wrong_and_goes_on() {
    let outcome = run(ChipOptions {
        quirks: Quirks {
            flash_two_lines: true,
            flash_code_fails: true,
            ..Quirks::default()
        },
        ..ChipOptions::default()
    });
    assert_eq!(outcome.with("bad"), ["flash-code"], "{}", outcome.said);
    let (_, value) = outcome.of("flash-code");
    assert!(
        value.starts_with("the checksum is wrong when the board starts; "),
        "{value}"
    );
    assert!(!value.contains("; 0 wrong words"), "{value}");

    let program = Firmware::named("selftest.elf").with_damage_in_flash(Firmware::CODE);
    let outcome = run_program(program, ChipOptions::default());
    assert_eq!(outcome.with("bad"), ["flash-code"], "{}", outcome.said);
    assert_eq!(
        outcome.of("flash-code").1,
        "the checksum is wrong when the board starts; 0 wrong words, 0 wrong sums in 0 rounds"
    );
}

#[test]
fn leaves_a_test_that_hangs_out_and_says_so() {
    /// `entry a1, 32` and a jump to itself.
    const HANG: [u8; 6] = [0x36, 0x41, 0x00, 0x06, 0xff, 0xff];
    let program = Firmware::named("selftest.elf")
        .with("test_memory", &HANG)
        .with_constant(8000, 800);
    let outcome = run_program(program, ChipOptions::default());
    assert_eq!(
        outcome.of("psram-memory"),
        ("bad", "the board was reset in the middle of it: watchdog")
    );
    assert_eq!(outcome.with("bad").len(), 1, "{}", outcome.said);
    assert_eq!(outcome.of("reset-watchdog").0, "ok");
    assert_eq!(outcome.of("vector-kernels").0, "ok");
}
