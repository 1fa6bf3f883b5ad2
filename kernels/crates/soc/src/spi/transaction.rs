//! Manual commands on SPI1: from registers to the chip that is selected.

use super::{ctrl, register, Mspi, Sampling};
use crate::chip::Psram;
use crate::fault::Fault;
use crate::psram::Latency;

/// Words of the data buffer.
const BUFFER_WORDS: u32 = 16;
/// CMD: a transaction as USER describes it.
const USR: u32 = 1 << 18;
/// CMD: the same, for programming and erasing.
const PROGRAM: u32 = 1 << 17;
/// USER: phases.
const USER_COMMAND: u32 = 1 << 31;
const USER_ADDRESS: u32 = 1 << 30;
const USER_DUMMY: u32 = 1 << 29;
const USER_INPUT: u32 = 1 << 28;
const USER_OUTPUT: u32 = 1 << 27;

/// The most cycles that a calibration adds to the wait before data: what the registers' field holds.
const MOST_ADDED: u32 = 7;

/// Commands of octal PSRAM.
mod octal {
    pub const READ: u32 = 0x0000;
    pub const WRITE: u32 = 0x8080;
    pub const READ_REGISTER: u32 = 0x4040;
    pub const WRITE_REGISTER: u32 = 0xc0c0;
}

/// A transaction with two transfers per clock on eight lines.
#[derive(Debug, Clone, Copy)]
pub struct OctalCommand<'a> {
    /// Command, 16 bits.
    pub command: u32,
    /// Address.
    pub address: u32,
    /// Half cycles between address and data.
    pub dummy: u32,
    /// Data to the chip.
    pub output: &'a [u8],
    /// Bytes wanted from the chip.
    pub wanted: usize,
}

fn fault<T>(reason: impl Into<String>) -> Result<T, Fault> {
    Err(Fault::SpiTransaction {
        reason: reason.into(),
    })
}

impl Mspi {
    /// Carries out what was written to SPI1's CMD.
    pub(super) fn run_command(&mut self, bits: u32) -> Result<(), Fault> {
        if bits & (USR | PROGRAM) != 0 {
            return self.run_user();
        }
        let address = self.get(1, register::ADDR) & 0xff_ffff;
        // Single commands of flash chips, a bit each.
        let (command, wanted) = match bits {
            0x8000_0000 => (0x03, 32),
            0x4000_0000 => (0x06, 0),
            0x2000_0000 => (0x04, 0),
            0x1000_0000 => (0x9f, 3),
            0x0800_0000 => (0x05, 1),
            0x0400_0000 => (0x01, 0),
            0x0100_0000 => (0x20, 0),
            0x0080_0000 => (0xd8, 0),
            0x0040_0000 => (0xc7, 0),
            _ => return fault(format!("CMD 0x{bits:08x} is not emulated")),
        };
        let status = self.get(1, register::RD_STATUS).to_le_bytes();
        let answer = self
            .flash
            .command(command, address, &status[..2], wanted)
            .unwrap_or_default();
        if command == 0x05 {
            self.set(1, register::RD_STATUS, u32::from(answer[0]));
        } else {
            self.put_answer(&answer);
        }
        Ok(())
    }

    fn put_answer(&mut self, answer: &[u8]) {
        for (word, bytes) in (0..BUFFER_WORDS).zip(answer.chunks(4)) {
            let mut value = [0; 4];
            value[..bytes.len()].copy_from_slice(bytes);
            self.set(1, register::W0 + 4 * word, u32::from_le_bytes(value));
        }
    }

    fn output(&self, bytes: usize) -> Vec<u8> {
        (0..BUFFER_WORDS)
            .flat_map(|word| self.get(1, register::W0 + 4 * word).to_le_bytes())
            .take(bytes)
            .collect()
    }

