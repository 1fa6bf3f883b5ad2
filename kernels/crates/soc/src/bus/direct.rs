//! Memory past the cores: for debuggers, the mask ROM's loader and direct transfers.

use emulator::bus::BusFault;

use super::{SocBus, RTC_BYTES, RTC_FAST, RTC_SLOW};
use crate::fault::Fault;
use crate::mmu::{Mmu, DATA_WINDOW, INSTRUCTION_WINDOW, WINDOW_BYTES};
use crate::peripherals::DmaMemory;
use crate::sram;

impl SocBus {
    /// Bytes at an address as a debugger reads them: without effects on caches or registers. False where no memory
    /// is.
    pub fn peek(&self, address: u32, target: &mut [u8]) -> bool {
        for (offset, byte) in (0..).zip(target) {
            let Some(value) = self.peek_byte(address.wrapping_add(offset)) else {
                return false;
            };
            *byte = value;
        }
        true
    }

    fn peek_byte(&self, address: u32) -> Option<u8> {
        let offset = address.wrapping_sub(sram::DATA_BASE);
        if (sram::SRAM1..sram::BYTES as u32).contains(&offset) {
            return Some(self.sram.bytes()[offset as usize]);
        }
        let offset = address.wrapping_sub(sram::INSTRUCTION_BASE);
        if offset < sram::SRAM2 {
            return Some(self.sram.bytes()[offset as usize]);
        }
        let data = address.wrapping_sub(DATA_WINDOW) < WINDOW_BYTES;
        if data || address.wrapping_sub(INSTRUCTION_WINDOW) < WINDOW_BYTES {
            let external = &self.external;
            let cache = if data {
                &external.data
            } else {
                &external.instructions
            };
            if let Some(index) = cache.find(address) {
                let offset = address & (cache.geometry().line - 1);
                return Some(cache.bytes(index)[offset as usize]);
            }
            let target = Mmu::resolve(external.mmu.entry(Mmu::index(address)), address)?;
            let mut byte = [0];
            if target.psram {
                external.mspi.psram.read(target.physical, &mut byte);
            } else {
                external.mspi.flash.read(target.physical, &mut byte);
            }
            return Some(byte[0]);
        }
        let fast = address.wrapping_sub(RTC_FAST);
        if fast < RTC_BYTES {
            return self.rtc_fast.bytes().get(fast as usize).copied();
        }
        let slow = address.wrapping_sub(RTC_SLOW);
        self.rtc_slow.bytes().get(slow as usize).copied()
    }

    /// Copies bytes into internal or RTC memory, as the mask ROM does when it loads a segment; false where no such
    /// memory is.
    pub fn poke(&mut self, address: u32, source: &[u8]) -> bool {
        let end = u64::from(address) + source.len() as u64;
        let within = |start: u32, bytes: u32| address >= start && end <= u64::from(start) + u64::from(bytes);
        let target = if within(sram::DATA_START, sram::BYTES as u32 - sram::SRAM1) {
            (address - sram::DATA_BASE) as usize
        } else if within(sram::INSTRUCTION_BASE, sram::SRAM2) {
            (address - sram::INSTRUCTION_BASE) as usize
        } else {
            let (memory, base) = if within(RTC_FAST, RTC_BYTES) {
                (&mut self.rtc_fast, RTC_FAST)
            } else if within(RTC_SLOW, RTC_BYTES) {
                (&mut self.rtc_slow, RTC_SLOW)
            } else {
                return false;
            };
            for (offset, &byte) in ((address - base) as usize..).zip(source) {
                memory.write(offset, [byte]);
            }
            self.forget_code();
            return true;
        };
        self.sram.bytes_mut()[target..target + source.len()].copy_from_slice(source);
        self.forget_code();
        true
    }
}

impl DmaMemory for SocBus {
    fn read(&mut self, address: u32, bytes: &mut [u8]) -> Result<(), BusFault> {
        let end = address.saturating_add(bytes.len() as u32);
        if address.wrapping_sub(DATA_WINDOW) < WINDOW_BYTES {
            if let Err(fault) = self.external.dma_read(address, bytes) {
                return self.raise(fault);
            }
            return Ok(());
        }
        if address < sram::DATA_START
            || end > sram::DATA_BASE + sram::BYTES as u32
            || !self.peek(address, bytes)
        {
            return self.raise(Fault::Unmapped { address });
        }
        Ok(())
    }

    fn write(&mut self, address: u32, bytes: &[u8]) -> Result<(), BusFault> {
        if address.wrapping_sub(DATA_WINDOW) < WINDOW_BYTES {
            if let Err(fault) = self.external.dma_write(address, bytes) {
                return self.raise(fault);
            }
            return Ok(());
        }
        if address < sram::DATA_START || !self.poke(address, bytes) {
            return self.raise(Fault::Unmapped { address });
        }
        Ok(())
    }
}
