//! The memory map: what each core reaches at which address, over which bus, and how long it takes.
//!
//! The order of the checks is that of how often they succeed: internal RAM through the data bus, then a hit in the
//! data cache; everything else takes the slow way.

mod direct;

use emulator::bus::{Bus, BusFault};
use emulator::quad::Quad;
use emulator::ram::Ram;

use crate::chip::ChipOptions;
use crate::external::{registers, External, Granted};
use crate::fault::{CacheName, Fault, FaultSlot};
use crate::mmu::{DATA_WINDOW, ENTRIES, INSTRUCTION_WINDOW, WINDOW_BYTES};
use crate::peripherals::{ClockSource, Effect, Peripherals, READ_CYCLES};
use crate::rom::Rom;
use crate::sram::{self, Sram};
use crate::time::Ticks;

/// RTC memory that both buses reach.
pub const RTC_FAST: u32 = 0x600f_e000;
/// RTC memory of the data bus.
pub const RTC_SLOW: u32 = 0x5000_0000;
/// Bytes of either.
pub const RTC_BYTES: u32 = 0x2000;
/// Peripherals.
pub const REGISTERS: u32 = 0x6000_0000;
const REGISTERS_END: u32 = 0x600d_1000;
const SPI1: u32 = 0x6000_2000;
const SPI0: u32 = 0x6000_3000;
const MMU_TABLE: u32 = 0x600c_5000;
const TAGS: u32 = 0x600c_6000;
const TAGS_END: u32 = 0x600c_a000;

