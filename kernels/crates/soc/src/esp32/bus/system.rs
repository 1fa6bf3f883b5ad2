//! The ESP32 as the machine sees it.

use emulator::core::model::Model;
use emulator::core::Core;

use super::{
    Esp32Bus, CACHE_LINES, CODE, CODE_BYTES, DATA, DATA_END, FIRST_CACHE_LINES, REVERSED, REVERSED_END,
    RTC_BYTES, RTC_FAST, RTC_FAST_CODE, RTC_SLOW,
};
use crate::chip::ChipOptions;
use crate::esp32::mmu::Window;
use crate::esp32::peripherals::Peripherals;
use crate::esp32::rom::{self, variables, FUNCTIONS};
use crate::fault::Fault;
use crate::flash::Flash;
use crate::peripherals::{reset_scope, AppCore, Effect, ResetScope};
use crate::rom::boot::{boot, Booted, Loader, Outcome};
use crate::rom::call::Call;
use crate::rom::{entry_at, name_at, Entry};
use crate::spi::FlashMode;
use crate::statistics::Statistics;
use crate::system::System;
use crate::time::Ticks;
use crate::turn::Turn;

impl System for Esp32Bus {
    type Peripherals = Peripherals;
    type RomState = rom::RomState;

    const MODEL: Model = Model::Lx6;
    const RETURNED: u32 = rom::RETURNED;
    const STACK_TOP: [u32; 2] = rom::STACK_TOP;
    const DOWNLOAD: &'static str =
        "ets Jul 29 2019 12:21:46\r\n\r\nrst:0x1 (POWERON_RESET),boot:0x3 (DOWNLOAD_BOOT(UART0/UART1/SDIO_REI_REO_V2))\r\nwaiting for download\r\n";

    fn rom_entry(pc: u32) -> Option<Entry> {
        entry_at(FUNCTIONS, rom::RETURNED, pc)
    }

    fn rom_name(address: u32) -> Option<&'static str> {
        name_at(FUNCTIONS, address)
    }

    fn reset_name(reason: u8) -> &'static str {
        rom::reset_name(reason)
    }

    fn new(options: &ChipOptions) -> Self {
        Self::power_on(options)
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
        self.external.cache.select(core);
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
        self.follow();
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

    fn transfer(&mut self, _channel: u8, _now: Ticks) -> Result<(), Fault> {
        // No peripheral here makes direct transfers.
        Ok(())
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
        Self::holds_stack(address)
    }

    fn peek(&self, address: u32, target: &mut [u8]) -> bool {
        self.copy(address, target)
    }

    fn statistics(&self) -> Statistics {
        self.external.statistics
    }

    fn warnings(&mut self) -> Vec<String> {
        let mut all = self.peripherals.warnings().sentences();
        all.extend_from_slice(&self.external.warnings);
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
    }

    fn load_image(&mut self, reason: u8) -> Outcome {
        self.external.mspi.reset(FlashMode::Slow, 1 << 31);
        let begin = format!(
            "ets Jul 29 2019 12:21:46\r\n\r\nrst:0x{reason:x} ({}),boot:0x13 (SPI_FAST_FLASH_BOOT)\r\n",
            rom::reset_name(reason)
        );
        boot(self, begin)
    }

    fn hand_over(&mut self, booted: &Booted) {
        self.external.mspi.reset(booted.mode, booted.clock);
        self.turn.ticks_per_cycle = u64::from(self.peripherals.clock().ticks_per_cycle);
        variables::place(|address, bytes| self.put(address, bytes));
        self.external.code_changed = true;
        self.follow();
    }

    fn lost_variable(&self, core: usize) -> Option<u32> {
        variables::lost(core, |address, target| self.copy(address, target))
    }

    fn call_rom(&mut self, function: usize, core: &mut Core, state: &mut rom::RomState) -> Result<(), Fault> {
        Call::new(&FUNCTIONS[function], self, core, state).run()
    }
}

impl Loader for Esp32Bus {
    const CHIP_ID: u16 = 0;
    const OFFSET: u32 = 0x1000;

    fn chip(&self) -> &Flash {
        &self.external.mspi.flash
    }

    fn flash_clock(code: u8) -> Option<(u32, u32)> {
        Some(match code {
            15 => (1 << 31, 1),
            0 => (1 << 12 | 1, 2),
            1 => (2 << 12 | 1 << 6 | 2, 3),
            2 => (3 << 12 | 1 << 6 | 3, 4),
            _ => return None,
        })
    }

    fn settings(write_protect: u8, mode: &str, divider: u32) -> String {
        format!(
            "configsip: 0, SPIWP:0x{write_protect:02x}\r\n\
             clk_drv:0x00,q_drv:0x00,d_drv:0x00,cs0_drv:0x00,hd_drv:0x00,wp_drv:0x00\r\n\
             mode:{mode}, clock div:{divider}\r\n"
        )
    }

    fn refuse(&self, address: u32, length: u32) -> Option<String> {
        let end = u64::from(address) + u64::from(length);
        let within = |start: u32, stop: u32| address >= start && end <= u64::from(stop);
        let code = within(CODE, REVERSED) || within(CACHE_LINES, CODE) || within(CACHE_LINES, REVERSED);
        if within(DATA, DATA_END) || within(REVERSED, REVERSED_END) {
            // SRAM1 as code is the same memory.
            let (first, last) = if address >= REVERSED {
                let data = |address: u32| REVERSED_END - address + 0x3ffe_0000;
                (data(address + length), data(address))
            } else {
                (address, address + length)
            };
            return variables::RESERVED
                .into_iter()
                .find(|(range, _)| first < range.end && last > range.start)
                .map(|(range, what)| {
                    format!(
                        "it lies over the ROM's {what} (0x{:08x} to 0x{:08x})",
                        range.start, range.end
                    )
                });
        }
        if code
            || within(RTC_FAST, RTC_FAST + RTC_BYTES)
            || within(RTC_FAST_CODE, RTC_FAST_CODE + RTC_BYTES)
            || within(RTC_SLOW, RTC_SLOW + RTC_BYTES)
        {
            return None;
        }
        if within(FIRST_CACHE_LINES, CODE + CODE_BYTES) {
            return Some(
                "it lies where the first core's cache keeps its lines (below 0x40078000)".to_owned(),
            );
        }
        if Window::of(address).is_some() {
            return Some(
                "the ROM loads RAM only; what runs from flash must be mapped by the firmware".to_owned(),
            );
        }
        if rom::Rom::contains(address) {
            return Some("that is the ROM itself".to_owned());
        }
        Some("no memory is there".to_owned())
    }

    fn is_code(address: u32) -> bool {
        (CACHE_LINES..REVERSED_END).contains(&address) || address.wrapping_sub(RTC_FAST_CODE) < RTC_BYTES
    }

    fn place(&mut self, address: u32, bytes: &[u8]) {
        self.put(address, bytes);
    }
}
