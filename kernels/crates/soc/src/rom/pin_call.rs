//! The ROM's functions for pins, interrupts and the registers of the analog blocks.

use super::call::Call;
use crate::fault::Fault;

/// First peripheral register of the interrupt matrix, and its distance for the second core.
const INTERRUPT_MATRIX: u32 = 0x600c_2000;
const SECOND_CORE: u32 = 0x800;
const GPIO: u32 = 0x6000_4000;
const IO_MUX: u32 = 0x6000_9000;

impl Call<'_> {
    pub(super) fn set_input_of_signal(
        &mut self,
        pin: u32,
        signal: u32,
        inverted: u32,
    ) -> Result<Option<u32>, Fault> {
        let value = pin & 63 | (inverted & 1) << 6 | 1 << 7;
        self.store(GPIO + 0x154 + 4 * (signal & 0xff), value)?;
        Ok(None)
    }

    pub(super) fn set_signal_of_pin(
        &mut self,
        pin: u32,
        signal: u32,
        inverted: u32,
        enable_inverted: u32,
    ) -> Result<Option<u32>, Fault> {
        let value = signal & 0x1ff | (inverted & 1) << 9 | (enable_inverted & 1) << 11;
        self.store(GPIO + 0x554 + 4 * (pin & 63), value)?;
        Ok(None)
    }

    /// Replaces the bits `mask` of a pin's IO_MUX register.
    pub(super) fn set_pad(&mut self, pin: u32, mask: u32, bits: u32) -> Result<Option<u32>, Fault> {
        let address = IO_MUX + 4 + 4 * (pin & 63);
        let value = self.load(address)?;
        self.store(address, value & !mask | bits)?;
        Ok(None)
    }

    pub(super) fn set_interrupt(&mut self, core: u32, source: u32, line: u32) -> Result<Option<u32>, Fault> {
        let address = INTERRUPT_MATRIX + SECOND_CORE * (core & 1) + 4 * (source & 0x7f);
        self.store(address, line & 31)?;
        Ok(None)
    }

    pub(super) fn read_analog(&mut self, block: u32, register: u32) -> Result<Option<u32>, Fault> {
        let value = self.bus.peripherals.regi2c_read(block as u8, register as u8);
        Ok(Some(value.into()))
    }

    pub(super) fn read_analog_bits(
        &mut self,
        block: u32,
        register: u32,
        (msb, lsb): (u32, u32),
    ) -> Result<Option<u32>, Fault> {
        let value = self
            .bus
            .peripherals
            .regi2c_read_mask(block as u8, register as u8, msb as u8, lsb as u8);
        Ok(Some(value.into()))
    }

    pub(super) fn write_analog(
        &mut self,
        block: u32,
        register: u32,
        value: u32,
    ) -> Result<Option<u32>, Fault> {
        let (core, now) = (usize::from(self.core.index), self.bus.turn.now());
        let peripherals = &mut self.bus.peripherals;
        peripherals.regi2c_write(block as u8, register as u8, value as u8, core, now);
        Ok(None)
    }

    pub(super) fn write_analog_bits(
        &mut self,
        block: u32,
        register: u32,
        (msb, lsb): (u32, u32),
        value: u32,
    ) -> Result<Option<u32>, Fault> {
        let (core, now) = (usize::from(self.core.index), self.bus.turn.now());
        self.bus.peripherals.regi2c_write_mask(
            (block as u8, register as u8),
            (msb as u8, lsb as u8),
            value as u8,
            core,
            now,
        );
        Ok(None)
    }
}
