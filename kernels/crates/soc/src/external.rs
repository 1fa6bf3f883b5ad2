//! External memory as the cores see it: MMU, both caches and their registers, and the time that the shared bus takes.
//!
//! Register names and fields: espressif/esp-idf `register/soc/extmem_reg.h`.

mod dma;
mod prefetch;
pub mod registers;

use std::collections::VecDeque;

use crate::cache::{Cache, Geometry};
use crate::chip::{ChipOptions, Psram};
use crate::fault::{CacheName, Fault};
use crate::mmu::{Mmu, Target};
use crate::spi::access::AccessTiming;
use crate::spi::Mspi;
use crate::statistics::Statistics;
use crate::time::Ticks;

/// The most that either cache can hold.
pub const CAPACITY: usize = 64 << 10;
/// Both caches.
const CACHES: [CacheName; 2] = [CacheName::Instruction, CacheName::Data];

/// The switches of a cache.
#[derive(Debug, Clone, Copy, Default)]
struct Switches {
    enabled: bool,
    /// Its lines were invalidated since its memory was set up.
    initialised: bool,
    shut: [bool; 2],
    frozen: bool,
}

impl Switches {
    /// Whether any access may use a hit without looking here.
    fn open(self) -> bool {
        self.enabled && self.initialised && self.shut == [false, false]
    }
}

/// Lines to be read ahead of their use.
#[derive(Debug, Clone, Copy)]
struct Prefetch {
    cache: CacheName,
    next: u32,
    end: u32,
    from: Ticks,
}

/// Cached external memory.
pub struct External {
    /// The page table.
    pub mmu: Mmu,
    /// The data cache; hits are looked up in it directly.
    pub data: Cache<CAPACITY>,
    /// The instruction cache.
    pub instructions: Cache<CAPACITY>,
    /// Controllers and chips behind the caches.
    pub mspi: Mspi,
    registers: [u32; registers::COUNT],
    switches: [Switches; 2],
    prefetches: VecDeque<Prefetch>,
    bus_free: Ticks,
    /// When the data cache, which was switched off, has come to rest.
    data_idle: Ticks,
    timed: bool,
    /// Instructions may have been decoded from lines that have since changed.
    pub code_changed: bool,
    /// Instructions were read from PSRAM, which stores can change.
    code_in_psram: bool,
    /// [`crate::chip::Quirks::flash_code_fails`]
    flash_code_fails: bool,
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

const RESET_INSTRUCTIONS: Geometry = Geometry {
    bytes: 16 << 10,
    ways: 4,
    line: 16,
};
const RESET_DATA: Geometry = Geometry {
    bytes: 32 << 10,
    ways: 4,
    line: 16,
};

impl External {
    /// After power-on.
    pub fn new(options: &ChipOptions) -> Self {
        Self {
            mmu: Mmu::new(),
            data: Cache::new(RESET_DATA),
            instructions: Cache::new(RESET_INSTRUCTIONS),
            mspi: Mspi::new(options),
            registers: [0; registers::COUNT],
            switches: [Switches {
                shut: [true; 2],
                ..Switches::default()
            }; 2],
            prefetches: VecDeque::new(),
            bus_free: 0,
            data_idle: 0,
            timed: options.timed,
            code_changed: false,
            code_in_psram: false,
            flash_code_fails: options.quirks.flash_code_fails,
            statistics: Statistics::default(),
            warnings: Vec::new(),
        }
    }

    /// The chip was reset: pages and lines are gone.
    pub fn reset(&mut self) {
        self.mmu = Mmu::new();
        self.data.set_geometry(RESET_DATA);
        self.instructions.set_geometry(RESET_INSTRUCTIONS);
        self.registers = [0; registers::COUNT];
        self.switches = [Switches {
            shut: [true; 2],
            ..Switches::default()
        }; 2];
        self.prefetches.clear();
        self.code_changed = true;
        self.code_in_psram = false;
    }

    /// Bytes of SRAM that a cache keeps its lines in.
    pub fn taken(&self, cache: CacheName) -> u32 {
        self.cache(cache).geometry().bytes
    }

    fn cache(&self, name: CacheName) -> &Cache<CAPACITY> {
        match name {
            CacheName::Instruction => &self.instructions,
            CacheName::Data => &self.data,
        }
    }

    fn cache_mut(&mut self, name: CacheName) -> &mut Cache<CAPACITY> {
        match name {
            CacheName::Instruction => &mut self.instructions,
            CacheName::Data => &mut self.data,
        }
    }

    fn switches(&self, name: CacheName) -> &Switches {
        &self.switches[name as usize]
    }

    /// Whether a cache is on, for the ROM's functions.
    pub fn is_enabled(&self, name: CacheName) -> bool {
        self.switches(name).enabled
    }

    /// An access that the table of hits does not know: finds or brings in the line.
    ///
    /// # Errors
    /// What silicon would fault on, hang at, or read wrongly.
    #[cold]
    #[inline(never)]
    pub fn access(
        &mut self,
        name: CacheName,
        address: u32,
        core: usize,
        write: bool,
        now: Ticks,
    ) -> Result<Granted, Fault> {
        let switches = *self.switches(name);
        if !switches.enabled {
            return Err(Fault::CacheDisabled { address, cache: name });
        }
        if switches.shut[core & 1] {
            return Err(Fault::CacheShut { address, cache: name });
        }
        if !switches.initialised {
            return Err(Fault::CacheUninitialised { address, cache: name });
        }
        self.run_prefetches(now);
        let entry = self.mmu.entry(Mmu::index(address));
        let found = self.cache(name).find(address);
        let (index, until) = match found {
            Some(index) => {
                if self.cache(name).line(index).entry != entry {
                    let dirty = self.cache(name).is_changed(index);
                    return Err(Fault::StaleLine { address, dirty });
                }
                let ready = std::mem::take(&mut self.cache_mut(name).line_mut(index).ready);
                (index, ready.max(now))
            }
            None if switches.frozen => return Err(Fault::CacheFrozen { address }),
            None => self.miss(name, address, entry, now)?,
        };
        let target = Mmu::resolve(entry, address).ok_or(Fault::MmuInvalid { address })?;
        if write {
            if !target.psram {
                return Err(Fault::FlashWrite { address });
            }
            self.refuse_alias(name, address, target, true)?;
        }
        if switches.open() {
            self.cache_mut(name).remember(index, target.psram);
        }
        self.statistics.waited[core & 1] += until - now;
        Ok(Granted {
            offset: self.cache(name).offset_of(index),
            until,
        })
    }

