//! The accesses that a core makes, over the memory map.

use emulator::bus::{Bus, BusFault};
use emulator::translate::places::PlainMemory;

use super::{
    Esp32Bus, CACHE_LINES, CODE, CODE_BYTES, DATA, DATA_BASE, DATA_END, FIRST_CACHE_LINES, REVERSED,
    REVERSED_END, RTC_BYTES, RTC_FAST_CODE, RTC_SLOW,
};
use crate::esp32::mmu::{self, Window};
use crate::esp32::rom::Rom;
use crate::fault::Fault;

/// Bytes of a line.
const LINE: u32 = 32;

impl Bus for Esp32Bus {
    fn fetch(&mut self, address: u32) -> Result<u32, BusFault> {
        match address {
            CODE..REVERSED => return Ok(u32::from_le_bytes(self.sram.read(address - CODE))),
            REVERSED..REVERSED_END => {
                return Ok(u32::from_le_bytes(self.sram.read(Self::reversed(address))));
            }
            mmu::CODE..mmu::CODE_END => {
                let window = Window::of(address).unwrap_or(Window::Iram0);
                let granted = self.line(window, address, false)?;
                let bytes = self.external.cache.read_line(granted.offset, address);
                return Ok(u32::from_le_bytes(bytes));
            }
            FIRST_CACHE_LINES..CODE => {
                if let Some(fault) = self.cache_memory(address) {
                    return self.raise(fault);
                }
                if let Some(bytes) = self.cache_lines.read((address - CACHE_LINES) as usize) {
                    return Ok(u32::from_le_bytes(bytes));
                }
            }
            _ if address.wrapping_sub(RTC_FAST_CODE) < RTC_BYTES => {
                self.check_rtc(address)?;
                if let Some(bytes) = self.rtc_fast.read((address - RTC_FAST_CODE) as usize) {
                    return Ok(u32::from_le_bytes(bytes));
                }
            }
            _ if address.wrapping_sub(RTC_SLOW) < RTC_BYTES => {
                if let Some(bytes) = self.rtc_slow.read((address - RTC_SLOW) as usize) {
                    return Ok(u32::from_le_bytes(bytes));
                }
            }
            _ if Rom::contains(address) => {
                return match self.rom.word(address) {
                    Some(word) => Ok(word),
                    None => self.raise(Fault::RomFunction { address }),
                };
            }
            _ => {}
        }
        self.raise(Fault::ExecutesData { address })
    }

    fn look_at_code(&mut self, address: u32) -> Option<u32> {
        let mut bytes = [0; 4];
        if self.copy(address, &mut bytes) {
            return Some(u32::from_le_bytes(bytes));
        }
        self.rom.word(address)
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

    fn watch_code(&mut self, address: u32, length: u32) {
        for word in (address..address.wrapping_add(length)).step_by(4) {
            match word {
                CODE..REVERSED => self.sram.mark_decoded(word - CODE),
                REVERSED..REVERSED_END => self.sram.mark_decoded(Self::reversed(word)),
                CACHE_LINES..CODE => self.cache_lines.mark_decoded((word - CACHE_LINES) as usize, 4),
                _ if word.wrapping_sub(RTC_FAST_CODE) < RTC_BYTES => {
                    self.rtc_fast.mark_decoded((word - RTC_FAST_CODE) as usize, 4);
                }
                _ if word.wrapping_sub(RTC_SLOW) < RTC_BYTES => {
                    self.rtc_slow.mark_decoded((word - RTC_SLOW) as usize, 4);
                }
                // External code changes with its lines, pages and switches, which forget all of it.
                _ => {}
            }
        }
    }

    #[inline(always)]
    fn set_now(&mut self, cycle: u64) {
        self.turn.cycle = cycle;
        self.turn.offset = 0;
    }

    #[inline(always)]
    fn set_offset(&mut self, cycles: u32) {
        self.turn.offset = cycles;
    }

    #[inline(always)]
    fn take_stall(&mut self) -> u32 {
        std::mem::take(&mut self.turn.stall)
    }

    fn fetch_varies(&self, address: u32) -> bool {
        (mmu::CODE..mmu::CODE_END).contains(&address)
    }

    fn fetch_stretch(&mut self, start: u32, end: u32) -> Result<(), (u32, BusFault)> {
        let mut address = start & !(LINE - 1);
        while address < end {
            self.external.statistics.instruction_lines += 1;
            if self.external.cache.read::<4>(address).is_none() {
                let window = Window::of(address).unwrap_or(Window::Iram0);
                self.line(window, address, false)
                    .map_err(|fault| (address.max(start), fault))?;
            }
            address += LINE;
        }
        Ok(())
    }

    #[inline(always)]
    fn is_steady(&self, address: u32) -> bool {
        address.wrapping_sub(DATA) < DATA_END - DATA
    }

    fn plain_memory(&self) -> Option<PlainMemory> {
        let address = |reference: &u32| std::ptr::from_ref(reference).addr();
        let (ram_bytes, ram_marks) = self.sram.places(DATA - DATA_BASE);
        Some(PlainMemory {
            ram_start: DATA,
            ram_length: address(&self.data_bytes),
            ram_bytes,
            ram_marks,
            code_start: CODE,
            code_length: CODE_BYTES,
            code_low: address(&self.code_start),
            code_bytes: self.sram.places(0).0,
            cache: self.external.cache.places(),
        })
    }

    #[inline(always)]
    fn code_generation(&self) -> u32 {
        self.generation
    }
}
