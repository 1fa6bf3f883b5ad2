//! The peripherals of the ESP32: its own blocks in a file each, those of both chips with what differs as data.
//!
//! [`Peripherals`] is what the machine sees: reads, writes, time.

use emulator::bus::BusFault;

use super::spi::Pins;
use crate::chip::ChipOptions;
use crate::peripherals::blocks::{Blocks, BusState, Place};
use crate::peripherals::{
    gpio, ledc, random, reset_scope, rmt, storage, timer_group, uart, AppCore, Clock, ClockSource, Effect,
    Peripheral, ResetScope, Uart, Warning, Warnings,
};
use crate::time::{Ticks, TICKS_PER_SECOND};

mod analog;
pub mod dport;
mod efuse;
mod map;
mod pads;
mod rtc_cntl;
mod table_dport;
mod tables;

use map::{Block, BLOCKS, MISSING, PLACES};

/// Pins are numbered from 0 to 39.
pub const PINS: u32 = 40;
/// The crystal, in hertz.
const CRYSTAL: u64 = 40_000_000;
/// The internal oscillator, rounded to a frequency that divides the time base, and the slow one, in hertz; both vary
/// between chips.
const INTERNAL: u64 = 8_000_000;
const SLOW_CLOCK: u64 = 150_000;
/// SYSCON's registers: the crystal's divider, and what tells a revision.
const SYSCLK_CONF: u32 = 0x00;
const SYSCON_DATE: u32 = 0x7c;
/// Core voltage that 240 MHz and flash at 80 MHz need: 1.25 V, and 1.1 V of the RTC.
/// [espressif/esp-idf `components/esp_hw_support/port/esp32/include/soc/rtc.h`]
const FAST_DBIAS: (u8, u8) = (4, 7);

const TIMERS: timer_group::Layout = timer_group::Layout {
    rows: tables::TIMER_GROUP,
    bases: [0x3ff5_f000, 0x3ff6_0000],
    // Each group's watchdog resets cores with the same code.
    reasons: [(11, 7), (11, 8)],
    interrupts: 0x98,
    crystal_bit: 32,
    core_bits: 0,
    slow_clocks: (SLOW_CLOCK, INTERNAL / 256),
};

const GPIO: gpio::Layout = gpio::Layout {
    rows: tables::GPIO,
    out_select: 0x530,
    pins: PINS,
    straps: (0x13, 0x03),
};

/// Every peripheral that the machine does not hold itself.
#[derive(Debug, Clone)]
pub struct Peripherals {
    /// The serial port and its host's end.
    pub uart0: Uart,
    dport: dport::Dport,
    gpio: gpio::Gpio,
    rtc: rtc_cntl::RtcCntl,
    io_mux: storage::Storage,
    analog: analog::Analog,
    rmt: rmt::Rmt,
    ledc: ledc::Ledc,
    efuse: efuse::Efuse,
    groups: [timer_group::TimerGroup; 2],
    syscon: storage::Storage,
    random: random::Random,
    bus: BusState<Block, BLOCKS>,
    /// Bit 31 of SYSCON_DATE.
    third_revision_bit: bool,
}

impl Peripherals {
    /// The peripherals at power-on, with what the mask ROM sets on its way: UART0 at 115200 bit/s, the flash's pins, both
    /// boot watchdogs running.
    pub fn new(options: &ChipOptions) -> Self {
        let apb = CRYSTAL;
        let mut peripherals = Self {
            uart0: Uart::new(uart::Kind::Esp32, tables::UART, apb),
            dport: dport::Dport::new(),
            gpio: gpio::Gpio::new(GPIO, options.gpio0_low),
            rtc: rtc_cntl::RtcCntl::new(),
            io_mux: storage::Storage::new(tables::IO_MUX),
            analog: analog::Analog::new(),
            rmt: rmt::Rmt::new(rmt::Kind::Esp32, tables::RMT, apb),
            ledc: ledc::Ledc::new(ledc::Kind::Esp32, tables::LEDC, apb),
            efuse: efuse::Efuse::new(options),
            groups: [0, 1].map(|index| timer_group::TimerGroup::new(TIMERS, index, apb)),
            syscon: storage::Storage::new(tables::SYSCON),
            random: random::Random::new(tables::RANDOM, Warning::RandomOscillator, options.seed, apb),
            bus: BusState::new(&PLACES),
            third_revision_bit: efuse::revision_bits(options.revision.0)[2],
        };
        peripherals.rom_setup(0);
        peripherals
    }

    /// What the mask ROM leaves behind on its way.
    fn rom_setup(&mut self, now: Ticks) {
        // The crystal undivided.
        let date = self.syscon.registers.get(SYSCON_DATE);
        self.syscon.registers.set(SYSCLK_CONF, 0x2000);
        self.syscon
            .registers
            .set(SYSCON_DATE, date | u32::from(self.third_revision_bit) << 31);
        self.uart0.rom_setup();
        self.connect_flash();
        self.clock_changed(now);
        self.find_gates();
        self.random.noisy = self.rtc.noise();
        self.settle_all(now);
    }

