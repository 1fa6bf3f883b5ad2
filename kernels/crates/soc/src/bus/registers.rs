//! The register bus: which block answers at which address.

use emulator::bus::BusFault;

use super::SocBus;
use crate::external::registers;
use crate::fault::Fault;
use crate::mmu::ENTRIES;
use crate::peripherals::READ_CYCLES;

const SPI1: u32 = 0x6000_2000;
const SPI0: u32 = 0x6000_3000;
const MMU_TABLE: u32 = 0x600c_5000;
const TAGS: u32 = 0x600c_6000;
const TAGS_END: u32 = 0x600c_a000;

impl SocBus {
    fn check_register_width(&mut self, address: u32, bytes: usize) -> Result<(), BusFault> {
        if bytes == 4 {
            return Ok(());
        }
        self.raise(Fault::Register {
            address,
            reason: format!("access of {bytes} bytes; registers take 32 bits"),
        })
    }

    pub(super) fn read_register(&mut self, address: u32, bytes: usize) -> Result<u32, BusFault> {
        self.check_register_width(address, bytes)?;
        let now = self.turn.now();
        if self.turn.timed {
            self.turn.stall += READ_CYCLES;
        }
        let result = match address {
            SPI1..SPI0 => self.read_spi(1, address),
            SPI0..0x6000_4000 => self.read_spi(0, address),
            registers::BASE..MMU_TABLE => self.external.read_register(address - registers::BASE, now),
            MMU_TABLE..TAGS => match (address - MMU_TABLE) as usize / 4 {
                index @ 0..ENTRIES => Ok(self.external.mmu.entry(index)),
                _ => Err(Fault::Unmapped { address }),
            },
            TAGS..TAGS_END => Err(tags(address)),
            _ => match self.peripherals.read(address, self.turn.core, now) {
                Ok(value) => Ok(value),
                Err(_) => Err(Fault::Register {
                    address,
                    reason: self.peripherals.explain(address),
                }),
            },
        };
        result.or_else(|fault| self.raise(fault))
    }

    fn read_spi(&mut self, controller: usize, address: u32) -> Result<u32, Fault> {
        let mspi = &mut self.external.mspi;
        mspi.read(controller, address & 0xfff)
            .map_err(|reason| Fault::Register { address, reason })
    }

    pub(super) fn write_register(&mut self, address: u32, value: u32, bytes: usize) -> Result<(), BusFault> {
        self.check_register_width(address, bytes)?;
        let now = self.turn.now();
        let result = match address {
            SPI1..SPI0 => {
                self.external.mspi.flash.now = now;
                self.external.mspi.write(1, address & 0xfff, value)
            }
            SPI0..0x6000_4000 => self
                .external
                .needs_rest(now)
                .and_then(|()| self.external.mspi.write(0, address & 0xfff, value)),
            registers::BASE..MMU_TABLE => self
                .external
                .write_register(address - registers::BASE, value, now)
                .map(|ticks| {
                    self.turn.wait_until(now, now + ticks);
                    self.refresh();
                }),
            MMU_TABLE..TAGS => match (address - MMU_TABLE) as usize / 4 {
                index @ 0..ENTRIES => self.external.needs_rest(now).map(|()| {
                    self.external.set_page(index, value);
                    self.refresh();
                }),
                _ => Err(Fault::Unmapped { address }),
            },
            TAGS..TAGS_END => Err(tags(address)),
            _ => match self.peripherals.write(address, value, self.turn.core, now) {
                Ok(effect) => {
                    self.turn.effects.extend(effect);
                    Ok(())
                }
                Err(_) => Err(Fault::Register {
                    address,
                    reason: self.peripherals.explain(address),
                }),
            },
        };
        result.or_else(|fault| self.raise(fault))
    }
}

fn tags(address: u32) -> Fault {
    Fault::Register {
        address,
        reason: "direct access to the caches' tag memory is not emulated".to_owned(),
    }
}
