//! Random instruction sequences that run alike on this emulator and on another: a state to begin with, code, and
//! the words of the state in which it ends.

use emulator::isa::row::{Class, Row, Rule};
use emulator::isa::table::Table;

use super::layout::layout;
use super::random::Random;

/// Words of a state.
pub const STATE_WORDS: usize = 80;

/// Special registers that sequences begin with and that are compared after them: place in the state, number.
pub const STATE_SPECIAL: [(usize, u8); 12] = [
    (word::SAR, 3),
    (word::BR, 4),
    (word::LCOUNT, 2),
    (word::LBEG, 0),
    (word::LEND, 1),
    (word::ACCLO, 16),
    (word::ACCHI, 17),
    (word::M0, 32),
    (word::M0 + 1, 33),
    (word::M0 + 2, 34),
    (word::M0 + 3, 35),
    (word::SCOMPARE, 12),
];

/// What exceptions leave, compared as well: place in the state, number.
pub const STATE_CAUSES: [(usize, u8); 2] = [(word::EXCCAUSE, 232), (word::EPC1, 177)];

/// Places of the state's words.
pub mod word {
    pub const SAR: usize = 16;
    pub const BR: usize = 17;
    pub const LCOUNT: usize = 18;
    pub const LBEG: usize = 19;
    pub const LEND: usize = 20;
    pub const ACCLO: usize = 21;
    pub const ACCHI: usize = 22;
    pub const M0: usize = 23;
    pub const SCOMPARE: usize = 27;
    pub const FCR: usize = 28;
    pub const FSR: usize = 29;
    pub const EXCCAUSE: usize = 30;
    pub const EPC1: usize = 31;
    pub const F0: usize = 32;
    pub const SCRATCH: usize = 48;
}

/// Address of the exception vectors.
pub const VECTORS: u32 = 0x0010_0000;
/// Address of the memory that sequences read and write.
pub const SCRATCH: u32 = 0x0010_2000;
/// Bytes of that memory.
pub const SCRATCH_BYTES: u32 = 128;
/// Address of the first sequence of a batch.
pub const CODE: u32 = 0x0040_0000;
/// Bytes between sequences.
pub const CODE_STRIDE: u32 = 1024;
/// Bytes of literals before the code of a sequence.
pub const LITERAL_BYTES: u32 = 64;
/// Address of the stack of windowed code.
pub const STACK: u32 = 0x0010_8000;
/// Bytes of the stack.
pub const STACK_BYTES: u32 = 0x2000;
/// Sequences of a batch.
pub const BATCH: usize = 4000;

/// What a sequence is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mix {
    /// Integers, memory, branches, loops, booleans, multiply-accumulate.
    Base,
    /// The floating-point unit.
    Float,
    /// Trees of calls through the register windows.
    Window,
}

/// A sequence.
pub struct Sequence {
    /// The state to begin with; the word of EPC1 is the address of the code.
    pub state: [u32; STATE_WORDS],
    /// Literals and code, from [`Sequence::address`] on.
    pub bytes: Vec<u8>,
    /// Address of the bytes.
    pub address: u32,
}

