//! What a core sees of memory: one trait, implemented by the system around it.

use crate::quad::Quad;
use crate::translate::places::PlainMemory;

/// Why an access failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BusFault {
    /// Nothing answers at this address.
    Unmapped,
    /// The memory cannot be written.
    ReadOnly,
    /// The memory holds data, not instructions.
    NotExecutable,
    /// The access has a width that this memory does not take.
    Width,
    /// The memory is there but was not brought up, or is switched off.
    NotReady,
}

/// Memory and devices. Addresses are aligned to the width of the access: the core has checked, or, for vectors,
/// dropped the low bits as silicon does.
pub trait Bus {
    /// The instruction word at a 4-aligned address.
    fn fetch(&mut self, address: u32) -> Result<u32, BusFault>;
    /// What [`Bus::fetch`] would give, as a debugger sees it: without time, faults or any other effect.
    fn look_at_code(&mut self, address: u32) -> Option<u32> {
        self.fetch(address).ok()
    }
    /// One byte, zero-extended.
    fn load8(&mut self, address: u32) -> Result<u32, BusFault>;
    /// Two bytes, zero-extended.
    fn load16(&mut self, address: u32) -> Result<u32, BusFault>;
    /// Four bytes.
    fn load32(&mut self, address: u32) -> Result<u32, BusFault>;
    /// The low byte of `value`.
    fn store8(&mut self, address: u32, value: u32) -> Result<(), BusFault>;
    /// The low two bytes of `value`.
    fn store16(&mut self, address: u32, value: u32) -> Result<(), BusFault>;
    /// Four bytes.
    fn store32(&mut self, address: u32, value: u32) -> Result<(), BusFault>;

    /// Eight bytes in memory order.
    fn load64(&mut self, address: u32) -> Result<u64, BusFault> {
        let low = self.load32(address)?;
        Ok(u64::from(low) | u64::from(self.load32(address + 4)?) << 32)
    }

    /// Sixteen bytes in memory order.
    fn load128(&mut self, address: u32) -> Result<Quad, BusFault> {
        let low = u128::from(self.load64(address)?);
        let high = u128::from(self.load64(address + 8)?);
        Ok(Quad::from((low | high << 64).to_le_bytes()))
    }

    /// Eight bytes in memory order.
    fn store64(&mut self, address: u32, value: u64) -> Result<(), BusFault> {
        self.store32(address, value as u32)?;
        self.store32(address + 4, (value >> 32) as u32)
    }

    /// Sixteen bytes in memory order.
    fn store128(&mut self, address: u32, value: Quad) -> Result<(), BusFault> {
        let number = value.number();
        self.store64(address, number as u64)?;
        self.store64(address + 8, (number >> 64) as u64)
    }

    /// From now on a change of these bytes, under whatever address, must change [`Bus::code_generation`]: they
    /// have been decoded.
    fn watch_code(&mut self, address: u32, length: u32);

    /// The cycle at which a straight stretch of code begins: accesses until the next call belong to it. Called once
    /// per stretch, also when cycles are not modelled, and before code is decoded.
    #[inline(always)]
    fn set_now(&mut self, _cycle: u64) {}

    /// How many cycles after [`Bus::set_now`] the following accesses begin, not counting stalls that this bus gave
    /// since then. Only called while cycles are modelled.
    #[inline(always)]
    fn set_offset(&mut self, _cycles: u32) {}

    /// Cycles that the core waited for its accesses since the last call. Asked after each stretch while cycles are
    /// modelled.
    #[inline(always)]
    fn take_stall(&mut self) -> u32 {
        0
    }

    /// Whether fetching at `address` may stall, or fail although it went well before: the answer is kept with the
    /// decoded code.
    fn fetch_varies(&self, _address: u32) -> bool {
        false
    }

    /// The instructions from `start` to `end` are about to be fetched, in a place for which [`Bus::fetch_varies`]; what
    /// that costs is part of the next [`Bus::take_stall`].
    ///
    /// # Errors
    /// The first address that cannot be fetched now, and why.
    fn fetch_stretch(&mut self, _start: u32, _end: u32) -> Result<(), (u32, BusFault)> {
        Ok(())
    }

    /// Whether a load from here gives the same value without any effect until this core stores something or gives
    /// control back: plain memory. A loop that only waits for such a value is not run round by round.
    fn is_steady(&self, _address: u32) -> bool {
        false
    }

    /// Where memory is that translated code may reach by itself; loads and stores there must be without any effect but on
    /// its bytes, its marks and its counters.
    fn plain_memory(&self) -> Option<PlainMemory> {
        None
    }

    /// A number that differs after any decoded byte may have changed: by a store, another mapping, a cache
    /// operation.
    fn code_generation(&self) -> u32;
}
