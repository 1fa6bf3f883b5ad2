//! The emulated board runs small firmwares: boot, memory map, caches and their cost, both cores, and what it refuses.

#[path = "../firmware/mod.rs"]
mod firmware;

mod boot;
mod caches;
mod cores;
mod flash_code;
mod psram;
mod stalls;
mod strict;
