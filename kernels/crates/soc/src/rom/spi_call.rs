//! The ROM's functions for manual transactions on SPI1.

use super::call::Call;
use super::functions::Does;
use crate::fault::Fault;
use crate::spi::transaction::OctalCommand;
use crate::spi::{ctrl, register};

/// Mode number of octal transfers with two per clock.
const OCTAL_DTR: u32 = 7;
/// A transaction that `spi_cmd_config` described.
#[derive(Debug, Clone)]
pub(super) struct Configured {
    command: u32,
    address: u32,
    dummy: u32,
    output: Vec<u8>,
}

impl Call<'_> {
    /// Transactions on SPI1.
    pub(super) fn spi(&mut self, [a, b, c, _, e, _]: [u32; 6]) -> Result<Option<u32>, Fault> {
        match self.function.does {
            // Four lines for the command are asked for in CTRL, and eight by the transaction itself.
            Does::SpiSetMode => {}
            Does::SpiCommandConfig => {
                let mut words = [0; 8];
                for (index, word) in (0..).zip(&mut words) {
                    *word = self.load(b.wrapping_add(4 * index))?;
                }
                let [command, address, address_bits, output, output_bits, _, _, dummy] = words;
                let address = if address_bits > 0 && address != 0 {
                    self.load(address)?
                } else {
                    0
                };
                let bytes = output_bits.div_ceil(8);
                if bytes > 64 {
                    return self.wrong(format!("{bytes} bytes do not fit the buffer of 64"));
                }
                let output = if bytes > 0 {
                    self.read_bytes(output, bytes)?
                } else {
                    Vec::new()
                };
                self.state.command = Some(Configured {
                    command: command & 0xffff,
                    address,
                    dummy,
                    output,
                });
            }
            Does::SpiCommandStart => {
                let Some(command) = self.state.command.clone() else {
                    return self.wrong("spi_cmd_config was not called before");
                };
                let (target, wanted, select) = (b, c & 0xffff, self.arg(3));
                self.transact(&command, select, target, wanted, false)?;
            }
            _ => {
                let (mode, command, address, dummy) = (b, c, e, self.arg(6));
                let (output, output_bits) = (self.arg(7), self.arg(8));
                let (target, wanted_bits, select) = (self.arg(9), self.arg(10), self.arg(11));
                if a != 1 {
                    return self.wrong(format!("manual commands go through SPI1, not SPI{a}"));
                }
                let bytes = output_bits.div_ceil(8);
                if bytes.max(wanted_bits.div_ceil(8)) > 64 {
                    return self.wrong("more than the buffer's 64 bytes");
                }
                let output = if bytes > 0 && output != 0 {
                    self.read_bytes(output, bytes)?
                } else {
                    Vec::new()
                };
                let configured = Configured {
                    command,
                    address,
                    dummy,
                    output,
                };
                self.transact(
                    &configured,
                    select,
                    target,
                    wanted_bits.div_ceil(8),
                    mode == OCTAL_DTR,
                )?;
            }
        }
        Ok(None)
    }

    fn transact(
        &mut self,
        command: &Configured,
        select: u32,
        target: u32,
        wanted: u32,
        octal: bool,
    ) -> Result<(), Fault> {
        if wanted > 64 {
            return self.wrong("more than the buffer's 64 bytes");
        }
        let Configured {
            command,
            address,
            dummy,
            output,
        } = command;
        let wanted = wanted as usize;
        let mspi = &mut self.bus.external.mspi;
        let answer = match (select & 3, octal) {
            (1, true) => return self.wrong("the flash of this board has no eight data lines"),
            (1, false) => {
                let known = mspi.flash.command(*command as u8, *address, output, wanted);
                mspi.forget_access();
                match known {
                    Some(answer) => answer,
                    None => {
                        return self.wrong(format!(
                            "command 0x{command:02x} is none that the flash chip knows"
                        ))
                    }
                }
            }
            (2, true) => mspi.octal(OctalCommand {
                command: *command,
                address: *address,
                dummy: *dummy,
                output,
                wanted,
            })?,
            (2, false) => {
                let quad = mspi.get(1, register::CTRL) & ctrl::FCMD_QUAD != 0;
                mspi.quad(*command as u8, quad, *address, output, wanted)
            }
            (other, _) => return self.wrong(format!("chip select mask {other}: 1 is flash, 2 is PSRAM")),
        };
        if !answer.is_empty() {
            if target == 0 {
                return self.wrong("the chip answers, but there is no buffer");
            }
            self.write_bytes(target, &answer)?;
        }
        Ok(())
    }
}
