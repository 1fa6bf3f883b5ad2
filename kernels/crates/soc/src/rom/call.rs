//! What the ROM's functions do, by behaviour.

use emulator::bus::Bus;
use emulator::core::Core;

use super::functions::{Does, Function};
use super::spi_call::Configured;
use super::{print, VARIABLES, VARIABLES_END};
use crate::bus::SocBus;
use crate::fault::Fault;
use crate::peripherals::Effect;
use crate::spi::{register, FlashMode};
use crate::time::{Ticks, TICKS_PER_SECOND};

/// Cycles of a function of which no time is known (assumed).
const CYCLES: u64 = 100;
/// Bytes of stack that the entry points take; arguments beyond the sixth lie above.
const FRAME: u32 = 32;
/// The longest transfer of a memory function that makes sense.
const LONGEST: u32 = 32 << 20;
/// First peripheral register of the interrupt matrix, and its distance for the second core.
const INTERRUPT_MATRIX: u32 = 0x600c_2000;
const SECOND_CORE: u32 = 0x800;
const GPIO: u32 = 0x6000_4000;
const IO_MUX: u32 = 0x6000_9000;
const UART0: u32 = 0x6000_0000;
/// State that the functions keep between calls.
#[derive(Debug, Clone)]
pub struct RomState {
    /// Cycles of a microsecond, as `ets_update_cpu_frequency` was told.
    pub megahertz: u32,
    /// The transaction that `spi_cmd_config` described.
    pub(super) command: Option<Configured>,
}

impl Default for RomState {
    fn default() -> Self {
        Self {
            megahertz: 20,
            command: None,
        }
    }
}

/// A byte of the pattern that stands for the ROM's variables.
fn variable(address: u32) -> u8 {
    (address.wrapping_mul(0x9e37_79b1) >> 24) as u8 | 1
}

/// Puts the ROM's variables in place.
pub fn set_variables(bus: &mut SocBus) {
    let bytes: Vec<u8> = (VARIABLES..VARIABLES_END).map(variable).collect();
    bus.poke(VARIABLES, &bytes);
}

/// Address of the first of the ROM's variables that was overwritten.
pub fn lost_variable(bus: &SocBus) -> Option<u32> {
    let mut bytes = vec![0; (VARIABLES_END - VARIABLES) as usize];
    bus.peek(VARIABLES, &mut bytes);
    (VARIABLES..)
        .zip(bytes)
        .find_map(|(address, byte)| (byte != variable(address)).then_some(address))
}

/// A call in progress.
pub struct Call<'a> {
    /// The function.
    pub function: &'static Function,
    /// Everything but the cores.
    pub bus: &'a mut SocBus,
    /// The core that called.
    pub core: &'a mut Core,
    /// What the ROM remembers.
    pub state: &'a mut RomState,
    /// Arguments that formatted output has taken.
    taken: u32,
}

impl print::Source for Call<'_> {
    fn argument(&mut self) -> u32 {
        self.taken += 1;
        self.argument_at(self.taken).unwrap_or(0)
    }

    fn byte(&mut self, address: u32) -> Option<u8> {
        let mut byte = [0];
        self.bus.peek(address, &mut byte).then_some(byte[0])
    }
}

impl<'a> Call<'a> {
    /// A call of `function` by `core`, which stands in its frame.
    pub fn new(
        function: &'static Function,
        bus: &'a mut SocBus,
        core: &'a mut Core,
        state: &'a mut RomState,
    ) -> Self {
        Self {
            function,
            bus,
            core,
            state,
            taken: 0,
        }
    }

    pub(super) fn argument_at(&self, index: u32) -> Option<u32> {
        if index < 6 {
            return Some(self.core.a[2 + index as usize]);
        }
        let mut bytes = [0; 4];
        let address = self.core.a[1].wrapping_add(FRAME + 4 * (index - 6));
        self.bus
            .peek(address, &mut bytes)
            .then(|| u32::from_le_bytes(bytes))
    }

    pub(super) fn arg(&self, index: u32) -> u32 {
        self.argument_at(index).unwrap_or(0)
    }

    pub(super) fn wrong<T>(&self, reason: impl Into<String>) -> Result<T, Fault> {
        Err(Fault::RomArguments {
            function: self.function.name,
            reason: reason.into(),
        })
    }

    /// The bus already said why an access failed.
    fn bus_fault(&mut self) -> Fault {
        self.bus.fault.take().unwrap_or(Fault::RomArguments {
            function: self.function.name,
            reason: "a register or memory that it uses does not answer".to_owned(),
        })
    }

