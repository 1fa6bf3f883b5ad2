//! The ESP32-S3 and the ESP32 around their cores: mask-ROM boot, memories, caches, flash, PSRAM, peripherals and time.
//!
//! [`machine::Machine`] is a board made from [`chip::ChipOptions`]: it boots what its flash holds and runs until a time,
//! or until something happens that silicon would not survive, which [`report::Report`] tells.

pub mod bus;
pub mod cache;
pub mod chip;
pub mod esp32;
pub mod external;
pub mod fault;
pub mod flash;
pub mod machine;
pub mod mmu;
pub mod peripherals;
pub mod psram;
pub mod report;
pub mod rom;
pub mod spi;
pub mod sram;
pub mod statistics;
pub mod symbols;
pub mod system;
pub mod time;
pub mod turn;
