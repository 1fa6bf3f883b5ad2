//! The 16-bit multiply-accumulate option: a 40-bit accumulator, four operand registers, fused loads.

use crate::bus::Bus;
use crate::core::{Core, Raised};
use crate::exec::memory::load32;
use crate::operation::slot::{MX, MY, R, S, T};
use crate::operation::Operation;

/// What happens to the accumulator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Action {
    Keep,
    Set,
    SetUnsigned,
    Add,
    Subtract,
}

/// One instruction of the option, taken apart from its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mac16 {
    action: Action,
    /// The first factor is an operand register, not an address register.
    first_operand: bool,
    /// The second factor is an operand register.
    second_operand: bool,
    first_high: bool,
    second_high: bool,
    /// Change of the address of a fused load: 4, -4 or 0 for none.
    step: i8,
}

impl Mac16 {
    /// The instruction with this mnemonic, if it belongs to the group.
    pub fn named(mnemonic: &str) -> Option<Self> {
        let mut parts = mnemonic.split('.');
        let load = |name: Option<&str>| match name {
            None => Some(0),
            Some("ldinc") => Some(4),
            Some("lddec") => Some(-4),
            Some(_) => None,
        };
        let name = parts.next()?;
        let action = match name {
            "ldinc" | "lddec" => {
                let step = load(Some(name))?;
                let instruction = Self {
                    action: Action::Keep,
                    first_operand: false,
                    second_operand: false,
                    first_high: false,
                    second_high: false,
                    step,
                };
                return Some(instruction);
            }
            "mul" => Action::Set,
            "umul" => Action::SetUnsigned,
            "mula" => Action::Add,
            "muls" => Action::Subtract,
            _ => return None,
        };
        let (sources, halves) = (parts.next()?, parts.next()?);
        let step = load(parts.next())?;
        let both = |text: &str, low: char, high: char| {
            let mut letters = text.chars().map(|letter| match letter {
                _ if letter == low => Some(false),
                _ if letter == high => Some(true),
                _ => None,
            });
            Some((letters.next()??, letters.next()??))
        };
        let (first_operand, second_operand) = both(sources, 'a', 'd')?;
        let (first_high, second_high) = both(halves, 'l', 'h')?;
        Some(Self {
            action,
            first_operand,
            second_operand,
            first_high,
            second_high,
            step,
        })
    }
}

pub(super) fn execute<B: Bus>(
    core: &mut Core,
    bus: &mut B,
    op: Mac16,
    operation: &Operation,
) -> Result<(), Raised> {
    let half = |value: u32, high: bool| if high { value >> 16 } else { value & 0xffff };
    let operand = |core: &Core, slot: usize| core.m[usize::from(operation.r[slot] & 3)];
    let first = if op.first_operand {
        operand(core, MX)
    } else {
        core.reg(operation, S)
    };
    let second = if op.second_operand {
        operand(core, MY)
    } else {
        core.reg(operation, T)
    };
    let (first, second) = (half(first, op.first_high), half(second, op.second_high));
    // The load comes first: when it fails, nothing has changed.
    if op.step != 0 {
        let address = core.reg(operation, S).wrapping_add_signed(op.step.into());
        let value = load32(core, bus, address)?;
        core.set_reg(operation, S, address);
        core.m[usize::from(operation.r[R] & 3)] = value;
    }
    let signed = i64::from(first as i16) * i64::from(second as i16);
    let sum = match op.action {
        Action::Keep => return Ok(()),
        Action::Set => signed,
        Action::SetUnsigned => i64::from(first) * i64::from(second),
        Action::Add => core.acc + signed,
        Action::Subtract => core.acc - signed,
    };
    core.acc = sum << 24 >> 24;
    Ok(())
}
