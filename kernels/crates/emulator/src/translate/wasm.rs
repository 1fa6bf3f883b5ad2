//! WebAssembly as bytes: instructions of one function, and the module around functions.

/// Types of values.
pub mod ty {
    #![allow(missing_docs)]
    pub const I32: u8 = 0x7f;
    pub const I64: u8 = 0x7e;
    pub const F32: u8 = 0x7d;
    pub const F64: u8 = 0x7c;
    pub const V128: u8 = 0x7b;
    /// The block gives nothing.
    pub const NONE: u8 = 0x40;
}

/// Instructions without operands in their bytes, and loads and stores.
pub mod op {
    #![allow(missing_docs)]
    pub const SELECT: u8 = 0x1b;
    pub const I32_LOAD: u8 = 0x28;
    pub const I64_LOAD: u8 = 0x29;
    pub const F32_LOAD: u8 = 0x2a;
    pub const I32_LOAD8_U: u8 = 0x2d;
    pub const I32_LOAD16_S: u8 = 0x2e;
    pub const I32_LOAD16_U: u8 = 0x2f;
    pub const I32_STORE: u8 = 0x36;
    pub const I64_STORE: u8 = 0x37;
    pub const F32_STORE: u8 = 0x38;
    pub const I32_STORE8: u8 = 0x3a;
    pub const I32_STORE16: u8 = 0x3b;
    pub const I32_EQZ: u8 = 0x45;
    pub const I32_EQ: u8 = 0x46;
    pub const I32_NE: u8 = 0x47;
    pub const I32_LT_S: u8 = 0x48;
    pub const I32_LT_U: u8 = 0x49;
    pub const I32_GT_S: u8 = 0x4a;
    pub const I32_GT_U: u8 = 0x4b;
    pub const I32_LE_S: u8 = 0x4c;
    pub const I32_GE_S: u8 = 0x4e;
    pub const I32_GE_U: u8 = 0x4f;
    pub const I64_EQ: u8 = 0x51;
    pub const I64_NE: u8 = 0x52;
    pub const I64_LT_S: u8 = 0x53;
    pub const I64_GT_S: u8 = 0x55;
    pub const I64_GE_U: u8 = 0x5a;
    pub const F32_EQ: u8 = 0x5b;
    pub const F32_NE: u8 = 0x5c;
    pub const F32_LT: u8 = 0x5d;
    pub const F32_LE: u8 = 0x5f;
    pub const F64_LT: u8 = 0x63;
    pub const I32_CLZ: u8 = 0x67;
    pub const I32_ADD: u8 = 0x6a;
    pub const I32_SUB: u8 = 0x6b;
    pub const I32_MUL: u8 = 0x6c;
    pub const I32_DIV_U: u8 = 0x6e;
    pub const I32_REM_U: u8 = 0x70;
    pub const I32_AND: u8 = 0x71;
    pub const I32_OR: u8 = 0x72;
    pub const I32_XOR: u8 = 0x73;
    pub const I32_SHL: u8 = 0x74;
    pub const I32_SHR_S: u8 = 0x75;
    pub const I32_SHR_U: u8 = 0x76;
    pub const I64_ADD: u8 = 0x7c;
    pub const I64_MUL: u8 = 0x7e;
    pub const I64_AND: u8 = 0x83;
    pub const I64_OR: u8 = 0x84;
    pub const I64_SHL: u8 = 0x86;
    pub const I64_SHR_S: u8 = 0x87;
    pub const I64_SHR_U: u8 = 0x88;
    pub const F32_ABS: u8 = 0x8b;
    pub const F32_NEG: u8 = 0x8c;
    pub const F32_ADD: u8 = 0x92;
    pub const F32_SUB: u8 = 0x93;
    pub const F32_MUL: u8 = 0x94;
    pub const F64_ABS: u8 = 0x99;
    pub const F64_CEIL: u8 = 0x9b;
    pub const F64_FLOOR: u8 = 0x9c;
    pub const F64_TRUNC: u8 = 0x9d;
    pub const F64_NEAREST: u8 = 0x9e;
    pub const F64_ADD: u8 = 0xa0;
    pub const F64_MUL: u8 = 0xa2;
    pub const I32_WRAP_I64: u8 = 0xa7;
    pub const I32_TRUNC_F64_S: u8 = 0xaa;
    pub const I64_EXTEND_I32_S: u8 = 0xac;
    pub const I64_EXTEND_I32_U: u8 = 0xad;
    pub const F32_CONVERT_I32_S: u8 = 0xb2;
    pub const F32_DEMOTE_F64: u8 = 0xb6;
    pub const F64_PROMOTE_F32: u8 = 0xbb;
    pub const I32_REINTERPRET_F32: u8 = 0xbc;
    pub const I64_REINTERPRET_F64: u8 = 0xbd;
    pub const F32_REINTERPRET_I32: u8 = 0xbe;
}

