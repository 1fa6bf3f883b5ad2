//! A board as a program on a host sees it: time in seconds, ports as queues of bytes, the end of a run as text.

use std::collections::VecDeque;

use soc::machine::Stopped;
use soc::peripherals::{Output, Pad};
use soc::report::{CoreReport, CoreState, Report};
use soc::symbols::Symbols;
use soc::time::{Ticks, TICKS_PER_SECOND};

use crate::chip::{self, Machine, PINS};
use crate::json::Json;

/// What is around the chip, and how it is run.
#[derive(Debug, Clone, Copy)]
pub struct Parts {
    /// Size of the flash chip.
    pub flash_bytes: u32,
    /// 0 none, 1 quad, 2 octal.
    pub psram_kind: u8,
    /// Size of the PSRAM.
    pub psram_bytes: u32,
    /// Cycles follow the timing model.
    pub timed: bool,
    /// The second core is switched off.
    pub single_core: bool,
    /// Of the random number register.
    pub seed: u32,
}

/// How often waiting input is offered to the board: a USB packet of 64 bytes each time.
const INPUT_TICKS: Ticks = TICKS_PER_SECOND / 10_000;

/// Flash chips: 1 MiB to 128 MiB.
const FLASH_SIZES: std::ops::RangeInclusive<u32> = 1 << 20..=128 << 20;
/// The most memory that is read at once.
const MOST_READ: usize = 1 << 20;

/// A board, powered up.
pub struct Board {
    machine: Machine,
    usb: VecDeque<u8>,
    uart: VecDeque<u8>,
    report: Option<Box<Report>>,
}

impl Board {
    /// Powers a board up with `flash` from its first byte on.
    ///
    /// # Errors
    /// A sentence, when there is no such board.
    pub fn new(flash: Vec<u8>, parts: Parts) -> Result<Self, String> {
        let flash_bytes = parts.flash_bytes;
        if !flash_bytes.is_power_of_two() || !FLASH_SIZES.contains(&flash_bytes) {
            return Err(format!("A flash chip of {flash_bytes} bytes does not exist."));
        }
        if flash.len() > flash_bytes as usize {
            return Err(format!(
                "The image has {} bytes, more than the board's flash of {flash_bytes}.",
                flash.len()
            ));
        }
        Ok(Self {
            machine: Machine::new(chip::options(flash, parts)?),
            usb: VecDeque::new(),
            uart: VecDeque::new(),
            report: None,
        })
    }

    /// Names for reports from the firmware's ELF file; a damaged one gives none.
    pub fn set_symbols(&mut self, elf: &[u8]) {
        self.machine
            .set_symbols(Symbols::from_elf(elf).unwrap_or_default());
    }

    /// Runs for so many emulated seconds; true when the chip stopped for good.
    pub fn run(&mut self, seconds: f64) -> bool {
        let wanted = self.machine.now() + (seconds.max(0.0) * TICKS_PER_SECOND as f64) as Ticks;
        while self.report.is_none() && self.machine.now() < wanted {
            let until = if self.offer() {
                wanted.min(self.machine.now() + INPUT_TICKS)
            } else {
                wanted
            };
            match self.machine.run(until) {
                Ok(Stopped::Time | Stopped::Download | Stopped::Waiting) => {}
                Err(report) => self.report = Some(report),
            }
        }
        self.report.is_some()
    }

    /// Gives the ports what they take; true when more waits.
    fn offer(&mut self) -> bool {
        if !self.usb.is_empty() {
            let taken = chip::usb_write(&mut self.machine, self.usb.make_contiguous());
            self.usb.drain(..taken);
        }
        if !self.uart.is_empty() {
            let taken = chip::uart_write(&mut self.machine, self.uart.make_contiguous());
            self.uart.drain(..taken);
        }
        !(self.usb.is_empty() && self.uart.is_empty())
    }

    /// Executes an instruction of a core; true when the chip stopped for good.
    pub fn step(&mut self, core: usize) -> bool {
        if self.report.is_none() {
            self.report = self.machine.step(core & 1).err();
        }
        self.report.is_some()
    }

    /// The reset button. A chip that stopped starts again.
    pub fn reset(&mut self) {
        self.report = None;
        self.usb.clear();
        self.uart.clear();
        self.machine.reset();
    }

    /// What the board sent over its USB socket since the last call.
    pub fn usb_read(&mut self) -> Vec<u8> {
        chip::usb_read(&mut self.machine)
    }

