//! Small firmware made by hand: programs of a few instructions, and the images that the mask ROM loads them from.

use std::collections::HashMap;

use emulator::isa::table::Table;
use emulator::isa::text::assemble;

/// Where programs are loaded: internal RAM, on the instruction bus.
pub const CODE: u32 = 0x4038_0000;
/// The same memory on the data bus.
pub const CODE_AS_DATA: u32 = CODE - 0x006f_0000;
/// Internal RAM that nothing else uses, on the data bus, and the top of the stack in it.
pub const DATA: u32 = 0x3fcb_0000;
pub const STACK: u32 = 0x3fcc_0000;
/// External memory on the data bus.
pub const EXTERNAL: u32 = 0x3c00_0000;

/// A program. Literals lie before its code, as L32R needs.
#[derive(Default)]
pub struct Firmware {
    lines: Vec<String>,
    literals: Vec<u32>,
}

impl Firmware {
    /// A program that has a stack and its windows in order, and no watchdog.
    pub fn new() -> Self {
        let mut firmware = Self::bare();
        firmware.stack(STACK);
        firmware.calm();
        firmware
    }

    /// A program that begins with nothing.
    pub fn bare() -> Self {
        Self::default()
    }

    /// One instruction, or a label with its colon: `{label}` is its address in later lines, `{label+2}` two bytes on.
    pub fn line(&mut self, text: impl Into<String>) -> &mut Self {
        self.lines.push(text.into());
        self
    }

    /// Several of them.
    pub fn lines(&mut self, lines: &[&str]) -> &mut Self {
        for line in lines {
            self.line(*line);
        }
        self
    }

    /// Loads a constant.
    pub fn load(&mut self, register: u8, value: u32) -> &mut Self {
        let index = self.literals.iter().position(|&known| known == value);
        let index = index.unwrap_or_else(|| {
            self.literals.push(value);
            self.literals.len() - 1
        });
        self.line(format!("l32r a{register}, {{literal {index}}}"))
    }

    /// Stores a word; uses a2 and a3.
    pub fn store(&mut self, address: u32, value: u32) -> &mut Self {
        self.load(2, address).load(3, value);
        self.lines(&["s32i a3, a2, 0", "memw"])
    }

    /// Loads a word into a3; uses a2.
    pub fn fetch(&mut self, address: u32) -> &mut Self {
        self.load(2, address);
        self.lines(&["l32i a3, a2, 0", "memw"])
    }

    /// Calls a function of the mask ROM: six arguments in registers, the others on the stack.
    pub fn call(&mut self, function: u32, arguments: &[u32]) -> &mut Self {
        for (index, &argument) in arguments.iter().enumerate() {
            match index {
                0..6 => self.load(10 + index as u8, argument),
                _ => {
                    self.load(8, argument);
                    self.line(format!("s32i a8, a1, {}", 4 * (index - 6)))
                }
            };
        }
        self.load(8, function);
        self.line("callx8 a8")
    }

    /// A stack with room for arguments, and windows that begin here.
    pub fn stack(&mut self, top: u32) -> &mut Self {
        self.load(1, top - 256);
        self.lines(&[
            "rsr a2, 72",
            "ssl a2",
            "movi a3, 1",
            "sll a3, a3",
            "wsr a3, 73",
            "rsync",
        ]);
        self.load(2, 0x0005_0020);
        self.lines(&["wsr a2, 230", "rsync"])
    }

    /// All watchdogs that the mask ROM leaves running, off.
    pub fn calm(&mut self) -> &mut Self {
        for (lock, config) in [(0x6001_f064, 0x6001_f048), (0x6000_80b0, 0x6000_8098)] {
            self.store(lock, 0x50d8_3aa1).store(config, 0).store(lock, 0);
        }
        self.store(0x6000_80b8, 0x8f1d_312a)
            .store(0x6000_80b4, 1 << 31)
            .store(0x6000_80b8, 0)
    }

