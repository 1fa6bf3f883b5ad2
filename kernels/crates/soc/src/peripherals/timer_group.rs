//! A timer group: two timers of 54 bits, a watchdog, and the calibration of the slow clock.

use super::registers::{Registers, Row};
use super::warning::Warning;
use super::watchdog::{Action, Stage, Watchdog};
use super::{Effect, Peripheral, CRYSTAL};
use crate::time::{Ticks, TICKS_PER_SECOND};

/// Opens the watchdog's registers for writing.
pub(crate) const KEY: u32 = 0x50d8_3aa1;
/// Bits of a timer.
const MASK: u64 = (1 << 54) - 1;

const LO: u32 = 0x04;
const HI: u32 = 0x08;
const UPDATE: u32 = 0x0c;
const ALARM_LO: u32 = 0x10;
const LOAD_LO: u32 = 0x18;
const LOAD: u32 = 0x20;
/// Distance between the registers of the two timers.
const TIMER_STEP: u32 = 0x24;
const WDT_CONFIG0: u32 = 0x48;
const WDT_CONFIG1: u32 = 0x4c;
const WDT_CONFIG2: u32 = 0x50;
const WDT_FEED: u32 = 0x60;
const WDT_PROTECT: u32 = 0x64;
const CALIBRATION: u32 = 0x68;
const CALIBRATION_RESULT: u32 = 0x6c;
/// Offsets from INT_ENA.
const INT_RAW: u32 = 0x4;
const INT_ST: u32 = 0x8;
const INT_CLR: u32 = 0xc;

/// What differs between the chips.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Layout {
    pub(crate) rows: &'static [Row],
    /// Addresses of both groups.
    pub(crate) bases: [u32; 2],
    /// Reset codes of each watchdog: cores, digital.
    pub(crate) reasons: [(u8, u8); 2],
    pub(crate) interrupts: u32,
    /// Bit of a timer's configuration that chooses the crystal; 32 when there is none.
    pub(crate) crystal_bit: u32,
    /// Bits of the watchdog's configuration that say which cores it resets; 0 when it is all of them.
    pub(crate) core_bits: u32,
    /// Hertz of the slow oscillator, and of the fast one divided by 256.
    pub(crate) slow_clocks: (u64, u64),
}

const WATCHDOG: u32 = 1 << 2;

/// A counter; its registers say how it counts.
#[derive(Debug, Clone, Copy, Default)]
struct Timer {
    running: bool,
    up: bool,
    /// Counts a second, as a fraction.
    rate: (u64, u64),
    base: u64,
    since: Ticks,
    shown: u64,
}

impl Timer {
    fn value(&self, now: Ticks) -> u64 {
        if !self.running || self.rate.0 == 0 {
            return self.base;
        }
        let elapsed = u128::from(now.saturating_sub(self.since)) * u128::from(self.rate.0);
        let counted = (elapsed / (u128::from(TICKS_PER_SECOND) * u128::from(self.rate.1))) as u64;
        let value = if self.up {
            self.base.wrapping_add(counted)
        } else {
            self.base.wrapping_sub(counted)
        };
        value & MASK
    }

    /// When `counts` more are counted.
    fn after(&self, counts: u64) -> Ticks {
        let scaled = u128::from(counts) * u128::from(TICKS_PER_SECOND) * u128::from(self.rate.1);
        let ticks = scaled.div_ceil(u128::from(self.rate.0.max(1)));
        self.since
            .saturating_add(Ticks::try_from(ticks).unwrap_or(Ticks::MAX))
    }
}

/// One of the two groups.
#[derive(Debug, Clone)]
pub(crate) struct TimerGroup {
    registers: Registers,
    layout: Layout,
    index: usize,
    apb: u64,
    timers: [Timer; 2],
    watchdog: Watchdog,
    raw: u32,
    /// When a calibration is done.
    calibrated: Option<Ticks>,
}

impl TimerGroup {
    /// Group 0 or 1; at 0 the watchdog runs as the mask ROM leaves it.
    pub(crate) fn new(layout: Layout, index: usize, apb: u64) -> Self {
        let mut group = Self {
            registers: Registers::new(layout.rows),
            layout,
            index: index & 1,
            apb,
            timers: Default::default(),
            watchdog: Watchdog::default(),
            raw: 0,
            calibrated: None,
        };
        group.reset(0);
        group
    }

