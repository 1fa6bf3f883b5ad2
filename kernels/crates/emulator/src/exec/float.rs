//! The floating-point unit: sixteen single-precision registers.

use crate::bus::Bus;
use crate::core::stop::Cause;
use crate::core::{Core, Raised};
use crate::exec::memory::{load32, store32};
use crate::exec::softfloat::{self as soft, flag, Rounding};
use crate::operation::slot::{R, S, T};
use crate::operation::Operation;

group! {
    /// Floating-point instructions.
    Float {
        Lsi = "lsi", Lsip = "lsip", Lsx = "lsx", Lsxp = "lsxp", Ssi = "ssi", Ssip = "ssip", Ssx = "ssx",
        Ssxp = "ssxp", Abs = "abs.s", Neg = "neg.s", Mov = "mov.s", Add = "add.s", Sub = "sub.s", Mul = "mul.s",
        Madd = "madd.s", Msub = "msub.s", Moveqz = "moveqz.s", Movnez = "movnez.s", Movltz = "movltz.s",
        Movgez = "movgez.s", Movf = "movf.s", Movt = "movt.s", Rfr = "rfr", Wfr = "wfr", Const = "const.s",
        Round = "round.s", Trunc = "trunc.s", Floor = "floor.s", Ceil = "ceil.s", Utrunc = "utrunc.s",
        Float = "float.s", Ufloat = "ufloat.s", Un = "un.s", Oeq = "oeq.s", Ueq = "ueq.s", Olt = "olt.s",
        Ult = "ult.s", Ole = "ole.s", Ule = "ule.s",
    }
}

/// Position of the flags in FSR.
const FLAGS_SHIFT: u32 = 7;
/// The flag of inexact results in FSR.
pub(crate) const INEXACT: u32 = flag::INEXACT << FLAGS_SHIFT;
/// The constants of CONST.S.
pub(crate) const CONSTANTS: [f32; 4] = [0.0, 1.0, 2.0, 0.5];

/// The rounding mode in FCR.
fn rounding(core: &Core) -> Rounding {
    [Rounding::Nearest, Rounding::Zero, Rounding::Up, Rounding::Down][core.fcr as usize & 3]
}

/// Whether quick arithmetic may be tried: to the nearest, and nothing left for it to say about inexactness.
#[inline(always)]
fn quick(core: &Core) -> bool {
    core.fcr & 3 == 0 && core.fsr & flag::INEXACT << FLAGS_SHIFT != 0
}

/// Runs arithmetic and keeps its flags.
#[inline]
fn with_flags<T>(core: &mut Core, compute: impl FnOnce(Rounding, &mut u32) -> T) -> T {
    let mut flags = 0;
    let result = compute(rounding(core), &mut flags);
    core.fsr |= flags << FLAGS_SHIFT;
    result
}

