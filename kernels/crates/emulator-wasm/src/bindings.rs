//! The board as a JavaScript class. Numbers that may pass 2^32 are doubles; a run of that length would take months.

use wasm_bindgen::prelude::*;

use crate::board::{Board, Parts};
use crate::chip::ID;

/// The chip that this module emulates.
#[wasm_bindgen]
pub fn chip() -> String {
    ID.to_owned()
}

/// The table through which this module calls functions; translated code is put into it.
#[wasm_bindgen]
pub fn functions() -> JsValue {
    wasm_bindgen::function_table()
}

/// An emulated board, powered up.
#[wasm_bindgen]
pub struct Emulator(Board);

#[wasm_bindgen]
impl Emulator {
    /// Powers a board up.
    ///
    /// `psram_kind`: 0 none, 1 quad, 2 octal.
    ///
    /// # Errors
    /// A sentence, when the image is longer than the flash or there is no such board.
    #[wasm_bindgen(constructor)]
    pub fn new(
        flash: Vec<u8>,
        flash_bytes: u32,
        psram_kind: u8,
        psram_bytes: u32,
        timed: bool,
        single_core: bool,
        seed: u32,
    ) -> Result<Emulator, JsError> {
        let parts = Parts {
            flash_bytes,
            psram_kind,
            psram_bytes,
            timed,
            single_core,
            seed,
        };
        Board::new(flash, parts)
            .map(Self)
            .map_err(|problem| JsError::new(&problem))
    }

    /// Names for reports, from the firmware's ELF file.
    pub fn set_symbols(&mut self, elf: &[u8]) {
        self.0.set_symbols(elf);
    }

    /// Runs for so many emulated seconds; `true` when the chip stopped for good.
    pub fn run(&mut self, seconds: f64) -> bool {
        self.0.run(seconds)
    }

    /// Executes an instruction of a core; `true` when the chip stopped for good.
    pub fn step(&mut self, core: u32) -> bool {
        self.0.step(core as usize)
    }

    /// The reset button.
    pub fn reset(&mut self) {
        self.0.reset();
    }

    /// What the board sent over USB since the last call.
    pub fn usb_read(&mut self) -> Vec<u8> {
        self.0.usb_read()
    }

    /// Puts bytes in line for the board's USB port.
    pub fn usb_write(&mut self, bytes: &[u8]) {
        self.0.usb_write(bytes);
    }

    /// Bytes in line for the USB port.
    #[wasm_bindgen(getter)]
    pub fn usb_waiting(&self) -> u32 {
        self.0.usb_waiting() as u32
    }

    /// What the board sent over UART0 since the last call.
    pub fn uart_read(&mut self) -> Vec<u8> {
        self.0.uart_read()
    }

    /// Puts bytes in line for UART0.
    pub fn uart_write(&mut self, bytes: &[u8]) {
        self.0.uart_write(bytes);
    }

    /// Bytes in line for UART0.
    #[wasm_bindgen(getter)]
    pub fn uart_waiting(&self) -> u32 {
        self.0.uart_waiting() as u32
    }

    /// Emulated seconds since power-on.
    #[wasm_bindgen(getter)]
    pub fn seconds(&self) -> f64 {
        self.0.seconds()
    }

    /// Instructions of both cores.
    #[wasm_bindgen(getter)]
    pub fn instructions(&self) -> f64 {
        self.0.instructions() as f64
    }

    /// Those that translated code ran since the last reset.
    #[wasm_bindgen(getter)]
    pub fn translated_instructions(&self) -> f64 {
        self.0.translated_instructions() as f64
    }

    /// Cycles of a core.
    pub fn cycles(&self, core: u32) -> f64 {
        self.0.cycles(core as usize) as f64
    }

    /// A core where it stands, as JSON.
    pub fn core(&self, core: u32) -> String {
        self.0.core(core as usize)
    }

    /// Memory as a debugger sees it; nothing where nothing answers.
    pub fn read_memory(&self, address: u32, length: u32) -> Option<Vec<u8>> {
        self.0.read_memory(address, length as usize)
    }

    /// Whether code that runs often is noted, so that `translation` has something to give.
    pub fn set_translating(&mut self, enabled: bool) {
        self.0.set_translating(enabled);
    }

    /// A WebAssembly module of code that runs often, or no bytes. It imports this module's memory as `m` of `e`.
    pub fn translation(&mut self) -> Vec<u8> {
        self.0.translation()
    }

    /// Where the functions `0` and so on of that module stand in this module's table; none when it was not compiled.
    pub fn adopt_translation(&mut self, slots: &[u32]) {
        self.0.adopt_translation(slots);
    }

    /// The pins that are outputs and what they give out, as JSON.
    pub fn pins(&mut self) -> String {
        self.0.pins()
    }

    /// Holds a pin low (0) or high (1) from outside, or lets go of it (any other number).
    pub fn hold_pin(&mut self, pin: u32, level: u32) {
        let level = match level {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        };
        self.0.hold_pin(pin, level);
    }

    /// How warm the chip is from now on, -40 to 125 degrees Celsius; anything else changes nothing.
    pub fn set_temperature(&mut self, celsius: f64) {
        self.0.set_temperature(celsius);
    }

    /// What was not an error, but should not be.
    pub fn warnings(&mut self) -> Vec<String> {
        self.0.warnings()
    }

    /// Names of the counters.
    pub fn statistic_names(&self) -> Vec<String> {
        self.0
            .statistics()
            .iter()
            .map(|(name, _)| (*name).to_owned())
            .collect()
    }

    /// Values of the counters, in the order of their names.
    pub fn statistic_values(&self) -> Vec<f64> {
        self.0.statistics().iter().map(|(_, value)| *value).collect()
    }

    /// Why the chip stopped, as JSON; nothing while it runs.
    pub fn report(&self) -> Option<String> {
        self.0.report()
    }
}