    fn run_user(&mut self) -> Result<(), Fault> {
        let user = self.get(1, register::USER);
        let user1 = self.get(1, register::USER1);
        let user2 = self.get(1, register::USER2);
        let control = self.get(1, register::CTRL);
        if user & USER_COMMAND == 0 {
            return fault("a transaction without a command");
        }
        let command_bits = (user2 >> 28) + 1;
        let command = user2 & 0xffff;
        let address = if user & USER_ADDRESS != 0 {
            self.get(1, register::ADDR)
        } else {
            0
        };
        let dummy = if user & USER_DUMMY != 0 {
            (user1 & 63) + 1
        } else {
            0
        };
        let bytes = |offset: u32, on: u32| {
            if user & on == 0 {
                0
            } else {
                ((self.get(1, offset) & 0x3ff) as usize + 1).div_ceil(8)
            }
        };
        let wanted = bytes(register::MISO_DLEN, USER_INPUT);
        let output = self.output(bytes(register::MOSI_DLEN, USER_OUTPUT));
        if wanted.max(output.len()) > 4 * BUFFER_WORDS as usize {
            return fault(format!(
                "{} bytes do not fit the buffer of 64",
                wanted.max(output.len())
            ));
        }
        let answer = match self.get(1, register::MISC) & 3 {
            0b10 if command == 0x5a && dummy != 8 => {
                return fault(format!(
                    "the flash's parameters (0x5a) were read after {dummy} cycles, not 8"
                ))
            }
            0b10 => {
                let known = self.flash.command(command as u8, address, &output, wanted);
                match known {
                    Some(answer) => answer,
                    None => {
                        return fault(format!(
                            "command 0x{command:02x} is none that the flash chip knows"
                        ))
                    }
                }
            }
            0b01 => {
                if control & ctrl::FCMD_OCT != 0 {
                    if self.get(1, register::DDR) & 1 == 0 {
                        return fault("eight lines without two transfers per clock");
                    }
                    self.octal(OctalCommand {
                        command,
                        address,
                        dummy,
                        output: &output,
                        wanted,
                    })?
                } else {
                    if command_bits != 8 {
                        return fault(format!("a command of {command_bits} bits on one or four lines"));
                    }
                    let quad = control & ctrl::FCMD_QUAD != 0;
                    self.quad(command as u8, quad, address, &output, wanted)
                }
            }
            0b00 => return fault("both chips are selected at once"),
            _ => return fault("no chip is selected"),
        };
        self.put_answer(&answer);
        Ok(())
    }

    /// A command to the second chip on one or four lines; a chip that does not understand leaves the lines high.
    pub fn quad(&mut self, command: u8, quad: bool, address: u32, output: &[u8], wanted: usize) -> Vec<u8> {
        self.forget_access();
        match self.psram.kind() {
            Psram::Quad(_) => self
                .psram
                .command(command, quad, address & 0xff_ffff, output, wanted)
                .unwrap_or_else(|| vec![0xff; wanted]),
            Psram::None | Psram::Octal(_) => vec![0xff; wanted],
        }
    }

    /// A command to the second chip on eight lines. Cycles that SPI1's TIMING_CALI adds have no effect (inferred: beside
    /// quad flash ESP-IDF adds them to the command's own, and uses the register beside octal flash only).
    ///
    /// # Errors
    /// Settings with which a chip that is there would answer something else.
    pub fn octal(&mut self, command: OctalCommand) -> Result<Vec<u8>, Fault> {
        self.forget_access();
        let mut answer = vec![0xff; command.wanted];
        if !matches!(self.psram.kind(), Psram::Octal(_)) {
            return Ok(answer);
        }
        if !self.octal_pins {
            return fault("octal PSRAM was addressed before its pins were connected");
        }
        let khz = self.bus_khz(self.get(1, register::CLOCK));
        if khz > 80_000 {
            return fault(format!(
                "octal PSRAM was addressed with {} MHz, more than its 80",
                khz / 1000
            ));
        }
        let mut extra = 0;
        match command.command {
            octal::READ_REGISTER => self.psram.read_modes(command.address, &mut answer),
            octal::WRITE_REGISTER => {
                if let Some(&value) = command.output.first() {
                    self.psram.write_mode(command.address, value);
                }
                if let Some(&value) = command.output.get(1) {
                    self.psram.write_mode(command.address.wrapping_add(1), value);
                }
            }
            octal::READ => {
                let added = match self.psram.read_latency() {
                    Latency::Fixed(latency) => command.dummy.checked_sub(latency),
                    Latency::Variable => None,
                };
                extra = match added {
                    // As many as the calibration's table asks for; without it they are a mistake.
                    Some(added) if added <= if khz > 40_000 { MOST_ADDED } else { 0 } => added,
                    _ => {
                        return fault(format!(
                            "octal PSRAM was read with {} half cycles of latency, its MR0 means {:?}",
                            command.dummy,
                            self.psram.read_latency()
                        ))
                    }
                };
                self.psram.read(command.address, &mut answer);
            }
            octal::WRITE => {
                if self.psram.write_latency() != command.dummy {
                    return fault(format!(
                        "octal PSRAM was written with {} half cycles of latency, its MR4 means {}",
                        command.dummy,
                        self.psram.write_latency()
                    ));
                }
                self.psram.write(command.address, command.output);
            }
            other => return fault(format!("command 0x{other:04x} is none that octal PSRAM knows")),
        }
        match self.sampling(khz, extra) {
            _ if command.wanted == 0 => {}
            Sampling::Right => {}
            Sampling::Early => {
                answer.rotate_left(1);
                answer.iter_mut().for_each(|byte| *byte ^= 0x42);
            }
            // What the buffer held before is what software finds in it.
            Sampling::Late => answer = self.output(command.wanted),
        }
        self.put_answer(&answer);
        Ok(answer)
    }
}
