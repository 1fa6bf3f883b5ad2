//! A core with plain memory and a firmware in it, whose functions are called by name or address.

use std::collections::HashMap;

use emulator::block::BlockCache;
use emulator::core::{ps, Core};
use emulator::isa::text::assemble;
use emulator::ram::{MemoryBus, Region};
use emulator::run::Pause;
use emulator::timing::Pipeline;

/// Internal memory that both buses see.
const SRAM1: u32 = 0x3fc8_8000;
const SRAM1_BYTES: usize = 0x7_0000;
/// Difference of its two addresses.
const INSTRUCTION_VIEW: u32 = 0x6f_0000;
/// Internal memory of the instruction bus alone.
const SRAM0: u32 = 0x4037_0000;
const SRAM0_BYTES: usize = 0x8000;
/// Where flash and PSRAM are seen.
pub const EXTERNAL: u32 = 0x3c00_0000;
const EXTERNAL_BYTES: usize = 0x10_0000;
/// The caller's instructions, where the chip has its instruction cache.
const CALLER: u32 = SRAM0;
/// Behind what the tests put down; the stack grows down to it.
const HEAP_END: u32 = 0x3fcf_0000;
const STACK: u32 = 0x3fcf_7f00;
/// Coprocessors 0 (floating point) and 3 (vectors).
const COPROCESSORS: u32 = 9;
const CPENABLE: u8 = 224;
/// Register arguments of a call.
const IN_REGISTERS: usize = 6;

/// A core that can call a firmware's functions.
pub struct Chip {
    core: Core,
    bus: MemoryBus,
    cache: BlockCache,
    timing: Pipeline,
    symbols: HashMap<String, u32>,
    heap: [u32; 2],
}

impl Chip {
    /// Loads a 32-bit little-endian executable.
    pub fn new(elf: &[u8]) -> Self {
        let mut bus = MemoryBus::new();
        let sram1 = bus.add_memory(SRAM1_BYTES);
        let sram0 = bus.add_memory(SRAM0_BYTES);
        let external = bus.add_memory(EXTERNAL_BYTES);
        for (start, memory, executable, writable) in [
            (SRAM1, sram1, false, true),
            (SRAM1 + INSTRUCTION_VIEW, sram1, true, false),
            (SRAM0, sram0, true, false),
            (EXTERNAL, external, false, false),
        ] {
            bus.map(Region {
                start,
                memory,
                executable,
                writable,
            });
        }
        let mut core = Core::new(0);
        core.set_ps(ps::WOE);
        core.write_special(CPENABLE, COPROCESSORS).expect("CPENABLE");
        let mut chip = Self {
            core,
            bus,
            cache: BlockCache::new(),
            timing: Pipeline::default(),
            symbols: symbols(elf),
            heap: [0; 2],
        };
        for header in table(elf, 28, 42) {
            let [kind, offset, address, length] = [0, 4, 8, 16].map(|field| word(elf, header + field));
            // The kernels read nothing of what stays in flash.
            if kind == 1 && length > 0 && address >= SRAM1 {
                chip.fill(address, &elf[offset as usize..(offset + length) as usize]);
            }
        }
        let mut caller = Vec::new();
        for line in ["callx8 a8", "simcall"] {
            let (word, length) = assemble(line, CALLER).expect(line);
            caller.extend(&word.to_le_bytes()[..length.into()]);
        }
        chip.fill(CALLER, &caller);
        chip.clear();
        chip
    }

    /// Address of a function or table of the firmware.
    pub fn symbol(&self, name: &str) -> u32 {
        *self
            .symbols
            .get(name)
            .unwrap_or_else(|| panic!("the firmware has no {name}"))
    }

    /// Forgets what was put down.
    pub fn clear(&mut self) {
        self.heap = [self.symbol("_heap_begin"), EXTERNAL];
    }

    /// Puts bytes into internal memory, or behind the cache; aligned to 16, followed by bytes that are not zero.
    pub fn put(&mut self, bytes: &[u8], external: bool) -> u32 {
        let at = self.heap[usize::from(external)];
        let end = at + (bytes.len() as u32).next_multiple_of(16) + 16;
        assert!(
            end <= if external {
                EXTERNAL + EXTERNAL_BYTES as u32
            } else {
                HEAP_END
            }
        );
        self.heap[usize::from(external)] = end;
        self.fill(at, bytes);
        self.fill(
            at + bytes.len() as u32,
            &vec![0x5a; (end - at) as usize - bytes.len()],
        );
        at
    }

