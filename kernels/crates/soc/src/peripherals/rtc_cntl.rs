//! RTC_CNTL: what stays on longest. Its watchdogs, its clock, the registers that outlive resets, and the lines that
//! stall and reset the cores.

use super::registers::Registers;
use super::thermometer::{Thermometer, SENS};
use super::timer_group::KEY;
use super::warning::Warning;
use super::watchdog::{Action, Stage, Watchdog};
use super::{tables, Effect, Peripheral, SLOW_CLOCK};
use crate::time::{Ticks, TICKS_PER_SECOND};

const BASE: u32 = 0x6000_8000;
const OPTIONS0: u32 = 0x00;
const TIME_UPDATE: u32 = 0x0c;
const TIME_LOW: u32 = 0x10;
const TIME_HIGH: u32 = 0x14;
const RESET_STATE: u32 = 0x38;
const INT_ENA: u32 = 0x40;
const INT_RAW: u32 = 0x44;
const INT_ST: u32 = 0x48;
const INT_CLR: u32 = 0x4c;
const STORES: [u32; 8] = [0x50, 0x54, 0x58, 0x5c, 0xc0, 0xc4, 0xc8, 0xcc];
const CLK_CONF: u32 = 0x74;
const WDT_CONFIG0: u32 = 0x98;
const WDT_CONFIG1: u32 = 0x9c;
const WDT_FEED: u32 = 0xac;
const WDT_PROTECT: u32 = 0xb0;
const SWD_CONF: u32 = 0xb4;
const SWD_PROTECT: u32 = 0xb8;
const SW_CPU_STALL: u32 = 0xbc;
const INT_ENA_SET: u32 = 0x138;
const INT_ENA_CLEAR: u32 = 0x13c;
const DATE: u32 = 0x1fc;

/// Opens the super watchdog's register for writing.
const SWD_KEY: u32 = 0x8f1d_312a;
/// The super watchdog wants to be fed within this time (inferred: boards that hang while they boot tell of the first
/// timer group's watchdog, which takes 1.3 s).
const SWD_TICKS: Ticks = 2 * TICKS_PER_SECOND;
/// The stall lines of a core, in two registers, stall it at this value only.
const STALL: (u32, u32) = (0x21, 2);

const WATCHDOG: u32 = 1 << 3;
/// What the interrupt registers have besides: nothing here raises it.
const ALWAYS_RAW: u32 = 1 << 20;

/// The block and its watchdogs.
#[derive(Debug, Clone)]
pub(super) struct RtcCntl {
    registers: Registers,
    watchdog: Watchdog,
    /// When the super watchdog was fed.
    super_fed: Ticks,
    raw: u32,
    /// Reset codes of the cores.
    reasons: [u8; 2],
    /// Times that the second core was reset through here.
    app_resets: u32,
    /// When the slow clock began to count.
    clock_start: Ticks,
    /// On the same page.
    pub(super) thermometer: Thermometer,
}

impl RtcCntl {
    /// `thermometer_error`: by how many tenths of a degree this chip's thermometer says too much.
    pub(super) fn new(thermometer_error: i32) -> Self {
        let mut rtc = Self {
            registers: Registers::new(tables::RTC_CNTL),
            watchdog: Watchdog::default(),
            super_fed: 0,
            raw: ALWAYS_RAW,
            reasons: [1, 1],
            app_resets: 0,
            clock_start: 0,
            thermometer: Thermometer::new(thermometer_error),
        };
        rtc.reset(1, 0);
        rtc
    }

