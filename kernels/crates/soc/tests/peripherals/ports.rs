//! USB-Serial-JTAG and UART0 with hosts that read, do not read, or are not there.

use super::{Bench, MICROSECOND, MILLISECOND};
use soc::peripherals::{Warning, PACKET_BYTES};
use soc::time::TICKS_PER_SECOND;

const EP1: u32 = 0x6003_8000;
const EP1_CONF: u32 = 0x6003_8004;
const USB_RAW: u32 = 0x6003_8008;
const USB_CLEAR: u32 = 0x6003_8014;
const FRAME: u32 = 0x6003_8024;

const FIFO: u32 = 0x6000_0000;
const RAW: u32 = 0x6000_0004;
const CLEAR: u32 = 0x6000_0010;
const DIVIDER: u32 = 0x6000_0014;
const STATUS: u32 = 0x6000_001c;
const FSM: u32 = 0x6000_006c;
const CLOCK: u32 = 0x6000_0078;

fn bench() -> Bench {
    let mut bench = Bench::new();
    bench.calm();
    bench
}

#[test]
fn usb_bytes_reach_the_host_when_they_are_flushed() {
    let mut bench = bench();
    for byte in *b"hello" {
        assert_eq!(bench.read(EP1_CONF) & 2, 2);
        bench.write(EP1, byte.into());
    }
    bench.pass(MILLISECOND);
    assert_eq!(bench.chip.usb.host_read(), b"", "nothing leaves without WR_DONE");
    bench.write(EP1_CONF, 1);
    assert_eq!(bench.read(EP1_CONF) & 2, 0, "the packet is on its way");
    bench.pass(MILLISECOND);
    assert_eq!(bench.read(EP1_CONF) & 2, 2);
    assert_eq!(bench.read(USB_RAW) & 8, 8);
    assert_eq!(bench.chip.usb.host_read(), b"hello");
    assert_eq!(bench.warnings(), []);
}

#[test]
fn usb_sends_a_full_packet_by_itself_and_loses_what_comes_too_early() {
    let mut bench = bench();
    for index in 0..PACKET_BYTES as u32 {
        bench.write(EP1, index);
    }
    assert_eq!(bench.read(EP1_CONF) & 2, 0);
    bench.write(EP1, 0xee);
    assert_eq!(bench.warnings(), [Warning::UsbByteLost]);
    bench.pass(MILLISECOND);
    let sent: Vec<u8> = (0..PACKET_BYTES as u8).collect();
    assert_eq!(bench.chip.usb.host_read(), sent);
}

#[test]
fn usb_without_a_reader_never_drains_until_one_comes() {
    let mut bench = bench();
    bench.chip.usb.reading = false;
    bench.write(EP1, b'x'.into());
    bench.write(EP1_CONF, 1);
    bench.pass(2 * TICKS_PER_SECOND);
    assert_eq!(bench.read(EP1_CONF) & 2, 0);
    assert_eq!(bench.read(FRAME), 2000, "the host is there: frames go on");
    bench.chip.usb.attached = false;
    bench.pass(TICKS_PER_SECOND);
    assert_eq!(bench.read(FRAME), 2000, "no host, no frames");
    (bench.chip.usb.attached, bench.chip.usb.reading) = (true, true);
    bench.pass(MILLISECOND);
    assert_eq!(bench.chip.usb.host_read(), b"x");
    assert_eq!(bench.read(EP1_CONF) & 2, 2);
}

#[test]
fn usb_frames_raise_their_bit_every_millisecond() {
    let mut bench = bench();
    bench.pass(3 * MILLISECOND / 2);
    assert_eq!(bench.read(USB_RAW) & 2, 2);
    bench.write(USB_CLEAR, 2);
    assert_eq!(bench.read(USB_RAW) & 2, 0);
    bench.pass(MILLISECOND);
    assert_eq!(bench.read(USB_RAW) & 2, 2);
}

