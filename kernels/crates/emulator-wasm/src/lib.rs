//! The emulated ESP32-S3 for JavaScript.
//!
//! [`board`] is plain Rust and tested natively; what only turns its types into JavaScript's is compiled for
//! WebAssembly alone.

pub mod board;
pub mod json;

#[cfg(target_arch = "wasm32")]
mod bindings;
