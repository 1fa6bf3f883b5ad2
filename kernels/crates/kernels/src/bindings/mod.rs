//! What TypeScript sees (`src/quantize/kernels.ts` is the only caller and gives it types and documentation).
//!
//! Bulk data crosses by address: TypeScript copies rows into a buffer of ours and reads results through views of the
//! memory. Everything else crosses as numbers, strings and typed arrays.
// The macro of wasm-bindgen expands to the foreign functions that it generates.
#![allow(unsafe_code)]

mod compare;
mod memory;
mod quantize;
mod reference;

use crate::fault::Fault;

type Answer<T> = core::result::Result<T, Fault>;
