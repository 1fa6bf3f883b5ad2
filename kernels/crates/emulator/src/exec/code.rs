//! One number for each instruction that firmware runs often, so that running it takes one jump. What these
//! instructions do is told in their groups; here they only stand in one row.

use crate::bus::Bus;
use crate::core::{Core, Raised};
use crate::exec::float::{self, Float};
use crate::exec::integer::{self, Integer};
use crate::exec::memory::{self, Memory};
use crate::exec::vector::{quick, Quick};
use crate::operation::{Op, Operation};

/// A group whose instructions stand in the row.
trait Run<B: Bus> {
    fn run(self, core: &mut Core, bus: &mut B, operation: &Operation) -> Result<(), Raised>;
}

impl<B: Bus> Run<B> for Integer {
    #[inline(always)]
    fn run(self, core: &mut Core, _: &mut B, operation: &Operation) -> Result<(), Raised> {
        integer::execute(core, self, operation)
    }
}

impl<B: Bus> Run<B> for Memory {
    #[inline(always)]
    fn run(self, core: &mut Core, bus: &mut B, operation: &Operation) -> Result<(), Raised> {
        memory::execute(core, bus, self, operation)
    }
}

impl<B: Bus> Run<B> for Float {
    #[inline(always)]
    fn run(self, core: &mut Core, bus: &mut B, operation: &Operation) -> Result<(), Raised> {
        float::execute(core, bus, self, operation)
    }
}

impl<B: Bus> Run<B> for Quick {
    #[inline(always)]
    fn run(self, core: &mut Core, bus: &mut B, operation: &Operation) -> Result<(), Raised> {
        quick::execute(core, bus, self, operation)
    }
}

macro_rules! row {
    ($($code:ident = $group:ident::$variant:ident,)+) => {
        /// An instruction in the row.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[allow(missing_docs)]
        pub enum Code {
            $($code,)+
            /// Any other.
            Other,
        }

        impl Code {
            /// The place of an instruction.
            pub fn of(op: Op) -> Self {
                $(if op.is_plain(Plain::$group($group::$variant)) {
                    return Self::$code;
                })+
                Self::Other
            }
        }

        /// Runs an instruction of the row; others by `other`.
        #[inline(always)]
        pub(crate) fn run<B: Bus>(
            core: &mut Core,
            bus: &mut B,
            operation: &Operation,
            other: impl FnOnce(&mut Core, &mut B, &Operation) -> Result<(), Raised>,
        ) -> Result<(), Raised> {
            match operation.code {
                $(Code::$code => Run::<B>::run($group::$variant, core, bus, operation),)+
                Code::Other => other(core, bus, operation),
            }
        }
    };
}

/// An instruction of a group that stands in the row.
enum Plain {
    Integer(Integer),
    Memory(Memory),
    Float(Float),
    Quick(Quick),
}

impl Op {
    fn is_plain(self, plain: Plain) -> bool {
        match (self, plain) {
            (Self::Integer(op), Plain::Integer(plain)) => op == plain,
            (Self::Memory(op), Plain::Memory(plain)) => op == plain,
            (Self::Float(op), Plain::Float(plain)) => op == plain,
            (Self::Vector(op), Plain::Quick(plain)) => op.quick() == Some(plain),
            _ => false,
        }
    }
}

row! {
    Add = Integer::Add,
    Addi = Integer::Addi,
    Addx2 = Integer::Addx2,
    Addx4 = Integer::Addx4,
    Addx8 = Integer::Addx8,
    And = Integer::And,
    Extui = Integer::Extui,
    Max = Integer::Max,
    Min = Integer::Min,
    Minu = Integer::Minu,
    Mov = Integer::Mov,
    Moveqz = Integer::Moveqz,
    Movgez = Integer::Movgez,
    Movi = Integer::Movi,
    MoviNarrow = Integer::MoviNarrow,
    Movltz = Integer::Movltz,
    Movnez = Integer::Movnez,
    Mull = Integer::Mull,
    Muluh = Integer::Muluh,
    Neg = Integer::Neg,
    Nop = Integer::Nop,
    Nsau = Integer::Nsau,
    Or = Integer::Or,
    Quou = Integer::Quou,
    Sext = Integer::Sext,
    Sll = Integer::Sll,
    Slli = Integer::Slli,
    Src = Integer::Src,
    Srai = Integer::Srai,
    Srl = Integer::Srl,
    Srli = Integer::Srli,
    Ssai = Integer::Ssai,
    Ssl = Integer::Ssl,
    Ssr = Integer::Ssr,
    Sub = Integer::Sub,
    Xor = Integer::Xor,
    L8ui = Memory::L8ui,
    L16ui = Memory::L16ui,
    L16si = Memory::L16si,
    L32i = Memory::L32i,
    L32r = Memory::L32r,
    S8i = Memory::S8i,
    S16i = Memory::S16i,
    S32i = Memory::S32i,
    FloatLoad = Float::Lsi,
    FloatLoadStep = Float::Lsip,
    FloatLoadIndexed = Float::Lsx,
    FloatStore = Float::Ssi,
    FloatStoreStep = Float::Ssip,
    FloatAbs = Float::Abs,
    FloatNeg = Float::Neg,
    FloatMov = Float::Mov,
    FloatAdd = Float::Add,
    FloatSub = Float::Sub,
    FloatMul = Float::Mul,
    FloatMadd = Float::Madd,
    FloatMsub = Float::Msub,
    FloatMovf = Float::Movf,
    FloatMovt = Float::Movt,
    FloatConst = Float::Const,
    FloatRfr = Float::Rfr,
    FloatWfr = Float::Wfr,
    VectorLoad = Quick::Load,
    VectorLoadRegister = Quick::LoadRegister,
    VectorLoadOffset = Quick::LoadOffset,
    VectorStore = Quick::Store,
    VectorStoreRegister = Quick::StoreRegister,
    VectorStoreOffset = Quick::StoreOffset,
    LoadFloats = Quick::LoadFloats,
    LoadFloatsRegister = Quick::LoadFloatsRegister,
    StoreFloats = Quick::StoreFloats,
    Broadcast16 = Quick::Broadcast16,
    Bytes = Quick::Bytes,
    BytesLoad = Quick::BytesLoad,
    BytesLoadRegister = Quick::BytesLoadRegister,
    Halfwords = Quick::Halfwords,
    HalfwordsLoad = Quick::HalfwordsLoad,
    HalfwordsLoadRegister = Quick::HalfwordsLoadRegister,
    LaneHalfwords = Quick::LaneHalfwords,
    Multiply16 = Quick::Multiply16,
    ClearAccx = Quick::ClearAccx,
    StoreAccx = Quick::StoreAccx,
    LoadAccx = Quick::LoadAccx,
}
