//! The processor cores of the ESP32-S3: Xtensa LX7 with its options, floating-point unit and vector extensions.
//!
//! [`core::Core`] runs code that it finds on a [`bus::Bus`], decoded once into a [`block::BlockCache`]. It follows
//! silicon where that is defined, and stops with a report where silicon would fault.

pub mod block;
pub mod bus;
pub mod core;
pub mod exec;
pub mod isa;
pub mod operation;
pub mod quad;
pub mod ram;
pub mod run;
mod spin;
pub mod timing;
pub mod translate;
