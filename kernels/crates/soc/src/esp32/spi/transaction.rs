//! Manual commands on SPI1: from registers to the chip that is selected.

use super::{register, Mspi, FWRITE_QIO, USER_ADDRESS, USER_COMMAND, USER_DUMMY, USER_INPUT, USER_OUTPUT};
use crate::chip::Psram;
use crate::fault::Fault;
use crate::spi::ctrl;

/// Bytes of the data buffer.
const BUFFER: usize = 64;
/// CMD: a transaction as USER describes it.
const USR: u32 = 1 << 18;
/// PIN: which chip selects are off.
const SELECTS: u32 = 7;
/// Dummy cycles of a read over four lines before the chip answers.
const PSRAM_DUMMY: u32 = 6;

fn fault<T>(reason: impl Into<String>) -> Result<T, Fault> {
    Err(Fault::SpiTransaction {
        reason: reason.into(),
    })
}

impl Mspi {
    /// Carries out what was written to SPI1's CMD.
    pub(super) fn run_command(&mut self, bits: u32) -> Result<(), Fault> {
        if bits == USR {
            return self.run_user();
        }
        let address = self.get(1, register::ADDR) & 0xff_ffff;
        // Single commands of flash chips, a bit each.
        let (command, wanted) = match bits {
            0x8000_0000 => (0x03, (self.get(1, register::ADDR) >> 24) as usize),
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
        if self.get(1, register::PIN) & SELECTS != 0b110 {
            return fault("a command of the flash's with another chip selected (PIN bits 2:0)");
        }
        let status = self.get(1, register::RD_STATUS).to_le_bytes();
        // Both status registers with CTRL bit 22, else the first one.
        let length = 1 + (self.get(1, register::CTRL) >> 22 & 1) as usize;
        let answer = self
            .flash
            .command(command, address, &status[..length], wanted.min(BUFFER))
            .unwrap_or_default();
        if command == 0x05 {
            let kept = self.get(1, register::RD_STATUS) & !0xff;
            self.set(1, register::RD_STATUS, kept | u32::from(answer[0]));
        } else {
            self.put_answer(&answer);
        }
        Ok(())
    }

    fn put_answer(&mut self, answer: &[u8]) {
        for (word, bytes) in (0..).step_by(4).zip(answer.chunks(4)) {
            let mut value = [0; 4];
            value[..bytes.len()].copy_from_slice(bytes);
            self.set(1, register::W0 + word, u32::from_le_bytes(value));
        }
    }

    fn bytes_of(&self, length: u32, on: u32) -> usize {
        if self.get(1, register::USER) & on == 0 {
            0
        } else {
            ((self.get(1, length) & 0xff_ffff) as usize + 1).div_ceil(8)
        }
    }

    /// The bytes that go out, in their order: command, address, data.
    fn stream(&self) -> Result<Vec<u8>, Fault> {
        let user = self.get(1, register::USER);
        let mut stream = Vec::new();
        if user & USER_COMMAND != 0 {
            let user2 = self.get(1, register::USER2);
            match (user2 >> 28) + 1 {
                8 => stream.push(user2 as u8),
                bits => {
                    return fault(format!(
                        "a command of {bits} bits, which no chip here understands"
                    ))
                }
            }
        }
        if user & USER_ADDRESS != 0 {
            let bits = (self.get(1, register::USER1) >> 26) + 1;
            if bits & 7 != 0 || bits > 32 {
                return fault(format!(
                    "an address of {bits} bits, which no chip here understands"
                ));
            }
            // The address stands at the register's top.
            let address = self.get(1, register::ADDR).to_be_bytes();
            stream.extend_from_slice(&address[..bits as usize / 8]);
        }
        let output = self.bytes_of(register::MOSI_DLEN, USER_OUTPUT);
        if output > BUFFER {
            return fault(format!("{output} bytes do not fit the buffer of 64"));
        }
        let buffer =
            (0..BUFFER as u32 / 4).flat_map(|word| self.get(1, register::W0 + 4 * word).to_le_bytes());
        stream.extend(buffer.take(output));
        Ok(stream)
    }

    fn run_user(&mut self) -> Result<(), Fault> {
        let user = self.get(1, register::USER);
        let stream = self.stream()?;
        let wanted = self.bytes_of(register::MISO_DLEN, USER_INPUT);
        if wanted > BUFFER {
            return fault(format!("{wanted} bytes do not fit the buffer of 64"));
        }
        let Some((&command, rest)) = stream.split_first() else {
            return fault("a transaction that sends nothing");
        };
        let (head, data) = rest.split_at(if has_address(command) {
            3.min(rest.len())
        } else {
            0
        });
        let address = head
            .iter()
            .fold(0, |address, &byte| address << 8 | u32::from(byte));
        let dummy = if user & USER_DUMMY == 0 {
            0
        } else {
            (self.get(1, register::USER1) & 0xff) + 1
        };
        let answer = match self.get(1, register::PIN) & SELECTS {
            0b110 => match self.flash.command(command, address, data, wanted) {
                Some(answer) => answer,
                None => {
                    return fault(format!(
                        "command 0x{command:02x} is none that the flash chip knows"
                    ))
                }
            },
            0b101 => self.psram_command(command, address, data, wanted, dummy)?,
            0b111 => return fault("no chip is selected"),
            other => {
                return fault(format!(
                    "several chips are selected at once (PIN bits 2:0 are {other:03b})"
                ))
            }
        };
        self.put_answer(&answer);
        Ok(())
    }

    /// A command to the second chip; one that does not understand leaves the lines high.
    fn psram_command(
        &mut self,
        command: u8,
        address: u32,
        data: &[u8],
        wanted: usize,
        dummy: u32,
    ) -> Result<Vec<u8>, Fault> {
        if !matches!(self.psram.kind(), Psram::Quad(_)) || !self.pins.psram_clock || !self.pins.psram_select {
            return Ok(vec![0xff; wanted]);
        }
        // The command goes over four lines where it is sent as address or data.
        let user = self.get(1, register::USER);
        let quad = user & FWRITE_QIO != 0 && user & USER_COMMAND == 0;
        if quad && wanted > 0 {
            if self.get(1, register::CTRL) & ctrl::FREAD_QIO == 0 {
                return fault(
                    "PSRAM is read over four lines, but CTRL has them not for what comes in (FREAD_QIO)",
                );
            }
            let delay = if self.bus_khz(1) > 40_000 { 2 } else { 1 };
            let needed = PSRAM_DUMMY + if self.pins.matrix { delay } else { 0 };
            if dummy != needed {
                return fault(format!("PSRAM was read after {dummy} dummy cycles, not {needed}"));
            }
        }
        Ok(self
            .psram
            .command(command, quad, address, data, wanted)
            .unwrap_or_else(|| vec![0xff; wanted]))
    }
}

/// Whether three bytes of address follow a command.
fn has_address(command: u8) -> bool {
    matches!(
        command,
        0x02 | 0x03
            | 0x0b
            | 0x20
            | 0x38
            | 0x3b
            | 0x52
            | 0x5a
            | 0x6b
            | 0x90
            | 0x9f
            | 0xab
            | 0xbb
            | 0xd8
            | 0xeb
    )
}
