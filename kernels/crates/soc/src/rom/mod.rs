//! The mask ROM as far as firmware sees it: entry points at their documented addresses, behind which behaviour is
//! re-implemented. It holds none of the ROM's contents.
//!
//! A function's place holds `ENTRY`, `SIMCALL`, `RETW`: the core enters like into any function, the machine is told, and
//! the core returns. The window handlers are real code, as every processor of this kind has it.

pub mod boot;
mod cache_call;
pub mod call;
mod flash_call;
pub mod functions;
mod pin_call;
mod print;
mod spi_call;

use emulator::isa::text::assemble;

use functions::{Function, FUNCTIONS};

/// First address of the code.
pub const START: u32 = 0x4000_0000;
const BYTES: u32 = 0x6_0000;
/// The view of the ROM on the data bus.
const DATA_START: u32 = 0x3ff0_0000;
const DATA_BYTES: u32 = 0x2_0000;
/// Where the firmware's first function returns to.
pub const RETURNED: u32 = 0x4000_0480;
/// First byte of the variables that ROM functions work with.
pub const VARIABLES: u32 = 0x3fce_d710;
/// After the last of them.
pub const VARIABLES_END: u32 = 0x3fcf_0000;
/// Top of the stack that the first core's ROM code uses.
pub const STACK_TOP: [u32; 2] = [0x3fce_b710, VARIABLES];

/// Vectors that the ROM has no use for: interrupts from level 2 on, kernel, user and double exceptions.
const DEAD_ENDS: [u32; 9] = [0x180, 0x1c0, 0x200, 0x240, 0x280, 0x2c0, 0x300, 0x340, 0x3c0];

/// The window handlers of the processor's manual: offset and code.
const WINDOW_HANDLERS: [(u32, &[&str]); 6] = [
    (
        0x000,
        &[
            "s32e a0, a5, -16",
            "s32e a1, a5, -12",
            "s32e a2, a5, -8",
            "s32e a3, a5, -4",
            "rfwo",
        ],
    ),
    (
        0x040,
        &[
            "l32e a0, a5, -16",
            "l32e a1, a5, -12",
            "l32e a2, a5, -8",
            "l32e a3, a5, -4",
            "rfwu",
        ],
    ),
    (
        0x080,
        &[
            "s32e a0, a9, -16",
            "l32e a0, a1, -12",
            "s32e a1, a9, -12",
            "s32e a2, a9, -8",
            "s32e a3, a9, -4",
            "s32e a4, a0, -32",
            "s32e a5, a0, -28",
            "s32e a6, a0, -24",
            "s32e a7, a0, -20",
            "rfwo",
        ],
    ),
    (
        0x0c0,
        &[
            "l32e a0, a9, -16",
            "l32e a1, a9, -12",
            "l32e a2, a9, -8",
            "l32e a7, a1, -12",
            "l32e a3, a9, -4",
            "l32e a4, a7, -32",
            "l32e a5, a7, -28",
            "l32e a6, a7, -24",
            "l32e a7, a7, -20",
            "rfwu",
        ],
    ),
    (
        0x100,
        &[
            "s32e a0, a13, -16",
            "l32e a0, a1, -12",
            "s32e a1, a13, -12",
            "s32e a2, a13, -8",
            "s32e a3, a13, -4",
            "s32e a4, a0, -48",
            "s32e a5, a0, -44",
            "s32e a6, a0, -40",
            "s32e a7, a0, -36",
            "s32e a8, a0, -32",
            "s32e a9, a0, -28",
            "s32e a10, a0, -24",
            "s32e a11, a0, -20",
            "rfwo",
        ],
    ),
    (
        0x140,
        &[
            "l32e a0, a13, -16",
            "l32e a1, a13, -12",
            "l32e a2, a13, -8",
            "l32e a11, a1, -12",
            "l32e a3, a13, -4",
            "l32e a4, a11, -48",
            "l32e a5, a11, -44",
            "l32e a6, a11, -40",
            "l32e a7, a11, -36",
            "l32e a8, a11, -32",
            "l32e a9, a11, -28",
            "l32e a10, a11, -24",
            "l32e a11, a11, -20",
            "rfwu",
        ],
    ),
];

