//! Buffers that TypeScript reaches by address.

use wasm_bindgen::prelude::*;

use crate::crc32::crc32;
use crate::error::{try_vec, Error};

/// Continues a CRC-32 over `length` bytes at `address` of the memory.
#[wasm_bindgen]
pub fn crc32_at(previous: u32, address: usize, length: usize) -> super::Answer<u32> {
    if length == 0 {
        return Ok(previous);
    }
    let size = core::arch::wasm32::memory_size::<0>() * 65536;
    if address == 0 || address > size || length > size - address {
        return Err(Error::range(format_args!(
            "{length} bytes at {address} lie outside the memory."
        ))
        .into());
    }
    // Sound: the range lies inside the memory, which never shrinks; nothing else runs while we read, and every bit
    // pattern is a valid u8.
    Ok(crc32(previous, unsafe {
        core::slice::from_raw_parts(address as *const u8, length)
    }))
}

/// A buffer that TypeScript fills.
#[wasm_bindgen]
pub struct Buffer {
    bytes: Vec<u8>,
}

#[wasm_bindgen]
impl Buffer {
    /// `length` zero bytes.
    #[wasm_bindgen(constructor)]
    pub fn new(length: usize) -> super::Answer<Buffer> {
        Ok(Self {
            bytes: try_vec(length, 0)?,
        })
    }

    /// Where it begins.
    pub fn address(&self) -> usize {
        self.bytes.as_ptr() as usize
    }

    /// Continues a CRC-32 over its first `length` bytes.
    pub fn crc32(&self, previous: u32, length: usize) -> u32 {
        crc32(previous, &self.bytes[..length.min(self.bytes.len())])
    }
}

impl Buffer {
    pub(super) fn bytes(&self, length: usize) -> &[u8] {
        &self.bytes[..length.min(self.bytes.len())]
    }
}
