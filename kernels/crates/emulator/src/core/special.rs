//! The special registers: what RSR, WSR and XSR reach.

use crate::core::stop::Cause;
use crate::core::{Core, Raised};

/// Special registers without a place of their own in the core.
#[derive(Debug, Clone)]
pub(crate) struct SpecialRegisters {
    /// EPC1 to EPC7.
    pub epc: [u32; 8],
    /// EPS2 to EPS7.
    pub eps: [u32; 8],
    excsave: [u32; 8],
    misc: [u32; 4],
    pub depc: u32,
    pub exccause: u32,
    excvaddr: u32,
    pub vecbase: u32,
    pub cpenable: u32,
    pub debugcause: u32,
    memctl: u32,
    atomctl: u32,
    breakpoints: [u32; 4],
}

impl SpecialRegisters {
    pub(crate) fn new(vecbase: u32) -> Self {
        Self {
            epc: [0; 8],
            eps: [0; 8],
            excsave: [0; 8],
            misc: [0; 4],
            depc: 0,
            exccause: 0,
            excvaddr: 0,
            vecbase,
            cpenable: 0,
            debugcause: 0,
            memctl: 0,
            // The value after reset: S32C1I on cached and bypassed memory by the memory itself.
            atomctl: 0x28,
            breakpoints: [0; 4],
        }
    }
}

/// PRID of the two cores, of both chips. [espressif/esp-idf `components/xtensa`, `cpu_ll`: bit 13 tells them apart]
const PRID: [u32; 2] = [0x0000_cdcd, 0x0000_abab];

/// Numbers of the special registers.
pub mod number {
    #![allow(missing_docs)]
    pub const LBEG: u8 = 0;
    pub const LEND: u8 = 1;
    pub const LCOUNT: u8 = 2;
    pub const SAR: u8 = 3;
    pub const BR: u8 = 4;
    pub const SCOMPARE1: u8 = 12;
    pub const ACCLO: u8 = 16;
    pub const ACCHI: u8 = 17;
    pub const M0: u8 = 32;
    pub const M3: u8 = 35;
    pub const WINDOWBASE: u8 = 72;
    pub const WINDOWSTART: u8 = 73;
    pub const IBREAKENABLE: u8 = 96;
    pub const MEMCTL: u8 = 97;
    pub const ATOMCTL: u8 = 99;
    pub const IBREAKA0: u8 = 128;
    pub const IBREAKA1: u8 = 129;
    pub const DBREAKA0: u8 = 144;
    pub const DBREAKA1: u8 = 145;
    pub const DBREAKC0: u8 = 160;
    pub const DBREAKC1: u8 = 161;
    pub const EPC1: u8 = 177;
    pub const EPC7: u8 = 183;
    pub const CONFIGID0: u8 = 176;
    pub const DEPC: u8 = 192;
    pub const CONFIGID1: u8 = 208;
    pub const EPS2: u8 = 194;
    pub const EPS7: u8 = 199;
    pub const EXCSAVE1: u8 = 209;
    pub const EXCSAVE7: u8 = 215;
    pub const CPENABLE: u8 = 224;
    pub const INTERRUPT: u8 = 226;
    pub const INTCLEAR: u8 = 227;
    pub const INTENABLE: u8 = 228;
    pub const PS: u8 = 230;
    pub const VECBASE: u8 = 231;
    pub const EXCCAUSE: u8 = 232;
    pub const DEBUGCAUSE: u8 = 233;
    pub const CCOUNT: u8 = 234;
    pub const PRID: u8 = 235;
    pub const ICOUNTLEVEL: u8 = 237;
    pub const EXCVADDR: u8 = 238;
    pub const CCOMPARE0: u8 = 240;
    pub const CCOMPARE2: u8 = 242;
    pub const MISC0: u8 = 244;
    pub const MISC3: u8 = 247;
}

use number::*;

