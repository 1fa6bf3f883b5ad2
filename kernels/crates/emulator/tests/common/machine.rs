//! A core on a memory that code and data see at different addresses, with handlers at its vectors.

use emulator::block::BlockCache;
use emulator::core::stop::{Cause, Stop};
use emulator::core::Core;
use emulator::ram::{MemoryBus, Region};
use emulator::run::{OneCycle, Pause};

use super::program::program;

/// Instructions see this memory here,
pub const CODE: u32 = 0x4037_8000;
/// and data the same memory here.
pub const DATA: u32 = 0x3fc8_8000;
pub const VECTORS: u32 = 0x4037_0000;
pub const BYTES: usize = 0x4000;

/// One core with its memory.
pub struct Machine {
    pub core: Core,
    pub bus: MemoryBus,
    pub cache: BlockCache,
    pub memory: usize,
    pub vectors: usize,
}

impl Machine {
    /// A core before `lines`, with handlers of which each line is at an offset from VECBASE.
    pub fn new(lines: &[&str], handlers: &[(u32, &[&str])]) -> Self {
        let mut bus = MemoryBus::new();
        let memory = bus.add_memory(BYTES);
        let vectors = bus.add_memory(0x400);
        bus.map(Region {
            start: CODE,
            memory,
            executable: true,
            writable: true,
        });
        bus.map(Region {
            start: DATA,
            memory,
            executable: false,
            writable: true,
        });
        bus.map(Region {
            start: VECTORS,
            memory: vectors,
            executable: true,
            writable: false,
        });
        bus.fill(memory, 0, &program(lines, CODE).bytes);
        for (offset, lines) in handlers {
            bus.fill(vectors, *offset as usize, &program(lines, VECTORS + offset).bytes);
        }
        let mut core = Core::new(0);
        core.write_special(231, VECTORS).expect("VECBASE");
        core.set_ps(0);
        core.pc = CODE;
        Self {
            core,
            bus,
            cache: BlockCache::new(),
            memory,
            vectors,
        }
    }

    pub fn run(&mut self, cycles: u64) -> Result<Pause, Box<Stop>> {
        let until = self.core.cycles + cycles;
        self.core
            .run(&mut self.bus, &mut self.cache, &mut OneCycle, until)
    }

    /// Runs until something ends it, which is expected.
    pub fn cause(&mut self) -> Cause {
        self.run(10_000).expect_err("an end").cause
    }

    pub fn special(&mut self, number: u8) -> u32 {
        self.core.read_special(number).expect("a register")
    }
}
