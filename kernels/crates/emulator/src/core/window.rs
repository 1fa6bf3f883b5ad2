//! The register windows: 64 address registers of which 16 show, rotated in steps of four.

use crate::core::exception::vector;
use crate::core::{ps, Core};

impl Core {
    /// Window base, in units of four registers.
    pub fn window_base(&self) -> u32 {
        self.window_base
    }

    /// One bit for each group of four registers at which a call frame begins.
    pub fn window_start(&self) -> u32 {
        self.window_start
    }

    /// All 64 registers in their physical order.
    pub fn physical_registers(&self) -> [u32; 64] {
        let mut registers = self.physical;
        for (index, &value) in self.a.iter().enumerate() {
            registers[(self.window_base as usize * 4 + index) & 63] = value;
        }
        registers
    }

    /// Replaces all 64 registers.
    pub fn set_physical_registers(&mut self, registers: [u32; 64]) {
        self.physical = registers;
        self.show_window();
    }

    fn show_window(&mut self) {
        let (file, _) = self.physical.as_chunks::<4>();
        let (window, _) = self.a.as_chunks_mut::<4>();
        for (quarter, shown) in window.iter_mut().enumerate() {
            *shown = file[(self.window_base as usize + quarter) & 15];
        }
    }

    fn store_window(&mut self) {
        let (file, _) = self.physical.as_chunks_mut::<4>();
        let (window, _) = self.a.as_chunks::<4>();
        for (quarter, shown) in window.iter().enumerate() {
            file[(self.window_base as usize + quarter) & 15] = *shown;
        }
    }

    /// Moves the window to another base.
    pub(crate) fn move_window(&mut self, base: u32) {
        self.store_window();
        self.window_base = base & 15;
        self.show_window();
        self.refresh_window();
    }

    /// Sets the frame bits.
    pub(crate) fn set_window_start(&mut self, bits: u32) {
        self.window_start = bits & 0xffff;
        self.refresh_window();
    }

    /// The frame bits from the window base on, repeated so that they can be searched upwards.
    fn frames_above(&self) -> u32 {
        let twice = self.window_start | self.window_start << 16;
        twice >> (self.window_base + 1)
    }

    /// Recomputes how much of the window is free.
    pub(crate) fn refresh_window(&mut self) {
        self.window_free = if self.ps & (ps::WOE | ps::EXCM) == ps::WOE {
            self.frames_above().trailing_zeros().min(3) as u8
        } else {
            3
        };
    }

    /// Enters the overflow handler that frees the nearest frame above the window. `pc` is the instruction that
    /// needs the registers; it runs again afterwards.
    pub(crate) fn window_overflow(&mut self, pc: u32) {
        let above = self.frames_above();
        let distance = above.trailing_zeros() + 1;
        self.special.epc[1] = pc;
        let old = self.window_base;
        let size = (above >> distance).trailing_zeros() + 1;
        self.move_window(old + distance);
        self.enter_window_handler(old, vector::WINDOW_OVERFLOW[(size as usize - 1).min(2)]);
    }

    /// RETW's part in the windows: the frame to return to becomes current, or the underflow handler brings it
    /// back first.
    ///
    /// Gives the return address, `None` when the handler is entered, or an error when the frames contradict the
    /// return address.
    pub(crate) fn window_return(&mut self, pc: u32) -> Result<Option<u32>, ()> {
        let increment = self.a[0] >> 30;
        let below =
            |distance: u32| self.window_start >> (self.window_base.wrapping_sub(distance) & 15) & 1 != 0;
        let nearest = (1..=3).find(|&distance| below(distance)).unwrap_or(0);
        if increment == 0 || nearest != 0 && nearest != increment || self.ps & (ps::WOE | ps::EXCM) != ps::WOE
        {
            return Err(());
        }
        let target = pc & 0xc000_0000 | self.a[0] & 0x3fff_ffff;
        let old = self.window_base;
        self.move_window(old.wrapping_sub(increment));
        if nearest != 0 {
            self.set_window_start(self.window_start & !(1 << old));
            return Ok(Some(target));
        }
        self.special.epc[1] = pc;
        self.enter_window_handler(old, vector::WINDOW_UNDERFLOW[increment as usize - 1]);
        Ok(None)
    }

    fn enter_window_handler(&mut self, old_base: u32, offset: u32) {
        self.set_ps(self.ps & !ps::OWB | old_base << ps::OWB_SHIFT | ps::EXCM);
        self.pc = self.special.vecbase + offset;
    }
}