    /// The same of floats.
    pub fn put_floats(&mut self, floats: &[f32], external: bool) -> u32 {
        let bytes: Vec<u8> = floats.iter().flat_map(|number| number.to_le_bytes()).collect();
        self.put(&bytes, external)
    }

    /// Internal or external memory.
    pub fn bytes(&self, address: u32, length: usize) -> &[u8] {
        let (memory, offset) = place(address);
        &self.bus.memory(memory)[offset..offset + length]
    }

    /// Numbers in memory, as bits.
    pub fn words(&self, address: u32, count: usize) -> Vec<u32> {
        self.bytes(address, 4 * count)
            .as_chunks()
            .0
            .iter()
            .map(|bytes| u32::from_le_bytes(*bytes))
            .collect()
    }

    /// Calls a function by the windowed convention; its result and the cycles that it took.
    pub fn call(&mut self, function: u32, arguments: &[u32]) -> (u32, u64) {
        let (registers, stacked) = arguments.split_at(arguments.len().min(IN_REGISTERS));
        for (position, argument) in (STACK..).step_by(4).zip(stacked) {
            self.fill(position, &argument.to_le_bytes());
        }
        self.core.a[1] = STACK;
        self.core.a[8] = function;
        self.core.a[10..10 + registers.len()].copy_from_slice(registers);
        self.core.pc = CALLER;
        let before = self.core.cycles;
        match self
            .core
            .run(&mut self.bus, &mut self.cache, &mut self.timing, u64::MAX)
        {
            Ok(Pause::Call { .. }) => {}
            other => panic!("the function did not return: {other:?}"),
        }
        (self.core.a[10], self.core.cycles - before)
    }

    fn fill(&mut self, address: u32, bytes: &[u8]) {
        // A segment may lie in two memories.
        for (address, byte) in (address..).zip(bytes) {
            let (memory, offset) = place(address);
            self.bus.fill(memory, offset, &[*byte]);
        }
    }
}

/// Memory and offset of an address.
fn place(address: u32) -> (usize, usize) {
    let within = |start: u32, bytes: usize| (address.wrapping_sub(start) as usize) < bytes;
    let offset = |start: u32| (address - start) as usize;
    if within(SRAM1, SRAM1_BYTES) {
        (0, offset(SRAM1))
    } else if within(SRAM1 + INSTRUCTION_VIEW, SRAM1_BYTES) {
        (0, offset(SRAM1 + INSTRUCTION_VIEW))
    } else if within(SRAM0, SRAM0_BYTES) {
        (1, offset(SRAM0))
    } else {
        (2, offset(EXTERNAL))
    }
}

fn word(elf: &[u8], at: usize) -> u32 {
    u32::from_le_bytes(elf[at..at + 4].try_into().expect("a word"))
}

/// Offsets of the entries of the table that the header names at `start` and, in three halves of a word, at `size`.
fn table(elf: &[u8], start: usize, size: usize) -> impl Iterator<Item = usize> {
    let half = |at: usize| usize::from(u16::from_le_bytes([elf[at], elf[at + 1]]));
    let (first, bytes, count) = (word(elf, start) as usize, half(size), half(size + 2));
    (0..count).map(move |index| first + index * bytes)
}

fn symbols(elf: &[u8]) -> HashMap<String, u32> {
    let sections: Vec<usize> = table(elf, 32, 46).collect();
    let content = |section: usize| {
        let at = word(elf, section + 16) as usize;
        &elf[at..at + word(elf, section + 20) as usize]
    };
    let section = sections
        .iter()
        .find(|&&section| word(elf, section + 4) == 2)
        .expect("a symbol table");
    let names = content(sections[word(elf, section + 24) as usize]);
    content(*section)
        .chunks_exact(16)
        .map(|symbol| {
            let name = &names[word(symbol, 0) as usize..];
            let length = name.iter().position(|&byte| byte == 0).unwrap_or(0);
            (
                String::from_utf8_lossy(&name[..length]).into_owned(),
                word(symbol, 4),
            )
        })
        .collect()
}
