//! Writes the JavaScript, the types and the final WebAssembly for a compiled wasm-bindgen crate.
//! It exists so that a rebuild needs neither wasm-pack nor wasm-bindgen-cli, both of which are
//! mostly code (downloads, test servers) that a rebuild never runs.
//!
//! Usage: `bindgen INPUT.wasm OUT_DIR OUT_NAME`

use std::{env, process::ExitCode};
use wasm_bindgen_cli_support::Bindgen;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [input, out_dir, out_name] = arguments.as_slice() else {
        eprintln!("usage: bindgen INPUT.wasm OUT_DIR OUT_NAME");
        return ExitCode::from(2);
    };
    match generate(input, out_dir, out_name) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("bindgen: {problem}");
            ExitCode::FAILURE
        }
    }
}

/// The `web` target: one ES module whose default export takes a `WebAssembly.Module` or bytes.
/// The names and producers sections are dropped: they name the compiler, which the manifest
/// beside the artefact already does, and they are bytes that every page would download.
fn generate(input: &str, out_dir: &str, out_name: &str) -> Result<(), Box<dyn std::error::Error>> {
    let mut bindgen = Bindgen::new();
    bindgen
        .input_path(input)
        .web(true)?
        .typescript(true)
        .omit_default_module_path(true)
        .remove_name_section(true)
        .remove_producers_section(true)
        .out_name(out_name)
        .generate(out_dir)?;
    Ok(())
}
