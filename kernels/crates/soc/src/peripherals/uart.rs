//! UART0: FIFOs of 128 bytes, and a wire that takes its time.

use std::collections::VecDeque;

use super::registers::{Registers, Row};
use super::warning::Warning;
use super::{Effect, Peripheral};
use crate::time::{Ticks, TICKS_PER_SECOND};

/// Bytes that each FIFO holds.
pub const FIFO_BYTES: usize = 128;
/// Bytes that a host can have on their way before it has to wait.
const WIRE_BYTES: usize = 4096;
/// What a host that never collects its bytes can leave here before more of them are dropped.
const HOST_LIMIT: usize = 1 << 20;
/// The crystal and the internal RC oscillator, in hertz.
const CRYSTAL: u64 = 40_000_000;
const INTERNAL: u64 = 17_500_000;
/// Rates within this part of each other understand each other: half a bit in ten, shared by both ends.
const TOLERANCE: u32 = 32;

const FIFO: u32 = 0x00;
const INT_RAW: u32 = 0x04;
const INT_ST: u32 = 0x08;
const INT_ENA: u32 = 0x0c;
const INT_CLR: u32 = 0x10;
const CLKDIV: u32 = 0x14;
const STATUS: u32 = 0x1c;
const CONF0: u32 = 0x20;
const CONF1: u32 = 0x24;
const MEM_CONF: u32 = 0x60;
const FSM_STATUS: u32 = 0x6c;
const CLK_CONF: u32 = 0x78;
const ID: u32 = 0x80;
/// Of the ESP32: where software and the wire stand in the receiver's memory.
const MEM_RX_STATUS: u32 = 0x60;
/// Of the ESP32, in CONF0: the APB clock and not the tick of 1 MHz.
const ALWAYS_APB: u32 = 27;
const TICK: u64 = 1_000_000;

/// Which chip's port it is: they differ in clock, thresholds and what tells of the FIFOs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Esp32,
    Esp32s3,
}

const RECEIVE_FULL: u32 = 1;
const SEND_EMPTY: u32 = 1 << 1;
const OVERFLOW: u32 = 1 << 4;
const RECEIVE_TIMEOUT: u32 = 1 << 8;
const SEND_DONE: u32 = 1 << 14;

/// 347 + 3/16: 115200 bit/s from the crystal.
const ROM_DIVIDER: u32 = 3 << 20 | 347;
/// Crystal, divider 1, both directions clocked.
const ROM_CLOCK: u32 = 0x0370_0000;

/// The port and the wire to its host.
#[derive(Debug, Clone)]
pub struct Uart {
    pub(crate) registers: Registers,
    kind: Kind,
    /// Bytes that came into the receiver's memory so far.
    received: u32,
    /// A host holds the other end; without one the board still sends, to nobody.
    pub attached: bool,
    /// The host takes what arrives; otherwise it is lost, as a wire does not wait.
    pub reading: bool,
    /// Bits a second at which the host reads and writes.
    pub host_rate: u32,
    apb: u64,
    send: VecDeque<u8>,
    /// The byte on the wire and when its last bit is out.
    sending: Option<(u8, Ticks)>,
    receive: VecDeque<u8>,
    wire: VecDeque<u8>,
    /// When the next byte on the wire is there.
    arrival: Option<Ticks>,
    /// When the last byte came in.
    last: Ticks,
    timeout_told: bool,
    to_host: Vec<u8>,
    raw: u32,
}

impl Uart {
    pub(crate) fn new(kind: Kind, rows: &[Row], apb: u64) -> Self {
        let mut uart = Self {
            registers: Registers::new(rows),
            kind,
            received: 0,
            attached: true,
            reading: true,
            host_rate: 115_200,
            apb,
            send: VecDeque::new(),
            sending: None,
            receive: VecDeque::new(),
            wire: VecDeque::new(),
            arrival: None,
            last: 0,
            timeout_told: true,
            to_host: Vec::new(),
            raw: 0,
        };
        uart.reset();
        uart
    }

    /// A reset: what was not sent yet is lost.
    pub(crate) fn reset(&mut self) {
        self.registers.reset();
        self.send.clear();
        self.sending = None;
        self.receive.clear();
        self.received = 0;
        self.timeout_told = true;
        self.raw = SEND_EMPTY;
    }

