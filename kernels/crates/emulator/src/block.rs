//! Straight stretches of code, decoded once and kept.

use std::cell::Cell;
use std::collections::BTreeMap;

use crate::bus::{Bus, BusFault};
use crate::core::stop::fetch;
use crate::operation::{decode, Operation};
use crate::spin::may_wait;
use crate::timing::hazard::hazards;
use crate::timing::schedule::{Schedule, Scheduler};
use crate::translate::Translator;

/// Instructions in the longest stretch: a bound on how late an interrupt is seen.
const LONGEST: usize = 64;
/// Entries of the table that finds stretches; a power of two.
const TABLE: usize = 1 << 14;
/// Decoded instructions kept before all are dropped: 24 bytes each, more than any firmware's hot code.
const CAPACITY: usize = 1 << 19;

/// A stretch of instructions, of which only the last may go elsewhere.
#[derive(Debug, Clone, Copy)]
pub struct Block {
    /// Address of its first instruction.
    pub start: u32,
    /// Address after its last instruction.
    pub end: u32,
    first: u32,
    count: u32,
    /// Whether the last instruction ends a block by what it does, rather than by where it lies.
    pub terminated: bool,
    /// Register quarters that its instructions need.
    pub quarters: u8,
    /// Coprocessors that its instructions need.
    pub coprocessors: u8,
    /// Fetching its instructions may stall, or fail.
    pub(crate) fetch_varies: bool,
    /// It may be a loop that only waits.
    pub(crate) may_wait: bool,
    /// Place of its schedule.
    schedule: u32,
    /// Number of its translated function, 0 for none.
    pub(crate) region: u32,
    /// Its number in that function.
    pub(crate) entry: u16,
    /// How often it was entered.
    pub(crate) heat: u16,
    /// Number of the next of all blocks that has the same place, 0 for none.
    next: u32,
}

impl Block {
    /// The block of one instruction.
    pub(crate) fn single(operation: &Operation, address: u32) -> Self {
        Self {
            start: address,
            end: address.wrapping_add(operation.length.into()),
            first: 0,
            count: 1,
            terminated: operation.op.ends_block(),
            quarters: operation.quarters,
            coprocessors: operation.op.coprocessors(),
            fetch_varies: false,
            may_wait: false,
            schedule: 0,
            region: 0,
            entry: 0,
            heat: 0,
            next: 0,
        }
    }

    /// Whether `address` lies after its start and before its end.
    #[inline(always)]
    pub(crate) fn contains(&self, address: u32) -> bool {
        address.wrapping_sub(self.start).wrapping_sub(1) < self.end.wrapping_sub(self.start).wrapping_sub(1)
    }

    /// How many instructions it has.
    pub fn count(&self) -> u32 {
        self.count
    }
}

/// Counters of a stretch.
#[derive(Debug, Default)]
pub(crate) struct Spent {
    cycles: Cell<u64>,
    instructions: Cell<u64>,
}

impl Spent {
    #[inline(always)]
    pub(crate) fn add(&self, cycles: u64, instructions: u64) {
        self.cycles.set(self.cycles.get() + cycles);
        self.instructions.set(self.instructions.get() + instructions);
    }
}

/// Decoded code, for any number of cores on one bus.
pub struct BlockCache {
    operations: Vec<Operation>,
    schedules: Vec<Schedule>,
    /// Start of each stretch and what was spent in it, while cycles are modelled.
    spent: Vec<(u32, Spent)>,
    /// The same of stretches that were dropped, by start.
    spent_before: BTreeMap<u32, (u64, u64)>,
    /// Blocks by a hash of their start.
    pub(crate) table: Box<[Block; TABLE]>,
    /// All blocks, in chains by their place: where one gave way to another in the table, decoding it again would fetch it
    /// again, and what runs would depend on what shares its place.
    known: Vec<Block>,
    /// Number of the first of a chain, 0 for none.
    chains: Box<[u32; TABLE]>,
    pub(crate) translator: Translator,
    generation: u32,
}

