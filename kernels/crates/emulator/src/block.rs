//! Straight stretches of code, decoded once and kept.

use crate::bus::{Bus, BusFault};
use crate::core::stop::fetch;
use crate::operation::{decode, Operation};

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

/// Decoded code, for any number of cores on one bus.
pub struct BlockCache {
    operations: Vec<Operation>,
    /// Blocks by a hash of their start.
    table: Vec<Block>,
    generation: u32,
}

/// A table entry that holds nothing: no instruction starts and ends at one address.
const EMPTY: Block = Block {
    start: u32::MAX,
    end: u32::MAX,
    first: 0,
    count: 0,
    terminated: false,
    quarters: 0,
    coprocessors: 0,
};

impl Default for BlockCache {
    fn default() -> Self {
        Self::new()
    }
}

impl BlockCache {
    /// An empty cache.
    pub fn new() -> Self {
        Self {
            operations: Vec::new(),
            table: vec![EMPTY; TABLE],
            generation: 0,
        }
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
        self.operations.clear();
        self.table.fill(EMPTY);
    }

    #[inline(always)]
    fn entry(address: u32) -> usize {
        (address ^ address >> 14) as usize & (TABLE - 1)
    }

    /// The block at `address`; none of its instructions but the first lies at `cut`.
    #[inline(always)]
    pub(crate) fn block<B: Bus>(
        &mut self,
        bus: &mut B,
        address: u32,
        cut: u32,
    ) -> Result<Block, (u32, BusFault)> {
        let block = self.table[Self::entry(address)];
        if block.start == address && block.count != 0 && !block.contains(cut) {
            return Ok(block);
        }
        self.decode(bus, address, cut)
    }

    /// The instructions of a block that this cache gave and has not dropped.
    #[inline(always)]
    pub(crate) fn operations(&self, block: &Block) -> &[Operation] {
        &self.operations[block.first as usize..(block.first + block.count) as usize]
    }

    #[cold]
    fn decode<B: Bus>(&mut self, bus: &mut B, address: u32, cut: u32) -> Result<Block, (u32, BusFault)> {
        if self.operations.len() + LONGEST > CAPACITY {
            self.clear();
        }
        let first = self.operations.len();
        let mut block = Block {
            start: address,
            end: address,
            first: first as u32,
            ..EMPTY
        };
        while self.operations.len() - first < LONGEST && (block.end == address || block.end != cut) {
            let word = match fetch(bus, block.end) {
                Ok(word) => word,
                Err(fault) if block.end == address => return Err(fault),
                // What cannot be fetched only matters when it is reached.
                Err(_) => break,
            };
            let operation = decode(word, block.end);
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
        bus.watch_code(address & !3, block.end.wrapping_sub(address & !3));
        self.table[Self::entry(address)] = block;
        Ok(block)
    }
}