    pub(super) fn load(&mut self, address: u32) -> Result<u32, Fault> {
        self.bus.load32(address & !3).map_err(|_| self.bus_fault())
    }

    pub(super) fn store(&mut self, address: u32, value: u32) -> Result<(), Fault> {
        self.bus
            .store32(address & !3, value)
            .map_err(|_| self.bus_fault())
    }

    pub(super) fn read_bytes(&mut self, address: u32, bytes: u32) -> Result<Vec<u8>, Fault> {
        let mut out = vec![0; bytes as usize];
        if self.bus.peek(address, &mut out) {
            return Ok(out);
        }
        self.wrong(format!("no memory is at 0x{address:08x}"))
    }

    pub(super) fn write_bytes(&mut self, address: u32, bytes: &[u8]) -> Result<(), Fault> {
        for (offset, &byte) in (0..).zip(bytes) {
            self.bus
                .store8(address.wrapping_add(offset), byte.into())
                .map_err(|_| self.bus_fault())?;
        }
        Ok(())
    }

    /// Carries the call out; the core's result register and its cycles change.
    ///
    /// # Errors
    /// What silicon would hang at, or do something else with.
    pub fn run(mut self) -> Result<(), Fault> {
        if let Some(address) = lost_variable(self.bus) {
            return Err(Fault::RomDataLost {
                function: self.function.name,
                address,
            });
        }
        self.core.cycles += CYCLES;
        self.bus.set_now(self.core.cycles);
        let result = self.perform()?;
        let stall = self.bus.take_stall();
        self.core.cycles += u64::from(stall);
        if let Some(result) = result {
            self.core.a[2] = result;
        }
        self.bus.refresh();
        Ok(())
    }

    pub(super) fn pass(&mut self, ticks: Ticks) {
        self.core.cycles += ticks.div_ceil(self.bus.ticks_per_cycle);
        self.bus.set_now(self.core.cycles);
    }

    fn put(&mut self, byte: u8) {
        self.bus.peripherals.uart0.rom_write(byte);
        self.bus.peripherals.usb.rom_write(byte);
        // Ten bits at 115200 a second.
        self.pass(TICKS_PER_SECOND * 10 / 115_200);
    }

