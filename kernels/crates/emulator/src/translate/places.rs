//! Where translated code finds what it works on.

use std::mem::offset_of;

use crate::core::stop::Journal;
use crate::core::vector_unit::VectorUnit;
use crate::core::Core;
use crate::timing::Pipeline;

/// Memory of a bus that can be reached without it: addresses in the host's memory unless said otherwise. What they point
/// to must not move while the bus stays where it is.
#[derive(Debug, Clone, Copy)]
pub struct PlainMemory {
    /// Emulated address of the data memory's first byte, a multiple of 256.
    pub ram_start: u32,
    /// Where its length in bytes stands, 32 bits.
    pub ram_length: usize,
    /// Its first byte.
    pub ram_bytes: usize,
    /// One bit for each of its words, set where instructions were decoded.
    pub ram_marks: usize,
    /// Emulated address of the code memory's first byte.
    pub code_start: u32,
    /// Its length in bytes.
    pub code_length: u32,
    /// Where the offset of its first byte that may be read stands, 32 bits.
    pub code_low: usize,
    /// Its first byte.
    pub code_bytes: usize,
    /// The data cache.
    pub cache: PlainCache,
}

/// A cache whose hits are found in a table by the low bits of a line's number.
#[derive(Debug, Clone, Copy)]
pub struct PlainCache {
    /// Where the logarithm of a line's length stands, 32 bits.
    pub shift: usize,
    /// The table: a line's number, and eight bytes on the next, 32 bits each.
    pub numbers: usize,
    /// The offsets of the lines' bytes beside them; bit 31 is set where stores do not hit.
    pub offsets: usize,
    /// Entries of the table, a power of two; each has eight bytes.
    pub entries: u32,
    /// Where the distance of the running core's table from the first one stands, 32 bits, when each has its own.
    pub bank: Option<usize>,
    /// Bytes of all lines.
    pub data: usize,
    /// How many, a power of two.
    pub length: u32,
    /// A byte for each line, which is 1 after a store.
    pub changed: usize,
    /// Where hits are counted, 32 bits.
    pub accesses: usize,
}

/// Offsets in [`Core`].
pub mod core_at {
    #![allow(missing_docs)]
    use super::{offset_of, Core, Journal, VectorUnit};
    pub const A: u32 = offset_of!(Core, a) as u32;
    pub const F: u32 = offset_of!(Core, f) as u32;
    pub const Q: u32 = (offset_of!(Core, vectors) + offset_of!(VectorUnit, q)) as u32;
    pub const ACCX: u32 = (offset_of!(Core, vectors) + offset_of!(VectorUnit, accx)) as u32;
    pub const QACC: u32 = (offset_of!(Core, vectors) + offset_of!(VectorUnit, qacc)) as u32;
    pub const PC: u32 = offset_of!(Core, pc) as u32;
    pub const PS: u32 = offset_of!(Core, ps) as u32;
    pub const SAR: u32 = offset_of!(Core, sar) as u32;
    pub const BOOLEANS: u32 = offset_of!(Core, booleans) as u32;
    pub const LBEG: u32 = offset_of!(Core, lbeg) as u32;
    pub const LEND: u32 = offset_of!(Core, lend) as u32;
    pub const LCOUNT: u32 = offset_of!(Core, lcount) as u32;
    pub const SCOMPARE: u32 = offset_of!(Core, scompare) as u32;
    pub const FCR: u32 = offset_of!(Core, fcr) as u32;
    pub const FSR: u32 = offset_of!(Core, fsr) as u32;
    pub const CYCLES: u32 = offset_of!(Core, cycles) as u32;
    pub const INSTRUCTIONS: u32 = offset_of!(Core, instructions) as u32;
    pub const ATTENTION: u32 = offset_of!(Core, attention) as u32;
    pub const WINDOW_FREE: u32 = offset_of!(Core, window_free) as u32;
    pub const STRETCHES: u32 = (offset_of!(Core, journal) + Journal::STRETCHES_AT) as u32;
    pub const JOURNAL_NEXT: u32 = (offset_of!(Core, journal) + Journal::NEXT_AT) as u32;
}

/// Offsets in [`Pipeline`].
pub mod pipeline_at {
    #![allow(missing_docs)]
    use super::Pipeline;
    pub const LATE: u32 = Pipeline::LATE_AT as u32;
    pub const REFILL: u32 = Pipeline::REFILL_AT as u32;
    pub const REDIRECTED: u32 = Pipeline::REDIRECTED_AT as u32;
}

/// Locals of a translated function. The first four are its parameters.
pub mod local {
    #![allow(missing_docs)]
    pub const CORE: u32 = 0;
    pub const BUS: u32 = 1;
    pub const PIPELINE: u32 = 2;
    /// The block to go on with.
    pub const ENTRY: u32 = 3;
    pub const A: u32 = 4;
    pub const PC: u32 = 20;
    pub const STATUS: u32 = 21;
    /// The address of an access.
    pub const ADDRESS: u32 = 22;
    pub const OFFSET: u32 = 23;
    pub const NUMBER: u32 = 24;
    pub const PLACE: u32 = 25;
    pub const LINE: u32 = 26;
    pub const CONDITION: u32 = 27;
    pub const SAR: u32 = 28;
    pub const BOOLEANS: u32 = 29;
    pub const LBEG: u32 = 30;
    pub const LEND: u32 = 31;
    pub const LCOUNT: u32 = 32;
    pub const REFILL: u32 = 33;
    pub const REDIRECTED: u32 = 34;
    pub const JOURNAL: u32 = 35;
    pub const RAM_LENGTH: u32 = 36;
    pub const SHIFT: u32 = 37;
    pub const MASK: u32 = 38;
    pub const WINDOW_FREE: u32 = 39;
    pub const QUICK: u32 = 40;
    pub const ACCESSES: u32 = 41;
    pub const TEMPORARY: u32 = 42;
    /// Locals of 32 bits beyond the parameters.
    pub const NARROW: u32 = 39;
    pub const F: u32 = 43;
    pub const FLOAT: u32 = 59;
    pub const FLOATS: u32 = 17;
    pub const DOUBLE: u32 = 60;
    pub const CYCLES: u32 = 61;
    pub const INSTRUCTIONS: u32 = 62;
    pub const ATTENTION: u32 = 63;
    pub const LATE: u32 = 64;
    pub const ACCX: u32 = 67;
    pub const LONG: u32 = 68;
    pub const LONGS: u32 = 8;
    pub const Q: u32 = 69;
    pub const VECTOR: u32 = 77;
    pub const VECTORS: u32 = 10;
}
