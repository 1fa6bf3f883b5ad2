//! A short number for a state.

/// A number for a state; different states very likely have different ones.
pub fn digest(state: &[u32]) -> u32 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for &word in state {
        hash = (hash ^ u64::from(word)).wrapping_mul(0x0000_0100_0000_01b3);
        hash ^= hash >> 29;
    }
    (hash ^ hash >> 32) as u32
}