#[inline(always)]
pub(super) fn execute<B: Bus>(
    core: &mut Core,
    bus: &mut B,
    op: Float,
    operation: &Operation,
) -> Result<(), Raised> {
    let register = |slot: usize| usize::from(operation.r[slot] & 15);
    let (r, s, t) = (register(R), register(S), register(T));
    let (x, y) = (core.f[s], core.f[t]);
    let base = core.a[s];
    match op {
        Float::Lsi => core.f[t] = load32(core, bus, base.wrapping_add_signed(operation.imm))?,
        Float::Lsip => {
            core.f[t] = load32(core, bus, base)?;
            core.a[s] = base.wrapping_add_signed(operation.imm);
        }
        Float::Lsx => core.f[r] = load32(core, bus, base.wrapping_add(core.a[t]))?,
        Float::Lsxp => {
            let step = core.a[t];
            core.f[r] = load32(core, bus, base)?;
            core.a[s] = base.wrapping_add(step);
        }
        Float::Ssi => store32(core, bus, base.wrapping_add_signed(operation.imm), y)?,
        Float::Ssip => {
            store32(core, bus, base, y)?;
            core.a[s] = base.wrapping_add_signed(operation.imm);
        }
        Float::Ssx => store32(core, bus, base.wrapping_add(core.a[t]), core.f[r])?,
        Float::Ssxp => {
            store32(core, bus, base, core.f[r])?;
            core.a[s] = base.wrapping_add(core.a[t]);
        }
        Float::Abs => core.f[r] = x & 0x7fff_ffff,
        Float::Neg => core.f[r] = x ^ 0x8000_0000,
        Float::Mov => core.f[r] = x,
        Float::Add => {
            core.f[r] = match soft::quick_add(x, y).filter(|_| quick(core)) {
                Some(result) => result,
                None => with_flags(core, |rounding, flags| soft::add(x, y, rounding, flags)),
            }
        }
        Float::Sub => {
            core.f[r] = match soft::quick_add(x, y ^ 0x8000_0000).filter(|_| quick(core)) {
                Some(result) => result,
                None => with_flags(core, |rounding, flags| soft::sub(x, y, rounding, flags)),
            }
        }
        Float::Mul => {
            core.f[r] = match soft::quick_mul(x, y).filter(|_| quick(core)) {
                Some(result) => result,
                None => with_flags(core, |rounding, flags| soft::mul(x, y, rounding, flags)),
            }
        }
        Float::Madd => core.f[r] = fused(core, core.f[r], x, y, false),
        Float::Msub => core.f[r] = fused(core, core.f[r], x, y, true),
        Float::Moveqz if core.a[t] == 0 => core.f[r] = x,
        Float::Movnez if core.a[t] != 0 => core.f[r] = x,
        Float::Movltz if (core.a[t] as i32) < 0 => core.f[r] = x,
        Float::Movgez if core.a[t] as i32 >= 0 => core.f[r] = x,
        Float::Movf if core.booleans >> t & 1 == 0 => core.f[r] = x,
        Float::Movt if core.booleans >> t & 1 != 0 => core.f[r] = x,
        Float::Moveqz | Float::Movnez | Float::Movltz | Float::Movgez | Float::Movf | Float::Movt => {}
        Float::Rfr => core.a[r] = x,
        Float::Wfr => core.f[r] = base,
        Float::Const => match CONSTANTS.get(operation.imm as usize) {
            Some(constant) => core.f[r] = constant.to_bits(),
            None => return Err(core.stop(Cause::Undefined)),
        },
        Float::Round => core.a[r] = integer(core, x, operation, Rounding::Nearest),
        Float::Trunc => core.a[r] = integer(core, x, operation, Rounding::Zero),
        Float::Floor => core.a[r] = integer(core, x, operation, Rounding::Down),
        Float::Ceil => core.a[r] = integer(core, x, operation, Rounding::Up),
        Float::Utrunc => core.a[r] = unsigned(core, x, operation),
        Float::Float => {
            core.f[r] = with_flags(core, |rounding, flags| {
                soft::from_integer((base as i32).into(), operation.imm as u32, rounding, flags)
            })
        }
        Float::Ufloat => {
            core.f[r] = with_flags(core, |rounding, flags| {
                soft::from_integer(base.into(), operation.imm as u32, rounding, flags)
            })
        }
        Float::Un | Float::Oeq | Float::Ueq | Float::Olt | Float::Ult | Float::Ole | Float::Ule => {
            let signalling = matches!(op, Float::Olt | Float::Ole);
            let relation = with_flags(core, |_, flags| soft::compare(x, y, signalling, flags));
            let value = match op {
                Float::Un => relation.unordered,
                Float::Oeq => relation.equal,
                Float::Ueq => relation.equal || relation.unordered,
                Float::Olt => relation.less,
                Float::Ult => relation.less || relation.unordered,
                Float::Ole => relation.less || relation.equal,
                _ => relation.less || relation.equal || relation.unordered,
            };
            core.set_boolean(operation.r[R], value);
        }
    }
    Ok(())
}

#[inline(always)]
fn fused(core: &mut Core, c: u32, a: u32, b: u32, subtract: bool) -> u32 {
    if quick(core) {
        let factor = if subtract { a ^ 0x8000_0000 } else { a };
        if let Some(result) = soft::quick_fused(c, factor, b) {
            return result;
        }
    }
    with_flags(core, |rounding, flags| {
        soft::fused(c, a, b, subtract, rounding, flags)
    })
}

fn integer(core: &mut Core, bits: u32, operation: &Operation, mode: Rounding) -> u32 {
    let (low, high) = (i32::MIN.into(), i32::MAX.into());
    with_flags(core, |_, flags| {
        soft::to_integer(bits, operation.imm as u32, mode, low, high, flags)
    }) as u32
}

/// UTRUNC.S: a negative number is converted as a signed one and is invalid unless that gives zero.
fn unsigned(core: &mut Core, bits: u32, operation: &Operation) -> u32 {
    let scale = operation.imm as u32;
    with_flags(core, |_, flags| {
        if bits & 0x8000_0000 == 0 || soft::is_nan(bits) {
            return soft::to_integer(bits, scale, Rounding::Zero, 0, u32::MAX.into(), flags) as u32;
        }
        let mut own = 0;
        let value = soft::to_integer(
            bits,
            scale,
            Rounding::Zero,
            i32::MIN.into(),
            i32::MAX.into(),
            &mut own,
        );
        *flags |= if value == 0 { own } else { flag::INVALID };
        value as u32
    })
}