    /// What the mask ROM sets: 115200 bit/s from the crystal.
    pub(crate) fn rom_setup(&mut self) {
        self.registers.set(CLKDIV, ROM_DIVIDER);
        if self.kind == Kind::Esp32s3 {
            self.registers.set(CLK_CONF, ROM_CLOCK);
        }
    }

    /// The APB clock changed, in hertz.
    pub(crate) fn set_apb(&mut self, hertz: u64, now: Ticks) {
        self.settle(now);
        self.apb = hertz;
    }

    /// The host sends bytes; gives how many go on the wire.
    pub fn host_write(&mut self, bytes: &[u8]) -> usize {
        if !self.attached {
            return 0;
        }
        let count = bytes.len().min(WIRE_BYTES - self.wire.len());
        self.wire.extend(&bytes[..count]);
        count
    }

    /// What the host received since the last call.
    pub fn host_read(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.to_host)
    }

    /// The mask ROM writes a byte and waits until it is out.
    pub fn rom_write(&mut self, byte: u8) {
        self.deliver(byte);
    }

    /// Bits a second that the registers give, or `None` without a clock.
    pub fn rate(&self) -> Option<u32> {
        let (source, divider, whole) = self.source()?;
        let sixteenths =
            u64::from(self.registers.field(CLKDIV, 0, whole) * 16 + self.registers.field(CLKDIV, 20, 4));
        (sixteenths > 0).then(|| (source * 16 / (sixteenths * divider)) as u32)
    }

    /// The clock in hertz, what divides it before CLKDIV does, and how many bits CLKDIV's whole part has.
    fn source(&self) -> Option<(u64, u64, u32)> {
        if self.kind == Kind::Esp32 {
            let always = self.registers.bit(CONF0, ALWAYS_APB);
            return Some((if always { self.apb } else { TICK }, 1, 20));
        }
        let source = match self.registers.field(CLK_CONF, 20, 2) {
            1 => self.apb,
            2 => INTERNAL,
            3 => CRYSTAL,
            _ => return None,
        };
        let divider = u64::from(self.registers.field(CLK_CONF, 12, 8) + 1);
        self.registers.bit(CLK_CONF, 22).then_some((source, divider, 12))
    }

    /// Ticks of a byte with its start, parity and stop bits at `rate`.
    fn byte_ticks(&self, rate: u32) -> Ticks {
        let data = 5 + self.registers.field(CONF0, 2, 2);
        let parity = self.registers.field(CONF0, 1, 1);
        let stop_halves = (self.registers.field(CONF0, 4, 2) + 1).max(2);
        let halves = (1 + data + parity) * 2 + stop_halves;
        u64::from(halves) * TICKS_PER_SECOND / (2 * u64::from(rate.max(1)))
    }

    fn deliver(&mut self, byte: u8) {
        if self.attached && self.reading && self.to_host.len() < HOST_LIMIT {
            self.to_host.push(byte);
        }
    }

    fn send_rate(&self) -> Option<u32> {
        self.rate()
            .filter(|_| self.kind == Kind::Esp32 || self.registers.bit(CLK_CONF, 24))
    }

    /// The next byte goes on the wire at `time`.
    fn shift_out(&mut self, time: Ticks) {
        if self.sending.is_some() || self.send.is_empty() {
            return;
        }
        let Some(rate) = self.send_rate() else {
            self.registers.warn(Warning::UartStopped);
            return;
        };
        if self.attached && rate.abs_diff(self.host_rate) > self.host_rate / TOLERANCE {
            self.registers.warn(Warning::UartRate {
                rate,
                host: self.host_rate,
            });
        }
        if let Some(byte) = self.send.pop_front() {
            self.sending = Some((byte, time + self.byte_ticks(rate)));
        }
    }

    fn settle(&mut self, now: Ticks) {
        while let Some((byte, done)) = self.sending.filter(|sending| sending.1 <= now) {
            self.deliver(byte);
            self.sending = None;
            self.shift_out(done);
            if self.sending.is_none() {
                self.raw |= SEND_DONE;
            }
        }
        if !self.wire.is_empty() {
            let ticks = self.byte_ticks(self.host_rate);
            let mut arrival = self.arrival.unwrap_or(now + ticks);
            while arrival <= now {
                let Some(byte) = self.wire.pop_front() else { break };
                self.last = arrival;
                self.timeout_told = false;
                if self.receive.len() < FIFO_BYTES {
                    self.receive.push_back(byte);
                    self.received = self.received.wrapping_add(1);
                } else {
                    self.raw |= OVERFLOW;
                    self.registers.warn(Warning::UartInputLost);
                }
                arrival += ticks;
            }
            self.arrival = (!self.wire.is_empty()).then_some(arrival);
        }
        let (empty, full) = match self.kind {
            Kind::Esp32 => (
                self.registers.field(CONF1, 8, 7),
                self.registers.field(CONF1, 0, 7),
            ),
            Kind::Esp32s3 => (
                self.registers.field(CONF1, 10, 10),
                self.registers.field(CONF1, 0, 10),
            ),
        };
        if self.send.len() < empty as usize {
            self.raw |= SEND_EMPTY;
        }
        if self.receive.len() >= full.max(1) as usize {
            self.raw |= RECEIVE_FULL;
        }
        if self.timeout().is_some_and(|timeout| timeout <= now) {
            self.raw |= RECEIVE_TIMEOUT;
            self.timeout_told = true;
        }
    }

    /// When a pause after received bytes is reported.
    fn timeout(&self) -> Option<Ticks> {
        let (enabled, bits) = match self.kind {
            Kind::Esp32 => (
                self.registers.bit(CONF1, 31),
                8 * self.registers.field(CONF1, 24, 7),
            ),
            Kind::Esp32s3 => (
                self.registers.bit(CONF1, 23),
                self.registers.field(MEM_CONF, 17, 10),
            ),
        };
        let wanted = enabled && !self.timeout_told && !self.receive.is_empty();
        let rate = self.rate().filter(|_| wanted)?;
        let bits = u64::from(bits);
        Some(self.last + bits * TICKS_PER_SECOND / u64::from(rate.max(1)))
    }
}

