//! The register bus as every chip has it: blocks of 4 KiB found by address, each with the gate of its clock, the time of its
//! next event and its interrupt sources.

use emulator::bus::BusFault;

use super::peripheral::{Effect, Peripheral};
use super::warning::Warnings;
use crate::time::Ticks;

/// Where a block lies: its page (address bits 19:12), its clock gate (a register's number and the bit) and its interrupt
/// sources (first and count).
pub(crate) struct Place<B> {
    pub(crate) block: B,
    pub(crate) name: &'static str,
    pub(crate) page: u8,
    pub(crate) gate: Option<(usize, u32)>,
    pub(crate) sources: (u32, u32),
}

/// What the bus knows of `N` blocks.
#[derive(Debug, Clone)]
pub(crate) struct BusState<B, const N: usize> {
    /// Block of each page.
    pages: [Option<B>; 256],
    /// Blocks whose clock is off or that are held in reset, a bit each.
    pub(crate) gated: u32,
    /// When each block acts by itself, and the earliest of them.
    events: [Ticks; N],
    event: Ticks,
    pub(crate) warnings: Warnings,
}

impl<B: Copy, const N: usize> BusState<B, N> {
    pub(crate) fn new(places: &[Place<B>; N]) -> Self {
        let mut pages = [None; 256];
        for place in places {
            pages[usize::from(place.page)] = Some(place.block);
        }
        Self {
            pages,
            gated: 0,
            events: [Ticks::MAX; N],
            event: Ticks::MAX,
            warnings: Warnings::default(),
        }
    }

    /// The earliest event of a block that is not asked each time.
    pub(crate) fn event(&self) -> Ticks {
        self.event
    }
}

/// Blocks on a register bus.
pub(crate) trait Blocks<const N: usize> {
    /// A block's number.
    type Block: Copy + PartialEq + Into<usize> + 'static;
    /// All of them, in the order of their numbers.
    const PLACES: &'static [Place<Self::Block>; N];
    /// Those whose other end acts between accesses: they are asked for events each time.
    const PORTS: &'static [Self::Block];
    /// Blocks that the chip has and this emulator does not: page and name.
    const MISSING: &'static [(u8, &'static str)];

    /// The page that an address of a register lies in.
    fn page(address: u32) -> Option<u8>;
    /// Which registers of the clock tree a gate stands for, in words.
    fn gate_name(gate: (usize, u32)) -> String;
    fn state(&self) -> &BusState<Self::Block, N>;
    fn state_mut(&mut self) -> &mut BusState<Self::Block, N>;
    fn block(&self, block: Self::Block) -> &dyn Peripheral;
    fn block_mut(&mut self, block: Self::Block) -> &mut dyn Peripheral;
    /// Interrupt sources have these levels now; gives whether a core's lines changed.
    fn drive(&mut self, first: u32, count: u32, lines: u32) -> bool;

    /// The block of a register that can be accessed.
    fn find(&self, address: u32) -> Result<Self::Block, BusFault> {
        let state = self.state();
        let block = Self::page(address)
            .and_then(|page| state.pages[usize::from(page)])
            .ok_or(BusFault::Unmapped)?;
        if state.gated >> block.into() & 1 != 0 {
            return Err(BusFault::NotReady);
        }
        if address & 3 != 0 {
            return Err(BusFault::Width);
        }
        if self.block(block).knows(address & 0xfff) {
            Ok(block)
        } else {
            Err(BusFault::Unmapped)
        }
    }

    /// Why an access to this address fails, in words.
    fn explain_access(&self, address: u32) -> String {
        let missing = || format!("no peripheral is at 0x{:08x}", address & !0xfff);
        let Some(page) = Self::page(address) else {
            return missing();
        };
        let Some(place) = Self::PLACES.iter().find(|place| place.page == page) else {
            return match Self::MISSING.iter().find(|missing| missing.0 == page) {
                Some((_, name)) => format!("{name} is not emulated"),
                None => missing(),
            };
        };
        let (name, offset) = (place.name, address & 0xfff);
        if let Some(gate) = place
            .gate
            .filter(|_| self.state().gated >> place.block.into() & 1 != 0)
        {
            return format!(
                "{name} has no clock or is held in reset ({})",
                Self::gate_name(gate)
            );
        }
        if address & 3 != 0 {
            return format!("{name} takes 32-bit accesses only");
        }
        format!("{name} has no register at offset 0x{offset:03x} that is emulated")
    }

    /// Lets happen what is due at `now`, a reset at most.
    fn advance_blocks(&mut self, now: Ticks) -> Option<Effect> {
        let mut effect = None;
        for place in Self::PLACES {
            let port = Self::PORTS.contains(&place.block);
            if effect.is_some() || !port && self.state().events[place.block.into()] > now {
                continue;
            }
            effect = self.block_mut(place.block).advance(now);
            effect = effect.or(self.settle(place.block, 0, now));
        }
        effect
    }

    /// Follows what an access to a block changed: its next event, its interrupts, its warnings.
    fn settle(&mut self, block: Self::Block, core: usize, now: Ticks) -> Option<Effect> {
        let index: usize = block.into();
        let peripheral = self.block_mut(block);
        let event = peripheral.next_event(now);
        let lines = peripheral.lines();
        let warnings = match peripheral.warnings() {
            Some(warnings) if !warnings.is_empty() => std::mem::take(warnings),
            _ => Vec::new(),
        };
        let state = self.state_mut();
        for warning in warnings {
            state.warnings.add(warning, now, core);
        }
        if state.events[index] != event {
            state.events[index] = event;
            let others = Self::PLACES
                .iter()
                .filter(|place| !Self::PORTS.contains(&place.block));
            state.event = others
                .map(|place| state.events[place.block.into()])
                .min()
                .unwrap_or(Ticks::MAX);
        }
        let (first, count) = Self::PLACES[index].sources;
        (count > 0 && self.drive(first, count, lines)).then_some(Effect::Interrupts)
    }

    fn settle_all(&mut self, now: Ticks) {
        for place in Self::PLACES {
            self.settle(place.block, 0, now);
        }
    }
}