    #[allow(clippy::too_many_lines)]
    fn perform(&mut self) -> Result<Option<u32>, Fault> {
        let [a, b, c, d, e, f] = std::array::from_fn(|index| self.arg(index as u32));
        let core = usize::from(self.core.index);
        let now = self.bus.now();
        self.bus.external.mspi.flash.now = now;
        Ok(match self.function.does {
            Does::WaitFlash => {
                let until = self.bus.external.mspi.flash.busy_until();
                self.pass(until.saturating_sub(now));
                Some(0)
            }
            Does::Nothing | Does::SetMmuSize => None,
            Does::Zero => Some(0),
            Does::WpPad => Some(0x3f),
            Does::GetResetReason => Some(self.bus.peripherals.reset_reason(a as usize & 1).into()),
            Does::Printf => {
                let Some(text) = print::format(self, a) else {
                    return self.wrong("the format or one of its strings lies in no memory or has no end");
                };
                text.iter().for_each(|&byte| self.put(byte));
                Some(text.len() as u32)
            }
            Does::PutChar => {
                self.put(a as u8);
                Some(0)
            }
            Does::GetChar => {
                if self.load(UART0 + 0x1c)? & 0x3ff == 0 {
                    Some(1)
                } else {
                    let byte = self.load(UART0)?;
                    self.write_bytes(a, &[byte as u8])?;
                    Some(0)
                }
            }
            Does::DelayMicroseconds => {
                self.core.cycles += u64::from(a) * u64::from(self.state.megahertz);
                None
            }
            Does::UartDivider => {
                if a == 0 {
                    self.store(UART0 + 0x14, b >> 4 & 0xfff | (b & 15) << 20)?;
                }
                None
            }
            Does::SoftwareReset => {
                self.bus.effects.push(Effect::Reset { reason: 3 });
                None
            }
            Does::SetAppEntry => {
                self.bus.peripherals.set_app_entry(a);
                self.bus.effects.push(Effect::AppCore);
                None
            }
            Does::UpdateCpuFrequency => {
                // The machine may not have followed a change of this turn yet.
                let ticks = u64::from(self.bus.peripherals.clock().ticks_per_cycle);
                let megahertz = (TICKS_PER_SECOND / 1_000_000 / ticks.max(1)) as u32;
                if a != megahertz {
                    return self.wrong(format!("it is told {a} MHz, and the CPU runs at {megahertz}"));
                }
                self.state.megahertz = a;
                None
            }
            Does::SpiCommandConfig | Does::SpiCommandStart | Does::OctalCommand | Does::SpiSetMode => {
                self.spi([a, b, c, d, e, f])?;
                None
            }
            Does::OctalPins => {
                self.bus.external.mspi.octal_pins = true;
                None
            }
            Does::FlashRead => {
                if a & 3 != 0 || b & 3 != 0 || c & 3 != 0 {
                    return self.wrong("address, target and length must be multiples of 4");
                }
                if c > LONGEST || a.saturating_add(c) > self.bus.external.mspi.flash.bytes() {
                    return self.wrong(format!("0x{c:x} bytes at 0x{a:x} lie beyond the flash"));
                }
                let mut bytes = vec![0; c as usize];
                self.bus.external.mspi.flash.read(a, &mut bytes);
                self.write_bytes(b, &bytes)?;
                if let Ok(timing) = self.bus.external.mspi.flash_access() {
                    self.pass(timing.read(c));
                }
                Some(0)
            }
            Does::SelectQuadPins => None,
            Does::FlashClock => {
                let divider = match a {
                    0xf | 1 => 1 << 31,
                    2..=255 => (a - 1) << 16 | (a / 2 - 1) << 8 | (a - 1),
                    _ => return self.wrong(format!("divider {a} does not exist")),
                };
                let controller = if b == 0 { 0 } else { 1 };
                self.bus
                    .external
                    .mspi
                    .write(controller, register::CLOCK, divider)?;
                None
            }
            Does::FlashReadMode => match FlashMode::numbered(a) {
                Some(mode) => {
                    self.bus.external.mspi.set_flash_mode(mode);
                    Some(0)
                }
                None => return self.wrong(format!("mode {a} is not one of quad or single flash")),
            },
            Does::MemSet => {
                if c > LONGEST {
                    return self.wrong(format!("a length of 0x{c:x}"));
                }
                self.write_bytes(a, &vec![b as u8; c as usize])?;
                self.core.cycles += u64::from(c) / 4;
                Some(a)
            }
            Does::MemCopy => {
                if c > LONGEST {
                    return self.wrong(format!("a length of 0x{c:x}"));
                }
                for offset in 0..c {
                    let byte = self
                        .bus
                        .load8(b.wrapping_add(offset))
                        .map_err(|_| self.bus_fault())?;
                    self.write_bytes(a.wrapping_add(offset), &[byte as u8])?;
                }
                self.core.cycles += u64::from(c) / 2;
                Some(a)
            }
            Does::FloatDivide => Some((f32::from_bits(a) / f32::from_bits(b)).to_bits()),
            Does::GpioMatrixIn => {
                self.store(GPIO + 0x154 + 4 * (b & 0xff), a & 63 | (c & 1) << 6 | 1 << 7)?;
                None
            }
            Does::GpioMatrixOut => {
                self.store(
                    GPIO + 0x554 + 4 * (a & 63),
                    b & 0x1ff | (c & 1) << 9 | (d & 1) << 11,
                )?;
                None
            }
            Does::PadSelectGpio => {
                let address = IO_MUX + 4 + 4 * (a & 63);
                let value = self.load(address)?;
                self.store(address, value & !(7 << 12) | 1 << 12)?;
                None
            }
            Does::PadSetDrive => {
                let address = IO_MUX + 4 + 4 * (a & 63);
                let value = self.load(address)?;
                self.store(address, value & !(3 << 10) | (b & 3) << 10)?;
                None
            }
            Does::InterruptMatrixSet => {
                self.store(INTERRUPT_MATRIX + SECOND_CORE * (a & 1) + 4 * (b & 0x7f), c & 31)?;
                None
            }
            Does::AnalogRead => Some(self.bus.peripherals.regi2c_read(a as u8, c as u8).into()),
            Does::AnalogReadMask => {
                let value = self
                    .bus
                    .peripherals
                    .regi2c_read_mask(a as u8, c as u8, d as u8, e as u8);
                Some(value.into())
            }
            Does::AnalogWrite => {
                self.bus
                    .peripherals
                    .regi2c_write(a as u8, c as u8, d as u8, core, now);
                None
            }
            Does::AnalogWriteMask => {
                self.bus.peripherals.regi2c_write_mask(
                    (a as u8, c as u8),
                    (d as u8, e as u8),
                    f as u8,
                    core,
                    now,
                );
                None
            }
            _ => return self.cache([a, b, c, d, e]),
        })
    }
}
