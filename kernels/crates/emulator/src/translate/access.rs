//! Loads and stores of translated code: in internal RAM, and in lines that the data cache's table of hits knows.

use super::places::local;
use super::wasm::{op, simd, ty};
use super::writer::Writer;

#[derive(Debug, Clone, Copy)]
enum Access {
    Plain(u8),
    Vector,
}

/// How an access moves its bytes.
#[derive(Debug, Clone, Copy)]
pub struct Width {
    bytes: u32,
    ty: u8,
    load: Access,
    store: Access,
}

/// The accesses that there are.
pub mod width {
    #![allow(missing_docs)]
    use super::{op, ty, Access, Width};

    const fn plain(bytes: u32, ty: u8, load: u8, store: u8) -> Width {
        Width {
            bytes,
            ty,
            load: Access::Plain(load),
            store: Access::Plain(store),
        }
    }

    pub const BYTE: Width = plain(1, ty::I32, op::I32_LOAD8_U, op::I32_STORE8);
    pub const HALF: Width = plain(2, ty::I32, op::I32_LOAD16_U, op::I32_STORE16);
    pub const SIGNED_HALF: Width = plain(2, ty::I32, op::I32_LOAD16_S, op::I32_STORE16);
    pub const WORD: Width = plain(4, ty::I32, op::I32_LOAD, op::I32_STORE);
    pub const FLOAT: Width = plain(4, ty::F32, op::F32_LOAD, op::F32_STORE);
    pub const DOUBLE_WORD: Width = plain(8, ty::I64, op::I64_LOAD, op::I64_STORE);
    pub const VECTOR: Width = Width {
        bytes: 16,
        ty: ty::V128,
        load: Access::Vector,
        store: Access::Vector,
    };
}

