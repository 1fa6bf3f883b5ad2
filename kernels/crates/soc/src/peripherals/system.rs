//! SYSTEM: the clock tree, the gates of the peripherals' clocks, the second core's lines, interrupts between cores.

use super::registers::Registers;
use super::{tables, Effect, Peripheral, CRYSTAL};
use crate::time::{Ticks, TICKS_PER_SECOND};

const CORE_1_CONTROL_0: u32 = 0x00;
const CORE_1_CONTROL_1: u32 = 0x04;
const CPU_PER_CONF: u32 = 0x10;
/// PERIP_CLK_EN0 and 1, PERIP_RST_EN0 and 1.
const CLOCKS: [u32; 2] = [0x18, 0x1c];
const RESETS: [u32; 2] = [0x20, 0x24];
const FROM_CPU: u32 = 0x30;
const CACHE_CONTROL: u32 = 0x48;
const SYSCLK_CONF: u32 = 0x60;

/// The frequency of the internal oscillator, rounded to one that divides the time base: it is not exact on silicon.
const INTERNAL: u64 = 17_142_857;

/// What the CPU's clock comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClockSource {
    /// The crystal of 40 MHz.
    Crystal,
    /// The PLL at 320 or 480 MHz.
    Pll {
        /// Its frequency in MHz.
        megahertz: u32,
    },
    /// The internal oscillator.
    Internal,
}

/// The CPU's clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Clock {
    /// Where it comes from.
    pub source: ClockSource,
    /// Ticks of the time base in a CPU cycle.
    pub ticks_per_cycle: u32,
    /// The APB clock in hertz.
    pub apb: u64,
    /// CPUPERIOD_SEL has a value without a meaning.
    pub undefined: bool,
}

/// The second core's lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AppCore {
    /// It has a clock.
    pub clocked: bool,
    /// It stands still, by RUNSTALL or by the RTC's stall lines.
    pub stalled: bool,
    /// It is held in reset.
    pub reset: bool,
    /// Resets so far; one more means that it begins again in mask ROM, which jumps to `entry` once that is not 0.
    pub resets: u32,
    /// CORE_1_CONTROL_1: the address that software left for it, 0 when none.
    pub entry: u32,
}

/// The block.
#[derive(Debug, Clone)]
pub(super) struct System {
    registers: Registers,
    app_resets: u32,
}

impl System {
    pub(super) fn new() -> Self {
        let mut system = Self {
            registers: Registers::new(tables::SYSTEM),
            app_resets: 0,
        };
        system.reset();
        system
    }

    pub(super) fn reset(&mut self) {
        self.registers.reset();
        // 20 MHz, and the crystal's frequency where software can read it.
        self.registers.set(SYSCLK_CONF, 40 << 12 | 1);
    }

    /// The clock tree as the registers set it.
    pub(super) fn clock(&self) -> Clock {
        let divider = self.registers.field(SYSCLK_CONF, 0, 10) + 1;
        match self.registers.field(SYSCLK_CONF, 10, 2) {
            1 => {
                let fast = self.registers.bit(CPU_PER_CONF, 2);
                let ticks = match self.registers.field(CPU_PER_CONF, 0, 2) {
                    0 => Some(6),
                    1 => Some(3),
                    2 if fast => Some(2),
                    _ => None,
                };
                Clock {
                    source: ClockSource::Pll {
                        megahertz: if fast { 480 } else { 320 },
                    },
                    ticks_per_cycle: ticks.unwrap_or(6),
                    apb: 80_000_000,
                    undefined: ticks.is_none(),
                }
            }
            2 => Clock {
                source: ClockSource::Internal,
                ticks_per_cycle: (TICKS_PER_SECOND / INTERNAL) as u32 * divider,
                apb: INTERNAL / u64::from(divider),
                undefined: false,
            },
            _ => Clock {
                source: ClockSource::Crystal,
                ticks_per_cycle: (TICKS_PER_SECOND / CRYSTAL) as u32 * divider,
                apb: CRYSTAL / u64::from(divider),
                undefined: false,
            },
        }
    }

    /// Whether a peripheral has its clock and is not held in reset; `gate` is a register's number and a bit.
    pub(super) fn powered(&self, gate: (usize, u32)) -> bool {
        self.registers.bit(CLOCKS[gate.0], gate.1) && !self.held_in_reset(gate)
    }

    /// Whether a peripheral is held in reset.
    pub(super) fn held_in_reset(&self, gate: (usize, u32)) -> bool {
        self.registers.bit(RESETS[gate.0], gate.1)
    }

    /// The second core's lines as far as they are here.
    pub(super) fn app_core(&self) -> AppCore {
        let control = self.registers.get(CORE_1_CONTROL_0);
        AppCore {
            clocked: control & 2 != 0,
            stalled: control & 1 != 0,
            reset: control & 4 != 0,
            resets: self.app_resets,
            entry: self.registers.get(CORE_1_CONTROL_1),
        }
    }

    /// SYSTEM_CACHE_CONTROL: bit 0 ICache clock, 1 its reset, 2 DCache clock, 3 its reset.
    pub(super) fn cache_control(&self) -> u32 {
        self.registers.get(CACHE_CONTROL)
    }

    /// The address at which the second core begins, as `ets_set_appcpu_boot_addr` sets it.
    pub(super) fn set_app_entry(&mut self, address: u32) {
        self.registers.set(CORE_1_CONTROL_1, address);
    }
}

impl Peripheral for System {
    fn read(&mut self, offset: u32, _: Ticks) -> u32 {
        self.registers.get(offset)
    }

    fn write(&mut self, offset: u32, value: u32, _: Ticks) -> Option<Effect> {
        let clock = self.clock();
        let before = self.registers.get(offset);
        self.registers.store(offset, value);
        match offset {
            CORE_1_CONTROL_0 => {
                // Leaving reset begins anew.
                self.app_resets += u32::from(before & 4 != 0 && value & 4 == 0);
                Some(Effect::AppCore)
            }
            CORE_1_CONTROL_1 => Some(Effect::AppCore),
            CPU_PER_CONF | SYSCLK_CONF if clock != self.clock() => Some(Effect::CpuClock {
                ticks_per_cycle: self.clock().ticks_per_cycle,
            }),
            _ => None,
        }
    }

    fn knows(&self, offset: u32) -> bool {
        self.registers.knows(offset)
    }

    fn lines(&self) -> u32 {
        (0..4).fold(0, |lines, index| {
            lines | self.registers.field(FROM_CPU + 4 * index, 0, 1) << index
        })
    }
}