const BASE: &[&str] = &[
    "abs", "add", "addi", "addmi", "addx2", "addx4", "addx8", "and", "extui", "max", "maxu", "min", "minu",
    "moveqz", "movgez", "movi", "movltz", "movnez", "mul16s", "mul16u", "mull", "neg", "nop", "nsa", "nsau",
    "or", "quos", "quou", "rems", "remu", "sext", "clamps", "sll", "slli", "sra", "srai", "src", "srl",
    "srli", "ssa8b", "ssa8l", "ssai", "ssl", "ssr", "sub", "subx2", "subx4", "subx8", "xor", "add.n",
    "addi.n", "mov.n", "movi.n", "nop.n", "all4", "all8", "any4", "any8", "andb", "andbc", "orb", "orbc",
    "xorb", "movf", "movt",
];
/// What stands in loops: each one item.
const LOOPED: &[&str] = &[
    "abs", "add", "addi", "addx4", "and", "extui", "max", "minu", "moveqz", "movnez", "mul16s", "mull",
    "neg", "nsau", "or", "quos", "remu", "sext", "sll", "slli", "sra", "src", "ssr", "sub", "subx8", "xor",
    "add.n", "addi.n", "mov.n", "movi.n", "movt",
];
const BRANCHES: &[&str] = &[
    "ball", "bany", "bbc", "bbci", "bbs", "bbsi", "beq", "beqi", "beqz", "bf", "bge", "bgei", "bgeu",
    "bgeui", "bgez", "blt", "blti", "bltu", "bltui", "bltz", "bnall", "bne", "bnei", "bnez", "bnone", "bt",
    "beqz.n", "bnez.n", "j", "call0",
];
const LOADS: &[&str] = &[
    "l8ui", "l16ui", "l16si", "l32i", "l32i.n", "l32ai", "s8i", "s16i", "s32i", "s32i.n", "s32ri", "s32c1i",
];
const FLOATS: &[&str] = &[
    "abs.s", "neg.s", "mov.s", "add.s", "sub.s", "mul.s", "madd.s", "msub.s", "moveqz.s", "movnez.s",
    "movltz.s", "movgez.s", "movf.s", "movt.s", "rfr", "wfr", "round.s", "trunc.s", "floor.s", "ceil.s",
    "utrunc.s", "float.s", "ufloat.s", "un.s", "oeq.s", "ueq.s", "olt.s", "ult.s", "ole.s", "ule.s", "add.s",
    "sub.s", "mul.s", "madd.s", "msub.s",
];
/// Special registers that sequences read and write.
const SPECIAL: &[i32] = &[4, 12, 16, 17, 32, 33, 34, 35];

/// One instruction, with its target as a number of instructions to skip.
pub(super) struct Item {
    pub row: &'static Row,
    pub values: Vec<i32>,
    pub skip: Option<usize>,
    /// Registers were prepared for it by the instructions before.
    pub joined: bool,
}

/// Registers that sequences do not write: they address the scratch memory.
const FIXED: i32 = 14;

struct Maker {
    random: Random,
    items: Vec<Item>,
}

impl Maker {
    fn push(&mut self, mnemonic: &str, values: Vec<i32>, skip: Option<usize>) {
        let row = Table::get()
            .named(mnemonic)
            .unwrap_or_else(|| panic!("{mnemonic} is not an instruction"));
        self.items.push(Item {
            row,
            values,
            skip,
            joined: false,
        });
    }

    /// The newest instruction belongs to the one before it.
    fn join(&mut self) {
        if let Some(item) = self.items.last_mut() {
            item.joined = true;
        }
    }

    /// Ends the other emulator's unit of translation after a write of a boolean or multiply-accumulate register:
    /// within one, QEMU 7.2 reads such a register again from a copy under another name.
    fn fence(&mut self, row: &Row) {
        let written = |operand: &emulator::isa::row::Operand| {
            operand.written && matches!(operand.class, Class::Boolean { .. } | Class::Multiplier { .. })
        };
        // Nor does it see there that SSL and SSA8B may ask for a right shift by 32.
        if row.operands.iter().any(written) || matches!(row.mnemonic, "ssl" | "ssa8b") {
            self.push("j", vec![0], Some(0));
        }
    }

    fn target(&mut self) -> i32 {
        self.random.below(FIXED as usize) as i32
    }

    fn values(&mut self, row: &Row) -> Vec<i32> {
        let mut values = Vec::new();
        for operand in &row.operands {
            let width = operand.bits.len();
            values.push(match operand.class {
                Class::Address if operand.written => self.target(),
                Class::Address | Class::Float => self.random.below(16) as i32,
                Class::Number(Rule::Relative | Rule::Forward | Rule::Call) => 0,
                // A shift by 32 is not defined.
                _ if operand.name == "msalp32" => 1 + self.random.below(31) as i32,
                // Scale factors are mostly small in programs, and all of them are tried.
                _ => operand.value(self.random.below(1 << width) as u32, 0),
            });
        }
        values
    }

