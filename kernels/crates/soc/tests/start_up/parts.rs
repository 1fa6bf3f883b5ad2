//! The committed firmware on boards whose parts are not those of the data sheets' first pages.

use super::image::{table, Firmware};
use super::{assert_says, options, run, FLASH};
use soc::chip::{Calibration, ChipOptions, FlashVendor, Psram, Quirks};

/// What a board with these parts says until it is up.
fn says(psram: Psram, quirks: Quirks) -> String {
    let firmware = Firmware::committed();
    let (said, mut machine) = run(
        ChipOptions {
            psram,
            quirks,
            ..options(&firmware, &table(FLASH))
        },
        0.15,
    );
    assert_eq!(machine.warnings(), Vec::<String>::new(), "{said}");
    assert_eq!(machine.resets().len(), 0, "{said}");
    assert_says(&said, "; 2 cores; ");
    said
}

#[test]
fn takes_quad_psram_that_says_a_wrong_identification_or_none() {
    for (psram_maker, psram_wrong_ids) in [(0x0d, 1), (0x0d, u32::MAX), (0xff, 0), (0xff, 1)] {
        let quirks = Quirks {
            psram_maker,
            psram_wrong_ids,
            ..Quirks::default()
        };
        assert_says(&says(Psram::Quad(2 << 20), quirks), "; quad PSRAM 2 MB 80 MHz");
    }
}

#[test]
fn takes_octal_psram_of_any_maker_and_says_that_it_does_not_know_it() {
    let quirks = Quirks {
        psram_maker: 0x05,
        ..Quirks::default()
    };
    let said = says(Psram::Octal(8 << 20), quirks);
    assert_says(&said, "The PSRAM is of an unknown maker.");
    assert_says(&said, "; octal PSRAM 8 MB 80 MHz");
}

#[test]
fn uses_of_a_psram_that_claims_too_much_what_is_there() {
    for (psram, known, wanted) in [
        (Psram::Quad(4 << 20), true, "; quad PSRAM 4 MB"),
        (Psram::Quad(4 << 20), false, "; quad PSRAM 4 MB"),
        (Psram::Quad(2 << 20), false, "; quad PSRAM 2 MB"),
    ] {
        let quirks = Quirks {
            psram_claims_double: Some(known),
            ..Quirks::default()
        };
        let said = says(psram, quirks);
        assert_says(&said, wanted);
        // A chip whose identification tells is no surprise.
        assert_eq!(
            said.contains("The PSRAM is smaller than it says."),
            !known,
            "{said}"
        );
    }
}

#[test]
fn gives_quad_psram_its_four_lines_beside_flash_that_has_two() {
    let quirks = Quirks {
        flash_two_lines: true,
        ..Quirks::default()
    };
    let said = says(Psram::Quad(2 << 20), quirks);
    assert_says(&said, "DIO 80 MHz; quad PSRAM 2 MB 80 MHz");
}

#[test]
fn takes_the_size_from_the_image_when_the_flash_says_none() {
    for code in [0, 0x13, 0x20, 0xff] {
        let quirks = Quirks {
            flash_capacity_code: Some(code),
            ..Quirks::default()
        };
        let said = says(Psram::None, quirks);
        assert_says(
            &said,
            "The flash chip says no size that is known: that of the image is taken.",
        );
        assert_says(&said, "; flash 8 MB QIO 80 MHz");
    }
}

#[test]
fn wakes_flash_of_xmc_that_comes_up_with_a_wrong_identification() {
    let firmware = Firmware::committed();
    let (said, _) = run(
        ChipOptions {
            flash_vendor: FlashVendor::Xmc,
            flash_bytes: 2 * FLASH,
            quirks: Quirks {
                flash_half_awake: true,
                ..Quirks::default()
            },
            ..options(&firmware, &table(FLASH))
        },
        0.12,
    );
    // The chip's own size, which is not the image's.
    assert_says(&said, "; flash 16 MB QIO 80 MHz");
    assert!(!said.contains("The flash chip says no size"), "{said}");
}

