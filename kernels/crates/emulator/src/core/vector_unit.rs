//! The state of the vector unit: eight 128-bit registers, two accumulators, and what steers them.

use crate::quad::Quad;

/// State of the vector unit.
#[derive(Debug, Clone, Default)]
pub struct VectorUnit {
    /// Registers q0 to q7 in memory order: lane 0 first.
    pub q: [Quad; 8],
    /// The 40-bit accumulator ACCX. Signed instructions keep it sign-extended; see [`VectorUnit::accx_unsigned`].
    pub accx: i64,
    /// QACC_L, then QACC_H, in pieces of 40 bits: one 16-bit lane's sum, or two neighbouring 8-bit lanes' of 20.
    pub qacc: [u64; 8],
    /// Bytes by which pairs are shifted: 0..15.
    pub sar_byte: u8,
    /// Index bits that BITREV reverses.
    pub fft_bit_width: u8,
    /// The block that unaligned streams keep.
    pub ua_state: [u8; 16],
    /// Dedicated output pins.
    pub gpio_out: u8,
    /// Dedicated input pins.
    pub gpio_in: u8,
}

/// Bits of one piece of an accumulator.
const PIECE: u64 = (1 << 40) - 1;

impl VectorUnit {
    /// ACCX as the unsigned instructions see it.
    pub fn accx_unsigned(&self) -> u64 {
        self.accx as u64 & PIECE
    }

    /// Sets ACCX from its 40 bits.
    pub(crate) fn set_accx(&mut self, bits: u64) {
        self.accx = ((bits << 24) as i64) >> 24;
    }

    /// The low 128 bits of QACC_L (0) or QACC_H (1).
    pub fn accumulator_low(&self, half: usize) -> u128 {
        (0..4).fold(0, |value, piece| {
            value | u128::from(self.qacc[half * 4 + piece]) << (40 * piece)
        })
    }

    /// Bits 159:128 of QACC_L (0) or QACC_H (1).
    pub fn accumulator_high(&self, half: usize) -> u32 {
        (self.qacc[half * 4 + 3] >> 8) as u32
    }

    /// Replaces the low 128 bits.
    pub(crate) fn set_accumulator_low(&mut self, half: usize, value: u128) {
        for piece in 0..3 {
            self.qacc[half * 4 + piece] = (value >> (40 * piece)) as u64 & PIECE;
        }
        let top = &mut self.qacc[half * 4 + 3];
        *top = *top & !0xff | (value >> 120) as u64;
    }

    /// Replaces bits 159:128.
    pub(crate) fn set_accumulator_high(&mut self, half: usize, value: u32) {
        let top = &mut self.qacc[half * 4 + 3];
        *top = *top & 0xff | u64::from(value) << 8;
    }

    /// One of the five words of an accumulator.
    pub(crate) fn accumulator_word(&self, half: usize, word: usize) -> u32 {
        if word == 4 {
            self.accumulator_high(half)
        } else {
            (self.accumulator_low(half) >> (32 * word)) as u32
        }
    }

    /// Replaces one of the five words.
    pub(crate) fn set_accumulator_word(&mut self, half: usize, word: usize, value: u32) {
        if word == 4 {
            self.set_accumulator_high(half, value);
        } else {
            let low = self.accumulator_low(half);
            let shift = 32 * word;
            self.set_accumulator_low(half, low & !(0xffff_ffff << shift) | u128::from(value) << shift);
        }
    }
}
