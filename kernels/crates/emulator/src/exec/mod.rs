//! What instructions do, one file per group.

/// Declares a group: a field-less enum whose variants carry the assembler's names.
macro_rules! group {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $($mnemonic:literal)|+),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[allow(missing_docs)]
        pub enum $name { $($(#[$variant_doc])* $variant),+ }

        impl $name {
            /// The instruction with this mnemonic, if it belongs to the group.
            pub fn named(mnemonic: &str) -> Option<Self> {
                match mnemonic {
                    $($($mnemonic)|+ => Some(Self::$variant),)+
                    _ => None,
                }
            }
        }
    };
}

pub mod boolean;
pub mod branch;
pub mod code;
pub mod control;
pub mod float;
pub mod integer;
pub mod mac16;
pub mod memory;
pub mod softfloat;
pub mod system;
pub mod vector;

use crate::bus::Bus;
use crate::core::stop::Cause;
use crate::core::{Core, Raised};
use crate::operation::{Op, Operation};

/// Where execution goes after an instruction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flow {
    /// On to the next instruction.
    Next,
    /// To this address.
    Jump(u32),
    /// To where the core's `pc` was set.
    Entered,
}

/// Runs an instruction that does not end a block.
#[inline(always)]
pub(crate) fn straight<B: Bus>(core: &mut Core, bus: &mut B, operation: &Operation) -> Result<(), Raised> {
    code::run(core, bus, operation, seldom)
}

/// The same for what has no place in the row of frequent instructions.
#[inline(never)]
fn seldom<B: Bus>(core: &mut Core, bus: &mut B, operation: &Operation) -> Result<(), Raised> {
    match operation.op {
        Op::Integer(op) => integer::execute(core, op, operation),
        Op::Memory(op) => memory::execute(core, bus, op, operation),
        Op::Boolean(op) => {
            boolean::execute(core, op, operation);
            Ok(())
        }
        Op::Mac16(op) => mac16::execute(core, bus, op, operation),
        Op::Float(op) => float::execute(core, bus, op, operation),
        Op::Vector(op) => vector::execute(core, bus, op, operation),
        Op::Control(op) => control::straight(core, op, operation),
        Op::System(op) => system::straight(core, op, operation),
        Op::Branch(_) | Op::Unbuilt | Op::Illegal => Err(core.stop(Cause::Illegal)),
    }
}

/// Runs an instruction that ends a block; `pc` is its address.
#[inline(always)]
pub(crate) fn terminator<B: Bus>(
    core: &mut Core,
    bus: &mut B,
    operation: &Operation,
    pc: u32,
) -> Result<Flow, Raised> {
    match operation.op {
        Op::Branch(op) => Ok(branch::execute(core, op, operation)),
        Op::Control(op) => control::execute(core, op, operation, pc),
        Op::System(op) => system::execute(core, op, operation, pc),
        Op::Unbuilt => Err(core.stop(Cause::Unbuilt)),
        Op::Illegal => Err(core.stop(Cause::Illegal)),
        _ => straight(core, bus, operation).map(|()| Flow::Next),
    }
}
