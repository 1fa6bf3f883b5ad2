//! What may go wrong with the bytes of PSRAM although each access is right by itself.

use super::{External, LINE};
use crate::esp32::mmu::Window;
use crate::fault::Fault;
use crate::mmu::Target;

impl External {
    /// Chips before v3.0 lose what they write to PSRAM in some orders of accesses, which compilers can avoid; nothing here
    /// follows those orders, so that reading what was written is refused.
    pub(super) fn check_erratum(&mut self, address: u32, write: bool) -> Result<(), Fault> {
        if !self.faulty {
            return Ok(());
        }
        if !write && self.psram_written {
            return Err(Fault::PsramErratum { address });
        }
        self.psram_written |= write;
        Ok(())
    }

    /// The same bytes in the other cache, or under another address, are a mistake as soon as one of the copies changes.
    pub(super) fn check_other(
        &mut self,
        owner: usize,
        address: u32,
        target: Target,
        write: bool,
    ) -> Result<(), Fault> {
        let own = address & !(LINE - 1);
        for bank in 0..2 {
            for index in self.cache.set_in(bank, address) {
                let Some(other) = self.cache.address(index) else {
                    continue;
                };
                let entry = self.cache.line(index).entry;
                let same = Window::of(other)
                    .and_then(|window| window.resolve(entry, other))
                    .is_some_and(|found| found.psram && found.physical == target.physical & !(LINE - 1));
                if !same || bank == owner && other == own {
                    continue;
                }
                if write || self.cache.is_changed(index) {
                    return Err(if other == own {
                        Fault::CachesDiffer { address }
                    } else {
                        Fault::CacheAlias { address, other }
                    });
                }
                // Its next store looks for this copy.
                self.cache.forget(index);
            }
        }
        Ok(())
    }
}
