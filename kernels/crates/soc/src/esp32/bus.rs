//! The memory map: what each core reaches at which address, over which bus, and how long it takes.
//!
//! ```text
//! 0x3f400000  4 M    flash as data, 0x3f800000 4 M PSRAM: through the core's cache
//! 0x3ff00000  512 K  registers; those from 0x3ff40000 on also at 0x60000000
//! 0x3ff80000  8 K    RTC memory of the first core, as code at 0x400c0000
//! 0x3ffae000  200 K  SRAM2, data only
//! 0x3ffe0000  128 K  SRAM1, as code from 0x400a0000 on, word by word in reverse
//! 0x40000000  448 K  mask ROM
//! 0x40070000  64 K   lines of the caches; the second half is memory while the second core's cache is off
//! 0x40080000  128 K  SRAM0: code, and data in whole words
//! 0x400d0000  11 M   flash as code, through the core's cache
//! 0x50000000  8 K    RTC memory
//! ```
//! Source: espressif/esp-idf `components/soc/esp32/include/soc/soc.h`, `components/heap/port/esp32/memory_layout.c`.

mod accesses;
mod direct;
mod registers;
mod system;

use emulator::bus::BusFault;
use emulator::ram::Ram;

use super::external::{External, Granted};
use super::mmu::{Window, DRAM1, DRAM1_END};
use super::peripherals::Peripherals;
use super::rom::Rom;
use crate::chip::ChipOptions;
use crate::fault::Fault;
use crate::peripherals::Effect;
use crate::sram::Sram;
use crate::turn::Turn;

/// Data address of SRAM2; SRAM1 follows up to [`DATA_END`].
pub const DATA: u32 = 0x3ffa_e000;
/// After SRAM1.
pub const DATA_END: u32 = 0x4000_0000;
/// Offset in the array of the memory at a data address minus this.
pub(super) const DATA_BASE: u32 = 0x3ff8_0000;
/// SRAM1.
const SRAM1: u32 = 0x3ffe_0000;
/// SRAM1 as code.
const REVERSED: u32 = 0x400a_0000;
/// After it.
const REVERSED_END: u32 = 0x400c_0000;
/// SRAM0 as code; its first byte is that of the array.
pub const CODE: u32 = 0x4008_0000;
/// Bytes of it.
pub const CODE_BYTES: u32 = 0x2_0000;
/// Where the second core's cache keeps its lines.
pub(super) const CACHE_LINES: u32 = 0x4007_8000;
/// Where the first core's does, and how many bytes each takes.
pub(super) const FIRST_CACHE_LINES: u32 = 0x4007_0000;
const CACHE_BYTES: u32 = 0x8000;
/// RTC memory of the first core, as data and as code.
pub(super) const RTC_FAST: u32 = 0x3ff8_0000;
pub(super) const RTC_FAST_CODE: u32 = 0x400c_0000;
/// RTC memory of both cores.
pub(super) const RTC_SLOW: u32 = 0x5000_0000;
/// Bytes of either.
pub(super) const RTC_BYTES: u32 = 0x2000;

/// Everything but the cores.
pub struct Esp32Bus {
    /// Bytes of data memory, and the offset of its first code word that may be read: fixed, but where translated code looks.
    data_bytes: u32,
    code_start: u32,
    /// SRAM0, SRAM2 and SRAM1.
    pub(super) sram: Sram,
    /// External memory.
    pub external: External,
    /// Registers.
    pub peripherals: Peripherals,
    /// Entry points of the mask ROM.
    pub rom: Rom,
    cache_lines: Ram,
    rtc_fast: Ram,
    rtc_slow: Ram,
    generation: u32,
    /// Whose turn it is.
    pub turn: Turn,
}

impl Esp32Bus {
    /// The chip at power-on.
    fn power_on(options: &ChipOptions) -> Self {
        let mut bus = Self {
            data_bytes: DATA_END - DATA,
            code_start: 0,
            sram: Sram::new(),
            external: External::new(options),
            peripherals: Peripherals::new(options),
            rom: Rom::new(),
            cache_lines: Ram::new(CACHE_BYTES as usize),
            rtc_fast: Ram::new(RTC_BYTES as usize),
            rtc_slow: Ram::new(RTC_BYTES as usize),
            generation: 1,
            turn: Turn::new(12, options.timed),
        };
        bus.follow();
        bus
    }

