//! The ESP32-S3 around its cores: mask-ROM boot, memories, caches, flash, PSRAM, peripherals and time.

pub mod chip;
pub mod peripherals;
pub mod time;
