//! The tables of the instruction set: unambiguous, complete, and equal to what an assembler gives.

use emulator::isa::row::Class;
use emulator::isa::table::{length, Table};
use emulator::isa::text::{assemble, disassemble};

/// A new instruction has a new row; none may vanish.
const ROWS: usize = 557;

#[test]
fn has_every_instruction_once() {
    let rows = Table::get().rows();
    assert_eq!(rows.len(), ROWS);
    for (index, row) in rows.iter().enumerate() {
        assert_eq!(row.matched & !row.mask, 0, "{}", row.mnemonic);
        assert_eq!(length(row.matched), row.length, "{}", row.mnemonic);
        for other in &rows[..index] {
            let common = row.mask & other.mask;
            assert!(
                row.length != other.length || (row.matched ^ other.matched) & common != 0,
                "{} and {} overlap",
                row.mnemonic,
                other.mnemonic
            );
        }
    }
}

#[test]
fn every_bit_is_identity_operand_or_ignored_once() {
    for row in Table::get().rows() {
        let mut seen = row.mask;
        for operand in &row.operands {
            // ENTRY names its register twice.
            if operand.name == "ars_entry" {
                continue;
            }
            for &bit in &operand.bits {
                assert_eq!(seen >> bit & 1, 0, "{} bit {bit}", row.mnemonic);
                seen |= 1 << bit;
            }
        }
        assert!(
            row.length == 4 || seen >> (8 * row.length) == 0,
            "{}",
            row.mnemonic
        );
    }
}

#[test]
fn assembles_the_self_checks_of_the_extension_instructions() {
    let mut count = 0;
    for line in include_str!("data/self-checks.txt")
        .lines()
        .filter(|line| !line.starts_with('#'))
    {
        let (text, bytes) = line.split_once(" = ").expect("text = bytes");
        let (word, length) = assemble(text, 0).unwrap_or_else(|| panic!("{text} is not assembled"));
        let hex: String = word.to_le_bytes()[..usize::from(length)]
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        assert_eq!(hex, bytes, "{text}");
        let canonical = disassemble(word, 0).replace(", ", ",");
        assert_eq!(canonical, text, "{bytes}");
        count += 1;
    }
    assert_eq!(count, 264);
}

#[test]
fn every_field_survives_a_round_trip() {
    let address = 0x4037_0124;
    for row in Table::get().rows() {
        for pattern in [0u32, u32::MAX, 0x5555_5555, 0xaaaa_aaaa, 0x1234_5678, 0x9e37_79b9] {
            let mut word = row.operands.iter().fold(row.matched, |word, operand| {
                operand.place(word, pattern >> operand.bits[0])
            });
            // ENTRY names its register twice.
            if row.mnemonic == "entry" {
                word = row.operands[1].place(word, 1);
            }
            let values: Vec<i32> = row
                .operands
                .iter()
                .map(|operand| operand.value(operand.field(word), address))
                .collect();
            assert_eq!(
                row.encode(&values, address),
                Some(word),
                "{} {values:?}",
                row.mnemonic
            );
            for (operand, &value) in row.operands.iter().zip(&values) {
                let limit = match operand.class {
                    Class::Address | Class::Float | Class::Boolean { .. } => 16,
                    Class::Vector => 8,
                    Class::Multiplier { .. } => 4,
                    Class::Number(_) => continue,
                };
                assert!((0..limit).contains(&value), "{} {}", row.mnemonic, operand.name);
            }
        }
    }
}

#[test]
fn says_what_it_cannot_read() {
    assert_eq!(disassemble(0xf07d, 0), ".byte 0x7d, 0xf0");
    assert_eq!(disassemble(0, 0), "ill");
    assert_eq!(assemble("add a1, a2", 0), None);
    assert_eq!(assemble("add a1, a2, q3", 0), None);
    assert_eq!(assemble("ee.vld.128.ip q0, a2, 15", 0), None);
    assert_eq!(assemble("j 0x40000000", 0), None);
}
