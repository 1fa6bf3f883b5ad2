//! The table that maps pages of external memory: 512 entries of 64 KiB, one table for both buses.

/// Entries of the table.
pub const ENTRIES: usize = 512;
/// Bits of an address within a page.
pub const PAGE_SHIFT: u32 = 16;
/// Address of external memory on the data bus.
pub const DATA_WINDOW: u32 = 0x3c00_0000;
/// Address of external memory on the instruction bus.
pub const INSTRUCTION_WINDOW: u32 = 0x4200_0000;
/// Bytes of each window.
pub const WINDOW_BYTES: u32 = 0x0200_0000;
/// No page is mapped.
const INVALID: u32 = 1 << 14;
/// The page is in PSRAM.
const PSRAM: u32 = 1 << 15;
/// Bits that an entry has.
const WRITABLE: u32 = 0xffff;

/// Where an address leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Target {
    /// In PSRAM, otherwise in flash.
    pub psram: bool,
    /// Address within that memory.
    pub physical: u32,
}

/// The table.
pub struct Mmu {
    entries: [u32; ENTRIES],
}

impl Default for Mmu {
    fn default() -> Self {
        Self::new()
    }
}

impl Mmu {
    /// All entries invalid.
    pub fn new() -> Self {
        Self {
            entries: [INVALID; ENTRIES],
        }
    }

    /// Number of the entry that maps an address of either window.
    pub fn index(address: u32) -> usize {
        ((address & (WINDOW_BYTES - 1)) >> PAGE_SHIFT) as usize
    }

    /// The entry with this number, below [`ENTRIES`].
    pub fn entry(&self, index: usize) -> u32 {
        self.entries[index]
    }

    /// Writes an entry; true when it changed.
    pub fn set(&mut self, index: usize, value: u32) -> bool {
        let value = value & WRITABLE;
        let changed = self.entries[index] != value;
        self.entries[index] = value;
        changed
    }

    /// Where an address leads by an entry; `None` when the entry is invalid.
    pub fn resolve(entry: u32, address: u32) -> Option<Target> {
        (entry & INVALID == 0).then_some(Target {
            psram: entry & PSRAM != 0,
            physical: (entry & 0x3fff) << PAGE_SHIFT | address & 0xffff,
        })
    }
}
