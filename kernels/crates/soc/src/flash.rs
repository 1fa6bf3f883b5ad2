//! A serial flash chip: what it holds, its status registers and its commands.

use crate::chip::{ChipOptions, FlashVendor};
use crate::time::{Ticks, TICKS_PER_SECOND};

/// Bytes of a page, the most that one program command writes.
const PAGE: usize = 256;
/// Bytes of the smallest unit that is erased.
const SECTOR: u32 = 4 << 10;
/// Typical times of data sheets: writing the status registers, a page, erasing a sector and a larger block.
const STATUS_TICKS: Ticks = TICKS_PER_SECOND / 200;
const PAGE_TICKS: Ticks = TICKS_PER_SECOND / 2500;
const SECTOR_TICKS: Ticks = TICKS_PER_SECOND / 20;
const BLOCK_TICKS: Ticks = TICKS_PER_SECOND / 5;
/// The status register's bit of an operation in progress.
const BUSY: u16 = 1;
/// The status register's bit that allows the next write.
const WRITE_ENABLE: u16 = 2;

/// How long a chip of XMC takes to leave its deepest sleep. [espressif/esp-idf `bootloader_flash.c`]
const LEAVE_TICKS: Ticks = TICKS_PER_SECOND / 500;

/// Whether the chip listens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Power {
    On,
    Down,
    /// XMC's deepest sleep, which only 0xff ends.
    UltraDeep,
    /// On the way back from it; then it waits for its release.
    Leaving(Ticks),
}

/// The chip. Its state survives resets of the processor.
pub struct Flash {
    /// What was written; everything behind it is erased.
    content: Vec<u8>,
    bytes: u32,
    vendor: FlashVendor,
    /// The bit that switches four data lines on stays 0.
    two_lines: bool,
    /// Both status registers, the first in the low byte.
    status: u16,
    power: Power,
    capacity_code: u8,
    half_awake: bool,
    /// The time of the next command, for whoever gives it to set.
    pub now: Ticks,
    busy_until: Ticks,
}

impl Flash {
    /// The chip of a board.
    pub fn new(options: &ChipOptions) -> Self {
        let mut content = options.flash.clone();
        content.truncate(options.flash_bytes as usize);
        Self {
            content,
            bytes: options.flash_bytes,
            vendor: options.flash_vendor,
            two_lines: options.quirks.flash_two_lines,
            status: 0,
            power: Power::On,
            capacity_code: options
                .quirks
                .flash_capacity_code
                .unwrap_or(options.flash_bytes.trailing_zeros() as u8),
            half_awake: options.quirks.flash_half_awake,
            now: 0,
            busy_until: 0,
        }
    }

    /// Size of the chip.
    pub fn bytes(&self) -> u32 {
        self.bytes
    }

    /// Everything that was written.
    pub fn content(&self) -> &[u8] {
        &self.content
    }

    /// Whether the chip's four data lines are switched on.
    pub fn is_quad(&self) -> bool {
        match self.vendor {
            FlashVendor::Macronix => self.status & 1 << 6 != 0,
            FlashVendor::Winbond | FlashVendor::GigaDevice | FlashVendor::Xmc => self.status & 1 << 9 != 0,
        }
    }

    /// When the write or erasure in progress is over; in the past when there is none.
    pub fn busy_until(&self) -> Ticks {
        self.busy_until
    }

    fn busy(&mut self, ticks: Ticks) {
        self.busy_until = self.now + ticks;
    }

    /// Copies from the chip; addresses beyond its end wrap, as its counter does.
    pub fn read(&self, address: u32, target: &mut [u8]) {
        let start = (address & (self.bytes - 1)) as usize;
        if let Some(source) = self.content.get(start..start + target.len()) {
            target.copy_from_slice(source);
            return;
        }
        for (offset, byte) in (start..).zip(target) {
            *byte = self
                .content
                .get(offset & (self.bytes as usize - 1))
                .copied()
                .unwrap_or(0xff);
        }
    }

    /// Programs bytes: bits only go from 1 to 0. Without write enable nothing happens.
    pub fn program(&mut self, address: u32, data: &[u8]) {
        if !self.take_write_enable() {
            return;
        }
        let start = (address & (self.bytes - 1)) as usize;
        let page = start & !(PAGE - 1);
        if self.content.len() < page + PAGE {
            self.content.resize(page + PAGE, 0xff);
        }
        for (offset, &byte) in (start..).zip(data) {
            // The address counter stays within the page.
            self.content[page + (offset & (PAGE - 1))] &= byte;
        }
        self.busy(PAGE_TICKS);
    }

    /// Erases `length` bytes, a power of two, around `address`.
    pub fn erase(&mut self, address: u32, length: u32) {
        if !self.take_write_enable() {
            return;
        }
        let start = (address & (self.bytes - 1) & !(length - 1)) as usize;
        let end = (start + length as usize).min(self.content.len());
        if let Some(range) = self.content.get_mut(start..end) {
            range.fill(0xff);
        }
        self.busy(if length == SECTOR {
            SECTOR_TICKS
        } else {
            BLOCK_TICKS
        });
    }

