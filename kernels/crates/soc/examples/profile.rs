//! Where the cycles of an answer go, by function:
//! `profile IMAGE.bin FIRMWARE.elf TEXT [--psram octal|quad|none] [--lines N] [--addresses]`.
//!
//! Boots the image with modelled time, waits for the prompt, sends TEXT and counts until the next prompt. Cycles are
//! those of both cores together, waiting for memory included, under the function in which a stretch of straight code
//! begins; with `--addresses` under its address.

use std::collections::BTreeMap;

use soc::chip::{ChipOptions, Psram};
use soc::machine::Machine;
use soc::symbols::Symbols;
use soc::time::{Ticks, TICKS_PER_SECOND};

/// The host looks at the port this often.
const SLICE: Ticks = TICKS_PER_SECOND / 1000;
/// An answer that takes longer is given up.
const PATIENCE: Ticks = 600 * TICKS_PER_SECOND;
const PROMPT: &str = "\n> ";

fn main() {
    if let Err(message) = run() {
        eprintln!("{message}");
        std::process::exit(1);
    }
}

fn run() -> Result<(), String> {
    let mut options = ChipOptions {
        timed: true,
        ..ChipOptions::default()
    };
    let (mut lines, mut by_address, mut names) = (40, false, Vec::new());
    let mut given = std::env::args().skip(1);
    while let Some(argument) = given.next() {
        let mut value = || given.next().ok_or(format!("{argument} needs a value"));
        match argument.as_str() {
            "--psram" => {
                options.psram = match value()?.as_str() {
                    "octal" => Psram::Octal(8 << 20),
                    "quad" => Psram::Quad(2 << 20),
                    "none" => Psram::None,
                    other => return Err(format!("--psram {other}: octal, quad or none")),
                }
            }
            "--lines" => {
                lines = value()?
                    .parse()
                    .map_err(|_| "--lines needs a number".to_owned())?
            }
            "--addresses" => by_address = true,
            _ => names.push(argument),
        }
    }
    let [image, elf, text] = names.as_slice() else {
        return Err("an image, its firmware's ELF file and a text are needed".to_owned());
    };
    let read = |path: &String| std::fs::read(path).map_err(|error| format!("{path}: {error}"));
    options.flash = read(image)?;
    options.flash_bytes = options
        .flash_bytes
        .max((options.flash.len() as u32).next_power_of_two());
    let symbols = Symbols::from_elf(&read(elf)?).ok_or(format!("{elf} is no ELF file with names"))?;
    let mut machine = Machine::new(options);
    machine.set_symbols(symbols);

    let mut written = String::new();
    wait(&mut machine, &mut written)?;
    let (before, began) = (spent(&machine), machine.now());
    let cycles = [machine.cycles(0), machine.cycles(1)];
    written.clear();
    let line = format!("{text}\n");
    let mut rest = line.as_bytes();
    while !rest.is_empty() {
        let taken = machine.peripherals().usb.host_write(rest);
        rest = &rest[taken..];
        step(&mut machine, &mut written)?;
    }
    wait(&mut machine, &mut written)?;
    println!("{}", written.trim_end_matches(PROMPT));

    let mut places: BTreeMap<String, (u64, u64)> = BTreeMap::new();
    for (start, (cycles, instructions)) in spent(&machine) {
        let (old_cycles, old_instructions) = before.get(&start).copied().unwrap_or((0, 0));
        let name = match machine.symbols().find(start) {
            _ if by_address => machine.symbols().name(start).unwrap_or(format!("0x{start:08x}")),
            Some((name, _)) => name.to_owned(),
            None => format!("0x{start:08x}"),
        };
        let sum = places.entry(name).or_default();
        *sum = (
            sum.0 + cycles.saturating_sub(old_cycles),
            sum.1 + instructions.saturating_sub(old_instructions),
        );
    }
    let total: u64 = places.values().map(|place| place.0).sum();
    println!(
        "{:.3} ms, cycles of the cores {} and {}",
        (machine.now() - began) as f64 / TICKS_PER_SECOND as f64 * 1e3,
        machine.cycles(0) - cycles[0],
        machine.cycles(1) - cycles[1],
    );
    println!(
        "{:>12} {:>6} {:>12} {:>6}  function",
        "cycles", "%", "instructions", "each"
    );
    let mut places: Vec<_> = places.into_iter().filter(|place| place.1 .0 > 0).collect();
    places.sort_by_key(|place| std::cmp::Reverse(place.1 .0));
    for (name, (cycles, instructions)) in places.into_iter().take(lines) {
        println!(
            "{cycles:>12} {:>6.2} {instructions:>12} {:>6.2}  {name}",
            100.0 * cycles as f64 / total as f64,
            cycles as f64 / instructions.max(1) as f64
        );
    }
    Ok(())
}

/// Cycles and instructions by the address at which a stretch begins.
fn spent(machine: &Machine) -> BTreeMap<u32, (u64, u64)> {
    let entries = machine.blocks().profile().into_iter();
    entries
        .map(|(start, cycles, instructions)| (start, (cycles, instructions)))
        .collect()
}

/// Runs for a slice and takes what the board wrote.
fn step(machine: &mut Machine, written: &mut String) -> Result<(), String> {
    machine
        .run(machine.now() + SLICE)
        .map_err(|report| report.to_string())?;
    written.push_str(&String::from_utf8_lossy(&machine.peripherals().usb.host_read()));
    Ok(())
}

/// Runs until the board prompts.
fn wait(machine: &mut Machine, written: &mut String) -> Result<(), String> {
    let end = machine.now() + PATIENCE;
    while !written.ends_with(PROMPT) {
        step(machine, written)?;
        if machine.now() > end {
            return Err(format!("no prompt came; so far:\n{written}"));
        }
    }
    Ok(())
}
