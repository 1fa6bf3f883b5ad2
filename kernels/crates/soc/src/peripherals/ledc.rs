//! LEDC: eight channels of pulse width modulation over four timers. A pin's level at an instant is not modelled, but what it
//! amounts to: frequency and duty of what has come into force.

use super::registers::Registers;
use super::{tables, Effect, Peripheral};
use crate::time::Ticks;

/// Channels and timers.
const CHANNELS: usize = 8;
const TIMERS: usize = 4;

/// Registers of a channel, and their distance.
const CHANNEL_BYTES: u32 = 0x14;
const CONF0: u32 = 0x00;
const DUTY: u32 = 0x08;
const CONF1: u32 = 0x0c;
const DUTY_R: u32 = 0x10;
const CHANNELS_END: u32 = CHANNEL_BYTES * CHANNELS as u32;
/// Registers of a timer, and their distance.
const TIMER_CONF: u32 = 0xa0;
const TIMER_BYTES: u32 = 8;
const CONF: u32 = 0xd0;

/// Bits that let what was written come into force, and that start a change of duty.
const CHANNEL_UPDATE: u32 = 1 << 4;
const TIMER_UPDATE: u32 = 1 << 25;
const DUTY_START: u32 = 1 << 31;

const CRYSTAL: u64 = 40_000_000;
const INTERNAL: u64 = 17_500_000;

/// What a channel gives out.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pulses {
    /// Periods a second; 0 while its timer stands.
    pub hertz: f64,
    /// Share of a period for which the signal is high.
    pub duty: f64,
}

#[derive(Debug, Clone, Copy, Default)]
struct Channel {
    conf0: u32,
    duty: u32,
}

/// The channels and timers.
#[derive(Debug, Clone)]
pub(crate) struct Ledc {
    registers: Registers,
    apb: u64,
    /// What has come into force.
    channels: [Channel; CHANNELS],
    timers: [u32; TIMERS],
}

impl Ledc {
    pub(crate) fn new(apb: u64) -> Self {
        let mut registers = Registers::new(tables::LEDC_COMMON);
        for channel in 0..CHANNELS as u32 {
            registers.extend(tables::LEDC_CHANNEL, CHANNEL_BYTES * channel);
        }
        for timer in 0..TIMERS as u32 {
            registers.extend(tables::LEDC_TIMER, TIMER_BYTES * timer);
        }
        let mut ledc = Self {
            registers,
            apb,
            channels: [Channel::default(); CHANNELS],
            timers: [0; TIMERS],
        };
        ledc.reset();
        ledc
    }

    pub(crate) fn reset(&mut self) {
        self.registers.reset();
        self.channels = [Channel::default(); CHANNELS];
        self.timers = [self.registers.get(TIMER_CONF); TIMERS];
    }

    /// The APB clock changed, in hertz.
    pub(crate) fn set_apb(&mut self, hertz: u64) {
        self.apb = hertz;
    }

    /// What channel `index` gives out.
    pub(crate) fn pulses(&self, index: usize) -> Pulses {
        let Channel { conf0, duty } = self.channels[index % CHANNELS];
        let idle = f64::from(conf0 >> 3 & 1);
        let timer = self.timers[(conf0 & 3) as usize];
        let (bits, divider) = (timer & 15, timer >> 4 & 0x3_ffff);
        let source = match self.registers.field(CONF, 0, 2) {
            1 => self.apb,
            2 => INTERNAL,
            3 => CRYSTAL,
            _ => 0,
        };
        // Paused or held in reset, and dividers below 1, which the data sheet does not allow.
        let stands = timer >> 22 & 3 != 0 || divider < 256 || bits == 0 || bits > 14;
        if conf0 >> 2 & 1 == 0 || stands || source == 0 {
            return Pulses {
                hertz: 0.0,
                duty: idle,
            };
        }
        let period = f64::from(1_u32 << bits);
        Pulses {
            hertz: source as f64 * 256.0 / f64::from(divider) / period,
            duty: (f64::from(duty) / 16.0 / period).min(1.0),
        }
    }
}

impl Peripheral for Ledc {
    fn read(&mut self, offset: u32, _: Ticks) -> u32 {
        self.registers.get(offset)
    }

    fn write(&mut self, offset: u32, value: u32, _: Ticks) -> Option<Effect> {
        let is_channel = offset < CHANNELS_END;
        if is_channel && offset % CHANNEL_BYTES == CONF0 && value & CHANNEL_UPDATE != 0 {
            self.registers.store(offset, value & !CHANNEL_UPDATE);
            let channel = &mut self.channels[(offset / CHANNEL_BYTES) as usize];
            channel.conf0 = value;
            let started = self.registers.get(offset + CONF1);
            if started & DUTY_START != 0 {
                channel.duty = self.registers.get(offset + DUTY);
                self.registers.set(offset + DUTY_R, channel.duty);
                // A single step: the change is complete with it.
                self.registers.set(offset + CONF1, started & !DUTY_START);
            }
            return None;
        }
        let timer = offset.wrapping_sub(TIMER_CONF);
        let is_timer = timer < TIMER_BYTES * TIMERS as u32 && timer & (TIMER_BYTES - 1) == 0;
        if is_timer {
            self.registers.store(offset, value & !TIMER_UPDATE);
            let index = (timer / TIMER_BYTES) as usize;
            // Pause and reset act at once, the period when it is told to.
            let kept = if value & TIMER_UPDATE != 0 {
                value
            } else {
                self.timers[index]
            };
            self.timers[index] = kept & !(3 << 22) | value & 3 << 22;
            return None;
        }
        self.registers.store(offset, value);
        None
    }

    fn knows(&self, offset: u32) -> bool {
        self.registers.knows(offset)
    }
}
