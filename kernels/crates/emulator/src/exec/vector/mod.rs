//! The 128-bit vector unit: an instruction is a computation, a memory access beside it, or both.
//!
//! All sources are read before anything is written. Where an instruction names one register as two results, the
//! memory access wins over the computation and the shifted pair over both.

mod access;
mod arithmetic;
mod dot;
mod fft;
pub mod lanes;
mod multiply;
pub(super) mod quick;
mod shift;

use crate::bus::Bus;
use crate::core::{Core, Raised};
use crate::operation::slot::{AD, AS, PAIR0, PAIR1, U};
use crate::operation::{Operation, FLOAT_UNIT, VECTOR_UNIT};
use crate::quad::Quad;
use lanes::Lanes;

pub use access::Access;
pub use arithmetic::Arithmetic;
pub use fft::Fft;
pub use multiply::Multiply;
pub use quick::Quick;
pub use shift::Shift;

/// A computation of the vector unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Loads, stores and moves that are all there is to the instruction.
    Access(Access),
    /// Lane by lane.
    Arithmetic(Arithmetic),
    /// Products and sums of them.
    Multiply(Multiply),
    /// Shifts of registers and pairs.
    Shift(Shift),
    /// Butterflies, with memory accesses of their own.
    Fft(Fft),
}

/// The memory access beside a computation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Beside {
    /// None.
    Nothing,
    /// Load 16 bytes, then add a constant to the address.
    LoadConstant,
    /// Load 16 bytes, then add a register to the address.
    LoadRegister,
    /// Load 16 bytes, then add 16 to the address.
    LoadNext,
    /// Store 16 bytes, then add 16 to the address.
    StoreNext,
    /// Load one element into all lanes, then add its size to the address.
    LoadElement(u8),
}

/// Instructions that only translated code has a way of its own for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lean {
    /// One word in all lanes.
    Broadcast32,
    /// Likewise, then a constant is added to the address.
    Broadcast32Step,
    /// From one register into another.
    Move,
    /// A register gets zeros.
    ClearRegister,
    /// The accumulators get zeros.
    ClearLanes,
    /// ACCX is shifted and taken out.
    TakeAccx,
    /// Bit by bit.
    And,
    /// Bit by bit.
    Or,
    /// Bit by bit.
    Xor,
    /// Bit by bit.
    Not,
    /// Products of signed bytes, shifted.
    Multiply8,
    /// Likewise, and the next sixteen bytes are loaded.
    Multiply8Load,
    /// Bytes of two registers in turn.
    Zip8,
}

/// An instruction of the vector unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Vector {
    kind: Kind,
    beside: Beside,
    /// The pair of registers is also shifted by SAR_BYTE.
    shift_pair: bool,
    /// The instruction's own way, if it has one.
    quick: Option<Quick>,
}

impl Vector {
    /// The instruction with this mnemonic, if it belongs to the group.
    pub fn named(mnemonic: &str) -> Option<Self> {
        let quick = Quick::named(mnemonic);
        let whole = None
            .or_else(|| Access::named(mnemonic).map(Kind::Access))
            .or_else(|| Fft::named(mnemonic).map(Kind::Fft))
            .or_else(|| Shift::named(mnemonic).map(Kind::Shift));
        if let Some(kind) = whole {
            return Some(Self {
                kind,
                beside: Beside::Nothing,
                shift_pair: false,
                quick,
            });
        }
        let name = mnemonic.strip_prefix("ee.")?;
        let (name, shift_pair) = name
            .strip_suffix(".qup")
            .map_or((name, false), |name| (name, true));
        let element = if name.contains("16.") { 2 } else { 1 };
        let suffixes = [
            (".ld.ip", Beside::LoadConstant),
            (".ld.xp", Beside::LoadRegister),
            (".ld.incp", Beside::LoadNext),
            (".st.incp", Beside::StoreNext),
            (".ldbc.incp", Beside::LoadElement(element)),
        ];
        let (name, beside) = suffixes
            .iter()
            .find_map(|&(suffix, beside)| Some((name.strip_suffix(suffix)?, beside)))
            .unwrap_or((name, Beside::Nothing));
        let kind = None
            .or_else(|| Arithmetic::named(name).map(Kind::Arithmetic))
            .or_else(|| Multiply::named(name).map(Kind::Multiply))?;
        Some(Self {
            kind,
            beside,
            shift_pair,
            quick,
        })
    }

    /// The instruction's own way, if it has one.
    pub(crate) fn quick(self) -> Option<Quick> {
        self.quick
    }

