//! External memory as the cores see it: a cache for each core, with a page table of its own, on one memory bus.
//!
//! Bits: espressif/esp-idf `components/soc/esp32/register/soc/dport_reg.h`; ways of caching PSRAM:
//! `components/esp_psram/esp32/esp_psram_impl_quad.c`.

mod psram_checks;

use super::mmu::{Table, Window};
use super::spi::Mspi;
use crate::cache::{Cache, Geometry};
use crate::chip::ChipOptions;
use crate::fault::Fault;
use crate::mmu::Target;
use crate::spi::access::AccessTiming;
use crate::statistics::Statistics;
use crate::time::Ticks;

/// Bytes of both caches.
pub const CAPACITY: usize = 64 << 10;
/// Both together: each has 32 KiB in two ways.
const GEOMETRY: Geometry = Geometry {
    bytes: CAPACITY as u32,
    ways: 2,
    line: LINE,
};
const LINE: u32 = 32;

/// CACHE_CTRL: a core's cache is on.
const ENABLE: u32 = 1 << 3;
/// Its lines are dropped, and have been.
const FLUSH: u32 = 1 << 4;
const FLUSH_DONE: u32 = 1 << 5;
/// Even lines of PSRAM belong to the first cache and odd ones to the second.
const SPLIT: u32 = 1 << 11;
/// The low half of PSRAM's window belongs to the first cache and the high one to the second; a bit for each core.
const HALVES: [u32; 2] = [1 << 16, 1 << 14];
/// CACHE_CTRL1: the other core's cache is not reached for PSRAM; the size of PSRAM's pages, 0 for 32 KiB.
const MASK_OTHER: u32 = 1 << 5;
const PAGE_MODE: u32 = 7 << 6;
/// Pages of flash, 0 for 64 KiB.
const FLASH_PAGE_MODE: u32 = 3 << 9;
/// Both registers after reset: everything shut. [espressif/svd `svd/esp32.svd`]
const RESET_CONTROL: [u32; 2] = [0x10, 0x8ff];
/// First revision whose cores access PSRAM without fault. [espressif/esp-idf `components/esp_psram/esp32/Kconfig.spiram`]
const REPAIRED: u8 = 3;
/// Warnings that are kept.
const MOST_WARNINGS: usize = 16;

/// Which cache holds which part of PSRAM.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sharing {
    /// Each core's own holds what that core uses.
    Own,
    /// By halves of the window.
    Halves,
    /// By even and odd lines.
    Lines,
}

/// Cached external memory.
pub struct External {
    /// The page tables.
    pub tables: [Table; 2],
    /// Both caches; hits are looked up in it directly.
    pub cache: Cache<CAPACITY, 2>,
    /// Controllers and chips behind the caches.
    pub mspi: Mspi,
    /// CACHE_CTRL and CACHE_CTRL1 of each core.
    control: [[u32; 2]; 2],
    /// The cache was flushed since it was switched off or power came.
    clean: [bool; 2],
    bus_free: Ticks,
    timed: bool,
    faulty: bool,
    psram_written: bool,
    /// Instructions may have been decoded from lines that have since changed.
    pub code_changed: bool,
    /// What happened so far.
    pub statistics: Statistics,
    /// Things that are no fault by themselves.
    pub warnings: Vec<String>,
}

/// A line that an access may use.
#[derive(Debug, Clone, Copy)]
pub struct Granted {
    /// Where its bytes begin, for [`Cache::read_line`] and [`Cache::write_line`].
    pub offset: u32,
    /// When the core can go on.
    pub until: Ticks,
}

impl External {
    /// After power-on.
    pub fn new(options: &ChipOptions) -> Self {
        Self {
            tables: [Table::new(), Table::new()],
            cache: Cache::new(GEOMETRY),
            mspi: Mspi::new(options),
            control: [RESET_CONTROL; 2],
            clean: [false; 2],
            bus_free: 0,
            timed: options.timed,
            faulty: options.revision.0 < REPAIRED,
            psram_written: false,
            code_changed: false,
            statistics: Statistics::default(),
            warnings: Vec::new(),
        }
    }

    /// The chip was reset: pages and lines are gone.
    pub fn reset(&mut self) {
        self.tables = [Table::new(), Table::new()];
        self.cache.set_geometry(GEOMETRY);
        self.control = [RESET_CONTROL; 2];
        self.clean = [false; 2];
        self.psram_written = false;
        self.code_changed = true;
    }

    /// Whether a core's cache is on.
    pub fn is_enabled(&self, core: usize) -> bool {
        self.control[core & 1][0] & ENABLE != 0
    }

