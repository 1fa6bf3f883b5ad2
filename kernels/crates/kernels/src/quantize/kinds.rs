//! How tensors are stored. Written by `npm run schema` from `src/schema/encodings.ts`: change it there.
#![allow(missing_docs)]

/// Encodings without their sizes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EncodingKind {
    Float32,
    Int8Tensor,
    Int8Channel,
    Int8Group,
    Int8GroupU8,
    Int4Group,
}

impl EncodingKind {
    /// How many there are.
    pub const COUNT: usize = 6;

    /// The kind that a word stands for.
    pub fn from_word(word: &str) -> Option<Self> {
        match word {
            "float32" => Some(Self::Float32),
            "int8Tensor" => Some(Self::Int8Tensor),
            "int8Channel" => Some(Self::Int8Channel),
            "int8Group" => Some(Self::Int8Group),
            "int8GroupU8" => Some(Self::Int8GroupU8),
            "int4Group" => Some(Self::Int4Group),
            _ => None,
        }
    }
}
