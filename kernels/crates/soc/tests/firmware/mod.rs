//! Small firmwares for tests: a few lines of assembler, made into an image that the mask ROM boots.
//!
//! Beside instructions and labels (`name:`, used as `{name}`) a line can be
//! - `li aN, VALUE`: a register gets a constant, from a literal before the code;
//! - `poke ADDRESS VALUE`: a word is stored, through a8 and a9;
//! - `peek ADDRESS INDEX`: a word is read and stored as the result with this index;
//! - `result aN INDEX`: a register is stored as a result;
//! - `rom NAME`: a ROM function is called with its arguments in a10 to a15, `rom NAME A B C …` with these arguments;
//! - `rsr.NAME aN`, `wsr.NAME aN`: special registers by name;
//! - `.align`: zeros up to a multiple of four, where functions begin;
//! - `done`: the core stays here.

#![allow(dead_code)]

use std::collections::BTreeSet;

use emulator::isa::table::Table;
use emulator::isa::text::assemble;
use soc::chip::ChipOptions;
use soc::fault::Fault;
use soc::machine::Machine;
use soc::report::Report;
use soc::rom::functions::FUNCTIONS;
use soc::time::TICKS_PER_SECOND;

/// What a program is assembled for.
#[derive(Clone, Copy)]
pub struct Target {
    /// Where results are stored.
    pub results: u32,
    /// The chip's number in an image, and what lies before the image in flash.
    pub chip: u8,
    pub offset: usize,
    /// Address of a function of the mask ROM.
    pub function: fn(&str) -> Option<u32>,
}

/// The ESP32-S3.
pub const ESP32S3: Target = Target {
    results: RESULTS,
    chip: 9,
    offset: 0,
    function: |name| {
        let function = FUNCTIONS.iter().find(|function| function.name == name);
        function.map(|function| function.address)
    },
};

/// Where the code of a test is loaded.
pub const CODE: u32 = 0x4037_8000;
/// Where results are stored.
pub const RESULTS: u32 = 0x3fca_0000;
/// Long enough for the mask ROM and for a test's few thousand instructions.
pub const SHORT: u64 = TICKS_PER_SECOND / 10;

/// Lines that switch all watchdogs off.
pub const WATCHDOGS_OFF: [&str; 9] = [
    "poke 0x6001f064 0x50d83aa1",
    "poke 0x6001f048 0",
    "poke 0x60020064 0x50d83aa1",
    "poke 0x60020048 0",
    "poke 0x600080b0 0x50d83aa1",
    "poke 0x60008098 0",
    "poke 0x600080b8 0x8f1d312a",
    "poke 0x600080b4 0x80000000",
    "poke 0x600080b8 0",
];

/// Lines that run the cores at 240 MHz.
pub const FAST_CLOCK: [&str; 2] = ["poke 0x600c0010 6", "poke 0x600c0060 0x400"];

/// Lines that bring octal PSRAM up at 80 MHz.
pub const OCTAL_PSRAM: [&str; 17] = [
    "rom opiflash_pin_config",
    "poke 0x600030dc 0x0400b18f",
    "poke 0x60002014 0x00030103",
    "li a2, 0x3fc9f000",
    "li a3, 0x0d28",
    "s32i a3, a2, 0",
    "rom opiflash_exec_cmd 1 7 0xc0c0 16 0 32 0 0x3fc9f000 16 0 0 2 0",
    "poke 0x600030ec 2",
    "poke 0x60003050 0x00010001",
    "poke 0x60003014 0x00010001",
    "poke 0x600030bc 0xb",
    "poke 0x600030c0 0x4924924",
    "poke 0x60003044 0x007c0000",
    "poke 0x60003048 0xf0000000",
    "poke 0x6000304c 0xf0008080",
    "poke 0x600030e4 0x3023",
    "poke 0x60003040 0x01f7c479",
];

