//! One instruction of the tables: how its word is recognised and where its operands lie in it.
//!
//! A line of a table reads `mnemonic | bytes | match | mask | operands`. An operand is `name=bits/use`, its bits
//! from the most significant down (`15:12,4`), its use `r`, `w` or `rw` for a register and
//! `low..high*step+first` for a number: the value is `first + step * field`, the field signed when `low` is
//! negative and no other rule of [`Rule`] holds.

/// What an operand names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// An address register of the current window.
    Address,
    /// A floating-point register.
    Float,
    /// A 128-bit vector register.
    Vector,
    /// A boolean register, or the first of a group of `span` of them.
    Boolean {
        /// Registers in the group: 1, 4 or 8.
        span: u8,
    },
    /// A register of the multiply-accumulate option; the field starts at `first`.
    Multiplier {
        /// Register of field 0.
        first: u8,
    },
    /// A number.
    Number(Rule),
}

/// How the field of a number becomes its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// `first + step * field`.
    Linear {
        /// The field is in two's complement.
        signed: bool,
        /// Value of field 0.
        first: i32,
        /// Distance of neighbouring values.
        step: i32,
    },
    /// A signed displacement in bytes from the address of the instruction plus 4.
    Relative,
    /// An unsigned displacement in bytes from the address of the instruction plus 4.
    Forward,
    /// A signed displacement in words from the aligned address of the instruction plus 4.
    Call,
    /// A negative displacement in words from the aligned address after the instruction.
    Literal,
    /// The signed constants of compare-and-branch.
    SmallConstant,
    /// The unsigned constants of compare-and-branch.
    SmallUnsigned,
    /// -1 or 1..15.
    AddNarrow,
    /// -32..95.
    MoveNarrow,
}

/// Constants of the signed compare-and-branch instructions, by field.
pub const SMALL_CONSTANTS: [i32; 16] = [-1, 1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 16, 32, 64, 128, 256];
/// Constants of the unsigned compare-and-branch instructions, by field.
pub const SMALL_UNSIGNED: [i32; 16] = [32768, 65536, 2, 3, 4, 5, 6, 7, 8, 10, 12, 16, 32, 64, 128, 256];

/// An operand of a row.
#[derive(Debug, Clone)]
pub struct Operand {
    /// Its name in the tables; the semantics assign a slot by it.
    pub name: &'static str,
    /// What it names.
    pub class: Class,
    /// The register is read.
    pub read: bool,
    /// The register is written.
    pub written: bool,
    /// Bits of the word, most significant first.
    pub bits: Vec<u8>,
}

impl Operand {
    /// The raw field of `word`.
    pub fn field(&self, word: u32) -> u32 {
        self.bits
            .iter()
            .fold(0, |value, &bit| value << 1 | (word >> bit & 1))
    }

    /// `word` with the field replaced by the low bits of `field`.
    pub fn place(&self, word: u32, field: u32) -> u32 {
        self.bits
            .iter()
            .rev()
            .enumerate()
            .fold(word, |word, (index, &bit)| {
                word & !(1 << bit) | (field >> index & 1) << bit
            })
    }

    /// The value of a raw field in an instruction at `address`: a register number, a number, or an absolute
    /// target.
    pub fn value(&self, field: u32, address: u32) -> i32 {
        let width = self.bits.len() as u32;
        let sign = |field: u32| ((field << (32 - width)) as i32) >> (32 - width);
        match self.class {
            Class::Address | Class::Float | Class::Vector => field as i32,
            Class::Boolean { span } => (field * u32::from(span)) as i32,
            Class::Multiplier { first } => (field + u32::from(first)) as i32,
            Class::Number(rule) => match rule {
                Rule::Linear { signed, first, step } => {
                    first + step * if signed { sign(field) } else { field as i32 }
                }
                Rule::Relative => address.wrapping_add(4).wrapping_add_signed(sign(field)) as i32,
                Rule::Forward => address.wrapping_add(4).wrapping_add(field) as i32,
                Rule::Call => (address & !3)
                    .wrapping_add(4)
                    .wrapping_add_signed(sign(field) << 2) as i32,
                Rule::Literal => {
                    let words = (field as i32) - 65536;
                    (address.wrapping_add(3) & !3).wrapping_add_signed(words << 2) as i32
                }
                Rule::SmallConstant => SMALL_CONSTANTS[field as usize & 15],
                Rule::SmallUnsigned => SMALL_UNSIGNED[field as usize & 15],
                Rule::AddNarrow => {
                    if field == 0 {
                        -1
                    } else {
                        field as i32
                    }
                }
                Rule::MoveNarrow => {
                    if field >= 96 {
                        field as i32 - 128
                    } else {
                        field as i32
                    }
                }
            },
        }
    }

