//! The ESP32-S3 as the machine sees it.

use emulator::core::model::Model;
use emulator::core::Core;

use super::{SocBus, RTC_BYTES, RTC_FAST, RTC_SLOW};
use crate::chip::ChipOptions;
use crate::fault::Fault;
use crate::flash::Flash;
use crate::peripherals::{reset_scope, AppCore, Effect, Peripherals, ResetScope};
use crate::rom::boot::{boot, reset_name, Booted, Loader, Outcome};
use crate::rom::call::{lost_variable, set_variables, Call, RomState};
use crate::rom::functions::FUNCTIONS;
use crate::rom::{self, Entry, Rom, START, VARIABLES_END};
use crate::spi::FlashMode;
use crate::sram;
use crate::statistics::Statistics;
use crate::system::System;
use crate::time::Ticks;
use crate::turn::Turn;

/// First byte of the ROM's stack while it loads.
const ROM_STACK: u32 = 0x3fce_9710;

impl System for SocBus {
    type Peripherals = Peripherals;
    type RomState = RomState;

    const MODEL: Model = Model::Lx7;
    const RETURNED: u32 = rom::RETURNED;
    const STACK_TOP: [u32; 2] = rom::STACK_TOP;
    const DOWNLOAD: &'static str =
        "ESP-ROM:esp32s3-20210327\r\nboot:0x0 (DOWNLOAD(USB/UART0))\r\nwaiting for download\r\n";

    fn rom_entry(pc: u32) -> Option<Entry> {
        Rom::entry(pc)
    }

    fn rom_name(address: u32) -> Option<&'static str> {
        Rom::name(address)
    }

    fn reset_name(reason: u8) -> &'static str {
        reset_name(reason)
    }

    fn new(options: &ChipOptions) -> Self {
        Self::new(options)
    }

    fn reset(&mut self, reason: u8, now: Ticks) {
        self.peripherals.reset(reason, now);
        if reset_scope(reason) != ResetScope::Cores {
            self.external.reset();
        }
    }

    #[inline(always)]
    fn select(&mut self, core: usize) {
        self.turn.core = core;
    }

    #[inline(always)]
    fn turn(&self) -> &Turn {
        &self.turn
    }

    #[inline(always)]
    fn turn_mut(&mut self) -> &mut Turn {
        &mut self.turn
    }

    fn refresh(&mut self) {
        self.refresh();
    }

    fn peripherals_mut(&mut self) -> &mut Peripherals {
        &mut self.peripherals
    }

    #[inline(always)]
    fn next_event(&self, now: Ticks) -> Ticks {
        self.peripherals.next_event(now)
    }

    fn advance(&mut self, now: Ticks) -> Option<Effect> {
        self.peripherals.advance(now)
    }

    fn transfer(&mut self, channel: u8, now: Ticks) -> Result<(), Fault> {
        // The channels work on all other memory while they are away from the bus.
        let mut gdma = self.peripherals.gdma.clone();
        let result = gdma.run(channel.into(), self, now);
        self.peripherals.gdma = gdma;
        result.map_err(|(address, _)| self.turn.fault.take().unwrap_or(Fault::Unmapped { address }))
    }

    #[inline(always)]
    fn interrupt_lines(&self, core: usize) -> u32 {
        self.peripherals.interrupt_lines(core)
    }

    fn app_core(&self) -> AppCore {
        self.peripherals.app_core()
    }

    fn pro_stalled(&self) -> bool {
        self.peripherals.pro_stalled()
    }

    fn reset_reason(&self, core: usize) -> u8 {
        self.peripherals.reset_reason(core)
    }

    fn is_memory(&self, address: u32) -> bool {
        self.is_memory(address)
    }

    fn peek(&self, address: u32, target: &mut [u8]) -> bool {
        self.peek(address, target)
    }

    fn statistics(&self) -> Statistics {
        self.external.statistics
    }

    fn warnings(&mut self) -> Vec<String> {
        let mut all = self.peripherals.warnings().sentences();
        all.extend_from_slice(&self.external.warnings);
        all.extend_from_slice(&self.external.mspi.warnings);
        all
    }

    fn flash(&self) -> &Flash {
        &self.external.mspi.flash
    }

    fn spi_register(&mut self, controller: usize, offset: u32) -> u32 {
        self.external.mspi.read(controller & 1, offset).unwrap_or(0)
    }

    fn rom_write(&mut self, byte: u8) {
        self.peripherals.uart0.rom_write(byte);
        self.peripherals.usb.rom_write(byte);
    }

    fn load_image(&mut self, reason: u8) -> Outcome {
        self.external.mspi.reset(FlashMode::Slow, 0x0001_0001);
        let begin = format!(
            "ESP-ROM:esp32s3-20210327\r\nrst:0x{reason:x} ({}),boot:0x8 (SPI_FAST_FLASH_BOOT)\r\n",
            reset_name(reason)
        );
        boot(self, begin)
    }

    fn hand_over(&mut self, booted: &Booted) {
        self.external.mspi.reset(booted.mode, booted.clock);
        self.turn.ticks_per_cycle = u64::from(self.peripherals.clock().ticks_per_cycle);
        set_variables(self);
        self.external.code_changed = true;
        self.refresh();
    }

    fn lost_variable(&self, _core: usize) -> Option<u32> {
        lost_variable(self)
    }

    fn call_rom(&mut self, function: usize, core: &mut Core, state: &mut RomState) -> Result<(), Fault> {
        Call::new(&FUNCTIONS[function], self, core, state).run()
    }
}

