//! The peripherals on the register bus, a file each, and the bus that finds them by address.
//!
//! [`Peripherals`] is what the machine sees: reads, writes, time. It never looks by itself; the machine asks
//! [`Peripherals::next_event`] when to come back.

use emulator::bus::BusFault;

use crate::chip::ChipOptions;
use crate::time::Ticks;

mod analog;
mod efuse;
mod gdma;
mod gpio;
mod interrupt;
mod map;
mod random;
mod registers;
mod rtc_cntl;
mod storage;
mod system;
mod systimer;
mod tables;
mod timer_group;
mod uart;
mod usb_serial_jtag;
mod warning;
mod watchdog;

pub use analog::{Analog, PLL_BLOCK, VOLTAGE_BLOCK};
pub use gdma::{DmaMemory, Gdma};
pub use interrupt::SOURCES;
use map::{Block, BLOCKS, MISSING, PLACES};
pub use system::{AppCore, Clock, ClockSource};
pub use uart::Uart;
pub use usb_serial_jtag::{UsbSerialJtag, PACKET_BYTES};
pub use warning::{Warned, Warning, Warnings};

/// CPU cycles at 240 MHz that a load from a register takes: the bus runs at 80 MHz behind a bridge, 10 to 30 cycles are
/// the range that is known and nothing was measured; 20 is its middle. Stores are buffered.
pub const READ_CYCLES: u32 = 20;

/// The crystal, in hertz.
const CRYSTAL: u64 = 40_000_000;
/// The slow oscillator of the RTC, in hertz; it varies between chips.
const SLOW_CLOCK: u64 = 136_000;

/// What a register access does beyond the peripheral itself; the machine carries it out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// The CPU clock changed to this many ticks a cycle (2 at 240 MHz, 24 at 20 MHz).
    CpuClock {
        /// Ticks of the 480 MHz time base per CPU cycle.
        ticks_per_cycle: u32,
    },
    /// The chip, or a core of it, resets; the code is what `rtc_get_reset_reason` then returns.
    Reset {
        /// Reset reason as the mask ROM reports it.
        reason: u8,
    },
    /// The second core's clock, stall or reset lines changed.
    AppCore,
    /// Interrupt lines of the cores may have changed.
    Interrupts,
    /// A GDMA channel was started: [`Gdma::run`] carries it out.
    Dma {
        /// The channel, 0 to 4.
        channel: u8,
    },
}

/// A peripheral: registers of 32 bits at offsets from its base.
pub trait Peripheral {
    /// The register at `offset` (a multiple of 4) at time `now`.
    fn read(&mut self, offset: u32, now: Ticks) -> u32;
    /// Writes the register at `offset`; `Some` when the chip has to react.
    fn write(&mut self, offset: u32, value: u32, now: Ticks) -> Option<Effect>;
    /// Whether there is a register at `offset`.
    fn knows(&self, offset: u32) -> bool;
    /// When something happens here by itself, [`Ticks::MAX`] for never.
    fn next_event(&self, _now: Ticks) -> Ticks {
        Ticks::MAX
    }
    /// Lets happen what is due at `now`.
    fn advance(&mut self, _now: Ticks) -> Option<Effect> {
        None
    }
    /// Interrupt sources that this peripheral drives, its first one in bit 0.
    fn lines(&self) -> u32 {
        0
    }
    /// Warnings since the bus last took them.
    fn warnings(&mut self) -> Option<&mut Vec<Warning>> {
        None
    }
}

/// What a reset with this code takes with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResetScope {
    /// The cores only: peripherals go on.
    Cores,
    /// Cores and digital peripherals; the RTC keeps its registers.
    Digital,
    /// The RTC too; only at power-on its STORE registers.
    Chip,
}

/// What a reset with this code, as `rtc_get_reset_reason` returns it, takes with it.
pub fn reset_scope(reason: u8) -> ResetScope {
    match reason {
        11 | 12 | 13 | 17 => ResetScope::Cores,
        _ if rtc_cntl::resets_rtc(reason) => ResetScope::Chip,
        _ => ResetScope::Digital,
    }
}

