//! How long a straight stretch of code takes by itself, worked out once when it is decoded, and what it leaves for
//! the stretch behind it to wait for.

use super::hazard::{register, Hazards};

/// Cycles after which no result is outstanding any more: the floating-point unit's three.
const REACH: usize = 3;

/// Sets of registers by a number of cycles below or equal to their index plus one.
pub type Levels = [u64; REACH];

/// The cycles of a stretch.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Schedule {
    /// From the issue of the first instruction until one behind the last could be issued.
    pub cycles: u32,
    /// Registers whose results the stretch behind would wait for: entry `n` those with more than `n` cycles left.
    pub late: Levels,
    /// Registers that the stretch wants from before it: entry `n` those wanted within `n` cycles of its start.
    pub wanted: Levels,
    /// The first instruction lies in two words, so that going there costs a cycle more.
    pub straddles: bool,
}

/// Lays instructions behind each other; gives each one's cycle after the start.
#[derive(Debug)]
pub struct Scheduler {
    /// The next free cycle.
    time: u32,
    /// The cycle from which an instruction that wants the register in stage 1 need not wait, plus one; 0 means that
    /// the stretch has not written it.
    ready: [u32; register::COUNT],
    wanted: Levels,
}

impl Default for Scheduler {
    fn default() -> Self {
        Self {
            time: 0,
            ready: [0; register::COUNT],
            wanted: [0; REACH],
        }
    }
}

impl Scheduler {
    /// The cycle in which the next instruction is issued.
    pub fn issue(&mut self, hazards: &Hazards) -> u32 {
        let mut issue = self.time;
        for &(register, stage) in &hazards.uses {
            let ready = self.ready[usize::from(register)];
            issue = issue.max(ready.saturating_sub(stage.into()));
        }
        for &(register, stage) in &hazards.uses {
            if self.ready[usize::from(register)] == 0 {
                let from = (issue + u32::from(stage) - 1) as usize;
                self.wanted
                    .iter_mut()
                    .skip(from)
                    .for_each(|set| *set |= 1 << register);
            }
        }
        self.time = issue + 1 + u32::from(hazards.extra);
        for &(register, stage) in &hazards.definitions {
            self.ready[usize::from(register)] = self.time + u32::from(stage);
        }
        issue
    }

    /// The whole stretch, which begins at `start` with an instruction of `length` bytes.
    pub fn finish(&self, start: u32, length: u8) -> Schedule {
        let mut late = [0; REACH];
        for (register, &ready) in self.ready.iter().enumerate() {
            let left = ready.saturating_sub(self.time + 1) as usize;
            late.iter_mut().take(left).for_each(|set| *set |= 1 << register);
        }
        Schedule {
            cycles: self.time,
            late,
            wanted: self.wanted,
            straddles: (start & 3) + u32::from(length) > 4,
        }
    }
}
