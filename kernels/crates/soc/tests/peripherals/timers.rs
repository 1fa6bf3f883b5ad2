//! SYSTIMER and the timers of the timer groups.

use super::{Bench, MICROSECOND, MILLISECOND};
use soc::time::TICKS_PER_SECOND;

const SYSTIMER: u32 = 0x6002_3000;
const GROUP: u32 = 0x6001_f000;

fn bench() -> Bench {
    let mut bench = Bench::new();
    bench.calm();
    bench
}

fn systimer(bench: &mut Bench) -> u64 {
    bench.write(SYSTIMER + 4, 1 << 30);
    assert_eq!(bench.read(SYSTIMER + 4) >> 29 & 1, 0, "the value needs a moment");
    bench.now += MICROSECOND;
    assert_eq!(bench.read(SYSTIMER + 4) >> 29 & 1, 1);
    u64::from(bench.read(SYSTIMER + 0x40)) << 32 | u64::from(bench.read(SYSTIMER + 0x44))
}

#[test]
fn systimer_counts_sixteen_times_a_microsecond() {
    let mut bench = bench();
    bench.pass(3 * TICKS_PER_SECOND);
    assert_eq!(systimer(&mut bench), 48_000_000);
    // Read without asking: the old value.
    bench.pass(TICKS_PER_SECOND);
    assert_eq!(bench.read(SYSTIMER + 0x44), 48_000_000);
    // Load another one.
    bench.write(SYSTIMER + 0x0c, 5);
    bench.write(SYSTIMER + 0x10, 100);
    bench.write(SYSTIMER + 0x5c, 1);
    bench.pass(MICROSECOND);
    assert_eq!(systimer(&mut bench), (5 << 32) + 116);
}

#[test]
fn systimer_alarms_fire_once_or_again_and_again() {
    let mut bench = bench();
    let now = systimer(&mut bench);
    bench.write(SYSTIMER + 0x1c, ((now + 16_000) >> 32) as u32);
    bench.write(SYSTIMER + 0x20, (now + 16_000) as u32);
    bench.write(SYSTIMER + 0x50, 1);
    // The second one every 2 ms.
    bench.write(SYSTIMER + 0x38, 1 << 30 | 32_000);
    bench.write(SYSTIMER + 0x54, 1);
    bench.change(SYSTIMER, 0, 1 << 24 | 1 << 23);
    bench.pass(MILLISECOND - 2 * MICROSECOND);
    assert_eq!(bench.read(SYSTIMER + 0x68), 0);
    bench.pass(2 * MICROSECOND);
    assert_eq!(bench.read(SYSTIMER + 0x68), 1);
    bench.pass(MILLISECOND);
    assert_eq!(bench.read(SYSTIMER + 0x68), 3);
    bench.write(SYSTIMER + 0x6c, 3);
    bench.pass(2 * MILLISECOND);
    assert_eq!(bench.read(SYSTIMER + 0x68), 2);
}

#[test]
fn a_timer_counts_the_divided_clock_and_alarms() {
    let mut bench = bench();
    // Up, from the 40 MHz crystal divided by 40: microseconds.
    bench.write(GROUP + 0x10, 500);
    bench.write(GROUP + 0x14, 0);
    bench.write(GROUP, 1 << 31 | 1 << 30 | 1 << 29 | 40 << 13 | 1 << 10 | 1 << 9);
    bench.pass(300 * MICROSECOND);
    bench.write(GROUP + 0x0c, 1 << 31);
    assert_eq!(bench.read(GROUP + 4), 300);
    assert_eq!(bench.read(GROUP + 0x74) & 1, 0);
    bench.pass(250 * MICROSECOND);
    assert_eq!(bench.read(GROUP + 0x74) & 1, 1);
    assert_eq!(bench.read(GROUP) >> 10 & 1, 0, "an alarm switches itself off");
    bench.write(GROUP + 0x0c, 1 << 31);
    assert_eq!(bench.read(GROUP + 4), 50, "and loads the timer again");
}

#[test]
fn the_slow_clock_is_measured_against_the_crystal() {
    let mut bench = bench();
    bench.write(GROUP + 0x68, 1 << 31 | 136 << 16);
    assert_eq!(bench.read(GROUP + 0x68) >> 15 & 1, 0);
    bench.pass(MILLISECOND);
    assert_eq!(bench.read(GROUP + 0x68) >> 15 & 1, 1);
    assert_eq!(
        bench.read(GROUP + 0x6c) >> 7,
        40_000,
        "136 cycles of 136 kHz are a millisecond"
    );
}

#[test]
fn the_rtc_counts_the_slow_clock() {
    let mut bench = bench();
    bench.pass(2 * TICKS_PER_SECOND);
    bench.write(0x6000_800c, 1 << 31);
    assert_eq!(bench.read(0x6000_8010), 272_000);
    assert_eq!(bench.read(0x6000_8014), 0);
}
