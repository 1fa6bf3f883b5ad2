//! Images that the mask ROM refuses.

use super::firmware::{image, Firmware, CHIP_ID, CODE};
use super::{catch, Caught};
use soc::chip::ChipOptions;
use soc::fault::Fault;

fn refused(flash: Vec<u8>) -> Caught {
    let caught = catch(flash, ChipOptions::default());
    assert!(matches!(caught.fault, Fault::Boot(_)), "{}", caught.text);
    caught
}

fn good() -> Vec<u8> {
    Firmware::new().stay().image()
}

#[test]
fn erased_flash() {
    refused(Vec::new()).says(&["cannot start", "erased"]);
}

#[test]
fn wrong_checksum() {
    let mut flash = good();
    // A bit of the program.
    flash[40] ^= 1;
    refused(flash).says(&["checksum"]);
}

#[test]
fn wrong_chip() {
    let mut flash = good();
    flash[CHIP_ID] = 0;
    refused(flash).says(&["chip"]);
}

#[test]
fn wrong_digest() {
    let mut flash = good();
    flash[23] = 1;
    flash.extend([0; 32]);
    refused(flash).says(&["digest"]);
}

#[test]
fn cut_short() {
    let mut flash = good();
    flash.truncate(60);
    refused(flash);
}

#[test]
fn segment_over_the_stack_of_the_rom() {
    let (bytes, entry) = Firmware::new().stay().assemble();
    let flash = image(&[(CODE, &bytes), (0x3fce_a000, &[0; 4096])], entry);
    refused(flash).says(&["0x3fcea000", "ROM"]);
}

#[test]
fn segment_where_no_memory_is() {
    let (bytes, entry) = Firmware::new().stay().assemble();
    let flash = image(&[(CODE, &bytes), (0x2000_0000, &[0; 16])], entry);
    refused(flash).says(&["0x20000000"]);
}

#[test]
fn entry_outside_the_code() {
    let (bytes, _) = Firmware::new().stay().assemble();
    let caught = catch(image(&[(CODE, &bytes)], 0x3fc9_0000), ChipOptions::default());
    assert!(
        matches!(caught.fault, Fault::ExecutesData { .. } | Fault::Boot(_)),
        "{}",
        caught.text
    );
    caught.says(&["0x3fc90000"]);
}
