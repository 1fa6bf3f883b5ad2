//! A translated function: stretches of straight code and the ways between them, with the pipeline's cycles.

use super::places::{core_at, local};
use super::wasm::{op, ty, Function, Label};
use super::writer::{status, Writer};
use super::{float, integer, places::PlainMemory, vector};
use crate::block::Block;
use crate::core::special::number::SCOMPARE1;
use crate::exec::control::Control;
use crate::operation::{Op, Operation};
use crate::timing::schedule::Schedule;
use crate::timing::{REDIRECT, STRADDLE};

/// Types of the functions in a module: translated ones, and the one that counts waiting.
pub const TYPES: [(&[u8], &[u8]); 2] = [
    (&[ty::I32, ty::I32, ty::I32, ty::I32], &[ty::I32]),
    (
        &[ty::I64, ty::I64, ty::I64, ty::I64, ty::I64, ty::I64, ty::I32],
        &[ty::I32],
    ),
];

/// A stretch of straight code of a function.
pub struct Stretch<'a> {
    /// The stretch.
    pub block: Block,
    /// Its instructions.
    pub operations: &'a [Operation],
    /// Its cycles.
    pub schedule: Schedule,
    /// Where zero-overhead loops begin that end with it.
    pub loops: Vec<u32>,
}

/// Whether an instruction in the middle of a stretch is translated.
pub fn is_translated(operation: &Operation) -> bool {
    match operation.op {
        Op::Integer(_) | Op::Memory(_) | Op::Float(_) => true,
        Op::Vector(op) => op.quick().is_some() || op.lean().is_some(),
        Op::System(system) => system.only_orders(),
        _ => false,
    }
}

/// Whether the instruction that ends a stretch is.
pub fn is_end_translated(operation: &Operation) -> bool {
    match operation.op {
        Op::Branch(_) => true,
        Op::Control(control) => !matches!(
            control,
            Control::Retw | Control::Entry | Control::Rotw | Control::Movsp
        ),
        Op::System(system) => system.writes(SCOMPARE1, operation),
        _ => false,
    }
}

/// Writes the function of stretches that follow each other by their addresses.
pub fn function(memory: &PlainMemory, stretches: &[Stretch], modelled: bool) -> Function {
    let mut writer = Writer::new(memory);
    let top = writer.code.begin_loop();
    for _ in stretches {
        writer.code.block();
    }
    writer.code.get(local::ENTRY);
    writer.code.br_table(stretches.len() as u32);
    let mut builder = Builder {
        writer,
        stretches,
        modelled,
        top,
        number: 0,
        again: top,
    };
    for number in 0..stretches.len() {
        builder.number = number;
        builder.writer.code.end();
        builder.stretch();
    }
    builder.writer.code.end();
    Function {
        kind: 0,
        locals: vec![
            (local::NARROW, ty::I32),
            (local::FLOATS, ty::F32),
            (1, ty::F64),
            (local::LONGS, ty::I64),
            (local::VECTORS, ty::V128),
        ],
        code: builder.writer.finish(),
    }
}

pub(super) struct Builder<'a> {
    pub(super) writer: Writer<'a>,
    stretches: &'a [Stretch<'a>],
    modelled: bool,
    /// Goes to the stretch whose number is in the local.
    top: Label,
    /// The stretch that is being written.
    number: usize,
    /// Goes to its beginning.
    again: Label,
}