    /// CACHE_CTRL (0) or CACHE_CTRL1 (1) of a core was written; gives what it holds then.
    ///
    /// # Errors
    /// A setting that does not work.
    pub fn set_control(&mut self, core: usize, register: usize, value: u32) -> Result<u32, Fault> {
        let before = self.control[core][register];
        let mut value = value;
        if register == 0 {
            if value & FLUSH != 0 && before & FLUSH == 0 {
                self.flush(core);
                value |= FLUSH_DONE;
            } else if value & FLUSH == 0 {
                value &= !FLUSH_DONE;
            } else {
                value |= FLUSH_DONE;
            }
            match (before & ENABLE != 0, value & ENABLE != 0) {
                (false, true) if !self.clean[core] => {
                    return Err(Fault::CacheUnflushed { core });
                }
                // What it holds when it comes on again is what its memory was then.
                (true, false) => self.clean[core] = false,
                _ => {}
            }
        }
        if before != value {
            self.control[core][register] = value;
            self.cache.forget_hits();
            self.code_changed = true;
        }
        Ok(value)
    }

    /// A core's cache drops its lines.
    pub fn flush(&mut self, core: usize) {
        if self.is_enabled(core) {
            self.warn(format!(
                "core {core}'s cache was flushed while it was on (CACHE_CTRL bit 3)"
            ));
        }
        let mut lost = 0;
        let lines = self.cache.len() / 2;
        for index in core * lines..(core + 1) * lines {
            lost += u32::from(self.cache.is_changed(index));
            self.cache.drop_line(index);
        }
        if lost > 0 {
            self.warn(format!(
                "core {core}'s cache was flushed while {lost} of its lines held changes, which are lost"
            ));
        }
        self.clean[core] = true;
        self.code_changed = true;
    }

    fn warn(&mut self, sentence: String) {
        if self.warnings.len() < MOST_WARNINGS && !self.warnings.contains(&sentence) {
            self.warnings.push(sentence);
        }
    }

    /// Writes an entry of a core's page table.
    ///
    /// # Errors
    /// The cache is on, and may look at the table at that moment.
    pub fn set_page(&mut self, core: usize, index: usize, value: u32) -> Result<(), Fault> {
        if self.is_enabled(core) {
            return Err(Fault::MmuWhileOn { core });
        }
        if self.tables[core].set(index, value) {
            self.cache.forget_hits();
            self.code_changed = true;
        }
        Ok(())
    }

    fn sharing(&self, address: u32) -> Result<Sharing, Fault> {
        let split = self.control.map(|control| control[0] & SPLIT != 0);
        let halves = [0, 1].map(|core| self.control[core][0] & HALVES[core] != 0);
        if split[0] != split[1] || halves[0] != halves[1] || split[0] && halves[0] {
            return Err(Fault::PsramNotReady {
                reason: format!(
                    "the caches disagree about whose the lines of 0x{address:08x} are (DRAM_HL and DRAM_SPLIT of \
                     PRO_CACHE_CTRL and APP_CACHE_CTRL)"
                ),
            });
        }
        Ok(match (halves[0], split[0]) {
            (true, _) => Sharing::Halves,
            (_, true) => Sharing::Lines,
            _ => Sharing::Own,
        })
    }

    /// The cache that an access goes to.
    fn owner(&self, window: Window, address: u32, core: usize) -> Result<usize, Fault> {
        let owner = if window == Window::Dram1 {
            match self.sharing(address)? {
                Sharing::Own => core,
                Sharing::Halves => (address >> 21 & 1) as usize,
                Sharing::Lines => ((address / LINE) & 1) as usize,
            }
        } else {
            core
        };
        if !self.is_enabled(owner) {
            return Err(if owner == core {
                Fault::CoreCacheOff { address, core }
            } else {
                Fault::PsramNotReady {
                    reason: format!(
                        "0x{address:08x} belongs to the other core's cache by DRAM_HL or DRAM_SPLIT, and that one is off"
                    ),
                }
            });
        }
        let control = self.control[core][1];
        let shut = control >> window.mask_bit() & 1 != 0 || owner != core && control & MASK_OTHER != 0;
        if shut {
            return Err(Fault::CoreCacheShut { address, core });
        }
        let pages = if window == Window::Dram1 {
            PAGE_MODE
        } else {
            FLASH_PAGE_MODE
        };
        if self.control[owner][1] & pages != 0 {
            return Err(Fault::CacheUnbuilt {
                what: "a page size other than 64 KiB of flash and 32 KiB of PSRAM (CACHE_CTRL1 bits 10:6)",
            });
        }
        Ok(owner)
    }

