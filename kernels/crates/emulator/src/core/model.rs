//! The processors that a core can be: one instruction set, of which each has its part.

/// A processor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Model {
    /// The ESP32's: no vector unit.
    Lx6,
    /// The ESP32-S3's.
    Lx7,
}

impl Model {
    /// The identity of its configuration. [espressif/esp-idf `components/xtensa/*/include/xtensa/config/core-isa.h`]
    pub(crate) fn config_id(self) -> [u32; 2] {
        match self {
            Self::Lx6 => [0xc2bc_fffe, 0x1cc5_fe96],
            Self::Lx7 => [0xc2f0_fffe, 0x2308_8ef1],
        }
    }

    /// The bits of CPENABLE that exist. An instruction of any other coprocessor is none of this processor's.
    pub(crate) fn coprocessors(self) -> u32 {
        match self {
            Self::Lx6 => 1,
            Self::Lx7 => 0xff,
        }
    }

    /// Whether it has the 128-bit vector unit.
    pub(crate) fn has_vectors(self) -> bool {
        self == Self::Lx7
    }
}
