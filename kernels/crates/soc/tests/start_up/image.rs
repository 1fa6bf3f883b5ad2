//! The committed firmware as an image that the mask ROM boots, with a partition table and a model's partition, and with
//! changes where a test wants something to go wrong.

use std::path::Path;

/// Where the table must lie in flash, and what it takes there.
const TABLE: usize = 0x8000;
const TABLE_BYTES: usize = 0x1000;
/// Memory that nothing uses while the ROM loads.
const TABLE_ADDRESS: u32 = 0x3fcd_6000;
/// Where the model's partition begins.
pub const MODEL: usize = 0x10_0000;

/// Where code and data for the ROM are loaded; a lower physical address is an offset in flash, where a segment stays.
const LOADED: u32 = 0x3fc8_8000;

/// A linked firmware: segments by address, what stays in flash by offset, its entry, and its symbols.
pub struct Firmware {
    entry: u32,
    segments: Vec<(u32, Vec<u8>)>,
    flash: Vec<(u32, Vec<u8>)>,
    symbols: Vec<(String, u32)>,
}

fn half(bytes: &[u8], at: usize) -> usize {
    usize::from(u16::from_le_bytes([bytes[at], bytes[at + 1]]))
}

fn word(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}

impl Firmware {
    /// The firmware that is committed beside its sources.
    pub fn committed() -> Self {
        Self::named("firmware.elf")
    }

    /// A committed program of the board's.
    pub fn named(name: &str) -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../device-runtime/prebuilt/esp32s3");
        let elf = std::fs::read(folder.join(name)).expect("a committed program");
        let headers = word(&elf, 28) as usize;
        let mut segments = Vec::new();
        for index in 0..half(&elf, 44) {
            let at = headers + 32 * index;
            let (offset, length) = (word(&elf, at + 4) as usize, word(&elf, at + 16) as usize);
            if word(&elf, at) == 1 && length > 0 {
                segments.push((word(&elf, at + 12), elf[offset..offset + length].to_vec()));
            }
        }
        segments.sort();
        let (segments, flash) = segments.into_iter().partition(|(address, _)| *address >= LOADED);
        Self {
            entry: word(&elf, 24),
            segments,
            flash,
            symbols: symbols(&elf),
        }
    }

    /// Address of a symbol.
    pub fn symbol(&self, name: &str) -> u32 {
        let found = self.symbols.iter().find(|(symbol, _)| symbol == name);
        found.unwrap_or_else(|| panic!("the firmware has no {name}")).1
    }

    /// The firmware with other code at the beginning of a function.
    pub fn with(mut self, function: &str, code: &[u8]) -> Self {
        let address = self.symbol(function);
        let (start, bytes) = self
            .segments
            .iter_mut()
            .find(|(start, bytes)| address >= *start && address < *start + bytes.len() as u32)
            .expect("a function lies in a segment");
        let at = (address - *start) as usize;
        bytes[at..at + code.len()].copy_from_slice(code);
        self
    }

    /// The firmware with another value for a constant, as often as it stands in code and data.
    pub fn with_constant(mut self, from: u32, to: u32) -> Self {
        let mut found = 0;
        for bytes in self.segments.iter_mut().map(|(_, bytes)| bytes) {
            for value in bytes.chunks_exact_mut(4) {
                if *value == from.to_le_bytes() {
                    value.copy_from_slice(&to.to_le_bytes());
                    found += 1;
                }
            }
        }
        assert!(found > 0, "the firmware has no constant {from}");
        self
    }

    /// Numbers of the segments that stay in flash.
    pub const CONSTANTS: usize = 0;
    /// The code.
    pub const CODE: usize = 1;

    /// The firmware with one bit of a segment that stays in flash changed.
    pub fn with_damage_in_flash(mut self, segment: usize) -> Self {
        let (_, bytes) = &mut self.flash[segment];
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        self
    }

    /// Flash content with this table at 0x8000; the segment that would lie over it is cut.
    pub fn image(&self, table: &[u8]) -> Vec<u8> {
        let mut sector = table.to_vec();
        sector.resize(TABLE_BYTES, 0xff);
        let mut parts: Vec<(u32, Vec<u8>)> = Vec::new();
        let mut position = 24;
        let mut placed = false;
        for (address, bytes) in &self.segments {
            let room = TABLE - 8 - position;
            if !placed && position + 8 + bytes.len() + 8 > TABLE {
                let cut = room - 8;
                parts.push((*address, bytes[..cut].to_vec()));
                parts.push((TABLE_ADDRESS, sector.clone()));
                parts.push((*address + cut as u32, bytes[cut..].to_vec()));
                placed = true;
            } else {
                parts.push((*address, bytes.clone()));
                position += 8 + bytes.len();
            }
        }
        assert!(placed, "the image ends before its table");
        // Two lines at 80 MHz, 8 MiB; no digest.
        let mut image = vec![0xe9, parts.len() as u8, 2, 0x3f];
        image.extend(self.entry.to_le_bytes());
        image.extend([0xee, 0, 0, 0, 9, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 0, 0, 0]);
        let mut checksum = 0xef;
        for (address, bytes) in &parts {
            image.extend(address.to_le_bytes());
            image.extend((bytes.len() as u32).to_le_bytes());
            image.extend(bytes);
            checksum = bytes.iter().fold(checksum, |sum, byte| sum ^ byte);
        }
        while image.len() % 16 != 15 {
            image.push(0);
        }
        image.push(checksum);
        for (offset, bytes) in &self.flash {
            assert!(
                image.len() <= *offset as usize,
                "the image reaches into what stays in flash"
            );
            image.resize(*offset as usize, 0xff);
            image.extend(bytes);
        }
        image
    }
}

fn symbols(elf: &[u8]) -> Vec<(String, u32)> {
    let sections = word(elf, 32) as usize;
    let mut found = Vec::new();
    for index in 0..half(elf, 48) {
        let at = sections + 40 * index;
        // A symbol table; its names are in the section that it links to.
        if word(elf, at + 4) != 2 {
            continue;
        }
        let (offset, length) = (word(elf, at + 16) as usize, word(elf, at + 20) as usize);
        let names = word(elf, sections + 40 * word(elf, at + 24) as usize + 16) as usize;
        for entry in (offset..offset + length).step_by(16) {
            let name = &elf[names + word(elf, entry) as usize..];
            let end = name.iter().position(|&byte| byte == 0).unwrap_or(0);
            found.push((
                String::from_utf8_lossy(&name[..end]).into_owned(),
                word(elf, entry + 4),
            ));
        }
    }
    found
}

/// A row of a partition table.
pub fn row(kind: u8, subtype: u8, offset: u32, bytes: u32, name: &str) -> Vec<u8> {
    let mut row = vec![0xaa, 0x50, kind, subtype];
    row.extend(offset.to_le_bytes());
    row.extend(bytes.to_le_bytes());
    row.extend(name.bytes());
    row.resize(32, 0);
    row
}

/// The usual table for a flash of this size: settings and a model.
pub fn table(flash: u32) -> Vec<u8> {
    let mut table = row(1, 2, 0xf_0000, 0x6000, "nvs");
    table.extend(row(1, 0x40, MODEL as u32, flash - MODEL as u32 - 0x4000, "model"));
    table
}