    /// Follows what registers changed.
    fn follow(&mut self) {
        if std::mem::take(&mut self.external.code_changed) {
            self.forget_code();
        }
        let mspi = &mut self.external.mspi;
        mspi.set_apb(self.peripherals.clock().apb);
        mspi.set_pins(self.peripherals.memory_pins());
    }

    /// Decoded code is not what memory holds any more.
    fn forget_code(&mut self) {
        self.generation = self.generation.wrapping_add(1);
        self.sram.forget_decoded();
        self.rtc_fast.forget_decoded();
        self.rtc_slow.forget_decoded();
        self.cache_lines.forget_decoded();
    }

    fn raise<T>(&mut self, fault: Fault) -> Result<T, BusFault> {
        Err(self.turn.fault.raise(fault))
    }

    /// Offset in the array of the word that SRAM1 shows at an address of the instruction bus.
    fn reversed(address: u32) -> u32 {
        SRAM1 + (REVERSED_END - 4 - (address & !3)) - DATA_BASE
    }

    #[inline(always)]
    fn load<const N: usize>(&mut self, address: u32) -> Result<[u8; N], BusFault> {
        if address.wrapping_sub(DATA) < DATA_END - DATA {
            return Ok(self.sram.read(address - DATA_BASE));
        }
        if let Some(value) = self.external.cache.read(address) {
            return Ok(value);
        }
        // Constants between the code.
        let offset = address.wrapping_sub(CODE);
        if N == 4 && offset < CODE_BYTES {
            return Ok(self.sram.read(offset));
        }
        self.load_slowly(address)
    }

    #[inline(always)]
    fn store<const N: usize>(&mut self, address: u32, value: [u8; N]) -> Result<(), BusFault> {
        if address.wrapping_sub(DATA) < DATA_END - DATA {
            if self.sram.write(address - DATA_BASE, value) {
                self.forget_code();
            }
            return Ok(());
        }
        if self.external.cache.write(address, value) {
            return Ok(());
        }
        self.store_slowly(address, value)
    }

    /// The line for an access to external memory that no hit was known for.
    fn line(&mut self, window: Window, address: u32, write: bool) -> Result<Granted, BusFault> {
        let now = self.turn.now();
        match self.external.access(window, address, self.turn.core, write, now) {
            Ok(granted) => {
                self.turn.wait_until(now, granted.until);
                Ok(granted)
            }
            Err(fault) => self.raise(fault),
        }
    }

    /// The instruction bus takes aligned words only.
    fn check_width(&mut self, address: u32, bytes: usize) -> Result<(), BusFault> {
        if bytes == 4 {
            return Ok(());
        }
        self.raise(Fault::InstructionBusWidth {
            address,
            bytes: bytes as u8,
        })
    }

    /// Whose lines an address of the caches' own memory holds; nothing while it is memory like any other.
    fn cache_memory(&self, address: u32) -> Option<Fault> {
        let taken = if address < CACHE_LINES {
            true
        } else {
            self.external.is_enabled(1)
        };
        taken.then_some(Fault::CoreCacheMemory {
            address,
            core: usize::from(address >= CACHE_LINES),
        })
    }

