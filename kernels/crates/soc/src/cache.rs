//! A cache of external memory: its lines with their bytes, found by virtual address and replaced first in, first out.
//!
//! Because replacement does not look at hits, a hit has no effect but on a changed line's mark. So hits are found
//! through a table of its own, one compare and one array access; the sets are searched only when that misses.
//!
//! Several caches of the same size can be one value with as many banks: their lines follow each other, and each core has
//! a table of hits of its own, which may lead to lines of any bank.

use std::mem::{offset_of, size_of};

use emulator::translate::places::PlainCache;

use crate::time::Ticks;

/// Entries of the table of hits; a power of two.
const FAST: usize = 1024;
/// The shortest line.
const SHORTEST: usize = 16;

/// Sizes of a cache.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Geometry {
    /// Bytes of all lines.
    pub bytes: u32,
    /// Lines of a set.
    pub ways: u32,
    /// Bytes of a line.
    pub line: u32,
}

impl Geometry {
    /// Number of sets.
    pub fn sets(self) -> u32 {
        self.bytes / self.ways / self.line
    }
}

/// What is known of a line besides its bytes.
#[derive(Debug, Clone, Copy)]
pub struct Line {
    /// Address divided by the line's length; [`NOTHING`] when the line holds nothing.
    number: u32,
    /// The MMU entry through which it was read.
    pub entry: u32,
    /// It may not be replaced.
    pub locked: bool,
    /// When a prefetched line will be there.
    pub ready: Ticks,
}

/// The number of no line: addresses divided by at least 16 are smaller.
const NOTHING: u32 = u32::MAX;

const EMPTY: Line = Line {
    number: NOTHING,
    entry: 0,
    locked: false,
    ready: 0,
};

/// Mark of an offset whose line takes no stores; positions are cut to the cache's size, so reads need not look at it.
const READ_ONLY: u32 = 1 << 31;

#[derive(Clone, Copy)]
struct Fast {
    number: u32,
    offset: u32,
}

const MISS: Fast = Fast {
    number: NOTHING,
    offset: 0,
};

/// Caches with room for `BYTES`, a power of two, in `BANKS`, another one.
pub struct Cache<const BYTES: usize, const BANKS: usize = 1> {
    /// Of all banks together.
    geometry: Geometry,
    shift: u32,
    /// The table of hits that accesses use, and where it begins in bytes.
    bank: usize,
    place: u32,
    fast: Box<[[Fast; FAST]; BANKS]>,
    data: Box<[u8; BYTES]>,
    changed: Vec<bool>,
    lines: Vec<Line>,
    /// The way of each set that is replaced next.
    next: Vec<u8>,
    /// Accesses that hit the table of hits.
    pub accesses: u32,
}

impl<const BYTES: usize, const BANKS: usize> Cache<BYTES, BANKS> {
    /// An empty cache.
    pub fn new(geometry: Geometry) -> Self {
        let data = vec![0; BYTES].into_boxed_slice();
        let fast = vec![[MISS; FAST]; BANKS].into_boxed_slice();
        let mut cache = Self {
            geometry,
            shift: geometry.line.trailing_zeros(),
            bank: 0,
            place: 0,
            fast: fast
                .try_into()
                .unwrap_or_else(|_| Box::new([[MISS; FAST]; BANKS])),
            data: data.try_into().expect("the length of the vector"),
            changed: vec![false; BYTES / SHORTEST],
            lines: Vec::new(),
            next: Vec::new(),
            accesses: 0,
        };
        cache.set_geometry(geometry);
        cache
    }

    /// Where translated code finds hits.
    pub fn places(&self) -> PlainCache {
        const { assert!(size_of::<Fast>() == 8) };
        let address = |reference: &u32| std::ptr::from_ref(reference).addr();
        let table = self.fast.as_ptr().addr();
        PlainCache {
            shift: address(&self.shift),
            numbers: table + offset_of!(Fast, number),
            offsets: table + offset_of!(Fast, offset),
            entries: FAST as u32,
            bank: (BANKS > 1).then(|| address(&self.place)),
            data: self.data.as_ptr().addr(),
            length: BYTES as u32,
            changed: self.changed.as_ptr().addr(),
            accesses: address(&self.accesses),
        }
    }

