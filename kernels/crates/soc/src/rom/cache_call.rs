//! The ROM's functions for caches and pages.

use super::call::Call;
use super::functions::Does;
use crate::external::registers::Sync;
use crate::fault::{CacheName, Fault};
use crate::mmu::{DATA_WINDOW, ENTRIES, INSTRUCTION_WINDOW, PAGE_SHIFT};
use crate::time::TICKS_PER_SECOND;

/// Register offsets.
const DCACHE_CTRL: u32 = 0x000;
const DCACHE_PRELOAD: u32 = 0x040;
const DCACHE_AUTOLOAD: u32 = 0x04c;
const ICACHE_CTRL: u32 = 0x060;

impl Call<'_> {
    fn external(&mut self, offset: u32, value: u32) -> Result<(), Fault> {
        let now = self.bus.turn.now();
        let ticks = self.bus.external.write_register(offset, value, now)?;
        self.pass(ticks);
        self.bus.refresh();
        Ok(())
    }

    fn external_register(&mut self, offset: u32) -> Result<u32, Fault> {
        let now = self.bus.turn.now();
        self.bus.external.read_register(offset, now)
    }

    fn synchronise(&mut self, name: CacheName, sync: Sync, address: u32, bytes: u32) -> Result<(), Fault> {
        let now = self.bus.turn.now();
        let ticks = self.bus.external.synchronise(name, sync, address, bytes, now)?;
        self.pass(ticks);
        Ok(())
    }

    /// Switches a cache on or off; the result is whether it read ahead by itself, which here it does not.
    fn switch(&mut self, control: u32, on: bool) -> Result<Option<u32>, Fault> {
        let value = self.external_register(control)?;
        self.external(control, value & !1 | u32::from(on))?;
        Ok(Some(0))
    }

    /// Sets a cache's sizes while it is off and drops its lines.
    fn configure(&mut self, name: CacheName, control: u32, bits: u32) -> Result<Option<u32>, Fault> {
        let on = self.external_register(control)? & 1;
        self.external(control, bits)?;
        self.synchronise(name, Sync::Invalidate, 0, 0)?;
        self.external(control, bits | on)?;
        Ok(None)
    }

    /// A function for caches and pages.
    pub(super) fn cache(&mut self, [a, b, c, d, e]: [u32; 5]) -> Result<Option<u32>, Fault> {
        use CacheName::{Data, Instruction};
        match self.function.does {
            Does::BootCacheInit => self.initialise(),
            Does::MmuInit => self.invalidate_pages(),
            Does::InstructionCacheMode => self.set_instruction_cache_mode(a, b, c),
            Does::DataCacheMode => self.set_data_cache_mode(a, c),
            Does::ConfigInstructionCache => self.configure_instruction_cache(a, b & 0xff, c & 0xff),
            Does::ConfigDataCache => self.configure_data_cache(a, c & 0xff),
            Does::InvalidateRange => self.synchronise_range(Sync::Invalidate, a, b),
            Does::WriteBackRange => self.write_back_range(a, b),
            Does::WriteBackAll => self.synchronise_all(Data, Sync::WriteBack),
            Does::InvalidateInstructions => self.synchronise_all(Instruction, Sync::Invalidate),
            Does::InvalidateData => self.synchronise_all(Data, Sync::Invalidate),
            Does::StartPreload => self.start_preload(a, b, c),
            Does::PreloadDone => Ok(Some(self.external_register(DCACHE_PRELOAD)? >> 1 & 1)),
            Does::EndPreload => self.wait_for_preload(),
            Does::AutoloadRegion | Does::AutoloadConfig => Err(Fault::CacheUnbuilt {
                what: "Cache_Config_DCache_Autoload; its registers are emulated",
            }),
            Does::AutoloadEnable => self.autoload(true),
            Does::AutoloadDisable => self.autoload(false),
            Does::DisableInstructions => self.disable(Instruction, ICACHE_CTRL),
            Does::DisableData => self.disable(Data, DCACHE_CTRL),
            Does::EnableInstructions | Does::ResumeInstructions => {
                self.switch(ICACHE_CTRL, true)?;
                Ok(None)
            }
            Does::EnableData | Does::ResumeData => {
                self.switch(DCACHE_CTRL, true)?;
                Ok(None)
            }
            Does::SuspendInstructions => self.switch(ICACHE_CTRL, false),
            Does::SuspendData => self.switch(DCACHE_CTRL, false),
            Does::OccupyLines => Err(Fault::CacheUnbuilt {
                what: "use of cache lines as memory (Cache_Occupy_Addr)",
            }),
            Does::MapInstructions => self.map(INSTRUCTION_WINDOW, [a, b, c, d, e]),
            Does::MapData => self.map(DATA_WINDOW, [a, b, c, d, e]),
            other => self.wrong(format!("{other:?} has no behaviour")),
        }
    }

    fn initialise(&mut self) -> Result<Option<u32>, Fault> {
        self.invalidate_pages()?;
        self.synchronise(CacheName::Instruction, Sync::Invalidate, 0, 0)?;
        self.synchronise_all(CacheName::Data, Sync::Invalidate)
    }

    fn invalidate_pages(&mut self) -> Result<Option<u32>, Fault> {
        for index in 0..ENTRIES {
            self.bus.external.set_page(index, 1 << 14);
        }
        Ok(None)
    }

    /// `Cache_Set_ICache_Mode` takes codes.
    fn set_instruction_cache_mode(&mut self, size: u32, ways: u32, line: u32) -> Result<Option<u32>, Fault> {
        let bits = (size & 1) << 2 | u32::from(ways & 1 != 0) << 1 | (line & 1) << 3;
        self.configure(CacheName::Instruction, ICACHE_CTRL, bits)
    }

    /// `Cache_Set_DCache_Mode` takes codes.
    fn set_data_cache_mode(&mut self, size: u32, line: u32) -> Result<Option<u32>, Fault> {
        self.configure(CacheName::Data, DCACHE_CTRL, (size & 1) << 2 | (line & 3) << 3)
    }

    fn configure_instruction_cache(&mut self, size: u32, ways: u32, line: u32) -> Result<Option<u32>, Fault> {
        let size = match size {
            0x4000 => 0,
            0x8000 => 1 << 2,
            _ => return self.wrong(format!("a size of {size} bytes; 16384 and 32768 exist")),
        };
        let ways = match ways {
            4 => 0,
            8 => 1 << 1,
            other => return self.wrong(format!("{other} ways; 4 and 8 exist")),
        };
        let line = match line {
            16 => 0,
            32 => 1 << 3,
            other => return self.wrong(format!("lines of {other} bytes; 16 and 32 exist")),
        };
        self.configure(CacheName::Instruction, ICACHE_CTRL, size | ways | line)
    }

    /// The number of ways is an argument as well and has no effect: there is no bit for it.
    fn configure_data_cache(&mut self, size: u32, line: u32) -> Result<Option<u32>, Fault> {
        let size = match size {
            0x8000 => 0,
            0x1_0000 => 1 << 2,
            _ => return self.wrong(format!("a size of {size} bytes; 32768 and 65536 exist")),
        };
        let line = match line {
            16 => 0,
            32 => 1 << 3,
            64 => 2 << 3,
            other => return self.wrong(format!("lines of {other} bytes; 16, 32 and 64 exist")),
        };
        self.configure(CacheName::Data, DCACHE_CTRL, size | line)
    }

    fn write_back_range(&mut self, address: u32, bytes: u32) -> Result<Option<u32>, Fault> {
        let line = self.bus.external.data.geometry().line;
        if (address | bytes) & (line - 1) != 0 {
            return self.wrong(format!(
                "0x{bytes:x} bytes at 0x{address:08x} are not whole lines of {line}, which it mishandles"
            ));
        }
        self.synchronise_range(Sync::WriteBack, address, bytes)
    }

    fn synchronise_range(&mut self, sync: Sync, address: u32, bytes: u32) -> Result<Option<u32>, Fault> {
        // No bytes are none, where the register means all.
        if bytes > 0 {
            let name = if address.wrapping_sub(INSTRUCTION_WINDOW) >> 25 == 0 {
                CacheName::Instruction
            } else {
                CacheName::Data
            };
            self.synchronise(name, sync, address, bytes)?;
        }
        Ok(Some(0))
    }

    fn synchronise_all(&mut self, name: CacheName, sync: Sync) -> Result<Option<u32>, Fault> {
        self.synchronise(name, sync, 0, 0)?;
        Ok(None)
    }

    fn start_preload(&mut self, address: u32, bytes: u32, descending: u32) -> Result<Option<u32>, Fault> {
        self.external(DCACHE_PRELOAD + 4, address)?;
        self.external(DCACHE_PRELOAD + 8, bytes)?;
        self.external(DCACHE_PRELOAD, 1 | (descending & 1) << 2)?;
        Ok(Some(0))
    }

    fn wait_for_preload(&mut self) -> Result<Option<u32>, Fault> {
        while self.external_register(DCACHE_PRELOAD)? & 2 == 0 {
            self.pass(TICKS_PER_SECOND / 1_000_000);
        }
        Ok(None)
    }

    fn autoload(&mut self, on: bool) -> Result<Option<u32>, Fault> {
        let value = self.external_register(DCACHE_AUTOLOAD)? & !(1 << 2);
        self.external(DCACHE_AUTOLOAD, value | u32::from(on) << 2)?;
        Ok(None)
    }

    fn disable(&mut self, name: CacheName, control: u32) -> Result<Option<u32>, Fault> {
        let before = self.switch(control, false)?;
        self.synchronise(name, Sync::Invalidate, 0, 0)?;
        Ok(before)
    }

    /// Maps pages: 0 when done, else why not, as the ROM numbers it.
    fn map(
        &mut self,
        window: u32,
        [memory, address, physical, page, count]: [u32; 5],
    ) -> Result<Option<u32>, Fault> {
        let fixed = self.arg(5);
        if page != 64 {
            return Ok(Some(3));
        }
        if (address | physical) & 0xffff != 0 {
            return Ok(Some(1));
        }
        let first = address.wrapping_sub(window) >> PAGE_SHIFT;
        if first as usize >= ENTRIES || count as usize > ENTRIES - first as usize {
            return Ok(Some(4));
        }
        for index in 0..count {
            let source = if fixed != 0 { 0 } else { index };
            let value = memory | ((physical >> PAGE_SHIFT) + source);
            self.bus.external.set_page((first + index) as usize, value);
        }
        Ok(Some(0))
    }
}
