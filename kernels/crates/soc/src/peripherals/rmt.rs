//! RMT: the four channels that send. A transmission is read out of the channel's memory when it starts, and over when its last
//! pulse is; what receives is registers only.

use super::registers::Registers;
use super::{tables, Effect, Peripheral};
use crate::time::{Ticks, TICKS_PER_SECOND};

/// Channels that send.
const CHANNELS: usize = 4;
/// Words of memory of a channel, for all eight.
const BLOCK_WORDS: u32 = 48;
const MEMORY: u32 = 0x800;
const MEMORY_END: u32 = MEMORY + 8 * 4 * BLOCK_WORDS;

const TX_CONF0: u32 = 0x20;
const INT_RAW: u32 = 0x70;
const INT_ST: u32 = 0x74;
const INT_ENA: u32 = 0x78;
const INT_CLR: u32 = 0x7c;
const SYS_CONF: u32 = 0xc0;

const START: u32 = 1;
const UPDATE: u32 = 1 << 24;
/// Bits that act when they are written and are not kept.
const ACTING: u32 = START | 0b110 | UPDATE;

const CRYSTAL: u64 = 40_000_000;
const INTERNAL: u64 = 17_500_000;

/// A level and for how long it was held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pulse {
    /// High or low.
    pub high: bool,
    /// In nanoseconds, rounded.
    pub nanoseconds: u32,
}

#[derive(Debug, Clone, Default)]
struct Channel {
    /// CONF0 as it has come into force.
    conf0: u32,
    /// When the transmission under way is over.
    end: Option<Ticks>,
    /// What was sent last.
    sent: Vec<Pulse>,
}

/// The channels.
#[derive(Debug, Clone)]
pub(crate) struct Rmt {
    registers: Registers,
    apb: u64,
    channels: [Channel; CHANNELS],
    raw: u32,
}

impl Rmt {
    pub(crate) fn new(apb: u64) -> Self {
        let mut rmt = Self {
            registers: Registers::new(tables::RMT),
            apb,
            channels: Default::default(),
            raw: 0,
        };
        rmt.reset();
        rmt
    }

    pub(crate) fn reset(&mut self) {
        self.registers.reset();
        self.channels = Default::default();
        self.raw = 0;
        for (index, channel) in self.channels.iter_mut().enumerate() {
            channel.conf0 = self.registers.get(TX_CONF0 + 4 * index as u32);
        }
    }

    /// The APB clock changed, in hertz.
    pub(crate) fn set_apb(&mut self, hertz: u64) {
        self.apb = hertz;
    }

    /// What channel `index` sent last; nothing while it is modulated with a carrier.
    pub(crate) fn sent(&self, index: usize) -> &[Pulse] {
        &self.channels[index % CHANNELS].sent
    }

    /// Ticks of the chip in one of a channel's, as a fraction; nothing without a clock.
    fn tick(&self, conf0: u32) -> Option<(u64, u64)> {
        let sys = self.registers.get(SYS_CONF);
        let source = match sys >> 24 & 3 {
            1 => self.apb,
            2 => INTERNAL,
            3 => CRYSTAL,
            _ => 0,
        };
        let divider = match conf0 >> 8 & 0xff {
            0 => 256,
            divider => u64::from(divider),
        };
        // Active, and without a fractional divider, which nothing here needs.
        let clocked = sys >> 26 & 1 != 0 && sys >> 12 & 0xfff == 0 && source != 0;
        clocked.then(|| {
            (
                TICKS_PER_SECOND * (u64::from(sys >> 4 & 0xff) + 1) * divider,
                source,
            )
        })
    }

    fn start(&mut self, index: usize, now: Ticks) {
        let conf0 = self.channels[index].conf0;
        let Some((numerator, source)) = self.tick(conf0) else {
            return;
        };
        let words = BLOCK_WORDS * (conf0 >> 16 & 15);
        let first = MEMORY + 4 * BLOCK_WORDS * index as u32;
        let mut pulses = Vec::new();
        let mut total = 0;
        let mut ended = false;
        for word in 0..words {
            let address = first + 4 * word;
            let symbol = if address < MEMORY_END {
                self.registers.get(address)
            } else {
                0
            };
            for half in [symbol & 0xffff, symbol >> 16] {
                let duration = u64::from(half & 0x7fff);
                ended |= duration == 0;
                if ended {
                    break;
                }
                total += duration;
                let nanoseconds = duration * (numerator / TICKS_PER_SECOND) * 1_000_000_000 / source;
                pulses.push(Pulse {
                    high: half >> 15 != 0,
                    nanoseconds: u32::try_from(nanoseconds).unwrap_or(u32::MAX),
                });
            }
            if ended {
                break;
            }
        }
        if !ended {
            // It ran into the end of its memory.
            self.raw |= 1 << (4 + index);
        }
        let modulated = conf0 >> 21 & 1 != 0;
        let channel = &mut self.channels[index];
        channel.sent = if modulated { Vec::new() } else { pulses };
        channel.end = Some(now + total * numerator / source);
    }
}

impl Peripheral for Rmt {
    fn read(&mut self, offset: u32, _: Ticks) -> u32 {
        match offset {
            INT_RAW => self.raw,
            INT_ST => self.raw & self.registers.get(INT_ENA),
            _ => self.registers.get(offset),
        }
    }

    fn write(&mut self, offset: u32, value: u32, now: Ticks) -> Option<Effect> {
        let channel = (offset.wrapping_sub(TX_CONF0) / 4) as usize;
        if channel < CHANNELS {
            self.registers.store(offset, value & !ACTING);
            if value & UPDATE != 0 {
                self.channels[channel].conf0 = value & !ACTING;
            }
            if value & START != 0 {
                self.start(channel, now);
            }
            return None;
        }
        match offset {
            INT_RAW => self.raw |= value,
            INT_CLR => self.raw &= !value,
            _ => self.registers.store(offset, value),
        }
        None
    }

    fn knows(&self, offset: u32) -> bool {
        // The memory answers while the FIFO in front of it is masked.
        let masked = self.registers.bit(SYS_CONF, 0);
        self.registers.knows(offset) && (masked || !(MEMORY..MEMORY_END).contains(&offset))
    }

    fn next_event(&self, _now: Ticks) -> Ticks {
        let ends = self.channels.iter().filter_map(|channel| channel.end);
        ends.min().unwrap_or(Ticks::MAX)
    }

    fn advance(&mut self, now: Ticks) -> Option<Effect> {
        for (index, channel) in self.channels.iter_mut().enumerate() {
            if channel.end.is_some_and(|end| end <= now) {
                channel.end = None;
                self.raw |= 1 << index;
            }
        }
        None
    }

    fn lines(&self) -> u32 {
        (self.raw & self.registers.get(INT_ENA) != 0).into()
    }
}
