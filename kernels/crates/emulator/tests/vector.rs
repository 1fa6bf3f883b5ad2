//! Every instruction of the vector unit gives what an independent model of the documentation gives.
//!
//! `tests/model/vectors.py` is that model; it made the vectors.

mod common;

use std::collections::HashMap;

use common::digest::digest;
use common::random::Random;
use emulator::core::stop::Cause;
use emulator::core::Core;
use emulator::isa::table::Table;
use emulator::isa::text::assemble;
use emulator::operation::{behaviour, Op};
use emulator::quad::Quad;
use emulator::ram::{MemoryBus, Region};
use emulator::run::OneCycle;

const MEMORY: u32 = 0x3fc9_0000;
const MEMORY_BYTES: usize = 512;
const CODE: u32 = 0x4037_0000;
/// Vectors of each instruction.
const CASES: usize = 24;
/// Instructions: 220 of the vector unit and the access to its 19 user registers, each way.
const INSTRUCTIONS: usize = 258;

struct Machine {
    bus: MemoryBus,
    memory: usize,
    code: usize,
}

impl Machine {
    fn new() -> Self {
        let mut bus = MemoryBus::new();
        let memory = bus.add_memory(MEMORY_BYTES);
        let code = bus.add_memory(16);
        bus.map(Region {
            start: MEMORY,
            memory,
            executable: false,
            writable: true,
        });
        bus.map(Region {
            start: CODE,
            memory: code,
            executable: true,
            writable: false,
        });
        Self { bus, memory, code }
    }

    /// The state that a seed stands for, as the model has it.
    fn prepare(&mut self, seed: u64) -> Core {
        let mut random = Random::new(seed);
        let mut core = Core::new(0);
        core.write_special(224, 9).expect("CPENABLE");
        let vectors = &mut core.vectors;
        for register in &mut vectors.q[..7] {
            *register = Quad::from(bytes(std::array::from_fn(|_| random.edge())));
        }
        let mut indices = [0; 16];
        for lane in indices.chunks_exact_mut(2) {
            lane.copy_from_slice(&(random.below(32) as u16).to_le_bytes());
        }
        vectors.q[7] = Quad::from(indices);
        for piece in &mut vectors.qacc {
            *piece = sum40(&mut random);
        }
        let accx = sum40(&mut random);
        core.write_user(0, accx as u32).expect("ACCX_0");
        core.write_user(1, (accx >> 32) as u32).expect("ACCX_1");
        core.vectors.sar_byte = random.below(16) as u8;
        core.vectors.fft_bit_width = 3 + random.below(8) as u8;
        core.vectors.ua_state = bytes(std::array::from_fn(|_| random.edge()));
        core.vectors.gpio_out = random.word() as u8;
        core.vectors.gpio_in = random.word() as u8;
        core.sar = random.below(40) as u32;
        for register in &mut core.a[..8] {
            *register = MEMORY + 128 + random.below(128) as u32;
        }
        for register in &mut core.a[8..] {
            *register = random.edge();
        }
        for register in &mut core.f {
            *register = random.word();
        }
        let words: Vec<u8> = (0..MEMORY_BYTES / 4)
            .flat_map(|_| random.edge().to_le_bytes())
            .collect();
        self.bus.fill(self.memory, 0, &words);
        core
    }

    fn run(&mut self, core: &mut Core, text: &str) -> Result<(), Cause> {
        let (word, length) = assemble(text, CODE).unwrap_or_else(|| panic!("{text} is not assembled"));
        self.bus.fill(self.code, 0, &word.to_le_bytes());
        core.pc = CODE;
        core.step(&mut self.bus, &mut OneCycle)
            .map_err(|stop| stop.cause)?;
        assert_eq!(core.pc, CODE + u32::from(length), "{text}");
        Ok(())
    }

