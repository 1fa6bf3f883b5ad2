//! UART0, random numbers, pins.

use super::{board, calm, options, result, run, warnings, SHORT};
use soc::peripherals::Output;

#[test]
fn bytes_go_out_and_come_in() {
    let mut machine = board(
        &calm(&[
            "li a2, 0x3ff40000",
            "li a5, 0x60000000",
            "movi a3, 72",
            "s32i a3, a5, 0",
            "movi a3, 105",
            "s32i a3, a5, 0",
            "wait:",
            "l32i a3, a2, 28",
            "extui a3, a3, 0, 8",
            "beqz a3, {wait}",
            // Where the wire stands, and where software does.
            "l32i a4, a2, 96",
            "result a4 2",
            "l32i a4, a2, 0",
            "result a4 0",
            "l32i a4, a2, 96",
            "result a4 1",
        ]),
        options(),
    );
    assert!(machine.run(SHORT).is_ok());
    assert_eq!(machine.peripherals().uart0.rate(), Some(115_211));
    let log = machine.peripherals().uart0.host_read();
    assert!(log.ends_with(b"Hi"), "{}", String::from_utf8_lossy(&log));
    assert_eq!(machine.peripherals().uart0.host_write(b"x"), 1);
    assert!(machine.run(2 * SHORT).is_ok());
    assert_eq!(result(&machine, 0), u32::from(b'x'));
    assert_eq!(result(&machine, 2), 1 << 13);
    assert_eq!(result(&machine, 1), 1 << 13 | 1 << 2);
    assert_eq!(machine.warnings(), Vec::<String>::new());
}

#[test]
fn a_rate_that_the_host_does_not_read() {
    // The divider of 80 MHz at 40.
    let said = warnings(&["poke 0x3ff40014 0x8002b6", "poke 0x60000000 65"]);
    assert!(said.contains("UART0 sends at 57"), "{said}");
}

#[test]
fn random_numbers_on_either_bus() {
    let machine = run(&["peek 0x3ff75144 0", "rom ets_delay_us 10", "peek 0x60035144 1"]);
    assert_ne!(result(&machine, 0), result(&machine, 1));
    let said = warnings(&["poke 0x3ff48070 0x2250", "peek 0x3ff75144 0"]);
    assert!(said.contains("without a source of noise"), "{said}");
}

#[test]
fn a_pin_as_plain_output() {
    // IO_MUX of pin 2 to the matrix, its own bit, high.
    let mut machine = run(&[
        "poke 0x3ff49040 0x2000",
        "poke 0x3ff44538 0x100",
        "poke 0x3ff44024 4",
        "poke 0x3ff44008 4",
    ]);
    let pads = machine.peripherals().pads();
    assert_eq!(pads.len(), 1);
    assert_eq!(pads[0].pin, 2);
    assert_eq!(pads[0].output, Output::Level(true));
}

#[test]
fn pulse_width_modulation_of_the_fast_group() {
    // 80 MHz would be usual; here the bus runs at 40: 40e6 / 10 / 2^10.
    let mut machine = run(&[
        "poke 0x3ff000c0 0xf9c1e86f",
        "poke 0x3ff49040 0x2000",
        "poke 0x3ff44538 71",
        "poke 0x3ff59140 0x0201400a",
        "poke 0x3ff59008 4096",
        "poke 0x3ff59000 4",
        "poke 0x3ff5900c 0xc0000000",
    ]);
    let pads = machine.peripherals().pads();
    let Output::Pulses(pulses) = pads[0].output else {
        panic!("{:?}", pads[0])
    };
    assert!((pulses.hertz - 40e6 / 10.0 / 1024.0).abs() < 1.0, "{pulses:?}");
    assert!((pulses.duty - 0.25).abs() < 1e-9, "{pulses:?}");
}

#[test]
fn pulses_of_the_transmitter() {
    // A tick of 25 ns; 10 high, 20 low, end.
    let mut machine = run(&[
        "poke 0x3ff000c0 0xf9c1e26f",
        "poke 0x3ff49040 0x2000",
        "poke 0x3ff44538 87",
        "poke 0x3ff560f0 1",
        "poke 0x3ff56800 0x0014800a",
        "poke 0x3ff56804 0",
        "poke 0x3ff56020 0x01000001",
        "poke 0x3ff56024 0x20001",
        "rom ets_delay_us 100",
        "peek 0x3ff560a0 0",
    ]);
    assert_eq!(result(&machine, 0), 1);
    let pads = machine.peripherals().pads();
    let Output::Sent(pulses) = &pads[0].output else {
        panic!("{:?}", pads[0])
    };
    let seen: Vec<(bool, u32)> = pulses
        .iter()
        .map(|pulse| (pulse.high, pulse.nanoseconds))
        .collect();
    assert_eq!(seen, [(true, 250), (false, 500)]);
}
