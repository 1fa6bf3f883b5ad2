//! The numbers of a model: what is trained lies in one flat vector, in the order of the tensors, and the gradient and the
//! optimizer's moments in vectors of the same order.

use core::ops::Range;

use kernels::dtype::Dtype;
use kernels::reference::description::TensorId;
use kernels::Result;

use crate::activation::Input;
use crate::elements::Elements;
use crate::grid::{Follow, Grid, GridRows, Sharing, Tables};
use crate::product::Workspace;
use crate::real::Real;

/// What a run of trained numbers is to its tensor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Its elements.
    Values,
    /// The scales of its grid.
    Scales,
    /// The minimums of its grid.
    Minimums,
}

/// A run of trained numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct Slice {
    /// The tensor's name.
    pub name: String,
    /// What it is to the tensor.
    pub part: Part,
    /// Where it begins in the flat vector.
    pub begin: usize,
    /// Numbers.
    pub length: usize,
    /// Whether weight decay applies: it does to the elements of matrices.
    pub decays: bool,
    /// Factor on the learning rate.
    pub rate: f32,
}

impl Slice {
    /// Its numbers in the flat vector.
    pub fn range(&self) -> Range<usize> {
        self.begin..self.begin + self.length
    }
}

/// Elements of a matrix on a grid whose gradient is in memory at once, in whole rows: 1 MB.
const BLOCK: usize = 1 << 18;

/// Where the numbers of a tensor are.
pub enum Storage<T> {
    /// In the flat vector, from here.
    Trained(usize),
    /// Here, and not trained.
    Frozen(Vec<T>),
    /// Not trained, as the checkpoint has them: where they are half as long, two models take the memory of one.
    Packed { dtype: Dtype, bytes: Vec<u8> },
    /// Not trained, and rounded onto a grid.
    Rounded { grid: Grid, rows: GridRows<T> },
    /// On a grid.
    Grid(GridStorage<T>),
}

/// A tensor on a grid: where its numbers are in the flat vector, and its codes. The weights that they stand for are made
/// where they are needed: they would be most of the memory.
pub struct GridStorage<T> {
    pub grid: Grid,
    pub codes: Vec<i8>,
    pub scales: Range<usize>,
    pub minimums: Range<usize>,
    /// Where the weights or places are that the codes follow.
    pub follows: Option<usize>,
    /// Scales and minimums as stored, where they are whole numbers.
    pub tables: Option<Tables<T>>,
}

/// A tensor of the model.
pub struct Tensor<T> {
    pub rows: usize,
    pub cols: usize,
    /// How what is multiplied with it is quantized.
    pub input: Input,
    pub storage: Storage<T>,
}

/// All numbers.
pub struct Parameters<T> {
    pub tensors: Vec<Tensor<T>>,
    /// The flat vector.
    pub values: Vec<T>,
    pub slices: Vec<Slice>,
}

