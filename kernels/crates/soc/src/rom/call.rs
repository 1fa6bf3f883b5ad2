//! What the ROM's functions do, by behaviour.

use emulator::bus::Bus;
use emulator::core::Core;

use super::functions::{Does, Function};
use super::{print, VARIABLES, VARIABLES_END};
use crate::bus::SocBus;
use crate::external::registers::Sync;
use crate::fault::{CacheName, Fault};
use crate::mmu::{DATA_WINDOW, ENTRIES, INSTRUCTION_WINDOW, PAGE_SHIFT};
use crate::peripherals::Effect;
use crate::spi::transaction::OctalCommand;
use crate::spi::{register, FlashMode};
use crate::time::{Ticks, TICKS_PER_SECOND};

/// Cycles of a function of which no time is known (assumed).
const CYCLES: u64 = 100;
/// Bytes of stack that the entry points take; arguments beyond the sixth lie above.
const FRAME: u32 = 32;
/// The longest transfer of a memory function that makes sense.
const LONGEST: u32 = 32 << 20;
/// Mode number of octal transfers with two per clock.
const OCTAL_DTR: u32 = 7;
/// First peripheral register of the interrupt matrix, and its distance for the second core.
const INTERRUPT_MATRIX: u32 = 0x600c_2000;
const SECOND_CORE: u32 = 0x800;
const GPIO: u32 = 0x6000_4000;
const IO_MUX: u32 = 0x6000_9000;
const UART0: u32 = 0x6000_0000;
/// Register offsets that the cache functions use.
const DCACHE_CTRL: u32 = 0x000;
const DCACHE_PRELOAD: u32 = 0x040;
const DCACHE_AUTOLOAD: u32 = 0x04c;
const ICACHE_CTRL: u32 = 0x060;

/// State that the functions keep between calls.
#[derive(Debug, Clone)]
pub struct RomState {
    /// Cycles of a microsecond, as `ets_update_cpu_frequency` was told.
    pub megahertz: u32,
    /// The transaction that `spi_cmd_config` described.
    command: Option<Configured>,
    /// SPI1's mode, as `spi_set_op_mode` was told.
    mode: u32,
}

impl Default for RomState {
    fn default() -> Self {
        Self {
            megahertz: 20,
            command: None,
            mode: 0,
        }
    }
}

#[derive(Debug, Clone)]
struct Configured {
    command: u32,
    address: u32,
    dummy: u32,
    output: Vec<u8>,
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

    fn argument_at(&self, index: u32) -> Option<u32> {
        if index < 6 {
            return Some(self.core.a[2 + index as usize]);
        }
        let mut bytes = [0; 4];
        let address = self.core.a[1].wrapping_add(FRAME + 4 * (index - 6));
        self.bus
            .peek(address, &mut bytes)
            .then(|| u32::from_le_bytes(bytes))
    }

    fn arg(&self, index: u32) -> u32 {
        self.argument_at(index).unwrap_or(0)
    }

