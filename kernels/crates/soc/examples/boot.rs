//! Boots an image on the emulated board and prints what it says:
//! `boot IMAGE.bin [--esp32] [--psram octal|quad|none] [--timed] [--seconds N] [--symbols FIRMWARE.elf] [--input TEXT]
//! [--uart] [--no-usb] [--revision N] [--single-core] [--slow-psram] [--vendor winbond|gigadevice|macronix|xmc]`.
//!
//! Standard output gets what the USB port sends (with `--uart` the serial port); standard error what the emulator says.

use std::io::Write;
use std::time::Instant;

use soc::chip::{ChipOptions, FlashVendor, Psram};
use soc::esp32;
use soc::machine::{Board, Stopped};
use soc::symbols::Symbols;
use soc::system::System;
use soc::time::TICKS_PER_SECOND;

/// Host looks at the ports this often.
const SLICE: u64 = TICKS_PER_SECOND / 200;
/// Smallest flash that modules have.
const LEAST_FLASH: u32 = 4 << 20;

struct Arguments {
    image: String,
    options: ChipOptions,
    seconds: f64,
    symbols: Option<String>,
    input: Vec<u8>,
    uart: bool,
    esp32: bool,
}

/// What the ports sent, and what they take.
trait Ports: System {
    fn read(machine: &mut Board<Self>, uart: bool) -> Vec<u8>
    where
        Self: Sized;
    fn write(machine: &mut Board<Self>, uart: bool, input: &[u8]) -> usize
    where
        Self: Sized;
}

impl Ports for soc::bus::SocBus {
    fn read(machine: &mut Board<Self>, uart: bool) -> Vec<u8> {
        let ports = machine.peripherals();
        let (usb, serial) = (ports.usb.host_read(), ports.uart0.host_read());
        if uart {
            serial
        } else {
            usb
        }
    }

    fn write(machine: &mut Board<Self>, uart: bool, input: &[u8]) -> usize {
        let ports = machine.peripherals();
        if uart {
            ports.uart0.host_write(input)
        } else {
            ports.usb.host_write(input)
        }
    }
}

/// It has the serial port only.
impl Ports for esp32::bus::Esp32Bus {
    fn read(machine: &mut Board<Self>, _: bool) -> Vec<u8> {
        machine.peripherals().uart0.host_read()
    }

    fn write(machine: &mut Board<Self>, _: bool, input: &[u8]) -> usize {
        machine.peripherals().uart0.host_write(input)
    }
}

fn arguments() -> Result<Arguments, String> {
    let mut given = std::env::args().skip(1);
    let mut result = Arguments {
        image: String::new(),
        options: ChipOptions::default(),
        seconds: 10.0,
        symbols: None,
        input: Vec::new(),
        uart: false,
        esp32: false,
    };
    while let Some(argument) = given.next() {
        let mut value = || given.next().ok_or(format!("{argument} needs a value"));
        match argument.as_str() {
            "--psram" => {
                result.options.psram = match value()?.as_str() {
                    "octal" => Psram::Octal(8 << 20),
                    "quad" if result.esp32 => Psram::Quad(8 << 20),
                    "quad" => Psram::Quad(2 << 20),
                    "none" => Psram::None,
                    other => return Err(format!("--psram {other}: octal, quad or none")),
                }
            }
            "--vendor" => {
                result.options.flash_vendor = match value()?.as_str() {
                    "winbond" => FlashVendor::Winbond,
                    "gigadevice" => FlashVendor::GigaDevice,
                    "macronix" => FlashVendor::Macronix,
                    "xmc" => FlashVendor::Xmc,
                    other => return Err(format!("--vendor {other} is not known")),
                }
            }
            "--timed" => result.options.timed = true,
            "--slow-psram" => {
                // No sampling delay works at 80 MHz.
                #[allow(clippy::reversed_empty_ranges)]
                {
                    result.options.psram_eye = 1..=0;
                }
            }
            "--seconds" => {
                result.seconds = value()?
                    .parse()
                    .map_err(|_| "--seconds needs a number".to_owned())?
            }
            "--symbols" => result.symbols = Some(value()?),
            "--input" => result.input = value()?.replace("\\n", "\n").replace("\\r", "\r").into_bytes(),
            "--esp32" => {
                result.esp32 = true;
                result.options.psram = Psram::None;
                result.options.revision = (3, 0);
                result.options.flash_bytes = LEAST_FLASH;
            }
            "--revision" => {
                let major = value()?.parse();
                result.options.revision.0 = major.map_err(|_| "--revision needs a number".to_owned())?;
            }
            "--single-core" => result.options.single_core = true,
            "--uart" => result.uart = true,
            "--no-usb" => result.options.usb_host = false,
            _ if result.image.is_empty() && !argument.starts_with('-') => result.image = argument,
            _ => return Err(format!("unknown argument {argument}")),
        }
    }
    if result.image.is_empty() {
        return Err("an image is needed".to_owned());
    }
    Ok(result)
}

