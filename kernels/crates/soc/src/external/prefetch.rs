//! Lines that come in ahead of their use.

use super::{External, Prefetch};
use crate::fault::{CacheName, Fault};
use crate::mmu::{Mmu, DATA_WINDOW, INSTRUCTION_WINDOW, WINDOW_BYTES};
use crate::time::Ticks;

impl External {
    /// Brings in what was asked for ahead of its use, as far as the bus had time for it until `now`.
    pub(super) fn run_prefetches(&mut self, now: Ticks) {
        while let Some(prefetch) = self.prefetches.front().copied() {
            let start = prefetch.from.max(self.bus_free);
            if self.timed && start > now {
                return;
            }
            let line = self.cache(prefetch.cache).geometry().line;
            if prefetch.next >= prefetch.end {
                self.prefetches.pop_front();
                continue;
            }
            if let Some(front) = self.prefetches.front_mut() {
                front.next = prefetch.next.saturating_add(line);
            }
            // A prefetch of what is not mapped or not ready does nothing.
            let _ = self.prefetch_line(prefetch.cache, prefetch.next, start);
        }
    }

    fn prefetch_line(&mut self, name: CacheName, address: u32, start: Ticks) -> Result<(), Fault> {
        if self.cache(name).find(address).is_some() {
            return Ok(());
        }
        let entry = self.mmu.entry(Mmu::index(address));
        let target = self.check_target(address, entry)?;
        self.refuse_alias(name, address, target, false)?;
        let timing = self.timing(target)?;
        let index = self.fill(name, address, entry, target, timing, start)?;
        let line = self.cache(name).geometry().line;
        if self.timed {
            self.cache_mut(name).line_mut(index).ready = start + timing.read(line);
        }
        self.statistics.prefetched += 1;
        Ok(())
    }

    pub(super) fn start_prefetch(&mut self, cache: CacheName, address: u32, bytes: u32, from: Ticks) {
        let line = self.cache(cache).geometry().line;
        let window = match cache {
            CacheName::Instruction => INSTRUCTION_WINDOW,
            CacheName::Data => DATA_WINDOW,
        };
        let next = address & !(line - 1);
        let end = address.saturating_add(bytes).min(window + WINDOW_BYTES);
        if next >= window && next < end {
            self.prefetches.push_back(Prefetch {
                cache,
                next,
                end,
                from,
            });
        }
    }
}
