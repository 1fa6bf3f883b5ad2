//! From flash to the first instruction.

use sha2::{Digest, Sha256};
use soc::chip::ChipOptions;
use soc::fault::Fault;
use soc::machine::{Machine, Stopped};

use crate::firmware::{code, firmware, image, result, run, CODE, SHORT};

fn boot_fault(flash: Vec<u8>) -> (String, String) {
    let mut machine = Machine::new(ChipOptions {
        flash,
        ..ChipOptions::default()
    });
    let report = machine.run(SHORT).expect_err("nothing to boot");
    let log = String::from_utf8(machine.peripherals().usb.host_read()).expect("text");
    match report.fault {
        Fault::Boot(reason) => (reason, log),
        other => panic!("{other}"),
    }
}

#[test]
fn segments_are_loaded_and_the_entry_runs() {
    let data = (0x3fc9_0000, vec![0x78, 0x56, 0x34, 0x12]);
    let (code, entry) = code(&["peek 0x3fc90000 0", "done"], CODE);
    let mut machine = Machine::new(ChipOptions {
        flash: image(entry, &[data, (CODE, code)]),
        ..ChipOptions::default()
    });
    assert_eq!(machine.run(SHORT).expect("no fault"), Stopped::Time);
    assert_eq!(result(&machine, 0), 0x1234_5678);
    for log in [
        machine.peripherals().usb.host_read(),
        machine.peripherals().uart0.host_read(),
    ] {
        let log = String::from_utf8(log).expect("text");
        let lines: Vec<&str> = log.lines().collect();
        assert_eq!(lines[0], "ESP-ROM:esp32s3-20210327");
        assert_eq!(lines[1], "rst:0x1 (POWERON),boot:0x8 (SPI_FAST_FLASH_BOOT)");
        assert_eq!(lines[3], "mode:DIO, clock div:1");
        assert_eq!(lines[4], "load:0x3fc90000,len:0x4");
        assert_eq!(*lines.last().expect("lines"), format!("entry 0x{entry:08x}"));
    }
}

#[test]
fn a_digest_is_checked_when_there_is_one() {
    let mut flash = firmware(&["done"]);
    flash[23] = 1;
    let digest = Sha256::digest(&flash);
    flash.extend(digest);
    let mut machine = Machine::new(ChipOptions {
        flash: flash.clone(),
        ..ChipOptions::default()
    });
    machine.run(SHORT).expect("no fault");
    *flash.last_mut().expect("bytes") ^= 1;
    assert!(boot_fault(flash).0.contains("SHA-256"));
}

#[test]
fn broken_images_are_refused_with_the_reason() {
    let good = firmware(&["done"]);
    let (reason, log) = boot_fault(Vec::new());
    assert!(reason.contains("erased") && log.contains("invalid header: 0xffffffff"));
    let change = |at: usize, value: u8| {
        let mut flash = good.clone();
        flash[at] = value;
        boot_fault(flash)
    };
    assert!(change(0, 0xe8).0.contains("0xe8"));
    assert!(change(12, 5).0.contains("for chip 5"));
    assert!(change(1, 0).0.contains("0 segments"));
    let (reason, log) = change(32, good[32] ^ 1);
    assert!(reason.contains("checksum") && log.contains("Checksum failed"));
    assert!(change(6, 0x38).0.contains("no loaded segment"));
}

#[test]
fn segments_lie_where_the_rom_can_load_them() {
    let refused = |address: u32| {
        let (code, entry) = code(&["done"], CODE);
        boot_fault(image(entry, &[(CODE, code), (address, vec![0; 16])])).0
    };
    assert!(refused(0x3fce_a000).contains("ROM's own stack"));
    assert!(refused(0x403d_a000).contains("ROM's own stack"));
    assert!(refused(0x3fcf_8000).contains("data cache"));
    assert!(refused(0x4037_0000).contains("instruction cache"));
    assert!(refused(0x4200_0020).contains("RAM only"));
    assert!(refused(0x2000_0000).contains("no memory"));
    assert!(refused(0x3fc9_0002).contains("multiples of 4"));
}

#[test]
fn the_boot_button_leads_to_the_download_mode() {
    let mut machine = Machine::new(ChipOptions {
        flash: firmware(&["done"]),
        gpio0_low: true,
        ..ChipOptions::default()
    });
    assert_eq!(machine.run(SHORT).expect("no fault"), Stopped::Download);
    let log = String::from_utf8(machine.peripherals().usb.host_read()).expect("text");
    assert!(log.contains("waiting for download"));
}

#[test]
fn rom_functions_print_wait_and_tell() {
    let text = 0x3fc9_1000;
    let (code, entry) = code(
        &[
            "rsr.ccount a3",
            "rom ets_delay_us 100",
            "rsr.ccount a4",
            "sub a4, a4, a3",
            "result a4 0",
            "rom rtc_get_reset_reason 0",
            "result a10 1",
            "rom ets_printf 0x3fc91000 7 0xab 0x3fc91018",
            "done",
        ],
        CODE,
    );
    let mut format = b"%d %04x %s|\n\0".to_vec();
    format.resize(24, 0);
    format.extend(b"text\0\0\0\0");
    let mut machine = Machine::new(ChipOptions {
        flash: image(entry, &[(text, format), (CODE, code)]),
        ..ChipOptions::default()
    });
    machine.run(SHORT).expect("no fault");
    // 20 MHz, and what calls cost.
    assert!((2000..2300).contains(&result(&machine, 0)));
    assert_eq!(result(&machine, 1), 1);
    let log = String::from_utf8(machine.peripherals().usb.host_read()).expect("text");
    assert!(log.ends_with("7 00ab text|\n"), "{log}");
}

#[test]
fn a_software_reset_boots_again_and_tells_why() {
    let (machine, outcome) = run(&[
        "rom rtc_get_reset_reason 0",
        "movi a2, 1",
        "bne a10, a2, {again}",
        "rom software_reset",
        "again:",
        "result a10 0",
        "done",
    ]);
    outcome.expect("no fault");
    assert_eq!(result(&machine, 0), 3);
    assert_eq!(machine.resets()[0].1, "RTC_SW_SYS_RST");
}
