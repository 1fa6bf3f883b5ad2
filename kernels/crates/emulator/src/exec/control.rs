//! Jumps, calls, returns, the register windows and zero-overhead loops.

use crate::core::exception::cause;
use crate::core::stop::Cause;
use crate::core::{ps, Core, Raised};
use crate::exec::Flow;
use crate::operation::slot::{S, T};
use crate::operation::Operation;

group! {
    /// Instructions that go elsewhere or turn the register windows.
    Control {
        J = "j", Jx = "jx", Call0 = "call0", Call4 = "call4", Call8 = "call8", Call12 = "call12", Callx0 = "callx0",
        Callx4 = "callx4", Callx8 = "callx8", Callx12 = "callx12", Ret = "ret" | "ret.n", Retw = "retw" | "retw.n",
        Entry = "entry", Movsp = "movsp", Rotw = "rotw", Loop = "loop", Loopnez = "loopnez", Loopgtz = "loopgtz",
    }
}

impl Control {
    pub(crate) fn ends_block(self) -> bool {
        self != Self::Movsp
    }

    /// Register quarters beyond the named ones: a call writes the return address into the callee's window.
    pub(crate) fn quarters(self) -> u8 {
        match self {
            Self::Call4 | Self::Callx4 => 1,
            Self::Call8 | Self::Callx8 => 2,
            Self::Call12 | Self::Callx12 => 3,
            _ => 0,
        }
    }
}

#[inline(always)]
pub(super) fn straight(core: &mut Core, op: Control, operation: &Operation) -> Result<(), Raised> {
    debug_assert_eq!(op, Control::Movsp);
    // The three frames below hold the caller's registers, unless none begins there.
    let below = (core.window_start() | core.window_start() << 16) >> (core.window_base() + 13) & 7;
    if below == 0 {
        return Err(core.exception(cause::ALLOCA));
    }
    core.set_reg(operation, T, core.reg(operation, S));
    Ok(())
}

#[inline(always)]
pub(super) fn execute(core: &mut Core, op: Control, operation: &Operation, pc: u32) -> Result<Flow, Raised> {
    let next = pc.wrapping_add(operation.length.into());
    let target = operation.imm as u32;
    let s = core.reg(operation, S);
    Ok(match op {
        Control::J => Flow::Jump(target),
        Control::Jx => Flow::Jump(s),
        Control::Call0 => call(core, 0, target, next),
        Control::Call4 => call(core, 1, target, next),
        Control::Call8 => call(core, 2, target, next),
        Control::Call12 => call(core, 3, target, next),
        Control::Callx0 => call(core, 0, s, next),
        Control::Callx4 => call(core, 1, s, next),
        Control::Callx8 => call(core, 2, s, next),
        Control::Callx12 => call(core, 3, s, next),
        Control::Ret => Flow::Jump(core.a[0]),
        Control::Retw => match core.window_return(pc) {
            Ok(Some(target)) => Flow::Jump(target),
            Ok(None) => Flow::Entered,
            Err(()) => return Err(core.stop(Cause::Undefined)),
        },
        Control::Entry => return entry(core, operation, pc),
        Control::Movsp => return straight(core, op, operation).map(|()| Flow::Next),
        Control::Rotw => {
            core.move_window(core.window_base().wrapping_add_signed(operation.imm));
            Flow::Next
        }
        Control::Loop => {
            start_loop(core, s, target, next);
            Flow::Next
        }
        Control::Loopnez => {
            start_loop(core, s, target, next);
            if s == 0 {
                Flow::Jump(target)
            } else {
                Flow::Next
            }
        }
        Control::Loopgtz => {
            start_loop(core, s, target, next);
            if s as i32 <= 0 {
                Flow::Jump(target)
            } else {
                Flow::Next
            }
        }
    })
}

#[inline(always)]
fn call(core: &mut Core, increment: u32, target: u32, next: u32) -> Flow {
    if increment == 0 {
        core.a[0] = next;
    } else {
        core.ps = core.ps & !ps::CALLINC | increment << ps::CALLINC_SHIFT;
        core.a[increment as usize * 4] = increment << 30 | next & 0x3fff_ffff;
    }
    Flow::Jump(target)
}

fn start_loop(core: &mut Core, count: u32, end: u32, begin: u32) {
    core.lcount = count.wrapping_sub(1);
    core.lend = end;
    core.lbeg = begin;
}

fn entry(core: &mut Core, operation: &Operation, pc: u32) -> Result<Flow, Raised> {
    let increment = (core.ps & ps::CALLINC) >> ps::CALLINC_SHIFT;
    let register = operation.r[S];
    if register > 3 || core.ps & (ps::WOE | ps::EXCM) != ps::WOE {
        return Err(core.stop(Cause::Undefined));
    }
    if increment > core.window_free.into() {
        core.window_overflow(pc);
        return Ok(Flow::Entered);
    }
    let stack = core.reg(operation, S).wrapping_sub(operation.imm as u32);
    core.a[increment as usize * 4 + usize::from(register)] = stack;
    core.move_window(core.window_base() + increment);
    core.set_window_start(core.window_start() | 1 << core.window_base());
    Ok(Flow::Next)
}