/// SYSCON_WIFI_CLK_EN and the bit of the random number generator's clock.
const WIFI_CLK_EN: u32 = 0x14;
const RANDOM_CLOCK: u32 = 15;
/// Settings of the core voltages that every chip needs at 240 MHz.
const DBIAS_240: u8 = 28;

/// Every peripheral that the machine does not hold itself.
#[derive(Debug, Clone)]
pub struct Peripherals {
    /// The USB port and its host's end.
    pub usb: UsbSerialJtag,
    /// The serial port and its host's end.
    pub uart0: Uart,
    /// Memory-to-memory transfers.
    pub gdma: Gdma,
    gpio: gpio::Gpio,
    efuse: efuse::Efuse,
    rtc: rtc_cntl::RtcCntl,
    io_mux: storage::Storage,
    analog: Analog,
    groups: [timer_group::TimerGroup; 2],
    systimer: systimer::Systimer,
    syscon: storage::Storage,
    random: random::Random,
    system: system::System,
    matrix: interrupt::InterruptMatrix,
    warnings: Warnings,
    /// Block of each page.
    pages: [Option<Block>; 256],
    /// Blocks whose clock is off or that are held in reset, a bit each.
    gated: u32,
    /// When each block acts by itself, and the earliest of them.
    events: [Ticks; BLOCKS],
    event: Ticks,
}

impl Peripherals {
    /// The peripherals at power-on, with what the mask ROM sets on its way: UART0 at 115200 bit/s, both boot watchdogs
    /// running.
    pub fn new(options: &ChipOptions) -> Self {
        let system = system::System::new();
        let apb = system.clock().apb;
        let mut pages = [None; 256];
        for place in &PLACES {
            pages[usize::from(place.page)] = Some(place.block);
        }
        let mut usb = UsbSerialJtag::new();
        usb.attached = options.usb_host;
        usb.reading = options.usb_host;
        let mut peripherals = Self {
            usb,
            uart0: Uart::new(apb),
            gdma: Gdma::new(),
            gpio: gpio::Gpio::new(options.gpio0_low),
            efuse: efuse::Efuse::new(options),
            rtc: rtc_cntl::RtcCntl::new(),
            io_mux: storage::Storage::new(tables::IO_MUX),
            analog: Analog::new(),
            groups: [
                timer_group::TimerGroup::new(0, apb),
                timer_group::TimerGroup::new(1, apb),
            ],
            systimer: systimer::Systimer::new(),
            syscon: storage::Storage::new(tables::SYSCON),
            random: random::Random::new(options.seed, apb),
            system,
            matrix: interrupt::InterruptMatrix::new(),
            warnings: Warnings::default(),
            pages,
            gated: 0,
            events: [Ticks::MAX; BLOCKS],
            event: Ticks::MAX,
        };
        peripherals.uart0.rom_setup();
        peripherals.refresh_all(0);
        peripherals
    }

    /// Carries out a reset with this code at `now`; see [`reset_scope`]. The mask ROM's settings are in place again.
    pub fn reset(&mut self, reason: u8, now: Ticks) {
        self.rtc.reset(reason, now);
        if reset_scope(reason) != ResetScope::Cores {
            self.usb.reset();
            self.uart0.reset();
            self.gdma.reset();
            self.gpio.reset();
            self.io_mux.registers.reset();
            self.analog = Analog::new();
            self.systimer.reset(now);
            self.syscon.registers.reset();
            self.system.reset();
            self.matrix.reset();
            self.groups.iter_mut().for_each(|group| group.reset(now));
        }
        self.groups[0].guard_boot(now);
        self.uart0.rom_setup();
        self.clock_changed(now);
        self.refresh_all(now);
    }

    /// Reads a register.
    ///
    /// # Errors
    /// `Unmapped` where no register is, `NotReady` while its peripheral has no clock or is held in reset, or the
    /// address is not a multiple of 4; [`Peripherals::explain`] says which.
    pub fn read(&mut self, address: u32, core: usize, now: Ticks) -> Result<u32, BusFault> {
        let block = self.find(address)?;
        let value = self.block_mut(block).read(address & 0xfff, now);
        // Other registers have no side effects worth a look.
        if matches!(block, Block::Uart0 | Block::Usb | Block::Random) {
            self.settle(block, core, now);
        }
        Ok(value)
    }

