//! Into a translated function and out of it.

use super::writer::status;
use super::Region;
use crate::block::{Block, BlockCache};
use crate::bus::Bus;
use crate::core::{ps, Core};
use crate::timing::{Pipeline, Timing};

/// How a translated function was left.
pub(crate) enum Way {
    /// There is none here, or it does not take the core in this state.
    None,
    /// Between two stretches.
    Between,
    /// Likewise, and the interpreter is to run the next one.
    Refused,
    /// The interpreter is to go on within a stretch, at the instruction with this number.
    Within(Block, usize),
}

impl Core {
    /// Runs the translated function of the stretch at `place`, where the core is, if there is one.
    #[inline(always)]
    pub(crate) fn run_translated<B: Bus, T: Timing>(
        &mut self,
        bus: &mut B,
        cache: &BlockCache,
        timing: &mut T,
        place: usize,
    ) -> Way {
        let block = cache.at(place);
        if block.region == 0 {
            return Way::None;
        }
        let Some(region) = cache.translator.region(block) else {
            return Way::None;
        };
        let missing = u32::from(region.coprocessors) & !self.special.cpenable;
        if region.modelled != T::MODELLED
            || region.bus != std::ptr::from_ref(bus).addr()
            || missing != 0
            || self.ps & ps::EXCM != 0
        {
            return Way::None;
        }
        let mut idle = Pipeline::default();
        let pipeline = timing.pipeline().unwrap_or(&mut idle);
        let before = self.instructions;
        let status = call(region, self, bus, pipeline, block.entry.into());
        self.translated += self.instructions - before;
        match status {
            status::BETWEEN => Way::Between,
            status::REFUSED => Way::Refused,
            within => {
                let (number, index) = ((within - status::WITHIN) / 64, (within - status::WITHIN) % 64);
                let block = region.blocks[number as usize];
                self.pc = block.start;
                Way::Within(block, index as usize)
            }
        }
    }
}

#[cfg(target_arch = "wasm32")]
#[allow(unsafe_code)]
fn call<B: Bus>(region: &Region, core: &mut Core, bus: &mut B, pipeline: &mut Pipeline, entry: u32) -> u32 {
    type Translated<B> = extern "C" fn(*mut Core, *mut B, *mut Pipeline, u32) -> u32;
    // A pointer to a function is its place in the table, as a number.
    // SAFETY: whoever adopted the region put a function of this type there. It writes to the core and the pipeline it is
    // given, and to memory that the bus has named and that is reached through the bus, which is borrowed for writing.
    let function: Translated<B> = unsafe { std::mem::transmute(region.slot as usize) };
    function(core, bus, pipeline, entry)
}

/// Elsewhere nothing is ever compiled.
#[cfg(not(target_arch = "wasm32"))]
fn call<B: Bus>(region: &Region, _: &mut Core, _: &mut B, _: &mut Pipeline, _: u32) -> u32 {
    debug_assert_eq!(region.slot, 0);
    status::REFUSED
}