    pub(crate) fn reset(&mut self, now: Ticks) {
        self.registers.reset();
        self.timers = Default::default();
        self.watchdog = Watchdog::default();
        self.raw = 0;
        self.calibrated = None;
        if self.index != 0 {
            // The second group's watchdog does not guard the boot (inferred).
            let off = self.registers.get(WDT_CONFIG0) & !(1 << 14);
            self.registers.set(WDT_CONFIG0, off);
        }
        self.registers.set(WDT_PROTECT, 0);
        self.configure(now);
    }

    /// The mask ROM begins to boot: the first group's watchdog guards it again, with the times of reset and locked
    /// (inferred).
    pub(crate) fn guard_boot(&mut self, now: Ticks) {
        let fresh = Registers::new(self.layout.rows);
        for offset in (WDT_CONFIG0..WDT_FEED).step_by(4) {
            self.registers.set(offset, fresh.get(offset));
        }
        self.registers.set(WDT_PROTECT, 0);
        self.watchdog = Watchdog::default();
        self.configure(now);
    }

    /// The APB clock changed, in hertz.
    pub(crate) fn set_apb(&mut self, hertz: u64, now: Ticks) {
        self.apb = hertz;
        self.configure(now);
    }

    /// Follows the configuration registers.
    fn configure(&mut self, now: Ticks) {
        for (index, timer) in self.timers.iter_mut().enumerate() {
            let conf = index as u32 * TIMER_STEP;
            timer.base = timer.value(now);
            timer.since = now;
            timer.running = self.registers.bit(conf, 31);
            timer.up = self.registers.bit(conf, 30);
            let divider = match self.registers.field(conf, 13, 16) {
                0 => 65536,
                1 => 2,
                divider => divider,
            };
            let crystal = self.layout.crystal_bit;
            let source = if crystal < 32 && self.registers.bit(conf, crystal) {
                CRYSTAL
            } else {
                self.apb
            };
            timer.rate = (source, divider.into());
        }
        let conf = self.registers.get(WDT_CONFIG0);
        let cores_reset = self.layout.core_bits == 0 || conf & self.layout.core_bits != 0;
        let guards_boot = conf >> 14 & 1 != 0;
        let stages = std::array::from_fn(|index| {
            let action = match conf >> (29 - 2 * index) & 3 {
                1 => Action::Interrupt,
                2 if cores_reset => Action::ResetCores,
                3 => Action::ResetDigital,
                _ if guards_boot && index == 0 => Action::ResetDigital,
                _ => Action::Nothing,
            };
            let hold = self.registers.get(WDT_CONFIG2 + 4 * index as u32).into();
            Stage { action, hold }
        });
        let prescaler = u64::from(self.registers.get(WDT_CONFIG1) >> 16).max(1);
        let enabled = conf >> 31 != 0 || guards_boot;
        self.watchdog
            .configure(enabled, stages, (self.apb, prescaler), now);
    }

    /// When a timer's alarm fires.
    fn alarm_due(&self, index: usize) -> Ticks {
        let timer = &self.timers[index];
        let conf = index as u32 * TIMER_STEP;
        if !timer.running || !self.registers.bit(conf, 10) {
            return Ticks::MAX;
        }
        let alarm = self.wide(conf + ALARM_LO);
        let counts = if timer.up {
            alarm.saturating_sub(timer.base)
        } else {
            timer.base.saturating_sub(alarm)
        };
        timer.after(counts)
    }

    /// A value of two registers, the low half first.
    fn wide(&self, offset: u32) -> u64 {
        u64::from(self.registers.get(offset + 4)) << 32 | u64::from(self.registers.get(offset))
    }

    fn settle(&mut self, now: Ticks) {
        for index in 0..self.timers.len() {
            if self.alarm_due(index) > now {
                continue;
            }
            let conf = index as u32 * TIMER_STEP;
            self.raw |= 1 << index;
            // The alarm switches itself off.
            let after = self.registers.get(conf) & !(1 << 10);
            self.registers.set(conf, after);
            if self.registers.bit(conf, 29) {
                let load = self.wide(conf + LOAD_LO);
                let timer = &mut self.timers[index];
                (timer.base, timer.since) = (load, now);
            }
        }
        if self.calibrated.is_some_and(|done| done <= now) {
            self.calibrated = None;
            let cycles = u64::from(self.registers.field(CALIBRATION, 16, 15));
            let value = cycles * CRYSTAL / self.calibration_clock();
            self.registers.set(CALIBRATION_RESULT, (value as u32) << 7 | 1);
            let ready = self.registers.get(CALIBRATION) | 1 << 15;
            self.registers.set(CALIBRATION, ready);
        }
    }