    /// An access that the table of hits does not know: finds or brings in the line.
    ///
    /// # Errors
    /// What silicon would fault on, hang at, or read wrongly.
    #[cold]
    #[inline(never)]
    pub fn access(
        &mut self,
        window: Window,
        address: u32,
        core: usize,
        write: bool,
        now: Ticks,
    ) -> Result<Granted, Fault> {
        let owner = self.owner(window, address, core)?;
        let entry = self.tables[owner].entry(window.entry(address));
        let target = self.check_target(window, address, entry)?;
        if write && !target.psram {
            return Err(Fault::FlashWrite { address });
        }
        if target.psram {
            self.check_erratum(address, write)?;
            self.check_other(owner, address, target, write)?;
        }
        let (index, until) = match self.cache.find_in(owner, address) {
            Some(index) if self.cache.line(index).entry != entry => {
                let dirty = self.cache.is_changed(index);
                return Err(Fault::StaleLine { address, dirty });
            }
            Some(index) => (index, now),
            None => self.miss(owner, window, address, entry, target, now)?,
        };
        // A first store comes here, and looks for other copies of the line; on chips whose accesses to PSRAM fail, all of
        // them come here.
        if !(self.faulty && target.psram) {
            self.cache.remember(index, write);
        }
        self.statistics.waited[core & 1] += until - now;
        Ok(Granted {
            offset: self.cache.offset_of(index),
            until,
        })
    }

    fn miss(
        &mut self,
        owner: usize,
        window: Window,
        address: u32,
        entry: u32,
        target: Target,
        now: Ticks,
    ) -> Result<(usize, Ticks), Fault> {
        let timing = self.timing(target)?;
        if !target.psram && now < self.mspi.flash.busy_until() {
            return Err(Fault::FlashNotReady {
                reason: "the chip is still busy with a write or an erasure".to_owned(),
            });
        }
        let start = now.max(self.bus_free);
        let Some(index) = self.cache.victim_in(owner, address) else {
            return Err(Fault::CacheUnbuilt {
                what: "a set of which all lines are locked",
            });
        };
        let mut busy = timing.read(LINE);
        if self.cache.is_changed(index) {
            busy += self.write_back(owner, index)?;
        }
        let base = address & !(LINE - 1);
        let bytes = self.cache.replace(index, base, entry, 0);
        if target.psram {
            self.mspi.psram.read(target.physical & !(LINE - 1), bytes);
            self.statistics.data_misses_psram += 1;
        } else {
            self.mspi.flash.read(target.physical & !(LINE - 1), bytes);
            if window == Window::Drom0 {
                self.statistics.data_misses_flash += 1;
            } else {
                self.statistics.instruction_misses += 1;
            }
        }
        if !self.timed {
            return Ok((index, now));
        }
        self.bus_free = start + busy;
        self.statistics.bus_busy += busy;
        Ok((index, start + busy - timing.read(LINE) + timing.stall))
    }

    fn check_target(&self, window: Window, address: u32, entry: u32) -> Result<Target, Fault> {
        let target = window
            .resolve(entry, address)
            .ok_or(Fault::MmuInvalid { address })?;
        let bytes = if target.psram {
            self.mspi.psram.claimed()
        } else {
            self.mspi.flash.bytes()
        };
        if target.physical >= bytes && !(target.psram && bytes == 0) {
            return Err(Fault::MmuBeyond {
                address,
                physical: target.physical,
                bytes,
                psram: target.psram,
            });
        }
        Ok(target)
    }

    fn timing(&mut self, target: Target) -> Result<AccessTiming, Fault> {
        if target.psram {
            self.mspi.psram_access()
        } else {
            self.mspi.flash_access()
        }
    }

    /// Writes a changed line back; gives the ticks for which that occupies the bus.
    fn write_back(&mut self, owner: usize, index: usize) -> Result<Ticks, Fault> {
        let Some(address) = self.cache.address(index) else {
            return Ok(0);
        };
        let entry = self.cache.line(index).entry;
        if self.tables[owner].entry(Window::Dram1.entry(address)) != entry {
            return Err(Fault::StaleLine { address, dirty: true });
        }
        let target = self.check_target(Window::Dram1, address, entry)?;
        let timing = self.timing(target)?;
        self.mspi.psram.write(target.physical, self.cache.bytes(index));
        self.cache.clean(index);
        self.statistics.written_back += 1;
        Ok(timing.write(LINE))
    }

    /// A byte as a debugger sees it by the first core's pages: in a line, or in the memory behind it.
    pub fn peek(&self, address: u32) -> Option<u8> {
        let window = Window::of(address)?;
        for core in 0..2 {
            if let Some(index) = self.cache.find_in(core, address) {
                return Some(self.cache.bytes(index)[(address & (LINE - 1)) as usize]);
            }
        }
        let target = window.resolve(self.tables[0].entry(window.entry(address)), address)?;
        let mut byte = [0];
        if target.psram {
            self.mspi.psram.read(target.physical, &mut byte);
        } else {
            self.mspi.flash.read(target.physical, &mut byte);
        }
        Some(byte[0])
    }
}