/// A table entry that holds nothing. Its start belongs to another place; at that one it is another address.
const EMPTY: Block = Block {
    start: 1,
    end: 1,
    first: 0,
    count: 0,
    terminated: false,
    quarters: 0,
    coprocessors: 0,
    fetch_varies: false,
    may_wait: false,
    schedule: 0,
    region: 0,
    entry: 0,
    heat: 0,
    next: 0,
};

impl Default for BlockCache {
    fn default() -> Self {
        Self::new()
    }
}

impl BlockCache {
    /// An empty cache.
    pub fn new() -> Self {
        let mut cache = Self {
            operations: Vec::new(),
            schedules: Vec::new(),
            spent: Vec::new(),
            spent_before: BTreeMap::new(),
            table: vec![EMPTY; TABLE]
                .into_boxed_slice()
                .try_into()
                .expect("the table's length"),
            known: Vec::new(),
            chains: vec![0; TABLE]
                .into_boxed_slice()
                .try_into()
                .expect("the table's length"),
            translator: Translator::default(),
            generation: 0,
        };
        cache.empty();
        cache
    }

    /// Drops everything when the bus says that code may have changed.
    #[inline(always)]
    pub(crate) fn follow<B: Bus>(&mut self, bus: &B) {
        let generation = bus.code_generation();
        if generation != self.generation {
            self.generation = generation;
            self.clear();
        }
    }

    #[cold]
    fn clear(&mut self) {
        self.forget_spent();
        self.operations.clear();
        self.schedules.clear();
        self.spent.clear();
        self.known.clear();
        self.chains.fill(0);
        self.translator.clear();
        self.empty();
    }

    /// No block in the table: no place holds an entry whose start belongs there.
    fn empty(&mut self) {
        self.table.fill(EMPTY);
        self.table[Self::entry(EMPTY.start)].start = 0;
    }

    #[inline(always)]
    fn entry(address: u32) -> usize {
        (address ^ address >> 14) as usize & (TABLE - 1)
    }

    /// The place of the block at `address`, for [`BlockCache::at`]; none of its instructions but the first lies at
    /// `cut`. `cycle` is when it is fetched, should it have to be decoded.
    #[inline(always)]
    pub(crate) fn find<B: Bus>(
        &mut self,
        bus: &mut B,
        address: u32,
        cut: u32,
        cycle: u64,
    ) -> Result<usize, (u32, BusFault)> {
        let place = Self::entry(address);
        let block = &self.table[place];
        if block.start != address || block.contains(cut) {
            self.recall(bus, address, cut, cycle)?;
        }
        Ok(place)
    }

    /// Puts the block at `address` into its place of the table.
    #[cold]
    fn recall<B: Bus>(
        &mut self,
        bus: &mut B,
        address: u32,
        cut: u32,
        cycle: u64,
    ) -> Result<(), (u32, BusFault)> {
        match self.known(address) {
            Some(block) if !block.contains(cut) => {
                self.table[Self::entry(address)] = *block;
                Ok(())
            }
            _ => {
                bus.set_now(cycle);
                self.decode(bus, address, cut)
            }
        }
    }

    /// Where the block at `address` stands among all.
    fn index(&self, address: u32) -> Option<usize> {
        let mut next = self.chains[Self::entry(address)] as usize;
        while next != 0 && self.known[next - 1].start != address {
            next = self.known[next - 1].next as usize;
        }
        next.checked_sub(1)
    }

    /// The block at `address`, if it was decoded.
    pub(crate) fn known(&self, address: u32) -> Option<&Block> {
        self.index(address).map(|index| &self.known[index])
    }

    /// All blocks.
    pub(crate) fn all_known(&self) -> &[Block] {
        &self.known
    }

    /// Keeps a block; true when it takes another one's place.
    fn keep(&mut self, mut block: Block) -> bool {
        let index = self.index(block.start);
        if let Some(index) = index {
            block.next = self.known[index].next;
            self.known[index] = block;
        } else {
            let chain = &mut self.chains[Self::entry(block.start)];
            block.next = *chain;
            self.known.push(block);
            *chain = self.known.len() as u32;
        }
        index.is_some()
    }