    #[cold]
    #[inline(never)]
    fn load_slowly<const N: usize>(&mut self, address: u32) -> Result<[u8; N], BusFault> {
        if let Some(window) = Window::of(address) {
            if address >= DRAM1_END {
                self.check_width(address, N)?;
            }
            let granted = self.line(window, address, false)?;
            return Ok(self.external.cache.read_line(granted.offset, address));
        }
        let bytes = match address {
            CODE..REVERSED => {
                self.check_width(address, N)?;
                Some(self.sram.read(address - CODE))
            }
            REVERSED..REVERSED_END => {
                self.check_width(address, N)?;
                Some(self.sram.read(Self::reversed(address)))
            }
            FIRST_CACHE_LINES..CODE => {
                self.check_width(address, N)?;
                if let Some(fault) = self.cache_memory(address) {
                    return self.raise(fault);
                }
                self.cache_lines.read((address - CACHE_LINES) as usize)
            }
            _ if registers::contains(address) => {
                let word = self.read_register(address, N)?;
                Some(std::array::from_fn(|index| {
                    word.to_le_bytes().get(index).copied().unwrap_or(0)
                }))
            }
            RTC_FAST..0x3ff8_2000 => {
                self.check_rtc(address)?;
                self.rtc_fast.read((address - RTC_FAST) as usize)
            }
            RTC_FAST_CODE..0x400c_2000 => {
                self.check_width(address, N)?;
                self.check_rtc(address)?;
                self.rtc_fast.read((address - RTC_FAST_CODE) as usize)
            }
            _ => self.rtc_slow.read(address.wrapping_sub(RTC_SLOW) as usize),
        };
        match bytes {
            Some(bytes) => Ok(bytes),
            None if Rom::contains(address) => self.raise(Fault::RomContents { address }),
            None => self.raise(Fault::Unmapped { address }),
        }
    }

    #[cold]
    #[inline(never)]
    fn store_slowly<const N: usize>(&mut self, address: u32, value: [u8; N]) -> Result<(), BusFault> {
        if let Some(window) = Window::of(address) {
            if address >= DRAM1_END {
                return self.raise(Fault::InstructionCacheWrite { address });
            }
            let granted = self.line(window, address, true)?;
            self.external.cache.write_line(granted.offset, address, value);
            return Ok(());
        }
        let written = match address {
            CODE..REVERSED => {
                self.check_width(address, N)?;
                Some(self.sram.write(address - CODE, value))
            }
            REVERSED..REVERSED_END => {
                self.check_width(address, N)?;
                Some(self.sram.write(Self::reversed(address), value))
            }
            FIRST_CACHE_LINES..CODE => {
                self.check_width(address, N)?;
                if let Some(fault) = self.cache_memory(address) {
                    return self.raise(fault);
                }
                self.cache_lines.write((address - CACHE_LINES) as usize, value)
            }
            _ if registers::contains(address) => {
                let mut word = [0; 4];
                word.iter_mut().zip(value).for_each(|(to, from)| *to = from);
                return self.write_register(address, u32::from_le_bytes(word), N);
            }
            RTC_FAST..0x3ff8_2000 => {
                self.check_rtc(address)?;
                self.rtc_fast.write((address - RTC_FAST) as usize, value)
            }
            RTC_FAST_CODE..0x400c_2000 => {
                self.check_width(address, N)?;
                self.check_rtc(address)?;
                self.rtc_fast.write((address - RTC_FAST_CODE) as usize, value)
            }
            _ => self
                .rtc_slow
                .write(address.wrapping_sub(RTC_SLOW) as usize, value),
        };
        match written {
            Some(true) => {
                self.forget_code();
                Ok(())
            }
            Some(false) => Ok(()),
            None if Rom::contains(address) => self.raise(Fault::RomWrite { address }),
            None => self.raise(Fault::Unmapped { address }),
        }
    }

    /// This memory answers to the first core only.
    fn check_rtc(&mut self, address: u32) -> Result<(), BusFault> {
        if self.turn.core == 0 {
            return Ok(());
        }
        self.raise(Fault::OtherCoresMemory { address })
    }

    /// Whether an address holds ordinary memory that a stack may lie in.
    fn holds_stack(address: u32) -> bool {
        address.wrapping_sub(DATA) <= DATA_END - DATA
            || (DRAM1..DRAM1_END).contains(&address)
            || address.wrapping_sub(RTC_FAST) <= RTC_BYTES
            || address.wrapping_sub(RTC_SLOW) <= RTC_BYTES
    }

    fn lead_to(&mut self, effect: Option<Effect>) {
        self.turn.effects.extend(effect);
    }
}
