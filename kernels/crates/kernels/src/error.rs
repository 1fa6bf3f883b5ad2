//! The two kinds of failure that cross into TypeScript.

use std::fmt;

/// Shorthand for fallible kernel calls.
pub type Result<T> = core::result::Result<T, Error>;

/// Why a kernel refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// The model is malformed or outside the limits: retrying cannot help.
    Format {
        /// Tensor name or field path.
        field: String,
        /// What is wrong, as a sentence.
        problem: String,
        /// What to do, as a sentence.
        remedy: String,
    },
    /// A call that the caller could have avoided: lengths, order, or more memory than there is.
    Range(String),
}

impl Error {
    /// A malformed model.
    pub fn format(field: impl Into<String>, problem: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self::Format {
            field: field.into(),
            problem: problem.into(),
            remedy: remedy.into(),
        }
    }

    /// A wrong call.
    pub fn range(message: impl Into<String>) -> Self {
        Self::Range(message.into())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Format {
                field,
                problem,
                remedy,
            } => write!(f, "{field}: {problem} {remedy}"),
            Self::Range(message) => f.write_str(message),
        }
    }
}

impl std::error::Error for Error {}

/// A vector of `len` copies of `value`, or an error where the memory is exhausted.
pub(crate) fn try_vec<T: Clone>(len: usize, value: T) -> Result<Vec<T>> {
    let mut vec = Vec::new();
    vec.try_reserve_exact(len).map_err(|_| {
        Error::range(format!(
            "Not enough memory for {len} elements. Convert with a smaller block, context or model."
        ))
    })?;
    vec.resize(len, value);
    Ok(vec)
}