#[test]
fn usb_takes_a_packet_of_the_host_at_a_time() {
    let mut bench = bench();
    assert_eq!(bench.read(EP1_CONF) & 4, 0);
    assert_eq!(bench.chip.usb.host_write(&[7; 100]), PACKET_BYTES);
    assert_eq!(bench.chip.usb.host_write(&[8]), 0, "firmware has not read yet");
    assert_eq!(bench.read(USB_RAW) & 4, 4);
    for _ in 0..PACKET_BYTES {
        assert_eq!(bench.read(EP1_CONF) & 4, 4);
        assert_eq!(bench.read(EP1), 7);
    }
    assert_eq!(bench.read(EP1_CONF) & 4, 0);
    bench.read(EP1);
    assert_eq!(bench.warnings(), [Warning::UsbReadEmpty]);
    assert_eq!(bench.chip.usb.host_write(&[8]), 1);
}

#[test]
fn uart_bytes_take_their_time_on_the_wire() {
    let mut bench = bench();
    for byte in *b"abc" {
        bench.write(FIFO, byte.into());
    }
    assert_eq!(bench.read(STATUS) >> 16 & 0x3ff, 2, "one byte is on the wire");
    assert_eq!(bench.read(FSM) >> 4, 1);
    // 10 bits at 115211 bit/s are 86.8 microseconds.
    bench.pass(86 * MICROSECOND);
    assert_eq!(bench.chip.uart0.host_read(), b"");
    bench.pass(MICROSECOND);
    assert_eq!(bench.chip.uart0.host_read(), b"a");
    assert_eq!(bench.read(RAW) >> 14 & 1, 0);
    bench.pass(174 * MICROSECOND);
    assert_eq!(bench.chip.uart0.host_read(), b"bc");
    assert_eq!(bench.read(RAW) >> 14 & 1, 1);
    assert_eq!(bench.read(FSM) >> 4, 0);
    assert_eq!(bench.warnings(), []);
}

#[test]
fn uart_loses_the_byte_that_its_fifo_cannot_hold() {
    let mut bench = bench();
    // One on the wire, 128 in the FIFO.
    for index in 0..129 {
        bench.write(FIFO, index);
    }
    assert_eq!(bench.warnings(), []);
    assert_eq!(bench.read(STATUS) >> 16 & 0x3ff, 128);
    bench.write(FIFO, 0xee);
    assert_eq!(bench.warnings(), [Warning::UartByteLost]);
    bench.pass(130 * 87 * MICROSECOND);
    assert_eq!(bench.chip.uart0.host_read(), (0..129).collect::<Vec<u8>>());
}

#[test]
fn uart_receives_at_the_rate_of_the_wire_and_overflows() {
    let mut bench = bench();
    assert_eq!(bench.chip.uart0.host_write(b"ok"), 2);
    bench.pass(100 * MICROSECOND);
    assert_eq!(bench.read(STATUS) & 0x3ff, 1);
    bench.pass(100 * MICROSECOND);
    assert_eq!((bench.read(FIFO), bench.read(FIFO)), (b'o'.into(), b'k'.into()));
    bench.write(CLEAR, u32::MAX);
    assert_eq!(bench.chip.uart0.host_write(&[1; 130]), 130);
    bench.pass(20 * MILLISECOND);
    assert_eq!(bench.read(STATUS) & 0x3ff, 128);
    assert_eq!(bench.read(RAW) & 0x10, 0x10);
    assert_eq!(bench.warnings(), [Warning::UartInputLost]);
    bench.read(FIFO);
    assert_eq!(bench.read(STATUS) & 0x3ff, 127);
}

#[test]
fn uart_at_another_rate_is_named_once() {
    let mut bench = bench();
    // From the APB clock, which is 20 MHz before the PLL: the divider for 80 MHz gives a quarter of the rate.
    bench.change(CLOCK, 3 << 20, 1 << 20);
    bench.write(DIVIDER, 694 | 7 << 20);
    bench.write(FIFO, 1);
    bench.write(FIFO, 2);
    bench.pass(MILLISECOND);
    let expected = Warning::UartRate {
        rate: 28_800,
        host: 115_200,
    };
    assert_eq!(bench.warnings(), [expected]);
    assert!(expected.to_string().contains("28800"), "{expected}");
}