    /// Puts bytes in line for the USB port.
    pub fn usb_write(&mut self, bytes: &[u8]) {
        self.usb.extend(bytes);
    }

    /// Bytes in line for the USB port.
    pub fn usb_waiting(&self) -> usize {
        self.usb.len()
    }

    /// What the board sent over UART0 since the last call.
    pub fn uart_read(&mut self) -> Vec<u8> {
        chip::uart_read(&mut self.machine)
    }

    /// Puts bytes in line for UART0.
    pub fn uart_write(&mut self, bytes: &[u8]) {
        self.uart.extend(bytes);
    }

    /// Bytes in line for UART0.
    pub fn uart_waiting(&self) -> usize {
        self.uart.len()
    }

    /// Emulated seconds since power-on.
    pub fn seconds(&self) -> f64 {
        self.machine.now() as f64 / TICKS_PER_SECOND as f64
    }

    /// Instructions of both cores.
    pub fn instructions(&self) -> u64 {
        self.machine.instructions()
    }

    /// Those that translated code ran since the last reset.
    pub fn translated_instructions(&self) -> u64 {
        self.machine.translated_instructions()
    }

    /// Cycles of a core since its last reset.
    pub fn cycles(&self, core: usize) -> u64 {
        self.machine.cycles(core & 1)
    }

    /// Copies memory as a debugger sees it; nothing where nothing answers.
    pub fn read_memory(&self, address: u32, length: usize) -> Option<Vec<u8>> {
        let mut bytes = vec![0; length.min(MOST_READ)];
        self.machine.read_memory(address, &mut bytes).then_some(bytes)
    }

    /// Whether code that runs often is to be translated.
    pub fn set_translating(&mut self, enabled: bool) {
        self.machine.set_translating(enabled);
    }

    /// A module of translated code, or nothing.
    pub fn translation(&mut self) -> Vec<u8> {
        self.machine.translation()
    }

    /// Where the functions of the last module stand.
    pub fn adopt_translation(&mut self, slots: &[u32]) {
        self.machine.adopt_translation(slots);
    }

    /// The pins that are outputs and what they give out, as JSON.
    pub fn pins(&mut self) -> String {
        let mut json = Json::default();
        json.open('[');
        for pad in chip::pads(&mut self.machine) {
            write_pad(&mut json, &pad);
        }
        json.close(']');
        json.finish()
    }

    /// A button of the board holds a pin low or high, or lets go of it.
    pub fn hold_pin(&mut self, pin: u32, level: Option<bool>) {
        if pin < PINS {
            self.machine.peripherals().hold_pin(pin, level);
        }
    }

    /// How warm the chip is from now on, in degrees Celsius; what no chip lives through is not taken.
    pub fn set_temperature(&mut self, celsius: f64) {
        if (-40.0..=125.0).contains(&celsius) {
            chip::set_temperature(&mut self.machine, celsius);
        }
    }

    /// What was no error, but should not be.
    pub fn warnings(&mut self) -> Vec<String> {
        self.machine.warnings()
    }

    /// Counters of caches and memory bus, by name.
    pub fn statistics(&self) -> Vec<(&'static str, f64)> {
        let s = self.machine.statistics();
        let seconds = |ticks: Ticks| ticks as f64 / TICKS_PER_SECOND as f64;
        vec![
            ("instructionLines", s.instruction_lines as f64),
            ("instructionMisses", s.instruction_misses as f64),
            ("dataMissesFlash", s.data_misses_flash as f64),
            ("dataMissesPsram", s.data_misses_psram as f64),
            ("prefetched", s.prefetched as f64),
            ("writtenBack", s.written_back as f64),
            ("busBusySeconds", seconds(s.bus_busy)),
            ("core0WaitedSeconds", seconds(s.waited[0])),
            ("core1WaitedSeconds", seconds(s.waited[1])),
        ]
    }

    /// A core where it stands, as JSON: what [`Board::report`] has for each core.
    pub fn core(&self, core: usize) -> String {
        let mut json = Json::default();
        write_core(&mut json, &self.machine.core(core & 1));
        json.finish()
    }

