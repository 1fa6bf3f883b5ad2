//! RMT: the channels that send. A transmission is read out of the channel's memory when it starts, and over when its last
//! pulse is; what receives is registers only.

use super::registers::{Registers, Row};
use super::{Effect, Peripheral};
use crate::time::{Ticks, TICKS_PER_SECOND};

/// Memory of all channels begins here.
const MEMORY: u32 = 0x800;
/// Blocks of memory, each a channel's.
const BLOCKS: u32 = 8;
/// CONF0 of the first channel.
const CONF0: u32 = 0x20;
/// Offsets from INT_RAW.
const INT_ST: u32 = 4;
const INT_ENA: u32 = 8;
const INT_CLR: u32 = 12;
/// Of the ESP32-S3.
const SYS_CONF: u32 = 0xc0;
const START: u32 = 1;
const UPDATE: u32 = 1 << 24;
/// Bits that act when they are written and are not kept: of the ESP32-S3's CONF0, and of the ESP32's CONF1.
const ACTING: u32 = START | 0b110 | UPDATE;
const ACTING_CONF1: u32 = START | 0b1_1100;

/// Which chip's it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Esp32,
    Esp32s3,
}

impl Kind {
    /// Channels that send.
    fn channels(self) -> usize {
        match self {
            Self::Esp32 => 8,
            Self::Esp32s3 => 4,
        }
    }

    /// Words of memory of a channel.
    fn block_words(self) -> u32 {
        match self {
            Self::Esp32 => 64,
            Self::Esp32s3 => 48,
        }
    }

    /// INT_RAW.
    fn interrupts(self) -> u32 {
        match self {
            Self::Esp32 => 0xa0,
            Self::Esp32s3 => 0x70,
        }
    }

    /// The interrupts of a channel's end and of its error.
    fn raised(self, channel: usize) -> (u32, u32) {
        match self {
            Self::Esp32 => (1 << (3 * channel), 4 << (3 * channel)),
            Self::Esp32s3 => (1 << channel, 1 << (4 + channel)),
        }
    }

    /// The register and bit that take the FIFO out of the way of the memory.
    fn memory_bit(self) -> u32 {
        match self {
            Self::Esp32 => 0xf0,
            Self::Esp32s3 => SYS_CONF,
        }
    }
}

const CRYSTAL: u64 = 40_000_000;
const INTERNAL: u64 = 17_500_000;
const TICK: u64 = 1_000_000;

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
    kind: Kind,
    apb: u64,
    channels: Vec<Channel>,
    raw: u32,
}

impl Rmt {
    pub(crate) fn new(kind: Kind, rows: &[Row], apb: u64) -> Self {
        let mut rmt = Self {
            registers: Registers::new(rows),
            kind,
            apb,
            channels: Vec::new(),
            raw: 0,
        };
        rmt.reset();
        rmt
    }

    pub(crate) fn reset(&mut self) {
        self.registers.reset();
        self.channels = vec![Channel::default(); self.kind.channels()];
        self.raw = 0;
        for (index, channel) in self.channels.iter_mut().enumerate() {
            channel.conf0 = self.registers.get(CONF0 + 4 * index as u32);
        }
    }

    /// The APB clock changed, in hertz.
    pub(crate) fn set_apb(&mut self, hertz: u64) {
        self.apb = hertz;
    }

    /// What channel `index` sent last; nothing while it is modulated with a carrier.
    pub(crate) fn sent(&self, index: usize) -> &[Pulse] {
        &self.channels[index % self.channels.len()].sent
    }

    /// Ticks of the chip in one of a channel's, as a fraction; nothing without a clock.
    fn tick(&self, index: usize, conf0: u32) -> Option<(u64, u64)> {
        if self.kind == Kind::Esp32 {
            let divider = match conf0 & 0xff {
                0 => 256,
                divider => u64::from(divider),
            };
            // The bus's clock, or the tick of 1 MHz.
            let always = self.registers.bit(CONF0 + 8 * index as u32 + 4, 17);
            let source = if always { self.apb } else { TICK };
            return Some((TICKS_PER_SECOND * divider, source));
        }
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

    fn pending(&self) -> u32 {
        self.raw & self.registers.get(self.kind.interrupts() + INT_ENA)
    }

    fn start(&mut self, index: usize, now: Ticks) {
        let conf0 = match self.kind {
            Kind::Esp32 => self.registers.get(CONF0 + 8 * index as u32),
            Kind::Esp32s3 => self.channels[index].conf0,
        };
        let Some((numerator, source)) = self.tick(index, conf0) else {
            return;
        };
        let (size_at, carrier_at) = match self.kind {
            Kind::Esp32 => (24, 28),
            Kind::Esp32s3 => (16, 21),
        };
        let block = self.kind.block_words();
        let words = block * (conf0 >> size_at & 15);
        let first = MEMORY + 4 * block * index as u32;
        let mut pulses = Vec::new();
        let mut total = 0;
        let mut ended = false;
        for word in 0..words {
            let address = first + 4 * word;
            let symbol = if address < MEMORY + 4 * BLOCKS * block {
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
            self.raw |= self.kind.raised(index).1;
        }
        let modulated = conf0 >> carrier_at & 1 != 0;
        let channel = &mut self.channels[index];
        channel.sent = if modulated { Vec::new() } else { pulses };
        channel.end = Some(now + total * numerator / source);
    }
}

impl Peripheral for Rmt {
    fn read(&mut self, offset: u32, _: Ticks) -> u32 {
        match offset.wrapping_sub(self.kind.interrupts()) {
            0 => self.raw,
            INT_ST => self.pending(),
            _ => self.registers.get(offset),
        }
    }

    fn write(&mut self, offset: u32, value: u32, now: Ticks) -> Option<Effect> {
        let register = offset.wrapping_sub(CONF0);
        let (step, starts, acting) = match self.kind {
            Kind::Esp32 => (8, register & 7 == 4, ACTING_CONF1),
            Kind::Esp32s3 => (4, true, ACTING),
        };
        let channel = (register / step) as usize;
        if channel < self.channels.len() && starts {
            self.registers.store(offset, value & !acting);
            if value & UPDATE != 0 && self.kind == Kind::Esp32s3 {
                self.channels[channel].conf0 = value & !ACTING;
            }
            if value & START != 0 {
                self.start(channel, now);
            }
            return None;
        }
        match offset.wrapping_sub(self.kind.interrupts()) {
            0 => self.raw |= value,
            INT_CLR => self.raw &= !value,
            _ => self.registers.store(offset, value),
        }
        None
    }

    fn knows(&self, offset: u32) -> bool {
        // The memory answers while the FIFO in front of it is masked.
        let masked = self.registers.bit(self.kind.memory_bit(), 0);
        self.registers.knows(offset) && (masked || offset < MEMORY)
    }

    fn next_event(&self, _now: Ticks) -> Ticks {
        let ends = self.channels.iter().filter_map(|channel| channel.end);
        ends.min().unwrap_or(Ticks::MAX)
    }

    fn advance(&mut self, now: Ticks) -> Option<Effect> {
        for (index, channel) in self.channels.iter_mut().enumerate() {
            if channel.end.is_some_and(|end| end <= now) {
                channel.end = None;
                self.raw |= self.kind.raised(index).0;
            }
        }
        None
    }

    fn lines(&self) -> u32 {
        (self.pending() != 0).into()
    }
}