    /// Carries out a reset with this code: all of them but those of the whole chip and of the RTC leave the registers
    /// as they are. The mask ROM starts the watchdog again.
    pub(super) fn reset(&mut self, reason: u8, now: Ticks) {
        self.reasons = [reason; 2];
        if resets_rtc(reason) {
            let stores = STORES.map(|offset| self.registers.get(offset));
            self.registers.reset();
            self.thermometer.reset();
            self.raw = ALWAYS_RAW;
            if reason == 1 {
                self.clock_start = now;
            } else {
                // They lose their values with the supply only.
                for (offset, value) in STORES.into_iter().zip(stores) {
                    self.registers.set(offset, value);
                }
            }
        }
        // Stalls do not outlive the core that asked for them.
        self.registers.set(SW_CPU_STALL, 0);
        let options = self.registers.get(OPTIONS0) & !0xf;
        self.registers.set(OPTIONS0, options);
        // The boot watchdog as it comes out of reset, locked as every writer should leave it (inferred).
        for (offset, value) in [
            (WDT_CONFIG0, 0x0001_3214),
            (WDT_CONFIG1, 200_000),
            (WDT_PROTECT, 0),
            (SWD_PROTECT, 0),
        ] {
            self.registers.set(offset, value);
        }
        self.watchdog = Watchdog::default();
        self.super_fed = now;
        self.configure(now);
    }

    /// Follows the watchdog's registers.
    fn configure(&mut self, now: Ticks) {
        let conf = self.registers.get(WDT_CONFIG0);
        let guards_boot = conf >> 12 & 1 != 0;
        let cores_reset = conf >> 10 & 3 != 0;
        let stages = std::array::from_fn(|index| {
            let action = match conf >> (28 - 3 * index) & 7 {
                1 => Action::Interrupt,
                2 if cores_reset => Action::ResetCores,
                3 => Action::ResetDigital,
                4 => Action::ResetAll,
                _ if guards_boot && index == 0 => Action::ResetAll,
                _ => Action::Nothing,
            };
            let hold = u64::from(self.registers.get(WDT_CONFIG1 + 4 * index as u32));
            // The first stage is twice as long with the eFuse WDT_DELAY_SEL at 0.
            let hold = if index == 0 { hold * 2 } else { hold };
            Stage { action, hold }
        });
        let enabled = conf >> 31 != 0 || guards_boot;
        self.watchdog.configure(enabled, stages, (SLOW_CLOCK, 1), now);
    }

    /// The reset code of a core.
    pub(super) fn reason(&self, core: usize) -> u8 {
        self.reasons[core & 1]
    }

    /// A register for other blocks.
    pub(super) fn register(&self, offset: u32) -> u32 {
        self.registers.get(offset)
    }

    /// Whether a core stands still.
    pub(super) fn stalled(&self, core: usize) -> bool {
        let (high_shift, low_shift) = if core == 0 { (26, 2) } else { (20, 0) };
        self.registers.field(SW_CPU_STALL, high_shift, 6) == STALL.0
            && self.registers.field(OPTIONS0, low_shift, 2) == STALL.1
    }

    /// Times that the second core was reset through here.
    pub(super) fn app_resets(&self) -> u32 {
        self.app_resets
    }

    /// Whether the PLL and the way to its registers have power.
    pub(super) fn pll_powered(&self) -> bool {
        self.registers.get(OPTIONS0) & (1 << 6 | 1 << 8 | 1 << 10) == 0
    }

    /// Branches of the slave regulator that are off.
    pub(super) fn slave_regulator_off(&self) -> u32 {
        self.registers.field(DATE, 13, 6)
    }

    /// Whether the internal oscillator reaches the digital side, where it makes noise.
    pub(super) fn noise(&self) -> bool {
        self.registers.bit(CLK_CONF, 10)
    }

    fn super_due(&self) -> Ticks {
        if self.registers.get(SWD_CONF) >> 30 != 0 {
            return Ticks::MAX;
        }
        self.super_fed + SWD_TICKS
    }

    fn options(&mut self, value: u32) -> Option<Effect> {
        let stalled = [self.stalled(0), self.stalled(1)];
        // The reset bits are pulses.
        self.registers.store(OPTIONS0, value & !(1 << 31 | 3 << 4));
        if value >> 31 != 0 {
            return Some(Effect::Reset { reason: 3 });
        }
        if value & 1 << 5 != 0 {
            return Some(Effect::Reset { reason: 12 });
        }
        if value & 1 << 4 != 0 {
            self.reasons[1] = 12;
            self.app_resets += 1;
            return Some(Effect::AppCore);
        }
        (stalled != [self.stalled(0), self.stalled(1)]).then_some(Effect::AppCore)
    }

