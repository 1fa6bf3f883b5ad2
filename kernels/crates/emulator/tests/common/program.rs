//! A small assembler of programs: labels, words, one instruction a line.

use std::collections::HashMap;

use emulator::isa::table::Table;
use emulator::isa::text::assemble;

/// Bytes of a program and the addresses of its labels.
pub struct Program {
    pub bytes: Vec<u8>,
    pub labels: HashMap<String, u32>,
}

/// Assembles lines from `start` on: `name:` is a label, `{name}` its address in operands, `.word 0x…` four bytes.
pub fn program<S: AsRef<str>>(lines: &[S], start: u32) -> Program {
    let mut labels = HashMap::new();
    let mut address = start;
    for line in lines.iter().map(AsRef::as_ref) {
        if let Some(name) = line.strip_suffix(':') {
            labels.insert(name.to_owned(), address);
        } else {
            address += length(line);
        }
    }
    let mut bytes = Vec::new();
    for line in lines
        .iter()
        .map(AsRef::as_ref)
        .filter(|line| !line.ends_with(':'))
    {
        let text = labels.iter().fold(line.to_owned(), |text, (name, value)| {
            text.replace(&format!("{{{name}}}"), &format!("0x{value:x}"))
        });
        if let Some(value) = text.strip_prefix(".word ") {
            let value =
                u32::from_str_radix(value.trim_start_matches("0x"), 16).expect("a hexadecimal number");
            bytes.extend(value.to_le_bytes());
            continue;
        }
        let place = start + bytes.len() as u32;
        let (word, length) = assemble(&text, place).unwrap_or_else(|| panic!("{text} at 0x{place:x}"));
        bytes.extend(&word.to_le_bytes()[..usize::from(length)]);
    }
    Program { bytes, labels }
}

/// Bytes of a line that is neither a label nor empty.
pub fn length(line: &str) -> u32 {
    let mnemonic = line.split(' ').next().unwrap_or("");
    if mnemonic == ".word" {
        return 4;
    }
    Table::get()
        .named(mnemonic)
        .unwrap_or_else(|| panic!("{line}"))
        .length
        .into()
}
