//! Blocks that software sets and nothing here reads back by itself: IO_MUX, SYSCON.

use super::registers::{Registers, Row};
use super::{Effect, Peripheral};
use crate::time::Ticks;

/// Registers without behaviour.
#[derive(Debug, Clone)]
pub(crate) struct Storage {
    pub(crate) registers: Registers,
}

impl Storage {
    pub(crate) fn new(rows: &[Row]) -> Self {
        Self {
            registers: Registers::new(rows),
        }
    }
}

impl Peripheral for Storage {
    fn read(&mut self, offset: u32, _: Ticks) -> u32 {
        self.registers.get(offset)
    }

    fn write(&mut self, offset: u32, value: u32, _: Ticks) -> Option<Effect> {
        self.registers.store(offset, value);
        None
    }

    fn knows(&self, offset: u32) -> bool {
        self.registers.knows(offset)
    }
}
