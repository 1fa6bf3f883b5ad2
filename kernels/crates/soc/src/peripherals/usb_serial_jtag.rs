//! USB-Serial-JTAG: the board's own USB port as firmware sees it, and the host's end of it.
//!
//! Bytes written to EP1 collect in a FIFO of 64. WR_DONE, or the 64th byte, offers them to the host as a packet; until
//! a host takes it nothing more can be written. Without a host, or with one that does not read, that is for ever.

use std::collections::VecDeque;

use super::registers::Registers;
use super::warning::Warning;
use super::{tables, Effect, Peripheral};
use crate::time::{Ticks, TICKS_PER_SECOND};

/// Bytes of one packet, and of each FIFO.
pub const PACKET_BYTES: usize = 64;
/// From the offer of a packet until the host has it: a full packet takes 45 µs on a full-speed bus (inferred).
const PACKET_TICKS: Ticks = TICKS_PER_SECOND / 20_000;
/// A host sends a start of frame every millisecond.
const FRAME_TICKS: Ticks = TICKS_PER_SECOND / 1000;
/// What a host that never collects its bytes can leave here before more of them are dropped.
const HOST_LIMIT: usize = 1 << 20;

const EP1: u32 = 0x00;
const EP1_CONF: u32 = 0x04;
const INT_RAW: u32 = 0x08;
const INT_ST: u32 = 0x0c;
const INT_ENA: u32 = 0x10;
const INT_CLR: u32 = 0x14;
const FRAM_NUM: u32 = 0x24;

const WRITE_DONE: u32 = 1;
const MAY_WRITE: u32 = 1 << 1;
const MAY_READ: u32 = 1 << 2;

const START_OF_FRAME: u32 = 1 << 1;
const RECEIVED: u32 = 1 << 2;
const SENT: u32 = 1 << 3;

/// The port and its host.
#[derive(Debug, Clone)]
pub struct UsbSerialJtag {
    pub(super) registers: Registers,
    /// A host is there: it sends starts of frame.
    pub attached: bool,
    /// A program on the host has the port open and takes packets.
    pub reading: bool,
    /// Bytes towards the host.
    input: Vec<u8>,
    /// The bytes are offered to the host.
    offered: bool,
    /// When the host will have taken them.
    taken: Option<Ticks>,
    output: VecDeque<u8>,
    to_host: Vec<u8>,
    raw: u32,
    /// Frames since power-on, and the index that firmware reads: it stands still without a host.
    frame: u64,
    index: u32,
}

impl UsbSerialJtag {
    pub(super) fn new() -> Self {
        Self {
            registers: Registers::new(tables::USB_SERIAL_JTAG),
            attached: true,
            reading: true,
            input: Vec::new(),
            offered: false,
            taken: None,
            output: VecDeque::new(),
            to_host: Vec::new(),
            raw: SENT,
            frame: 0,
            index: 0,
        }
    }

    /// The registers' part of a reset; packets on their way stay, so that last words reach the host.
    pub(super) fn reset(&mut self) {
        self.registers.reset();
        self.raw = SENT;
    }

    /// The host sends bytes; gives how many it could send: none while firmware has not read the last packet, at most
    /// [`PACKET_BYTES`].
    pub fn host_write(&mut self, bytes: &[u8]) -> usize {
        if !self.attached || !self.output.is_empty() || bytes.is_empty() {
            return 0;
        }
        let count = bytes.len().min(PACKET_BYTES);
        self.output.extend(&bytes[..count]);
        self.raw |= RECEIVED;
        count
    }

    /// What the host received since the last call.
    pub fn host_read(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.to_host)
    }

    /// The mask ROM writes a byte: it goes out at once, or nowhere when no host reads.
    pub fn rom_write(&mut self, byte: u8) {
        if self.attached && self.reading {
            self.deliver(byte);
        }
    }

    fn deliver(&mut self, byte: u8) {
        if self.to_host.len() < HOST_LIMIT {
            self.to_host.push(byte);
        }
    }

    fn settle(&mut self, now: Ticks) {
        let frame = now / FRAME_TICKS;
        if frame > self.frame {
            if self.attached {
                self.index = (frame & 0x7ff) as u32;
                self.raw |= START_OF_FRAME;
            }
            self.frame = frame;
        }
        if !self.offered {
            return;
        }
        if !(self.attached && self.reading) {
            self.taken = None;
            return;
        }
        let taken = *self.taken.get_or_insert(now + PACKET_TICKS);
        if taken <= now {
            for byte in std::mem::take(&mut self.input) {
                self.deliver(byte);
            }
            self.offered = false;
            self.taken = None;
            self.raw |= SENT;
        }
    }

    fn offer(&mut self, now: Ticks) {
        self.offered = true;
        self.taken = (self.attached && self.reading).then_some(now + PACKET_TICKS);
    }
}

impl Peripheral for UsbSerialJtag {
    fn read(&mut self, offset: u32, now: Ticks) -> u32 {
        self.settle(now);
        match offset {
            EP1 => match self.output.pop_front() {
                Some(byte) => byte.into(),
                None => {
                    self.registers.warn(Warning::UsbReadEmpty);
                    0
                }
            },
            EP1_CONF => {
                let write = if self.offered { 0 } else { MAY_WRITE };
                let read = if self.output.is_empty() { 0 } else { MAY_READ };
                write | read
            }
            INT_RAW => self.raw,
            INT_ST => self.raw & self.registers.get(INT_ENA),
            FRAM_NUM => self.index,
            _ => self.registers.get(offset),
        }
    }

    fn write(&mut self, offset: u32, value: u32, now: Ticks) -> Option<Effect> {
        self.settle(now);
        match offset {
            EP1 if self.offered => self.registers.warn(Warning::UsbByteLost),
            EP1 => {
                self.input.push(value as u8);
                self.raw &= !SENT;
                if self.input.len() == PACKET_BYTES {
                    self.offer(now);
                }
            }
            EP1_CONF if value & WRITE_DONE != 0 && !self.offered => self.offer(now),
            EP1_CONF => {}
            INT_CLR => self.raw &= !value,
            _ => self.registers.store(offset, value),
        }
        None
    }

    fn knows(&self, offset: u32) -> bool {
        self.registers.knows(offset)
    }

    fn next_event(&self, now: Ticks) -> Ticks {
        let packet = match self.taken {
            Some(taken) => taken,
            None if self.offered && self.attached && self.reading => now + PACKET_TICKS,
            None => Ticks::MAX,
        };
        let frame = if self.attached && self.registers.get(INT_ENA) & START_OF_FRAME != 0 {
            (now / FRAME_TICKS + 1) * FRAME_TICKS
        } else {
            Ticks::MAX
        };
        packet.min(frame)
    }

    fn advance(&mut self, now: Ticks) -> Option<Effect> {
        self.settle(now);
        None
    }

    fn lines(&self) -> u32 {
        u32::from(self.raw & self.registers.get(INT_ENA) != 0)
    }

    fn warnings(&mut self) -> Option<&mut Vec<Warning>> {
        Some(&mut self.registers.warnings)
    }
}
