//! Instructions that end a stretch: branches, jumps, calls and loops.

use super::function::Builder;
use super::places::{core_at, local};
use super::wasm::{op, ty};
use crate::block::Block;
use crate::core::ps;
use crate::exec::branch::Branch;
use crate::exec::control::Control;
use crate::operation::slot::{S, T};
use crate::operation::{Op, Operation};

impl Builder<'_> {
    /// The instruction that ends the stretch.
    pub(super) fn last(&mut self, operation: &Operation, block: &Block) {
        let target = operation.imm as u32;
        match operation.op {
            Op::Branch(kind) => {
                self.condition(kind, operation);
                self.writer.code.set(local::CONDITION);
                self.pass();
                self.writer.code.get(local::CONDITION);
                self.writer.code.begin_if(ty::NONE);
                self.jump(target);
                self.writer.code.end();
                self.on(block.end);
            }
            Op::Control(kind) => self.control(kind, operation, block.end, target),
            // What locks are taken with: the only special register that is written in a loop.
            Op::System(_) => {
                self.pass();
                self.writer.code.get(local::CORE);
                self.writer.a(operation.r[T]);
                self.writer.code.memory(op::I32_STORE, core_at::SCOMPARE);
                self.on(block.end);
            }
            _ => self.writer.give_up(),
        }
    }

    fn control(&mut self, kind: Control, operation: &Operation, next: u32, target: u32) {
        let s = operation.r[S];
        match kind {
            Control::J => {
                self.pass();
                self.jump(target);
            }
            Control::Jx | Control::Ret => {
                self.pass();
                self.writer.a(if kind == Control::Ret { 0 } else { s });
                self.jump_to_computed();
            }
            Control::Call0 | Control::Call4 | Control::Call8 | Control::Call12 => {
                self.pass();
                self.link(kind, next);
                self.jump(target);
            }
            Control::Callx0 | Control::Callx4 | Control::Callx8 | Control::Callx12 => {
                self.pass();
                self.writer.a(s);
                self.writer.code.set(local::TEMPORARY);
                self.link(kind, next);
                self.writer.code.get(local::TEMPORARY);
                self.jump_to_computed();
            }
            Control::Loop | Control::Loopnez | Control::Loopgtz => {
                self.writer.a(s);
                self.writer.code.tee(local::CONDITION);
                self.writer.code.i32(1);
                self.writer.code.op(op::I32_SUB);
                self.writer.code.set(local::LCOUNT);
                self.writer.code.i32(target);
                self.writer.code.set(local::LEND);
                self.writer.code.i32(next);
                self.writer.code.set(local::LBEG);
                self.pass();
                if kind != Control::Loop {
                    self.writer.code.get(local::CONDITION);
                    if kind == Control::Loopnez {
                        self.writer.code.op(op::I32_EQZ);
                    } else {
                        self.writer.code.i32(0);
                        self.writer.code.op(op::I32_LE_S);
                    }
                    self.writer.code.begin_if(ty::NONE);
                    self.jump(target);
                    self.writer.code.end();
                }
                self.on(next);
            }
            Control::Retw | Control::Entry | Control::Rotw | Control::Movsp => self.writer.give_up(),
        }
    }

    /// A call's return address, and the increment that ENTRY reads.
    fn link(&mut self, kind: Control, next: u32) {
        let increment = u32::from(kind.quarters());
        if increment == 0 {
            self.writer.code.i32(next);
            self.writer.set_a(0);
            return;
        }
        let code = &mut self.writer.code;
        code.get(local::CORE);
        code.get(local::CORE);
        code.memory(op::I32_LOAD, core_at::PS);
        code.i32(!ps::CALLINC);
        code.op(op::I32_AND);
        code.i32(increment << ps::CALLINC_SHIFT);
        code.op(op::I32_OR);
        code.memory(op::I32_STORE, core_at::PS);
        code.i32(increment << 30 | next & 0x3fff_ffff);
        self.writer.set_a(increment as u8 * 4);
    }

    /// Pushes whether a branch is taken.
    fn condition(&mut self, kind: Branch, operation: &Operation) {
        let (s, t) = (operation.r[S], operation.r[T]);
        let constant = operation.imm2 as u32;
        let writer = &mut self.writer;
        match kind {
            Branch::Bf | Branch::Bt => {
                writer.booleans();
                writer.code.i32(1 << (s & 15));
                writer.code.op(op::I32_AND);
                if kind == Branch::Bf {
                    writer.code.op(op::I32_EQZ);
                }
                return;
            }
            Branch::Ball | Branch::Bnall => {
                writer.a(s);
                writer.code.i32(u32::MAX);
                writer.code.op(op::I32_XOR);
                writer.a(t);
            }
            Branch::Bbc | Branch::Bbs => {
                writer.a(s);
                writer.a(t);
                writer.code.op(op::I32_SHR_U);
                writer.code.i32(1);
            }
            Branch::Bbci | Branch::Bbsi => {
                writer.a(s);
                writer.code.i32(1 << (constant & 31));
            }
            Branch::Beqi | Branch::Bnei | Branch::Bgei | Branch::Blti | Branch::Bgeui | Branch::Bltui => {
                writer.a(s);
                writer.code.i32(constant);
            }
            Branch::Bgez | Branch::Bltz => {
                writer.a(s);
                writer.code.i32(0);
            }
            Branch::Beqz | Branch::Bnez => writer.a(s),
            Branch::Bany
            | Branch::Bnone
            | Branch::Beq
            | Branch::Bne
            | Branch::Bge
            | Branch::Blt
            | Branch::Bgeu
            | Branch::Bltu => {
                writer.a(s);
                writer.a(t);
            }
        }
        let ops: &[u8] = match kind {
            Branch::Ball | Branch::Bnone | Branch::Bbc | Branch::Bbci => &[op::I32_AND, op::I32_EQZ],
            Branch::Bnall | Branch::Bany | Branch::Bbs | Branch::Bbsi => &[op::I32_AND],
            Branch::Beq | Branch::Beqi => &[op::I32_EQ],
            Branch::Bne | Branch::Bnei => &[op::I32_NE],
            Branch::Beqz => &[op::I32_EQZ],
            Branch::Bnez | Branch::Bf | Branch::Bt => &[],
            Branch::Bge | Branch::Bgei | Branch::Bgez => &[op::I32_GE_S],
            Branch::Blt | Branch::Blti | Branch::Bltz => &[op::I32_LT_S],
            Branch::Bgeu | Branch::Bgeui => &[op::I32_GE_U],
            Branch::Bltu | Branch::Bltui => &[op::I32_LT_U],
        };
        writer.code.ops(ops);
    }
}
