//! The interrupt matrix and the sources behind it.

use super::{Bench, MILLISECOND};
use soc::peripherals::Effect;

const MATRIX: u32 = 0x600c_2000;

fn bench() -> Bench {
    let mut bench = Bench::new();
    bench.calm();
    bench
}

#[test]
fn a_core_interrupts_the_other() {
    let mut bench = bench();
    // CPU_INTR_FROM_CPU_1 drives interrupt 9 of core 1 only.
    bench.write(MATRIX + 0x800 + 4 * 80, 9);
    assert_eq!(bench.write(0x600c_0034, 1), Some(Effect::Interrupts));
    assert_eq!(
        (bench.chip.interrupt_lines(0), bench.chip.interrupt_lines(1)),
        (0, 1 << 9)
    );
    assert_eq!(
        bench.read(MATRIX + 0x18c + 8),
        1 << 16,
        "source 80 in the third status word"
    );
    assert_eq!(bench.write(0x600c_0034, 0), Some(Effect::Interrupts));
    assert_eq!(bench.chip.interrupt_lines(1), 0);
}

#[test]
fn a_source_that_nobody_routed_drives_nothing() {
    let mut bench = bench();
    assert_eq!(
        bench.write(0x600c_0030, 1),
        None,
        "reset routes it to a timer's interrupt"
    );
    assert_eq!(bench.write(MATRIX + 4 * 79, 0), Some(Effect::Interrupts));
    assert_eq!(bench.chip.interrupt_lines(0), 1);
    assert_eq!(
        bench.write(MATRIX + 4 * 79, 6),
        Some(Effect::Interrupts),
        "6 unmaps"
    );
    assert_eq!(bench.chip.interrupt_lines(0), 0);
}

#[test]
fn a_timer_a_port_and_a_cache_raise_theirs_in_time() {
    let mut bench = bench();
    bench.write(MATRIX + 4 * 57, 2);
    bench.write(MATRIX + 4 * 96, 3);
    bench.write(MATRIX + 4 * 27, 4);
    bench.write(MATRIX + 4 * 56, 5);
    // SYSTIMER every 5 ms, the start of frame of USB, a byte on UART0.
    bench.write(0x6002_3034, 1 << 30 | 80_000);
    bench.write(0x6002_3050, 1);
    bench.change(0x6002_3000, 0, 1 << 24);
    bench.write(0x6002_3064, 1);
    bench.write(0x6003_8010, 2);
    bench.change(0x6000_0024, 0x3ff, 1);
    bench.write(0x6000_000c, 1);
    bench.chip.uart0.host_write(b"!");
    bench.pass(MILLISECOND / 2);
    assert_eq!(bench.chip.interrupt_lines(0), 1 << 4);
    bench.pass(MILLISECOND);
    assert_eq!(bench.chip.interrupt_lines(0), 1 << 4 | 1 << 3);
    bench.pass(4 * MILLISECOND);
    assert_eq!(bench.chip.interrupt_lines(0), 1 << 4 | 1 << 3 | 1 << 2);
    assert!(bench.chip.set_source(56, true));
    assert_eq!(bench.chip.interrupt_lines(0), 0x3c);
    // Served, they go.
    bench.read(0x6000_0000);
    bench.write(0x6000_0010, 1);
    bench.write(0x6003_8014, 2);
    bench.write(0x6002_306c, 1);
    assert!(bench.chip.set_source(56, false));
    assert_eq!(bench.chip.interrupt_lines(0), 0);
}
