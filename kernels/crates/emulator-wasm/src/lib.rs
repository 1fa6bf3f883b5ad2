//! The emulated ESP32-S3, or with the feature `esp32` the emulated ESP32, for JavaScript.
//!
//! [`board`] is plain Rust and tested natively; what only turns its types into JavaScript's is compiled for
//! WebAssembly alone.

pub mod board;
pub mod chip;
pub mod json;

#[cfg(target_arch = "wasm32")]
mod bindings;
