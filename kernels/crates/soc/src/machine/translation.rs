//! Code that runs often, for whoever can compile it.

use super::Board;
use crate::system::System;

impl<S: System> Board<S> {
    /// Whether code that runs often is to be translated, by whoever runs this machine.
    pub fn set_translating(&mut self, enabled: bool) {
        self.blocks.set_translating(enabled);
    }

    /// A module of translated code to be compiled, or nothing; the machine must not move any more.
    pub fn translation(&mut self) -> Vec<u8> {
        self.blocks.translation(&self.bus)
    }

    /// Where the functions of the last module stand now; none when it was not compiled.
    pub fn adopt_translation(&mut self, slots: &[u32]) {
        self.blocks.adopt_translation(slots);
    }

    /// Instructions that translated code ran since the last reset.
    pub fn translated_instructions(&self) -> u64 {
        self.cores.iter().map(|core| core.translated).sum()
    }
}
