//! SYSTIMER: two counters of 52 bits at 16 MHz, whatever the CPU's clock, and three alarms.

use super::registers::Registers;
use super::{tables, Effect, Peripheral};
use crate::time::{Ticks, TICKS_PER_SECOND};

/// Ticks of one count.
const COUNT_TICKS: Ticks = TICKS_PER_SECOND / 16_000_000;
/// Bits of a counter.
const MASK: u64 = (1 << 52) - 1;

const CONF: u32 = 0x00;
const UNIT_OP: u32 = 0x04;
const UNIT_LOAD: u32 = 0x0c;
const TARGET: u32 = 0x1c;
const TARGET_CONF: u32 = 0x34;
const UNIT_VALUE: u32 = 0x40;
const COMP_LOAD: u32 = 0x50;
const UNIT_LOAD_NOW: u32 = 0x5c;
const INT_ENA: u32 = 0x64;
const INT_RAW: u32 = 0x68;
const INT_CLR: u32 = 0x6c;
const INT_ST: u32 = 0x70;
const REAL_TARGET: u32 = 0x74;

const VALID: u32 = 1 << 29;
const UPDATE: u32 = 1 << 30;

#[derive(Debug, Clone, Copy, Default)]
struct Unit {
    running: bool,
    /// The value at `since`.
    base: u64,
    since: Ticks,
    /// What firmware reads, and when the last request for it is answered.
    shown: u64,
    pending: Option<(u64, Ticks)>,
}

impl Unit {
    fn value(&self, now: Ticks) -> u64 {
        let counted = if self.running {
            (now / COUNT_TICKS).saturating_sub(self.since / COUNT_TICKS)
        } else {
            0
        };
        self.base.wrapping_add(counted) & MASK
    }

    fn set(&mut self, value: u64, now: Ticks) {
        self.base = value & MASK;
        self.since = now;
    }

    fn settle(&mut self, now: Ticks) {
        if let Some((value, _)) = self.pending.filter(|pending| pending.1 <= now) {
            self.shown = value;
            self.pending = None;
        }
    }
}

#[derive(Debug, Clone, Copy, Default)]
struct Alarm {
    enabled: bool,
    unit: usize,
    /// Counts between alarms, 0 for one alarm at a time.
    period: u64,
    /// The value at which it fires next.
    target: u64,
    armed: bool,
}

/// The counters and their alarms.
#[derive(Debug, Clone)]
pub(super) struct Systimer {
    registers: Registers,
    units: [Unit; 2],
    alarms: [Alarm; 3],
    raw: u32,
}

impl Systimer {
    pub(super) fn new() -> Self {
        let mut timer = Self {
            registers: Registers::new(tables::SYSTIMER),
            units: Default::default(),
            alarms: Default::default(),
            raw: 0,
        };
        timer.reset(0);
        timer
    }

    pub(super) fn reset(&mut self, now: Ticks) {
        self.registers.reset();
        self.units = Default::default();
        self.alarms = Default::default();
        self.raw = 0;
        self.configure(now);
    }

    /// Follows the work-enable bits of CONF.
    fn configure(&mut self, now: Ticks) {
        for (unit, bit) in self.units.iter_mut().zip([30, 29]) {
            let value = unit.value(now);
            unit.set(value, now);
            unit.running = self.registers.bit(CONF, bit);
        }
        for (alarm, bit) in self.alarms.iter_mut().zip([24, 23, 22]) {
            alarm.enabled = self.registers.bit(CONF, bit);
        }
    }

    /// COMPn_LOAD: the comparator takes over what the registers say.
    fn load(&mut self, index: usize, now: Ticks) {
        let at = |first: u32, step: u32| first + index as u32 * step;
        let conf = self.registers.get(at(TARGET_CONF, 4));
        let alarm = &mut self.alarms[index];
        alarm.unit = (conf >> 31) as usize;
        alarm.period = if conf >> 30 & 1 != 0 {
            u64::from(conf & 0x03ff_ffff)
        } else {
            0
        };
        alarm.target = if conf >> 30 & 1 != 0 {
            self.units[alarm.unit].value(now).wrapping_add(alarm.period) & MASK
        } else {
            u64::from(self.registers.get(at(TARGET, 8))) << 32
                | u64::from(self.registers.get(at(TARGET, 8) + 4))
        };
        // A period of nothing never ends.
        alarm.armed = conf >> 30 & 1 == 0 || alarm.period > 0;
    }

