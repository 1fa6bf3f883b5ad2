//! What the ROM's functions do, by behaviour.

use emulator::core::Core;

use super::functions::{Does, Function};
use super::spi_call::Configured;
use super::{print, VARIABLES, VARIABLES_END};
use crate::bus::SocBus;
use crate::fault::Fault;
use crate::peripherals::Effect;
use crate::system::System;
use crate::time::{Ticks, TICKS_PER_SECOND};

/// Cycles of a function of which no time is known (assumed).
const CYCLES: u64 = 100;
/// Bytes of stack that the entry points take; arguments beyond the sixth lie above.
const FRAME: u32 = 32;
/// The longest transfer of a memory function that makes sense.
pub(crate) const LONGEST: u32 = 32 << 20;
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
pub struct Call<'a, S: System = SocBus, D: 'static = Does> {
    /// The function.
    pub function: &'static Function<D>,
    /// Everything but the cores.
    pub bus: &'a mut S,
    /// The core that called.
    pub core: &'a mut Core,
    /// What the ROM remembers.
    pub state: &'a mut S::RomState,
    /// Arguments that formatted output has taken.
    taken: u32,
}

impl<S: System, D> print::Source for Call<'_, S, D> {
    fn argument(&mut self) -> u32 {
        self.taken += 1;
        self.argument_at(self.taken).unwrap_or(0)
    }

    fn byte(&mut self, address: u32) -> Option<u8> {
        let mut byte = [0];
        self.bus.peek(address, &mut byte).then_some(byte[0])
    }
}

impl<'a, S: System, D> Call<'a, S, D> {
    /// A call of `function` by `core`, which stands in its frame.
    pub fn new(
        function: &'static Function<D>,
        bus: &'a mut S,
        core: &'a mut Core,
        state: &'a mut S::RomState,
    ) -> Self {
        Self {
            function,
            bus,
            core,
            state,
            taken: 0,
        }
    }

    pub(crate) fn argument_at(&self, index: u32) -> Option<u32> {
        if index < 6 {
            return Some(self.core.a[2 + index as usize]);
        }
        let mut bytes = [0; 4];
        let address = self.core.a[1].wrapping_add(FRAME + 4 * (index - 6));
        self.bus
            .peek(address, &mut bytes)
            .then(|| u32::from_le_bytes(bytes))
    }

    pub(crate) fn arg(&self, index: u32) -> u32 {
        self.argument_at(index).unwrap_or(0)
    }

    pub(crate) fn wrong<T>(&self, reason: impl Into<String>) -> Result<T, Fault> {
        Err(Fault::RomArguments {
            function: self.function.name,
            reason: reason.into(),
        })
    }

    /// The bus already said why an access failed.
    pub(crate) fn bus_fault(&mut self) -> Fault {
        self.bus.turn_mut().fault.take().unwrap_or(Fault::RomArguments {
            function: self.function.name,
            reason: "a register or memory that it uses does not answer".to_owned(),
        })
    }

    pub(crate) fn load(&mut self, address: u32) -> Result<u32, Fault> {
        self.bus.load32(address & !3).map_err(|_| self.bus_fault())
    }

    pub(crate) fn store(&mut self, address: u32, value: u32) -> Result<(), Fault> {
        self.bus
            .store32(address & !3, value)
            .map_err(|_| self.bus_fault())
    }

    pub(crate) fn read_bytes(&mut self, address: u32, bytes: u32) -> Result<Vec<u8>, Fault> {
        let mut out = vec![0; bytes as usize];
        if self.bus.peek(address, &mut out) {
            return Ok(out);
        }
        self.wrong(format!("no memory is at 0x{address:08x}"))
    }

    pub(crate) fn write_bytes(&mut self, address: u32, bytes: &[u8]) -> Result<(), Fault> {
        for (offset, &byte) in (0..).zip(bytes) {
            self.bus
                .store8(address.wrapping_add(offset), byte.into())
                .map_err(|_| self.bus_fault())?;
        }
        Ok(())
    }

    /// Time and the bus around what a function does; the core's result register and its cycles change.
    ///
    /// # Errors
    /// What silicon would hang at, or do something else with.
    pub(crate) fn run_with(
        mut self,
        perform: impl FnOnce(&mut Self) -> Result<Option<u32>, Fault>,
    ) -> Result<(), Fault> {
        if let Some(address) = self.bus.lost_variable(self.core.index.into()) {
            return Err(Fault::RomDataLost {
                function: self.function.name,
                address,
            });
        }
        self.core.cycles += CYCLES;
        self.bus.set_now(self.core.cycles);
        let result = perform(&mut self)?;
        let stall = self.bus.take_stall();
        self.core.cycles += u64::from(stall);
        if let Some(result) = result {
            self.core.a[2] = result;
        }
        self.bus.refresh();
        Ok(())
    }

    pub(crate) fn pass(&mut self, ticks: Ticks) {
        self.core.cycles += ticks.div_ceil(self.bus.turn().ticks_per_cycle);
        self.bus.set_now(self.core.cycles);
    }

    pub(crate) fn put(&mut self, byte: u8) {
        self.bus.rom_write(byte);
        // Ten bits at 115200 a second.
        self.pass(TICKS_PER_SECOND * 10 / 115_200);
    }

    pub(crate) fn printf(&mut self, format: u32) -> Result<Option<u32>, Fault> {
        let Some(text) = print::format(self, format) else {
            return self.wrong("the format or one of its strings lies in no memory or has no end");
        };
        text.iter().for_each(|&byte| self.put(byte));
        Ok(Some(text.len() as u32))
    }

    pub(crate) fn put_character(&mut self, byte: u8) -> Result<Option<u32>, Fault> {
        self.put(byte);
        Ok(Some(0))
    }

