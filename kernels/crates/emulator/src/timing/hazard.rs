//! What the pipeline knows of an instruction: which registers it reads and writes, in which stage, and how long it
//! stays where others would follow.
//!
//! Stages count from the execution stage, 1: a value that is there after stage `d` and is wanted in stage `u` of an
//! instruction issued right behind makes that one wait `d - u` cycles.

use super::vector;
use crate::exec::control::Control;
use crate::exec::float::Float;
use crate::exec::integer::Integer;
use crate::exec::memory::Memory;
use crate::exec::system::{Plain, System};
use crate::isa::row::Class;
use crate::isa::table::Table;
use crate::operation::{Op, Operation};

/// Registers of all kinds in one numbering, fit for a set of 64 bits.
pub mod register {
    /// First floating-point register; the sixteen address registers come before.
    pub const FLOAT: u8 = 16;
    /// First vector register.
    pub const VECTOR: u8 = 32;
    /// The vector unit's scalar accumulator.
    pub const ACCX: u8 = 40;
    /// The vector unit's lane accumulators.
    pub const QACC: u8 = 41;
    /// The sixteen booleans, as one.
    pub const BOOLEANS: u8 = 42;
    /// First operand register of the multiply-accumulate option.
    pub const MULTIPLIER: u8 = 44;
    /// How many there are.
    pub const COUNT: usize = 48;
}

/// A register and the stage in which it is wanted or there.
pub type At = (u8, u8);

/// The execution stage, in which most values are wanted and made.
const EXECUTE: u8 = 1;
/// The stage after it: loads, products, moves between register files.
const MEMORY: u8 = 2;
/// The stage after which the floating-point unit has a sum or product: latency 4.
const FLOAT_RESULT: u8 = 4;

/// What an instruction asks of the pipeline.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hazards {
    /// Registers it reads.
    pub uses: Vec<At>,
    /// Registers it writes.
    pub definitions: Vec<At>,
    /// Cycles beyond one before anything can follow.
    pub extra: u8,
}

/// Cycles beyond one of what is not a plain step through the pipeline.
///
/// Division: derived from measurements. The others are assumptions; docs/emulator.md says which.
fn extra(op: Op) -> u8 {
    match op {
        Op::Integer(Integer::Quos | Integer::Quou | Integer::Rems | Integer::Remu) => 16,
        Op::Memory(Memory::S32c1i) => 3,
        Op::Control(Control::Loop | Control::Loopnez | Control::Loopgtz | Control::Entry) => 1,
        Op::System(System::Plain(Plain::Order)) => 1,
        Op::System(System::Plain(Plain::Isync)) => 4,
        _ => 0,
    }
}

/// The stage after which a written register of this class has its value, when nothing else is known of it.
fn result_stage(op: Op, class: Class) -> u8 {
    match (op, class) {
        (Op::Memory(_), _) => MEMORY,
        (
            Op::Integer(Integer::Mul16s | Integer::Mul16u | Integer::Mull | Integer::Mulsh | Integer::Muluh),
            _,
        ) => MEMORY,
        (Op::Integer(_), _) => EXECUTE,
        (Op::Float(op), class) => match op {
            Float::Add | Float::Sub | Float::Mul | Float::Madd | Float::Msub => FLOAT_RESULT,
            Float::Abs | Float::Neg | Float::Mov | Float::Const => EXECUTE,
            Float::Moveqz | Float::Movnez | Float::Movltz | Float::Movgez | Float::Movf | Float::Movt => {
                EXECUTE
            }
            // The address after a load or store with update.
            Float::Lsip | Float::Lsxp | Float::Ssip | Float::Ssxp if class == Class::Address => EXECUTE,
            _ => MEMORY,
        },
        (Op::System(System::Plain(Plain::Rsr | Plain::Xsr | Plain::Rsil) | System::ReadUser(_)), _) => MEMORY,
        (Op::Mac16(_), Class::Multiplier { .. }) => MEMORY,
        _ => EXECUTE,
    }
}

/// The register of an operand, if the pipeline follows it.
fn place(class: Class, value: i32) -> Option<u8> {
    let value = value as u8;
    Some(match class {
        Class::Address => value & 15,
        Class::Float => register::FLOAT + (value & 15),
        Class::Vector => register::VECTOR + (value & 7),
        Class::Boolean { .. } => register::BOOLEANS,
        Class::Multiplier { .. } => register::MULTIPLIER + (value & 3),
        Class::Number(_) => return None,
    })
}

/// What the instruction asks of the pipeline; `word` are its bytes.
pub fn hazards(operation: &Operation, word: u32) -> Hazards {
    let mut result = Hazards {
        extra: extra(operation.op),
        ..Hazards::default()
    };
    let Some(row) = Table::get().rows().get(usize::from(operation.row)) else {
        return result;
    };
    for operand in &row.operands {
        let Some(register) = place(operand.class, operand.value(operand.field(word), 0)) else {
            continue;
        };
        if operand.read {
            let stage = match operation.op {
                Op::Vector(_) => vector::use_stage(row.mnemonic, operand.name),
                _ => EXECUTE,
            };
            result.uses.push((register, stage));
        }
        if operand.written {
            let stage = match operation.op {
                Op::Vector(_) => vector::result_stage(row.mnemonic, operand.name, operand.class),
                op => result_stage(op, operand.class),
            };
            result.definitions.push((register, stage));
        }
    }
    match operation.op {
        Op::Vector(_) => vector::accumulators(row.mnemonic, &mut result),
        Op::System(System::ReadUser(0..=1)) => result.uses.push((register::ACCX, EXECUTE)),
        Op::System(System::ReadUser(2..=11)) => result.uses.push((register::QACC, EXECUTE)),
        Op::Control(Control::Ret | Control::Retw) => result.uses.push((0, EXECUTE)),
        _ => {}
    }
    result
}