    fn miss(
        &mut self,
        name: CacheName,
        address: u32,
        entry: u32,
        now: Ticks,
    ) -> Result<(usize, Ticks), Fault> {
        let target = self.check_target(address, entry)?;
        self.refuse_alias(name, address, target, false)?;
        let timing = self.timing(target)?;
        if !target.psram && now < self.mspi.flash.busy_until() {
            return Err(Fault::FlashNotReady {
                reason: "the chip is still busy with a write or an erasure".to_owned(),
            });
        }
        let start = now.max(self.bus_free);
        let index = self.fill(name, address, entry, target, timing, start)?;
        match (name, target.psram) {
            (CacheName::Instruction, _) => {
                self.statistics.instruction_misses += 1;
                self.count(registers::IBUS_MISSES);
            }
            (CacheName::Data, false) => {
                self.statistics.data_misses_flash += 1;
                self.count(registers::DBUS_FLASH_MISSES);
            }
            (CacheName::Data, true) => {
                self.statistics.data_misses_psram += 1;
                self.count(registers::DBUS_PSRAM_MISSES);
            }
        }
        self.autoload(name, address, now);
        let until = if self.timed { start + timing.stall } else { now };
        Ok((index, until))
    }

    fn check_target(&self, address: u32, entry: u32) -> Result<Target, Fault> {
        let target = Mmu::resolve(entry, address).ok_or(Fault::MmuInvalid { address })?;
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

    /// Brings a line in, beginning at `start`; what it replaces goes back first.
    fn fill(
        &mut self,
        name: CacheName,
        address: u32,
        entry: u32,
        target: Target,
        timing: AccessTiming,
        start: Ticks,
    ) -> Result<usize, Fault> {
        let line = self.cache(name).geometry().line;
        let victim = self.cache_mut(name).victim(address);
        let Some(index) = victim else {
            return Err(Fault::CacheUnbuilt {
                what: "an access to a set of which all lines are locked",
            });
        };
        let mut busy = timing.read(line);
        if self.cache(name).is_changed(index) {
            busy += self.write_back(index)?;
        }
        let base = address & !(line - 1);
        let physical = target.physical & !(line - 1);
        let spoilt = name == CacheName::Instruction && self.spoils_code();
        let External {
            data,
            instructions,
            mspi,
            code_in_psram,
            ..
        } = self;
        let cache = match name {
            CacheName::Instruction => instructions,
            CacheName::Data => data,
        };
        let bytes = cache.replace(index, base, entry, 0);
        if target.psram {
            *code_in_psram |= name == CacheName::Instruction;
            mspi.psram.read(physical, bytes);
            if timing.corrupt {
                bytes.iter_mut().for_each(|byte| *byte ^= 0x10);
            }
        } else {
            mspi.flash.read(physical, bytes);
            if spoilt {
                bytes.fill(0xff);
            }
        }
        if self.timed {
            self.bus_free = start + busy;
            self.statistics.bus_busy += busy;
        }
        Ok(index)
    }

    /// Whether the board is one on which instructions come out of flash wrongly now.
    fn spoils_code(&self) -> bool {
        self.flash_code_fails
            && self.statistics.data_misses_psram > 0
            && matches!(self.mspi.psram.kind(), Psram::Octal(_))
            && !self.mspi.reads_flash_on_four_lines()
    }

    /// Writes a changed line of the data cache back; gives the ticks for which that occupies the bus.
    fn write_back(&mut self, index: usize) -> Result<Ticks, Fault> {
        let Some(address) = self.data.address(index) else {
            return Ok(0);
        };
        let entry = self.data.line(index).entry;
        if self.mmu.entry(Mmu::index(address)) != entry {
            return Err(Fault::StaleLine { address, dirty: true });
        }
        let target = self.check_target(address, entry)?;
        let timing = self.timing(target)?;
        let External { data, mspi, .. } = self;
        mspi.psram.write(target.physical, data.bytes(index));
        data.clean(index);
        self.statistics.written_back += 1;
        self.code_changed |= self.code_in_psram;
        Ok(timing.write(self.data.geometry().line))
    }

    /// The same bytes under another address are a mistake as soon as one of the copies changes.
    fn refuse_alias(&self, name: CacheName, address: u32, target: Target, write: bool) -> Result<(), Fault> {
        if !target.psram {
            return Ok(());
        }
        for other_name in CACHES {
            let cache = self.cache(other_name);
            let mask = !(cache.geometry().line - 1);
            for index in cache.set(address) {
                let Some(other) = cache.address(index) else {
                    continue;
                };
                let same = Mmu::resolve(cache.line(index).entry, other)
                    .is_some_and(|found| found.psram && found.physical & mask == target.physical & mask);
                let own = other_name == name && other == address & mask;
                if same && !own && (cache.is_changed(index) || write && other_name == CacheName::Data) {
                    return Err(Fault::CacheAlias { address, other });
                }
            }
        }
        Ok(())
    }
}