    /// What translated code does for it, if that is not the instruction's own way.
    pub(crate) fn lean(self) -> Option<Lean> {
        Some(match (self.kind, self.beside) {
            _ if self.shift_pair => return None,
            (Kind::Access(kind), _) => return kind.lean(),
            (Kind::Arithmetic(Arithmetic::And), Beside::Nothing) => Lean::And,
            (Kind::Arithmetic(Arithmetic::Or), Beside::Nothing) => Lean::Or,
            (Kind::Arithmetic(Arithmetic::Xor), Beside::Nothing) => Lean::Xor,
            (Kind::Arithmetic(Arithmetic::Not), Beside::Nothing) => Lean::Not,
            (Kind::Multiply(Multiply::TakeAccx), Beside::Nothing) => Lean::TakeAccx,
            (Kind::Multiply(Multiply::MulS8), Beside::Nothing) => Lean::Multiply8,
            (Kind::Multiply(Multiply::MulS8), Beside::LoadNext) => Lean::Multiply8Load,
            (Kind::Shift(Shift::Zip8), _) => Lean::Zip8,
            _ => return None,
        })
    }

    pub(crate) fn coprocessors(self) -> u8 {
        match self.kind {
            Kind::Access(access) if access.uses_floats() => FLOAT_UNIT | VECTOR_UNIT,
            _ => VECTOR_UNIT,
        }
    }
}

#[inline]
pub(super) fn execute<B: Bus>(
    core: &mut Core,
    bus: &mut B,
    op: Vector,
    operation: &Operation,
) -> Result<(), Raised> {
    match op.kind {
        Kind::Access(kind) => access::execute(core, bus, kind, operation),
        Kind::Shift(kind) => shift::execute(core, bus, kind, operation),
        Kind::Fft(kind) => fft::execute(core, bus, kind, operation),
        Kind::Arithmetic(_) | Kind::Multiply(_) if op.beside == Beside::Nothing => {
            compute(core, op.kind, operation);
            Ok(())
        }
        Kind::Arithmetic(_) | Kind::Multiply(_) => fused(core, bus, op, operation),
    }
}

/// A computation without its memory access.
fn compute(core: &mut Core, kind: Kind, operation: &Operation) {
    match kind {
        Kind::Arithmetic(kind) => arithmetic::execute(core, kind, operation),
        Kind::Multiply(kind) => multiply::execute(core, kind, operation),
        Kind::Access(_) | Kind::Shift(_) | Kind::Fft(_) => {}
    }
}

/// A computation with a memory access beside it.
fn fused<B: Bus>(core: &mut Core, bus: &mut B, op: Vector, operation: &Operation) -> Result<(), Raised> {
    let address = core.reg(operation, AS);
    // The memory access comes first: when it fails, nothing has changed.
    let loaded = match op.beside {
        Beside::StoreNext => {
            let value = core.vectors.q[q(operation, U)];
            access::store128(core, bus, address, value)?;
            value
        }
        Beside::LoadElement(bytes) => access::load_element(core, bus, address, bytes)?,
        Beside::Nothing | Beside::LoadConstant | Beside::LoadRegister | Beside::LoadNext => {
            access::load128(core, bus, address)?
        }
    };
    let step = match op.beside {
        Beside::Nothing => 0,
        Beside::LoadConstant => operation.imm as u32,
        Beside::LoadRegister => core.reg(operation, AD),
        Beside::LoadNext | Beside::StoreNext => 16,
        Beside::LoadElement(bytes) => bytes.into(),
    };
    let (low, high) = (
        core.vectors.q[q(operation, PAIR0)].bytes(),
        core.vectors.q[q(operation, PAIR1)].bytes(),
    );
    compute(core, op.kind, operation);
    core.set_reg(operation, AS, address.wrapping_add(step));
    if op.beside != Beside::StoreNext {
        core.vectors.q[q(operation, U)] = loaded;
    }
    if op.shift_pair {
        core.vectors.q[q(operation, PAIR0)] =
            Quad::from(lanes::shift_pair(low, high, core.vectors.sar_byte.into()));
    }
    Ok(())
}

/// Number of the vector register in a slot.
#[inline(always)]
fn q(operation: &Operation, slot: usize) -> usize {
    usize::from(operation.r[slot] & 7)
}

/// The lanes of the vector register in a slot.
#[inline(always)]
fn lanes_of<L: Lanes>(core: &Core, operation: &Operation, slot: usize) -> L {
    L::from_bytes(core.vectors.q[q(operation, slot)].bytes())
}
