//! What the mask ROM keeps in RAM: variables that its functions need, and stacks while it loads.
//!
//! Ranges: espressif/esp-idf `components/heap/port/esp32/memory_layout.c`, `components/esp_rom/esp32/ld/esp32.rom.ld`.

use std::ops::Range;

/// Ranges of the variables, and the core whose functions need them; 2 for both.
pub const RANGES: [(Range<u32>, usize); 3] = [
    (0x3ffa_e000..0x3ffa_e6e0, 2),
    (0x3ffe_0000..0x3ffe_0440, 2),
    (0x3ffe_3f20..0x3ffe_4350, 1),
];

/// What segments may not be loaded over.
pub const RESERVED: [(Range<u32>, &str); 4] = [
    (0x3ffa_e000..0x3ffb_0000, "data"),
    (0x3ffe_0000..0x3ffe_0440, "data"),
    (0x3ffe_0440..0x3ffe_3f20, "stack"),
    (0x3ffe_3f20..0x3ffe_4350, "data of the second core"),
];

/// A byte of the pattern that stands for the variables.
fn byte(address: u32) -> u8 {
    (address.wrapping_mul(0x9e37_79b1) >> 24) as u8 | 1
}

/// Puts the variables in place.
pub fn place(mut put: impl FnMut(u32, &[u8])) {
    for (range, _) in RANGES {
        let start = range.start;
        let bytes: Vec<u8> = range.map(byte).collect();
        put(start, &bytes);
    }
}

/// Address of the first variable that a core's functions need and that was overwritten.
pub fn lost(core: usize, mut copy: impl FnMut(u32, &mut [u8]) -> bool) -> Option<u32> {
    RANGES
        .into_iter()
        .filter(|(_, needed)| *needed == 2 || *needed == core)
        .find_map(|(range, _)| {
            let mut bytes = vec![0; range.len()];
            copy(range.start, &mut bytes);
            range
                .zip(bytes)
                .find_map(|(address, value)| (value != byte(address)).then_some(address))
        })
}