/// Relation of a core's cycles to the chip's time.
#[derive(Debug, Clone, Copy, Default)]
pub struct CoreClock {
    /// Ticks at
    pub ticks: Ticks,
    /// this cycle of the core.
    pub cycles: u64,
}

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
    /// Which core is running.
    pub core: usize,
    clocks: [CoreClock; 2],
    /// Ticks of a CPU cycle.
    pub ticks_per_cycle: u64,
    cycle: u64,
    offset: u32,
    stall: u32,
    timed: bool,
    /// What register accesses lead to, for the machine.
    pub effects: Vec<Effect>,
    /// Why an access failed.
    pub fault: FaultSlot,
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
            core: 0,
            clocks: [CoreClock::default(); 2],
            ticks_per_cycle: 24,
            cycle: 0,
            offset: 0,
            stall: 0,
            timed: options.timed,
            effects: Vec::new(),
            fault: FaultSlot::default(),
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

    /// Sets how a core's cycles relate to time.
    pub fn set_clock(&mut self, core: usize, clock: CoreClock) {
        self.clocks[core] = clock;
    }

    /// The time at a cycle of a core.
    pub fn ticks_at(&self, core: usize, cycle: u64) -> Ticks {
        let clock = self.clocks[core];
        clock.ticks + cycle.saturating_sub(clock.cycles) * self.ticks_per_cycle
    }

    /// The first cycle of a core at or after a time.
    pub fn cycle_at(&self, core: usize, ticks: Ticks) -> u64 {
        let clock = self.clocks[core];
        clock.cycles + ticks.saturating_sub(clock.ticks).div_ceil(self.ticks_per_cycle)
    }

    /// The time of the access that is being made.
    pub fn now(&self) -> Ticks {
        let cycle = self.cycle + u64::from(self.offset) + u64::from(self.stall);
        self.ticks_at(self.core, cycle)
    }

    /// The running core waits until a time.
    fn wait_until(&mut self, now: Ticks, until: Ticks) {
        if self.timed && until > now {
            self.stall += (until - now).div_ceil(self.ticks_per_cycle) as u32;
        }
    }

    fn raise<T>(&mut self, fault: Fault) -> Result<T, BusFault> {
        Err(self.fault.raise(fault))
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
        let now = self.now();
        match self.external.access(cache, address, self.core, write, now) {
            Ok(granted) => {
                self.wait_until(now, granted.until);
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

    fn check_register_width(&mut self, address: u32, bytes: usize) -> Result<(), BusFault> {
        if bytes == 4 {
            return Ok(());
        }
        self.raise(Fault::Register {
            address,
            reason: format!("access of {bytes} bytes; registers take 32 bits"),
        })
    }

    fn read_register(&mut self, address: u32, bytes: usize) -> Result<u32, BusFault> {
        self.check_register_width(address, bytes)?;
        let now = self.now();
        if self.timed {
            self.stall += READ_CYCLES;
        }
        let result = match address {
            SPI1..SPI0 => self.read_spi(1, address),
            SPI0..0x6000_4000 => self.read_spi(0, address),
            registers::BASE..MMU_TABLE => self.external.read_register(address - registers::BASE, now),
            MMU_TABLE..TAGS => match (address - MMU_TABLE) as usize / 4 {
                index @ 0..ENTRIES => Ok(self.external.mmu.entry(index)),
                _ => Err(Fault::Unmapped { address }),
            },
            TAGS..TAGS_END => Err(tags(address)),
            _ => match self.peripherals.read(address, self.core, now) {
                Ok(value) => Ok(value),
                Err(_) => Err(Fault::Register {
                    address,
                    reason: self.peripherals.explain(address),
                }),
            },
        };
        result.or_else(|fault| self.raise(fault))
    }

    fn read_spi(&mut self, controller: usize, address: u32) -> Result<u32, Fault> {
        let mspi = &mut self.external.mspi;
        mspi.read(controller, address & 0xfff)
            .map_err(|reason| Fault::Register { address, reason })
    }

    fn write_register(&mut self, address: u32, value: u32, bytes: usize) -> Result<(), BusFault> {
        self.check_register_width(address, bytes)?;
        let now = self.now();
        let result = match address {
            SPI1..SPI0 => {
                self.external.mspi.flash.now = now;
                self.external.mspi.write(1, address & 0xfff, value)
            }
            SPI0..0x6000_4000 => self.external.mspi.write(0, address & 0xfff, value),
            registers::BASE..MMU_TABLE => self
                .external
                .write_register(address - registers::BASE, value, now)
                .map(|ticks| {
                    self.wait_until(now, now + ticks);
                    self.refresh();
                }),
            MMU_TABLE..TAGS => match (address - MMU_TABLE) as usize / 4 {
                index @ 0..ENTRIES => {
                    self.external.set_page(index, value);
                    self.refresh();
                    Ok(())
                }
                _ => Err(Fault::Unmapped { address }),
            },
            TAGS..TAGS_END => Err(tags(address)),
            _ => match self.peripherals.write(address, value, self.core, now) {
                Ok(effect) => {
                    self.effects.extend(effect);
                    Ok(())
                }
                Err(_) => Err(Fault::Register {
                    address,
                    reason: self.peripherals.explain(address),
                }),
            },
        };
        result.or_else(|fault| self.raise(fault))
    }
}

fn tags(address: u32) -> Fault {
    Fault::Register {
        address,
        reason: "direct access to the caches' tag memory is not emulated".to_owned(),
    }
}

impl Bus for SocBus {
    fn fetch(&mut self, address: u32) -> Result<u32, BusFault> {
        let code = address.wrapping_sub(sram::INSTRUCTION_BASE);
        if code < sram::SRAM2 {
            self.check_instruction_bus(address, 4)?;
            return Ok(u32::from_le_bytes(self.sram.read(code)));
        }
        if address.wrapping_sub(INSTRUCTION_WINDOW) < WINDOW_BYTES {
            let granted = self.line(CacheName::Instruction, address, false)?;
            let bytes = self.external.instructions.read_line(granted.offset, address);
            return Ok(u32::from_le_bytes(bytes));
        }
        if Rom::contains(address) {
            return match self.rom.word(address) {
                Some(word) => Ok(word),
                None => self.raise(Fault::RomFunction { address }),
            };
        }
        if let Some(bytes) = self.rtc_fast.read(address.wrapping_sub(RTC_FAST) as usize) {
            return Ok(u32::from_le_bytes(bytes));
        }
        self.raise(Fault::ExecutesData { address })
    }

    #[inline(always)]
    fn load8(&mut self, address: u32) -> Result<u32, BusFault> {
        self.load::<1>(address).map(|[byte]| byte.into())
    }

    #[inline(always)]
    fn load16(&mut self, address: u32) -> Result<u32, BusFault> {
        self.load(address).map(|bytes| u16::from_le_bytes(bytes).into())
    }

    #[inline(always)]
    fn load32(&mut self, address: u32) -> Result<u32, BusFault> {
        self.load(address).map(u32::from_le_bytes)
    }

    #[inline(always)]
    fn store8(&mut self, address: u32, value: u32) -> Result<(), BusFault> {
        self.store(address, [value as u8])
    }

    #[inline(always)]
    fn store16(&mut self, address: u32, value: u32) -> Result<(), BusFault> {
        self.store(address, (value as u16).to_le_bytes())
    }

    #[inline(always)]
    fn store32(&mut self, address: u32, value: u32) -> Result<(), BusFault> {
        self.store(address, value.to_le_bytes())
    }

    #[inline(always)]
    fn load64(&mut self, address: u32) -> Result<u64, BusFault> {
        self.load(address).map(u64::from_le_bytes)
    }

    #[inline(always)]
    fn load128(&mut self, address: u32) -> Result<Quad, BusFault> {
        // Not by `load`: bytes that share their place with a fault do not move as one vector.
        let offset = address.wrapping_sub(sram::DATA_START);
        if offset < self.data_bytes {
            return Ok(Quad::from(self.sram.read::<16>(offset + sram::SRAM1)));
        }
        if let Some(value) = self.external.data.read::<16>(address) {
            return Ok(Quad::from(value));
        }
        self.load_slowly::<16>(address).map(Quad::from)
    }

    #[inline(always)]
    fn store64(&mut self, address: u32, value: u64) -> Result<(), BusFault> {
        self.store(address, value.to_le_bytes())
    }

    #[inline(always)]
    fn store128(&mut self, address: u32, value: Quad) -> Result<(), BusFault> {
        self.store(address, value.bytes())
    }

    fn watch_code(&mut self, address: u32, length: u32) {
        for word in (address..address.wrapping_add(length)).step_by(4) {
            let code = word.wrapping_sub(sram::INSTRUCTION_BASE);
            if code < sram::SRAM2 {
                self.sram.mark_decoded(code);
            } else if word.wrapping_sub(RTC_FAST) < RTC_BYTES {
                self.rtc_fast.mark_decoded((word - RTC_FAST) as usize, 4);
            }
            // External code changes with its lines, pages and switches, which forget all of it.
        }
    }

    #[inline(always)]
    fn set_now(&mut self, cycle: u64) {
        self.cycle = cycle;
        self.offset = 0;
    }

    #[inline(always)]
    fn set_offset(&mut self, cycles: u32) {
        self.offset = cycles;
    }

    #[inline(always)]
    fn take_stall(&mut self) -> u32 {
        std::mem::take(&mut self.stall)
    }

    fn fetch_stalls(&self, address: u32) -> bool {
        address.wrapping_sub(INSTRUCTION_WINDOW) < WINDOW_BYTES
    }

    fn fetch_stretch(&mut self, start: u32, end: u32) {
        let line = self.external.instructions.geometry().line;
        let mut address = start & !(line - 1);
        while address < end {
            if self.external.instructions.read::<4>(address).is_none() {
                // What cannot be fetched was found when the code was decoded.
                let _ = self.line(CacheName::Instruction, address, false);
            }
            address += line;
        }
    }

    #[inline(always)]
    fn is_steady(&self, address: u32) -> bool {
        address.wrapping_sub(sram::DATA_START) < self.data_bytes
    }

    #[inline(always)]
    fn code_generation(&self) -> u32 {
        self.generation
    }
}
