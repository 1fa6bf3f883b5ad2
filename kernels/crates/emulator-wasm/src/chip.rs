//! Which chip this module is: the ESP32-S3, or with the feature `esp32` the ESP32. Ports, pins and parts that they have or
//! have not are told apart here and nowhere else.

use soc::chip::{ChipOptions, Psram};
use soc::peripherals::Pad;

use crate::board::Parts;

/// Its id, as the page's.
pub const ID: &str = if cfg!(feature = "esp32") {
    "esp32"
} else {
    "esp32s3"
};

/// The board.
#[cfg(not(feature = "esp32"))]
pub type Machine = soc::machine::Machine;
/// The board.
#[cfg(feature = "esp32")]
pub type Machine = soc::esp32::Machine;

/// Pins.
#[cfg(not(feature = "esp32"))]
pub const PINS: u32 = soc::peripherals::PINS;
/// Pins.
#[cfg(feature = "esp32")]
pub const PINS: u32 = soc::esp32::peripherals::PINS;

/// The most PSRAM that the chip's address windows show, or that a chip of it can have.
const MOST_PSRAM: u32 = if cfg!(feature = "esp32") {
    8 << 20
} else {
    32 << 20
};

/// The options of a board with these parts.
///
/// # Errors
/// A sentence, when there is no such board.
pub fn options(flash: Vec<u8>, parts: Parts) -> Result<ChipOptions, String> {
    let Parts {
        flash_bytes,
        psram_kind,
        psram_bytes,
        timed,
        single_core,
        seed,
    } = parts;
    let psram = match psram_kind {
        0 => Psram::None,
        // Modules of which 4 MiB can be reached have chips of 8.
        1 if cfg!(feature = "esp32") && psram_bytes == 4 << 20 => Psram::Quad(8 << 20),
        1 => Psram::Quad(psram_bytes),
        2 if cfg!(feature = "esp32") => return Err("An ESP32 has no PSRAM with eight data lines.".to_owned()),
        2 => Psram::Octal(psram_bytes),
        _ => return Err("PSRAM is of kind 0, 1 or 2.".to_owned()),
    };
    if psram != Psram::None && (!psram_bytes.is_power_of_two() || psram_bytes > MOST_PSRAM) {
        return Err(format!("PSRAM of {psram_bytes} bytes does not exist."));
    }
    let usual = ChipOptions::default();
    Ok(ChipOptions {
        flash,
        flash_bytes,
        psram,
        timed,
        single_core,
        seed: u64::from(seed),
        // The newest ESP32, the one whose PSRAM works.
        revision: if cfg!(feature = "esp32") {
            (3, 0)
        } else {
            usual.revision
        },
        ..usual
    })
}

/// What comes out of the board's USB socket: the chip's own port, or UART0 behind a bridge.
pub fn usb_read(machine: &mut Machine) -> Vec<u8> {
    #[cfg(not(feature = "esp32"))]
    return machine.peripherals().usb.host_read();
    #[cfg(feature = "esp32")]
    machine.peripherals().uart0.host_read()
}

/// Bytes for the USB socket; gives how many it takes.
pub fn usb_write(machine: &mut Machine, bytes: &[u8]) -> usize {
    #[cfg(not(feature = "esp32"))]
    return machine.peripherals().usb.host_write(bytes);
    #[cfg(feature = "esp32")]
    machine.peripherals().uart0.host_write(bytes)
}

/// What UART0 sends where nothing leads to it but pins.
pub fn uart_read(machine: &mut Machine) -> Vec<u8> {
    if cfg!(feature = "esp32") {
        return Vec::new();
    }
    machine.peripherals().uart0.host_read()
}

/// Bytes for those pins; gives how many go on their way.
pub fn uart_write(machine: &mut Machine, bytes: &[u8]) -> usize {
    if cfg!(feature = "esp32") {
        return bytes.len();
    }
    machine.peripherals().uart0.host_write(bytes)
}

/// The pins that are outputs.
pub fn pads(machine: &mut Machine) -> Vec<Pad<'_>> {
    machine.peripherals().pads()
}

/// How warm the chip is; an ESP32 cannot tell.
pub fn set_temperature(machine: &mut Machine, celsius: f64) {
    #[cfg(not(feature = "esp32"))]
    machine.peripherals().set_temperature(celsius);
    #[cfg(feature = "esp32")]
    let _ = (machine, celsius);
}
