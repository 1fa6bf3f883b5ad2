//! The two kinds of failure that cross into TypeScript.

use std::fmt;

/// Shorthand for fallible kernel calls.
pub type Result<T> = core::result::Result<T, Error>;

/// Why a kernel refused: one pointer, so that a result that failed is passed on in a register.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error(Box<Refusal>);

/// What an [`Error`] says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
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

// Messages are put together in one place: every page downloads what makes them.
impl Error {
    /// A malformed model.
    pub fn format(field: impl fmt::Display, problem: impl fmt::Display, remedy: &str) -> Self {
        Self::of_format(format_args!("{field}"), format_args!("{problem}"), remedy)
    }

    /// A wrong call.
    pub fn range(message: impl fmt::Display) -> Self {
        Self::of_range(format_args!("{message}"))
    }

    #[cold]
    #[inline(never)]
    fn of_format(field: fmt::Arguments<'_>, problem: fmt::Arguments<'_>, remedy: &str) -> Self {
        Self(Box::new(Refusal::Format {
            field: field.to_string(),
            problem: problem.to_string(),
            remedy: remedy.into(),
        }))
    }

    #[cold]
    #[inline(never)]
    fn of_range(message: fmt::Arguments<'_>) -> Self {
        Self(Box::new(Refusal::Range(message.to_string())))
    }

    /// What it says.
    pub fn refusal(&self) -> &Refusal {
        &self.0
    }

    /// What it said.
    pub fn into_refusal(self) -> Refusal {
        *self.0
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.refusal() {
            Refusal::Format {
                field,
                problem,
                remedy,
            } => write!(f, "{field}: {problem} {remedy}"),
            Refusal::Range(message) => f.write_str(message),
        }
    }
}

impl std::error::Error for Error {}

/// A vector of `len` copies of `value`, or an error where the memory is exhausted.
pub(crate) fn try_vec<T: Clone>(len: usize, value: T) -> Result<Vec<T>> {
    let mut vec = Vec::new();
    vec.try_reserve_exact(len).map_err(|_| no_memory(len))?;
    vec.resize(len, value);
    Ok(vec)
}

#[cold]
#[inline(never)]
fn no_memory(len: usize) -> Error {
    Error::range(format_args!(
        "Not enough memory for {len} elements. Convert with a smaller block, context or model."
    ))
}
