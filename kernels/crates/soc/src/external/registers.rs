//! The registers of the caches (EXTMEM) and what writing them does.

use super::{External, CACHES, CAPACITY};
use crate::cache::Geometry;
use crate::fault::{CacheName, Fault};
use crate::time::{Ticks, TICKS_PER_SECOND};

/// Registers of the block, in words; those behind are not used by any firmware.
pub const COUNT: usize = 0x180 / 4;
/// Address of the block.
pub const BASE: u32 = 0x600c_4000;

const DCACHE_CTRL: u32 = 0x000;
const DCACHE_CTRL1: u32 = 0x004;
const DCACHE_LOCK: u32 = 0x01c;
const DCACHE_SYNC: u32 = 0x028;
const DCACHE_OCCUPY: u32 = 0x034;
const DCACHE_PRELOAD: u32 = 0x040;
const DCACHE_AUTOLOAD: u32 = 0x04c;
const ICACHE_CTRL: u32 = 0x060;
const ICACHE_CTRL1: u32 = 0x064;
const ICACHE_LOCK: u32 = 0x07c;
const ICACHE_SYNC: u32 = 0x088;
const ICACHE_PRELOAD: u32 = 0x094;
const ICACHE_AUTOLOAD: u32 = 0x0a0;
const COUNTER_CLEAR: u32 = 0x0c4;
/// Counter of lines that instructions waited for.
pub const IBUS_MISSES: u32 = 0x0c8;
const IBUS_ACCESSES: u32 = 0x0cc;
/// Counter of lines that data waited for, from flash.
pub const DBUS_FLASH_MISSES: u32 = 0x0d0;
/// Counter of lines that data waited for, from PSRAM.
pub const DBUS_PSRAM_MISSES: u32 = 0x0d4;
const DBUS_ACCESSES: u32 = 0x0d8;
const CACHE_STATE: u32 = 0x130;
const DCACHE_FREEZE: u32 = 0x150;
const ICACHE_FREEZE: u32 = 0x154;
/// Warnings that are kept: enough to find the place by, whatever a firmware does over and over.
const MOST_WARNINGS: usize = 16;
/// CACHE_STATE of each cache: at rest, or something else.
const INSTRUCTIONS_IDLE: u32 = 1;
const DATA_IDLE: u32 = 1 << 12;
const DATA_BUSY: u32 = 2 << 12;
/// How long the data cache takes to come to rest after it was switched off (inferred: ESP-IDF waits for it).
const REST_TICKS: Ticks = TICKS_PER_SECOND / 2_000_000;

/// What a whole cache or a range of it is to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sync {
    /// Drop lines, changed or not.
    Invalidate,
    /// Write changed lines back and keep them.
    WriteBack,
    /// Write changed lines back and drop them.
    Clean,
}

impl External {
    fn register(&self, offset: u32) -> u32 {
        self.registers[offset as usize / 4]
    }

    pub(super) fn count(&mut self, offset: u32) {
        let counter = &mut self.registers[offset as usize / 4];
        *counter = counter.wrapping_add(1);
    }

    /// Reads the register at this offset.
    ///
    /// # Errors
    /// A register that does not exist.
    pub fn read_register(&mut self, offset: u32, now: Ticks) -> Result<u32, Fault> {
        let value = match offset {
            // What was asked for is done at once, except for reading ahead.
            DCACHE_LOCK | ICACHE_LOCK => self.register(offset) | 1 << 2,
            DCACHE_SYNC => self.register(offset) & !7 | 1 << 3,
            ICACHE_SYNC => self.register(offset) & !1 | 1 << 1,
            DCACHE_OCCUPY => self.register(offset) | 1 << 1,
            DCACHE_PRELOAD => self.register(offset) & !3 | self.prefetched(CacheName::Data, now) << 1,
            ICACHE_PRELOAD => self.register(offset) & !3 | self.prefetched(CacheName::Instruction, now) << 1,
            DCACHE_AUTOLOAD | ICACHE_AUTOLOAD => self.register(offset) | 1 << 3,
            IBUS_ACCESSES => self.instructions.accesses,
            DBUS_ACCESSES => self.data.accesses,
            CACHE_STATE if now < self.data_idle => INSTRUCTIONS_IDLE | DATA_BUSY,
            CACHE_STATE => INSTRUCTIONS_IDLE | DATA_IDLE,
            DCACHE_FREEZE | ICACHE_FREEZE => self.register(offset) & !4 | (self.register(offset) & 1) << 2,
            _ if (offset as usize) < COUNT * 4 => self.register(offset),
            _ => return Err(unknown(offset)),
        };
        Ok(value)
    }

    fn prefetched(&mut self, name: CacheName, now: Ticks) -> u32 {
        self.run_prefetches(now);
        u32::from(self.prefetches.iter().all(|prefetch| prefetch.cache != name))
    }

