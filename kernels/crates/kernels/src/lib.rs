//! The arithmetic of the converter that must be fast and exact: quantization of weight rows, the float reference
//! engine that judges every conversion, the comparison of logits, and CRC-32.
//!
//! The crate is plain safe Rust over `simd`, and runs the same way natively (where it is tested) and as WebAssembly
//! (where it is used, through `bindings`). Every input is hostile: sizes are checked against named limits and a
//! malformed input is an [`Error`], never a panic.

pub mod compare;
pub mod crc32;
pub mod dtype;
mod error;
pub mod normal;
pub mod quantize;
pub mod random;
pub mod reference;
pub mod simd;
pub mod turn;

#[cfg(all(target_arch = "wasm32", feature = "bindings"))]
mod bindings;
#[cfg(target_arch = "wasm32")]
pub mod fault;

pub use error::{Error, Refusal, Result};
