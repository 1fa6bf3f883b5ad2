//! Products of matrices: one kernel for `X W'`, `dY W` and `dY' X`, which differ by strides only.
//!
//! Both operands are copied into panels that lie in the order in which the kernel reads them. A tile of four rows by
//! eight columns is eight vectors of sums: what sixteen registers hold beside the operands. Sums over `k` run in blocks
//! of [`DEPTH`], each from zero, added in order: the bits depend on neither tiles nor edges.

use kernels::reference::description::TensorId;
use kernels::Result;

use crate::elements::Elements;
use crate::pool::Pool;
use crate::real::{sum, Lanes, Real};

/// Rows of a tile.
const ROWS: usize = 4;
/// Vectors of a row of a tile.
const VECTORS: usize = 2;
/// Columns of a tile.
const COLS: usize = 4 * VECTORS;
/// Terms of a sum that stay in registers.
const DEPTH: usize = 256;
/// Rows of a block: its panels are half of a second-level cache of 256 KiB or less.
const BLOCK_ROWS: usize = 96;
/// Columns of a block.
const BLOCK_COLS: usize = 768;

/// A matrix: element `(i, j)` at `i * row + j * col`. Only that on the right may be made of codes.
#[derive(Clone, Copy)]
pub struct View<'a, T> {
    data: Elements<'a, T>,
    row: usize,
    col: usize,
}

impl<'a, T> View<'a, T> {
    /// Rows one behind the other, `stride` apart.
    pub fn rows(data: &'a [T], stride: usize) -> Self {
        Self::elements(Elements::Plain(data), stride)
    }

    /// The same of elements that may be made of codes.
    pub fn elements(data: Elements<'a, T>, stride: usize) -> Self {
        Self {
            data,
            row: stride,
            col: 1,
        }
    }

    /// The transpose.
    pub fn transposed(self) -> Self {
        Self {
            data: self.data,
            row: self.col,
            col: self.row,
        }
    }
}

/// Room for panels; reused over calls.
#[derive(Default)]
pub struct Panels<T> {
    a: Vec<[T; ROWS]>,
    b: Vec<[[T; 4]; VECTORS]>,
    /// Elements of a row on their way to panels.
    run: Vec<T>,
}

/// What becomes of the sums.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Into {
    /// They replace what is there.
    Replace,
    /// They are added to it.
    Add,
}

impl<T: Real> Panels<T> {
    /// `C = A B` or `C += A B`, with `C` of `[m, n]` in rows `stride` apart, `A` of `[m, k]` and `B` of `[k, n]`.
    #[allow(clippy::too_many_arguments)]
    pub fn multiply(
        &mut self,
        [m, n, k]: [usize; 3],
        a: View<'_, T>,
        b: View<'_, T>,
        c: &mut [T],
        stride: usize,
        into: Into,
    ) {
        if k == 0 && into == Into::Replace {
            for row in 0..m {
                c[row * stride..][..n].fill(T::ZERO);
            }
        }
        for j in (0..n).step_by(BLOCK_COLS) {
            let cols = BLOCK_COLS.min(n - j);
            for p in (0..k).step_by(DEPTH) {
                let depth = DEPTH.min(k - p);
                let into = if p == 0 { into } else { Into::Add };
                self.pack_b(b, p, depth, j, cols);
                for i in (0..m).step_by(BLOCK_ROWS) {
                    let rows = BLOCK_ROWS.min(m - i);
                    self.pack_a(a, i, rows, p, depth);
                    self.block([rows, cols, depth], &mut c[i * stride + j..], stride, into);
                }
            }
        }
    }

    /// All tiles of a block.
    fn block(&self, [rows, cols, depth]: [usize; 3], c: &mut [T], stride: usize, into: Into) {
        for (b, j) in self.b.chunks_exact(depth).zip((0..cols).step_by(COLS)) {
            for (a, i) in self.a.chunks_exact(depth).zip((0..rows).step_by(ROWS)) {
                let sums = tile::<T>(a, b);
                let width = COLS.min(cols - j);
                for (r, sums) in sums.iter().enumerate().take(rows - i) {
                    let to = &mut c[(i + r) * stride + j..][..width];
                    match into {
                        Into::Replace => to.copy_from_slice(&sums.as_flattened()[..width]),
                        Into::Add => {
                            for (to, &sum) in to.iter_mut().zip(sums.as_flattened()) {
                                *to += sum;
                            }
                        }
                    }
                }
            }
        }
    }

