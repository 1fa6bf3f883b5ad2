//! What an access through a cache needs of the memory bus, and what it costs.
//!
//! Costs are inferred from those of the ESP32-S3, whose controller is the next generation's: a controller's own work, and
//! clocks on the wires. That the core waits for the whole line, and how long the controller works with PSRAM, is fitted to
//! the one measurement that there is: about 20 MB/s of reading, of a loop nobody described (esp32.com, "PSRAM read-only
//! performance").

use super::{register, Mspi, USER_DUMMY};
use crate::chip::Psram;
use crate::fault::Fault;
use crate::spi::access::{wire, AccessTiming, FLASH_CONTROLLER};
use crate::spi::{ctrl, FlashMode};
use crate::time::Ticks;

/// Bytes of a line.
const LINE: Ticks = 32;
/// Ticks of a controller's own work with PSRAM: 100 CPU cycles.
const PSRAM_CONTROLLER: Ticks = 200;
/// Fastest clock of the chips.
const MAX_KHZ: u32 = 80_000;
/// CACHE_SCTRL: four lines, not two; the commands of the registers; dummy cycles before what is read.
const SRAM_DIO: u32 = 1 << 1;
const SRAM_QIO: u32 = 1 << 2;
const SRAM_DUMMY: u32 = 1 << 4;
const SRAM_READ_COMMAND: u32 = 1 << 5;
const SRAM_WRITE_COMMAND: u32 = 1 << 28;
/// Dummy cycles of PSRAM between address and data.
const PSRAM_DUMMY: u32 = 6;
/// USER: chip select is held before and after.
const CS_SETUP: u32 = 1 << 5;
const CS_HOLD: u32 = 1 << 4;

/// Bits of the address and dummy cycles behind it, of reads of flash through the caches.
/// [espressif/esp-idf `components/esp_rom/esp32/include/esp32/rom/spi_flash.h`]
pub(super) fn phases(mode: FlashMode) -> (u32, u32) {
    match mode {
        FlashMode::Qio => (32, 4),
        FlashMode::Dio => (28, 2),
        FlashMode::Qout | FlashMode::Dout | FlashMode::Fast => (24, 8),
        FlashMode::Slow => (24, 0),
    }
}

/// Dummy cycles more that the GPIO matrix asks for at a clock. [the same file, `DUMMY_LEN_PLUS`]
fn delay(khz: u32, matrix: bool) -> u32 {
    match khz {
        _ if !matrix => 0,
        0..=26_667 => 0,
        26_668..=40_000 => 1,
        _ => 2,
    }
}

fn flash_fault<T>(reason: impl Into<String>) -> Result<T, Fault> {
    Err(Fault::FlashNotReady {
        reason: reason.into(),
    })
}

fn psram_fault<T>(reason: impl Into<String>) -> Result<T, Fault> {
    Err(Fault::PsramNotReady {
        reason: reason.into(),
    })
}

impl Mspi {
    /// What reading flash through a cache costs.
    ///
    /// # Errors
    /// Why it would read something else.
    pub fn flash_access(&mut self) -> Result<AccessTiming, Fault> {
        if self.flash_access.is_none() {
            self.flash_access = Some(self.check_flash());
        }
        self.flash_access.clone().unwrap_or(Err(Fault::PsramAbsent))
    }

    /// What accessing PSRAM through a cache costs.
    ///
    /// # Errors
    /// What is missing.
    pub fn psram_access(&mut self) -> Result<AccessTiming, Fault> {
        if self.psram_access.is_none() {
            self.psram_access = Some(match self.psram.kind() {
                Psram::Quad(_) => self.check_psram(),
                Psram::None | Psram::Octal(_) => Err(Fault::PsramAbsent),
            });
        }
        self.psram_access.clone().unwrap_or(Err(Fault::PsramAbsent))
    }

