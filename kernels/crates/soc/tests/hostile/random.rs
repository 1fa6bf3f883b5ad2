//! Random numbers, addresses and values: the same for the same seed.

use crate::firmware::{CODE, DATA, EXTERNAL, STACK};

/// A sequence of numbers (SplitMix64).
pub struct Random(u64);

impl Random {
    /// The sequence of a seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Any number.
    pub fn word(&mut self) -> u32 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ z >> 31) >> 16) as u32
    }

    /// A number below another, which is not 0.
    pub fn below(&mut self, end: u32) -> u32 {
        ((u64::from(self.word()) * u64::from(end)) >> 32) as u32
    }

    /// One of them.
    pub fn pick(&mut self, values: &[u32]) -> u32 {
        values[self.below(values.len() as u32) as usize]
    }

    /// Up to so many bytes.
    pub fn bytes(&mut self, most: u32) -> Vec<u8> {
        (0..self.below(most + 1)).map(|_| self.word() as u8).collect()
    }

    /// An address: in memory, at an end of it, or anywhere.
    pub fn address(&mut self) -> u32 {
        let base = self.pick(&[
            CODE,
            DATA,
            STACK,
            EXTERNAL,
            0x3d00_0000,
            0x3fc8_8000,
            0x3fcf_fff0,
            0x4000_0000,
            0x4037_0000,
            0x403d_fff0,
            0x4200_0000,
            0x5000_0000,
            0x6000_0000,
            0x600f_e000,
            0xffff_ff00,
            0,
        ]);
        match self.below(4) {
            0 => self.word(),
            1 => base.wrapping_add(self.below(64)),
            _ => base.wrapping_add(self.below(0x1_0000)),
        }
    }

    /// A register of a block, nearly always at a word's border.
    pub fn register(&mut self, blocks: &[u32]) -> u32 {
        let block = self.pick(blocks);
        let offset = match self.below(40) {
            0 => self.below(0x1000),
            1..=5 => self.below(0x400) << 2,
            _ => self.below(0x60) << 2,
        };
        block + offset
    }

    /// A value that may mean something: a bit, a few, all, none, a size, any.
    pub fn value(&mut self) -> u32 {
        match self.below(7) {
            0 => 0,
            1 => u32::MAX,
            2 => 1 << self.below(32),
            3 => 1 << self.below(32) | 1 << self.below(32),
            4 => self.below(256),
            5 => self.address(),
            _ => self.word(),
        }
    }

    /// An argument of a function: as often an address as a number.
    pub fn argument(&mut self) -> u32 {
        match self.below(3) {
            0 => self.value(),
            1 => DATA + self.below(0x400) * 4,
            _ => self.below(0x1000),
        }
    }
}