impl Loader for SocBus {
    const CHIP_ID: u16 = 9;
    const OFFSET: u32 = 0;

    fn chip(&self) -> &Flash {
        &self.external.mspi.flash
    }

    fn flash_clock(code: u8) -> Option<(u32, u32)> {
        Some(match code {
            15 => (1 << 31, 1),
            0 => (0x0001_0001, 2),
            1 => (0x0002_0002, 3),
            2 => (0x0003_0103, 4),
            _ => return None,
        })
    }

    fn settings(write_protect: u8, mode: &str, divider: u32) -> String {
        format!("SPIWP:0x{write_protect:x}\r\nmode:{mode}, clock div:{divider}\r\n")
    }

    /// Why a segment cannot be loaded where it wants to; `None` when it can.
    fn refuse(&self, address: u32, length: u32) -> Option<String> {
        let end = u64::from(address) + u64::from(length);
        let within = |start: u32, stop: u32| address >= start && end <= u64::from(stop);
        // Instruction addresses of SRAM1 are data addresses 0x6f0000 higher.
        let data = if within(sram::INSTRUCTION_BASE + sram::SRAM1, 0x403e_0000) {
            Some(address - (sram::INSTRUCTION_BASE - sram::DATA_BASE))
        } else if within(sram::DATA_START, 0x3fd0_0000) {
            Some(address)
        } else {
            None
        };
        if let Some(data) = data {
            let stop = data + length;
            if data < VARIABLES_END && stop > ROM_STACK {
                return Some(
                    "it lies over the ROM's own stack and data (0x3fce9710 to 0x3fcf0000)".to_owned(),
                );
            }
            if stop > 0x3fcf_8000 {
                return Some("it lies where the data cache keeps its lines (from 0x3fcf8000 on)".to_owned());
            }
            return None;
        }
        if within(0x4037_4000, 0x403e_0000)
            || within(RTC_FAST, RTC_FAST + RTC_BYTES)
            || within(RTC_SLOW, RTC_SLOW + RTC_BYTES)
        {
            return None;
        }
        if within(sram::INSTRUCTION_BASE, 0x403e_0000) {
            return Some("it lies where the instruction cache keeps its lines (below 0x40374000)".to_owned());
        }
        if address >> 24 == 0x3c || address >> 24 == 0x42 {
            return Some(
                "the ROM loads RAM only; what runs from flash must be mapped by the firmware".to_owned(),
            );
        }
        if address >> 20 == START >> 20 {
            return Some("that is the ROM itself".to_owned());
        }
        Some("no memory is there".to_owned())
    }

    fn is_code(address: u32) -> bool {
        let code = sram::INSTRUCTION_BASE..0x403e_0000;
        let rtc = RTC_FAST..RTC_FAST + RTC_BYTES;
        code.contains(&address) || rtc.contains(&address)
    }

    fn place(&mut self, address: u32, bytes: &[u8]) {
        self.poke(address, bytes);
    }
}
