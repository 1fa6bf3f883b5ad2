//! The ROM's functions for the flash chip and its bus.

use super::call::{Call, LONGEST};
use crate::fault::Fault;
use crate::spi::{register, FlashMode};

impl Call<'_> {
    pub(super) fn wait_for_flash(&mut self) -> Result<Option<u32>, Fault> {
        let now = self.bus.turn.now();
        let until = self.bus.external.mspi.flash.busy_until();
        self.pass(until.saturating_sub(now));
        Ok(Some(0))
    }

    pub(super) fn take_octal_pins(&mut self) -> Result<Option<u32>, Fault> {
        self.bus.external.mspi.octal_pins = true;
        Ok(None)
    }

    pub(super) fn take_quad_pins(&mut self) -> Result<Option<u32>, Fault> {
        self.bus.external.mspi.quad_pins = true;
        self.bus.external.mspi.forget_access();
        Ok(None)
    }

    pub(super) fn read_flash(&mut self, from: u32, target: u32, bytes: u32) -> Result<Option<u32>, Fault> {
        if from & 3 != 0 || target & 3 != 0 || bytes & 3 != 0 {
            return self.wrong("address, target and length must be multiples of 4");
        }
        if bytes > LONGEST || from.saturating_add(bytes) > self.bus.external.mspi.flash.bytes() {
            return self.wrong(format!("0x{bytes:x} bytes at 0x{from:x} lie beyond the flash"));
        }
        let mut content = vec![0; bytes as usize];
        self.bus.external.mspi.flash.read(from, &mut content);
        self.write_bytes(target, &content)?;
        if let Ok(timing) = self.bus.external.mspi.flash_access() {
            self.pass(timing.read(bytes));
        }
        Ok(Some(0))
    }

    pub(super) fn set_flash_clock(&mut self, divider: u32, controller: u32) -> Result<Option<u32>, Fault> {
        let clock = match divider {
            0xf | 1 => 1 << 31,
            2..=255 => (divider - 1) << 16 | (divider / 2 - 1) << 8 | (divider - 1),
            _ => return self.wrong(format!("divider {divider} does not exist")),
        };
        let controller = if controller == 0 { 0 } else { 1 };
        self.bus.external.mspi.write(controller, register::CLOCK, clock)?;
        Ok(None)
    }

    pub(super) fn set_flash_mode(&mut self, number: u32) -> Result<Option<u32>, Fault> {
        let Some(mode) = FlashMode::numbered(number) else {
            return self.wrong(format!("mode {number} is not one of quad or single flash"));
        };
        self.bus.external.mspi.set_flash_mode(mode);
        Ok(Some(0))
    }
}
