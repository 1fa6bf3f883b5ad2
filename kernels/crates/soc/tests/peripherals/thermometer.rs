//! The thermometer: what a conversion needs, what it gives, and what goes wrong without a word on silicon.

use soc::chip::{Calibration, ChipOptions};
use soc::peripherals::Warning;

use super::{Bench, MICROSECOND};

const SENS: u32 = 0x6000_8800;
const CONTROL: u32 = SENS + 0x50;
const CONTROL2: u32 = SENS + 0x54;
const CLOCKS: u32 = SENS + 0x104;
const RESETS: u32 = SENS + 0x108;
const ANA_CONFIG: u32 = 0x6000_e044;
const ANA_CONFIG2: u32 = 0x6000_e048;
const READY: u32 = 1 << 8;
const DUMP_OUT: u32 = 1 << 24;

impl Bench {
    /// The range behind the analog master, as the mask ROM's function writes it.
    fn range(&mut self, setting: u8) {
        self.chip
            .regi2c_write_mask((0x69, 6), (3, 0), setting, 0, self.now);
    }

    fn connect(&mut self) {
        self.change(ANA_CONFIG, 1 << 18, 0);
        self.change(ANA_CONFIG2, 0, 1 << 16);
    }

    fn power_up(&mut self) {
        self.change(CLOCKS, 0, 1 << 29);
        self.change(CONTROL2, 3 << 12, 1 << 12);
        self.change(CONTROL, 0, 3 << 22);
        self.pass(300 * MICROSECOND);
    }

    /// The number of a conversion; nothing when none comes.
    fn convert(&mut self) -> Option<u32> {
        self.change(CONTROL, 0, DUMP_OUT);
        assert_eq!(self.read(CONTROL) & READY, 0);
        self.pass(100 * MICROSECOND);
        let ready = self.read(CONTROL) & READY != 0;
        self.change(CONTROL, DUMP_OUT, 0);
        ready.then(|| self.read(CONTROL) & 0xff)
    }
}

fn ready_for(setting: u8) -> Bench {
    let mut bench = Bench::new();
    bench.calm();
    bench.connect();
    bench.range(setting);
    bench.power_up();
    bench
}

/// What ESP-IDF's formula makes of a number.
fn celsius(number: u32, offset: f64) -> f64 {
    0.4386 * f64::from(number) - 27.88 * offset - 20.52
}

#[test]
fn gives_the_temperature_within_half_a_step_in_every_range() {
    for (setting, offset, least, most) in [
        (5, -2.0, 50.0, 125.0),
        (7, -1.0, 20.0, 100.0),
        (15, 0.0, -10.0, 80.0),
        (11, 1.0, -30.0, 50.0),
        (10, 2.0, -40.0, 20.0),
    ] {
        let mut bench = ready_for(setting);
        for truth in [least, (least + most) / 2.0, most] {
            bench.chip.set_temperature(truth);
            let number = bench.convert().unwrap_or_else(|| panic!("no number at {truth}"));
            let told = celsius(number, offset);
            assert!(
                (told - truth).abs() < 0.22,
                "{told} at {truth} in range {setting}"
            );
        }
        assert_eq!(bench.warnings(), []);
    }
}

#[test]
fn is_as_warm_as_a_board_in_a_room_until_told_otherwise_and_stays_so_through_a_reset() {
    let mut bench = ready_for(15);
    let usual = bench.convert().map(|number| celsius(number, 0.0).round());
    assert_eq!(usual, Some(35.0));
    bench.chip.set_temperature(60.0);
    bench.chip.reset(16, bench.now);
    bench.calm();
    assert_eq!(bench.read(CONTROL) & 0xff, 0);
    bench.connect();
    bench.range(15);
    bench.power_up();
    assert_eq!(
        bench.convert().map(|number| celsius(number, 0.0).round()),
        Some(60.0)
    );
}

#[test]
fn says_too_much_by_what_its_factory_burnt() {
    let burnt = |block_version, thermometer| Calibration {
        block_version,
        digital_tested: 0,
        rtc_step: 0,
        digital_step: 0,
        rtc_at_20: 0,
        digital_at_20: 0,
        thermometer,
    };
    for (version, tenths, word, told) in [
        ((1, 3), 42, 1 | 42 << 4, 39.2),
        ((1, 3), -42, 1 | (42 | 1 << 8) << 4, 30.8),
        // Other blocks have no such field.
        ((0, 1), 42, 42 << 4, 35.0),
    ] {
        let mut bench = Bench::with(&ChipOptions {
            calibration: Some(burnt(version, tenths)),
            ..ChipOptions::default()
        });
        bench.calm();
        assert_eq!(bench.read(0x6000_706c), word);
        bench.connect();
        bench.range(15);
        bench.power_up();
        let number = bench.convert().unwrap_or(0);
        assert!((celsius(number, 0.0) - told).abs() < 0.22, "{number}");
    }
}

#[test]
fn without_power_nothing_comes_and_it_is_said() {
    let mut bench = Bench::new();
    bench.calm();
    bench.connect();
    bench.range(15);
    // As after a reset.
    assert_eq!(bench.read(CONTROL), 0x1_9000);
    assert_eq!(bench.convert(), None);
    assert_eq!(bench.warnings(), [Warning::ThermometerOff]);
    for without in [CONTROL, CONTROL2, CLOCKS] {
        let mut bench = ready_for(15);
        bench.change(without, if without == CONTROL { 1 << 22 } else { u32::MAX }, 0);
        assert_eq!(bench.convert(), None);
        assert_eq!(bench.warnings(), [Warning::ThermometerOff]);
    }
    let mut bench = ready_for(15);
    bench.change(RESETS, 0, 1 << 29);
    assert_eq!(bench.convert(), None);
}

#[test]
fn a_value_before_it_settles_and_an_unknown_range_are_told() {
    let mut bench = ready_for(15);
    bench.change(CONTROL, 1 << 22, 0);
    bench.change(CONTROL, 0, 1 << 22);
    assert!(bench.convert().is_some());
    assert_eq!(bench.warnings(), [Warning::ThermometerEarly]);
    let mut bench = ready_for(3);
    assert_eq!(bench.convert(), Some(0));
    assert_eq!(bench.warnings(), [Warning::ThermometerRange { range: 3 }]);
}

#[test]
fn the_range_is_lost_while_its_bus_is_off() {
    for (register, clear, set) in [(ANA_CONFIG, 0, 1 << 18), (ANA_CONFIG2, 1 << 16, 0)] {
        let mut bench = Bench::new();
        bench.connect();
        bench.change(register, clear, set);
        bench.range(15);
        assert_eq!(bench.chip.regi2c_read(0x69, 6), 0);
        assert_eq!(bench.warnings(), [Warning::AnalogBlockOff { block: 0x69 }]);
    }
}