    fn words(&self, core: &mut Core) -> Vec<u32> {
        let split = |bytes: &[u8]| {
            bytes
                .as_chunks::<4>()
                .0
                .iter()
                .map(|word| u32::from_le_bytes(*word))
                .collect::<Vec<_>>()
        };
        let mut words: Vec<u32> = core
            .vectors
            .q
            .iter()
            .flat_map(|register| split(&register.bytes()))
            .collect();
        // QACC_L, then QACC_H.
        words.extend(
            (7..12)
                .chain(2..7)
                .map(|number| core.read_user(number).expect("QACC")),
        );
        words.extend((0..2).map(|number| core.read_user(number).expect("ACCX")));
        words.extend(
            [
                core.vectors.sar_byte,
                core.vectors.fft_bit_width,
                core.vectors.gpio_out,
            ]
            .map(u32::from),
        );
        words.extend(split(&core.vectors.ua_state));
        words.extend(core.a);
        words.extend(core.f);
        words.extend(split(self.bus.memory(self.memory)));
        words
    }
}

/// A sum of 40 bits: anything, two small ones of 20 bits, or one near a bound.
fn sum40(random: &mut Random) -> u64 {
    match random.below(3) {
        0 => {
            let low = u64::from(random.edge());
            low | u64::from(random.word() & 0xff) << 32
        }
        1 => {
            let low = u64::from(random.word() & 0x3_ffff);
            low | u64::from(random.word() & 0x3_ffff) << 20
        }
        _ => {
            let high = *random.pick(&[0x00_u64, 0x7f, 0x80, 0xff]);
            let distance = random.word() & 0xffff;
            high << 32
                | u64::from(if random.below(2) == 0 {
                    distance
                } else {
                    u32::MAX - distance
                })
        }
    }
}

fn bytes(words: [u32; 4]) -> [u8; 16] {
    let mut bytes = [0; 16];
    for (target, word) in bytes.chunks_exact_mut(4).zip(words) {
        target.copy_from_slice(&word.to_le_bytes());
    }
    bytes
}

#[test]
fn every_instruction_agrees_with_the_model() {
    let mut machine = Machine::new();
    let mut counts: HashMap<String, usize> = HashMap::new();
    let mut wrong: HashMap<String, String> = HashMap::new();
    let lines = include_str!("data/vectors.txt")
        .lines()
        .filter(|line| !line.starts_with('#'));
    for (number, line) in lines.enumerate() {
        let (text, wanted) = line.split_once(" = ").expect("text = digest");
        let mnemonic = text.split(' ').next().unwrap_or("").to_owned();
        let mut core = machine.prepare(number as u64);
        let result = machine.run(&mut core, text);
        let found = format!("{:08x}", digest(&machine.words(&mut core)));
        if result.is_err() || found != wanted {
            wrong.insert(mnemonic.clone(), format!("line {number}: {text}: {result:?}"));
        }
        *counts.entry(mnemonic).or_default() += 1;
    }
    assert!(
        wrong.is_empty(),
        "{} instructions differ: {wrong:#?}",
        wrong.len()
    );
    assert_eq!(counts.len(), INSTRUCTIONS);
    assert!(counts.values().all(|&count| count == CASES));
    for row in Table::get()
        .rows()
        .iter()
        .filter(|row| matches!(behaviour(row.mnemonic), Op::Vector(_)))
    {
        assert!(
            counts.contains_key(row.mnemonic),
            "{} has no vectors",
            row.mnemonic
        );
    }
}

#[test]
fn drops_low_address_bits_and_counts_it() {
    let mut machine = Machine::new();
    let mut core = machine.prepare(1);
    core.a[2] = MEMORY + 0x47;
    machine
        .run(&mut core, "ee.vld.128.ip q0, a2, 32")
        .expect("a load");
    assert_eq!(
        core.vectors.q[0].bytes(),
        machine.bus.memory(machine.memory)[0x40..0x50]
    );
    assert_eq!(core.a[2], MEMORY + 0x67);
    assert_eq!(
        (core.misaligned.count, core.misaligned.first_address),
        (1, MEMORY + 0x47)
    );
    // An unaligned stream begins this way on purpose.
    machine
        .run(&mut core, "ee.ld.128.usar.ip q1, a2, 0")
        .expect("a load");
    assert_eq!((core.misaligned.count, core.vectors.sar_byte), (1, 7));
}

