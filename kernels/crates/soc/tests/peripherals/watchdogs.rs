//! Watchdogs that bite, and what survives the resets that they cause.

use super::{Bench, MILLISECOND};
use soc::peripherals::{reset_scope, Effect, ResetScope, Warning};
use soc::time::TICKS_PER_SECOND;

const GROUP0: u32 = 0x6001_f000;
const GROUP1: u32 = 0x6002_0000;
const RTC: u32 = 0x6000_8000;
const KEY: u32 = 0x50d8_3aa1;

#[test]
fn the_boot_watchdogs_bite_who_does_nothing() {
    let mut bench = Bench::new();
    // 26,000,000 cycles of the 20 MHz APB clock.
    assert_eq!(bench.pass(10 * TICKS_PER_SECOND), Some(7));
    assert_eq!(bench.now, 13 * TICKS_PER_SECOND / 10);
    bench.write(GROUP0 + 0x64, KEY);
    bench.write(GROUP0 + 0x48, 0);
    // Without it the super watchdog, which nobody fed.
    assert_eq!(bench.pass(10 * TICKS_PER_SECOND), Some(18));
    assert_eq!(bench.now, 2 * TICKS_PER_SECOND);
    bench.write(RTC + 0xb8, 0x8f1d_312a);
    bench.write(RTC + 0xb4, 1 << 31);
    // 400,000 cycles of the 136 kHz clock.
    assert_eq!(bench.pass(10 * TICKS_PER_SECOND), Some(16));
    assert_eq!(bench.now / MILLISECOND, 2941);
}

#[test]
fn switched_off_they_leave_firmware_alone() {
    let mut bench = Bench::new();
    bench.calm();
    assert_eq!(bench.pass(100 * TICKS_PER_SECOND), None);
    assert_eq!(bench.warnings(), []);
}

#[test]
fn a_locked_watchdog_does_not_listen() {
    let mut bench = Bench::new();
    bench.write(GROUP0 + 0x48, 0);
    bench.write(RTC + 0x98, 0);
    bench.write(RTC + 0xb4, 1 << 30);
    let addresses = [GROUP0 + 0x48, RTC + 0x98, RTC + 0xb4];
    assert_eq!(
        bench.warnings(),
        addresses.map(|address| Warning::WatchdogProtected { address })
    );
    assert_eq!(bench.pass(10 * TICKS_PER_SECOND), Some(7));
}

#[test]
fn stages_follow_each_other_until_somebody_feeds() {
    let mut bench = Bench::new();
    bench.calm();
    // 1 ms a count; an interrupt after 100 ms, then a reset of the digital side after 50 more.
    bench.write(GROUP1 + 0x64, KEY);
    bench.write(GROUP1 + 0x4c, 20_000 << 16);
    bench.write(GROUP1 + 0x50, 100);
    bench.write(GROUP1 + 0x54, 50);
    bench.write(GROUP1 + 0x48, 1 << 31 | 1 << 29 | 3 << 27);
    bench.write(GROUP1 + 0x70, 4);
    for _ in 0..5 {
        assert_eq!(bench.pass(120 * MILLISECOND), None);
        assert_eq!(bench.read(GROUP1 + 0x74), 4);
        bench.write(GROUP1 + 0x60, 1);
        bench.write(GROUP1 + 0x7c, 4);
    }
    let fed = bench.now;
    assert_eq!(bench.pass(TICKS_PER_SECOND), Some(8));
    assert_eq!(bench.now - fed, 150 * MILLISECOND);
}

#[test]
fn a_faster_bus_clock_makes_the_watchdog_faster() {
    let mut bench = Bench::new();
    bench.write(RTC + 0xb8, 0x8f1d_312a);
    bench.write(RTC + 0xb4, 1 << 31);
    // Half the count at 20 MHz, the other half at 80 MHz.
    bench.pass(650 * MILLISECOND);
    bench.write(0x600c_0060, 1 << 10);
    let switched = bench.now;
    assert_eq!(bench.pass(10 * TICKS_PER_SECOND), Some(7));
    assert_eq!((bench.now - switched) / MILLISECOND, 162);
}

#[test]
fn store_registers_outlive_watchdogs_and_nothing_outlives_power() {
    let mut bench = Bench::new();
    bench.calm();
    bench.write(RTC + 0x50, 0x1234_5678);
    // UART1 is not used.
    bench.write(0x600c_0018, 0xf9c1_e04f);
    for (reason, scope) in [
        (12, ResetScope::Cores),
        (3, ResetScope::Digital),
        (16, ResetScope::Chip),
    ] {
        assert_eq!(reset_scope(reason), scope);
        bench.chip.reset(reason, bench.now);
        assert_eq!(bench.chip.reset_reason(0), reason);
        assert_eq!(bench.read(RTC + 0x38) & 0x3f, reason.into());
        assert_eq!(bench.read(RTC + 0x50), 0x1234_5678);
        let clocks = if reason == 12 { 0xf9c1_e04f } else { 0xf9c1_e06f };
        assert_eq!(bench.read(0x600c_0018), clocks);
        // The mask ROM's watchdogs guard the next boot.
        bench.calm();
    }
    bench.chip.reset(1, bench.now);
    assert_eq!(bench.read(RTC + 0x50), 0);
}

#[test]
fn software_resets_by_a_bit() {
    let mut bench = Bench::new();
    assert_eq!(bench.change(RTC, 0, 1 << 31), Some(Effect::Reset { reason: 3 }));
    assert_eq!(bench.change(RTC, 0, 1 << 5), Some(Effect::Reset { reason: 12 }));
    assert_eq!(bench.read(RTC) >> 31, 0, "the bit is a pulse");
    let resets = bench.chip.app_core().resets;
    assert_eq!(bench.change(RTC, 0, 1 << 4), Some(Effect::AppCore));
    assert_eq!(bench.chip.app_core().resets, resets + 1);
}

#[test]
fn a_core_stalls_at_one_value_of_its_lines_only() {
    let mut bench = Bench::new();
    bench.write(RTC + 0xbc, 0x21 << 20);
    assert!(!bench.chip.app_core().stalled);
    bench.change(RTC, 3, 2);
    assert!(bench.chip.app_core().stalled);
    assert!(!bench.chip.pro_stalled());
    bench.write(RTC + 0xbc, 0);
    assert!(!bench.chip.app_core().stalled);
}
