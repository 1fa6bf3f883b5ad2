//! External RAM chips: what they hold, their mode registers, and what they need before they answer rightly.

use crate::chip::{Psram, Quirks};

/// Identification of quad chips: the die passed its tests.
const KNOWN_GOOD: u8 = 0x5d;
/// The extended identification of chips that say 8 MB and have 4.
const HALF_OF_8_MB: [u8; 4] = [0x41, 0x14, 0x88, 0xa0];
/// Cycles of read latency by the code in MR0 when the latency is fixed.
const FIXED_LATENCY: [u32; 8] = [6, 8, 10, 12, 14, 0, 0, 0];

/// A chip, or none. Its state survives resets of the processor.
pub struct PsramChip {
    kind: Psram,
    maker: u8,
    /// Wrong identifications that are still to come.
    wrong_ids: u32,
    claims_double: Option<bool>,
    content: Vec<u8>,
    /// Mode registers of an octal chip.
    modes: [u8; 9],
    /// A quad chip listens on four lines.
    quad_mode: bool,
    reset_enabled: bool,
}

/// Register settings of a controller that reads an octal chip.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Latency {
    /// Variable: the chip may answer late, and this controller cannot see it.
    Variable,
    /// Half cycles between address and data.
    Fixed(u32),
}

impl PsramChip {
    /// A chip after power-on.
    pub fn new(kind: Psram, quirks: &Quirks) -> Self {
        let density = match kind {
            Psram::Octal(bytes) => match bytes >> 20 {
                4 => 1,
                8 => 3,
                16 => 5,
                32 => 7,
                _ => 6,
            },
            Psram::None | Psram::Quad(_) => 0,
        };
        let vendor = quirks.psram_maker & 0x1f;
        Self {
            kind,
            maker: quirks.psram_maker,
            wrong_ids: quirks.psram_wrong_ids,
            claims_double: quirks.psram_claims_double,
            content: vec![0; kind.bytes() as usize],
            // Variable latency, code 2, drive 1; vendor; good die with this density; 3 V; full refresh; wrap 32.
            modes: [0x09, vendor, 0x90 | density, 0x60, 0x40, 0, 0, 0, 0x05],
            quad_mode: false,
            reset_enabled: false,
        }
    }

    /// Which chip it is.
    pub fn kind(&self) -> Psram {
        self.kind
    }

    /// Bytes that it says it has.
    pub fn claimed(&self) -> u32 {
        self.kind.bytes() << u32::from(self.claims_double.is_some())
    }

    /// What it holds.
    pub fn content(&self) -> &[u8] {
        &self.content
    }

    /// What it holds, to be written.
    pub fn content_mut(&mut self) -> &mut [u8] {
        &mut self.content
    }

    /// Whether a quad chip listens on four lines.
    pub fn is_quad_mode(&self) -> bool {
        self.quad_mode
    }

    /// Copies from the chip, wrapping at its end.
    pub fn read(&self, address: u32, target: &mut [u8]) {
        if self.content.is_empty() {
            target.fill(0xff);
            return;
        }
        let start = address as usize & (self.content.len() - 1);
        if let Some(source) = self.content.get(start..start + target.len()) {
            target.copy_from_slice(source);
            return;
        }
        for (offset, byte) in (start..).zip(target) {
            *byte = self.content[offset & (self.content.len() - 1)];
        }
    }

    /// Copies to the chip, wrapping at its end.
    pub fn write(&mut self, address: u32, source: &[u8]) {
        if self.content.is_empty() {
            return;
        }
        let mask = self.content.len() - 1;
        for (offset, &byte) in (address as usize & mask..).zip(source) {
            self.content[offset & mask] = byte;
        }
    }

    /// Reads mode registers of an octal chip from `address` on: even addresses give pairs.
    pub fn read_modes(&self, address: u32, target: &mut [u8]) {
        for (offset, byte) in target.iter_mut().enumerate() {
            // A read goes on with the pair's other register and then repeats.
            let register = (address as usize & 0xfffe) + (((address as usize & 1) + offset) & 1);
            *byte = self.modes.get(register).copied().unwrap_or(0);
        }
    }

    /// Writes a mode register of an octal chip; those that only tell about it stay.
    pub fn write_mode(&mut self, address: u32, value: u8) {
        if matches!(address, 0 | 4 | 6 | 8) {
            if let Some(mode) = self.modes.get_mut(address as usize) {
                *mode = value;
            }
        }
    }

    /// How late an octal chip answers reads.
    pub fn read_latency(&self) -> Latency {
        if self.modes[0] & 1 << 5 == 0 {
            return Latency::Variable;
        }
        // The first cycle of the latency is the last of the address.
        let cycles = FIXED_LATENCY[usize::from(self.modes[0] >> 2 & 7)];
        Latency::Fixed(cycles.saturating_sub(1) * 2)
    }

    /// How late an octal chip takes written data, in half cycles.
    pub fn write_latency(&self) -> u32 {
        // Codes 0, 4 and 2 are 3, 4 and 5 cycles, counted as for reads.
        let cycles = match self.modes[4] >> 5 {
            0 => 3,
            4 => 4,
            2 => 5,
            6 => 6,
            1 => 7,
            _ => 0,
        };
        u32::saturating_sub(cycles, 1) * 2
    }

    fn identification(&mut self) -> [u8; 8] {
        if self.wrong_ids > 0 {
            self.wrong_ids -= 1;
            return [0xff; 8];
        }
        let size = match self.claimed() >> 20 {
            2 => 0,
            4 => 1,
            _ => 2,
        };
        let [a, b, c, d] = match self.claims_double {
            Some(true) => HALF_OF_8_MB,
            _ => [size << 5, 0, 0, 0],
        };
        [self.maker, KNOWN_GOOD, a, b, c, d, 0, 0]
    }

    /// A command of a quad chip; `quad` when it comes on four lines. `None` when the chip does not understand it.
    pub fn command(
        &mut self,
        command: u8,
        quad: bool,
        address: u32,
        data: &[u8],
        wanted: usize,
    ) -> Option<Vec<u8>> {
        if quad != self.quad_mode {
            return None;
        }
        let reset_enabled = std::mem::take(&mut self.reset_enabled);
        Some(match command {
            0x9f => self.identification().into_iter().cycle().take(wanted).collect(),
            0x66 => {
                self.reset_enabled = true;
                Vec::new()
            }
            0x99 => {
                if reset_enabled {
                    self.quad_mode = false;
                }
                Vec::new()
            }
            0x35 => {
                self.quad_mode = true;
                Vec::new()
            }
            0xf5 => {
                self.quad_mode = false;
                Vec::new()
            }
            0x03 | 0x0b | 0xeb => {
                let mut bytes = vec![0; wanted];
                self.read(address, &mut bytes);
                bytes
            }
            0x02 | 0x38 => {
                self.write(address, data);
                Vec::new()
            }
            _ => return None,
        })
    }
}

/// When the controller samples what an octal chip sends, by the settings of one line: its input delay (mode and
/// number) and the cycles added to the latency. The unit is a sixth of the bus's cycle.
///
/// The scale follows the order in which ESP-IDF's calibration tries settings (`mspi_timing_tuning_configs.h`): there
/// entry n is this n steps late. Settings outside its table are interpolated.
pub fn sampling_delay(mode: u32, number: u32, extra_cycles: u32) -> i32 {
    const MODES: [i32; 8] = [0, -2, -8, -5, -7, -5, -8, -9];
    let number = if mode == 0 { 0 } else { number as i32 };
    6 * extra_cycles as i32 + MODES[mode as usize & 7] - 2 * number
}
