//! How long a stretch waits for results of the one before, as a function that translated ones call.

use super::wasm::{op, ty, Code, Function};

/// The function that says how many cycles a stretch waits for unfinished results: three levels of them, three of what it
/// wants, and the cycles that pass anyway. As [`crate::timing::Pipeline`] counts it.
pub fn waiting() -> Function {
    const LATE: u32 = 0;
    const WANTED: u32 = 3;
    const PASSED: u32 = 6;
    let mut code = Code::default();
    // A cycle that passes anyway brings each result a level nearer.
    let done = code.block();
    let nearer = code.begin_loop();
    code.get(PASSED);
    code.op(op::I32_EQZ);
    code.begin_if(ty::NONE);
    code.br(done);
    code.end();
    code.get(LATE + 1);
    code.set(LATE);
    code.get(LATE + 2);
    code.set(LATE + 1);
    code.i64(0);
    code.set(LATE + 2);
    code.get(PASSED);
    code.i32(1);
    code.op(op::I32_SUB);
    code.set(PASSED);
    code.br(nearer);
    code.end();
    code.end();
    // Wanted after `offset` cycles, and then still `cycles` away.
    for cycles in (1..=3).rev() {
        for offset in 0..=3 - cycles {
            code.get(LATE + offset + cycles - 1);
            code.get(WANTED + offset);
            code.op(op::I64_AND);
            if offset > 0 {
                code.op(op::I64_OR);
            }
        }
        code.i64(0);
        code.op(op::I64_NE);
        code.begin_if(ty::I32);
        code.i32(cycles);
        code.begin_else();
    }
    code.i32(0);
    (0..3).for_each(|_| code.end());
    Function {
        kind: 1,
        locals: Vec::new(),
        code: code.bytes().to_vec(),
    }
}
