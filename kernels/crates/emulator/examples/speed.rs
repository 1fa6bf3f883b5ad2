//! Emulated instructions per second of one core on kernels of different kinds, without a timing model.
//!
//! `cargo run --release --example speed [SECONDS [KERNEL]]`

#[path = "../tests/common/mod.rs"]
mod common;

use std::time::Instant;

use common::calls::window_handlers;
use common::program::program;
use common::sequence::VECTORS;
use emulator::block::BlockCache;
use emulator::core::{ps, Core};
use emulator::ram::{MemoryBus, Region};
use emulator::run::OneCycle;

const CODE: u32 = 0x4037_8000;
const DATA: u32 = 0x3fc8_8000;

/// Name and program; a2 points to data, and each runs for ever.
const KERNELS: [(&str, &[&str]); 5] = [
    (
        "integers",
        &[
            "again:",
            "addx4 a4, a5, a6",
            "xor a5, a4, a7",
            "slli a6, a5, 3",
            "sub a7, a7, a6",
            "extui a8, a7, 4, 8",
            "addi.n a9, a9, 1",
            "bne a9, a10, {again}",
            "j {again}",
        ],
    ),
    (
        "memory",
        &[
            "again:",
            "movi a3, 64",
            "mov.n a4, a2",
            "round:",
            "l32i a5, a4, 0",
            "l16ui a6, a4, 4",
            "add.n a5, a5, a6",
            "s32i a5, a4, 8",
            "addi.n a4, a4, 4",
            "addi.n a3, a3, -1",
            "bnez a3, {round}",
            "j {again}",
        ],
    ),
    (
        "int8 dot product",
        &[
            "again:",
            "movi a3, 64",
            "mov.n a4, a2",
            "addmi a5, a2, 2048",
            "loop a3, {end}",
            "ee.vld.128.ip q1, a4, 16",
            "ee.vmulas.s8.accx.ld.ip q0, a5, 16, q0, q1",
            "end:",
            "movi a6, 4",
            "ee.srs.accx a7, a6, 0",
            "j {again}",
        ],
    ),
    (
        "float multiply-add",
        &[
            "again:",
            "movi a3, 64",
            "mov.n a4, a2",
            "loop a3, {end}",
            "lsip f1, a4, 4",
            "madd.s f2, f1, f3",
            "lsip f4, a4, 4",
            "madd.s f5, f4, f3",
            "end:",
            "mov.s f2, f6",
            "j {again}",
        ],
    ),
    (
        "windowed calls",
        &[
            "again:",
            "call8 {one}",
            "j {again}",
            "nop.n",
            "one:",
            "entry a1, 32",
            "addi.n a2, a2, 1",
            "add.n a3, a2, a3",
            "retw.n",
        ],
    ),
];

fn main() {
    let seconds = std::env::args()
        .nth(1)
        .and_then(|argument| argument.parse().ok())
        .unwrap_or(1.0);
    let only = std::env::args().nth(2).unwrap_or_default();
    for (name, lines) in KERNELS.into_iter().filter(|kernel| kernel.0.contains(&only)) {
        let mut bus = MemoryBus::new();
        let memory = bus.add_memory(0x8000);
        let vectors = bus.add_memory(0x400);
        bus.map(Region {
            start: DATA,
            memory,
            executable: false,
            writable: true,
        });
        bus.map(Region {
            start: CODE,
            memory,
            executable: true,
            writable: true,
        });
        bus.map(Region {
            start: VECTORS,
            memory: vectors,
            executable: true,
            writable: false,
        });
        for (offset, bytes) in window_handlers() {
            bus.fill(vectors, offset as usize, &bytes);
        }
        bus.fill(memory, 0, &program(lines, CODE).bytes);
        let floats: Vec<u8> = (0..1024)
            .flat_map(|index| (index as f32 * 0.37 + 0.1).to_le_bytes())
            .collect();
        bus.fill(memory, 0x1000, &floats);
        let mut core = Core::new(0);
        core.write_special(231, VECTORS).expect("VECBASE");
        core.write_special(224, 9).expect("CPENABLE");
        core.set_ps(ps::WOE);
        core.pc = CODE;
        core.a[1] = DATA + 0x4000;
        core.a[2] = DATA + 0x1000;
        core.f[3] = 0.999_f32.to_bits();
        let mut cache = BlockCache::new();
        let start = Instant::now();
        while start.elapsed().as_secs_f64() < seconds {
            let until = core.cycles + 1_000_000;
            if let Err(stop) = core.run(&mut bus, &mut cache, &mut OneCycle, until) {
                println!("{name}: {stop}");
                return;
            }
        }
        let rate = core.instructions as f64 / start.elapsed().as_secs_f64() / 1e6;
        println!("{name}: {rate:.0} million instructions per second");
    }
}
