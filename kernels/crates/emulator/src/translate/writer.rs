//! A translated function being written: the registers that it keeps in locals, its accesses to memory, and the ways out.

use super::places::{core_at, local, pipeline_at, PlainMemory};
use super::wasm::{op, simd, ty, Code, Label};

/// Ways out of a translated function.
pub mod status {
    /// The core stands between two stretches.
    pub const BETWEEN: u32 = 0;
    /// Likewise, and the next stretch is not for this function.
    pub const REFUSED: u32 = 1;
    /// In the middle of a stretch: this plus its number in the function times 64, plus the number of the instruction
    /// that is to be run.
    pub const WITHIN: u32 = 2;
}

/// Registers that a function keeps in locals.
#[derive(Debug, Clone, Copy, Default)]
struct Kept {
    a: u16,
    f: u16,
    q: u8,
    accx: bool,
    sar: bool,
    booleans: bool,
}

/// Writes the instructions of one function.
pub struct Writer<'a> {
    /// Instructions so far.
    pub code: Code,
    /// Where memory is.
    pub memory: &'a PlainMemory,
    used: Kept,
    written: Kept,
    uses_quick: bool,
    /// Leaves the function.
    exit: Label,
    /// Goes to where the stretch that is being written leaves it: ways out of one stretch differ in few locals, so that
    /// meeting first keeps the function small for its compiler.
    out: Label,
    /// Number of the stretch and of its instruction that is being written.
    at: (u32, u32),
}

impl<'a> Writer<'a> {
    /// Begins; everything is written into one block, behind which the function ends.
    pub fn new(memory: &'a PlainMemory) -> Self {
        let mut code = Code::default();
        let exit = code.block();
        Self {
            code,
            memory,
            used: Kept::default(),
            written: Kept::default(),
            uses_quick: false,
            exit,
            out: exit,
            at: (0, 0),
        }
    }

    /// Begins a stretch: gives the label of what is written behind it.
    pub fn begin_stretch(&mut self) -> Label {
        let behind = self.code.block();
        self.out = self.code.block();
        behind
    }

    /// Ends it; whoever comes here goes on `behind`.
    pub fn end_stretch(&mut self, behind: Label) {
        self.code.br(behind);
        self.code.end();
        self.code.br(self.exit);
        self.code.end();
    }

    /// What follows belongs to this instruction.
    pub fn begin(&mut self, block: u32, index: u32) {
        self.at = (block, index);
    }

    /// Pushes an address register.
    #[inline(never)]
    pub fn a(&mut self, register: u8) {
        self.used.a |= 1 << (register & 15);
        self.code.get(local::A + u32::from(register & 15));
    }

    /// Pops into an address register.
    #[inline(never)]
    pub fn set_a(&mut self, register: u8) {
        self.used.a |= 1 << (register & 15);
        self.written.a |= 1 << (register & 15);
        self.code.set(local::A + u32::from(register & 15));
    }

    /// Pushes a floating-point register.
    #[inline(never)]
    pub fn f(&mut self, register: u8) {
        self.used.f |= 1 << (register & 15);
        self.code.get(local::F + u32::from(register & 15));
    }

    /// Pops into a floating-point register.
    #[inline(never)]
    pub fn set_f(&mut self, register: u8) {
        self.used.f |= 1 << (register & 15);
        self.written.f |= 1 << (register & 15);
        self.code.set(local::F + u32::from(register & 15));
    }

    /// Pushes a vector register.
    #[inline(never)]
    pub fn q(&mut self, register: u8) {
        self.used.q |= 1 << (register & 7);
        self.code.get(local::Q + u32::from(register & 7));
    }

    /// Pops into a vector register.
    #[inline(never)]
    pub fn set_q(&mut self, register: u8) {
        self.used.q |= 1 << (register & 7);
        self.written.q |= 1 << (register & 7);
        self.code.set(local::Q + u32::from(register & 7));
    }

    /// Pushes ACCX.
    #[inline(never)]
    pub fn accx(&mut self) {
        self.used.accx = true;
        self.code.get(local::ACCX);
    }

    /// Pops into ACCX.
    #[inline(never)]
    pub fn set_accx(&mut self) {
        (self.used.accx, self.written.accx) = (true, true);
        self.code.set(local::ACCX);
    }

