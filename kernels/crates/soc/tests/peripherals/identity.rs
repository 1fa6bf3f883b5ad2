//! eFuse, straps, pins, random numbers.

use super::{Bench, MICROSECOND};
use soc::chip::{ChipOptions, Psram};
use soc::peripherals::Warning;

#[test]
fn efuse_tells_who_the_chip_is() {
    let mut bench = Bench::with(&ChipOptions {
        mac: [0x7c, 0xdf, 0xa1, 0x12, 0x34, 0x56],
        revision: (1, 10),
        psram: Psram::Octal(8 << 20),
        flash_octal: true,
        ..ChipOptions::default()
    });
    assert_eq!(bench.read(0x6000_7044), 0xa112_3456);
    assert_eq!(bench.read(0x6000_7048), 0x0000_7cdf);
    let (low, high) = (bench.read(0x6000_7050), bench.read(0x6000_7058));
    assert_eq!((high >> 23 & 1) << 3 | low >> 18 & 7, 10);
    assert_eq!(high >> 24 & 3, 1);
    assert_eq!(bench.read(0x6000_7054) >> 3 & 3, 1);
    assert_eq!(bench.read(0x6000_703c) >> 9 & 1, 1);
    for (psram, capacity) in [
        (Psram::None, 0),
        (Psram::Quad(2 << 20), 2),
        (Psram::Octal(16 << 20), 3),
    ] {
        let mut bench = Bench::with(&ChipOptions {
            psram,
            ..ChipOptions::default()
        });
        assert_eq!(bench.read(0x6000_7054) >> 3 & 3, capacity);
    }
}

#[test]
fn straps_and_pins_follow_the_board() {
    let mut bench = Bench::new();
    assert_eq!(bench.read(0x6000_4038), 8);
    assert_eq!(bench.read(0x6000_403c) & 1, 1);
    let mut held = Bench::with(&ChipOptions {
        gpio0_low: true,
        ..ChipOptions::default()
    });
    assert_eq!(held.read(0x6000_4038), 0);
    assert_eq!(held.read(0x6000_403c) & 1, 0);
    // Pin 48 blinks.
    bench.write(0x6000_4030, 1 << 16);
    bench.write(0x6000_4014, 1 << 16);
    assert_eq!(bench.chip.pins(), (1 << 48, 1 << 48));
    assert_eq!(bench.read(0x6000_4040), 1 << 16);
    bench.write(0x6000_4018, 1 << 16);
    assert_eq!(bench.chip.pins(), (1 << 48, 0));
    // Pads keep what they are told.
    bench.write(0x6000_906c, 0x0f00);
    assert_eq!(bench.read(0x6000_906c), 0x0f00);
}

#[test]
fn random_numbers_need_time_and_noise() {
    let mut bench = Bench::new();
    bench.read(0x6003_507c);
    assert_eq!(bench.warnings(), [Warning::RandomSource]);
    let mut bench = Bench::new();
    bench.calm();
    bench.change(0x6000_8074, 0, 1 << 10);
    let mut numbers = Vec::new();
    for _ in 0..1000 {
        bench.pass(MICROSECOND);
        numbers.push(bench.read(0x6003_507c));
    }
    assert_eq!(bench.warnings(), []);
    let ones: u32 = numbers.iter().map(|number| number.count_ones()).sum();
    assert!((15_500..16_500).contains(&ones), "{ones} ones in 32000 bits");
    // At once again: the same number, and a warning.
    let last = *numbers.last().unwrap();
    assert_eq!(bench.read(0x6003_507c), last);
    assert_eq!(bench.warnings(), [Warning::RandomTooSoon]);
    // Runs can be repeated, and do not have to be.
    let first = |seed| {
        let mut bench = Bench::with(&ChipOptions {
            seed,
            ..ChipOptions::default()
        });
        bench.read(0x6003_507c)
    };
    assert_eq!(first(5), first(5));
    assert_ne!(first(5), first(6));
}
