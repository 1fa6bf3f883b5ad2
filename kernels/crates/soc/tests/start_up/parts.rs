//! The committed firmware on boards whose parts are not those of the data sheets' first pages.

use super::image::{table, Firmware};
use super::{assert_says, options, run, FLASH};
use soc::chip::{ChipOptions, FlashVendor, Psram, Quirks};

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