    /// Writes the register at this offset; gives the ticks that the core waits until it is done.
    ///
    /// # Errors
    /// A register that does not exist, or a setting that does not work.
    pub fn write_register(&mut self, offset: u32, value: u32, now: Ticks) -> Result<Ticks, Fault> {
        if offset as usize >= COUNT * 4 {
            return Err(unknown(offset));
        }
        self.registers[offset as usize / 4] = value;
        match offset {
            DCACHE_CTRL => {
                let geometry = Geometry {
                    bytes: if value & 1 << 2 == 0 { 32 << 10 } else { 64 << 10 },
                    ways: 4,
                    line: line_length(value >> 3 & 3, CacheName::Data)?,
                };
                if geometry != self.data.geometry() {
                    self.needs_rest(now)?;
                }
                if self.is_enabled(CacheName::Data) && value & 1 == 0 {
                    self.data_idle = now + REST_TICKS;
                }
                self.configure(CacheName::Data, geometry, value & 1 != 0)?;
            }
            ICACHE_CTRL => {
                let geometry = Geometry {
                    bytes: if value & 1 << 2 == 0 { 16 << 10 } else { 32 << 10 },
                    ways: if value & 1 << 1 == 0 { 4 } else { 8 },
                    line: line_length(value >> 3 & 1, CacheName::Instruction)?,
                };
                self.configure(CacheName::Instruction, geometry, value & 1 != 0)?;
            }
            DCACHE_CTRL1 => self.shut(CacheName::Data, value),
            ICACHE_CTRL1 => self.shut(CacheName::Instruction, value),
            DCACHE_SYNC => {
                let sync = match value & 7 {
                    1 => Sync::Invalidate,
                    2 => Sync::WriteBack,
                    4 => Sync::Clean,
                    _ => return Ok(0),
                };
                let (address, bytes) = (self.register(offset + 4), self.register(offset + 8));
                return self.synchronise(CacheName::Data, sync, address, bytes, now);
            }
            ICACHE_SYNC if value & 1 != 0 => {
                let (address, bytes) = (self.register(offset + 4), self.register(offset + 8));
                return self.synchronise(CacheName::Instruction, Sync::Invalidate, address, bytes, now);
            }
            DCACHE_LOCK | ICACHE_LOCK => {
                let name = if offset == DCACHE_LOCK {
                    CacheName::Data
                } else {
                    CacheName::Instruction
                };
                let (address, bytes) = (self.register(offset + 4), self.register(offset + 8));
                match value & 3 {
                    1 => self.lock(name, address, bytes, true),
                    2 => self.lock(name, address, bytes, false),
                    _ => {}
                }
            }
            DCACHE_OCCUPY if value & 1 != 0 => {
                return Err(Fault::CacheUnbuilt {
                    what: "use of cache lines as memory (DCACHE_OCCUPY)",
                })
            }
            DCACHE_PRELOAD | ICACHE_PRELOAD if value & 1 != 0 => {
                let name = if offset == DCACHE_PRELOAD {
                    CacheName::Data
                } else {
                    CacheName::Instruction
                };
                let (address, bytes) = (self.register(offset + 4), self.register(offset + 8) & 0xffff);
                self.start_prefetch(name, address, bytes, now);
                self.run_prefetches(now);
            }
            COUNTER_CLEAR => {
                if value & 1 != 0 {
                    self.data.accesses = 0;
                    self.registers[DBUS_FLASH_MISSES as usize / 4] = 0;
                    self.registers[DBUS_PSRAM_MISSES as usize / 4] = 0;
                }
                if value & 2 != 0 {
                    self.instructions.accesses = 0;
                    self.registers[IBUS_MISSES as usize / 4] = 0;
                }
            }
            DCACHE_FREEZE => self.switches[CacheName::Data as usize].frozen = value & 1 != 0,
            ICACHE_FREEZE => self.switches[CacheName::Instruction as usize].frozen = value & 1 != 0,
            _ => {}
        }
        Ok(0)
    }

    fn configure(&mut self, name: CacheName, geometry: Geometry, enabled: bool) -> Result<(), Fault> {
        let old = self.cache(name).geometry();
        if geometry != old {
            if geometry.line == 16 && geometry.bytes as usize == CAPACITY / 2 * (1 + name as usize) {
                return Err(Fault::CacheGeometry {
                    cache: name,
                    reason: "lines of 16 bytes exist with the smaller size only",
                });
            }
            if self.is_enabled(name) && enabled {
                return Err(Fault::CacheChanged {
                    cache: name,
                    reason: "size, ways or line length changed while it was on; suspend it first",
                });
            }
            if (0..self.cache(name).len()).any(|index| self.cache(name).is_changed(index)) {
                return Err(Fault::CacheChanged {
                    cache: name,
                    reason:
                        "size, ways or line length changed while it held changed lines; write them back first",
                });
            }
            self.cache_mut(name).set_geometry(geometry);
            self.switches[name as usize].initialised = false;
            self.code_changed = true;
        }
        if self.switches[name as usize].enabled != enabled {
            self.switches[name as usize].enabled = enabled;
            self.cache_mut(name).forget_hits();
            self.code_changed |= name == CacheName::Instruction;
        }
        Ok(())
    }