/// Vector instructions, all behind one prefix.
pub mod simd {
    #![allow(missing_docs)]
    pub const LOAD: u32 = 0;
    pub const STORE: u32 = 11;
    pub const SHUFFLE: u32 = 13;
    pub const I16X8_SPLAT: u32 = 16;
    pub const I32X4_SPLAT: u32 = 17;
    pub const I32X4_EXTRACT: u32 = 27;
    pub const I64X2_EXTRACT: u32 = 29;
    pub const F32X4_SPLAT: u32 = 19;
    pub const F32X4_EXTRACT: u32 = 31;
    pub const F32X4_REPLACE: u32 = 32;
    pub const NOT: u32 = 77;
    pub const AND: u32 = 78;
    pub const OR: u32 = 80;
    pub const XOR: u32 = 81;
    pub const I32X4_EXTADD_I16X8_S: u32 = 126;
    pub const I16X8_SHR_S: u32 = 140;
    pub const I16X8_EXTMUL_LOW_I8X16_S: u32 = 156;
    pub const I16X8_EXTMUL_HIGH_I8X16_S: u32 = 157;
    pub const I32X4_SHR_S: u32 = 172;
    pub const I32X4_ADD: u32 = 174;
    pub const I32X4_EXTMUL_LOW_I16X8_S: u32 = 188;
    pub const I32X4_EXTMUL_HIGH_I16X8_S: u32 = 189;
    pub const I64X2_EXTEND_LOW_I32X4_S: u32 = 199;
    pub const I64X2_EXTEND_HIGH_I32X4_S: u32 = 200;
    pub const I64X2_ADD: u32 = 206;
}

/// A place to go to: how deep its block or loop lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Label(u32);

/// Instructions being written. Its functions are called all over the translator and never where time counts, so that none
/// of them is copied to where it is called.
#[derive(Debug, Default)]
pub struct Code {
    bytes: Vec<u8>,
    depth: u32,
}

#[inline(never)]
fn unsigned(bytes: &mut Vec<u8>, mut value: u32) {
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
}

#[inline(never)]
fn signed(bytes: &mut Vec<u8>, mut value: i64) {
    while !(-0x40..0x40).contains(&value) {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8 & 0x7f);
}

impl Code {
    /// An instruction that is one byte.
    #[inline(never)]
    pub fn op(&mut self, op: u8) {
        self.bytes.push(op);
    }

    /// Several of them.
    #[inline(never)]
    pub fn ops(&mut self, ops: &[u8]) {
        self.bytes.extend_from_slice(ops);
    }

    #[inline(never)]
    fn with(&mut self, op: u8, operand: u32) {
        self.bytes.push(op);
        unsigned(&mut self.bytes, operand);
    }

    /// Pushes a local.
    #[inline(never)]
    pub fn get(&mut self, local: u32) {
        self.with(0x20, local);
    }

    /// Pops into a local.
    #[inline(never)]
    pub fn set(&mut self, local: u32) {
        self.with(0x21, local);
    }

    /// Copies into a local.
    #[inline(never)]
    pub fn tee(&mut self, local: u32) {
        self.with(0x22, local);
    }

    /// Pushes a number of 32 bits.
    #[inline(never)]
    pub fn i32(&mut self, value: u32) {
        self.bytes.push(0x41);
        signed(&mut self.bytes, (value as i32).into());
    }

    /// Pushes a number of 64 bits.
    #[inline(never)]
    pub fn i64(&mut self, value: u64) {
        self.bytes.push(0x42);
        signed(&mut self.bytes, value as i64);
    }

    /// Pushes a float.
    #[inline(never)]
    pub fn f32(&mut self, value: f32) {
        self.bytes.push(0x43);
        self.bytes.extend_from_slice(&value.to_le_bytes());
    }

    /// Pushes a float of 64 bits.
    #[inline(never)]
    pub fn f64(&mut self, value: f64) {
        self.bytes.push(0x44);
        self.bytes.extend_from_slice(&value.to_le_bytes());
    }

    /// A load or store at the address on the stack plus `offset`.
    #[inline(never)]
    pub fn memory(&mut self, op: u8, offset: u32) {
        self.ops(&[op, 0]);
        unsigned(&mut self.bytes, offset);
    }

    /// A vector instruction.
    #[inline(never)]
    pub fn simd(&mut self, op: u32) {
        self.with(0xfd, op);
    }