impl Peripheral for Uart {
    fn read(&mut self, offset: u32, now: Ticks) -> u32 {
        self.settle(now);
        match offset {
            FIFO => match self.receive.pop_front() {
                Some(byte) => byte.into(),
                None => {
                    self.registers.warn(Warning::UartReadEmpty);
                    0
                }
            },
            INT_RAW => self.raw,
            INT_ST => self.raw & self.registers.get(INT_ENA),
            STATUS => {
                let idle = self.registers.get(STATUS);
                let sends = match self.kind {
                    // Any state but idle.
                    Kind::Esp32 => u32::from(self.sending.is_some()) << 24,
                    Kind::Esp32s3 => 0,
                };
                idle | sends | (self.send.len() as u32) << 16 | self.receive.len() as u32
            }
            MEM_RX_STATUS if self.kind == Kind::Esp32 => {
                let at = |count: u32| count % FIFO_BYTES as u32;
                let read = self.received.wrapping_sub(self.receive.len() as u32);
                at(self.received) << 13 | at(read) << 2
            }
            FSM_STATUS if self.kind == Kind::Esp32s3 => u32::from(self.sending.is_some()) << 4,
            _ => self.registers.get(offset),
        }
    }

    fn write(&mut self, offset: u32, value: u32, now: Ticks) -> Option<Effect> {
        self.settle(now);
        match offset {
            FIFO if self.send.len() == FIFO_BYTES => self.registers.warn(Warning::UartByteLost),
            FIFO => {
                self.send.push_back(value as u8);
                self.shift_out(now);
            }
            INT_CLR => self.raw &= !value,
            CONF0 => {
                self.registers.store(offset, value);
                if self.registers.bit(CONF0, 17) {
                    self.receive.clear();
                }
                if self.registers.bit(CONF0, 18) {
                    self.send.clear();
                }
            }
            // The new settings cross into the port's clock before software can look.
            ID if self.kind == Kind::Esp32s3 => self.registers.store(offset, value & 0x7fff_ffff),
            _ => {
                self.registers.store(offset, value);
                self.shift_out(now);
            }
        }
        self.settle(now);
        None
    }

    fn knows(&self, offset: u32) -> bool {
        self.registers.knows(offset)
    }

    fn next_event(&self, now: Ticks) -> Ticks {
        let sent = self.sending.map_or(Ticks::MAX, |sending| sending.1);
        let arrival = match self.arrival {
            Some(arrival) => arrival,
            None if self.wire.is_empty() => Ticks::MAX,
            // The first byte starts at the next look.
            None => now,
        };
        sent.min(arrival).min(self.timeout().unwrap_or(Ticks::MAX))
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
