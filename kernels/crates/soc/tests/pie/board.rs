//! A chip with the firmware's vector kernels in it, and what its tests put into its memory and read back.

use std::path::PathBuf;

use crate::chip::Chip;
use crate::random::Random;

/// Places of the functions in `s3lm_kernels` (device-runtime/engine/kernels.h), in bytes.
#[derive(Clone, Copy)]
pub enum Kernel {
    AbsMax = 8,
    Quantize8 = 12,
    Quantize16 = 16,
    QuantizeInt16 = 20,
    SumGroups = 24,
    SumSquares = 28,
    DotF32 = 32,
    MatmulFloat32 = 36,
    MatmulInt8Tensor = 40,
    MatmulInt8Channel = 44,
    MatmulInt8Group = 48,
    MatmulInt8GroupU8 = 52,
    MatmulInt4 = 56,
    ScoresI8 = 60,
    ScoresI16 = 64,
    MixI8 = 68,
    MixI16 = 72,
    ScoresF32 = 76,
    MixF32 = 80,
    Exponentiate = 84,
    Weigh = 88,
    Apply = 92,
    Gate = 96,
    Scale = 100,
    Multiply = 104,
    Add = 108,
    Norm = 112,
    Maximum = 116,
}

pub struct Board {
    pub chip: Chip,
    table: u32,
    pub random: Random,
}

impl Board {
    pub fn new(seed: u64) -> Self {
        let path = std::env::var_os("S3LM_FIRMWARE_ELF").map_or_else(
            || {
                PathBuf::from(env!("CARGO_MANIFEST_DIR"))
                    .join("../../../device-runtime/prebuilt/esp32s3/firmware.elf")
            },
            PathBuf::from,
        );
        let elf = std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let chip = Chip::new(&elf);
        Self {
            table: chip.symbol("s3lm_kernels_pie"),
            chip,
            random: Random::new(seed),
        }
    }

    pub fn call(&mut self, kernel: Kernel, arguments: &[u32]) -> u32 {
        self.timed(kernel, arguments).0
    }

    /// The same, with the cycles that it took.
    pub fn timed(&mut self, kernel: Kernel, arguments: &[u32]) -> (u32, u64) {
        let function = self.chip.words(self.table + kernel as u32, 1)[0];
        self.chip.call(function, arguments)
    }

    pub fn put_codes(&mut self, codes: &[i8], external: bool) -> u32 {
        let bytes: Vec<u8> = codes.iter().map(|&code| code as u8).collect();
        self.chip.put(&bytes, external)
    }

    /// Room for results, filled with a number that stands out.
    pub fn room(&mut self, floats: usize) -> u32 {
        self.chip.put_floats(&vec![77.0; floats], false)
    }

    pub fn put_words(&mut self, words: &[u32]) -> u32 {
        let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
        self.chip.put(&bytes, false)
    }
}

/// Whether two results are the same number to the last bit; NaN has many forms.
pub fn assert_same(actual: &[u32], expected: &[f32], what: &str) {
    assert_eq!(actual.len(), expected.len());
    for (index, (&actual, &expected)) in actual.iter().zip(expected).enumerate() {
        let number = f32::from_bits(actual);
        assert!(
            actual == expected.to_bits() || number.is_nan() && expected.is_nan(),
            "{what}: element {index} is {number:e} ({actual:08x}), not {expected:e} ({:08x})",
            expected.to_bits()
        );
    }
}
