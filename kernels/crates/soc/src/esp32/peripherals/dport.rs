//! DPORT: clock gates and resets of the peripherals, the second core's lines, the CPU's period, interrupts and where they go.
//! The switches of the caches are kept here and carried out by `external.rs`.
//!
//! Bits: espressif/esp-idf `components/soc/esp32/register/soc/dport_reg.h`.

use super::tables;
use crate::peripherals::interrupt::{InterruptMatrix, Layout};
use crate::peripherals::registers::Registers;
use crate::peripherals::{AppCore, Effect, Peripheral};
use crate::time::Ticks;

/// Where the second core is: in reset, clocked, stalled, and where it begins.
const APPCPU_CTRL_A: u32 = 0x2c;
const APPCPU_CTRL_B: u32 = 0x30;
const APPCPU_CTRL_C: u32 = 0x34;
const APPCPU_CTRL_D: u32 = 0x38;
pub(super) const CPU_PER_CONF: u32 = 0x3c;
/// CACHE_CTRL of the first core; CACHE_CTRL1 follows it, and the second core's both.
pub const CACHE_CTRL: u32 = 0x40;
/// Distance of the second core's.
pub const CACHE_STEP: u32 = 0x18;
pub(super) const PERIP_CLK_EN: u32 = 0xc0;
pub(super) const PERIP_RST_EN: u32 = 0xc4;
const FROM_CPU: u32 = 0xdc;
/// CACHE_STATE of each core's cache, bits 18:7: at rest.
const DBUG0: [u32; 2] = [0x3f0, 0x418];
const AT_REST: u32 = 1 << 7;
/// Where the interrupt matrix's registers begin and end.
const MATRIX: std::ops::Range<u32> = 0xec..0x32c;

/// The block.
#[derive(Debug, Clone)]
pub(super) struct Dport {
    registers: Registers,
    /// Both cores' halves of the interrupt matrix.
    pub(super) matrix: InterruptMatrix,
    app_resets: u32,
}

impl Dport {
    pub(super) fn new() -> Self {
        Self {
            registers: Registers::new(tables::DPORT),
            matrix: InterruptMatrix::new(Layout {
                rows: tables::DPORT,
                maps: [0x104, 0x218],
                levels: [0xec, 0xf8],
                words: 3,
            }),
            app_resets: 0,
        }
    }

    pub(super) fn reset(&mut self) {
        self.registers.reset();
        self.matrix.reset();
    }

    pub(super) fn register(&self, offset: u32) -> u32 {
        self.registers.get(offset)
    }

    /// What the caches made of their switches.
    pub(super) fn set(&mut self, offset: u32, value: u32) {
        self.registers.set(offset, value);
    }

    /// Whether a peripheral is held in reset.
    pub(super) fn held_in_reset(&self, bit: u32) -> bool {
        self.registers.bit(PERIP_RST_EN, bit)
    }

    /// Whether a peripheral has its clock and is not held in reset.
    pub(super) fn powered(&self, bit: u32) -> bool {
        self.registers.bit(PERIP_CLK_EN, bit) && !self.held_in_reset(bit)
    }

    /// The second core's lines as far as they are here.
    pub(super) fn app_core(&self) -> AppCore {
        AppCore {
            clocked: self.registers.bit(APPCPU_CTRL_B, 0),
            stalled: self.registers.bit(APPCPU_CTRL_C, 0),
            reset: self.registers.bit(APPCPU_CTRL_A, 0),
            resets: self.app_resets,
            entry: self.registers.get(APPCPU_CTRL_D),
        }
    }

    /// What `ets_set_appcpu_boot_addr` does.
    pub(super) fn set_app_entry(&mut self, address: u32) {
        self.registers.set(APPCPU_CTRL_D, address);
    }
}

impl Peripheral for Dport {
    fn read(&mut self, offset: u32, now: Ticks) -> u32 {
        if MATRIX.contains(&offset) {
            return self.matrix.read(offset, now);
        }
        let value = self.registers.get(offset);
        if DBUG0.contains(&offset) {
            // A line comes in within the access that wants it.
            return value | AT_REST;
        }
        value
    }

    fn write(&mut self, offset: u32, value: u32, now: Ticks) -> Option<Effect> {
        if MATRIX.contains(&offset) {
            return self.matrix.write(offset, value, now);
        }
        let before = self.registers.get(offset);
        self.registers.store(offset, value);
        match offset {
            APPCPU_CTRL_A => {
                // Leaving reset begins anew.
                self.app_resets += u32::from(before & 1 != 0 && value & 1 == 0);
                Some(Effect::AppCore)
            }
            APPCPU_CTRL_B | APPCPU_CTRL_C | APPCPU_CTRL_D => Some(Effect::AppCore),
            _ => None,
        }
    }

    fn knows(&self, offset: u32) -> bool {
        self.registers.knows(offset)
    }

    fn lines(&self) -> u32 {
        (0..4).fold(0, |lines, index| {
            lines | self.registers.field(FROM_CPU + 4 * index, 0, 1) << index
        })
    }
}