#[test]
fn a_failed_access_leaves_everything_as_it_was() {
    let mut machine = Machine::new();
    for text in [
        "ee.vmulas.s8.accx.ld.ip.qup q1, a2, 16, q2, q3, q4, q5",
        "ee.vadds.s16.st.incp q1, a2, q3, q4, q5",
        "ee.src.q.ld.ip q1, a2, 16, q2, q3",
        "ee.fft.ams.s16.ld.incp.uaup q1, a2, q2, q3, q4, q5, q6, 0",
        "ee.ldf.128.ip f0, f1, f2, f3, a2, 16",
        "ee.vldhbc.16.incp q1, q2, a2",
        "ee.st.accx.ip a2, 8",
    ] {
        let mut core = machine.prepare(2);
        core.a[2] = 0x1000;
        let before = machine.words(&mut core);
        let cause = machine.run(&mut core, text).expect_err("nothing is there");
        assert!(
            matches!(
                cause,
                Cause::Load { address: 0x1000, .. } | Cause::Store { address: 0x1000, .. }
            ),
            "{cause}"
        );
        assert_eq!(machine.words(&mut core), before, "{text}");
        assert_eq!(core.pc, CODE);
    }
}

#[test]
fn indices_are_unsigned() {
    let mut machine = Machine::new();
    let mut core = machine.prepare(3);
    core.vectors.q[7] = Quad::from([0xff; 16]);
    // The highest index reaches 256 KiB beyond the base.
    core.a[2] = MEMORY.wrapping_sub(4 * 0xffff) + 8;
    machine
        .run(&mut core, "ee.ldxq.32 q0, q7, a2, 1, 5")
        .expect("a load");
    assert_eq!(
        core.vectors.q[0].bytes()[4..8],
        machine.bus.memory(machine.memory)[8..12]
    );
}

#[test]
fn sums_stop_at_both_bounds() {
    let mut machine = Machine::new();
    let mut core = machine.prepare(4);
    core.vectors.q[0] = Quad::from([0x80; 16]);
    core.vectors.q[1] = Quad::from([0x7f; 16]);
    core.vectors.accx = -(1 << 39) + 5;
    machine.run(&mut core, "ee.vmulas.s8.accx q0, q1").expect("a sum");
    assert_eq!(core.vectors.accx, -(1 << 39));
    core.vectors.accx = (1 << 39) - 5;
    machine.run(&mut core, "ee.vmulas.s8.accx q0, q0").expect("a sum");
    assert_eq!(core.vectors.accx, (1 << 39) - 1);
    core.vectors.qacc = [0; 8];
    // 32 products of the largest magnitude are exactly the bound of 20 bits.
    for _ in 0..33 {
        machine.run(&mut core, "ee.vmulas.s8.qacc q0, q0").expect("sums");
    }
    assert!(core
        .vectors
        .qacc
        .iter()
        .all(|&pair| pair == 0x7_ffff << 20 | 0x7_ffff));
}

#[test]
fn refuses_what_the_documentation_leaves_open() {
    let mut machine = Machine::new();
    let mut core = machine.prepare(5);
    core.vectors.fft_bit_width = 2;
    assert_eq!(machine.run(&mut core, "ee.bitrev q0, a2"), Err(Cause::Undefined));
    let text = "ee.fft.cmul.s16.st.xp q1, q2, q3, a2, a3, 6, 3, 0";
    assert_eq!(machine.run(&mut core, text), Err(Cause::Undefined));
}
