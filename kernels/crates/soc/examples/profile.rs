//! Where the cycles of an answer go, by function:
//! `profile IMAGE.bin FIRMWARE.elf TEXT [--psram octal|quad|none] [--lines N] [--addresses]`, or
//! `profile IMAGE.bin FIRMWARE.elf --frames FEWER MORE --tokens N ...` (what `bench:device --profile` calls).
//!
//! Boots the image with modelled time, waits for the prompt, sends TEXT and counts until the next prompt. With frames it
//! sends those of two files, each until a generation is finished, and tells by how much the second took longer, by token.
//! Cycles are those of both cores together, waiting for memory included, under the function in which a stretch of straight
//! code begins; with `--addresses` under its address. `wait` is the second core without work, and each core waiting for the
//! other.

use std::collections::BTreeMap;

use soc::chip::{ChipOptions, Psram};
use soc::machine::Machine;
use soc::symbols::Symbols;
use soc::time::{Ticks, TICKS_PER_SECOND};

/// The host looks at the port this often.
const SLICE: Ticks = TICKS_PER_SECOND / 50_000;
/// An answer that takes longer is given up.
const PATIENCE: Ticks = 600 * TICKS_PER_SECOND;
const PROMPT: &str = "\n> ";
/// How the frame of a finished generation begins, in base64.
const FINISHED: &str = "\x1b_Ln";

fn main() {
    if let Err(message) = run() {
        eprintln!("{message}");
        std::process::exit(1);
    }
}

fn run() -> Result<(), String> {
    let (options, wanted) = read_arguments()?;
    let [image, elf] = wanted.files.as_slice() else {
        return Err("an image and its firmware's ELF file are needed".to_owned());
    };
    let mut options = options;
    options.flash = read(image)?;
    options.flash_bytes = options
        .flash_bytes
        .max((options.flash.len() as u32).next_power_of_two());
    let symbols = Symbols::from_elf(&read(elf)?).ok_or(format!("{elf} is no ELF file with names"))?;
    let mut machine = Machine::new(options);
    machine.set_symbols(symbols);

    let mut written = String::new();
    wait(&mut machine, &mut written, PROMPT)?;
    written.clear();
    if let [fewer, more] = wanted.frames.as_slice() {
        let less = send(&mut machine, &mut written, &read(fewer)?, FINISHED)?;
        let spent = send(&mut machine, &mut written, &read(more)?, FINISHED)?;
        print(&machine, &spent.less(&less), &wanted);
    } else {
        let text = wanted.text.as_ref().ok_or("a text is needed")?;
        let spent = send(&mut machine, &mut written, format!("{text}\n").as_bytes(), PROMPT)?;
        println!("{}", written.trim_end_matches(PROMPT));
        print(&machine, &spent, &wanted);
    }
    Ok(())
}

/// What the command line says besides the board.
struct Wanted {
    files: Vec<String>,
    text: Option<String>,
    frames: Vec<String>,
    tokens: u64,
    lines: usize,
    by_address: bool,
}

fn read_arguments() -> Result<(ChipOptions, Wanted), String> {
    let mut options = ChipOptions {
        timed: true,
        ..ChipOptions::default()
    };
    let mut wanted = Wanted {
        files: Vec::new(),
        text: None,
        frames: Vec::new(),
        tokens: 1,
        lines: 40,
        by_address: false,
    };
    let mut given = std::env::args().skip(1);
    while let Some(argument) = given.next() {
        let mut value = || given.next().ok_or(format!("{argument} needs a value"));
        let number = |text: String| text.parse::<u64>().map_err(|_| format!("{text} is no number"));
        match argument.as_str() {
            "--psram" => {
                options.psram = match value()?.as_str() {
                    "octal" => Psram::Octal(8 << 20),
                    "quad" => Psram::Quad(2 << 20),
                    "none" => Psram::None,
                    other => return Err(format!("--psram {other}: octal, quad or none")),
                }
            }
            "--lines" => wanted.lines = number(value()?)? as usize,
            "--tokens" => wanted.tokens = number(value()?)?.max(1),
            "--frames" => wanted.frames = vec![value()?, value()?],
            "--addresses" => wanted.by_address = true,
            _ if wanted.files.len() < 2 => wanted.files.push(argument),
            _ => wanted.text = Some(argument),
        }
    }
    Ok((options, wanted))
}

fn read(path: &String) -> Result<Vec<u8>, String> {
    std::fs::read(path).map_err(|error| format!("{path}: {error}"))
}