    /// Carries out a reset with this code; the mask ROM's settings are in place again.
    pub fn reset(&mut self, reason: u8, now: Ticks) {
        self.rtc.reset(reason, now);
        if reset_scope(reason) != ResetScope::Cores {
            self.uart0.reset();
            self.dport.reset();
            self.gpio.reset();
            self.io_mux.registers.reset();
            self.analog = analog::Analog::new();
            self.rmt.reset();
            self.ledc.reset();
            self.syscon.registers.reset();
            self.groups.iter_mut().for_each(|group| group.reset(now));
        }
        self.groups[0].guard_boot(now);
        self.rom_setup(now);
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
        if matches!(block, Block::Uart0 | Block::Random) {
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
        let before = self.clock();
        let mut effect = self.block_mut(block).write(address & 0xfff, value, now);
        match block {
            Block::Dport => {
                self.find_gates();
                self.reset_gated(now);
            }
            Block::Rtc => self.random.noisy = self.rtc.noise(),
            Block::IoMux => self.pad_changed(address & 0xfff),
            _ => {}
        }
        let clock = self.clock();
        if clock != before {
            self.clock_changed(now);
            self.check_clock(core, now);
            self.settle_all(now);
            effect = effect.or(Some(Effect::CpuClock {
                ticks_per_cycle: clock.ticks_per_cycle,
            }));
        }
        let interrupts = self.settle(block, core, now);
        Ok(effect.or(interrupts))
    }

    /// Why an access to this address fails, in words.
    pub fn explain(&self, address: u32) -> String {
        self.explain_access(address)
    }

    /// The earliest time at which something happens by itself.
    pub fn next_event(&self, now: Ticks) -> Ticks {
        self.bus.event().min(self.uart0.next_event(now))
    }

    /// Lets happen what is due at `now`, a reset at most; call it again until it gives `None`.
    pub fn advance(&mut self, now: Ticks) -> Option<Effect> {
        self.advance_blocks(now)
    }

    /// What went wrong without ending the run.
    pub fn warnings(&mut self) -> &mut Warnings {
        &mut self.bus.warnings
    }

    /// The interrupts of a core that its devices drive; bit n is interrupt n.
    pub fn interrupt_lines(&self, core: usize) -> u32 {
        self.dport.matrix.lines(core)
    }

    /// The second core's lines.
    pub fn app_core(&self) -> AppCore {
        let mut lines = self.dport.app_core();
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
        self.dport.set_app_entry(address);
    }

    /// The reset code of a core, as `rtc_get_reset_reason` returns it.
    pub fn reset_reason(&self, core: usize) -> u8 {
        self.rtc.reason(core)
    }

    /// A register of DPORT, without effects.
    pub fn dport_register(&self, offset: u32) -> u32 {
        self.dport.register(offset)
    }

    /// What the caches made of their switches.
    pub fn set_dport(&mut self, offset: u32, value: u32) {
        self.dport.set(offset, value);
    }

    /// What the mask ROM's function reads from the analog bus.
    pub fn regi2c_read(&mut self, block: u8, register: u8) -> u8 {
        self.analog.read_block(block, register)
    }

    /// What the mask ROM's function writes to the analog bus.
    pub fn regi2c_write(&mut self, block: u8, register: u8, value: u8, core: usize, now: Ticks) {
        self.analog.write_block(block, register, value, now);
        self.settle(Block::Analog, core, now);
    }

    /// The CPU's clock and where it comes from.
    pub fn clock(&self) -> Clock {
        let divider = self.syscon.registers.field(SYSCLK_CONF, 0, 10) + 1;
        let divided = |source, hertz: u64| Clock {
            source,
            ticks_per_cycle: (TICKS_PER_SECOND / hertz) as u32 * divider,
            apb: hertz / u64::from(divider),
            undefined: false,
        };
        match self.rtc.clock_source() {
            1 => {
                let ticks = match self.dport.register(dport::CPU_PER_CONF) & 3 {
                    0 => Some(6),
                    1 => Some(3),
                    2 => Some(2),
                    _ => None,
                };
                Clock {
                    source: ClockSource::Pll {
                        megahertz: if ticks == Some(2) { 480 } else { 320 },
                    },
                    ticks_per_cycle: ticks.unwrap_or(6),
                    apb: 80_000_000,
                    undefined: ticks.is_none(),
                }
            }
            2 => divided(ClockSource::Internal, INTERNAL),
            0 => divided(ClockSource::Crystal, CRYSTAL),
            // The audio PLL.
            _ => Clock {
                undefined: true,
                ..divided(ClockSource::Crystal, CRYSTAL)
            },
        }
    }

    fn clock_changed(&mut self, now: Ticks) {
        let apb = self.clock().apb;
        self.uart0.set_apb(apb, now);
        self.groups.iter_mut().for_each(|group| group.set_apb(apb, now));
        self.random.set_apb(apb);
        self.rmt.set_apb(apb);
        self.ledc.set_apb(apb);
    }

    /// What would make a chip fail, or only most of them, at the clock that was just chosen.
    fn check_clock(&mut self, core: usize, now: Ticks) {
        let clock = self.clock();
        let mut found = Vec::new();
        if clock.undefined {
            found.push(Warning::CpuPeriod);
        }
        if let ClockSource::Pll { megahertz } = clock.source {
            if !self.rtc.pll_powered() {
                found.push(Warning::PllOff);
            }
            if !self.analog.pll_settings(megahertz) {
                found.push(Warning::PllNotCalibrated);
            } else if let Some(after) = self.analog.unsettled(now) {
                found.push(Warning::PllUnsettled { after });
            }
            let dbias = self.rtc.dbias();
            if clock.ticks_per_cycle == 2 && (dbias.0 < FAST_DBIAS.0 || dbias.1 < FAST_DBIAS.1) {
                found.push(Warning::CoreVoltage {
                    dbias,
                    needed: FAST_DBIAS,
                });
            }
        }
        for warning in found {
            self.bus.warnings.add(warning, now, core);
        }
    }

    /// Which blocks are switched off.
    fn find_gates(&mut self) {
        self.bus.gated = 0;
        for place in &PLACES {
            let off = place.gate.is_some_and(|(_, bit)| !self.dport.powered(bit));
            self.bus.gated |= u32::from(off) << place.block as u32;
        }
    }

    /// A peripheral whose reset bit is set has its reset values when it comes back.
    fn reset_gated(&mut self, now: Ticks) {
        for place in &PLACES {
            if !place.gate.is_some_and(|(_, bit)| self.dport.held_in_reset(bit)) {
                continue;
            }
            match place.block {
                Block::Uart0 => self.uart0.reset(),
                Block::TimerGroup0 => self.groups[0].reset(now),
                Block::TimerGroup1 => self.groups[1].reset(now),
                Block::Rmt => self.rmt.reset(),
                Block::Ledc => self.ledc.reset(),
                _ => continue,
            }
            self.settle(place.block, 0, now);
        }
    }
}

impl Blocks<BLOCKS> for Peripherals {
    type Block = Block;

