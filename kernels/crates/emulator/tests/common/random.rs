//! Random numbers that are the same everywhere: splitmix64.

/// A generator; equal seeds give equal numbers.
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut value = self.0;
        value = (value ^ value >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        value = (value ^ value >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        value ^ value >> 31
    }

    pub fn word(&mut self) -> u32 {
        (self.next() >> 32) as u32
    }

    /// A number below `bound`.
    pub fn below(&mut self, bound: usize) -> usize {
        ((u64::from(self.word()) * bound as u64) >> 32) as usize
    }

    pub fn pick<'a, T>(&mut self, choices: &'a [T]) -> &'a T {
        &choices[self.below(choices.len())]
    }

    /// A word that is often near a place where something changes.
    pub fn edge(&mut self) -> u32 {
        const EDGES: [u32; 8] = [
            0,
            1,
            0x7fff_ffff,
            0x8000_0000,
            0xffff_ffff,
            0xffff,
            0x8000,
            0x7fff,
        ];
        match self.below(4) {
            0 => self
                .pick(&EDGES)
                .wrapping_add(self.below(3) as u32)
                .wrapping_sub(1),
            1 => self.word() >> self.below(32),
            2 => (self.word() as i32 >> self.below(32)) as u32,
            _ => self.word(),
        }
    }

    /// The bits of a float, often a special one.
    pub fn float(&mut self) -> u32 {
        let sign = self.word() & 0x8000_0000;
        sign | match self.below(12) {
            0 => 0,
            1 => self.below(4) as u32 + 1,
            2 => self.word() & 0x007f_ffff,
            3 => 0x007f_fffe + self.below(5) as u32,
            4 => 0x7f7f_fffe + self.below(4) as u32,
            5 => {
                0x7f80_0000
                    | if self.below(3) == 0 {
                        self.word() & 0x007f_ffff
                    } else {
                        0
                    }
            }
            6 => (self.below(300) as f32).to_bits(),
            7 => 0x3f80_0000 + self.below(4) as u32,
            // Near the largest integers and beyond.
            8 => 0x4e80_0000 + (self.word() & 0x01ff_ffff),
            9 => 0x3f00_0000 + (self.word() & 0x00ff_ffff),
            // Products of these are near the smallest numbers.
            10 => 0x2000_0000 - (self.word() & 0x01ff_ffff),
            _ => self.word() & 0x7fff_ffff,
        }
    }
}