    fn wrong<T>(&self, reason: impl Into<String>) -> Result<T, Fault> {
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

    fn load(&mut self, address: u32) -> Result<u32, Fault> {
        self.bus.load32(address & !3).map_err(|_| self.bus_fault())
    }

    fn store(&mut self, address: u32, value: u32) -> Result<(), Fault> {
        self.bus
            .store32(address & !3, value)
            .map_err(|_| self.bus_fault())
    }

    fn read_bytes(&mut self, address: u32, bytes: u32) -> Result<Vec<u8>, Fault> {
        let mut out = vec![0; bytes as usize];
        if self.bus.peek(address, &mut out) {
            return Ok(out);
        }
        self.wrong(format!("no memory is at 0x{address:08x}"))
    }

    fn write_bytes(&mut self, address: u32, bytes: &[u8]) -> Result<(), Fault> {
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

    fn pass(&mut self, ticks: Ticks) {
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

    /// Transactions on SPI1.
    fn spi(&mut self, [a, b, c, _, e, _]: [u32; 6]) -> Result<(), Fault> {
        match self.function.does {
            Does::SpiSetMode => self.state.mode = b,
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
        Ok(())
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
                let quad = mspi.get(1, register::CTRL) & crate::spi::ctrl::FCMD_QUAD != 0;
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

    fn external(&mut self, offset: u32, value: u32) -> Result<(), Fault> {
        let now = self.bus.now();
        let ticks = self.bus.external.write_register(offset, value, now)?;
        self.pass(ticks);
        self.bus.refresh();
        Ok(())
    }

    fn external_register(&mut self, offset: u32) -> Result<u32, Fault> {
        let now = self.bus.now();
        self.bus.external.read_register(offset, now)
    }

    fn synchronise(&mut self, name: CacheName, sync: Sync, address: u32, bytes: u32) -> Result<(), Fault> {
        let now = self.bus.now();
        let ticks = self.bus.external.synchronise(name, sync, address, bytes, now)?;
        self.pass(ticks);
        Ok(())
    }

    /// Switches a cache on or off; the result is whether it read ahead by itself, which here it does not.
    fn enable(&mut self, control: u32, on: bool) -> Result<Option<u32>, Fault> {
        let value = self.external_register(control)?;
        self.external(control, value & !1 | u32::from(on))?;
        Ok(Some(0))
    }

    /// Sets a cache's sizes while it is off and drops its lines.
    fn configure(&mut self, name: CacheName, control: u32, bits: u32) -> Result<Option<u32>, Fault> {
        let on = self.external_register(control)? & 1;
        self.external(control, bits)?;
        self.synchronise(name, Sync::Invalidate, 0, 0)?;
        self.external(control, bits | on)?;
        Ok(None)
    }

    fn cache(&mut self, [a, b, c, d, e]: [u32; 5]) -> Result<Option<u32>, Fault> {
        Ok(match self.function.does {
            Does::BootCacheInit | Does::MmuInit => {
                for index in 0..ENTRIES {
                    self.bus.external.set_page(index, 1 << 14);
                }
                if self.function.does == Does::BootCacheInit {
                    self.synchronise(CacheName::Instruction, Sync::Invalidate, 0, 0)?;
                    self.synchronise(CacheName::Data, Sync::Invalidate, 0, 0)?;
                }
                None
            }
            // Cache_Set_*Cache_Mode takes codes: size, ways, line.
            Does::InstructionCacheMode => {
                let bits = (a & 1) << 2 | u32::from(b & 1 != 0) << 1 | (c & 1) << 3;
                self.configure(CacheName::Instruction, ICACHE_CTRL, bits)?
            }
            Does::DataCacheMode => {
                let bits = (a & 1) << 2 | (c & 3) << 3;
                self.configure(CacheName::Data, DCACHE_CTRL, bits)?
            }
            Does::ConfigInstructionCache => {
                let size = match a {
                    0x4000 => 0,
                    0x8000 => 1 << 2,
                    _ => return self.wrong(format!("a size of {a} bytes; 16384 and 32768 exist")),
                };
                let ways = match b & 0xff {
                    4 => 0,
                    8 => 1 << 1,
                    other => return self.wrong(format!("{other} ways; 4 and 8 exist")),
                };
                let line = match c & 0xff {
                    16 => 0,
                    32 => 1 << 3,
                    other => return self.wrong(format!("lines of {other} bytes; 16 and 32 exist")),
                };
                self.configure(CacheName::Instruction, ICACHE_CTRL, size | ways | line)?
            }
            Does::ConfigDataCache => {
                let size = match a {
                    0x8000 => 0,
                    0x1_0000 => 1 << 2,
                    _ => return self.wrong(format!("a size of {a} bytes; 32768 and 65536 exist")),
                };
                // The number of ways is taken and has no effect: there is no bit for it.
                let line = match c & 0xff {
                    16 => 0,
                    32 => 1 << 3,
                    64 => 2 << 3,
                    other => return self.wrong(format!("lines of {other} bytes; 16, 32 and 64 exist")),
                };
                self.configure(CacheName::Data, DCACHE_CTRL, size | line)?
            }
            Does::InvalidateRange | Does::WriteBackRange => {
                let sync = if self.function.does == Does::InvalidateRange {
                    Sync::Invalidate
                } else {
                    Sync::WriteBack
                };
                let line = self.bus.external.data.geometry().line;
                if sync == Sync::WriteBack && (a | b) & (line - 1) != 0 {
                    return self.wrong(format!(
                        "0x{b:x} bytes at 0x{a:08x} are not whole lines of {line}, which it mishandles"
                    ));
                }
                // No bytes are none, where the register means all.
                if b > 0 {
                    let name = if a.wrapping_sub(INSTRUCTION_WINDOW) >> 25 == 0 {
                        CacheName::Instruction
                    } else {
                        CacheName::Data
                    };
                    self.synchronise(name, sync, a, b)?;
                }
                Some(0)
            }
            Does::WriteBackAll => {
                self.synchronise(CacheName::Data, Sync::WriteBack, 0, 0)?;
                None
            }
            Does::InvalidateInstructions => {
                self.synchronise(CacheName::Instruction, Sync::Invalidate, 0, 0)?;
                None
            }
            Does::InvalidateData => {
                self.synchronise(CacheName::Data, Sync::Invalidate, 0, 0)?;
                None
            }
            Does::StartPreload => {
                self.external(DCACHE_PRELOAD + 4, a)?;
                self.external(DCACHE_PRELOAD + 8, b)?;
                self.external(DCACHE_PRELOAD, 1 | (c & 1) << 2)?;
                Some(0)
            }
            Does::PreloadDone => Some(self.external_register(DCACHE_PRELOAD)? >> 1 & 1),
            Does::EndPreload => {
                while self.external_register(DCACHE_PRELOAD)? & 2 == 0 {
                    self.pass(TICKS_PER_SECOND / 1_000_000);
                }
                None
            }
            Does::AutoloadRegion | Does::AutoloadConfig => {
                return Err(Fault::CacheUnbuilt {
                    what: "Cache_Config_DCache_Autoload; its registers are emulated",
                })
            }
            Does::AutoloadEnable | Does::AutoloadDisable => {
                let value = self.external_register(DCACHE_AUTOLOAD)? & !(1 << 2);
                let on = u32::from(self.function.does == Does::AutoloadEnable) << 2;
                self.external(DCACHE_AUTOLOAD, value | on)?;
                None
            }
            Does::DisableInstructions => {
                let before = self.enable(ICACHE_CTRL, false)?;
                self.synchronise(CacheName::Instruction, Sync::Invalidate, 0, 0)?;
                before
            }
            Does::DisableData => {
                let before = self.enable(DCACHE_CTRL, false)?;
                self.synchronise(CacheName::Data, Sync::Invalidate, 0, 0)?;
                before
            }
            Does::EnableInstructions | Does::ResumeInstructions => {
                self.enable(ICACHE_CTRL, true)?;
                None
            }
            Does::EnableData | Does::ResumeData => {
                self.enable(DCACHE_CTRL, true)?;
                None
            }
            Does::SuspendInstructions => self.enable(ICACHE_CTRL, false)?,
            Does::SuspendData => self.enable(DCACHE_CTRL, false)?,
            Does::OccupyLines => {
                return Err(Fault::CacheUnbuilt {
                    what: "use of cache lines as memory (Cache_Occupy_Addr)",
                })
            }
            Does::MapInstructions | Does::MapData => Some(self.map([a, b, c, d, e])?),
            other => return self.wrong(format!("{other:?} has no behaviour")),
        })
    }

    /// Maps pages: 0 when done, else why not, as the ROM numbers it.
    fn map(&mut self, [memory, address, physical, page, count]: [u32; 5]) -> Result<u32, Fault> {
        let fixed = self.arg(5);
        let window = if self.function.does == Does::MapData {
            DATA_WINDOW
        } else {
            INSTRUCTION_WINDOW
        };
        if page != 64 {
            return Ok(3);
        }
        if (address | physical) & 0xffff != 0 {
            return Ok(1);
        }
        let first = address.wrapping_sub(window) >> PAGE_SHIFT;
        if first as usize >= ENTRIES || count as usize > ENTRIES - first as usize {
            return Ok(4);
        }
        for index in 0..count {
            let source = if fixed != 0 { 0 } else { index };
            let value = memory | (physical >> PAGE_SHIFT) + source;
            self.bus.external.set_page((first + index) as usize, value);
        }
        Ok(0)
    }
}