    const PLACES: &'static [Place<Block>; BLOCKS] = &PLACES;
    const PORTS: &'static [Block] = &[Block::Uart0];
    const MISSING: &'static [(u8, &'static str)] = &MISSING;

    /// Two buses lead to the peripherals: 0x3ff00000, and 0x60000000 for those from 0x3ff40000 on.
    fn page(address: u32) -> Option<u8> {
        match address {
            0x3ff0_0000..0x3ff8_0000 => Some((address >> 12) as u8 & 0x7f),
            0x6000_0000..0x6004_0000 => Some(0x40 + (address >> 12) as u8),
            _ => None,
        }
    }

    fn gate_name((_, bit): (usize, u32)) -> String {
        format!("DPORT_PERIP_CLK_EN and DPORT_PERIP_RST_EN, bit {bit}")
    }

    fn state(&self) -> &BusState<Block, BLOCKS> {
        &self.bus
    }

    fn state_mut(&mut self) -> &mut BusState<Block, BLOCKS> {
        &mut self.bus
    }

    fn drive(&mut self, first: u32, count: u32, lines: u32) -> bool {
        self.dport.matrix.drive(first, count, lines)
    }

    fn block(&self, block: Block) -> &dyn Peripheral {
        match block {
            Block::Dport => &self.dport,
            Block::Uart0 => &self.uart0,
            Block::Gpio => &self.gpio,
            Block::Rtc => &self.rtc,
            Block::IoMux => &self.io_mux,
            Block::Analog => &self.analog,
            Block::Rmt => &self.rmt,
            Block::Ledc => &self.ledc,
            Block::Efuse => &self.efuse,
            Block::TimerGroup0 => &self.groups[0],
            Block::TimerGroup1 => &self.groups[1],
            Block::Syscon => &self.syscon,
            Block::Random => &self.random,
        }
    }

    fn block_mut(&mut self, block: Block) -> &mut dyn Peripheral {
        match block {
            Block::Dport => &mut self.dport,
            Block::Uart0 => &mut self.uart0,
            Block::Gpio => &mut self.gpio,
            Block::Rtc => &mut self.rtc,
            Block::IoMux => &mut self.io_mux,
            Block::Analog => &mut self.analog,
            Block::Rmt => &mut self.rmt,
            Block::Ledc => &mut self.ledc,
            Block::Efuse => &mut self.efuse,
            Block::TimerGroup0 => &mut self.groups[0],
            Block::TimerGroup1 => &mut self.groups[1],
            Block::Syscon => &mut self.syscon,
            Block::Random => &mut self.random,
        }
    }
}
