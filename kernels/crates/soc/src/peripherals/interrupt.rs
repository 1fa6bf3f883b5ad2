//! The interrupt matrix: which of the chip's 99 sources drives which interrupt of each core.

use super::registers::Registers;
use super::{tables, Effect, Peripheral};
use crate::time::Ticks;

/// Sources of the chip.
pub const SOURCES: u32 = 99;
/// The second core's half begins here.
const HALF: u32 = 0x800;
const STATUS: u32 = 0x18c;
/// Interrupts that come from within the core: a source sent there is lost. 6, 15 and 16 are timers, 7 and 29 software,
/// 11 the profiler.
const INTERNAL: u32 = 1 << 6 | 1 << 7 | 1 << 11 | 1 << 15 | 1 << 16 | 1 << 29;

/// Both halves of the matrix.
#[derive(Debug, Clone)]
pub(super) struct InterruptMatrix {
    registers: Registers,
    sources: u128,
    lines: [u32; 2],
}

impl InterruptMatrix {
    pub(super) fn new() -> Self {
        Self {
            registers: Registers::new(tables::INTERRUPT),
            sources: 0,
            lines: [0; 2],
        }
    }

    pub(super) fn reset(&mut self) {
        self.registers.reset();
        self.route();
    }

    /// The `count` sources from `first` on are at the levels of `lines`; gives whether a core's lines changed.
    pub(super) fn drive(&mut self, first: u32, count: u32, lines: u32) -> bool {
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
            for (core, lines) in (0..).zip(&mut lines) {
                *lines |= 1 << self.registers.field(core * HALF + 4 * source, 0, 5);
            }
        }
        let lines = lines.map(|lines| lines & !INTERNAL);
        let changed = lines != self.lines;
        self.lines = lines;
        changed
    }

    /// The interrupts that are driven; bit n is interrupt n.
    pub(super) fn lines(&self, core: usize) -> u32 {
        self.lines[core & 1]
    }
}

impl Peripheral for InterruptMatrix {
    fn read(&mut self, offset: u32, _: Ticks) -> u32 {
        let register = offset % HALF;
        if (STATUS..STATUS + 16).contains(&register) {
            return (self.sources >> ((register - STATUS) * 8)) as u32;
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
