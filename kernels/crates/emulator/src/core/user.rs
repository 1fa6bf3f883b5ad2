//! The user registers: what RUR and WUR reach.

use crate::core::stop::Cause;
use crate::core::{Core, Raised};

/// Number of the thread pointer.
pub const THREADPTR: u8 = 231;
/// Number of the floating-point control register.
pub const FCR: u8 = 232;
/// Number of the floating-point status register.
pub const FSR: u8 = 233;
/// FCR: rounding mode and exception enables.
const FCR_WRITABLE: u32 = 0x7f;
/// FSR: the five sticky flags.
const FSR_WRITABLE: u32 = 0xf80;

impl Core {
    /// Those below [`THREADPTR`] belong to the vector unit.
    fn check_user(&mut self, register: u8) -> Result<(), Raised> {
        if register < THREADPTR && !self.model.has_vectors() {
            return Err(self.stop(Cause::Register { number: register }));
        }
        Ok(())
    }

    /// RUR.
    pub fn read_user(&mut self, register: u8) -> Result<u32, Raised> {
        self.check_user(register)?;
        let vectors = &self.vectors;
        Ok(match register {
            0 => vectors.accx as u32,
            1 => (vectors.accx >> 32) as u32 & 0xff,
            2..=6 => vectors.accumulator_word(1, usize::from(register - 2)),
            7..=11 => vectors.accumulator_word(0, usize::from(register - 7)),
            12 => vectors.gpio_out.into(),
            13 => vectors.sar_byte.into(),
            14 => vectors.fft_bit_width.into(),
            15..=18 => {
                let word: [u8; 4] =
                    std::array::from_fn(|byte| vectors.ua_state[usize::from(register - 15) * 4 + byte]);
                u32::from_le_bytes(word)
            }
            THREADPTR => self.threadptr,
            FCR => self.fcr,
            FSR => self.fsr,
            _ => return Err(self.stop(Cause::Register { number: register })),
        })
    }

    /// WUR.
    pub fn write_user(&mut self, register: u8, value: u32) -> Result<(), Raised> {
        self.check_user(register)?;
        let vectors = &mut self.vectors;
        match register {
            0 => vectors.accx = vectors.accx & !0xffff_ffff | i64::from(value),
            1 => vectors.accx = vectors.accx & 0xffff_ffff | i64::from(value as i8) << 32,
            2..=6 => vectors.set_accumulator_word(1, usize::from(register - 2), value),
            7..=11 => vectors.set_accumulator_word(0, usize::from(register - 7), value),
            12 => vectors.gpio_out = value as u8,
            13 => vectors.sar_byte = value as u8 & 15,
            14 => vectors.fft_bit_width = value as u8 & 15,
            15..=18 => {
                let start = usize::from(register - 15) * 4;
                vectors.ua_state[start..start + 4].copy_from_slice(&value.to_le_bytes());
            }
            THREADPTR => self.threadptr = value,
            FCR => self.fcr = value & FCR_WRITABLE,
            FSR => self.fsr = value & FSR_WRITABLE,
            _ => return Err(self.stop(Cause::Register { number: register })),
        }
        Ok(())
    }
}