    /// When an alarm fires, by the clock of its counter.
    fn due(&self, alarm: &Alarm) -> Ticks {
        let unit = &self.units[alarm.unit];
        if !alarm.enabled || !alarm.armed || !unit.running {
            return Ticks::MAX;
        }
        let counts = alarm.target.saturating_sub(unit.base);
        (unit.since / COUNT_TICKS)
            .saturating_add(counts)
            .saturating_mul(COUNT_TICKS)
    }

    fn settle(&mut self, now: Ticks) {
        self.units.iter_mut().for_each(|unit| unit.settle(now));
        for index in 0..self.alarms.len() {
            let alarm = self.alarms[index];
            if self.due(&alarm) > now {
                continue;
            }
            self.raw |= 1 << index;
            let alarm = &mut self.alarms[index];
            if alarm.period == 0 {
                alarm.armed = false;
            } else {
                let value = self.units[alarm.unit].value(now);
                let missed = value.saturating_sub(alarm.target) / alarm.period + 1;
                alarm.target = (alarm.target + missed * alarm.period) & MASK;
            }
        }
    }
}

impl Peripheral for Systimer {
    fn read(&mut self, offset: u32, now: Ticks) -> u32 {
        self.settle(now);
        match offset {
            UNIT_OP | 0x08 => {
                let unit = &self.units[(offset - UNIT_OP) as usize / 4];
                if unit.pending.is_none() {
                    VALID
                } else {
                    0
                }
            }
            UNIT_VALUE..COMP_LOAD => {
                let value = self.units[(offset - UNIT_VALUE) as usize / 8].shown;
                (if offset & 4 == 0 { value >> 32 } else { value }) as u32
            }
            INT_RAW => self.raw,
            INT_ST => self.raw & self.registers.get(INT_ENA),
            REAL_TARGET..0x8c => {
                let value = self.alarms[(offset - REAL_TARGET) as usize / 8].target;
                (if (offset - REAL_TARGET) & 4 == 0 {
                    value
                } else {
                    value >> 32
                }) as u32
            }
            _ => self.registers.get(offset),
        }
    }

    fn write(&mut self, offset: u32, value: u32, now: Ticks) -> Option<Effect> {
        self.settle(now);
        match offset {
            CONF => {
                self.registers.store(offset, value);
                self.configure(now);
            }
            UNIT_OP | 0x08 if value & UPDATE != 0 => {
                let unit = &mut self.units[(offset - UNIT_OP) as usize / 4];
                // The value crosses from the counter's clock into the bus's.
                unit.pending = Some((unit.value(now), now + COUNT_TICKS));
            }
            UNIT_OP | 0x08 => {}
            COMP_LOAD..UNIT_LOAD_NOW => self.load((offset - COMP_LOAD) as usize / 4, now),
            UNIT_LOAD_NOW | 0x60 => {
                let index = (offset - UNIT_LOAD_NOW) / 4;
                let high = u64::from(self.registers.get(UNIT_LOAD + index * 8));
                let low = u64::from(self.registers.get(UNIT_LOAD + index * 8 + 4));
                self.units[index as usize].set(high << 32 | low, now);
            }
            INT_CLR => self.raw &= !value,
            _ => self.registers.store(offset, value),
        }
        self.settle(now);
        None
    }

    fn knows(&self, offset: u32) -> bool {
        self.registers.knows(offset)
    }

    fn next_event(&self, _: Ticks) -> Ticks {
        self.alarms
            .iter()
            .map(|alarm| self.due(alarm))
            .min()
            .unwrap_or(Ticks::MAX)
    }

    fn advance(&mut self, now: Ticks) -> Option<Effect> {
        self.settle(now);
        None
    }

    fn lines(&self) -> u32 {
        self.raw & self.registers.get(INT_ENA)
    }
}
