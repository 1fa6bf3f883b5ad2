//! Direct transfers to and from external memory, which go past the caches.

use super::External;
use crate::fault::Fault;
use crate::mmu::{Mmu, Target};

impl External {
    /// Fills `bytes` from external memory on the data bus.
    ///
    /// # Errors
    /// A page that is not mapped, memory that is not ready, or lines of the data cache that hold changes.
    pub fn dma_read(&mut self, address: u32, bytes: &mut [u8]) -> Result<(), Fault> {
        let line = self.data.geometry().line;
        let mut done = 0;
        while done < bytes.len() {
            let position = address.wrapping_add(done as u32);
            let length = (line - (position & (line - 1))) as usize;
            let part = length.min(bytes.len() - done);
            let target = self.dma_target(position, false)?;
            let slice = &mut bytes[done..done + part];
            if target.psram {
                self.mspi.psram.read(target.physical, slice);
            } else {
                self.mspi.flash.read(target.physical, slice);
            }
            done += part;
        }
        Ok(())
    }

    /// Stores `bytes` to PSRAM on the data bus. Lines that the data cache holds become stale, as on silicon.
    ///
    /// # Errors
    /// As [`External::dma_read`], and flash.
    pub fn dma_write(&mut self, address: u32, bytes: &[u8]) -> Result<(), Fault> {
        let line = self.data.geometry().line;
        let mut done = 0;
        while done < bytes.len() {
            let position = address.wrapping_add(done as u32);
            let length = (line - (position & (line - 1))) as usize;
            let part = length.min(bytes.len() - done);
            let target = self.dma_target(position, true)?;
            self.mspi.psram.write(target.physical, &bytes[done..done + part]);
            done += part;
        }
        self.code_changed |= self.code_in_psram;
        Ok(())
    }

    fn dma_target(&mut self, address: u32, write: bool) -> Result<Target, Fault> {
        let entry = self.mmu.entry(Mmu::index(address));
        let target = self.check_target(address, entry)?;
        self.timing(target)?;
        if write && !target.psram {
            return Err(Fault::FlashWrite { address });
        }
        match self.data.find(address) {
            Some(index) if self.data.is_changed(index) => Err(Fault::DmaIncoherent { address }),
            _ => Ok(target),
        }
    }
}
