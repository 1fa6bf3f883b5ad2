//! What firmware does that silicon would swallow in silence: lost bytes, ignored writes, numbers that are not random.

use std::fmt;

use crate::time::Ticks;

/// A mistake that does not end the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Warning {
    /// A byte was written to USB-Serial-JTAG while EP1_CONF bit 1 was 0: it is lost.
    UsbByteLost,
    /// A byte was read from USB-Serial-JTAG while EP1_CONF bit 2 was 0.
    UsbReadEmpty,
    /// A byte was written to UART0 with its FIFO full: it is lost.
    UartByteLost,
    /// A byte came in on UART0 with its FIFO full: it is lost.
    UartInputLost,
    /// A byte was read from UART0 with its FIFO empty.
    UartReadEmpty,
    /// UART0 sends at a rate that the other side does not read.
    UartRate {
        /// Bits a second that UART0 sends.
        rate: u32,
        /// Bits a second that the host reads.
        host: u32,
    },
    /// UART0 has bytes to send and no clock or divider to send them with.
    UartStopped,
    /// Two random numbers were read within 16 APB cycles: they are the same.
    RandomTooSoon,
    /// The random number register was read without a source of noise.
    RandomSource,
    /// Likewise, on the ESP32.
    RandomOscillator,
    /// A watchdog's register was written while its write protection was on: the write is lost.
    WatchdogProtected {
        /// The register's address.
        address: u32,
    },
    /// The CPU runs from the PLL, which was not calibrated.
    PllNotCalibrated,
    /// The CPU was switched to the PLL before that had settled.
    PllUnsettled {
        /// Microseconds after its last setting.
        after: u32,
    },
    /// The CPU runs from the PLL, which is switched off.
    PllOff,
    /// The CPU runs at 240 MHz with another core voltage than this chip needs, or more than it stands.
    CoreVoltage {
        /// RTC and digital dbias, 0..=31.
        dbias: (u8, u8),
        /// What the chip's eFuse says that it needs.
        needed: (u8, u8),
    },
    /// The CPU runs at 240 MHz with the slave regulator's branches off (RTC_CNTL_DATE bits 18:13).
    SlaveRegulator,
    /// CPUPERIOD_SEL has a value that is not defined for this PLL frequency.
    CpuPeriod,
    /// A register behind the analog I2C master was written while its block was off (ANA_CONFIG): the write is lost.
    AnalogBlockOff {
        /// The block.
        block: u8,
    },
    /// The thermometer was asked for a value without power, clock or forced control, or held in reset: none comes.
    ThermometerOff,
    /// The thermometer was asked within 300 µs of its power-up, when it is not settled.
    ThermometerEarly,
    /// The thermometer was asked with a range that is none.
    ThermometerRange {
        /// Register 6 of the analog block 0x69, bits 3:0.
        range: u8,
    },
    /// GDMA met a descriptor that it cannot use.
    DmaDescriptor {
        /// The descriptor's address.
        address: u32,
    },
    /// A GDMA transfer to or from PSRAM is not aligned to the channel's block size.
    DmaAlignment {
        /// The buffer's address.
        address: u32,
    },
}