/// What a stretch of emulated time took.
struct Spent {
    ticks: Ticks,
    cycles: [u64; 2],
    /// Ticks of the memory bus, lines that data waited for, lines that went back.
    memory: [u64; 3],
    /// Cycles and instructions by the address at which a stretch of code begins.
    places: BTreeMap<u32, (u64, u64)>,
}

impl Spent {
    fn now(machine: &Machine) -> Self {
        let entries = machine.blocks().profile().into_iter();
        let memory = machine.statistics();
        Self {
            memory: [
                memory.bus_busy,
                memory.data_misses_psram + memory.data_misses_flash,
                memory.written_back,
            ],
            ticks: machine.now(),
            cycles: [machine.cycles(0), machine.cycles(1)],
            places: entries
                .map(|(start, cycles, instructions)| (start, (cycles, instructions)))
                .collect(),
        }
    }

    fn less(&self, other: &Self) -> Self {
        let places = self.places.iter().map(|(start, (cycles, instructions))| {
            let (less, fewer) = other.places.get(start).copied().unwrap_or((0, 0));
            (
                *start,
                (cycles.saturating_sub(less), instructions.saturating_sub(fewer)),
            )
        });
        Self {
            ticks: self.ticks.saturating_sub(other.ticks),
            memory: [0, 1, 2].map(|i: usize| self.memory[i].saturating_sub(other.memory[i])),
            cycles: [0, 1].map(|core: usize| self.cycles[core].saturating_sub(other.cycles[core])),
            places: places.collect(),
        }
    }
}

fn print(machine: &Machine, spent: &Spent, wanted: &Wanted) {
    let mut places: BTreeMap<String, (u64, u64)> = BTreeMap::new();
    for (start, (cycles, instructions)) in &spent.places {
        let name = match machine.symbols().find(*start) {
            _ if wanted.by_address => machine
                .symbols()
                .name::<soc::bus::SocBus>(*start)
                .unwrap_or(format!("0x{start:08x}")),
            Some((name, _)) => name.to_owned(),
            None => format!("0x{start:08x}"),
        };
        let sum = places.entry(name).or_default();
        *sum = (sum.0 + cycles, sum.1 + instructions);
    }
    let total: u64 = places.values().map(|place| place.0).sum();
    let tokens = wanted.tokens;
    println!(
        "{:.4} ms, cycles of the cores {} and {}",
        spent.ticks as f64 / TICKS_PER_SECOND as f64 * 1e3 / tokens as f64,
        spent.cycles[0] / tokens,
        spent.cycles[1] / tokens,
    );
    println!(
        "memory bus busy {:.1} %, {} lines read, {} written back",
        100.0 * spent.memory[0] as f64 / spent.ticks.max(1) as f64,
        spent.memory[1] / tokens,
        spent.memory[2] / tokens,
    );
    println!(
        "{:>12} {:>6} {:>12} {:>6}  function",
        "cycles", "%", "instructions", "each"
    );
    let mut places: Vec<_> = places.into_iter().filter(|place| place.1 .0 > 0).collect();
    places.sort_by_key(|place| std::cmp::Reverse(place.1 .0));
    for (name, (cycles, instructions)) in places.into_iter().take(wanted.lines) {
        println!(
            "{:>12} {:>6.2} {:>12} {:>6.2}  {name}",
            cycles / tokens,
            100.0 * cycles as f64 / total as f64,
            instructions / tokens,
            cycles as f64 / instructions.max(1) as f64
        );
    }
}

/// Sends bytes and runs until the board has written `end` again.
fn send(machine: &mut Machine, written: &mut String, bytes: &[u8], end: &str) -> Result<Spent, String> {
    let before = Spent::now(machine);
    written.clear();
    let mut rest = bytes;
    while !rest.is_empty() {
        let taken = machine.peripherals().usb.host_write(rest);
        rest = &rest[taken..];
        step(machine, written)?;
    }
    wait(machine, written, end)?;
    Ok(Spent::now(machine).less(&before))
}

/// Runs for a slice and takes what the board wrote.
fn step(machine: &mut Machine, written: &mut String) -> Result<(), String> {
    machine
        .run(machine.now() + SLICE)
        .map_err(|report| report.to_string())?;
    written.push_str(&String::from_utf8_lossy(&machine.peripherals().usb.host_read()));
    Ok(())
}

/// Runs until the board writes `end`.
fn wait(machine: &mut Machine, written: &mut String, end: &str) -> Result<(), String> {
    let patience = machine.now() + PATIENCE;
    while !written.contains(end) {
        step(machine, written)?;
        if machine.now() > patience {
            return Err(format!("no end came; so far:\n{written}"));
        }
    }
    Ok(())
}
