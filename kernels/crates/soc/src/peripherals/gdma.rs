//! GDMA, memory to memory: five channels that follow lists of descriptors.

use emulator::bus::BusFault;

use super::registers::Registers;
use super::warning::Warning;
use super::{tables, Effect, Peripheral};
use crate::time::{Ticks, TICKS_PER_SECOND};

/// Memory as GDMA sees it: not through the caches.
pub trait DmaMemory {
    /// Fills `bytes` from `address` on.
    ///
    /// # Errors
    /// Why there is no memory there.
    fn read(&mut self, address: u32, bytes: &mut [u8]) -> Result<(), BusFault>;
    /// Stores `bytes` from `address` on.
    ///
    /// # Errors
    /// Why they cannot be stored there.
    fn write(&mut self, address: u32, bytes: &[u8]) -> Result<(), BusFault>;
}

/// Channels.
const CHANNELS: usize = 5;
/// Distance between the registers of two channels.
const STEP: u32 = 0xc0;
/// Registers that the channels share begin here.
const COMMON: u32 = 0x3c0;
/// Bytes a second, from internal RAM to internal RAM; project-x51/esp32-s3-memorycopy measured 57 MiB/s.
const RATE: u64 = 57 << 20;
/// Descriptors of one list that are followed: more is a list that never ends.
const LIST_LIMIT: usize = 4096;
/// Descriptors lie in internal RAM; a link holds the low 20 bits of their address.
const DESCRIPTOR_BASE: u32 = 0x3fc0_0000;
/// External memory on the data bus.
const EXTERNAL: std::ops::Range<u32> = 0x3c00_0000..0x3e00_0000;

const IN_CONF0: u32 = 0x00;
const IN_CONF1: u32 = 0x04;
const IN_RAW: u32 = 0x08;
const IN_ST: u32 = 0x0c;
const IN_ENA: u32 = 0x10;
const IN_CLR: u32 = 0x14;
const IN_LINK: u32 = 0x20;
const IN_EOF_DESCRIPTOR: u32 = 0x28;
const OUT_CONF1: u32 = 0x64;
const OUT_RAW: u32 = 0x68;
const OUT_ST: u32 = 0x6c;
const OUT_ENA: u32 = 0x70;
const OUT_CLR: u32 = 0x74;
const OUT_LINK: u32 = 0x80;

const IN_DONE: u32 = 1;
const IN_SUC_EOF: u32 = 1 << 1;
const IN_DESCRIPTOR_ERROR: u32 = 1 << 3;
const IN_DESCRIPTOR_EMPTY: u32 = 1 << 4;
const OUT_DONE: u32 = 1;
const OUT_EOF: u32 = 1 << 1;
const OUT_DESCRIPTOR_ERROR: u32 = 1 << 2;
const OUT_TOTAL_EOF: u32 = 1 << 3;

const OWNER: u32 = 1 << 31;
const SUC_EOF: u32 = 1 << 30;

#[derive(Debug, Clone, Copy, Default)]
struct Channel {
    /// First descriptors of sides that were started and not served.
    receive: Option<u32>,
    send: Option<u32>,
    raw: (u32, u32),
    /// What the raw bits become when the transfer is over.
    finishing: Option<(Ticks, u32, u32)>,
}

/// The channels.
#[derive(Debug, Clone)]
pub struct Gdma {
    registers: Registers,
    channels: [Channel; CHANNELS],
}

/// A descriptor as it lies in memory.
struct Descriptor {
    address: u32,
    control: u32,
    buffer: u32,
    next: u32,
}

impl Gdma {
    pub(super) fn new() -> Self {
        let mut registers = Registers::default();
        for channel in 0..CHANNELS as u32 {
            registers.extend(tables::GDMA_CHANNEL, channel * STEP);
        }
        registers.extend(tables::GDMA_COMMON, 0);
        Self {
            registers,
            channels: Default::default(),
        }
    }

    pub(super) fn reset(&mut self) {
        self.registers.reset();
        self.channels = Default::default();
    }

