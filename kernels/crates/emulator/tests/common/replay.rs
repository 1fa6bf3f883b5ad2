//! Runs a random sequence on this emulator and gives the words of its final state.

use emulator::block::BlockCache;
use emulator::core::{ps, Core};
use emulator::ram::{MemoryBus, Region};
use emulator::run::OneCycle;

use super::calls::window_handlers;
use super::sequence::{
    word, Sequence, BATCH, CODE, CODE_STRIDE, SCRATCH, SCRATCH_BYTES, STACK, STACK_BYTES, STATE_CAUSES,
    STATE_SPECIAL, STATE_WORDS, VECTORS,
};

/// Instructions of the longest sequence, with room to spare.
const LONGEST: u64 = 100_000;

/// The machine on which sequences run, one after another.
pub struct Machine {
    bus: MemoryBus,
    cache: BlockCache,
    code: usize,
    scratch: usize,
    vectors: usize,
}

impl Machine {
    /// A machine without code.
    pub fn new() -> Self {
        let mut bus = MemoryBus::new();
        let code = bus.add_memory(BATCH * CODE_STRIDE as usize);
        let scratch = bus.add_memory(SCRATCH_BYTES as usize);
        let vectors = bus.add_memory(0x400);
        bus.map(Region {
            start: CODE,
            memory: code,
            executable: true,
            writable: false,
        });
        bus.map(Region {
            start: SCRATCH,
            memory: scratch,
            executable: false,
            writable: true,
        });
        bus.map(Region {
            start: VECTORS,
            memory: vectors,
            executable: true,
            writable: false,
        });
        let stack = bus.add_memory(STACK_BYTES as usize);
        bus.map(Region {
            start: STACK,
            memory: stack,
            executable: false,
            writable: true,
        });
        for (offset, bytes) in window_handlers() {
            bus.fill(vectors, offset as usize, &bytes);
        }
        // The kernel vector waits for ever.
        bus.fill(vectors, 0x300, &[0x00, 0x70, 0x00]);
        Self {
            bus,
            cache: BlockCache::new(),
            code,
            scratch,
            vectors,
        }
    }

    /// Runs a sequence until an exception ends it. `step` runs it one instruction at a time.
    pub fn run(&mut self, sequence: &Sequence, step: bool) -> Result<[u32; STATE_WORDS], String> {
        let bytes = |words: &[u32]| {
            words
                .iter()
                .flat_map(|word| word.to_le_bytes())
                .collect::<Vec<u8>>()
        };
        self.bus
            .fill(self.code, (sequence.address - CODE) as usize, &sequence.bytes);
        self.bus
            .fill(self.scratch, 0, &bytes(&sequence.state[word::SCRATCH..]));
        let mut core = Core::new(0);
        core.set_ps(ps::INTLEVEL | ps::WOE);
        core.a.copy_from_slice(&sequence.state[..16]);
        core.f.copy_from_slice(&sequence.state[word::F0..word::F0 + 16]);
        core.fcr = sequence.state[word::FCR];
        core.fsr = sequence.state[word::FSR];
        for (place, number) in STATE_SPECIAL.into_iter().chain(STATE_CAUSES) {
            core.write_special(number, sequence.state[place])
                .map_err(|_| format!("special register {number}"))?;
        }
        core.write_special(224, 1).map_err(|_| "CPENABLE")?;
        core.write_special(231, VECTORS).map_err(|_| "VECBASE")?;
        core.pc = sequence.state[word::EPC1];
        let end = VECTORS + 0x300;
        if step {
            for _ in 0..LONGEST {
                if core.pc == end {
                    break;
                }
                core.step(&mut self.bus, &mut OneCycle)
                    .map_err(|stop| stop.to_string())?;
            }
        } else {
            core.run(&mut self.bus, &mut self.cache, &mut OneCycle, LONGEST)
                .map_err(|stop| stop.to_string())?;
        }
        if core.pc != end && !core.waiting {
            return Err(format!("still at 0x{:x}", core.pc));
        }
        let mut state = [0; STATE_WORDS];
        state[..16].copy_from_slice(&core.a);
        for (place, number) in STATE_SPECIAL.into_iter().chain(STATE_CAUSES) {
            state[place] = core
                .read_special(number)
                .map_err(|_| format!("special register {number}"))?;
        }
        state[word::FCR] = core.fcr;
        state[word::FSR] = core.fsr;
        state[word::F0..word::F0 + 16].copy_from_slice(&core.f);
        for (target, bytes) in state[word::SCRATCH..]
            .iter_mut()
            .zip(self.bus.memory(self.scratch).as_chunks::<4>().0)
        {
            *target = u32::from_le_bytes(*bytes);
        }
        debug_assert_eq!(self.bus.memory(self.vectors)[0x301], 0x70);
        Ok(state)
    }
}