    fn plain(&mut self, names: &[&str]) {
        let name = *self.random.pick(names);
        let row = Table::get()
            .named(name)
            .unwrap_or_else(|| panic!("{name} is not an instruction"));
        let values = self.values(row);
        self.items.push(Item {
            row,
            values,
            skip: None,
            joined: false,
        });
        self.fence(row);
    }

    fn memory(&mut self) {
        let name = *self.random.pick(LOADS);
        let size = match name {
            "l8ui" | "s8i" => 1,
            "l16ui" | "l16si" | "s16i" => 2,
            _ => 4,
        };
        let limit = 64 / size;
        let offset = (self.random.below(limit) * size) as i32;
        let base = FIXED + self.random.below(2) as i32;
        let register = self.target();
        self.push(name, vec![register, base, offset], None);
    }

    fn special(&mut self) {
        let register = *self.random.pick(SPECIAL);
        let name = *self.random.pick(&["rsr", "wsr", "xsr"]);
        let target = self.target();
        self.push(name, vec![target, register], None);
        if name != "rsr" {
            self.push("j", vec![0], Some(0));
        }
    }

    fn multiply_accumulate(&mut self) {
        let rows: Vec<&'static Row> = Table::get()
            .rows()
            .iter()
            .filter(|row| {
                matches!(
                    emulator::operation::behaviour(row.mnemonic),
                    emulator::operation::Op::Mac16(_)
                )
            })
            .collect();
        let row = *self.random.pick(&rows);
        let mut values = self.values(row);
        if let Some(place) = row
            .operands
            .iter()
            .position(|operand| operand.class == Class::Address && operand.written)
        {
            let base = self.target();
            self.push("mov.n", vec![base, FIXED + 1], None);
            values[place] = base;
            self.items.push(Item {
                row,
                values,
                skip: None,
                joined: true,
            });
            self.fence(row);
            return;
        }
        self.items.push(Item {
            row,
            values,
            skip: None,
            joined: false,
        });
    }

    fn branch(&mut self) {
        let name = *self.random.pick(BRANCHES);
        let row = Table::get().named(name).expect("a branch");
        let values = self.values(row);
        let skip = 1 + self.random.below(3);
        self.items.push(Item {
            row,
            values,
            skip: Some(skip),
            joined: false,
        });
    }

    fn repetition(&mut self) {
        let count = self.target();
        let times = self.random.below(5) as i32 - 1;
        self.push("movi", vec![count, times.max(0)], None);
        let body = 1 + self.random.below(4);
        // LOOP with a count of 0 would repeat 2^32 times.
        let name = if times <= 0 {
            *self.random.pick(&["loopnez", "loopgtz"])
        } else {
            *self.random.pick(&["loop", "loopnez", "loopgtz"])
        };
        self.push(name, vec![count, 0], Some(body));
        self.join();
        for _ in 0..body {
            match self.random.below(4) {
                0 => self.memory(),
                _ => self.plain(LOOPED),
            }
        }
    }

    fn literal(&mut self) {
        let register = self.target();
        let index = self.random.below((LITERAL_BYTES / 4) as usize) as i32;
        self.push("l32r", vec![register, index], None);
    }

    fn float_memory(&mut self) {
        let base = FIXED + self.random.below(2) as i32;
        let register = self.random.below(16) as i32;
        let offset = 4 * self.random.below(16) as i32;
        let address = self.target();
        match self.random.below(8) {
            0 => self.push("lsi", vec![register, base, offset], None),
            1 => self.push("ssi", vec![register, base, offset], None),
            kind => {
                self.push("mov.n", vec![address, base], None);
                let index = (address + 1) % FIXED;
                self.push("movi", vec![index, offset], None);
                self.join();
                match kind {
                    2 => self.push("lsip", vec![register, address, offset], None),
                    3 => self.push("ssip", vec![register, address, offset], None),
                    4 => self.push("lsx", vec![register, address, index], None),
                    5 => self.push("ssx", vec![register, address, index], None),
                    6 => self.push("lsxp", vec![register, address, index], None),
                    _ => self.push("ssxp", vec![register, address, index], None),
                }
                self.join();
            }
        }
    }
}

