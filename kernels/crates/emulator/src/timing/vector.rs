//! Stages of the vector unit's instructions, by name, from the table of the technical reference manual and
//! measurements that confirm parts of it.

use super::hazard::{register, Hazards};
use crate::isa::row::Class;

/// The execution stage, in which most values are wanted and made.
const EXECUTE: u8 = 1;
/// The stage after it: loads, products, sums of the accumulators.
const MEMORY: u8 = 2;

/// The stage in which a named source is wanted.
pub(super) fn use_stage(name: &str, operand: &str) -> u8 {
    // ST.QR [measured], and stores beside products: the datum is wanted late.
    let late = name == "st.qr" || name.contains(".st.") && (name.contains("cmul") || name.contains("fft"));
    if operand == "qv" && late {
        MEMORY
    } else {
        EXECUTE
    }
}

/// The stage after which a named result is there.
pub(super) fn result_stage(name: &str, operand: &str, class: Class) -> u8 {
    match (class, operand) {
        // SRS.ACCX, MOVI.32.A, GET_GPIO_IN. (Assumed: no source says when these reach the address registers.)
        (Class::Address, "au") => MEMORY,
        (Class::Address, _) => EXECUTE,
        (Class::Float, _) => MEMORY,
        (_, "qu" | "qu1") => {
            // Moves between registers do not pass through memory.
            let moved = matches!(name, "mv.qr" | "ee.movi.32.q") || name.starts_with("ee.srcmb");
            if moved {
                EXECUTE
            } else {
                MEMORY
            }
        }
        (_, "qz" | "qz1" | "qa0" | "qa1") => MEMORY,
        (_, "qs") if name.contains("relu") => MEMORY,
        _ => EXECUTE,
    }
}

/// Accumulators, which no operand names, and cycles beyond one.
pub(super) fn accumulators(name: &str, result: &mut Hazards) {
    let rest = name.strip_prefix("ee.").unwrap_or(name);
    let accumulator = if rest.contains("accx") {
        register::ACCX
    } else if rest.contains("qacc") || rest.starts_with("ldqa") {
        register::QACC
    } else {
        return;
    };
    let (wanted, made) = if rest.starts_with("vmulas") || rest.starts_with("vsmulas") {
        // Sums are wanted as late as they are made: one product after the other does not wait.
        (Some(MEMORY), Some(MEMORY))
    } else if rest.starts_with("srs") || rest.starts_with("srcmb") {
        (Some(EXECUTE), Some(EXECUTE))
    } else if rest.starts_with("st.") {
        (Some(EXECUTE), None)
    } else if rest.starts_with("zero") {
        (None, Some(EXECUTE))
    } else {
        (None, Some(MEMORY))
    };
    result.uses.extend(wanted.map(|stage| (accumulator, stage)));
    result.definitions.extend(made.map(|stage| (accumulator, stage)));
    if rest.starts_with("srcmb") {
        result.extra = 1;
    }
}
