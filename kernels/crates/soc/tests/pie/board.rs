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
    SumSquares = 24,
    DotF32 = 28,
    MatmulFloat32 = 32,
    MatmulInt8Tensor = 36,
    MatmulInt8Channel = 40,
    MatmulInt8Group = 44,
    MatmulInt8GroupU8 = 48,
    ScoresI8 = 52,
    MixI8 = 56,
    ScoresF32 = 60,
    MixF32 = 64,
    Exponentiate = 68,
    Gate = 72,
    Scale = 76,
    Multiply = 80,
    Add = 84,
    Norm = 88,
    Maximum = 92,
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
        let function = self.chip.words(self.table + kernel as u32, 1)[0];
        self.chip.call(function, arguments).0
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