    /// Writes a register.
    ///
    /// # Errors
    /// As [`Peripherals::read`].
    pub fn write(
        &mut self,
        address: u32,
        value: u32,
        core: usize,
        now: Ticks,
    ) -> Result<Option<Effect>, BusFault> {
        let block = self.find(address)?;
        let effect = self.block_mut(block).write(address & 0xfff, value, now);
        match block {
            Block::System => {
                if let Some(Effect::CpuClock { .. }) = effect {
                    self.clock_changed(now);
                    self.check_clock(core, now);
                    self.refresh_all(now);
                }
                self.find_gates();
                self.reset_gated(now);
            }
            Block::Syscon | Block::RtcCntl => self.find_noise(),
            _ => {}
        }
        let interrupts = self.settle(block, core, now);
        Ok(effect.or(interrupts))
    }

    /// Why an access to this address fails, in words.
    pub fn explain(&self, address: u32) -> String {
        let page = (address >> 12) as u8;
        let Some(place) = PLACES.iter().find(|place| place.page == page) else {
            return match MISSING.iter().find(|missing| missing.0 == page) {
                Some((_, name)) => format!("{name} is not emulated"),
                None => format!("no peripheral is at 0x{:08x}", address & !0xfff),
            };
        };
        let (name, offset) = (place.name, address & 0xfff);
        if let Some((register, bit)) = place.gate.filter(|_| self.gated >> place.block as u32 & 1 != 0) {
            return format!(
                "{name} has no clock or is held in reset (SYSTEM_PERIP_CLK_EN{register} and \
                 SYSTEM_PERIP_RST_EN{register}, bit {bit})"
            );
        }
        if address & 3 != 0 {
            return format!("{name} takes 32-bit accesses only");
        }
        format!("{name} has no register at offset 0x{offset:03x} that is emulated")
    }

    /// The earliest time at which something happens by itself.
    pub fn next_event(&self, now: Ticks) -> Ticks {
        // What a host does to its end of a port comes without an access.
        self.event
            .min(self.usb.next_event(now))
            .min(self.uart0.next_event(now))
    }

    /// Lets happen what is due at `now`, a reset at most; call it again until it gives `None`.
    pub fn advance(&mut self, now: Ticks) -> Option<Effect> {
        let mut effect = None;
        for place in &PLACES {
            let port = matches!(place.block, Block::Usb | Block::Uart0);
            if effect.is_some() || !port && self.events[place.block as usize] > now {
                continue;
            }
            effect = self.block_mut(place.block).advance(now);
            effect = effect.or(self.settle(place.block, 0, now));
        }
        effect
    }

    /// The interrupts of a core that its devices drive; bit n is interrupt n.
    pub fn interrupt_lines(&self, core: usize) -> u32 {
        self.matrix.lines(core)
    }

    /// A source outside these peripherals, such as the caches, has this level; gives whether lines of a core changed.
    pub fn set_source(&mut self, source: u32, level: bool) -> bool {
        self.matrix.drive(source, 1, level.into())
    }

    /// The CPU's clock and where it comes from.
    pub fn clock(&self) -> Clock {
        self.system.clock()
    }

    /// The second core's lines.
    pub fn app_core(&self) -> AppCore {
        let mut lines = self.system.app_core();
        lines.stalled |= self.rtc.stalled(1);
        lines.resets += self.rtc.app_resets();
        lines
    }

    /// Whether the first core stands still by the RTC's stall lines.
    pub fn pro_stalled(&self) -> bool {
        self.rtc.stalled(0)
    }

    /// What `ets_set_appcpu_boot_addr` does.
    pub fn set_app_entry(&mut self, address: u32) {
        self.system.set_app_entry(address);
    }

    /// SYSTEM_CACHE_CONTROL: bit 0 ICache clock, 1 its reset, 2 DCache clock, 3 its reset.
    pub fn cache_control(&self) -> u32 {
        self.system.cache_control()
    }

