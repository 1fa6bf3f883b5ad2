//! The interrupt matrix: which of a chip's sources drives which interrupt of each core.

use super::registers::{Registers, Row};
use super::{Effect, Peripheral};
use crate::time::Ticks;

/// Sources of the ESP32-S3.
pub const SOURCES: u32 = 99;

/// Where its registers lie: each core's, a word a source, and the levels of the sources.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Layout {
    pub(crate) rows: &'static [Row],
    pub(crate) maps: [u32; 2],
    pub(crate) levels: [u32; 2],
    /// Words of levels.
    pub(crate) words: u32,
}

/// Interrupts that come from within the core: a source sent there is lost. 6, 15 and 16 are timers, 7 and 29 software,
/// 11 the profiler.
const INTERNAL: u32 = 1 << 6 | 1 << 7 | 1 << 11 | 1 << 15 | 1 << 16 | 1 << 29;

/// Both halves of the matrix.
#[derive(Debug, Clone)]
pub(crate) struct InterruptMatrix {
    registers: Registers,
    layout: Layout,
    sources: u128,
    lines: [u32; 2],
}

impl InterruptMatrix {
    pub(crate) fn new(layout: Layout) -> Self {
        Self {
            registers: Registers::new(layout.rows),
            layout,
            sources: 0,
            lines: [0; 2],
        }
    }

    pub(crate) fn reset(&mut self) {
        self.registers.reset();
        self.route();
    }

    /// The `count` sources from `first` on are at the levels of `lines`; gives whether a core's lines changed.
    pub(crate) fn drive(&mut self, first: u32, count: u32, lines: u32) -> bool {
        let mask = ((1u128 << count) - 1) << first;
        let sources = self.sources & !mask | u128::from(lines) << first & mask;
        if sources == self.sources {
            return false;
        }
        self.sources = sources;
        self.route()
    }

    fn route(&mut self) -> bool {
        let mut lines = [0; 2];
        let mut rest = self.sources;
        while rest != 0 {
            let source = rest.trailing_zeros();
            rest &= rest - 1;
            for (map, lines) in self.layout.maps.into_iter().zip(&mut lines) {
                *lines |= 1 << self.registers.field(map + 4 * source, 0, 5);
            }
        }
        let lines = lines.map(|lines| lines & !INTERNAL);
        let changed = lines != self.lines;
        self.lines = lines;
        changed
    }

    /// The interrupts that are driven; bit n is interrupt n.
    pub(crate) fn lines(&self, core: usize) -> u32 {
        self.lines[core & 1]
    }
}

impl Peripheral for InterruptMatrix {
    fn read(&mut self, offset: u32, _: Ticks) -> u32 {
        for levels in self.layout.levels {
            let byte = offset.wrapping_sub(levels);
            if byte < 4 * self.layout.words {
                return (self.sources >> (byte * 8)) as u32;
            }
        }
        self.registers.get(offset)
    }

    fn write(&mut self, offset: u32, value: u32, _: Ticks) -> Option<Effect> {
        self.registers.store(offset, value);
        self.route().then_some(Effect::Interrupts)
    }

    fn knows(&self, offset: u32) -> bool {
        self.registers.knows(offset)
    }
}
