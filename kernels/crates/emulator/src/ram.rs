//! Plain memory with a record of which words were decoded, and a bus of several such memories.

use crate::bus::{Bus, BusFault};
use crate::quad::Quad;

/// Bytes of one memory, and one bit per word that holds decoded instructions.
#[derive(Debug, Clone)]
pub struct Ram {
    bytes: Vec<u8>,
    decoded: Vec<u64>,
}

impl Ram {
    /// `length` zero bytes, rounded up to a multiple of 16.
    pub fn new(length: usize) -> Self {
        let length = length.next_multiple_of(16);
        Self {
            bytes: vec![0; length],
            decoded: vec![0; length.div_ceil(256)],
        }
    }

    /// All bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Bytes in the memory.
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Whether the memory has no bytes.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// `N` bytes at `offset`, or `None` past the end.
    #[inline]
    pub fn read<const N: usize>(&self, offset: usize) -> Option<[u8; N]> {
        self.bytes
            .get(offset..offset.checked_add(N)?)?
            .first_chunk()
            .copied()
    }

    /// Writes `N` bytes within one aligned block of 16; `Some(true)` when decoded instructions were among them,
    /// `None` past the end.
    #[inline]
    pub fn write<const N: usize>(&mut self, offset: usize, value: [u8; N]) -> Option<bool> {
        *self
            .bytes
            .get_mut(offset..offset.checked_add(N)?)?
            .first_chunk_mut()? = value;
        let words = (1u64 << N.div_ceil(4)) - 1;
        let decoded = self.decoded.get(offset >> 8).copied().unwrap_or(0);
        Some(decoded >> (offset >> 2 & 63) & words != 0)
    }

    /// Remembers that the words of this range were decoded.
    pub fn mark_decoded(&mut self, offset: usize, length: usize) {
        let end = (offset + length).min(self.bytes.len());
        for word in offset >> 2..end.div_ceil(4) {
            self.decoded[word >> 6] |= 1 << (word & 63);
        }
    }

    /// Forgets what was decoded; whoever decoded it has dropped it.
    pub fn forget_decoded(&mut self) {
        self.decoded.fill(0);
    }
}

/// A memory at an address.
#[derive(Debug, Clone)]
pub struct Region {
    /// First address, a multiple of 16.
    pub start: u32,
    /// Index of the memory; two regions may show the same one.
    pub memory: usize,
    /// Instructions may be fetched from here.
    pub executable: bool,
    /// Stores are accepted.
    pub writable: bool,
}

/// A bus of memories without devices.
#[derive(Debug, Clone, Default)]
pub struct MemoryBus {
    memories: Vec<Ram>,
    regions: Vec<Region>,
    generation: u32,
    steady: bool,
}

impl MemoryBus {
    /// A bus on which nothing answers.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a memory and gives its index.
    pub fn add_memory(&mut self, length: usize) -> usize {
        self.memories.push(Ram::new(length));
        self.memories.len() - 1
    }

    /// Shows a memory at an address.
    ///
    /// # Panics
    /// When the start is not a multiple of 16 or the memory does not exist.
    pub fn map(&mut self, region: Region) {
        assert!(region.start.is_multiple_of(16) && region.memory < self.memories.len());
        self.regions.push(region);
    }

    /// Whether loops that wait for memory may be counted instead of run; they are run unless this says so.
    pub fn set_steady(&mut self, steady: bool) {
        self.steady = steady;
    }

    /// Bytes of a memory.
    pub fn memory(&self, index: usize) -> &[u8] {
        self.memories[index].bytes()
    }

    /// Copies bytes into a memory, whether its regions are writable or not.
    pub fn fill(&mut self, index: usize, offset: usize, bytes: &[u8]) {
        for (position, &byte) in (offset..).zip(bytes) {
            if self.memories[index].write(position, [byte]) == Some(true) {
                self.generation = self.generation.wrapping_add(1);
            }
        }
    }

    #[inline]
    fn find(&self, address: u32) -> Option<(&Region, usize)> {
        self.regions.iter().find_map(|region| {
            let offset = address.wrapping_sub(region.start) as usize;
            (offset < self.memories[region.memory].len()).then_some((region, offset))
        })
    }

    #[inline]
    fn read<const N: usize>(&self, address: u32) -> Result<[u8; N], BusFault> {
        let (region, offset) = self.find(address).ok_or(BusFault::Unmapped)?;
        self.memories[region.memory]
            .read(offset)
            .ok_or(BusFault::Unmapped)
    }

    #[inline]
    fn write<const N: usize>(&mut self, address: u32, value: [u8; N]) -> Result<(), BusFault> {
        let (region, offset) = self.find(address).ok_or(BusFault::Unmapped)?;
        if !region.writable {
            return Err(BusFault::ReadOnly);
        }
        let memory = region.memory;
        if self.memories[memory]
            .write(offset, value)
            .ok_or(BusFault::Unmapped)?
        {
            self.generation = self.generation.wrapping_add(1);
            self.memories.iter_mut().for_each(Ram::forget_decoded);
        }
        Ok(())
    }
}

impl Bus for MemoryBus {
    fn fetch(&mut self, address: u32) -> Result<u32, BusFault> {
        let (region, offset) = self.find(address).ok_or(BusFault::Unmapped)?;
        if !region.executable {
            return Err(BusFault::NotExecutable);
        }
        self.memories[region.memory]
            .read(offset)
            .map(u32::from_le_bytes)
            .ok_or(BusFault::Unmapped)
    }

    fn load8(&mut self, address: u32) -> Result<u32, BusFault> {
        self.read::<1>(address).map(|[byte]| byte.into())
    }

    fn load16(&mut self, address: u32) -> Result<u32, BusFault> {
        self.read(address).map(|bytes| u16::from_le_bytes(bytes).into())
    }

    fn load32(&mut self, address: u32) -> Result<u32, BusFault> {
        self.read(address).map(u32::from_le_bytes)
    }

    fn store8(&mut self, address: u32, value: u32) -> Result<(), BusFault> {
        self.write(address, [value as u8])
    }

    fn store16(&mut self, address: u32, value: u32) -> Result<(), BusFault> {
        self.write(address, (value as u16).to_le_bytes())
    }

    fn store32(&mut self, address: u32, value: u32) -> Result<(), BusFault> {
        self.write(address, value.to_le_bytes())
    }

    fn load128(&mut self, address: u32) -> Result<Quad, BusFault> {
        self.read(address).map(Quad::from)
    }

    fn store128(&mut self, address: u32, value: Quad) -> Result<(), BusFault> {
        self.write(address, value.bytes())
    }

    fn watch_code(&mut self, address: u32, length: u32) {
        // Word by word: a stretch of code may cross from one region into the next.
        for offset in (0..length).step_by(4) {
            if let Some((region, offset)) = self.find(address.wrapping_add(offset)) {
                let memory = region.memory;
                self.memories[memory].mark_decoded(offset, 4);
            }
        }
    }

    fn code_generation(&self) -> u32 {
        self.generation
    }

    fn is_steady(&self, _address: u32) -> bool {
        self.steady
    }
}