    fn protected(&mut self, offset: u32) -> bool {
        let open = match offset {
            WDT_CONFIG0..=WDT_FEED => self.registers.get(WDT_PROTECT) == KEY,
            SWD_CONF => self.registers.get(SWD_PROTECT) == SWD_KEY,
            _ => true,
        };
        if !open {
            self.registers.warn(Warning::WatchdogProtected {
                address: BASE + offset,
            });
        }
        !open
    }
}

/// Whether a reset with this code clears the RTC too: power-on, brownout, the RTC watchdog's last resort, the super
/// watchdog, a power glitch.
pub(super) fn resets_rtc(reason: u8) -> bool {
    matches!(reason, 1 | 15 | 16 | 18 | 23)
}

impl Peripheral for RtcCntl {
    fn read(&mut self, offset: u32, now: Ticks) -> u32 {
        match offset {
            SENS.. => self.thermometer.read(offset, now),
            RESET_STATE => {
                let codes = u32::from(self.reasons[0]) | u32::from(self.reasons[1]) << 6;
                self.registers.get(offset) & !0xfff | codes
            }
            INT_RAW => self.raw,
            INT_ST => self.raw & self.registers.get(INT_ENA),
            _ => self.registers.get(offset),
        }
    }

    fn write(&mut self, offset: u32, value: u32, now: Ticks) -> Option<Effect> {
        if self.protected(offset) {
            return None;
        }
        match offset {
            SENS.. => self.thermometer.write(offset, value, now),
            OPTIONS0 => return self.options(value),
            SW_CPU_STALL => {
                self.registers.store(offset, value);
                return Some(Effect::AppCore);
            }
            TIME_UPDATE if value >> 31 != 0 => {
                let elapsed = u128::from(now.saturating_sub(self.clock_start));
                let count = (elapsed * u128::from(SLOW_CLOCK) / u128::from(TICKS_PER_SECOND)) as u64;
                self.registers.set(TIME_LOW, count as u32);
                self.registers.set(TIME_HIGH, (count >> 32) as u32 & 0xffff);
            }
            WDT_FEED => {
                if value >> 31 != 0 {
                    self.watchdog.feed(now);
                }
            }
            WDT_CONFIG0..WDT_FEED => {
                self.registers.store(offset, value);
                self.configure(now);
            }
            SWD_CONF => {
                let unguarded = self.super_due() == Ticks::MAX;
                // Feeding and clearing the flag are pulses.
                self.registers.store(offset, value & !(3 << 28));
                if value & 1 << 29 != 0 || unguarded {
                    self.super_fed = now;
                }
            }
            INT_CLR => self.raw &= !value | ALWAYS_RAW,
            INT_ENA_SET => self
                .registers
                .set(INT_ENA, self.registers.get(INT_ENA) | value & 0x1f_ffff),
            INT_ENA_CLEAR => self.registers.set(INT_ENA, self.registers.get(INT_ENA) & !value),
            _ => self.registers.store(offset, value),
        }
        None
    }

    fn knows(&self, offset: u32) -> bool {
        self.registers.knows(offset) || self.thermometer.registers.knows(offset)
    }

    fn next_event(&self, _: Ticks) -> Ticks {
        self.watchdog.due().min(self.super_due())
    }

    fn advance(&mut self, now: Ticks) -> Option<Effect> {
        if self.super_due() <= now {
            self.super_fed = now;
            return Some(Effect::Reset { reason: 18 });
        }
        let reason = match self.watchdog.advance(now)? {
            Action::ResetCores => 13,
            Action::ResetDigital => 9,
            Action::ResetAll => 16,
            Action::Interrupt => {
                self.raw |= WATCHDOG;
                return None;
            }
            Action::Nothing => return None,
        };
        Some(Effect::Reset { reason })
    }

    fn lines(&self) -> u32 {
        u32::from(self.raw & self.registers.get(INT_ENA) != 0)
    }

    fn warnings(&mut self) -> Option<&mut Vec<Warning>> {
        let thermometers = &mut self.thermometer.registers.warnings;
        self.registers.warnings.append(thermometers);
        Some(&mut self.registers.warnings)
    }
}
