//! How the clock tree reaches the peripherals: their rates, their gates and resets, the noise of the random numbers,
//! and what is dangerous about a clock.

use super::blocks::Blocks;
use super::map::{Block, PLACES};
use super::{ClockSource, Peripherals, Warning};
use crate::time::Ticks;

/// SYSCON_WIFI_CLK_EN and the bit of the random number generator's clock.
const WIFI_CLK_EN: u32 = 0x14;
const RANDOM_CLOCK: u32 = 15;

impl Peripherals {
    /// The clocks of the peripherals follow the clock tree.
    pub(super) fn clock_changed(&mut self, now: Ticks) {
        let apb = self.system.clock().apb;
        self.uart0.set_apb(apb, now);
        self.groups.iter_mut().for_each(|group| group.set_apb(apb, now));
        self.random.set_apb(apb);
        self.rmt.set_apb(apb);
        self.ledc.set_apb(apb);
    }

    /// Which blocks are switched off.
    pub(super) fn find_gates(&mut self) {
        self.bus.gated = 0;
        for place in &PLACES {
            let off = place.gate.is_some_and(|gate| !self.system.powered(gate));
            self.bus.gated |= u32::from(off) << place.block as u32;
        }
    }

    /// A peripheral whose reset bit is set has its reset values when it comes back.
    pub(super) fn reset_gated(&mut self, now: Ticks) {
        for place in &PLACES {
            if !place.gate.is_some_and(|gate| self.system.held_in_reset(gate)) {
                continue;
            }
            match place.block {
                Block::Uart0 => self.uart0.reset(),
                Block::TimerGroup0 => self.groups[0].reset(now),
                Block::TimerGroup1 => self.groups[1].reset(now),
                Block::Systimer => self.systimer.reset(now),
                Block::Usb => self.usb.reset(),
                Block::Gdma => self.gdma.reset(),
                Block::Rmt => self.rmt.reset(),
                Block::Ledc => self.ledc.reset(),
                _ => continue,
            }
            self.settle(place.block, 0, now);
        }
    }

    pub(super) fn find_noise(&mut self) {
        self.random.noisy = self.rtc.noise() && self.syscon.registers.bit(WIFI_CLK_EN, RANDOM_CLOCK);
    }

    /// What would make a chip fail, or only most of them, at the clock that was just chosen.
    pub(super) fn check_clock(&mut self, core: usize, now: Ticks) {
        let clock = self.system.clock();
        let ClockSource::Pll { megahertz } = clock.source else {
            return;
        };
        let mut found = Vec::new();
        if clock.undefined {
            found.push(Warning::CpuPeriod);
        }
        if !self.rtc.pll_powered() {
            found.push(Warning::PllOff);
        }
        if !self.analog.calibrated(now) || !self.analog.pll_settings(megahertz) {
            found.push(Warning::PllNotCalibrated);
        }
        let dbias = self.analog.dbias();
        let needed = self.efuse.dbias;
        let wrong = dbias.0 < needed.0 || dbias.1 < needed.1 || dbias.1 > self.efuse.most_digital;
        if clock.ticks_per_cycle == 2 && wrong {
            found.push(Warning::CoreVoltage { dbias, needed });
        }
        if clock.ticks_per_cycle == 2 && self.rtc.slave_regulator_off() != 0 {
            found.push(Warning::SlaveRegulator);
        }
        for warning in found {
            self.bus.warnings.add(warning, now, core);
        }
    }
}