impl Builder<'_> {
    fn stretch(&mut self) {
        let stretch = &self.stretches[self.number];
        let block = stretch.block;
        let behind = self.writer.begin_stretch();
        self.refuse(&block);
        self.again = self.writer.code.begin_loop();
        self.note(&block);
        if self.modelled {
            self.begin(&stretch.schedule);
        }
        let (body, last) = match stretch.operations.split_last() {
            Some((last, body)) if block.terminated => (body, Some(last)),
            _ => (stretch.operations, None),
        };
        let mut goes_on = true;
        for (index, operation) in body.iter().enumerate() {
            self.writer.begin(self.number as u32, index as u32);
            goes_on = self.straight(operation);
            if !goes_on {
                self.writer.give_up();
                break;
            }
        }
        if goes_on {
            self.writer.begin(self.number as u32, body.len() as u32);
            match last {
                Some(operation) if is_end_translated(operation) => self.last(operation, &block),
                Some(_) => self.writer.give_up(),
                None => {
                    self.pass();
                    self.on(block.end);
                }
            }
        }
        self.writer.code.end();
        self.writer.end_stretch(behind);
    }

    /// What the loop that runs stretches looks at before each.
    fn refuse(&mut self, block: &Block) {
        if block.quarters > 0 {
            self.writer.code.get(local::WINDOW_FREE);
            self.writer.code.i32(block.quarters.into());
            self.writer.code.op(op::I32_LT_U);
            self.writer.code.begin_if(ty::NONE);
            self.writer.leave_to(block.start, status::REFUSED);
            self.writer.code.end();
        }
        // The end of a loop lies inside.
        let code = &mut self.writer.code;
        code.get(local::LEND);
        code.i32(block.start.wrapping_add(1));
        code.op(op::I32_SUB);
        code.i32(block.end.wrapping_sub(block.start).wrapping_sub(1));
        code.op(op::I32_LT_U);
        code.get(local::LCOUNT);
        code.i32(0);
        code.ops(&[op::I32_NE, op::I32_AND]);
        code.begin_if(ty::NONE);
        self.writer.leave_to(block.start, status::REFUSED);
        self.writer.code.end();
    }

    /// The journal's entry.
    fn note(&mut self, block: &Block) {
        let code = &mut self.writer.code;
        code.get(local::JOURNAL);
        code.i32(3);
        code.op(op::I32_SHL);
        code.get(local::CORE);
        code.op(op::I32_ADD);
        code.i64(u64::from(block.count()) << 32 | u64::from(block.start));
        code.memory(op::I64_STORE, core_at::STRETCHES);
        code.get(local::JOURNAL);
        code.i32(1);
        code.op(op::I32_ADD);
        code.i32(crate::core::stop::JOURNAL_LENGTH as u32 - 1);
        code.op(op::I32_AND);
        code.set(local::JOURNAL);
    }

    /// Cycles before the first instruction.
    fn begin(&mut self, schedule: &Schedule) {
        let code = &mut self.writer.code;
        code.get(local::REFILL);
        if schedule.straddles {
            code.get(local::REDIRECTED);
            code.i32(STRADDLE);
            code.ops(&[op::I32_MUL, op::I32_ADD]);
        }
        code.set(local::TEMPORARY);
        if schedule.wanted[2] != 0 {
            code.get(local::LATE);
            code.i64(schedule.wanted[2]);
            code.op(op::I64_AND);
            code.i64(0);
            code.op(op::I64_NE);
            code.begin_if(ty::NONE);
            (0..3).for_each(|level| code.get(local::LATE + level));
            schedule.wanted.iter().for_each(|&wanted| code.i64(wanted));
            code.get(local::TEMPORARY);
            code.call(0);
            code.get(local::TEMPORARY);
            code.op(op::I32_ADD);
            code.set(local::TEMPORARY);
            code.end();
        }
        code.get(local::TEMPORARY);
        code.op(op::I64_EXTEND_I32_U);
        code.get(local::CYCLES);
        code.op(op::I64_ADD);
        code.set(local::CYCLES);
    }

    fn straight(&mut self, operation: &Operation) -> bool {
        match operation.op {
            Op::Integer(kind) => integer::integer(&mut self.writer, kind, operation),
            Op::Memory(kind) => {
                integer::memory(&mut self.writer, kind, operation);
                true
            }
            Op::Float(kind) => float::float(&mut self.writer, kind, operation),
            Op::Vector(kind) => match (kind.quick(), kind.lean()) {
                (Some(kind), _) => {
                    vector::quick(&mut self.writer, kind, operation);
                    true
                }
                (None, Some(kind)) => {
                    vector::lean(&mut self.writer, kind, operation);
                    true
                }
                (None, None) => false,
            },
            Op::System(system) => system.only_orders(),
            _ => false,
        }
    }

    /// The stretch is done: its cycles and instructions.
    pub(super) fn pass(&mut self) {
        let stretch = &self.stretches[self.number];
        let (count, schedule) = (stretch.block.count(), &stretch.schedule);
        let cycles = if self.modelled { schedule.cycles } else { count };
        let code = &mut self.writer.code;
        for (local, more) in [(local::CYCLES, cycles), (local::INSTRUCTIONS, count)] {
            code.get(local);
            code.i64(more.into());
            code.op(op::I64_ADD);
            code.set(local);
        }
        if !self.modelled {
            return;
        }
        for level in 0..3 {
            let from = level + schedule.cycles;
            code.i64(schedule.late[level as usize]);
            if from < 3 {
                code.get(local::LATE + from);
                code.op(op::I64_OR);
            }
            code.set(local::LATE + level);
        }
    }

    /// How the pipeline goes on.
    fn way(&mut self, refill: u32, redirected: u32) {
        if self.modelled {
            let code = &mut self.writer.code;
            code.i32(refill);
            code.set(local::REFILL);
            code.i32(redirected);
            code.set(local::REDIRECTED);
        }
    }

    /// To the instruction behind the stretch, or back to the beginning of a loop that ends here.
    pub(super) fn on(&mut self, next: u32) {
        let code = &mut self.writer.code;
        code.get(local::LEND);
        code.i32(next);
        code.op(op::I32_EQ);
        code.begin_if(ty::NONE);
        code.get(local::LCOUNT);
        code.begin_if(ty::NONE);
        code.get(local::LCOUNT);
        code.i32(1);
        code.op(op::I32_SUB);
        code.set(local::LCOUNT);
        self.way(0, 1);
        self.attend(|writer| {
            writer.code.get(local::LBEG);
        });
        let stretches = self.stretches;
        for &begin in &stretches[self.number].loops {
            let Some(target) = self.number_of(begin) else {
                continue;
            };
            self.writer.code.get(local::LBEG);
            self.writer.code.i32(begin);
            self.writer.code.op(op::I32_EQ);
            self.writer.code.begin_if(ty::NONE);
            self.enter(target);
            self.writer.code.end();
        }
        self.writer.code.get(local::LBEG);
        self.writer.code.set(local::PC);
        self.writer.leave(status::BETWEEN);
        self.writer.code.end();
        self.writer.code.end();
        self.way(0, 0);
        match self.number_of(next) {
            Some(target) => {
                self.attend(|writer| writer.code.i32(next));
                // The next one is written right behind this one.
                if target != self.number + 1 {
                    self.enter(target);
                }
            }
            None => self.writer.leave_to(next, status::BETWEEN),
        }
    }

    /// To an instruction that is not the next.
    pub(super) fn jump(&mut self, target: u32) {
        self.way(REDIRECT, 1);
        match self.number_of(target) {
            Some(number) => {
                self.attend(|writer| writer.code.i32(target));
                self.enter(number);
            }
            None => self.writer.leave_to(target, status::BETWEEN),
        }
    }

    /// To an address on the stack.
    pub(super) fn jump_to_computed(&mut self) {
        self.writer.code.set(local::PC);
        self.way(REDIRECT, 1);
        self.writer.leave(status::BETWEEN);
    }

    fn number_of(&self, start: u32) -> Option<usize> {
        self.stretches
            .binary_search_by_key(&start, |stretch| stretch.block.start)
            .ok()
    }

    /// Leaves when something besides instructions must be looked at; the core then stands where `next` says.
    fn attend(&mut self, next: impl Fn(&mut Writer)) {
        let code = &mut self.writer.code;
        code.get(local::CYCLES);
        code.get(local::ATTENTION);
        code.op(op::I64_GE_U);
        code.begin_if(ty::NONE);
        next(&mut self.writer);
        self.writer.code.set(local::PC);
        self.writer.leave(status::BETWEEN);
        self.writer.code.end();
    }

    fn enter(&mut self, number: usize) {
        if number == self.number {
            self.writer.code.br(self.again);
        } else {
            self.writer.code.i32(number as u32);
            self.writer.code.set(local::ENTRY);
            self.writer.code.br(self.top);
        }
    }
}
