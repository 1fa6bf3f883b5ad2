//! A vector register as lanes of 8, 16 or 32 bits.

/// Lanes of one width; lane 0 holds the lowest bytes.
pub trait Lanes: Copy {
    /// Reads the lanes.
    fn from_bytes(bytes: [u8; 16]) -> Self;
    /// Writes the lanes.
    fn to_bytes(self) -> [u8; 16];
}

macro_rules! lanes {
    ($($element:ty, $count:literal);+) => {
        $(impl Lanes for [$element; $count] {
            #[inline(always)]
            fn from_bytes(bytes: [u8; 16]) -> Self {
                const WIDTH: usize = 16 / $count;
                std::array::from_fn(|lane| {
                    <$element>::from_le_bytes(std::array::from_fn(|byte| bytes[lane * WIDTH + byte]))
                })
            }

            #[inline(always)]
            fn to_bytes(self) -> [u8; 16] {
                const WIDTH: usize = 16 / $count;
                let mut bytes = [0; 16];
                for (target, lane) in bytes.chunks_exact_mut(WIDTH).zip(self) {
                    target.copy_from_slice(&lane.to_le_bytes());
                }
                bytes
            }
        })+
    };
}

lanes!(i8, 16; u8, 16; i16, 8; u16, 8; i32, 4; u32, 4);

/// The low 16 bytes of the pair `high:low` moved down by `bytes`, which is at most 16.
#[inline]
pub fn shift_pair(low: [u8; 16], high: [u8; 16], bytes: u32) -> [u8; 16] {
    let (low, high) = (u128::from_le_bytes(low), u128::from_le_bytes(high));
    let result = match bytes {
        0 => low,
        16.. => high,
        _ => low >> (8 * bytes) | high << (128 - 8 * bytes),
    };
    result.to_le_bytes()
}
