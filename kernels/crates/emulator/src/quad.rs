//! Sixteen bytes as the host moves them at once: a processor whose caches see a value written in two halves and read
//! as a whole waits for it, and the vector unit's registers are read right after they were written.

/// Sixteen bytes in memory order.
#[derive(Clone, Copy)]
pub struct Quad(Inner);

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
type Inner = core::arch::wasm32::v128;
#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
type Inner = u128;

impl Quad {
    /// Sixteen zeros.
    #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
    pub const ZERO: Self = Self(core::arch::wasm32::u64x2(0, 0));
    /// Sixteen zeros.
    #[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
    pub const ZERO: Self = Self(0);

    /// The same eight bytes twice.
    #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
    #[inline(always)]
    pub fn twice(half: u64) -> Self {
        Self(core::arch::wasm32::u64x2_splat(half))
    }

    /// The same eight bytes twice.
    #[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
    #[inline(always)]
    pub fn twice(half: u64) -> Self {
        Self(u128::from(half) << 64 | u128::from(half))
    }

    /// The bytes.
    #[inline(always)]
    pub fn bytes(self) -> [u8; 16] {
        self.number().to_le_bytes()
    }

    /// The bytes as a number, the first one lowest.
    #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
    #[inline(always)]
    pub fn number(self) -> u128 {
        use core::arch::wasm32::u64x2_extract_lane;
        u128::from(u64x2_extract_lane::<0>(self.0)) | u128::from(u64x2_extract_lane::<1>(self.0)) << 64
    }

    /// The bytes as a number, the first one lowest.
    #[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
    #[inline(always)]
    pub fn number(self) -> u128 {
        self.0
    }

    /// The host's vector.
    #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
    #[inline(always)]
    pub(crate) fn host(self) -> core::arch::wasm32::v128 {
        self.0
    }

    /// From the host's vector.
    #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
    #[inline(always)]
    pub(crate) fn from_host(value: core::arch::wasm32::v128) -> Self {
        Self(value)
    }
}

impl From<[u8; 16]> for Quad {
    #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
    #[inline(always)]
    fn from(bytes: [u8; 16]) -> Self {
        let number = u128::from_le_bytes(bytes);
        Self(core::arch::wasm32::u64x2(number as u64, (number >> 64) as u64))
    }

    #[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
    #[inline(always)]
    fn from(bytes: [u8; 16]) -> Self {
        Self(u128::from_le_bytes(bytes))
    }
}

impl Default for Quad {
    fn default() -> Self {
        Self::ZERO
    }
}

impl PartialEq for Quad {
    fn eq(&self, other: &Self) -> bool {
        self.bytes() == other.bytes()
    }
}

impl Eq for Quad {}

impl std::fmt::Debug for Quad {
    fn fmt(&self, formatter: &mut std::fmt::Formatter) -> std::fmt::Result {
        write!(formatter, "{:032x}", self.number())
    }
}