/// The registers and memory that a sequence begins with.
fn first_state(mix: Mix, random: &mut Random) -> [u32; STATE_WORDS] {
    let mut state = [0; STATE_WORDS];
    for register in &mut state[..16] {
        *register = random.edge();
    }
    state[14] = SCRATCH;
    state[15] = SCRATCH + SCRATCH_BYTES / 2;
    state[word::SAR] = random.below(33) as u32;
    state[word::BR] = random.word() & 0xffff;
    state[word::ACCLO] = random.edge();
    state[word::ACCHI] = (random.word() as i8) as u32;
    for register in &mut state[word::M0..word::M0 + 4] {
        *register = random.edge();
    }
    state[word::SCOMPARE] = random.edge();
    for register in &mut state[word::F0..word::F0 + 16] {
        *register = random.float();
    }
    if mix == Mix::Float {
        // Rounding to the nearest is what programs use.
        state[word::FCR] = if random.below(2) == 0 {
            0
        } else {
            random.below(4) as u32
        };
        state[word::FSR] = if random.below(2) == 0 { 0 } else { 1 << 7 };
    }
    for scratch in &mut state[word::SCRATCH..] {
        *scratch = if mix == Mix::Float {
            random.float()
        } else {
            random.edge()
        };
    }
    state
}

/// Literals and code of a sequence that begins at `address`.
fn literals_and_code(mix: Mix, mut random: Random, address: u32) -> Vec<u8> {
    let literals: Vec<u32> = (0..LITERAL_BYTES / 4).map(|_| random.edge()).collect();
    let mut maker = Maker {
        random,
        items: Vec::new(),
    };
    let length = 8 + maker.random.below(17);
    while maker.items.len() < length {
        match (mix, maker.random.below(20)) {
            (Mix::Base, 0..=2) => maker.memory(),
            (Mix::Base, 3..=5) => maker.branch(),
            (Mix::Base, 6) => maker.repetition(),
            (Mix::Base, 7) => maker.literal(),
            (Mix::Base, 8..=9) => maker.multiply_accumulate(),
            (Mix::Base, 10) => maker.special(),
            (Mix::Base, _) => maker.plain(BASE),
            (Mix::Float, 0..=1) => maker.float_memory(),
            (Mix::Float | Mix::Window, _) => {
                maker.plain(FLOATS);
                // The comparison's other side forgets the flags here; both begin anew.
                if maker
                    .items
                    .last()
                    .is_some_and(|item| item.row.mnemonic == "utrunc.s")
                {
                    let register = maker.target();
                    maker.push("movi", vec![register, 0], None);
                    maker.push("wur.fsr", vec![register], None);
                }
            }
        }
    }
    // Narrow branches reach no nearer than two bytes after themselves.
    maker.push("nop", Vec::new(), None);
    let mut bytes: Vec<u8> = literals
        .iter()
        .flat_map(|literal| literal.to_le_bytes())
        .collect();
    bytes.extend(layout(&maker.items, address));
    bytes
}

/// Sequence number `index` of a kind.
pub fn sequence(mix: Mix, index: usize) -> Sequence {
    let mut random = Random::new((mix as u64) << 40 | index as u64);
    let mut state = first_state(mix, &mut random);
    let address = CODE + (index % BATCH) as u32 * CODE_STRIDE;
    state[word::EPC1] = address + LITERAL_BYTES;
    let bytes = if mix == Mix::Window {
        state[1] = STACK + STACK_BYTES - 1024;
        super::calls::program(&mut random, address)
    } else {
        literals_and_code(mix, random, address)
    };
    assert!(
        bytes.len() <= CODE_STRIDE as usize,
        "sequence {index} is too long"
    );
    Sequence {
        state,
        bytes,
        address,
    }
}
