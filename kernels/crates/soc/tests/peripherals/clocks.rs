//! The clock tree on its way to 240 MHz, with the mistakes that one can make, and the gates of the peripherals.

use super::{Bench, MICROSECOND};
use emulator::bus::BusFault;
use soc::peripherals::{ClockSource, Effect, Warning, PLL_BLOCK, VOLTAGE_BLOCK};

const ANA_CONF0: u32 = 0x6000_e040;
const ANA_CONFIG: u32 = 0x6000_e044;
const CPU_PER_CONF: u32 = 0x600c_0010;
const SYSCLK_CONF: u32 = 0x600c_0060;
const CLK_EN0: u32 = 0x600c_0018;

#[derive(Clone, Copy, PartialEq)]
enum Leave {
    Nothing,
    Power,
    BlockOff,
    Calibration,
    Voltage,
}

/// The documented sequence to 240 MHz, without one of its steps.
fn switch(bench: &mut Bench, leave: Leave) -> Option<Effect> {
    bench.calm();
    let power = if leave == Leave::Power { 1 << 10 } else { 0 };
    bench.change(0x6000_8000, 1 << 6 | 1 << 8 | 1 << 10, power);
    if leave != Leave::BlockOff {
        bench.change(ANA_CONFIG, 1 << 17, 0);
    }
    bench.change(CPU_PER_CONF, 0, 1 << 2);
    bench.change(ANA_CONF0, 1 << 2, 1 << 3);
    for (register, value) in [(4, 0x6b), (2, 0x50), (3, 8), (5, 0), (6, 0x73), (9, 3)] {
        bench.now += 10 * MICROSECOND;
        let now = bench.now;
        bench.chip.regi2c_write(PLL_BLOCK, register, value, 0, now);
    }
    if leave != Leave::Calibration {
        let mut polls = 0;
        while bench.read(ANA_CONF0) >> 24 & 1 == 0 && polls < 100 {
            bench.pass(MICROSECOND);
            polls += 1;
        }
        assert!(polls > 0 || leave == Leave::BlockOff, "a calibration takes time");
        assert!(polls < 100, "the calibration ends");
    }
    bench.change(ANA_CONF0, 1 << 3, 1 << 2);
    if leave != Leave::Voltage {
        let now = bench.now;
        bench
            .chip
            .regi2c_write_mask((VOLTAGE_BLOCK, 4), (4, 0), 28, 0, now);
        bench
            .chip
            .regi2c_write_mask((VOLTAGE_BLOCK, 6), (4, 0), 28, 0, now);
    }
    bench.change(CPU_PER_CONF, 3, 2);
    bench.change(SYSCLK_CONF, 0xfff, 1 << 10)
}

#[test]
fn the_whole_sequence_gives_240_mhz_without_a_warning() {
    let mut bench = Bench::new();
    assert_eq!(bench.chip.clock().ticks_per_cycle, 24, "20 MHz from the mask ROM");
    assert_eq!(bench.read(SYSCLK_CONF) >> 12 & 0x7f, 40);
    let effect = switch(&mut bench, Leave::Nothing);
    assert_eq!(effect, Some(Effect::CpuClock { ticks_per_cycle: 2 }));
    assert_eq!(bench.warnings(), []);
    let clock = bench.chip.clock();
    assert_eq!(
        (clock.source, clock.apb),
        (ClockSource::Pll { megahertz: 480 }, 80_000_000)
    );
    assert_eq!(bench.chip.regi2c_read_mask(VOLTAGE_BLOCK, 4, 4, 0), 28);
    // And back to the crystal.
    let effect = bench.change(SYSCLK_CONF, 0xfff, 0);
    assert_eq!(effect, Some(Effect::CpuClock { ticks_per_cycle: 12 }));
}

#[test]
fn every_step_left_out_is_named() {
    for (leave, expected) in [
        (Leave::Power, vec![Warning::PllOff]),
        (
            Leave::BlockOff,
            vec![
                Warning::AnalogBlockOff { block: PLL_BLOCK },
                Warning::PllNotCalibrated,
            ],
        ),
        (Leave::Calibration, vec![Warning::PllNotCalibrated]),
        (
            Leave::Voltage,
            vec![Warning::CoreVoltage {
                dbias: (25, 25),
                needed: (28, 28),
            }],
        ),
    ] {
        let mut bench = Bench::new();
        switch(&mut bench, leave);
        assert_eq!(bench.warnings(), expected);
    }
}

#[test]
fn calibration_is_not_done_before_it_was_started() {
    let mut bench = Bench::new();
    bench.pass(1000 * MICROSECOND);
    assert_eq!(bench.read(ANA_CONF0) >> 24 & 1, 0);
}

#[test]
fn a_peripheral_without_a_clock_does_not_answer() {
    let mut bench = Bench::new();
    bench.change(CLK_EN0, 1 << 29, 0);
    assert_eq!(bench.chip.read(0x6002_3044, 0, 0), Err(BusFault::NotReady));
    let told = bench.chip.explain(0x6002_3044);
    assert!(
        told.contains("SYSTIMER") && told.contains("PERIP_CLK_EN0") && told.contains("bit 29"),
        "{told}"
    );
    bench.change(CLK_EN0, 0, 1 << 29);
    assert_eq!(bench.chip.read(0x6002_3044, 0, 0), Ok(0));
    // GDMA needs its gate opened and its reset released.
    assert_eq!(bench.chip.write(0x6003_f000, 0, 0, 0), Err(BusFault::NotReady));
    bench.change(0x600c_001c, 0, 1 << 6);
    assert_eq!(bench.chip.write(0x6003_f000, 0, 0, 0), Err(BusFault::NotReady));
    bench.change(0x600c_0024, 1 << 6, 0);
    assert_eq!(bench.chip.write(0x6003_f000, 0, 0, 0), Ok(None));
}

#[test]
fn a_reset_pulse_brings_reset_values() {
    let mut bench = Bench::new();
    bench.calm();
    bench.pass(MICROSECOND);
    bench.write(0x6002_3018, 77);
    bench.change(0x600c_0020, 0, 1 << 29);
    bench.change(0x600c_0020, 1 << 29, 0);
    assert_eq!(bench.read(0x6002_3018), 0);
}

#[test]
fn what_is_not_there_is_named() {
    let mut bench = Bench::new();
    for (address, expected) in [
        (0x6000_8158, "RTC_CNTL has no register at offset 0x158"),
        (0x6002_e000, "UART2 is not emulated"),
        (0x6001_7000, "PCNT is not emulated"),
        (0x6007_7000, "no peripheral is at 0x60077000"),
    ] {
        assert_eq!(bench.chip.read(address, 0, 0), Err(BusFault::Unmapped));
        assert_eq!(bench.chip.write(address, 1, 0, 0), Err(BusFault::Unmapped));
        let told = bench.chip.explain(address);
        assert!(told.contains(expected), "{told}");
    }
    assert_eq!(bench.chip.read(0x6000_8001, 0, 0), Err(BusFault::Width));
}
