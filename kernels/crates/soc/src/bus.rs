//! The memory map: what each core reaches at which address, over which bus, and how long it takes.
//!
//! The order of the checks is that of how often they succeed: internal RAM through the data bus, then a hit in the
//! data cache; everything else takes the slow way.

mod accesses;
mod direct;
mod registers;
mod system;

use emulator::bus::BusFault;
use emulator::ram::Ram;

use crate::chip::ChipOptions;
use crate::external::{External, Granted};
use crate::fault::{CacheName, Fault};
use crate::mmu::{DATA_WINDOW, INSTRUCTION_WINDOW, WINDOW_BYTES};
use crate::peripherals::{ClockSource, Peripherals};
use crate::rom::Rom;
use crate::sram::{self, Sram};
use crate::turn::Turn;

/// RTC memory that both buses reach.
pub const RTC_FAST: u32 = 0x600f_e000;
/// RTC memory of the data bus.
pub const RTC_SLOW: u32 = 0x5000_0000;
/// Bytes of either.
pub const RTC_BYTES: u32 = 0x2000;
/// Peripherals.
pub const REGISTERS: u32 = 0x6000_0000;
const REGISTERS_END: u32 = 0x600d_1000;

/// Everything but the cores.
pub struct SocBus {
    /// Bytes of data RAM that no cache has taken, from [`sram::DATA_START`] on.
    data_bytes: u32,
    /// Offset of the first byte that the instruction cache has not taken.
    code_start: u32,
    /// Internal RAM.
    pub sram: Sram,
    /// External memory.
    pub external: External,
    /// Registers.
    pub peripherals: Peripherals,
    /// Entry points of the mask ROM.
    pub rom: Rom,
    rtc_fast: Ram,
    rtc_slow: Ram,
    generation: u32,
    /// Whose turn it is.
    pub turn: Turn,
}

impl SocBus {
    /// The chip at power-on.
    pub fn new(options: &ChipOptions) -> Self {
        let mut bus = Self {
            data_bytes: 0,
            code_start: 0,
            sram: Sram::new(),
            external: External::new(options),
            peripherals: Peripherals::new(options),
            rom: Rom::new(),
            rtc_fast: Ram::new(RTC_BYTES as usize),
            rtc_slow: Ram::new(RTC_BYTES as usize),
            generation: 1,
            turn: Turn::new(24, options.timed),
        };
        bus.refresh();
        bus
    }

    /// What the caches leave of internal RAM, and whether decoded code is still what it was.
    pub fn refresh(&mut self) {
        let taken = self.external.taken(CacheName::Data);
        self.data_bytes = sram::BYTES as u32 - sram::SRAM1 - taken;
        self.code_start = self.external.taken(CacheName::Instruction);
        if std::mem::take(&mut self.external.code_changed) {
            self.forget_code();
        }
        let pll = matches!(self.peripherals.clock().source, ClockSource::Pll { .. });
        self.external.mspi.set_pll(pll);
    }

    /// Decoded code is not what memory holds any more.
    pub fn forget_code(&mut self) {
        self.generation = self.generation.wrapping_add(1);
        self.sram.forget_decoded();
        self.rtc_fast.forget_decoded();
    }

    fn raise<T>(&mut self, fault: Fault) -> Result<T, BusFault> {
        Err(self.turn.fault.raise(fault))
    }

    /// Whether a memory address holds ordinary memory that a stack may lie in.
    pub fn is_memory(&self, address: u32) -> bool {
        address.wrapping_sub(sram::DATA_START) <= self.data_bytes
            || address.wrapping_sub(DATA_WINDOW) < WINDOW_BYTES
            || address.wrapping_sub(RTC_FAST) <= RTC_BYTES
            || address.wrapping_sub(RTC_SLOW) <= RTC_BYTES
    }

    #[inline(always)]
    fn load<const N: usize>(&mut self, address: u32) -> Result<[u8; N], BusFault> {
        let offset = address.wrapping_sub(sram::DATA_START);
        if offset < self.data_bytes {
            return Ok(self.sram.read(offset + sram::SRAM1));
        }
        if let Some(value) = self.external.data.read(address) {
            return Ok(value);
        }
        // Constants between the code.
        let offset = address.wrapping_sub(sram::INSTRUCTION_BASE);
        if N == 4 && offset < sram::SRAM2 && offset >= self.code_start {
            return Ok(self.sram.read(offset));
        }
        self.load_slowly(address)
    }

    #[inline(always)]
    fn store<const N: usize>(&mut self, address: u32, value: [u8; N]) -> Result<(), BusFault> {
        let offset = address.wrapping_sub(sram::DATA_START);
        if offset < self.data_bytes {
            if self.sram.write(offset + sram::SRAM1, value) {
                self.forget_code();
            }
            return Ok(());
        }
        if self.external.data.write(address, value) {
            return Ok(());
        }
        self.store_slowly(address, value)
    }

