//! The peripherals on the register bus, a file each, and the bus that finds them by address.
//!
//! [`Peripherals`] is what the machine sees: reads, writes, time. It never looks by itself; the machine asks
//! [`Peripherals::next_event`] when to come back.

use emulator::bus::BusFault;

use crate::chip::ChipOptions;
use crate::time::Ticks;

mod analog;
pub(crate) mod blocks;
mod clocks;
mod efuse;
mod gdma;
pub(crate) mod gpio;
pub(crate) mod interrupt;
pub(crate) mod ledc;
mod lines;
mod map;
mod pads;
pub(crate) mod peripheral;
pub(crate) mod random;
pub(crate) mod registers;
pub(crate) mod rmt;
mod rtc_cntl;
pub(crate) mod storage;
mod system;
mod systimer;
mod tables;
mod thermometer;
pub(crate) mod timer_group;
pub(crate) mod uart;
mod usb_serial_jtag;
pub(crate) mod warning;
pub(crate) mod watchdog;

pub use analog::{Analog, PLL_BLOCK, VOLTAGE_BLOCK};
use blocks::{Blocks, BusState, Place};
pub use gdma::{DmaMemory, Gdma};
pub use gpio::PINS;
pub use interrupt::SOURCES;
pub use ledc::Pulses;
use map::{Block, BLOCKS, MISSING, PLACES};
pub use pads::{Output, Pad};
pub use peripheral::{reset_scope, Effect, Peripheral, ResetScope};
pub use rmt::Pulse;
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

/// The pins.
const GPIO: gpio::Layout = gpio::Layout {
    rows: tables::GPIO,
    out_select: 0x554,
    pins: PINS,
    straps: (0x8, 0x0),
};

/// The timer groups.
const TIMERS: timer_group::Layout = timer_group::Layout {
    rows: tables::TIMER_GROUP,
    bases: [0x6001_f000, 0x6002_0000],
    reasons: [(11, 7), (17, 8)],
    interrupts: 0x70,
    crystal_bit: 9,
    core_bits: 3 << 12,
    slow_clocks: (SLOW_CLOCK, 17_500_000 / 256),
};

/// The interrupt matrix's registers: the second core's follow half a page behind.
const INTERRUPTS: interrupt::Layout = interrupt::Layout {
    rows: tables::INTERRUPT,
    maps: [0, 0x800],
    levels: [0x18c, 0x98c],
    words: 4,
};

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
    rmt: rmt::Rmt,
    ledc: ledc::Ledc,
    groups: [timer_group::TimerGroup; 2],
    systimer: systimer::Systimer,
    syscon: storage::Storage,
    random: random::Random,
    system: system::System,
    matrix: interrupt::InterruptMatrix,
    bus: BusState<Block, BLOCKS>,
}

impl Peripherals {
    /// The peripherals at power-on, with what the mask ROM sets on its way: UART0 at 115200 bit/s, both boot watchdogs
    /// running.
    pub fn new(options: &ChipOptions) -> Self {
        let system = system::System::new();
        let apb = system.clock().apb;
        let mut usb = UsbSerialJtag::new();
        usb.attached = options.usb_host;
        usb.reading = options.usb_host;
        let mut peripherals = Self {
            usb,
            uart0: Uart::new(uart::Kind::Esp32s3, tables::UART, apb),
            gdma: Gdma::new(),
            gpio: gpio::Gpio::new(GPIO, options.gpio0_low),
            efuse: efuse::Efuse::new(options),
            rtc: rtc_cntl::RtcCntl::new(efuse::thermometer_error(options)),
            io_mux: storage::Storage::new(tables::IO_MUX),
            analog: Analog::new(),
            rmt: rmt::Rmt::new(rmt::Kind::Esp32s3, tables::RMT, apb),
            ledc: ledc::Ledc::new(ledc::Kind::Esp32s3, tables::LEDC_COMMON, apb),
            groups: [
                timer_group::TimerGroup::new(TIMERS, 0, apb),
                timer_group::TimerGroup::new(TIMERS, 1, apb),
            ],
            systimer: systimer::Systimer::new(),
            syscon: storage::Storage::new(tables::SYSCON),
            random: random::Random::new(tables::RANDOM, Warning::RandomSource, options.seed, apb),
            system,
            matrix: interrupt::InterruptMatrix::new(INTERRUPTS),
            bus: BusState::new(&PLACES),
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
            self.rmt.reset();
            self.ledc.reset();
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
        if block == Block::RtcCntl {
            self.rtc.thermometer.set_range(self.analog.thermometer_range());
        }
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
            Block::IoMux => self.pad_changed(address & 0xfff),
            _ => {}
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
        // What a host does to its end of a port comes without an access.
        self.bus
            .event()
            .min(self.usb.next_event(now))
            .min(self.uart0.next_event(now))
    }

    /// Lets happen what is due at `now`, a reset at most; call it again until it gives `None`.
    pub fn advance(&mut self, now: Ticks) -> Option<Effect> {
        self.advance_blocks(now)
    }

    /// What went wrong without ending the run.
    pub fn warnings(&mut self) -> &mut Warnings {
        &mut self.bus.warnings
    }

    fn refresh_all(&mut self, now: Ticks) {
        self.find_gates();
        self.find_noise();
        self.settle_all(now);
    }
}

impl Blocks<BLOCKS> for Peripherals {
    type Block = Block;

    const PLACES: &'static [Place<Block>; BLOCKS] = &PLACES;
    const PORTS: &'static [Block] = &[Block::Uart0, Block::Usb];
    const MISSING: &'static [(u8, &'static str)] = &MISSING;

    fn page(address: u32) -> Option<u8> {
        (address >> 20 == 0x600).then_some((address >> 12) as u8)
    }

    fn gate_name((register, bit): (usize, u32)) -> String {
        format!("SYSTEM_PERIP_CLK_EN{register} and SYSTEM_PERIP_RST_EN{register}, bit {bit}")
    }

    fn state(&self) -> &BusState<Block, BLOCKS> {
        &self.bus
    }

    fn state_mut(&mut self) -> &mut BusState<Block, BLOCKS> {
        &mut self.bus
    }

    fn drive(&mut self, first: u32, count: u32, lines: u32) -> bool {
        self.matrix.drive(first, count, lines)
    }

    fn block(&self, block: Block) -> &dyn Peripheral {
        match block {
            Block::Uart0 => &self.uart0,
            Block::Gpio => &self.gpio,
            Block::Efuse => &self.efuse,
            Block::RtcCntl => &self.rtc,
            Block::IoMux => &self.io_mux,
            Block::Analog => &self.analog,
            Block::Rmt => &self.rmt,
            Block::Ledc => &self.ledc,
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
            Block::Rmt => &mut self.rmt,
            Block::Ledc => &mut self.ledc,
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
}
