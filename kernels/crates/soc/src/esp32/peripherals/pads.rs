//! What stands at the pins of the chip: IO_MUX in front of the GPIO matrix in front of GPIO, LEDC and RMT; and how flash and
//! PSRAM are connected.
//!
//! IO_MUX's order: espressif/esp-idf `components/soc/esp32/register/soc/io_mux_reg.h`; signals:
//! `components/soc/esp32/include/soc/gpio_sig_map.h`.

use super::{Peripherals, Pins, PINS};
use crate::peripherals::gpio::Source;
use crate::peripherals::{Output, Pad};

/// Offset of each pin's register of IO_MUX.
const PADS: [u32; PINS as usize] = [
    0x44, 0x88, 0x40, 0x84, 0x48, 0x6c, 0x60, 0x64, 0x68, 0x54, 0x58, 0x5c, 0x34, 0x38, 0x30, 0x3c, 0x4c,
    0x50, 0x70, 0x74, 0x78, 0x7c, 0x80, 0x8c, 0x90, 0x24, 0x28, 0x2c, 0, 0, 0, 0, 0x1c, 0x20, 0x14, 0x18,
    0x04, 0x08, 0x0c, 0x10,
];
/// MCU_SEL of the GPIO matrix, and of the flash's own signals.
const MATRIX: u32 = 2;
const FLASH: u32 = 1;
/// The flash's pins: clock, data lines 0 to 3 (Q, D, HD, WP) and chip select, with the signals of the controllers.
const CLOCK: (u32, u32) = (6, 0);
const DATA: [(u32, u32); 4] = [(7, 1), (8, 2), (9, 3), (10, 4)];
const SELECT: (u32, u32) = (11, 5);
/// PSRAM's clock and chip select, on modules of the WROVER kind.
const PSRAM_CLOCK: (u32, u32) = (17, 0);
const PSRAM_SELECT: (u32, u32) = (16, 6);
/// First output signals of LEDC's slow channels and of RMT, and how many.
const LEDC_SIGNALS: std::ops::Range<u32> = 79..87;
const LEDC_FAST_SIGNALS: std::ops::Range<u32> = 71..79;
const RMT_SIGNALS: std::ops::Range<u32> = 87..95;

impl Peripherals {
    fn function(&self, pin: u32) -> u32 {
        self.io_mux.registers.field(PADS[pin as usize], 12, 3)
    }

    /// The mask ROM connects the lines that it reads flash with: two of the four.
    pub(super) fn connect_flash(&mut self) {
        for (pin, _) in [CLOCK, DATA[0], DATA[1], SELECT] {
            let offset = PADS[pin as usize];
            let kept = self.io_mux.registers.get(offset) & !(7 << 12);
            // The input buffer is on.
            self.io_mux.registers.set(offset, kept | FLASH << 12 | 1 << 9);
        }
    }

    /// Whether a controller's signal reaches a pin: by IO_MUX, or through the matrix.
    fn connected(&self, (pin, signal): (u32, u32)) -> (bool, bool) {
        let function = self.function(pin);
        let matrix = function == MATRIX && self.gpio.signal(pin) == signal;
        // Only the flash's own pins have the signals in IO_MUX.
        (matrix || function == FLASH && (6..12).contains(&pin), matrix)
    }

    /// How flash and PSRAM are connected.
    pub fn memory_pins(&self) -> Pins {
        let both = |lines: &[(u32, u32)]| lines.iter().all(|&line| self.connected(line).0);
        Pins {
            flash: both(&[CLOCK, DATA[0], DATA[1], SELECT]),
            quad: both(&DATA[2..]),
            matrix: self.connected(DATA[0]).1,
            psram_clock: self.connected(PSRAM_CLOCK).1,
            psram_select: self.connected(PSRAM_SELECT).1,
        }
    }

    /// Pins that are driven and their levels, bit n for pin n; what peripherals drive is left out.
    pub fn pins(&self) -> (u64, u64) {
        self.gpio.outputs()
    }

    /// The pins whose pads were connected to the GPIO matrix and that are outputs, in their order.
    pub fn pads(&self) -> Vec<Pad<'_>> {
        (0..PINS).filter_map(|pin| self.pad(pin)).collect()
    }

    fn pad(&self, pin: u32) -> Option<Pad<'_>> {
        if self.function(pin) != MATRIX {
            return None;
        }
        let (source, inverted) = self.gpio.source(pin)?;
        let output = match source {
            Source::Level(level) => Output::Level(level),
            Source::Signal(signal) if LEDC_FAST_SIGNALS.contains(&signal) => {
                Output::Pulses(self.ledc.pulses((signal - LEDC_FAST_SIGNALS.start) as usize))
            }
            Source::Signal(signal) if LEDC_SIGNALS.contains(&signal) => {
                Output::Pulses(self.ledc.pulses(8 + (signal - LEDC_SIGNALS.start) as usize))
            }
            Source::Signal(signal) if RMT_SIGNALS.contains(&signal) => {
                Output::Sent(self.rmt.sent((signal - RMT_SIGNALS.start) as usize))
            }
            Source::Signal(signal) => Output::Other(signal),
        };
        Some(Pad {
            pin,
            output,
            inverted,
        })
    }

    /// A button, or another part of the board, holds a pin at a level, or lets go of it.
    pub fn hold_pin(&mut self, pin: u32, level: Option<bool>) {
        self.gpio.hold(pin, level);
    }

    /// A register of IO_MUX was written.
    pub(super) fn pad_changed(&mut self, offset: u32) {
        let pin = PADS.iter().position(|&pad| pad == offset && offset != 0);
        if let Some(pin) = pin {
            self.gpio.set_pad(pin as u32, self.io_mux.registers.get(offset));
        }
    }
}