/// What a SIMCALL in the ROM means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Entry {
    /// The function with this index of [`FUNCTIONS`] was called.
    Function(usize),
    /// The vector at this offset was entered.
    Vector(u32),
    /// The firmware returned.
    Returned,
}

/// The code of a mask ROM: its words by address.
pub struct Code {
    words: Vec<(u32, u32)>,
}

/// The ESP32-S3's.
pub struct Rom {
    code: Code,
}

impl Default for Rom {
    fn default() -> Self {
        Self::new()
    }
}

fn place(words: &mut Vec<(u32, u32)>, address: u32, lines: &[&str]) {
    let mut bytes = Vec::new();
    for line in lines {
        let here = address + bytes.len() as u32;
        let (word, length) = assemble(line, here).expect("an instruction of the tables");
        bytes.extend_from_slice(&word.to_le_bytes()[..usize::from(length)]);
    }
    for (index, chunk) in (0..).step_by(4).zip(bytes.chunks(4)) {
        let mut word = [0; 4];
        word[..chunk.len()].copy_from_slice(chunk);
        words.push((address + index, u32::from_le_bytes(word)));
    }
}

impl Code {
    /// The code of vectors and entry points.
    pub fn new(returned: u32, functions: impl Iterator<Item = u32>) -> Self {
        let mut words = Vec::new();
        for (offset, lines) in WINDOW_HANDLERS {
            place(&mut words, START + offset, lines);
        }
        for offset in DEAD_ENDS {
            place(&mut words, START + offset, &["simcall"]);
        }
        place(&mut words, returned, &["simcall"]);
        for address in functions {
            place(&mut words, address, &["entry a1, 32", "simcall", "retw"]);
        }
        words.sort_unstable();
        Self { words }
    }

    /// The code at an aligned address; `None` where this ROM has none.
    pub fn word(&self, address: u32) -> Option<u32> {
        let index = self.words.binary_search_by_key(&address, |word| word.0).ok()?;
        self.words.get(index).map(|word| word.1)
    }
}

/// What a SIMCALL at `pc` means in a ROM with these functions, in the order of their addresses.
pub fn entry_at<D>(functions: &[Function<D>], returned: u32, pc: u32) -> Option<Entry> {
    if pc == returned {
        return Some(Entry::Returned);
    }
    let offset = pc.wrapping_sub(START);
    if DEAD_ENDS.contains(&offset) {
        return Some(Entry::Vector(offset));
    }
    functions
        .binary_search_by_key(&pc.wrapping_sub(3), |function| function.address)
        .ok()
        .map(Entry::Function)
}

/// Name of the function at or before an address.
pub fn name_at<D>(functions: &[Function<D>], address: u32) -> Option<&'static str> {
    let index = functions.partition_point(|function| function.address <= address);
    let function = functions.get(index.checked_sub(1)?)?;
    (address - function.address < 12).then_some(function.name)
}

impl Rom {
    /// The code of all entry points.
    pub fn new() -> Self {
        let functions = FUNCTIONS.iter().map(|function| function.address);
        Self {
            code: Code::new(RETURNED, functions),
        }
    }

    /// Whether an address lies in the ROM.
    pub fn contains(address: u32) -> bool {
        address.wrapping_sub(START) < BYTES || address.wrapping_sub(DATA_START) < DATA_BYTES
    }

    /// The code at an aligned address; `None` where this ROM has none.
    pub fn word(&self, address: u32) -> Option<u32> {
        self.code.word(address)
    }

    /// What a SIMCALL at `pc` means.
    pub fn entry(pc: u32) -> Option<Entry> {
        entry_at(FUNCTIONS, RETURNED, pc)
    }

    /// Name of the ROM function at or before an address, for reports.
    pub fn name(address: u32) -> Option<&'static str> {
        name_at(FUNCTIONS, address)
    }
}
