//! The ESP32 around its cores: what it has of its own. Turns of the cores, chips behind the memory bus, lines of caches,
//! reports and most peripherals are shared with the ESP32-S3.

pub mod bus;
pub mod external;
pub mod mmu;
pub mod peripherals;
pub mod rom;
pub mod spi;

use crate::machine::Board;

/// A board with an ESP32.
pub type Machine = Board<bus::Esp32Bus>;
