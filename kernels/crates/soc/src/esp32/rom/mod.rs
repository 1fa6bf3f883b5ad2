//! The mask ROM as far as firmware sees it; it holds none of the ROM's contents.

mod call;
mod functions;
pub mod variables;

pub use call::RomState;
pub use functions::{Does, FUNCTIONS};

use crate::rom::{Code, START};

/// Bytes of the code, which other addresses show nothing of.
const BYTES: u32 = 0x7_0000;
/// Constants, on the data bus.
const DATA_START: u32 = 0x3ff9_0000;
const DATA_BYTES: u32 = 0x1_0000;
/// Where the firmware's first function returns to.
pub const RETURNED: u32 = 0x4000_0480;
/// Top of the stack that each core's ROM code uses.
/// [espressif/esp-idf `components/esp_rom/esp32/ld/esp32.rom.ld`: `__stack`, `_stack_sentry_app`]
pub const STACK_TOP: [u32; 2] = [0x3ffe_3f20, 0x3ffe_5230];

/// The ROM's entry points.
pub struct Rom {
    code: Code,
}

impl Default for Rom {
    fn default() -> Self {
        Self::new()
    }
}

impl Rom {
    /// The code of all entry points.
    pub fn new() -> Self {
        let functions = FUNCTIONS.iter().map(|function| function.address);
        Self {
            code: Code::new(RETURNED, functions),
        }
    }

    /// Whether an address lies in the ROM.
    pub fn contains(address: u32) -> bool {
        address.wrapping_sub(START) < BYTES || address.wrapping_sub(DATA_START) < DATA_BYTES
    }

    /// The code at an aligned address; `None` where this ROM has none.
    pub fn word(&self, address: u32) -> Option<u32> {
        self.code.word(address)
    }
}

/// Name of a reset code, as the ROM prints it.
pub fn reset_name(reason: u8) -> &'static str {
    match reason {
        0x01 => "POWERON_RESET",
        0x03 => "SW_RESET",
        0x05 => "DEEPSLEEP_RESET",
        0x06 => "SDIO_RESET",
        0x07 => "TG0WDT_SYS_RESET",
        0x08 => "TG1WDT_SYS_RESET",
        0x09 => "RTCWDT_SYS_RESET",
        0x0a => "INTRUSION_RESET",
        0x0b => "TGWDT_CPU_RESET",
        0x0c => "SW_CPU_RESET",
        0x0d => "RTCWDT_CPU_RESET",
        0x0e => "EXT_CPU_RESET",
        0x0f => "RTCWDT_BROWN_OUT_RESET",
        0x10 => "RTCWDT_RTC_RESET",
        _ => "UNKNOWN_RESET",
    }
}