    /// Notes the translated function of the block at `address`, and its number there.
    pub(crate) fn set_region(&mut self, address: u32, region: u32, entry: u16) {
        if let Some(index) = self.index(address) {
            (self.known[index].region, self.known[index].entry) = (region, entry);
        }
        let place = &mut self.table[Self::entry(address)];
        if place.start == address {
            (place.region, place.entry) = (region, entry);
        }
    }

    /// The block that was found.
    #[inline(always)]
    pub(crate) fn at(&self, place: usize) -> &Block {
        &self.table[place & (TABLE - 1)]
    }

    /// The instructions of a block that this cache gave and has not dropped.
    #[inline(always)]
    pub(crate) fn operations(&self, block: &Block) -> &[Operation] {
        &self.operations[block.first as usize..(block.first + block.count) as usize]
    }

    /// The cycles of a block that this cache gave and has not dropped.
    #[inline(always)]
    pub(crate) fn schedule(&self, block: &Block) -> &Schedule {
        &self.schedules[block.schedule as usize]
    }

    /// Where a block that this cache gave and has not dropped notes what was spent in it.
    #[inline(always)]
    pub(crate) fn spent(&self, block: &Block) -> &Spent {
        &self.spent[block.schedule as usize].1
    }

    /// What was spent where while cycles were modelled, by all cores together: for each address at which a stretch
    /// of straight code begins, in order, cycles (waiting for memory included) and instructions.
    pub fn profile(&self) -> Vec<(u32, u64, u64)> {
        let mut sums = self.spent_before.clone();
        for (start, spent) in &self.spent {
            let sum = sums.entry(*start).or_default();
            *sum = (sum.0 + spent.cycles.get(), sum.1 + spent.instructions.get());
        }
        sums.into_iter()
            .filter(|(_, (cycles, _))| *cycles != 0)
            .map(|(start, (cycles, instructions))| (start, cycles, instructions))
            .collect()
    }

    /// Begins to count anew.
    pub fn clear_profile(&mut self) {
        self.forget_spent();
        self.spent_before.clear();
    }

    /// Moves counters to where they outlive their stretches.
    fn forget_spent(&mut self) {
        for (start, spent) in &self.spent {
            let (cycles, instructions) = (spent.cycles.take(), spent.instructions.take());
            if cycles != 0 {
                let sum = self.spent_before.entry(*start).or_default();
                *sum = (sum.0 + cycles, sum.1 + instructions);
            }
        }
    }

    fn decode<B: Bus>(&mut self, bus: &mut B, address: u32, cut: u32) -> Result<(), (u32, BusFault)> {
        if self.operations.len() + LONGEST > CAPACITY {
            self.clear();
        }
        let first = self.operations.len();
        let mut block = Block {
            start: address,
            end: address,
            first: first as u32,
            fetch_varies: bus.fetch_varies(address),
            ..EMPTY
        };
        let mut scheduler = Scheduler::default();
        let mut length = 0;
        while self.operations.len() - first < LONGEST && (block.end == address || block.end != cut) {
            let word = match fetch(bus, block.end) {
                Ok(word) => word,
                Err(fault) if block.end == address => return Err(fault),
                // What cannot be fetched only matters when it is reached.
                Err(_) => break,
            };
            let mut operation = decode(word, block.end);
            if block.count == 0 {
                length = operation.length;
            }
            operation.issue = scheduler.issue(&hazards(&operation, word)) as u16;
            block.end = block.end.wrapping_add(operation.length.into());
            block.quarters = block.quarters.max(operation.quarters);
            block.coprocessors |= operation.op.coprocessors();
            block.count += 1;
            self.operations.push(operation);
            if operation.op.ends_block() {
                block.terminated = true;
                break;
            }
        }
        block.may_wait = block.terminated && may_wait(&self.operations[first..], address);
        block.schedule = self.schedules.len() as u32;
        self.spent.push((address, Spent::default()));
        self.schedules.push(scheduler.finish(address, length));
        bus.watch_code(address & !3, block.end.wrapping_sub(address & !3));
        self.table[Self::entry(address)] = block;
        if self.keep(block) {
            self.translator.drop_stretch(address);
        }
        Ok(())
    }
}