    /// Hertz of the clock that is measured: the slow oscillator, or the fast one divided by 256.
    fn calibration_clock(&self) -> u64 {
        if self.registers.field(CALIBRATION, 13, 2) == 1 {
            self.layout.slow_clocks.1
        } else {
            self.layout.slow_clocks.0
        }
    }

    fn calibrate(&mut self, value: u32, now: Ticks) {
        let started = value >> 31 != 0 && !self.registers.bit(CALIBRATION, 31);
        self.registers.store(CALIBRATION, value);
        // There is no 32 kHz crystal: that measurement never ends.
        if started {
            let pending = self.registers.get(CALIBRATION) & !(1 << 15);
            self.registers.set(CALIBRATION, pending);
            let cycles = u64::from(self.registers.field(CALIBRATION, 16, 15));
            let ticks = cycles * TICKS_PER_SECOND / self.calibration_clock();
            self.calibrated = (self.registers.field(CALIBRATION, 13, 2) != 2).then_some(now + ticks);
        }
    }
}

impl Peripheral for TimerGroup {
    fn read(&mut self, offset: u32, now: Ticks) -> u32 {
        self.settle(now);
        match offset {
            LO => self.timers[0].shown as u32,
            HI => (self.timers[0].shown >> 32) as u32,
            0x28 => self.timers[1].shown as u32,
            0x2c => (self.timers[1].shown >> 32) as u32,
            _ => match offset.wrapping_sub(self.layout.interrupts) {
                INT_RAW => self.raw,
                INT_ST => self.lines(),
                _ => self.registers.get(offset),
            },
        }
    }

    fn write(&mut self, offset: u32, value: u32, now: Ticks) -> Option<Effect> {
        self.settle(now);
        match offset {
            UPDATE | 0x30 => {
                let timer = &mut self.timers[(offset / TIMER_STEP) as usize];
                timer.shown = timer.value(now);
            }
            LOAD | 0x44 => {
                let index = offset / TIMER_STEP;
                let load = self.wide(index * TIMER_STEP + LOAD_LO);
                let timer = &mut self.timers[index as usize];
                (timer.base, timer.since) = (load & MASK, now);
            }
            WDT_CONFIG0..=WDT_FEED if self.registers.get(WDT_PROTECT) != KEY => {
                self.registers.warn(Warning::WatchdogProtected {
                    address: self.layout.bases[self.index] + offset,
                });
            }
            WDT_FEED => self.watchdog.feed(now),
            CALIBRATION => self.calibrate(value, now),
            _ if offset == self.layout.interrupts + INT_CLR => self.raw &= !value,
            _ => {
                self.registers.store(offset, value);
                if offset <= WDT_FEED {
                    self.configure(now);
                }
            }
        }
        self.settle(now);
        None
    }

    fn knows(&self, offset: u32) -> bool {
        self.registers.knows(offset)
    }

    fn next_event(&self, _: Ticks) -> Ticks {
        let alarms = self.alarm_due(0).min(self.alarm_due(1));
        alarms
            .min(self.watchdog.due())
            .min(self.calibrated.unwrap_or(Ticks::MAX))
    }

    fn advance(&mut self, now: Ticks) -> Option<Effect> {
        self.settle(now);
        let (cores, digital) = self.layout.reasons[self.index];
        let reason = match self.watchdog.advance(now)? {
            Action::ResetCores => cores,
            Action::ResetDigital | Action::ResetAll => digital,
            Action::Interrupt => {
                self.raw |= WATCHDOG;
                return None;
            }
            Action::Nothing => return None,
        };
        Some(Effect::Reset { reason })
    }

    fn lines(&self) -> u32 {
        self.raw & self.registers.get(self.layout.interrupts)
    }

    fn warnings(&mut self) -> Option<&mut Vec<Warning>> {
        Some(&mut self.registers.warnings)
    }
}