    /// Its sizes.
    pub fn geometry(&self) -> Geometry {
        self.geometry
    }

    /// Takes other sizes; all lines are lost.
    pub fn set_geometry(&mut self, geometry: Geometry) {
        self.geometry = geometry;
        self.shift = geometry.line.trailing_zeros();
        self.lines = vec![EMPTY; (geometry.sets() * geometry.ways) as usize];
        self.next = vec![0; geometry.sets() as usize];
        self.changed.fill(false);
        self.forget_hits();
    }

    /// From now on every access searches the sets first.
    pub fn forget_hits(&mut self) {
        self.fast.fill([MISS; FAST]);
    }

    /// From now on accesses use the table of hits of this bank.
    #[inline(always)]
    pub fn select(&mut self, bank: usize) {
        if BANKS > 1 {
            self.bank = bank & (BANKS - 1);
            self.place = (self.bank * size_of::<[Fast; FAST]>()) as u32;
        }
    }

    #[inline(always)]
    fn hits(&self) -> &[Fast; FAST] {
        &self.fast[if BANKS > 1 { self.bank & (BANKS - 1) } else { 0 }]
    }

    /// `N` bytes at an address that hits the table of hits.
    #[inline(always)]
    pub fn read<const N: usize>(&mut self, address: u32) -> Option<[u8; N]> {
        let number = address >> self.shift;
        let fast = self.hits()[number as usize & (FAST - 1)];
        if fast.number != number {
            return None;
        }
        self.accesses = self.accesses.wrapping_add(1);
        Some(self.read_line(fast.offset, address))
    }

    /// Writes `N` bytes at an address that hits the table of hits; false when it does not.
    #[inline(always)]
    pub fn write<const N: usize>(&mut self, address: u32, value: [u8; N]) -> bool {
        let number = address >> self.shift;
        let fast = self.hits()[number as usize & (FAST - 1)];
        if fast.number != number || fast.offset >= READ_ONLY {
            return false;
        }
        self.accesses = self.accesses.wrapping_add(1);
        self.write_line(fast.offset, address, value);
        true
    }

    /// `N` bytes of the line whose bytes begin at `offset`.
    #[inline(always)]
    pub fn read_line<const N: usize>(&self, offset: u32, address: u32) -> [u8; N] {
        let offset = self.position(offset, address) & (BYTES - N);
        let mut value = [0; N];
        value.copy_from_slice(&self.data[offset..offset + N]);
        value
    }

    /// Writes `N` bytes of the line whose bytes begin at `offset` and marks it changed.
    #[inline(always)]
    pub fn write_line<const N: usize>(&mut self, offset: u32, address: u32, value: [u8; N]) {
        let position = self.position(offset, address) & (BYTES - N);
        self.data[position..position + N].copy_from_slice(&value);
        let line = offset as usize >> self.shift;
        if let Some(changed) = self.changed.get_mut(line) {
            *changed = true;
        }
    }

    #[inline(always)]
    fn position(&self, offset: u32, address: u32) -> usize {
        (offset | address & (self.geometry.line - 1)) as usize
    }

    /// Sets of a bank.
    fn sets(&self) -> u32 {
        self.geometry.sets() / BANKS as u32
    }

    fn first_of(&self, bank: usize, address: u32) -> usize {
        let set = (address >> self.shift) & (self.sets() - 1);
        (((bank & (BANKS - 1)) as u32 * self.sets() + set) * self.geometry.ways) as usize
    }

    fn offset(&self, index: usize) -> u32 {
        (index as u32) << self.shift
    }

    /// The line that holds an address, as an index for the other calls.
    pub fn find(&self, address: u32) -> Option<usize> {
        self.find_in(0, address)
    }

    /// The line of a bank that holds an address.
    pub fn find_in(&self, bank: usize, address: u32) -> Option<usize> {
        let number = address >> self.shift;
        self.set_in(bank, address)
            .find(|&index| self.lines[index].number == number)
    }