impl Writer<'_> {
    /// Pops an address, and gives up where it is not aligned.
    #[inline(never)]
    fn take_address(&mut self, bytes: u32) {
        self.code.set(local::ADDRESS);
        if bytes > 1 {
            self.code.get(local::ADDRESS);
            self.code.i32(bytes - 1);
            self.code.op(op::I32_AND);
            self.give_up_if();
        }
    }

    /// Pushes whether the address lies in the data memory, whose offset it keeps.
    #[inline(never)]
    fn is_ram(&mut self) {
        self.code.get(local::ADDRESS);
        self.code.i32(self.memory.ram_start);
        self.code.op(op::I32_SUB);
        self.code.tee(local::OFFSET);
        self.code.get(local::RAM_LENGTH);
        self.code.op(op::I32_LT_U);
    }

    /// Pushes whether the address hits the cache's table, whose place it keeps.
    #[inline(never)]
    fn is_hit(&mut self) {
        let cache = &self.memory.cache;
        let code = &mut self.code;
        code.get(local::ADDRESS);
        code.get(local::SHIFT);
        code.op(op::I32_SHR_U);
        code.tee(local::NUMBER);
        code.i32(cache.entries - 1);
        code.op(op::I32_AND);
        code.i32(3);
        code.op(op::I32_SHL);
        if let Some(bank) = cache.bank {
            code.i32(0);
            code.memory(op::I32_LOAD, bank as u32);
            code.op(op::I32_ADD);
        }
        code.tee(local::PLACE);
        code.memory(op::I32_LOAD, cache.numbers as u32);
        code.get(local::NUMBER);
        code.op(op::I32_EQ);
    }

    /// Counts a hit and pushes the place of its bytes; the line's offset is on the stack.
    #[inline(never)]
    fn hit(&mut self, bytes: u32) {
        let cache = &self.memory.cache;
        let code = &mut self.code;
        code.get(local::ADDRESS);
        code.get(local::MASK);
        code.ops(&[op::I32_AND, op::I32_OR]);
        code.i32(cache.length - bytes);
        code.op(op::I32_AND);
        code.get(local::ACCESSES);
        code.i32(1);
        code.op(op::I32_ADD);
        code.set(local::ACCESSES);
    }

    #[inline(never)]
    fn read(&mut self, width: Width, offset: usize) {
        match width.load {
            Access::Plain(op) => self.code.memory(op, offset as u32),
            Access::Vector => self.code.vector_memory(simd::LOAD, offset as u32),
        }
    }

    #[inline(never)]
    fn write(&mut self, width: Width, offset: usize) {
        match width.store {
            Access::Plain(op) => self.code.memory(op, offset as u32),
            Access::Vector => self.code.vector_memory(simd::STORE, offset as u32),
        }
    }

    /// Loads from the address on the stack, or gives up.
    #[inline(never)]
    pub fn load(&mut self, width: Width) {
        let cache = self.memory.cache;
        self.take_address(width.bytes);
        self.is_ram();
        self.code.begin_if(width.ty);
        self.code.get(local::OFFSET);
        self.read(width, self.memory.ram_bytes);
        self.code.begin_else();
        self.is_hit();
        self.code.begin_if(width.ty);
        self.code.get(local::PLACE);
        self.code.memory(op::I32_LOAD, cache.offsets as u32);
        self.hit(width.bytes);
        self.read(width, cache.data);
        self.code.begin_else();
        self.give_up();
        self.code.end();
        self.code.end();
    }

    /// Loads a word from a fixed address, or gives up.
    #[inline(never)]
    pub fn load_constant(&mut self, address: u32) {
        let memory = self.memory;
        let offset = address.wrapping_sub(memory.code_start);
        if offset < memory.code_length && address & 3 == 0 {
            self.code.i32(0);
            self.code.memory(op::I32_LOAD, memory.code_low as u32);
            self.code.i32(offset);
            self.code.op(op::I32_GT_U);
            self.give_up_if();
            self.code.i32(0);
            self.code
                .memory(op::I32_LOAD, (memory.code_bytes + offset as usize) as u32);
        } else {
            self.code.i32(address);
            self.load(width::WORD);
        }
    }

    /// Stores what `value` pushes at the address on the stack, or gives up.
    #[inline(never)]
    pub fn store(&mut self, width: Width, value: &dyn Fn(&mut Self)) {
        let (memory, cache) = (self.memory, self.memory.cache);
        self.take_address(width.bytes);
        self.is_ram();
        self.code.begin_if(ty::NONE);
        self.code.get(local::OFFSET);
        self.code.i32(8);
        self.code.op(op::I32_SHR_U);
        self.code.i32(3);
        self.code.op(op::I32_SHL);
        self.code.memory(op::I64_LOAD, memory.ram_marks as u32);
        self.code.get(local::OFFSET);
        self.code.i32(2);
        // The shift itself drops what is above 63.
        self.code.ops(&[
            op::I32_SHR_U,
            op::I64_EXTEND_I32_U,
            op::I64_SHR_U,
            op::I32_WRAP_I64,
        ]);
        self.code.i32((1 << width.bytes.div_ceil(4)) - 1);
        self.code.op(op::I32_AND);
        self.give_up_if();
        self.code.get(local::OFFSET);
        value(self);
        self.write(width, memory.ram_bytes);
        self.code.begin_else();
        self.is_hit();
        self.code.op(op::I32_EQZ);
        self.give_up_if();
        self.code.get(local::PLACE);
        self.code.memory(op::I32_LOAD, cache.offsets as u32);
        self.code.tee(local::LINE);
        self.code.i32(0);
        self.code.op(op::I32_LT_S);
        self.give_up_if();
        self.code.get(local::LINE);
        self.code.get(local::SHIFT);
        self.code.op(op::I32_SHR_U);
        self.code.i32(1);
        self.code.memory(op::I32_STORE8, cache.changed as u32);
        self.code.get(local::LINE);
        self.hit(width.bytes);
        value(self);
        self.write(width, cache.data);
        self.code.end();
    }
}
