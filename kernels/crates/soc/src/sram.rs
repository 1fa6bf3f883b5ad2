//! The internal RAM: 512 KiB that two buses show at different addresses.
//!
//! ```text
//! offset    bytes   instruction bus   data bus
//! 0x00000    32 K   0x40370000        -             SRAM0, its first 16 or 32 KiB belong to the instruction cache
//! 0x08000   416 K   0x40378000        0x3fc88000    SRAM1
//! 0x78000    64 K   -                 0x3fcf0000    SRAM2, its last 32 or all 64 KiB belong to the data cache
//! ```

/// Bytes of internal RAM.
pub const BYTES: usize = 0x8_0000;
/// Data bus address minus offset.
pub const DATA_BASE: u32 = 0x3fc8_0000;
/// Instruction bus address minus offset.
pub const INSTRUCTION_BASE: u32 = 0x4037_0000;
/// Offset of SRAM1.
pub const SRAM1: u32 = 0x0_8000;
/// Offset of SRAM2.
pub const SRAM2: u32 = 0x7_8000;
/// Data bus address of SRAM1.
pub const DATA_START: u32 = DATA_BASE + SRAM1;

/// The memory, and which of its words were decoded.
pub struct Sram {
    bytes: Box<[u8; BYTES]>,
    decoded: Box<[u64; BYTES / 256]>,
}

impl Default for Sram {
    fn default() -> Self {
        Self::new()
    }
}

impl Sram {
    /// Zero bytes; silicon holds anything after power-on.
    pub fn new() -> Self {
        let bytes = vec![0; BYTES].into_boxed_slice();
        let decoded = vec![0; BYTES / 256].into_boxed_slice();
        Self {
            bytes: bytes.try_into().expect("the length of the vector"),
            decoded: decoded.try_into().expect("the length of the vector"),
        }
    }

    /// `N` bytes at `offset`, a multiple of `N` below the end; `N` is a power of two.
    #[inline(always)]
    pub fn read<const N: usize>(&self, offset: u32) -> [u8; N] {
        let offset = offset as usize & (BYTES - N);
        let mut value = [0; N];
        value.copy_from_slice(&self.bytes[offset..offset + N]);
        value
    }

    /// Writes `N` bytes at `offset`, a multiple of `N` below the end; true when decoded instructions were among them.
    #[inline(always)]
    pub fn write<const N: usize>(&mut self, offset: u32, value: [u8; N]) -> bool {
        let offset = offset as usize & (BYTES - N);
        self.bytes[offset..offset + N].copy_from_slice(&value);
        let words = (1u64 << N.div_ceil(4)) - 1;
        self.decoded[offset >> 8] >> (offset >> 2 & 63) & words != 0
    }

    /// Remembers that the word at `offset` was decoded.
    pub fn mark_decoded(&mut self, offset: u32) {
        if let Some(bits) = self.decoded.get_mut(offset as usize >> 8) {
            *bits |= 1 << (offset >> 2 & 63);
        }
    }

    /// Forgets what was decoded; whoever decoded it has dropped it.
    pub fn forget_decoded(&mut self) {
        self.decoded.fill(0);
    }

    /// Where the byte and the mark of the word at `offset`, a multiple of 256, lie in the host's memory.
    pub fn places(&self, offset: u32) -> (usize, usize) {
        let marks = self.decoded.as_ptr().addr() + offset as usize / 256 * 8;
        (self.bytes.as_ptr().addr() + offset as usize, marks)
    }

    /// All bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes[..]
    }

    /// All bytes; nothing decoded may be changed.
    pub fn bytes_mut(&mut self) -> &mut [u8] {
        &mut self.bytes[..]
    }
}
