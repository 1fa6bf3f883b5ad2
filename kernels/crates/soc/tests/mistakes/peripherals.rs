//! Mistakes with peripherals: watchdogs, ports, clocks, registers.

use super::firmware::{Firmware, STACK};
use super::{catch_program, warnings};
use soc::fault::Fault;

#[test]
fn watchdogs_left_on() {
    let mut program = Firmware::bare();
    program.stack(STACK).stay();
    let caught = catch_program(&program);
    assert!(matches!(caught.fault, Fault::ResetLoop { .. }), "{}", caught.text);
    caught.says(&["watchdogs reset the chip", "TG0WDT_SYS_RST"]);
}

#[test]
fn watchdog_whose_lock_was_forgotten() {
    let mut program = Firmware::new();
    program.store(0x6001_f048, 0).stay();
    let told = warnings(&program);
    assert!(
        told.contains("0x6001f048") && told.contains("protection"),
        "{told}"
    );
}

#[test]
fn register_that_does_not_exist() {
    let mut program = Firmware::new();
    program.store(0x6000_8158, 1).stay();
    let caught = catch_program(&program);
    assert!(matches!(caught.fault, Fault::Register { .. }), "{}", caught.text);
    caught.says(&["RTC_CNTL", "0x158"]);
}

#[test]
fn peripheral_without_a_clock() {
    let mut program = Firmware::new();
    // GDMA comes out of reset with its clock off.
    program.fetch(0x6003_f000).stay();
    let caught = catch_program(&program);
    assert!(matches!(caught.fault, Fault::Register { .. }), "{}", caught.text);
    caught.says(&["GDMA", "no clock", "bit 6"]);
}

#[test]
fn uart_written_without_a_look_at_its_fifo() {
    let mut program = Firmware::new();
    program
        .load(2, 0x6000_0000)
        .lines(&["movi a3, 65", "movi a4, 200"]);
    program
        .lines(&["again:", "s32i a3, a2, 0", "addi a4, a4, -1", "bnez a4, {again}"])
        .stay();
    let told = warnings(&program);
    assert!(told.contains("UART0 byte lost"), "{told}");
}

#[test]
fn usb_written_without_a_look_at_its_fifo() {
    let mut program = Firmware::new();
    program
        .load(2, 0x6003_8000)
        .lines(&["movi a3, 65", "movi a4, 65"]);
    program
        .lines(&["again:", "s32i a3, a2, 0", "addi a4, a4, -1", "bnez a4, {again}"])
        .stay();
    let told = warnings(&program);
    assert!(told.contains("USB-Serial-JTAG byte lost"), "{told}");
}

#[test]
fn pll_without_calibration_and_voltage() {
    let mut program = Firmware::new();
    program.store(0x600c_0010, 0xe).store(0x600c_0060, 1 << 10).stay();
    let told = warnings(&program);
    assert!(told.contains("not calibrated"), "{told}");
    assert!(told.contains("core voltage"), "{told}");
}

#[test]
fn random_numbers_in_a_row() {
    let mut program = Firmware::new();
    program.store(0x600c_0010, 0xe).store(0x600c_0060, 1 << 10);
    program.load(2, 0x6003_507c);
    program.lines(&["again:", "l32i a3, a2, 0", "l32i a4, a2, 0", "j {again}"]);
    let told = warnings(&program);
    assert!(told.contains("source of noise"), "{told}");
    assert!(told.contains("16 APB cycles"), "{told}");
}
