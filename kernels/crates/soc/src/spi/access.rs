//! What an access through a cache needs of the memory bus, and what it costs.
//!
//! Costs are those of the chip's published measurements: a line from octal PSRAM at 80 MHz keeps the bus busy for
//! 77 + 1.5 cycles per byte (of 240 MHz), and the core waits 80; flash with four lines at 80 MHz takes 103 + 6 per
//! byte. What happens on the wires scales with their clock, about 20 cycles of controller do not.

use super::{added_cycles, register, FlashMode, Mspi, Sampling};
use crate::chip::Psram;
use crate::fault::Fault;
use crate::psram::Latency;
use crate::time::{Ticks, TICKS_PER_SECOND};

/// Cost of a line in ticks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AccessTiming {
    /// Until the core goes on after a miss.
    pub stall: Ticks,
    /// The bus is busy for this, and
    pub fixed: Ticks,
    /// for this with every byte.
    pub per_byte: Ticks,
    /// A line that is written back takes this, and the same for every byte.
    pub write_fixed: Ticks,
    /// What is read comes in wrong.
    pub corrupt: bool,
}

impl AccessTiming {
    /// Ticks for which the bus is busy with reading a line.
    pub fn read(&self, bytes: u32) -> Ticks {
        self.fixed + self.per_byte * Ticks::from(bytes)
    }

    /// Ticks for which the bus is busy with writing a line.
    pub fn write(&self, bytes: u32) -> Ticks {
        self.write_fixed + self.per_byte * Ticks::from(bytes)
    }
}

/// Ticks of a controller's own work with PSRAM: 20 CPU cycles.
const PSRAM_CONTROLLER: Ticks = 40;
/// Ticks of a controller's own work with flash: 30 CPU cycles.
pub(crate) const FLASH_CONTROLLER: Ticks = 60;
/// Fastest clock of the flash chips that modules carry, without tuning.
const FLASH_MAX_KHZ: u32 = 80_000;
/// Fastest clock of the PSRAM chips.
const PSRAM_MAX_KHZ: u32 = 80_000;

/// Ticks of `clocks` cycles of the bus, halves counted.
pub(crate) fn wire(half_clocks: u64, khz: u32) -> Ticks {
    half_clocks * TICKS_PER_SECOND / 2000 / u64::from(khz)
}