impl Core {
    /// RSR.
    pub fn read_special(&mut self, register: u8) -> Result<u32, Raised> {
        Ok(match register {
            LBEG => self.lbeg,
            LEND => self.lend,
            LCOUNT => self.lcount,
            SAR => self.sar,
            BR => self.booleans,
            SCOMPARE1 => self.scompare,
            ACCLO => self.acc as u32,
            ACCHI => (self.acc >> 32) as u32,
            M0..=M3 => self.m[usize::from(register - M0)],
            WINDOWBASE => self.window_base,
            WINDOWSTART => self.window_start,
            // Breakpoints and stepping are never on.
            IBREAKENABLE | DBREAKC0 | DBREAKC1 | ICOUNTLEVEL => 0,
            MEMCTL => self.special.memctl,
            ATOMCTL => self.special.atomctl,
            IBREAKA0 | IBREAKA1 => self.special.breakpoints[usize::from(register - IBREAKA0)],
            DBREAKA0 | DBREAKA1 => self.special.breakpoints[usize::from(register - DBREAKA0 + 2)],
            EPC1..=EPC7 => self.special.epc[usize::from(register - EPC1 + 1)],
            DEPC => self.special.depc,
            EPS2..=EPS7 => self.special.eps[usize::from(register - EPS2 + 2)],
            EXCSAVE1..=EXCSAVE7 => self.special.excsave[usize::from(register - EXCSAVE1)],
            CPENABLE => self.special.cpenable,
            INTERRUPT => self.pending_interrupts(),
            INTENABLE => self.interrupts.enable,
            PS => self.ps,
            VECBASE => self.special.vecbase,
            EXCCAUSE => self.special.exccause,
            DEBUGCAUSE => self.special.debugcause,
            CCOUNT => self.ccount(),
            CONFIGID0 => self.model.config_id()[0],
            CONFIGID1 => self.model.config_id()[1],
            number::PRID => PRID[usize::from(self.index & 1)],
            EXCVADDR => self.special.excvaddr,
            CCOMPARE0..=CCOMPARE2 => self.interrupts.compare[usize::from(register - CCOMPARE0)],
            MISC0..=MISC3 => self.special.misc[usize::from(register - MISC0)],
            _ => return Err(self.stop(Cause::Register { number: register })),
        })
    }

    /// WSR. A breakpoint or stepping that would be switched on is refused: it is not emulated.
    pub fn write_special(&mut self, register: u8, value: u32) -> Result<(), Raised> {
        match register {
            LBEG => self.lbeg = value,
            LEND => self.lend = value,
            LCOUNT => self.lcount = value,
            SAR => self.sar = value & 63,
            BR => self.booleans = value & 0xffff,
            SCOMPARE1 => self.scompare = value,
            ACCLO => self.acc = self.acc & !0xffff_ffff | i64::from(value),
            ACCHI => self.acc = self.acc & 0xffff_ffff | i64::from(value as i8) << 32,
            M0..=M3 => self.m[usize::from(register - M0)] = value,
            WINDOWBASE => self.move_window(value),
            WINDOWSTART => self.set_window_start(value),
            IBREAKENABLE if value & 3 == 0 => {}
            DBREAKC0 | DBREAKC1 if value >> 30 == 0 => {}
            ICOUNTLEVEL if value & 15 == 0 => {}
            MEMCTL => self.special.memctl = value,
            ATOMCTL => self.special.atomctl = value & 63,
            IBREAKA0 | IBREAKA1 => self.special.breakpoints[usize::from(register - IBREAKA0)] = value,
            DBREAKA0 | DBREAKA1 => self.special.breakpoints[usize::from(register - DBREAKA0 + 2)] = value,
            EPC1..=EPC7 => self.special.epc[usize::from(register - EPC1 + 1)] = value,
            DEPC => self.special.depc = value,
            EPS2..=EPS7 => self.special.eps[usize::from(register - EPS2 + 2)] = value,
            EXCSAVE1..=EXCSAVE7 => self.special.excsave[usize::from(register - EXCSAVE1)] = value,
            CPENABLE => self.special.cpenable = value & self.model.coprocessors(),
            INTERRUPT => self.raise_software_interrupts(value),
            INTCLEAR => self.clear_interrupts(value),
            INTENABLE => {
                self.interrupts.enable = value;
                self.attention = 0;
            }
            PS => self.set_ps(value),
            // Vectors are aligned to their table.
            VECBASE => self.special.vecbase = value & !0x3ff,
            EXCCAUSE => self.special.exccause = value & 63,
            DEBUGCAUSE => self.special.debugcause = value,
            CCOUNT => self.set_ccount(value),
            EXCVADDR => self.special.excvaddr = value,
            CCOMPARE0..=CCOMPARE2 => self.set_ccompare(usize::from(register - CCOMPARE0), value),
            MISC0..=MISC3 => self.special.misc[usize::from(register - MISC0)] = value,
            _ => return Err(self.stop(Cause::Register { number: register })),
        }
        Ok(())
    }
}
