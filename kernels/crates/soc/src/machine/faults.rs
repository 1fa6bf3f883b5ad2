//! How a run ends in a fault: what stopped a core, told as a report.

use emulator::core::ps;
use emulator::core::special::number;
use emulator::core::stop::{Cause, Stop};

use super::{Board, MOST_WARNINGS};
use crate::fault::Fault;
use crate::report::Report;
use crate::system::System;

/// Window vectors lie below this offset from VECBASE.
const WINDOW_VECTORS: u32 = 0x180;

impl<S: System> Board<S> {
    /// Erratum 572: an instruction of a loop that is in the buffer is taken for an illegal one.
    pub(super) fn fail_loop(&mut self, index: usize) {
        let core = &mut self.cores[index];
        let in_loop = core.lcount > 0 && core.pc.wrapping_sub(core.lbeg) < core.lend.wrapping_sub(core.lbeg);
        if in_loop && core.read_special(number::MEMCTL).unwrap_or(0) & 1 != 0 {
            core.raise_illegal();
        }
    }

    pub(super) fn stopped(&mut self, index: usize, stop: &Stop) -> Box<Report> {
        let seen = self.bus.turn_mut().fault.take();
        let fault = match (stop.cause, seen) {
            (Cause::Load { .. } | Cause::Store { .. } | Cause::Fetch { .. }, Some(fault)) => fault,
            (cause, _) => Fault::Core(cause),
        };
        let fault = match stop.cause {
            Cause::Illegal | Cause::Fetch { .. } => self.missing_handler(index).unwrap_or(fault),
            _ => fault,
        };
        self.report(index, fault, stop.trace.clone())
    }

    /// Whether a core, which could not go on, had just gone to the vector of a window exception.
    fn missing_handler(&self, index: usize) -> Option<Fault> {
        let core = &self.cores[index];
        let base = core.clone().read_special(number::VECBASE).ok()?;
        let vector = core.pc.wrapping_sub(base);
        let window = vector < WINDOW_VECTORS && vector & 0x3f == 0 && core.ps() & ps::EXCM != 0;
        window.then_some(Fault::WindowHandler { base, vector })
    }

    pub(super) fn report(
        &mut self,
        core: usize,
        fault: Fault,
        trace: Vec<emulator::core::stop::Trace>,
    ) -> Box<Report> {
        let time = if self.booted {
            self.bus.turn().ticks_at(core, self.cores[core].cycles)
        } else {
            self.now
        };
        Box::new(Report {
            fault,
            core,
            time,
            cores: [self.core(0), self.core(1)],
            trace_names: trace
                .iter()
                .map(|trace| self.symbols.name::<S>(trace.address))
                .collect(),
            trace,
            resets: self.resets.clone(),
            warnings: self.warnings(),
        })
    }

    #[cold]
    pub(super) fn note_misaligned(&mut self, index: usize) {
        let core = &self.cores[index];
        let first = self.misaligned[index] == 0;
        self.misaligned[index] = core.misaligned.count;
        if first && self.warnings.len() < MOST_WARNINGS {
            let place = self.symbols.name::<S>(core.pc).unwrap_or_default();
            self.warnings.push(format!(
                "core {index}: vector access to 0x{:08x}, whose low bits are dropped, shortly before pc 0x{:08x} {place}",
                core.misaligned.first_address, core.pc
            ));
        }
    }
}
