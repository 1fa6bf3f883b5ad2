//! The sum of the gradients of a step's leaves, with the same bits whoever adds which of them.
//!
//! The sums form a balanced binary tree over the leaves' numbers: two neighbours make a node of level 1, two neighbouring
//! nodes one of level 2, and so on. A worker that computes an aligned run of `2^level` leaves hands over the run's node in
//! place of its leaves. What remains when the number of leaves is no power of two is added from the last node to the first.

use kernels::{Error, Result};

use crate::real::{add, Real};

/// Gradients on their way to one.
#[derive(Debug)]
pub struct Tree<T> {
    /// Nodes of falling levels.
    nodes: Vec<(u32, Vec<T>)>,
    /// Leaves taken so far.
    leaves: usize,
    /// Numbers of a gradient.
    length: usize,
}

impl<T: Real> Tree<T> {
    /// No leaves yet.
    pub fn new(length: usize) -> Self {
        Self {
            nodes: Vec::new(),
            leaves: 0,
            length,
        }
    }

    /// Leaves taken so far.
    pub fn leaves(&self) -> usize {
        self.leaves
    }

    /// Adds the next `2^level` leaves as their node; gives back the buffers that are free now.
    ///
    /// # Errors
    /// [`Error::Range`] for another length, or where no node of that level begins.
    pub fn add(&mut self, level: u32, node: Vec<T>) -> Result<Vec<Vec<T>>> {
        if node.len() != self.length {
            return Err(Error::range(format!(
                "A gradient of {} numbers is not one of {}.",
                node.len(),
                self.length
            )));
        }
        if level >= 32 || !self.leaves.is_multiple_of(1 << level) {
            return Err(Error::range(format!(
                "No node of {} leaves begins at leaf {}: add the nodes in the order of their leaves.",
                1u64 << level.min(63),
                self.leaves
            )));
        }
        self.leaves += 1 << level;
        let (mut level, mut node) = (level, node);
        let mut free = Vec::new();
        while let Some((_, left)) = self.nodes.pop_if(|(other, _)| *other == level) {
            let right = core::mem::replace(&mut node, left);
            add(&mut node, &right);
            free.push(right);
            level += 1;
        }
        self.nodes.push((level, node));
        Ok(free)
    }

    /// The sum of all leaves, zeros of none.
    pub fn finish(mut self) -> Vec<T> {
        let Some((_, mut sum)) = self.nodes.pop() else {
            return vec![T::ZERO; self.length];
        };
        while let Some((_, mut left)) = self.nodes.pop() {
            add(&mut left, &sum);
            sum = left;
        }
        sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernels::random::Random;

    const LENGTH: usize = 33;

    fn leaves(count: usize) -> Vec<Vec<f32>> {
        let mut random = Random::new(count as u64);
        (0..count)
            .map(|_| (0..LENGTH).map(|_| random.normal()).collect())
            .collect()
    }

    fn sum(leaves: &[Vec<f32>]) -> Vec<f32> {
        let mut tree = Tree::new(LENGTH);
        for leaf in leaves {
            tree.add(0, leaf.clone()).unwrap();
        }
        tree.finish()
    }

    /// The nodes of a run of leaves: the largest aligned ones.
    fn nodes(mut begin: usize, end: usize) -> Vec<(u32, core::ops::Range<usize>)> {
        let mut nodes = Vec::new();
        while begin < end {
            let mut level = if begin == 0 { 31 } else { begin.trailing_zeros() };
            while begin + (1 << level) > end {
                level -= 1;
            }
            nodes.push((level, begin..begin + (1 << level)));
            begin += 1 << level;
        }
        nodes
    }

    #[test]
    fn any_number_of_workers_gives_the_bits_of_one() {
        let mut plain_differs = false;
        for count in 1..=17 {
            let leaves = leaves(count);
            let expected = sum(&leaves);
            let mut plain = leaves[0].clone();
            for leaf in &leaves[1..] {
                add(&mut plain, leaf);
            }
            plain_differs |= plain != expected;
            for workers in 1..=count {
                let mut tree = Tree::new(LENGTH);
                for worker in 0..workers {
                    let bounds = [worker, worker + 1].map(|w| w * count / workers);
                    for (level, range) in nodes(bounds[0], bounds[1]) {
                        tree.add(level, sum(&leaves[range])).unwrap();
                    }
                }
                assert_eq!(tree.leaves(), count);
                assert_eq!(tree.finish(), expected, "{workers} workers, {count} leaves");
            }
        }
        assert!(plain_differs, "the order of a sum matters");
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let mut tree = Tree::new(2);
        assert!(tree.add(0, vec![1.0f32]).is_err());
        tree.add(0, vec![1.0, 2.0]).unwrap();
        assert!(tree.add(1, vec![1.0, 2.0]).is_err());
        assert!(tree.add(40, vec![1.0, 2.0]).is_err());
        assert_eq!(tree.add(0, vec![3.0, 4.0]).unwrap(), vec![vec![3.0, 4.0]]);
        assert_eq!(tree.finish(), vec![4.0, 6.0]);
        assert_eq!(Tree::<f32>::new(2).finish(), vec![0.0; 2]);
    }
}
