//! An error on its way to TypeScript, of this crate and of those that build on it.

use wasm_bindgen::JsValue;

use crate::error::{Error, Refusal};

/// What is thrown: a text, which `src/quantize/kernel-module.ts` turns into `FormatError` or `RangeError`. A malformed model's
/// has field, problem and remedy with [`BETWEEN`] between them; a wrong call's has none.
pub struct Fault(Error);

/// A byte that no message has.
const BETWEEN: char = '\0';

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self(error)
    }
}

impl From<Fault> for JsValue {
    fn from(Fault(error): Fault) -> Self {
        match error.into_refusal() {
            Refusal::Format {
                mut field,
                problem,
                remedy,
            } => {
                for part in [problem, remedy] {
                    field.push(BETWEEN);
                    field.push_str(&part);
                }
                field.into()
            }
            Refusal::Range(problem) => problem.into(),
        }
    }
}