/// The regulators' settings are those that ESP-IDF's formula gives in whole numbers for these chips.
#[test]
fn gives_each_chip_the_core_voltage_that_its_factory_measured() {
    let plain = Calibration {
        block_version: (1, 3),
        digital_tested: 22,
        rtc_step: 0,
        digital_step: 0,
        rtc_at_20: 0,
        digital_at_20: 0,
        thermometer: 0,
    };
    let cases = [
        (None, (28, 28)),
        (Some(plain), (28, 25)),
        (of((0, 1), plain), (28, 25)),
        (of((1, 1), plain), (28, 25)),
        // Versions before the measurement, and a chip that it was left out for.
        (of((0, 2), plain), (28, 28)),
        (of((1, 0), plain), (28, 28)),
        (
            Some(Calibration {
                digital_tested: 0,
                ..plain
            }),
            (28, 28),
        ),
        (measured((1, 2), 25, [-20, 12, -40, 35]), (31, 27)),
        // The digital regulator would reach 1.3 V.
        (measured((1, 3), 28, [10, -30, 60, 30]), (27, 29)),
        (measured((2, 0), 14, [0, 0, 0, 0]), (19, 17)),
        (measured((1, 3), 31, [-63, -63, -127, -127]), (31, 31)),
        (measured((1, 3), 19, [63, 63, 127, 127]), (21, 19)),
    ];
    for (calibration, wanted) in cases {
        let firmware = Firmware::committed();
        let (said, mut machine) = run(
            ChipOptions {
                calibration,
                psram: Psram::None,
                ..options(&firmware, &table(FLASH))
            },
            0.1,
        );
        assert_says(&said, "; 2 cores; ");
        assert_eq!(machine.warnings(), Vec::<String>::new(), "{calibration:?}");
        let chip = machine.peripherals();
        let settings = (chip.regi2c_read(0x6d, 4) & 31, chip.regi2c_read(0x6d, 6) & 31);
        assert_eq!(settings, wanted, "{calibration:?}");
    }
}

fn of(block_version: (u8, u8), calibration: Calibration) -> Option<Calibration> {
    Some(Calibration {
        block_version,
        ..calibration
    })
}

fn measured(block_version: (u8, u8), digital_tested: u8, fields: [i8; 4]) -> Option<Calibration> {
    let [rtc_step, digital_step, rtc_at_20, digital_at_20] = fields;
    Some(Calibration {
        block_version,
        digital_tested,
        rtc_step,
        digital_step,
        rtc_at_20,
        digital_at_20,
        thermometer: 0,
    })
}

/// Entries that read right, of the table of 14, and the one in the middle of them. Others than the usual entry 5 would
/// end the run where it does not read right.
#[test]
fn finds_the_middle_of_the_settings_that_sample_octal_psram_rightly() {
    for (psram_eye, entry, (mode, number, added)) in [
        (1..=3, 2, (2, 1, 2)),
        (3..=7, 5, (4, 0, 2)),
        (6..=8, 7, (4, 2, 3)),
        (8..=12, 10, (1, 0, 2)),
    ] {
        let firmware = Firmware::committed();
        let (said, mut machine) = run(
            ChipOptions {
                psram_eye,
                ..options(&firmware, &table(FLASH))
            },
            0.12,
        );
        assert_says(&said, "; octal PSRAM 8 MB 80 MHz");
        assert_eq!(machine.warnings(), Vec::<String>::new(), "entry {entry}");
        let all = |field: u32, bits: u32| (0..9).fold(0, |word, line| word | field << (bits * line));
        let settings = [0xc0, 0xc4, 0xbc].map(|offset| machine.spi_register(0, offset));
        assert_eq!(
            settings,
            [all(mode, 3), all(number, 2), 1 | 2 | added << 2],
            "entry {entry}"
        );
    }
}