/// Lines that set the data cache up with these bytes and lines, and open it to both cores.
pub fn data_cache(bytes: u32, line: u32) -> Vec<String> {
    vec![
        format!("rom rom_config_data_cache_mode {bytes} 8 {line}"),
        "poke 0x600c4004 0".to_owned(),
        "rom Cache_Enable_DCache 0".to_owned(),
    ]
}

/// Lines that map pages of PSRAM from its beginning on at 0x3d000000.
pub fn map_psram(pages: u32) -> Vec<String> {
    vec![format!("rom Cache_Dbus_MMU_Set 0x8000 0x3d000000 0 64 {pages} 0")]
}

fn number(text: &str) -> u32 {
    match text.strip_prefix("0x") {
        Some(digits) => u32::from_str_radix(digits, 16),
        None => text.parse(),
    }
    .unwrap_or_else(|_| panic!("{text} is no number"))
}

fn expand(target: Target, lines: &[String]) -> (Vec<String>, BTreeSet<u32>) {
    let mut out = Vec::new();
    let mut literals = BTreeSet::new();
    let mut li = |out: &mut Vec<String>, register: &str, value: u32| {
        literals.insert(value);
        out.push(format!("l32r {register}, {{literal_{value:08x}}}"));
    };
    for (index, line) in lines.iter().enumerate() {
        let words: Vec<&str> = line.split([' ', ',']).filter(|word| !word.is_empty()).collect();
        match words[0] {
            "li" => li(&mut out, words[1], number(words[2])),
            "poke" => {
                li(&mut out, "a8", number(words[1]));
                li(&mut out, "a9", number(words[2]));
                out.push("s32i a9, a8, 0".to_owned());
            }
            "peek" => {
                li(&mut out, "a8", number(words[1]));
                out.push("l32i a9, a8, 0".to_owned());
                li(&mut out, "a8", target.results + 4 * number(words[2]));
                out.push("s32i a9, a8, 0".to_owned());
            }
            "result" => {
                li(&mut out, "a8", target.results + 4 * number(words[2]));
                out.push(format!("s32i {}, a8, 0", words[1]));
            }
            "rom" => {
                let function =
                    (target.function)(words[1]).unwrap_or_else(|| panic!("no ROM function {}", words[1]));
                for (argument, value) in words[2..].iter().enumerate() {
                    if argument < 6 {
                        li(&mut out, &format!("a{}", 10 + argument), number(value));
                    } else {
                        li(&mut out, "a8", number(value));
                        out.push(format!("s32i a8, a1, {}", 4 * (argument - 6)));
                    }
                }
                li(&mut out, "a8", function);
                out.push("callx8 a8".to_owned());
            }
            special if special.starts_with("rsr.") || special.starts_with("wsr.") => {
                let number = match &special[4..] {
                    "scompare1" => 12,
                    "cpenable" => 224,
                    "vecbase" => 231,
                    "ccount" => 234,
                    "prid" => 235,
                    other => panic!("no special register {other}"),
                };
                out.push(format!("{} {}, {number}", &special[..3], words[1]));
            }
            "done" => {
                out.push(format!("done_{index}:"));
                out.push(format!("j {{done_{index}}}"));
            }
            _ => out.push(line.clone()),
        }
    }
    (out, literals)
}

fn length(line: &str) -> u32 {
    let mnemonic = line.split(' ').next().unwrap_or("");
    let row = Table::get().named(mnemonic).unwrap_or_else(|| panic!("{line}"));
    row.length.into()
}

/// The code of a firmware at an address, and where it begins behind its literals.
pub fn code<S: AsRef<str>>(lines: &[S], start: u32) -> (Vec<u8>, u32) {
    code_for(ESP32S3, lines, start)
}

