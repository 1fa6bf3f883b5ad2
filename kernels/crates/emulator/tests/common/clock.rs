//! Cycles of a small function on a modelled pipeline, code and data in plain memory.

use emulator::block::BlockCache;
use emulator::core::{ps, Core};
use emulator::ram::{MemoryBus, Region};
use emulator::run::{Pause, Pipeline};

use super::calls::window_handlers;
use super::program::program;

const CODE: u32 = 0x4037_8000;
/// Where the function's data begin.
pub const DATA: u32 = 0x3fc8_8000;
const VECTORS: u32 = 0x4037_0000;
const DATA_BYTES: usize = 0x5_0000;

/// Instructions of one aligned place: as many no-operations as bring the next instruction to a word boundary.
fn aligned(lines: &[&str]) -> Vec<String> {
    let mut result: Vec<String> = Vec::new();
    for &line in lines {
        if line != ".align" {
            result.push(line.to_owned());
            continue;
        }
        let marks = result
            .iter()
            .map(|line| line.replace(['{', '}'], ""))
            .collect::<Vec<_>>();
        let length = marks
            .iter()
            .map(|line| {
                if line.ends_with(':') {
                    0
                } else {
                    super::program::length(line)
                }
            })
            .sum::<u32>();
        let padding: &[&str] = match length % 4 {
            0 => &[],
            1 => &["nop"],
            2 => &["nop.n"],
            _ => &["nop", "nop.n"],
        };
        result.extend(padding.iter().map(|&line| line.to_owned()));
    }
    result
}

/// Cycles from before a windowed call of the function `lines` until after its return, as firmware would read them
/// from CCOUNT. The function finds its arguments in a2 to a7; `.align` stands before instructions that an
/// assembler would align.
pub fn cycles(lines: &[&str], arguments: &[u32]) -> u64 {
    let mut source = vec![
        "rsr a4, 234",
        "call8 {function}",
        "rsr a5, 234",
        "sub a2, a5, a4",
        "waiti 15",
        ".align",
        "function:",
    ];
    source.extend(lines);
    let mut bus = MemoryBus::new();
    let (code, data, vectors) = (
        bus.add_memory(0x1000),
        bus.add_memory(DATA_BYTES),
        bus.add_memory(0x400),
    );
    for (start, memory, executable) in [(CODE, code, true), (DATA, data, false), (VECTORS, vectors, true)] {
        bus.map(Region {
            start,
            memory,
            executable,
            writable: true,
        });
    }
    for (offset, bytes) in window_handlers() {
        bus.fill(vectors, offset as usize, &bytes);
    }
    bus.fill(code, 0, &program(&aligned(&source), CODE).bytes);
    let mut core = Core::new(0);
    core.write_special(231, VECTORS).expect("VECBASE");
    core.write_special(224, 9).expect("CPENABLE");
    core.set_ps(ps::WOE);
    core.pc = CODE;
    core.a[1] = DATA + DATA_BYTES as u32;
    core.a[10..10 + arguments.len()].copy_from_slice(arguments);
    let mut cache = BlockCache::new();
    let pause = core.run(&mut bus, &mut cache, &mut Pipeline::default(), 10_000_000);
    assert_eq!(pause.unwrap_or_else(|stop| panic!("{stop}")), Pause::Waiting);
    core.a[2].into()
}