    /// The data cache in its usual form: 32 KB in lines of `line_code` (0 16, 1 32, 2 64 bytes), on, empty.
    pub fn data_cache(&mut self, line_code: u32) -> &mut Self {
        self.store(0x600c_4000, line_code << 3);
        self.store(0x600c_402c, 0)
            .store(0x600c_4030, 0)
            .store(0x600c_4028, 1);
        self.store(0x600c_4004, 0).store(0x600c_4000, line_code << 3 | 1)
    }

    /// Maps a page at `EXTERNAL + page * 64 KB`.
    pub fn map(&mut self, page: u32, entry: u32) -> &mut Self {
        self.store(0x600c_5000 + 4 * page, entry)
    }

    /// Goes on at a word's border.
    pub fn align(&mut self) -> &mut Self {
        let code = self.lines.iter().filter(|line| !line.ends_with(':'));
        // Two bytes or three; both come to a border.
        let rest = code.map(|line| length(line)).sum::<u32>() % 4;
        let padding: &[&str] = match rest {
            0 => &[],
            1 => &["nop"],
            2 => &["nop.n"],
            _ => &["nop", "nop.n"],
        };
        self.lines(padding)
    }

    /// Stays where it is for ever.
    pub fn stay(&mut self) -> &mut Self {
        self.lines(&["stay:", "j {stay}"])
    }

    /// The bytes at [`CODE`] and the entry address.
    pub fn assemble(&self) -> (Vec<u8>, u32) {
        let entry = CODE + 4 * self.literals.len() as u32;
        let mut names = HashMap::new();
        for index in 0..self.literals.len() {
            names.insert(format!("{{literal {index}}}"), CODE + 4 * index as u32);
        }
        let mut address = entry;
        for line in &self.lines {
            match line.strip_suffix(':') {
                Some(label) => {
                    names.insert(format!("{{{label}}}"), address);
                    names.insert(format!("{{{label}+2}}"), address + 2);
                }
                None => address += length(line),
            }
        }
        let mut bytes: Vec<u8> = self
            .literals
            .iter()
            .flat_map(|literal| literal.to_le_bytes())
            .collect();
        for line in self.lines.iter().filter(|line| !line.ends_with(':')) {
            let mut text = line.clone();
            if let (Some(from), Some(to)) = (line.find('{'), line.find('}')) {
                let address = names.get(&line[from..=to]).unwrap_or_else(|| panic!("{line}"));
                text = format!("{}0x{address:x}{}", &line[..from], &line[to + 1..]);
            }
            let place = CODE + bytes.len() as u32;
            let (word, length) = assemble(&text, place).unwrap_or_else(|| panic!("{text} at 0x{place:x}"));
            bytes.extend(&word.to_le_bytes()[..usize::from(length)]);
        }
        bytes.resize(bytes.len().next_multiple_of(4), 0);
        (bytes, entry)
    }

    /// The image that the mask ROM loads.
    pub fn image(&self) -> Vec<u8> {
        let (bytes, entry) = self.assemble();
        image(&[(CODE, &bytes)], entry)
    }
}

fn length(line: &str) -> u32 {
    let mnemonic = line.split(' ').next().unwrap_or("");
    let row = Table::get().named(mnemonic).unwrap_or_else(|| panic!("{line}"));
    row.length.into()
}

/// Position of the chip's number in an image.
pub const CHIP_ID: usize = 12;

/// An image of segments without a digest.
pub fn image(segments: &[(u32, &[u8])], entry: u32) -> Vec<u8> {
    let mut bytes = vec![0xe9, segments.len() as u8, 2, 0x4f];
    bytes.extend(entry.to_le_bytes());
    bytes.extend([0xee, 0, 0, 0, 9, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 0, 0, 0]);
    let mut checksum = 0xef;
    for (address, data) in segments {
        bytes.extend(address.to_le_bytes());
        bytes.extend((data.len() as u32).to_le_bytes());
        bytes.extend(*data);
        checksum = data.iter().fold(checksum, |sum, byte| sum ^ byte);
    }
    while bytes.len() % 16 != 15 {
        bytes.push(0);
    }
    bytes.push(checksum);
    bytes
}