/// The same for a chip.
pub fn code_for<S: AsRef<str>>(target: Target, lines: &[S], start: u32) -> (Vec<u8>, u32) {
    let lines: Vec<String> = lines.iter().map(|line| line.as_ref().to_owned()).collect();
    let (lines, literals) = expand(target, &lines);
    let mut labels: Vec<(String, u32)> = Vec::new();
    let mut bytes = Vec::new();
    for value in literals {
        labels.push((format!("{{literal_{value:08x}}}"), start + bytes.len() as u32));
        bytes.extend(value.to_le_bytes());
    }
    let entry = start + bytes.len() as u32;
    let mut address = entry;
    for line in &lines {
        match line.strip_suffix(':') {
            Some(name) => labels.push((format!("{{{name}}}"), address)),
            None if line == ".align" => address = address.next_multiple_of(4),
            None => address += length(line),
        }
    }
    for line in lines.iter().filter(|line| !line.ends_with(':')) {
        if line == ".align" {
            bytes.resize(bytes.len().next_multiple_of(4), 0);
            continue;
        }
        let text = labels.iter().fold(line.clone(), |text, (name, value)| {
            text.replace(name, &format!("0x{value:x}"))
        });
        let place = start + bytes.len() as u32;
        let (word, length) = assemble(&text, place).unwrap_or_else(|| panic!("{text} at 0x{place:x}"));
        bytes.extend(&word.to_le_bytes()[..usize::from(length)]);
    }
    bytes.resize(bytes.len().next_multiple_of(4), 0);
    (bytes, entry)
}

/// An image of segments; the header asks for DIO at 80 MHz.
pub fn image(entry: u32, segments: &[(u32, Vec<u8>)]) -> Vec<u8> {
    image_for(ESP32S3, entry, segments)
}

/// The same for a chip, with what lies before it in flash.
pub fn image_for(target: Target, entry: u32, segments: &[(u32, Vec<u8>)]) -> Vec<u8> {
    let mut bytes = vec![0; 24];
    bytes[..4].copy_from_slice(&[0xe9, segments.len() as u8, 2, 0x4f]);
    bytes[4..8].copy_from_slice(&entry.to_le_bytes());
    bytes[8] = 0xee;
    bytes[12] = target.chip;
    bytes[17..19].copy_from_slice(&[0xff, 0xff]);
    let mut checksum = 0xef;
    for (address, data) in segments {
        bytes.extend(address.to_le_bytes());
        bytes.extend((data.len() as u32).to_le_bytes());
        bytes.extend(data);
        checksum = data.iter().fold(checksum, |sum, byte| sum ^ byte);
    }
    bytes.resize(bytes.len() / 16 * 16 + 15, 0);
    bytes.push(checksum);
    bytes.splice(0..0, vec![0xff; target.offset]);
    bytes
}

/// The image of a firmware.
pub fn firmware<S: AsRef<str>>(lines: &[S]) -> Vec<u8> {
    let (code, entry) = code(lines, CODE);
    image(entry, &[(CODE, code)])
}

/// A board with this firmware.
pub fn board<S: AsRef<str>>(lines: &[S], options: ChipOptions) -> Machine {
    Machine::new(ChipOptions {
        flash: firmware(lines),
        ..options
    })
}

/// Runs a firmware on the usual board for a while.
pub fn run<S: AsRef<str>>(lines: &[S]) -> (Machine, Result<(), Box<Report>>) {
    let mut machine = board(lines, ChipOptions::default());
    let result = machine.run(SHORT).map(|_| ());
    (machine, result)
}

/// Runs a firmware that must end in a fault.
pub fn fault<S: AsRef<str>>(lines: &[S]) -> Fault {
    match run(lines).1 {
        Ok(()) => panic!("nothing was noticed"),
        Err(report) => report.fault,
    }
}

/// A result that a firmware stored.
pub fn result(machine: &Machine, index: u32) -> u32 {
    let mut bytes = [0; 4];
    assert!(machine.read_memory(RESULTS + 4 * index, &mut bytes));
    u32::from_le_bytes(bytes)
}

/// Lines of several kinds as one list.
pub fn lines(parts: &[&[&str]]) -> Vec<String> {
    parts
        .iter()
        .flat_map(|part| part.iter().map(|line| (*line).to_owned()))
        .collect()
}
