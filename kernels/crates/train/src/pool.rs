//! Buffers that are used again: a step needs the same ones as the step before, and fresh memory costs more than the
//! sums that go into it.

use kernels::{Error, Result};

use crate::real::Real;

/// Numbers that may lie idle when what is computed has another size than before: 8 MB.
const MOST_IDLE: usize = 1 << 21;

/// Numbers from which on any larger buffer serves: 1 MB.
const LARGE: usize = 1 << 18;

/// Buffers that nobody holds.
pub struct Pool<T> {
    free: Vec<Vec<T>>,
    /// Numbers that they have room for.
    idle: usize,
    /// Vectors of the last use.
    rows: usize,
}

impl<T: Real> Pool<T> {
    /// None yet.
    pub fn new() -> Self {
        Self {
            free: Vec::new(),
            idle: 0,
            rows: 0,
        }
    }

    /// Begins a use with so many vectors. For another number of them other buffers are needed: those of the use before are
    /// given up when they are large, lest there be a set for each number.
    pub fn begin(&mut self, rows: usize) {
        if rows != self.rows && self.idle > MOST_IDLE {
            self.clear();
        }
        self.rows = rows;
    }

    fn clear(&mut self) {
        self.free = Vec::new();
        self.idle = 0;
    }

    /// `length` numbers of any value.
    ///
    /// # Errors
    /// [`Error::Range`] where the memory is exhausted.
    pub fn take(&mut self, length: usize) -> Result<Vec<T>> {
        let most = if length >= LARGE {
            usize::MAX
        } else {
            length + length / 4 + 64
        };
        let fitting = (0..self.free.len())
            .filter(|&i| (length..=most).contains(&self.free[i].capacity()))
            .min_by_key(|&i| self.free[i].capacity());
        let mut buffer = match fitting {
            Some(i) => self.free.swap_remove(i),
            None => Vec::new(),
        };
        self.idle -= buffer.capacity();
        if length > buffer.capacity() && buffer.try_reserve_exact(length).is_err() {
            // What lies idle may be what is missing.
            self.clear();
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
            self.idle += buffer.capacity();
            self.free.push(buffer);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buffers_are_used_again_and_large_ones_given_up_with_another_size() {
        let mut pool = Pool::<f32>::new();
        pool.begin(4);
        for length in [MOST_IDLE, 1000] {
            let buffer = pool.take(length).unwrap();
            pool.give(buffer);
        }
        assert_eq!((pool.free.len(), pool.idle), (2, MOST_IDLE + 1000));
        // Large ones serve what is large as well, small ones what is about as small.
        let buffer = pool.take(LARGE).unwrap();
        assert_eq!((buffer.len(), buffer.capacity()), (LARGE, MOST_IDLE));
        pool.give(buffer);
        assert_eq!(pool.take(100).unwrap().capacity(), 100);
        pool.begin(4);
        assert_eq!(pool.free.len(), 2);
        pool.begin(5);
        assert_eq!((pool.free.len(), pool.idle), (0, 0));
        let buffer = pool.take(1000).unwrap();
        pool.give(buffer);
        pool.begin(6);
        assert_eq!(pool.free.len(), 1);
    }
}
