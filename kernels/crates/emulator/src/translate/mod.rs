//! Code that runs often, translated to WebAssembly: stretches of decoded code and the ways between them become a
//! function that does to a core what the interpreter would, cycle by cycle.
//!
//! A function keeps registers in locals and touches nothing but the core, its pipeline and plain memory. Whatever else an
//! instruction needs (a device, a line that is not in the cache, a flag, an exception) makes it leave with everything put
//! back, and the interpreter goes on with that very instruction. So there is one place for each behaviour, and which of
//! the two ran is not to be seen in any state.
//!
//! Whoever runs the emulator compiles the modules: [`BlockCache::translation`] gives one,
//! [`BlockCache::adopt_translation`] takes the places of its functions in the emulator's own table.

mod access;
mod ends;
mod enter;
mod float;
mod frame;
mod function;
mod integer;
pub mod places;
mod vector;
mod waiting;
mod wasm;
mod writer;

use crate::block::{Block, BlockCache};
use crate::bus::Bus;
use crate::exec::control::Control;
use crate::operation::{Op, Operation};
use function::{function, is_end_translated, is_translated, Stretch, TYPES};
use places::PlainMemory;
use waiting::waiting;
use wasm::module;

pub(crate) use enter::Way;

/// So often a stretch is entered from outside before it is translated, with what is not yet.
const WARM: u16 = 1000;
/// So often before it is translated together with all that is reached from it: by then that has been met.
const HOT: u16 = 30_000;
/// Stretches and instructions of one function, and functions of one module: a module is compiled at one go, and compilers
/// take more than proportionally long for large functions.
const MOST_STRETCHES: usize = 32;
const MOST_INSTRUCTIONS: u32 = 400;
const MOST_FUNCTIONS: usize = 16;
/// Stretches that wait to be translated.
const MOST_WANTED: usize = 256;

/// A translated function.
pub(crate) struct Region {
    /// Its place in the emulator's table of functions.
    slot: u32,
    /// Its stretches, by address.
    blocks: Vec<Block>,
    /// Coprocessors that they need.
    coprocessors: u8,
    /// The bus for which it was made.
    bus: usize,
    modelled: bool,
    /// One of its stretches was decoded anew.
    dropped: bool,
}

impl Region {
    fn has(&self, start: u32) -> bool {
        self.blocks.iter().any(|block| block.start == start)
    }
}

/// A stretch that is to be translated.
struct Wanted {
    start: u32,
    modelled: bool,
    /// With what is reached from it, translated or not.
    whole: bool,
}

/// What was translated and what is to be.
#[derive(Default)]
pub(crate) struct Translator {
    enabled: bool,
    wanted: Vec<Wanted>,
    regions: Vec<Region>,
    /// Given away to be compiled.
    given: Vec<Region>,
}

impl Translator {
    /// Nothing decoded so far is valid any more.
    pub(crate) fn clear(&mut self) {
        self.wanted.clear();
        self.regions.clear();
        self.given.clear();
    }

    /// A stretch was decoded anew and may have another end.
    pub(crate) fn drop_stretch(&mut self, start: u32) {
        for region in self.regions.iter_mut().chain(&mut self.given) {
            region.dropped |= region.has(start);
        }
    }

    pub(crate) fn region(&self, block: &Block) -> Option<&Region> {
        let region = self.regions.get((block.region as usize).checked_sub(1)?)?;
        (!region.dropped).then_some(region)
    }
}

impl BlockCache {
    /// Whether code that runs often is noted, so that [`BlockCache::translation`] has something to give.
    pub fn set_translating(&mut self, enabled: bool) {
        self.translator.enabled = enabled;
    }

    /// Notes that the stretch at `place` is entered.
    #[inline(always)]
    pub(crate) fn warm(&mut self, place: usize, modelled: bool) {
        if !self.translator.enabled {
            return;
        }
        let block = &mut self.table[place];
        block.heat = block.heat.wrapping_add(1);
        if matches!(block.heat, WARM | HOT) && self.translator.wanted.len() < MOST_WANTED {
            let wanted = Wanted {
                start: block.start,
                modelled,
                whole: block.heat == HOT,
            };
            self.translator.wanted.push(wanted);
        }
    }

    /// A module of functions for stretches that run often, or nothing. It imports the emulator's memory as `m` of `e` and
    /// exports its functions as `0` and so on. Nothing is given before the last one was adopted.
    pub fn translation<B: Bus>(&mut self, bus: &B) -> Vec<u8> {
        self.follow(bus);
        let Some(memory) = bus.plain_memory() else {
            return Vec::new();
        };
        if !self.translator.given.is_empty() || self.translator.wanted.is_empty() {
            return Vec::new();
        }
        let loops = self.loops();
        let (mut functions, mut regions) = (vec![waiting()], Vec::<Region>::new());
        while let Some(wanted) = self.translator.wanted.pop() {
            let blocks = self.choose(&wanted, &loops);
            let done = regions.iter().any(|region| region.has(wanted.start));
            if blocks.is_empty() || done || self.has_region(&wanted, &blocks) {
                continue;
            }
            functions.push(self.write(&memory, &blocks, &loops, wanted.modelled));
            regions.push(Region {
                slot: 0,
                coprocessors: blocks.iter().fold(0, |all, block| all | block.coprocessors),
                blocks,
                bus: std::ptr::from_ref(bus).addr(),
                modelled: wanted.modelled,
                dropped: false,
            });
            if regions.len() == MOST_FUNCTIONS {
                break;
            }
        }
        if regions.is_empty() {
            return Vec::new();
        }
        self.translator.given = regions;
        module(&TYPES, &functions, 1)
    }

