//! Loops, the cache of decoded code, two cores, and how runs end.

mod common;

use common::machine::{Machine, BYTES, CODE, DATA, VECTORS};
use common::program::program;
use emulator::bus::BusFault;
use emulator::core::ps;
use emulator::core::stop::Cause;
use emulator::ram::Region;
use emulator::run::{OneCycle, Pause};

#[test]
fn loops_repeat_and_stop_at_exceptions() {
    let lines = [
        "movi a2, 5",
        "movi a3, 0",
        "loop a2, {end}",
        "addi.n a3, a3, 1",
        "end:",
        "waiti 15",
    ];
    let mut machine = Machine::new(&lines, &[]);
    machine.run(100).expect("a wait");
    assert_eq!((machine.core.a[3], machine.core.lcount), (5, 0));
    // The body was decoded as part of a longer stretch before the loop was on.
    let lines = [
        "j {body}",
        "begin:",
        "movi a2, 4",
        "loop a2, {end}",
        "body:",
        "addi.n a3, a3, 1",
        "end:",
        "addi.n a4, a4, 1",
        "beqz a2, {begin}",
        "waiti 15",
    ];
    let mut machine = Machine::new(&lines, &[]);
    machine.run(100).expect("a wait");
    assert_eq!((machine.core.a[3], machine.core.a[4]), (5, 2));
    // In a handler the loop is off, though the registers are set.
    let mut machine = Machine::new(&["addi.n a3, a3, 1", "waiti 15"], &[]);
    machine.core.set_ps(ps::EXCM);
    (machine.core.lbeg, machine.core.lend, machine.core.lcount) = (CODE, CODE + 2, 3);
    machine.run(100).expect("a wait");
    assert_eq!((machine.core.a[3], machine.core.lcount), (1, 3));
}

#[test]
fn changed_code_is_decoded_again() {
    // The second round runs what the first wrote, under the data address of the same memory.
    let lines = [
        "movi a5, 0",
        "target:",
        "movi.n a6, 1",
        "bnez a5, {done}",
        "movi a5, 1",
        "s16i a7, a8, 0",
        "isync",
        "j {target}",
        "done:",
        "waiti 15",
    ];
    let mut machine = Machine::new(&lines, &[]);
    machine.core.a[8] = DATA + 3;
    machine.core.a[7] = 0x260c;
    assert_eq!(
        machine.cause(),
        Cause::Misaligned {
            address: DATA + 3,
            bytes: 2
        }
    );
    let aligned: Vec<&str> = std::iter::once("nop").chain(lines).collect();
    let mut machine = Machine::new(&aligned, &[]);
    machine.core.a[8] = DATA + 6;
    // MOVI.N a6, 2.
    machine.core.a[7] = 0x260c;
    machine.run(100).expect("a wait");
    assert_eq!(machine.core.a[6], 2);
    // What is filled in from outside counts too.
    let bytes = program(&["movi a6, 77", "waiti 15"], CODE).bytes;
    machine.bus.fill(machine.memory, 0, &bytes);
    machine.core.pc = CODE;
    machine.core.waiting = false;
    machine.run(100).expect("a wait");
    assert_eq!(machine.core.a[6], 77);
}

#[test]
fn data_next_to_code_does_not_cost_the_decoded_code() {
    let lines = [
        "movi a2, 100",
        "again:",
        "s32i a2, a3, 64",
        "addi.n a2, a2, -1",
        "bnez a2, {again}",
        "waiti 15",
    ];
    let mut machine = Machine::new(&lines, &[]);
    machine.core.a[3] = DATA;
    machine.run(1000).expect("a wait");
    use emulator::bus::Bus;
    let before = machine.bus.code_generation();
    machine.bus.store32(DATA + 64, 1).expect("a store");
    assert_eq!(machine.bus.code_generation(), before);
    machine.bus.store32(DATA + 4, 1).expect("a store");
    assert_ne!(machine.bus.code_generation(), before);
}