    /// The reset code of a core, as `rtc_get_reset_reason` returns it.
    pub fn reset_reason(&self, core: usize) -> u8 {
        self.rtc.reason(core)
    }

    /// A register of RTC_CNTL, without side effects.
    pub fn rtc_register(&self, offset: u32) -> u32 {
        self.rtc.register(offset)
    }

    /// Pins that are driven and their levels, bit n for pin n.
    pub fn pins(&self) -> (u64, u64) {
        self.gpio.outputs()
    }

    /// What `esp_rom_regi2c_read` does.
    pub fn regi2c_read(&mut self, block: u8, register: u8) -> u8 {
        self.analog.read_block(block, register)
    }

    /// What `esp_rom_regi2c_write` does.
    pub fn regi2c_write(&mut self, block: u8, register: u8, value: u8, core: usize, now: Ticks) {
        self.analog.write_block(block, register, value, now);
        self.settle(Block::Analog, core, now);
    }

    /// What `esp_rom_regi2c_read_mask` does: bits `msb` to `lsb`, shifted down.
    pub fn regi2c_read_mask(&mut self, block: u8, register: u8, msb: u8, lsb: u8) -> u8 {
        (self.regi2c_read(block, register) & mask(msb, lsb)) >> (lsb & 7)
    }

    /// What `esp_rom_regi2c_write_mask` does: only bits `msb` to `lsb` change.
    pub fn regi2c_write_mask(
        &mut self,
        (block, register): (u8, u8),
        (msb, lsb): (u8, u8),
        value: u8,
        core: usize,
        now: Ticks,
    ) {
        let mask = mask(msb, lsb);
        let kept = self.regi2c_read(block, register) & !mask;
        self.regi2c_write(block, register, kept | value << (lsb & 7) & mask, core, now);
    }

    /// What went wrong without ending the run.
    pub fn warnings(&mut self) -> &mut Warnings {
        &mut self.warnings
    }

    fn find(&self, address: u32) -> Result<Block, BusFault> {
        let page = self.pages[usize::from((address >> 12) as u8)];
        let block = page
            .filter(|_| address >> 20 == 0x600)
            .ok_or(BusFault::Unmapped)?;
        if self.gated >> block as u32 & 1 != 0 {
            return Err(BusFault::NotReady);
        }
        if address & 3 != 0 {
            return Err(BusFault::Width);
        }
        if self.block(block).knows(address & 0xfff) {
            Ok(block)
        } else {
            Err(BusFault::Unmapped)
        }
    }

    fn block(&self, block: Block) -> &dyn Peripheral {
        match block {
            Block::Uart0 => &self.uart0,
            Block::Gpio => &self.gpio,
            Block::Efuse => &self.efuse,
            Block::RtcCntl => &self.rtc,
            Block::IoMux => &self.io_mux,
            Block::Analog => &self.analog,
            Block::TimerGroup0 => &self.groups[0],
            Block::TimerGroup1 => &self.groups[1],
            Block::Systimer => &self.systimer,
            Block::Syscon => &self.syscon,
            Block::Random => &self.random,
            Block::Usb => &self.usb,
            Block::Gdma => &self.gdma,
            Block::System => &self.system,
            Block::Interrupt => &self.matrix,
        }
    }

    fn block_mut(&mut self, block: Block) -> &mut dyn Peripheral {
        match block {
            Block::Uart0 => &mut self.uart0,
            Block::Gpio => &mut self.gpio,
            Block::Efuse => &mut self.efuse,
            Block::RtcCntl => &mut self.rtc,
            Block::IoMux => &mut self.io_mux,
            Block::Analog => &mut self.analog,
            Block::TimerGroup0 => &mut self.groups[0],
            Block::TimerGroup1 => &mut self.groups[1],
            Block::Systimer => &mut self.systimer,
            Block::Syscon => &mut self.syscon,
            Block::Random => &mut self.random,
            Block::Usb => &mut self.usb,
            Block::Gdma => &mut self.gdma,
            Block::System => &mut self.system,
            Block::Interrupt => &mut self.matrix,
        }
    }

