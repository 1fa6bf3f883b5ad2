//! What a chip is to the machine that runs it: everything but the cores, behind one trait.

use emulator::bus::Bus;
use emulator::core::model::Model;
use emulator::core::Core;

use crate::chip::ChipOptions;
use crate::fault::Fault;
use crate::flash::Flash;
use crate::peripherals::{AppCore, Effect};
use crate::rom::boot::{Booted, Outcome};
use crate::rom::Entry;
use crate::statistics::Statistics;
use crate::time::Ticks;
use crate::turn::Turn;

/// A chip around its two cores.
pub trait System: Bus {
    /// Registers, ports and pins.
    type Peripherals;
    /// What the mask ROM's functions remember between calls.
    type RomState: Default;

    /// The cores.
    const MODEL: Model;
    /// Where the firmware's first function returns to.
    const RETURNED: u32;
    /// Top of the stack that each core's ROM code uses.
    const STACK_TOP: [u32; 2];
    /// What the mask ROM says when it waits for a download.
    const DOWNLOAD: &'static str;
    /// What a SIMCALL in the mask ROM means.
    fn rom_entry(pc: u32) -> Option<Entry>;
    /// Name of the mask ROM's function at or before an address, for reports.
    fn rom_name(address: u32) -> Option<&'static str>;
    /// Name of a reset code, as the mask ROM prints it.
    fn reset_name(reason: u8) -> &'static str;

    /// The chip at power-on.
    fn new(options: &ChipOptions) -> Self;
    /// Everything but memory chips begins again.
    fn reset(&mut self, reason: u8, now: Ticks);
    /// A core's turn begins.
    fn select(&mut self, core: usize);
    /// Whose turn it is.
    fn turn(&self) -> &Turn;
    /// Whose turn it is.
    fn turn_mut(&mut self) -> &mut Turn;
    /// Follows what registers changed, which may be more than the access itself could do.
    fn refresh(&mut self);

    /// Registers, ports and pins.
    fn peripherals_mut(&mut self) -> &mut Self::Peripherals;
    /// When a peripheral does something by itself.
    fn next_event(&self, now: Ticks) -> Ticks;
    /// Lets one thing happen that is due.
    fn advance(&mut self, now: Ticks) -> Option<Effect>;
    /// A direct transfer was started.
    ///
    /// # Errors
    /// Memory that does not answer.
    fn transfer(&mut self, channel: u8, now: Ticks) -> Result<(), Fault>;
    /// The interrupts of a core that devices drive.
    fn interrupt_lines(&self, core: usize) -> u32;
    /// The second core's lines.
    fn app_core(&self) -> AppCore;
    /// Whether the first core stands still.
    fn pro_stalled(&self) -> bool;
    /// The reset code of a core.
    fn reset_reason(&self, core: usize) -> u8;

    /// Whether an address holds ordinary memory that a stack may lie in.
    fn is_memory(&self, address: u32) -> bool;
    /// Bytes at an address as a debugger reads them; false where no memory is.
    fn peek(&self, address: u32, target: &mut [u8]) -> bool;
    /// What the caches and the memory bus did.
    fn statistics(&self) -> Statistics;
    /// Things that were no fault, told once; peripherals first.
    fn warnings(&mut self) -> Vec<String>;
    /// The flash chip.
    fn flash(&self) -> &Flash;
    /// A register of SPI0 (0) or SPI1 (1), without effects; 0 where there is none.
    fn spi_register(&mut self, controller: usize, offset: u32) -> u32;

    /// The mask ROM says a byte, on every port that it uses.
    fn rom_write(&mut self, byte: u8);
    /// The mask ROM loads what the flash holds.
    fn load_image(&mut self, reason: u8) -> Outcome;
    /// The mask ROM leaves the chip as firmware finds it.
    fn hand_over(&mut self, booted: &Booted);
    /// Address of the first of the mask ROM's variables that was overwritten, if its code for a core needs them.
    fn lost_variable(&self, core: usize) -> Option<u32>;
    /// A core called the mask ROM's function with this number.
    ///
    /// # Errors
    /// What silicon would hang at, or do something else with.
    fn call_rom(&mut self, function: usize, core: &mut Core, state: &mut Self::RomState)
        -> Result<(), Fault>;
}