    /// The functions of the last module now stand in the emulator's table at these places; none when it was not compiled.
    pub fn adopt_translation(&mut self, slots: &[u32]) {
        for (mut region, &slot) in std::mem::take(&mut self.translator.given).into_iter().zip(slots) {
            if region.dropped {
                continue;
            }
            region.slot = slot;
            let number = self.translator.regions.len() as u32 + 1;
            for (entry, block) in (0..).zip(&region.blocks) {
                self.set_region(block.start, number, entry);
            }
            self.translator.regions.push(region);
        }
    }

    /// Where zero-overhead loops end and begin.
    fn loops(&self) -> Vec<(u32, u32)> {
        let mut loops = Vec::new();
        for block in self.all_known().iter().filter(|block| block.terminated) {
            let last = self.operations(block).last();
            if let Some((Op::Control(Control::Loop | Control::Loopnez | Control::Loopgtz), end)) =
                last.map(goes_to)
            {
                if !loops.contains(&(end, block.end)) {
                    loops.push((end, block.end));
                }
            }
        }
        loops
    }

    /// The stretches that are reached from one without leaving what can be translated, by address.
    fn choose(&self, wanted: &Wanted, loops: &[(u32, u32)]) -> Vec<Block> {
        let mut chosen: Vec<Block> = Vec::new();
        let mut reached = vec![wanted.start];
        let mut room = MOST_INSTRUCTIONS;
        let mut next = 0;
        while let Some(&start) = reached.get(next) {
            next += 1;
            let Some(block) = self.known(start) else {
                continue;
            };
            let has_own = !wanted.whole && self.translator.region(block).is_some();
            if has_own || chosen.len() == MOST_STRETCHES || block.count() > room || !self.fits(block) {
                continue;
            }
            room -= block.count();
            chosen.push(*block);
            let mut reach = |address: u32| {
                if !reached.contains(&address) {
                    reached.push(address);
                }
            };
            begins(loops, block.end).for_each(&mut reach);
            match self
                .operations(block)
                .last()
                .filter(|_| block.terminated)
                .map(goes_to)
            {
                Some((Op::Branch(_) | Op::Control(Control::Loopnez | Control::Loopgtz), target)) => {
                    reach(block.end);
                    reach(target);
                }
                Some((Op::Control(Control::J), target)) => reach(target),
                None | Some((Op::Control(Control::Loop) | Op::System(_), _)) => reach(block.end),
                Some(_) => {}
            }
        }
        chosen.sort_unstable_by_key(|block| block.start);
        chosen
    }

    /// Whether the function of a stretch is already what it would be now.
    fn has_region(&self, wanted: &Wanted, blocks: &[Block]) -> bool {
        let region = self
            .known(wanted.start)
            .and_then(|block| self.translator.region(block));
        region.is_some_and(|region| {
            let starts = |blocks: &[Block]| blocks.iter().map(|block| block.start).collect::<Vec<_>>();
            region.modelled == wanted.modelled && starts(&region.blocks) == starts(blocks)
        })
    }

    /// Whether a function gets anywhere in a stretch. What waits is counted by the interpreter, and code that comes through
    /// a cache is fetched by it.
    fn fits(&self, block: &Block) -> bool {
        let operations = self.operations(block);
        let first = operations.first();
        let alone = operations.len() == 1 && block.terminated;
        !block.fetch_varies
            && !block.may_wait
            && first.is_some_and(|first| {
                if alone {
                    is_end_translated(first)
                } else {
                    is_translated(first)
                }
            })
    }

    fn write(
        &self,
        memory: &PlainMemory,
        blocks: &[Block],
        loops: &[(u32, u32)],
        modelled: bool,
    ) -> wasm::Function {
        let stretch = |block: &Block| Stretch {
            block: *block,
            operations: self.operations(block),
            schedule: *self.schedule(block),
            loops: begins(loops, block.end).collect(),
        };
        let stretches: Vec<Stretch> = blocks.iter().map(stretch).collect();
        function(memory, &stretches, modelled)
    }
}

/// What an instruction does, and its target or first number.
fn goes_to(operation: &Operation) -> (Op, u32) {
    (operation.op, operation.imm as u32)
}

/// Where loops begin that end here.
fn begins(loops: &[(u32, u32)], end: u32) -> impl Iterator<Item = u32> + '_ {
    loops
        .iter()
        .filter(move |entry| entry.0 == end)
        .map(|entry| entry.1)
}