#[test]
fn code_across_two_memories_is_watched_in_both() {
    // NOP.N fills the first memory to its end; the second has MOVI.N a6, 1 and WAITI 15.
    let mut machine = Machine::new(&[], &[]);
    machine.bus.fill(machine.memory, BYTES - 2, &[0x3d, 0xf0]);
    let second = machine.bus.add_memory(16);
    let start = CODE + BYTES as u32;
    machine.bus.map(Region {
        start,
        memory: second,
        executable: true,
        writable: true,
    });
    machine.bus.fill(second, 0, &[0x0c, 0x16, 0x00, 0x7f, 0x00]);
    for value in [1, 2] {
        machine.core.pc = start - 2;
        machine.core.waiting = false;
        machine.run(100).expect("a wait");
        assert_eq!(machine.core.a[6], value);
        emulator::bus::Bus::store16(&mut machine.bus, start, 0x260c).expect("a store");
    }
}

#[test]
fn two_cores_share_memory_and_decoded_code() {
    // Each adds 1 a thousand times with S32C1I.
    let lines = [
        "movi a2, 1000",
        "again:",
        "l32i a4, a3, 0",
        "wsr a4, 12",
        "addi a5, a4, 1",
        "s32c1i a5, a3, 0",
        "bne a5, a4, {again}",
        "addi a2, a2, -1",
        "bnez a2, {again}",
        "waiti 15",
    ];
    let mut machine = Machine::new(&lines, &[]);
    machine.core.a[3] = DATA + 0x1000;
    let mut other = machine.core.clone();
    other.index = 1;
    let mut until = 0;
    while !(machine.core.waiting && other.waiting) {
        until += 7;
        assert!(until < 1_000_000);
        machine
            .core
            .run(&mut machine.bus, &mut machine.cache, &mut OneCycle, until)
            .expect("no end");
        other
            .run(&mut machine.bus, &mut machine.cache, &mut OneCycle, until)
            .expect("no end");
    }
    assert_eq!(
        machine.bus.memory(machine.memory)[0x1000..0x1004],
        2000_u32.to_le_bytes()
    );
    assert_eq!(
        (machine.special(235), other.read_special(235)),
        (0xcdcd, Ok(0xabab))
    );
}

#[test]
fn runs_end_where_silicon_would_fault() {
    let cases: [(&[&str], Cause); 9] = [
        (
            &["movi a2, 0", "l32i a3, a2, 4"],
            Cause::Load {
                address: 4,
                fault: BusFault::Unmapped,
            },
        ),
        (
            &["movi a2, 0", "s8i a3, a2, 4"],
            Cause::Store {
                address: 4,
                fault: BusFault::Unmapped,
            },
        ),
        (
            &["addi a2, a14, 2", "l32i a3, a2, 0"],
            Cause::Misaligned {
                address: DATA + 2,
                bytes: 4,
            },
        ),
        (
            &["addi a2, a14, 1", "l16si a3, a2, 0"],
            Cause::Misaligned {
                address: DATA + 1,
                bytes: 2,
            },
        ),
        (
            &["s32i a2, a15, 0"],
            Cause::Store {
                address: VECTORS,
                fault: BusFault::ReadOnly,
            },
        ),
        (
            &["jx a14"],
            Cause::Fetch {
                address: DATA,
                fault: BusFault::NotExecutable,
            },
        ),
        (&["ill"], Cause::Illegal),
        (&["retw"], Cause::Undefined),
        (&["recip0.s f0, f1"], Cause::Unbuilt),
    ];
    for (lines, cause) in cases {
        let mut machine = Machine::new(lines, &[]);
        machine.core.a[14] = DATA;
        machine.core.a[15] = VECTORS;
        assert_eq!(machine.cause(), cause, "{lines:?}");
        assert_eq!(machine.bus.memory(machine.vectors)[0], 0);
    }
    for number in [89_u8, 255, 96] {
        let mut machine = Machine::new(&[&format!("wsr a2, {number}")], &[]);
        machine.core.a[2] = 1;
        assert_eq!(machine.cause(), Cause::Register { number });
    }
}

