//! Registers as storage: known offsets, reset values and writable bits; what a peripheral does lies above.

use super::warning::Warning;

/// Registers at `first`, `first + 4`, … `last` that reset to the same value and take the same bits.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row {
    first: u32,
    last: u32,
    reset: u32,
    writable: u32,
}

/// A row of a table of registers.
pub(crate) const fn row(first: u32, last: u32, reset: u32, writable: u32) -> Row {
    Row {
        first,
        last,
        reset,
        writable,
    }
}

/// The registers of one peripheral.
#[derive(Debug, Clone, Default)]
pub(crate) struct Registers {
    values: Vec<u32>,
    resets: Vec<u32>,
    /// `None` where there is no register.
    writable: Vec<Option<u32>>,
    /// What went wrong since the bus last asked.
    pub(crate) warnings: Vec<Warning>,
}

impl Registers {
    /// Registers at their reset values.
    pub(crate) fn new(rows: &[Row]) -> Self {
        let mut registers = Self::default();
        registers.extend(rows, 0);
        registers
    }

    /// Adds the registers of another table, `base` bytes further.
    pub(crate) fn extend(&mut self, rows: &[Row], base: u32) {
        for row in rows {
            for offset in (row.first..=row.last).step_by(4) {
                let index = (base + offset) as usize / 4;
                if index >= self.values.len() {
                    self.values.resize(index + 1, 0);
                    self.resets.resize(index + 1, 0);
                    self.writable.resize(index + 1, None);
                }
                self.values[index] = row.reset;
                self.resets[index] = row.reset;
                self.writable[index] = Some(row.writable);
            }
        }
    }

    /// Puts every register to its reset value.
    pub(crate) fn reset(&mut self) {
        self.values.copy_from_slice(&self.resets);
    }

    /// Whether there is a register at this offset.
    pub(crate) fn knows(&self, offset: u32) -> bool {
        matches!(self.writable.get(offset as usize / 4), Some(Some(_)))
    }

    /// The value at a known offset.
    #[inline]
    pub(crate) fn get(&self, offset: u32) -> u32 {
        self.values.get(offset as usize / 4).copied().unwrap_or(0)
    }

    /// Bits `shift..shift + width` of the value at a known offset.
    #[inline]
    pub(crate) fn field(&self, offset: u32, shift: u32, width: u32) -> u32 {
        self.get(offset) >> shift & (u32::MAX >> (32 - width))
    }

    /// Whether a bit of the value at a known offset is 1.
    #[inline]
    pub(crate) fn bit(&self, offset: u32, bit: u32) -> bool {
        self.get(offset) >> bit & 1 != 0
    }

    /// The peripheral itself changes a register.
    #[inline]
    pub(crate) fn set(&mut self, offset: u32, value: u32) {
        if let Some(register) = self.values.get_mut(offset as usize / 4) {
            *register = value;
        }
    }

    /// Software writes a register: bits that it cannot write keep their value.
    #[inline]
    pub(crate) fn store(&mut self, offset: u32, value: u32) {
        let index = offset as usize / 4;
        if let (Some(register), Some(Some(writable))) = (self.values.get_mut(index), self.writable.get(index))
        {
            *register = *register & !writable | value & writable;
        }
    }

    /// A mistake that silicon would hide.
    #[cold]
    pub(crate) fn warn(&mut self, warning: Warning) {
        if self.warnings.last() != Some(&warning) {
            self.warnings.push(warning);
        }
    }
}