    fn pack_a(&mut self, a: View<'_, T>, first: usize, rows: usize, p: usize, depth: usize) {
        let Elements::Plain(data) = a.data else {
            unreachable!("what is on the left lies in memory")
        };
        self.a.clear();
        self.a.resize(rows.div_ceil(ROWS) * depth, [T::ZERO; ROWS]);
        for (panel, i) in self.a.chunks_exact_mut(depth).zip((0..rows).step_by(ROWS)) {
            let height = ROWS.min(rows - i);
            let from = &data[(first + i) * a.row + p * a.col..];
            if a.row == 1 {
                for (p, to) in panel.iter_mut().enumerate() {
                    to[..height].copy_from_slice(&from[p * a.col..][..height]);
                }
            } else {
                for r in 0..height {
                    for (to, &from) in panel.iter_mut().zip(from[r * a.row..].iter().step_by(a.col)) {
                        to[r] = from;
                    }
                }
            }
        }
    }

    fn pack_b(&mut self, b: View<'_, T>, p: usize, depth: usize, first: usize, cols: usize) {
        let Self { b: panels, run, .. } = self;
        panels.clear();
        panels.resize(cols.div_ceil(COLS) * depth, [[T::ZERO; 4]; VECTORS]);
        run.resize(depth.max(cols), T::ZERO);
        if b.col == 1 {
            for k in 0..depth {
                let run = &mut run[..cols];
                b.data.write(p + k, b.row, first, run);
                for (panel, from) in panels.chunks_exact_mut(depth).zip(run.chunks(COLS)) {
                    panel[k].as_flattened_mut()[..from.len()].copy_from_slice(from);
                }
            }
            return;
        }
        for j in 0..cols {
            let run = &mut run[..depth];
            b.data.write(first + j, b.col, p, run);
            let panel = &mut panels[j / COLS * depth..][..depth];
            for (to, &from) in panel.iter_mut().zip(&*run) {
                to.as_flattened_mut()[j % COLS] = from;
            }
        }
    }
}

/// The products of one panel of each operand.
#[inline(always)]
fn tile<T: Real>(a: &[[T; ROWS]], b: &[[[T; 4]; VECTORS]]) -> [[[T; 4]; VECTORS]; ROWS] {
    let mut sums = [[T::Lanes::splat(T::ZERO); VECTORS]; ROWS];
    for (a, b) in a.iter().zip(b) {
        let b = [T::Lanes::load(&b[0]), T::Lanes::load(&b[1])];
        for r in 0..ROWS {
            let factor = T::Lanes::splat(a[r]);
            for v in 0..VECTORS {
                sums[r][v] = sums[r][v].add_product(factor, b[v]);
            }
        }
    }
    let mut to = [[[T::ZERO; 4]; VECTORS]; ROWS];
    for r in 0..ROWS {
        for v in 0..VECTORS {
            sums[r][v].store(&mut to[r][v]);
        }
    }
    to
}

/// Multiplies the same two panels again and again: the rate that products cannot exceed. Returns the floating-point
/// operations of a round.
pub fn work_tiles(rounds: u32) -> u32 {
    let mut a = [[1.0f32; ROWS]; DEPTH];
    let b = [[[0.5f32; 4]; VECTORS]; DEPTH];
    for _ in 0..rounds {
        // Each round depends on all sums of the one before, so that none is left out.
        let sums = tile::<f32>(core::hint::black_box(&a), core::hint::black_box(&b));
        for (to, sums) in a[0].iter_mut().zip(&sums) {
            *to = sum(sums.as_flattened()) * 1e-4;
        }
    }
    core::hint::black_box(a[0]);
    (2 * ROWS * COLS * DEPTH) as u32
}

