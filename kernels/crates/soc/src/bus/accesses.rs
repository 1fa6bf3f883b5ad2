//! The accesses that a core makes, over the memory map.

use emulator::bus::{Bus, BusFault};
use emulator::quad::Quad;
use emulator::translate::places::PlainMemory;

use super::{SocBus, RTC_BYTES, RTC_FAST};
use crate::fault::{CacheName, Fault};
use crate::mmu::{INSTRUCTION_WINDOW, WINDOW_BYTES};
use crate::rom::Rom;
use crate::sram;

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

    fn look_at_code(&mut self, address: u32) -> Option<u32> {
        let mut bytes = [0; 4];
        if self.peek(address, &mut bytes) {
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
        address.wrapping_sub(INSTRUCTION_WINDOW) < WINDOW_BYTES
    }

    fn fetch_stretch(&mut self, start: u32, end: u32) -> Result<(), (u32, BusFault)> {
        let line = self.external.instructions.geometry().line;
        let mut address = start & !(line - 1);
        while address < end {
            self.external.statistics.instruction_lines += 1;
            if self.external.instructions.read::<4>(address).is_none() {
                self.line(CacheName::Instruction, address, false)
                    .map_err(|fault| (address.max(start), fault))?;
            }
            address += line;
        }
        Ok(())
    }

    #[inline(always)]
    fn is_steady(&self, address: u32) -> bool {
        address.wrapping_sub(sram::DATA_START) < self.data_bytes
    }

    fn plain_memory(&self) -> Option<PlainMemory> {
        let address = |reference: &u32| std::ptr::from_ref(reference).addr();
        let (ram_bytes, ram_marks) = self.sram.places(sram::SRAM1);
        Some(PlainMemory {
            ram_start: sram::DATA_START,
            ram_length: address(&self.data_bytes),
            ram_bytes,
            ram_marks,
            code_start: sram::INSTRUCTION_BASE,
            code_length: sram::SRAM2,
            code_low: address(&self.code_start),
            code_bytes: self.sram.places(0).0,
            cache: self.external.data.places(),
        })
    }

    #[inline(always)]
    fn code_generation(&self) -> u32 {
        self.generation
    }
}
