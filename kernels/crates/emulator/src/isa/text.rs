//! Instructions as an assembler writes them, for messages, traces and tests.

use super::row::{Class, Row, Rule};
use super::table::{length, Table};

/// The instruction in `word` at `address` as text; bytes when there is none.
pub fn disassemble(word: u32, address: u32) -> String {
    let Some(index) = Table::get().find(word) else {
        let bytes = &word.to_le_bytes()[..usize::from(length(word))];
        return format!(
            ".byte {}",
            bytes
                .iter()
                .map(|byte| format!("0x{byte:02x}"))
                .collect::<Vec<_>>()
                .join(", ")
        );
    };
    let row = &Table::get().rows()[usize::from(index)];
    let operands: Vec<String> = row
        .operands
        .iter()
        .filter(|operand| operand.name != "ars_entry")
        .map(|operand| {
            let value = operand.value(operand.field(word), address);
            match operand.class {
                Class::Address => format!("a{value}"),
                Class::Float => format!("f{value}"),
                Class::Vector => format!("q{value}"),
                Class::Boolean { .. } => format!("b{value}"),
                Class::Multiplier { .. } => format!("m{value}"),
                Class::Number(Rule::Relative | Rule::Forward | Rule::Call | Rule::Literal) => {
                    format!("0x{value:08x}")
                }
                Class::Number(_) => value.to_string(),
            }
        })
        .collect();
    format!("{} {}", row.mnemonic, operands.join(", "))
        .trim_end()
        .to_owned()
}

/// The word of one instruction in the text form of [`disassemble`], at `address`, with its length in bytes.
pub fn assemble(text: &str, address: u32) -> Option<(u32, u8)> {
    let (mnemonic, operands) = text.trim().split_once(' ').unwrap_or((text.trim(), ""));
    let row: &Row = Table::get().named(mnemonic)?;
    let mut given = operands
        .split(',')
        .map(str::trim)
        .filter(|operand| !operand.is_empty());
    let mut values = Vec::new();
    let mut entry = None;
    for operand in &row.operands {
        if operand.name == "ars_entry" {
            entry = Some(values.len());
            values.push(0);
            continue;
        }
        values.push(parse(given.next()?, operand.class)?);
    }
    // The same register read and written, which the text names once.
    if let Some(index) = entry {
        values[index] = *values.get(index + 1)?;
    }
    if given.next().is_some() {
        return None;
    }
    Some((row.encode(&values, address)?, row.length))
}

fn parse(text: &str, class: Class) -> Option<i32> {
    let prefix = match class {
        Class::Address => "a",
        Class::Float => "f",
        Class::Vector => "q",
        Class::Boolean { .. } => "b",
        Class::Multiplier { .. } => "m",
        Class::Number(_) => "",
    };
    let number = text.strip_prefix(prefix)?;
    match number.strip_prefix("0x") {
        Some(digits) => u32::from_str_radix(digits, 16).ok().map(|value| value as i32),
        None => number.parse().ok(),
    }
}
