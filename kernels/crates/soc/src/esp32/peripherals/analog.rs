//! The analog bus's switches and the block of the PLL behind it. How the bus is driven by registers is not public; software goes
//! through functions in mask ROM, which end in [`Analog::write_block`] and [`Analog::read_block`].

use super::tables;
use crate::peripherals::registers::Registers;
use crate::peripherals::{Effect, Peripheral, Warning};
use crate::time::{Ticks, TICKS_PER_SECOND};

/// Block of the PLL, and its bit in ANA_CONFIG that keeps the bus away from it.
/// [espressif/esp-idf `components/soc/esp32/include/soc/regi2c_defs.h`]
const PLL_BLOCK: u8 = 0x66;
const PLL_OFF_BIT: u32 = 17;
const CONFIG: u32 = 0x44;
/// Registers of a block.
const BLOCK_REGISTERS: usize = 32;
/// What a PLL needs from a crystal of 40 MHz: register, and the values for 480 and 320 MHz.
/// [espressif/esp-idf `components/esp_hal_clock/esp32/include/hal/clk_tree_ll.h`]
const SETTINGS: [(usize, u8, u8); 10] = [
    (0, 0x18, 0x18),
    (1, 0x20, 0x20),
    (4, 0x9a, 0x9a),
    (10, 0x00, 0x00),
    (12, 0x00, 0x00),
    (11, 0xc3, 0x43),
    (9, 0x74, 0x84),
    (2, 0x00, 0x00),
    (3, 28, 32),
    (5, 3 << 6 | 6, 3 << 6 | 6),
];
/// How long it takes to settle: what ESP-IDF waits while the slow clock is the internal oscillator's.
/// [`components/esp_hw_support/port/esp32/include/soc/rtc.h`]
const SETTLE_TICKS: Ticks = 80 * TICKS_PER_SECOND / 1_000_000;

/// The switches and the blocks.
#[derive(Debug, Clone)]
pub(super) struct Analog {
    registers: Registers,
    pll: [u8; BLOCK_REGISTERS],
    /// Registers of the blocks that nothing here reacts to.
    others: Vec<(u8, [u8; BLOCK_REGISTERS])>,
    /// When the PLL was set last.
    changed: Ticks,
}

impl Analog {
    pub(super) fn new() -> Self {
        Self {
            registers: Registers::new(tables::ANALOG_MASTER),
            // No setting of a PLL that runs.
            pll: [0xff; BLOCK_REGISTERS],
            others: Vec::new(),
            changed: 0,
        }
    }

    /// Writes a register of a block, as the mask ROM's function does.
    pub(super) fn write_block(&mut self, block: u8, register: u8, value: u8, now: Ticks) {
        let index = usize::from(register) % BLOCK_REGISTERS;
        if block != PLL_BLOCK {
            self.other(block)[index] = value;
            return;
        }
        if self.registers.bit(CONFIG, PLL_OFF_BIT) {
            self.registers.warn(Warning::AnalogBlockOff { block });
            return;
        }
        if self.pll[index] != value {
            self.changed = now;
        }
        self.pll[index] = value;
    }

    /// Reads a register of a block, as the mask ROM's function does.
    pub(super) fn read_block(&mut self, block: u8, register: u8) -> u8 {
        let index = usize::from(register) % BLOCK_REGISTERS;
        if block == PLL_BLOCK {
            self.pll[index]
        } else {
            self.other(block)[index]
        }
    }

    fn other(&mut self, block: u8) -> &mut [u8; BLOCK_REGISTERS] {
        let known = self.others.iter().position(|other| other.0 == block);
        let index = known.unwrap_or_else(|| {
            self.others.push((block, [0; BLOCK_REGISTERS]));
            self.others.len() - 1
        });
        &mut self.others[index].1
    }

    /// Whether the settings are those of a PLL of 480 MHz, or else of 320 MHz.
    pub(super) fn pll_settings(&self, megahertz: u32) -> bool {
        SETTINGS
            .iter()
            .all(|&(register, fast, slow)| self.pll[register] == if megahertz == 480 { fast } else { slow })
    }

    /// Microseconds since the PLL was set, while it has not settled.
    pub(super) fn unsettled(&self, now: Ticks) -> Option<u32> {
        let since = now.saturating_sub(self.changed);
        (since < SETTLE_TICKS).then_some((since * 1_000_000 / TICKS_PER_SECOND) as u32)
    }
}

impl Peripheral for Analog {
    fn read(&mut self, offset: u32, _: Ticks) -> u32 {
        self.registers.get(offset)
    }

    fn write(&mut self, offset: u32, value: u32, _: Ticks) -> Option<Effect> {
        self.registers.store(offset, value);
        None
    }

    fn knows(&self, offset: u32) -> bool {
        self.registers.knows(offset)
    }

    fn warnings(&mut self) -> Option<&mut Vec<Warning>> {
        Some(&mut self.registers.warnings)
    }
}
