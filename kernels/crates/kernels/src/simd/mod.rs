//! Four-lane vectors with one interface and two implementations: WebAssembly SIMD, and arrays for every other target.
//! Each operation is a single IEEE operation per lane, so both give the same bits, and the tests that run natively
//! speak for the WebAssembly build. Vectors load from `[f32; 4]`: slices are cut by `as_chunks`, which leaves no
//! bounds check in the loops.
// Named methods rather than operators: they read like the instructions, and need no trait for each type and target.
#![allow(clippy::should_implement_trait)]

#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
mod portable;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod wasm;

mod exp;

#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
pub use portable::{codes_from, widen_u16, widen_u8, F32x4, F64x2, I32x4};
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
pub use wasm::{codes_from, widen_u16, widen_u8, F32x4, F64x2, I32x4};

pub use exp::{exp_f32, exp_f64};

impl F32x4 {
    /// The four lanes added as `(0 + 1) + (2 + 3)`.
    #[inline(always)]
    pub fn sum(self) -> f32 {
        let [a, b, c, d] = self.to_array();
        (a + b) + (c + d)
    }

    /// The four lanes added in 64-bit floats.
    #[inline(always)]
    pub fn sum_f64(self) -> f64 {
        let [a, b, c, d] = self.to_array().map(f64::from);
        (a + b) + (c + d)
    }
}