    /// Pushes the shift amount.
    #[inline(never)]
    pub fn sar(&mut self) {
        self.used.sar = true;
        self.code.get(local::SAR);
    }

    /// Pops into the shift amount.
    #[inline(never)]
    pub fn set_sar(&mut self) {
        (self.used.sar, self.written.sar) = (true, true);
        self.code.set(local::SAR);
    }

    /// Pushes the booleans.
    #[inline(never)]
    pub fn booleans(&mut self) {
        self.used.booleans = true;
        self.code.get(local::BOOLEANS);
    }

    /// Pops into the booleans.
    #[inline(never)]
    pub fn set_booleans(&mut self) {
        (self.used.booleans, self.written.booleans) = (true, true);
        self.code.set(local::BOOLEANS);
    }

    /// Leaves with the instruction that is being written still to be run.
    #[inline(never)]
    pub fn give_up(&mut self) {
        let (block, index) = self.at;
        self.leave(status::WITHIN + block * 64 + index);
    }

    /// Does so when the number on the stack is not zero.
    #[inline(never)]
    pub fn give_up_if(&mut self) {
        self.code.begin_if(ty::NONE);
        self.give_up();
        self.code.end();
    }

    /// Leaves with arithmetic whose flags may change still to be run.
    #[inline(never)]
    pub fn give_up_unless_quick(&mut self) {
        self.uses_quick = true;
        self.code.get(local::QUICK);
        self.code.op(op::I32_EQZ);
        self.give_up_if();
    }

    /// Leaves with a status.
    #[inline(never)]
    pub fn leave(&mut self, status: u32) {
        self.code.i32(status);
        self.code.set(local::STATUS);
        let out = self.out;
        self.code.br(out);
    }

    /// Leaves between stretches, the next at a fixed address.
    #[inline(never)]
    pub fn leave_to(&mut self, target: u32, status: u32) {
        self.code.i32(target);
        self.code.set(local::PC);
        self.leave(status);
    }

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

    /// The whole function: what was written between loading what it uses and storing what it changes.
    pub fn finish(mut self) -> Vec<u8> {
        self.code.end();
        let mut whole = Code::default();
        self.enter(&mut whole);
        whole.ops(self.code.bytes());
        self.put_back(&mut whole);
        whole.get(local::STATUS);
        whole.bytes().to_vec()
    }

    #[inline(never)]
    fn enter(&self, code: &mut Code) {
        let used = &self.used;
        for (local, place, wanted) in [
            (local::SAR, core_at::SAR, used.sar),
            (local::BOOLEANS, core_at::BOOLEANS, used.booleans),
            (local::LBEG, core_at::LBEG, true),
            (local::LEND, core_at::LEND, true),
            (local::LCOUNT, core_at::LCOUNT, true),
            (local::JOURNAL, core_at::JOURNAL_NEXT, true),
        ] {
            if wanted {
                code.get(local::CORE);
                code.memory(op::I32_LOAD, place);
                code.set(local);
            }
        }
        code.get(local::CORE);
        code.memory(op::I32_LOAD8_U, core_at::WINDOW_FREE);
        code.set(local::WINDOW_FREE);
        if self.uses_quick {
            self.enter_quick(code);
        }
        for (local, place) in [
            (local::CYCLES, core_at::CYCLES),
            (local::INSTRUCTIONS, core_at::INSTRUCTIONS),
            (local::ATTENTION, core_at::ATTENTION),
        ] {
            code.get(local::CORE);
            code.memory(op::I64_LOAD, place);
            code.set(local);
        }
        for level in 0..3 {
            code.get(local::PIPELINE);
            code.memory(op::I64_LOAD, pipeline_at::LATE + 8 * level);
            code.set(local::LATE + level);
        }
        code.get(local::PIPELINE);
        code.memory(op::I32_LOAD, pipeline_at::REFILL);
        code.set(local::REFILL);
        code.get(local::PIPELINE);
        code.memory(op::I32_LOAD8_U, pipeline_at::REDIRECTED);
        code.set(local::REDIRECTED);
        code.i32(0);
        code.memory(op::I32_LOAD, self.memory.ram_length as u32);
        code.set(local::RAM_LENGTH);
        code.i32(0);
        code.memory(op::I32_LOAD, self.memory.cache.shift as u32);
        code.set(local::SHIFT);
        code.i32(1);
        code.get(local::SHIFT);
        code.op(op::I32_SHL);
        code.i32(1);
        code.op(op::I32_SUB);
        code.set(local::MASK);
        for register in (0..16).filter(|register| used.a >> register & 1 != 0) {
            code.get(local::CORE);
            code.memory(op::I32_LOAD, core_at::A + 4 * register);
            code.set(local::A + register);
        }
        for register in (0..16).filter(|register| used.f >> register & 1 != 0) {
            code.get(local::CORE);
            code.memory(op::F32_LOAD, core_at::F + 4 * register);
            code.set(local::F + register);
        }
        for register in (0..8).filter(|register| used.q >> register & 1 != 0) {
            code.get(local::CORE);
            code.vector_memory(simd::LOAD, core_at::Q + 16 * register);
            code.set(local::Q + register);
        }
        if used.accx {
            code.get(local::CORE);
            code.memory(op::I64_LOAD, core_at::ACCX);
            code.set(local::ACCX);
        }
    }

