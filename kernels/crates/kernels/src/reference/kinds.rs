//! The kinds of which a description is made. Written by `npm run schema` from `src/schema/kinds.ts`: change it there.
#![allow(missing_docs)]

/// What a step of a block does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepKind {
    Norm,
    Attention,
    Mlp,
    Conv,
}

impl StepKind {
    /// How many there are.
    pub const COUNT: usize = 4;

    /// The kind that a word stands for.
    pub fn from_word(word: &str) -> Option<Self> {
        match word {
            "norm" => Some(Self::Norm),
            "attention" => Some(Self::Attention),
            "mlp" => Some(Self::Mlp),
            "conv" => Some(Self::Conv),
            _ => None,
        }
    }
}

/// Where a step finds and leaves the vector of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlaceKind {
    Residual,
    Normed,
    Branch,
}

impl PlaceKind {
    /// How many there are.
    pub const COUNT: usize = 3;

    /// The kind that a word stands for.
    pub fn from_word(word: &str) -> Option<Self> {
        match word {
            "residual" => Some(Self::Residual),
            "normed" => Some(Self::Normed),
            "branch" => Some(Self::Branch),
            _ => None,
        }
    }
}

/// Normalizations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NormKind {
    Rms,
    Layer,
}

impl NormKind {
    /// How many there are.
    pub const COUNT: usize = 2;

    /// The kind that a word stands for.
    pub fn from_word(word: &str) -> Option<Self> {
        match word {
            "rms" => Some(Self::Rms),
            "layer" => Some(Self::Layer),
            _ => None,
        }
    }
}

/// Feed-forwards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MlpKind {
    Gated,
    Plain,
}

impl MlpKind {
    /// How many there are.
    pub const COUNT: usize = 2;

    /// The kind that a word stands for.
    pub fn from_word(word: &str) -> Option<Self> {
        match word {
            "gated" => Some(Self::Gated),
            "plain" => Some(Self::Plain),
            _ => None,
        }
    }
}

/// Functions between the matrices of a feed-forward.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FunctionKind {
    Silu,
    Gelu,
    GeluTanh,
    Relu,
    Relu2,
}

impl FunctionKind {
    /// How many there are.
    pub const COUNT: usize = 5;

    /// The kind that a word stands for.
    pub fn from_word(word: &str) -> Option<Self> {
        match word {
            "silu" => Some(Self::Silu),
            "gelu" => Some(Self::Gelu),
            "geluTanh" => Some(Self::GeluTanh),
            "relu" => Some(Self::Relu),
            "relu2" => Some(Self::Relu2),
            _ => None,
        }
    }
}

/// How attention knows positions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PositionKind {
    None,
    Rotary,
    Alibi,
}

impl PositionKind {
    /// How many there are.
    pub const COUNT: usize = 3;

    /// The kind that a word stands for.
    pub fn from_word(word: &str) -> Option<Self> {
        match word {
            "none" => Some(Self::None),
            "rotary" => Some(Self::Rotary),
            "alibi" => Some(Self::Alibi),
            _ => None,
        }
    }
}

/// What queries and keys are normalized over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeadNormKind {
    None,
    Head,
    Heads,
    All,
}

impl HeadNormKind {
    /// How many there are.
    pub const COUNT: usize = 4;

    /// The kind that a word stands for.
    pub fn from_word(word: &str) -> Option<Self> {
        match word {
            "none" => Some(Self::None),
            "head" => Some(Self::Head),
            "heads" => Some(Self::Heads),
            "all" => Some(Self::All),
            _ => None,
        }
    }
}

/// The matrices whose input is observed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SiteKind {
    Attention,
    Output,
    Mlp,
    Down,
    Head,
    Conv,
    ConvOutput,
    ProjectIn,
    ProjectOut,
}

impl SiteKind {
    /// How many there are.
    pub const COUNT: usize = 9;

    /// The kind that a word stands for.
    pub fn from_word(word: &str) -> Option<Self> {
        match word {
            "attention" => Some(Self::Attention),
            "output" => Some(Self::Output),
            "mlp" => Some(Self::Mlp),
            "down" => Some(Self::Down),
            "head" => Some(Self::Head),
            "conv" => Some(Self::Conv),
            "convOutput" => Some(Self::ConvOutput),
            "projectIn" => Some(Self::ProjectIn),
            "projectOut" => Some(Self::ProjectOut),
            _ => None,
        }
    }
}