    /// The field that gives `value` in an instruction at `address`, if there is one.
    pub fn encode(&self, value: i32, address: u32) -> Option<u32> {
        let width = self.bits.len() as u32;
        let mask = if width == 32 { u32::MAX } else { (1 << width) - 1 };
        let guess = match self.class {
            Class::Number(Rule::Linear { first, step, .. }) => (value - first).checked_div(step)? as u32,
            Class::Number(Rule::Relative | Rule::Forward) => {
                (value as u32).wrapping_sub(address.wrapping_add(4))
            }
            Class::Number(Rule::Call) => (value as u32).wrapping_sub((address & !3).wrapping_add(4)) >> 2,
            Class::Number(Rule::Literal) => (value as u32).wrapping_sub(address.wrapping_add(3) & !3) >> 2,
            Class::Number(Rule::MoveNarrow) | Class::Address | Class::Float | Class::Vector => value as u32,
            Class::Multiplier { first } => value as u32 - u32::from(first),
            Class::Boolean { span } => value as u32 / u32::from(span),
            Class::Number(Rule::SmallConstant | Rule::SmallUnsigned | Rule::AddNarrow) => {
                (0..16).find(|&field| self.value(field, address) == value)?
            }
        } & mask;
        (self.value(guess, address) == value).then_some(guess)
    }

    fn parse(text: &'static str) -> Option<Self> {
        let (name, rest) = text.split_once('=')?;
        let (bits, usage) = rest.split_once('/')?;
        let mut positions = Vec::new();
        for range in bits.split(',') {
            let (high, low) = range.split_once(':').unwrap_or((range, range));
            let (high, low) = (high.parse::<u8>().ok()?, low.parse::<u8>().ok()?);
            positions.extend((low..=high).rev());
        }
        let register = matches!(usage, "r" | "w" | "rw");
        let class = match name {
            "soffset" | "label8" | "label12" => Class::Number(Rule::Relative),
            "soffsetx4" => Class::Number(Rule::Call),
            "ulabel8" | "uimm6" => Class::Number(Rule::Forward),
            "uimm16x4" => Class::Number(Rule::Literal),
            "b4const" => Class::Number(Rule::SmallConstant),
            "b4constu" => Class::Number(Rule::SmallUnsigned),
            "ai4const" => Class::Number(Rule::AddNarrow),
            "simm7" => Class::Number(Rule::MoveNarrow),
            "bs4" => Class::Boolean { span: 4 },
            "bs8" => Class::Boolean { span: 8 },
            "br" | "bs" | "bt" => Class::Boolean { span: 1 },
            "mw" | "mx" => Class::Multiplier { first: 0 },
            "my" => Class::Multiplier { first: 2 },
            _ if register && name.starts_with('q') => Class::Vector,
            _ if register && name.starts_with('f') => Class::Float,
            _ if register => Class::Address,
            _ => {
                let (low, rest) = usage.split_once("..")?;
                let (_, rest) = rest.split_once('*')?;
                let (step, first) = rest.split_once('+')?;
                let (low, first) = (low.parse::<i32>().ok()?, first.parse::<i32>().ok()?);
                Class::Number(Rule::Linear {
                    signed: low < 0 && first == 0,
                    first,
                    step: step.parse().ok()?,
                })
            }
        };
        Some(Self {
            name,
            class,
            read: usage.contains('r') && register,
            written: usage.contains('w') && register,
            bits: positions,
        })
    }
}

/// An instruction of the tables.
#[derive(Debug, Clone)]
pub struct Row {
    /// The assembler's name, in lower case.
    pub mnemonic: &'static str,
    /// Bytes of the instruction: 2, 3 or 4.
    pub length: u8,
    /// Bits of the word under `mask`.
    pub matched: u32,
    /// Bits that identify the instruction.
    pub mask: u32,
    /// Operands in assembler order.
    pub operands: Vec<Operand>,
}

impl Row {
    /// Reads a line of a table; `None` when it is not one.
    pub fn parse(line: &'static str) -> Option<Self> {
        let mut columns = line.split('|').map(str::trim);
        let mnemonic = columns.next()?;
        let length = columns.next()?.parse().ok()?;
        let matched = u32::from_str_radix(columns.next()?, 16).ok()?;
        let mask = u32::from_str_radix(columns.next()?, 16).ok()?;
        let operands = columns
            .next()
            .unwrap_or("")
            .split_whitespace()
            .map(Operand::parse)
            .collect::<Option<Vec<_>>>()?;
        columns.next().is_none().then_some(Self {
            mnemonic,
            length,
            matched,
            mask,
            operands,
        })
    }

    /// The word of this instruction at `address` with `values` in assembler order, or `None` when a value does
    /// not fit or there are too few.
    pub fn encode(&self, values: &[i32], address: u32) -> Option<u32> {
        if values.len() != self.operands.len() {
            return None;
        }
        self.operands
            .iter()
            .zip(values)
            .try_fold(self.matched, |word, (operand, &value)| {
                Some(operand.place(word, operand.encode(value, address)?))
            })
    }
}
