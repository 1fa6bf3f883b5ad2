//! What reaches the peripherals beside the register bus: interrupts, clock, stalls and resets of the cores, pins, and
//! the analog blocks behind the mask ROM's functions.

use super::blocks::Blocks;
use super::map::Block;
use super::{AppCore, Clock, Peripherals};
use crate::time::Ticks;

impl Peripherals {
    /// The interrupts of a core that its devices drive; bit n is interrupt n.
    pub fn interrupt_lines(&self, core: usize) -> u32 {
        self.matrix.lines(core)
    }

    /// A source outside these peripherals, such as the caches, has this level; gives whether lines of a core changed.
    pub fn set_source(&mut self, source: u32, level: bool) -> bool {
        self.matrix.drive(source, 1, level.into())
    }

    /// The CPU's clock and where it comes from.
    pub fn clock(&self) -> Clock {
        self.system.clock()
    }

    /// The second core's lines.
    pub fn app_core(&self) -> AppCore {
        let mut lines = self.system.app_core();
        lines.stalled |= self.rtc.stalled(1);
        lines.resets += self.rtc.app_resets();
        lines
    }

    /// Whether the first core stands still by the RTC's stall lines.
    pub fn pro_stalled(&self) -> bool {
        self.rtc.stalled(0)
    }

    /// What `ets_set_appcpu_boot_addr` does.
    pub fn set_app_entry(&mut self, address: u32) {
        self.system.set_app_entry(address);
    }

    /// SYSTEM_CACHE_CONTROL: bit 0 ICache clock, 1 its reset, 2 DCache clock, 3 its reset.
    pub fn cache_control(&self) -> u32 {
        self.system.cache_control()
    }

    /// The reset code of a core, as `rtc_get_reset_reason` returns it.
    pub fn reset_reason(&self, core: usize) -> u8 {
        self.rtc.reason(core)
    }

    /// A register of RTC_CNTL, without side effects.
    pub fn rtc_register(&self, offset: u32) -> u32 {
        self.rtc.register(offset)
    }

    /// What `esp_rom_regi2c_read` does.
    pub fn regi2c_read(&mut self, block: u8, register: u8) -> u8 {
        self.analog.read_block(block, register)
    }

    /// What `esp_rom_regi2c_write` does.
    pub fn regi2c_write(&mut self, block: u8, register: u8, value: u8, core: usize, now: Ticks) {
        self.analog.write_block(block, register, value, now);
        self.settle(Block::Analog, core, now);
    }

    /// What `esp_rom_regi2c_read_mask` does: bits `msb` to `lsb`, shifted down.
    pub fn regi2c_read_mask(&mut self, block: u8, register: u8, msb: u8, lsb: u8) -> u8 {
        (self.regi2c_read(block, register) & mask(msb, lsb)) >> (lsb & 7)
    }

    /// What `esp_rom_regi2c_write_mask` does: only bits `msb` to `lsb` change.
    pub fn regi2c_write_mask(
        &mut self,
        (block, register): (u8, u8),
        (msb, lsb): (u8, u8),
        value: u8,
        core: usize,
        now: Ticks,
    ) {
        let mask = mask(msb, lsb);
        let kept = self.regi2c_read(block, register) & !mask;
        self.regi2c_write(block, register, kept | value << (lsb & 7) & mask, core, now);
    }
}

/// Bits `msb` to `lsb` of a byte.
fn mask(msb: u8, lsb: u8) -> u8 {
    let width = (msb & 7).saturating_sub(lsb & 7) + 1;
    (u8::MAX >> (8 - width)) << (lsb & 7)
}
