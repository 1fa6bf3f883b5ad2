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
        let now = self.bus.now();
        let ticks = self.bus.external.write_register(offset, value, now)?;
        self.pass(ticks);
        self.bus.refresh();
        Ok(())
    }

    fn external_register(&mut self, offset: u32) -> Result<u32, Fault> {
        let now = self.bus.now();
        self.bus.external.read_register(offset, now)
    }

    fn synchronise(&mut self, name: CacheName, sync: Sync, address: u32, bytes: u32) -> Result<(), Fault> {
        let now = self.bus.now();
        let ticks = self.bus.external.synchronise(name, sync, address, bytes, now)?;
        self.pass(ticks);
        Ok(())
    }

    /// Switches a cache on or off; the result is whether it read ahead by itself, which here it does not.
    fn enable(&mut self, control: u32, on: bool) -> Result<Option<u32>, Fault> {
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
        Ok(match self.function.does {
            Does::BootCacheInit | Does::MmuInit => {
                for index in 0..ENTRIES {
                    self.bus.external.set_page(index, 1 << 14);
                }
                if self.function.does == Does::BootCacheInit {
                    self.synchronise(CacheName::Instruction, Sync::Invalidate, 0, 0)?;
                    self.synchronise(CacheName::Data, Sync::Invalidate, 0, 0)?;
                }
                None
            }
            // Cache_Set_*Cache_Mode takes codes: size, ways, line.
            Does::InstructionCacheMode => {
                let bits = (a & 1) << 2 | u32::from(b & 1 != 0) << 1 | (c & 1) << 3;
                self.configure(CacheName::Instruction, ICACHE_CTRL, bits)?
            }
            Does::DataCacheMode => {
                let bits = (a & 1) << 2 | (c & 3) << 3;
                self.configure(CacheName::Data, DCACHE_CTRL, bits)?
            }
            Does::ConfigInstructionCache => {
                let size = match a {
                    0x4000 => 0,
                    0x8000 => 1 << 2,
                    _ => return self.wrong(format!("a size of {a} bytes; 16384 and 32768 exist")),
                };
                let ways = match b & 0xff {
                    4 => 0,
                    8 => 1 << 1,
                    other => return self.wrong(format!("{other} ways; 4 and 8 exist")),
                };
                let line = match c & 0xff {
                    16 => 0,
                    32 => 1 << 3,
                    other => return self.wrong(format!("lines of {other} bytes; 16 and 32 exist")),
                };
                self.configure(CacheName::Instruction, ICACHE_CTRL, size | ways | line)?
            }
            Does::ConfigDataCache => {
                let size = match a {
                    0x8000 => 0,
                    0x1_0000 => 1 << 2,
                    _ => return self.wrong(format!("a size of {a} bytes; 32768 and 65536 exist")),
                };
                // The number of ways is taken and has no effect: there is no bit for it.
                let line = match c & 0xff {
                    16 => 0,
                    32 => 1 << 3,
                    64 => 2 << 3,
                    other => return self.wrong(format!("lines of {other} bytes; 16, 32 and 64 exist")),
                };
                self.configure(CacheName::Data, DCACHE_CTRL, size | line)?
            }
            Does::InvalidateRange | Does::WriteBackRange => {
                let sync = if self.function.does == Does::InvalidateRange {
                    Sync::Invalidate
                } else {
                    Sync::WriteBack
                };
                let line = self.bus.external.data.geometry().line;
                if sync == Sync::WriteBack && (a | b) & (line - 1) != 0 {
                    return self.wrong(format!(
                        "0x{b:x} bytes at 0x{a:08x} are not whole lines of {line}, which it mishandles"
                    ));
                }
                // No bytes are none, where the register means all.
                if b > 0 {
                    let name = if a.wrapping_sub(INSTRUCTION_WINDOW) >> 25 == 0 {
                        CacheName::Instruction
                    } else {
                        CacheName::Data
                    };
                    self.synchronise(name, sync, a, b)?;
                }
                Some(0)
            }
            Does::WriteBackAll => {
                self.synchronise(CacheName::Data, Sync::WriteBack, 0, 0)?;
                None
            }
            Does::InvalidateInstructions => {
                self.synchronise(CacheName::Instruction, Sync::Invalidate, 0, 0)?;
                None
            }
            Does::InvalidateData => {
                self.synchronise(CacheName::Data, Sync::Invalidate, 0, 0)?;
                None
            }
            Does::StartPreload => {
                self.external(DCACHE_PRELOAD + 4, a)?;
                self.external(DCACHE_PRELOAD + 8, b)?;
                self.external(DCACHE_PRELOAD, 1 | (c & 1) << 2)?;
                Some(0)
            }
            Does::PreloadDone => Some(self.external_register(DCACHE_PRELOAD)? >> 1 & 1),
            Does::EndPreload => {
                while self.external_register(DCACHE_PRELOAD)? & 2 == 0 {
                    self.pass(TICKS_PER_SECOND / 1_000_000);
                }
                None
            }
            Does::AutoloadRegion | Does::AutoloadConfig => {
                return Err(Fault::CacheUnbuilt {
                    what: "Cache_Config_DCache_Autoload; its registers are emulated",
                })
            }
            Does::AutoloadEnable | Does::AutoloadDisable => {
                let value = self.external_register(DCACHE_AUTOLOAD)? & !(1 << 2);
                let on = u32::from(self.function.does == Does::AutoloadEnable) << 2;
                self.external(DCACHE_AUTOLOAD, value | on)?;
                None
            }
            Does::DisableInstructions => {
                let before = self.enable(ICACHE_CTRL, false)?;
                self.synchronise(CacheName::Instruction, Sync::Invalidate, 0, 0)?;
                before
            }
            Does::DisableData => {
                let before = self.enable(DCACHE_CTRL, false)?;
                self.synchronise(CacheName::Data, Sync::Invalidate, 0, 0)?;
                before
            }
            Does::EnableInstructions | Does::ResumeInstructions => {
                self.enable(ICACHE_CTRL, true)?;
                None
            }
            Does::EnableData | Does::ResumeData => {
                self.enable(DCACHE_CTRL, true)?;
                None
            }
            Does::SuspendInstructions => self.enable(ICACHE_CTRL, false)?,
            Does::SuspendData => self.enable(DCACHE_CTRL, false)?,
            Does::OccupyLines => {
                return Err(Fault::CacheUnbuilt {
                    what: "use of cache lines as memory (Cache_Occupy_Addr)",
                })
            }
            Does::MapInstructions | Does::MapData => Some(self.map([a, b, c, d, e])?),
            other => return self.wrong(format!("{other:?} has no behaviour")),
        })
    }

    /// Maps pages: 0 when done, else why not, as the ROM numbers it.
    fn map(&mut self, [memory, address, physical, page, count]: [u32; 5]) -> Result<u32, Fault> {
        let fixed = self.arg(5);
        let window = if self.function.does == Does::MapData {
            DATA_WINDOW
        } else {
            INSTRUCTION_WINDOW
        };
        if page != 64 {
            return Ok(3);
        }
        if (address | physical) & 0xffff != 0 {
            return Ok(1);
        }
        let first = address.wrapping_sub(window) >> PAGE_SHIFT;
        if first as usize >= ENTRIES || count as usize > ENTRIES - first as usize {
            return Ok(4);
        }
        for index in 0..count {
            let source = if fixed != 0 { 0 } else { index };
            let value = memory | ((physical >> PAGE_SHIFT) + source);
            self.bus.external.set_page((first + index) as usize, value);
        }
        Ok(0)
    }
}
