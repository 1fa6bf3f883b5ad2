//! Random numbers in the shapes of a model's data.

/// splitmix64, and shapes of data.
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub fn word(&mut self) -> u32 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut value = self.0;
        value = (value ^ value >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        value = (value ^ value >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((value ^ value >> 31) >> 32) as u32
    }

    pub fn below(&mut self, bound: usize) -> usize {
        ((u64::from(self.word()) * bound as u64) >> 32) as usize
    }

    /// Within -1..1, now and then a zero of either sign.
    pub fn float(&mut self) -> f32 {
        match self.below(64) {
            0 => 0.0,
            1 => -0.0,
            _ => (self.word() >> 8) as f32 / 8_388_608.0 - 1.0,
        }
    }

    pub fn floats(&mut self, count: usize, scale: f32) -> Vec<f32> {
        (0..count).map(|_| self.float() * scale).collect()
    }

    /// Codes within -127..127, every so often all at the limit.
    pub fn codes(&mut self, count: usize) -> Vec<i8> {
        let extreme = self.below(4) == 0;
        (0..count)
            .map(|_| {
                if extreme {
                    [127, -127][self.below(2)]
                } else {
                    (self.below(255) as i32 - 127) as i8
                }
            })
            .collect()
    }
}
