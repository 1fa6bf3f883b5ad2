//! The analog I2C master and the blocks behind it: the PLL with its calibration, the core voltages.
//!
//! How the master is driven by registers is not public; software goes through functions in mask ROM, which end in
//! [`Analog::write_block`] and [`Analog::read_block`].

use super::registers::Registers;
use super::warning::Warning;
use super::{tables, Effect, Peripheral};
use crate::time::{Ticks, TICKS_PER_SECOND};

/// Block of the PLL, and its bit in ANA_CONFIG that switches it off.
pub const PLL_BLOCK: u8 = 0x66;
const PLL_OFF_BIT: u32 = 17;
/// Block of the core voltages.
pub const VOLTAGE_BLOCK: u8 = 0x6d;
/// Block of the converters, of which the thermometer's range is register 6; its bits in ANA_CONFIG and ANA_CONFIG2.
pub const CONVERTER_BLOCK: u8 = 0x69;
const RANGE: usize = 6;
const CONVERTER_OFF_BIT: u32 = 18;
const CONVERTER_ON_BIT: u32 = 16;
/// Registers of a block.
const BLOCK_REGISTERS: usize = 32;
/// What a PLL of 480 MHz needs from a crystal of 40 MHz: register, bits, value.
/// Source: espressif/esp-idf `components/esp_hal_clock/esp32s3/include/hal/clk_tree_ll.h`.
const PLL_480: [(u8, u8, u8); 6] = [
    (4, 0xff, 0x6b),
    (2, 0xff, 0x50),
    (3, 0xff, 8),
    (5, 0x77, 0),
    (6, 0xff, 0x73),
    (9, 0x03, 3),
];
/// Likewise for 320 MHz.
const PLL_320: [(u8, u8); 2] = [(4, 0x69), (3, 4)];
/// How long a calibration takes (inferred: software polls for its end).
const CALIBRATION_TICKS: Ticks = TICKS_PER_SECOND / 50_000;
/// Voltages after reset: the nominal setting, 3 below the one for 240 MHz (inferred).
const NOMINAL_DBIAS: u8 = 25;

const CONF0: u32 = 0x40;
const CONFIG: u32 = 0x44;
const CONFIG2: u32 = 0x48;
const STOP_HIGH: u32 = 1 << 2;
const STOP_LOW: u32 = 1 << 3;
const DONE: u32 = 1 << 24;

/// The master and its blocks.
#[derive(Debug, Clone)]
pub struct Analog {
    registers: Registers,
    pll: [u8; BLOCK_REGISTERS],
    voltage: [u8; BLOCK_REGISTERS],
    converter: [u8; BLOCK_REGISTERS],
    /// Registers of the blocks that nothing here reacts to.
    others: Vec<(u8, [u8; BLOCK_REGISTERS])>,
    /// When the running calibration is done.
    calibrating: Option<Ticks>,
    calibrated: bool,
}

impl Analog {
    pub(super) fn new() -> Self {
        let mut voltage = [0; BLOCK_REGISTERS];
        voltage[4] = NOMINAL_DBIAS;
        voltage[6] = NOMINAL_DBIAS;
        Self {
            registers: Registers::new(tables::ANALOG_MASTER),
            pll: [0; BLOCK_REGISTERS],
            voltage,
            converter: [0; BLOCK_REGISTERS],
            others: Vec::new(),
            calibrating: None,
            calibrated: false,
        }
    }

    /// Writes a register of a block, as `esp_rom_regi2c_write` does.
    pub(super) fn write_block(&mut self, block: u8, register: u8, value: u8, now: Ticks) {
        self.settle(now);
        if block == PLL_BLOCK {
            if self.registers.bit(CONFIG, PLL_OFF_BIT) {
                self.registers.warn(Warning::AnalogBlockOff { block });
                return;
            }
            if self.pll[usize::from(register) % BLOCK_REGISTERS] != value {
                // A PLL with other settings is another PLL: a calibration that was started begins again.
                self.calibrated = false;
                self.calibrating = starts(self.registers.get(CONF0)).then_some(now + CALIBRATION_TICKS);
            }
        }
        let is_on =
            !self.registers.bit(CONFIG, CONVERTER_OFF_BIT) && self.registers.bit(CONFIG2, CONVERTER_ON_BIT);
        if block == CONVERTER_BLOCK && !is_on {
            self.registers.warn(Warning::AnalogBlockOff { block });
            return;
        }
        let index = usize::from(register) % BLOCK_REGISTERS;
        self.block(block)[index] = value;
    }

    /// Reads a register of a block, as `esp_rom_regi2c_read` does.
    pub(super) fn read_block(&mut self, block: u8, register: u8) -> u8 {
        self.block(block)[usize::from(register) % BLOCK_REGISTERS]
    }

    fn block(&mut self, block: u8) -> &mut [u8; BLOCK_REGISTERS] {
        match block {
            PLL_BLOCK => &mut self.pll,
            VOLTAGE_BLOCK => &mut self.voltage,
            CONVERTER_BLOCK => &mut self.converter,
            _ => {
                let index = self
                    .others
                    .iter()
                    .position(|other| other.0 == block)
                    .unwrap_or_else(|| {
                        self.others.push((block, [0; BLOCK_REGISTERS]));
                        self.others.len() - 1
                    });
                &mut self.others[index].1
            }
        }
    }

    fn settle(&mut self, now: Ticks) {
        if self.calibrating.is_some_and(|done| done <= now) {
            self.calibrating = None;
            self.calibrated = true;
        }
    }

    /// Whether the settings are those of a PLL of 480 MHz, or else of 320 MHz.
    pub(super) fn pll_settings(&self, megahertz: u32) -> bool {
        PLL_480.iter().all(|&(register, mask, value)| {
            let value = match PLL_320.iter().find(|other| other.0 == register) {
                Some(other) if megahertz == 320 => other.1,
                _ => value,
            };
            self.pll[usize::from(register)] & mask == value & mask
        })
    }

    /// Whether a calibration ended after the last change of the settings.
    pub(super) fn calibrated(&mut self, now: Ticks) -> bool {
        self.settle(now);
        self.calibrated
    }

    /// The setting of the thermometer's range.
    pub(super) fn thermometer_range(&self) -> u8 {
        self.converter[RANGE] & 15
    }

    /// RTC and digital dbias.
    pub(super) fn dbias(&self) -> (u8, u8) {
        (self.voltage[4] & 31, self.voltage[6] & 31)
    }
}

/// Whether this value of I2C_MST_ANA_CONF0 lets a calibration run.
fn starts(conf: u32) -> bool {
    conf & (STOP_LOW | STOP_HIGH) == STOP_LOW
}

impl Peripheral for Analog {
    fn read(&mut self, offset: u32, now: Ticks) -> u32 {
        self.settle(now);
        let value = self.registers.get(offset);
        if offset == CONF0 && value & STOP_LOW != 0 && self.calibrated {
            return value | DONE;
        }
        value
    }

    fn write(&mut self, offset: u32, value: u32, now: Ticks) -> Option<Effect> {
        self.settle(now);
        let before = self.registers.get(offset);
        self.registers.store(offset, value);
        if offset == CONF0 {
            if starts(value) && !starts(before) {
                self.calibrated = false;
                self.calibrating = Some(now + CALIBRATION_TICKS);
            } else if !starts(value) {
                self.calibrating = None;
            }
        }
        None
    }

    fn knows(&self, offset: u32) -> bool {
        self.registers.knows(offset)
    }

    fn warnings(&mut self) -> Option<&mut Vec<Warning>> {
        Some(&mut self.registers.warnings)
    }
}
