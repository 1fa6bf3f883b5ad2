//! Interrupts and the timers that raise some of them, as this core was configured.
//!
//! Levels, kinds and timers: espressif/esp-idf `components/xtensa/esp32s3/include/xtensa/config/core-isa.h`.

use crate::core::exception::cause;
use crate::core::{ps, Core};

/// Interrupts of each level.
const LEVEL_MASKS: [u32; 8] = [
    0,
    0x0006_37ff,
    0x0038_0000,
    0x28c0_8800,
    0x5300_0000,
    0x8401_0000,
    0,
    0x0000_4000,
];
/// Interrupts that software sets.
const SOFTWARE: u32 = 0x2000_0080;
/// Interrupts that stay until they are cleared: software, edges and the non-maskable one.
const CLEARABLE: u32 = SOFTWARE | 0x5040_0400 | NON_MASKABLE;
/// Interrupts that follow their line.
const LEVEL_TRIGGERED: u32 = 0x8fbe_333f;
/// The one that INTENABLE does not mask.
const NON_MASKABLE: u32 = 0x0000_4000;
/// The interrupt of each timer.
const TIMERS: [u32; 3] = [1 << 6, 1 << 15, 1 << 16];
/// Exceptions mask interrupts up to this level.
const EXCEPTION_LEVEL: u32 = 3;

/// Interrupt state.
#[derive(Debug, Clone, Default)]
pub(crate) struct Interrupts {
    /// Interrupts that were latched: software, edges, timers.
    latched: u32,
    /// Lines as devices drive them.
    lines: u32,
    pub(crate) enable: u32,
    /// CCOUNT minus the low half of the cycle counter.
    offset: u32,
    pub(crate) compare: [u32; 3],
    /// Cycle at which each timer fires next.
    due: [u64; 3],
}

impl Core {
    /// Drives the interrupt lines: level-triggered ones follow, edges are latched. Bit n is interrupt n.
    pub fn set_interrupt_lines(&mut self, lines: u32) {
        let rising = lines & !self.interrupts.lines;
        self.interrupts.lines = lines;
        self.interrupts.latched |= rising & CLEARABLE & !SOFTWARE;
        self.attention = 0;
    }

    /// The INTERRUPT register.
    pub fn pending_interrupts(&self) -> u32 {
        self.interrupts.latched | self.interrupts.lines & LEVEL_TRIGGERED
    }

    /// INTSET.
    pub(crate) fn raise_software_interrupts(&mut self, bits: u32) {
        self.interrupts.latched |= bits & SOFTWARE;
        self.attention = 0;
    }

    /// INTCLEAR.
    pub(crate) fn clear_interrupts(&mut self, bits: u32) {
        self.interrupts.latched &= !(bits & CLEARABLE);
        self.attention = 0;
    }

    /// The cycle counter as firmware reads it.
    pub fn ccount(&self) -> u32 {
        (self.cycles as u32).wrapping_add(self.interrupts.offset)
    }

    pub(crate) fn set_ccount(&mut self, value: u32) {
        self.interrupts.offset = value.wrapping_sub(self.cycles as u32);
        (0..TIMERS.len()).for_each(|timer| self.schedule(timer));
    }

    /// Sets a timer and withdraws its interrupt.
    pub(crate) fn set_ccompare(&mut self, timer: usize, value: u32) {
        self.interrupts.compare[timer] = value;
        self.interrupts.latched &= !TIMERS[timer];
        self.schedule(timer);
    }

    fn schedule(&mut self, timer: usize) {
        let distance = self.interrupts.compare[timer].wrapping_sub(self.ccount());
        let distance = if distance == 0 {
            1 << 32
        } else {
            u64::from(distance)
        };
        self.interrupts.due[timer] = self.cycles + distance;
        self.attention = 0;
    }

    /// Fires the timers that are due and gives the next cycle at which one will be.
    pub(crate) fn run_timers(&mut self) -> u64 {
        for (timer, &interrupt) in TIMERS.iter().enumerate() {
            // A timer that was never set counts from reset, as its register does.
            if self.interrupts.due[timer] == 0 {
                self.schedule(timer);
            }
            while self.interrupts.due[timer] <= self.cycles {
                self.interrupts.latched |= interrupt;
                self.interrupts.due[timer] += 1 << 32;
            }
        }
        self.interrupts.due.into_iter().min().unwrap_or(u64::MAX)
    }

    /// Enters the handler of the most urgent interrupt that is not masked, if there is one.
    pub(crate) fn take_interrupt(&mut self) -> bool {
        let pending = self.pending_interrupts() & (self.interrupts.enable | NON_MASKABLE);
        if pending == 0 {
            return false;
        }
        let exception = if self.ps & ps::EXCM != 0 {
            EXCEPTION_LEVEL
        } else {
            0
        };
        let masked = (self.ps & ps::INTLEVEL).max(exception) as usize;
        let Some(level) = (masked + 1..LEVEL_MASKS.len())
            .rev()
            .find(|&level| pending & LEVEL_MASKS[level] != 0)
        else {
            return false;
        };
        self.waiting = false;
        if level == 1 {
            self.enter_exception(cause::LEVEL1_INTERRUPT, self.pc);
        } else {
            self.interrupts.latched &= !(pending & LEVEL_MASKS[level] & NON_MASKABLE);
            self.enter_level(level, self.pc);
        }
        true
    }
}