    /// The line for an access to external memory that no hit was known for.
    fn line(&mut self, cache: CacheName, address: u32, write: bool) -> Result<Granted, BusFault> {
        let now = self.turn.now();
        match self.external.access(cache, address, self.turn.core, write, now) {
            Ok(granted) => {
                self.turn.wait_until(now, granted.until);
                if self.external.code_changed {
                    self.refresh();
                }
                Ok(granted)
            }
            Err(fault) => self.raise(fault),
        }
    }

    #[cold]
    #[inline(never)]
    fn load_slowly<const N: usize>(&mut self, address: u32) -> Result<[u8; N], BusFault> {
        let code = address.wrapping_sub(sram::INSTRUCTION_BASE);
        if code < sram::SRAM2 {
            self.check_instruction_bus(address, N)?;
            return Ok(self.sram.read(code));
        }
        if address.wrapping_sub(DATA_WINDOW) < WINDOW_BYTES {
            let granted = self.line(CacheName::Data, address, false)?;
            return Ok(self.external.data.read_line(granted.offset, address));
        }
        if address.wrapping_sub(INSTRUCTION_WINDOW) < WINDOW_BYTES {
            self.check_instruction_bus(address, N)?;
            let granted = self.line(CacheName::Instruction, address, false)?;
            return Ok(self.external.instructions.read_line(granted.offset, address));
        }
        let bytes = if address.wrapping_sub(REGISTERS) < REGISTERS_END - REGISTERS {
            let word = self.read_register(address, N)?;
            Some(std::array::from_fn(|index| {
                word.to_le_bytes().get(index).copied().unwrap_or(0)
            }))
        } else if address.wrapping_sub(RTC_FAST) < RTC_BYTES {
            self.rtc_fast.read((address - RTC_FAST) as usize)
        } else {
            self.rtc_slow.read(address.wrapping_sub(RTC_SLOW) as usize)
        };
        match bytes {
            Some(bytes) => Ok(bytes),
            None => self.raise(self.nothing_at(address)),
        }
    }

    #[cold]
    #[inline(never)]
    fn store_slowly<const N: usize>(&mut self, address: u32, value: [u8; N]) -> Result<(), BusFault> {
        let code = address.wrapping_sub(sram::INSTRUCTION_BASE);
        if code < sram::SRAM2 {
            self.check_instruction_bus(address, N)?;
            if self.sram.write(code, value) {
                self.forget_code();
            }
            return Ok(());
        }
        if address.wrapping_sub(DATA_WINDOW) < WINDOW_BYTES {
            let granted = self.line(CacheName::Data, address, true)?;
            self.external.data.write_line(granted.offset, address, value);
            return Ok(());
        }
        if address.wrapping_sub(INSTRUCTION_WINDOW) < WINDOW_BYTES {
            return self.raise(Fault::InstructionCacheWrite { address });
        }
        if address.wrapping_sub(REGISTERS) < REGISTERS_END - REGISTERS {
            let mut word = [0; 4];
            word.iter_mut().zip(value).for_each(|(to, from)| *to = from);
            return self.write_register(address, u32::from_le_bytes(word), N);
        }
        let written = if address.wrapping_sub(RTC_FAST) < RTC_BYTES {
            self.rtc_fast.write((address - RTC_FAST) as usize, value)
        } else {
            self.rtc_slow
                .write(address.wrapping_sub(RTC_SLOW) as usize, value)
        };
        match written {
            Some(true) => {
                self.forget_code();
                Ok(())
            }
            Some(false) => Ok(()),
            None if Rom::contains(address) => self.raise(Fault::RomWrite { address }),
            None => self.raise(self.nothing_at(address)),
        }
    }

    fn nothing_at(&self, address: u32) -> Fault {
        if Rom::contains(address) {
            Fault::RomContents { address }
        } else if address.wrapping_sub(sram::DATA_START) < sram::BYTES as u32 - sram::SRAM1 {
            Fault::TakenByCache {
                address,
                cache: CacheName::Data,
            }
        } else {
            Fault::Unmapped { address }
        }
    }

    fn check_instruction_bus(&mut self, address: u32, bytes: usize) -> Result<(), BusFault> {
        if bytes != 4 {
            return self.raise(Fault::InstructionBusWidth {
                address,
                bytes: bytes as u8,
            });
        }
        if address.wrapping_sub(sram::INSTRUCTION_BASE) < self.code_start {
            return self.raise(Fault::TakenByCache {
                address,
                cache: CacheName::Instruction,
            });
        }
        Ok(())
    }
}