#[test]
fn an_instruction_across_the_end_of_memory_only_matters_when_reached() {
    let mut machine = Machine::new(&[], &[]);
    let last = BYTES - 2;
    // NOP.N, WAITI 15 before the end, then the first bytes of something.
    machine.bus.fill(
        machine.memory,
        last - 5,
        &[0x3d, 0xf0, 0x00, 0x7f, 0x00, 0x00, 0x00],
    );
    machine.core.pc = CODE + last as u32 - 5;
    assert_eq!(machine.run(100).expect("a wait"), Pause::Waiting);
    machine.core.waiting = false;
    assert_eq!(
        machine.cause(),
        Cause::Fetch {
            address: CODE + BYTES as u32,
            fault: BusFault::Unmapped
        }
    );
}

#[test]
fn a_stop_tells_what_happened_and_how_it_came_there() {
    let lines = [
        "movi a2, 3",
        "again:",
        "addi.n a2, a2, -1",
        "bnez a2, {again}",
        "l32i a3, a2, 8",
        "nop",
    ];
    let mut machine = Machine::new(&lines, &[]);
    let stop = machine.run(100).expect_err("an end");
    assert_eq!(stop.core.pc, CODE + 8);
    assert_eq!(stop.core.a[2], 0);
    let trace: Vec<&str> = stop.trace.iter().map(|trace| trace.text.as_str()).collect();
    let branch = format!("bnez a2, 0x{:08x}", CODE + 3);
    let round = ["addi.n a2, a2, -1", &branch];
    let expected = [&["movi a2, 3"][..], &round, &round, &round, &["l32i a3, a2, 8"]].concat();
    assert_eq!(trace, expected);
    let text = stop.to_string();
    assert!(
        text.contains("core 0 stopped at 0x40378008: load from 0x00000008: nothing answers there"),
        "{text}"
    );
    assert!(text.contains("0x40378008  l32i a3, a2, 8"), "{text}");
    assert_eq!(stop.core.instructions, 7);
}

#[test]
fn multiplications_and_comparisons_follow_their_definition() {
    let values = [
        0,
        1,
        2,
        0x7fff_ffff,
        0x8000_0000,
        0xffff_ffff,
        0x1234_5678,
        0xfedc_ba98,
        0xffff,
        0x1_0000_u32,
    ];
    let lines = [
        "muluh a4, a2, a3",
        "mulsh a5, a2, a3",
        "saltu a6, a2, a3",
        "salt a7, a2, a3",
        "waiti 15",
    ];
    for x in values {
        for y in values {
            let mut machine = Machine::new(&lines, &[]);
            (machine.core.a[2], machine.core.a[3]) = (x, y);
            machine.run(100).expect("a wait");
            // By hand, from products of halves.
            let (xl, xh, yl, yh) = (x & 0xffff, x >> 16, y & 0xffff, y >> 16);
            let middle = ((xl * yl) >> 16) + ((xh * yl) & 0xffff) + ((xl * yh) & 0xffff);
            let unsigned = xh * yh + ((xh * yl) >> 16) + ((xl * yh) >> 16) + (middle >> 16);
            let correction = |negative: u32, other: u32| if negative >> 31 != 0 { other } else { 0 };
            let signed = unsigned
                .wrapping_sub(correction(x, y))
                .wrapping_sub(correction(y, x));
            let less = u32::from(x ^ 0x8000_0000 < y ^ 0x8000_0000);
            assert_eq!(
                machine.core.a[4..8],
                [unsigned, signed, u32::from(x < y), less],
                "{x:x} {y:x}"
            );
        }
    }
}

#[test]
fn says_which_instructions_are_not_built() {
    use emulator::isa::table::Table;
    use emulator::operation::{behaviour, Op};
    let mut missing: Vec<&str> = Table::get()
        .rows()
        .iter()
        .map(|row| row.mnemonic)
        .filter(|mnemonic| behaviour(mnemonic) == Op::Unbuilt)
        .collect();
    missing.sort_unstable();
    // The list of docs/emulator.md.
    let documented = include_str!("../../../../docs/emulator.md");
    let start = documented.find("<!-- not built -->").expect("the list");
    let end = documented.find("<!-- end -->").expect("its end");
    let mut listed: Vec<String> = documented[start..end]
        .split('`')
        .skip(1)
        .step_by(2)
        .map(str::to_lowercase)
        .collect();
    listed.sort_unstable();
    assert_eq!(missing, listed);
}