    pub(crate) fn take_effect(&mut self, effect: Effect) -> Result<Option<u32>, Fault> {
        self.bus.turn_mut().effects.push(effect);
        Ok(None)
    }

    pub(crate) fn set_memory(&mut self, target: u32, byte: u8, bytes: u32) -> Result<Option<u32>, Fault> {
        self.check_length(bytes)?;
        self.write_bytes(target, &vec![byte; bytes as usize])?;
        self.core.cycles += u64::from(bytes) / 4;
        Ok(Some(target))
    }

    pub(crate) fn copy_memory(&mut self, target: u32, source: u32, bytes: u32) -> Result<Option<u32>, Fault> {
        self.check_length(bytes)?;
        for offset in 0..bytes {
            let byte = self
                .bus
                .load8(source.wrapping_add(offset))
                .map_err(|_| self.bus_fault())?;
            self.write_bytes(target.wrapping_add(offset), &[byte as u8])?;
        }
        self.core.cycles += u64::from(bytes) / 2;
        Ok(Some(target))
    }

    fn check_length(&self, bytes: u32) -> Result<(), Fault> {
        if bytes > LONGEST {
            return self.wrong(format!("a length of 0x{bytes:x}"));
        }
        Ok(())
    }
}

impl Call<'_> {
    /// Carries the call out.
    ///
    /// # Errors
    /// As [`Call::run_with`].
    pub fn run(self) -> Result<(), Fault> {
        self.run_with(Self::perform)
    }

    fn perform(&mut self) -> Result<Option<u32>, Fault> {
        let arguments = std::array::from_fn(|index| self.arg(index as u32));
        let [a, b, c, d, e, f] = arguments;
        self.bus.external.mspi.flash.now = self.bus.turn.now();
        match self.function.does {
            Does::Nothing | Does::SetMmuSize => Ok(None),
            Does::SelectQuadPins => self.take_quad_pins(),
            Does::Zero => Ok(Some(0)),
            Does::WpPad => Ok(Some(0x3f)),
            Does::GetResetReason => Ok(Some(self.bus.peripherals.reset_reason(a as usize & 1).into())),
            Does::Printf => self.printf(a),
            Does::PutChar => self.put_character(a as u8),
            Does::GetChar => self.get_character(a),
            Does::DelayMicroseconds => self.delay(a),
            Does::UartDivider => self.set_uart_divider(a, b),
            Does::SoftwareReset => self.take_effect(Effect::Reset { reason: 3 }),
            Does::SetAppEntry => self.set_app_entry(a),
            Does::UpdateCpuFrequency => self.update_cpu_frequency(a),
            Does::SpiCommandConfig | Does::SpiCommandStart | Does::OctalCommand | Does::SpiSetMode => {
                self.spi(arguments)
            }
            Does::OctalPins => self.take_octal_pins(),
            Does::WaitFlash => self.wait_for_flash(),
            Does::FlashRead => self.read_flash(a, b, c),
            Does::FlashClock => self.set_flash_clock(a, b),
            Does::FlashReadMode => self.set_flash_mode(a),
            Does::MemSet => self.set_memory(a, b as u8, c),
            Does::MemCopy => self.copy_memory(a, b, c),
            Does::FloatDivide => Ok(Some((f32::from_bits(a) / f32::from_bits(b)).to_bits())),
            Does::GpioMatrixIn => self.set_input_of_signal(a, b, c),
            Does::GpioMatrixOut => self.set_signal_of_pin(a, b, c, d),
            Does::PadSelectGpio => self.set_pad(a, 7 << 12, 1 << 12),
            Does::PadSetDrive => self.set_pad(a, 3 << 10, (b & 3) << 10),
            Does::InterruptMatrixSet => self.set_interrupt(a, b, c),
            Does::AnalogRead => self.read_analog(a, c),
            Does::AnalogReadMask => self.read_analog_bits(a, c, (d, e)),
            Does::AnalogWrite => self.write_analog(a, c, d),
            Does::AnalogWriteMask => self.write_analog_bits(a, c, (d, e), f),
            _ => self.cache([a, b, c, d, e]),
        }
    }

    /// Takes a byte that UART0 received; the result is 1 when there is none.
    fn get_character(&mut self, target: u32) -> Result<Option<u32>, Fault> {
        if self.load(UART0 + 0x1c)? & 0x3ff == 0 {
            return Ok(Some(1));
        }
        let byte = self.load(UART0)?;
        self.write_bytes(target, &[byte as u8])?;
        Ok(Some(0))
    }

    fn set_uart_divider(&mut self, uart: u32, divider: u32) -> Result<Option<u32>, Fault> {
        if uart == 0 {
            self.store(UART0 + 0x14, divider >> 4 & 0xfff | (divider & 15) << 20)?;
        }
        Ok(None)
    }

    fn delay(&mut self, microseconds: u32) -> Result<Option<u32>, Fault> {
        self.core.cycles += u64::from(microseconds) * u64::from(self.state.megahertz);
        Ok(None)
    }

    fn update_cpu_frequency(&mut self, told: u32) -> Result<Option<u32>, Fault> {
        // The machine may not have followed a change of this turn yet.
        let ticks = u64::from(self.bus.peripherals.clock().ticks_per_cycle);
        let megahertz = (TICKS_PER_SECOND / 1_000_000 / ticks.max(1)) as u32;
        if told != megahertz {
            return self.wrong(format!("it is told {told} MHz, and the CPU runs at {megahertz}"));
        }
        self.state.megahertz = told;
        Ok(None)
    }

    fn set_app_entry(&mut self, address: u32) -> Result<Option<u32>, Fault> {
        self.bus.peripherals.set_app_entry(address);
        self.take_effect(Effect::AppCore)
    }
}
