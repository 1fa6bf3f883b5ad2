//! RTC_CNTL: what stays on longest. Its watchdog, the choice of the CPU's clock, the core voltage, the registers that outlive
//! resets, the lines that stall and reset the cores. RTC_IO and SENS lie on the same page and are storage.
//!
//! Bits: espressif/esp-idf `components/soc/esp32/register/soc/rtc_cntl_reg.h`.

use super::{tables, SLOW_CLOCK};
use crate::peripherals::registers::Registers;
use crate::peripherals::timer_group::KEY;
use crate::peripherals::watchdog::{Action, Stage, Watchdog};
use crate::peripherals::{Effect, Peripheral, Warning};
use crate::time::{Ticks, TICKS_PER_SECOND};

const BASE: u32 = 0x3ff4_8000;
const OPTIONS0: u32 = 0x00;
const TIME_UPDATE: u32 = 0x0c;
const TIME_LOW: u32 = 0x10;
const TIME_HIGH: u32 = 0x14;
const RESET_STATE: u32 = 0x34;
const INT_ENA: u32 = 0x3c;
const INT_RAW: u32 = 0x40;
const INT_ST: u32 = 0x44;
const INT_CLR: u32 = 0x48;
const STORES: [u32; 8] = [0x4c, 0x50, 0x54, 0x58, 0xb0, 0xb4, 0xb8, 0xbc];
const CLK_CONF: u32 = 0x70;
const VOLTAGE: u32 = 0x7c;
const WDT_CONFIG0: u32 = 0x8c;
const WDT_CONFIG1: u32 = 0x90;
const WDT_FEED: u32 = 0xa0;
const WDT_PROTECT: u32 = 0xa4;
const SW_CPU_STALL: u32 = 0xac;
/// The time was brought into TIME_LOW and TIME_HIGH.
const TIME_VALID: u32 = 1 << 30;
/// The stall lines of a core, in two registers, stall it at this value only.
const STALL: (u32, u32) = (0x21, 2);
const WATCHDOG: u32 = 1 << 3;

/// The block and its watchdog.
#[derive(Debug, Clone)]
pub(super) struct RtcCntl {
    registers: Registers,
    watchdog: Watchdog,
    raw: u32,
    /// Reset codes of the cores.
    reasons: [u8; 2],
    /// Times that the second core was reset through here.
    app_resets: u32,
    /// When the slow clock began to count.
    clock_start: Ticks,
}

/// Whether a reset with this code clears the RTC too: power-on, brownout, the RTC watchdog's last resort.
pub(super) fn resets_rtc(reason: u8) -> bool {
    matches!(reason, 1 | 15 | 16)
}

impl RtcCntl {
    pub(super) fn new() -> Self {
        let mut registers = Registers::new(tables::RTC_CNTL);
        registers.extend(tables::RTC_IO, 0x400);
        registers.extend(tables::SENS, 0x800);
        let mut rtc = Self {
            registers,
            watchdog: Watchdog::default(),
            raw: 0,
            reasons: [1, 1],
            app_resets: 0,
            clock_start: 0,
        };
        rtc.reset(1, 0);
        rtc
    }

    /// Carries out a reset with this code; the mask ROM starts the watchdog again.
    pub(super) fn reset(&mut self, reason: u8, now: Ticks) {
        self.reasons = [reason; 2];
        if resets_rtc(reason) {
            let stores = STORES.map(|offset| self.registers.get(offset));
            self.registers.reset();
            self.raw = 0;
            if reason == 1 {
                self.clock_start = now;
            } else {
                // They lose their values with the supply only.
                for (offset, value) in STORES.into_iter().zip(stores) {
                    self.registers.set(offset, value);
                }
            }
        }
        // Stalls do not outlive the core that asked for them, nor does the choice of a clock (inferred: the mask ROM runs
        // from the crystal).
        self.registers.set(SW_CPU_STALL, 0);
        for (offset, mask) in [(OPTIONS0, 0xf), (CLK_CONF, 3 << 27)] {
            self.registers.set(offset, self.registers.get(offset) & !mask);
        }
        // The boot watchdog as it comes out of reset, locked as every writer should leave it (inferred).
        for (offset, value) in [(WDT_CONFIG0, 0x4c80), (WDT_CONFIG1, 0x1_f400), (WDT_PROTECT, 0)] {
            self.registers.set(offset, value);
        }
        self.watchdog = Watchdog::default();
        self.configure(now);
    }

    /// Follows the watchdog's registers.
    fn configure(&mut self, now: Ticks) {
        let conf = self.registers.get(WDT_CONFIG0);
        let guards_boot = conf >> 10 & 1 != 0;
        let cores_reset = conf >> 8 & 3 != 0;
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
            Stage { action, hold }
        });
        let enabled = conf >> 31 != 0 || guards_boot;
        self.watchdog.configure(enabled, stages, (SLOW_CLOCK, 1), now);
    }

    /// The reset code of a core.
    pub(super) fn reason(&self, core: usize) -> u8 {
        self.reasons[core & 1]
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

    /// SOC_CLK_SEL: 0 crystal, 1 PLL, 2 internal oscillator, 3 audio PLL.
    pub(super) fn clock_source(&self) -> u32 {
        self.registers.field(CLK_CONF, 27, 2)
    }

    /// Whether the PLL and the way to its registers have power.
    pub(super) fn pll_powered(&self) -> bool {
        self.registers.get(OPTIONS0) & (1 << 6 | 1 << 8 | 1 << 10 | 1 << 18) == 0
    }

    /// DBIAS_WAK and DIG_DBIAS_WAK.
    pub(super) fn dbias(&self) -> (u8, u8) {
        (
            self.registers.field(VOLTAGE, 25, 3) as u8,
            self.registers.field(VOLTAGE, 11, 3) as u8,
        )
    }

    /// Whether the internal oscillator, which makes noise, is on.
    pub(super) fn noise(&self) -> bool {
        !self.registers.bit(CLK_CONF, 6)
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
}

impl Peripheral for RtcCntl {
    fn read(&mut self, offset: u32, _: Ticks) -> u32 {
        match offset {
            RESET_STATE => {
                let codes = u32::from(self.reasons[0]) | u32::from(self.reasons[1]) << 6;
                self.registers.get(offset) & !0xfff | codes
            }
            TIME_UPDATE => self.registers.get(offset) | TIME_VALID,
            INT_RAW => self.raw,
            INT_ST => self.raw & self.registers.get(INT_ENA),
            _ => self.registers.get(offset),
        }
    }

    fn write(&mut self, offset: u32, value: u32, now: Ticks) -> Option<Effect> {
        let locked = self.registers.get(WDT_PROTECT) != KEY;
        match offset {
            WDT_CONFIG0..=WDT_FEED if locked => self.registers.warn(Warning::WatchdogProtected {
                address: BASE + offset,
            }),
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
            INT_CLR => self.raw &= !value,
            _ => self.registers.store(offset, value),
        }
        None
    }

    fn knows(&self, offset: u32) -> bool {
        self.registers.knows(offset)
    }

    fn next_event(&self, _: Ticks) -> Ticks {
        self.watchdog.due()
    }

    fn advance(&mut self, now: Ticks) -> Option<Effect> {
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
        Some(&mut self.registers.warnings)
    }
}
