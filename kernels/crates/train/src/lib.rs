//! A gradient engine for decoders: it trains whole models, and tunes the scales, minimums, gains and biases of quantized
//! ones against the logits of the original, with the rounding of the device in the loop.
//!
//! A *leaf* is a handful of sequences whose gradient is computed at once; the gradients of a step's leaves are added in
//! a balanced tree over their numbers ([`tree`]), so that the weights after any number of steps have the same bits
//! whatever number of workers shared the leaves. Everything is plain safe Rust over [`kernels::simd`], and gives the
//! same bits natively and as WebAssembly.

mod activation;
mod adam;
mod attention;
mod cap;
mod convolution;
mod draft;
mod elements;
mod embedding;
mod feed_forward;
mod grid;
mod head;
mod heads;
mod linear;
mod norm;
mod numerics;
mod parameters;
mod pass;
mod pool;
mod product;
mod real;
mod rotary;
mod rounding;
mod trainer;
pub mod tree;
mod writer;

#[cfg(target_arch = "wasm32")]
mod bindings;

pub use activation::Input;
pub use adam::Rates;
pub use draft::Draft;
pub use grid::{Follow, Grid, GridRows, GridValues, Sharing, Tables};
pub use head::{Loss, Targets};
pub use parameters::{Part, Slice};
pub use product::work_tiles;
pub use real::Real;
pub use rounding::{Rounder, RowGrid, Share, Text, ToRound};
pub use trainer::{Batch, Trainer};
pub use writer::{Writer, Writing};