fn main() {
    if let Err(message) = run() {
        eprintln!("{message}");
        std::process::exit(1);
    }
}

fn run() -> Result<(), String> {
    let arguments = arguments()?;
    if arguments.esp32 {
        boot::<esp32::bus::Esp32Bus>(arguments)
    } else {
        boot::<soc::bus::SocBus>(arguments)
    }
}

fn boot<S: Ports>(mut arguments: Arguments) -> Result<(), String> {
    let flash = std::fs::read(&arguments.image).map_err(|error| format!("{}: {error}", arguments.image))?;
    let needed = (flash.len() as u32).next_power_of_two().max(LEAST_FLASH);
    arguments.options.flash_bytes = arguments.options.flash_bytes.max(needed);
    arguments.options.flash = flash;
    let mut machine = Board::<S>::new(arguments.options);
    if let Some(path) = &arguments.symbols {
        let file = std::fs::read(path).map_err(|error| format!("{path}: {error}"))?;
        let symbols =
            Symbols::from_elf(&file).unwrap_or_else(|| Symbols::from_lines(&String::from_utf8_lossy(&file)));
        machine.set_symbols(symbols);
    }
    let end = (arguments.seconds * TICKS_PER_SECOND as f64) as u64;
    let began = Instant::now();
    let mut input = arguments.input.as_slice();
    let mut output = std::io::stdout();
    let mut result = Ok(Stopped::Time);
    while machine.now() < end && matches!(result, Ok(Stopped::Time)) {
        let slice = (machine.now() + SLICE).min(end);
        result = machine.run(slice);
        let text = S::read(&mut machine, arguments.uart);
        let sent = S::write(&mut machine, arguments.uart, input);
        input = &input[sent..];
        output
            .write_all(&text)
            .and_then(|()| output.flush())
            .map_err(|error| error.to_string())?;
    }
    let elapsed = began.elapsed().as_secs_f64();
    eprintln!();
    match &result {
        Ok(stopped) => {
            eprintln!("{stopped:?}");
            for core in 0..2 {
                let state = machine.core(core);
                eprintln!("core {core}: {:?}\n{state}", state.state);
            }
            for warning in machine.warnings() {
                eprintln!("warning: {warning}");
            }
            for (time, reason) in machine.resets() {
                eprintln!(
                    "reset at {:.6} s: {reason}",
                    *time as f64 / TICKS_PER_SECOND as f64
                );
            }
        }
        Err(report) => eprintln!("{report}"),
    }
    let time = machine.now() as f64 / TICKS_PER_SECOND as f64;
    let instructions = machine.instructions();
    eprintln!("{:?}", machine.statistics());
    eprintln!(
        "{time:.6} s emulated in {elapsed:.2} s, {instructions} instructions, {:.1} million a second",
        instructions as f64 / elapsed / 1e6
    );
    match result {
        Ok(_) => Ok(()),
        Err(report) => Err(format!("stopped: {}", report.fault)),
    }
}
