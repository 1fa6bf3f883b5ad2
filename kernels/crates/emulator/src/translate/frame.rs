//! What stands around the stretches of a translated function: the core's state into locals, and back.

use super::places::{core_at, local, pipeline_at};
use super::wasm::{op, simd, Code};
use super::writer::Writer;

impl Writer<'_> {
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
