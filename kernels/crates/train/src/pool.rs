//! Buffers that are used again: a step needs the same ones as the step before, and fresh memory costs more than the
//! sums that go into it.

use kernels::{Error, Result};

use crate::real::Real;

/// Buffers that nobody holds.
pub struct Pool<T> {
    free: Vec<Vec<T>>,
}

impl<T: Real> Pool<T> {
    /// None yet.
    pub fn new() -> Self {
        Self { free: Vec::new() }
    }

    /// `length` numbers of any value.
    ///
    /// # Errors
    /// [`Error::Range`] where the memory is exhausted.
    pub fn take(&mut self, length: usize) -> Result<Vec<T>> {
        let fitting = (0..self.free.len())
            .filter(|&i| (length..=length + length / 4 + 64).contains(&self.free[i].capacity()))
            .min_by_key(|&i| self.free[i].capacity());
        let mut buffer = match fitting {
            Some(i) => self.free.swap_remove(i),
            None => Vec::new(),
        };
        if length > buffer.capacity() && buffer.try_reserve_exact(length).is_err() {
            // What lies idle may be what is missing.
            self.free = Vec::new();
            buffer.try_reserve_exact(length).map_err(|_| {
                Error::range(format!(
                    "Not enough memory for {length} numbers. Train with fewer or shorter sequences at a time, or a smaller model."
                ))
            })?;
        }
        buffer.resize(length, T::ZERO);
        Ok(buffer)
    }

    /// `length` zeros.
    ///
    /// # Errors
    /// As [`Self::take`].
    pub fn zeros(&mut self, length: usize) -> Result<Vec<T>> {
        let mut buffer = self.take(length)?;
        buffer.fill(T::ZERO);
        Ok(buffer)
    }

    /// A copy.
    ///
    /// # Errors
    /// As [`Self::take`].
    pub fn copy(&mut self, from: &[T]) -> Result<Vec<T>> {
        let mut buffer = self.take(from.len())?;
        buffer.copy_from_slice(from);
        Ok(buffer)
    }

    /// Keeps a buffer for later.
    pub fn give(&mut self, buffer: Vec<T>) {
        if buffer.capacity() > 0 {
            self.free.push(buffer);
        }
    }
}