    /// Why the chip stopped, as JSON; `None` while it runs.
    pub fn report(&self) -> Option<String> {
        let report = self.report.as_deref()?;
        let mut json = Json::default();
        json.open('{');
        json.key("cause").text(&report.fault.to_string());
        json.key("text").text(&report.to_string());
        json.key("core").number(report.core as f64);
        json.key("seconds")
            .number(report.time as f64 / TICKS_PER_SECOND as f64);
        json.key("cores").open('[');
        for core in &report.cores {
            write_core(&mut json, core);
        }
        json.close(']').key("trace").open('[');
        for (trace, name) in report.trace.iter().zip(&report.trace_names) {
            json.open('{').key("address").number(f64::from(trace.address));
            json.key("text").text(&trace.text.to_string());
            json.key("name").maybe(name.as_deref()).close('}');
        }
        json.close(']').key("warnings").open('[');
        for warning in &report.warnings {
            json.text(warning);
        }
        json.close(']').close('}');
        Some(json.finish())
    }
}

fn write_pad(json: &mut Json, pad: &Pad) {
    json.open('{').key("pin").number(f64::from(pad.pin));
    match &pad.output {
        Output::Level(high) => {
            json.key("kind").text("level");
            json.key("high").truth(*high != pad.inverted);
        }
        Output::Pulses(pulses) => {
            json.key("kind").text("pulses");
            json.key("hertz").number(pulses.hertz);
            let duty = if pad.inverted {
                1.0 - pulses.duty
            } else {
                pulses.duty
            };
            json.key("duty").number(duty);
        }
        Output::Sent(pulses) => {
            json.key("kind").text("sent");
            json.key("pulses").open('[');
            for pulse in *pulses {
                let high = pulse.high != pad.inverted;
                json.open('[')
                    .truth(high)
                    .number(f64::from(pulse.nanoseconds))
                    .close(']');
            }
            json.close(']');
        }
        Output::Other(signal) => {
            json.key("kind").text("other");
            json.key("signal").number(f64::from(*signal));
        }
    }
    json.close('}');
}

fn write_core(json: &mut Json, core: &CoreReport) {
    let state = match core.state {
        CoreState::Off => "off",
        CoreState::InRom => "in-rom",
        CoreState::Stalled => "stalled",
        CoreState::Waiting => "waiting",
        CoreState::Running => "running",
    };
    json.open('{').key("state").text(state);
    json.key("pc").number(f64::from(core.pc));
    json.key("registers").open('[');
    for register in core.a {
        json.number(f64::from(register));
    }
    json.close(']');
    json.key("instructions").number(core.instructions as f64);
    json.key("cycles").number(core.cycles as f64);
    json.key("backtrace").open('[');
    for frame in &core.backtrace {
        json.open('{').key("pc").number(f64::from(frame.pc));
        json.key("sp").number(f64::from(frame.sp));
        json.key("name").maybe(frame.name.as_deref()).close('}');
    }
    json.close(']').close('}');
}

#[cfg(test)]
mod tests {
    use super::*;

    const PARTS: Parts = Parts {
        flash_bytes: 1 << 22,
        psram_kind: 1,
        psram_bytes: 1 << 23,
        timed: false,
        single_core: false,
        seed: 1,
    };

    #[test]
    fn impossible_boards_are_refused() {
        for (flash, parts) in [
            (
                0,
                Parts {
                    flash_bytes: 3 << 20,
                    ..PARTS
                },
            ),
            (
                0,
                Parts {
                    psram_kind: 3,
                    ..PARTS
                },
            ),
            (
                0,
                Parts {
                    psram_bytes: 5,
                    ..PARTS
                },
            ),
            ((1 << 22) + 1, PARTS),
        ] {
            assert!(Board::new(vec![0xff; flash], parts).is_err());
        }
    }

    #[test]
    fn erased_flash_ends_in_a_report() {
        let mut board = Board::new(Vec::new(), PARTS).unwrap_or_else(|problem| panic!("{problem}"));
        assert!(board.report().is_none());
        assert!(board.run(1.0));
        let report = board.report().unwrap_or_default();
        assert!(
            report.starts_with("{\"cause\":\"") && report.ends_with("]}"),
            "{report}"
        );
        let log = String::from_utf8(board.usb_read()).unwrap_or_default();
        let first = if cfg!(feature = "esp32") {
            "rst:0x1 (POWERON_RESET)"
        } else {
            "ESP-ROM:esp32s3"
        };
        assert!(log.contains(first), "{log}");
        assert!(board.run(1.0), "it stays stopped");
        board.reset();
        assert!(board.report().is_none());
    }
}
