//! Loops that only wait: a core that reads the same memory again and again until another core, a device or an
//! interrupt changes something. Nothing can change before the core gives control back, so the rounds until then
//! are counted instead of run, with the same state, cycles and instructions as if they had been.

use crate::block::Block;
use crate::bus::Bus;
use crate::core::Core;
use crate::exec::memory::Memory;
use crate::exec::system::{Plain, System};
use crate::exec::{branch, straight, Flow};
use crate::operation::slot::S;
use crate::operation::{Op, Operation};

/// Whether a stretch can be a round of such a loop: it goes back to its own start and neither stores nor touches
/// anything but address registers.
pub(crate) fn may_wait(operations: &[Operation], start: u32) -> bool {
    let Some((last, body)) = operations.split_last() else {
        return false;
    };
    matches!(last.op, Op::Branch(_))
        && last.imm as u32 == start
        && body.iter().all(|operation| match operation.op {
            Op::Integer(_) | Op::System(System::Plain(Plain::Order)) => true,
            Op::Memory(op) => op.is_load(),
            _ => false,
        })
}

impl Core {
    /// Whether running the stretch, at whose start the core is, leaves everything as it is.
    #[inline(never)]
    pub(crate) fn waits<B: Bus>(&mut self, bus: &mut B, operations: &[Operation], block: &Block) -> bool {
        // Nothing else changes in stretches that may wait.
        let (a, sar) = (self.a, self.sar);
        let same = self.stays::<B>(bus, operations, block) && self.a == a && self.sar == sar;
        (self.a, self.sar) = (a, sar);
        same
    }

    /// Runs a round; whether it reads only what is steady and goes back to its start.
    fn stays<B: Bus>(&mut self, bus: &mut B, operations: &[Operation], block: &Block) -> bool {
        let Some((last, body)) = operations.split_last() else {
            return false;
        };
        for operation in body {
            if let Op::Memory(op) = operation.op {
                let address = if op == Memory::L32r {
                    operation.imm as u32
                } else {
                    self.reg(operation, S).wrapping_add_signed(operation.imm)
                };
                if !bus.is_steady(address) {
                    return false;
                }
            }
            if straight(self, bus, operation).is_err() {
                return false;
            }
        }
        let Op::Branch(op) = last.op else { return false };
        branch::execute(self, op, last) == Flow::Jump(block.start)
    }
}
