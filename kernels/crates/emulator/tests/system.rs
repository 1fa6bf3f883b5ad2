//! Exceptions, interrupts, timers, windows, loops, the cache of decoded code, two cores, and how runs end.

mod common;

use common::program::program;
use emulator::block::BlockCache;
use emulator::bus::BusFault;
use emulator::core::stop::{Cause, Stop};
use emulator::core::{ps, Core};
use emulator::ram::{MemoryBus, Region};
use emulator::run::{OneCycle, Pause};

/// Instructions see this memory here,
const CODE: u32 = 0x4037_8000;
/// and data the same memory here.
const DATA: u32 = 0x3fc8_8000;
const VECTORS: u32 = 0x4037_0000;
const BYTES: usize = 0x4000;

struct Machine {
    core: Core,
    bus: MemoryBus,
    cache: BlockCache,
    memory: usize,
    vectors: usize,
}

impl Machine {
    /// A core before `lines`, with handlers of which each line is at an offset from VECBASE.
    fn new(lines: &[&str], handlers: &[(u32, &[&str])]) -> Self {
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

    fn run(&mut self, cycles: u64) -> Result<Pause, Box<Stop>> {
        let until = self.core.cycles + cycles;
        self.core
            .run(&mut self.bus, &mut self.cache, &mut OneCycle, until)
    }

    /// Runs until something ends it, which is expected.
    fn cause(&mut self) -> Cause {
        self.run(10_000).expect_err("an end").cause
    }

    fn special(&mut self, number: u8) -> u32 {
        self.core.read_special(number).expect("a register")
    }
}

const EPC1: u8 = 177;
const DEPC: u8 = 192;
const CPENABLE: u8 = 224;
const INTERRUPT: u8 = 226;
const INTCLEAR: u8 = 227;
const INTENABLE: u8 = 228;
const EXCCAUSE: u8 = 232;
const DEBUGCAUSE: u8 = 233;
const CCOMPARE0: u8 = 240;
/// Where waiting handlers end.
const WAIT: &[&str] = &["waiti 15"];

#[test]
fn exceptions_enter_their_vectors() {
    let cases: [(&[&str], u32, u32); 6] = [
        (&["nop", "syscall"], 1, 3),
        (&["movi a2, 0", "quou a3, a2, a2"], 6, 3),
        (&["movi a2, 0", "rems a3, a2, a2"], 6, 3),
        (&["nop.n", "add.s f0, f1, f2"], 32, 2),
        (&["nop.n", "ee.zero.accx"], 35, 2),
        (&["nop.n", "ee.ldf.64.xp f0, f1, a2, a3"], 32, 2),
    ];
    for (lines, cause, offset) in cases {
        for (mode, vector) in [(0, 0x300), (ps::UM, 0x340)] {
            let mut machine = Machine::new(lines, &[(vector, WAIT)]);
            machine.core.set_ps(mode);
            assert_eq!(machine.run(100).expect("a wait"), Pause::Waiting);
            assert_eq!(machine.core.pc, VECTORS + vector + 3);
            assert_eq!(
                (machine.special(EXCCAUSE), machine.special(EPC1)),
                (cause, CODE + offset),
                "{lines:?}"
            );
            assert_eq!(machine.core.ps() & (ps::EXCM | ps::UM), ps::EXCM | mode);
        }
    }
}

#[test]
fn an_exception_in_a_handler_goes_to_the_double_vector_and_back() {
    let mut machine = Machine::new(
        &["syscall"],
        &[
            (0x300, &["nop", "syscall", "waiti 15"]),
            (0x3c0, &["rsr a5, 192", "addi a5, a5, 3", "wsr a5, 192", "rfde"]),
        ],
    );
    assert_eq!(machine.run(100).expect("a wait"), Pause::Waiting);
    assert_eq!(machine.special(DEPC), VECTORS + 0x306);
    assert_eq!(machine.core.pc, VECTORS + 0x309);
    assert_eq!(machine.special(EPC1), CODE);
}

#[test]
fn the_handler_returns_to_the_instruction() {
    // The handler enables the unit that was missing.
    let lines = ["movi a2, 7", "float.s f3, a2, 0", "rfr a4, f3", "waiti 15"];
    let mut machine = Machine::new(&lines, &[(0x300, &["movi a6, 1", "wsr a6, 224", "rsync", "rfe"])]);
    assert_eq!(machine.run(100).expect("a wait"), Pause::Waiting);
    assert_eq!(machine.core.a[4], 7.0_f32.to_bits());
    assert_eq!(machine.special(CPENABLE), 1);
}

#[test]
fn interrupts_respect_their_levels() {
    let loop_forever = ["again:", "addi.n a2, a2, 1", "j {again}"];
    let handlers: [(u32, &[&str]); 5] = [
        (0x300, &["movi a10, 1", "wsr a10, 255"]),
        (0x180, &["movi a10, 2", "waiti 15"]),
        (0x1c0, &["movi a10, 3", "waiti 15"]),
        (0x240, &["movi a10, 5", "waiti 15"]),
        (0x2c0, &["movi a10, 7", "waiti 15"]),
    ];
    // The line, the level it has, the PS before, and whether it is taken.
    for (line, level, status, taken) in [
        (19, 2, 0, true),
        (19, 2, 1, true),
        (19, 2, 2, false),
        (19, 2, ps::EXCM, false),
        (23, 3, 2, true),
        (26, 5, 4, true),
        (26, 5, ps::EXCM, true),
        (31, 5, 5, false),
        (14, 7, 6, true),
    ] {
        let mut machine = Machine::new(&loop_forever, &handlers);
        machine
            .core
            .write_special(INTENABLE, 1 << line & !(1 << 14))
            .expect("INTENABLE");
        machine.core.set_ps(status);
        machine.core.set_interrupt_lines(1 << line);
        let pause = machine.run(200).expect("no end");
        assert_eq!(pause == Pause::Waiting, taken, "line {line} at {status:x}");
        if taken {
            assert_eq!(machine.core.a[10], level);
            assert_eq!(machine.special(192 + level as u8), status, "EPS{level}");
            assert!(
                (CODE..CODE + 8).contains(&machine.special(176 + level as u8)),
                "EPC{level}"
            );
            assert_eq!(machine.core.ps() & ps::EXCM, ps::EXCM);
        }
    }
    // Not enabled: not taken.
    let mut machine = Machine::new(&loop_forever, &handlers);
    machine.core.set_interrupt_lines(1 << 19);
    assert_eq!(machine.run(200).expect("no end"), Pause::Time);
    assert_eq!(machine.special(INTERRUPT), 1 << 19);
}

#[test]
fn level_triggered_lines_follow_and_edges_stay() {
    let mut machine = Machine::new(&["again:", "j {again}"], &[]);
    machine.core.set_interrupt_lines(1 << 19 | 1 << 22);
    machine.core.set_interrupt_lines(0);
    assert_eq!(machine.special(INTERRUPT), 1 << 22);
    machine.core.write_special(INTCLEAR, 1 << 22).expect("INTCLEAR");
    assert_eq!(machine.special(INTERRUPT), 0);
    // Software may set two of them, and clears them.
    machine.core.write_special(INTERRUPT, u32::MAX).expect("INTSET");
    assert_eq!(machine.special(INTERRUPT), 1 << 7 | 1 << 29);
}

#[test]
fn a_timer_ends_a_wait_at_its_cycle() {
    let lines = [
        "movi a2, 64",
        "wsr a2, 228",
        "rsr a3, 234",
        "movi a4, 1000",
        "add a3, a3, a4",
        "wsr a3, 240",
        "waiti 0",
        "movi a9, 1",
        "again:",
        "j {again}",
    ];
    let handler: &[&str] = &["rsr a6, 234", "rsr a7, 226", "wsr a6, 240", "rsr a8, 226", "rfe"];
    let mut machine = Machine::new(&lines, &[(0x300, handler)]);
    assert_eq!(machine.run(900).expect("no end"), Pause::Waiting);
    assert_eq!(machine.core.a[9], 0);
    assert_eq!(machine.run(300).expect("no end"), Pause::Time);
    let fired = machine.special(CCOMPARE0);
    assert!(
        (machine.core.a[3]..machine.core.a[3] + 8).contains(&fired),
        "{fired} for {}",
        machine.core.a[3]
    );
    assert_eq!(
        (machine.core.a[7], machine.core.a[8], machine.core.a[9]),
        (64, 0, 1)
    );
}

#[test]
fn cycles_count_and_can_be_set() {
    let mut machine = Machine::new(
        &[
            "rsr a2, 234",
            "nop",
            "nop",
            "rsr a3, 234",
            "movi a4, 100",
            "wsr a4, 234",
            "rsr a5, 234",
            "waiti 15",
        ],
        &[],
    );
    machine.run(100).expect("a wait");
    assert_eq!(machine.core.a[3] - machine.core.a[2], 3);
    assert!((100..=101).contains(&machine.core.a[5]), "{}", machine.core.a[5]);
}

#[test]
fn high_levels_return_where_they_came_from() {
    let lines = [
        "movi a2, 5",
        "rsil a3, 2",
        "rsil a4, 0",
        "wsr a2, 226",
        "movi a2, -1",
        "wsr a2, 226",
        "nop",
        "movi a5, 9",
        "waiti 15",
    ];
    // Interrupt 29 is software's at level 3.
    let handler: &[&str] = &["movi a6, -1", "wsr a6, 227", "movi a7, 33", "rfi 3"];
    let mut machine = Machine::new(&lines, &[(0x1c0, handler)]);
    machine.core.write_special(INTENABLE, 1 << 29).expect("INTENABLE");
    assert_eq!(machine.run(200).expect("a wait"), Pause::Waiting);
    assert_eq!(
        (
            machine.core.a[3],
            machine.core.a[4],
            machine.core.a[5],
            machine.core.a[7]
        ),
        (0, 2, 9, 33)
    );
    assert_eq!(machine.core.ps(), 15);
}

#[test]
fn breakpoints_in_code_enter_the_debug_vector() {
    let mut machine = Machine::new(&["nop", "break 1, 2"], &[(0x280, WAIT)]);
    machine.run(100).expect("a wait");
    assert_eq!((machine.special(DEBUGCAUSE), machine.special(182)), (8, CODE + 3));
    let mut machine = Machine::new(&["break.n 3", "waiti 7"], &[(0x280, WAIT)]);
    machine.core.set_ps(6);
    machine.run(100).expect("a wait");
    assert_eq!(machine.core.pc, CODE + 5, "masked, it does nothing");
}

#[test]
fn movsp_asks_for_the_caller_only_when_it_is_spilled() {
    let lines = ["movsp a1, a2", "waiti 15"];
    let mut machine = Machine::new(&lines, &[(0x300, WAIT)]);
    machine.core.set_ps(ps::WOE);
    machine.core.a[2] = 0x1234;
    machine.run(100).expect("a wait");
    assert_eq!((machine.special(EXCCAUSE), machine.core.a[1]), (5, 0));
    for frame in [0x8001, 0x4001, 0x2001] {
        let mut machine = Machine::new(&lines, &[(0x300, WAIT)]);
        machine.core.set_ps(ps::WOE);
        machine.core.a[2] = 0x1234;
        machine.core.write_special(73, frame).expect("WINDOWSTART");
        machine.run(100).expect("a wait");
        assert_eq!(machine.core.a[1], 0x1234, "{frame:x}");
    }
}

#[test]
fn an_overflow_names_the_frame_and_the_instruction() {
    // A frame two quarters up, of eight registers: the next begins two further.
    let mut machine = Machine::new(&["nop", "mov.n a9, a2"], &[(0x080, WAIT)]);
    machine.core.set_ps(ps::WOE);
    machine.core.write_special(73, 0b10101).expect("WINDOWSTART");
    machine.run(100).expect("a wait");
    assert_eq!(machine.special(EPC1), CODE + 3);
    assert_eq!(machine.core.window_base(), 2);
    assert_eq!(
        (machine.core.ps() & ps::OWB, machine.core.ps() & ps::EXCM),
        (0, ps::EXCM)
    );
    // Registers below that frame are free.
    let mut machine = Machine::new(&["mov.n a7, a2", "waiti 15"], &[(0x080, WAIT)]);
    machine.core.set_ps(ps::WOE);
    machine.core.write_special(73, 0b10101).expect("WINDOWSTART");
    machine.run(100).expect("a wait");
    assert_eq!(machine.core.pc, CODE + 5);
}

#[test]
fn rotw_shows_other_registers() {
    let mut machine = Machine::new(
        &[
            "movi a2, 11",
            "movi a6, 22",
            "rotw 1",
            "mov.n a10, a2",
            "rotw -1",
            "waiti 15",
        ],
        &[],
    );
    machine.run(100).expect("a wait");
    assert_eq!(machine.core.window_base(), 0);
    assert_eq!(
        (machine.core.a[2], machine.core.a[6], machine.core.a[14]),
        (11, 22, 22)
    );
    let mut machine = Machine::new(&["rotw -1", "movi a2, 33", "waiti 15"], &[]);
    machine.run(100).expect("a wait");
    assert_eq!(
        (machine.core.window_base(), machine.core.physical_registers()[62]),
        (15, 33)
    );
}

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
