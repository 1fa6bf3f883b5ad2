//! A decoded instruction: what to do and with which registers, ready to run.

use crate::exec::boolean::Boolean;
use crate::exec::branch::Branch;
use crate::exec::code::Code;
use crate::exec::control::Control;
use crate::exec::float::Float;
use crate::exec::integer::Integer;
use crate::exec::mac16::Mac16;
use crate::exec::memory::Memory;
use crate::exec::system::System;
use crate::exec::vector::Vector;
use crate::isa::row::{Class, Rule};
use crate::isa::table::{length, Table};

/// What an instruction does, by group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Op {
    /// Arithmetic, logic and shifts on address registers.
    Integer(Integer),
    /// Loads and stores of address registers.
    Memory(Memory),
    /// Conditional branches.
    Branch(Branch),
    /// Jumps, calls, returns, windows and loops.
    Control(Control),
    /// Boolean registers.
    Boolean(Boolean),
    /// The 16-bit multiply-accumulate option.
    Mac16(Mac16),
    /// The floating-point unit and its loads and stores.
    Float(Float),
    /// The 128-bit vector unit.
    Vector(Vector),
    /// Special registers, exceptions, synchronisation.
    System(System),
    /// A row of the tables whose behaviour is not built.
    Unbuilt,
    /// No row of the tables.
    Illegal,
}

impl Op {
    fn of(mnemonic: &str) -> Self {
        None.or_else(|| Integer::named(mnemonic).map(Self::Integer))
            .or_else(|| Memory::named(mnemonic).map(Self::Memory))
            .or_else(|| Branch::named(mnemonic).map(Self::Branch))
            .or_else(|| Control::named(mnemonic).map(Self::Control))
            .or_else(|| Boolean::named(mnemonic).map(Self::Boolean))
            .or_else(|| Mac16::named(mnemonic).map(Self::Mac16))
            .or_else(|| Float::named(mnemonic).map(Self::Float))
            .or_else(|| Vector::named(mnemonic).map(Self::Vector))
            .or_else(|| System::named(mnemonic).map(Self::System))
            .unwrap_or(Self::Unbuilt)
    }

    /// Whether a basic block ends with this instruction: it may go elsewhere, or change what following
    /// instructions are checked against.
    pub fn ends_block(self) -> bool {
        match self {
            Self::Branch(_) | Self::Unbuilt | Self::Illegal => true,
            Self::Control(control) => control.ends_block(),
            Self::System(system) => system.ends_block(),
            _ => false,
        }
    }

    /// The coprocessors that must be enabled, as bits of CPENABLE.
    pub fn coprocessors(self) -> u8 {
        match self {
            Self::Float(_) => FLOAT_UNIT,
            Self::Vector(vector) => vector.coprocessors(),
            Self::System(system) => system.coprocessors(),
            _ => 0,
        }
    }
}

/// CPENABLE bit of the floating-point unit.
pub const FLOAT_UNIT: u8 = 1 << 0;
/// CPENABLE bit of the vector unit.
pub const VECTOR_UNIT: u8 = 1 << 3;

/// Slots of `Operation::r`; the vector instructions have their own meaning for them.
pub mod slot {
    /// The register in bits 15:12 of core instructions, mostly the destination.
    pub const R: usize = 0;
    /// The register in bits 11:8.
    pub const S: usize = 1;
    /// The register in bits 7:4.
    pub const T: usize = 2;
    /// First multiplicand of the multiply-accumulate option.
    pub const MX: usize = 3;
    /// Second multiplicand of the multiply-accumulate option.
    pub const MY: usize = 4;
    /// Vector instructions: the address.
    pub const AS: usize = 0;
    /// Vector instructions: the second address register.
    pub const AD: usize = 1;
    /// Vector instructions: the register of the memory access.
    pub const U: usize = 2;
    /// Vector instructions: first source.
    pub const X: usize = 3;
    /// Vector instructions: second source.
    pub const Y: usize = 4;
    /// Vector instructions: result.
    pub const Z: usize = 5;
    /// Vector instructions: low half of a pair, second result.
    pub const PAIR0: usize = 6;
    /// Vector instructions: high half of a pair, third source.
    pub const PAIR1: usize = 7;
}