    /// Whether floats are rounded to the nearest and nothing is left to say about inexactness.
    fn enter_quick(&self, code: &mut Code) {
        code.get(local::CORE);
        code.memory(op::I32_LOAD, core_at::FCR);
        code.i32(3);
        code.ops(&[op::I32_AND, op::I32_EQZ]);
        code.get(local::CORE);
        code.memory(op::I32_LOAD, core_at::FSR);
        code.i32(crate::exec::float::INEXACT.trailing_zeros());
        code.op(op::I32_SHR_U);
        code.op(op::I32_AND);
        code.set(local::QUICK);
    }

    #[inline(never)]
    fn put_back(&self, code: &mut Code) {
        let written = &self.written;
        for (local, place, wanted) in [
            (local::PC, core_at::PC, true),
            (local::SAR, core_at::SAR, written.sar),
            (local::BOOLEANS, core_at::BOOLEANS, written.booleans),
            (local::LBEG, core_at::LBEG, true),
            (local::LEND, core_at::LEND, true),
            (local::LCOUNT, core_at::LCOUNT, true),
            (local::JOURNAL, core_at::JOURNAL_NEXT, true),
        ] {
            if wanted {
                code.get(local::CORE);
                code.get(local);
                code.memory(op::I32_STORE, place);
            }
        }
        for (local, place) in [
            (local::CYCLES, core_at::CYCLES),
            (local::INSTRUCTIONS, core_at::INSTRUCTIONS),
        ] {
            code.get(local::CORE);
            code.get(local);
            code.memory(op::I64_STORE, place);
        }
        for level in 0..3 {
            code.get(local::PIPELINE);
            code.get(local::LATE + level);
            code.memory(op::I64_STORE, pipeline_at::LATE + 8 * level);
        }
        code.get(local::PIPELINE);
        code.get(local::REFILL);
        code.memory(op::I32_STORE, pipeline_at::REFILL);
        code.get(local::PIPELINE);
        code.get(local::REDIRECTED);
        code.memory(op::I32_STORE8, pipeline_at::REDIRECTED);
        for register in (0..16).filter(|register| written.a >> register & 1 != 0) {
            code.get(local::CORE);
            code.get(local::A + register);
            code.memory(op::I32_STORE, core_at::A + 4 * register);
        }
        for register in (0..16).filter(|register| written.f >> register & 1 != 0) {
            code.get(local::CORE);
            code.get(local::F + register);
            code.memory(op::F32_STORE, core_at::F + 4 * register);
        }
        for register in (0..8).filter(|register| written.q >> register & 1 != 0) {
            code.get(local::CORE);
            code.get(local::Q + register);
            code.vector_memory(simd::STORE, core_at::Q + 16 * register);
        }
        if written.accx {
            code.get(local::CORE);
            code.get(local::ACCX);
            code.memory(op::I64_STORE, core_at::ACCX);
        }
        code.i32(0);
        code.i32(0);
        code.memory(op::I32_LOAD, self.memory.cache.accesses as u32);
        code.get(local::ACCESSES);
        code.op(op::I32_ADD);
        code.memory(op::I32_STORE, self.memory.cache.accesses as u32);
    }
}

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