    fn take_write_enable(&mut self) -> bool {
        let enabled = self.status & WRITE_ENABLE != 0;
        self.status &= !WRITE_ENABLE;
        enabled
    }

    /// Whether the command is one that the chip executes: carries it out and gives the answer, at most `wanted`
    /// bytes. `None` for a command that it does not know.
    pub fn command(&mut self, command: u8, address: u32, data: &[u8], wanted: usize) -> Option<Vec<u8>> {
        if self.power != Power::On {
            self.change_power(command);
            return Some(vec![0xff; wanted]);
        }
        let word = |value: &[u8]| -> Vec<u8> { value.iter().copied().cycle().take(wanted).collect() };
        let busy = self.now < self.busy_until;
        // While it is busy it only tells its status.
        if busy && !matches!(command, 0x05 | 0x35 | 0x15) {
            return Some(vec![0xff; wanted]);
        }
        Some(match command {
            0x9f => {
                let [maker, kind] = self.vendor.id();
                if self.half_awake {
                    word(&[0; 3])
                } else {
                    word(&[maker, kind, self.capacity_code])
                }
            }
            0x90 => word(&[self.vendor.id()[0], self.capacity_code.wrapping_sub(1)]),
            0x5a => (0..wanted)
                .map(|offset| self.parameter(address as usize + offset))
                .collect(),
            0xab => word(&[self.capacity_code.wrapping_sub(1)]),
            0xb9 => {
                self.power = Power::Down;
                Vec::new()
            }
            // Ends a continuous read that nobody began.
            0xff => Vec::new(),
            0x05 => word(&[(self.status | if busy { BUSY } else { 0 }) as u8]),
            0x35 => word(&[(self.status >> 8) as u8]),
            0x15 => word(&[0]),
            0x06 | 0x50 => {
                self.status |= WRITE_ENABLE;
                Vec::new()
            }
            0x04 => {
                self.status &= !WRITE_ENABLE;
                Vec::new()
            }
            0x01 => {
                self.write_status(data);
                Vec::new()
            }
            0x31 => {
                if self.vendor != FlashVendor::Macronix {
                    let first = self.status as u8;
                    self.write_status(&[first, data.first().copied().unwrap_or(0)]);
                }
                Vec::new()
            }
            0x66 | 0x99 => {
                self.status &= !WRITE_ENABLE;
                Vec::new()
            }
            0x03 | 0x0b | 0x3b | 0x6b | 0xbb | 0xeb => {
                let mut bytes = vec![0; wanted];
                self.read(address, &mut bytes);
                bytes
            }
            0x02 => {
                self.program(address, data);
                Vec::new()
            }
            0x20 => {
                self.erase(address, SECTOR);
                Vec::new()
            }
            0x52 => {
                self.erase(address, 32 << 10);
                Vec::new()
            }
            0xd8 => {
                self.erase(address, 64 << 10);
                Vec::new()
            }
            0x60 | 0xc7 => {
                self.erase(0, self.bytes);
                Vec::new()
            }
            _ => return None,
        })
    }

    fn change_power(&mut self, command: u8) {
        self.power = match (self.power, command) {
            (Power::Down, 0xab) => Power::On,
            (Power::Down, 0x79) if self.vendor == FlashVendor::Xmc => Power::UltraDeep,
            (Power::UltraDeep, 0xff) => Power::Leaving(self.now + LEAVE_TICKS),
            (Power::Leaving(until), 0xab) if self.now >= until => {
                self.half_awake = false;
                Power::On
            }
            (power, _) => power,
        };
    }

    /// A byte of the discoverable parameters (SFDP): the header, the header of the basic table, and that of the
    /// maker's own table.
    fn parameter(&self, address: usize) -> u8 {
        let maker = self.vendor.id()[0];
        let headers = [
            *b"SFDP",
            [6, 1, 1, 0xff],
            [0, 6, 1, 16],
            [0x30, 0, 0, 0xff],
            [maker, 0, 1, 4],
            [0x10, 1, 0, 0xff],
        ];
        headers.concat().get(address).copied().unwrap_or(0xff)
    }

    fn write_status(&mut self, data: &[u8]) {
        if !self.take_write_enable() {
            return;
        }
        let first = data.first().copied().unwrap_or(0) & !(BUSY | WRITE_ENABLE) as u8;
        let second = match self.vendor {
            // One status register; a second byte would be the configuration register.
            FlashVendor::Macronix => 0,
            // A write of the first register alone clears the second on these chips.
            _ => data.get(1).copied().unwrap_or(0),
        };
        self.status = u16::from(first) | u16::from(second) << 8;
        if self.two_lines {
            self.status &= !(1 << 9 | 1 << 6);
        }
        self.busy(STATUS_TICKS);
    }
}