impl<T: Real> Parameters<T> {
    /// A tensor's elements as products use them.
    pub fn elements(&self, id: TensorId) -> Elements<'_, T> {
        let tensor = &self.tensors[id];
        match &tensor.storage {
            Storage::Grid(storage) => Elements::Codes {
                grid: storage.grid,
                cols: tensor.cols,
                codes: &storage.codes,
                scales: &self.values[storage.scales.clone()],
                minimums: &self.values[storage.minimums.clone()],
                tables: storage.tables.as_ref(),
            },
            Storage::Rounded { grid, rows } => Elements::Codes {
                grid: *grid,
                cols: tensor.cols,
                codes: &rows.codes,
                scales: &rows.tables.rows,
                minimums: &[],
                tables: grid.whole.then_some(&rows.tables),
            },
            Storage::Packed { dtype, bytes } => Elements::Packed { dtype: *dtype, bytes },
            Storage::Trained(_) | Storage::Frozen(_) => Elements::Plain(self.get(id)),
        }
    }

    /// The elements of a tensor that are in memory: those of vectors are.
    pub fn get(&self, id: TensorId) -> &[T] {
        let tensor = &self.tensors[id];
        match &tensor.storage {
            Storage::Trained(begin) => &self.values[*begin..][..tensor.rows * tensor.cols],
            Storage::Frozen(values) => values,
            Storage::Packed { .. } | Storage::Rounded { .. } | Storage::Grid(_) => &[],
        }
    }

    /// Takes over what changed in the flat vector: scales stay at or above zero, as a package needs them, and codes follow
    /// their weights.
    pub fn refresh(&mut self) {
        for tensor in &mut self.tensors {
            let Storage::Grid(storage) = &mut tensor.storage else {
                continue;
            };
            let shape = [tensor.rows, tensor.cols];
            for scale in &mut self.values[storage.scales.clone()] {
                if *scale < T::ZERO {
                    *scale = T::ZERO;
                }
            }
            if let (Some(begin), Follow::Places) = (storage.follows, storage.grid.follows) {
                storage
                    .grid
                    .limit(&mut self.values[begin..][..shape[0] * shape[1]]);
            }
            let scales = &self.values[storage.scales.clone()];
            let minimums = &self.values[storage.minimums.clone()];
            if let Some(begin) = storage.follows {
                let weights = &self.values[begin..][..shape[0] * shape[1]];
                storage
                    .grid
                    .follow(shape, weights, (scales, minimums), &mut storage.codes);
            }
            let grid = storage.grid;
            storage.tables = grid.whole.then(|| grid.tables(shape, (scales, minimums)));
        }
    }

    /// Whether a tensor has a gradient.
    pub fn is_trained(&self, id: TensorId) -> bool {
        matches!(self.tensors[id].storage, Storage::Trained(_) | Storage::Grid(_))
    }

    /// Adds to the gradient of a vector: `add` gets its elements, to which it adds.
    pub fn add_gradient(&self, id: TensorId, gradient: &mut [T], add: impl FnOnce(&mut [T])) {
        let tensor = &self.tensors[id];
        if let Storage::Trained(begin) = tensor.storage {
            add(&mut gradient[begin..][..tensor.rows * tensor.cols]);
        }
    }

    /// Adds to the gradient of a matrix: `add` gets rows and their elements, to which it adds. Of a matrix on a grid it gets
    /// some rows after the other, so that only theirs are in memory.
    ///
    /// # Errors
    /// [`kernels::Error::Range`] where the memory is exhausted.
    pub fn add_row_gradients(
        &self,
        workspace: &mut Workspace<T>,
        id: TensorId,
        gradient: &mut [T],
        mut add: impl FnMut(&mut Workspace<T>, Range<usize>, &mut [T]),
    ) -> Result<()> {
        let Tensor {
            rows, cols, storage, ..
        } = &self.tensors[id];
        match storage {
            Storage::Trained(begin) => add(workspace, 0..*rows, &mut gradient[*begin..][..rows * cols]),
            Storage::Frozen(_) | Storage::Packed { .. } | Storage::Rounded { .. } => {}
            Storage::Grid(storage) => {
                let most = (BLOCK / cols).clamp(1, *rows);
                let mut block = workspace.pool.take(most * cols)?;
                for first in (0..*rows).step_by(most) {
                    let last = (*rows).min(first + most);
                    let weights = &mut block[..(last - first) * cols];
                    weights.fill(T::ZERO);
                    add(workspace, first..last, weights);
                    self.fold(storage, first..last, *cols, weights, gradient);
                }
                workspace.pool.give(block);
            }
        }
        Ok(())
    }

    /// Adds the gradient of a grid's numbers, given that of some rows of its weights.
    #[inline(never)]
    fn fold(
        &self,
        storage: &GridStorage<T>,
        rows: Range<usize>,
        cols: usize,
        weights: &mut [T],
        gradient: &mut [T],
    ) {
        let grid = storage.grid;
        let shape = [rows.len(), cols];
        let elements = rows.start * cols..rows.end * cols;
        let shared = match grid.sharing {
            Sharing::Tensor => 0..1,
            _ => grid.scales(rows.start, cols)..grid.scales(rows.end, cols),
        };
        let minimums = if grid.minimum { shared.clone() } else { 0..0 };
        // Scales, minimums and weights follow each other in the flat vector.
        let (head, rest) = gradient[storage.scales.start..].split_at_mut(storage.scales.len());
        let (tail, rest) = rest.split_at_mut(storage.minimums.len());
        let (head, tail) = (&mut head[shared.clone()], &mut tail[minimums.clone()]);
        let codes = &storage.codes[elements.clone()];
        let scales = &self.values[storage.scales.clone()][shared];
        let Some(begin) = storage.follows else {
            grid.gradient(shape, codes, weights, head, tail);
            return;
        };
        if grid.follows == Follow::Places {
            grid.gradient(shape, codes, weights, head, tail);
            grid.place_gradient(shape, scales, weights);
        } else {
            let at = &self.values[begin..][elements.clone()];
            let minimums = &self.values[storage.minimums.clone()][minimums];
            grid.follow_gradient(shape, at, (scales, minimums), weights, (head, tail));
        }
        crate::real::add(&mut rest[elements], weights);
    }
}
