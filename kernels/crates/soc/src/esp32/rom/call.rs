//! What the ROM's functions do, by behaviour.

use super::Does;
use crate::esp32::bus::Esp32Bus;
use crate::esp32::mmu::{Window, ENTRIES};
use crate::fault::Fault;
use crate::peripherals::Effect;
use crate::rom::call::Call;
use crate::time::TICKS_PER_SECOND;

/// Registers of the caches: CACHE_CTRL and CACHE_CTRL1 of the first core, and the distance of the second's.
const CACHE_CTRL: u32 = 0x3ff0_0040;
const CACHE_CTRL1: u32 = 0x3ff0_0044;
const STEP: u32 = 0x18;
const ENABLE: u32 = 1 << 3;
const FLUSH: u32 = 1 << 4;
/// CACHE_CTRL1: all windows shut, and their pages' sizes.
const MASKS: u32 = 0x3f;
const PAGES: u32 = 0x7c0;
/// An entry that maps nothing.
const INVALID: u32 = 1 << 8;

/// What the functions keep between calls.
#[derive(Debug, Clone)]
pub struct RomState {
    /// Cycles of a microsecond, as `ets_update_cpu_frequency` was told.
    megahertz: u32,
}

impl Default for RomState {
    fn default() -> Self {
        Self { megahertz: 40 }
    }
}

impl Call<'_, Esp32Bus, Does> {
    /// Carries the call out.
    ///
    /// # Errors
    /// As [`Call::run_with`].
    pub fn run(self) -> Result<(), Fault> {
        self.run_with(Self::perform)
    }

    fn perform(&mut self) -> Result<Option<u32>, Fault> {
        let [a, b, c, d, e, f] = std::array::from_fn(|index| self.arg(index as u32));
        let core = (a & 1) as usize;
        match self.function.does {
            Does::AnalogRead => Ok(Some(self.bus.peripherals.regi2c_read(a as u8, c as u8).into())),
            Does::AnalogWrite => self.write_analog(a, c, d),
            Does::AnalogReadMask => {
                let value = self.bus.peripherals.regi2c_read(a as u8, c as u8);
                Ok(Some(u32::from(value & mask(d, e)) >> (e & 7)))
            }
            Does::AnalogWriteMask => {
                let mask = mask(d, e);
                let kept = self.bus.peripherals.regi2c_read(a as u8, c as u8) & !mask;
                self.write_analog(a, c, u32::from(kept | (f << (e & 7)) as u8 & mask))
            }
            Does::SetAppEntry => {
                self.bus.peripherals.set_app_entry(a);
                self.take_effect(Effect::AppCore)
            }
            Does::Printf => self.printf(a),
            Does::GetResetReason => Ok(Some(self.bus.peripherals.reset_reason(core).into())),
            Does::SoftwareReset => self.take_effect(Effect::Reset { reason: 3 }),
            Does::DelayMicroseconds => {
                self.core.cycles += u64::from(a) * u64::from(self.state.megahertz);
                Ok(None)
            }
            Does::UpdateCpuFrequency => self.update_cpu_frequency(a),
            Does::PutChar => self.put_character(a as u8),
            Does::WaitForUart => Ok(None),
            Does::MmuInit => self.unmap(core),
            Does::MapFlash => self.map(core, [b, c, d, e, f], 64),
            Does::MapPsram => self.map(core, [b, c, d, e, f], 32),
            Does::CacheInit => self.initialise(core),
            Does::CacheFlush => {
                self.bus.external.flush(core);
                Ok(None)
            }
            Does::CacheEnable => self.switch(core, true),
            Does::CacheDisable => self.switch(core, false),
            Does::MemCopy => self.copy_memory(a, b, c),
            Does::MemSet => self.set_memory(a, b as u8, c),
        }
    }

    fn write_analog(&mut self, block: u32, register: u32, value: u32) -> Result<Option<u32>, Fault> {
        let (core, now) = (usize::from(self.core.index), self.bus.turn.now());
        let peripherals = &mut self.bus.peripherals;
        peripherals.regi2c_write(block as u8, register as u8, value as u8, core, now);
        Ok(None)
    }

    fn update_cpu_frequency(&mut self, told: u32) -> Result<Option<u32>, Fault> {
        // The machine may not have followed a change of this turn yet.
        let ticks = u64::from(self.bus.peripherals.clock().ticks_per_cycle);
        let megahertz = (TICKS_PER_SECOND / 1_000_000 / ticks.max(1)) as u32;
        if told != megahertz {
            return self.wrong(format!("it is told {told} MHz, and the CPU runs at {megahertz}"));
        }
        self.state.megahertz = told;
        Ok(None)
    }

    fn control(&mut self, address: u32, core: usize, clear: u32, set: u32) -> Result<(), Fault> {
        let address = address + STEP * core as u32;
        let value = self.load(address)?;
        self.store(address, value & !clear | set)
    }

    fn unmap(&mut self, core: usize) -> Result<Option<u32>, Fault> {
        for index in 0..ENTRIES {
            self.bus.external.set_page(core, index, INVALID)?;
        }
        Ok(None)
    }

    /// Maps pages: 0 when done, else why not, as the ROM numbers it.
    fn map(
        &mut self,
        core: usize,
        [process, address, physical, size, count]: [u32; 5],
        page: u32,
    ) -> Result<Option<u32>, Fault> {
        let bytes = page << 10;
        if (address | physical) & (bytes - 1) != 0 {
            return Ok(Some(1));
        }
        if process > 1 {
            return self.wrong(format!("process {process}, of which only 0 and 1 are emulated"));
        }
        if size != page {
            return Ok(Some(3));
        }
        let Some(window) = Window::of(address).filter(|&window| (window == Window::Dram1) == (page == 32))
        else {
            return Ok(Some(5));
        };
        let first = physical / bytes;
        if count > 256 || first + count > 256 {
            return Ok(Some(4));
        }
        for index in 0..count {
            let entry = window.entry(address) + index as usize;
            self.bus.external.set_page(core, entry, first + index)?;
        }
        Ok(Some(0))
    }

    /// Shuts nothing but PSRAM's windows, and makes pages those of flash.
    fn initialise(&mut self, core: usize) -> Result<Option<u32>, Fault> {
        self.control(CACHE_CTRL1, core, MASKS | PAGES, 1 << 3 | 1 << 5)?;
        Ok(None)
    }

    fn switch(&mut self, core: usize, on: bool) -> Result<Option<u32>, Fault> {
        self.control(CACHE_CTRL, core, FLUSH | ENABLE, if on { ENABLE } else { 0 })?;
        Ok(None)
    }
}

/// Bits `msb` to `lsb` of a byte.
fn mask(msb: u32, lsb: u32) -> u8 {
    let width = (msb & 7).saturating_sub(lsb & 7) + 1;
    (u8::MAX >> (8 - width)) << (lsb & 7)
}