/// Said of both chips.
const QUAD_PINS: &str = "the pins of data lines 2 and 3 are not connected (esp_rom_spiflash_select_qio_pins)";

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
                Psram::None => Err(Fault::PsramAbsent),
                Psram::Quad(_) => self.check_quad(),
                Psram::Octal(_) => self.check_octal(),
            });
        }
        self.psram_access.clone().unwrap_or(Err(Fault::PsramAbsent))
    }

    /// Whether SPI0 reads flash over four data lines.
    pub fn reads_flash_on_four_lines(&self) -> bool {
        let mode = FlashMode::of_ctrl(self.get(0, register::CTRL));
        matches!(mode, Some(FlashMode::Qio | FlashMode::Qout))
    }

    fn check_flash(&self) -> Result<AccessTiming, Fault> {
        let ctrl = self.get(0, register::CTRL);
        let Some(mode) = FlashMode::of_ctrl(ctrl) else {
            return flash_fault(format!(
                "SPI0's CTRL (0x{ctrl:08x}) asks for several read modes at once"
            ));
        };
        if matches!(mode, FlashMode::Qio | FlashMode::Qout) && !self.flash.is_quad() {
            return flash_fault("the flash chip's QE bit, which switches on its four data lines, is not set");
        }
        if matches!(mode, FlashMode::Qio | FlashMode::Qout) && !self.quad_pins {
            return flash_fault(QUAD_PINS);
        }
        let dummy = self.get(0, register::USER1) & 63;
        let wanted = mode.user1() & 63;
        if mode != FlashMode::Slow && dummy != wanted {
            return flash_fault(format!(
                "SPI0's USER1 asks for {} dummy cycles where this read mode needs {}",
                dummy + 1,
                wanted + 1
            ));
        }
        let khz = self.bus_khz(self.get(0, register::CLOCK));
        if khz > FLASH_MAX_KHZ {
            return flash_fault(format!(
                "its clock is {} MHz, and {} is the most",
                khz / 1000,
                FLASH_MAX_KHZ / 1000
            ));
        }
        // Clocks before the data and per byte: command, address, dummy, and four for the chip select.
        let (before, per_byte) = match mode {
            FlashMode::Qio => (24, 2),
            FlashMode::Dio => (35, 4),
            FlashMode::Qout => (44, 2),
            FlashMode::Dout => (44, 4),
            FlashMode::Fast => (44, 8),
            FlashMode::Slow => (36, 8),
        };
        let fixed = FLASH_CONTROLLER + wire(2 * before, khz);
        let per_byte = wire(2 * per_byte, khz);
        Ok(AccessTiming {
            // The word that the core waits for comes first.
            stall: fixed + 4 * per_byte,
            fixed,
            per_byte,
            write_fixed: 0,
            corrupt: false,
        })
    }

    fn check_octal(&mut self) -> Result<AccessTiming, Fault> {
        if !self.octal_pins {
            return psram_fault("the pins of data lines 4 to 7 and of the strobe are not connected");
        }
        let cs = self.get(0, register::SMEM_AC);
        if cs & 3 != 3 {
            return psram_fault("SMEM_AC does not hold chip select before and after a transaction");
        }
        let khz = self.bus_khz(self.get(0, register::SRAM_CLK));
        let clock = self.get(0, register::SRAM_CLK);
        if clock >> 31 != 0 || !((clock >> 16 & 0xff) + 1).is_power_of_two() {
            return psram_fault("two transfers per clock need a divider of 2, 4, 8…");
        }
        if khz > PSRAM_MAX_KHZ {
            return psram_fault(format!(
                "its clock is {} MHz, and {} is the most",
                khz / 1000,
                PSRAM_MAX_KHZ / 1000
            ));
        }
        if self.get(0, register::SMEM_DDR) & 3 != 3 {
            return psram_fault(
                "SMEM_DDR does not ask for two transfers per clock and a variable dummy phase",
            );
        }
        // Input, output, address and command on eight lines.
        if self.get(0, register::SRAM_CMD) >> 18 & 15 != 15 {
            return psram_fault("SRAM_CMD does not ask for eight lines in all phases");
        }
        if self.get(0, register::SRAM_DRD_CMD) != 0xf000_0000 {
            return psram_fault("SRAM_DRD_CMD is not the 16-bit command 0x0000 (0xf0000000)");
        }
        if self.get(0, register::SRAM_DWR_CMD) != 0xf000_8080 {
            return psram_fault("SRAM_DWR_CMD is not the 16-bit command 0x8080 (0xf0008080)");
        }
        let control = self.get(0, register::CACHE_SCTRL);
        // 32-bit addresses, both dummy phases, both commands, eight lines; not two or four.
        const NEEDED: u32 = 1 | 1 << 3 | 1 << 4 | 1 << 5 | 1 << 20 | 1 << 21;
        if control & NEEDED != NEEDED || control & 6 != 0 || control >> 14 & 63 != 31 {
            return psram_fault(format!(
                "CACHE_SCTRL is 0x{control:08x}; octal access needs 0x01f7c479"
            ));
        }
        let read_dummy = (control >> 6 & 63) + 1;
        let write_dummy = (control >> 22 & 63) + 1;
        match self.psram.read_latency() {
            Latency::Variable => {
                return psram_fault("MR0 leaves its latency variable, which this controller cannot follow")
            }
            Latency::Fixed(half_cycles) if half_cycles != read_dummy => {
                return psram_fault(format!(
                    "CACHE_SCTRL waits {read_dummy} half cycles for read data, MR0's latency code means {half_cycles}"
                ))
            }
            Latency::Fixed(_) => {}
        }
        if self.psram.write_latency() != write_dummy {
            return psram_fault(format!(
                "CACHE_SCTRL waits {write_dummy} half cycles before written data, MR4's latency code means {}",
                self.psram.write_latency()
            ));
        }
        let extra = added_cycles(self.get(0, register::SMEM_TIMING_CALI));
        let corrupt = self.sampling(khz, extra) != Sampling::Right;
        if corrupt {
            if !self.eye.is_empty() {
                return psram_fault(format!(
                    "at {} MHz the settings of SMEM_DIN_MODE, SMEM_DIN_NUM and SMEM_TIMING_CALI sample its data at the \
                     wrong time",
                    khz / 1000
                ));
            }
            let warning = format!("PSRAM is read at {} MHz, which this board cannot do", khz / 1000);
            if !self.warnings.contains(&warning) {
                self.warnings.push(warning);
            }
        }
        let fixed = PSRAM_CONTROLLER + wire(38, khz);
        Ok(AccessTiming {
            stall: fixed + 6,
            fixed,
            per_byte: wire(1, khz),
            // 51 cycles at 80 MHz.
            write_fixed: wire(34, khz),
            corrupt,
        })
    }

    fn check_quad(&self) -> Result<AccessTiming, Fault> {
        if !self.quad_pins {
            return psram_fault(QUAD_PINS);
        }
        if !self.psram.is_quad_mode() {
            return psram_fault("the chip was not told (0x35) to listen on four lines");
        }
        if self.get(0, register::MISC) & 2 != 0 {
            return psram_fault("SPI0's MISC keeps the second chip select disabled");
        }
        if self.get(0, register::SMEM_DDR) & 1 != 0 {
            return psram_fault("SMEM_DDR asks for two transfers per clock, which quad PSRAM does not do");
        }
        let control = self.get(0, register::CACHE_SCTRL);
        // Four lines, read dummy, both commands; not two lines, not eight.
        const NEEDED: u32 = 1 << 2 | 1 << 4 | 1 << 5 | 1 << 20;
        if control & NEEDED != NEEDED
            || control & (1 << 1 | 1 << 21) != 0
            || control >> 14 & 63 != 23
            || control >> 6 & 63 != 5
        {
            return psram_fault(format!(
                "CACHE_SCTRL is 0x{control:08x}; quad access needs four lines, both commands, 24-bit addresses and 6 \
                 dummy cycles"
            ));
        }
        if self.get(0, register::SRAM_DRD_CMD) != 0x7000_00eb
            || self.get(0, register::SRAM_DWR_CMD) != 0x7000_0038
        {
            return psram_fault("SRAM_DRD_CMD and SRAM_DWR_CMD are not the 8-bit commands 0xeb and 0x38");
        }
        let khz = self.bus_khz(self.get(0, register::SRAM_CLK));
        if khz > PSRAM_MAX_KHZ {
            return psram_fault(format!("its clock is {} MHz, and 80 is the most", khz / 1000));
        }
        // Command, address, dummy, chip select.
        let fixed = PSRAM_CONTROLLER + wire(2 * (2 + 6 + 6 + 3), khz);
        let per_byte = wire(4, khz);
        Ok(AccessTiming {
            stall: fixed + 4 * per_byte,
            fixed,
            per_byte,
            write_fixed: PSRAM_CONTROLLER + wire(2 * (2 + 6 + 3), khz),
            corrupt: false,
        })
    }
}
