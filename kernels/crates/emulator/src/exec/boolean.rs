//! Boolean registers: logic, reductions and conditional moves.

use crate::core::Core;
use crate::operation::slot::{R, S, T};
use crate::operation::Operation;

group! {
    /// Instructions on booleans that do not branch.
    Boolean {
        All4 = "all4", All8 = "all8", Any4 = "any4", Any8 = "any8", Andb = "andb", Andbc = "andbc", Orb = "orb",
        Orbc = "orbc", Xorb = "xorb", Movf = "movf", Movt = "movt",
    }
}

#[inline(always)]
pub(super) fn execute(core: &mut Core, op: Boolean, operation: &Operation) {
    let bit = |slot: usize| core.booleans >> (operation.r[slot] & 15) & 1 != 0;
    let group = |width: u32| core.booleans >> (operation.r[S] & 15) & ((1 << width) - 1);
    let (target, value) = match op {
        Boolean::All4 => (T, group(4) == 15),
        Boolean::All8 => (T, group(8) == 255),
        Boolean::Any4 => (T, group(4) != 0),
        Boolean::Any8 => (T, group(8) != 0),
        Boolean::Andb => (R, bit(S) && bit(T)),
        Boolean::Andbc => (R, bit(S) && !bit(T)),
        Boolean::Orb => (R, bit(S) || bit(T)),
        Boolean::Orbc => (R, bit(S) || !bit(T)),
        Boolean::Xorb => (R, bit(S) != bit(T)),
        Boolean::Movf | Boolean::Movt => {
            if bit(T) == (op == Boolean::Movt) {
                core.set_reg(operation, R, core.reg(operation, S));
            }
            return;
        }
    };
    core.set_boolean(operation.r[target], value);
}

impl Core {
    /// Writes one boolean register.
    #[inline(always)]
    pub(crate) fn set_boolean(&mut self, register: u8, value: bool) {
        let bit = register & 15;
        self.booleans = self.booleans & !(1 << bit) | u32::from(value) << bit;
    }
}
