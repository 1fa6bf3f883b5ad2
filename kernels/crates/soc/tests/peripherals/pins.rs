//! Pins: the pads, the matrix, LEDC and RMT behind them.

use soc::peripherals::{Output, Pad, Pulse, Pulses};

use super::{Bench, MICROSECOND};

const GPIO: u32 = 0x6000_4000;
const ENABLE_SET: u32 = GPIO + 0x24;
const IN: u32 = GPIO + 0x3c;
const LEDC: u32 = 0x6001_9000;
const RMT: u32 = 0x6001_6000;
const CLOCKS: u32 = 0x600c_0018;

fn pad(pin: u32) -> u32 {
    0x6000_9004 + 4 * pin
}

fn select(pin: u32) -> u32 {
    GPIO + 0x554 + 4 * pin
}

#[test]
fn a_pin_is_an_output_once_its_pad_and_its_driver_are() {
    let mut bench = Bench::new();
    bench.calm();
    bench.write(ENABLE_SET, 1 << 5);
    bench.write(GPIO + 8, 1 << 5);
    assert_eq!(bench.chip.pads(), []);
    bench.change(pad(5), 7 << 12, 1 << 12);
    let level = |high, inverted| Pad {
        pin: 5,
        output: Output::Level(high),
        inverted,
    };
    assert_eq!(bench.chip.pads(), [level(true, false)]);
    bench.write(select(5), 1 << 9 | 256);
    bench.write(GPIO + 0xc, 1 << 5);
    assert_eq!(bench.chip.pads(), [level(false, true)]);
    bench.write(GPIO + 0x28, 1 << 5);
    assert_eq!(bench.chip.pads(), []);
}

#[test]
fn buttons_and_pulls_are_read() {
    let mut bench = Bench::new();
    bench.calm();
    let read = |bench: &mut Bench| bench.read(IN) >> 4 & 1;
    assert_eq!(read(&mut bench), 0);
    bench.write(pad(4), 1 << 12 | 1 << 9 | 1 << 8);
    assert_eq!(read(&mut bench), 1);
    bench.chip.hold_pin(4, Some(false));
    assert_eq!(read(&mut bench), 0);
    bench.chip.hold_pin(4, None);
    assert_eq!(read(&mut bench), 1);
    bench.write(pad(4), 1 << 12 | 1 << 9 | 1 << 7);
    assert_eq!(read(&mut bench), 0);
    bench.chip.hold_pin(4, Some(true));
    assert_eq!(read(&mut bench), 1);
}

#[test]
fn pulses_follow_timer_and_channel_once_they_are_in_force() {
    let mut bench = Bench::new();
    bench.calm();
    assert!(bench.chip.read(LEDC, 0, bench.now).is_err(), "no clock");
    bench.change(CLOCKS, 0, 1 << 11);
    bench.change(pad(6), 7 << 12, 1 << 12);
    bench.write(select(6), 74);
    let pulses = |bench: &Bench| match bench.chip.pads().first().map(|pad| pad.output.clone()) {
        Some(Output::Pulses(pulses)) => pulses,
        other => panic!("{other:?}"),
    };
    assert_eq!(
        pulses(&bench),
        Pulses {
            hertz: 0.0,
            duty: 0.0
        }
    );
    // 13 bits from the crystal, divided by 1 + 1/2: 3255 Hz.
    bench.write(LEDC + 0xd0, 3);
    bench.write(LEDC + 0xa8, 384 << 4 | 13);
    bench.write(LEDC + 0x14 + 8, 2048 << 4);
    bench.write(LEDC + 0x14 + 0xc, 1 << 31 | 1 << 30);
    bench.write(LEDC + 0x14, 1 << 2 | 1);
    assert!(
        pulses(&bench).hertz.abs() < 1e-9,
        "nothing was told to come into force"
    );
    bench.write(LEDC + 0x14, 1 << 4 | 1 << 2 | 1);
    assert!(pulses(&bench).hertz.abs() < 1e-9, "the timer was not");
    bench.write(LEDC + 0xa8, 1 << 25 | 384 << 4 | 13);
    let Pulses { hertz, duty } = pulses(&bench);
    assert!((hertz - 40e6 / 1.5 / 8192.0).abs() < 1e-6, "{hertz} Hz");
    assert!((duty - 0.25).abs() < 1e-9, "{duty}");
    assert_eq!(bench.read(LEDC + 0x14 + 0x10), 2048 << 4);
    // Dividers below 1 stop it, as does its reset.
    bench.write(LEDC + 0xa8, 1 << 25 | 255 << 4 | 13);
    assert!(pulses(&bench).hertz.abs() < 1e-9);
    bench.write(LEDC + 0xa8, 1 << 25 | 1 << 23 | 384 << 4 | 13);
    assert!(pulses(&bench).hertz.abs() < 1e-9);
    bench.change(0x600c_0020, 0, 1 << 11);
    assert!(bench.chip.read(LEDC, 0, bench.now).is_err(), "held in reset");
}

#[test]
fn what_rmt_sends_takes_its_time() {
    let mut bench = Bench::new();
    bench.calm();
    bench.change(CLOCKS, 0, 1 << 9);
    bench.change(pad(38), 7 << 12, 1 << 12);
    bench.write(select(38), 82);
    // The crystal, and a channel of 20 MHz.
    bench.write(RMT + 0xc0, 1 << 26 | 3 << 24 | 1);
    let conf = 2 << 8 | 1 << 16;
    bench.write(RMT + 0x24, 1 << 24 | conf);
    bench.write(RMT + 0x800 + 192, 17 << 16 | 1 << 15 | 8);
    bench.write(RMT + 0x804 + 192, 1 << 15 | 16);
    bench.write(RMT + 0x24, conf | 1);
    let sent = |high, nanoseconds| Pulse { high, nanoseconds };
    let pads = bench.chip.pads();
    let [Pad {
        output: Output::Sent(pulses),
        ..
    }] = pads.as_slice()
    else {
        panic!("{pads:?}");
    };
    assert_eq!(*pulses, [sent(true, 400), sent(false, 850), sent(true, 800)]);
    assert_eq!(bench.read(RMT + 0x70), 0);
    bench.pass(2 * MICROSECOND);
    assert_eq!(bench.read(RMT + 0x70), 0);
    bench.pass(MICROSECOND);
    assert_eq!(bench.read(RMT + 0x70), 2);
    bench.write(RMT + 0x7c, 2);
    assert_eq!(bench.read(RMT + 0x70), 0);
    // A transmission without an end runs out of its memory; without a clock there is none.
    for word in 0..48 {
        bench.write(RMT + 0x800 + 192 + 4 * word, 1 << 16 | 1 << 15 | 1);
    }
    bench.write(RMT + 0x24, conf | 1);
    bench.pass(10 * MICROSECOND);
    assert_eq!(bench.read(RMT + 0x70), 0x22);
    bench.write(RMT + 0x7c, 0x22);
    bench.write(RMT + 0xc0, 3 << 24 | 1);
    bench.write(RMT + 0x24, conf | 1);
    bench.pass(10 * MICROSECOND);
    assert_eq!(bench.read(RMT + 0x70), 0);
    // The FIFO stands before the memory.
    bench.write(RMT + 0xc0, 3 << 24);
    assert!(bench.chip.read(RMT + 0x800, 0, bench.now).is_err());
}
