//! CRC-32 of IEEE 802.3 (polynomial 0x04C11DB7 reflected), as zlib computes it, sixteen bytes a step.

use std::sync::LazyLock;

/// `tables[k][b]`: the remainder of byte `b` followed by `k` zero bytes. Computed at the first use, which takes
/// microseconds and keeps 16 KB that do not compress out of the download. They lie where they are: an allocation could
/// grow a page's memory, which would detach the very view that a checksum is asked of.
type Tables = [[u32; 256]; 16];

static TABLES: LazyLock<Tables> = LazyLock::new(|| {
    let mut tables = [[0; 256]; 16];
    for byte in 0..256 {
        let mut crc = byte as u32;
        for _ in 0..8 {
            crc = if crc & 1 == 1 {
                (crc >> 1) ^ 0xEDB8_8320
            } else {
                crc >> 1
            };
        }
        tables[0][byte] = crc;
    }
    for k in 1..16 {
        for byte in 0..256 {
            let crc = tables[k - 1][byte];
            tables[k][byte] = (crc >> 8) ^ tables[0][(crc & 255) as usize];
        }
    }
    tables
});

/// Continues `previous` (0 at the start) over `bytes`.
pub fn crc32(previous: u32, bytes: &[u8]) -> u32 {
    let t: &Tables = &TABLES;
    let mut crc = !previous;
    let (blocks, rest) = bytes.as_chunks::<16>();
    for block in blocks {
        let head = u32::from_le_bytes([block[0], block[1], block[2], block[3]]) ^ crc;
        let h = head.to_le_bytes();
        crc = t[15][usize::from(h[0])]
            ^ t[14][usize::from(h[1])]
            ^ t[13][usize::from(h[2])]
            ^ t[12][usize::from(h[3])];
        for i in 4..16 {
            crc ^= t[15 - i][usize::from(block[i])];
        }
    }
    for &byte in rest {
        crc = (crc >> 8) ^ t[0][usize::from(crc as u8 ^ byte)];
    }
    !crc
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

    #[test]
    fn known_values() {
        assert_eq!(crc32(0, b""), 0);
        assert_eq!(crc32(0, b"123456789"), 0xCBF4_3926);
        assert_eq!(crc32(0, &[0; 32]), 0x190A_55AD);
    }

    #[test]
    fn equals_the_bitwise_definition_for_any_split() {
        let mut random = Random::new(7);
        let bytes: Vec<u8> = (0..1000).map(|_| random.bits() as u8).collect();
        let mut expected = !0u32;
        for &b in &bytes {
            expected ^= u32::from(b);
            for _ in 0..8 {
                expected = (expected >> 1) ^ (0xEDB8_8320 * (expected & 1));
            }
        }
        let expected = !expected;
        for split in 0..bytes.len() {
            assert_eq!(crc32(crc32(0, &bytes[..split]), &bytes[split..]), expected);
        }
    }
}
