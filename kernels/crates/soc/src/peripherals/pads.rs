//! What stands at the pins of the chip: IO_MUX in front of the GPIO matrix in front of GPIO, LEDC and RMT.

use super::gpio::Source;
use super::{Peripherals, Pulse, Pulses, PINS};

/// IO_MUX_GPIO0; the other pins' follow.
const PAD: u32 = 4;
/// MCU_SEL of the GPIO matrix. Function 0 is a peripheral's own, or the pin as plain GPIO where it has none.
const MATRIX: u32 = 1;
/// First output signals of LEDC (LEDC_LS_SIG_OUT0) and of RMT (RMT_SIG_OUT0), and how many.
const LEDC_SIGNALS: std::ops::Range<u32> = 73..81;
const RMT_SIGNALS: std::ops::Range<u32> = 81..85;

/// What a pin gives out.
#[derive(Debug, Clone, PartialEq)]
pub enum Output<'a> {
    /// A level.
    Level(bool),
    /// Pulse width modulation.
    Pulses(Pulses),
    /// Pulses one after the other, the last that were sent.
    Sent(&'a [Pulse]),
    /// A signal of a peripheral that is not emulated.
    Other(u32),
}

/// A pin that is an output.
#[derive(Debug, Clone, PartialEq)]
pub struct Pad<'a> {
    /// Its number.
    pub pin: u32,
    /// What it gives out, before it is inverted.
    pub output: Output<'a>,
    /// The matrix inverts it.
    pub inverted: bool,
}

impl Peripherals {
    /// Pins that are driven and their levels, bit n for pin n; what peripherals drive is left out.
    pub fn pins(&self) -> (u64, u64) {
        self.gpio.outputs()
    }

    /// The pins whose pads were connected to the GPIO matrix and that are outputs, in their order.
    pub fn pads(&self) -> Vec<Pad<'_>> {
        (0..PINS).filter_map(|pin| self.pad(pin)).collect()
    }

    fn pad(&self, pin: u32) -> Option<Pad<'_>> {
        if self.io_mux.registers.field(PAD + 4 * pin, 12, 3) != MATRIX {
            return None;
        }
        let (source, inverted) = self.gpio.source(pin)?;
        let output = match source {
            Source::Level(level) => Output::Level(level),
            Source::Signal(signal) if LEDC_SIGNALS.contains(&signal) => {
                Output::Pulses(self.ledc.pulses((signal - LEDC_SIGNALS.start) as usize))
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

    /// How warm the chip is from now on, in degrees Celsius.
    pub fn set_temperature(&mut self, celsius: f64) {
        self.rtc.thermometer.set_celsius(celsius);
    }

    /// A register of IO_MUX was written.
    pub(super) fn pad_changed(&mut self, offset: u32) {
        let pin = offset.wrapping_sub(PAD) / 4;
        if pin < PINS {
            self.gpio.set_pad(pin, self.io_mux.registers.get(offset));
        }
    }
}