    /// A vector instruction on one lane.
    #[inline(never)]
    pub fn lane(&mut self, op: u32, lane: u8) {
        self.simd(op);
        self.bytes.push(lane);
    }

    /// A vector load or store at the address on the stack plus `offset`.
    #[inline(never)]
    pub fn vector_memory(&mut self, op: u32, offset: u32) {
        self.simd(op);
        self.bytes.push(0);
        unsigned(&mut self.bytes, offset);
    }

    /// Bytes of the two vectors on the stack.
    #[inline(never)]
    pub fn shuffle(&mut self, lanes: [u8; 16]) {
        self.simd(simd::SHUFFLE);
        self.bytes.extend_from_slice(&lanes);
    }

    #[inline(never)]
    fn open(&mut self, op: u8, result: u8) -> Label {
        self.ops(&[op, result]);
        self.depth += 1;
        Label(self.depth)
    }

    /// Begins a block; going to its label leaves it.
    #[inline(never)]
    pub fn block(&mut self) -> Label {
        self.open(0x02, ty::NONE)
    }

    /// Begins a loop; going to its label begins it anew.
    #[inline(never)]
    pub fn begin_loop(&mut self) -> Label {
        self.open(0x03, ty::NONE)
    }

    /// Begins what is done when the number on the stack is not zero.
    #[inline(never)]
    pub fn begin_if(&mut self, result: u8) {
        self.open(0x04, result);
    }

    /// Begins what is done otherwise.
    #[inline(never)]
    pub fn begin_else(&mut self) {
        self.bytes.push(0x05);
    }

    /// Ends a block, loop or choice.
    #[inline(never)]
    pub fn end(&mut self) {
        self.bytes.push(0x0b);
        self.depth -= 1;
    }

    /// Goes to a label.
    #[inline(never)]
    pub fn br(&mut self, label: Label) {
        self.with(0x0c, self.depth - label.0);
    }

    /// Leaves as many blocks as the number on the stack says, of `count` that were begun last.
    #[inline(never)]
    pub fn br_table(&mut self, count: u32) {
        self.with(0x0e, count - 1);
        (0..count).for_each(|depth| unsigned(&mut self.bytes, depth));
    }

    /// Calls a function of the module.
    #[inline(never)]
    pub fn call(&mut self, function: u32) {
        self.with(0x10, function);
    }

    /// What was written.
    #[inline(never)]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

/// A function: its type's number, groups of locals, its instructions without the last `end`.
pub struct Function {
    /// Index into the module's types.
    pub kind: u32,
    /// How many locals of which type.
    pub locals: Vec<(u32, u8)>,
    /// Its instructions.
    pub code: Vec<u8>,
}

/// A module that imports the memory `m` of `e` and exports each function from `first` on under its number.
pub fn module(types: &[(&[u8], &[u8])], functions: &[Function], first: u32) -> Vec<u8> {
    let mut bytes = b"\0asm\x01\0\0\0".to_vec();
    section(&mut bytes, 1, types.len() as u32, |out| {
        for (parameters, results) in types {
            out.push(0x60);
            for list in [parameters, results] {
                unsigned(out, list.len() as u32);
                out.extend_from_slice(list);
            }
        }
    });
    section(&mut bytes, 2, 1, |out| {
        out.extend_from_slice(b"\x01e\x01m\x02\x00\x00")
    });
    section(&mut bytes, 3, functions.len() as u32, |out| {
        functions.iter().for_each(|function| unsigned(out, function.kind));
    });
    section(&mut bytes, 7, functions.len() as u32 - first, |out| {
        for index in first..functions.len() as u32 {
            let name = (index - first).to_string();
            unsigned(out, name.len() as u32);
            out.extend_from_slice(name.as_bytes());
            out.push(0);
            unsigned(out, index);
        }
    });
    section(&mut bytes, 10, functions.len() as u32, |out| {
        for function in functions {
            let mut body = Vec::new();
            unsigned(&mut body, function.locals.len() as u32);
            for &(count, kind) in &function.locals {
                unsigned(&mut body, count);
                body.push(kind);
            }
            body.extend_from_slice(&function.code);
            body.push(0x0b);
            unsigned(out, body.len() as u32);
            out.extend_from_slice(&body);
        }
    });
    bytes
}

fn section(bytes: &mut Vec<u8>, id: u8, count: u32, write: impl FnOnce(&mut Vec<u8>)) {
    let mut content = Vec::new();
    unsigned(&mut content, count);
    write(&mut content);
    bytes.push(id);
    unsigned(bytes, content.len() as u32);
    bytes.extend_from_slice(&content);
}
