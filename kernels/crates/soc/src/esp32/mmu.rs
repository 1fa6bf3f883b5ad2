//! The tables that map pages of external memory: one for each core's cache.
//!
//! Numbers of the entries and their fields: espressif/esp-idf `components/hal/esp32/include/hal/mmu_ll.h` and
//! `components/soc/esp32/include/soc/ext_mem_defs.h`. Only the entries of process 0 and 1 are used.

use crate::mmu::Target;

/// Words of each table.
pub const ENTRIES: usize = 2048;
/// No page is mapped.
const INVALID: u32 = 1 << 8;
/// The entry was never written: what it holds after power-on is not known.
const UNWRITTEN: u32 = 1 << 31;
/// Bits that an entry has.
const WRITABLE: u32 = 0x1ff;
/// The first entry of PSRAM.
const PSRAM_ENTRIES: usize = 1152;

/// A part of the address space that a cache serves, over a bus of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Window {
    /// Flash as data.
    Drom0,
    /// PSRAM as data.
    Dram1,
    /// Flash as code, from 0x400d0000 on.
    Iram0,
    /// Flash as code, from 0x40400000 on.
    Iram1,
    /// Flash as code, from 0x40800000 on.
    Irom0,
}

/// Bytes of each window; the first of the instruction bus begins with internal memory.
const WINDOW_BYTES: u32 = 1 << 22;
/// Flash as data.
pub const DROM0: u32 = 0x3f40_0000;
/// PSRAM as data.
pub const DRAM1: u32 = 0x3f80_0000;
/// After PSRAM as data.
pub const DRAM1_END: u32 = DRAM1 + WINDOW_BYTES;
/// Flash as code.
pub const CODE: u32 = 0x400d_0000;
/// After flash as code.
pub const CODE_END: u32 = 0x40c0_0000;

impl Window {
    /// The window that an address lies in.
    pub fn of(address: u32) -> Option<Self> {
        Some(match address {
            DROM0..DRAM1 => Self::Drom0,
            DRAM1..DRAM1_END => Self::Dram1,
            CODE..0x4040_0000 => Self::Iram0,
            0x4040_0000..0x4080_0000 => Self::Iram1,
            0x4080_0000..CODE_END => Self::Irom0,
            _ => return None,
        })
    }

    /// Its bit in CACHE_CTRL1 that shuts it.
    pub fn mask_bit(self) -> u32 {
        match self {
            Self::Iram0 => 0,
            Self::Iram1 => 1,
            Self::Irom0 => 2,
            Self::Dram1 => 3,
            Self::Drom0 => 4,
        }
    }

    /// The number of the entry that maps an address of it.
    pub fn entry(self, address: u32) -> usize {
        let offset = address & (WINDOW_BYTES - 1);
        let page = (offset >> 16) as usize;
        match self {
            Self::Drom0 => page,
            Self::Iram0 => 64 + page,
            Self::Iram1 => 128 + page,
            Self::Irom0 => 192 + page,
            Self::Dram1 => PSRAM_ENTRIES + (offset >> 15) as usize,
        }
    }

    /// Where an address leads by its entry; `None` when nothing is mapped.
    pub fn resolve(self, entry: u32, address: u32) -> Option<Target> {
        let shift = if self == Self::Dram1 { 15 } else { 16 };
        (entry & (INVALID | UNWRITTEN) == 0).then_some(Target {
            psram: self == Self::Dram1,
            physical: (entry & 0xff) << shift | address & ((1 << shift) - 1),
        })
    }
}

/// A table.
pub struct Table {
    entries: Box<[u32; ENTRIES]>,
}

impl Default for Table {
    fn default() -> Self {
        Self::new()
    }
}

impl Table {
    /// After power-on, when nobody knows what it holds.
    pub fn new() -> Self {
        Self {
            entries: Box::new([UNWRITTEN; ENTRIES]),
        }
    }

    /// The entry with this number, as accesses go by it.
    pub fn entry(&self, index: usize) -> u32 {
        self.entries[index & (ENTRIES - 1)]
    }

    /// The entry with this number, as software reads it.
    pub fn read(&self, index: usize) -> u32 {
        self.entry(index) & WRITABLE
    }

    /// Writes an entry; true when it changed.
    pub fn set(&mut self, index: usize, value: u32) -> bool {
        let value = value & WRITABLE;
        let entry = &mut self.entries[index & (ENTRIES - 1)];
        let changed = *entry != value;
        *entry = value;
        changed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_and_their_entries() {
        for (address, window, entry) in [
            (0x3f40_0000, Window::Drom0, 0),
            (0x3f7f_ffff, Window::Drom0, 63),
            (0x3f80_0000, Window::Dram1, 1152),
            (0x3fbf_ffff, Window::Dram1, 1279),
            (0x400d_0000, Window::Iram0, 77),
            (0x4040_0000, Window::Iram1, 128),
            (0x40bf_ffff, Window::Irom0, 255),
        ] {
            assert_eq!(Window::of(address), Some(window), "{address:x}");
            assert_eq!(window.entry(address), entry, "{address:x}");
        }
        assert_eq!(Window::of(0x400c_ffff), None);
        assert_eq!(Window::of(0x3fc0_0000), None);
    }

    #[test]
    fn entries_lead_to_flash_and_psram() {
        let mut table = Table::new();
        assert_eq!(Window::Drom0.resolve(table.entry(3), DROM0), None);
        assert!(table.set(3, 5));
        assert!(!table.set(3, 5));
        let flash = Window::Drom0.resolve(table.entry(3), DROM0 + 0x3_1234);
        assert_eq!(
            flash.map(|target| (target.psram, target.physical)),
            Some((false, 0x5_1234))
        );
        let psram = Window::Dram1.resolve(5, DRAM1 + 0x1_9234);
        assert_eq!(
            psram.map(|target| (target.psram, target.physical)),
            Some((true, 0x2_9234))
        );
        table.set(3, 0x105);
        assert_eq!(Window::Drom0.resolve(table.entry(3), DROM0), None);
        assert_eq!(table.read(3), 0x105);
    }
}