/// What a matrix is multiplied with on the way, for who asks.
pub struct Capture<T> {
    /// The matrix.
    pub tensor: TensorId,
    /// Its inputs as their codes have them, one behind the other.
    pub vectors: Vec<T>,
}

/// What a pass needs beside its numbers; reused over calls.
pub struct Workspace<T> {
    /// Buffers.
    pub pool: Pool<T>,
    /// Operands of products.
    pub panels: Panels<T>,
    /// Inputs that are wanted.
    pub capture: Option<Capture<T>>,
}

impl<T: Real> Workspace<T> {
    /// Nothing yet.
    pub fn new() -> Self {
        Self {
            pool: Pool::new(),
            panels: Panels::default(),
            capture: None,
        }
    }

    /// A new `C = A B`, its rows one behind the other.
    ///
    /// # Errors
    /// As [`Pool::take`].
    pub fn product(&mut self, sizes: [usize; 3], a: View<'_, T>, b: View<'_, T>) -> Result<Vec<T>> {
        let mut c = self.pool.take(sizes[0] * sizes[1])?;
        self.panels.multiply(sizes, a, b, &mut c, sizes[1], Into::Replace);
        Ok(c)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernels::random::Random;

    fn random(count: usize, seed: u64) -> Vec<f32> {
        let mut random = Random::new(seed);
        (0..count).map(|_| random.normal()).collect()
    }

    /// The same sums, one element at a time.
    fn plain([m, n, k]: [usize; 3], a: &[f32], b: &[f32], c: &mut [f32], into: Into) {
        for i in 0..m {
            for j in 0..n {
                for (block, p) in (0..k.max(1)).step_by(DEPTH).enumerate() {
                    let mut sum = 0.0f32;
                    for p in p..k.min(p + DEPTH) {
                        sum += a[i * k + p] * b[p * n + j];
                    }
                    let to = &mut c[i * n + j];
                    *to = if block == 0 && into == Into::Replace {
                        sum
                    } else {
                        *to + sum
                    };
                }
            }
        }
    }

    fn transpose(x: &[f32], rows: usize, cols: usize) -> Vec<f32> {
        (0..rows * cols).map(|i| x[i % rows * cols + i / rows]).collect()
    }

    #[test]
    fn every_shape_and_stride_gives_the_bits_of_plain_sums() {
        let mut panels = Panels::default();
        let sizes = [
            [1, 1, 1],
            [4, 8, 16],
            [5, 9, 3],
            [97, 13, 300],
            [3, 770, 7],
            [64, 172, 64],
            [31, 17, 513],
            [2, 3, 0],
        ];
        for (seed, [m, n, k]) in sizes.into_iter().enumerate() {
            let (a, b) = (random(m * k, seed as u64), random(k * n, 99 + seed as u64));
            let (ta, tb) = (transpose(&a, m, k), transpose(&b, k, n));
            for into in [Into::Replace, Into::Add] {
                let start = random(m * n, 7);
                let mut expected = start.clone();
                plain([m, n, k], &a, &b, &mut expected, into);
                let views_a = [View::rows(&a, k), View::rows(&ta, m).transposed()];
                let views_b = [View::rows(&b, n), View::rows(&tb, k).transposed()];
                for a in views_a {
                    for b in views_b {
                        let mut c = start.clone();
                        panels.multiply([m, n, k], a, b, &mut c, n, into);
                        let bits = |x: &[f32]| x.iter().map(|v| v.to_bits()).collect::<Vec<_>>();
                        assert_eq!(bits(&c), bits(&expected), "{m} {n} {k} {into:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn rows_of_a_wider_matrix_are_left_alone_beside() {
        let (a, b) = (random(6, 1), random(6, 2));
        let mut c = vec![9.0f32; 2 * 5];
        Panels::default().multiply(
            [2, 2, 3],
            View::rows(&a, 3),
            View::rows(&b, 2),
            &mut c,
            5,
            Into::Replace,
        );
        assert_eq!([c[2], c[3], c[4], c[7], c[8], c[9]], [9.0; 6]);
        assert_eq!(c[0], a[0] * b[0] + a[1] * b[2] + a[2] * b[4]);
    }
}
