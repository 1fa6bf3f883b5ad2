//! The register buses: which block answers at which address.

use emulator::bus::BusFault;

use super::Esp32Bus;
use crate::esp32::mmu::ENTRIES;
use crate::esp32::peripherals::dport;
use crate::fault::Fault;
use crate::peripherals::READ_CYCLES;

const SPI1: u32 = 0x3ff4_2000;
const SPI0: u32 = 0x3ff4_3000;
/// Each core's page table.
const TABLES: [u32; 2] = [0x3ff1_0000, 0x3ff1_2000];
const TABLE_BYTES: u32 = 4 * ENTRIES as u32;
const DPORT: u32 = 0x3ff0_0000;

/// Whether registers are at an address.
pub(super) fn contains(address: u32) -> bool {
    (0x3ff0_0000..0x3ff8_0000).contains(&address) || (0x6000_0000..0x6004_0000).contains(&address)
}

/// The controller whose register is at an address of either bus.
fn controller(address: u32) -> Option<usize> {
    let address = if address >= 0x6000_0000 {
        address - 0x6000_0000 + 0x3ff4_0000
    } else {
        address
    };
    match address {
        SPI1..SPI0 => Some(1),
        SPI0..0x3ff4_4000 => Some(0),
        _ => None,
    }
}

/// The core whose page table is at an address, and the entry's number.
fn entry(address: u32) -> Option<(usize, usize)> {
    (0..2).find_map(|core| {
        let offset = address.wrapping_sub(TABLES[core]);
        (offset < TABLE_BYTES && offset & 3 == 0).then_some((core, offset as usize / 4))
    })
}

/// The core whose CACHE_CTRL (0) or CACHE_CTRL1 (1) is at an address.
fn cache_control(address: u32) -> Option<(usize, usize)> {
    let offset = address.wrapping_sub(DPORT + dport::CACHE_CTRL);
    let (core, register) = (offset / dport::CACHE_STEP, offset % dport::CACHE_STEP);
    (core < 2 && (register == 0 || register == 4)).then_some((core as usize, register as usize / 4))
}

impl Esp32Bus {
    fn check_register(&mut self, address: u32, bytes: usize) -> Result<(), BusFault> {
        if bytes == 4 {
            return Ok(());
        }
        self.raise(Fault::Register {
            address,
            reason: format!("access of {bytes} bytes; registers take 32 bits"),
        })
    }

    pub(super) fn read_register(&mut self, address: u32, bytes: usize) -> Result<u32, BusFault> {
        self.check_register(address, bytes)?;
        let now = self.turn.now();
        if self.turn.timed {
            self.turn.stall += READ_CYCLES;
        }
        let result = if let Some(controller) = controller(address) {
            self.external
                .mspi
                .read(controller, address & 0xfff)
                .map_err(|reason| Fault::Register { address, reason })
        } else if let Some((core, index)) = entry(address) {
            Ok(self.external.tables[core].read(index))
        } else {
            self.peripherals
                .read(address, self.turn.core, now)
                .map_err(|_| Fault::Register {
                    address,
                    reason: self.peripherals.explain(address),
                })
        };
        result.or_else(|fault| self.raise(fault))
    }

    pub(super) fn write_register(&mut self, address: u32, value: u32, bytes: usize) -> Result<(), BusFault> {
        self.check_register(address, bytes)?;
        let now = self.turn.now();
        let result = if let Some(controller) = controller(address) {
            self.external.mspi.flash.now = now;
            self.external.mspi.write(controller, address & 0xfff, value)
        } else if let Some((core, index)) = entry(address) {
            self.external.set_page(core, index, value)
        } else {
            self.write_block(address, value, now)
        };
        self.follow();
        result.or_else(|fault| self.raise(fault))
    }

    fn write_block(&mut self, address: u32, value: u32, now: u64) -> Result<(), Fault> {
        match self.peripherals.write(address, value, self.turn.core, now) {
            Ok(effect) => self.lead_to(effect),
            Err(_) => {
                return Err(Fault::Register {
                    address,
                    reason: self.peripherals.explain(address),
                })
            }
        }
        if let Some((core, register)) = cache_control(address) {
            let offset = address - DPORT;
            let stored = self.peripherals.dport_register(offset);
            let kept = self.external.set_control(core, register, stored)?;
            self.peripherals.set_dport(offset, kept);
        }
        Ok(())
    }
}