    /// Lets accesses find this line through the table of hits; stores only when it is `writable`.
    pub fn remember(&mut self, index: usize, writable: bool) {
        let number = self.lines[index].number;
        let offset = self.offset(index) | if writable { 0 } else { READ_ONLY };
        let bank = if BANKS > 1 { self.bank } else { 0 };
        self.fast[bank & (BANKS - 1)][number as usize & (FAST - 1)] = Fast { number, offset };
    }

    /// The line that is replaced when `address` comes in, by turns; `None` when all lines of its set are locked.
    pub fn victim(&mut self, address: u32) -> Option<usize> {
        self.victim_in(0, address)
    }

    /// The line of a bank that is replaced when `address` comes in.
    pub fn victim_in(&mut self, bank: usize, address: u32) -> Option<usize> {
        let first = self.first_of(bank, address);
        let set = first / self.geometry.ways as usize;
        for _ in 0..self.geometry.ways {
            let way = usize::from(self.next[set]);
            self.next[set] = ((way + 1) % self.geometry.ways as usize) as u8;
            if !self.lines[first + way].locked {
                return Some(first + way);
            }
        }
        None
    }

    /// The lines of the set of an address.
    pub fn set(&self, address: u32) -> std::ops::Range<usize> {
        self.set_in(0, address)
    }

    /// The lines of the set of an address in a bank.
    pub fn set_in(&self, bank: usize, address: u32) -> std::ops::Range<usize> {
        let first = self.first_of(bank, address);
        first..first + self.geometry.ways as usize
    }

    /// Number of lines.
    pub fn len(&self) -> usize {
        self.lines.len()
    }

    /// Whether the cache has no lines, which no geometry gives.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// Address of what a line holds, or `None` when it holds nothing.
    pub fn address(&self, index: usize) -> Option<u32> {
        let number = self.lines[index].number;
        (number != NOTHING).then_some(number << self.shift)
    }

    /// A line.
    pub fn line(&self, index: usize) -> &Line {
        &self.lines[index]
    }

    /// A line, to lock it or to set when it is ready.
    pub fn line_mut(&mut self, index: usize) -> &mut Line {
        &mut self.lines[index]
    }

    /// Whether a line was changed since it came in or was written back.
    pub fn is_changed(&self, index: usize) -> bool {
        self.changed[index]
    }

    /// The bytes of a line.
    pub fn bytes(&self, index: usize) -> &[u8] {
        let start = self.offset(index) as usize;
        &self.data[start..start + self.geometry.line as usize]
    }

    /// A line was written back.
    pub fn clean(&mut self, index: usize) {
        self.changed[index] = false;
    }

    /// A line holds nothing any more.
    pub fn drop_line(&mut self, index: usize) {
        self.forget(index);
        self.lines[index] = EMPTY;
        self.changed[index] = false;
    }

    /// Accesses to this line search the sets first.
    pub fn forget(&mut self, index: usize) {
        let (number, offset) = (self.lines[index].number, self.offset(index));
        if number == NOTHING {
            return;
        }
        for hits in self.fast.iter_mut() {
            let fast = &mut hits[number as usize & (FAST - 1)];
            // The same address may be in another bank as well.
            if fast.number == number && fast.offset & !READ_ONLY == offset {
                *fast = MISS;
            }
        }
    }

    /// Puts the line of `address` in the place of another; gives its bytes to be filled in.
    pub fn replace(&mut self, index: usize, address: u32, entry: u32, ready: Ticks) -> &mut [u8] {
        self.drop_line(index);
        self.lines[index] = Line {
            number: address >> self.shift,
            entry,
            locked: false,
            ready,
        };
        let start = self.offset(index) as usize;
        &mut self.data[start..start + self.geometry.line as usize]
    }

    /// Offset of a line's bytes, for [`Cache::read_line`] and [`Cache::write_line`].
    pub fn offset_of(&self, index: usize) -> u32 {
        self.offset(index)
    }
}