impl fmt::Display for Warning {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        match *self {
            Self::UsbByteLost => write!(
                formatter,
                "USB-Serial-JTAG byte lost: EP1 was written while the FIFO took nothing (EP1_CONF bit 1 was 0)"
            ),
            Self::UsbReadEmpty => write!(formatter, "USB-Serial-JTAG EP1 was read while no byte was there"),
            Self::UartByteLost => write!(formatter, "UART0 byte lost: FIFO was written while it was full (128 bytes)"),
            Self::UartInputLost => write!(formatter, "UART0 input lost: a byte came while the receive FIFO was full"),
            Self::UartReadEmpty => write!(formatter, "UART0 FIFO was read while no byte was there"),
            Self::UartRate { rate, host } => {
                write!(formatter, "UART0 sends at {rate} bit/s while the host reads {host} bit/s")
            }
            Self::UartStopped => write!(formatter, "UART0 has bytes to send but no clock (CLK_CONF, CLKDIV)"),
            Self::RandomTooSoon => write!(
                formatter,
                "random numbers read within 16 APB cycles of each other are the same"
            ),
            Self::RandomSource => write!(
                formatter,
                "random number read without a source of noise: SYSCON_WIFI_CLK_EN bit 15 and RTC_CNTL_CLK_CONF bit 10"
            ),
            Self::RandomOscillator => write!(
                formatter,
                "random number read without a source of noise: the internal oscillator is off (RTC_CNTL_CLK_CONF bit 6)"
            ),
            Self::WatchdogProtected { address } => write!(
                formatter,
                "write to watchdog register 0x{address:08x} lost: its write protection was on"
            ),
            Self::PllNotCalibrated => write!(formatter, "the CPU runs from the PLL, which was not calibrated"),
            Self::PllUnsettled { after } => write!(
                formatter,
                "the CPU was switched to the PLL {after} µs after its last setting: it takes 80 µs to settle"
            ),
            Self::PllOff => write!(
                formatter,
                "the CPU runs from the PLL, which is powered down (RTC_CNTL_OPTIONS0 bits 6, 8, 10)"
            ),
            Self::CoreVoltage {
                dbias: (rtc, digital),
                needed,
            } => write!(
                formatter,
                "240 MHz with core voltage settings {rtc} (RTC) and {digital} (digital): this chip needs {} and {}",
                needed.0, needed.1
            ),
            Self::SlaveRegulator => write!(
                formatter,
                "240 MHz with branches of the slave regulator off (RTC_CNTL_DATE bits 18:13 are not 0)"
            ),
            Self::CpuPeriod => write!(formatter, "CPUPERIOD_SEL is not defined for this PLL frequency"),
            Self::AnalogBlockOff { block } => write!(
                formatter,
                "write to analog block 0x{block:02x} lost: the block is off (ANA_CONFIG 0x6000e044, ANA_CONFIG2)"
            ),
            Self::ThermometerOff => write!(
                formatter,
                "the thermometer was asked while it is off (SENS_SAR_TSENS_CTRL bits 22 and 23, CTRL2 bits 13:12, \
                 SENS_SAR_PERI_CLK_GATE_CONF bit 29)"
            ),
            Self::ThermometerEarly => write!(
                formatter,
                "the thermometer was asked within 300 µs of its power-up, before it settles"
            ),
            Self::ThermometerRange { range } => write!(
                formatter,
                "the thermometer was asked with the range {range}: 5, 7, 15, 11 and 10 are ranges (analog block 0x69, register 6)"
            ),
            Self::DmaDescriptor { address } => write!(formatter, "GDMA cannot use the descriptor at 0x{address:08x}"),
            Self::DmaAlignment { address } => write!(
                formatter,
                "GDMA buffer at 0x{address:08x} in external memory is not aligned to the channel's block size"
            ),
        }
    }
}

/// A warning and its first time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Warned {
    /// What happened.
    pub warning: Warning,
    /// When it happened first.
    pub time: Ticks,
    /// Which core's access it was, as far as one caused it.
    pub core: usize,
    /// How often it happened.
    pub count: u64,
}

/// Different warnings that are kept; a program that makes more of them is told enough by these.
const LIMIT: usize = 64;

/// The warnings of a run, each once.
#[derive(Debug, Clone, Default)]
pub struct Warnings {
    list: Vec<Warned>,
    told: usize,
}

impl Warnings {
    /// Counts a warning.
    pub(crate) fn add(&mut self, warning: Warning, time: Ticks, core: usize) {
        if let Some(known) = self.list.iter_mut().find(|known| known.warning == warning) {
            known.count += 1;
        } else if self.list.len() < LIMIT {
            self.list.push(Warned {
                warning,
                time,
                core,
                count: 1,
            });
        }
    }

    /// All of them, in the order of their first times.
    pub fn all(&self) -> &[Warned] {
        &self.list
    }

    /// All of them as a person reads them, with how often they happened.
    pub(crate) fn sentences(&self) -> Vec<String> {
        let sentence = |warned: &Warned| match warned.count {
            1 => warned.warning.to_string(),
            count => format!("{} ({count} times)", warned.warning),
        };
        self.list.iter().map(sentence).collect()
    }

    /// The next one that this function has not given yet: for who wants to add the place in the program at once.
    pub fn next_new(&mut self) -> Option<Warned> {
        let warned = self.list.get(self.told).copied();
        self.told += usize::from(warned.is_some());
        warned
    }
}
