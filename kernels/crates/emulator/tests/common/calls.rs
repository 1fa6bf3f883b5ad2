//! Random trees of calls through the register windows, deep enough that frames are spilled and come back.

use emulator::isa::table::Table;
use emulator::isa::text::assemble;

use super::random::Random;
use super::sequence::{LITERAL_BYTES, VECTORS};

/// Functions of a program at most; each calls only later ones.
const FUNCTIONS: usize = 12;
/// Arithmetic between calls.
const PLAIN: [&str; 8] = ["add", "sub", "xor", "mull", "addx4", "minu", "max", "or"];

/// The six window handlers, as the calling convention has them, by their offset from VECBASE.
pub fn window_handlers() -> Vec<(u32, Vec<u8>)> {
    let stores = |registers: std::ops::Range<i32>, base: i32, first: i32| -> Vec<String> {
        registers
            .clone()
            .map(|n| format!("s32e a{n}, a{base}, {}", first + 4 * (n - registers.start)))
            .collect()
    };
    let loads = |registers: std::ops::Range<i32>, base: i32, first: i32| -> Vec<String> {
        registers
            .clone()
            .map(|n| format!("l32e a{n}, a{base}, {}", first + 4 * (n - registers.start)))
            .collect()
    };
    let one = |text: &str| vec![text.to_owned()];
    let handlers = [
        (0x000, [stores(0..4, 5, -16), one("rfwo")].concat()),
        (0x040, [loads(0..4, 5, -16), one("rfwu")].concat()),
        (
            0x080,
            [
                stores(0..1, 9, -16),
                one("l32e a0, a1, -12"),
                stores(1..4, 9, -12),
                stores(4..8, 0, -32),
                one("rfwo"),
            ]
            .concat(),
        ),
        (
            0x0c0,
            [
                loads(0..3, 9, -16),
                one("l32e a7, a1, -12"),
                loads(3..4, 9, -4),
                loads(4..8, 7, -32),
                one("rfwu"),
            ]
            .concat(),
        ),
        (
            0x100,
            [
                stores(0..1, 13, -16),
                one("l32e a0, a1, -12"),
                stores(1..4, 13, -12),
                stores(4..12, 0, -48),
                one("rfwo"),
            ]
            .concat(),
        ),
        (
            0x140,
            [
                loads(0..3, 13, -16),
                one("l32e a11, a1, -12"),
                loads(3..4, 13, -4),
                loads(4..12, 11, -48),
                one("rfwu"),
            ]
            .concat(),
        ),
    ];
    handlers
        .into_iter()
        .map(|(offset, lines)| (offset, bytes_of(&lines, VECTORS + offset)))
        .collect()
}

fn bytes_of(lines: &[String], start: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    for line in lines {
        let (word, length) = assemble(line, start + bytes.len() as u32).unwrap_or_else(|| panic!("{line}"));
        bytes.extend(&word.to_le_bytes()[..usize::from(length)]);
    }
    bytes
}

/// A function as text, in which `{n}` is the address of function n.
struct Function {
    lines: Vec<String>,
    /// Registers whose values are the program's and not left over.
    valid: Vec<usize>,
}

impl Function {
    fn plain(&mut self, random: &mut Random) {
        for _ in 0..1 + random.below(3) {
            let (x, y) = (*random.pick(&self.valid), *random.pick(&self.valid));
            let target = 2 + random.below(14);
            self.lines
                .push(format!("{} a{target}, a{x}, a{y}", random.pick(&PLAIN)));
            if !self.valid.contains(&target) {
                self.valid.push(target);
            }
        }
    }

    fn call(&mut self, random: &mut Random, callee: usize) {
        let increment = 1 + random.below(3);
        let first = increment * 4;
        for argument in [first + 2, first + 3] {
            let source = *random.pick(&self.valid);
            self.lines.push(format!("mov.n a{argument}, a{source}"));
        }
        if random.below(3) == 0 {
            // The register of the return address holds the target until then.
            self.lines.push(format!("l32r a{first}, {{literal {callee}}}"));
            self.lines.push(format!("callx{first} a{first}"));
        } else {
            self.lines.push(format!("call{first} {{{callee}}}"));
        }
        self.valid.retain(|&register| register < first);
        self.valid.push(first + 2);
    }
}

/// Literals and code of a program at `address`; it ends with a call of the system, and registers that hold
/// leftovers are cleared before.
pub fn program(random: &mut Random, address: u32) -> Vec<u8> {
    let count = 2 + random.below(FUNCTIONS - 1);
    let mut functions = Vec::new();
    for index in 0..count {
        let mut function = Function {
            lines: Vec::new(),
            valid: vec![2, 3],
        };
        if index == 0 {
            function
                .valid
                .extend([0, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]);
            // Where the convention finds the stack pointer of the caller.
            for line in ["addmi a3, a1, 256", "addi a4, a1, -16", "s32i a3, a4, 4"] {
                function.lines.push(line.to_owned());
            }
        } else {
            function
                .lines
                .push(format!("entry a1, {}", 64 + 8 * random.below(4)));
        }
        function.plain(random);
        if index + 1 < count {
            function.call(random, index + 1);
            function.plain(random);
        }
        if index + 2 < count && random.below(3) == 0 {
            function.call(random, index + 2);
            function.plain(random);
        }
        if index == 0 {
            for register in (2..16).filter(|register| !function.valid.contains(register)) {
                function.lines.push(format!("movi a{register}, 0"));
            }
            function.lines.push("syscall".to_owned());
        } else {
            let source = *random.pick(&function.valid);
            function.lines.push(format!("mov.n a2, a{source}"));
            function.lines.push(random.pick(&["retw", "retw.n"]).to_string());
        }
        functions.push(function);
    }
    let length = |line: &str| {
        let mnemonic = line.split(' ').next().unwrap_or("");
        Table::get()
            .named(mnemonic)
            .map_or(0, |row| u32::from(row.length))
    };
    let mut starts = Vec::new();
    let mut next = address + LITERAL_BYTES;
    for function in &functions {
        starts.push(next);
        next = (next + function.lines.iter().map(|line| length(line)).sum::<u32>()).next_multiple_of(4);
    }
    let mut bytes: Vec<u8> = Vec::new();
    for index in 0..(LITERAL_BYTES / 4) as usize {
        bytes.extend(starts.get(index).copied().unwrap_or(0).to_le_bytes());
    }
    for (function, &start) in functions.iter().zip(&starts) {
        bytes.resize((start - address) as usize, 0);
        let lines: Vec<String> = function
            .lines
            .iter()
            .map(|line| {
                (0..count).fold(line.clone(), |line, index| {
                    let literal = format!("0x{:x}", address + 4 * index as u32);
                    line.replace(&format!("{{literal {index}}}"), &literal)
                        .replace(&format!("{{{index}}}"), &format!("0x{:x}", starts[index]))
                })
            })
            .collect();
        bytes.extend(bytes_of(&lines, start));
    }
    bytes
}