    fn descriptor<M: DmaMemory>(
        &mut self,
        memory: &mut M,
        address: u32,
        checked: bool,
    ) -> Option<Descriptor> {
        let mut bytes = [0; 12];
        let usable = address & 3 == 0 && memory.read(address, &mut bytes).is_ok();
        let [control, buffer, next] =
            [0, 4, 8].map(|at| u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]));
        if !usable || checked && control & OWNER == 0 {
            self.registers.warn(Warning::DmaDescriptor { address });
            return None;
        }
        Some(Descriptor {
            address,
            control,
            buffer,
            next,
        })
    }

    /// Warns when a buffer in external memory is not made of whole blocks.
    fn check_blocks(&mut self, conf: u32, address: u32, length: usize) {
        let block = 16 << self.registers.field(conf, 13, 2);
        if EXTERNAL.contains(&address)
            && (!address.is_multiple_of(block) || !(length as u32).is_multiple_of(block))
        {
            self.registers.warn(Warning::DmaAlignment { address });
        }
    }

    /// Carries out the transfer of a channel that [`Effect::Dma`] announced; its end shows in the registers when it
    /// would be over on silicon.
    ///
    /// # Errors
    /// The address and why there is no memory there.
    pub fn run<M: DmaMemory>(
        &mut self,
        channel: usize,
        memory: &mut M,
        now: Ticks,
    ) -> Result<(), (u32, BusFault)> {
        let base = channel as u32 * STEP;
        let (Some(mut receive), Some(mut send)) = (
            self.channels[channel].receive.take(),
            self.channels[channel].send.take(),
        ) else {
            return Ok(());
        };
        let (mut in_raw, mut out_raw) = (0, 0);
        let mut data = Vec::new();
        for _ in 0..LIST_LIMIT {
            let checked = self.registers.bit(base + OUT_CONF1, 12);
            let Some(from) = self.descriptor(memory, send, checked) else {
                out_raw |= OUT_DESCRIPTOR_ERROR;
                break;
            };
            let start = data.len();
            data.resize(start + (from.control >> 12 & 0xfff) as usize, 0);
            self.check_blocks(base + OUT_CONF1, from.buffer, data.len() - start);
            memory
                .read(from.buffer, &mut data[start..])
                .map_err(|fault| (from.buffer, fault))?;
            out_raw |= OUT_DONE;
            if from.control & SUC_EOF != 0 || from.next == 0 {
                out_raw |= OUT_EOF | OUT_TOTAL_EOF;
                break;
            }
            send = from.next;
        }
        let mut rest = &data[..];
        for _ in 0..LIST_LIMIT {
            let checked = self.registers.bit(base + IN_CONF1, 12);
            let Some(to) = self.descriptor(memory, receive, checked) else {
                in_raw |= IN_DESCRIPTOR_ERROR;
                break;
            };
            let (now_written, left) = rest.split_at(rest.len().min((to.control & 0xfff) as usize));
            self.check_blocks(base + IN_CONF1, to.buffer, now_written.len());
            memory
                .write(to.buffer, now_written)
                .map_err(|fault| (to.buffer, fault))?;
            rest = left;
            in_raw |= IN_DONE;
            let end = if rest.is_empty() { SUC_EOF } else { 0 };
            // The descriptor goes back to software with what was written.
            let control = to.control & 0x0fff | (now_written.len() as u32) << 12 | end;
            memory
                .write(to.address, &control.to_le_bytes())
                .map_err(|fault| (to.address, fault))?;
            if rest.is_empty() {
                in_raw |= IN_SUC_EOF;
                self.registers.set(base + IN_EOF_DESCRIPTOR, to.address);
                break;
            }
            if to.next == 0 {
                in_raw |= IN_DESCRIPTOR_EMPTY;
                break;
            }
            receive = to.next;
        }
        let end = now + data.len() as u64 * TICKS_PER_SECOND / RATE;
        self.channels[channel].finishing = Some((end, in_raw, out_raw));
        Ok(())
    }

    fn settle(&mut self, now: Ticks) {
        for channel in &mut self.channels {
            if let Some((_, input, output)) = channel.finishing.filter(|end| end.0 <= now) {
                channel.raw.0 |= input;
                channel.raw.1 |= output;
                channel.finishing = None;
            }
        }
    }
}

impl Peripheral for Gdma {
    fn read(&mut self, offset: u32, now: Ticks) -> u32 {
        self.settle(now);
        if offset >= COMMON {
            return self.registers.get(offset);
        }
        let raw = self.channels[(offset / STEP) as usize].raw;
        let base = offset / STEP * STEP;
        match offset % STEP {
            IN_RAW => raw.0,
            IN_ST => raw.0 & self.registers.get(base + IN_ENA),
            OUT_RAW => raw.1,
            OUT_ST => raw.1 & self.registers.get(base + OUT_ENA),
            _ => self.registers.get(offset),
        }
    }

    fn write(&mut self, offset: u32, value: u32, now: Ticks) -> Option<Effect> {
        self.settle(now);
        if offset >= COMMON {
            self.registers.store(offset, value);
            return None;
        }
        let index = (offset / STEP) as usize;
        let base = offset / STEP * STEP;
        let link = DESCRIPTOR_BASE | value & 0x000f_ffff;
        let channel = &mut self.channels[index];
        match offset % STEP {
            IN_CLR => channel.raw.0 &= !value,
            OUT_CLR => channel.raw.1 &= !value,
            register @ (IN_LINK | OUT_LINK) => {
                // Stop, start and restart are pulses above the address; they lie a bit apart on the two sides.
                let (side, stop) = if register == IN_LINK {
                    (&mut channel.receive, 1 << 21)
                } else {
                    (&mut channel.send, 1 << 20)
                };
                if value & stop != 0 {
                    *side = None;
                } else if value & (stop << 1 | stop << 2) != 0 {
                    *side = Some(link);
                }
                let both = channel.receive.is_some() && channel.send.is_some();
                self.registers.store(offset, value & !(7 * stop));
                if both && self.registers.bit(base + IN_CONF0, 4) {
                    return Some(Effect::Dma { channel: index as u8 });
                }
            }
            _ => {
                self.registers.store(offset, value);
                if offset % STEP == IN_CONF0 && value & 1 != 0 {
                    self.channels[index] = Channel::default();
                }
            }
        }
        None
    }

    fn knows(&self, offset: u32) -> bool {
        self.registers.knows(offset)
    }

    fn next_event(&self, _: Ticks) -> Ticks {
        let ends = self.channels.iter().filter_map(|channel| channel.finishing);
        ends.map(|end| end.0).min().unwrap_or(Ticks::MAX)
    }

    fn advance(&mut self, now: Ticks) -> Option<Effect> {
        self.settle(now);
        None
    }

    fn lines(&self) -> u32 {
        let mut lines = 0;
        for (index, channel) in self.channels.iter().enumerate() {
            let base = index as u32 * STEP;
            lines |= u32::from(channel.raw.0 & self.registers.get(base + IN_ENA) != 0) << index;
            lines |= u32::from(channel.raw.1 & self.registers.get(base + OUT_ENA) != 0) << (index + CHANNELS);
        }
        lines
    }

    fn warnings(&mut self) -> Option<&mut Vec<Warning>> {
        Some(&mut self.registers.warnings)
    }
}