/// Registers of the tables have one slot each.
fn slot_of(name: &str, vector: bool) -> Option<usize> {
    use slot::{AD, AS, MX, MY, PAIR0, PAIR1, R, S, T, U, X, Y, Z};
    let found = match name {
        "mx" => MX,
        "my" => MY,
        "as" | "value" => AS,
        "ax" if vector => AS,
        "ad" | "ay" | "au" | "as0" | "mask" => AD,
        "qu" | "qv" | "fu0" | "fv0" => U,
        "qx" | "qs" | "fu1" | "fv1" => X,
        "qy" | "fu2" | "fv2" => Y,
        "qa" | "qz" | "qa0" | "fu3" | "fv3" => Z,
        "qs0" | "qz1" | "qa1" | "qu1" => PAIR0,
        "qs1" | "qm" => PAIR1,
        "arr" | "frr" | "br" | "mw" => R,
        "ars" | "frs" | "bs" | "bs4" | "bs8" => S,
        "art" | "frt" | "bt" => T,
        _ => return None,
    };
    Some(found)
}

/// A decoded instruction.
#[derive(Debug, Clone, Copy)]
pub struct Operation {
    /// What it does.
    pub op: Op,
    /// The same as one number, for those that are run often.
    pub code: Code,
    /// Its bytes.
    pub length: u8,
    /// Register quarters beyond the first that it names, 0..3: what a window overflow check asks for.
    pub quarters: u8,
    /// Registers, by [`slot`].
    pub r: [u8; 8],
    /// The absolute target or literal address when it has one, otherwise its first number.
    pub imm: i32,
    /// The number beside a target, or the second number; selectors of vector instructions, a byte each.
    pub imm2: i32,
    /// Its row in the tables; [`NO_ROW`] when illegal.
    pub row: u16,
    /// Cycles from the start of its stretch until it is issued, in the pipeline's model.
    pub issue: u16,
}

/// Row of what is no instruction.
pub const NO_ROW: u16 = u16::MAX;

/// Behaviour by row number, found once.
fn behaviours() -> &'static [(Op, Code)] {
    static BEHAVIOURS: std::sync::OnceLock<Vec<(Op, Code)>> = std::sync::OnceLock::new();
    BEHAVIOURS.get_or_init(|| {
        Table::get()
            .rows()
            .iter()
            .map(|row| {
                let op = Op::of(row.mnemonic);
                (op, Code::of(op))
            })
            .collect()
    })
}

/// What the instruction with this mnemonic does; [`Op::Unbuilt`] when its behaviour is not built.
pub fn behaviour(mnemonic: &str) -> Op {
    Op::of(mnemonic)
}

/// Decodes the instruction at `address`, whose bytes are the low ones of `word`.
pub fn decode(word: u32, address: u32) -> Operation {
    let mut operation = Operation {
        op: Op::Illegal,
        code: Code::Other,
        length: length(word),
        quarters: 0,
        r: [0; 8],
        imm: 0,
        imm2: 0,
        row: NO_ROW,
        issue: 0,
    };
    let Some(index) = Table::get().find(word) else {
        return operation;
    };
    let row = &Table::get().rows()[usize::from(index)];
    operation.row = index;
    (operation.op, operation.code) = behaviours()[usize::from(index)];
    let vector = matches!(operation.op, Op::Vector(_));
    let mut numbers = 0;
    let mut selectors = 0;
    let targets = row.operands.iter().any(|operand| is_target(operand.class));
    for operand in &row.operands {
        let value = operand.value(operand.field(word), address);
        match operand.class {
            Class::Number(_) if is_target(operand.class) => operation.imm = value,
            Class::Number(_) if vector && is_selector(operand.name) => {
                operation.imm2 |= value << (8 * selectors);
                selectors += 1;
            }
            Class::Number(_) => {
                if numbers == 0 && !targets {
                    operation.imm = value;
                } else {
                    operation.imm2 = value;
                }
                numbers += 1;
            }
            class => {
                if let Some(place) = slot_of(operand.name, vector) {
                    operation.r[place] = value as u8;
                }
                if class == Class::Address {
                    operation.quarters = operation.quarters.max(value as u8 / 4);
                }
            }
        }
    }
    if let Op::Control(control) = operation.op {
        operation.quarters = operation.quarters.max(control.quarters());
    }
    operation
}

fn is_target(class: Class) -> bool {
    matches!(
        class,
        Class::Number(Rule::Relative | Rule::Forward | Rule::Call | Rule::Literal)
    )
}

fn is_selector(name: &str) -> bool {
    name.starts_with("sel") || name.starts_with("sar") || name == "upd4"
}
