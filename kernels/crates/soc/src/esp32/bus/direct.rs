//! Memory past the cores: for debuggers and the mask ROM's loader.

use super::{
    Esp32Bus, CACHE_LINES, CODE, DATA, DATA_BASE, DATA_END, REVERSED, REVERSED_END, RTC_BYTES, RTC_FAST,
    RTC_FAST_CODE, RTC_SLOW,
};

impl Esp32Bus {
    /// Bytes at an address as a debugger reads them: without effects on caches or registers. False where no memory
    /// is.
    pub(super) fn copy(&self, address: u32, target: &mut [u8]) -> bool {
        for (offset, byte) in (0..).zip(target) {
            let Some(value) = self.byte(address.wrapping_add(offset)) else {
                return false;
            };
            *byte = value;
        }
        true
    }

    /// The memory behind an address of the internal ones, and the offset in it.
    fn byte(&self, address: u32) -> Option<u8> {
        match address {
            DATA..DATA_END => self.sram.bytes().get((address - DATA_BASE) as usize).copied(),
            CODE..REVERSED => self.sram.bytes().get((address - CODE) as usize).copied(),
            REVERSED..REVERSED_END => {
                let offset = Self::reversed(address) + (address & 3);
                self.sram.bytes().get(offset as usize).copied()
            }
            CACHE_LINES..CODE => self
                .cache_lines
                .bytes()
                .get((address - CACHE_LINES) as usize)
                .copied(),
            _ if address.wrapping_sub(RTC_FAST) < RTC_BYTES => {
                self.rtc_fast.bytes().get((address - RTC_FAST) as usize).copied()
            }
            _ if address.wrapping_sub(RTC_FAST_CODE) < RTC_BYTES => self
                .rtc_fast
                .bytes()
                .get((address - RTC_FAST_CODE) as usize)
                .copied(),
            _ if address.wrapping_sub(RTC_SLOW) < RTC_BYTES => {
                self.rtc_slow.bytes().get((address - RTC_SLOW) as usize).copied()
            }
            _ => self.external.peek(address),
        }
    }

    /// Copies bytes into internal or RTC memory, as the mask ROM does when it loads a segment.
    pub(super) fn put(&mut self, address: u32, source: &[u8]) {
        for (address, &byte) in (address..).zip(source) {
            match address {
                DATA..DATA_END => {
                    self.sram.write((address) - DATA_BASE, [byte]);
                }
                CODE..REVERSED => {
                    self.sram.write(address - CODE, [byte]);
                }
                REVERSED..REVERSED_END => {
                    self.sram.write(Self::reversed(address) + (address & 3), [byte]);
                }
                CACHE_LINES..CODE => {
                    self.cache_lines.write((address - CACHE_LINES) as usize, [byte]);
                }
                _ if address.wrapping_sub(RTC_FAST) < RTC_BYTES => {
                    self.rtc_fast.write((address - RTC_FAST) as usize, [byte]);
                }
                _ if address.wrapping_sub(RTC_FAST_CODE) < RTC_BYTES => {
                    self.rtc_fast.write((address - RTC_FAST_CODE) as usize, [byte]);
                }
                _ => {
                    self.rtc_slow
                        .write(address.wrapping_sub(RTC_SLOW) as usize, [byte]);
                }
            }
        }
        self.forget_code();
    }
}
