//! A matrix in the chip's memory.

/// A tensor as `s3lm_tensor` (device-runtime/engine/s3lm.h) lies in the chip's memory.
pub struct Tensor {
    pub data: u32,
    pub scales: u32,
    pub numbers: u32,
    pub offsets: u32,
    pub rows: usize,
    pub cols: usize,
    pub row_bytes: usize,
    pub group: usize,
    /// Rows of the first of three sources; the others halve the rest.
    pub first_rows: usize,
    pub encoding: u32,
    pub input: u32,
    pub interleaved: bool,
}

impl Tensor {
    pub fn words(&self) -> [u32; 12] {
        [
            self.data,
            self.scales,
            self.numbers,
            self.offsets,
            // All rows lie together.
            0,
            self.rows as u32,
            self.cols as u32,
            self.row_bytes as u32,
            self.group as u32,
            self.first_rows as u32,
            0,
            // Its index, role and placement mean nothing to a product.
            self.encoding << 24 | self.input << 27 | u32::from(self.interleaved) << 31,
        ]
    }
}
