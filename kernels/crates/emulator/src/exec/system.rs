//! Special and user registers, exceptions and their returns, waiting, synchronisation.

use crate::core::exception::{cause, DEBUG_BREAK, DEBUG_BREAK_NARROW};
use crate::core::stop::Cause;
use crate::core::user::{FCR, FSR};
use crate::core::{ps, Core, Raised};
use crate::exec::Flow;
use crate::operation::slot::{R, T};
use crate::operation::{Operation, FLOAT_UNIT, VECTOR_UNIT};

group! {
    /// Instructions of the operating system.
    Plain {
        Rsr = "rsr", Wsr = "wsr", Xsr = "xsr", Rsil = "rsil", Waiti = "waiti", Rfe = "rfe", Rfi = "rfi",
        Rfde = "rfde", Rfwo = "rfwo", Rfwu = "rfwu", Syscall = "syscall", Break = "break",
        BreakNarrow = "break.n", Isync = "isync",
        /// Ordering that a core without a store buffer or reordering keeps by itself.
        Order = "rsync" | "esync" | "dsync" | "memw" | "extw" | "excw",
        Ill = "ill" | "ill.n",
        /// A call of whoever runs the core.
        Simcall = "simcall",
    }
}

/// An instruction of this group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum System {
    /// One without a register number in its name.
    Plain(Plain),
    /// RUR of the user register with this number.
    ReadUser(u8),
    /// WUR of the user register with this number.
    WriteUser(u8),
}

/// User registers by name; those numbered in their name follow their first.
const USER_REGISTERS: [(&str, u8); 10] = [
    ("accx_", 0),
    ("qacc_h_", 2),
    ("qacc_l_", 7),
    ("gpio_out", 12),
    ("sar_byte", 13),
    ("fft_bit_width", 14),
    ("ua_state_", 15),
    ("threadptr", crate::core::user::THREADPTR),
    ("fcr", FCR),
    ("fsr", FSR),
];

fn user_register(name: &str) -> Option<u8> {
    USER_REGISTERS.iter().find_map(|&(start, number)| {
        let rest = name.strip_prefix(start)?;
        if rest.is_empty() {
            return Some(number);
        }
        start
            .ends_with('_')
            .then(|| rest.parse::<u8>().ok())?
            .map(|index| number + index)
    })
}

impl System {
    /// The instruction with this mnemonic, if it belongs to the group.
    pub fn named(mnemonic: &str) -> Option<Self> {
        if let Some(name) = mnemonic.strip_prefix("rur.") {
            return user_register(name).map(Self::ReadUser);
        }
        if let Some(name) = mnemonic.strip_prefix("wur.") {
            return user_register(name).map(Self::WriteUser);
        }
        Plain::named(mnemonic).map(Self::Plain)
    }

    /// Whether it only orders memory accesses, which happen in order anyway.
    pub(crate) fn only_orders(self) -> bool {
        self == Self::Plain(Plain::Order)
    }

    /// Whether the instruction is a WSR of this special register.
    pub(crate) fn writes(self, register: u8, operation: &Operation) -> bool {
        self == Self::Plain(Plain::Wsr) && operation.imm == i32::from(register)
    }

    pub(crate) fn ends_block(self) -> bool {
        !matches!(
            self,
            Self::Plain(Plain::Order) | Self::ReadUser(_) | Self::WriteUser(_)
        )
    }

    pub(crate) fn coprocessors(self) -> u8 {
        match self {
            Self::ReadUser(FCR | FSR) | Self::WriteUser(FCR | FSR) => FLOAT_UNIT,
            Self::ReadUser(0..=18) | Self::WriteUser(0..=18) => VECTOR_UNIT,
            _ => 0,
        }
    }
}

pub(super) fn straight(core: &mut Core, op: System, operation: &Operation) -> Result<(), Raised> {
    match op {
        System::ReadUser(number) => {
            let value = core.read_user(number)?;
            core.set_reg(operation, R, value);
        }
        System::WriteUser(number) => core.write_user(number, core.reg(operation, T))?,
        System::Plain(Plain::Order) => {}
        System::Plain(_) => return Err(core.stop(Cause::Illegal)),
    }
    Ok(())
}

pub(super) fn execute(core: &mut Core, op: System, operation: &Operation, pc: u32) -> Result<Flow, Raised> {
    let System::Plain(plain) = op else {
        return straight(core, op, operation).map(|()| Flow::Next);
    };
    let t = core.reg(operation, T);
    let number = operation.imm as u8;
    match plain {
        Plain::Rsr => {
            let value = core.read_special(number)?;
            core.set_reg(operation, T, value);
        }
        Plain::Wsr => core.write_special(number, t)?,
        Plain::Xsr => {
            let value = core.read_special(number)?;
            core.write_special(number, t)?;
            core.set_reg(operation, T, value);
        }
        Plain::Rsil => {
            let old = core.ps();
            core.set_ps(old & !ps::INTLEVEL | operation.imm as u32);
            core.set_reg(operation, T, old);
        }
        Plain::Waiti => {
            core.set_ps(core.ps() & !ps::INTLEVEL | operation.imm as u32);
            core.waiting = true;
        }
        Plain::Rfe => {
            core.set_ps(core.ps() & !ps::EXCM);
            return Ok(Flow::Jump(core.special.epc[1]));
        }
        Plain::Rfde => return Ok(Flow::Jump(core.special.depc)),
        Plain::Rfi => {
            let level = usize::from(number);
            // Level 1 returns with RFE; there is no level above 7.
            if !(2..=7).contains(&level) {
                return Err(core.stop(Cause::Undefined));
            }
            core.set_ps(core.special.eps[level]);
            return Ok(Flow::Jump(core.special.epc[level]));
        }
        Plain::Rfwo | Plain::Rfwu => {
            let own = 1 << core.window_base();
            let frames = core.window_start();
            core.set_window_start(if plain == Plain::Rfwo {
                frames & !own
            } else {
                frames | own
            });
            core.move_window((core.ps() & ps::OWB) >> ps::OWB_SHIFT);
            core.set_ps(core.ps() & !ps::EXCM);
            return Ok(Flow::Jump(core.special.epc[1]));
        }
        Plain::Syscall => return Err(core.exception(cause::SYSCALL)),
        Plain::Break | Plain::BreakNarrow => {
            let reason = if plain == Plain::Break {
                DEBUG_BREAK
            } else {
                DEBUG_BREAK_NARROW
            };
            if core.enter_debug(reason, pc) {
                return Ok(Flow::Entered);
            }
        }
        Plain::Isync | Plain::Order => {}
        Plain::Ill => return Err(core.stop(Cause::Illegal)),
        Plain::Simcall => {
            core.host_call = Some(pc);
            core.attention = 0;
        }
    }
    Ok(Flow::Next)
}