    fn check_flash(&self) -> Result<AccessTiming, Fault> {
        let value = self.get(0, register::CTRL);
        let Some(mode) = FlashMode::of_ctrl(value) else {
            return flash_fault(format!(
                "SPI0's CTRL (0x{value:08x}) asks for several read modes at once"
            ));
        };
        let four = matches!(mode, FlashMode::Qio | FlashMode::Qout);
        if !self.pins.flash {
            return flash_fault(
                "its clock, chip select or data lines 0 and 1 are not connected (IO_MUX, pins 6 to 8 and 11)",
            );
        }
        if four && !self.flash.is_quad() {
            return flash_fault("the flash chip's QE bit, which switches on its four data lines, is not set");
        }
        if four && !self.pins.quad {
            return flash_fault("the pins of data lines 2 and 3 are not connected (IO_MUX, pins 9 and 10)");
        }
        if self.get(0, register::PIN) & 1 != 0 {
            return flash_fault("SPI0's PIN keeps the flash's chip select disabled");
        }
        let khz = self.bus_khz(0);
        if khz > MAX_KHZ {
            return flash_fault(format!("its clock is {} MHz, and 80 is the most", khz / 1000));
        }
        let (address_bits, dummy) = phases(mode);
        let user1 = self.get(0, register::USER1);
        if (user1 >> 26) + 1 != address_bits {
            return flash_fault(format!(
                "SPI0's USER1 sends {} bits of address where this read mode needs {address_bits}",
                (user1 >> 26) + 1
            ));
        }
        let wanted = dummy + delay(khz, self.pins.matrix);
        let given = if self.get(0, register::USER) & USER_DUMMY == 0 {
            0
        } else {
            (user1 & 0xff) + 1
        };
        if given != wanted {
            return flash_fault(format!(
                "SPI0 waits {given} dummy cycles where this read mode, clock and way of the pins need {wanted}"
            ));
        }
        // Clocks before the data and per byte: command, address and mode bits, dummy, and four for the chip select.
        let lines = if value & ctrl::FREAD_QIO != 0 {
            4
        } else if value & ctrl::FREAD_DIO != 0 {
            2
        } else {
            1
        };
        let per_byte = match mode {
            FlashMode::Qio | FlashMode::Qout => 2,
            FlashMode::Dio | FlashMode::Dout => 4,
            FlashMode::Fast | FlashMode::Slow => 8,
        };
        let before = u64::from(8 + address_bits / lines + wanted + 4);
        let fixed = FLASH_CONTROLLER + wire(2 * before, khz);
        let per_byte = wire(2 * per_byte, khz);
        Ok(AccessTiming {
            stall: fixed + LINE * per_byte,
            fixed,
            per_byte,
            write_fixed: 0,
            corrupt: false,
        })
    }

    fn check_psram(&self) -> Result<AccessTiming, Fault> {
        if !self.pins.psram_clock {
            return psram_fault(
                "its clock does not reach pin 17 (GPIO_FUNC17_OUT_SEL 0, SPICLK, and its IO_MUX function 2)",
            );
        }
        if !self.pins.psram_select {
            return psram_fault("its chip select does not reach pin 16 (GPIO_FUNC16_OUT_SEL 6, SPICS1, and its IO_MUX function 2)");
        }
        if !self.pins.flash || !self.pins.quad {
            return psram_fault("the pins of the four data lines are not connected (pins 7 to 10)");
        }
        if !self.psram.is_quad_mode() {
            return psram_fault("the chip was not told (0x35) to listen on four lines");
        }
        if self.get(0, register::PIN) & 2 != 0 {
            return psram_fault("SPI0's PIN keeps the second chip select disabled");
        }
        if self.date[0] >> 30 != 0 {
            return psram_fault(
                "SPI0's DATE bits 31:30 ask for another clock than the flash's, which is not emulated",
            );
        }
        let control = self.get(0, register::CACHE_SCTRL);
        const NEEDED: u32 = SRAM_QIO | SRAM_DUMMY | SRAM_READ_COMMAND | SRAM_WRITE_COMMAND;
        let khz = self.bus_khz(0);
        let dummy = PSRAM_DUMMY + delay(khz, self.pins.matrix);
        let given = (control >> 14 & 0xff) + 1;
        if control & NEEDED != NEEDED || control & SRAM_DIO != 0 || control >> 22 & 63 != 23 {
            return psram_fault(format!(
                "CACHE_SCTRL is 0x{control:08x}; it needs four lines, both commands, 24-bit addresses and dummy cycles"
            ));
        }
        if given != dummy {
            return psram_fault(format!(
                "CACHE_SCTRL waits {given} dummy cycles where this clock and way of the pins need {dummy}"
            ));
        }
        if self.get(0, register::SRAM_DRD_CMD) != 0x7000_00eb
            || self.get(0, register::SRAM_DWR_CMD) != 0x7000_0038
        {
            return psram_fault("SRAM_DRD_CMD and SRAM_DWR_CMD are not the 8-bit commands 0xeb and 0x38");
        }
        if self.get(0, register::USER) & (CS_SETUP | CS_HOLD) != CS_SETUP | CS_HOLD {
            return psram_fault(
                "SPI0's USER does not hold chip select before and after a transaction (bits 5 and 4)",
            );
        }
        if khz > MAX_KHZ {
            return psram_fault(format!("its clock is {} MHz, and 80 is the most", khz / 1000));
        }
        // Command, address, dummy, chip select.
        let fixed = PSRAM_CONTROLLER + wire(2 * (2 + 6 + u64::from(dummy) + 3), khz);
        let per_byte = wire(4, khz);
        Ok(AccessTiming {
            stall: fixed + LINE * per_byte,
            fixed,
            per_byte,
            write_fixed: PSRAM_CONTROLLER + wire(2 * (2 + 6 + 3), khz),
            corrupt: false,
        })
    }
}
