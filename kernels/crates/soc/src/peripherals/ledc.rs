//! LEDC: groups of eight channels of pulse width modulation over four timers, of which the ESP32 has two. A pin's level at an instant is not modelled, but what it
//! amounts to: frequency and duty of what has come into force.

use super::registers::{Registers, Row};
use super::{tables, Effect, Peripheral};
use crate::time::Ticks;

/// Channels and timers of a group.
const CHANNELS: usize = 8;
const TIMERS: usize = 4;

/// Registers of a channel, and their distance.
const CHANNEL_BYTES: u32 = 0x14;
const CONF0: u32 = 0x00;
const DUTY: u32 = 0x08;
const CONF1: u32 = 0x0c;
const DUTY_R: u32 = 0x10;
/// Distance of timers.
const TIMER_BYTES: u32 = 8;

/// Bits that let what was written come into force, and that start a change of duty.
const CHANNEL_UPDATE: u32 = 1 << 4;
const DUTY_START: u32 = 1 << 31;

/// Which chip's it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A fast group, whose registers act at once, and a slow one.
    Esp32,
    /// A slow group.
    Esp32s3,
}

impl Kind {
    fn groups(self) -> usize {
        match self {
            Self::Esp32 => 2,
            Self::Esp32s3 => 1,
        }
    }

    /// Whether what is written to this group waits until it is told to come into force.
    fn waits(self, group: usize) -> bool {
        self == Self::Esp32s3 || group == 1
    }

    /// Where timers begin, where the choice of the clock is, and where a timer's fields begin above its resolution.
    fn places(self) -> (u32, u32, u32) {
        match self {
            Self::Esp32 => (0x140, 0x190, 5),
            Self::Esp32s3 => (0xa0, 0xd0, 4),
        }
    }

    /// The most bits of resolution.
    fn most_bits(self) -> u32 {
        match self {
            Self::Esp32 => 20,
            Self::Esp32s3 => 14,
        }
    }
}

const CRYSTAL: u64 = 40_000_000;
const INTERNAL: u64 = 17_500_000;
const TICK: u64 = 1_000_000;

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
    kind: Kind,
    apb: u64,
    /// What has come into force.
    channels: Vec<Channel>,
    timers: Vec<u32>,
}

impl Ledc {
    pub(crate) fn new(kind: Kind, rows: &[Row], apb: u64) -> Self {
        let mut registers = Registers::new(rows);
        if kind == Kind::Esp32s3 {
            for channel in 0..CHANNELS as u32 {
                registers.extend(tables::LEDC_CHANNEL, CHANNEL_BYTES * channel);
            }
            for timer in 0..TIMERS as u32 {
                registers.extend(tables::LEDC_TIMER, TIMER_BYTES * timer);
            }
        }
        let mut ledc = Self {
            registers,
            kind,
            apb,
            channels: Vec::new(),
            timers: Vec::new(),
        };
        ledc.reset();
        ledc
    }

    pub(crate) fn reset(&mut self) {
        self.registers.reset();
        self.channels = vec![Channel::default(); CHANNELS * self.kind.groups()];
        let timer = self.registers.get(self.kind.places().0);
        self.timers = vec![timer; TIMERS * self.kind.groups()];
    }

    /// The APB clock changed, in hertz.
    pub(crate) fn set_apb(&mut self, hertz: u64) {
        self.apb = hertz;
    }

    /// What channel `index` gives out.
    pub(crate) fn pulses(&self, index: usize) -> Pulses {
        let index = index % self.channels.len();
        let Channel { conf0, duty } = self.channels[index];
        let idle = f64::from(conf0 >> 3 & 1);
        let (_, conf, divider_at) = self.kind.places();
        let timer = self.timers[index / CHANNELS * TIMERS + (conf0 & 3) as usize];
        let bits = timer & ((1 << divider_at) - 1);
        let divider = timer >> divider_at & 0x3_ffff;
        let source = match (self.kind, self.registers.field(conf, 0, 2)) {
            // A fast timer chooses itself between the bus's clock and the tick of 1 MHz.
            (Kind::Esp32, select) => {
                let bus = timer >> (divider_at + 20) & 1 != 0;
                match (bus, index < CHANNELS || select & 1 != 0) {
                    (true, true) => self.apb,
                    (true, false) => INTERNAL,
                    (false, _) => TICK,
                }
            }
            (_, 1) => self.apb,
            (_, 2) => INTERNAL,
            (_, 3) => CRYSTAL,
            _ => 0,
        };
        // Paused or held in reset, and dividers below 1, which the data sheet does not allow.
        let held = timer >> (divider_at + 18) & 3 != 0;
        let stands = held || divider < 256 || bits == 0 || bits > self.kind.most_bits();
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

impl Ledc {
    fn write_channel(&mut self, offset: u32, value: u32) {
        let index = (offset / CHANNEL_BYTES) as usize;
        let first = offset - offset % CHANNEL_BYTES;
        let waits = self.kind.waits(index / CHANNELS);
        let conf0 = offset == first + CONF0;
        self.registers.store(
            offset,
            if waits && conf0 {
                value & !CHANNEL_UPDATE
            } else {
                value
            },
        );
        if waits && !(conf0 && value & CHANNEL_UPDATE != 0) {
            return;
        }
        let channel = &mut self.channels[index];
        if conf0 {
            channel.conf0 = value;
        }
        let started = self.registers.get(first + CONF1);
        if started & DUTY_START != 0 {
            channel.duty = self.registers.get(first + DUTY);
            self.registers.set(first + DUTY_R, channel.duty);
            // A single step: the change is complete with it.
            self.registers.set(first + CONF1, started & !DUTY_START);
        }
    }
}

impl Peripheral for Ledc {
    fn read(&mut self, offset: u32, _: Ticks) -> u32 {
        self.registers.get(offset)
    }

    fn write(&mut self, offset: u32, value: u32, _: Ticks) -> Option<Effect> {
        let channels = CHANNEL_BYTES * self.channels.len() as u32;
        if offset < channels {
            self.write_channel(offset, value);
            return None;
        }
        let (timers, _, divider_at) = self.kind.places();
        let timer = offset.wrapping_sub(timers);
        let is_timer = timer < TIMER_BYTES * self.timers.len() as u32 && timer & (TIMER_BYTES - 1) == 0;
        if !is_timer {
            self.registers.store(offset, value);
            return None;
        }
        let index = (timer / TIMER_BYTES) as usize;
        let update = 1 << (divider_at + 21);
        self.registers.store(offset, value & !update);
        // Pause and reset act at once, the period of a slow timer when it is told to.
        let waits = self.kind.waits(index / TIMERS) && value & update == 0;
        let kept = if waits { self.timers[index] } else { value };
        let acts = 3 << (divider_at + 18);
        self.timers[index] = kept & !acts | value & acts;
        None
    }

    fn knows(&self, offset: u32) -> bool {
        self.registers.knows(offset)
    }
}