    fn shut(&mut self, name: CacheName, value: u32) {
        self.switches[name as usize].shut = [value & 1 != 0, value & 2 != 0];
        self.cache_mut(name).forget_hits();
        self.code_changed |= name == CacheName::Instruction;
    }

    /// Invalidates, writes back or cleans the lines of a range, or all when it has no length; gives the ticks that
    /// it takes.
    ///
    /// # Errors
    /// A changed line that cannot go back.
    pub fn synchronise(
        &mut self,
        name: CacheName,
        sync: Sync,
        address: u32,
        bytes: u32,
        now: Ticks,
    ) -> Result<Ticks, Fault> {
        self.run_prefetches(now);
        let line = self.cache(name).geometry().line;
        let begin = address & !(line - 1);
        let all = bytes == 0;
        let mut busy = 0;
        let mut dropped = 0;
        for index in 0..self.cache(name).len() {
            let Some(held) = self.cache(name).address(index) else {
                continue;
            };
            if !all && held.wrapping_sub(begin) >= address.wrapping_sub(begin).wrapping_add(bytes) {
                continue;
            }
            let changed = self.cache(name).is_changed(index);
            if changed && sync == Sync::Invalidate {
                dropped += 1;
            } else if changed {
                busy += self.write_back(index)?;
            }
            if sync != Sync::WriteBack {
                self.cache_mut(name).drop_line(index);
            }
        }
        if dropped > 0 && self.warnings.len() < MOST_WARNINGS {
            self.warnings.push(format!(
                "the {name} was invalidated while {dropped} of its lines held changes, which are lost"
            ));
        }
        if sync == Sync::Invalidate && all {
            self.switches[name as usize].initialised = true;
        }
        if sync != Sync::WriteBack {
            self.code_changed |= name == CacheName::Instruction;
        }
        if !self.timed {
            return Ok(0);
        }
        let start = now.max(self.bus_free);
        self.bus_free = start + busy;
        self.statistics.bus_busy += busy;
        // The controller looks at a line in each cycle.
        Ok(start + busy - now + 2 * self.cache(name).len() as Ticks)
    }

    fn lock(&mut self, name: CacheName, address: u32, bytes: u32, locked: bool) {
        let cache = self.cache_mut(name);
        for index in 0..cache.len() {
            if cache
                .address(index)
                .is_some_and(|held| held.wrapping_sub(address) < bytes)
            {
                cache.line_mut(index).locked = locked;
            }
        }
    }

    /// After a miss: reads the following lines ahead, where a section says so.
    pub(super) fn autoload(&mut self, name: CacheName, address: u32, now: Ticks) {
        let base = match name {
            CacheName::Data => DCACHE_AUTOLOAD,
            CacheName::Instruction => ICACHE_AUTOLOAD,
        };
        let control = self.register(base);
        // Enabled, and triggered by misses.
        if control & 1 << 2 == 0 || control >> 5 & 3 == 1 {
            return;
        }
        let section = (0..2).find(|&section| {
            let start = self.register(base + 4 + 8 * section);
            let bytes = self.register(base + 8 + 8 * section) & 0x7ff_ffff;
            control & 1 << section != 0 && address.wrapping_sub(start) < bytes
        });
        if section.is_some() {
            let line = self.cache(name).geometry().line;
            let lines = (control >> 7 & 3) + 1;
            self.start_prefetch(
                name,
                (address & !(line - 1)).wrapping_add(line),
                lines * line,
                now,
            );
        }
    }

    /// Nothing about the data cache may change before it has come to rest.
    ///
    /// # Errors
    /// It was switched off just now.
    pub fn needs_rest(&self, now: Ticks) -> Result<(), Fault> {
        if now < self.data_idle {
            return Err(Fault::CacheChanged {
                cache: CacheName::Data,
                reason: "its size, a page or its controller changed right after it was suspended; wait until CACHE_STATE (0x600c4130) \
                         bits 23:12 are 1",
            });
        }
        Ok(())
    }

    /// Writes an entry of the page table.
    pub fn set_page(&mut self, index: usize, value: u32) {
        if self.mmu.set(index, value) {
            CACHES
                .into_iter()
                .for_each(|name| self.cache_mut(name).forget_hits());
            self.code_changed = true;
        }
    }
}

fn line_length(code: u32, cache: CacheName) -> Result<u32, Fault> {
    match code {
        0 => Ok(16),
        1 => Ok(32),
        2 => Ok(64),
        _ => Err(Fault::CacheGeometry {
            cache,
            reason: "line length code 3 does not exist",
        }),
    }
}

fn unknown(offset: u32) -> Fault {
    Fault::Register {
        address: BASE + offset,
        reason: format!("the caches (EXTMEM) have no register at 0x{offset:03x}, or it is not emulated"),
    }
}
