//! Mistakes with caches, the page table, PSRAM and flash.

use super::firmware::{Firmware, EXTERNAL};
use super::{catch, catch_program, Caught};
use soc::chip::{ChipOptions, Psram};
use soc::fault::{CacheName, Fault};

/// A page of PSRAM in the page table.
const PSRAM: u32 = 1 << 15;
const INVALID: u32 = 1 << 14;

fn not_ready(caught: &Caught) {
    assert!(
        matches!(caught.fault, Fault::PsramNotReady { .. }),
        "{}",
        caught.text
    );
}

/// Octal PSRAM at 40 MHz, as documented, but for a mode register and a wait of choice.
fn bring_up(program: &mut Firmware, mr0: u32, scache: u32) {
    // Pins of the upper data lines, then SPI1 on eight lines with two transfers per clock.
    program.call(0x4000_0894, &[]);
    program.store(0x6000_906c, 0x0f00).store(0x6000_33fc, 0x0210_105f);
    program.store(0x6000_30dc, 0x0400_b18f);
    program.store(0x6000_30ec, 0);
    for clock in [0x6000_2014, 0x6000_3014, 0x6000_3050] {
        program.store(clock, 0x0003_0103);
    }
    program.store(0x6000_20e0, 2).call(0x4000_093c, &[1, 0, 0]);
    // opiflash_exec_cmd: write MR0.
    program.store(0x3fcb_0000, mr0);
    program.call(
        0x4000_08b8,
        &[1, 7, 0xc0c0, 16, 0, 32, 0, 0x3fcb_0000, 16, 0, 0, 2, 0],
    );
    program.store(0x6000_3050, 0x0001_0001);
    program
        .store(0x6000_3044, 0x007c_0000)
        .store(0x6000_3048, 0xf000_0000);
    program
        .store(0x6000_304c, 0xf000_8080)
        .store(0x6000_30e4, 0x0000_3023);
    program.store(0x6000_3040, scache).store(0x6000_20e0, 0);
}

#[test]
fn psram_before_it_was_brought_up() {
    let mut program = Firmware::new();
    program
        .data_cache(2)
        .map(256, PSRAM)
        .fetch(EXTERNAL + (256 << 16))
        .stay();
    let caught = catch_program(&program);
    not_ready(&caught);
    caught.says(&["PSRAM", "before it was brought up"]);
}

#[test]
fn psram_brought_up_rightly_works() {
    let mut program = Firmware::new();
    bring_up(&mut program, 0x28 | 0x0d00, 0x01f7_c479);
    program.data_cache(2).map(256, PSRAM);
    program
        .store(EXTERNAL + (256 << 16), 0x1234_5678)
        .fetch(EXTERNAL + (256 << 16))
        .stay();
    assert_eq!(super::warnings(&program), "");
}

#[test]
fn psram_with_the_wrong_latency_code() {
    let mut program = Firmware::new();
    // Code 3 is 12 cycles, for which the controller does not wait.
    bring_up(&mut program, 0x2c | 0x0d00, 0x01f7_c479);
    program
        .data_cache(2)
        .map(256, PSRAM)
        .fetch(EXTERNAL + (256 << 16))
        .stay();
    let caught = catch_program(&program);
    not_ready(&caught);
    caught.says(&["MR0", "latency"]);
}

#[test]
fn psram_where_there_is_none() {
    let mut program = Firmware::new();
    program
        .data_cache(2)
        .map(256, PSRAM)
        .fetch(EXTERNAL + (256 << 16))
        .stay();
    let caught = catch(
        program.image(),
        ChipOptions {
            psram: Psram::None,
            ..ChipOptions::default()
        },
    );
    assert_eq!(caught.fault, Fault::PsramAbsent);
}

#[test]
fn read_past_the_end_of_psram() {
    let mut program = Firmware::new();
    bring_up(&mut program, 0x28 | 0x0d00, 0x01f7_c479);
    // 8 MB are 128 pages.
    program
        .data_cache(2)
        .map(256, PSRAM | 128)
        .fetch(EXTERNAL + (256 << 16))
        .stay();
    let caught = catch_program(&program);
    assert!(
        matches!(caught.fault, Fault::MmuBeyond { psram: true, .. }),
        "{}",
        caught.text
    );
    caught.says(&["PSRAM", "0x800000"]);
}