    /// Follows what an access to a block changed: its next event, its interrupts, its warnings.
    fn settle(&mut self, block: Block, core: usize, now: Ticks) -> Option<Effect> {
        let place = &PLACES[block as usize];
        let peripheral = self.block_mut(block);
        let event = peripheral.next_event(now);
        let lines = peripheral.lines();
        let warnings = match peripheral.warnings() {
            Some(warnings) if !warnings.is_empty() => std::mem::take(warnings),
            _ => Vec::new(),
        };
        for warning in warnings {
            self.warnings.add(warning, now, core);
        }
        if self.events[block as usize] != event {
            self.events[block as usize] = event;
            // The ports are asked each time: their hosts act between accesses.
            let ports = [Block::Uart0 as usize, Block::Usb as usize];
            let others = (0..BLOCKS).filter(|index| !ports.contains(index));
            self.event = others.map(|index| self.events[index]).min().unwrap_or(Ticks::MAX);
        }
        let (first, count) = place.sources;
        (count > 0 && self.matrix.drive(first, count, lines)).then_some(Effect::Interrupts)
    }

    fn refresh_all(&mut self, now: Ticks) {
        self.find_gates();
        self.find_noise();
        for place in &PLACES {
            self.settle(place.block, 0, now);
        }
    }

    /// The clocks of the peripherals follow the clock tree.
    fn clock_changed(&mut self, now: Ticks) {
        let apb = self.system.clock().apb;
        self.uart0.set_apb(apb, now);
        self.groups.iter_mut().for_each(|group| group.set_apb(apb, now));
        self.random.set_apb(apb);
    }

    /// Which blocks are switched off.
    fn find_gates(&mut self) {
        self.gated = 0;
        for place in &PLACES {
            let off = place.gate.is_some_and(|gate| !self.system.powered(gate));
            self.gated |= u32::from(off) << place.block as u32;
        }
    }

    /// A peripheral whose reset bit is set has its reset values when it comes back.
    fn reset_gated(&mut self, now: Ticks) {
        for place in &PLACES {
            if !place.gate.is_some_and(|gate| self.system.held_in_reset(gate)) {
                continue;
            }
            match place.block {
                Block::Uart0 => self.uart0.reset(),
                Block::TimerGroup0 => self.groups[0].reset(now),
                Block::TimerGroup1 => self.groups[1].reset(now),
                Block::Systimer => self.systimer.reset(now),
                Block::Usb => self.usb.reset(),
                Block::Gdma => self.gdma.reset(),
                _ => continue,
            }
            self.settle(place.block, 0, now);
        }
    }

    fn find_noise(&mut self) {
        self.random.noisy = self.rtc.noise() && self.syscon.registers.bit(WIFI_CLK_EN, RANDOM_CLOCK);
    }

    /// What would make a chip fail, or only most of them, at the clock that was just chosen.
    fn check_clock(&mut self, core: usize, now: Ticks) {
        let clock = self.system.clock();
        let ClockSource::Pll { megahertz } = clock.source else {
            return;
        };
        let mut found = Vec::new();
        if clock.undefined {
            found.push(Warning::CpuPeriod);
        }
        if !self.rtc.pll_powered() {
            found.push(Warning::PllOff);
        }
        if !self.analog.calibrated(now) || !self.analog.pll_settings(megahertz) {
            found.push(Warning::PllNotCalibrated);
        }
        let dbias = self.analog.dbias();
        if clock.ticks_per_cycle == 2 && (dbias.0 < DBIAS_240 || dbias.1 < DBIAS_240) {
            found.push(Warning::CoreVoltage { dbias });
        }
        if clock.ticks_per_cycle == 2 && self.rtc.slave_regulator_off() != 0 {
            found.push(Warning::SlaveRegulator);
        }
        for warning in found {
            self.warnings.add(warning, now, core);
        }
    }
}

/// Bits `msb` to `lsb` of a byte.
fn mask(msb: u8, lsb: u8) -> u8 {
    let width = (msb & 7).saturating_sub(lsb & 7) + 1;
    (u8::MAX >> (8 - width)) << (lsb & 7)
}
