//! Names of addresses, for reports: from an ELF file's symbol table or from lines of text.

use crate::system::System;

/// The most symbols that are kept: more than any firmware has, against hostile files.
const MOST: usize = 1 << 17;
/// The longest name that is kept.
const LONGEST_NAME: usize = 128;
/// Distance behind a symbol without a size up to which addresses still belong to it.
const REACH: u32 = 4096;

#[derive(Debug, Clone, PartialEq, Eq)]
struct Symbol {
    address: u32,
    size: u32,
    name: String,
}

/// Functions and objects by address.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Symbols {
    sorted: Vec<Symbol>,
}

fn bytes<const N: usize>(file: &[u8], at: usize) -> Option<[u8; N]> {
    file.get(at..at.checked_add(N)?)?.try_into().ok()
}

fn word(file: &[u8], at: usize) -> Option<u32> {
    bytes(file, at).map(u32::from_le_bytes)
}

fn half(file: &[u8], at: usize) -> Option<usize> {
    bytes(file, at).map(|value| u16::from_le_bytes(value).into())
}

impl Symbols {
    /// Names, addresses and sizes in bytes.
    pub fn new(entries: impl IntoIterator<Item = (String, u32, u32)>) -> Self {
        let mut sorted: Vec<Symbol> = entries
            .into_iter()
            .take(MOST)
            .map(|(name, address, size)| Symbol {
                address,
                size,
                name: name.chars().take(LONGEST_NAME).collect(),
            })
            .collect();
        // Of several names of one address, the one with a size tells more.
        sorted.sort_by(|a, b| (a.address, a.size, &a.name).cmp(&(b.address, b.size, &b.name)));
        Self { sorted }
    }

    /// From lines `NAME ADDRESS SIZE`, numbers in hexadecimal with or without `0x`; other lines are left out.
    pub fn from_lines(text: &str) -> Self {
        let number = |text: &str| u32::from_str_radix(text.trim_start_matches("0x"), 16).ok();
        Self::new(text.lines().filter_map(|line| {
            let mut parts = line.split_whitespace();
            let name = parts.next()?.to_owned();
            Some((name, number(parts.next()?)?, number(parts.next()?)?))
        }))
    }

    /// From a 32-bit little-endian ELF file; `None` when it is no such file or is damaged.
    pub fn from_elf(file: &[u8]) -> Option<Self> {
        const SYMBOL_TABLE: u32 = 2;
        if file.get(..6)? != b"\x7fELF\x01\x01" {
            return None;
        }
        let (sections, size, count) = (word(file, 32)? as usize, half(file, 46)?, half(file, 48)?);
        let mut entries = Vec::new();
        for index in 0..count {
            let header = sections.checked_add(index * size)?;
            if word(file, header + 4)? != SYMBOL_TABLE {
                continue;
            }
            let (start, length) = (
                word(file, header + 16)? as usize,
                word(file, header + 20)? as usize,
            );
            let strings = sections.checked_add(word(file, header + 24)? as usize * size)?;
            let (names, names_length) = (
                word(file, strings + 16)? as usize,
                word(file, strings + 20)? as usize,
            );
            let names = file.get(names..names.checked_add(names_length)?)?;
            for symbol in file
                .get(start..start.checked_add(length)?)?
                .chunks_exact(16)
                .take(MOST)
            {
                // Functions, objects and labels without a kind, not sections and files.
                if symbol[12] & 15 > 2 {
                    continue;
                }
                let name = names.get(word(symbol, 0)? as usize..)?;
                let end = name.iter().position(|&byte| byte == 0)?;
                if end > 0 && half(symbol, 14)? != 0 {
                    let name = String::from_utf8_lossy(&name[..end]).into_owned();
                    entries.push((name, word(symbol, 4)?, word(symbol, 8)?));
                }
            }
        }
        Some(Self::new(entries))
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.sorted.is_empty()
    }

    /// The symbol that an address belongs to, and the distance from its beginning.
    pub fn find(&self, address: u32) -> Option<(&str, u32)> {
        let end = self.sorted.partition_point(|symbol| symbol.address <= address);
        let symbol = self.sorted.get(end.checked_sub(1)?)?;
        let offset = address - symbol.address;
        let reach = if symbol.size == 0 { REACH } else { symbol.size };
        (offset < reach).then_some((symbol.name.as_str(), offset))
    }

    /// `NAME+OFFSET`, also of the mask ROM's functions, or nothing.
    pub fn name<S: System>(&self, address: u32) -> Option<String> {
        match self.find(address) {
            Some((name, 0)) => Some(name.to_owned()),
            Some((name, offset)) => Some(format!("{name}+0x{offset:x}")),
            None => S::rom_name(address).map(|name| format!("{name} (ROM)")),
        }
    }
}