#[test]
fn page_that_was_never_mapped() {
    let mut program = Firmware::new();
    program
        .data_cache(2)
        .map(0, 0)
        .map(1, INVALID)
        .fetch(EXTERNAL + (1 << 16))
        .stay();
    let caught = catch_program(&program);
    assert!(
        matches!(caught.fault, Fault::MmuInvalid { .. }),
        "{}",
        caught.text
    );
    caught.says(&["0x3c010000", "MMU"]);
}

#[test]
fn page_beyond_the_flash() {
    let mut program = Firmware::new();
    program.data_cache(2).map(0, 256).fetch(EXTERNAL).stay();
    let caught = catch_program(&program);
    assert!(
        matches!(caught.fault, Fault::MmuBeyond { psram: false, .. }),
        "{}",
        caught.text
    );
    caught.says(&["flash", "0x1000000"]);
}

#[test]
fn store_to_mapped_flash() {
    let mut program = Firmware::new();
    program.data_cache(2).map(0, 0).store(EXTERNAL + 64, 1).stay();
    let caught = catch_program(&program);
    assert!(
        matches!(caught.fault, Fault::FlashWrite { .. }),
        "{}",
        caught.text
    );
    caught.says(&["0x3c000040", "flash"]);
}

#[test]
fn cache_used_while_it_is_off() {
    let mut program = Firmware::new();
    program.map(0, 0).fetch(EXTERNAL).stay();
    let caught = catch_program(&program);
    assert!(
        matches!(
            caught.fault,
            Fault::CacheDisabled {
                cache: CacheName::Data,
                ..
            }
        ),
        "{}",
        caught.text
    );
    caught.says(&["data cache", "off"]);
}

#[test]
fn cache_switched_off_behind_its_users_back() {
    let mut program = Firmware::new();
    program
        .data_cache(2)
        .map(0, 0)
        .fetch(EXTERNAL)
        .store(0x600c_4000, 2 << 3);
    program.fetch(EXTERNAL).stay();
    let caught = catch_program(&program);
    assert!(
        matches!(caught.fault, Fault::CacheDisabled { .. }),
        "{}",
        caught.text
    );
}

#[test]
fn cache_whose_bus_is_shut() {
    let mut program = Firmware::new();
    program
        .data_cache(2)
        .map(0, 0)
        .store(0x600c_4004, 1)
        .fetch(EXTERNAL)
        .stay();
    let caught = catch_program(&program);
    assert!(matches!(caught.fault, Fault::CacheShut { .. }), "{}", caught.text);
}

#[test]
fn another_page_without_invalidating() {
    let mut program = Firmware::new();
    program
        .data_cache(2)
        .map(0, 0)
        .fetch(EXTERNAL)
        .map(0, 1)
        .fetch(EXTERNAL)
        .stay();
    let caught = catch_program(&program);
    assert!(matches!(caught.fault, Fault::StaleLine { .. }), "{}", caught.text);
    caught.says(&["invalidate"]);
}

#[test]
fn lines_of_16_bytes_with_64_kb() {
    let mut program = Firmware::new();
    program.store(0x600c_4000, 1 << 2).stay();
    let caught = catch_program(&program);
    assert!(
        matches!(caught.fault, Fault::CacheGeometry { .. }),
        "{}",
        caught.text
    );
    caught.says(&["data cache", "16 bytes"]);
}

#[test]
fn line_length_changed_while_on() {
    let mut program = Firmware::new();
    program.data_cache(1).store(0x600c_4000, 2 << 3 | 1).stay();
    let caught = catch_program(&program);
    assert!(
        matches!(caught.fault, Fault::CacheChanged { .. }),
        "{}",
        caught.text
    );
}

#[test]
fn memory_that_the_data_cache_took() {
    let mut program = Firmware::new();
    // 64 KB: all of SRAM2, in which these data lay.
    program
        .store(0x3fcf_1000, 7)
        .store(0x600c_4000, 2 << 3 | 1 << 2)
        .fetch(0x3fcf_1000)
        .stay();
    let caught = catch_program(&program);
    assert!(
        matches!(
            caught.fault,
            Fault::TakenByCache {
                cache: CacheName::Data,
                ..
            }
        ),
        "{}",
        caught.text
    );
    caught.says(&["0x3fcf1000", "data cache"]);
}
