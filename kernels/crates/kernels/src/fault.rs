//! An error on its way to TypeScript, of this crate and of those that build on it.
// The macro of wasm-bindgen expands to the foreign functions that it generates.
#![allow(unsafe_code)]

use wasm_bindgen::prelude::*;

use crate::error::{Error, Refusal};

/// What is thrown; `src/quantize/kernel-module.ts` turns it into `FormatError` or `RangeError`.
#[wasm_bindgen(getter_with_clone)]
pub struct Fault {
    /// Whether the input is malformed (else the call was wrong).
    pub format: bool,
    /// Tensor or field, for a malformed input.
    pub field: String,
    /// What is wrong.
    pub problem: String,
    /// What to do, for a malformed input.
    pub remedy: String,
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        match error.into_refusal() {
            Refusal::Format {
                field,
                problem,
                remedy,
            } => Self {
                format: true,
                field,
                problem,
                remedy,
            },
            Refusal::Range(problem) => Self {
                format: false,
                field: String::new(),
                problem,
                remedy: String::new(),
            },
        }
    }
}
