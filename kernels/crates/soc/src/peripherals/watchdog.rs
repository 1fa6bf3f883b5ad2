//! The clockwork that all watchdogs share: four stages, each with a time and an action.

use crate::time::{Ticks, TICKS_PER_SECOND};

/// What a stage does when its time is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Action {
    /// Nothing; the next stage begins.
    #[default]
    Nothing,
    /// An interrupt.
    Interrupt,
    /// Resets the cores.
    ResetCores,
    /// Resets everything but the RTC.
    ResetDigital,
    /// Resets the RTC too.
    ResetAll,
}

/// One stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Stage {
    /// What happens at its end.
    pub(crate) action: Action,
    /// Counts that it lasts.
    pub(crate) hold: u64,
}

/// A watchdog's counter.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Watchdog {
    stages: [Stage; 4],
    enabled: bool,
    /// Counts a second, as a fraction.
    rate: (u64, u64),
    stage: usize,
    /// When the current stage began.
    since: Ticks,
}

impl Watchdog {
    /// Sets what the registers say; a watchdog that is switched on begins at its first stage.
    pub(crate) fn configure(&mut self, enabled: bool, stages: [Stage; 4], rate: (u64, u64), now: Ticks) {
        if enabled && !self.enabled {
            self.feed(now);
        } else if rate != self.rate && self.rate.0 > 0 {
            // What was counted so far stays counted.
            let counted = self.counts(now.saturating_sub(self.since));
            self.rate = rate;
            self.since = now.saturating_sub(self.ticks(counted));
        }
        self.enabled = enabled;
        self.stages = stages;
        self.rate = rate;
    }

    /// Back to the first stage.
    pub(crate) fn feed(&mut self, now: Ticks) {
        self.stage = 0;
        self.since = now;
    }

    fn counts(&self, ticks: Ticks) -> u64 {
        let (numerator, denominator) = self.rate;
        (u128::from(ticks) * u128::from(numerator) / (u128::from(TICKS_PER_SECOND) * u128::from(denominator)))
            as u64
    }

    fn ticks(&self, counts: u64) -> Ticks {
        let (numerator, denominator) = self.rate;
        let scaled = u128::from(counts) * u128::from(TICKS_PER_SECOND) * u128::from(denominator);
        Ticks::try_from(scaled.div_ceil(u128::from(numerator.max(1)))).unwrap_or(Ticks::MAX)
    }

    /// When the current stage ends; never when nothing would ever happen.
    pub(crate) fn due(&self) -> Ticks {
        let acts = self.stages.iter().any(|stage| stage.action != Action::Nothing);
        if !self.enabled || !acts {
            return Ticks::MAX;
        }
        // A stage lasts at least a count, so that time goes on.
        self.since
            .saturating_add(self.ticks(self.stages[self.stage].hold.max(1)))
    }

    /// Ends the stages that are over; gives the first action among them.
    pub(crate) fn advance(&mut self, now: Ticks) -> Option<Action> {
        while self.due() <= now {
            let action = self.stages[self.stage].action;
            self.since = self.due();
            self.stage = (self.stage + 1) % self.stages.len();
            if action != Action::Nothing {
                return Some(action);
            }
        }
        None
    }
}
